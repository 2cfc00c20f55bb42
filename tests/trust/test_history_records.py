"""The same two axes for what has no status events: ends of keys, names, levels and recognitions, and deny entries.

A record's end may be set anew, always beside how it stood. The model keeps every wording of a record with
the day it was put on record, and reads off the one that was known; a deny entry counts from the day it is
known until the day a later event about it is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defa_id.answers import authority, listing
from defa_id.answers.listing import Signer
from defa_id.codec import times
from defa_id.errors import Fault
from defa_id.operator import timeline
from defa_id.trust import assurance
from defa_id.trust.records import Denial, Service, known, read_list
from defa_id.trust.registry import Registry

DAYS = 20
START = datetime(2026, 1, 1, tzinfo=UTC)
ISSUER, TYPE, KEY = "did:web:issuer.example", "PersonIdentityCredential", "thumbprint-of-the-key"
ACCEPTED, NOTED, INDETERMINATE, REJECTED = "accepted", "accepted, noted", "indeterminate", "rejected"
Json = dict[str, Any]


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def text(number: int) -> str:
    return times.show(day(number))


class Wording(NamedTuple):
    """A record as it was worded from the day `recorded` on, in days of the calendar."""

    recorded: int
    until: int | None = None
    compromised: int | None = None


class Said(NamedTuple):
    """A status event of the authorisation, in days of the calendar."""

    status: str
    effective: int
    recorded: int


days = st.integers(0, DAYS - 1)


@st.composite
def wordings(draw: st.DrawFn, compromise: bool = True) -> list[Wording]:
    """What a record came to say: each time with a nearer end, or an earlier compromise, than before."""
    last = Wording(draw(st.integers(0, 5)), draw(st.none() | days))
    found = [last]
    for recorded in sorted(draw(st.lists(days, max_size=3))):
        until, since = draw(st.none() | days), draw(st.none() | days) if compromise else None
        nearer = Wording(
            max(recorded, last.recorded),
            min((n for n in (until, last.until) if n is not None), default=None),
            min((n for n in (since, last.compromised) if n is not None), default=None),
        )
        if nearer[1:] != last[1:]:
            found.append(nearer)
            last = nearer
    return found


def worded(record: Json, said: list[Wording], end: str = "valid_until") -> Json:
    """The record after all of it was said, as the operator's tool leaves it."""
    first, *later = said
    record = {
        **record,
        "recorded": text(first.recorded),
        **({end: text(first.until)} if first.until is not None else {}),
    }
    for wording in later:
        ends = {end: wording.until, "compromised_since": wording.compromised}
        timeline.set_ends(record, day(wording.recorded), **{name: day(n) for name, n in ends.items() if n is not None})
    return record


def service_of(
    keys: list[Wording],
    name: list[Wording] | None = None,
    level: list[Wording] | None = None,
    events: list[Said] | None = None,
) -> Service:
    """An authorisation, read by the loader from a list that says so."""
    begins = {"valid_from": text(0)}
    named = worded({"kind": "did", "value": ISSUER, **begins}, name or [Wording(0)])
    key = worded({"kind": "jwk", "jwk": {}, "thumbprint": KEY, **begins}, keys)
    framework = {"framework": "defa-id-reference", "framework_version": "1", "basis": "audited", "status": "agreed"}
    graded = worded({"level": "high", **framework, "effective": text(0)}, level or [Wording(0)], "until")
    service = {
        "service_id": "SG-0001",
        "type": "issuance",
        "interface": "offline",
        "identifiers": [named, key],
        "formats": ["vc-jwt"],
        "credentials": [{"type": TYPE}],
        "algorithms": [],
        "assurance": [graded],
        "scope": {"subjects": ["natural"]},
        "status_events": [
            {"status": one.status, "effective": text(one.effective), "recorded": text(one.recorded)}
            for one in (Said("granted", 0, 0), *(events or ()))
        ],
        "recorded": text(0),
    }
    entity = {"entity_id": ISSUER, "names": [{"lang": "en", "value": "Issuer"}], "services": [service]}
    about = {"defa_id": "state-list/1", "territory": "SG", "environment": "demo", "issued": text(0)}
    (read,) = read_list({**about, "entities": [entity], "recognitions": []}, "SG").services
    return read


