"""Recognition, case by case: statements, events, corridors, and the matrix of who recognises whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from defa_id.policy import ENVIRONMENTS, LEVELS
from defa_id.trust import recognition
from defa_id.trust.recognition import Relied
from tests.support.world import Json
from tests.trust.listed import (
    DAYS,
    corridor,
    decided,
    happened,
    listing,
    moment,
    pair,
    record,
    registry,
    when,
)


def test_a_recognition_is_a_statement_of_one_state_alone() -> None:
    lists = pair(record("BB", conditions=["a", "b"], instrument="treaty"))
    assert decided(lists) == Relied("R-1", "live", "low", ("a", "b"), "treaty")
    assert decided(lists, "BB", "AA") == "RECOGNITION_NONE"


def test_a_state_relies_on_its_own_credentials_anyway() -> None:
    assert decided(pair(), "AA", "AA", environment="pilot") == Relied(None, "pilot", "none", (), None)


@pytest.mark.parametrize(
    ("changes", "question", "code"),
    [
        ({}, {"type": "Company"}, "RECOGNITION_TYPE"),
        ({}, {"type": "person"}, "RECOGNITION_TYPE"),
        ({"purposes": ["banking"]}, {}, "RECOGNITION_PURPOSE"),
        ({"purposes": ["banking"]}, {"purpose": "study"}, "RECOGNITION_PURPOSE"),
        ({"purposes": ["banking"]}, {"purpose": "bank"}, "RECOGNITION_PURPOSE"),
        ({"purposes": ["banking"]}, {"purpose": "banking"}, None),
        ({"purposes": ["study", "banking"]}, {"purpose": "banking"}, None),
        ({}, {"purpose": "study"}, None),
        ({"begins": 6}, {}, "RECOGNITION_NOT_YET"),
        ({"begins": 5}, {}, None),
        ({"ends": 5}, {}, "RECOGNITION_ENDED"),
        ({"ends": 6}, {}, None),
        ({"recorded": when(4)}, {"known_at": 3}, "RECOGNITION_NONE"),
        ({"recorded": when(4)}, {"known_at": 4}, None),
        ({"of": "CC"}, {}, "RECOGNITION_NONE"),
    ],
)
def test_the_nearest_miss_is_named(changes: Json, question: Json, code: str | None) -> None:
    given_record = record(changes.pop("of", "BB"), **changes)
    answer = decided(pair(given_record), **question)
    assert answer == code if code else isinstance(answer, Relied)


@pytest.mark.parametrize(
    ("events", "day", "code"),
    [
        ([("suspended", 4)], 3, None),
        ([("suspended", 4)], 4, "RECOGNITION_SUSPENDED"),
        ([("suspended", 4), ("in_force", 6)], 5, "RECOGNITION_SUSPENDED"),
        ([("suspended", 4), ("in_force", 6)], 6, None),
        ([("in_force", 6), ("suspended", 4)], 6, None),
        ([("ended", 4)], 4, "RECOGNITION_ENDED"),
        ([("withdrawn", 4)], 4, "RECOGNITION_ENDED"),
        ([("whatever", 4)], 4, "RECOGNITION_SUSPENDED"),
        ([("suspended", 4), ("ended", 5)], 6, "RECOGNITION_ENDED"),
        ([("in_force", 4), ("suspended", 4)], 5, "RECOGNITION_SUSPENDED"),
        ([("suspended", 4), ("in_force", 4)], 5, None),
    ],
)
def test_events_change_what_is_in_force(events: list[tuple[str, int]], day: int, code: str | None) -> None:
    answer = decided(pair(record("BB", events=[happened(*one) for one in events])), day=day)
    assert answer == code if code else isinstance(answer, Relied)


def test_a_back_dated_suspension_changes_no_earlier_audit() -> None:
    lists = pair(record("BB", events=[happened("suspended", 3, 9)]))
    assert decided(lists, day=5) == "RECOGNITION_SUSPENDED"
    assert isinstance(decided(lists, day=5, known_at=8), Relied)
    assert decided(lists, day=5, known_at=9) == "RECOGNITION_SUSPENDED"


def test_a_state_without_a_list_recognises_nobody() -> None:
    lists = pair(record("BB"), record("XX", id="R-2"))
    assert decided(lists, "XX", "AA") == "RECOGNITION_NONE"
    assert isinstance(decided(lists, "AA", "XX"), Relied)


def test_of_several_the_one_the_level_meets_then_the_strongest_then_the_lowest_minimum() -> None:
    lists = pair(
        record("BB", id="R-1", min_level="high", environment="live"),
        record("BB", id="R-2", min_level="substantial", environment="pilot"),
        record("BB", id="R-3", min_level="low", environment="sandbox"),
        record("BB", id="R-4", min_level="low", environment="pilot"),
    )
    chosen = {level: decided(lists, level=level) for level in LEVELS}
    assert {level: one.arrangement for level, one in chosen.items() if isinstance(one, Relied)} == {
        "none": "R-1",
        "low": "R-4",
        "substantial": "R-4",
        "high": "R-1",
    }
    # in a demo registry all of these are demo, so that the lowest minimum decides
    demo = decided(lists, level="none", environment="demo")
    assert isinstance(demo, Relied)
    assert (demo.arrangement, demo.environment, demo.min_level) == ("R-3", "demo", "low")


def three(**signed: Json | None) -> dict[str, Json]:
    """Three parties; each has signed the corridor, or what is given for it instead."""
    parties = ("AA", "BB", "CC")
    agreed = corridor(parties)
    return {
        state: listing(state, (), [document] if (document := signed.get(state, agreed)) is not None else [])
        for state in parties
    }


def pairs_that_hold(lists: Mapping[str, Json], **question: Any) -> set[str]:
    return {
        by + of for by in lists for of in lists if by != of and isinstance(decided(lists, by, of, **question), Relied)
    }


ALL_PAIRS = {"AABB", "AACC", "BBAA", "BBCC", "CCAA", "CCBB"}


def test_a_corridor_of_three_holds_both_ways_between_all() -> None:
    assert pairs_that_hold(three()) == ALL_PAIRS
    assert decided(three(), "CC", "AA") == Relied("corridor-1", "sandbox", "substantial", ("monthly report",), None)


@pytest.mark.parametrize(
    "other",
    [
        None,
        corridor(["AA", "BB", "CC"], min_level="low"),
        corridor(["AA", "BB", "CC"], title="another trial"),
        corridor(["AA", "CC", "BB"]),
        corridor(["AA", "BB", "CC"], phases=[{"phase": "trial", "from": when(2), "until": when(9)}]),
        corridor(["AA", "BB", "CC"], id="corridor-2"),
        corridor(["AA", "BB", "CC"], conditions=[]),
    ],
    ids=["unsigned", "level", "title", "parties-order", "phases", "id", "conditions"],
)
def test_a_corridor_of_three_minus_one_signature_holds_between_the_two(other: Json | None) -> None:
    lists = three(CC=other)
    assert pairs_that_hold(lists) == {"AABB", "BBAA"}
    for by, of in (("AA", "CC"), ("CC", "AA"), ("BB", "CC"), ("CC", "BB")):
        assert decided(lists, by, of) == "RECOGNITION_NOT_SIGNED"


def test_when_each_party_put_it_on_record_is_no_part_of_what_they_agree() -> None:
    lists = three(CC=corridor(["AA", "BB", "CC"], recorded=when(4)))
    assert pairs_that_hold(lists) == ALL_PAIRS
    assert pairs_that_hold(lists, known_at=3) == {"AABB", "BBAA"}
    assert pairs_that_hold(lists, known_at=4) == ALL_PAIRS


def test_a_signature_of_somebody_who_is_no_party_is_nothing() -> None:
    agreed = corridor(["AA", "BB"])
    lists = {state: listing(state, (), [agreed]) for state in ("AA", "BB", "CC")}
    assert pairs_that_hold(lists) == {"AABB", "BBAA"}
    assert decided(lists, "CC", "AA") == "RECOGNITION_NONE"


@pytest.mark.parametrize(
    ("day", "code"),
    [(1, "RECOGNITION_NOT_YET"), (2, None), (7, None), (8, "RECOGNITION_ENDED"), (11, "RECOGNITION_ENDED")],
)
def test_a_corridor_holds_within_its_phases(day: int, code: str | None) -> None:
    answer = decided(three(), day=day)
    assert answer == code if code else isinstance(answer, Relied)


def test_a_corridor_of_two_phases_holds_in_each_and_not_between() -> None:
    phases = [{"phase": "one", "from": when(1), "until": when(3)}, {"phase": "two", "from": when(6)}]
    agreed = corridor(["AA", "BB"], phases=phases)
    lists = pair(arrangements=[agreed])
    held = [day for day in range(DAYS) if isinstance(decided(lists, day=day), Relied)]
    assert held == [1, 2, *range(6, DAYS)]


def test_a_corridor_limited_to_a_purpose() -> None:
    lists = pair(arrangements=[corridor(["AA", "BB"], purposes=["banking"])])
    assert decided(lists) == decided(lists, purpose="study") == "RECOGNITION_PURPOSE"
    assert isinstance(decided(lists, purpose="banking"), Relied)


def test_eleven_states_and_one_type_are_a_hundred_and_ten_rows_in_order() -> None:
    states = ["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]
    lists = {state: listing(state) for state in states}
    lists["TH"]["recognitions"] = [record("SG", id="TH-1", min_level="substantial", environment="sandbox")]
    lists["SG"]["recognitions"] = [record("TH", id="SG-1", begins=9)]
    lists["VN"]["recognitions"] = [record("SG", id="VN-1", ends=3), record("TH", id="VN-2", types=["Company"])]
    rows = recognition.matrix(registry(lists), at=moment(5), type="Person")
    assert [(row["by"], row["of"]) for row in rows] == [(by, of) for by in states for of in states if by != of]
    assert len(rows) == 110
    told = {(row["by"], row["of"]): row for row in rows if row["arrangement"] is not None}
    assert {key: row["decision"] for key, row in told.items()} == {
        ("TH", "SG"): "recognised",
        ("SG", "TH"): "not_yet",
        ("VN", "SG"): "not_recognised",
    }
    assert told["TH", "SG"] == {
        "by": "TH",
        "of": "SG",
        "type": "Person",
        "purpose": None,
        "level": "substantial",
        "environment": "sandbox",
        "arrangement": "TH-1",
        "decision": "recognised",
    }
    nothing = next(row for row in rows if (row["by"], row["of"]) == ("VN", "TH"))
    assert set(nothing) == set(told["TH", "SG"])
    assert (nothing["type"], nothing["level"], nothing["decision"]) == ("Person", None, "not_recognised")


def test_a_row_for_every_purpose_limit_and_without_a_type_for_every_type() -> None:
    lists = pair(
        record("BB", id="R-1", purposes=["study", "banking"]),
        record("BB", id="R-2", types=["Company", "Person"], min_level="high"),
    )
    rows = recognition.matrix(registry(lists), at=moment(5))
    told = [(row["by"], row["of"], row["type"], row["purpose"], row["arrangement"]) for row in rows]
    assert told == [
        ("AA", "BB", "Company", None, "R-2"),
        ("AA", "BB", "Person", None, "R-2"),
        ("AA", "BB", "Person", "banking", "R-1"),
        ("AA", "BB", "Person", "study", "R-1"),
        ("BB", "AA", None, None, None),
    ]


def test_the_matrix_as_known_earlier_knows_no_later_suspension() -> None:
    lists = pair(record("BB", events=[happened("suspended", 3, 9)]))

    def first(known_at: int | None) -> str:
        known = None if known_at is None else moment(known_at)
        return str(recognition.matrix(registry(lists), at=moment(5), known_at=known, type="Person")[0]["decision"])

    assert (first(8), first(9), first(None)) == ("recognised", "not_recognised", "not_recognised")


def test_the_weakest_environment() -> None:
    for one in ENVIRONMENTS:
        for other in ENVIRONMENTS:
            assert recognition.weakest(one, other) == min(one, other, key=ENVIRONMENTS.index)
