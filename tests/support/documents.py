"""Documents that are executed: their commands and programs, and a folder to run them in as a reader would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import run
from tests.support import house

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"#\s*exit (\d)")
SET_UP = "python3 run.py "


class Piece(NamedTuple):
    """One thing to execute: `kind` is sh, python, or shell, which needs more than this project installs."""

    kind: str
    text: str
    line: int


def pieces(document: Path) -> Iterator[Piece]:
    text = document.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text[: found.start()].count("\n") + 2
        if found[1] in ("sh", "shell"):
            yield from (
                Piece(found[1], command, line + number)
                for number, command in enumerate(found[2].replace("\\\n", " ").splitlines())
                if command.strip() and not command.startswith("#")
            )
        elif found[1] == "python":
            yield Piece("python", found[2], line)


def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples, `defa-id` and this Python on the path; the reader's memory is of this test alone."""
    shutil.copytree(house.PROJECT / "examples", tmp_path / "examples")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, program in (("defa-id", "-m defa_id"), ("python3", "")):
        shim = programs / name
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" {program} "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(house.PROJECT))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def execute(piece: Piece, folder: Path) -> str:
    """Empty if all is well; else what went otherwise than written."""
    expected = int(found[1]) if piece.kind != "python" and (found := EXPECTED.search(piece.text)) else 0
    command: list[str] = [sys.executable, "-c", piece.text]
    if piece.kind != "python":
        text = piece.text
        if text.startswith(SET_UP):
            words = shlex.split(text.removeprefix(SET_UP), comments=True)
            if words[0] != "defa-id":
                # The test of the tests is CI, which runs this very line in a fresh clone.
                return "" if f"run.py {words[0]}" in (run.__doc__ or "") else f"run.py has no command {words[0]}"
            text = text.removeprefix(SET_UP)
        command = ["/bin/sh", "-c", text]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode == expected and b"Traceback" not in done.stderr:
        return ""
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return f"line {piece.line}: exit {done.returncode}, not {expected}\n{piece.text}\n{said[-1500:]}"
