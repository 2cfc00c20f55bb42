"""A bare signature over bytes, without an envelope that names its algorithm."""

from __future__ import annotations

from defa_id.credential import Proof
from defa_id.keys import PublicKey
from defa_id.suites import Means


def verify(proof: Proof, key: PublicKey, *_: Means) -> None:
    """Return if `key` made `proof`. Raises `Fault` JOSE_ALG_KEY_MISMATCH, JOSE_SIGNATURE_FORMAT, JOSE_SIGNATURE."""
    key.verify(proof.alg, proof.signature, proof.message)
