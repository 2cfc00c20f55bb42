"""Grants and recognitions: what they write, and what refuses them."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from typing import Any

import pytest

from defa_id.errors import ChangeRefused
from defa_id.issue import signing
from defa_id.issue.possession import prove
from defa_id.operator import changes, lint, standing
from defa_id.operator.changes import Change, Statement
from defa_id.operator.tree import Tree
from defa_id.resolvers import did_jwk, did_key
from tests.operator.made import ISSUER, TYPE, VCT, application, certificate, days, in_environment, jwk

Object = dict[str, Any]


def after(tree: Tree, change: Change) -> Tree:
    return tree.with_state(change.state, change.after)


def added(change: Change) -> Object:
    service: Object = change.after.listing["entities"][-1]["services"][-1]
    return service


def errors(tree: Tree) -> list[lint.Finding]:
    return [finding for finding in lint.lint(tree) if finding.level == lint.ERROR]


def test_a_listed_issuer(tree: Tree, now: datetime) -> None:
    before = copy.deepcopy(tree.states["SG"].listing)
    key = signing.generate()
    change = changes.add_issuer(tree, application(jwk(key, kid="key-1")), now)
    assert tree.states["SG"].listing == before
    assert change.after.listing["entities"][:-1] == before["entities"]
    entity = change.after.listing["entities"][-1]
    assert (entity["entity_id"], entity["names"]) == (ISSUER, [{"lang": "en", "value": "Test issuer"}])
    service = added(change)
    assert service["service_id"] == "SG-0010"
    named, listed = service["identifiers"]
    assert named == {
        "kind": "did",
        "value": ISSUER,
        "valid_from": "2026-11-24T13:00:00Z",
        "recorded": "2026-11-24T13:00:00Z",
    }
    assert listed["thumbprint"] == key.public.thumbprint
    assert listed["jwk"] == {**key.public.jwk, "kid": "key-1"}
    assert service["algorithms"] == [{"alg": "ES256"}]
    assert service["credentials"][0]["schema"]["target"] == "schemas/person-identity.vc.schema.json"
    assert service["scope"]["subjects"] == ["natural"]
    assert [level["level"] for level in service["assurance"]] == ["substantial"]
    assert service["status_events"] == [
        {"status": "granted", "effective": "2026-11-24T13:00:00Z", "recorded": "2026-11-24T13:00:00Z"}
    ]
    assert not errors(after(tree, change))


def test_without_a_proof_a_trial_warns(tree: Tree, now: datetime) -> None:
    assert any("hold this key" in warning for warning in changes.add_issuer(tree, application(), now).warnings)
    key = signing.generate()
    proof = prove(key, ISSUER, tree.name, now).encode()
    assert changes.add_issuer(tree, application(jwk(key), proof=proof), now).warnings == ()


@pytest.mark.parametrize("environment", ["pilot", "live"])
def test_outside_trials_a_proof_is_needed_and_nothing_is_back_dated(
    tree: Tree, now: datetime, environment: str
) -> None:
    strict, key = in_environment(tree, environment), signing.generate()
    proof = prove(key, ISSUER, tree.name, now).encode()
    with pytest.raises(ChangeRefused, match="proof that the issuer holds the key is missing"):
        changes.add_issuer(strict, application(jwk(key)), now)
    with pytest.raises(ChangeRefused, match="back into the past"):
        changes.add_issuer(strict, application(jwk(key), proof=proof, begins=now - days(1)), now)
    granted = changes.add_issuer(strict, application(jwk(key), proof=proof, begins=now + days(1)), now)
    assert added(granted)["assurance"][0]["status"] == "declared"


def test_a_wrong_proof_is_refused_in_a_trial_too(tree: Tree, now: datetime) -> None:
    proof = prove(signing.generate(), ISSUER, tree.name, now).encode()
    with pytest.raises(ChangeRefused, match="proof of possession"):
        changes.add_issuer(tree, application(proof=proof), now)


def test_a_trial_may_be_back_dated_and_says_when_it_was_recorded(tree: Tree, now: datetime) -> None:
    service = added(changes.add_issuer(tree, application(begins=now - days(300)), now))
    assert service["status_events"][0]["effective"] == "2026-01-28T13:00:00Z"
    assert service["status_events"][0]["recorded"] == service["recorded"] == "2026-11-24T13:00:00Z"


def test_an_end_is_an_event_and_ends_the_key(tree: Tree, now: datetime) -> None:
    service = added(changes.add_issuer(tree, application(ends=now + days(30)), now))
    assert service["status_events"][-1] == {
        "status": "ceased",
        "effective": "2026-12-24T13:00:00Z",
        "recorded": "2026-11-24T13:00:00Z",
        "reason": "ceased",
    }
    assert service["identifiers"][1]["valid_until"] == "2026-12-24T13:00:00Z"
    assert "valid_until" not in service["identifiers"][0]


REFUSED = {
    "unknown state": ({"state": "XX"}, "no state 'XX'"),
    "wildcard type": ({"type": "*"}, "every credential"),
    "base type": ({"type": "VerifiableCredential"}, "every credential"),
    "invisible identifier": ({"id": "did:web:issuer\u200b.example"}, "cannot be seen"),
    "no identifier": ({"id": "issuer.example"}, "no issuer identifier"),
    "unknown format": ({"format": "pdf"}, "unknown format"),
    "unknown level": ({"level": "excellent"}, "unknown level"),
    "no level": ({"level": "none"}, "unknown level"),
    "empty name": ({"name": " "}, "the name is empty"),
    "invisible name": ({"name": "Bank\u202e"}, "cannot be seen"),
    "another state's issuer": ({"id": "did:web:th-identity.demo.example"}, "is listed by TH"),
    "no key": ({"key": b"{}"}, "the key is refused"),
    "schema is no schema": ({"schema": b'{"type": "nothing"}'}, "no JSON Schema"),
    "schema is no JSON": ({"schema": b"{"}, "cannot be read"),
    "schema of another dialect": ({"schema": b'{"$schema": "http://json-schema.org/draft-07/schema#"}'}, "dialect"),
}


@pytest.mark.parametrize(("members", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_listed(tree: Tree, now: datetime, members: Object, why: str) -> None:
    before = copy.deepcopy(tree)
    with pytest.raises(ChangeRefused, match=why):
        changes.add_issuer(tree, application(**members), now)
    assert tree == before


def test_an_end_lies_after_the_beginning(tree: Tree, now: datetime) -> None:
    for ends in (now, now - days(1)):
        with pytest.raises(ChangeRefused, match="end before it begins"):
            changes.add_issuer(tree, application(ends=ends), now)


def test_a_key_belongs_to_one_issuer_in_whichever_file_and_state(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    for first in (jwk(key), certificate(key, now, now + days(9))):
        listed = after(tree, changes.add_issuer(tree, application(first), now))
        for second in (jwk(key, kid="other"), certificate(key, now, now + days(99), authority=True)):
            for state in ("SG", "TH"):
                asked = application(second, state=state, id="did:web:other.example")
                with pytest.raises(ChangeRefused, match=r"this key is listed for did:web:issuer\.example of SG"):
                    changes.add_issuer(listed, asked, now)


def test_an_identifier_belongs_to_one_state(tree: Tree, now: datetime) -> None:
    listed = after(tree, changes.add_issuer(tree, application(), now))
    with pytest.raises(ChangeRefused, match="is listed by SG"):
        changes.add_issuer(listed, application(state="TH"), now)


def test_a_listed_issuer_gets_a_further_service(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    listed = after(tree, changes.add_issuer(tree, application(jwk(key)), now))
    change = changes.add_issuer(listed, application(jwk(key), type=VCT, format="sd-jwt-vc", name="Another name"), now)
    entity = change.after.listing["entities"][-1]
    assert [service["service_id"] for service in entity["services"]] == ["SG-0010", "SG-0011"]
    assert entity["names"] == [{"lang": "en", "value": "Test issuer"}]
    assert any("keeps the name" in warning for warning in change.warnings)
    assert not errors(after(listed, change))


def test_grants_do_not_overlap(tree: Tree, now: datetime) -> None:
    listed = after(tree, changes.add_issuer(tree, application(begins=now, ends=now + days(10)), now))
    for begins, ends in ((now + days(9), None), (now + days(2), now + days(3)), (now - days(5), now + days(1))):
        with pytest.raises(ChangeRefused, match="SG-0010 grants"):
            changes.add_issuer(listed, application(begins=begins, ends=ends), now)
    for begins, ends in ((now + days(10), None), (now - days(5), now)):
        assert changes.add_issuer(listed, application(begins=begins, ends=ends), now)


def test_two_keys_of_one_issuer_have_two_names(tree: Tree, now: datetime) -> None:
    listed = after(tree, changes.add_issuer(tree, application(jwk(signing.generate(), kid="k")), now))
    with pytest.raises(ChangeRefused, match="another key of this issuer is called k"):
        changes.add_issuer(listed, application(jwk(signing.generate(), kid="k"), type=VCT, format="sd-jwt-vc"), now)


def test_an_identifier_that_is_a_key_is_this_key(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    for id in (did_key.encode(key.public), did_jwk.encode(key.public.jwk)):
        assert changes.add_issuer(tree, application(jwk(key), id=id), now)
        with pytest.raises(ChangeRefused, match="is another key"):
            changes.add_issuer(tree, application(id=id), now)
    with pytest.raises(ChangeRefused, match="cannot be read"):
        changes.add_issuer(tree, application(id="did:key:zzz"), now)


def test_a_compromised_key_never_comes_back(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    listed = after(tree, changes.add_issuer(tree, application(jwk(key), begins=now - days(9)), now))
    gone = after(listed, standing.withdraw(listed, "SG", ISSUER, now - days(1), "compromise", now))
    with pytest.raises(ChangeRefused, match="given up as compromised with SG-0010"):
        changes.add_issuer(gone, application(jwk(key)), now)
    assert added(changes.add_issuer(gone, application(), now))["service_id"] == "SG-0011"


def test_a_listed_key_that_cannot_be_read_stands_in_nobodys_way(tree: Tree, now: datetime) -> None:
    listing = copy.deepcopy(tree.states["SG"].listing)
    listing["entities"][0]["services"][0]["identifiers"][1]["jwk"]["x"] = "AAAA"
    listing["entities"][0]["services"][0]["status_events"] = []
    broken = tree.with_state("SG", tree.states["SG"]._replace(listing=listing))
    asked = application(id=listing["entities"][0]["entity_id"])
    assert added(changes.add_issuer(broken, application(), now))["service_id"] == "SG-0010"
    assert (
        changes.add_issuer(broken, asked, now).after.listing["entities"][0]["services"][-1]["service_id"] == "SG-0010"
    )


@pytest.mark.parametrize(
    ("kind", "algorithms"),
    [("P-256", ["ES256"]), ("P-384", ["ES384"]), ("Ed25519", ["EdDSA", "Ed25519"]), ("RSA", ["PS256", "RS256"])],
)
def test_algorithms_follow_from_the_key(tree: Tree, now: datetime, kind: str, algorithms: list[str]) -> None:
    service = added(changes.add_issuer(tree, application(jwk(signing.generate(kind))), now))
    assert [entry["alg"] for entry in service["algorithms"]] == algorithms
    ends = [entry.get("not_after") for entry in service["algorithms"]]
    assert ends == (["2027-11-24T13:00:00Z"] * 2 if kind == "RSA" else [None] * len(algorithms))


def test_a_certificate_lends_its_own_time(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    data = certificate(key, now + days(1), now + days(90), authority=True)
    service = added(changes.add_issuer(tree, application(data, format="mdoc", type="org.iso.18013.5.1.mDL"), now))
    listed = service["identifiers"][1]
    assert (listed["kind"], listed["use"]) == ("x509", "ca")
    assert (listed["valid_from"], listed["valid_until"]) == ("2026-11-25T13:00:00Z", "2027-02-22T13:00:00Z")
    with pytest.raises(ChangeRefused, match="the certificate expired"):
        changes.add_issuer(tree, application(certificate(key, now - days(9), now - days(1))), now)


def test_a_schema_of_ones_own(tree: Tree, now: datetime) -> None:
    schema = {"$id": "https://issuer.example/schema", "type": "object", "required": ["name"]}
    change = changes.add_issuer(tree, application(schema=json.dumps(schema, indent=4).encode()), now)
    reference = added(change)["credentials"][0]["schema"]
    assert reference["uri"] == "https://issuer.example/schema"
    assert reference["target"].startswith("SG/schemas/")
    kept = after(tree, change).schema_bytes(reference["target"])
    assert kept is not None
    assert json.loads(kept) == schema
    assert not errors(after(tree, change))


@pytest.mark.parametrize(
    ("type", "subjects"),
    [
        ("PersonIdentityCredential", ["natural"]),
        ("LegalEntityCredential", ["legal"]),
        ("CertificateOfOriginCredential", ["legal"]),
        ("DataProtectionCertificationCredential", ["legal"]),
        ("TestCredential", ["natural", "legal"]),
    ],
)
def test_an_issuer_may_speak_of_whom_the_vocabulary_says_its_type_speaks_of(
    type: str, subjects: list[str], tree: Tree, now: datetime
) -> None:
    assert added(changes.add_issuer(tree, application(type=type), now))["scope"]["subjects"] == subjects


def test_which_schema_applies_without_one(tree: Tree, now: datetime) -> None:
    unknown = changes.add_issuer(tree, application(type="TestCredential"), now)
    assert "schema" not in added(unknown)["credentials"][0]
    assert added(unknown)["scope"]["subjects"] == ["natural", "legal"]
    assert "type TestCredential is not in the vocabulary" in unknown.warnings
    other = changes.add_issuer(tree, application(format="sd-jwt-vc"), now)
    assert "schema" not in added(other)["credentials"][0]
    assert any("so its schema is not taken" in warning for warning in other.warnings)


def statement(**members: Any) -> Statement:
    return Statement(by="PH", of="SG", type=TYPE, min_level="substantial", environment="sandbox")._replace(**members)


def test_a_recognition(tree: Tree, now: datetime) -> None:
    change = changes.recognise(tree, statement(purposes=("banking.account-opening",) * 2, ends=now + days(9)), now)
    record = change.after.listing["recognitions"][-1]
    assert record["id"] == "PH-0104"
    assert record["of"] == "SG"
    assert record["types"] == [TYPE]
    assert record["purposes"] == ["banking.account-opening"]
    assert (record["from"], record["until"]) == ("2026-11-24T13:00:00Z", "2026-12-03T13:00:00Z")
    assert record["legal_basis"] == "none: synthetic demonstration"
    assert change.warnings == ()
    assert not errors(after(tree, change))
    assert changes.recognise(after(tree, change), statement(), now).after.listing["recognitions"][-1]["id"] == "PH-0105"


UNRECOGNISED = {
    "unknown state": ({"by": "XX"}, "no state 'XX'"),
    "of an unknown state": ({"of": "XX"}, "no state 'XX'"),
    "itself": ({"of": "PH"}, "cannot recognise itself"),
    "unknown level": ({"min_level": "none"}, "unknown level"),
    "unknown environment": ({"environment": "moon"}, "unknown environment"),
    "wildcard": ({"type": "*"}, "every credential"),
    "live without a basis": ({"environment": "live"}, "needs a legal basis"),
}


@pytest.mark.parametrize(("members", "why"), UNRECOGNISED.values(), ids=UNRECOGNISED.keys())
def test_what_is_not_recognised(tree: Tree, now: datetime, members: Object, why: str) -> None:
    with pytest.raises(ChangeRefused, match=why):
        changes.recognise(tree, statement(**members), now)


def test_recognition_in_time(tree: Tree, now: datetime) -> None:
    with pytest.raises(ChangeRefused, match="end before it begins"):
        changes.recognise(tree, statement(ends=now), now)
    past = changes.recognise(tree, statement(begins=now - days(9)), now).after.listing["recognitions"][-1]
    assert (past["from"], past["recorded"]) == ("2026-11-15T13:00:00Z", "2026-11-24T13:00:00Z")
    with pytest.raises(ChangeRefused, match="back into the past"):
        strict = in_environment(tree, "live")
        changes.recognise(strict, statement(begins=now - days(9), legal_basis="a treaty"), now)


def test_what_the_vocabulary_does_not_know_is_said(tree: Tree, now: datetime) -> None:
    change = changes.recognise(tree, statement(type="TestCredential"), now)
    assert change.warnings == ("type TestCredential is not in the vocabulary",)
    with pytest.raises(ChangeRefused, match="purpose 'testing' is not in the vocabulary") as refused:
        changes.recognise(tree, statement(purposes=("banking.account-opening", "testing")), now)
    assert "banking.account-opening, " in refused.value.hint


def test_below_an_authority_signers_have_keys_of_their_own(tree: Tree, now: datetime) -> None:
    data = certificate(signing.generate("P-384"), now, now + days(90), authority=True)
    service = added(changes.add_issuer(tree, application(data, format="mdoc", type="org.iso.18013.5.1.mDL"), now))
    assert [entry["alg"] for entry in service["algorithms"]] == ["ES256", "ES384", "EdDSA", "Ed25519"]
