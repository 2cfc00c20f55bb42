"""didkit's JWT (VCDM 1.1) and older linked-data suites: it mints and we judge, we mint and it verifies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from defa_id.codec import base64url, multibase
from defa_id.issue import signing
from defa_id.parts import DEFAULT_PARTS
from defa_id.suites import legacy
from defa_id.suites.data_integrity import Secured
from tests.conformance.test_data_integrity import judged as linked
from tests.interop.material import EXPIRES, ISSUED, PERSON, VC_TYPE, Judged, Peer
from tests.interop.peers import didkit
from tests.workers.test_legacy import signed

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


NATIVE = ["Ed25519Signature2018", "Ed25519Signature2020"]


@pytest.mark.parametrize("suite", NATIVE)
def test_didkit_signs_with_an_older_suite_that_is_read_here(suite: str) -> None:
    """Natively: the verifier has no worker to ask."""
    document, _ = signed(suite, "Ed25519")
    assert linked(document), linked(document).to_json(1)
    changed = {**document, "issuanceDate": "2020-01-02T00:00:00Z"}
    assert [line.code for line in linked(changed).problems if line.outcome == "failed"] == ["DI_SIGNATURE"]


@pytest.mark.parametrize("suite", NATIVE)
def test_didkit_verifies_what_is_signed_here(suite: str) -> None:
    """Two readings of one canonical form: what we hold to be the signed message, didkit does too."""
    document, _ = signed(suite, "Ed25519")
    key = signing.generate("Ed25519")
    did = didkit("key_to_did", "key", json.dumps(signing.to_jwk(key)))
    method = f"{did}#{did.removeprefix('did:key:')}"
    options = {name: value for name, value in document["proof"].items() if name not in ("jws", "proofValue")}
    options["verificationMethod"] = method
    plain = {**{name: value for name, value in document.items() if name != "proof"}, "issuer": did}
    header = base64url.encode(b'{"alg":"EdDSA","b64":false,"crit":["b64"]}')
    unsigned = {**options, "jws": f"{header}..AA"} if suite == NATIVE[0] else options
    message = legacy._message(unsigned, Secured(plain, options), DEFAULT_PARTS.means)
    signature = signing.sign_raw(key, message)
    value = {"jws": f"{header}..{base64url.encode(signature)}"}
    if suite != NATIVE[0]:
        value = {"proofValue": multibase.encode_base58btc(signature)}
    made = {**plain, "proof": {**options, **value}}
    told = json.dumps({"verificationMethod": method, "proofPurpose": "assertionMethod"})
    assert json.loads(didkit("verify_credential", json.dumps(made), told))["errors"] == []
    assert linked(made), linked(made).to_json(1)
    forged = {**made, "issuanceDate": "2020-01-02T00:00:00Z"}
    assert json.loads(didkit("verify_credential", json.dumps(forged), told))["errors"]
