"""The two signed layouts of the Philippine Identification System's QR codes, as public code describes them.

Version 1 (PhilID card): JSON whose Ed25519 signature covers one exact printing of its values. Version 3
(ePhilID): claim 169 of a token, with names for members. Neither names its key, so the state's entry must list
one issuer for it; both are bearer documents, and whether one still stands only the issuer's service tells.
Sources and how far they are confirmed: bettergovph/openverify, commit 1f56dc7; no official specification is public.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Final

from defa_id.codec import digests, strict_json
from defa_id.credential import Credential, Holder, KeyHint, Proof, Reading, StatusEntry, Window
from defa_id.errors import Fault
from defa_id.formats import cwt
from defa_id.suites import cose
from defa_id.values import NamedTuple

NAME: Final = "philsys"
MODEL: Final = "philsys-v1"
MODEL_V3: Final = "philsys-v3"
TYPE: Final = "philsys-id"
STATE: Final = "PH"
STATUS: Final = StatusEntry("PhilSysOnline", {})

_MEMBERS: Final = ("DateIssued", "Issuer", "subject", "alg", "signature")
_SUBJECT: Final = ("Suffix", "lName", "fName", "mName", "sex", "BF", "DOB", "POB", "PCN")
_NAMED: Final = frozenset({"BF", "DOB", "PCN", "POB", "fn", "ln", "mn", "s", "sf"})
_SPOKEN: Final = frozenset({"EDDSA", "ED25519"})  # how alg is written
# What would end a text or a line in the printing moves a value into another member under the same signature.
_PRINTABLE: Final = re.compile(r"[^\x00-\x1f\"\\\x7f-\x9f]*")
_WITHOUT_TILDE: Final = str.maketrans("ñÑ", "??")


class Read(NamedTuple):
    """A version 1 document: its values as they are signed, and the signature."""

    document: Mapping[str, Any]
    signature: bytes


def recognises(data: bytes) -> bool:
    """Whether this is JSON with the members of version 1."""
    if data[:1] != b"{" or b'"DateIssued"' not in data or b'"signature"' not in data:
        return False
    try:
        return set(_MEMBERS) <= strict_json.load_object(data).keys()
    except Fault:
        return False


def read(data: bytes, _: Reading) -> Read:
    """Its values, with a question mark for ñ and Ñ as the signature has it: which of the three stood there is
    nobody's word. Raises `Fault` PHILSYS_SHAPE, JSON_* and LIMIT_*."""
    document = strict_json.load_object(data)
    subject = document.get("subject")
    if type(subject) is not dict or tuple(subject) != _SUBJECT or set(document) != set(_MEMBERS):
        raise Fault("PHILSYS_SHAPE", "its members are not those of version 1, in their order")
    if tuple(name for name in document if name != "signature") != _MEMBERS[:-1]:
        raise Fault("PHILSYS_SHAPE", "its members are not in their order")
    signed: dict[str, Any] = {
        **{name: _value(document, name) for name in ("DateIssued", "Issuer")},
        "subject": {name: _value(subject, name) for name in _SUBJECT},
        "alg": _value(document, "alg"),
    }
    if signed["alg"].upper() not in _SPOKEN:
        raise Fault("PHILSYS_SHAPE", "its alg is not that of Ed25519")
    return Read(signed, _signature(document["signature"]))


def model(read: Read) -> Credential:
    """The document as a credential. Raises `Fault` PHILSYS_SHAPE."""
    message = printing(read.document)
    proof = Proof("bytes", "EdDSA", KeyHint(), message, read.signature)
    return Credential(
        format=NAME,
        model=MODEL,
        issuer=None,
        types=(TYPE,),
        claims=read.document,
        subject=read.document["subject"],
        window=Window(),
        proofs=(proof,),
        status=(STATUS,),
        holder=Holder(),
        digest=digests.sha256(message).hex(),
        territory=STATE,
    )


def printing(document: Mapping[str, Any]) -> bytes:
    """The one printing that is signed: two spaces to a level, line feeds, ISO 8859-1. Raises `Fault` PHILSYS_SHAPE."""
    subject = ",\n".join(f'    "{name}": "{document["subject"][name]}"' for name in _SUBJECT)
    text = (
        f'{{\n  "DateIssued": "{document["DateIssued"]}",\n  "Issuer": "{document["Issuer"]}",\n'
        f'  "subject": {{\n{subject}\n  }},\n  "alg": "{document["alg"]}"\n}}'
    )
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise Fault("PHILSYS_SHAPE", "a value holds a character its signature cannot cover") from None


def in_a_token(read: cwt.Read, claim: Mapping[str, Any]) -> Credential:
    """Version 3. Raises `Fault` PHILSYS_SHAPE and those of `cwt.build`."""
    subject = claim.get("sb")
    if read.claims.get(cwt.ISS) != STATE:
        raise Fault("PHILSYS_SHAPE", "the token does not name the Philippines as its issuer")
    if type(subject) is not dict or not subject or not subject.keys() <= _NAMED:
        raise Fault("PHILSYS_SHAPE", "sb is not a map of the names of version 3")
    if not all(type(value) is str for value in subject.values()):
        raise Fault("PHILSYS_SHAPE", "a value in sb is not a text")
    document = cwt.plain(claim)
    built = cwt.build(
        read, model=MODEL_V3, type=TYPE, hint=cose.named_key(read.message), claims=document, subject=document["sb"]
    )
    return built._replace(status=(STATUS,))


def _value(members: Mapping[str, Any], name: str) -> str:
    value = members[name]
    if type(value) is not str or not _PRINTABLE.fullmatch(value):
        raise Fault("PHILSYS_SHAPE", "a value is no text that its signature can cover")
    return value.translate(_WITHOUT_TILDE)


def _signature(text: Any) -> bytes:
    """Base64 with its padding (RFC 4648 §4), one spelling."""
    try:
        raw = binascii.a2b_base64(text.encode("ascii"), strict_mode=True) if type(text) is str else b""
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    if not raw or base64.b64encode(raw).decode("ascii") != text:
        raise Fault("PHILSYS_SHAPE", "the signature is not base64")
    return raw
