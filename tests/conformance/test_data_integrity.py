"""W3C vc-di-eddsa and vc-di-ecdsa: every secured document through the whole corridor, and every step on the way."""

from __future__ import annotations

import hashlib
import json
from functools import cache

import pytest

from defa_id import linked
from defa_id.codec import jcs, times
from defa_id.credential import Reading
from defa_id.formats import data_integrity
from defa_id.parts import DEFAULT_PARTS, Parts
from defa_id.resolvers import did_key
from defa_id.suites import data_integrity as suites
from defa_id.verdict import Decision, Verdict
from tests.support.vectors import require
from tests.support.world import GRANT, NOW, Json, World, entity, recognition, service

SECURED = 19  # secured documents in the two folders: a corpus that shrinks passes everything
# Made on the way to another document: the proofs it names as earlier ones were left out on purpose.
INCOMPLETE = {"vc-di-eddsa/proof-set-chain/proofChainTempDoc2.json": "DI_PROOF_CHAIN"}
ALGORITHMS = ("EdDSA", "ES256", "ES384")


@cache
def secured() -> dict[str, Json]:
    root = require("w3c")
    found = {}
    for folder in ("vc-di-eddsa", "vc-di-ecdsa"):
        for path in sorted((root / folder).rglob("*.json")):
            document = json.loads(path.read_text())
            if isinstance(document, dict) and "proof" in document and "@context" in document:
                found[str(path.relative_to(root))] = document
    return found


def judged(document: Json, parts: Parts = DEFAULT_PARTS) -> Verdict:
    """In a registry that lists the document's issuer with the keys its proofs name."""
    world, _ = World.make()
    proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    record = {"valid_from": GRANT.replace("2026", "2020"), "recorded": GRANT.replace("2026", "2020")}
    listed = {}
    for proof in proofs:
        key = did_key.resolve(proof["verificationMethod"])
        jwk = {**key.jwk, "kid": proof["verificationMethod"]}
        listed[key.thumbprint] = {"kind": "jwk", "jwk": jwk, "thumbprint": key.thumbprint, **record}
    issuer = document["issuer"]["id"] if isinstance(document["issuer"], dict) else document["issuer"]
    types = [name for name in document["type"] if name != "VerifiableCredential"] or ["VerifiableCredential"]
    made = service([], types, ["data-integrity"], issuer=issuer, algorithms=[{"alg": alg} for alg in ALGORITHMS])
    made["identifiers"] = [{"kind": "did" if issuer.startswith("did:") else "issuer_url", "value": issuer, **record}]
    made["identifiers"] += listed.values()
    made["status_events"] = [{"status": "granted", "effective": record["valid_from"], "recorded": record["recorded"]}]
    made["assurance"][0].update(effective=record["valid_from"], recorded=record["recorded"])
    world.lists["SG"]["entities"] = [entity([made])]
    world.lists["TH"]["recognitions"] = [
        recognition("TH", "SG", types, **{"from": record["valid_from"], "recorded": record["valid_from"]})
    ]
    until = document.get("validUntil", document.get("expirationDate", "2026-11-24T12:00:00Z"))
    return world.verify(json.dumps(document), at=min(NOW, times.parse(until)), parts=parts)


def test_they_are_all_here() -> None:
    assert len(secured()) == SECURED + len(INCOMPLETE)


@pytest.mark.parametrize("number", range(SECURED + len(INCOMPLETE)))
def test_every_secured_document(number: int) -> None:
    name, document = sorted(secured().items())[number]
    if name in INCOMPLETE:
        parts = Reading()
        with pytest.raises(Exception, match=INCOMPLETE[name]):
            data_integrity.model(data_integrity.read(json.dumps(document).encode(), parts))
        return
    verdict = judged(document)
    assert verdict.decision is Decision.ACCEPTED, verdict.to_json(1)


