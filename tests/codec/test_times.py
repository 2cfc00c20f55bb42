"""times: a moment has a zone and exists, or it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import times
from defa_id.errors import Fault

# Adversarial catalogue C20 and its neighbours.
REFUSED: tuple[tuple[str, object], ...] = (
    ("no zone", "2026-11-01T00:00:00"),
    ("a leap second", "2016-12-31T23:59:60Z"),
    ("second 61", "2016-12-31T23:59:61Z"),
    ("24:00", "2026-11-01T24:00:00Z"),
    ("minute 60", "2026-11-01T00:60:00Z"),
    ("an offset beyond +14:00", "2026-11-01T00:00:00+14:01"),
    ("an offset beyond -14:00", "2026-11-01T00:00:00-14:01"),
    ("an offset of 24 hours", "2026-11-01T00:00:00+24:00"),
    ("an offset of 60 minutes", "2026-11-01T00:00:00+01:60"),
    ("an offset with seconds", "2026-11-01T00:00:00+01:00:30"),
    ("an offset without a colon", "2026-11-01T00:00:00+0700"),
    ("an offset of hours alone", "2026-11-01T00:00:00+07"),
    ("year 10000", "10000-01-01T00:00:00Z"),
    ("year +10000", "+10000-01-01T00:00:00Z"),
    ("year 0", "0000-01-01T00:00:00Z"),
    ("a negative year", "-0001-01-01T00:00:00Z"),
    ("lower-case t", "2026-11-01t00:00:00Z"),
    ("lower-case z", "2026-11-01T00:00:00z"),
    ("a space for the T", "2026-11-01 00:00:00Z"),
    ("30 February", "2026-02-30T00:00:00Z"),
    ("29 February of a common year", "2026-02-29T00:00:00Z"),
    ("29 February 2100", "2100-02-29T00:00:00Z"),
    ("31 November", "2026-11-31T00:00:00Z"),
    ("day 0", "2026-11-00T00:00:00Z"),
    ("day 32", "2026-12-32T00:00:00Z"),
    ("month 0", "2026-00-01T00:00:00Z"),
    ("month 13", "2026-13-01T00:00:00Z"),
    ("a date alone", "2026-11-01"),
    ("no seconds", "2026-11-01T00:00Z"),
    ("the basic form", "20261101T000000Z"),
    ("a week date", "2026-W44-7T00:00:00Z"),
    ("an ordinal date", "2026-305T00:00:00Z"),
    ("a point without digits", "2026-11-01T00:00:00.Z"),
    ("a comma for the point", "2026-11-01T00:00:00,5Z"),
    ("ten digits of fraction", "2026-11-01T00:00:00.0123456789Z"),
    ("a space behind", "2026-11-01T00:00:00Z "),
    ("a line break behind", "2026-11-01T00:00:00Z\n"),
    ("a space before", " 2026-11-01T00:00:00Z"),
    ("two zones", "2026-11-01T00:00:00ZZ"),
    ("Thai digits", "๒๐๒๖-11-01T00:00:00Z"),
    ("full-width digits", "２０２６-11-01T00:00:00Z"),
    ("a minus that is not one", "2026\u201111\u201101T00:00:00Z"),
    ("before the first year in UTC", "0001-01-01T00:00:00+14:00"),
    ("after the last year in UTC", "9999-12-31T23:59:59-01:00"),
    ("nothing", ""),
    ("null", None),
    ("a number", 1793491200),
    ("true", True),
    ("a list", ["2026-11-01T00:00:00Z"]),
    ("bytes", b"2026-11-01T00:00:00Z"),
)


@pytest.mark.parametrize("text", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_c20_is_refused(text: object) -> None:
    with pytest.raises(Fault) as refused:
        times.parse(text, "validFrom")
    assert refused.value.code == "TIME_FORMAT"
    assert refused.value.why.startswith("validFrom ")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T00:00:00Z", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T07:00:00+07:00", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-10-31T18:30:00-05:30", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T14:00:00+14:00", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-10-31T10:00:00-14:00", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T00:00:00+00:00", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T00:00:00-00:00", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T00:00:00.5Z", datetime(2026, 11, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-01T00:00:00.000001Z", datetime(2026, 11, 1, 0, 0, 0, 1, tzinfo=UTC)),
        ("2026-11-01T00:00:00.123456789Z", datetime(2026, 11, 1, 0, 0, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T23:59:59Z", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("2000-02-29T00:00:00Z", datetime(2000, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_what_is_a_moment(text: str, moment: datetime) -> None:
    parsed = times.parse(text)
    assert parsed == moment
    assert parsed.tzinfo is UTC


def test_the_code_is_the_one_asked_for() -> None:
    with pytest.raises(Fault) as refused:
        times.parse("soon", "issued", "REG_FORMAT")
    assert refused.value.code == "REG_FORMAT"


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(MOMENTS)
def test_what_is_shown_is_read_back(moment: datetime) -> None:
    shown = times.show(moment)
    assert shown.endswith("Z")
    assert times.parse(shown) == moment


@given(MOMENTS, ZONES)
def test_every_zone_names_the_same_moment(moment: datetime, zone: timezone) -> None:
    assert times.parse(moment.astimezone(zone).isoformat()) == moment
    assert times.show(moment.astimezone(zone)) == times.show(moment)


@given(st.text(st.sampled_from("0123456789-:+.TZtz "), max_size=30) | st.text(max_size=30))
def test_any_text_is_a_moment_in_utc_or_a_fault(text: str) -> None:
    try:
        moment = times.parse(text)
    except Fault as fault:
        assert fault.code == "TIME_FORMAT"
    else:
        assert moment.utcoffset() == timedelta()


@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32), st.integers(0, 24), st.integers(0, 60))
def test_a_day_is_read_exactly_if_the_calendar_has_it(year: int, month: int, day: int, hour: int, second: int) -> None:
    text = f"{year:04}-{month:02}-{day:02}T{hour:02}:00:{second:02}Z"
    try:
        expected: datetime | None = datetime(year, month, day, hour, 0, second, tzinfo=UTC)
    except ValueError:
        expected = None
    try:
        found: datetime | None = times.parse(text)
    except Fault:
        found = None
    assert found == expected


def test_a_moment_without_a_zone_is_not_shown() -> None:
    with pytest.raises(ValueError, match="zone"):
        times.show(datetime(2026, 11, 1))  # noqa: DTZ001 - the very thing refused


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), "2026-11-01T00:00:00Z"),
        (datetime(2026, 11, 1, 0, 0, 0, 500_000, tzinfo=UTC), "2026-11-01T00:00:00.500000Z"),
        (datetime(2026, 11, 1, 7, tzinfo=timezone(timedelta(hours=7))), "2026-11-01T00:00:00Z"),
    ],
)
def test_how_a_moment_is_shown(moment: datetime, shown: str) -> None:
    assert times.show(moment) == shown


# Adversarial catalogue C05.
@pytest.mark.parametrize(
    "value",
    [
        *("1793491200", "", b"1", True, False, None, [1793491200], {"exp": 1}),
        *(1793491200.5, float("inf"), float("nan"), -1, 253_402_300_800, 2**63, 10**400),
    ],
)
def test_c05_a_numeric_date_is_a_whole_number_of_seconds(value: object) -> None:
    with pytest.raises(Fault) as refused:
        times.from_numeric_date(value, "exp")
    assert refused.value.code == "JWT_CLAIM_TYPE"
    assert refused.value.why.startswith("exp ")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1793491200, datetime(2026, 11, 1, tzinfo=UTC)),
        (2**31, datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)),
        (253_402_300_799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_what_is_a_numeric_date(value: int, moment: datetime) -> None:
    assert times.from_numeric_date(value, "exp") == moment


def test_c05_a_whole_number_may_be_spelled_with_a_point() -> None:
    assert times.from_numeric_date(1793491200.0, "exp") == times.from_numeric_date(1793491200, "exp")
