"""legacy: what didkit is asked about, what it is not, and that its word can refuse."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from defa_id.errors import Fault
from defa_id.issue import signing
from defa_id.workers import legacy
from tests.interop.peers import didkit

CREATED = "2026-01-01T00:00:00Z"
V1 = "https://www.w3.org/2018/credentials/v1"
SUITES = [
    *(("Ed25519Signature2018", "Ed25519"), ("Ed25519Signature2020", "Ed25519"), ("JsonWebSignature2020", "Ed25519")),
    *(("JsonWebSignature2020", "P-256"), ("EcdsaSecp256r1Signature2019", "P-256")),
]
Signed = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    legacy._worker().close()


def signed(suite: str, kind: str, *more: str) -> Signed:
    """A credential that didkit signed, with more contexts, and the public key it is verified with."""
    key = signing.generate(kind)
    private = json.dumps(signing.to_jwk(key))
    did, method = didkit("key_to_did", "key", private), didkit("key_to_verification_method", "key", private)
    document = {
        "@context": [V1, *more],
        "type": ["VerifiableCredential"],
        "issuer": did,
        "issuanceDate": "2020-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:uuid:1"},
    }
    options = {"type": suite, "proofPurpose": "assertionMethod", "verificationMethod": method, "created": CREATED}
    made = json.loads(didkit("issue_credential", json.dumps(document), json.dumps(options), private))
    return made, dict(key.public_jwk)


def refused(document: dict[str, Any], jwk: dict[str, Any]) -> tuple[str, bool]:
    with pytest.raises(Fault) as found:
        legacy.verify(document, jwk)
    return found.value.code, found.value.unknown


@pytest.mark.peers
@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_a_signature_by_the_listed_key_holds_and_no_other(suite: str, kind: str) -> None:
    document, jwk = signed(suite, kind)
    legacy.verify(document, jwk)
    changed = copy.deepcopy(document)
    changed["credentialSubject"]["id"] = "urn:uuid:2"
    assert refused(changed, jwk) == ("DI_SIGNATURE", False)
    assert refused(document, dict(signing.generate(kind).public_jwk)) == ("DI_SIGNATURE", False)
    legacy.verify(document, jwk)


@pytest.mark.peers
def test_what_didkit_cannot_read_is_unknown() -> None:
    document, jwk = signed(*SUITES[0])
    document["proof"]["type"] = "NoSuchSignature2020"
    assert refused(document, jwk) == ("WORKER_ENDED", True)


@pytest.mark.peers
def test_didkit_holds_the_contexts_it_is_said_to_hold() -> None:
    with_v1 = legacy.CONTEXTS - {V1, "https://w3id.org/security/v1", "https://w3id.org/security/v2"}
    for url in sorted(with_v1):
        document, jwk = signed(*SUITES[0], url)
        legacy.verify(document, jwk)


PROOF = {"type": "Ed25519Signature2018", "verificationMethod": "did:key:zKey#zKey"}


@pytest.mark.parametrize(
    ("change", "code", "unknown"),
    [
        ({"proof": {**PROOF, "verificationMethod": "did:web:ministry.example#key"}}, "DID_METHOD", True),
        ({"proof": {**PROOF, "verificationMethod": "https://ministry.example/key"}}, "DID_METHOD", True),
        ({"proof": {**PROOF, "verificationMethod": None}}, "DID_METHOD", True),
        ({"@context": "https://www.w3.org/ns/credentials/v2"}, "LD_CONTEXT", True),
        ({"@context": [V1, "https://w3id.org/citizenship/v3"]}, "LD_CONTEXT", True),
        ({"proof": {**PROOF, "@context": [{"a": "urn:a"}]}}, "LD_CONTEXT", True),
        ({"proof": {**PROOF, "@context": "https://w3id.org/security/suites/ed25519-2020/v2"}}, "LD_CONTEXT", True),
        ({"@context": [V1, {"a": "urn:a"}]}, "LD_CONTEXT", False),
        ({"@context": [V1, "https://example.org/unpinned"]}, "LD_CONTEXT", False),
        ({"undefined": "unsigned"}, "LD_UNSAFE", False),
    ],
)
def test_what_didkit_is_not_asked(
    change: dict[str, Any], code: str, unknown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> Any:
        raise AssertionError("didkit was asked")

    monkeypatch.setattr(legacy, "_worker", asked)
    document = {"@context": [V1], "type": "VerifiableCredential", "issuer": "did:key:zKey", "proof": PROOF, **change}
    assert refused(document, {}) == (code, unknown)


def test_without_didkit_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "find_spec", lambda _: None)
    document = {"@context": [V1], "type": "VerifiableCredential", "issuer": "did:key:zKey", "proof": PROOF}
    assert refused(document, {}) == ("DI_SUITE_EXTRA", True)
