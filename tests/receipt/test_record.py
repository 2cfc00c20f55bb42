"""What a receipt holds: everything a decision rests on, nothing about the person, and only the form of its schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given

from defa_id import receipt
from defa_id.codec import canonical
from defa_id.policy import Expected
from defa_id.receipt.record import KEPT, OPENING_BYTES, input_digest
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.properties.facts import Facts, facts, judge, registry_of
from tests.properties.minting import mint
from tests.receipt.made import OPENING, accepted, bank, file, policy, world
from tests.support.world import (
    NOW,
    PRESENTED,
    Json,
    Signer,
    entity,
    key_binding,
    recognition,
    service,
    simple_sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)

CANARY = "canary-5d1e"


def text_of(document: Json) -> str:
    return canonical.encode(document).decode()


@given(said=facts())
def test_every_verdict_has_a_receipt_of_the_schema_that_holds(said: Facts) -> None:
    verdict = judge(said)
    document = receipt.record(verdict, mint(said), opening=OPENING, made=NOW)
    read = receipt.read(receipt.sign(document, bank()).encode())
    assert read.document == document
    assert read.decision is verdict.decision
    assert [(line.id, line.item, line.outcome, line.code) for line in read.checks] == [
        (line.id, line.item, line.outcome, line.code) for line in verdict.checks
    ]


@pytest.mark.parametrize("form", ["vc-jwt", "sd-jwt-vc", "key binding", "envelope"])
def test_nothing_of_the_person_is_in_it(form: str) -> None:
    made, signer = world()
    holder = Signer.make()
    subject: Json = {"id": f"urn:{CANARY}", "name": CANARY, "nested": {CANARY[:3]: [CANARY]}}
    names = {"jti": f"urn:{CANARY}:jti", "sub": f"urn:{CANARY}"}
    plain = vc_jwt(signer, vc(credentialSubject=subject, id=names["jti"], **names))
    hidden = simple_sd_jwt(signer, {"name": CANARY, "number": f"{CANARY}-7"}, holder, **names)
    data = {
        "vc-jwt": plain,
        "sd-jwt-vc": hidden,
        "key binding": key_binding(holder, hidden, nonce="n-1"),
        "envelope": vp_jwt(holder, (plain,)),
    }[form]
    expected = PRESENTED if form in ("key binding", "envelope") else Expected()
    filed = file(made.registry(), data, expected=expected)
    told = text_of(filed.receipt.document)
    assert filed.verdict.credentials
    assert CANARY not in told
    for secret in (holder.thumbprint, "n-1", "rp.example", filed.verdict.credentials[0]["digest"]):
        assert secret not in told
    assert input_digest(filed.data) not in told


def test_no_moment_of_the_credential_is_finer_than_a_day() -> None:
    made, signer = world()
    odd = datetime(2026, 6, 1, 13, 37, 11, tzinfo=UTC)
    ends = datetime(2031, 6, 1, 7, 41, 19, tzinfo=UTC)
    token = vc_jwt(signer, vc(iat=int(odd.timestamp()), exp=int(ends.timestamp()), validFrom="2026-06-01T13:37:11Z"))
    filed = file(made.registry(), token)
    assert filed.verdict
    told = text_of(filed.receipt.document)
    assert "13:37" not in told
    assert "07:41" not in told
    assert str(len(token)) not in told
    assert filed.receipt.document["credentials"][0]["issued"] == "2026-06-01"


def test_what_only_the_sender_says_is_left_out() -> None:
    made, _ = world()
    stranger = Signer.make(kid="key-1")
    for token in (
        vc_jwt(stranger, vc(issuer=f"did:web:{CANARY}.example")),
        vc_jwt(stranger, vc(type=["VerifiableCredential", CANARY])),
        vc_jwt(stranger, vc(), alg=CANARY),
        vc_jwt(stranger, vc(), kid=CANARY),
        f"{CANARY}.{CANARY}.{CANARY}",
        CANARY,
    ):
        filed = file(made.registry(), token)
        assert not filed.verdict
        document = filed.receipt.document
        assert CANARY not in text_of(document)
        for credential in document["credentials"]:
            assert (credential["issuer"], credential["types"], credential["issued"]) == (None, [], None)


def test_only_evidence_of_the_tables_is_kept(project: Path) -> None:
    names = {name for kept in KEPT.values() for name in kept}
    shape = json.loads((project / "schemas" / "receipt.schema.json").read_text(encoding="utf-8"))
    assert set(shape["$defs"]["check"]["properties"]["evidence"]["propertyNames"]["enum"]) == names
    assert not names & {"index", "url", "uri", "digest", "bytes", "issued", "ends", "made", "nonce", "kid", "claim"}


def test_an_issuer_and_a_type_are_named_in_full_however_long() -> None:
    made = world()[0].copy()
    signer = Signer.make()
    issuer = "https://issuer.example/" + "x" * 300
    type = "urn:type:" + "y" * 300
    made.lists["SG"]["entities"] = [entity([service([signer], [type], ["vc-jwt"], issuer=issuer)], entity_id="did:x")]
    made.lists["TH"]["recognitions"] = [recognition("TH", "SG", [type])]
    filed = file(made.registry(), vc_jwt(signer, vc(issuer, type=["VerifiableCredential", type])))
    assert filed.verdict
    assert receipt.recheck(filed.receipt, filed.registry).standing == "stands"
    assert filed.receipt.document["credentials"][0]["issuer"]["id"] == issuer


def test_the_commitment_binds_and_tells_nothing_without_its_opening() -> None:
    filed = accepted()
    digest = str(filed.verdict.credentials[0]["digest"])
    one, other = OPENING, bytes(32)
    assert filed.receipt.document["credentials"][0]["commitment"] == receipt.commitment(one, "credential", digest)
    assert receipt.commitment(one, "credential", digest) != receipt.commitment(other, "credential", digest)
    assert receipt.commitment(one, "credential", digest) != receipt.commitment(one, "input", digest)
    for length in (0, OPENING_BYTES - 1, OPENING_BYTES + 1, 64):
        with pytest.raises(ValueError, match="opening"):
            receipt.commitment(bytes(length), "input", digest)


def test_white_space_around_the_input_is_not_part_of_it() -> None:
    filed = accepted()
    verdict = Verifier(filed.registry, filed.policy).verify(b"\n " + filed.data + b"\r\n\t", at=NOW)
    padded = receipt.record(verdict, b"\n " + filed.data + b"\r\n\t", opening=OPENING, made=NOW)
    assert padded["input"] == filed.receipt.document["input"]


def test_the_same_decision_gives_the_same_bytes() -> None:
    filed = accepted()
    assert file(filed.registry, filed.data).token == filed.token


def test_what_was_asked_is_in_it() -> None:
    made, signer = world()
    rules = policy({"id": "bank", "environments": ["demo", "live"]}, purpose="banking.account-opening", min_level="low")
    filed = file(made.registry(), vc_jwt(signer), rules)
    assert filed.receipt.document["question"] == {
        "relying_state": "TH",
        "purpose": "banking.account-opening",
        "min_level": "low",
        "holder_binding": False,
        "environments": ["demo", "live"],
    }
    assert filed.receipt.document["policy"] == {"id": "bank", "sha256": rules.sha256}


def test_documents_are_named_by_digest_only() -> None:
    filed = accepted()
    verdict = filed.verdict
    fetched = {"url": "https://status.example/1#94567", "sha256": "ab" * 32, "retrieved": "2026-11-24T00:00:00Z"}
    facts = {name: getattr(verdict, name) for name in Verdict.__slots__}
    verdict = Verdict(**{**facts, "documents": (fetched, fetched)})
    document = receipt.record(verdict, filed.data, opening=OPENING, made=NOW)
    assert document["documents"] == ["ab" * 32]
    assert "status.example" not in text_of(document)


@given(said=facts())
def test_a_receipt_tells_no_more_of_a_registry_than_that_it_was_asked(said: Facts) -> None:
    document = receipt.record(judge(said), mint(said), opening=OPENING, made=NOW)
    assert document["registry"]["version"] == registry_of(said).version
    assert document["registry"]["sha256"] == registry_of(said).sha256
