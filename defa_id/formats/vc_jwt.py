"""VC-JWT: W3C VC-JOSE-COSE (VCDM 2.0, typ vc+jwt and vp+jwt) and the JWT form of VCDM 1.1 §6.3.1."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from defa_id.codec import limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.credential import Credential, Holder, KeyBinding, Presentation, Reading, StatusEntry, Window
from defa_id.errors import Fault
from defa_id.formats import vcdm
from defa_id.suites import jws
from defa_id.values import NamedTuple

NAME: Final = "vc-jwt"
Claims = dict[str, Any]

# VC-JOSE-COSE §4.1 and §5: what an enveloped credential's media type says about its bytes.
ENVELOPES: Final = {
    "application/vc+jwt": NAME,
    "application/vc+sd-jwt": "vc-sd-jwt",
    "application/dc+sd-jwt": "sd-jwt-vc",
}
_COSE: Final = "vc-cose"
_COSE_URL: Final = r"data:application/vc\+cose;base64,([A-Za-z0-9+/_-]+)={0,2}"  # §3.3: bytes
_DATA_URL: Final = r"data:([a-z]+/[a-z0-9.+-]+),([A-Za-z0-9._~-]+)"  # RFC 2397 §3, without parameters
_JWT_ONLY: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce"})


class Read(NamedTuple):
    """A token whose payload is an object; which data model it follows is not known yet."""

    token: jws.Token
    claims: Claims


def recognises(data: bytes) -> bool:
    """Whether this is a compact JWT and not an SD-JWT."""
    return b"~" not in data and jws.looks_compact(data)


def read(data: bytes, _: Reading) -> Read:
    """Strict syntax. Raises what `suites.jws.read` and `strict_json` raise."""
    token = jws.read(data)
    return Read(token, strict_json.load_object(token.payload))


def model(read: Read) -> Credential | Presentation:
    """The credential or presentation in the token, if it follows its data model.

    Raises `Fault`: JOSE_TYP, JOSE_HEADER_FORBIDDEN, JWT_*, MODEL_*, TIME_FORMAT, LIMIT_CREDENTIALS.
    """
    token, claims = read
    typ, cty = token.header.typ, token.header.cty
    wrapped = [name for name in ("vc", "vp") if name in claims]
    if typ in ("vc+jwt", "vp+jwt"):
        if cty is not None and cty != typ.removesuffix("+jwt"):
            raise Fault("JOSE_HEADER_FORBIDDEN", "cty does not go with typ", parameter="cty")
        if wrapped:
            raise Fault("JWT_AMBIGUOUS_MODEL", f"a {wrapped[0]} claim stands in a VCDM 2.0 token")
        return credential(token, claims, NAME) if typ == "vc+jwt" else _presentation(token, claims, claims)
    if typ not in (None, "JWT") or not wrapped:
        raise Fault("JOSE_TYP", f"typ {printable(typ)} is not one of a credential", typ=printable(typ))
    if cty is not None:
        raise Fault("JOSE_HEADER_FORBIDDEN", "cty must not be there", parameter="cty")
    if len(wrapped) == 2:
        raise Fault("JWT_AMBIGUOUS_MODEL", "both a vc and a vp claim")
    document = claims[wrapped[0]]
    if not isinstance(document, dict):
        raise Fault("MODEL_SHAPE", f"{wrapped[0]} is not an object")
    if vcdm.version(document) != "vcdm-1.1":
        raise Fault("JWT_AMBIGUOUS_MODEL", "VCDM 2.0 content in the JWT form of VCDM 1.1")
    return _credential_1_1(token, claims, document) if wrapped == ["vc"] else _presentation(token, claims, document)


def credential(token: jws.Token, claims: Claims, format: str) -> Credential:
    """A VCDM 2.0 credential whose JWT payload is the document itself (VC-JOSE-COSE §3.1.1)."""
    moments = _moments(claims)
    if vcdm.version(claims) != "vcdm-2.0":
        raise Fault("JWT_AMBIGUOUS_MODEL", "VCDM 1.1 content in a VCDM 2.0 token")
    facts = vcdm.read_credential(claims, "vcdm-2.0")
    begins, ends = vcdm.window_of(claims, "vcdm-2.0")
    _agree(claims, "iss", facts.issuer, "issuer")
    _agree(claims, "jti", claims.get("id"), "id")
    _agree_times(moments, begins, ends)
    document = {name: value for name, value in claims.items() if name not in _JWT_ONLY}
    return _build(token, claims, document, facts, moments, (begins, ends), "vcdm-2.0", format)


def _credential_1_1(token: jws.Token, claims: Claims, document: Claims) -> Credential:
    """VCDM 1.1 §6.3.1: registered claims replace properties, and must not contradict them."""
    moments = _moments(claims)
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        raise Fault("JWT_CLAIM_MISSING" if issuer is None else "JWT_CLAIM_TYPE", "iss is not one text")
    document = {"issuer": issuer, **document}
    if isinstance(claims.get("jti"), str):
        document.setdefault("id", claims["jti"])
    if moments["nbf"] is None and moments["iat"] is None:
        raise Fault("JWT_CLAIM_MISSING", "nbf is missing")
    if isinstance(claims.get("sub"), str) and isinstance(document.get("credentialSubject"), dict):
        document["credentialSubject"] = {"id": claims["sub"], **document["credentialSubject"]}
    facts = vcdm.read_credential(document, "vcdm-1.1")
    begins, ends = vcdm.window_of(document, "vcdm-1.1")
    if facts.issuer != issuer:
        raise Fault("JWT_ENVELOPE_MISMATCH", "iss is not the issuer")
    _agree(claims, "jti", document.get("id"), "id")
    _agree_times(moments, begins, ends)
    return _build(token, claims, document, facts, moments, (begins, ends), "vcdm-1.1", NAME)


def _build(
    token: jws.Token,
    claims: Claims,
    document: Claims,
    facts: vcdm.Facts,
    moments: dict[str, datetime | None],
    own: tuple[datetime | None, datetime | None],
    model: str,
    format: str,
) -> Credential:
    ids = facts.ids
    if "sub" in claims and (not isinstance(claims["sub"], str) or (ids and claims["sub"] not in ids)):
        raise Fault("JWT_ENVELOPE_MISMATCH", "sub is not the credential's subject")
    begins, ends = moments["nbf"] or own[0], moments["exp"] or own[1]
    confirmation = claims.get("cnf")
    if confirmation is not None and not isinstance(confirmation, dict):
        raise Fault("JWT_CLAIM_TYPE", "cnf is not an object")
    return Credential(
        format=format,
        model=model,
        issuer=facts.issuer,
        types=facts.types,
        claims=document,
        subject=facts.subjects[0],
        window=Window(moments["iat"] or moments["nbf"] or own[0], begins, ends),
        proofs=(token.proof,),
        status=(*facts.status, *_status(claims, model)),
        holder=Holder(confirmation, ids),
        digest=token.digest,
        typ=token.header.typ,
    )


def _status(claims: Claims, model: str) -> tuple[StatusEntry, ...]:
    """What the token itself names beside the document. In VCDM 2.0 both are one object, in which `status` may
    also be a term of the document's own."""
    if "status" not in claims:
        return ()
    from defa_id.formats import status_claim

    if model == "vcdm-2.0" and not status_claim.names_mechanisms(claims["status"]):
        return ()
    return status_claim.read(claims["status"])


