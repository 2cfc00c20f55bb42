"""The COSE envelope of W3C VC-JOSE-COSE §3.3: a VCDM 2.0 document, typ (label 16) vc+cose or vp+cose.

It is bytes; as text it comes in base64, either alphabet, without padding. Registered claims, where there are
any, stand in the CWT Claims header (RFC 9597).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec import base64url, digests, limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.credential import Credential, Holder, KeyBinding, Presentation, Reading, Window
from defa_id.errors import Fault
from defa_id.formats import status_claim, vc_jwt, vcdm
from defa_id.suites import cose
from defa_id.values import NamedTuple

NAME: Final = "vc-cose"
_CLAIMS: Final = 15  # RFC 9597 §2, CWT Claims
_ISS, _SUB, _AUD, _EXP, _NBF, _IAT, _CNF, _NONCE = 1, 2, 3, 4, 5, 6, 8, 10  # RFC 8392 §4, 8747, 9711
_CREDENTIAL: Final = ("application/vc+cose", "vc+cose")
_PRESENTATION: Final = ("application/vp+cose", "vp+cose")
_FIRST: Final = b"\xd2\x84"  # 18([: COSE_Sign1, tagged
_AS_TEXT: Final = b"0oR"  # the same in base64
_STANDARD: Final = bytes.maketrans(b"+/", b"-_")


class Read(NamedTuple):
    """A signed message whose payload is an object, and the registered claims of its header."""

    message: cose.Message
    document: dict[str, Any]
    claims: Mapping[Any, Any]


def recognises(data: bytes) -> bool:
    """Whether this is a tagged COSE_Sign1 around JSON, as bytes or in base64."""
    if data.startswith(_AS_TEXT):
        try:
            data = _decoded(data)
        except Fault:
            return False
    if not data.startswith(_FIRST):
        return False
    try:
        return cose.read(data).payload.lstrip().startswith(b"{")
    except Fault:
        return False


def read(data: bytes, _: Reading) -> Read:
    """Strict syntax and media type. Raises `Fault` JOSE_TYP, COSE_HEADER, INPUT_BASE64, JSON_* and as `cose.read`."""
    message = cose.read(_decoded(data) if data.startswith(_AS_TEXT) else data)
    typ = message.typ
    if typ not in (*_CREDENTIAL, *_PRESENTATION):
        raise Fault("JOSE_TYP", f"typ {printable(typ)} is not one of a credential", typ=printable(typ))
    kind = "vc" if typ in _CREDENTIAL else "vp"
    if message.content_type not in (None, f"application/{kind}", kind):
        raise Fault("COSE_HEADER", "the content type does not go with typ")
    if _CLAIMS in message.unprotected:
        raise Fault("COSE_HEADER", "CWT claims stand where nobody signed them")
    claims = message.protected.get(_CLAIMS, {})
    if type(claims) is not dict:
        raise Fault("COSE_HEADER", "CWT claims are not a map")
    return Read(message, strict_json.load_object(message.payload), claims)


def model(read: Read) -> Credential | Presentation:
    """The credential or presentation. Raises `Fault` JWT_*, MODEL_*, TIME_FORMAT, TIME_WINDOW_INVERTED,
    LIMIT_CREDENTIALS and those of `cose.named_key`."""
    document = read.document
    if wrapped := [name for name in ("vc", "vp") if name in document]:
        raise Fault("JWT_AMBIGUOUS_MODEL", f"a {wrapped[0]} claim stands in a VCDM 2.0 document")
    if vcdm.version(document) != "vcdm-2.0":
        raise Fault("JWT_AMBIGUOUS_MODEL", "VCDM 1.1 content in an envelope of VCDM 2.0")
    return _credential(read) if read.message.typ in _CREDENTIAL else _presentation(read)


def _credential(read: Read) -> Credential:
    message, document, claims = read
    facts = vcdm.read_credential(document, "vcdm-2.0")
    begins, ends = vcdm.window_of(document, "vcdm-2.0")
    ids = facts.ids
    if claims.get(_ISS, facts.issuer) != facts.issuer:
        raise Fault("JWT_ENVELOPE_MISMATCH", "iss is not the credential's issuer")
    if _SUB in claims and claims[_SUB] not in ids:
        raise Fault("JWT_ENVELOPE_MISMATCH", "sub is not the credential's subject")
    issued, not_before, expires = (_moment(claims, label) for label in (_IAT, _NBF, _EXP))
    for claim, own in ((not_before, begins), (expires, ends)):
        if claim is not None and own is not None and abs((own - claim).total_seconds()) >= 1:
            raise Fault("JWT_ENVELOPE_MISMATCH", "a claim contradicts the credential's own validity")
    proof = message.proof(cose.named_key(message))
    return Credential(
        format=NAME,
        model="vcdm-2.0",
        issuer=facts.issuer,
        types=facts.types,
        claims=document,
        subject=facts.subjects[0],
        window=Window(issued or not_before or begins, not_before or begins, expires or ends),
        proofs=(proof,),
        status=(*facts.status, *status_claim.of_cwt(claims)),
        holder=Holder(_confirmation(claims), ids),
        digest=digests.sha256(proof.message).hex(),
        typ=str(message.typ),
    )


def _presentation(read: Read) -> Presentation:
    message, document, claims = read
    vcdm.check_presentation(document)
    holder = vcdm.identifier(document["holder"], "holder") if "holder" in document else None
    if _ISS in claims and (type(claims[_ISS]) is not str or claims[_ISS] != (holder or claims[_ISS])):
        raise Fault("JWT_ENVELOPE_MISMATCH", "iss is not the holder")
    presented = vcdm.as_list(document.get("verifiableCredential", []))
    if len(presented) > limits.PRESENTED_CREDENTIALS:
        raise Fault("LIMIT_CREDENTIALS", f"{len(presented)} credentials, {limits.PRESENTED_CREDENTIALS} at most")
    begins, ends = _moment(claims, _NBF), _moment(claims, _EXP)
    if begins and ends and ends < begins:
        raise Fault("TIME_WINDOW_INVERTED")
    proof = message.proof(cose.named_key(message))
    binding = KeyBinding(
        proof=proof,
        nonce=claims.get(_NONCE),
        audience=claims.get(_AUD),
        issued=claims.get(_IAT),
        begins=begins,
        ends=ends,
        holder=holder if holder is not None else claims.get(_ISS),
    )
    digest = digests.sha256(proof.message).hex()
    return Presentation(NAME, binding, tuple(vc_jwt.held(one) for one in presented), digest)


def _confirmation(claims: Mapping[Any, Any]) -> Mapping[str, Any] | None:
    """The holder's key (RFC 8747 §3.2), a COSE_Key and nothing else."""
    if _CNF not in claims:
        return None
    confirmation = claims[_CNF]
    if type(confirmation) is not dict or set(confirmation) != {1} or type(confirmation[1]) is not dict:
        raise Fault("JWT_CLAIM_TYPE", "cnf does not hold one key")
    return {"cose_key": confirmation[1]}


def _moment(claims: Mapping[Any, Any], label: int) -> datetime | None:
    names = {_IAT: "iat", _NBF: "nbf", _EXP: "exp"}
    return times.from_numeric_date(claims[label], names[label]) if label in claims else None


def _decoded(text: bytes) -> bytes:
    if text.translate(None, b"-_") != text and text.translate(None, b"+/") != text:
        raise Fault("INPUT_BASE64", "two alphabets in one text")
    return base64url.decode(text.translate(_STANDARD), "INPUT_BASE64", "the envelope")
