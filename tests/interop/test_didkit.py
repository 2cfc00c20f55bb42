"""didkit's JWT (VCDM 1.1): it mints and we judge, we mint and it verifies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from defa_id.issue import signing
from tests.interop.material import EXPIRES, ISSUED, PERSON, VC_TYPE, Judged, Peer
from tests.interop.peers import didkit

pytestmark = pytest.mark.peers

ALGORITHMS = ["ES256", "EdDSA"]
JWT = json.dumps({"proofFormat": "jwt"})


def credential(peer: Peer) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential", VC_TYPE],
        "issuer": peer.id,
        "issuanceDate": ISSUED.isoformat().replace("+00:00", "Z"),
        "expirationDate": EXPIRES.isoformat().replace("+00:00", "Z"),
        "credentialSubject": PERSON,
    }


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_both_derive_the_same_did(judged: Judged, alg: str) -> None:
    peer = judged.peer("did:key", alg)
    assert didkit("key_to_did", "key", json.dumps(peer.private)) == peer.id


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_didkit_mints_a_vc_jwt(judged: Judged, alg: str) -> None:
    peer = judged.peer("did:key", alg)
    token = didkit("issue_credential", json.dumps(credential(peer)), JWT, json.dumps(peer.private))
    verdict = judged.verdict(token)
    assert verdict, verdict.summary
    assert verdict.unwrap().issuer == peer.id


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_didkit_reads_our_vc_jwt(judged: Judged, alg: str) -> None:
    peer = judged.peer("did:key", alg)
    document = credential(peer)
    payload = {
        "iss": peer.id,
        "nbf": int(ISSUED.timestamp()),
        "exp": int(EXPIRES.timestamp()),
        "vc": document,
    }
    header = {"typ": "JWT", "kid": f"{peer.id}#{peer.id.removeprefix('did:key:')}"}
    token = signing.sign_compact(peer.key, header, payload, alg)
    assert judged.verdict(token), judged.verdict(token).summary
    assert json.loads(didkit("verify_credential", token, JWT)) == {"checks": ["JWS"], "warnings": [], "errors": []}
    head, _, tail = token.rpartition(".")
    forged = f"{head}.{'B' if tail[0] == 'A' else 'A'}{tail[1:]}"
    assert json.loads(didkit("verify_credential", forged, JWT))["errors"]
