"""Area Q: the command and the library as somebody else's program uses them, and where they are run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import defa_id
from defa_id.cli import cli
from defa_id.errors import DefaIdError
from defa_id.verdict import Decision
from tests.adversarial.rows import Stage
from tests.support.world import NOW, Signer, World, vc, vc_jwt

# Rows that stand elsewhere, where the machinery for them is.
NOT_HERE = {
    "Q02": "closed pipes, streams and full disks: tests/cli/test_process.py",
    "Q09": "what an import touches: tests/house/test_import.py",
    "Q12": "no home, other locales, nowhere to write: tests/cli/test_process.py",
}
AT = "2026-11-24T12:00:00Z"
posix = pytest.mark.skipif(os.name != "posix", reason="permissions and shells of POSIX")


@pytest.fixture(scope="module")
def made() -> tuple[World, Signer]:
    return World.make(expires="2099-01-01T00:00:00Z")


@pytest.fixture(scope="module")
def published(made: tuple[World, Signer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("q") / "published"
    for name, data in made[0].files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def tokens(made: tuple[World, Signer]) -> dict[str, str]:
    """Credentials by the exit code they end with."""
    status = {"type": "Unheard", "statusListIndex": "3", "statusListCredential": "https://status.example/1"}
    return {
        "0": vc_jwt(made[1]),
        "1": vc_jwt(Signer.make(kid="key-1")),
        "3": vc_jwt(made[1], vc(credentialStatus=status)),
    }


def words(published: Path, memory: Path | str, *sources: Path | str) -> list[str]:
    asked = ["--for", "TH", "--registry", published, "--at", AT, "--memory", memory]
    return ["verify", *map(str, (*asked, "--", *sources))]


def verify(published: Path, memory: Path | str, *sources: Path | str, json: bool = True) -> Result:
    line = words(published, memory, *sources)
    done = CliRunner().invoke(cli, [line[0], "--json", *line[1:]] if json else line)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


# -- Q01, Q03, Q04: nobody takes a refusal for an acceptance ---------------------------------------------------


@posix
@pytest.mark.parametrize("code", ["0", "1", "3"])
def test_q01_a_chain_goes_on_for_an_accepted_credential_alone(
    published: Path, tokens: dict[str, str], tmp_path: Path, code: str, project: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(tokens[code], encoding="utf-8")
    line = [sys.executable, "-m", "defa_id", *words(published, "none", token)]
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" >/dev/null && echo went on; "$@" >/dev/null; echo $?', "sh", *line],
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split("\n")[:-1] == (["went on", "0"] if code == "0" else [code])


@pytest.mark.parametrize("code", ["0", "1", "3"])
def test_q03_a_verdict_is_true_only_if_it_is_accepted(
    made: tuple[World, Signer], tokens: dict[str, str], code: str
) -> None:
    verdict = made[0].verify(tokens[code])
    assert bool(verdict) == (code == "0") == (verdict.decision is Decision.ACCEPTED)
    with pytest.raises(TypeError):
        len(verdict)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data", [b"", "", "\ud800", b"\xff\xfe", "a.b.c", b"\x00" * 100, "~", "{}", b"[]", "HC1:", b"\xa1\x01\x01"]
)
def test_q04_whatever_comes_in_a_verdict_is_returned(data: bytes | str) -> None:
    """A caller that swallows exceptions swallows no refusal: there is none to swallow."""
    stage = Stage.of()
    verdict = stage.judge(data)
    assert not verdict
    assert verdict.decision is Decision.REJECTED
    assert defa_id.inspect(data).problem


def test_q04_what_is_raised_is_the_programmers_own_mistake(tokens: dict[str, str]) -> None:
    wrong: tuple[Callable[[], object], ...] = (
        lambda: defa_id.Verifier(defa_id.open_registry(), defa_id.Policy.from_document({"id": "test"})),
        lambda: defa_id.verify(tokens["0"], for_state="th"),
        lambda: defa_id.verify(tokens["0"], for_state="TH", at=NOW.replace(tzinfo=None)),
        lambda: defa_id.verify(tokens["0"], for_state="TH", purpose="\x00"),
        lambda: defa_id.open_registry("/no/such/place"),
        lambda: defa_id.Policy.preset("lenient", for_state="TH"),
    )
    for ask in wrong:
        with pytest.raises(DefaIdError) as raised:
            ask()
        assert raised.value.hint


# -- Q06: names ------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(
    "name", ["-x", "--json", "a b", "a\nb", "\x1b[31m", "สมชาย", "\udcff", "a" * 255, "%s", "$HOME"]
)
def test_q06_a_file_may_be_called_anything(
    published: Path, tokens: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(tokens["0"], encoding="utf-8")
    for sources in ((name,), (name, name)):
        done = verify(published, "none", *sources)
        assert done.exit_code == 0, done.output
        shown = verify(published, "none", *sources, json=False)
        assert shown.exit_code == 0
        assert "\x1b" not in shown.output
    assert {row["source"] for row in json.loads(done.stdout)} == {name.encode("utf-8", "backslashreplace").decode()}


# -- Q07: a place that others can write to ---------------------------------------------------------------------


@posix
@pytest.mark.parametrize(("folder", "file"), [(0o700, 0o666), (0o700, 0o620), (0o777, 0o600), (0o777, None)])
def test_q07_a_memory_that_others_can_write_is_none(
    published: Path, tokens: dict[str, str], tmp_path: Path, folder: int, file: int | None
) -> None:
    place = tmp_path / "state"
    place.mkdir(mode=0o700)
    token = tmp_path / "token"
    token.write_text(tokens["0"], encoding="utf-8")
    memory = place / "memory.json"
    assert verify(published, memory, token).exit_code == 0
    if file is None:
        memory.unlink()
    else:
        memory.chmod(file)
    place.chmod(folder)
    done = verify(published, memory, token)
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (2, "CFG_PERMISSIONS")
    place.chmod(0o1777)  # like /tmp: nobody takes away what is another's
    if file == 0o600:
        assert verify(published, memory, token).exit_code == 0


def test_q07_a_memory_does_not_go_with_the_folder_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG base directories: a path that is not absolute is none. Else every folder had a memory of its own."""
    from defa_id import counting, files
    from defa_id.net import source

    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "relative")
    for place in (files.default_memory_path(), counting.default_path(), source.default_cache_path()):
        assert place is not None
        assert place.is_relative_to(tmp_path)