def credential_of(issued: int | None) -> Any:
    window = SimpleNamespace(issued=None if issued is None else day(issued))
    return SimpleNamespace(window=window, issuer=ISSUER, types=(TYPE,), format="vc-jwt")


def key_answer(service: Service, issued: int | None, at: int, known_at: int | None, high: bool) -> str:
    """What key.current says of a key that this authorisation lists."""
    knowing = None if known_at is None else day(known_at)
    held = known(service.keys, knowing)
    if not held:
        return REJECTED
    signer: Any = Signer(SimpleNamespace(thumbprint=KEY), (service,), held)  # type: ignore[arg-type]
    policy: Any = SimpleNamespace(needed_level="high" if high else "low")
    try:
        found = listing.key_current(credential_of(issued), (signer,), policy, day(at), knowing)
    except Fault as fault:
        return INDETERMINATE if fault.unknown else REJECTED
    return NOTED if found.code else ACCEPTED


def standing(said: list[Wording], known_at: int | None) -> Wording | None:
    """The wording that was known: the last that was on record by then."""
    on_record = [one for one in said if known_at is None or one.recorded <= known_at]
    return on_record[-1] if on_record else None


def modelled_key(
    key: list[Wording], name: list[Wording], issued: int | None, at: int, known_at: int | None, high: bool
) -> str:
    """The answer of the prose, from the wordings alone."""
    asked = at if issued is None else issued
    named, held = standing(name, known_at), standing(key, known_at)
    if held is None:
        return REJECTED
    for wording in (named, held):
        if wording is not None and wording.until is not None and asked >= wording.until:
            return REJECTED
    if held.compromised is None:
        return ACCEPTED
    if asked >= held.compromised or issued is None:
        return REJECTED
    return INDETERMINATE if high else NOTED


@settings(max_examples=300)
@given(wordings(), wordings(compromise=False), st.none() | days, days, st.none() | days, st.booleans())
def test_a_key_is_judged_by_the_ends_that_were_known(
    key: list[Wording], name: list[Wording], issued: int | None, at: int, known_at: int | None, high: bool
) -> None:
    service = service_of(key, name)
    assert key_answer(service, issued, at, known_at, high) == modelled_key(key, name, issued, at, known_at, high)


@settings(max_examples=150)
@given(wordings(), st.none() | days, days, days, st.booleans())
def test_an_audit_of_a_key_as_known_then_reproduces_the_answer_given_then(
    key: list[Wording], issued: int | None, at: int, known_at: int, high: bool
) -> None:
    """However often its end was set anew afterwards, and however far back its compromise reaches."""
    then = [one for one in key if one.recorded <= known_at]
    assume(then)
    given_then = key_answer(service_of(then), issued, at, None, high)
    assert key_answer(service_of(key), issued, at, known_at, high) == given_then


@given(wordings(), days, days, st.booleans())
def test_giving_a_key_up_never_makes_anything_better(key: list[Wording], issued: int, at: int, high: bool) -> None:
    order = [REJECTED, INDETERMINATE, NOTED, ACCEPTED]
    answers = [key_answer(service_of(key[: n + 1]), issued, at, None, high) for n in range(len(key))]
    assert [order.index(one) for one in answers] == sorted((order.index(one) for one in answers), reverse=True)


@given(wordings(compromise=False), days, st.none() | days)
def test_so_is_a_level(level: list[Wording], at: int, known_at: int | None) -> None:
    service = service_of([Wording(0)], level=level)
    registry: Any = SimpleNamespace(vocabulary={})
    knowing = None if known_at is None else day(known_at)
    said = standing(level, known_at)
    held = said is not None and (said.until is None or at < said.until)
    granted = authority.level_of(registry, credential_of(at), (service,), day(at), knowing)
    assert (granted.vector != assurance.NOTHING.vector) is held


# --- deny entries -----------------------------------------------------------------------------------


