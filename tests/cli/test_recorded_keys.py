"""Keys that lie outside, fetched once and used without a network: did:webvh with its changes, and issuers' metadata."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from defa_id import recorded
from defa_id.sources import Document
from tests.resolvers.made import Log, did_document, method, multikey, with_method
from tests.support.world import Json, Signer, vc, vc_jwt

Command = Callable[..., Result]
FETCHED = "2026-11-24T08:00:00Z"


@pytest.fixture
def judge(run: Command, published: Path, tmp_path: Path) -> Callable[..., tuple[str, dict[str, Any]]]:
    """The decision on a credential under the policy that resolves keys, from a bundle of recorded documents."""

    def decide(token: str, documents: dict[str, bytes], at: str = "2026-11-24T12:00:00Z") -> tuple[str, dict[str, Any]]:
        (tmp_path / "token").write_text(token)
        held = {url: Document(data, FETCHED) for url, data in documents.items()}
        (tmp_path / "bundle").write_bytes(recorded.packed(held))
        given = ("--policy", "unsafe-any-issuer", "--registry", published, "--memory", "none", "--at", at)
        done = run("verify", tmp_path / "token", *given, "--sources", tmp_path / "bundle", "--json")
        verdict = json.loads(done.stdout)
        (line,) = (line for line in verdict["checks"] if line["id"] == "key.resolved")
        return verdict["decision"], {**line, "documents": verdict["documents"]}

    return decide


def credential(signer: Signer, issuer: str, kid: str) -> str:
    early: Json = {"validFrom": "2026-01-10T00:00:00Z", "iat": 1_768_003_200}
    return vc_jwt(signer, vc(issuer, **early), kid=kid)


def test_a_did_webvh_whose_keys_were_changed(judge: Callable[..., tuple[str, dict[str, Any]]]) -> None:
    """Both the key that signs the log and the one that signs credentials: each counts from its version on."""
    updater, next_updater, old, new = Signer.make("EdDSA"), Signer.make("EdDSA"), Signer.make(), Signer.make()
    log = Log().begin(updater, with_method(old))
    did = log.did
    after = {**did_document(method(new, f"{did}#key-2", controller=did)), "id": did}
    log.update(updater, updateKeys=[multikey(next_updater)])
    log.update(next_updater, state=after)
    documents = {log.url: log.data()}
    decision, line = judge(credential(new, did, f"{did}#key-2"), documents)
    assert (decision, line["outcome"]) == ("accepted", "passed")
    assert [document["retrieved"] for document in line["documents"]] == [FETCHED]
    decision, line = judge(credential(old, did, f"{did}#key-1"), documents)
    assert (decision, line["code"]) == ("rejected", "DID_KEY_UNKNOWN")
    before = "2026-01-03T12:00:00Z"
    assert (
        judge(vc_jwt(old, vc(did, validFrom=None, iat=1_767_400_000), kid=f"{did}#key-1"), documents, before)[0]
        == "accepted"
    )
    forged = Log([*log.entries], moment=log.moment).update(updater, state=log.entries[0]["state"])
    decision, line = judge(credential(old, did, f"{did}#key-1"), {log.url: forged.data()})
    assert (decision, line["code"]) == ("rejected", "DID_LOG"), "signed by a key that was handed on"
    decision, line = judge(credential(new, did, f"{did}#key-2"), {})
    assert (decision, line["code"]) == ("indeterminate", "NET_OFFLINE")


def test_an_issuers_metadata_with_its_keys_apart(judge: Callable[..., tuple[str, dict[str, Any]]]) -> None:
    """JWT VC issuer metadata: the keys named by `jwks_uri`, of which the token's kid chooses."""
    issuer, old, new = "https://issuer.example/a", Signer.make(), Signer.make()
    where, keys = "https://issuer.example/.well-known/jwt-vc-issuer/a", "https://issuer.example/keys"
    metadata = json.dumps({"issuer": issuer, "jwks_uri": keys}).encode()

    def listed(*held: Signer) -> dict[str, bytes]:
        jwks = {"keys": [{**signer.jwk, "kid": signer.thumbprint} for signer in held]}
        return {where: metadata, keys: json.dumps(jwks).encode()}

    for signer in (old, new):
        decision, line = judge(credential(signer, issuer, signer.thumbprint), listed(old, new))
        assert decision == "accepted"
        assert [document["url"] for document in line["documents"]] == [where, keys]
    decision, line = judge(credential(old, issuer, old.thumbprint), listed(new))
    assert (decision, line["code"]) == ("rejected", "JOSE_KEY_UNKNOWN")
    decision, line = judge(credential(new, issuer, new.thumbprint), {where: metadata})
    assert (decision, line["code"]) == ("indeterminate", "NET_OFFLINE")
    other = {**listed(new), where: metadata.replace(b'example/a"', b'example/b"')}
    decision, line = judge(credential(new, issuer, new.thumbprint), other)
    assert (decision, line["code"]) == ("rejected", "ISSUER_METADATA")
