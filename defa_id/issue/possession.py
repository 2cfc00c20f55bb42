"""Proof of possession: an issuer shows the registry that it holds the key it asks to be listed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from defa_id.issue.signing import SigningKey, sign_compact

TYP: Final = "defa-id-pop+jwt"


def prove(key: SigningKey, issuer_id: str, registry: str, issued: datetime) -> str:
    """A compact JWS over the issuer's identifier, the registry's name and the moment (RFC 7519 claims
    iss, aud, iat). `operator.admission` says what is accepted."""
    claims = {"iss": issuer_id, "aud": registry, "iat": int(issued.timestamp())}
    return sign_compact(key, {"typ": TYP}, claims)