# -- Q08, Q11, Q13: at once, and without enough ----------------------------------------------------------------


def test_q08_many_commands_at_once_keep_one_memory(
    published: Path, tokens: dict[str, str], tmp_path: Path, project: Path
) -> None:
    token, memory = tmp_path / "token", tmp_path / "state" / "memory.json"
    token.write_text(tokens["0"], encoding="utf-8")
    line = [sys.executable, "-m", "defa_id", *words(published, memory, token)]
    ran = [
        subprocess.Popen(line, env={**os.environ, "PYTHONPATH": str(project)}, stdout=subprocess.DEVNULL)
        for _ in range(4)
    ]
    assert [one.wait() for one in ran] == [0] * 4
    assert [path.name for path in memory.parent.iterdir() if not path.name.endswith(".lock")] == [memory.name]
    assert verify(published, memory, token).exit_code == 0


def test_q11_threads_are_told_what_one_is_told(made: tuple[World, Signer], tokens: dict[str, str]) -> None:
    start = threading.Barrier(8)
    verifier = defa_id.Verifier(made[0].registry(), defa_id.Policy.from_document({"id": "test", "for_state": "TH"}))
    alone = [verifier.verify(token, at=NOW).to_json() for token in tokens.values()]

    def ask(_: int) -> list[str]:
        start.wait()
        return [verifier.verify(token, at=NOW).to_json() for _ in range(10) for token in tokens.values()]

    with ThreadPoolExecutor(8) as pool:
        assert all(answers == alone * 10 for answers in pool.map(ask, range(8)))


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, RecursionError])
@pytest.mark.parametrize("where", ["proof_signature", "time_window", "registry_current"])
def test_q13_what_breaks_in_between_is_no_verdict(
    made: tuple[World, Signer],
    tokens: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    where: str,
) -> None:
    """It flies: nothing between the caller and the check takes it for an answer."""
    from defa_id.answers import document

    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(document, where, broken)
    with pytest.raises(error):
        made[0].verify(tokens["0"])


def test_q13_a_stack_that_is_nearly_used_up_accepts_nothing_it_should_not(
    made: tuple[World, Signer], tokens: dict[str, str]
) -> None:
    """At every depth there is: the whole answer, or none."""
    verifier = defa_id.Verifier(made[0].registry(), defa_id.Policy.from_document({"id": "test", "for_state": "TH"}))
    whole = {code: verifier.verify(token, at=NOW).to_json() for code, token in tokens.items()}

    def deep(left: int, token: str) -> str:
        return deep(left - 1, token) if left > 0 else verifier.verify(token, at=NOW).to_json()

    def asked(left: int, token: str) -> str | None:
        try:
            return deep(left, token)
        except RecursionError:
            return None

    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    for room in range(0, 120, 4):
        for code, token in tokens.items():
            assert asked(sys.getrecursionlimit() - depth - room, token) in (None, whole[code])
