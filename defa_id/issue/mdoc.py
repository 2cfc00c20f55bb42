"""Minting ISO mdoc: issuer-signed elements, and the holder's response to a session.

For sandboxes and tests. A device keeps its key in hardware and asks its user; nothing here does.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from defa_id import keys
from defa_id.codec import base64url, cbor
from defa_id.codec.cbor import Embedded, Tagged
from defa_id.errors import Fault, WrongUse
from defa_id.formats import mdoc, mdoc_session
from defa_id.issue import selective
from defa_id.issue.cose_signing import require_key_of, sign1
from defa_id.issue.signing import SigningKey
from defa_id.suites import cose

Namespaces = Mapping[str, Mapping[str, Any]]

_DIGESTS: Final = "SHA-256"


def text(
    key: SigningKey,
    *,
    issuer: str,  # noqa: ARG001  (an mdoc names its issuer by the certificate alone)
    type: str,
    claims: Mapping[str, Any],
    issued: datetime,
    expires: datetime,
    holder: Mapping[str, Any] | None = None,
    subject_id: str | None = None,
    alg: str | None = None,
    x5c: Sequence[str] = (),
    salts: selective.Salts = selective.random_salt,
) -> str:
    """IssuerSigned in base64url, as OpenID4VCI 1.0 §A.2.4 delivers it.

    `claims`: the elements of the name space called like the docType, or under `namespaces` those of
    each. Raises `WrongUse` as `mint`, without a device key, and for a subject identifier, which an mdoc
    has no place for.
    """
    if holder is None:
        raise WrongUse("an mdoc is bound to its holder's device", hint="Give the device's key: --holder-key FILE.")
    if subject_id is not None:
        raise WrongUse("an mdoc has no subject identifier", hint="Leave it out.")
    namespaces = claims["namespaces"] if set(claims) == {"namespaces"} else {type: claims}
    if not isinstance(namespaces, Mapping) or not all(isinstance(one, Mapping) for one in namespaces.values()):
        raise WrongUse("namespaces are not objects of elements", hint='Write {"namespaces": {"NAME": {…}}}.')
    signed = mint(
        key,
        chain=[base64.b64decode(certificate) for certificate in x5c],
        doc_type=type,
        namespaces=namespaces,
        signed=issued,
        ends=expires,
        device=holder,
        alg=alg,
        salts=salts,
    )
    return base64url.encode(signed)


def mint(
    key: SigningKey,
    *,
    chain: Sequence[bytes],
    doc_type: str,
    namespaces: Namespaces,
    signed: datetime,
    ends: datetime,
    device: Mapping[str, Any],
    begins: datetime | None = None,
    alg: str | None = None,
    status: Mapping[str, Any] | None = None,
    key_authorizations: Mapping[str, Any] | None = None,
    salts: selective.Salts = selective.random_salt,
) -> bytes:
    """IssuerSigned (§8.3.2.1.2.2) with every element, CBOR.

    `chain`: the document signer's certificate first, DER; `namespaces`: values as CBOR has them, a date
    as `Tagged`; `device`: the public JWK of the holder's device. Raises `WrongUse` for a missing
    certificate or one of another key, a device key of an unknown kind, and elements there are none of.
    """
    if not chain:
        raise WrongUse("an mdoc is signed with a certificate", hint="Give the document signer's certificate.")
    if not any(namespaces.values()):
        raise WrongUse("there is nothing to say about the subject", hint="Give at least one element.")
    require_key_of(chain[0], key)
    items: dict[str, list[Embedded]] = {}
    digests: dict[str, dict[int, bytes]] = {}
    for space, elements in namespaces.items():
        items[space] = [_item(number, name, value, salts()) for number, (name, value) in enumerate(elements.items())]
        digests[space] = {number: hashlib.sha256(item.encoded).digest() for number, item in enumerate(items[space])}
    security_object = {
        "version": "1.0",
        "digestAlgorithm": _DIGESTS,
        "valueDigests": digests,
        "deviceKeyInfo": {
            "deviceKey": cose_key(device),
            **({"keyAuthorizations": dict(key_authorizations)} if key_authorizations else {}),
        },
        "docType": doc_type,
        "validityInfo": {"signed": tdate(signed), "validFrom": tdate(begins or signed), "validUntil": tdate(ends)},
        **({"status": dict(status)} if status else {}),
    }
    certificates = chain[0] if len(chain) == 1 else list(chain)
    auth = sign1(key, cbor.embed(security_object).encoded, {}, {cose.X5CHAIN: certificates}, alg)
    return cbor.encode({"nameSpaces": items, "issuerAuth": auth})


def respond(
    documents: Iterable[tuple[bytes, SigningKey]],
    transcript: bytes,
    *,
    disclose: Iterable[str] | None = None,
    device_elements: Namespaces | None = None,
    reader: keys.PublicKey | None = None,
) -> bytes:
    """A DeviceResponse (§8.3.2.1.2.2) over the session of `transcript` (a SessionTranscript, CBOR).

    `documents`: IssuerSigned and the device's private key, each; `disclose`: the identifiers of the
    elements to return, all without it; `reader`: the reader's ephemeral key, for a code in place of a
    signature (§9.1.3.5). Raises `WrongUse` for what is no IssuerSigned, and for a key that makes no code.
    """
    wanted = None if disclose is None else frozenset(disclose)
    answered = [_document(signed, key, transcript, wanted, device_elements or {}, reader) for signed, key in documents]
    return cbor.encode({"version": "1.0", "documents": answered, "status": 0})


def tdate(moment: datetime) -> Tagged:
    """A moment as the standard writes it: in UTC, to the second, tag 0."""
    return Tagged(mdoc.TDATE, moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def full_date(text: str) -> Tagged:
    """A day, tag 1004 (RFC 8943)."""
    return Tagged(mdoc.FULL_DATE, text)


def cose_key(jwk: Mapping[str, Any]) -> dict[Any, Any]:
    """A public JWK as COSE_Key (RFC 9052 §7, RFC 9053 §7). Raises `WrongUse` for other kinds than ours."""
    try:
        public = keys.from_jwk({name: value for name, value in jwk.items() if name not in ("use", "key_ops", "alg")})
    except Fault as fault:
        raise WrongUse(f"the device key cannot be used: {fault.why or fault.code}") from None
    found = next((pair for pair, crv in keys.COSE_CURVES.items() if crv == public.crv), None)
    if found is None:
        raise WrongUse("a device key of this kind cannot be used", hint="Use P-256, P-384 or Ed25519.")
    coordinates = {"x": -2, "y": -3}
    points = {
        coordinates[name]: base64url.decode(public.jwk[name].encode()) for name in coordinates & public.jwk.keys()
    }
    return {1: found[0], -1: found[1], **points}


def _item(number: int, name: str, value: Any, salt: bytes) -> Embedded:
    """IssuerSignedItemBytes; the standard wants at least 16 random bytes."""
    return cbor.embed({"digestID": number, "random": salt, "elementIdentifier": name, "elementValue": value})


def _document(
    signed: bytes,
    key: SigningKey,
    transcript: bytes,
    wanted: frozenset[str] | None,
    device_elements: Namespaces,
    reader: keys.PublicKey | None,
) -> dict[str, Any]:
    try:
        issuer_signed = cbor.decode(signed, tags=mdoc.TAGS)
        doc_type: str = cbor.decode(issuer_signed["issuerAuth"][2], tags=mdoc.TAGS).value["docType"]
        held = issuer_signed.get("nameSpaces", {})
    except (Fault, KeyError, TypeError, IndexError, AttributeError):
        raise WrongUse("this is not an IssuerSigned structure", hint="Give it as it was issued.") from None
    shown = {
        space: [item for item in items if wanted is None or item.value["elementIdentifier"] in wanted]
        for space, items in held.items()
    }
    namespaces = cbor.embed({space: dict(elements) for space, elements in device_elements.items()})
    covered = mdoc_session.device_authentication(transcript, doc_type, namespaces.encoded)
    if reader is None:
        auth = {"deviceSignature": sign1(key, None, {}, {}, None, covered)}
    else:
        auth = {"deviceMac": _mac0(key, reader, covered, mdoc_session.salt(transcript))}
    return {
        "docType": doc_type,
        "issuerSigned": {**issuer_signed, "nameSpaces": {space: items for space, items in shown.items() if items}},
        "deviceSigned": {"nameSpaces": namespaces, "deviceAuth": auth},
    }


def _mac0(key: SigningKey, reader: keys.PublicKey, covered: bytes, salt: bytes) -> list[Any]:
    import hmac

    protected = cbor.encode({cose.ALG: cose.HMAC_256})
    try:
        code_key = cose.agreed_key(key.native, reader, salt)
    except Fault as fault:
        raise WrongUse(f"no code can be made: {fault.why}", hint="Both keys must be on one curve.") from None
    return [protected, {}, None, hmac.digest(code_key, cose.to_be_signed("MAC0", protected, b"", covered), "sha256")]
