"""The table "From the seed article to software" of the recognition design: each idea, and what carries it.

One test a row, in the order of the table. Where a room has tests of its own a row tries the idea once, from the
outside, as somebody would who has read the article and nothing else.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id import files, languages
from defa_id.catalogue import CATALOGUE
from defa_id.codec import times
from defa_id.errors import PolicyInvalid
from defa_id.parts import DEFAULT_PARTS
from defa_id.policy import Policy
from defa_id.policymaking import draft
from defa_id.policymaking.finding import RULES
from defa_id.policymaking.lint import lint
from defa_id.sources import NoSource
from defa_id.verdict import Decision, Verdict
from tests.examples import test_examples, test_scenarios
from tests.policymaking.test_lint import BAD
from tests.support.house import PROJECT
from tests.support.world import (
    GRANT,
    NOW,
    PERSON,
    Json,
    World,
    entity,
    recognition,
    service,
    simple_sd_jwt,
    vc,
    vc_jwt,
)

VOCABULARY: Json = json.loads((files.sources_path() / "vocabulary.json").read_text("utf-8"))
SECOND = timedelta(seconds=1)


def codes(verdict: Verdict) -> list[str]:
    return [str(line.code) for line in verdict.problems if line.code != "CHECK_NEEDS"]


def corridor(*phases: Json, **members: Any) -> Json:
    """An arrangement of SG, TH and VN."""
    document: Json = {
        "id": "corridor",
        "kind": "plurilateral",
        "title": "A corridor for the tests",
        "parties": ["SG", "TH", "VN"],
        "environment": "sandbox",
        "types": [PERSON],
        "purposes": [],
        "min_level": "low",
        "phases": list(phases),
        "conditions": [],
        "legal_basis": "none: synthetic",
        "recorded": GRANT,
    }
    return {**document, **members}


class Counted:
    """A relying party's own count."""

    def __init__(self) -> None:
        self.uses: dict[tuple[str, str], set[str]] = {}

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:
        """How many are used up with this one; None where it would be one too many."""
        used = self.uses.setdefault((arrangement, phase), set())
        if token not in used and len(used) >= cap:
            return None
        used.add(token)
        return len(used)


def test_cooperation_not_supranational() -> None:
    """Every state signs only itself: without one of them the others still verify."""
    world, signer = World.make()
    token = vc_jwt(signer)
    whole = json.loads(world.verify(token).to_json())
    for gone in ("PH", "VN"):
        less = world.copy()
        del less.lists[gone]
        verdict = less.verify(token)
        assert verdict
        told = json.loads(verdict.to_json())
        assert [told[part] for part in ("decision", "recognition", "credential")] == [
            whole[part] for part in ("decision", "recognition", "credential")
        ]
    less = world.copy()
    del less.lists["SG"]
    assert less.verify(token).decision is Decision.REJECTED


def test_respect_national_policy() -> None:
    """The baseline accepts, the state's own policy refuses, and the verdict names the rule."""
    world, signer = World.make()
    token = vc_jwt(signer)
    assert world.verify(token, purpose="telecom.sim-registration")
    national = {"purposes": {"telecom.sim-registration": {"types": ["Passport"]}}}
    refused = world.verify(token, purpose="telecom.sim-registration", policy=national)
    assert [(line.id, line.code) for line in refused.problems] == [("policy.type", "POLICY_TYPE")]
    assert CATALOGUE.checks["policy.type"].clause.startswith("defa-id policy document: purposes")


def test_horizontal_integration() -> None:
    """A state compared with the baseline, item by item, word for word."""
    golden = PROJECT / "tests" / "assessment" / "golden"
    assert {path.name for path in golden.glob("gap-*.txt")} >= {
        f"gap-{state}.txt" for state in ("PH", "SG", "TH", "VN")
    }
    from tests.assessment.test_gap import report

    found = report(state="PH")
    assert found.counts["lacking"] > 0
    assert all(one.next_step for one in found.findings if one.outcome == "lacking")


