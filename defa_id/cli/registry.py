"""`defa-id registry`: the operator's commands, and of these publish, show and status."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from defa_id.cli import editing, options, terminal
from defa_id.errors import ChangeRefused, WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Read = Callable[[str], dict[str, Any]]

# Commands in modules of their own: name -> (module:attribute, what the list says), imported when asked for.
_ELSEWHERE: Final = {
    "init": ("registry_founding:init", "Begin a registry of your own, without states."),
    "init-state": ("registry_founding:init_state", "Write the sources a new state begins with."),
    "join": ("registry_founding:join", "Propose that a new state joins, for it and the region to sign."),
    "add": ("registry_sources:add", "List a whole record: an issuer, a relying party, a wallet provider."),
    "add-issuer": ("registry_sources:add_issuer", "List an issuer for one credential type in one format."),
    "recognise": ("registry_sources:recognise", "Record that one state recognises another's credentials."),
    "arrange": ("registry_statements:arrange", "Put an arrangement of several states on one state's record."),
    "statement": ("registry_statements:statement", "Suspend, resume or end a recognition or arrangement, alone."),
    "rotate": ("registry_sources:rotate", "List an issuer's new key, and end the old one."),
    "ceremony": ("registry_ceremony:ceremony", "Make keys of roles before witnesses, with a transcript."),
    "rotate-role": ("registry_roles:rotate_role", "Propose other keys for a role, of a state or of the region."),
    "renew": ("registry_roles:renew", "Propose that roles are signed anew, before they expire."),
    "suspend": ("registry_standing:suspend", "Suspend an issuer; --emergency strikes it at once with one key."),
    "withdraw": ("registry_standing:withdraw", "Withdraw an issuer's authorisation, for good."),
    "reinstate": ("registry_standing:reinstate", "End a suspension."),
    "doctor": ("registry_doctor:doctor", "Warn of ends ahead, of what is broken, and of empty lists."),
    "lint": ("registry_lint:lint", "Check the sources against every rule."),
    "propose": ("registry_changes:propose", "Freeze what was edited into a change set, for others to sign."),
    "sign": ("registry_changes:sign", "Check a change set on your own machine and sign it."),
    "simulate": ("registry_changes:simulate", "Judge sample credentials before and after: whose verdict flips."),
    "refresh": ("registry_distribution:refresh", "Fetch what changed in a published registry into a cache."),
    "bundle": ("registry_distribution:bundle", "Write a published registry as one file that verifies offline."),
    "prefetch": ("registry_prefetch:prefetch", "Fetch what a registry names, for verifying without a network."),
    "accept": ("registry_distribution:accept", "Take a state's new keys, after asking it whether they are its own."),
    "compare": ("registry_distribution:compare", "Compare two mirrors of a registry."),
    "conformance": ("registry_conformance:conformance", "Ask of a state everything that others rely on."),
    "export": ("registry_interchange:export", "Write published lists as ETSI TS 119 602 JSON."),
    "import": ("registry_interchange:import_", "Take a signed list of others into quarantine."),
    "log": ("registry_log:log", "Say what a state published when, in words."),
    "diff": ("registry_changes:diff", "Say in words what a change means and whom it affects."),
}


# In which order they are met; what is named in none of these is listed at the end.
_SECTIONS: Final = {
    "Begin": ("init", "init-state", "join", "ceremony"),
    "Edit the sources": (
        "add-issuer",
        "add",
        "rotate",
        "recognise",
        "arrange",
        "statement",
        "suspend",
        "withdraw",
        "reinstate",
    ),
    "Look before you sign": ("lint", "diff", "simulate", "status", "show"),
    "Agree": ("propose", "rotate-role", "renew", "sign"),
    "Publish": ("publish", "stamp", "bundle", "export", "import"),
    "Watch and verify": ("doctor", "log", "conformance", "refresh", "prefetch", "compare", "accept"),
}


class _Commands(options.Helpful, click.Group):
    """The commands of this module, and those in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted({*super().list_commands(ctx), *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now if it has a module of its own; None if there is none."""
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        from importlib import import_module

        module, _, attribute = _ELSEWHERE[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"defa_id.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands by what they are for, without importing any."""
        short = {name: command.get_short_help_str(100) for name, command in self.commands.items()}
        named = {**short, **{name: text for name, (_, text) in _ELSEWHERE.items()}}
        sorted_in = {name for names in _SECTIONS.values() for name in names}
        rest = tuple(name for name in self.list_commands(ctx) if name not in sorted_in)
        for heading, names in {**_SECTIONS, "Other": rest}.items():
            if rows := [(name, named[name]) for name in names if name in named]:
                with formatter.section(heading):
                    formatter.write_dl(rows)


@click.group("registry", cls=_Commands)
def registry() -> None:
    """Edit, check, publish and look into a trust registry.

    Changes are made in the sources and count only once they are published. Nothing that was
    published is ever taken back: an end is an event, recorded beside what stood.
    """


@registry.command("publish")
@editing.dir_option
@click.option("--demo-sign", is_flag=True, help="Sign all that was edited with the demo keys in DIR/keys.")
@click.option("--change", "changes", metavar="ID", multiple=True, help="Only this change set; may be repeated.")
@click.option("--reappoint", "states", metavar="XX", multiple=True, help="A state whose keys are lost gets new ones.")
@options.json_option
def publish(directory: Path, demo_sign: bool, changes: tuple[str, ...], states: tuple[str, ...], as_json: bool) -> None:
    """Publish to DIR/published, in one step for every reader.

    Without --demo-sign: the change sets that have the signatures they need, and nothing else.
    With --reappoint: verifiers who know the lost keys refuse that state until they are told to forget them.
    """
    from defa_id.cli import registry_agreeing
    from defa_id.codec import times
    from defa_id.operator import sandbox
    from defa_id.operator.tree import load

    now = options.now()
    if demo_sign and changes:
        raise WrongUse("--demo-sign signs all that was edited", hint="Give --change without it.")
    if states and not demo_sign:
        raise WrongUse("--reappoint needs the region's keys and the state's new ones", hint="Give --demo-sign too.")
    if demo_sign:
        environment = load(directory).environment
        if environment not in ("demo", "sandbox"):
            raise ChangeRefused(
                f"demo keys do not sign a {environment} registry", hint="They are for demo and sandbox."
            )
        terminal.progress("checking every rule, signing and publishing")
        publication = sandbox.publish(directory, now, reappointed=states)
        standings = registry_agreeing.standings(directory, now)
    else:
        publication, standings = registry_agreeing.publish_changes(directory, changes, now)
    if as_json:
        published = publication._asdict()
        moments = {name: times.show(published[name]) for name in ("issued", "expires")}
        told = {"changes": [one.to_dict() for one in standings]} if standings else {}
        terminal.write_json({**published, **moments, "path": str(publication.path), **told})
        return
    changed = ", ".join(publication.changed) or "none"
    place = terminal.named(publication.path)
    terminal.write(f"version {publication.version}: {place}\nsigned anew: {changed}, snapshot, timestamp\n")
    terminal.write(registry_agreeing.standings_text(standings))


@registry.command("stamp")
@editing.dir_option
@options.json_option
def stamp(directory: Path, as_json: bool) -> None:
    """Sign the timestamp anew, and nothing that states sign.

    The snapshot is signed too when half of its life is over. For the machine that serves a registry, by its
    clock: it needs the online keys in DIR/keys alone, and signs nothing that readers would not accept.
    """
    from defa_id.codec import times
    from defa_id.operator import publishing, sandbox, storage
    from defa_id.operator.keyring import FileKeyring
    from defa_id.operator.tree import load

    with storage.locked(directory):
        keyring, place = FileKeyring(directory / sandbox.KEYS), directory / sandbox.PUBLISHED
        done = publishing.stamp(load(directory), keyring, place, options.now())
    if as_json:
        terminal.write_json({"version": done.version, "path": str(done.path), "expires": times.show(done.expires)})
    else:
        terminal.write(f"version {done.version}: good until {times.show(done.expires)}\n")


@registry.command("show")
@click.argument("state", metavar="[STATE]", required=False)
@click.option("--dir", "directory", metavar="DIR", type=editing.FILE, help="Sources, with what is not published yet.")
@options.registry_options
@options.time_options
@options.json_option
def show(
    state: str | None,
    directory: Path | None,
    registry: str | None,
    root: str | None,
    at: str | None,
    known_at: str | None,
    as_json: bool,
) -> None:
    """Show what a state lists as of a date, or all states in short."""
    from defa_id.operator import view

    now = options.now()
    moment, known = options.moment(at, "--at") or now, options.moment(known_at, "--known-at")
    if directory is not None and (registry or root):
        raise WrongUse("--dir shows sources, --registry what is published", hint="Give one of them.")
    states, read, beside = _sources(directory, state) if directory else _published(registry, root, now)
    if state is not None and state not in states:
        raise WrongUse(f"no state {state!r} in this registry", hint=f"The states are {', '.join(states)}.")
    views = [view.state_view(read(name), moment, known) for name in ([state] if state else states)]
    if as_json:
        terminal.write_json(views[0] if state else views)
    elif state:
        terminal.write(view.state_text(views[0], terminal.style(), f" · {beside}"))
    else:
        terminal.write(view.states_text(views, terminal.style(), beside))


@registry.command("status")
@editing.dir_option
@options.json_option
def status(directory: Path, as_json: bool) -> None:
    """Show what waits for publication, and for whom.

    What is edited and not published, which changes wait for whose signatures, what is struck and not answered,
    what expires when, and whose keys are here.
    """
    from defa_id.cli import registry_agreeing
    from defa_id.operator import overview, sandbox
    from defa_id.operator.keyring import FileKeyring
    from defa_id.operator.tree import load

    keyring = FileKeyring(directory / sandbox.KEYS)
    now = options.now()
    found = overview.overview(load(directory), keyring, directory / sandbox.PUBLISHED, now)
    standings = registry_agreeing.standings(directory, now)
    if as_json:
        terminal.write_json({**found.to_dict(), "changes": [one.to_dict() for one in standings]})
    else:
        terminal.write(overview.overview_text(found, terminal.style()))
        terminal.write(registry_agreeing.standings_text(standings))


def _sources(directory: Path, state: str | None) -> tuple[tuple[str, ...], Read, str]:
    from defa_id.operator import lint
    from defa_id.operator.tree import load

    tree = load(directory)
    tree = lint.shaped(tree, *((state,) if state else tree.states))
    return tuple(sorted(tree.states)), lambda name: tree.states[name].listing, "sources, as edited"


def _published(path: str | None, root: str | None, now: datetime) -> tuple[tuple[str, ...], Read, str]:
    """The states, and each one's list as it is asked for: one that cannot be believed hides no other."""
    from defa_id import files

    opened = files.open_registry(path, root=root, memory=None, now=now)
    beside = f"version {opened.version}, {opened.freshness}, anchor {opened.anchor}"
    return opened.states(), lambda name: dict(opened.state_list(name).document), beside
