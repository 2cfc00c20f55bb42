"""A Status List Token (draft-ietf-oauth-status-list §5): what a token status list travels in, JWT or CWT.

Read like a credential, because its signer, signature and time are asked about like one's; it never
joins the table of formats, so nobody can hand one in as a credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec import cbor, strict_json, times
from defa_id.codec.text import printable
from defa_id.credential import Credential, Holder, KeyHint, Proof, Reading, Window
from defa_id.errors import Fault
from defa_id.suites import cose, jws

NAME: Final = "status-list-token"
_JWT: Final = "statuslist+jwt"
_CWT: Final = "application/statuslist+cwt"
_CWT_TAG: Final = 61  # RFC 8392 §6
# RFC 8392 §3.1 and draft §5.2: the CWT claims of a list, by the names their JWT forms have.
_CLAIMS: Final = {1: "iss", 2: "sub", 4: "exp", 5: "nbf", 6: "iat", 65533: "status_list", 65534: "ttl"}
Read = tuple[str | None, Proof, str, Mapping[str, Any]]


def recognises(data: bytes) -> bool:
    """Whether these bytes are a compact JWT or CBOR; which one it is, its typ says."""
    return data[:1] >= b"\x80" or (b"~" not in data and jws.looks_compact(data) and _typ(data) == _JWT)


def read(data: bytes, _: Reading) -> Read:
    """Strict syntax and typ. Raises `Fault` JOSE_TYP and what `jws.read`, `cose.read` and the codecs raise."""
    if data[:1] >= b"\x80":
        message = cose.read(data, tags=(_CWT_TAG,))
        if message.typ not in (_CWT, _CWT.removeprefix("application/")):
            raise Fault("JOSE_TYP", "typ is not statuslist+cwt", typ=printable(message.typ))
        chain = cose.x5chain(message.protected) or cose.x5chain(message.unprotected)
        claims = cbor.decode(message.payload)
        if not isinstance(claims, dict):
            raise Fault("STATUS_SHAPE", "the list's claims are not a map")
        named = {_CLAIMS.get(label, str(label)): value for label, value in claims.items()}
        proof = message.proof(KeyHint(kid=_text(message.kid), x5c=chain))
        return message.typ and _CWT, proof, _digest(proof), named
    token = jws.read(data)
    if token.header.typ != _JWT:
        raise Fault("JOSE_TYP", "typ is not statuslist+jwt", typ=printable(token.header.typ))
    return token.header.typ, token.proof, token.digest, strict_json.load_object(token.payload)


def model(read: Read) -> Credential:
    """The list as a credential about its own URL (`sub`). Raises `Fault` STATUS_SHAPE, JWT_CLAIM_TYPE, STATUS_URI."""
    typ, proof, digest, claims = read
    subject, issuer = claims.get("sub"), claims.get("iss")
    if not isinstance(subject, str):
        raise Fault("STATUS_URI", "the list does not say under which URL it stands")
    if issuer is not None and not isinstance(issuer, str):
        raise Fault("JWT_CLAIM_TYPE", "iss is not one text")
    issued, ends = _moment(claims, "iat"), _moment(claims, "exp")
    if issued is None:
        raise Fault("STATUS_SHAPE", "the list does not say when it was issued")
    lasts = claims.get("ttl")
    if lasts is not None and (type(lasts) is not int or lasts <= 0):
        raise Fault("STATUS_SHAPE", "ttl is not a positive whole number")
    return Credential(
        format=NAME,
        model=NAME,
        issuer=issuer,
        types=("StatusListToken",),
        claims={**claims, "id": subject, "ttl_seconds": lasts},
        subject={},
        window=Window(issued, _moment(claims, "nbf"), ends),
        proofs=(proof,),
        status=(),
        holder=Holder(),
        digest=digest,
        typ=typ,
    )


def _typ(data: bytes) -> str | None:
    try:
        return jws.read_header(data.partition(b".")[0]).typ
    except Fault:
        return None


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    return times.from_numeric_date(claims[name], name) if name in claims else None


def _text(kid: bytes | None) -> str | None:
    try:
        return kid.decode() if kid is not None else None
    except UnicodeDecodeError:
        raise Fault("COSE_HEADER", "kid is not a text") from None


def _digest(proof: Proof) -> str:
    from defa_id.codec import digests

    return digests.sha256(proof.message).hex()
