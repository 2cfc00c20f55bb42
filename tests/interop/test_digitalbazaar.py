"""npm `@digitalbazaar/vc` and its cryptosuites: they secure and we judge, we secure and they verify, both present."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from defa_id import contexts
from defa_id.codec import base64url, multibase
from defa_id.issue import SigningKey, data_integrity, ecdsa_sd, signing
from defa_id.resolvers import did_key
from tests.interop.material import AUDIENCE, EXPIRES, ISSUED, NONCE, NOW, PERSON, Judged, Peer, vcdm
from tests.interop.peers import Refused, linked_data

pytestmark = pytest.mark.peers

UNDEFINED = "https://www.w3.org/ns/credentials/undefined-terms/v2"
SUITES = {
    "eddsa-rdfc-2022": "EdDSA",
    "eddsa-jcs-2022": "EdDSA",
    "ecdsa-rdfc-2019": "ES256",
    "ecdsa-sd-2023": "ES256",
}
BOTH = pytest.mark.parametrize("suite", SUITES)
PLAIN = pytest.mark.parametrize("suite", [suite for suite in SUITES if suite != "ecdsa-sd-2023"])
# multicodec: ed25519-priv, p256-priv; as unsigned varints
PRIVATE = {"EdDSA": b"\x80\x26", "ES256": b"\x86\x26"}
ALWAYS = ["/issuer", "/validFrom", "/validUntil"]  # what the holder of an ecdsa-sd-2023 credential cannot withhold
Json = dict[str, Any]


def time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def keyed(peer: Peer) -> Json:
    """The peer's key as a Multikey, private part and all."""
    fragment = peer.id.removeprefix("did:key:")
    secret = PRIVATE[peer.alg] + base64url.decode(peer.private["d"].encode())
    return {
        "@context": "https://w3id.org/security/multikey/v1",
        "id": f"{peer.id}#{fragment}",
        "type": "Multikey",
        "controller": peer.id,
        "publicKeyMultibase": fragment,
        "secretKeyMultibase": multibase.encode_base58btc(secret),
    }


def documents(*peers: Peer) -> Json:
    """Everything a verifier may load: the contexts as we pin them, and who these peers are."""
    urls = (
        *("https://www.w3.org/ns/credentials/v2", UNDEFINED, "https://w3id.org/security/multikey/v1"),
        *("https://w3id.org/security/data-integrity/v2", "https://w3id.org/security/data-integrity/v1"),
    )
    found: Json = {url: json.loads(data) for url in urls if (data := contexts.load(url)) is not None}
    for peer in peers:
        method = {name: value for name, value in keyed(peer).items() if name != "secretKeyMultibase"}
        found[method["id"]] = method
        found[peer.id] = {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": peer.id,
            "assertionMethod": [method],
            "authentication": [method],
        }
    return found


def credential(peer: Peer, **changes: Any) -> Json:
    plain = {name: value for name, value in vcdm(peer).items() if name not in ("iss", "iat", "exp")}
    return {**plain, "@context": [*plain["@context"], UNDEFINED], **changes}


def theirs(peer: Peer, suite: str, **changes: Any) -> Json:
    """The credential as their software secures it; for ecdsa-sd-2023 derived to show all of it."""
    request = {"suite": suite, "key": keyed(peer), "created": time(ISSUED), "now": time(NOW), "mandatory": ALWAYS}
    known = documents(peer)
    made: Json = linked_data("issue", credential=credential(peer, **changes), documents=known, **request)["document"]
    if suite == "ecdsa-sd-2023":
        shown = linked_data("derive", suite=suite, credential=made, pointers=["/credentialSubject"], documents=known)
        return dict(shown["document"])
    return made


def ours(peer: Peer, suite: str, **changes: Any) -> Json:
    """The same, secured here."""
    method = keyed(peer)["id"]
    content = credential(peer, **changes)
    if suite != "ecdsa-sd-2023":
        return data_integrity.secure(content, peer.key, method, ISSUED, cryptosuite=suite)
    base = data_integrity.secure(content, peer.key, method, ISSUED, cryptosuite=suite, mandatory=ALWAYS)
    derived: Json = json.loads(ecdsa_sd.derive(json.dumps(base), ["/credentialSubject"]))
    return derived


def codes(judged: Judged, document: Json, **question: Any) -> set[str | None]:
    return {line.code for line in judged.verdict(json.dumps(document), **question).problems}


