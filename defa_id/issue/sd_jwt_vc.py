"""Minting SD-JWT VC: typ dc+sd-jwt, a vct, and claims the holder discloses one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.errors import WrongUse
from defa_id.issue import selective
from defa_id.issue.signing import SigningKey, sign_compact
from defa_id.issue.vc_jwt import header

# draft-ietf-oauth-sd-jwt-vc-25 §2.2.2.2: these are never disclosed selectively.
_CLEAR: Final = frozenset({"status", "vct#integrity", "nbf"})
_ENVELOPE: Final = frozenset({"iss", "iat", "exp", "vct", "cnf", "aud", "nonce"})


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
    disclosable: Iterable[selective.Path] | None = None,
    salts: selective.Salts = selective.random_salt,
) -> str:
    """A compact SD-JWT VC with all its disclosures and no key binding, ending in a tilde.

    `type` is the vct. Every top-level claim is disclosable unless `disclosable` lists paths
    (`selective.conceal`). `holder` is the holder's public JWK and becomes `cnf`. Raises `WrongUse`
    for claims that belong to the envelope.
    """
    given = {name: value for name, value in claims.items() if (name, value) != ("vct", type)}
    if alien := sorted(_ENVELOPE & given.keys()):
        raise WrongUse(f"{alien[0]} is set by the envelope, not by the claims", hint="Leave it out of the claims.")
    if subject_id is not None:
        given = {"sub": subject_id, **given}
    open_claims = {name: value for name, value in given.items() if name in _CLEAR}
    closed_claims = {name: value for name, value in given.items() if name not in _CLEAR}
    paths = [(name,) for name in closed_claims] if disclosable is None else disclosable
    concealed, disclosures = selective.conceal(closed_claims, paths, salts)
    payload = {
        "vct": type,
        "iss": issuer,
        "iat": int(issued.timestamp()),
        "exp": int(expires.timestamp()),
        **({"cnf": {"jwk": dict(holder)}} if holder is not None else {}),
        **open_claims,
        **concealed,
    }
    return selective.combine(sign_compact(key, header(key, "dc+sd-jwt", None, x5c), payload, alg), disclosures)
