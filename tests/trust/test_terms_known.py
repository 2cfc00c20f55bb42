"""The knowledge axis of terms: what a service covers and what an arrangement says, described anew any number of times.

The model keeps every publication as it was; what the last one says of an earlier day has to be what the
publication of that day said, to the letter.
"""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id.codec import times
from defa_id.operator import timeline, wordings
from defa_id.trust import recognition
from defa_id.trust.records import Service, known, read_list
from tests.support.world import NOW, Json, World, vc_jwt
from tests.trust.listed import DAYS, PURPOSES, TYPES, corridor, decided, listing, moment, registry, when

days = st.integers(1, DAYS)
some_types = st.lists(st.sampled_from(TYPES), min_size=1, unique=True)
sunsets = st.dictionaries(st.sampled_from(["ES256", "ES384", "EdDSA"]), st.none() | days, min_size=1)
service_terms = st.fixed_dictionaries(
    {},
    optional={
        "interface": st.sampled_from(["offline", "online-issuer", "none"]),
        "formats": st.lists(st.sampled_from(["vc-jwt", "sd-jwt-vc", "mdoc"]), unique=True),
        "credentials": some_types.map(lambda types: [{"type": type} for type in types]),
        "algorithms": sunsets.map(
            lambda ends: [{"alg": alg, **({"not_after": when(end)} if end else {})} for alg, end in ends.items()]
        ),
        "status_lists": st.lists(st.just({"url": "https://status.example/1"}), max_size=1),
        "status_required": st.booleans(),
        "contexts": st.just([{"url": "https://context.example", "sha256": "0" * 64, "target": "AA/schemas/c.json"}]),
        "scope": st.lists(st.sampled_from(["natural", "legal"]), unique=True).map(lambda who: {"subjects": who}),
    },
)
phases = st.lists(
    st.tuples(days, days).map(lambda two: {"phase": "trial", "from": when(min(two)), "until": when(max(two) + 1)}),
    min_size=1,
    max_size=2,
)
arrangement_terms = st.fixed_dictionaries(
    {},
    optional={
        "phases": phases,
        "types": some_types,
        "purposes": st.lists(st.sampled_from(PURPOSES), unique=True),
        "min_level": st.sampled_from(["low", "substantial", "high"]),
        "environment": st.sampled_from(["sandbox", "live"]),
        "conditions": st.lists(st.sampled_from(["reported", "limited"]), unique=True),
        "directions": st.just([{"by": "AA", "of": "BB", "min_level": "high"}]),
        "instrument": st.just("defa"),
    },
)
SERVICE: Json = {
    "service_id": "AA-0001",
    "type": "issuance",
    "interface": "offline",
    "identifiers": [],
    "formats": ["vc-jwt"],
    "credentials": [{"type": "Person"}],
    "algorithms": [{"alg": "ES256"}],
    "assurance": [],
    "scope": {"subjects": ["natural"]},
    "status_events": [],
    "recorded": when(0),
}


def history(first: Json, record: str, terms: list[tuple[int, Json]]) -> list[tuple[int, Json]]:
    """The publications of a list, each with its day: from one to the next the terms of one record are set, and
    those of the time before last are gone."""
    made = [(0, first)]
    for day, changed in sorted(terms, key=lambda one: one[0]):
        after = copy.deepcopy(made[-1][1])
        of = after["arrangements"][0] if record == "arrangement" else after["entities"][0]["services"][0]
        of.update(copy.deepcopy(changed))
        for gone in {"contexts", "status_required", "directions", "instrument"} - changed.keys():
            of.pop(gone, None)
        made.append((day, wordings.kept(made[-1][1], after, moment(day))))
        wordings.require_kept(made[-2][1], made[-1][1])
    return made


def published_by(made: list[tuple[int, Json]], day: int) -> Json:
    return [document for published, document in made if published <= day][-1]


def plain(service: Service) -> Service:
    return service._replace(earlier=())


