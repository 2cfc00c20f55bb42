"""What a policy's own rules make of a credential that everything else speaks for."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id import files
from defa_id.catalogue import ALWAYS, CheckEntry, Reason
from defa_id.codec import times
from defa_id.errors import Fault, PolicyInvalid
from defa_id.parts import DEFAULT_PARTS, Case
from defa_id.policy import Policy, overlay
from defa_id.report.text import report
from defa_id.verdict import Decision, Found, Outcome, Verdict
from tests.support.world import (
    NOW,
    PERSON,
    PERSON_VCT,
    PRESENTED,
    Json,
    Signer,
    World,
    key_binding,
    recognition,
    simple_sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)

SUBJECT: Json = {"name": "Siti Demo", "birth_date": "1990-05", "psn": "1234", "address": {"city": "Bandung"}}


def told(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome is not Outcome.SKIPPED]


def judged(policy: Json, subject: Json = SUBJECT, **question: Any) -> Verdict:
    world, signer = World.make()
    return world.verify(simple_sd_jwt(signer, subject), policy=policy, **question)


class TestTypes:
    """A sector may take one document only, whatever the level of another."""

    RULE: ClassVar[Json] = {"purposes": {"mobile.tourist-sim": {"types": ["Passport"]}}}

    def test_another_kind_of_credential(self) -> None:
        assert told(judged(self.RULE, purpose="mobile.tourist-sim")) == [("policy.type", "POLICY_TYPE")]
        assert judged(self.RULE, purpose="banking.account-opening")
        assert judged({"purposes": {"mobile.tourist-sim": {"types": [PERSON_VCT]}}}, purpose="mobile.tourist-sim")


class TestAlgorithms:
    @pytest.mark.parametrize(("offset", "fine"), [(-1, True), (0, False)])
    def test_a_sunset_flips_the_outcome_by_date_alone(self, offset: int, fine: bool) -> None:
        policy = {"algorithms": {"ES256": "2026-11-24T12:00:00Z"}}
        verdict = judged(policy, at=NOW + timedelta(seconds=offset))
        assert told(verdict) == ([] if fine else [("policy.algorithm", "POLICY_ALGORITHM")])

    def test_only_those_named(self) -> None:
        assert told(judged({"algorithms": {"EdDSA": None}})) == [("policy.algorithm", "POLICY_ALGORITHM")]


class TestRequests:
    def test_what_is_never_asked_for(self) -> None:
        never = {"never_request": {"SG": [["psn"]]}}
        assert told(judged({"ask": [["psn"]], **never})) == [("policy.request", "POLICY_NEVER_REQUEST")]
        assert told(judged({"ask": [["name"], ["psn", "x"]], **never})) == [("policy.request", "POLICY_NEVER_REQUEST")]
        assert judged({"ask": [["name"]], **never})
        assert judged({"ask": [["psn"]], "never_request": {"PH": [["psn"]]}})
        assert told(judged({"ask": [["psn"]], "never_request": {"*": [["psn"]]}}))[0][1] == "POLICY_NEVER_REQUEST"

    def test_only_what_was_asked_for_is_handed_over(self) -> None:
        person = judged({"ask": [["name"], ["address", "city"]]}).unwrap()
        assert set(person.claims) == {"name", "address"}
        assert person.document == {}


class TestTransfer:
    IN_PLACE: ClassVar[Json] = {
        "transfer": [{"rule": "in-place", "states": ["SG"], "source": "a law of the home state"}],
        "predicates": [
            {"name": "adult", "claim": ["birth_date"], "test": "age-at-least", "value": 18},
            {"name": "over_36", "claim": ["birth_date"], "test": "age-at-least", "value": 36},
            {"name": "retired", "claim": ["birth_date"], "test": "age-at-least", "value": 65},
            {"name": "named", "claim": ["name"], "test": "present"},
            {"name": "of_bandung", "claim": ["address", "city"], "test": "equals", "value": "Bandung"},
            {"name": "tall", "claim": ["height"], "test": "equals", "value": 180},
        ],
    }

    def test_in_place_no_raw_claim_leaves(self) -> None:
        verdict = judged(self.IN_PLACE)
        person = verdict.unwrap()
        assert dict(person.claims) == {}
        assert person.document == {}
        assert dict(person.predicates) == {
            "adult": True,
            "over_36": True,
            "retired": False,
            "named": True,
            "of_bandung": True,
            "tall": None,
        }
        for value in ("Siti Demo", "1990-05", "1234", "Bandung"):
            assert value not in verdict.to_json() + repr(person)

    def test_a_date_known_to_the_month_answers_only_what_it_can(self) -> None:
        subject = {**SUBJECT, "birth_date": "2008-11"}
        assert judged(self.IN_PLACE, subject).unwrap().predicates["adult"] is None

    @pytest.mark.parametrize(
        ("rule", "asked", "line"),
        [
            ("allowed", True, None),
            ("in-place", True, None),
            ("forbidden", True, ("policy.transfer", "POLICY_TRANSFER")),
            ("unknown", True, ("policy.transfer", "POLICY_TRANSFER_UNKNOWN")),
            ("forbidden", False, None),
            ("unknown", False, None),
        ],
    )
    def test_each_rule(self, rule: str, asked: bool, line: tuple[str, str] | None) -> None:
        policy: Json = {"transfer": [{"rule": rule, "claims": [["psn"]], "source": "x"}]}
        if asked:
            policy["ask"] = [["psn"], ["name"]]
        verdict = judged(policy)
        assert told(verdict) == ([line] if line else [])
        if line is None:
            assert ("psn" in verdict.unwrap().claims) is (rule == "allowed")
            assert "name" in verdict.unwrap().claims

    def test_unknown_never_becomes_allowed(self) -> None:
        rules = [{"rule": "allowed", "source": "x"}, {"rule": "unknown", "claims": [["psn"]], "source": "y"}]
        for order in (rules, rules[::-1]):
            assert judged({"transfer": order, "ask": [["psn"]]}).decision is Decision.INDETERMINATE

    def test_a_rule_of_another_state_says_nothing(self) -> None:
        policy = {"transfer": [{"rule": "forbidden", "states": ["VN"], "source": "x"}], "ask": [["name"]]}
        assert judged(policy).unwrap().claims == {"name": "Siti Demo"}


class TestVectors:
    def test_an_axis_of_its_own(self) -> None:
        world, signer = World.make()
        holder = Signer.make()
        token = key_binding(holder, simple_sd_jwt(signer, SUBJECT, holder))
        for vector, fine in (({"P": 2, "A": 2}, True), ({"P": 3}, False), ({"F": 3}, False)):
            policy = {"purposes": {"x": {"vector": vector}}}
            verdict = world.verify(token, policy=policy, purpose="x", expected=PRESENTED)
            assert told(verdict) == ([] if fine else [("assurance.achieved", "LOA_NOT_ACHIEVED")])


class TestConditionsAndReview:
    def test_conditions_for_some(self) -> None:
        policy = {
            "conditions": [
                "kept a year",
                {"text": "translated", "states": ["SG"]},
                {"text": "never", "states": ["PH"]},
            ],
            "purposes": {"x": {"conditions": ["face to face"]}},
        }
        assert judged(policy, purpose="x").unwrap().conditions == ("kept a year", "translated", "face to face")

    def test_no_refusal_by_a_machine_alone(self) -> None:
        policy = {"review": {"before_refusal": True, "appeal": "the ombudsman"}}
        world, signer = World.make()
        refused = world.verify(vc_jwt(signer, vc(exp=1_700_000_000)), policy=policy)
        assert refused.decision is Decision.REJECTED
        assert json.loads(refused.to_json())["review"] == {"required": True, "appeal": "the ombudsman"}
        taken = world.verify(vc_jwt(signer), policy=policy)
        assert json.loads(taken.to_json())["review"] == {"required": False, "appeal": "the ombudsman"}

    def test_a_person_always_looks_at_some(self) -> None:
        policy = {"review": {"states": ["SG"], "types": [PERSON_VCT]}}
        assert json.loads(judged(policy).to_json())["review"]["required"] is True
        policy = {"review": {"states": ["PH"]}}
        assert json.loads(judged(policy).to_json())["review"]["required"] is False


class TestLinks:
    """Two credentials of one presentation that have to speak of the same company."""

    RULE: ClassVar[Json] = {
        "purposes": {
            "x": {"links": [[{"type": PERSON, "path": ["company"]}, {"type": PERSON, "path": ["of", "company"]}]]}
        }
    }

    def verdict(self, *subjects: Json) -> Verdict:
        world, signer = World.make()
        tokens = tuple(vc_jwt(signer, vc(credentialSubject=subject)) for subject in subjects)
        return world.verify(vp_jwt(Signer.make(), tokens), policy=self.RULE, purpose="x")

    def test_they_do(self) -> None:
        assert self.verdict({"company": "UBIN-1"}, {"of": {"company": "UBIN-1"}})

    def test_they_do_not(self) -> None:
        assert told(self.verdict({"company": "UBIN-1"}, {"of": {"company": "UBIN-2"}})) == [
            ("policy.links", "POLICY_LINK")
        ]

    @pytest.mark.parametrize(
        ("ids", "code"),
        [
            ([{"number": "UBIN-7"}, {"number": "UBIN-1"}], None),
            ([{"number": "UBIN-7"}], "POLICY_LINK"),
            ([], "POLICY_LINK_MISSING"),
            ({"number": "UBIN-1"}, "POLICY_LINK_MISSING"),
        ],
    )
    def test_any_entry_of_a_list(self, ids: Any, code: str | None) -> None:
        rule = [[{"type": PERSON, "path": ["company"]}, {"type": PERSON, "path": ["ids", "*", "number"]}]]
        world, signer = World.make()
        tokens = tuple(
            vc_jwt(signer, vc(credentialSubject=subject)) for subject in ({"company": "UBIN-1"}, {"ids": ids})
        )
        presented = vp_jwt(Signer.make(), tokens)
        verdict = world.verify(presented, policy={"purposes": {"x": {"links": rule}}}, purpose="x")
        assert told(verdict) == ([("policy.links", code)] if code else [])

    def test_one_is_missing(self) -> None:
        assert told(self.verdict({"company": "UBIN-1"})) == [("policy.links", "POLICY_LINK_MISSING")]


class TestComposition:
    def test_several_reach_the_lowest_of_them_if_they_are_linked(self) -> None:
        world, signer = World.make()
        holder = Signer.make()
        from defa_id.resolvers import did_jwk

        bound = vc(credentialSubject={"id": did_jwk.encode(holder.public.jwk), "name": "x"})
        both = vp_jwt(holder, (vc_jwt(signer, bound), vc_jwt(signer, bound)))
        told = json.loads(world.verify(both, expected=PRESENTED).to_json())["composition"]
        assert told == {
            "linked": True,
            "label": "substantial",
            "vector": {"P": 2, "A": 2, "F": 2, "G": 2},
            "environment": "demo",
        }
        alone = json.loads(world.verify(vp_jwt(holder, (vc_jwt(signer, bound),)), expected=PRESENTED).to_json())
        assert alone["composition"] is None

    def test_what_nothing_links_reaches_nothing_together(self) -> None:
        world, signer = World.make()
        both = vp_jwt(Signer.make(), (vc_jwt(signer), vc_jwt(signer)))
        verdict = world.verify(both, purpose="banking.account-opening")
        assert json.loads(verdict.to_json())["composition"]["label"] == "none"
        assert verdict.summary == (
            "Accepted: TH may rely on these 2 credentials, the first from SG, for banking.account-opening, "
            "together of level none (nothing links them), environment demo."
        )


class TestSubject:
    """Predicates that are required: check 16 of the ordered list, subject eligibility."""

    def rule(self, *predicates: Json) -> Json:
        return {"predicates": [{"required": True, **one} for one in predicates]}

    ADULT: ClassVar[Json] = {"name": "adult", "claim": ["birth_date"], "test": "age-at-least", "value": 18}

    @pytest.mark.parametrize(
        ("birth_date", "line"),
        [
            ("1990-05-17", None),
            ("2015-05-17", ("policy.subject", "POLICY_SUBJECT")),
            (None, ("policy.subject", "POLICY_SUBJECT_UNKNOWN")),
            ("2533-05-17", ("policy.subject", "POLICY_SUBJECT_UNKNOWN")),
        ],
    )
    def test_met_not_met_or_not_known(self, birth_date: str | None, line: tuple[str, str] | None) -> None:
        subject = {"name": "Siti Demo", **({} if birth_date is None else {"birth_date": birth_date})}
        verdict = judged(self.rule(self.ADULT), subject)
        assert told(verdict) == ([line] if line else [])
        if line:
            decided = Decision.INDETERMINATE if line[1].endswith("UNKNOWN") else Decision.REJECTED
            assert verdict.decision is decided
            assert [one.evidence for one in verdict.problems] == [{"requirements": ["adult"]}]
        assert birth_date is None or birth_date not in verdict.to_json()

    def test_one_that_is_not_met_comes_before_one_that_is_not_known(self) -> None:
        other = {"name": "licensed", "claim": ["licence"], "test": "equals", "value": "active"}
        verdict = judged(self.rule(other, self.ADULT), {"birth_date": "2015-05-17"})
        assert told(verdict) == [("policy.subject", "POLICY_SUBJECT")]

    def test_only_of_the_credentials_it_names(self) -> None:
        rule = self.rule({**self.ADULT, "types": ["LicenceCredential"]})
        person = judged(rule, {"name": "Siti Demo"}).unwrap()
        assert dict(person.predicates) == {}
        rule = self.rule({**self.ADULT, "types": [PERSON_VCT]})
        assert told(judged(rule, {"name": "Siti Demo"})) == [("policy.subject", "POLICY_SUBJECT_UNKNOWN")]

    def test_it_is_answered_even_where_nothing_leaves(self) -> None:
        rule = {**self.rule(self.ADULT), "transfer": [{"rule": "in-place", "source": "a law"}]}
        person = judged(rule).unwrap()
        assert (dict(person.claims), dict(person.predicates)) == ({}, {"adult": True})


class TestStepByStep:
    """One input, three dates: not yet, noted, required."""

    BEGINS, REQUIRED = NOW, NOW + timedelta(days=30)

    def policy(self, check: str = "policy.claims", **members: Any) -> Json:
        phase = {
            "check": check,
            "from": times.show(self.BEGINS),
            "required": times.show(self.REQUIRED),
            "source": "a circular of the regulator (demo)",
        }
        return {"required_claims": [["birth_place"]], "phase_in": [{**phase, **members}]}

    @pytest.mark.parametrize(
        ("at", "code", "taken"),
        [
            (BEGINS - timedelta(seconds=1), "POLICY_NOT_YET", True),
            (BEGINS, "POLICY_GRACE", True),
            (REQUIRED - timedelta(seconds=1), "POLICY_GRACE", True),
            (REQUIRED, "SCOPE_REQUIRED_CLAIM", False),
        ],
    )
    def test_three_dates(self, at: datetime, code: str, taken: bool) -> None:
        verdict = judged(self.policy(), at=at)
        (line,) = (one for one in verdict.checks if one.id == "policy.claims")
        assert (line.code, bool(verdict)) == (code, taken)
        assert taken or told(verdict) == [("policy.claims", code)]

    def test_what_is_met_is_noted_nowhere(self) -> None:
        verdict = judged({**self.policy(), "required_claims": [["name"]]}, at=NOW)
        assert [one.code for one in verdict.checks if one.id == "policy.claims"] == [None]

    def test_for_the_states_it_names(self) -> None:
        assert judged(self.policy(states=["SG"]), at=NOW)
        assert told(judged(self.policy(states=["LA"]), at=NOW)) == [("policy.claims", "SCOPE_REQUIRED_CLAIM")]

    def test_a_phase_for_the_state_counts_before_one_for_all(self) -> None:
        early = self.policy()["phase_in"][0]
        slow = {**early, "states": ["SG"], "required": times.show(self.REQUIRED + timedelta(days=30))}
        policy = {"required_claims": [["birth_place"]], "phase_in": [early, slow]}
        assert judged(policy, at=self.REQUIRED)

    @pytest.mark.parametrize(
        ("check", "rule"),
        [
            ("policy.format", {"formats": ["vc-jwt"]}),
            ("policy.algorithm", {"algorithms": {"EdDSA": None}}),
            ("policy.type", {"purpose": "x", "purposes": {"x": {"types": ["Passport"]}}}),
            ("policy.subject", {"predicates": [{**TestSubject.ADULT, "value": 99, "required": True}]}),
            ("assurance.achieved", {"min_level": "low"}),
        ],
    )
    def test_every_rule_of_the_policys_own_may_come_so(self, check: str, rule: Json) -> None:
        policy = {**rule, "phase_in": self.policy(check)["phase_in"]}
        assert judged(policy, at=NOW)
        assert [id for id, _ in told(judged(policy, at=self.REQUIRED))] == [check]

    def test_what_the_base_asks_cannot_be_put_off(self) -> None:
        asked: dict[str, Json] = {
            "policy.claims": {"required_claims": [["name"]]},
            "policy.format": {"formats": ["vc-jwt"]},
            "policy.subject": {"predicates": [{**TestSubject.ADULT, "required": True}]},
            "assurance.achieved": {"purposes": {"x": {"vector": {"P": 2}}}},
        }
        for check, asks in asked.items():
            own = {"id": "own", "base": "base", "phase_in": self.policy(check)["phase_in"]}
            assert Policy.from_document(own, Policy.from_document({"id": "base"}))
            with pytest.raises(PolicyInvalid, match="relaxes phase_in"):
                Policy.from_document(own, Policy.from_document({"id": "base", **asks}))
            assert Policy.from_document(own, Policy.from_document({"id": "base", **asks, "relaxable": ["phase_in"]}))


class TestExternal:
    """What somebody else has to answer is declared as not run, unless it is supplied."""

    POLICY: ClassVar[Json] = {
        "external": [{"check": "external.sanctions", "what": "Screening for sanctions, by the bank"}]
    }
    ENTRY: ClassVar = CheckEntry("external.sanctions", "On no list?", "the bank's rule", "…", frozenset({ALWAYS}))

    def test_it_is_declared(self) -> None:
        verdict = judged(self.POLICY)
        assert verdict
        assert json.loads(verdict.to_json())["not_run"] == self.POLICY["external"]
        text = " ".join(report(verdict).split())
        assert "external.sanctions: Screening for sanctions, by the bank" in text
        assert json.loads(judged({}).to_json())["not_run"] == []

    @pytest.mark.parametrize("clear", [True, False])
    def test_it_is_asked_where_it_is_supplied(self, clear: bool) -> None:
        def screening(case: Case) -> Found[None]:
            if not clear:
                raise Fault("EXTERNAL_HIT")
            return Found(None, f"nothing found about somebody of {case.home_state}", {})

        parts = DEFAULT_PARTS.with_check(self.ENTRY, screening, Reason("EXTERNAL_HIT", "A hit.", "A person looks."))
        verdict = judged(self.POLICY, parts=parts)
        assert told(verdict) == ([] if clear else [("external.sanctions", "EXTERNAL_HIT")])
        assert json.loads(verdict.to_json())["not_run"] == []


BASE: Json = {
    "id": "base",
    "min_level": "low",
    "environments": ["sandbox", "pilot", "live"],
    "status": "always",
    "required_claims": [["name"]],
    "conditions": ["one"],
    "relaxable": ["status"],
    "purposes": {"a": {"min_level": "substantial"}},
}


class TestOverlays:
    def lay(self, **own: Any) -> Policy:
        return Policy.from_document({"id": "own", "base": "base", **own}, Policy.from_document(BASE))

    def test_what_is_not_said_is_the_bases(self) -> None:
        policy = self.lay(min_level="high")
        assert (policy.id, policy.min_level, policy.status) == ("own", "high", "always")
        assert policy.provenance["min_level"] == "own"
        assert policy.provenance["status"] == "base"

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            *(
                ("min_level", "high"),
                ("environments", ["live"]),
                ("require_expiry", True),
                ("holder_binding", "always"),
            ),
            *(("formats", ["vc-jwt"]), ("algorithms", {"ES256": None}), ("status", "when-named")),
            ("registry_age_days", {"low": 3, "substantial": 3, "high": 0}),
        ],
    )
    def test_tightened_or_relaxed_where_it_may_be(self, member: str, value: Any) -> None:
        assert self.lay(**{member: value})

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("environments", ["demo", "live"]),
            ("trust", "any-issuer"),
            ("legacy_sd_jwt_typ", True),
            ("registry_age_days", {"low": 300, "substantial": 3, "high": 0}),
            ("waive", {"schema.valid": "we do not like schemas"}),
        ],
    )
    def test_relaxed_where_it_may_not_be(self, member: str, value: Any) -> None:
        with pytest.raises(PolicyInvalid, match=f"relaxes {member}, which base does not let be relaxed"):
            self.lay(**{member: value})

    def test_lists_grow(self) -> None:
        policy = self.lay(required_claims=[["birth_date"]], conditions=["two"], purposes={"a": {"min_level": "low"}})
        assert policy.required_claims == (("name",), ("birth_date",))
        assert [one.text for one in policy.conditions] == ["one", "two"]
        assert policy.purposes["a"].min_level == "substantial"

    def test_an_overlay_asks_for_no_more_claims_than_its_base(self) -> None:
        base = Policy.from_document(
            {"id": "base", "ask": [["name"], ["address"]], "purposes": {"a": {"min_level": "low"}}}
        )

        def lay(base: Policy = base, **own: Any) -> Policy:
            return Policy.from_document({"id": "own", "base": "base", **own}, base)

        assert lay(ask=[["name"], ["address", "country"]]).ask == (("name",), ("address", "country"))
        assert lay(Policy.from_document({"id": "base"}), ask=[["psn"]])
        for more in ({"ask": [["psn"]]}, {"ask": [["name"], ["psn"]]}, {"purposes": {"a": {"ask": [["psn"]]}}}):
            with pytest.raises(PolicyInvalid, match="relaxes ask"):
                lay(**more)
        assert lay(base._replace(relaxable=frozenset({"ask"})), ask=[["psn"]]).ask == (("psn",),)

    def test_a_required_predicate_stays_whatever_is_laid_over_it(self) -> None:
        required = {**TestSubject.ADULT, "required": True}
        base = Policy.from_document({"id": "base", "predicates": [required]})
        easier = {**TestSubject.ADULT, "value": 12}
        other = {**TestSubject.ADULT, "name": "grown", "value": 21}
        policy = Policy.from_document({"id": "own", "base": "base", "predicates": [easier, other]}, base)
        assert [(one.name, one.value) for one in policy.predicates] == [("adult", 18), ("grown", 21)]
        asked = Policy.from_document({"id": "base", "predicates": [TestSubject.ADULT]})
        policy = Policy.from_document({"id": "own", "base": "base", "predicates": [easier]}, asked)
        assert [(one.name, one.value) for one in policy.predicates] == [("adult", 12)]

    def test_a_base_that_is_not_at_hand(self) -> None:
        with pytest.raises(PolicyInvalid, match="not at hand"):
            Policy.from_document({"id": "own", "base": "base"})

    def test_from_files(self, tmp_path: Path) -> None:
        (tmp_path / "base.json").write_text(json.dumps({**BASE, "base": "baseline"}))
        (tmp_path / "own.json").write_text(json.dumps({"id": "own", "base": "base.json", "min_level": "high"}))
        policy = files.load_policy(tmp_path / "own.json")
        assert (policy.min_level, policy.provenance["required_claims"]) == ("high", "base")
        (tmp_path / "base.json").write_text(json.dumps({"id": "base", "base": "own.json"}))
        with pytest.raises(PolicyInvalid, match="too deep"):
            files.load_policy(tmp_path / "own.json")
        (tmp_path / "own.json").write_text(json.dumps({"id": "own", "base": "nowhere.json"}))
        with pytest.raises(PolicyInvalid, match=r"no policy 'nowhere\.json'"):
            files.load_policy(tmp_path / "own.json")


MEMBERS = {
    "min_level": st.sampled_from(["low", "substantial", "high"]),
    "status": st.sampled_from(["when-named", "always"]),
    "holder_binding": st.sampled_from(["when-asked", "always"]),
    "environments": st.lists(st.sampled_from(["demo", "sandbox", "pilot", "live"]), min_size=1, unique=True),
    "formats": st.lists(st.sampled_from(["vc-jwt", "sd-jwt-vc"]), min_size=1, unique=True),
    "required_claims": st.lists(st.sampled_from([["name"], ["height"]]), min_size=1, unique_by=tuple),
    "require_expiry": st.booleans(),
    "algorithms": st.dictionaries(st.sampled_from(["ES256", "EdDSA"]), st.none(), min_size=1),
    "never_request": st.just({"*": [["psn"]]}),
    "ask": st.just([["name"]]),
}
DOCUMENTS = st.fixed_dictionaries({"id": st.just("x")}, optional=MEMBERS)


@given(DOCUMENTS, DOCUMENTS)
def test_tightening_never_turns_a_refusal_into_acceptance(base: Json, own: Json) -> None:
    """Metamorphic: whatever may be laid over a policy, what it refused is not accepted."""
    below = Policy.from_document(base)
    try:
        above = Policy.from_document({**own, "base": "x"}, below)
    except PolicyInvalid:
        return
    assert not overlay.relaxed(below, above)
    world, signer = World.make()
    world.lists["TH"]["recognitions"] = [recognition("TH", "SG", [PERSON, PERSON_VCT])]
    from defa_id.verifier import Verifier

    holder = Signer.make()
    token = key_binding(holder, simple_sd_jwt(signer, SUBJECT, holder))
    answers = [
        bool(Verifier(world.registry(), rules.asking(for_state="TH")).verify(token, at=NOW, expected=PRESENTED))
        for rules in (below, above)
    ]
    assert answers[0] or not answers[1]
