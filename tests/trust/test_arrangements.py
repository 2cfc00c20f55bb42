"""Arrangements: caps, phases, what one party does alone, directions, readings of levels, instruments in their time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id.codec import times
from defa_id.policy import Policy
from defa_id.verdict import Outcome, Verdict
from defa_id.verifier import Verifier
from tests.support.world import GRANT, NOW, PERSON, PERSON_VCT, Json, Signer, World, recognition, vc, vc_jwt

CORRIDOR: Json = {
    "id": "th-sg-vn",
    "kind": "plurilateral",
    "title": "Trial corridor",
    "parties": ["SG", "TH", "VN"],
    "environment": "sandbox",
    "types": [PERSON, PERSON_VCT],
    "purposes": ["banking.account-opening"],
    "min_level": "low",
    "phases": [
        {
            "phase": "one",
            "from": "2026-07-01T00:00:00Z",
            "until": "2026-12-31T00:00:00Z",
            "caps": {"count": 2, "value": 500},
        }
    ],
    "conditions": ["reported each month"],
    "recorded": GRANT,
}
QUESTION: Json = {"purpose": "banking.account-opening"}


class Uses:
    """A counter in memory."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:
        assert (arrangement, phase) == ("th-sg-vn", "one")
        if token not in self.tokens:
            if len(self.tokens) >= cap:
                return None
            self.tokens.append(token)
        return self.tokens.index(token) + 1


def corridor(*, without: str = "", **changes: Any) -> tuple[World, Signer]:
    world, signer = World.make()
    world.lists["TH"]["recognitions"] = []
    for state in CORRIDOR["parties"]:
        if state != without:
            world.lists[state]["arrangements"].append({**CORRIDOR, **changes})
    return world, signer


def judge(world: World, credential: str, *, amount: int | None = 100, counter: Any = None, **question: Any) -> Verdict:
    rules = Policy.from_document({"id": "t"}).asking(for_state="TH", amount=amount, **{**QUESTION, **question})
    verifier = Verifier(world.registry(), rules)
    return verifier.verify(credential, at=NOW, **({"counter": counter} if counter else {}))


def person(signer: Signer, number: int = 0) -> str:
    return vc_jwt(signer, vc(id=f"urn:uuid:{number}"))


def told(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome is not Outcome.SKIPPED]


class TestCaps:
    def test_the_cap_and_one_more(self) -> None:
        world, signer = corridor()
        uses = Uses()
        for number in (1, 2, 1):
            assert judge(world, person(signer, number), counter=uses)
        verdict = judge(world, person(signer, 3), counter=uses)
        assert told(verdict) == [("recognition.cap", "CAP_COUNT")]
        assert verdict.decision == "rejected"
        assert len(uses.tokens) == 2

    def test_nobody_who_counts(self) -> None:
        world, signer = corridor()
        verdict = judge(world, person(signer))
        assert told(verdict) == [("recognition.cap", "CAP_UNCOUNTED")]
        assert verdict.decision == "indeterminate"

    @pytest.mark.parametrize(
        ("amount", "line"),
        [(500, None), (501, ("recognition.cap", "CAP_VALUE")), (None, ("recognition.cap", "CAP_AMOUNT"))],
    )
    def test_an_amount(self, amount: int | None, line: tuple[str, str] | None) -> None:
        world, signer = corridor()
        uses = Uses()
        assert told(judge(world, person(signer), amount=amount, counter=uses)) == ([line] if line else [])
        assert len(uses.tokens) == (line is None)

    def test_what_is_refused_for_something_else_uses_nothing_up(self) -> None:
        world, signer = corridor()
        uses = Uses()
        for credential, level in (
            (person(Signer.make(kid="key-1")), None),
            (vc_jwt(signer, vc(exp=1_700_000_000)), None),
            (person(signer), "low"),
        ):
            assert not judge(world, credential, counter=uses, min_level=level)
        assert not uses.tokens

    def test_asked_twice_it_says_the_same(self) -> None:
        world, signer = corridor()
        uses, credential, registry = Uses(), person(signer), world.registry()
        rules = Policy.from_document({"id": "t"}).asking(for_state="TH", amount=1, **QUESTION)
        told = {Verifier(registry, rules).verify(credential, at=NOW, counter=uses).to_json() for _ in range(3)}
        assert len(told) == 1

    def test_a_token_says_nothing_of_the_credential(self) -> None:
        world, signer = corridor()
        uses = Uses()
        verdict = judge(world, person(signer), counter=uses)
        assert uses.tokens[0] not in verdict.to_json()
        assert verdict.credentials[0]["digest"] != uses.tokens[0]