def _presentation(token: jws.Token, claims: Claims, document: Claims) -> Presentation:
    return presentation(token, claims, document, NAME)


def presentation(token: jws.Token, claims: Claims, document: Claims, format: str) -> Presentation:
    """A presentation of either version (VC-JOSE-COSE §3.1.2; VCDM 1.1 §6.3.1)."""
    vcdm.check_presentation(document)
    holder = vcdm.identifier(document["holder"], "holder") if "holder" in document else None
    iss = claims.get("iss")
    if iss is not None and (not isinstance(iss, str) or (holder is not None and iss != holder)):
        raise Fault("JWT_ENVELOPE_MISMATCH", "iss is not the holder")
    _agree(claims, "jti", document.get("id"), "id")
    presented = vcdm.as_list(document.get("verifiableCredential", []))
    if len(presented) > limits.PRESENTED_CREDENTIALS:
        raise Fault("LIMIT_CREDENTIALS", f"{len(presented)} credentials, {limits.PRESENTED_CREDENTIALS} at most")
    moments = _moments(claims)
    if moments["nbf"] and moments["exp"] and moments["exp"] < moments["nbf"]:
        raise Fault("TIME_WINDOW_INVERTED")
    binding = KeyBinding(
        proof=token.proof,
        nonce=claims.get("nonce"),
        audience=claims.get("aud"),
        issued=claims.get("iat"),
        begins=moments["nbf"],
        ends=moments["exp"],
        holder=holder if holder is not None else iss,
    )
    return Presentation(format, binding, tuple(held(one) for one in presented), token.digest)


def held(credential: Any) -> tuple[str | None, bytes]:
    """A presented credential's format, as its envelope says, and its bytes. One in the clear carries
    no proof we read and goes on as JSON, one of another media type goes on as its data: URL; no
    format recognises either."""
    if isinstance(credential, str):
        return None, credential.encode()
    if "EnvelopedVerifiableCredential" not in vcdm.as_list(credential.get("type")):
        return None, json_bytes(credential)
    if cose := re.fullmatch(_COSE_URL, credential["id"]):
        return _COSE, cose[1].encode("ascii")
    envelope = re.fullmatch(_DATA_URL, credential["id"])
    if envelope is None or envelope[1] not in ENVELOPES:
        return None, credential["id"].encode()
    return ENVELOPES[envelope[1]], envelope[2].encode("ascii")


def json_bytes(document: Any) -> bytes:
    """The document as some JSON bytes; only ever read again by us."""
    import json

    return json.dumps(document).encode()


def _moments(claims: Claims) -> dict[str, datetime | None]:
    """iat, nbf and exp as moments. Raises `Fault` JWT_CLAIM_TYPE."""
    return {
        name: times.from_numeric_date(claims[name], name) if name in claims else None for name in ("iat", "nbf", "exp")
    }


def _agree(claims: Claims, name: str, value: Any, what: str) -> None:
    if name not in claims:
        return
    if not isinstance(claims[name], str):
        raise Fault("JWT_CLAIM_TYPE", f"{name} is not one text")
    if value is not None and claims[name] != value:
        raise Fault("JWT_ENVELOPE_MISMATCH", f"{name} is not the credential's {what}")


def _agree_times(moments: dict[str, datetime | None], begins: datetime | None, ends: datetime | None) -> None:
    """Registered claims have whole seconds, so a property may differ from them by its fraction."""
    for claim, own, what in ((moments["nbf"], begins, "nbf"), (moments["exp"], ends, "exp")):
        if claim is not None and own is not None and abs((own - claim).total_seconds()) >= 1:
            raise Fault("JWT_ENVELOPE_MISMATCH", f"{what} contradicts the credential's own validity")
