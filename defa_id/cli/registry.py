"""`defa-id registry`: the operator's daily commands on the sources of a trust registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from defa_id.cli import options, terminal
from defa_id.errors import ChangeRefused, WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.operator.changes import Change
    from defa_id.operator.tree import Tree

F = TypeVar("F", bound=Callable[..., Any])

_FILE: Final = click.Path(path_type=Path)
_LEVELS: Final = click.Choice(("low", "substantial", "high"))
_ENVIRONMENTS: Final = click.Choice(("demo", "sandbox", "pilot", "live"))


def _dir_option(command: F) -> F:
    return click.option("--dir", "directory", metavar="DIR", type=_FILE, required=True, help="The registry's sources.")(
        command
    )


def _state_option(command: F) -> F:
    return click.option("--state", metavar="XX", required=True, help="The member state (ISO 3166-1 alpha-2).")(command)


# Commands in modules of their own: name -> (module:attribute, what the list says), imported when asked for.
_ELSEWHERE: Final = {
    "doctor": ("registry_doctor:doctor", "Warn of ends ahead, of what is broken, and of empty lists."),
    "lint": ("registry_lint:lint", "Check the sources against every rule."),
    "propose": ("registry_changes:propose", "Freeze what was edited into a change set, for others to sign."),
    "sign": ("registry_changes:sign", "Check a change set on your own machine and sign it."),
    "simulate": ("registry_changes:simulate", "Judge sample credentials before and after: whose verdict flips."),
    "refresh": ("registry_distribution:refresh", "Fetch what changed in a published registry into a cache."),
    "bundle": ("registry_distribution:bundle", "Write a published registry as one file that verifies offline."),
    "compare": ("registry_distribution:compare", "Compare two mirrors of a registry."),
    "diff": ("registry_changes:diff", "Say in words what a change means and whom it affects."),
}


class _Commands(click.Group):
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
        """The list of commands, without importing any."""
        short = {name: command.get_short_help_str(100) for name, command in self.commands.items()}
        named = {**short, **{name: text for name, (_, text) in _ELSEWHERE.items()}}
        with formatter.section("Commands"):
            formatter.write_dl([(name, named[name]) for name in self.list_commands(ctx)])


@click.group("registry", cls=_Commands)
def registry() -> None:
    """Edit, check, publish and look into a trust registry.

    Changes are made in the sources and count only once they are published. Nothing that was
    published is ever taken back: an end is an event, recorded beside what stood.
    """


@registry.command("add-issuer")
@_dir_option
@_state_option
@click.option("--id", "id_", metavar="ISSUER_ID", required=True, help="The issuer's DID or https URL.")
@click.option("--name", required=True, help="The issuer's name, as people know it.")
@click.option("--key", metavar="FILE", type=_FILE, help="Its public key: JWK, PEM certificate or PEM public key.")
@click.option("--new-key", is_flag=True, help="Make a key for it here (0600), for trials.")
@click.option("--type", "type_", metavar="TYPE", required=True, help="What it may issue: VC type, vct or docType.")
@click.option("--format", "format_", metavar="FORMAT", required=True, help="vc-jwt, sd-jwt-vc, mdoc, cwt, …")
@click.option("--level", type=_LEVELS, required=True, help="The level of assurance granted.")
@click.option("--from", "begins", metavar="TIME", help="From when (RFC 3339); default: now.")
@click.option("--until", "ends", metavar="TIME", help="Until when; default: open.")
@click.option("--schema", metavar="FILE", type=_FILE, help="A JSON Schema for the type; default: the vocabulary's.")
@click.option("--proof", metavar="FILE", type=_FILE, help="Proof that the issuer holds the key, a JWS.")
@click.option("--kind", default="other", show_default=True, help="government, company, regulator, university, …")
@options.json_option
def add_issuer(
    directory: Path,
    state: str,
    id_: str,
    name: str,
    key: Path | None,
    new_key: bool,
    type_: str,
    format_: str,
    level: str,
    begins: str | None,
    ends: str | None,
    schema: Path | None,
    proof: Path | None,
    kind: str,
    as_json: bool,
) -> None:
    """List an issuer for one credential type in one format.

    An issuer that is listed already gets a further service.
    """
    from defa_id.issue import signing
    from defa_id.operator import changes, sandbox, storage
    from defa_id.operator.keyring import FileKeyring, issuer_key_name

    if (key is None) == (not new_key):
        raise WrongUse("say either --key FILE or --new-key", hint="--new-key makes a key for trials.")
    made = signing.generate() if new_key else None
    application = changes.Application(
        state=state,
        id=id_,
        name=name,
        key=signing.to_json(made.public_jwk) if made else storage.read_bytes(key) if key else b"",
        type=type_,
        format=format_,
        level=level,
        begins=options.moment(begins, "--from"),
        ends=options.moment(ends, "--until"),
        schema=storage.read_bytes(schema) if schema else None,
        proof=storage.read_bytes(proof) if proof else None,
        kind=kind,
    )
    notes: list[str] = []

    def keep(change: Change) -> None:
        if made:
            path = FileKeyring(directory / sandbox.KEYS).store(issuer_key_name(change.summary.partition(":")[0]), made)
            notes.append(f"its private key is in {path}")

    _change(directory, lambda tree, now: changes.add_issuer(tree, application, now), as_json, keep, notes)


@registry.command("recognise")
@_dir_option
@click.option("--by", metavar="XX", required=True, help="The state that recognises.")
@click.option("--of", metavar="XX", required=True, help="The state it recognises.")
@click.option("--type", "type_", metavar="TYPE", required=True, help="The credential type.")
@click.option("--min-level", type=_LEVELS, required=True, help="The least level it must be granted.")
@click.option("--environment", type=_ENVIRONMENTS, required=True, help="How far it carries.")
@click.option("--purpose", "purposes", metavar="NAME", multiple=True, help="Only for this purpose; may be repeated.")
@click.option("--from", "begins", metavar="TIME", help="From when (RFC 3339); default: now.")
@click.option("--until", "ends", metavar="TIME", help="Until when; default: open.")
@click.option("--legal-basis", metavar="TEXT", help="On what it rests; needed in pilot and live.")
@options.json_option
def recognise(
    directory: Path,
    by: str,
    of: str,
    type_: str,
    min_level: str,
    environment: str,
    purposes: tuple[str, ...],
    begins: str | None,
    ends: str | None,
    legal_basis: str | None,
    as_json: bool,
) -> None:
    """Record that one state recognises another's credentials. It binds that one state alone."""
    from defa_id.operator import changes

    statement = changes.Statement(
        by=by,
        of=of,
        type=type_,
        min_level=min_level,
        environment=environment,
        purposes=purposes,
        begins=options.moment(begins, "--from"),
        ends=options.moment(ends, "--until"),
        legal_basis=legal_basis,
    )
    _change(directory, lambda tree, now: changes.recognise(tree, statement, now), as_json)


