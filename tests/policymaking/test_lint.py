"""Policies that go wrong in one way each, and what is said of them; and those shipped, which do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from defa_id import files
from defa_id.cli import cli
from defa_id.codec import times
from defa_id.policy import Policy
from defa_id.policymaking import draft
from defa_id.policymaking.draft import Draft
from defa_id.policymaking.finding import ERROR, RULES
from defa_id.policymaking.lint import Lint, lint, lint_text
from tests.policymaking.golden_files import hold
from tests.support.house import PROJECT
from tests.support.world import NOW, PERSON, PERSON_VCT, Json, World, service

BAD: Final = Path(__file__).parent / "policies" / "everything-wrong.json"
SHIPPED: Final = sorted(files.presets())


def world() -> World:
    made, signer = World.make()
    made.vocabulary["types"] = [
        {"type": PERSON, "format": "vc"},
        {"type": PERSON_VCT, "format": "sd-jwt-vc"},
        {"type": "org.example.doc", "format": "mdoc"},
    ]
    made.vocabulary["purposes"] = [{"id": "banking.account-opening"}, {"id": "telecom.sim-registration"}]
    made.lists["PH"]["entities"].append(
        {
            "entity_id": "did:web:nurses.example",
            "names": [{"lang": "en", "value": "Halimbawa Board of Nurses"}],
            "kind": "government",
            "recorded": "2026-01-01T00:00:00Z",
            "services": [
                service([signer], ["Nurse"], ["vc-jwt"], issuer="did:web:nurses.example", service_id="PH-0001")
            ],
        }
    )
    return made


def looked_at(document: Json) -> Lint:
    whole = {"id": "tried", **document}
    return lint(Draft(Policy.from_document(whole), {"tried": whole}), world().registry(), NOW)


def rules(document: Json) -> set[tuple[str, str]]:
    return {(one.member, one.rule) for one in looked_at(document).findings}


REVIEW: Final[Json] = {"review": {"before_refusal": True, "appeal": "the ombudsman"}}
SIM: Final = "telecom.sim-registration"
# One policy for each rule, the member it is about, and the same policy mended.
PHASE = {"check": "policy.claims", "from": "2026-01-01T00:00:00Z", "source": "made up"}
CASES: Final[list[tuple[str, str, Json, Json]]] = [
    (
        "inclusion.family-name",
        "required_claims",
        {"required_claims": [["name", "parts", "family"]]},
        {"required_claims": [["name", "primary"]]},
    ),
    (
        "inclusion.latin-only",
        "required_claims",
        {"required_claims": [["given_name_latin1"]]},
        {"required_claims": [["name", "full"]]},
    ),
    (
        "inclusion.latin-only",
        "predicates.latin",
        {"predicates": [{"name": "latin", "claim": ["name", "script"], "test": "equals", "value": "Latn"}]},
        {"predicates": [{"name": "latin", "claim": ["name", "script"], "test": "present"}]},
    ),
    (
        "inclusion.full-date",
        "predicates.adult",
        {"predicates": [{"name": "adult", "claim": ["birth_date"], "test": "age-at-least", "value": 18}]},
        {
            "predicates": [
                {"name": "adult", "claim": ["birth_date"], "test": "age-at-least", "value": 18},
                {"name": "told", "claim": ["age_over_18"], "test": "equals", "value": True},
            ]
        },
    ),
    ("inclusion.smartphone-only", "holder_binding", {"holder_binding": "always"}, {"holder_binding": "when-asked"}),
    ("inclusion.smartphone-only", "min_level", {"min_level": "low"}, {"min_level": "low", **REVIEW}),
    (
        "inclusion.smartphone-only",
        f"purposes.{SIM}.vector",
        {"purposes": {SIM: {"vector": {"A": 1}}}},
        {"purposes": {SIM: {"vector": {"P": 1}}}},
    ),
    (
        "inclusion.smartphone-only",
        f"purposes.{SIM}.holder_binding",
        {"purposes": {SIM: {"holder_binding": "always"}}},
        {"purposes": {SIM: {"holder_binding": "always"}}, **REVIEW},
    ),
    (
        "inclusion.online-only",
        "status_age_days",
        {"status_age_days": {"low": 0, "substantial": 0, "high": 0}},
        {"status_age_days": {"low": 1, "substantial": 0, "high": 0}},
    ),
    ("inclusion.no-appeal", "review.appeal", {"for_state": "TH"}, {"for_state": "TH", **REVIEW}),
    ("inclusion.one-format", "formats", {"formats": ["mdoc"]}, {"formats": ["mdoc", "sd-jwt-vc"]}),
    (
        "neutrality.named",
        "conditions.0",
        {"conditions": ["Presented from the Contoh Wallet."]},
        {"conditions": ["Presented from the Contoh Wallet, or any other that keeps its keys in hardware."]},
    ),
    (
        "neutrality.named",
        f"purposes.{SIM}.conditions.0",
        {"purposes": {SIM: {"conditions": ["Issued by Halimbawa Board of Nurses"]}}},
        {"purposes": {SIM: {"conditions": ["Issued by a board of nurses that a state lists"]}}},
    ),
    (
        "neutrality.named",
        "conditions.0",
        {"conditions": ["See https://vendor.example/terms"]},
        {"conditions": ["The terms are shown at the counter"]},
    ),
    (
        "neutrality.compared",
        "predicates.ours",
        {"predicates": [{"name": "ours", "claim": ["wallet_provider"], "test": "equals", "value": "Contoh"}]},
        {"predicates": [{"name": "ours", "claim": ["wallet_provider"], "test": "present"}]},
    ),
    (
        "neutrality.source",
        "algorithms",
        {"algorithms": {"ES256": None}},
        {"algorithms": {"ES256": None}, "source": "a standard"},
    ),
    (
        "contradiction.never-requested",
        "ask",
        {"ask": [["psn"]], "never_request": {"PH": [["psn"]]}},
        {"ask": [["name"]], "never_request": {"PH": [["psn"]]}},
    ),
    (
        "contradiction.never-requested",
        "predicates.same",
        {
            "predicates": [{"name": "same", "claim": ["psn"], "test": "equals", "value": "1"}],
            "never_request": {"*": [["psn"]]},
        },
        {
            "predicates": [{"name": "same", "claim": ["name"], "test": "present"}],
            "never_request": {"*": [["psn"]]},
        },
    ),
    (
        "contradiction.not-asked",
        "required_claims",
        {"ask": [["name"]], "required_claims": [["birth_date"]]},
        {"ask": [["name"], ["birth_date"]], "required_claims": [["birth_date"]]},
    ),
    (
        "contradiction.transfer",
        "required_claims",
        {
            "required_claims": [["portrait"]],
            "transfer": [{"rule": "forbidden", "states": ["VN"], "claims": [["portrait"]], "source": "a law"}],
        },
        {
            "required_claims": [["name"]],
            "transfer": [{"rule": "forbidden", "states": ["VN"], "claims": [["portrait"]], "source": "a law"}],
        },
    ),
    (
        "contradiction.format",
        f"purposes.{SIM}.types",
        {"formats": ["vc-jwt"], "purposes": {SIM: {"types": [PERSON_VCT]}}},
        {"formats": ["vc-jwt"], "purposes": {SIM: {"types": [PERSON]}}},
    ),
    (
        "contradiction.link",
        f"purposes.{SIM}.links",
        {
            "purposes": {
                SIM: {"types": [PERSON], "links": [[{"type": PERSON, "path": ["a"]}, {"type": "Nurse", "path": ["a"]}]]}
            }
        },
        {
            "purposes": {
                SIM: {
                    "types": [PERSON, "Nurse"],
                    "links": [[{"type": PERSON, "path": ["a"]}, {"type": "Nurse", "path": ["a"]}]],
                }
            }
        },
    ),
    (
        "contradiction.waived",
        "min_level",
        {"min_level": "low", "waive": {"assurance.achieved": "for a trial run"}},
        {"min_level": "low", "waive": {"schema.valid": "for a trial run"}},
    ),
    (
        "contradiction.waived",
        f"purposes.{SIM}.types",
        {"purposes": {SIM: {"types": [PERSON]}}, "waive": {"policy.type": "for a trial run"}},
        {"purposes": {SIM: {"types": [PERSON]}}},
    ),
    (
        "reach.purpose",
        "purposes.telecom.sim-registation",
        {"purposes": {"telecom.sim-registation": {"types": [PERSON]}}},
        {"purposes": {SIM: {"types": [PERSON]}}},
    ),
    ("reach.purpose", "purpose", {"purpose": "dancing"}, {"purpose": SIM}),
    (
        "reach.type",
        f"purposes.{SIM}.types",
        {"purposes": {SIM: {"types": ["Pasport"]}}},
        {"purposes": {SIM: {"types": ["Nurse"]}}},
    ),
    (
        "reach.not-issued",
        "conditions.0.types",
        {"conditions": [{"text": "translated", "types": ["org.example.doc"]}]},
        {"conditions": [{"text": "translated", "types": [PERSON]}]},
    ),
    (
        "reach.transfer",
        "transfer.1",
        {
            "transfer": [
                {"rule": "forbidden", "claims": [["address"]], "source": "x"},
                {"rule": "allowed", "states": ["PH"], "claims": [["address", "city"]], "source": "y"},
            ]
        },
        {
            "transfer": [
                {"rule": "forbidden", "states": ["VN"], "claims": [["address"]], "source": "x"},
                {"rule": "allowed", "states": ["PH"], "claims": [["address", "city"]], "source": "y"},
            ]
        },
    ),
    (
        "reach.level",
        f"purposes.{SIM}.min_level",
        {"for_state": "TH", "purposes": {SIM: {"min_level": "high"}}},
        {"for_state": "TH", "purposes": {SIM: {"min_level": "substantial"}}},
    ),
    (
        "reach.environment",
        "environments",
        {"for_state": "TH", "environments": ["live"]},
        {"for_state": "TH", "environments": ["live", "demo"]},
    ),
    ("reach.state", "review.states", {"review": {"states": ["XX"]}}, {"review": {"states": ["PH"]}}),
    (
        "reach.phase",
        "phase_in.0",
        {"phase_in": [{**PHASE, "required": "2026-11-24T12:00:00Z"}]},
        {"phase_in": [{**PHASE, "required": "2026-11-24T12:00:01Z"}]},
    ),
    (
        "algorithm.ended",
        "algorithms",
        {"algorithms": {"ES256": "2026-11-24T12:00:00Z"}},
        {"algorithms": {"ES256": "2026-11-24T12:00:01Z"}},
    ),
    (
        "algorithm.ending",
        "algorithms.ES256",
        {"algorithms": {"ES256": "2027-05-23T12:00:00Z"}},
        {"algorithms": {"ES256": "2027-05-23T12:00:01Z"}},
    ),
]


@pytest.mark.parametrize(
    ("rule", "member", "wrong", "mended"), CASES, ids=[f"{rule} {member}" for rule, member, _, _ in CASES]
)
def test_each_rule_and_its_remedy(rule: str, member: str, wrong: Json, mended: Json) -> None:
    assert (member, rule) in rules(wrong)
    assert rule not in {found for _, found in rules(mended)}


def test_every_rule_has_a_case() -> None:
    assert {rule for rule, *_ in CASES} == set(RULES)


def test_what_a_closer_rule_allows_is_no_contradiction() -> None:
    rules_ = [{"rule": "forbidden", "source": "x"}, {"rule": "allowed", "claims": [["name"]], "source": "y"}]
    assert "contradiction.transfer" not in {rule for _, rule in rules({"ask": [["name"]], "transfer": rules_})}
    assert ("ask", "contradiction.transfer") in rules({"ask": [["sex"]], "transfer": rules_})


def test_two_transfer_rules_alike_shadow_only_the_later() -> None:
    alike = {"rule": "forbidden", "source": "x"}
    found = rules({"transfer": [alike, {**alike, "source": "y"}]})
    assert {member for member, rule in found if rule == "reach.transfer"} == {"transfer.1"}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_has_no_errors(name: str) -> None:
    assert lint(draft.read(name), files.open_registry(now=NOW), NOW).errors == 0


@pytest.mark.parametrize("path", sorted((PROJECT / "examples" / "policies").glob("*.json")), ids=lambda path: path.name)
def test_the_examples_have_nothing_to_mend(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    assert "demo, synthetic" in document["title"]
    found = lint(draft.read(str(path)), files.open_registry(now=NOW), NOW)
    assert found.findings == ()


@pytest.mark.parametrize("preset", ["baseline", "strict", "unsafe-any-issuer"])
def test_the_shipped_ones_have_nothing_to_mend(preset: str) -> None:
    assert lint(draft.read(preset), files.open_registry(now=NOW), NOW).findings == ()


def test_the_worst_policy_word_for_word() -> None:
    found = lint(draft.read(str(BAD)), world().registry(), NOW)
    hold("lint.txt", lint_text(found))
    hold("lint.json", json.dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n")
    inclusion = {one.rule for one in found.findings if one.rule.startswith("inclusion.")}
    assert inclusion == {rule for rule in RULES if rule.startswith("inclusion.")}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["policy", "lint", *arguments, "--at", times.show(NOW)])


def test_the_command_ends_by_what_it_found() -> None:
    assert run("baseline").exit_code == 0
    assert run("strict").exit_code == 0  # a warning
    assert run("strict", str(BAD)).exit_code == 2
    assert run("no-such-policy").exit_code == 2


def test_the_command_in_json() -> None:
    done = run("baseline", str(BAD), "--json")
    first, second = json.loads(done.stdout)
    assert first == {"policy": "baseline", "errors": 0, "warnings": 0, "findings": []}
    assert second["errors"] == sum(one["severity"] == ERROR for one in second["findings"]) > 0
    assert all(one["remedy"] and one["asked"] for one in second["findings"])