class Struck(NamedTuple):
    """A deny entry, in days of the calendar."""

    id: str
    effective: int
    recorded: int


ids = st.sampled_from([ISSUER, KEY, "did:web:somebody.example", KEY.upper()])
denials = st.lists(st.builds(Struck, ids, days, days), max_size=4)
answers_to = st.lists(st.builds(Said, st.sampled_from(["granted", "suspended", "withdrawn"]), days, days), max_size=3)


def struck_out(struck: list[Struck], said: list[Said], at: int, known_at: int | None) -> bool:
    """Whether issuer.granted refuses because of a deny entry."""
    service = service_of([Wording(0)], events=said)
    held: Any = SimpleNamespace(state_list=lambda _: SimpleNamespace(services=(service,)))
    found = tuple(Denial(one.id, day(one.effective), day(one.recorded), "fraud") for one in struck)
    entries = Registry.answered(held, "SG", found)
    registry: Any = SimpleNamespace(denials=lambda _: entries)
    signer: Any = Signer(SimpleNamespace(thumbprint=KEY), (service,), service.keys)  # type: ignore[arg-type]
    policy: Any = SimpleNamespace(needed_level="low")
    knowing = None if known_at is None else day(known_at)
    try:
        authority.issuer_granted(registry, credential_of(0), (signer,), policy, day(at), knowing)
    except Fault as fault:
        return fault.code == "SCOPE_ISSUER_DENIED"
    return False


def modelled_denial(struck: list[Struck], said: list[Said], at: int, known_at: int | None) -> bool:
    """Day by day: who is struck by what was on record, until the list speaks of it later."""
    for one in struck:
        if one.id not in (ISSUER, KEY) or one.effective > at:
            continue
        if known_at is not None and one.recorded > known_at:
            continue
        last = DAYS if known_at is None else known_at
        if not any(one.recorded < event.recorded <= last for event in said):
            return True
    return False


@settings(max_examples=300)
@given(denials, answers_to, days, st.none() | days)
def test_a_deny_entry_holds_from_when_it_was_known_until_it_was_answered(
    struck: list[Struck], said: list[Said], at: int, known_at: int | None
) -> None:
    assert struck_out(struck, said, at, known_at) is modelled_denial(struck, said, at, known_at)


@given(denials, denials, answers_to, answers_to, days, days)
def test_an_audit_knows_no_later_deny_entry_and_no_later_answer(
    struck: list[Struck], more: list[Struck], said: list[Said], later: list[Said], at: int, known_at: int
) -> None:
    before = [one for one in struck if one.recorded <= known_at], [one for one in said if one.recorded <= known_at]
    after = [one for one in more if one.recorded > known_at], [one for one in later if one.recorded > known_at]
    then = struck_out(*before, at, None)
    assert struck_out(before[0] + after[0], before[1] + after[1], at, known_at) is then


# --- one by one -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known_at", "expected"), [(4, ACCEPTED), (9, ACCEPTED), (10, NOTED), (12, REJECTED), (None, REJECTED)]
)
def test_a_theft_that_turns_out_older_than_was_thought(known_at: int | None, expected: str) -> None:
    key = [Wording(0), Wording(10, 10, 8), Wording(12, 10, 3)]
    assert key_answer(service_of(key), 5, 15, known_at, high=False) == expected


def test_the_record_shows_every_wording() -> None:
    record = worded({"kind": "jwk"}, [Wording(0), Wording(10, 10, 8), Wording(12, 10, 3)])
    assert record["earlier_ends"] == [
        {"recorded": text(10)},
        {"recorded": text(12), "valid_until": text(10), "compromised_since": text(8)},
    ]
    assert (record["valid_until"], record["compromised_since"]) == (text(10), text(3))
    (shown,) = timeline.known([record], day(11))
    assert (shown["valid_until"], shown["compromised_since"]) == (text(10), text(8))
    (shown,) = timeline.known([record], day(9))
    assert not {"valid_until", "compromised_since"} & shown.keys()
    timeline.set_ends(record, day(13), valid_until=day(10))
    assert len(record["earlier_ends"]) == 2, "nothing was said anew"
