"""`defa-id registry suspend | withdraw | reinstate`: what becomes of an issuer that is listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from defa_id.cli import editing, options, signing_key, terminal
from defa_id.errors import ChangeRefused, WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.cli.signing_key import SigningKey
    from defa_id.operator.changeset import ChangeSet
    from defa_id.operator.emergency import Strike
    from defa_id.operator.publishing import Publication
    from defa_id.operator.tree import Object

F = TypeVar("F", bound=Callable[..., Any])

_NOT_PUBLISHED: Final = "signed, and not published"


def _standing_options(command: F) -> F:
    for option in reversed(
        (
            editing.dir_option,
            editing.state_option,
            click.option("--id", "id_", metavar="ISSUER_ID", required=True, help="The issuer's identifier."),
            click.option("--service", metavar="SERVICE_ID", help="Only this service of it; default: all of them."),
            click.option("--effective", metavar="TIME", help="From when (RFC 3339), past or future."),
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


@click.command("suspend")
@_standing_options
@_reason_options
@click.option("--emergency", is_flag=True, help="Strike it at once with one break-glass key; --id may name a key.")
@click.option("--note", metavar="TEXT", default="", help="With --emergency: why, for those who answer it.")
@signing_key.options
def suspend(
    directory: Path,
    state: str,
    id_: str,
    service: str | None,
    effective: str | None,
    reason: str,
    compromised_since: str | None,
    emergency: bool,
    note: str,
    signing_key: SigningKey,
    as_json: bool,
) -> None:
    """Suspend an issuer. What it issued before stays undecided; what it issues now is rejected.

    With --emergency a key of XX-deny alone strikes the issuer (or one key, by its thumbprint) from now
    on, and it is published at once. It stays struck until the state's list says something later about
    it, which takes two of XX-ops; the doctor warns when 72 hours have passed.
    """
    if not emergency:
        if signing_key.named or note:
            raise WrongUse("only --emergency signs at once", hint="Leave --key and --note out, or add --emergency.")
        _end("suspend", directory, state, id_, effective, reason, compromised_since, service, as_json=as_json)
        return
    if service is not None or compromised_since is not None:
        raise WrongUse(
            "an emergency strikes an identifier or a key as a whole",
            hint="Leave --service and --compromised-since to the suspension that answers it.",
        )
    from defa_id.operator.emergency import Strike

    now = options.now()
    moment = options.moment(effective, "--effective") or now
    _strike(directory, Strike(state, id_, reason, moment, options.visible(note, "the note")), signing_key, now, as_json)


@click.command("withdraw")
@_standing_options
@_reason_options
def withdraw(
    directory: Path,
    state: str,
    id_: str,
    service: str | None,
    effective: str | None,
    reason: str,
    compromised_since: str | None,
    as_json: bool,
) -> None:
    """Withdraw an issuer's authorisation, for good. The reason decides what its credentials are worth."""
    _end("withdraw", directory, state, id_, effective, reason, compromised_since, service, as_json=as_json)


@click.command("reinstate")
@_standing_options
@click.option("--reason", metavar="CODE", help="Accepted and not recorded: a grant has no reason.")
def reinstate(
    directory: Path,
    state: str,
    id_: str,
    service: str | None,
    effective: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """End a suspension. What was issued during it stays rejected."""
    from defa_id.operator import standing
    from defa_id.trust.history import REASONS

    if reason is not None and reason not in REASONS:
        raise ChangeRefused(f"unknown reason {reason!r}", hint=f"Use one of {', '.join(sorted(REASONS))}, or none.")
    moment = editing.required_moment(effective, "--effective")
    editing.change(
        directory,
        (state,),
        lambda tree, now: standing.reinstate(tree, state, id_, moment, now, service=service),
        as_json,
    )


def _end(
    what: str,
    directory: Path,
    state: str,
    id: str,
    effective: str | None,
    reason: str,
    compromised_since: str | None,
    service: str | None,
    *,
    as_json: bool,
) -> None:
    from defa_id.operator import standing

    moment = editing.required_moment(effective, "--effective")
    since = options.moment(compromised_since, "--compromised-since")
    rule = standing.suspend if what == "suspend" else standing.withdraw
    editing.change(
        directory,
        (state,),
        lambda tree, now: rule(tree, state, id, moment, reason, now, compromised_since=since, service=service),
        as_json,
    )


def _strike(directory: Path, asked: Strike, key: SigningKey, now: datetime, as_json: bool) -> None:
    """Strike, keep it in the working sources, and publish it with the online keys, if they are here."""
    from defa_id.cli.registry_agreeing import verified
    from defa_id.operator import changeset, emergency, pending, sandbox, storage
    from defa_id.operator.keyring import FileKeyring
    from defa_id.operator.tree import Tree, settings

    signer = key.signer()
    place, folder = directory / sandbox.PUBLISHED, directory / changeset.FOLDER
    with storage.locked(directory):
        registry = settings(directory)
        published = verified(directory, None, now, only=asked.state)
        change, entries = emergency.strike(registry, published, asked, signer, now, folder)
        publication: Publication | None = None
        why = ""
        try:
            publication, _ = pending.publish(
                FileKeyring(directory / sandbox.KEYS), Tree(registry, {}, {}, {}), folder, place, now, only=[change.id]
            )
        except ChangeRefused as refused:
            why = refused.message
        try:
            sandbox.save_denials(directory, asked.state, entries)
        except ChangeRefused as damaged:  # what is published counts; the sources must follow it before the next change
            terminal.say(f"warning: the entry is not in the sources: {damaged.message}")
    _tell(directory, change, entries, publication, why, now, as_json=as_json)


def _tell(
    directory: Path,
    change: ChangeSet,
    entries: tuple[Object, ...],
    publication: Publication | None,
    why: str,
    now: datetime,
    *,
    as_json: bool,
) -> None:
    from defa_id.cli.errors import UNDECIDED
    from defa_id.codec import times
    from defa_id.codec.text import printable
    from defa_id.operator.doctor import RATIFICATION

    until, version = times.show(now + RATIFICATION), publication.version if publication else None
    if as_json:
        said = {"change": change.id, "state": change.state, "struck": list(entries), "answer_until": until}
        terminal.write_json({**said, "published": publication is not None, "version": version})
    else:
        for entry in entries:
            since = f"from {entry['effective']}, {entry['reason']}"
            terminal.write(f"{change.state}: {printable(entry['id'], 200)} is struck {since}\n")
        terminal.write(f"{change.id}: {f'version {version}' if publication else _NOT_PUBLISHED}\n")
        if publication:
            terminal.say(f"next:    two of {change.state}-ops suspend, withdraw or reinstate it by {until};")
            terminal.say("         until they have, it stays struck, and verifiers that saw it remember")
        else:
            terminal.say(f"warning: {why}")
            terminal.say("next:    publish it where the online keys are:")
            terminal.say(f"         defa-id registry publish --dir {terminal.named(directory)} --change {change.id}")
    if publication is None:
        click.get_current_context().exit(UNDECIDED)
