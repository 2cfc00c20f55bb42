"""Linked-data signatures from before Data Integrity: two of them read here, the rest handed to a worker.

Ed25519Signature2018 and Ed25519Signature2020 (W3C CCG) are verified here. Other suites are left to
didkit in a process of its own, which is believed for nothing but the signature; where it is not
installed, whether they hold cannot be found out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id.codec import base64url, digests, multibase, strict_json
from defa_id.codec.text import printable
from defa_id.credential import Proof
from defa_id.errors import Fault, Unknowable
from defa_id.keys import PublicKey
from defa_id.suites import Means, data_integrity
from defa_id.suites.data_integrity import Secured
from defa_id.values import NamedTuple

SUITE: Final = "legacy"
_ED25519_2018: Final = "Ed25519Signature2018"
_ED25519_2020: Final = "Ed25519Signature2020"
# The suite's terms as its own time defined them; the proof's options are read by this context.
_SECURITY: Final = "https://w3id.org/security/v2"
# Suites that only the worker verifies, with the algorithm a listed key must be allowed for.
_BY_WORKER: Final[Mapping[str, tuple[str, ...]]] = {
    "JsonWebSignature2020": ("ES256", "ES384", "EdDSA", "RS256", "PS256"),
    "EcdsaSecp256r1Signature2019": ("ES256",),
}
Object = Mapping[str, Any]


class Legacy(NamedTuple):
    """A proof of such a suite, whole, and what it is about."""

    proof: Object
    secured: Secured


def read(proof: Object) -> tuple[str, bytes]:
    """The algorithm and the signature. Raises `Fault` DI_SUITE, DI_PROOF_SHAPE, JOSE_*."""
    kind = proof["type"]
    if kind == _ED25519_2020:
        value = proof.get("proofValue")
        signature = multibase.decode_base58btc(value, "DI_PROOF_SHAPE") if isinstance(value, str) else b""
        if len(signature) != 64:
            raise Fault("DI_PROOF_SHAPE", "proofValue is no Ed25519 signature")
        return "EdDSA", signature
    if kind != _ED25519_2018 and kind not in _BY_WORKER:
        raise Fault("DI_SUITE", f"no suite {printable(kind)}", suite=printable(kind))
    alg, _, signature = _detached(proof.get("jws"))
    if alg not in _BY_WORKER.get(kind, ("EdDSA",)):
        raise Fault("JOSE_ALG_FORBIDDEN", f"{printable(alg)} does not go with {kind}", alg=printable(alg))
    return alg, signature


def verify(proof: Proof, key: PublicKey, means: Means) -> None:
    """Return if `key` made the proof.

    Raises `Fault` DI_SIGNATURE and what canonicalization raises; `Unknowable` DI_SUITE_EXTRA without a worker.
    """
    written, secured = proof.content
    if written["type"] in _BY_WORKER:
        worker = means.workers.get("legacy")
        if worker is None:
            raise Unknowable("DI_SUITE_EXTRA", f"{written['type']} is verified by didkit", suite=written["type"])
        worker({**secured.document, "proof": dict(written)}, dict(key.jwk))
        return
    try:
        key.verify("EdDSA", proof.signature, _message(written, secured, means))
    except Fault as fault:
        if fault.code == "JOSE_SIGNATURE":
            raise Fault("DI_SIGNATURE", suite=written["type"]) from None
        raise


def _message(proof: Object, secured: Secured, means: Means) -> bytes:
    """The hash of the options and the hash of the document; under a JWS with an unencoded payload in 2018
    (RFC 7797), as it is in 2020. A proof of 2020 may name the contexts of its own words beside the document's."""
    contexts = [secured.document["@context"], secured.options.get("@context", [])]
    own = [name for one in contexts for name in (one if isinstance(one, list) else [one])]
    options = {**secured.options, "@context": _SECURITY if proof["type"] == _ED25519_2018 else own}
    hashes = b"".join(digests.sha256(data_integrity.rdfc(part, "sha256", means)) for part in (options, secured.covered))
    if proof["type"] == _ED25519_2020:
        return hashes
    return _detached(proof["jws"])[1] + b"." + hashes


def _detached(value: Any) -> tuple[str, bytes, bytes]:
    """The algorithm, encoded header and signature of a detached JWS: alg, b64 false, crit b64, nothing else."""
    parts = value.encode("ascii", "replace").split(b".") if isinstance(value, str) else []
    if len(parts) != 3 or parts[1]:
        raise Fault("DI_PROOF_SHAPE", "jws is not a detached JWS")
    header = strict_json.load_object(base64url.decode(parts[0], what="the header of jws"))
    if header.get("b64") is not False or header.get("crit") != ["b64"] or set(header) != {"alg", "b64", "crit"}:
        raise Fault("JOSE_HEADER_FORBIDDEN", "the header of jws says more or less than alg, b64 and crit")
    return str(header["alg"]), parts[0], base64url.decode(parts[2], what="the signature of jws")