@pytest.mark.parametrize("number", range(0, SECURED + len(INCOMPLETE), 3))
def test_any_leaf_that_is_changed_is_noticed(number: int) -> None:
    """E37: a sweep over every text of the document, the proof's own included."""
    name, document = sorted(secured().items())[number]
    if name in INCOMPLETE:
        return
    read = data_integrity.read(json.dumps(document).encode(), Reading())
    keys = [did_key.resolve(proof["verificationMethod"]) for proof in read.proofs]
    for path in leaves(document):
        changed = json.loads(json.dumps(document))
        place = changed
        for step in path[:-1]:
            place = place[step]
        value = place[path[-1]]
        place[path[-1]] = value + "x" if isinstance(value, str) else value + 1
        assert not holds(changed, keys), path


def holds(document: Json, keys: list) -> bool:
    from defa_id.errors import Fault

    try:
        made = data_integrity.model(data_integrity.read(json.dumps(document).encode(), Reading()))
        for proof, key in zip(made.proofs, keys, strict=True):  # type: ignore[union-attr]
            DEFAULT_PARTS.suites[proof.suite](proof, key, DEFAULT_PARTS.means)
    except Fault:
        return False
    return True


def leaves(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [path for name, member in value.items() for path in leaves(member, (*here, name))]
    if isinstance(value, list):
        return [path for place, element in enumerate(value) for path in leaves(element, (*here, place))]
    return [here] if isinstance(value, str | int) and not isinstance(value, bool) else []


STEPS = 40  # canonical forms and hashes that the standards give on the way


def test_every_canonical_form_and_hash_on_the_way() -> None:
    root, seen = require("w3c"), 0
    for config_path in sorted((*root.rglob("proofConfig*.json"),)):
        folder = config_path.parent
        if "set-chain" in str(folder):
            continue
        config = json.loads(config_path.read_text())
        hash = "sha384" if "p384" in str(folder) else "sha256"
        document = next(d for n, d in secured().items() if (root / n).parent == folder)
        unsecured = {name: value for name, value in document.items() if name != "proof"}
        jcs_suite = "-jcs-" in config.get("cryptosuite", "")
        for part, canon_name, hash_name in (
            (unsecured, "canonDoc*", "docHash*"),
            (config, "proofCanon*", "proofHash*"),
        ):
            made = jcs.canonicalize(part) if jcs_suite else canonical(part, hash)
            expected = next(folder.glob(canon_name)).read_text()
            assert made.decode() == expected, (folder, canon_name)
            assert hashlib.new(hash, made).hexdigest() == next(folder.glob(hash_name)).read_text().strip(), folder
            seen += 2
    assert seen == STEPS


def canonical(document: Json, hash: str) -> bytes:
    return linked.canonicalize(document, DEFAULT_PARTS.means.documents, hash=hash).data


MESSAGES = 10  # the two hashes together, the signature over them and its text, one of each suite and document


def test_every_message_signature_and_its_text() -> None:
    root, seen = require("w3c"), 0
    for path in sorted(root.rglob("combinedHash*.txt")):
        folder = path.parent
        document = next(one for name, one in secured().items() if (root / name).parent == folder)
        made = data_integrity.model(data_integrity.read(json.dumps(document).encode(), Reading()))
        (proof,) = made.proofs  # type: ignore[union-attr]
        if proof.suite == "legacy":
            hashes = [next(folder.glob(f"{name}Hash*")).read_text().strip() for name in ("proof", "doc")]
            assert "".join(hashes) == path.read_text().strip()
        else:
            message = suites.message(proof.suite, proof.alg, proof.content, DEFAULT_PARTS.means)
            assert message.hex() == path.read_text().strip(), folder
        assert proof.signature.hex() == next(folder.glob("sigHex*")).read_text().strip(), folder
        assert document["proof"]["proofValue"] == next(folder.glob("sigBTC58*")).read_text().strip(), folder
        seen += 1
    assert seen == MESSAGES
