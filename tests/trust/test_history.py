"""What became of an authorisation: the evaluator against a timeline written out day by day.

The model below is written from the registry design alone and shares nothing with the evaluator: it
paints one status on each day of a short calendar and then reads off what the rules say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defa_id.errors import Fault
from defa_id.trust import history
from defa_id.trust.records import Event, covers, known

DAYS = 24
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ACCEPTED, NOTED, INDETERMINATE, REJECTED = "accepted", "accepted, noted", "indeterminate", "rejected"


class Entry(NamedTuple):
    """One event, in days of the calendar."""

    status: str
    effective: int
    recorded: int
    reason: str | None = None
    compromised_since: int | None = None


def day(number: int) -> datetime:
    return START + number * DAY


def events_of(entries: Sequence[Entry]) -> tuple[Event, ...]:
    return tuple(
        Event(
            entry.status,
            day(entry.effective),
            day(entry.recorded),
            entry.reason,
            None if entry.compromised_since is None else day(entry.compromised_since),
        )
        for entry in entries
    )


def modelled(
    entries: Sequence[Entry], issued: int | None, moment: int, known_at: int | None = None, high: bool = False
) -> str:
    """The answer of the prose. `entries` stand in the order in which they were put on record."""
    on_record = [entry for entry in entries if known_at is None or entry.recorded <= known_at]
    if issued is None:
        so_far = [entry for entry in on_record if entry.effective <= moment]
        if not so_far:
            return REJECTED
        return ACCEPTED if all(entry.status == "granted" for entry in so_far) else INDETERMINATE
    calendar: list[Entry | None] = []
    standing: Entry | None = None
    for today in range(DAYS):
        # of those that begin to hold today, the one recorded last is the one that stays
        for recorded in range(DAYS):
            for entry in on_record:
                if entry.effective == today and entry.recorded == recorded:
                    standing = entry
        calendar.append(standing)
    then, now = calendar[issued], calendar[moment]
    if then is None or then.status != "granted":
        return REJECTED
    assert now is not None
    noted = False
    for entry in on_record:
        if entry.effective > moment:
            continue
        if entry.reason == "fraud":
            return REJECTED
        if entry.reason == "compromise":
            since = entry.effective if entry.compromised_since is None else entry.compromised_since
            if issued >= since:
                return REJECTED
            noted = True
    if noted and high:
        return INDETERMINATE
    if now.status == "suspended":
        return INDETERMINATE
    if now.status in ("withdrawn", "ceased", "superseded"):
        left_good = now.reason in ("administrative", "ceased", "superseded", "compromise")
        return NOTED if left_good else INDETERMINATE  # a reason nobody knows leaves them open
    return NOTED if noted else ACCEPTED


def answered(
    entries: Sequence[Entry], issued: int | None, moment: int, known_at: int | None = None, high: bool = False
) -> str:
    """The answer of the evaluator, in the same words."""
    try:
        standing = history.judge(
            events_of(entries),
            issued=None if issued is None else day(issued),
            moment=day(moment),
            known_at=None if known_at is None else day(known_at),
            high=high,
        )
    except Fault as fault:
        return INDETERMINATE if fault.unknown else REJECTED
    return NOTED if standing.code else ACCEPTED


days = st.integers(0, DAYS - 1)
REASONS = sorted(history.REASONS)


@st.composite
def entry(draw: st.DrawFn) -> Entry:
    status = draw(st.sampled_from(["granted", "granted", "suspended", "withdrawn", "ceased", "superseded", "proposed"]))
    effective = draw(days)
    recorded = draw(days)  # before, at or after it takes effect
    if status in ("granted", "proposed"):
        return Entry(status, effective, recorded)
    reason = draw(st.sampled_from([*REASONS, "bankruptcy", None]))
    since = draw(st.none() | days) if reason == "compromise" else None  # also of a time still ahead
    return Entry(status, effective, recorded, reason, since)


histories = st.lists(entry(), max_size=6).map(lambda entries: sorted(entries, key=lambda one: one.recorded))


@settings(max_examples=400)
@given(histories, st.none() | days, days, st.none() | days, st.booleans())
def test_the_evaluator_says_what_the_model_says(
    entries: list[Entry], issued: int | None, moment: int, known_at: int | None, high: bool
) -> None:
    assume(issued is None or issued <= moment)
    expected = modelled(entries, issued, moment, known_at, high)
    if any(one.status == "proposed" for one in entries) and expected in (ACCEPTED, NOTED):
        # a status after the grant that the design gives no meaning to: nothing may rest on it
        last = [one for one in entries if one.effective <= moment and (known_at is None or one.recorded <= known_at)]
        standing = max(last, key=lambda one: (one.effective, one.recorded, entries.index(one)))
        if standing.status == "proposed" and issued is not None:
            expected = INDETERMINATE
    assert answered(entries, issued, moment, known_at, high) == expected


@settings(max_examples=150)
@given(histories, histories, st.none() | days, days, days, st.booleans())
def test_an_audit_as_known_then_reproduces_the_answer_given_then(
    first: list[Entry], later: list[Entry], issued: int | None, moment: int, known_at: int, high: bool
) -> None:
    """Whatever is put on record afterwards, back-dated or not."""
    before = [one for one in first if one.recorded <= known_at]
    after = [one for one in later if one.recorded > known_at]
    given_then = answered(before, issued, moment, None, high)
    assert answered([*before, *after], issued, moment, known_at, high) == given_then
    assert answered([*after, *before], issued, moment, known_at, high) == given_then


@settings(max_examples=150)
@given(histories, st.randoms(), st.none() | days, days, st.booleans())
def test_the_order_on_paper_matters_only_within_one_moment(
    entries: list[Entry], shuffler: object, issued: int | None, moment: int, high: bool
) -> None:
    by_moment = {(one.effective, one.recorded): one for one in entries}
    distinct = list(by_moment.values())
    shuffled = list(distinct)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert answered(shuffled, issued, moment, None, high) == answered(distinct, issued, moment, None, high)


@given(histories, days, days)
def test_asking_for_a_high_level_never_helps(entries: list[Entry], issued: int, moment: int) -> None:
    order = [REJECTED, INDETERMINATE, NOTED, ACCEPTED]
    low, high = (answered(entries, issued, moment, None, level) for level in (False, True))
    assert order.index(high) <= order.index(low)


@given(histories, days, days, days)
def test_an_event_ahead_changes_nothing_today(entries: list[Entry], issued: int, moment: int, ahead: int) -> None:
    assume(issued <= moment)
    future = Entry("withdrawn", min(moment + 1 + ahead, 10**3), 0, "fraud")
    assert answered([*entries, future], issued, moment) == answered(entries, issued, moment)


@settings(max_examples=100)
@given(histories, days, days, st.sampled_from(REASONS))
def test_a_suspension_in_force_leaves_nothing_better_than_open(
    entries: list[Entry], issued: int, moment: int, reason: str
) -> None:
    suspended = Entry("suspended", moment, DAYS - 1, reason)
    assert answered([*entries, suspended], issued, moment) in (INDETERMINATE, REJECTED)


# --- the rules one by one ----------------------------------------------------------------------------

GRANT = Entry("granted", 2, 2)


@pytest.mark.parametrize(
    ("reason", "before", "since"),
    [
        ("administrative", NOTED, None),
        ("ceased", NOTED, None),
        ("superseded", NOTED, None),
        ("investigation", INDETERMINATE, None),
        ("supervision", INDETERMINATE, None),
        ("fraud", REJECTED, None),
        ("compromise", NOTED, None),
        ("compromise", REJECTED, 4),
        ("compromise", NOTED, 6),
        ("bankruptcy", INDETERMINATE, None),
        (None, INDETERMINATE, None),
    ],
)
@pytest.mark.parametrize("status", ["withdrawn", "ceased", "superseded"])
def test_the_reason_decides_what_becomes_of_earlier_ones(
    status: str, reason: str | None, before: str, since: int | None
) -> None:
    entries = [GRANT, Entry(status, 10, 10, reason, since)]
    assert answered(entries, 5, 9) == ACCEPTED
    assert answered(entries, 5, 10) == before
    assert answered(entries, 10, 12) == REJECTED
    assert answered(entries, 11, 12) == REJECTED
    assert answered(entries, 1, 12) == REJECTED
    assert answered(entries, 2, 9) == ACCEPTED


@pytest.mark.parametrize("reason", REASONS)
def test_a_suspension_of_any_reason_leaves_earlier_ones_open_at_best(reason: str) -> None:
    entries = [GRANT, Entry("suspended", 10, 10, reason)]
    expected = REJECTED if reason == "fraud" else INDETERMINATE
    assert answered(entries, 5, 9) == ACCEPTED
    assert answered(entries, 5, 10) == expected
    assert answered(entries, 11, 12) == REJECTED


@pytest.mark.parametrize("reason", sorted(history.REASONS - {"fraud", "compromise"}))
def test_after_a_reinstatement_what_was_issued_meanwhile_stays_rejected(reason: str) -> None:
    entries = [GRANT, Entry("suspended", 10, 10, reason), Entry("granted", 15, 15)]
    assert answered(entries, 5, 12) == INDETERMINATE
    assert answered(entries, 5, 15) == ACCEPTED
    assert answered(entries, 12, 20) == REJECTED
    assert answered(entries, 14, 20) == REJECTED
    assert answered(entries, 15, 20) == ACCEPTED


def test_fraud_is_undone_by_no_reinstatement() -> None:
    entries = [GRANT, Entry("suspended", 10, 10, "fraud"), Entry("granted", 15, 15)]
    assert [answered(entries, issued, 20) for issued in (5, 12, 16)] == [REJECTED] * 3


def test_a_compromise_counts_from_when_it_happened_and_is_undone_by_nothing() -> None:
    entries = [GRANT, Entry("suspended", 10, 10, "compromise", 6), Entry("granted", 15, 15)]
    assert [answered(entries, issued, 20) for issued in (5, 6, 9, 16)] == [NOTED, REJECTED, REJECTED, REJECTED]
    assert answered(entries, 5, 20, high=True) == INDETERMINATE
    assert answered(entries, 5, 9) == answered(entries, 7, 9) == ACCEPTED


def test_a_back_dated_compromise_flips_later_checks_and_no_earlier_audit() -> None:
    entries = [GRANT, Entry("withdrawn", 8, 14, "compromise", 4)]
    assert answered(entries, 5, 7) == ACCEPTED
    assert answered(entries, 5, 13, known_at=13) == ACCEPTED
    assert answered(entries, 5, 13, known_at=14) == REJECTED
    assert answered(entries, 5, 13) == REJECTED
    assert answered(entries, 9, 13, known_at=13) == ACCEPTED
    assert answered(entries, 3, 13) == NOTED


def test_the_gravest_of_several_reasons_stands_whatever_their_order() -> None:
    one = Entry("suspended", 10, 10, "compromise", 8)
    two = Entry("withdrawn", 12, 12, "fraud")
    three = Entry("withdrawn", 12, 13, "compromise", 4)
    for entries in ([GRANT, one, two], [two, one, GRANT]):
        assert answered(entries, 5, 15, high=True) == REJECTED
    for entries in ([GRANT, one, three], [three, one, GRANT]):
        assert answered(entries, 5, 15, high=True) == REJECTED


def test_of_events_of_one_second_the_last_on_record_stands() -> None:
    suspended, again = Entry("suspended", 5, 5, "administrative"), Entry("granted", 5, 5)
    assert answered([GRANT, again, suspended], 5, 6) == REJECTED
    assert answered([GRANT, suspended, again], 5, 6) == ACCEPTED
    assert answered([GRANT, Entry("granted", 5, 6), suspended], 5, 7) == ACCEPTED


def test_a_status_nobody_knows_authorises_nothing() -> None:
    for status in ("proposed", "reinstated", "revoked", "Granted", ""):
        assert answered([Entry(status, 2, 2)], 5, 6) == REJECTED
        assert answered([GRANT, Entry(status, 10, 10)], 5, 11) == INDETERMINATE
        assert answered([GRANT, Entry(status, 10, 10)], 10, 11) == REJECTED


def test_a_credential_without_a_date_stands_only_on_an_unbroken_authorisation() -> None:
    assert answered([], None, 5) == REJECTED
    assert answered([GRANT], None, 1) == REJECTED
    assert answered([GRANT], None, 2) == ACCEPTED
    broken = [GRANT, Entry("suspended", 8, 8, "administrative"), Entry("granted", 9, 9)]
    assert [answered(broken, None, moment) for moment in (7, 8, 12)] == [ACCEPTED, INDETERMINATE, INDETERMINATE]
    assert answered(broken, None, 12, known_at=7) == ACCEPTED


def test_nothing_on_record_authorises_nobody() -> None:
    assert answered([], 5, 6) == REJECTED
    assert answered([GRANT], 5, 6, known_at=1) == REJECTED
    assert answered([GRANT], 1, 6) == REJECTED


CODES = [
    ([GRANT], 1, "SCOPE_TIME"),
    ([Entry("proposed", 2, 2)], 5, "SCOPE_TIME"),
    ([GRANT, Entry("suspended", 4, 4, "administrative")], 5, "SCOPE_ISSUER_SUSPENDED"),
    ([GRANT, Entry("suspended", 8, 8, "administrative")], 5, "SCOPE_ISSUER_SUSPENDED"),
    ([GRANT, Entry("withdrawn", 4, 4, "administrative")], 5, "SCOPE_ISSUER_ENDED"),
    ([GRANT, Entry("withdrawn", 8, 8, "supervision")], 5, "SCOPE_ISSUER_ENDED"),
    ([GRANT, Entry("withdrawn", 8, 8, "fraud")], 5, "SCOPE_ISSUER_ENDED"),
    ([GRANT, Entry("withdrawn", 8, 8, "compromise", 5)], 5, "KEY_COMPROMISED"),
    ([GRANT, Entry("withdrawn", 8, 8, "compromise")], 5, "KEY_COMPROMISED_LATER"),
    ([GRANT, Entry("suspended", 8, 8, "administrative")], None, "TIME_ISSUED_UNKNOWN"),
    ([], None, "SCOPE_TIME"),
]


@pytest.mark.parametrize(("entries", "issued", "code"), CODES)
def test_every_refusal_says_why(entries: list[Entry], issued: int | None, code: str) -> None:
    with pytest.raises(Fault) as caught:
        history.judge(
            events_of(entries), issued=None if issued is None else day(issued), moment=day(9), known_at=None, high=True
        )
    assert caught.value.code == code


def test_an_authorisation_that_ended_well_is_noted() -> None:
    standing = history.judge(
        events_of([GRANT, Entry("ceased", 8, 8, "ceased")]), issued=day(5), moment=day(9), known_at=None
    )
    assert standing.code == "SCOPE_ISSUER_ENDED_NOTED"
    assert history.judge(events_of([GRANT]), issued=day(5), moment=day(9)).code is None


# --- windows and knowledge ---------------------------------------------------------------------------


@given(days, st.none() | days, days)
def test_a_window_holds_its_first_day_and_not_its_last(begins: int, ends: int | None, moment: int) -> None:
    inside = moment in range(begins, DAYS if ends is None else ends)
    assert covers(day(begins), None if ends is None else day(ends), day(moment)) is inside


@given(histories, st.none() | days)
def test_what_was_known_are_the_records_up_to_then(entries: list[Entry], known_at: int | None) -> None:
    expected = [one for one in entries if known_at is None or one.recorded <= known_at]
    assert known(events_of(entries), None if known_at is None else day(known_at)) == events_of(expected)
