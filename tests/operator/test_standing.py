"""Suspending, withdrawing, reinstating: events only, and a withdrawal is final whatever comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.errors import ChangeRefused, DefaIdError
from defa_id.operator import changes, standing, timeline
from defa_id.operator.changes import Change
from defa_id.operator.rules import Spot, services
from defa_id.operator.tree import Tree
from defa_id.trust import history, records
from tests.operator.made import ISSUER, VCT, application, days, in_environment

Object = dict[str, Any]


@pytest.fixture(scope="module")
def listed(tree: Tree, now: datetime) -> Tree:
    """The sandbox with one more issuer, granted for a year by now."""
    change = changes.add_issuer(tree, application(begins=now - days(365)), now - days(300))
    return tree.with_state("SG", change.after)


def events(change: Change) -> list[Object]:
    found: list[Object] = change.after.listing["entities"][-1]["services"][0]["status_events"]
    return found


def apply(tree: Tree, change: Change) -> Tree:
    return tree.with_state(change.state, change.after)


def test_a_suspension_is_added(listed: Tree, now: datetime) -> None:
    change = standing.suspend(listed, "SG", ISSUER, now - days(30), "investigation", now)
    assert len(events(change)) == 2
    assert events(change)[-1] == {
        "status": "suspended",
        "effective": "2026-10-25T13:00:00Z",
        "recorded": "2026-11-24T13:00:00Z",
        "reason": "investigation",
    }
    assert len(listed.states["SG"].listing["entities"][-1]["services"][0]["status_events"]) == 1


def test_what_takes_effect_later(listed: Tree, now: datetime) -> None:
    change = standing.withdraw(listed, "SG", ISSUER, now + days(30), "administrative", now)
    assert timeline.status_at(events(change), now) == "granted"
    assert timeline.status_at(events(change), now + days(30)) == "withdrawn"


def test_a_compromise_says_since_when(listed: Tree, now: datetime) -> None:
    since = now - days(40)
    told = standing.withdraw(listed, "SG", ISSUER, now - days(30), "compromise", now, compromised_since=since)
    assert events(told)[-1]["compromised_since"] == "2026-10-15T13:00:00Z"
    untold = standing.withdraw(listed, "SG", ISSUER, now - days(30), "compromise", now)
    assert events(untold)[-1]["compromised_since"] == "2026-10-25T13:00:00Z"
    with pytest.raises(ChangeRefused, match="does not go with reason fraud"):
        standing.withdraw(listed, "SG", ISSUER, now, "fraud", now, compromised_since=since)
    with pytest.raises(ChangeRefused, match="only after this takes effect"):
        standing.withdraw(listed, "SG", ISSUER, now, "compromise", now, compromised_since=now + days(1))


def test_what_is_not_there(listed: Tree, now: datetime) -> None:
    with pytest.raises(ChangeRefused, match="no state 'XX'"):
        standing.suspend(listed, "XX", ISSUER, now, "fraud", now)
    with pytest.raises(ChangeRefused, match=r"SG lists no issuer did:web:stranger\.example"):
        standing.suspend(listed, "SG", "did:web:stranger.example", now, "fraud", now)
    with pytest.raises(ChangeRefused, match="TH lists no issuer"):
        standing.suspend(listed, "TH", ISSUER, now, "fraud", now)
    with pytest.raises(ChangeRefused, match="unknown reason 'mood'"):
        standing.suspend(listed, "SG", ISSUER, now, "mood", now)
    with pytest.raises(ChangeRefused, match="is no service of"):
        standing.suspend(listed, "SG", ISSUER, now, "fraud", now, service="SG-0001")


def test_before_the_grant_there_is_nothing_to_end(listed: Tree, now: datetime) -> None:
    for change in (standing.suspend, standing.withdraw):
        with pytest.raises(ChangeRefused, match="not granted at"):
            change(listed, "SG", ISSUER, now - days(400), "fraud", now)


def test_a_suspension_ends(listed: Tree, now: datetime) -> None:
    suspended = apply(listed, standing.suspend(listed, "SG", ISSUER, now - days(30), "supervision", now))
    change = standing.reinstate(suspended, "SG", ISSUER, now - days(10), now)
    assert events(change)[-1] == {
        "status": "granted",
        "effective": "2026-11-14T13:00:00Z",
        "recorded": "2026-11-24T13:00:00Z",
    }
    with pytest.raises(ChangeRefused, match="is not suspended at"):
        standing.reinstate(listed, "SG", ISSUER, now, now)
    with pytest.raises(ChangeRefused, match="is not suspended at"):
        standing.reinstate(suspended, "SG", ISSUER, now - days(31), now)
    with pytest.raises(ChangeRefused, match="back into the past"):
        standing.reinstate(in_environment(suspended, "live"), "SG", ISSUER, now - days(1), now)


@pytest.mark.parametrize("reason", ["fraud", "compromise"])
def test_no_reinstatement_undoes_fraud_or_compromise(listed: Tree, now: datetime, reason: str) -> None:
    suspended = apply(listed, standing.suspend(listed, "SG", ISSUER, now - days(30), reason, now))
    with pytest.raises(ChangeRefused, match="no reinstatement undoes"):
        standing.reinstate(suspended, "SG", ISSUER, now, now)


def test_a_suspension_for_another_reason_is_added_and_for_the_same_refused(listed: Tree, now: datetime) -> None:
    suspended = apply(listed, standing.suspend(listed, "SG", ISSUER, now - days(30), "supervision", now))
    assert len(events(standing.suspend(suspended, "SG", ISSUER, now, "fraud", now))) == 3
    with pytest.raises(ChangeRefused, match="for this reason already"):
        standing.suspend(suspended, "SG", ISSUER, now, "supervision", now)


def test_a_suspension_before_a_reinstatement_would_end_there(listed: Tree, now: datetime) -> None:
    tree = apply(listed, standing.suspend(listed, "SG", ISSUER, now - days(30), "supervision", now))
    tree = apply(tree, standing.reinstate(tree, "SG", ISSUER, now - days(10), now))
    with pytest.raises(ChangeRefused, match="stands again from 2026-11-14T13:00:00Z"):
        standing.suspend(tree, "SG", ISSUER, now - days(40), "investigation", now)


def test_a_withdrawal_is_final(listed: Tree, now: datetime) -> None:
    gone = apply(listed, standing.withdraw(listed, "SG", ISSUER, now - days(5), "administrative", now))
    with pytest.raises(ChangeRefused, match="that is final"):
        standing.reinstate(gone, "SG", ISSUER, now, now)
    with pytest.raises(ChangeRefused, match="that is final"):
        standing.suspend(gone, "SG", ISSUER, now, "investigation", now)
    with pytest.raises(ChangeRefused, match="that is final"):
        standing.withdraw(gone, "SG", ISSUER, now, "ceased", now)
    assert standing.withdraw(gone, "SG", ISSUER, now, "fraud", now)


def test_a_back_dated_withdrawal_is_not_undone_by_what_took_effect_later(listed: Tree, now: datetime) -> None:
    tree = apply(listed, standing.suspend(listed, "SG", ISSUER, now - days(30), "supervision", now))
    tree = apply(tree, standing.reinstate(tree, "SG", ISSUER, now - days(10), now))
    change = standing.withdraw(tree, "SG", ISSUER, now - days(40), "administrative", now + timedelta(seconds=1))
    for moment in (now - days(40), now - days(30), now - days(20), now - days(10), now):
        assert timeline.status_at(events(change), moment) == "withdrawn"
        assert history.at(_read(events(change)), moment).status == "withdrawn"  # type: ignore[union-attr]
    assert timeline.since(events(change), now) == "2026-10-15T13:00:00Z"


def test_the_whole_issuer_or_one_service_of_it(listed: Tree, now: datetime) -> None:
    more = changes.add_issuer(listed, application(type=VCT, format="sd-jwt-vc", begins=now - days(9)), now)
    tree = apply(listed, more)
    whole = standing.suspend(tree, "SG", ISSUER, now, "supervision", now)
    assert whole.summary.startswith("SG-0010, SG-0011: ")
    part = standing.suspend(tree, "SG", ISSUER, now, "supervision", now, service="SG-0011")
    assert part.summary.startswith("SG-0011: ")
    early = standing.suspend(tree, "SG", ISSUER, now - days(20), "supervision", now)
    assert early.summary.startswith("SG-0010: ")
    assert len(early.warnings) == 1


def _read(found: list[Object]) -> tuple[records.Event, ...]:
    service = {
        "service_id": "SG-1",
        "interface": "offline",
        "identifiers": [],
        "formats": [],
        "credentials": [],
        "algorithms": [],
        "assurance": [],
        "scope": {"subjects": []},
        "status_events": found,
        "recorded": "2026-01-01T00:00:00Z",
    }
    entity = {"entity_id": "x", "names": [{"lang": "en", "value": "x"}], "services": [{**service, "type": "issuance"}]}
    document = {
        "defa_id": "state-list/1",
        "territory": "SG",
        "environment": "demo",
        "issued": "2026-01-01T00:00:00Z",
        "entities": [entity],
        "recognitions": [],
    }
    return records.read_list(document, "SG").services[0].events


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["suspend", "withdraw", "reinstate"]),
        st.integers(-40, 40),
        st.sampled_from(["administrative", "supervision", "fraud"]),
    ),
    max_size=8,
)


@given(STEPS)
def test_whatever_an_operator_does_the_record_stays_sound(
    tree: Tree, now: datetime, steps: list[tuple[str, int, str]]
) -> None:
    """Events are only added, lint finds no error, a withdrawal never ends, and the verifier reads it the same way."""
    current = apply(tree, changes.add_issuer(tree, application(begins=now - days(30)), now - days(30)))
    for number, (what, day, reason) in enumerate(steps):
        moment, clock = now + days(day), now + timedelta(seconds=number)
        before = current.states["SG"].listing["entities"][-1]["services"][0]["status_events"]
        try:
            if what == "reinstate":
                change = standing.reinstate(current, "SG", ISSUER, moment, clock)
            else:
                end = standing.suspend if what == "suspend" else standing.withdraw
                change = end(current, "SG", ISSUER, moment, reason, clock)
        except DefaIdError:
            continue
        current = apply(current, change)
        assert events(change)[: len(before)] == before
        expected = {"suspend": "suspended", "withdraw": "withdrawn", "reinstate": "granted"}[what]
        assert timeline.status_at(events(change), moment) == expected
    found = current.states["SG"].listing["entities"][-1]["services"][0]["status_events"]
    assert not list(services.events(Spot("list.json", found), found))
    withdrawn = [event["effective"] for event in found if event["status"] == "withdrawn"]
    for day in range(-41, 42):
        moment = now + days(day)
        own, read = timeline.status_at(found, moment), history.at(_read(found), moment)
        assert own == (read.status if read else None)
        if withdrawn and moment >= min(datetime.fromisoformat(one) for one in withdrawn):
            assert own == "withdrawn"
