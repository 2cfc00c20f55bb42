"""The signature around a list: a compact JWS that carries its certificate (JAdES baseline B, ETSI TS 119 182-1).

Read strictly and believed for one reason: that its certificate is the one pinned, or issued by it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.codec import base64url, limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault, RegistryRejected
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.keys import ALGORITHMS
from defa_id.resolvers import profiles, x5c
from defa_id.values import NamedTuple

# What a signed list may call itself: RFC 7515 §4.1.9, and what publishers of such lists write.
_TYPES: Final = frozenset({"JOSE", "JWT", "trustlist+jwt"})
_KNOWN: Final = frozenset({"alg", "typ", "cty", "kid", "x5c", "x5t#S256", "iat", "sigT", "crit"})
_CRITICAL: Final = frozenset({"sigT"})  # ETSI TS 119 182-1 §5.2.1: the claimed time of signing, as text
_REFUSED: Final = "the list is not believed"


class Sealed(NamedTuple):
    """A list that was opened: its content, who signed it (the certificate, and its SHA-256), and when, as claimed."""

    payload: bytes
    signer: str
    signed_at: datetime | None
    certificate: bytes


def seal(payload: bytes, key: SigningKey, chain: Sequence[bytes], now: datetime) -> str:
    """A compact JWS over `payload` with the chain in its header, the signer's certificate (DER) first.

    Raises `ChangeRefused` if the key is not the certificate's.
    """
    if x5c.signer(chain).thumbprint != key.public.thumbprint:
        raise ChangeRefused("the key is not the one in the certificate", hint="Give the certificate of this key.")
    header = {
        "typ": "JOSE",
        "cty": "json",
        "iat": int(now.timestamp()),
        "x5t#S256": base64url.encode(hashlib.sha256(chain[0]).digest()),
        "x5c": [base64.b64encode(der).decode("ascii") for der in chain],
    }
    return signing.sign_compact(key, header, payload)


def misnamed(certificate: bytes, operators: Collection[str], territory: str) -> str:
    """Why a signer's certificate (DER) is not named as the list's operator is; empty if it is.

    A list's signer is named after its operator and the operator's country (TS 119 602 §6.8); readers may insist.
    """
    from cryptography.x509.oid import NameOID

    subject = x5c.load(certificate).subject
    countries = {str(one.value) for one in subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)}
    organisations = {str(one.value) for one in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)}
    if territory not in countries:
        return f"its country is {printable(', '.join(sorted(countries)) or 'not given')}, and not {territory}"
    if not organisations & set(operators):
        named = printable(", ".join(sorted(organisations)) or "not given")
        return f"its organisation is {named}, which is none of the operator's names"
    return ""


def unseal(data: bytes, pinned: bytes, now: datetime) -> Sealed:
    """The content of a compact JWS whose signer is `pinned` (DER): that very certificate, or one an
    authority issued. Raises `RegistryRejected` REG_SIGNATURE, REG_FORMAT, LIMIT_REGISTRY."""
    if len(data) > limits.REGISTRY_LIST_BYTES:
        raise RegistryRejected("the list is larger than any genuine one", code="LIMIT_REGISTRY")
    segments = data.strip().split(b".")
    if len(segments) != 3 or not all(segments):
        raise RegistryRejected(
            f"{_REFUSED}: it is not signed", hint="Get the signed form, a compact JWS.", code="REG_SIGNATURE"
        )
    try:
        header = strict_json.load_object(base64url.decode(segments[0], what="the header"))
        payload = base64url.decode(segments[1], what="the content")
        signature = base64url.decode(segments[2], what="the signature")
        chain = _chain(header)
        signer = _signer(chain, pinned, now)
        signer.verify(header["alg"], signature, segments[0] + b"." + segments[1])
        return Sealed(payload, x5c.fingerprint(chain[0]), _claimed(header), chain[0])
    except Fault as fault:
        raise RegistryRejected(f"{_REFUSED}: {fault.code} {fault.why}".rstrip(), code="REG_SIGNATURE") from None


def certificates(pem: bytes) -> tuple[bytes, ...]:
    """The certificates of a PEM file, DER, in their order. Raises `ChangeRefused` if there is none to be read."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        found = tuple(one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise ChangeRefused("the certificate cannot be read", hint="Give a PEM certificate.") from None
    return found


def _signer(chain: tuple[bytes, ...], pinned: bytes, now: datetime) -> Any:
    leaf = x5c.fingerprint(chain[0]) == x5c.fingerprint(pinned)
    authorities, leaves = ((), (x5c.fingerprint(pinned),)) if leaf else ((pinned,), ())
    return x5c.verify(chain, authorities, leaves, now, profiles.JOSE)


def _chain(header: dict[str, Any]) -> tuple[bytes, ...]:
    """The header's certificates, once everything else in it is what it may be."""
    if unknown := sorted(header.keys() - _KNOWN):
        raise Fault("JOSE_HEADER_FORBIDDEN", f"{printable(unknown[0])} must not be in the header")
    if header.get("alg") not in ALGORITHMS:
        raise Fault("JOSE_ALG_FORBIDDEN", f"{printable(header.get('alg'))} is not an algorithm of the table")
    typ = header.get("typ")
    if typ is not None and str(typ).removeprefix("application/") not in _TYPES:
        raise Fault("JOSE_TYP", f"{printable(typ)} is not a signed list")
    critical = header.get("crit", [])
    if "crit" in header and (not critical or not isinstance(critical, list) or not _CRITICAL.issuperset(critical)):
        raise Fault("JOSE_CRIT", "crit names an extension this reader does not know")
    texts = header.get("x5c")
    if not isinstance(texts, list) or not texts:
        raise Fault("X509_MISSING", "the header carries no certificate")
    if len(texts) > limits.X509_CHAIN:
        raise Fault("LIMIT_X509", f"{len(texts)} certificates, {limits.X509_CHAIN} at most")
    try:
        chain = tuple(base64.b64decode(text, validate=True) for text in texts)
    except (binascii.Error, TypeError, ValueError):
        raise Fault("X509_PARSE", "x5c holds something other than base64") from None
    named = header.get("x5t#S256")
    if named is not None and named != base64url.encode(hashlib.sha256(chain[0]).digest()):
        raise Fault("X509_THUMBPRINT", "x5t#S256 is not the certificate's")
    return chain


def _claimed(header: dict[str, Any]) -> datetime | None:
    if "iat" in header:
        return times.from_numeric_date(header["iat"], "iat")
    return times.parse(header["sigT"], "sigT") if "sigT" in header else None
