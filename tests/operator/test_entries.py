"""Whole records from a file: what they leave out is filled, and what breaks a rule changes nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id import files
from defa_id.errors import ChangeRefused
from defa_id.issue import signing
from defa_id.issue.possession import prove
from defa_id.issue.signing import SigningKey
from defa_id.operator import entries, lint
from defa_id.operator.changes import Change
from defa_id.operator.tree import Object, Tree
from tests.operator.conftest import LATER, Run
from tests.operator.made import TYPE, VCT, certificate, days, free, in_environment
from tests.operator.test_commands import snapshot

ID = "did:web:registrar.example"


def issuer(key: SigningKey | None = None, **members: Any) -> Object:
    """The least a record of an issuer says."""
    service = {
        "identifiers": [{"kind": "jwk", "jwk": (key or signing.generate()).public_jwk}],
        "formats": ["vc-jwt"],
        "credentials": [{"type": TYPE}],
        "assurance": [{"level": "substantial"}],
    }
    return {"entity_id": ID, "names": [{"lang": "en", "value": "Registrar"}], "services": [service], **members}


def party(**members: Any) -> Object:
    asked = {"type": TYPE, "claims": ["name"], "purposes": ["banking.account-opening"]}
    return {
        "entity_id": "did:web:bank.example",
        "names": [{"lang": "en", "value": "Bank"}],
        "kind": "company",
        "identifiers": [{"kind": "did", "value": "did:web:bank.example"}],
        "requests": [asked],
        **members,
    }


def wallet(**members: Any) -> Object:
    solution = {"id": "w", "names": [{"lang": "en", "value": "W"}], "formats": ["mdoc"], "key_storage": "hardware"}
    whole = {**party(), "entity_id": "https://wallet.example", "solutions": [solution], **members}
    del whole["requests"]
    return {**whole, "identifiers": [{"kind": "jwk", "jwk": signing.generate().public_jwk}]}


def add(tree: Tree, record: Any, now: datetime, state: str = "SG") -> Change:
    return entries.add(tree, state, record if isinstance(record, bytes) else json.dumps(record).encode(), now)


def after(tree: Tree, change: Change) -> Tree:
    return tree.with_state(change.state, change.after)


def test_an_issuer_is_made_whole(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    change = add(tree, issuer(key), now)
    entity = change.after.listing["entities"][-1]
    (service,) = entity["services"]
    moment = "2026-11-24T13:00:00Z"
    assert change.summary == f"{free(tree)}: new issuer {ID}"
    assert (entity["kind"], entity["recorded"], service["service_id"]) == ("other", moment, free(tree))
    named, listed = service["identifiers"]
    assert named == {"kind": "did", "value": ID, "valid_from": moment, "recorded": moment}
    assert (listed["thumbprint"], listed["valid_from"]) == (key.public.thumbprint, moment)
    assert service["algorithms"] == [{"alg": "ES256"}]
    assert service["status_events"] == [{"status": "granted", "effective": moment, "recorded": moment}]
    assert (service["assurance"][0]["status"], service["assurance"][0]["effective"]) == ("proposed", moment)
    assert service["credentials"][0]["schema"]["target"] == "schemas/person-identity.vc.schema.json"
    assert service["scope"] == {"subjects": ["natural"], "purposes": [], "sectors": []}
    assert change.warnings == ("nobody has shown that they hold a key; in pilot and live that is required",)
    assert not [one for one in lint.lint(after(tree, change)) if one.level == lint.ERROR]


def test_what_a_record_says_itself_stands(tree: Tree, now: datetime) -> None:
    record = issuer()
    service = record["services"][0]
    service |= {
        "service_id": "SG-0040",
        "interface": "online-issuer",
        "scope": {"subjects": ["natural", "minor"]},
        "status_events": [
            {"status": "granted", "effective": "2026-03-01T00:00:00Z", "recorded": "2026-03-01T00:00:00Z"}
        ],
        "algorithms": [{"alg": "ES256", "not_after": "2027-01-01T00:00:00Z"}],
    }
    change = add(tree, record, now)
    made = change.after.listing["entities"][-1]["services"][0]
    assert (made["service_id"], made["interface"]) == ("SG-0040", "online-issuer")
    assert made["identifiers"][1]["valid_from"] == "2026-03-01T00:00:00Z"
    assert made["status_events"][0]["recorded"] == "2026-11-24T13:00:00Z", "recorded is when it is recorded here"
    assert made["algorithms"][0]["not_after"] == "2027-01-01T00:00:00Z"
    other = issuer(entity_id="did:web:second.example")
    assert add(after(tree, change), other, now + days(1)).summary.startswith("SG-0041"), "after the highest one used"


def test_certificates_lend_their_time(tree: Tree, now: datetime) -> None:
    data = certificate(signing.generate(), now + days(2), now + days(90), authority=True).decode()
    record = issuer()
    record["services"][0] |= {
        "identifiers": [{"kind": "x509", "pem": data}],
        "formats": ["mdoc"],
        "credentials": [{"type": "org.iso.18013.5.1.mDL"}],
    }
    listed = add(tree, record, now).after.listing["entities"][-1]["services"][0]["identifiers"][1]
    assert (listed["use"], listed["valid_from"], listed["valid_until"]) == (
        "ca",
        "2026-11-26T13:00:00Z",
        "2027-02-22T13:00:00Z",
    )


def test_an_issuer_that_is_listed_gets_the_services(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    listed = after(tree, add(tree, issuer(key), now))
    further = issuer(key, names=[{"lang": "en", "value": "Another"}])
    further["services"][0] |= {"formats": ["sd-jwt-vc"], "credentials": [{"type": VCT}]}
    change = add(listed, further, now)
    entity = change.after.listing["entities"][-1]
    assert change.summary == f"{free(tree, 1)}: further service of {ID}"
    assert [one["service_id"] for one in entity["services"]] == [free(tree), free(tree, 1)]
    assert entity["names"] == [{"lang": "en", "value": "Registrar"}]
    assert "the issuer is listed already and keeps its names" in change.warnings


def test_relying_parties_and_wallet_providers(tree: Tree, now: datetime) -> None:
    first = add(tree, party(), now)
    assert first.summary == "SG-0202: new relying party did:web:bank.example"
    second = add(after(tree, first), wallet(), now)
    assert second.summary == "SG-0302: new wallet provider https://wallet.example"
    both = after(tree, second)
    assert not [one for one in lint.lint(both) if one.level == lint.ERROR]
    third = add(both, party(entity_id="did:web:other.example", identifiers=[]), now)
    made = third.after.listing["relying_parties"][-1]
    assert (made["id"], made["identifiers"][0]["value"]) == ("SG-0203", "did:web:other.example")
    with pytest.raises(ChangeRefused, match="is listed already, as SG-0202"):
        add(both, party(), now)


def in_service(**members: Any) -> Callable[[], Object]:
    def make() -> Object:
        record = issuer()
        record["services"][0].update(members)
        return record

    return make


def granted(effective: str, *more: Object) -> list[Object]:
    return [{"status": "granted", "effective": effective}, *more]


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "no JSON": (lambda: b"{", "the record cannot be read"),
    "a member twice": (lambda: b'{"entity_id": "a", "entity_id": "b"}', "the record cannot be read"),
    "a list": (lambda: b"[]", "the record cannot be read"),
    "nothing of the kind": (lambda: {"entity_id": ID}, "not one of an issuer, a relying party or a wallet provider"),
    "two kinds": (lambda: {**issuer(), "requests": []}, "not one of an issuer"),
    "no services": (lambda: issuer(services=[]), "it has no services"),
    "services that are none": (lambda: issuer(services=[1]), "services is not a list of objects"),
    "no identifier": (lambda: issuer(entity_id=7), "entity_id is missing or not a text"),
    "no name": (lambda: issuer(names=[]), "it has no names"),
    "an unknown member": (lambda: issuer(colour="red"), "colour"),
    "an unknown kind": (lambda: issuer(kind="club"), "club"),
    "another state's number": (in_service(service_id="TH-0006"), "is no number of SG"),
    "a number that is taken": (in_service(service_id="SG-0001"), "SG-0001 is taken"),
    "another state's issuer": (lambda: issuer(entity_id="did:web:th-identity.demo.example"), "is listed by TH"),
    "an unknown format": (in_service(formats=["pdf"]), "pdf"),
    "an unknown level": (in_service(assurance=[{"level": "gold"}]), "gold"),
    "an unknown purpose": (
        in_service(scope={"subjects": ["natural"], "purposes": ["fun.only"]}),
        "purpose fun.only is not",
    ),
    "an unknown subject": (in_service(scope={"subjects": ["robots"]}), "robots"),
    "a wildcard": (in_service(credentials=[{"type": "*"}]), "every credential"),
    "an unknown status": (in_service(status_events=[{"status": "maybe"}]), "maybe"),
    "no events": (in_service(status_events=[]), "its status_events are empty"),
    "a time that is none": (in_service(status_events=granted("soon")), "effective"),
    "no key": (in_service(identifiers=[]), "it lists no key"),
    "a private key": (
        in_service(identifiers=[{"kind": "jwk", "jwk": signing.to_jwk(signing.generate())}]),
        "the key is refused",
    ),
    "a digest of another": (
        in_service(identifiers=[{"kind": "jwk", "jwk": signing.generate().public_jwk, "thumbprint": "x" * 43}]),
        "thumbprint is not that of the key beside it",
    ),
    "an end before its beginning": (
        in_service(
            identifiers=[
                {"kind": "jwk", "jwk": signing.generate().public_jwk, "valid_until": "2020-01-01T00:00:00Z"},
            ]
        ),
        "ends before it begins",
    ),
    "an algorithm without an end": (in_service(algorithms=[{"alg": "RS256"}]), "not_after"),
    "markup": (lambda: issuer(names=[{"lang": "en", "value": "<b>Registrar</b>"}]), "markup"),
}


@pytest.mark.parametrize(("make", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_in_one_sentence(tree: Tree, now: datetime, make: Callable[[], Any], why: str) -> None:
    before = copy.deepcopy(tree)
    with pytest.raises(ChangeRefused, match=why) as refused:
        add(tree, make(), now)
    assert "\n" not in refused.value.message
    assert refused.value.hint
    assert tree == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "granted", "did:web:x.example", TYPE, "jwk"]),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(["kind", "type", "value"]), below),
    max_leaves=4,
)


@given(data=st.data())
def test_whatever_stands_in_a_record_it_is_taken_or_refused(tree: Tree, now: datetime, data: st.DataObject) -> None:
    record: Any = data.draw(st.sampled_from([issuer, party, wallet]))()
    place = record
    while True:
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        step = data.draw(st.sampled_from(steps))
        below = place[step]
        if not isinstance(below, dict | list) or not below or data.draw(st.booleans()):
            place[step] = data.draw(JSON)
            break
        place = below
    with suppress(ChangeRefused):
        assert not [one for one in lint.lint(after(tree, add(tree, record, now))) if one.level == lint.ERROR]


def test_a_key_or_a_time_that_is_anothers(tree: Tree, now: datetime) -> None:
    key = signing.generate()
    listed = after(tree, add(tree, issuer(key), now))
    with pytest.raises(ChangeRefused, match=f"this key is listed for {ID} of SG"):
        add(listed, issuer(key, entity_id="did:web:other.example"), now)
    with pytest.raises(ChangeRefused, match=f"{free(tree)} grants PersonIdentityCredential as vc-jwt"):
        add(listed, issuer(key), now)


def test_in_earnest_keys_are_shown_to_be_held_and_nothing_is_back_dated(tree: Tree, now: datetime) -> None:
    pilot, key = in_environment(tree, "pilot"), signing.generate()
    with pytest.raises(ChangeRefused, match="nobody has shown that they hold this key"):
        add(pilot, issuer(key, incident_contact="soc@registrar.example"), now)
    proof = prove(key, ID, pilot.name, now)
    record = issuer(key, incident_contact="soc@registrar.example")
    record["services"][0]["identifiers"][0]["possession"] = proof
    record["services"][0]["assurance"] = [{"level": "low"}]
    assert add(pilot, record, now).after.listing["entities"][-1]["services"][0]["assurance"][0]["status"] == "declared"
    record["services"][0]["status_events"] = granted("2026-11-01T00:00:00Z")
    with pytest.raises(ChangeRefused, match="in pilot nothing is granted back into the past"):
        add(pilot, record, now)


def test_an_error_that_was_there_before_holds_nobody_up(tree: Tree, now: datetime) -> None:
    listing = copy.deepcopy(tree.states["TH"].listing)
    listing["recognitions"][0]["of"] = "TH"
    broken = tree.with_state("TH", tree.states["TH"]._replace(listing=listing))
    assert add(broken, issuer(), now).summary == f"{free(tree)}: new issuer {ID}"


def test_who_is_struck_is_answered_first(tree: Tree, now: datetime) -> None:
    struck = {"id": ID, "effective": "2026-11-24T12:30:00Z", "recorded": "2026-11-24T12:30:00Z", "reason": "fraud"}
    source = tree.states["SG"]
    denied = tree.with_state("SG", source._replace(deny={**source.deny, "denied": [struck]}))
    with pytest.raises(ChangeRefused, match="is struck by break-glass since"):
        add(denied, issuer(), now)


def test_from_the_command_line_up_to_what_is_published(run: Run, directory: Path, tmp_path: Path, tree: Tree) -> None:
    path = tmp_path / "issuer.json"
    path.write_text(json.dumps(issuer()))
    said = run("registry", "add", path, "--dir", directory, "--state", "SG")
    assert said.exit_code == 0, said.output
    assert said.stdout == f"{free(tree)}: new issuer {ID}\n"
    for record in (party(), wallet()):
        path.write_text(json.dumps(record))
        assert run("registry", "add", path, "--dir", directory, "--state", "TH").exit_code == 0
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    registry = files.open_registry(directory / "published", now=LATER)
    assert [service.service_id for service in registry.services(ID)] == [free(tree)]
    document = registry.state_list("TH").document
    assert [one["id"] for one in (*document["relying_parties"], *document["wallet_providers"])] == [
        "TH-0201",
        "TH-0301",
    ]


def test_a_refusal_changes_no_file(run: Run, directory: Path, tmp_path: Path) -> None:
    path, before = tmp_path / "issuer.json", snapshot(directory)
    path.write_text(json.dumps(issuer(kind="club")))
    said = run("registry", "add", path, "--dir", directory, "--state", "SG", "--json")
    assert said.exit_code == 2
    assert json.loads(said.stdout)["error"]["code"] == "REG_ENTRY"
    assert run("registry", "add", tmp_path / "absent", "--dir", directory, "--state", "SG").exit_code == 2
    assert run("registry", "add", path, "--dir", directory, "--state", "XX").exit_code == 2
    assert snapshot(directory) == before