def _standing_options(command: F) -> F:
    for option in reversed(
        (
            _dir_option,
            _state_option,
            click.option("--id", "id_", metavar="ISSUER_ID", required=True, help="The issuer's identifier."),
            click.option("--service", metavar="SERVICE_ID", help="Only this service of it; default: all of them."),
            click.option("--effective", metavar="TIME", required=True, help="From when (RFC 3339), past or future."),
            options.json_option,
        )
    ):
        command = option(command)
    return command


def _reason_options(command: F) -> F:
    command = click.option("--compromised-since", metavar="TIME", help="With reason compromise: since when.")(command)
    return click.option("--reason", metavar="CODE", required=True, help="administrative, investigation, fraud, …")(
        command
    )


@registry.command("suspend")
@_standing_options
@_reason_options
def suspend(directory: Path, effective: str, compromised_since: str | None, as_json: bool, **named: str) -> None:
    """Suspend an issuer. What it issued before stays undecided; what it issues now is rejected."""
    _end("suspend", directory, effective, compromised_since, as_json, **named)


@registry.command("withdraw")
@_standing_options
@_reason_options
def withdraw(directory: Path, effective: str, compromised_since: str | None, as_json: bool, **named: str) -> None:
    """Withdraw an issuer's authorisation, for good. The reason decides what its credentials are worth."""
    _end("withdraw", directory, effective, compromised_since, as_json, **named)


@registry.command("reinstate")
@_standing_options
@click.option("--reason", metavar="CODE", help="Accepted and not recorded: a grant has no reason.")
def reinstate(
    directory: Path, state: str, id_: str, service: str | None, effective: str, reason: str | None, as_json: bool
) -> None:
    """End a suspension. What was issued during it stays rejected."""
    from defa_id.operator import standing
    from defa_id.trust.history import REASONS

    if reason is not None and reason not in REASONS:
        raise ChangeRefused(f"unknown reason {reason!r}", hint=f"Use one of {', '.join(sorted(REASONS))}, or none.")
    moment = _moment(effective, "--effective")
    _change(directory, lambda tree, now: standing.reinstate(tree, state, id_, moment, now, service=service), as_json)


