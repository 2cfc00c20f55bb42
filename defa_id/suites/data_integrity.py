"""The cryptosuites of W3C Data Integrity that sign a whole document: eddsa and ecdsa, over RFC 8785 or RDFC-1.0.

A proof covers the hash of its own options and then the hash of the document (EdDSA Cryptosuites §3.2.4,
ECDSA Cryptosuites §3.2.4). Where a proof names earlier ones, they stand in the document it covers
(Data Integrity 1.0 §4.6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from defa_id.codec import digests, jcs
from defa_id.credential import Proof
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.suites import Means
from defa_id.values import NamedTuple

Document = Mapping[str, Any]
Canonicalize = Callable[[Document, str, Means], bytes]


class Secured(NamedTuple):
    """What a proof is about: the document without proofs, the proof's options (all of it but its value),
    and the earlier proofs it names, whole."""

    document: Document
    options: Document
    prior: tuple[Document, ...] = ()

    @property
    def covered(self) -> Document:
        """The document as this proof covers it."""
        if not self.prior:
            return self.document
        return {**self.document, "proof": list(self.prior)}


class Suite(NamedTuple):
    """A row of the table: what its keys are, how it writes a document down, and by which algorithm and
    hash for a signature of so many bytes."""

    canonicalize: Canonicalize
    kty: str
    algorithms: Mapping[int, tuple[str, str]]


def rdfc(document: Document, hash: str, means: Means) -> bytes:
    """The canonical N-Quads (RDFC-1.0). Raises what `linked.canonicalize` raises."""
    from defa_id import linked

    return linked.canonicalize(document, means.documents, hash=hash, full=means.workers.get("quads")).data


def written(document: Document, hash: str, means: Means) -> bytes:  # noqa: ARG001  (as `rdfc`)
    """The RFC 8785 text. Raises `Fault` JSON_NUMBER for what has none."""
    try:
        return jcs.canonicalize(document)
    except ValueError as error:
        raise Fault("JSON_NUMBER", str(error)) from None


_EDDSA: Final = {64: ("EdDSA", "sha256")}
_ECDSA: Final = {64: ("ES256", "sha256"), 96: ("ES384", "sha384")}
SUITES: Final[Mapping[str, Suite]] = {
    "eddsa-rdfc-2022": Suite(rdfc, "OKP", _EDDSA),
    "eddsa-jcs-2022": Suite(written, "OKP", _EDDSA),
    "ecdsa-rdfc-2019": Suite(rdfc, "EC", _ECDSA),
    "ecdsa-jcs-2019": Suite(written, "EC", _ECDSA),
}


def message(name: str, alg: str, secured: Secured, means: Means) -> bytes:
    """The bytes the proof signs. `alg` decides on the hash. Raises what canonicalization raises."""
    suite = SUITES[name]
    hash = next(hash for known, hash in suite.algorithms.values() if known == alg)
    options = secured.options
    if suite.canonicalize is rdfc:
        options = {**options, "@context": secured.document["@context"]}
    hashed = digests.hasher(hash)
    both = (hashed(suite.canonicalize(part, hash, means)) for part in (options, secured.covered))
    return b"".join(both)


def verify(proof: Proof, key: PublicKey, means: Means) -> None:
    """Return if `key` made the proof.

    Raises `Fault` DI_SIGNATURE, JOSE_ALG_KEY_MISMATCH, LD_*, LIMIT_RDF, RDF_COMPLEXITY; `Unknowable`
    RDF_UNSUPPORTED, LD_CONTEXT_UNAVAILABLE.
    """
    signed = message(proof.suite, proof.alg, proof.content, means)
    try:
        key.verify(proof.alg, proof.signature, signed)
    except Fault as fault:
        if fault.code == "JOSE_SIGNATURE":
            raise Fault("DI_SIGNATURE", suite=proof.suite) from None
        raise
