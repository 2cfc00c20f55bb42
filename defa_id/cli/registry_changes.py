"""`defa-id registry propose | diff | simulate | sign`: changes that several people answer for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from defa_id.cli import options, registry_agreeing, signing_key, terminal
from defa_id.values import NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.cli.signing_key import SigningKey
    from defa_id.operator.changeset import ChangeSet, Derived
    from defa_id.operator.events import Event
    from defa_id.operator.meaning import Meaning
    from defa_id.operator.published import Published
    from defa_id.operator.tree import Tree

F = TypeVar("F", bound=Callable[..., Any])
_FILE: Final = click.Path(path_type=Path)


def _dir_option(command: F) -> F:
    return click.option(
        "--dir", "directory", metavar="DIR", type=_FILE, required=True, help="The registry: published/ and changes/."
    )(command)


def _root_option(command: F) -> F:
    return click.option("--root", metavar="FILE", help="The trust anchor you pinned.")(command)


class Opened(NamedTuple):
    """A change set as it was checked here, against a registry that was verified here."""

    change: ChangeSet
    derived: Derived
    published: Published


@click.command("propose")
@_dir_option
@click.option("--state", metavar="XX", required=True, help="Whose sources were edited.")
@signing_key.options
@click.option("--note", metavar="TEXT", default="", help="Why, for those who are to sign.")
@_root_option
@options.json_option
def propose(directory: Path, state: str, signing_key: SigningKey, note: str, root: str | None, as_json: bool) -> None:
    """Freeze what was edited in a state's sources into a change set, for others to check and sign.

    Your own signature says who proposes it; it never counts among those it needs.
    """
    from defa_id.operator import changeset, sandbox, signing, storage
    from defa_id.operator.tree import load

    now = options.now()
    signer = signing_key.signer()
    with storage.locked(directory):
        edited = load(directory)
        published = registry_agreeing.verified(directory, root, now)
        tree = changeset.completed(edited, changeset.tree_of(published), now)
        terminal.progress("deriving the change and checking every rule")
        folder = directory / changeset.FOLDER
        change = changeset.propose(tree, published, state, signer, options.visible(note, "the note"), now, folder)
        if tree.states[state] != edited.states[state]:
            sandbox.save_state(directory, state, tree.states[state])
        path = changeset.write(folder, change)
    opened = Opened(change, changeset.rederive(change, published, now), published)
    counts = [count for count, _ in signing.collect(change, opened.derived, published, folder)]
    if as_json:
        terminal.write_json(
            {"change": change.to_dict(), "path": str(path), "counts": [one.to_dict() for one in counts]}
        )
        return
    terminal.write(f"{change.id}: {terminal.named(path)}\n{_lines(_meaning(opened, now))}")
    terminal.write("".join(f"{count}\n" for count in counts))
    here = terminal.named(directory)
    terminal.say(f"next:    defa-id registry sign {change.id} --dir {here} --key FILE   (each of the signers)")


@click.command("diff")
@click.argument("change", metavar="[CHANGE]", required=False)
@_dir_option
@_root_option
@options.json_option
def diff(change: str | None, directory: Path, root: str | None, as_json: bool) -> None:
    """Say in words what a change means and whom it affects.

    CHANGE is a change set or a role change, by number or file; without one, all that was edited and is not published.
    """
    from defa_id.cli import registry_roles

    now = options.now()
    if change is not None and registry_roles.is_one(change):
        registry_roles.show(directory, change, root, now, as_json=as_json)
        return
    published = registry_agreeing.verified(directory, root, now)
    if change is not None:
        found = [_meaning(_open(directory, change, published, now), now)]
    else:
        found = _unpublished(directory, published, now)
    if as_json:
        terminal.write_json([one.to_dict() for one in found])
    else:
        terminal.write("".join(map(_lines, found)) or "nothing differs from what is published\n")


@click.command("simulate")
@click.argument("change", metavar="[CHANGE]", required=False)
@_dir_option
@click.option("--credentials", metavar="PATH", required=True, help="Sample credentials: a directory, or a file.")
@click.option("--for", "relying", metavar="XX", multiple=True, help="A relying state; may be repeated. Default: all.")
@click.option("--policy", default="baseline", metavar="FILE|NAME", help="A policy document or preset.  [baseline]")
@click.option("--purpose", metavar="NAME", help="What they are wanted for.")
@click.option("--at", metavar="TIME", help="Judge as of this time; default: now, and whenever the change takes effect.")
@_root_option
@options.json_option
def simulate(
    change: str | None,
    directory: Path,
    credentials: str,
    relying: tuple[str, ...],
    policy: str,
    purpose: str | None,
    at: str | None,
    root: str | None,
    as_json: bool,
) -> None:
    """Judge sample credentials before and after a change, and list whose verdict flips.

    CHANGE is a change set, by number or file; without one, all that was edited and is not published.
    """
    from defa_id import files
    from defa_id.operator import changeset, reliance, simulation

    now = options.now()
    moment = options.moment(at, "--at")
    rules = files.load_policy(policy)
    published = registry_agreeing.verified(directory, root, now)
    standing = changeset.tree_of(published)
    if change is not None:
        opened = _open(directory, change, published, now)
        tree, made = opened.derived.tree, opened.change.events
    else:
        tree, made = _edited(directory, published, now)
    for by in relying:
        standing.state(by)
    policies = {by: rules.asking(for_state=by, purpose=purpose) for by in relying or sorted(standing.states)}
    samples = _samples(credentials)
    terminal.progress("making a registry without the change and one with it")
    before, after = simulation.draft(standing, now), simulation.draft(tree, now)
    moments = [moment] if moment else reliance.moments_of(made, now)
    found = simulation.simulate(before, after, samples, policies, moments, _counter())
    if as_json:
        terminal.write_json(found.to_dict())
    else:
        terminal.write(simulation.simulation_text(found))


@click.command("sign")
@click.argument("change", metavar="CHANGE")
@_dir_option
@signing_key.options
@_root_option
@click.option("--yes", is_flag=True, help="Do not ask; the change is shown all the same.")
@options.json_option
def sign(change: str, directory: Path, signing_key: SigningKey, root: str | None, yes: bool, as_json: bool) -> None:
    """Check a change set or a role change on your own machine and sign it.

    What is signed is derived here from the change set and your copy of the registry, checked against
    every rule and shown in words. Nobody signs what they proposed.
    """
    from defa_id.cli import registry_roles
    from defa_id.operator import changeset, signing, storage

    now = options.now()
    signer = signing_key.signer()
    ask = not yes and not as_json
    with storage.locked(directory):
        if registry_roles.is_one(change):
            id, counts = registry_roles.sign(directory, change, root, signer, now, ask=ask, as_json=as_json)
        else:
            published = registry_agreeing.verified(directory, root, now)
            opened = _open(directory, change, published, now)
            id = opened.change.id
            if not as_json:
                terminal.write(f"{id} by {opened.change.author.key}: {registry_agreeing.noted(opened.change.note)}\n")
                terminal.write(_lines(_meaning(opened, now)))
            registry_agreeing.confirm(ask)
            counts = signing.sign(opened.change, opened.derived, published, signer, directory / changeset.FOLDER)
    if as_json:
        terminal.write_json({"change": id, "counts": [one.to_dict() for one in counts]})
        return
    terminal.write("".join(f"{count}\n" for count in counts))
    if all(count.complete for count in counts):
        terminal.say(f"next:    defa-id registry publish --dir {terminal.named(directory)}")
    else:
        terminal.say("next:    the others sign; see how far it is with defa-id registry status")


def _open(directory: Path, name: str, published: Published, now: datetime) -> Opened:
    from defa_id.operator import changeset, pending

    change = changeset.read(pending.find(directory / changeset.FOLDER, name))
    terminal.progress("deriving what it leads to and checking every rule")
    return Opened(change, changeset.rederive(change, published, now), published)


def _meaning(opened: Opened, now: datetime) -> Meaning:
    from defa_id.operator import changeset
    from defa_id.operator.meaning import meaning

    before = changeset.tree_of(opened.published)
    return meaning(before, opened.derived.tree, opened.change.state, opened.change.events, now)


def _unpublished(directory: Path, published: Published, now: datetime) -> list[Meaning]:
    from defa_id.operator import changeset, lint
    from defa_id.operator.meaning import meaning
    from defa_id.operator.tree import load

    before = changeset.tree_of(published)
    tree = changeset.completed(load(directory), before, now)
    found = []
    for state, made in changeset.unpublished(tree, before).items():
        after = before.with_state(state, tree.states[state])
        lint.require_clean(after)
        found.append(meaning(before, after, state, made, now))
    return found


def _edited(directory: Path, published: Published, now: datetime) -> tuple[Tree, tuple[Event, ...]]:
    """What would stand published with all that was edited, and the events that lead there."""
    from defa_id.operator import changeset
    from defa_id.operator.tree import load

    after = changeset.tree_of(published)
    tree = changeset.completed(load(directory), after, now)
    made = changeset.unpublished(tree, after)
    for state in made:
        after = after.with_state(state, tree.states[state])
    return after, tuple(event for found in made.values() for event in found)


def _samples(source: str) -> dict[str, bytes]:
    from defa_id.cli.reading import items_of, read

    return {item.name: read(item) for item in items_of([source])}


def _counter() -> Callable[[int, int], None] | None:
    """Counts on a terminal, on one line; elsewhere nothing does."""
    if not sys.stderr.isatty():
        return None

    def count(done: int, total: int) -> None:
        sys.stderr.write(f"\r{done} of {total} judged" + ("\n" if done == total else ""))
        sys.stderr.flush()

    return count


def _lines(found: Meaning) -> str:
    from defa_id.operator.meaning import layout

    return layout(found, terminal.style())
