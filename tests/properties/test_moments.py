"""Moving the moment alone changes an answer only where a date says so."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from defa_id.codec import limits
from defa_id.policy import Expected, Policy
from defa_id.verifier import Verifier
from tests.support.world import (
    GRANT,
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
)

LEEWAY = timedelta(seconds=limits.LEEWAY_SECONDS)
AGE = timedelta(seconds=limits.KEY_BINDING_SECONDS)
SECOND = timedelta(seconds=1)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Every date in the registry and in the credentials below. Nothing else may move an answer.
ISSUED, BEGINS, ENDS = day("2026-06-01"), day("2026-06-11"), day("2027-06-01")
SUSPENDED, REINSTATED, CEASED = day("2026-08-01T07:00:00"), day("2026-09-01T08:15:00"), day("2027-03-01")
LOWERED, ALGORITHM_ENDS = day("2026-12-01T18:45:30"), day("2027-05-01")
RECOGNISED, PAUSED = day("2026-03-01T01:00:00"), day("2026-10-01T13:59:59")
RESUMED, UNRECOGNISED = day("2026-10-15T23:30:00"), day("2027-04-01")
STRUCK = day("2027-04-20T15:00:00")
GRANTED, FIRST, LAST = day(GRANT[:10]), day("2025-12-01"), day("2027-08-01")
KEPT = [
    GRANTED,
    SUSPENDED,
    REINSTATED,
    CEASED,
    LOWERED,
    ALGORITHM_ENDS,
    RECOGNISED,
    PAUSED,
    RESUMED,
    UNRECOGNISED,
    STRUCK,
]
OWN = [ISSUED - LEEWAY, BEGINS - LEEWAY, ENDS + LEEWAY + SECOND]
MADE = [NOW - AGE, NOW + AGE + SECOND]
DATES = sorted([*KEPT, *OWN, *MADE])
KINDS = ("dated", "undated", "presented")
MOMENTS = st.integers(0, int((LAST - FIRST) / SECOND) - 1).map(lambda seconds: FIRST + seconds * SECOND)


def show(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def event(status: str, at: datetime, **more: str) -> Json:
    return {"status": status, "effective": show(at), "recorded": show(at), **more}


@cache
def dated() -> tuple[World, Signer]:
    """A registry with a date of every kind, and the key of its issuer."""
    world, signer = World.make()
    level = world.sg["assurance"][0]
    world.sg["assurance"].append({**level, "level": "low", "effective": show(LOWERED), "recorded": show(LOWERED)})
    world.sg["algorithms"] = [{"alg": "ES256", "not_after": show(ALGORITHM_ENDS)}]
    world.sg["status_events"] += [
        event("suspended", SUSPENDED, reason="supervision"),
        event("granted", REINSTATED),
        event("ceased", CEASED, reason="ceased"),
    ]
    world.lists["TH"]["recognitions"] = [
        recognition(
            "TH",
            "SG",
            [PERSON, PERSON_VCT],
            min_level="substantial",
            **{"from": show(RECOGNISED), "until": show(UNRECOGNISED)},
            events=[event("suspended", PAUSED, reason="investigation"), event("in_force", RESUMED)],
        )
    ]
    world.denied["SG"] = [
        {"id": signer.thumbprint, "effective": show(STRUCK), "recorded": show(STRUCK), "reason": "compromise"}
    ]
    return world, signer


@cache
def setting() -> tuple[Verifier, dict[str, str]]:
    """That registry, and a credential of each kind that has its own dates."""
    world, signer = dated()
    holder = Signer.make()
    window: Json = {"iat": int(ISSUED.timestamp()), "nbf": int(BEGINS.timestamp()), "exp": int(ENDS.timestamp())}
    bound: Json = {"cnf": {"jwk": dict(holder.public.jwk)}}
    made = {
        "dated": vc_jwt(signer, vc(validFrom=show(BEGINS), **window)),
        "undated": vc_jwt(signer, vc(validFrom=None, iat=None, exp=None)),
        "presented": key_binding(holder, sd_jwt(signer, claims(**window, **bound))),
    }
    policy = Policy.from_document({"id": "test", "min_level": "low", "waive": {"assurance.achieved": "Bearers count."}})
    return Verifier(world.registry(), policy.asking(for_state="TH")), made


def answer(kind: str, moment: datetime) -> list[tuple[object, ...]]:
    verifier, made = setting()
    expected = PRESENTED if kind == "presented" else Expected()
    verdict = verifier.verify(made[kind], at=moment, expected=expected)
    return [(line.id, line.item, line.outcome, line.code) for line in verdict.checks]


@given(st.sampled_from(KINDS), MOMENTS, MOMENTS)
@example("dated", GRANTED, GRANTED - SECOND)
def test_between_two_dates_nothing_changes(kind: str, one: datetime, other: datetime) -> None:
    """Both moments moved into the same stretch: from the last date before the one to the next after it."""
    begins = max((date for date in DATES if date <= one), default=FIRST)
    ends = min((date for date in DATES if date > one), default=LAST)
    moved = begins + (other - FIRST) % (ends - begins)
    assert answer(kind, one) == answer(kind, moved)


@pytest.mark.parametrize("date", DATES, ids=show)
def test_a_date_changes_an_answer_at_its_very_second(date: datetime) -> None:
    """Some line of some credential tells the second before from the date itself: no date is idle."""
    assert [answer(kind, date - SECOND) for kind in KINDS] != [answer(kind, date) for kind in KINDS]


def test_the_dates_are_those_of_the_registry() -> None:
    """So that a date added to the setting has to be added above."""
    verifier, _ = setting()
    for state in ("SG", "TH"):
        document = verifier.registry.state_list(state).document
        published = {document["issued"], document["next_update"]}
        said = set(re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", json.dumps(document))) - published
        assert said <= {show(date) for date in KEPT}
