"""dates: partial dates are compared by what both know, and nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.catalogue import CATALOGUE
from defa_id.errors import Fault, WrongUse
from defa_id.people import dates
from defa_id.people.dates import Agreement, PartialDate

DAYS = st.dates(date(1850, 1, 1), date(2090, 12, 31))
PARTIAL = st.builds(lambda day, known: PartialDate(*(day.year, day.month, day.day)[:known]), DAYS, st.integers(1, 3))


@pytest.mark.parametrize("text", ["1988", "1988-11", "1988-11-30", "2000-02-29", "1800", "2099-12-31"])
def test_what_is_known_comes_back(text: str) -> None:
    assert str(dates.read(text)) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2531", "DATE_BUDDHIST_ERA"),
        ("2531-11-30", "DATE_BUDDHIST_ERA"),
        ("2343", "DATE_BUDDHIST_ERA"),
        ("2642", "DATE_BUDDHIST_ERA"),
        ("2342", "DATE_RANGE"),
        ("2643", "DATE_RANGE"),
        ("2100", "DATE_RANGE"),
        ("1799", "DATE_RANGE"),
        ("1445", "DATE_RANGE"),
        ("0000", "DATE_RANGE"),
        ("1988-13", "DATE_NO_SUCH_DAY"),
        ("1988-00", "DATE_NO_SUCH_DAY"),
        ("1988-11-00", "DATE_NO_SUCH_DAY"),
        ("1988-11-31", "DATE_NO_SUCH_DAY"),
        ("1900-02-29", "DATE_NO_SUCH_DAY"),
        ("19881130", "DATE_FORMAT"),
        ("30/11/1988", "DATE_FORMAT"),
        ("88", "DATE_FORMAT"),
        ("", "DATE_FORMAT"),
        ("1988-11-30\n", "DATE_FORMAT"),
        ("1988-1-3", "DATE_FORMAT"),
        ("๑๙๘๘", "DATE_FORMAT"),
        ("၁၉၈၈-၁၁-၃၀", "DATE_FORMAT"),
        ("１９８８", "DATE_FORMAT"),
        (1988, "DATE_FORMAT"),
        (None, "DATE_FORMAT"),
    ],
)
def test_what_is_no_date_is_refused_and_not_repeated(text: object, code: str) -> None:
    with pytest.raises(Fault) as refused:
        dates.read(text)
    assert (refused.value.code, refused.value.why, refused.value.evidence) == (code, "", {})
    assert code in CATALOGUE.reasons


@pytest.mark.parametrize(
    ("one", "other", "agreement", "reason"),
    [
        ("1988-11-30", "1988-11-30", Agreement.SAME, "DATE_SAME"),
        ("1988", "1988", Agreement.AGREE, "DATE_PARTIAL"),
        ("1988", "1988-11-30", Agreement.AGREE, "DATE_PARTIAL"),
        ("1988-11", "1988-11-30", Agreement.AGREE, "DATE_PARTIAL"),
        ("1988-11", "1988", Agreement.AGREE, "DATE_PARTIAL"),
        ("1988", "1989-11-30", Agreement.DIFFER, "DATE_DIFFERENT"),
        ("1988-10", "1988-11-30", Agreement.DIFFER, "DATE_DIFFERENT"),
        ("1988-11-30", "1988-11-29", Agreement.DIFFER, "DATE_DIFFERENT"),
        ("1988-03-04", "1988-04-03", Agreement.DIFFER, "DATE_DAY_MONTH"),
        ("1988-03-04", "1989-04-03", Agreement.DIFFER, "DATE_DIFFERENT"),
        ("1988-01-01", "1988-11-30", Agreement.DIFFER, "DATE_DEFAULT"),
        ("1988-01-01", "1988", Agreement.AGREE, "DATE_PARTIAL"),
        ("1988-01-01", "1989-11-30", Agreement.DIFFER, "DATE_DIFFERENT"),
    ],
)
def test_how_two_dates_stand_to_each_other(one: str, other: str, agreement: Agreement, reason: str) -> None:
    assert dates.compare(dates.read(one), dates.read(other)) == (agreement, reason)
    assert dates.compare(dates.read(other), dates.read(one)) == (agreement, reason)
    assert reason in CATALOGUE.reasons


@given(PARTIAL, PARTIAL)
def test_comparing_is_symmetric_and_follows_what_is_possible(one: PartialDate, other: PartialDate) -> None:
    match = dates.compare(one, other)
    assert match == dates.compare(other, one)
    overlap = one.earliest <= other.latest and other.earliest <= one.latest
    assert (match.agreement is not Agreement.DIFFER) == overlap
    assert dates.compare(one, one).agreement is (Agreement.SAME if one.complete else Agreement.AGREE)


@given(PARTIAL)
def test_reading_and_writing_are_inverse(day: PartialDate) -> None:
    assert dates.read(str(day)) == day
    assert day.earliest <= day.latest


@pytest.mark.parametrize(
    ("birth", "on", "reached", "reason"),
    [
        ("2008-11-24", "2026-11-24", True, None),
        ("2008-11-25", "2026-11-24", False, None),
        ("2008", "2026-11-24", None, "DATE_PARTIAL"),
        ("2008", "2026-12-31", True, None),
        ("2008", "2025-12-31", False, None),
        ("2008", "2026-01-01", None, "DATE_PARTIAL"),
        ("2007", "2026-11-24", True, None),
        ("2009", "2026-11-24", False, None),
        ("2008-11", "2026-11-24", None, "DATE_PARTIAL"),
        ("2008-11", "2026-11-30", True, None),
        ("2008-12", "2026-11-24", False, None),
        ("2008-02-29", "2026-02-27", False, None),
        ("2008-02-29", "2026-02-28", None, "DATE_LEAP_DAY"),
        ("2008-02-29", "2026-03-01", True, None),
        ("2008-02", "2026-02-28", None, "DATE_PARTIAL"),
        ("2008-02", "2026-03-01", True, None),
    ],
)
def test_over_eighteen(birth: str, on: str, reached: bool | None, reason: str | None) -> None:
    answer = dates.age_over(18, dates.read(birth), date.fromisoformat(on))
    assert (answer.reached, answer.reason) == (reached, reason)
    assert bool(answer) is (reached is True)


def test_a_leap_day_in_a_leap_year_is_a_day_like_any() -> None:
    born = dates.read("2008-02-29")
    assert dates.age_over(16, born, date(2024, 2, 28)) == (False, None)
    assert dates.age_over(16, born, date(2024, 2, 29)) == (True, None)


def test_ages_nobody_reaches() -> None:
    assert dates.age_over(0, dates.read("1988"), date(1987, 12, 31)).reached is False
    assert dates.age_over(10_000, dates.read("1988"), date(2026, 1, 1)).reached is False
    with pytest.raises(WrongUse):
        dates.age_over(-1, dates.read("1988"), date(2026, 1, 1))


@given(PARTIAL, st.integers(0, 120), st.dates(date(1850, 1, 1), date(2200, 12, 31)))
def test_what_is_certain_of_a_partial_date_holds_for_every_day_it_may_be(
    birth: PartialDate, years: int, on: date
) -> None:
    answer = dates.age_over(years, birth, on)
    days = (birth.latest - birth.earliest).days
    each = {
        dates.age_over(years, PartialDate(day.year, day.month, day.day), on).reached
        for offset in range(days + 1)
        for day in (birth.earliest + timedelta(offset),)
    }
    assert answer.reached == (each.pop() if len(each) == 1 else None)
    if answer.reached is True:
        assert dates.age_over(years, birth, on + timedelta(400)).reached is True