@settings(max_examples=200)
@given(st.lists(st.tuples(days, service_terms), max_size=5), st.integers(0, DAYS))
def test_what_a_service_covered_is_known_as_it_was_published_then(terms: list[tuple[int, Json]], day: int) -> None:
    entity = {"entity_id": "did:web:aa.example", "names": [{"lang": "en", "value": "A"}], "services": [SERVICE]}
    made = history({**listing("AA"), "entities": [entity]}, "service", terms)
    (now,), (then,) = (read_list(one, "AA").services for one in (made[-1][1], published_by(made, day)))
    assert [plain(one) for one in known([now], moment(day))] == [plain(then)]
    assert known([now], None) == (now,)
    (shown,) = timeline.known(made[-1][1]["entities"][0]["services"], moment(day))
    before = published_by(made, day)["entities"][0]["services"][0]
    assert {n: v for n, v in shown.items() if n != "earlier"} == {n: v for n, v in before.items() if n != "earlier"}


@settings(max_examples=200)
@given(
    st.lists(st.tuples(days, arrangement_terms), max_size=4),
    st.lists(st.integers(0, 3), max_size=4),
    st.integers(0, DAYS),
    days,
    st.sampled_from(TYPES),
)
def test_an_arrangement_holds_by_what_both_parties_had_signed_then(
    terms: list[tuple[int, Json]], lags: list[int], known_at: int, day: int, type: str
) -> None:
    """The second party signs every amendment some days after the first: in between they have not signed the same."""
    first = {state: listing(state, (), [corridor(["AA", "BB"])]) for state in ("AA", "BB")}
    ordered = sorted(terms, key=lambda one: one[0])
    later = [(day + lag, changed) for (day, changed), lag in zip(ordered, (*lags, 0, 0, 0, 0), strict=False)]
    made = {"AA": history(first["AA"], "arrangement", terms), "BB": history(first["BB"], "arrangement", later)}
    then = {state: published_by(one, known_at) for state, one in made.items()}
    now = {state: one[-1][1] for state, one in made.items()}
    asked: Json = {"type": type, "purpose": "banking", "day": day}
    for by, of in (("AA", "BB"), ("BB", "AA")):
        assert decided(now, by, of, known_at=known_at, **asked) == decided(then, by, of, **asked)
        held = recognition.statements(registry(now), by, of, moment(known_at))
        assert held == recognition.statements(registry(then), by, of, None)


# --- one by one -------------------------------------------------------------------------------------


def sunset(world: World, end: str, now: str) -> None:
    """SG's first service lets its algorithms end, and says so `now`."""
    before = copy.deepcopy(world.lists["SG"])
    for entry in world.lists["SG"]["entities"][0]["services"][0]["algorithms"]:
        entry["not_after"] = end
    world.lists["SG"] = wordings.kept(before, world.lists["SG"], times.parse(now))


@pytest.mark.parametrize(
    ("known_at", "expected"), [("2026-10-31", None), ("2026-11-01", "JOSE_ALG_EXPIRED"), (None, "JOSE_ALG_EXPIRED")]
)
def test_a_sunset_that_was_brought_forward(known_at: str | None, expected: str | None) -> None:
    """On 1 November the algorithm's end is recorded, as of October: an audit of the day before knows none."""
    world, signer = World.make()
    sunset(world, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
    moment = times.parse(f"{known_at}T00:00:00Z") if known_at else None
    verdict = world.verify(vc_jwt(signer), known_at=moment)
    (line,) = [check for check in verdict.checks if check.id == "key.algorithm"]
    assert line.code == expected


def test_a_type_added_later_was_not_listed_then() -> None:
    world, signer = World.make()
    before = copy.deepcopy(world.lists["SG"])
    service = before["entities"][0]["services"][0]
    standing, service["credentials"] = service["credentials"], [{"type": "SomethingElse"}]
    world.lists["SG"] = wordings.kept(before, world.lists["SG"], NOW - timedelta(days=1))
    assert standing == world.lists["SG"]["entities"][0]["services"][0]["credentials"]
    credential = vc_jwt(signer)
    assert world.verify(credential)
    verdict = world.verify(credential, known_at=NOW - timedelta(days=2))
    assert ("issuer.scope", "SCOPE_TYPE") in [(line.id, line.code) for line in verdict.problems], verdict.problems
