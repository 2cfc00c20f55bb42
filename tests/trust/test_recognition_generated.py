"""Recognition over generated registries: a model written from the prose, and metamorphoses."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defa_id.policy import ENVIRONMENTS, LEVELS
from defa_id.trust import recognition
from defa_id.trust.recognition import Relied
from tests.support.world import Json
from tests.trust.listed import (
    DAYS,
    PURPOSES,
    STATES,
    TYPES,
    corridor,
    decided,
    happened,
    listing,
    moment,
    record,
    registry,
    when,
)

days = st.integers(0, DAYS)
subsets = st.lists(st.sampled_from(PURPOSES), unique=True, max_size=2)
environments = st.sampled_from(ENVIRONMENTS)
levels = st.sampled_from(LEVELS[1:])


@st.composite
def recognitions(draw: st.DrawFn, by: str, number: int) -> Json:
    made = [
        happened(draw(st.sampled_from(["suspended", "in_force", "ended"])), draw(days), draw(days))
        for _ in range(draw(st.integers(0, 2)))
    ]
    keyed = {(one["effective"], one["recorded"]): one for one in made}
    return record(
        draw(st.sampled_from([state for state in STATES if state != by])),
        id=f"{by}-{number}",
        begins=draw(days),
        ends=draw(st.none() | days),
        types=draw(st.lists(st.sampled_from(TYPES), min_size=1, unique=True)),
        purposes=draw(subsets),
        min_level=draw(levels),
        environment=draw(environments),
        recorded=when(draw(days)),
        events=list(keyed.values()),
    )


@st.composite
def registries(draw: st.DrawFn) -> dict[str, Json]:
    lists = {
        state: listing(state, [draw(recognitions(state, number)) for number in range(draw(st.integers(0, 3)))])
        for state in STATES
    }
    for number in range(draw(st.integers(0, 2))):
        parties = draw(st.lists(st.sampled_from(STATES), min_size=2, unique=True))
        begins = draw(days)
        agreed = corridor(
            parties,
            id=f"corridor-{number}",
            environment=draw(environments),
            min_level=draw(levels),
            purposes=draw(subsets),
            types=draw(st.lists(st.sampled_from(TYPES), min_size=1, unique=True)),
            phases=[{"phase": "one", "from": when(begins), "until": when(begins + draw(st.integers(1, 5)))}],
        )
        for state in draw(st.lists(st.sampled_from(STATES), unique=True)):
            altered = draw(st.sampled_from([False, False, True]))
            held = {**agreed, "recorded": when(draw(days)), **({"title": f"as {state} has it"} if altered else {})}
            lists[state]["arrangements"].append(held)
    return lists


questions = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES),
        "purpose": st.none() | st.sampled_from(PURPOSES),
        "day": days,
        "known_at": st.none() | days,
        "level": st.sampled_from(LEVELS),
        "environment": environments,
    }
)


def modelled(lists: Mapping[str, Json], by: str, of: str, asked: Json) -> set[tuple[str, str, str]]:
    """Every statement in force, as (id, environment, minimum): the prose, spelled out over documents."""
    found = set()
    day, known_at = when(asked["day"]), None if asked["known_at"] is None else when(asked["known_at"])

    def is_known(one: Json) -> bool:
        return known_at is None or one["recorded"] <= known_at

    def fits(one: Json) -> bool:
        return asked["type"] in one["types"] and (not one["purposes"] or asked["purpose"] in one["purposes"])

    for one in lists[by]["recognitions"]:
        if one["of"] != of or not is_known(one) or not fits(one):
            continue
        if day < one["from"] or ("until" in one and day >= one["until"]):
            continue
        past = sorted(
            (event["effective"], event["recorded"], event["status"])
            for event in one["events"]
            if event["effective"] <= day and is_known(event)
        )
        if not past or past[-1][2] == "in_force":
            found.add((one["id"], one["environment"], one["min_level"]))
    for one in lists[by]["arrangements"]:
        signed = [
            other
            for other in lists[of]["arrangements"]
            if is_known(other) and {**other, "recorded": ""} == {**one, "recorded": ""}
        ]
        in_phase = any(phase["from"] <= day < phase["until"] for phase in one["phases"])
        if is_known(one) and signed and fits(one) and in_phase and {by, of} <= set(one["parties"]):
            found.add((one["id"], one["environment"], one["min_level"]))
    return found


def weaker(one: str, other: str) -> str:
    return min(one, other, key=ENVIRONMENTS.index)


@settings(max_examples=80)
@given(registries(), questions)
def test_a_decision_rests_on_a_statement_in_force_or_there_is_none(lists: dict[str, Json], asked: Json) -> None:
    for by in STATES:
        for of in STATES:
            if by == of:
                continue
            in_force = modelled(lists, by, of, asked)
            answer = decided(lists, by, of, **asked)
            if not in_force:
                assert isinstance(answer, str)
                assert answer.startswith("RECOGNITION_")
                continue
            assert isinstance(answer, Relied)
            reached = [one for one in in_force if LEVELS.index(one[2]) <= LEVELS.index(asked["level"])] or in_force
            best = max(
                reached,
                key=lambda one: (ENVIRONMENTS.index(weaker(one[1], asked["environment"])), -LEVELS.index(one[2])),
            )
            assert (answer.environment, answer.min_level) == (weaker(best[1], asked["environment"]), best[2])
            assert answer.arrangement in {one[0] for one in in_force}


@settings(max_examples=40)
@given(registries(), registries(), questions, st.sampled_from(STATES))
def test_a_third_state_never_changes_what_holds_between_two(
    lists: dict[str, Json], others: dict[str, Json], asked: Json, third: str
) -> None:
    """Taken away, or saying something else altogether."""
    without = {state: document for state, document in lists.items() if state != third}
    changed = {**lists, third: others[third]}
    for by in without:
        for of in without:
            if by != of:
                before = decided(lists, by, of, **asked)
                assert decided(without, by, of, **asked) == before
                assert decided(changed, by, of, **asked) == before


@settings(max_examples=40)
@given(registries(), questions, st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(lists: dict[str, Json], asked: Json, random: Any) -> None:
    shuffled = copy.deepcopy(lists)
    for document in shuffled.values():
        random.shuffle(document["recognitions"])
        random.shuffle(document["arrangements"])
        for one in document["recognitions"]:
            random.shuffle(one["events"])
            random.shuffle(one["types"])
    states = list(shuffled)
    random.shuffle(states)
    shuffled = {state: shuffled[state] for state in states}
    for by, of in (("AA", "BB"), ("CC", "DD"), ("BB", "AA")):
        assert decided(shuffled, by, of, **asked) == decided(lists, by, of, **asked)
    question = {"at": moment(asked["day"]), "type": asked["type"]}
    assert recognition.matrix(registry(shuffled), **question) == recognition.matrix(registry(lists), **question)


def boundaries(lists: Mapping[str, Json]) -> set[str]:
    stated = set()
    for document in lists.values():
        for one in document["recognitions"]:
            stated |= {one["from"], one.get("until", ""), *(event["effective"] for event in one["events"])}
        for one in document["arrangements"]:
            stated |= {moment for phase in one["phases"] for moment in (phase["from"], phase["until"])}
    return stated


@settings(max_examples=40)
@given(registries(), questions)
def test_a_date_changes_outcomes_only_at_a_stated_boundary(lists: dict[str, Json], asked: Json) -> None:
    stated = boundaries(lists)
    for day in range(1, DAYS):
        if when(day) not in stated:
            yesterday = decided(lists, **{**asked, "day": day - 1})
            assert decided(lists, **{**asked, "day": day}) == yesterday


@settings(max_examples=40)
@given(registries(), questions)
def test_what_is_recorded_later_changes_no_audit(lists: dict[str, Json], asked: Json) -> None:
    assume(asked["known_at"] is not None)
    limit = when(asked["known_at"])
    then = copy.deepcopy(lists)
    for document in then.values():
        for kind in ("recognitions", "arrangements"):
            document[kind] = [one for one in document[kind] if one["recorded"] <= limit]
            for one in document[kind]:
                one["events"] = [event for event in one.get("events", []) if event["recorded"] <= limit]
                if kind == "arrangements":
                    del one["events"]
    everything = {**asked, "known_at": None}
    for by, of in (("AA", "BB"), ("BB", "CC"), ("DD", "AA")):
        assert decided(lists, by, of, **asked) == decided(then, by, of, **everything)


@settings(max_examples=40)
@given(registries(), questions, environments)
def test_nothing_is_reported_stronger_than_the_registry(lists: dict[str, Json], asked: Json, environment: str) -> None:
    allowed = ENVIRONMENTS[: ENVIRONMENTS.index(environment) + 1]
    for by in STATES:
        for of in STATES:
            answer = decided(lists, by, of, **{**asked, "environment": environment})
            assert isinstance(answer, str) or answer.environment in allowed
    rows = recognition.matrix(registry(lists, environment), at=moment(asked["day"]))
    assert {row["environment"] for row in rows} <= {None, *allowed}


@settings(max_examples=40)
@given(registries(), questions)
def test_the_matrix_says_what_decisions_say(lists: dict[str, Json], asked: Json) -> None:
    known_at = None if asked["known_at"] is None else moment(asked["known_at"])
    rows = recognition.matrix(registry(lists), at=moment(asked["day"]), known_at=known_at, type=asked["type"])
    assert {(row["by"], row["of"]) for row in rows} == {(by, of) for by in STATES for of in STATES if by != of}
    assert rows == sorted(rows, key=lambda row: (row["by"], row["of"], row["type"], row["purpose"] or ""))
    unlimited = {**asked, "level": "high", "environment": "live"}
    for by in STATES:
        for of in (state for state in STATES if state != by):
            here = [row for row in rows if (row["by"], row["of"]) == (by, of)]
            for purpose in (None, *PURPOSES):
                covered = [row for row in here if row["purpose"] in (None, purpose) and row["decision"] == "recognised"]
                answer = decided(lists, by, of, **{**unlimited, "purpose": purpose})
                assert bool(covered) is isinstance(answer, Relied)
            for row in here:
                if row["purpose"] is None and row["decision"] == "recognised":
                    answer = decided(
                        lists, by, of, **{**asked, "purpose": None, "level": "high", "environment": "live"}
                    )
                    assert isinstance(answer, Relied)
                    assert (answer.environment, answer.min_level) == (row["environment"], row["level"])


@given(registries(), questions, st.sampled_from(PURPOSES))
def test_the_purpose_filter_leaves_what_that_purpose_may_use(lists: dict[str, Json], asked: Json, purpose: str) -> None:
    question = {"at": moment(asked["day"]), "type": asked["type"]}
    everything = recognition.matrix(registry(lists), **question)
    filtered = recognition.matrix(registry(lists), **question, purpose=purpose)
    assert {row["purpose"] for row in filtered} <= {None, purpose}
    kept = [row for row in everything if row["level"] is not None and row["purpose"] in (None, purpose)]
    assert [row for row in filtered if row["level"] is not None] == kept
