"""Minting credentials: for sandboxes, tests, and states without tooling of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.errors import WrongUse
from defa_id.issue import sd_jwt_vc, vc_jwt, vc_sd_jwt
from defa_id.issue.selective import Salts, random_salt
from defa_id.issue.signing import SigningKey

__all__ = ["FORMATS", "SigningKey", "issue"]

FORMATS: Final = ("vc-jwt", "sd-jwt-vc", "vc-sd-jwt", "data-integrity", "mdoc", "cwt", "philsys", "vc-cose")


def issue(
    format: str,
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
    salts: Salts = random_salt,
    cryptosuite: str | None = None,
    state: str | None = None,
) -> str:
    """A credential as its text, in one of `FORMATS`: an mdoc as the base64url of IssuerSigned, a COSE envelope
    in base64url too, a CWT as the text of its QR code.

    `type` is the identifier on the wire (VC type, vct or docType), `claims` what is said about the subject,
    `holder` the holder's public JWK to bind it to, `x5c` the signer's certificate and those above it, in
    base64; `salts` where the salts of disclosures come from (random, except in the packaged demo),
    `cryptosuite` that of a Data Integrity proof (default: the RFC 8785 one of the key),
    `state` the issuing state, where that is how a format names its issuer. Raises `WrongUse`
    for another format, an expiry before the issuance, or claims that contradict the arguments.
    """
    if format not in FORMATS:
        raise WrongUse(f"credentials of format {format} are not minted here", hint=f"Use one of {', '.join(FORMATS)}.")
    if expires <= issued:
        raise WrongUse("the credential would expire before it is issued", hint="Give a later expiry.")
    if not claims:
        raise WrongUse("there is nothing to say about the subject", hint="Give at least one claim.")
    arguments: dict[str, Any] = {
        "issuer": issuer,
        "type": type,
        "claims": claims,
        "issued": issued,
        "expires": expires,
        "holder": holder,
        "subject_id": subject_id,
        "alg": alg,
        "x5c": x5c,
    }
    if format == "data-integrity":
        from defa_id.issue import data_integrity

        return data_integrity.mint(key, **arguments, cryptosuite=cryptosuite)
    if format == "vc-jwt":
        return vc_jwt.mint(key, **arguments)
    if format == "mdoc":
        from defa_id.issue import mdoc

        return mdoc.text(key, **arguments, salts=salts)
    if format == "philsys":
        from defa_id.issue import cwt

        return cwt.philid(key, claims)
    if format == "cwt":
        from defa_id.issue import cwt

        return cwt.mint(key, **arguments, state=state)
    if format == "vc-cose":
        from defa_id.issue import vc_cose

        return vc_cose.mint(key, **arguments)
    selective_mint = sd_jwt_vc.mint if format == "sd-jwt-vc" else vc_sd_jwt.mint
    return selective_mint(key, **arguments, salts=salts)