@pytest.mark.parametrize(
    ("offset", "code"),
    [(timedelta(seconds=-1), None), (timedelta(), "RECOGNITION_ENDED")],
)
def test_the_end_and_one_second_more(offset: timedelta, code: str | None) -> None:
    world, signer = corridor(phases=[{"phase": "one", "from": GRANT, "until": "2026-12-31T00:00:00Z"}])
    from datetime import UTC, datetime

    rules = Policy.from_document({"id": "t"}).asking(for_state="TH", **QUESTION)
    at = datetime(2026, 12, 31, tzinfo=UTC) + offset
    verdict = Verifier(world.registry(), rules).verify(person(signer), at=at)
    assert told(verdict) == ([("recognition.in_force", code)] if code else [])


class TestParties:
    FREE: ClassVar[Json] = {"phases": [{"phase": "one", "from": GRANT, "until": "2027-12-31T00:00:00Z"}]}

    def test_all_signed(self) -> None:
        world, signer = corridor(**self.FREE)
        verdict = judge(world, person(signer))
        assert verdict
        relied = verdict.recognitions[0]
        assert relied is not None
        assert (relied["arrangement"], relied["environment"]) == ("th-sg-vn", "demo")

    @pytest.mark.parametrize(("without", "fine"), [("VN", True), ("SG", False), ("TH", False)])
    def test_one_signature_less_and_only_the_signed_pairs_have_it(self, without: str, fine: bool) -> None:
        world, signer = corridor(without=without, **self.FREE)
        assert bool(judge(world, person(signer))) is fine

    @pytest.mark.parametrize("who", ["SG", "TH", "VN"])
    @pytest.mark.parametrize("status", ["suspended", "ended"])
    def test_each_may_suspend_or_leave_without_asking(self, who: str, status: str) -> None:
        world, signer = corridor(**self.FREE)
        since = {"effective": "2026-11-01T00:00:00Z", "recorded": "2026-11-01T00:00:00Z"}
        world.lists[who]["arrangements"][0] = {
            **world.lists[who]["arrangements"][0],
            "events": [{"status": status, "reason": "incident", **since}],
        }
        code = {"suspended": "RECOGNITION_SUSPENDED", "ended": "RECOGNITION_ENDED"}[status]
        verdict = judge(world, person(signer))
        assert told(verdict) == ([] if who == "VN" else [("recognition.in_force", code)])
        earlier = Verifier(world.registry(), Policy.from_document({"id": "t"}).asking(for_state="TH", **QUESTION))
        assert earlier.verify(person(signer), at=NOW - timedelta(days=40))

    def test_a_direction_of_its_own(self) -> None:
        world, signer = corridor(**self.FREE, directions=[{"by": "TH", "of": "SG", "min_level": "high"}])
        assert told(judge(world, person(signer))) == [("assurance.granted", "LOA_INSUFFICIENT")]
        world, signer = corridor(**self.FREE, directions=[{"by": "VN", "of": "SG", "min_level": "high"}])
        assert judge(world, person(signer))


MAPPING: Json = {
    "framework": "nist-sp-800-63",
    "framework_version": "4",
    "native_level": "IAL2",
    "vector": {"P": 2, "A": 2, "F": 2, "G": 2},
    "direction": "to-reference",
    "status": "declared",
    "basis": "a reading",
    "assessor": "SG",
    "source": "test",
    "as_of": "2026-11",
}


