"""What the commands that edit a registry's sources share: their options, and how a change is kept and told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from defa_id.cli import options, terminal
from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.operator.changes import Change
    from defa_id.operator.tree import Tree

F = TypeVar("F", bound=Callable[..., Any])

FILE: Final = click.Path(path_type=Path)


def dir_option(command: F) -> F:
    """`--dir DIR`, a registry's sources."""
    return click.option("--dir", "directory", metavar="DIR", type=FILE, required=True, help="The registry's sources.")(
        command
    )


def state_option(command: F) -> F:
    """`--state XX`."""
    return click.option("--state", metavar="XX", required=True, help="The member state (ISO 3166-1 alpha-2).")(command)


def required_moment(text: str | None, option: str) -> datetime:
    """The moment an option names that must be given. Raises `WrongUse`."""
    found = options.moment(text, option)
    if found is None:
        raise WrongUse(f"{option} is missing", hint=f"Write it like {option} 2026-11-01T09:00:00Z.")
    return found


def change(
    directory: Path,
    states: tuple[str, ...],
    make: Callable[[Tree, datetime], Change],
    as_json: bool,
    keep: Callable[[Change], None] | None = None,
    notes: list[str] | None = None,
) -> None:
    """Make a change to the sources of `states` under the registry's lock, and say what was done and what is next."""
    from defa_id.operator import lint, sandbox, storage
    from defa_id.operator.rules import TRIAL
    from defa_id.operator.tree import load

    with storage.locked(directory):
        tree = lint.shaped(load(directory), *states)
        made = make(tree, options.now())
        if keep:
            keep(made)
        sandbox.save_state(directory, made.state, made.after)
    if as_json:
        said = {"state": made.state, "change": made.summary, "warnings": list(made.warnings)}
        terminal.write_json({**said, "published": False})
        return
    terminal.write(made.summary + "\n")
    for note in notes or ():
        terminal.write(note + "\n")
    for warning in made.warnings:
        terminal.say(f"warning: {warning}")
    if tree.environment in TRIAL:
        terminal.say(f"next:    defa-id registry publish --dir {terminal.named(directory)} --demo-sign")
    else:
        terminal.say(
            f"next:    defa-id registry propose --dir {terminal.named(directory)} --state {made.state} --key FILE"
        )
