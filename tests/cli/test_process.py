"""The command as a process: pipes that close, disks that are full, odd locales, no home, and a keyboard."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import AT
from tests.report.test_text import assert_harmless

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, signals and terminals of POSIX")


@pytest.fixture
def environment(project: Path, tmp_path: Path) -> dict[str, str]:
    """Nothing but what an interpreter needs, and a home inside the test."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(project),
        "HOME": str(tmp_path / "home"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "LANG": "C.UTF-8",
    }


@pytest.fixture
def question(published: Path, inbox: Path) -> list[str]:
    """Words that ask about `accepted.txt`."""
    return asking(published, inbox / "accepted.txt")


def asking(published: Path, *sources: Path) -> list[str]:
    return ["verify", *map(str, sources), "--for", "TH", "--registry", str(published), "--at", AT]


def defa_id(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "defa_id", *arguments]


def finished(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        defa_id(*arguments), env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )


def shell(script: str, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`script` with the command as "$@"; its last line should print the exit code it saw."""
    return subprocess.run(
        ["/bin/sh", "-c", script, "sh", *defa_id(*arguments)],
        env=environment,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("form", [[], ["--json"], ["--explain"]])
def test_a_reader_that_goes_away_changes_nothing(
    environment: dict[str, str], published: Path, inbox: Path, form: list[str]
) -> None:
    for name, code in (("accepted", b"0"), ("rejected", b"1"), ("undecided", b"3")):
        words = asking(published, *[inbox / f"{name}.txt"] * 40)
        done = shell('{ "$@"; echo $? >&3; } 3>&2 2>&1 | head -1 >/dev/null', environment, *words, *form)
        assert done.stderr == code + b"\n"


def test_a_reader_that_was_never_there(environment: dict[str, str], question: list[str]) -> None:
    done = shell('{ sleep 0.3; "$@"; echo $? >&3; } 3>&2 2>&1 | true', environment, *question)
    assert done.stderr == b"0\n"


@pytest.mark.parametrize("closing", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_crash(environment: dict[str, str], question: list[str], closing: str) -> None:
    done = shell(f'"$@" {closing}; echo $? >&2', environment, *question)
    assert done.stderr.endswith(b"0\n")
    assert b"Traceback" not in done.stderr
    missing = shell(f'"$@" {closing}; echo $? >&2', environment, "verify", "/no/such/file", "--for", "T")
    assert missing.stderr.endswith(b"2\n")


def test_standard_input_that_is_closed_is_wrong_use(environment: dict[str, str], question: list[str]) -> None:
    done = shell('"$@" <&-', environment, "verify", "-", *question[2:])
    assert done.returncode == 2
    assert b"standard input is closed" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_an_answer_that_cannot_be_written_is_not_an_acceptance(
    environment: dict[str, str], question: list[str], form: list[str]
) -> None:
    done = shell('"$@" >/dev/full', environment, *question, *form)
    assert done.returncode == 2
    assert b"could not be written" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}],
    ids=lambda locale: "=".join(*locale.items()),
)
def test_every_locale_gives_the_same_answer(
    environment: dict[str, str], question: list[str], inbox: Path, locale: dict[str, str]
) -> None:
    plain = finished(environment, *question, "--json")
    odd = finished({**environment, **locale}, *question, "--json")
    assert (odd.returncode, odd.stdout) == (0, plain.stdout)
    shown = finished({**environment, **locale}, "inspect", str(inbox / "person.txt"))
    assert shown.returncode == 0
    assert shown.stderr == b""
    text = finished({**environment, **locale}, *question, "--explain")
    assert text.returncode == 0
    if "ascii" in locale.values():
        assert text.stdout.isascii()
        assert text.stdout.startswith(b"+ ACCEPTED")
        assert b"\\u0e2a" in shown.stdout
        assert json.loads(finished({**environment, **locale}, "inspect", str(inbox / "person.txt"), "--json").stdout)


def test_without_a_home_and_with_nowhere_to_write(
    environment: dict[str, str], question: list[str], tmp_path: Path
) -> None:
    homeless = {name: value for name, value in environment.items() if name not in ("HOME", "XDG_STATE_HOME")}
    nowhere = {**environment, "HOME": "/nonexistent", "XDG_STATE_HOME": "/proc/nowhere"}
    for odd in ({**homeless, "XDG_STATE_HOME": str(tmp_path / "s")}, nowhere):
        done = finished(odd, *question)
        assert (done.returncode, done.stderr) == (0, b"")


def interrupted(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """What a process left that somebody interrupts. A signal that comes just before a read is noticed only
    after it, so whoever sits there presses the keys again."""
    for _ in range(6):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    return process.communicate()


def test_an_interrupt_ends_with_130_and_no_traceback(
    environment: dict[str, str], published: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts us may ignore it, for all below
    try:
        process = subprocess.Popen(
            defa_id(*asking(published, pipe)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with pipe.open("wb"):  # opens when the command begins to read
        out, err = interrupted(process)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


def test_a_mistake_of_ours_is_neither_an_acceptance_nor_a_rejection(
    environment: dict[str, str], question: list[str], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import defa_id.verifier\n"
        "def verify(self, data, **_): raise ZeroDivisionError(data)\n"
        "defa_id.verifier.Verifier.verify = verify\n",
        encoding="utf-8",
    )
    broken = {**environment, "PYTHONPATH": f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}"}
    done = finished(broken, *question)
    assert (done.returncode, done.stdout) == (70, b"")
    assert b"ZeroDivisionError\n" in done.stderr
    assert b"mistake in defa-id" in done.stderr
    token = Path(question[1]).read_bytes()
    assert token[:40] not in done.stderr


@pytest.mark.parametrize("error", ["MemoryError", "RecursionError"])
def test_too_little_memory_or_stack_decides_nothing(
    environment: dict[str, str], question: list[str], tmp_path: Path, error: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        f"import defa_id.verifier\n"
        f"def verify(self, data, **_): raise {error}\n"
        "defa_id.verifier.Verifier.verify = verify\n",
        encoding="utf-8",
    )
    poor = {**environment, "PYTHONPATH": f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}"}
    done = finished(poor, *question, "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["error"]["code"] == "CFG_RESOURCES"


def on_a_terminal(environment: Mapping[str, str], *arguments: str, columns: int = 72) -> tuple[int, str]:
    """Run with standard output on a terminal of that many columns; the exit code and what was shown."""
    import fcntl
    import pty
    import struct
    import termios

    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        defa_id(*arguments), env=environment, stdin=subprocess.DEVNULL, stdout=other, stderr=other
    )
    os.close(other)
    shown = b""
    while select.select([main], [], [], 20)[0]:
        try:
            piece = os.read(main, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        shown += piece
    os.close(main)
    return process.wait(20), shown.decode("utf-8").replace("\r\n", "\n")


def test_on_a_terminal_there_is_colour_and_its_width_is_kept(environment: dict[str, str], question: list[str]) -> None:
    code, shown = on_a_terminal({**environment, "TERM": "xterm-256color"}, *question)
    assert code == 0
    assert shown.startswith("\x1b[1;30;42m ✓ ACCEPTED \x1b[0m")
    for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        code, shown = on_a_terminal({**environment, "TERM": "xterm", **plain}, *question)
        assert code == 0
        assert_harmless(shown)
        assert max(map(len, shown.splitlines())) <= 72


def test_on_a_terminal_lines_are_cut_and_counted(environment: dict[str, str], published: Path, inbox: Path) -> None:
    words = asking(published, inbox)
    code, shown = on_a_terminal({**environment, "TERM": "dumb"}, *words, columns=60)
    assert code == 1
    *lines, total = shown.splitlines()
    assert total == "7 sources: 4 accepted, 1 indeterminate, 2 rejected"
    assert all(len(line) <= 60 for line in lines)
    assert any(line.endswith("…") for line in lines)


def test_help_imports_nothing_heavy(environment: dict[str, str]) -> None:
    heavy = {
        "cryptography",
        "jsonschema",
        "jsonschema_rs",
        "jwt",
        "tuf",
        "securesystemslib",
        "urllib.request",
        "hashlib",
    }
    script = (
        "import json, sys\n"
        "from defa_id.cli import cli\n"
        "try:\n    cli.main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))\n"
    )
    for words in (["--help"], ["--version"], ["verify", "--help"], ["explain", "time.window"]):
        done = subprocess.run([sys.executable, "-c", script, *words], env=environment, capture_output=True, check=True)
        assert not heavy & set(json.loads(done.stderr)), words


def test_both_doors_lead_to_the_same_place(environment: dict[str, str]) -> None:
    script = "from defa_id.cli import main; main()"
    door = subprocess.run([sys.executable, "-c", script, "--help"], env=environment, capture_output=True, check=True)
    assert door.stdout == finished(environment, "--help").stdout
