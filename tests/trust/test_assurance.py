"""Assurance: vectors, their labels, what is granted over time, and what a presentation caps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.policy import LEVELS
from defa_id.trust import assurance
from defa_id.trust.assurance import LADDER, Shown, Vector
from defa_id.trust.records import Assurance

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
VECTORS = [Vector(*axes) for axes in product(range(4), repeat=4)]
SHOWN = [Shown(bound, fresh) for bound, fresh in product((True, False), repeat=2)]
vectors = st.sampled_from(VECTORS)


def at_least(one: Vector, other: Vector) -> bool:
    return all(a >= b for a, b in zip(one, other, strict=True))


def record(level: str, effective: int, until: int | None = None, recorded: int | None = None) -> Assurance:
    return Assurance(
        level,
        START + effective * DAY,
        None if until is None else START + until * DAY,
        START + (effective if recorded is None else recorded) * DAY,
        "self-declared",
        "proposed",
    )


def granted(records: list[Assurance], issued: int, moment: int, known_at: int | None = None) -> str:
    known = None if known_at is None else START + known_at * DAY
    return assurance.granted(tuple(records), START + issued * DAY, START + moment * DAY, known).vector.label()


def test_the_ladder_is_the_one_written_down() -> None:
    assert {name: tuple(vector) for name, vector in LADDER.items()} == {
        "none": (0, 0, 0, 0),
        "low": (1, 1, 1, 1),
        "substantial": (2, 2, 2, 2),
        "high": (3, 3, 2, 3),
    }
    assert tuple(LADDER) == LEVELS
    for name, vector in LADDER.items():
        assert vector.label() == name


def test_a_label_is_the_highest_row_met_on_every_axis() -> None:
    for vector in VECTORS:
        met = [name for name in LEVELS if at_least(vector, LADDER[name])]
        assert vector.label() == met[-1]
    assert Vector(3, 3, 1, 3).label() == "low"
    assert Vector(3, 0, 3, 3).label() == "none"
    assert Vector(3, 3, 3, 2).label() == "substantial"


@given(vectors, vectors)
def test_labels_rise_with_the_vector(one: Vector, other: Vector) -> None:
    higher = Vector(*(max(pair) for pair in zip(one, other, strict=True)))
    assert assurance.meets(higher.label(), one.label())
    assert assurance.meets(higher.label(), other.label())


def test_meeting_a_level_is_an_order() -> None:
    for number, label in enumerate(LEVELS):
        assert [assurance.meets(label, minimum) for minimum in LEVELS] == [True] * (number + 1) + [False] * (
            len(LEVELS) - number - 1
        )


@pytest.mark.parametrize("shown", SHOWN)
def test_capping_never_raises_an_axis_and_says_what_it_did(shown: Shown) -> None:
    for vector in VECTORS:
        reached, capped_by = assurance.achieved(vector, shown)
        assert at_least(vector, reached)
        assert capped_by == tuple(
            name for name, good in (("bearer", shown.holder_bound), ("status", shown.status_fresh)) if not good
        )
        assert (reached.P, reached.G) == (vector.P, vector.G)
        assert assurance.achieved(reached, shown)[0] == reached


@given(vectors, vectors, st.sampled_from(SHOWN))
def test_a_higher_grant_never_reaches_less(one: Vector, other: Vector, shown: Shown) -> None:
    higher = Vector(*(max(pair) for pair in zip(one, other, strict=True)))
    assert at_least(assurance.achieved(higher, shown)[0], assurance.achieved(one, shown)[0])


@given(vectors, st.booleans(), st.booleans())
def test_showing_more_never_reaches_less(vector: Vector, bound: bool, fresh: bool) -> None:
    reached = assurance.achieved(vector, Shown(bound, fresh))[0]
    assert at_least(assurance.achieved(vector, Shown(True, fresh))[0], reached)
    assert at_least(assurance.achieved(vector, Shown(bound, True))[0], reached)


@pytest.mark.parametrize(
    ("level", "shown", "label"),
    [
        ("high", Shown(True, True), "high"),
        ("high", Shown(False, True), "none"),
        ("high", Shown(True, False), "low"),
        ("substantial", Shown(True, True), "substantial"),
        ("substantial", Shown(False, True), "none"),
        ("substantial", Shown(True, False), "low"),
        ("low", Shown(True, False), "low"),
        ("low", Shown(False, False), "none"),
        ("none", Shown(True, True), "none"),
    ],
)
def test_what_a_presentation_makes_of_a_level(level: str, shown: Shown, label: str) -> None:
    assert assurance.achieved(LADDER[level], shown)[0].label() == label


def test_no_record_grants_nothing() -> None:
    assert granted([], 5, 6) == "none"
    assert granted([record("high", 7)], 5, 6) == "none"
    assert granted([record("high", 1, until=5)], 5, 6) == "none"
    assert granted([record("high", 1, recorded=8)], 5, 6, known_at=7) == "none"


def test_the_lower_of_then_and_now_is_granted() -> None:
    raised = [record("low", 1), record("high", 10)]
    assert [granted(raised, issued, 12) for issued in (5, 10)] == ["low", "high"]
    lowered = [record("high", 1), record("low", 10)]
    assert [granted(lowered, issued, moment) for issued, moment in ((5, 9), (5, 10), (10, 12))] == [
        "high",
        "low",
        "low",
    ]
    assert granted([record("high", 1, until=10)], 5, 10) == "none"
    assert granted([record("high", 1, until=10)], 5, 9) == "high"


def test_a_later_record_stands_in_place_of_an_earlier_one() -> None:
    assert granted([record("high", 1), record("low", 1, recorded=4)], 5, 6) == "low"
    assert granted([record("low", 1, recorded=4), record("high", 1)], 5, 6) == "low"
    assert granted([record("high", 1), record("low", 1)], 5, 6) == "low", "of one moment the last on paper"
    assert granted([record("low", 1), record("high", 1)], 5, 6) == "high"
    assert granted([record("high", 1), record("low", 1, recorded=4)], 5, 6, known_at=3) == "high"


@pytest.mark.parametrize("label", ["HIGH", "High", "IAL3", "2", "", "very high"])
def test_k16_a_level_nobody_knows_is_none(label: str) -> None:
    assert granted([record(label, 1)], 5, 6) == "none"
    assert granted([record("high", 1), record(label, 3)], 5, 6) == "none", "nor does an earlier one revive"


levels = st.sampled_from([*LEVELS, "unknown"])
records = st.lists(
    st.builds(record, levels, st.integers(0, 12), st.none() | st.integers(6, 14), st.integers(0, 12)), max_size=5
)


@given(records, st.integers(0, 14), st.integers(0, 14))
def test_granted_is_never_more_than_the_level_of_either_moment(
    given_records: list[Assurance], issued: int, moment: int
) -> None:
    label = granted(given_records, issued, moment)
    assert assurance.meets(granted(given_records, issued, issued), label)
    assert assurance.meets(granted(given_records, moment, moment), label)
    assert label == granted(given_records, moment, issued)
    assert label == "none" or any(one.level == label for one in given_records)


@given(records, records, st.integers(0, 14), st.integers(0, 14), st.integers(0, 12))
def test_an_audit_as_known_then_is_not_changed_by_later_records(
    first: list[Assurance], later: list[Assurance], issued: int, moment: int, known_at: int
) -> None:
    before = [one for one in first if one.recorded <= START + known_at * DAY]
    after = [one for one in later if one.recorded > START + known_at * DAY]
    assert granted([*before, *after], issued, moment, known_at) == granted(before, issued, moment)
