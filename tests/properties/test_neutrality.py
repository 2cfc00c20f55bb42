"""The same facts in three formats give the same decision, for the same reasons, at the same level."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from defa_id.verdict import Verdict
from tests.properties.facts import FORMATS, Facts, codes, facts, judge
from tests.properties.test_asking_for_more import LEVEL, PURPOSES, policies
from tests.support.world import NOW, Json

# What the formats say differently, and why: the holder's signature is a token of its own kind in each.
SAME = {"KB_SIGNATURE": "JOSE_SIGNATURE"}


def told(verdict: Verdict) -> tuple[Any, ...]:
    """Everything a relying party would act on."""
    return (
        verdict.decision,
        {SAME.get(code or "", code) for code in codes(verdict)},
        [recognition and {**recognition} for recognition in verdict.recognitions],
        dict(verdict.unwrap().claims) if verdict else None,
        [held["issuer"] for held in verdict.credentials],
    )


@given(
    said=facts(),
    policy=policies().filter(lambda policy: "formats" not in policy),
    purpose=PURPOSES,
    level=LEVEL,
    days=st.sampled_from([0, 0, -99, -101, -3, -5, 99, 101, 102, -400]),
    asked=st.booleans(),
)
def test_the_same_facts_give_the_same_answer(
    said: Facts, policy: Json, purpose: str | None, level: str | None, days: int, asked: bool
) -> None:
    # Waiving one of the holder's checks waives what the formats divide differently among them.
    assume(not any(id.startswith("holder.") for id in policy.get("waive", {})))
    answers = [
        told(
            judge(
                said._replace(format=format),
                policy,
                purpose=purpose,
                min_level=level,
                asked=asked,
                at=NOW + timedelta(days=days),
            )
        )
        for format in FORMATS
    ]
    if said.bound or said.presentation is None:
        assert answers[0] == answers[1] == answers[2]
    elif asked:
        # A key binding to no key contradicts its own credential, and nothing more is asked of it; a
        # VP-JWT around the same credential is a bearer's, whose other faults come to light.
        assert all(decision == "rejected" for decision, *_ in answers)


def test_it_compares_acceptances_too() -> None:
    """The best facts are accepted in every format, with the same claims."""
    answers = [told(judge(Facts(format=format, presentation="good"), min_level="high")) for format in FORMATS]
    assert answers[0][0] == "accepted"
    assert answers[0][3] == {"name": "Suharto Demo", "birth_date": "1990-05"}
    assert answers[0] == answers[1] == answers[2]
