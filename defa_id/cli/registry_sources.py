"""`defa-id registry add | add-issuer | rotate | recognise`: what is new in a state's sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from defa_id.cli import editing, options, terminal
from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from datetime import datetime

    from defa_id.issue.signing import SigningKey
    from defa_id.operator.changes import Change

_FILE: Final = editing.FILE
_LEVELS: Final = click.Choice(("low", "substantial", "high"))
_ENVIRONMENTS: Final = click.Choice(("demo", "sandbox", "pilot", "live"))


@click.command("add-issuer")
@editing.dir_option
@editing.state_option
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
    from defa_id.operator import changes, storage
    from defa_id.operator.admission import certified

    moment = options.moment(begins, "--from")
    made, given = _key(key, new_key)
    if made is not None and certified(format_, type_):
        given = _authority(made, state, name, moment or options.now())
    application = changes.Application(
        state=state,
        id=id_,
        name=name,
        key=given,
        type=type_,
        format=format_,
        level=level,
        begins=moment,
        ends=options.moment(ends, "--until"),
        schema=storage.read_bytes(schema) if schema else None,
        proof=storage.read_bytes(proof) if proof else None,
        kind=kind,
    )
    notes: list[str] = []

    def keep(change: Change) -> None:
        _keep(directory, made, change, notes)

    editing.change(
        directory, (state,), lambda tree, now: changes.add_issuer(tree, application, now), as_json, keep, notes
    )


@click.command("add")
@click.argument("record", metavar="FILE", type=_FILE)
@editing.dir_option
@editing.state_option
@options.json_option
def add(record: Path, directory: Path, state: str, as_json: bool) -> None:
    """List a whole record: an issuer with its services, a relying party, or a wallet provider.

    FILE is one JSON object as in schemas/state-list.schema.json (- for standard input). Numbers, times,
    digests, algorithms and what else add-issuer fills may be left out.
    """
    from defa_id.codec import limits
    from defa_id.operator import entries, storage

    given = terminal.read(limits.DOCUMENT_BYTES) if str(record) == "-" else storage.read_bytes(record)
    editing.change(directory, (state,), lambda tree, now: entries.add(tree, state, given, now), as_json)


@click.command("rotate")
@editing.dir_option
@editing.state_option
@click.option("--id", "id_", metavar="ISSUER_ID", required=True, help="The issuer's identifier.")
@click.option("--key", metavar="FILE", type=_FILE, help="Its new public key: JWK, PEM certificate or PEM public key.")
@click.option("--new-key", is_flag=True, help="Make a key for it here (0600), for trials.")
@click.option("--service", metavar="SERVICE_ID", help="Only in this service; default: in all of them.")
@click.option("--old", metavar="THUMBPRINT", help="The key that makes way; default: every one without an end.")
@click.option("--from", "begins", metavar="TIME", help="From when the new one counts (RFC 3339); default: now.")
@click.option("--until", "ends", metavar="TIME", help="When the old one ends; default: 30 days after that.")
@click.option("--compromised-since", metavar="TIME", help="The old one is stolen, since then; it ends at once.")
@click.option("--proof", metavar="FILE", type=_FILE, help="Proof that the issuer holds the new key, a JWS.")
@options.json_option
def rotate(
    directory: Path,
    state: str,
    id_: str,
    key: Path | None,
    new_key: bool,
    service: str | None,
    old: str | None,
    begins: str | None,
    ends: str | None,
    compromised_since: str | None,
    proof: Path | None,
    as_json: bool,
) -> None:
    """List an issuer's new key beside the old one, and end the old one.

    What was signed with the old key before its end stays good; with --compromised-since, what it signed
    from then on is rejected. The keys of roles are changed with rotate-role.
    """
    from defa_id.operator import rotation, storage

    made, given = _key(key, new_key)
    asked = rotation.Rotation(
        state=state,
        id=id_,
        key=given,
        service=service,
        old=old,
        begins=options.moment(begins, "--from"),
        ends=options.moment(ends, "--until"),
        compromised_since=options.moment(compromised_since, "--compromised-since"),
        proof=storage.read_bytes(proof) if proof else None,
    )
    notes: list[str] = []

    def keep(change: Change) -> None:
        _keep(directory, made, change, notes)

    editing.change(directory, (state,), lambda tree, now: rotation.rotate(tree, asked, now), as_json, keep, notes)


def _key(file: Path | None, new: bool) -> tuple[SigningKey | None, bytes]:
    """The key made here, if there is one, and the public key to be listed. Raises `WrongUse`."""
    from defa_id.issue import signing
    from defa_id.operator import storage

    if (file is None) == (not new):
        raise WrongUse("say either --key FILE or --new-key", hint="--new-key makes a key for trials.")
    if file is not None:
        return None, storage.read_bytes(file)
    made = signing.generate()
    return made, signing.to_json(made.public_jwk)


def _authority(made: SigningKey, state: str, name: str, begins: datetime) -> bytes:
    """The certificate of an issuing authority of one's own, PEM, for formats that are signed below one."""
    from defa_id.issue import certificates

    return certificates.to_pem(certificates.authority(made, state, name, begins))


def _keep(directory: Path, made: SigningKey | None, change: Change, notes: list[str]) -> None:
    """Keep a key that was made here, under its service's name and, where that is taken, a number behind it."""
    from defa_id.operator import sandbox
    from defa_id.operator.keyring import FileKeyring, issuer_key_name

    if made is None:
        return
    ring = FileKeyring(directory / sandbox.KEYS)
    name = issuer_key_name(change.summary.partition(":")[0].partition(",")[0])
    names = (name, *(f"{name}-{number}" for number in range(2, len(ring.names()) + 3)))
    path = ring.store(next(free for free in names if not ring.path(free).is_file()), made)
    notes.append(f"its private key is in {path}")


@click.command("recognise")
@editing.dir_option
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
    editing.change(directory, (by, of), lambda tree, now: changes.recognise(tree, statement, now), as_json)
