"""Recognition over generated registries: a model written from the prose, and metamorphoses."""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defa_id.policy import ENVIRONMENTS, LEVELS
from defa_id.trust import recognition
from defa_id.trust.recognition import RIPE_FOR, Relied
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
nothing: list[str] = []
subsets = st.just(nothing) | st.lists(st.sampled_from(PURPOSES), unique=True, max_size=2)
environments = st.sampled_from(ENVIRONMENTS)
levels = st.sampled_from(LEVELS[1:])
types = st.lists(st.sampled_from(TYPES), min_size=1, unique=True)
INSTRUMENTS = (None, "treaty", "protocol")
MATURITIES = (None, None, None, "experimental", "developing", "established")
MISSES = ("NONE", "TYPE", "PURPOSE", "ENDED", "NOT_YET", "SUSPENDED", "NOT_SIGNED")
CODES = tuple(f"RECOGNITION_{miss}" for miss in MISSES)


@st.composite
def happenings(draw: st.DrawFn) -> list[Json]:
    """Suspensions, resumptions and ends; no two at one moment, because which came last would not be told."""
    made = [
        happened(draw(st.sampled_from(["suspended", "in_force", "ended"])), draw(days), draw(days))
        for _ in range(draw(st.integers(0, 2)))
    ]
    return list({(one["effective"], one["recorded"]): one for one in made}.values())


@st.composite
def recognitions(draw: st.DrawFn, by: str, number: int) -> Json:
    return record(
        draw(st.sampled_from([state for state in STATES if state != by])),
        id=f"{by}-{number}",
        begins=draw(days),
        ends=draw(st.none() | days),
        types=draw(types),
        purposes=draw(subsets),
        min_level=draw(levels),
        environment=draw(environments),
        recorded=when(draw(days)),
        events=draw(happenings()),
        **_instrument(draw),
    )


def _instrument(draw: st.DrawFn) -> Json:
    cited = draw(st.sampled_from(INSTRUMENTS))
    return {"instrument": cited} if cited else {}


@st.composite
def phases(draw: st.DrawFn) -> list[Json]:
    """One phase or two that follow each other, each with a cap or without one."""
    ends = sorted(draw(st.lists(days, min_size=2, max_size=3, unique=True)))
    made: list[Json] = []
    for begins, until in itertools.pairwise(ends):
        cap = draw(st.none() | st.fixed_dictionaries({"count": st.integers(1, 3)}, optional={"value": st.just(500)}))
        phase = {"phase": f"phase-{len(made)}", "from": when(begins), "until": when(until)}
        made.append({**phase, **({"caps": cap} if cap else {})})
    return made


@st.composite
def directions(draw: st.DrawFn, parties: list[str]) -> Json:
    """A minimum of its own for some directions."""
    pairs = draw(st.lists(st.sampled_from(list(itertools.permutations(parties, 2))), unique=True))
    return {"directions": [{"by": by, "of": of, "min_level": draw(levels)} for by, of in pairs]}


@st.composite
def registries(draw: st.DrawFn) -> dict[str, Json]:
    """Four states with recognitions of every kind, and corridors that some parties put on record and some alter."""
    lists = {
        state: listing(state, [draw(recognitions(state, number)) for number in range(draw(st.integers(0, 3)))])
        for state in STATES
    }
    for number in range(draw(st.integers(0, 2))):
        parties = draw(st.lists(st.sampled_from(STATES), min_size=2, unique=True))
        agreed = corridor(
            parties,
            id=f"corridor-{number}",
            environment=draw(environments),
            min_level=draw(levels),
            purposes=draw(subsets),
            types=draw(types),
            phases=draw(phases()),
            **draw(directions(parties)),
            **_instrument(draw),
        )
        for state in parties if draw(st.booleans()) else draw(st.lists(st.sampled_from(STATES), unique=True)):
            altered = draw(st.sampled_from([False, False, False, True]))
            held = {**agreed, "recorded": when(draw(days)), "events": draw(happenings())}
            lists[state]["arrangements"].append({**held, **({"title": f"as {state} has it"} if altered else {})})
    return lists


questions = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES),
        "purpose": st.none() | st.sampled_from(PURPOSES),
        "day": days,
        "known_at": st.none() | days,
        "level": st.sampled_from(LEVELS),
        "environment": st.just("live") | environments,
        "maturity": st.sampled_from(MATURITIES),
    }
)
Held = tuple[str, str, str, Any]  # of a statement: its id, environment and minimum, and the phase that caps it