class TestReadings:
    def judge(
        self, *, status: str = "declared", environment: str = "live", mapping: Json | None = None, **level: Any
    ) -> Verdict:
        world, signer = World.make(environment=environment)
        world.lists["TH"]["recognitions"] = [recognition("TH", "SG", [PERSON], environment=environment)]
        world.sg["assurance"][0].update({"status": status, **level})
        world.vocabulary["mappings"] = [mapping] if mapping else []
        return world.verify(vc_jwt(signer))

    @pytest.mark.parametrize("environment", ["demo", "sandbox", "pilot", "live"])
    @pytest.mark.parametrize("status", ["unknown", "proposed", "assessed", "declared", "agreed"])
    def test_only_what_is_declared_or_agreed_carries_more_than_a_trial(self, status: str, environment: str) -> None:
        fine = environment in ("demo", "sandbox") or status in ("declared", "agreed")
        assert told(self.judge(status=status, environment=environment)) == (
            [] if fine else [("assurance.mapping", "LOA_MAPPING")]
        )

    def test_another_framework_read_on_the_ladder(self) -> None:
        native = {"framework": "nist-sp-800-63", "framework_version": "4", "level": "IAL2"}
        verdict = self.judge(mapping=MAPPING, **native)
        assert verdict
        relied = verdict.recognitions[0]
        assert relied is not None
        assert relied["level"]["granted"] == "substantial"

    @pytest.mark.parametrize(
        "change",
        [{"framework_version": "3"}, {"native_level": "IAL1"}, {"direction": "from-reference"}, {"framework": "eidas"}],
        ids=str,
    )
    def test_the_same_word_of_another_version_or_direction_is_unknown(self, change: Json) -> None:
        native = {"framework": "nist-sp-800-63", "framework_version": "4", "level": "IAL2"}
        verdict = self.judge(mapping={**MAPPING, **change}, environment="demo", **native)
        assert told(verdict) == [("assurance.granted", "LOA_UNKNOWN")]

    def test_the_reading_is_no_firmer_than_its_record(self) -> None:
        native = {"framework": "nist-sp-800-63", "framework_version": "4", "level": "IAL2"}
        assert told(self.judge(mapping={**MAPPING, "status": "proposed"}, **native)) == [
            ("assurance.mapping", "LOA_MAPPING")
        ]

    def test_a_reading_that_was_to_be_looked_at_again_is_noted(self) -> None:
        native = {"framework": "nist-sp-800-63", "framework_version": "4", "level": "IAL2"}
        verdict = self.judge(mapping={**MAPPING, "review_by": "2026-11-01"}, **native)
        assert verdict
        assert next(line.code for line in verdict.checks if line.id == "assurance.mapping") == "LOA_MAPPING_REVIEW"


class TestInstruments:
    def judge(self, entry: Json) -> Verdict:
        world, signer = World.make(environment="live")
        cited = recognition("TH", "SG", [PERSON], environment="live", instrument="treaty")
        world.lists["TH"]["recognitions"] = [cited]
        world.vocabulary["instruments"] = [{"id": "treaty", "title": "A treaty", **entry}]
        return world.verify(vc_jwt(signer))

    @pytest.mark.parametrize(
        ("entry", "fine"),
        [
            ({"status": "in_force"}, True),
            ({"status": "in_force", "dates": {"in_force": "2026-11-24"}}, True),
            ({"status": "in_force", "dates": {"in_force": "2026-11-25"}}, False),
            ({"status": "ratified"}, False),
            ({"status": "in_force", "states": {"SG": {"status": "signed"}}}, False),
            ({"status": "in_force", "states": {"TH": {"status": "in_force", "since": "2027-01-01"}}}, False),
            ({"status": "in_force", "states": {"VN": {"status": "signed"}}}, True),
            (
                {
                    "status": "signed",
                    "states": {s: {"status": "in_force", "since": "2026-01-01"} for s in ("SG", "TH")},
                },
                True,
            ),
        ],
        ids=str,
    )
    def test_in_force_for_both_at_that_time(self, entry: Json, fine: bool) -> None:
        assert told(self.judge(entry)) == ([] if fine else [("recognition.instrument", "RECOGNITION_INSTRUMENT")])


