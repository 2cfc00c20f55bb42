"""What a policy makes of a question: the strict preset, rules for a purpose, conditions, and status."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from defa_id.policy import Policy
from defa_id.verdict import Decision, Outcome, Verdict
from defa_id.verifier import Verifier
from tests.support.world import (
    NOW,
    PERSON,
    PERSON_VCT,
    PRESENTED,
    Json,
    Signer,
    World,
    claims,
    key_binding,
    recognition,
    sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)

BANKING = "banking.account-opening"


def told(verdict: Verdict) -> list[tuple[str, str | None]]:
    """The lines in the way that were answered."""
    return [(line.id, line.code) for line in verdict.problems if line.outcome is not Outcome.SKIPPED]


def presented(signer: Signer, holder: Signer, **changes: Any) -> str:
    return key_binding(holder, sd_jwt(signer, claims(cnf={"jwk": dict(holder.public.jwk)}, **changes)))


class TestStrict:
    def test_it_asks_for_status_holder_and_more_than_a_demonstration(self) -> None:
        world, signer = World.make()
        verifier = Verifier(world.registry(), Policy.preset("strict", for_state="TH"))
        assert told(verifier.verify(vc_jwt(signer), at=NOW)) == [
            ("holder.presented", "KB_MISSING"),
            ("status.list", "STATUS_MISSING"),
            ("recognition.environment", "RECOGNITION_ENVIRONMENT"),
        ]

    def test_a_status_that_cannot_be_found_out_is_not_decided(self) -> None:
        world, signer = World.make(environment="live")
        world.lists["TH"]["recognitions"] = [recognition("TH", "SG", [PERSON, PERSON_VCT], environment="live")]
        verifier = Verifier(world.registry(), Policy.preset("strict", for_state="TH"))
        token = presented(signer, Signer.make(), status={"status_list": {"idx": 1, "uri": "https://status.example"}})
        verdict = verifier.verify(token, at=NOW, expected=PRESENTED)
        assert verdict.decision is Decision.INDETERMINATE
        assert told(verdict) == [("status.list", "STATUS_UNAVAILABLE")]

    def test_baseline_takes_the_same_credential_as_a_document(self) -> None:
        world, signer = World.make()
        assert Verifier(world.registry(), Policy.preset("baseline", for_state="TH")).verify(vc_jwt(signer), at=NOW)


class TestPurpose:
    RULES: ClassVar[Json] = {"purposes": {BANKING: {"min_level": "substantial", "holder_binding": "always"}}}

    def test_its_rules_hold_for_it_alone(self) -> None:
        world, signer = World.make()
        token = vc_jwt(signer)
        assert world.verify(token, policy=self.RULES)
        assert world.verify(token, policy=self.RULES, purpose="travel.check-in")
        assert told(world.verify(token, policy=self.RULES, purpose=BANKING)) == [
            ("holder.presented", "KB_MISSING"),
            ("assurance.achieved", "LOA_NOT_ACHIEVED"),
        ]
        holder = Signer.make()
        verdict = world.verify(presented(signer, holder), policy=self.RULES, purpose=BANKING, expected=PRESENTED)
        assert verdict, verdict.to_json(1)
        assert verdict.asked == {
            "relying_state": "TH",
            "purpose": BANKING,
            "min_level": "substantial",
            "holder_binding": True,
            "environments": ["demo", "sandbox", "pilot", "live"],
        }

    def test_the_question_may_ask_for_more_and_never_for_less(self) -> None:
        world, signer = World.make()
        holder = Signer.make()
        token = presented(signer, holder)
        ask: Json = {"policy": self.RULES, "purpose": BANKING, "expected": PRESENTED}
        assert world.verify(token, **ask, min_level="low").asked["min_level"] == "substantial"
        assert told(world.verify(token, **ask, min_level="high")) == [("assurance.achieved", "LOA_NOT_ACHIEVED")]


class TestConditions:
    def test_they_come_along_whole_and_in_order(self) -> None:
        world, signer = World.make()
        world.lists["TH"]["recognitions"][0]["conditions"] = ["Keep a copy.", "Tell the issuer."]
        policy = {"conditions": ["For residents only."]}
        verdict = world.verify(vc_jwt(signer), policy=policy)
        conditions = ["Keep a copy.", "Tell the issuer.", "For residents only."]
        assert json.loads(verdict.to_json())["recognition"]["conditions"] == conditions
        assert verdict.unwrap().conditions == tuple(conditions)

    def test_each_credential_has_its_own(self) -> None:
        world, signer = World.make()
        world.lists["TH"]["recognitions"] = [
            recognition("TH", "SG", [PERSON], conditions=["One."]),
            recognition("TH", "SG", [PERSON_VCT], conditions=["Two."], id="TH-SG-2"),
        ]
        holder = Signer.make()
        verdict = world.verify(vp_jwt(holder, (vc_jwt(signer), sd_jwt(signer))))
        assert [relied["conditions"] for relied in verdict.recognitions if relied] == [["One."], ["Two."]]
        assert verdict.unwrap().others[0].conditions == ("Two.",)


class TestClaims:
    @pytest.mark.parametrize(
        ("paths", "missing"),
        [
            ([["nationality"]], None),
            ([["name", "full"]], None),
            ([["credentialSubject", "nationality"]], None),
            ([["nationality"], ["birth_date"]], "birth_date"),
            ([["name", "given"]], "name.given"),
            ([["nationality", "0"]], "nationality.0"),
        ],
    )
    def test_a_path_is_there_or_not(self, paths: list[list[str]], missing: str | None) -> None:
        world, signer = World.make()
        verdict = world.verify(vc_jwt(signer), policy={"required_claims": paths})
        assert bool(verdict) is (missing is None)
        if missing:
            (line,) = (line for line in verdict.problems if line.code == "SCOPE_REQUIRED_CLAIM")
            assert line.evidence == {"claim": missing}


class TestStatus:
    """What is named and cannot be found out leaves the decision open (area I has what lists say)."""

    ENTRY: ClassVar[Json] = {
        "id": "https://status.example/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://status.example/1",
    }

    def tokens(self, signer: Signer) -> dict[str, str]:
        status = {"status_list": {"idx": 7, "uri": "https://status.example/1"}}
        return {
            "BitstringStatusListEntry": vc_jwt(signer, vc(credentialStatus=self.ENTRY)),
            "status_list": sd_jwt(signer, claims(status=status)),
        }

    @pytest.mark.parametrize("type", ["BitstringStatusListEntry", "status_list"])
    def test_one_it_names_is_unknown_and_caps_the_level(self, type: str) -> None:
        world, signer = World.make()
        verdict = world.verify(self.tokens(signer)[type])
        assert verdict.decision is Decision.INDETERMINATE
        assert told(verdict) == [("status.list", "STATUS_UNAVAILABLE")]
        assert verdict.problems[0].evidence == {"url": "https://status.example/1", "network": "NET_OFFLINE"}
        relied = verdict.recognitions[0]
        assert relied is not None
        assert relied["level"]["capped_by"] == ["bearer", "status"]

    def test_each_entry_has_its_line(self) -> None:
        world, signer = World.make()
        several = vc_jwt(signer, vc(credentialStatus=[self.ENTRY, {**self.ENTRY, "type": "StatusList2021Entry"}]))
        verdict = world.verify(vp_jwt(Signer.make(), (several, vc_jwt(signer), several)))
        lines = [line for line in verdict.checks if line.id == "status.list"]
        assert len(lines) == 4
        assert len({line.item for line in lines}) == 4
        assert {line.code for line in lines} == {"STATUS_UNAVAILABLE"}

    @pytest.mark.parametrize("by", ["policy", "registry"])
    def test_one_that_is_demanded_and_missing(self, by: str) -> None:
        world, signer = World.make()
        world.sg["status_required"] = by == "registry"
        verdict = world.verify(vc_jwt(signer), policy={"status": "always"} if by == "policy" else None)
        assert verdict.decision is Decision.REJECTED
        assert told(verdict) == [("status.list", "STATUS_MISSING")]

    def test_it_is_not_looked_at_before_the_signature_holds(self) -> None:
        world, _ = World.make()
        verdict = world.verify(self.tokens(Signer.make(kid="key-1"))["status_list"])
        assert told(verdict) == [("proof.signature", "JOSE_SIGNATURE")]
