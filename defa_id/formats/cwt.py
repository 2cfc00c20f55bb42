"""Credentials in a CBOR Web Token (RFC 8392): the token, how it travels in a QR code, and what is in it.

HCERT (`HC1:`), claim 169 and the families of this project. A QR code holds base45 of the token, mostly
compressed; the same token may come as bytes or in base64url. Nobody proves to hold such a credential:
whoever has a picture of it shows it as well as its subject.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any, Final

from defa_id.codec import base45, base64url, cbor, digests, limits, times
from defa_id.codec.cbor import Tagged
from defa_id.codec.text import printable, require_visible
from defa_id.credential import Credential, KeyHint, Reading, Window
from defa_id.errors import Fault
from defa_id.formats import status_claim
from defa_id.suites import cose
from defa_id.values import NamedTuple

NAME: Final = "cwt"
TAG: Final = 61  # RFC 8392 §6
ISS: Final = 1  # RFC 8392 §3.1
SUB: Final = 2
EXP: Final = 4
NBF: Final = 5
IAT: Final = 6
HCERT: Final = -260  # EU Digital COVID Certificate, "Electronic Health Certificate Specification" §3.3.1
IDENTITY: Final = 169  # IANA CWT claims: identity-data

HCERT_PREFIX: Final = b"HC1:"  # the same specification, §4.2
_PREFIX: Final = re.compile(rb"[0-9A-Z]{3}:")  # a context identifier, as HCERT and PhilSys put before base45
_TEXT: Final = frozenset(base45.ALPHABET)
_BASE64URL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_AS_TEXT: Final = (b"2D3ShE", b"0oR")  # base64url of 61(18([ and of 18([
_TAGGED: Final = (b"\xd8\x3d", b"\xd2")
_ZLIB: Final = 0x78  # RFC 1950 §2.2: deflate with a window of 32 KiB
_DATES: Final = (0, 1004)  # RFC 8949 §3.4.1, RFC 8943
_TERRITORY: Final = re.compile(r"[A-Z]{2}")


class Read(NamedTuple):
    """A token whose claims are a map. `prefix`: what stood before its base45, empty where nothing did; None
    for a token that did not come in base45."""

    message: cose.Message
    claims: Mapping[Any, Any]
    prefix: bytes | None = None


def recognises(data: bytes) -> bool:
    """Whether this is a CWT as bytes or in base64url, or base45 of one, and no COSE envelope of a JSON document."""
    if data[:1] < b"\x80":
        if data.startswith(_AS_TEXT):
            return not data.translate(None, _BASE64URL) and _is_token(_base64url(data))
        return data.startswith(HCERT_PREFIX) or _is_base45(data)
    return _is_token(data)


def read(data: bytes, _: Reading) -> Read:
    """Strict syntax from the QR code's text inwards.

    Raises `Fault`: INPUT_BASE45, INPUT_BASE64, CWT_COMPRESSION, LIMIT_CWT, CWT_SHAPE, COSE_*, CBOR_* and LIMIT_*
    of CBOR.
    """
    prefix = None
    if data[:1] < b"\x80":
        if data.startswith(_AS_TEXT):
            data = base64url.decode(data, "INPUT_BASE64", "the token")
        else:
            prefix, data = _apart(data)
            data = base45.decode(data)
    if data[:1] == bytes((_ZLIB,)):
        data = inflate(data)
    message = cose.read(data, tags=(TAG,))
    claims = cbor.decode(message.payload, tags=_DATES)
    if type(claims) is not dict:
        raise Fault("CWT_SHAPE", "the claims are not a map")
    return Read(message, claims, prefix)


def model(read: Read) -> Credential:
    """The credential in the token, of the one kind whose claim it holds.

    Raises `Fault`: CWT_CONTENT, CWT_SHAPE, JWT_CLAIM_TYPE, TIME_WINDOW_INVERTED, and those of each kind.
    """
    from defa_id.formats import claim_169, cwt_family, hcert

    families = [label for label in read.claims if label in cwt_family.TABLES]
    kinds = [label for label in (HCERT, IDENTITY, *families) if label in read.claims]
    if len(kinds) != 1:
        raise Fault("CWT_CONTENT", "more than one" if kinds else "none of the claims is one")
    (kind,) = kinds
    if read.prefix is not None and (kind == HCERT) is not (read.prefix == HCERT_PREFIX):
        raise Fault("CWT_CONTENT", "the prefix is not the one of what it holds")
    if kind == HCERT:
        return hcert.model(read)
    if kind == IDENTITY:
        return claim_169.model(read)
    if read.prefix:
        raise Fault("CWT_CONTENT", "the prefix is not the one of what it holds")
    return cwt_family.model(read, kind)


def inflate(data: bytes) -> bytes:
    """The token from its compressed form (RFC 1950), whole and bounded. Raises `Fault` CWT_COMPRESSION, LIMIT_CWT."""
    work = zlib.decompressobj()
    try:
        found = work.decompress(data, limits.CWT_BYTES + 1)
    except zlib.error:
        raise Fault("CWT_COMPRESSION", "it cannot be decompressed") from None
    if len(found) > limits.CWT_BYTES:
        raise Fault("LIMIT_CWT", f"more than {limits.CWT_BYTES} bytes")
    if not work.eof or work.unused_data:
        raise Fault("CWT_COMPRESSION", "it is torn, or something follows it")
    return found


def build(
    read: Read,
    *,
    model: str,
    type: str,
    hint: KeyHint,
    claims: Mapping[str, Any],
    subject: Mapping[str, Any],
) -> Credential:
    """What all kinds have in common: issuer or state, times, the signature, and that no holder is proved."""
    from defa_id.credential import Holder

    issuer = _text(read.claims, ISS, "iss")
    about = _text(read.claims, SUB, "sub")
    state = issuer if issuer is not None and _TERRITORY.fullmatch(issuer) else None
    proof = read.message.proof(hint)
    typ = read.message.typ
    return Credential(
        format=NAME,
        model=model,
        issuer=None if state else issuer,
        types=(type,),
        claims=claims,
        subject=subject,
        window=_window(read.claims),
        proofs=(proof,),
        status=status_claim.of_cwt(read.claims),
        holder=Holder(None, (about,) if about else ()),
        digest=digests.sha256(proof.message).hex(),
        typ=None if typ is None else str(typ),
        territory=state,
    )


def plain(value: Any) -> Any:
    """A value as JSON can hold it: bytes as base64url, dates as their text, keys as texts. Raises `Fault` CWT_SHAPE."""
    kind = type(value)
    if kind is int and abs(value) > limits.JSON_INTEGER:
        raise Fault("CWT_SHAPE", "a number beyond what every reader holds")
    if kind is bytes:
        return base64url.encode(value)
    if kind is list:
        return [plain(item) for item in value]
    if kind is dict:
        members = {str(name): plain(member) for name, member in value.items()}
        if len(members) != len(value):
            raise Fault("CWT_SHAPE", "a key stands as a number and as a text")
        return members
    if kind is Tagged:
        if type(value.value) is not str:
            raise Fault("CWT_SHAPE", "a tagged value is no date")
        return value.value
    return value


def _apart(text: bytes) -> tuple[bytes, bytes]:
    """The prefix, if there is one, and the base45 behind it."""
    return (text[:4], text[4:]) if _PREFIX.match(text) and not _begins_token(text) else (b"", text)


def _is_base45(data: bytes) -> bool:
    """Whether text of the alphabet begins as base45 of a token does; a prefix may stand before it."""
    if not _TEXT.issuperset(data):
        return False
    return _begins_token(data) or bool(_PREFIX.match(data) and _begins_token(data[4:]))


def _begins_token(text: bytes) -> bool:
    """Whether the first two bytes are those of zlib, of a tagged or of a bare COSE_Sign1."""
    try:
        first = base45.decode(text[:3]) if len(text) >= 3 else b""
    except Fault:
        return False
    if first[:1] == bytes((_ZLIB,)):
        return int.from_bytes(first) % 31 == 0  # RFC 1950 §2.2, FCHECK
    return first in (b"\xd2\x84", b"\xd8\x3d") or first[:1] == b"\x84"


def _is_token(data: bytes) -> bool:
    """Whether these bytes are a tagged token, rather than a COSE envelope around JSON (VC-JOSE-COSE §3.3)."""
    if not data.startswith(_TAGGED):
        return False
    try:
        return not cose.read(data, tags=(TAG,)).payload.lstrip().startswith(b"{")
    except Fault:
        return True  # what is wrong with it is told where it is read


def _base64url(text: bytes) -> bytes:
    try:
        return base64url.decode(text)
    except Fault:
        return b""


def _text(claims: Mapping[Any, Any], label: int, name: str) -> str | None:
    value = claims.get(label)
    if label in claims and (type(value) is not str or not value):
        raise Fault("JWT_CLAIM_TYPE", f"{name} is not one text")
    return None if value is None else require_visible(value, name, shown=label == ISS)


def _window(claims: Mapping[Any, Any]) -> Window:
    issued, begins, ends = (
        times.from_numeric_date(claims[label], name) if label in claims else None
        for label, name in ((IAT, "iat"), (NBF, "nbf"), (EXP, "exp"))
    )
    if (first := begins or issued) is not None and ends is not None and ends < first:
        raise Fault("TIME_WINDOW_INVERTED", "it ends before it begins")
    return Window(issued or begins, begins, ends)


def require_times(read: Read, *labels: int) -> None:
    """Return if these of exp, nbf and iat are there. Raises `Fault` JWT_CLAIM_MISSING."""
    names = {EXP: "exp", NBF: "nbf", IAT: "iat"}
    for label in labels:
        if label not in read.claims:
            raise Fault("JWT_CLAIM_MISSING", f"{printable(names[label])} is missing")