@given(st.lists(st.sampled_from(["demo", "sandbox", "pilot", "live"]), min_size=1, max_size=4), st.data())
@settings(max_examples=30)
def test_a_third_state_changes_nothing_between_two(environments: list[str], data: st.DataObject) -> None:
    """Metamorphic: whatever PH and VN say of each other, of SG and of TH, TH's answer about SG is the same."""
    world, signer = World.make()
    before = world.verify(vc_jwt(signer, vc(id="urn:uuid:1")))
    for state in ("PH", "VN"):
        for other in ("PH", "SG", "TH", "VN"):
            if state != other and data.draw(st.booleans()):
                record = recognition(state, other, [PERSON], environment=data.draw(st.sampled_from(environments)))
                world.lists[state]["recognitions"].append(record)
    if data.draw(st.booleans()):
        del world.lists["VN"]
    after = world.verify(vc_jwt(signer, vc(id="urn:uuid:1")))
    assert (before.decision, before.recognitions) == (after.decision, after.recognitions)


class TestVectors:
    """A minimum on single axes, besides the level: by statement, by arrangement, and by direction."""

    def judged(self, level: str = "substantial", **changes: Any) -> Verdict:
        world, signer = corridor(**changes)
        world.sg["assurance"][0]["level"] = level
        rules = Policy.from_document({"id": "x", "for_state": "TH"}).asking(**QUESTION, amount=1)
        return Verifier(world.registry(), rules).verify(vc_jwt(signer), at=NOW, counter=Uses())

    def test_more_than_the_level_is_asked_on_one_axis(self) -> None:
        assert self.judged(min_vector={"P": 2})
        refused = self.judged(min_vector={"P": 3, "G": 2})
        (line,) = (one for one in refused.problems if one.outcome is Outcome.FAILED)
        assert (line.id, line.code) == ("assurance.granted", "LOA_INSUFFICIENT")
        assert line.why == "less than the recognition asks for on P"
        assert line.evidence["minimum_vector"] == "G2 P3"
        assert self.judged("high", min_vector={"P": 3, "G": 2})

    def test_a_direction_has_its_own(self) -> None:
        one = {"by": "TH", "of": "SG", "min_level": "low", "min_vector": {"P": 1}}
        assert self.judged(min_vector={"P": 3}, directions=[one])
        assert not self.judged(min_vector={"P": 3}, directions=[{**one, "by": "SG", "of": "TH"}])
        assert not self.judged(directions=[{**one, "min_vector": {"G": 3}}])

    def test_of_two_statements_the_one_that_is_met_is_relied_on(self) -> None:
        world, signer = World.make()
        more = recognition("TH", "SG", [PERSON], id="TH-1", environment="live", min_vector={"P": 3})
        world.lists["TH"]["recognitions"] = [more, recognition("TH", "SG", [PERSON], id="TH-2")]
        verdict = world.verify(vc_jwt(signer))
        assert verdict
        assert (verdict.recognitions[0] or {})["arrangement"] == "TH-2"
        world.sg["assurance"][0]["level"] = "high"
        assert (world.verify(vc_jwt(signer)).recognitions[0] or {})["arrangement"] == "TH-1"


@pytest.mark.parametrize(
    ("since", "last", "first"),
    [
        ("2026-11-20", "2026-11-19T23:59:59Z", "2026-11-20T00:00:00Z"),
        ("2026-11", "2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z"),
        ("2026", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_an_instrument_dated_by_month_or_year_is_in_force_from_its_end(since: str, last: str, first: str) -> None:
    world, signer = World.make(environment="live")
    world.vocabulary["instruments"] = [{"id": "treaty", "status": "in_force", "dates": {"in_force": since}}]
    world.lists["TH"]["recognitions"] = [
        recognition("TH", "SG", [PERSON], environment="live", instrument="treaty"),
    ]
    told = [[line.code for line in world.verify(vc_jwt(signer), at=times.parse(at)).problems] for at in (last, first)]
    assert told == [["RECOGNITION_INSTRUMENT"], []]
