"""Places and names from hostile hands: pipes, files without an end, names that hide something."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from defa_id.codec import limits
from defa_id.files import Memory
from tests.cli.conftest import AT
from tests.report.test_text import assert_harmless
from tests.support import world

Command = Callable[..., Result]
EVIL = "\x1b[31m\x9b31m\N{RIGHT-TO-LEFT OVERRIDE}"
UNSEEN = ("\x1b", "\x9b", "\x7f", "\N{RIGHT-TO-LEFT OVERRIDE}")


def asked(published: Path, token: Path, state: Path, **options: Path) -> tuple[int, dict[str, Any]]:
    """The exit code and error of a process that would never end if it waited for a pipe."""
    given = {"registry": published, **options}
    words = [word for name, place in given.items() for word in (f"--{name}", str(place))]
    done = subprocess.run(
        [sys.executable, "-m", "defa_id", "verify", str(token), "--for", "TH", "--at", AT, "--json", *words],
        env={**os.environ, "XDG_STATE_HOME": str(state)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, json.loads(done.stdout)["error"]


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_pipe_in_a_folder_of_others_is_refused_and_not_waited_for(
    published: Path, inbox: Path, tmp_path: Path
) -> None:
    mirror = Path(shutil.copytree(published, tmp_path / "mirror"))
    (mirror / "metadata" / "timestamp.json").unlink()
    os.mkfifo(mirror / "metadata" / "timestamp.json")
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    os.mkfifo(recorded / "index.json")
    memory = tmp_path / "memory"
    os.mkfifo(memory, 0o600)
    token = inbox / "accepted.txt"
    for code, named, given in (
        (4, "REG_MISSING", {"registry": mirror}),
        (2, "CFG_USE", {"sources": recorded}),
        (2, "CFG_MEMORY", {"memory": memory}),
    ):
        exit_code, error = asked(published, token, tmp_path / "state", **given)
        assert (exit_code, error["code"]) == (code, named)
        assert "not a regular file" in error["message"]


def test_a_memory_without_an_end_is_not_read_to_it(run: Command, published: Path, inbox: Path, tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    memory.touch(0o600)
    os.truncate(memory, 10 * 2**30)  # sparse: it takes no room
    done = run("verify", inbox / "accepted.txt", "--for", "TH", "--registry", published, "--memory", memory, "--json")
    assert done.exit_code == 2
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "CFG_MEMORY"
    assert str(limits.MEMORY_BYTES) in error["message"]


def test_a_memory_of_ten_thousand_deny_entries_can_be_read_again(tmp_path: Path) -> None:
    denied = [
        {"state": "SG", "entry": {"id": f"SG-D{number}", "kind": "jwk", "thumbprint": "x" * 43, "reason": "fraud"}}
        for number in range(10_000)
    ]
    about = {"versions": {"timestamp": 1}, "snapshot_sha256": "0", "latest": "2026-01-01T00:00:00Z", "denied": denied}
    memory = tmp_path / "memory.json"
    memory.touch(0o600)
    memory.write_text(json.dumps({"defa_id": "memory/1", "registries": {"big": about}}), encoding="utf-8")
    assert len(Memory(memory).of("big").denied) == 10_000


def test_json_for_machines_steers_no_terminal_either(
    run: Command, verify: Command, made: tuple[world.World, world.Signer], tmp_path: Path
) -> None:
    token = tmp_path / f"{EVIL}.txt"
    token.write_text(world.vc_jwt(made[1], world.vc(credentialSubject={"name": EVIL})), encoding="utf-8")
    seen = run("inspect", token, "--json").stdout
    assert json.loads(seen)["claims"]["credentialSubject"]["name"] == EVIL
    listed = verify(token, token, "--json").stdout
    assert [one["source"] for one in json.loads(listed)] == [str(token)] * 2
    rows = run("matrix", "--type", EVIL, "--json").stdout
    assert {row["type"] for row in json.loads(rows)} == {EVIL}
    for text in (seen, listed, rows, verify(token, token, "--ndjson").stdout):
        assert not [character for character in UNSEEN if character in text]


def test_a_written_file_is_named_without_what_its_name_hides(run: Command, tmp_path: Path) -> None:
    done = run("matrix", "--svg", tmp_path / f"{EVIL} it's.svg")
    assert done.exit_code == 0
    assert_harmless(done.output)


@pytest.mark.parametrize(
    "words", [("matrix", "--svg"), ("registry", "bundle", "--out"), ("receipt", "new-key")], ids=" ".join
)
def test_a_file_without_a_name_is_wrong_use(run: Command, words: tuple[str, ...]) -> None:
    done = run(*words, "")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")


def test_the_next_command_can_be_pasted_whatever_the_folder_is_called(run: Command, tmp_path: Path) -> None:
    directory = tmp_path / "a registry of Timor-Leste's $HOME"
    done = run("sandbox", "new", directory)
    assert done.exit_code == 0
    assert stat.S_ISDIR(directory.stat().st_mode)
    commands = [line.split("defa-id", 1)[1] for line in done.stdout.splitlines() if "defa-id" in line]
    named = [word for line in commands for word in shlex.split(line) if word.startswith(str(directory))]
    assert named == [str(directory)] * 3 + [str(directory / "published")]


def test_inspect_knows_the_same_formats_as_verify(run: Command, verify: Command, inbox: Path) -> None:
    for ask in (run, verify):
        words = ("inspect",) if ask is run else ()
        done = ask(*words, inbox / "accepted.txt", "--format", EVIL, "--json")
        assert done.exit_code == 2
        assert json.loads(done.stdout)["error"]["hint"].startswith("There are vc-jwt, ")


def test_a_module_whose_path_is_no_text_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch, run: Command, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEFA_ID_PIN", "0000")
    directory = tmp_path / "registry"
    assert run("sandbox", "new", directory).exit_code == 0
    done = run("registry", "propose", "--dir", directory, "--state", "SG", "--pkcs11", "\udcff.so", "--key-id", "2")
    assert done.exit_code == 2
    assert "Traceback" not in done.output
