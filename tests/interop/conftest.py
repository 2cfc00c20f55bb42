"""One registry that lists the peers' keys, made by the operator's own commands."""

from __future__ import annotations

import pytest

import defa_id
from defa_id.issue import SigningKey, signing
from defa_id.resolvers import did_key
from tests.interop.material import HOME, RELYING, VC_TYPE, VCT, Judged, Peer
from tests.support.sandbox import Sandbox

KINDS = {"ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519"}


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """A sandbox in which one peer per format and algorithm, and two named by did:key, are listed."""
    sandbox = Sandbox(tmp_path_factory.mktemp("interop") / "registry")
    peers: dict[tuple[str, str], Peer] = {}
    for format, type in (("vc-jwt", VC_TYPE), ("sd-jwt-vc", VCT)):
        for alg, kind in KINDS.items():
            peer = Peer(f"https://{alg.lower()}.{format}.example", alg, signing.generate(kind))
            sandbox.add_issuer(HOME, peer.id, peer.public, type, format)
            peers[format, alg] = peer
        sandbox.recognise(RELYING, HOME, type)
    for alg in ("ES256", "EdDSA"):
        key = signing.generate(KINDS[alg])
        peer = Peer(did_key.encode(key.public), alg, key)
        sandbox.add_issuer(HOME, peer.id, peer.public, VC_TYPE, "vc-jwt")
        peers["did:key", alg] = peer
    for alg in ("ES256", "EdDSA"):
        key = signing.generate(KINDS[alg])
        peer = Peer(did_key.encode(key.public), alg, key)
        sandbox.add_issuer(HOME, peer.id, peer.public, VC_TYPE, "data-integrity")
        peers["data-integrity", alg] = peer
    sandbox.publish()
    return Judged(defa_id.open_registry(sandbox.published), peers)


@pytest.fixture(scope="session")
def holder() -> SigningKey:
    """A wallet's key."""
    return signing.generate("P-256")
