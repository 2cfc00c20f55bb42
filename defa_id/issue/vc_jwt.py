"""Minting VC-JWT: a VCDM 2.0 credential secured with JOSE (W3C VC-JOSE-COSE §3.1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.errors import Fault, WrongUse
from defa_id.issue.signing import SigningKey, sign_compact

CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_JWT_ONLY: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "vc", "vp"})


def mint(
    key: SigningKey,
    *,
    issuer: str,
    type: str,
    claims: Mapping[str, Any],
    issued: datetime,
    expires: datetime,
    holder: Mapping[str, Any] | None = None,
    subject_id: str | None = None,
    alg: str | None = None,
    x5c: Sequence[str] = (),
) -> str:
    """A compact VC-JWT, `typ` vc+jwt.

    `claims` is the credentialSubject, or a whole VCDM document if it holds one. `holder` is the
    holder's public JWK and becomes `cnf` (RFC 7800); `subject_id` becomes the subject's id and
    `sub`. Raises `WrongUse` for content that contradicts the arguments.
    """
    credential = document(issuer, type, claims, issued, expires, subject_id)
    return sign_compact(key, header(key, "vc+jwt", "vc", x5c), payload(credential, issued, holder), alg)


def document(
    issuer: str,
    type: str,
    claims: Mapping[str, Any],
    issued: datetime,
    expires: datetime,
    subject_id: str | None = None,
) -> dict[str, Any]:
    """The VCDM 2.0 document (VCDM 2.0 §4). Raises `WrongUse` as `mint`."""
    whole = "credentialSubject" in claims
    given = dict(claims) if whole else {}
    if alien := sorted(_JWT_ONLY & given.keys()):
        raise WrongUse(f"{alien[0]} is set by the envelope, not by the document", hint="Leave it out of the claims.")
    subject = given.get("credentialSubject") if whole else dict(claims)
    if subject_id is not None:
        if not isinstance(subject, dict) or subject.get("id", subject_id) != subject_id:
            raise WrongUse("the subject has another id already", hint="Leave the id out of the claims.")
        subject = {"id": subject_id, **subject}
    types = given.get("type", ["VerifiableCredential", type])
    if not isinstance(types, list) or "VerifiableCredential" not in types or type not in types:
        raise WrongUse(f"the document's type does not hold VerifiableCredential and {type}")
    named = given.get("issuer", issuer)
    if (named.get("id") if isinstance(named, dict) else named) != issuer:
        raise WrongUse(f"the document names another issuer than {issuer}", hint="Leave issuer out of the claims.")
    return {
        "@context": [CONTEXT],
        "type": types,
        "issuer": named,
        "validFrom": times.show(issued),
        "validUntil": times.show(expires),
        **given,
        "credentialSubject": subject,
    }


def payload(credential: Mapping[str, Any], issued: datetime, holder: Mapping[str, Any] | None) -> dict[str, Any]:
    """The document with the registered claims that repeat it (VC-JOSE-COSE §3.1.3, RFC 7519 §4.1)."""
    subject, issuer = credential["credentialSubject"], credential["issuer"]
    try:
        ends = times.parse(credential["validUntil"], "validUntil")
    except Fault as fault:
        raise WrongUse(fault.why) from None
    registered: dict[str, Any] = {
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "iat": int(issued.timestamp()),
        "exp": int(ends.timestamp()),
    }
    if isinstance(subject, dict) and "id" in subject:
        registered["sub"] = subject["id"]
    if "id" in credential:
        registered["jti"] = credential["id"]
    if holder is not None:
        registered["cnf"] = {"jwk": dict(holder)}
    return {**credential, **registered}


def header(key: SigningKey, typ: str, cty: str | None, x5c: Sequence[str]) -> dict[str, Any]:
    """The protected header. The key is named by its certificates (RFC 7515 §4.1.6) where there are
    any, else by `kid`: the listed JWK's own, or its thumbprint."""
    named: dict[str, Any] = {"typ": typ, **({"cty": cty} if cty else {})}
    return {**named, "x5c": list(x5c)} if x5c else {**named, "kid": key.kid}