@BOTH
def test_they_secure_and_we_judge(judged: Judged, suite: str) -> None:
    peer = judged.peer("data-integrity", SUITES[suite])
    made = theirs(peer, suite)
    verdict = judged.verdict(json.dumps(made))
    assert verdict, verdict.to_json(1)
    assert verdict.unwrap().claims == PERSON
    made["credentialSubject"]["birth_date"] = "1991-05"
    assert "DI_SIGNATURE" in codes(judged, made)


@BOTH
def test_we_secure_and_they_verify(judged: Judged, suite: str) -> None:
    peer = judged.peer("data-integrity", SUITES[suite])
    made = ours(peer, suite)
    request = {"suite": suite, "documents": documents(peer), "now": time(NOW)}
    assert judged.verdict(json.dumps(made))
    assert linked_data("verify", credential=made, **request)["verified"] is True
    changed = copy.deepcopy(made)
    changed["credentialSubject"]["birth_date"] = "1991-05"
    with pytest.raises(Refused):
        linked_data("verify", credential=changed, **request)
    with pytest.raises(Refused, match=r"(?i)expired|validUntil"):
        linked_data("verify", credential=made, **{**request, "now": time(EXPIRES + timedelta(days=1))})


@pytest.mark.parametrize("mandatory", [["/issuer"], ["/issuer", "/validUntil"]])
def test_what_one_secured_the_other_derives(judged: Judged, mandatory: list[str]) -> None:
    peer, suite = judged.peer("data-integrity", "ES256"), "ecdsa-sd-2023"
    known = documents(peer)
    base = data_integrity.secure(
        credential(peer), peer.key, keyed(peer)["id"], ISSUED, cryptosuite=suite, mandatory=mandatory
    )
    request = {"suite": suite, "documents": known}
    everything = ["/validFrom", "/validUntil", "/credentialSubject"]
    derived = linked_data("derive", credential=base, pointers=everything, **request)["document"]
    verdict = judged.verdict(json.dumps(derived))
    assert verdict, verdict.to_json(1)
    assert linked_data("verify", credential=derived, now=time(NOW), **request)["verified"]

    made = linked_data(
        "issue",
        credential=credential(peer),
        mandatory=mandatory,
        key=keyed(peer),
        created=time(ISSUED),
        now=time(NOW),
        **request,
    )["document"]
    shown = json.loads(ecdsa_sd.derive(json.dumps(made), ["/validFrom", "/validUntil", "/credentialSubject"]))
    assert linked_data("verify", credential=shown, now=time(NOW), **request)["verified"]
    assert judged.verdict(json.dumps(shown)), judged.verdict(json.dumps(shown)).to_json(1)


@PLAIN
def test_they_present_and_we_judge(judged: Judged, suite: str) -> None:
    issuer, holder = judged.peer("data-integrity", SUITES[suite]), _holder(SUITES[suite])
    made = theirs(issuer, suite, credentialSubject={**PERSON, "id": holder.id})
    request = {
        "suite": suite,
        "key": keyed(holder),
        "created": time(NOW),
        "now": time(NOW),
        "documents": documents(issuer, holder),
    }
    shown = linked_data("present", credential=made, holder=holder.id, challenge=NONCE, domain=AUDIENCE, **request)[
        "document"
    ]
    verdict = judged.verdict(json.dumps(shown), presented=True)
    assert verdict, verdict.to_json(1)
    other = linked_data("present", credential=made, holder=holder.id, challenge="x", domain=AUDIENCE, **request)
    assert "KB_NONCE" in codes(judged, other["document"], presented=True)


@PLAIN
def test_we_present_and_they_verify(judged: Judged, suite: str) -> None:
    issuer, holder = judged.peer("data-integrity", SUITES[suite]), _holder(SUITES[suite])
    made = ours(issuer, suite, credentialSubject={**PERSON, "id": holder.id})
    shown = data_integrity.secure(
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": holder.id,
            "verifiableCredential": [made],
        },
        holder.key,
        keyed(holder)["id"],
        NOW,
        purpose="authentication",
        cryptosuite=suite,
        challenge=NONCE,
        domain=AUDIENCE,
    )
    assert judged.verdict(json.dumps(shown), presented=True)
    request = {"suites": [suite], "documents": documents(issuer, holder), "now": time(NOW), "domain": AUDIENCE}
    assert linked_data("verify-presentation", presentation=shown, challenge=NONCE, **request)["verified"]
    with pytest.raises(Refused):
        linked_data("verify-presentation", presentation=shown, challenge="x", **request)


def _holder(alg: str) -> Peer:
    key: SigningKey = signing.generate({"EdDSA": "Ed25519", "ES256": "P-256"}[alg])
    return Peer(did_key.encode(key.public), alg, key)
