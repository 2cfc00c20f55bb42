"""The screen and the pipes of this process: what they can show, and what happens when a reader goes away."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from types import TracebackType

    from defa_id.report.style import Style

BUG: Final = 70  # EX_SOFTWARE of sysexits.h: no answer of ours
INTERRUPTED: Final = 130  # 128 + SIGINT
_USUAL, _NARROWEST, _WIDEST = 80, 48, 100
_PATH: Final = 4096  # PATH_MAX of Linux
_OUR_SIGNS: Final = "✓✗–→•·…─§○◔◑●╲"


class _Outlet(io.FileIO):
    """A standard stream whose reader may go away (`| head -1`): the rest is dropped, the work goes on.

    So a command always ends with its own exit code, and one that publishes is never torn in two.
    """

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return len(data)


def prepare() -> None:
    """Make this process's streams safe to write anything to; once, at the very beginning."""
    sys.excepthook = _own_mistake
    sys.stdout = _safe(sys.stdout, 1)
    sys.stderr = _safe(sys.stderr, 2)


def _safe(stream: TextIO | None, descriptor: int) -> TextIO:
    if stream is None:  # closed by the caller (`>&-`): writing to nothing must not become a crash
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123
    if os.name != "posix" or not isinstance(stream, io.TextIOWrapper):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(descriptor, "w", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering or descriptor == 2,
    )


def flush() -> None:
    """Write out what is still held back. Raises `OSError` if it cannot be written: a full disk, an I/O error."""
    sys.stdout.flush()


def leave(code: int) -> NoReturn:
    """End this process now, with everything said.

    An interpreter that ends in its own way takes every object apart, for a sixth of the time of a short
    command and for nobody: what was to be written is written, and a worker ends with its pipe.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def abandon() -> None:
    """Give up what could not be written, or the interpreter tries again at its end and changes the exit code."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)


def style(stream: TextIO | None = None) -> Style:
    """What a stream (standard output) can show; colour only on a terminal and never against NO_COLOR."""
    from defa_id.report.style import Style

    stream = stream or sys.stdout
    screen = stream.isatty()
    colour = screen and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(_columns(screen), colour, _shows(stream.encoding, _OUR_SIGNS))


def read(limit: int) -> bytes:
    """At most `limit` bytes of standard input. Raises `WrongUse` if there is none."""
    if sys.stdin is None:
        raise WrongUse("standard input is closed", hint="Name a file, or hand something in.")
    if sys.stdin.isatty():
        say("note: reading from this terminal; end it with Ctrl-D")
    return sys.stdin.buffer.read(limit)


def on_screen() -> bool:
    """Whether somebody is looking at standard output."""
    return sys.stdout.isatty()


def say(text: str) -> None:
    """A line to standard error: a note or an error, never an answer."""
    sys.stderr.write(text + "\n")


def progress(text: str) -> None:
    """Say on a terminal what is being done, where it takes a while; elsewhere nothing is said."""
    if sys.stderr.isatty():
        say(style(sys.stderr).paint(f"{text} …", "dim"))


def write(text: str) -> None:
    """Text to standard output, as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def named(path: object) -> str:
    """A path as a word of a command line that can be pasted; what nobody can see in it is escaped."""
    import shlex

    from defa_id.codec.text import printable

    return shlex.quote(printable(str(path), _PATH))


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON that steers no terminal: what nobody can see in it is escaped."""
    import json

    from defa_id.codec.text import escaped

    return escaped(json.dumps(value, ensure_ascii=False, indent=indent))


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """JSON to standard output: UTF-8 whatever the locale says (RFC 8259 §8.1), and a final newline."""
    write_utf8(json_text(value, indent=indent) + "\n")


def write_utf8(text: str) -> None:
    """Text to standard output as UTF-8, whatever the locale says."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _columns(screen: bool) -> int:
    if not screen and not os.environ.get("COLUMNS"):
        return _USUAL
    import shutil

    return max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))


def _shows(encoding: str | None, signs: str) -> bool:
    try:
        signs.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _own_mistake(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """The last resort, a mistake in this program: where it is, without the message, which may hold a claim."""
    if issubclass(kind, KeyboardInterrupt):  # so early that no command had begun
        os._exit(INTERRUPTED)
    import traceback

    where = "".join(traceback.format_tb(trace))
    say(f"{where}{kind.__name__}")
    say("This is a mistake in defa-id; nothing was accepted. Please report these lines: they hold no claim.")
    os._exit(BUG)
