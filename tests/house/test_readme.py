"""What the front door says is executed: every command and program in README.md and docs/, as it stands.

A command ends with exit code 0 unless its comment says otherwise: `# exit 1: …`. The lines of one
document share a folder that holds what a checkout shows its reader: the examples, and `run.py`.
"""

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
from defa_id.report import table
from tests.support import house

DOCUMENTS = [house.PROJECT / "README.md", *sorted((house.PROJECT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"#\s*exit (\d)")
SET_UP = "python3 run.py "


class Piece(NamedTuple):
    """One thing to execute: `kind` is sh or python."""

    kind: str
    text: str
    line: int


def pieces(document: Path) -> Iterator[Piece]:
    text = document.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text[: found.start()].count("\n") + 2
        if found[1] == "sh":
            yield from (
                Piece("sh", command, line + number)
                for number, command in enumerate(found[2].replace("\\\n", " ").splitlines())
                if command.strip() and not command.startswith("#")
            )
        elif found[1] == "python":
            yield Piece("python", found[2], line)


@pytest.fixture
def as_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples, and `defa-id` on the path; the reader's memory is of this test alone."""
    shutil.copytree(house.PROJECT / "examples", tmp_path / "examples")
    programs = tmp_path / "bin"
    programs.mkdir()
    shim = programs / "defa-id"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m defa_id "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(house.PROJECT))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_command_and_program_in_it_does_what_it_says(document: Path, as_reader: Path) -> None:
    wrong = [told for piece in pieces(document) if (told := execute(piece, as_reader))]
    assert not wrong, "\n\n".join(wrong)


def execute(piece: Piece, folder: Path) -> str:
    """Empty if all is well; else what went otherwise than written."""
    expected = int(found[1]) if piece.kind == "sh" and (found := EXPECTED.search(piece.text)) else 0
    command: list[str] = [sys.executable, "-c", piece.text]
    if piece.kind == "sh":
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


def test_the_readme_holds_something_of_each_kind() -> None:
    kinds = [piece.kind for piece in pieces(DOCUMENTS[0])]
    assert kinds.count("sh") > 8
    assert kinds.count("python") >= 1


def test_the_table_of_checks_is_the_catalogue() -> None:
    text = DOCUMENTS[0].read_text(encoding="utf-8")
    assert table.rewritten(text) == text, "run: python3 run.py table"


def test_links_lead_somewhere() -> None:
    gone = [
        f"{document.name}: {target}"
        for document in [*DOCUMENTS, *house.PROJECT.glob("*.md")]
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert not gone
