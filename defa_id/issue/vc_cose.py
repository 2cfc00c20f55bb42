"""Minting the COSE envelope of W3C VC-JOSE-COSE §3.3 around a VCDM 2.0 credential."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.codec import base64url, cbor
from defa_id.codec.cbor import Tagged
from defa_id.issue import vc_jwt
from defa_id.issue.cose_signing import Headers, require_key_of, sign1
from defa_id.issue.mdoc import cose_key
from defa_id.issue.signing import SigningKey, to_json
from defa_id.suites import cose

_CLAIMS: Final = 15  # RFC 9597 §2
_ISS: Final = 1
_IAT: Final = 6
_CNF: Final = 8


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
    """The envelope in base64url. Arguments and errors as of `vc_jwt.mint`; the holder's key goes into the header."""
    document = vc_jwt.document(issuer, type, claims, issued, expires, subject_id)
    registered: dict[int, Any] = {_ISS: issuer, _IAT: int(issued.timestamp())}
    if holder is not None:
        registered[_CNF] = {1: cose_key(holder)}
    return base64url.encode(envelope(key, to_json(document), "vc", registered, alg, x5c))


def envelope(
    key: SigningKey,
    payload: bytes,
    kind: str,
    registered: Mapping[int, Any],
    alg: str | None = None,
    x5c: Sequence[str] = (),
    kid: str | None = None,
) -> bytes:
    """A tagged COSE_Sign1 around a document; `kind`: vc or vp. Raises `WrongUse` for a certificate of another key."""
    certificates = [base64.b64decode(certificate) for certificate in x5c]
    if certificates:
        require_key_of(certificates[0], key)
    named: Headers = {cose.X5CHAIN: certificates} if certificates else {cose.KID: (kid or key.kid).encode()}
    protected = {cose.CONTENT_TYPE: f"application/{kind}", cose.TYP: f"application/{kind}+cose", **named}
    if registered:
        protected[_CLAIMS] = dict(registered)
    return cbor.encode(Tagged(cose.SIGN1, sign1(key, payload, protected, {}, alg)))
