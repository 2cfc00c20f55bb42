"""The same facts as a VC-JWT, with Data Integrity proofs and as a CWT: one answer, but for the published table."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from defa_id.verdict import Verdict
from tests.properties import neutral, test_mdoc_neutrality, test_neutrality
from tests.properties.facts import INTEGRITY, Facts, codes, facts, judge
from tests.properties.test_asking_for_more import LEVEL, PURPOSES, policies
from tests.support.world import NOW, Json

DAYS = [0, 0, -99, -101, -3, -5, 99, 101, 102, -400]
RELYING = st.sampled_from(["TH", "TH", "TH", "VN"])
FORMATLESS = policies().filter(lambda policy: "formats" not in policy)


def told(verdict: Verdict, *, holder: bool = False, claims: bool = True) -> tuple[Any, ...]:
    """Everything a relying party would act on; a subject's own identifier is how a holder is bound, and no claim."""
    subject = dict(verdict.unwrap().claims) if verdict and claims else {}
    return (
        verdict.decision,
        neutral.compared(codes(verdict), holder=holder),
        [recognition and {**recognition} for recognition in verdict.recognitions],
        {name: value for name, value in subject.items() if name != "id"},
        [held["issuer"] for held in verdict.credentials],
    )


def settled(said: Facts, policy: Json) -> None:
    """Leave out what the table says is divided differently among formats."""
    assume(not any(id.startswith("holder.") for id in policy.get("waive", {})))
    assume(said.ends is None or said.begins < said.ends)  # another's window is refused where it is first read


@given(
    said=facts(bound=True),
    policy=FORMATLESS,
    purpose=PURPOSES,
    level=LEVEL,
    days=st.sampled_from(DAYS),
    asked=st.booleans(),
    by=RELYING,
)
def test_data_integrity(
    said: Facts, policy: Json, purpose: str | None, level: str | None, days: int, asked: bool, by: str
) -> None:
    settled(said, policy)
    first, *others = (
        told(
            judge(
                said._replace(format=format),
                policy,
                purpose=purpose,
                min_level=level,
                asked=asked,
                at=NOW + timedelta(days=days),
                by=by,
            ),
            holder=True,
        )
        for format in ("vc-jwt", *INTEGRITY)
    )
    for other in others:
        assert other == first


@given(
    said=facts(bound=False, presentation=None, status=False),
    policy=FORMATLESS,
    purpose=PURPOSES,
    level=LEVEL,
    days=st.sampled_from(DAYS),
    by=RELYING,
)
def test_cwt(said: Facts, policy: Json, purpose: str | None, level: str | None, days: int, by: str) -> None:
    settled(said, policy)
    assume("always" not in (policy.get("holder_binding"), policy.get("status")))
    assume(not any("holder_binding" in rule for rule in policy.get("purposes", {}).values()))
    answers = [
        told(
            judge(
                said._replace(format=format),
                policy,
                purpose=purpose,
                min_level=level,
                at=NOW + timedelta(days=days),
                by=by,
            ),
            claims=False,
        )
        for format in ("vc-jwt", "cwt")
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("format", INTEGRITY)
def test_it_compares_acceptances_too(format: str) -> None:
    answers = [told(judge(Facts(format=one, presentation="good"), min_level="high")) for one in ("vc-jwt", format)]
    assert answers[0][0] == "accepted"
    assert answers[0][3] == {"name": "Suharto Demo", "birth_date": "1990-05"}
    assert answers[0] == answers[1]


def test_a_bearer_is_told_in_every_format() -> None:
    for format in ("vc-jwt", "sd-jwt-vc", "vc-sd-jwt", "cwt", *INTEGRITY):
        verdict = judge(Facts(format=format))
        assert verdict, (format, verdict.to_json(1))
        (recognition,) = verdict.recognitions
        assert recognition is not None
        assert recognition["level"]["label"] == "none"
        assert [cap for cap in recognition["level"]["capped_by"] if "bearer" in str(cap)], format
        assert verdict.unwrap().claims["birth_date"] == "1990-05"


def test_the_page_is_the_table(project: Path) -> None:
    assert (project / "docs" / "neutrality.md").read_text(encoding="utf-8") == neutral.page()


def test_what_the_other_tests_allow_for_stands_in_the_table() -> None:
    listed = {code for line in neutral.OTHERWISE for code in line.codes}
    assert listed >= test_neutrality.SAME.keys() | set(test_neutrality.SAME.values())
    assert listed >= test_mdoc_neutrality.SAME.keys()


def test_no_reason_stands_in_two_lines() -> None:
    listed = [code for line in neutral.OTHERWISE for code in line.codes]
    assert len(listed) == len(set(listed))
