"""What change sets of every kind share on the command line: the registry they lead on from, and how far they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from defa_id.cli import terminal
from defa_id.errors import ChangeRefused

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from defa_id.operator.pending import Standing
    from defa_id.operator.published import Published
    from defa_id.operator.publishing import Publication


def confirm(ask: bool) -> None:
    """Ask whoever sits at a terminal whether this is to be signed. Raises `click.Abort`."""
    if ask and sys.stdin is not None and sys.stdin.isatty():
        click.confirm("Sign this?", abort=True)


def noted(note: str) -> str:
    """An author's note, as it may be shown."""
    from defa_id.report.layout import shown

    return shown(note, 400) or "no note"


def publish_changes(directory: Path, only: tuple[str, ...], now: datetime) -> tuple[Publication, tuple[Standing, ...]]:
    """Publish the change sets that have their signatures; snapshot and timestamp are signed with the keys here."""
    from defa_id.operator import changeset, pending, sandbox, storage
    from defa_id.operator.keyring import FileKeyring
    from defa_id.operator.tree import load

    with storage.locked(directory):
        tree = load(directory)
        terminal.progress("checking change sets and their signatures")
        keyring, folder = FileKeyring(directory / sandbox.KEYS), directory / changeset.FOLDER
        return pending.publish(keyring, tree, folder, directory / sandbox.PUBLISHED, now, only)


def standings(directory: Path, now: datetime) -> tuple[Standing, ...]:
    """Every change set of a registry, and how far it is."""
    from defa_id.operator import changeset, pending, sandbox
    from defa_id.operator.published import Published

    folder = directory / changeset.FOLDER
    if not pending.all_files(folder):
        return ()
    return tuple(pending.standings(folder, Published.read(directory / sandbox.PUBLISHED), now))


def standings_text(found: tuple[Standing, ...]) -> str:
    """The same for people: a line each, and one for each role that has to sign."""
    from defa_id.report.layout import shown

    lines = ["Change sets"] if found else []
    for one in found:
        by = f" by {shown(one.author)}" if one.author else ""
        note = f": {shown(one.note, 120)}" if one.note else ""
        lines.append(f"  {one.id} {one.status}{by}{note}")
        lines.extend(f"    {count}" for count in one.counts)
        if one.problem:
            lines.append(f"    {shown(one.problem, 300)}")
    return "".join(f"{line}\n" for line in lines)


def verified(directory: Path, root: str | None, now: datetime, *, only: str | None = None) -> Published:
    """What stands published, its signatures (of all states, or `only` this one) verified as every reader does.
    Raises `RegistryRejected`."""
    from defa_id import files
    from defa_id.operator import sandbox
    from defa_id.operator.published import Published

    terminal.progress("verifying the published registry")
    place = directory / sandbox.PUBLISHED
    opened = files.open_registry(place, root=root, memory=None, now=now)
    for state in opened.states():
        if only in (None, state):
            opened.state_list(state)
    published = Published.read(place)
    if published is None or published.version != opened.version:
        raise ChangeRefused("the published registry changed while it was read", hint="Try again.")
    return published
