"""The same facts in every format give one decision, one level, the same claims and reasons, but for a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from defa_id.verdict import Verdict
from tests.properties import neutral
from tests.properties.facts import BANKING, EVERY, WORSENING, Facts, facts, judge
from tests.properties.minting import BIRTH_DATE, DOCUMENT_NUMBER
from tests.properties.neutral import Asked
from tests.properties.test_asking_for_more import LEVEL, PURPOSES, policies
from tests.support.world import NOW

DAYS = (0, 0, -99, -101, -3, -5, 99, 101, 102, -400)
RELYING = ("TH", "TH", "TH", "VN")
FORMATLESS = policies().filter(lambda policy: "formats" not in policy)


def told(verdict: Verdict, *, session: bool) -> Mapping[str, Any]:
    """Everything a relying party would act on. A subject's own identifier is how a holder is bound, and no claim;
    an issuer's stands in the registry where the credential names none."""
    subject = dict(verdict.unwrap().claims) if verdict else {}
    stand_in_the_way = {(line.id, line.code or "") for line in verdict.problems if line.outcome != "skipped"}
    return {
        "decision": verdict.decision,
        "reasons": neutral.compared(stand_in_the_way, session=session),
        "recognitions": [recognition and {**recognition} for recognition in verdict.recognitions],
        "claims": {name: value for name, value in subject.items() if name != "id"},
        "issuers": [{**held["issuer"], "id": None} for held in verdict.credentials],
    }


def compare(asked: Asked, *, purpose: str | None = None, level: str | None = None, by: str = "TH") -> set[str]:
    """Judge the case in every format that has words for it, and hold all verdicts against the first one's."""
    able = [format for format in EVERY if neutral.says(format, asked)]
    verdicts = {
        format: judge(
            asked.said._replace(format=format),
            asked.policy,
            purpose=purpose,
            min_level=level,
            asked=asked.presented,
            at=NOW + timedelta(days=asked.days),
            by=by,
        )
        for format in able
    }
    for format in able[1:]:
        first, other = (told(verdicts[one], session=format == "mdoc") for one in (able[0], format))
        assert other == first, (able[0], format)
    return {*able} if verdicts else set()


@given(
    said=facts(),
    policy=FORMATLESS,
    purpose=PURPOSES,
    level=LEVEL,
    days=st.sampled_from(DAYS),
    presented=st.booleans(),
    by=st.sampled_from(RELYING),
)
def test_the_same_facts_give_the_same_answer(
    said: Facts, policy: Any, purpose: str | None, level: str | None, days: int, presented: bool, by: str
) -> None:
    able = compare(Asked(said, policy, days, presented), purpose=purpose, level=level, by=by)
    event(f"formats compared: {len(able)}")


@pytest.mark.parametrize("by", ["TH", "VN"])
@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in WORSENING.items() for value in values], ids=str
)
def test_every_fault_alone(field: str, value: Any, by: str) -> None:
    """With a presentation and without, on four days, for a purpose and for none: at least six formats compared."""
    for presentation in (None, "good"):
        said = Facts(presentation=presentation)._replace(**{field: value})
        for days in (0, -5, 99, 101):
            asked = Asked(said, {}, days, said.presentation is not None)
            for purpose in (None, BANKING):
                assert len(compare(asked, purpose=purpose, by=by)) >= 6


def test_all_formats_are_compared_where_all_have_words() -> None:
    assert compare(Asked(Facts(), {})) == set(EVERY)
    assert compare(Asked(Facts(presentation="good"), {}, presented=True)) == set(EVERY) - {"cwt"}


@pytest.mark.parametrize("format", EVERY)
def test_it_compares_acceptances_too(format: str) -> None:
    said = Facts(format=format, presentation=None if format == "cwt" else "good")
    verdict = judge(said, min_level=None if format == "cwt" else "high")
    assert verdict, verdict.to_json(1)
    claims = {name: value for name, value in verdict.unwrap().claims.items() if name != "id"}
    assert claims == {"document_number": DOCUMENT_NUMBER, "birth_date": BIRTH_DATE}


@pytest.mark.parametrize("format", EVERY)
def test_a_bearer_is_told_in_every_format(format: str) -> None:
    verdict = judge(Facts(format=format))
    assert verdict, verdict.to_json(1)
    (recognition,) = verdict.recognitions
    assert recognition is not None
    assert recognition["level"]["label"] == "none"
    assert [cap for cap in recognition["level"]["capped_by"] if "bearer" in str(cap)]


@pytest.mark.parametrize("row", [row for row in neutral.UNSAID if row.when is not None], ids=lambda row: row.what)
def test_each_row_is_needed(row: neutral.Unsaid) -> None:
    """Without it some case would differ; a row nobody needs says something untrue of its format."""
    assert any(row.when is not None and row.when(asked) and differs(asked, row) for asked in CASES), (
        "no case differs: the format has words for it"
    )


ODD = (
    Facts(),
    Facts(ends=None),
    Facts(begins=1, ends=-1),
    Facts(issued=2),
    Facts(issued=-1000),
    Facts(status=True),
    Facts(bound=False),
)
CASES = tuple(
    Asked(said._replace(presentation=presentation), policy, presented=presented)
    for said in ODD
    for presentation in (None, *WORSENING["presentation"])
    for policy in ({}, {"status": "always"}, {"waive": {"holder.nonce": "Waived for the sake of this test."}})
    for presented in (True, False)
)


def differs(asked: Asked, row: neutral.Unsaid) -> bool:
    """Whether a format of the row answers otherwise than the first that is not of it, or cannot be minted so."""
    others = [format for format in EVERY if format not in row.formats] or list(EVERY)
    verdicts = [
        judge(asked.said._replace(format=format), asked.policy, asked=asked.presented, at=NOW + timedelta(asked.days))
        for format in (others[0], *row.formats)
    ]
    first, *rest = (told(verdict, session=True) for verdict in verdicts)
    return any(other != first for other in rest)


def test_the_page_is_the_table(project: Path) -> None:
    assert (project / "docs" / "neutrality.md").read_text(encoding="utf-8") == neutral.page()


def test_no_reason_has_two_names_on_one_line() -> None:
    listed = [(row.whose, code) for row in (*neutral.OTHERWISE, neutral.OF_A_SESSION) for code in row.codes]
    assert len(listed) == len(set(listed))