@registry.command("publish")
@_dir_option
@click.option("--demo-sign", is_flag=True, help="Sign all that was edited with the demo keys in DIR/keys.")
@click.option("--change", "changes", metavar="ID", multiple=True, help="Only this change set; may be repeated.")
@click.option("--reappoint", "states", metavar="XX", multiple=True, help="A state whose keys are lost gets new ones.")
@options.json_option
def publish(directory: Path, demo_sign: bool, changes: tuple[str, ...], states: tuple[str, ...], as_json: bool) -> None:
    """Publish to DIR/published, in one step for every reader.

    Without --demo-sign: the change sets that have the signatures they need, and nothing else.
    With --reappoint: verifiers who know the lost keys refuse that state until they are told to forget them.
    """
    from defa_id.cli import registry_changes
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
        publication = sandbox.publish(directory, now, reappointed=states)
        standings = registry_changes.standings(directory, now)
    else:
        publication, standings = registry_changes.publish_changes(directory, changes, now)
    if as_json:
        published = publication._asdict()
        moments = {name: times.show(published[name]) for name in ("issued", "expires")}
        told = {"changes": [one.to_dict() for one in standings]} if standings else {}
        terminal.write_json({**published, **moments, "path": str(publication.path), **told})
        return
    changed = ", ".join(publication.changed) or "none"
    terminal.write(f"version {publication.version}: {publication.path}\nsigned anew: {changed}, snapshot, timestamp\n")
    terminal.write(registry_changes.standings_text(standings))


@registry.command("show")
@click.argument("state", metavar="[STATE]", required=False)
@click.option("--dir", "directory", metavar="DIR", type=_FILE, help="Sources, with what is not published yet.")
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
    documents, beside = _sources(directory) if directory else _published(registry, root, now)
    if state is not None and state not in documents:
        raise WrongUse(f"no state {state!r} in this registry", hint=f"The states are {', '.join(documents)}.")
    views = [view.state_view(documents[name], moment, known) for name in ([state] if state else documents)]
    if as_json:
        terminal.write_json(views[0] if state else views)
    elif state:
        terminal.write(view.state_text(views[0], terminal.style(), f" · {beside}"))
    else:
        terminal.write(view.states_text(views, terminal.style(), beside))


@registry.command("status")
@_dir_option
@options.json_option
def status(directory: Path, as_json: bool) -> None:
    """Show what is not published yet, which change sets wait for whom, what expires when, and whose keys are here."""
    from defa_id.cli import registry_changes
    from defa_id.operator import overview, sandbox
    from defa_id.operator.keyring import FileKeyring
    from defa_id.operator.tree import load

    keyring = FileKeyring(directory / sandbox.KEYS)
    now = options.now()
    found = overview.overview(load(directory), keyring, directory / sandbox.PUBLISHED, now)
    standings = registry_changes.standings(directory, now)
    if as_json:
        terminal.write_json({**found.to_dict(), "changes": [one.to_dict() for one in standings]})
    else:
        terminal.write(overview.overview_text(found, terminal.style()))
        terminal.write(registry_changes.standings_text(standings))


def _end(
    what: str,
    directory: Path,
    effective: str,
    compromised_since: str | None,
    as_json: bool,
    *,
    state: str,
    id_: str,
    reason: str,
    service: str | None,
) -> None:
    from defa_id.operator import standing

    moment, since = _moment(effective, "--effective"), options.moment(compromised_since, "--compromised-since")
    rule = standing.suspend if what == "suspend" else standing.withdraw
    _change(
        directory,
        lambda tree, now: rule(tree, state, id_, moment, reason, now, compromised_since=since, service=service),
        as_json,
    )


def _moment(text: str, option: str) -> datetime:
    return cast("datetime", options.moment(text, option))


def _change(
    directory: Path,
    make: Callable[[Tree, datetime], Change],
    as_json: bool,
    keep: Callable[[Change], None] | None = None,
    notes: list[str] | None = None,
) -> None:
    """Make a change to the sources under the registry's lock, and say what was done and what is next."""
    from defa_id.operator import sandbox, storage
    from defa_id.operator.tree import load

    with storage.locked(directory):
        change = make(load(directory), options.now())
        if keep:
            keep(change)
        sandbox.save_state(directory, change.state, change.after)
    if as_json:
        said = {"state": change.state, "change": change.summary, "warnings": list(change.warnings)}
        terminal.write_json({**said, "published": False})
        return
    terminal.write(change.summary + "\n")
    for note in notes or ():
        terminal.write(note + "\n")
    for warning in change.warnings:
        terminal.say(f"warning: {warning}")
    terminal.say(f"next:    defa-id registry publish --dir {directory} --demo-sign")


def _sources(directory: Path) -> tuple[dict[str, Any], str]:
    from defa_id.operator.tree import load

    tree = load(directory)
    return {name: tree.states[name].listing for name in sorted(tree.states)}, "sources, as edited"


def _published(path: str | None, root: str | None, now: datetime) -> tuple[dict[str, Any], str]:
    from defa_id import files

    opened = files.open_registry(path, root=root, memory=None, now=now)
    documents = {name: dict(opened.state_list(name).document) for name in opened.states()}
    return documents, f"version {opened.version}, {opened.freshness}, anchor {opened.anchor}"
