"""COSE_Sign1 made at the edge (RFC 9052 §4.2): what an issuer, a holder or a device signs in CBOR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa

from defa_id.codec import cbor
from defa_id.errors import Fault, WrongUse
from defa_id.issue.signing import SigningKey, sign_raw
from defa_id.suites import cose

Headers = Mapping[cose.Label, Any]

_ALGORITHMS: Final = {alg: number for number, alg in reversed(tuple(cose.ALGORITHMS.items()))}  # of two the older one


def sign1(
    key: SigningKey,
    payload: bytes | None,
    protected: Headers,
    unprotected: Headers,
    alg: str | None = None,
    detached: bytes = b"",
) -> list[Any]:
    """COSE_Sign1, untagged, its payload inside or, where that is None, `detached`. The algorithm (default: the
    key's own) is put into the protected header. Raises `WrongUse` if it does not go with the key."""
    alg = alg or key.algorithm
    if alg not in _ALGORITHMS or not key.public.fits(alg):
        raise WrongUse(f"{alg} does not go with this key in COSE", hint="Use P-256, P-384 or Ed25519.")
    raw = cbor.encode({cose.ALG: _ALGORITHMS[alg], **protected})
    covered = cose.to_be_signed("Signature1", raw, b"", detached if payload is None else payload)
    return [raw, dict(unprotected), payload, _signature(key, covered)]


def require_key_of(certificate: bytes, key: SigningKey) -> None:
    """Return if the certificate (DER) is this key's. Raises `WrongUse`."""
    from defa_id.resolvers import x5c

    try:
        same = x5c.signer([certificate]).thumbprint == key.public.thumbprint
    except Fault as fault:
        raise WrongUse(f"the certificate cannot be used: {fault.why or fault.code}") from None
    if not same:
        raise WrongUse("the certificate is of another key", hint="Give the document signer's own.")


def _signature(key: SigningKey, message: bytes) -> bytes:
    if not isinstance(key.native, rsa.RSAPrivateKey):
        return sign_raw(key, message)
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    return key.native.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
