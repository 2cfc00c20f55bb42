"""Options several commands share, and what their values mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from pathlib import Path

    from defa_id.languages import Texts

F = TypeVar("F", bound=Callable[..., Any])
Sections = Mapping[str, tuple[str, ...]]


class Helpful(click.Command):
    """A command with `-h` and `--help` as click has them, except that no catalogue of translations is searched for
    their one line before every command."""

    def __init__(self, name: str | None, *, params: Iterable[click.Parameter] = (), **kwargs: Any) -> None:
        asked = click.Option(
            ["-h", "--help"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_help,
            help="Show this message and exit.",
        )
        super().__init__(name, params=[*params, asked], add_help_option=False, **kwargs)


def _show_help(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(ctx.get_help())
        ctx.exit()


class Sectioned(Helpful):
    """A command whose options are listed under headings: heading to option names, the rest at the end."""

    def __init__(self, *args: Any, sections: Sections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, section by section."""
        records = {
            param.opts[0]: record
            for param in self.get_params(ctx)
            if param.param_type_name == "option" and (record := param.get_help_record(ctx))
        }
        room = max(len(option) for option, _ in records.values())
        named = {name for names in self._sections.values() for name in names}
        rest = tuple(name for name in records if name not in named)
        for heading, names in {**self._sections, "Other": rest}.items():
            if rows := [(records[name][0].ljust(room), records[name][1]) for name in names if name in records]:
                with formatter.section(heading):
                    formatter.write_dl(rows)


def registry_options(command: F) -> F:
    """`--registry PATH` and `--root FILE`."""
    command = click.option(
        "--root", metavar="FILE", help="The trust anchor you pinned; default: the one beside the registry."
    )(command)
    return click.option(
        "--registry",
        metavar="PATH",
        help="A published registry: folder, bundle, cache; default: the demo registry inside.",
    )(command)


def time_options(command: F) -> F:
    """`--at TIME` and `--known-at TIME`, both RFC 3339."""
    command = click.option(
        "--known-at", metavar="TIME", help="With what was known at this time; default: all the registry holds."
    )(command)
    return click.option("--at", metavar="TIME", help="Judge as of this time (RFC 3339); default: now.")(command)


def json_option(command: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Machine output.")(command)


def now() -> datetime:
    """The one place where the command line reads the clock, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def moment(text: str | None, option: str) -> datetime | None:
    """The moment an option names. Raises `WrongUse` if it is not RFC 3339 with a zone."""
    if text is None:
        return None
    from defa_id.codec import times
    from defa_id.errors import Fault

    try:
        return times.parse(text, option)
    except Fault as fault:
        raise WrongUse(fault.why, hint=f"Write it like {option} 2026-11-01T09:00:00Z.", code="CFG_TIME") from None


def language_option(command: F) -> F:
    """`--lang CODE`."""
    return click.option(
        "--lang",
        metavar="CODE",
        help="Language of the texts (defa-id languages lists them); default: DEFA_ID_LANG, en.",
    )(command)


def language(code: str | None) -> Texts:
    """The texts of a language: the one named, else that of DEFA_ID_LANG, else English. The locale is not asked:
    a translation is a draft, and what a clerk reads must not change with the machine.

    Raises `WrongUse` for a language that is not there.
    """
    import os

    from defa_id import languages

    wanted = code or os.environ.get("DEFA_ID_LANG") or "en"
    return languages.texts(wanted, *language_folders())


def language_folders() -> list[Path]:
    """The user's own folder of translations, if DEFA_ID_LANGUAGES names one."""
    import os
    from pathlib import Path

    named = os.environ.get("DEFA_ID_LANGUAGES")
    return [Path(named)] if named else []


def visible(text: str, what: str) -> str:
    """A text for others to read. Raises `WrongUse` if it holds what nobody can see."""
    from defa_id.codec.text import require_visible
    from defa_id.errors import Fault

    try:
        return require_visible(text, what)
    except Fault as fault:
        raise WrongUse(fault.why, hint="Type it anew instead of pasting it.") from None