def modelled(lists: Mapping[str, Json], by: str, of: str, asked: Json) -> tuple[set[Held], str]:
    """Every statement in force, and the nearest miss: the prose, spelled out over documents."""
    day, known_at = when(asked["day"]), None if asked["known_at"] is None else when(asked["known_at"])
    found: set[Held] = set()
    misses = {CODES[0]}

    def is_known(one: Json) -> bool:
        return known_at is None or one["recorded"] <= known_at

    def interrupted(one: Json) -> str | None:
        past = sorted(
            (event["effective"], event["recorded"], event["status"])
            for event in one.get("events", ())
            if event["effective"] <= day and is_known(event)
        )
        return {"suspended": CODES[5], "ended": CODES[3]}.get(past[-1][2]) if past else None

    def judge(one: Json, phase: Json, level: str, both: tuple[Json, Json], signed: bool) -> None:
        if asked["type"] not in one["types"]:
            misses.add(CODES[1])
        elif one["purposes"] and asked["purpose"] not in one["purposes"]:
            misses.add(CODES[2])
        elif day < phase["from"]:
            misses.add(CODES[4])
        elif "until" in phase and day >= phase["until"]:
            misses.add(CODES[3])
        elif stop := next(filter(None, map(interrupted, both)), None):
            misses.add(stop)
        elif not signed:
            misses.add(CODES[6])
        else:
            found.add((one["id"], one["environment"], level, phase["phase"] if "caps" in phase else None))

    for one in lists[by]["recognitions"]:
        if one["of"] == of and is_known(one):
            judge(one, one, one["min_level"], (one, one), True)
    own, theirs = (
        [one for one in lists[state]["arrangements"] if is_known(one) and {by, of} <= set(one["parties"])]
        for state in (by, of)
    )
    for one, others in [(one, theirs) for one in own] + [(one, own) for one in theirs]:
        level = next(
            (own["min_level"] for own in one.get("directions", ()) if (own["by"], own["of"]) == (by, of)),
            one["min_level"],
        )
        same = [other for other in others if _agreed(other) == _agreed(one)]
        for phase in one["phases"]:
            pairs = [(one, other) if others is theirs else (other, one) for other in same]
            for both in pairs or [(one, one)]:
                judge(one, phase, level, both, bool(same))
    return found, max(misses, key=CODES.index)


def _agreed(one: Json) -> Json:
    return {name: value for name, value in one.items() if name not in ("recorded", "events")}


def weaker(one: str, other: str) -> str:
    return min(one, other, key=ENVIRONMENTS.index)


def modelled_answer(lists: Mapping[str, Json], by: str, of: str, asked: Json) -> tuple[set[Held], set[Any]]:
    """What is in force, and what may be answered: the best of it (of several that are alike any), or the nearest
    miss."""
    in_force, miss = modelled(lists, by, of, asked)
    if not in_force:
        return in_force, {miss}
    most = weaker(asked["environment"], RIPE_FOR.get(asked["maturity"] or "established", "live"))

    def rank(one: Held) -> tuple[bool, int, int]:
        meets = LEVELS.index(one[2]) <= LEVELS.index(asked["level"])
        return meets, ENVIRONMENTS.index(weaker(one[1], asked["environment"])), -LEVELS.index(one[2])

    best = max(map(rank, in_force))
    return in_force, {(weaker(one[1], most), one[2]) for one in in_force if rank(one) == best}


@settings(max_examples=80)
@given(registries(), questions)
def test_a_decision_rests_on_a_statement_in_force_or_names_the_nearest_miss(
    lists: dict[str, Json], asked: Json
) -> None:
    for by in STATES:
        for of in STATES:
            if by == of:
                continue
            in_force, may_be = modelled_answer(lists, by, of, asked)
            answer = decided(lists, by, of, **asked)
            if isinstance(answer, str):
                assert {answer} == may_be
                continue
            assert (answer.environment, answer.min_level) in may_be
            capped = answer.cap.phase if answer.cap else None
            assert (answer.arrangement, capped) in {(id, phase) for id, _, _, phase in in_force}


def test_the_generator_reaches_every_answer() -> None:
    """Otherwise the properties here could hold because nothing was tried."""
    seen: Counter[str] = Counter()

    @settings(max_examples=150, derandomize=True, database=None)
    @given(registries(), questions)
    def count(lists: dict[str, Json], asked: Json) -> None:
        everything = {**asked, "known_at": None}
        for by in STATES:
            for of in (state for state in STATES if state != by):
                answer = decided(lists, by, of, **asked)
                if isinstance(answer, str):
                    seen[answer] += 1
                    continue
                own = answer.arrangement in {one["id"] for one in lists[by]["recognitions"]}
                seen["a state's own statement" if own else "an arrangement"] += 1
                seen["with a cap" if answer.cap else "without a cap"] += 1
                seen["with an instrument" if answer.instrument else "without an instrument"] += 1
                seen[f"as {answer.environment}"] += 1
                seen[f"from {answer.min_level}"] += 1
                if not own:
                    (one,) = (one for one in lists[by]["arrangements"] if one["id"] == answer.arrangement)
                    seen["a direction's own minimum"] += answer.min_level != one["min_level"]
                    seen["after an interruption"] += any(event["status"] == "in_force" for event in one["events"])
                if decided(lists, by, of, **everything) != answer:
                    seen["known otherwise then"] += 1

    count()
    expected = {
        *CODES,
        *("a state's own statement", "an arrangement", "with a cap", "without a cap", "with an instrument"),
        *("without an instrument", "a direction's own minimum", "after an interruption", "known otherwise then"),
        *(f"as {environment}" for environment in ENVIRONMENTS),
        *(f"from {level}" for level in LEVELS[1:]),
    }
    assert {name for name in expected if seen[name] < 3} == set(), seen


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
            random.shuffle(one["types"])
        for one in (*document["recognitions"], *document["arrangements"]):
            random.shuffle(one["events"])
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
            stated |= {event["effective"] for event in one["events"]}
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
                one["events"] = [event for event in one["events"] if event["recorded"] <= limit]
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
    made = registry(lists, maturity=asked["maturity"])
    rows = recognition.matrix(made, at=moment(asked["day"]), known_at=known_at, type=asked["type"])
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
