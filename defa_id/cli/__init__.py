"""The command line: which commands there are. A command's module is imported when it is asked for."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

gc.set_threshold(100_000)  # more objects than one verification makes; before that no garbage is worth a search

import click  # noqa: E402  (the first of the imports that search for garbage otherwise)

from defa_id.cli import errors, options, terminal  # noqa: E402

NAME: Final = "defa-id"


# A command NAME is `defa_id.cli.NAME:NAME`. What the list says of it stands here, so that a list imports none.
_COMMANDS: Final = {
    "verify": "Judge credentials: accepted, rejected or not decided, and why.",
    "inspect": "Show what is inside a credential, without judging it.",
    "explain": "Explain a check or a reason code, and what to do about it.",
    "languages": "Show which languages the texts are in, and how far; begin or refresh one.",
    "receipt": "Check receipts of decisions, and ask filed decisions again.",
    "matrix": "Show who recognises whom, at which level.",
    "gap": "Compare a state with a baseline and with what its partners ask.",
    "readiness": "Ask whether a state is ready to join: a checklist, answered where it can be.",
    "policy": "Check, explain, compare and try out policies.",
    "crosswalk": "Show how levels of other frameworks are read here, and by whom.",
    "country": "Show what is known about a member state, with its sources.",
    "name": "Compare two names, look over one; in any script of the region.",
    "number": "Look at an identifying number for slips of the pen.",
    "registry": "Edit, check, publish and look into a trust registry.",
    "sandbox": "Make a complete demo registry of your own.",
    "issue": "Issue a credential from a sandbox, for trials.",
    "types": "Show credential types, check claims, carry them to other standards and back.",
}

_EXITS: Final = """\b
Exit codes:
  0  accepted
  1  rejected
  2  wrong use or bad policy
  3  not decided: something could not be found out
  4  the registry cannot be trusted
Several sources end with the gravest: 4, 2, 1, 3, 0."""


class Commands(options.Helpful, click.Group):
    """The commands by name, each imported when it is asked for, and one place where all of them end."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order somebody meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now; None if there is none."""
        if cmd_name not in _COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = getattr(import_module(f"defa_id.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command `args` begin with. Raises `click.UsageError` with what may have been meant."""
        if args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise errors.NoSuchName("command", args[0], _COMMANDS, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        leave: Callable[[int], NoReturn] = sys.exit,
        **_: Any,
    ) -> NoReturn:
        """Run one command line and `leave` with its code; no exception of ours or the user's gets out."""
        given = sys.argv[1:] if args is None else list(args)
        self._main_shell_completion({}, prog_name or NAME)
        leave(errors.run(self, given, prog_name or NAME))


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from defa_id.version import __version__

        click.echo(f"{NAME} {__version__}")
        ctx.exit()


@click.group(NAME, cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXITS)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def cli() -> None:
    """Judge a credential of one member state in another, offline, and say why.

    Every answer is a verdict: what was asked, what was found, where the rule is written, what it
    rests on and what to do next. Everything that ships with this package is demo data.
    """


def main() -> NoReturn:
    """The entry point `defa-id`."""
    terminal.prepare()
    cli.main(prog_name=NAME, leave=terminal.leave)