def test_vertical_integration() -> None:
    """A partner beyond the region whose levels are of another framework: read by its version, and only in a trial."""
    mappings = [one for one in VOCABULARY["mappings"] if one["framework"] == "eidas"]

    def judged(environment: str, version: str) -> Verdict:
        world, signer = World.make(environment=environment)
        world.vocabulary["mappings"] = mappings
        world.lists["XE"] = {**json.loads(json.dumps(world.lists["SG"])), "territory": "XE"}
        abroad = service([signer], [PERSON], ["vc-jwt"], issuer="did:web:partner.example", service_id="XE-0001")
        abroad["assurance"][0].update(framework="eidas", framework_version=version, level="substantial")
        world.lists["SG"]["entities"] = []
        world.lists["XE"]["entities"] = [entity([abroad])]
        world.lists["TH"]["recognitions"] = [
            recognition("TH", "XE", [PERSON], min_level="substantial", environment=environment)
        ]
        return world.verify(vc_jwt(signer, vc("did:web:partner.example")))

    assert judged("sandbox", "2015/1502")
    assert codes(judged("live", "2015/1502")) == ["LOA_MAPPING"]
    assert "LOA_UNKNOWN" in codes(judged("sandbox", "2014"))


def test_not_all_or_nothing() -> None:
    """One credential, by date alone: not yet, a phase with a cap, the phase after it; not yet, grace, required."""
    from defa_id.verifier import Verifier

    world, signer = World.make()
    phases = (
        {"phase": "trial", "from": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z", "caps": {"count": 1}},
        {"phase": "open", "from": "2026-12-01T00:00:00Z"},
    )
    world.lists["TH"]["recognitions"] = []
    for party in ("SG", "TH", "VN"):
        world.lists[party]["arrangements"] = [corridor(*phases)]
    one, other = (vc_jwt(signer, vc(jti=f"urn:x:{number}")) for number in range(2))
    begins, opens = (times.parse(str(phase["from"])) for phase in phases)
    verifier, counter = Verifier(world.registry(), Policy("x", "0", for_state="TH")), Counted()
    assert codes(verifier.verify(one, at=begins - SECOND, counter=counter)) == ["RECOGNITION_NOT_YET"]
    assert verifier.verify(one, at=begins, counter=counter)
    assert codes(verifier.verify(other, at=opens - SECOND, counter=counter)) == ["CAP_COUNT"]
    assert verifier.verify(other, at=opens, counter=counter)

    later = {"from": times.show(opens), "required": times.show(opens + timedelta(days=90)), "source": "a timetable"}
    policy: Json = {
        "required_claims": [["birth_place"]],
        "phase_in": [{"check": "policy.claims", "states": ["SG"], **later}],
    }
    world.lists["TH"]["recognitions"] = [recognition("TH", "SG", [PERSON])]
    told = []
    for days in (-1, 0, 89, 90):  # not yet, grace (twice), required: one module, one state, by date alone
        verdict = world.verify(one, at=opens + timedelta(days=days), policy=policy)
        line = next(check for check in verdict.checks if check.id == "policy.claims")
        told.append((bool(verdict), line.code))
    assert told == [
        (True, "POLICY_NOT_YET"),
        (True, "POLICY_GRACE"),
        (True, "POLICY_GRACE"),
        (False, "SCOPE_REQUIRED_CLAIM"),
    ]


def test_prioritise_developed_areas() -> None:
    """What is still tried out never satisfies a policy for live use."""
    from tests.trust import test_maturity

    test_maturity.test_experimental_never_satisfies_live()
    assert {entry.get("maturity") for entry in VOCABULARY["types"]} == {None, "experimental"}


def test_common_taxonomy() -> None:
    """Every code resolves to a text and a next step; every type has a name that lasts, retired ones too."""
    assert all(reason.message and reason.next_step for reason in CATALOGUE.reasons.values())
    assert all(check.question and check.clause for check in CATALOGUE.checks.values())
    uris: dict[str, set[str]] = {}
    for entry in VOCABULARY["types"]:
        uris.setdefault(entry["family"], set()).update({entry["uri"]} if "uri" in entry else ())  # others name theirs
    assert {family: [f"urn:defa-id:type:{family}:1"] for family in uris} == {f: sorted(u) for f, u in uris.items()}
    world, signer = World.make()
    retired = {"type": PERSON, "format": "vc", "status": "retired", "replaced_by": "PersonIdentityCredential2"}
    world.vocabulary["types"] = [retired]
    assert world.verify(vc_jwt(signer))


def test_technology_neutral() -> None:
    """The same facts in every format that has words for them: one decision, one set of reasons, the same claims."""
    from tests.properties import test_neutrality as neutrality
    from tests.properties.facts import EVERY, Facts
    from tests.properties.neutral import Asked

    assert {"vc-jwt", "sd-jwt-vc", "mdoc", "eddsa-rdfc-2022", "cwt"} <= set(EVERY)
    for facts in (Facts(), Facts(level="low", minimum="high"), Facts(recognised="suspended"), Facts(standing="fraud")):
        assert neutrality.compare(Asked(facts, {})) == set(EVERY)


@pytest.mark.parametrize(("offset", "taken"), [(-SECOND, True), (timedelta(0), False)])
def test_future_proof(offset: timedelta, taken: bool) -> None:
    """An algorithm's sunset moves the outcome by date alone; a format is a value that is handed in."""
    world, signer = World.make()
    verdict = world.verify(vc_jwt(signer), at=NOW + offset, policy={"algorithms": {"ES256": times.show(NOW)}})
    assert bool(verdict) is taken
    without = DEFAULT_PARTS._replace(formats=tuple(one for one in DEFAULT_PARTS.formats if one.name != "vc-jwt"))
    assert codes(world.verify(vc_jwt(signer), parts=without))[0].startswith("INPUT_FORMAT")


def test_regulatory_sandboxes_and_corridors() -> None:
    """The cap and one more, the end and a second more: out of the sandbox."""
    from defa_id.verifier import Verifier

    world, signer = World.make()
    ends = NOW + timedelta(days=1)
    trial = {"phase": "trial", "from": GRANT, "until": times.show(ends), "caps": {"count": 1}}
    world.lists["TH"]["recognitions"] = []
    for party in ("SG", "TH", "VN"):
        world.lists[party]["arrangements"] = [corridor(trial)]
    verifier, counter = Verifier(world.registry(), Policy("x", "0", for_state="TH")), Counted()
    first, second = (vc_jwt(signer, vc(jti=f"urn:x:{number}")) for number in range(2))
    assert verifier.verify(first, at=NOW, counter=counter)
    assert codes(verifier.verify(second, at=NOW, counter=counter)) == ["CAP_COUNT"]
    assert verifier.verify(second, at=ends - SECOND, counter=Counted())
    assert codes(verifier.verify(second, at=ends, counter=Counted())) == ["RECOGNITION_ENDED"]
    for party, told in (("SG", ["RECOGNITION_NOT_SIGNED"]), ("TH", ["RECOGNITION_NOT_SIGNED"]), ("VN", [])):
        left = world.copy()  # one signature less, and only that party is out
        left.lists[party]["arrangements"] = []
        alone = Verifier(left.registry(), verifier.policy)
        assert codes(alone.verify(first, at=NOW, counter=Counted())) == told


def test_digital_divide(tmp_path: Path) -> None:
    """A new state goes from nothing to a passing run in one session; what shuts people out is seen; no network."""
    assert test_examples.EXPECTED["09_new_state.py"][-1] == "10 passed, 0 failed, 0 not asked"
    test_examples.test_example("09_new_state.py", tmp_path)
    found = lint(draft.read(str(BAD)), files.open_registry(now=NOW), NOW)
    inclusion = {rule for rule in RULES if rule.startswith("inclusion.")}
    assert len(inclusion) >= 6
    assert {one.rule for one in found.findings} >= inclusion
    world, signer = World.make()
    assert world.verify(vc_jwt(signer), source=NoSource()).documents == ()


def test_build_on_existing_agreements() -> None:
    """Every instrument and every fact about it says where it was read, or that it is not known."""
    for entry in VOCABULARY["instruments"]:
        for one in (entry, *entry.get("facts", ())):
            assert one["source"]
            assert one["confidence"] in ("V", "V2", "G", "U")
            assert one["as_of"]
    defa = next(entry for entry in VOCABULARY["instruments"] if entry["id"] == "defa")
    assert defa["status"] != "in_force"


def test_level_playing_field() -> None:
    """A policy names no vendor without an objective criterion."""
    registry = files.open_registry(now=NOW)

    def rules(condition: str) -> set[str]:
        policy = Policy.from_document({"id": "x", "conditions": [condition]})
        return {one.rule for one in lint(draft.Draft(policy, {}), registry, NOW).findings}

    assert "neutrality.named" in rules("Shown in the Contoh Wallet.")
    assert "neutrality.named" not in rules("Shown in a wallet that keeps its keys in hardware.")


def test_trusted_flow_of_data_and_localisation() -> None:
    """Verified in place: an answer leaves, and no raw claim does, in the result or the verdict."""
    world, signer = World.make()
    subject = {"name": "Siti Demo", "birth_date": "1990-05-17", "number": "S-4711"}
    policy = {
        "transfer": [{"rule": "in-place", "states": ["SG"], "source": "a law of the home state"}],
        "predicates": [{"name": "adult", "claim": ["birth_date"], "test": "age-at-least", "value": 18}],
    }
    verdict = world.verify(simple_sd_jwt(signer, subject), policy=policy)
    person = verdict.unwrap()
    assert (dict(person.claims), dict(person.predicates)) == ({}, {"adult": True})
    assert not [value for value in subject.values() if value in verdict.to_json() + repr(person) + repr(verdict)]


def test_responsible_use_of_emerging_technology() -> None:
    """No refusal by a machine alone: what would be refused is referred to a person."""
    world, signer = World.make()
    late = vc_jwt(signer, vc(exp=1_700_000_000))
    for before_refusal in (True, False):
        policy = {"review": {"before_refusal": before_refusal, "appeal": "the ombudsman"}}
        told = json.loads(world.verify(late, policy=policy).to_json())
        assert told["decision"] == "rejected"
        assert told["review"] == {"required": before_refusal, "appeal": "the ombudsman"}


def test_talent_mobility(tmp_path: Path) -> None:
    """Nurse, engineer and student, from end to end: run here, and held against what is expected of them."""
    told = test_scenarios.EXPECTED
    nurse = told["03_nurse_from_the_philippines.py"]
    assert test_scenarios.TRANSLATED in nurse
    assert nurse[0] == "ten years, in good standing: accepted"
    assert {"two years: rejected POLICY_SUBJECT", "proceedings pending: rejected POLICY_SUBJECT"} <= set(nurse)
    assert "to the host regulator: accepted" in told["04_engineer.py"]
    assert "degree and transcript: accepted" in told["05_student_transcript.py"]
    for name in ("03_nurse_from_the_philippines.py", "04_engineer.py", "05_student_transcript.py"):
        test_scenarios.test_scenario(name, tmp_path)


def test_paperless_trade_and_e_commerce(tmp_path: Path) -> None:
    """A company, its representative and the mandate; and the companion of a certificate of origin: run here."""
    told = test_scenarios.EXPECTED
    assert told["02_seller_on_a_marketplace.py"][0] == "company, mandate and person: accepted"
    assert told["06_form_d_at_customs.py"][0] == "the companion: accepted"
    for name in ("02_seller_on_a_marketplace.py", "06_form_d_at_customs.py"):
        test_scenarios.test_scenario(name, tmp_path)
    families = {entry["family"] for entry in VOCABULARY["types"]}
    assert families >= {"legal-entity", "mandate", "certificate-of-origin"}


def test_inclusive_and_equitable() -> None:
    """A refusal says why in plain words, what to do, and where to turn; what is about states is said of states."""
    world, signer = World.make()
    world.lists["TH"]["recognitions"] = []
    verdict = world.verify(vc_jwt(signer), policy={"review": {"appeal": "the ombudsman"}})
    (line,) = (one for one in verdict.problems if one.code == "RECOGNITION_NONE")
    reason = CATALOGUE.reasons[str(line.code)]
    assert "state" in reason.message
    assert reason.next_step
    assert json.loads(verdict.to_json())["review"]["appeal"] == "the ombudsman"
    tongues = [languages.texts(code) for code in languages.known() if code != "en"]
    assert len(tongues) >= 5
    english = [
        one.code
        for one in CATALOGUE.reasons.values()
        if all(texts.of(one.code, one.message) == one.message for texts in tongues)
    ]
    assert english == [], "told in English alone"


def test_what_may_not_be_relaxed_is_refused_when_it_is_loaded() -> None:
    """Policy space for local governance, within what the baseline lets be relaxed."""
    baseline = files.load_policy("baseline")
    strict = files.load_policy("strict")
    with pytest.raises(PolicyInvalid, match="relaxes environments"):
        Policy.from_document({"id": "x", "base": "strict", "environments": ["demo"]}, strict)
    assert Policy.from_document(
        {"id": "x", "base": "baseline", "status_age_days": {"low": 60, "substantial": 30, "high": 2}}, baseline
    )


def test_every_row_of_the_table_has_its_test() -> None:
    ideas = (
        *("cooperation_not_supranational", "respect_national_policy", "horizontal_integration"),
        *("vertical_integration", "not_all_or_nothing", "prioritise_developed_areas", "common_taxonomy"),
        *("technology_neutral", "future_proof", "regulatory_sandboxes_and_corridors", "digital_divide"),
        *("build_on_existing_agreements", "level_playing_field", "trusted_flow_of_data_and_localisation"),
        *("responsible_use_of_emerging_technology", "talent_mobility", "paperless_trade_and_e_commerce"),
        "inclusive_and_equitable",
    )
    assert [idea for idea in ideas if f"test_{idea}" not in globals()] == []
    assert len(ideas) == 18
