"""`defa-id issue`: a credential from a sandbox's issuer, for trials."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from defa_id.cli import options, terminal
from defa_id.errors import Fault, WrongUse

if TYPE_CHECKING:
    from defa_id.issue.signing import SigningKey
    from defa_id.operator.tree import Object

_FILE: Final = click.Path(path_type=Path)
_LIFE: Final = timedelta(days=365)


@click.command("issue")
@click.option("--dir", "directory", metavar="DIR", type=_FILE, required=True, help="The sandbox.")
@click.option("--state", metavar="XX", required=True, help="The issuing state (ISO 3166-1 alpha-2).")
@click.option("--type", "type_", metavar="TYPE", required=True, help="The credential's type: VC type, vct or docType.")
@click.option("--format", "format_", metavar="FORMAT", required=True, help="vc-jwt, sd-jwt-vc, mdoc, cwt, vc-cose, …")
@click.option("--claims", metavar="FILE", type=_FILE, required=True, help="The claims about the subject, as JSON.")
@click.option("--holder-key", metavar="FILE", type=_FILE, help="Bind it to this key: JWK or PEM, public or private.")
@click.option("--out", metavar="FILE", type=_FILE, help="Write it here; default: standard output.")
@click.option("--qr", metavar="FILE", type=_FILE, help="Also as a QR code: a .png or .svg (extra `qr`).")
@click.option("--id", "issuer_id", metavar="ISSUER_ID", help="The issuer, where the state lists several.")
@click.option("--key", metavar="FILE", type=_FILE, help="The issuer's private key, where the sandbox has none.")
@click.option("--certificate", metavar="FILE", type=_FILE, help="The key's certificates, below a listed authority.")
@click.option("--cryptosuite", metavar="NAME", help="For data-integrity: eddsa-rdfc-2022, ecdsa-sd-2023, …")
@click.option("--issued", metavar="TIME", help="When it is issued (RFC 3339); default: now.")
@click.option("--expires", metavar="TIME", help="When it expires; default: a year later.")
def issue(
    directory: Path,
    state: str,
    type_: str,
    format_: str,
    claims: Path,
    holder_key: Path | None,
    out: Path | None,
    qr: Path | None,
    issuer_id: str | None,
    key: Path | None,
    certificate: Path | None,
    cryptosuite: str | None,
    issued: str | None,
    expires: str | None,
) -> None:
    """Issue a credential as one of a sandbox's issuers.

    The claims are the subject's, or a whole W3C document if they hold credentialSubject. They must
    fit the schema the issuer's entry names.
    """
    from defa_id.issue import certificates
    from defa_id.issue import qr as coding
    from defa_id.operator import issuing, lint, storage
    from defa_id.operator.tree import load

    kind = coding.kind_of(qr) if qr else ""
    moment = options.moment(issued, "--issued") or options.now()
    tree = lint.shaped(load(directory), state)
    services = issuing.services_for(tree, state, type_, format_, issuer_id)
    chain = certificates.from_pem(storage.read_bytes(certificate)) if certificate else ()
    keys = _keys(directory, services, key)
    able = issuing.choose(state, services, keys, moment, format=format_, chain=chain, cryptosuite=cryptosuite)
    chosen = able[0]
    said = _claims(claims)
    token = issuing.mint(
        tree,
        chosen,
        type=type_,
        format=format_,
        claims=said,
        issued=moment,
        expires=options.moment(expires, "--expires") or _later(moment),
        holder=_holder(holder_key) if holder_key else None,
        cryptosuite=cryptosuite,
    )
    if qr is not None:
        storage.write(qr, coding.picture(_shortest(token, format_), kind), 0o600)
    if out is None:
        terminal.write(token + "\n")
    else:
        storage.write(out, token.encode() + b"\n", 0o600)
    terminal.say(f"issued by {chosen.identifier} ({chosen.service['service_id']}) with {chosen.alg}")
    for note in chosen.notes:
        terminal.say(f"note: {note}")
    if other_state := issuing.another_state(chosen, said):
        terminal.say(
            f"note: it names {other_state} as its issuing country; a verifier takes that from no issuer of {state}"
        )
    others = sorted({other.identifier for other in able} - {chosen.identifier})
    if others and issuer_id is None:
        terminal.say(f"note: also able: {', '.join(others)}; choose with --id")


def _shortest(token: str, format: str) -> str | bytes:
    """What a code holds of it: of what is CBOR in base64url the bytes, a quarter less."""
    from defa_id.codec import base64url

    return base64url.decode(token.encode()) if format in ("mdoc", "vc-cose") else token


def _keys(directory: Path, services: list[Object], file: Path | None) -> dict[str, SigningKey]:
    """The private keys that may sign: the one given, else those the sandbox has for these services."""
    from defa_id.issue import signing
    from defa_id.operator import sandbox, storage
    from defa_id.operator.keyring import FileKeyring, issuer_key_name

    if file is not None:
        given = signing.read(storage.read_bytes(file))
        return {given.public.thumbprint: given}
    keyring = FileKeyring(directory / sandbox.KEYS)
    names = [issuer_key_name(service["service_id"]) for service in services]
    found = [keyring.get(name) for name in keyring.names() if any(name == n or name.startswith(f"{n}-") for n in names)]
    return {key.public.thumbprint: key for key in found if key}


def _claims(path: Path) -> dict[str, Any]:
    from defa_id.catalogue import CATALOGUE
    from defa_id.codec import limits, strict_json
    from defa_id.operator import storage

    try:
        return strict_json.load_object(storage.read_bytes(path, limits.INPUT_BYTES))
    except Fault as fault:
        why = fault.why or CATALOGUE.reasons[fault.code].message
        raise WrongUse(f"{path}: {why}", hint="Claims are one JSON object.") from None


def _holder(path: Path) -> dict[str, Any]:
    """The public half of the holder's key, whichever half the file holds."""
    from defa_id.issue import signing
    from defa_id.operator import admission, storage

    data = storage.read_bytes(path)
    private = "d" in storage.read_object(path) if data.lstrip()[:1] == b"{" else b"PRIVATE KEY-----" in data
    return dict((signing.read(data) if private else admission.read_key(data)).public.jwk)


def _later(moment: datetime) -> datetime:
    try:
        return moment + _LIFE
    except OverflowError:
        raise WrongUse("that is too late a time to issue at", hint="Give an earlier --issued.") from None
