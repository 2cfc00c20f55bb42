"""Where every command line ends: exit codes, and errors said to people or to machines."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from defa_id.cli import terminal
from defa_id.codec.text import printable
from defa_id.errors import DefaIdError, ExtraMissing, RegistryRejected

if TYPE_CHECKING:
    from defa_id.catalogue import Reason
    from defa_id.languages import Texts

ACCEPTED: Final = 0
REJECTED: Final = 1
WRONG_USE: Final = 2
UNDECIDED: Final = 3
UNTRUSTED: Final = 4

EXITS: Final[Mapping[str, int]] = {"accepted": ACCEPTED, "rejected": REJECTED, "indeterminate": UNDECIDED}
_GRAVITY: Final = (UNTRUSTED, WRONG_USE, REJECTED, UNDECIDED, ACCEPTED)
_ECHO: Final = 300


class NoSuchName(click.UsageError):
    """Something was called by a name that is not there; the message offers the names nearest to it."""

    def __init__(self, kind: str, name: str, known: Collection[str], ctx: click.Context | None = None) -> None:
        super().__init__(f"There is no {kind} {printable(name)!r}.{_meant(name, known)}", ctx)


def gravest(codes: Iterable[int]) -> int:
    """The exit code that counts among several: 4, 2, 1, 3, 0 in this order. None at all is wrong use."""
    return min(codes, key=_GRAVITY.index, default=WRONG_USE)


def run(group: click.Group, args: list[str], name: str) -> int:
    """Run one command line; its exit code. What stood in the way has been said, as JSON where that was asked."""
    try:
        code = _run(group, args, name)
        terminal.flush()
    except OSError as error:
        terminal.abandon()
        terminal.say(f"error: the answer could not be written: {error.strerror or 'input/output error'}")
        return WRONG_USE
    return code


def _run(group: click.Group, args: list[str], name: str) -> int:
    try:
        with group.make_context(name, args) as context:
            group.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.Abort):
        return terminal.INTERRUPTED
    except (DefaIdError, click.ClickException, OSError, MemoryError, RecursionError) as error:
        show(error, machine=wants_json(args), texts=_texts(args))
        return exit_code(error)
    return ACCEPTED


def wants_json(args: Collection[str]) -> bool:
    """Whether a command line asks for machine output, even one that cannot be parsed."""
    options = list(args)
    if "--" in options:
        options = options[: options.index("--")]
    return "--json" in options or "--ndjson" in options


def exit_code(error: BaseException) -> int:
    """The exit code an error ends with."""
    if isinstance(error, RegistryRejected):
        return UNTRUSTED
    return UNDECIDED if isinstance(error, ExtraMissing | MemoryError | RecursionError) else WRONG_USE


def described(error: BaseException) -> dict[str, str]:
    """An error as `{"code", "message", "hint"}`, with nothing in it that could steer a terminal."""
    if isinstance(error, DefaIdError):
        found = error.code, error.message, error.hint or _next_step(error.code)
    elif isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "defa-id"
        found = "CFG_USE", error.format_message(), f"See `{path} --help`."
    elif isinstance(error, OSError):
        about = f"{error.filename}: " if error.filename is not None else ""
        found = "CFG_FILE", f"{about}{error.strerror or type(error).__name__}", "Check the path and who may read it."
    else:
        found = "CFG_RESOURCES", "This machine's memory or stack does not suffice.", "Judge fewer or smaller sources."
    code, message, hint = (printable(text, _ECHO) for text in found)
    return {"code": code, "message": message, "hint": hint}


def _texts(args: Collection[str]) -> Texts:
    """The language a command line asks for, even one that cannot be parsed; English, if it is not there."""
    from defa_id.cli import options
    from defa_id.languages import ENGLISH

    named = [*args, ""]
    code = named[named.index("--lang") + 1] if "--lang" in args else None
    try:
        return options.language(code)
    except DefaIdError:
        return ENGLISH


def show(error: BaseException, *, machine: bool, texts: Texts | None = None) -> None:
    """Say an error: as a JSON object on standard output, or as a line and a hint on standard error; in another
    language what its code means stands beneath."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not machine:
        error.show(sys.stderr)
        return
    found = described(error)
    if machine:
        terminal.write_json({"error": found})
        return
    style = terminal.style(sys.stderr)
    terminal.say(f"{style.paint('error:', 'bold', 'red')} {found['message']}")
    if found["hint"]:
        terminal.say(f"{style.paint('hint:', 'bold')}  {found['hint']}")
    reason = _reason(found["code"])
    if reason and texts is not None and texts.translated:
        mark = f"{texts.code}, draft" if texts.draft else texts.code
        terminal.say(f"{reason.code} [{mark}]: {texts.of(reason.code, reason.message)}")
        terminal.say(f"{style.fit('→')} {texts.step(reason.next_step)}")


def _reason(code: str) -> Reason | None:
    from defa_id.catalogue import CATALOGUE

    return CATALOGUE.reasons.get(code)


def _next_step(code: str) -> str:
    """What the catalogue advises for a reason that came without advice of its own."""
    reason = _reason(code)
    return reason.next_step if reason else ""


def _meant(name: str, known: Iterable[Any]) -> str:
    near = closest(name, known)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def closest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names nearest to one that is not known, best first; case does not matter."""
    import difflib

    plain = {entry.lower(): entry for entry in known}
    return [plain[found] for found in difflib.get_close_matches(printable(name).lower(), plain, count, 0.6)]
