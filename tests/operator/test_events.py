"""Events and sources say the same: deriving and applying undo each other, and nothing is taken back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.errors import ChangeRefused
from defa_id.operator import changes, events, standing, timeline, wordings
from defa_id.operator.events import Event
from defa_id.operator.timeline import EARLIER
from defa_id.operator.tree import Object, State, Tree
from tests.operator.made import application, days

T0, T1, T2 = "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z"


def identifier(number: int) -> Object:
    return {"kind": "did", "value": f"did:web:{number}.example", "valid_from": T0, "recorded": T0}


def service(number: int) -> Object:
    return {
        "service_id": f"SG-{number:04}",
        "type": "issuance",
        "interface": "offline",
        "identifiers": [identifier(number), {**identifier(number + 50), "valid_until": T2}],
        "formats": ["vc-jwt"],
        "credentials": [{"type": "PersonIdentityCredential"}],
        "algorithms": [{"alg": "ES256"}],
        "status_lists": [],
        "assurance": [{"level": "low", "effective": T0, "recorded": T0}],
        "scope": {"subjects": ["natural"]},
        "status_events": [{"status": "granted", "effective": T0, "recorded": T0}],
        "recorded": T0,
    }


def organisation(number: int) -> Object:
    return {"entity_id": f"did:web:{number}.example", "names": [{"lang": "en", "value": f"No {number}"}]}


def recognition(number: int) -> Object:
    return {"id": f"SG-{number:04}", "of": "TH", "min_level": "low", "from": T0, "recorded": T0, "events": []}


def arrangement(number: int) -> Object:
    return {"id": f"corridor-{number}", "parties": ["SG", "TH"], "phases": [], "recorded": T0, "events": []}


def party(number: int) -> Object:
    granted = [{"status": "granted", "effective": T0, "recorded": T0}]
    return {**organisation(number), "identifiers": [identifier(number)], "status_events": granted, "recorded": T0}


def base() -> State:
    listing = {
        "defa_id": "state-list/1",
        "territory": "SG",
        "environment": "demo",
        "state": {"names": [{"lang": "en", "value": "Singapore"}]},
        "entities": [
            {**organisation(1), "kind": "other", "services": [service(1), service(2)], "recorded": T0},
            {**organisation(2), "kind": "other", "services": [service(3)], "recorded": T0},
        ],
        "recognitions": [recognition(1)],
        "arrangements": [arrangement(1)],
        "relying_parties": [party(70)],
    }
    return State(listing, {"defa_id": "deny/1", "territory": "SG", "denied": []}, {"one.json": b"{}"})


def at(state: State, path: tuple[str | int, ...]) -> Any:
    value: Any = state.listing
    for step in path:
        value = value[step]
    return value


SERVICES: list[tuple[str | int, ...]] = [
    ("entities", 0, "services", 0),
    ("entities", 0, "services", 1),
    ("entities", 1, "services", 0),
]
Edit = Callable[[State, int], None]


def grow(member: str, make: Callable[[int], Any]) -> Edit:
    """An edit that adds a record to a list of a service."""

    def edit(state: State, number: int) -> None:
        holder = at(state, SERVICES[number % 3])
        record = make(100 + number)
        if record not in holder[member]:
            holder[member].append(record)

    return edit


def put(path: tuple[str | int, ...], name: str, make: Callable[[int], Any]) -> Edit:
    """An edit that sets a member."""

    def edit(state: State, number: int) -> None:
        at(state, path)[name] = make(number)

    return edit


def append(path: tuple[str | int, ...], make: Callable[[int], Any]) -> Edit:
    """An edit that adds a record to a list, unless it is there."""

    def edit(state: State, number: int) -> None:
        record = make(100 + number)
        if record not in at(state, path):
            at(state, path).append(record)

    return edit


def later(number: int) -> str:
    return f"2027-01-{1 + number % 28:02}T00:00:00Z"


def end(path: tuple[str | int, ...], **ends: str) -> Edit:
    moments = {name: datetime.fromisoformat(text) for name, text in ends.items()}

    def edit(state: State, number: int) -> None:
        timeline.set_ends(at(state, path), datetime.fromisoformat(later(number)), **moments)

    return edit


def deny(state: State, number: int) -> None:
    entry = {"id": f"did:web:{number}.example", "effective": T1, "recorded": T1, "reason": "fraud"}
    if entry not in state.deny["denied"]:
        state.deny["denied"].append(entry)


def add_schema(state: State, number: int) -> None:
    assert isinstance(state.schemas, dict)
    state.schemas[f"added-{number}.json"] = b'{"a":%d}' % number


EDITS: list[Edit] = [
    append(("entities",), lambda n: {**organisation(n), "services": [service(n)], "recorded": T1}),
    append(("entities", 1, "services"), lambda n: service(300 + n)),
    append(("entities", 0, "names"), lambda n: {"lang": "ms", "value": f"No {n}"}),
    put(("entities", 0), "names", lambda n: [{"lang": "en", "value": f"Renamed {n}"}]),
    put(("entities", 0), "incident_contact", lambda n: f"desk-{n}@demo.example"),
    grow("identifiers", identifier),
    end((*SERVICES[0], "identifiers", 0), compromised_since=T1),
    end((*SERVICES[0], "identifiers", 1), compromised_since=T1),
    end((*SERVICES[0], "identifiers", 1), valid_until=T1),
    end((*SERVICES[1], "identifiers", 1), valid_until=T1),
    grow("formats", lambda n: ("sd-jwt-vc", "mdoc", "cwt")[n % 3]),
    grow("credentials", lambda n: {"type": f"Type{n}"}),
    put((*SERVICES[0], "credentials", 0), "schema", lambda n: {"uri": f"urn:{n}", "sha256": "0" * 64}),
    grow("algorithms", lambda n: {"alg": f"ALG{n}"}),
    put((*SERVICES[2], "algorithms", 0), "not_after", later),
    grow("status_lists", lambda n: {"url": f"https://status.example/{n}"}),
    put(SERVICES[0], "status_lists", lambda n: [{"url": f"https://other.example/{n}"}]),
    grow("assurance", lambda n: {"level": "high", "effective": T1, "recorded": later(n)}),
    end((*SERVICES[0], "assurance", 0), until=T2),
    grow("status_events", lambda n: {"status": "suspended", "effective": T1, "recorded": later(n)}),
    put(SERVICES[0], "scope", lambda _: {"subjects": ["legal"]}),
    put(SERVICES[1], "status_required", lambda _: True),
    append(("recognitions",), recognition),
    append(("recognitions", 0, "events"), lambda n: {"status": "ended", "effective": later(n), "recorded": T1}),
    end(("recognitions", 0), until=T2),
    append(("arrangements",), arrangement),
    append(("arrangements", 0, "events"), lambda n: {"status": "suspended", "effective": later(n), "recorded": T1}),
    put(("arrangements", 0), "phases", lambda n: [{"phase": "trial", "from": T1, "until": later(n)}]),
    put((), "state", lambda n: {"names": [{"lang": "en", "value": f"Singapore {n}"}]}),
    append(("relying_parties",), party),
    append(("relying_parties", 0, "identifiers"), identifier),
    append(("relying_parties", 0, "status_events"), lambda n: {"status": "suspended", "recorded": later(n)}),
    put(("relying_parties", 0), "requests", lambda n: [{"claims": [str(n)]}]),
    put((), "wallet_providers", lambda n: [party(400 + n)]),
    deny,
    add_schema,
]


def completed(before: State, after: State) -> State:
    """With how its records stood beside them, as the operator's tool puts it there."""
    return after._replace(listing=wordings.kept(before.listing, after.listing, datetime.fromisoformat(T2)))


LAWFUL = st.lists(st.tuples(st.sampled_from(range(len(EDITS))), st.integers(0, 40)), max_size=12)


@given(LAWFUL)
def test_deriving_and_applying_undo_each_other(edits: list[tuple[int, int]]) -> None:
    before, after = base(), base()
    for index, number in edits:
        EDITS[index](after, number)
    after = completed(before, after)
    derived = events.derive(before, after)
    assert events.apply(derived, before) == after
    assert before == base()
    assert (derived == ()) == (before == after)
    again = tuple(Event.from_dict(json.loads(json.dumps(event.to_dict()))) for event in derived)
    assert again == derived


@given(LAWFUL, LAWFUL)
def test_what_is_taken_back_is_refused(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    before = base()
    for index, number in first:
        EDITS[index](before, number)
    after = State(copy.deepcopy(before.listing), copy.deepcopy(before.deny), dict(before.schemas))
    for index, number in second:
        EDITS[index](after, number)
    after = completed(before, after)
    try:
        derived = events.derive(before, after)
    except ChangeRefused:
        return
    assert events.apply(derived, before) == after


def test_every_kind_of_event_is_made_by_some_edit() -> None:
    made = set()
    for number in range(3):
        for edit in EDITS:
            after = base()
            edit(after, number)
            made |= {event.kind for event in events.derive(base(), completed(base(), after))}
    of_parties = {"name_added", "identifier_ended", "described", "identifier_added", "status_recorded", "wording_kept"}
    unmade = {f"wallet_provider_{kind}" for kind in of_parties} | {
        "relying_party_name_added",
        "relying_party_identifier_ended",
    }
    assert made == events.KINDS - unmade


def test_the_commands_make_events(tree: Tree, now: datetime) -> None:
    source = tree.states["SG"]
    added = changes.add_issuer(tree, application(level="high"), now)
    assert [event.kind for event in events.derive(source, added.after)] == ["entity_added"]
    suspended = standing.suspend(tree, "SG", "did:web:sg-identity.demo.example", now, "investigation", now)
    assert [(event.kind, event.of) for event in events.derive(source, suspended.after)] == [
        ("status_recorded", "SG-0001"),
        ("status_recorded", "SG-0002"),
    ]
    assert all(
        record["recorded"] == "2026-11-24T13:00:00Z"
        for record in events.new_records(events.derive(source, added.after))
    )
    said = changes.Statement("SG", "TH", "PersonIdentityCredential", "low", "demo", ends=now + days(9))
    recognised = changes.recognise(tree, said, now)
    assert [event.kind for event in events.derive(source, recognised.after)] == ["recognition_added"]


def gone(path: tuple[str | int, ...]) -> Callable[[State], None]:
    def edit(state: State) -> None:
        del at(state, path[:-1])[path[-1]]

    return edit


def altered(path: tuple[str | int, ...], value: Any) -> Callable[[State], None]:
    def edit(state: State) -> None:
        at(state, path[:-1])[path[-1]] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (gone(("entities", 0)), "entity did:web:1.example is gone"),
        (gone((*SERVICES[0],)), "service SG-0001 is gone"),
        (gone((*SERVICES[0], "identifiers", 0)), "is gone"),
        (gone((*SERVICES[0], "formats", 0)), "format vc-jwt is gone"),
        (gone((*SERVICES[0], "status_events", 0)), "status event"),
        (gone(("recognitions", 0)), "recognition SG-0001 is gone"),
        (gone(("arrangements", 0)), "arrangement corridor-1 is gone"),
        (gone((*SERVICES[0], "identifiers", 1, "valid_until")), "altered: valid_until"),
        (altered((*SERVICES[0], "identifiers", 1, "valid_until"), "2028-01-01T00:00:00Z"), "end later"),
        (altered((*SERVICES[0], "identifiers", 0, "recorded"), T1), "altered: recorded"),
        (altered((*SERVICES[0], "assurance", 0, "level"), "high"), "is gone"),
        (altered((*SERVICES[0], "recorded"), T1), "altered: recorded"),
        (altered(("recognitions", 0, "min_level"), "high"), "altered: min_level"),
        (altered(("territory",), "TH"), "altered: territory"),
        (altered(("entities",), 7), "not the shape"),
        (lambda state: state.listing["entities"].reverse(), "moved about"),
        (lambda state: state.listing["entities"].append(state.listing["entities"][0]), "stands twice"),
        (lambda state: state.schemas.clear(), "schema one.json is gone"),
    ],
)
def test_nothing_published_is_taken_back(edit: Callable[[State], None], why: str) -> None:
    after = base()
    edit(after)
    with pytest.raises(ChangeRefused, match=why):
        events.derive(base(), after)


def test_an_end_set_anew_says_how_it_stood() -> None:
    path, after = (*SERVICES[0], "identifiers", 1), base()
    at(after, path)["valid_until"] = T1
    with pytest.raises(ChangeRefused, match=r"an end of identifier did did:web:51\..* without how it stood") as no:
        events.derive(base(), after)
    assert f'"earlier_ends": [{{"recorded": "…the time now…", "valid_until": "{T2}"}}]' in (no.value.hint or "")
    at(after, path)[EARLIER] = [{"recorded": T1, "valid_until": T2}]
    (event,) = events.derive(base(), after)
    assert list(events.new_records([event])) == [{"recorded": T1, "valid_until": T2}]
    before, after = after, copy.deepcopy(after)
    timeline.set_ends(at(after, path), datetime.fromisoformat(T2), compromised_since=datetime.fromisoformat(T0))
    (event,) = events.derive(before, after)
    assert list(events.new_records([event])) == [{"recorded": T2, "valid_until": T1}]
    at(after, path)[EARLIER][0]["recorded"] = T0
    with pytest.raises(ChangeRefused, match="moved about"):
        events.derive(before, after)
    del at(after, path)[EARLIER]
    with pytest.raises(ChangeRefused, match="altered: earlier_ends"):
        events.derive(before, after)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record["earlier"].clear(),
        lambda record: record["earlier"][-1].update(formats=["mdoc"]),
        lambda record: record["earlier"][-1].update(scope=None),
        lambda record: record["earlier"][-1].pop("status_required"),
        lambda record: record["earlier"].append({"recorded": T2, "interface": "none"}),
    ],
)
def test_terms_described_anew_say_how_they_stood(spoil: Callable[[Object], object]) -> None:
    after = base()
    at(after, SERVICES[0]).update(formats=["vc-jwt", "mdoc"], status_required=True)
    after = completed(base(), after)
    record = at(after, SERVICES[0])
    assert record["earlier"] == [{"recorded": T2, "formats": ["vc-jwt"], "status_required": None}]
    assert [e.kind for e in events.derive(base(), after)] == [
        "service_described",
        "format_added",
        "service_wording_kept",
    ]
    spoil(record)
    with pytest.raises(ChangeRefused, match="how service SG-0001 stood before"):
        events.derive(base(), after)
    assert at(completed(base(), after), SERVICES[0])["earlier"] == [
        {"recorded": T2, "formats": ["vc-jwt"], "status_required": None}
    ]


def test_what_was_kept_is_never_altered() -> None:
    before = base()
    at(before, SERVICES[0])["formats"] = ["vc-jwt", "mdoc"]
    before = completed(base(), before)
    after = copy.deepcopy(before)
    at(after, SERVICES[0])["earlier"][0]["recorded"] = T1
    with pytest.raises(ChangeRefused, match=r"earlier wording .* is gone"):
        events.derive(before, after)
    assert completed(before, after) == before


def test_a_denial_stays() -> None:
    before = base()
    deny(before, 1)
    with pytest.raises(ChangeRefused, match="deny entry"):
        events.derive(before, base())


@pytest.mark.parametrize(
    "event",
    [
        Event("entity_added", {"entity_id": "did:web:1.example"}),
        Event("entity_added", {}),
        Event("entity_added", 7),
        Event("service_added", service(1), "did:web:1.example"),
        Event("service_added", service(9), "did:web:none.example"),
        Event("status_recorded", {"status": "granted", "effective": T0, "recorded": T0}, "SG-0001"),
        Event("status_recorded", {"status": "suspended"}, "SG-0009"),
        Event("identifier_ended", {"recorded": T1}, "SG-0001", f"did did:web:1.example {T0}"),
        Event("identifier_ended", {"valid_until": None}, "SG-0001", f"did did:web:51.example {T0}"),
        Event("identifier_ended", {"valid_until": "soon"}, "SG-0001", f"did did:web:51.example {T0}"),
        Event("identifier_ended", {"valid_until": T1}, "SG-0001", "did did:web:7.example"),
        Event("identifier_ended", {"valid_until": T1}, "SG-0001", f"did did:web:51.example {T0}"),
        *(
            Event("identifier_ended", {"valid_until": T1, EARLIER: kept}, "SG-0001", f"did did:web:51.example {T0}")
            for kept in (None, 7, [], [T1], [{"recorded": T1}])
        ),
        Event("arrangement_amended", {"id": "corridor-2"}, "corridor-1"),
        Event("arrangement_amended", {"min_level": "low"}, "corridor-1"),
        Event("arrangement_amended", {"events": [{"status": "ended"}]}, "corridor-1"),
        Event("arrangement_wording_kept", {"recorded": T1, "phases": []}, "corridor-1"),
        Event("format_added", "mdoc", "SG-0001"),
        Event("service_described", {"type": "status"}, "SG-0001"),
        Event("service_described", {"status_required": True}, "SG-0001"),
        Event("service_described", {"service_id": "SG-0002"}, "SG-0001"),
        Event("service_described", {"status_events": []}, "SG-0001"),
        Event("service_described", {"nothing": None}, "SG-0001"),
        Event("state_described", {"entities": []}),
        Event("state_described", {"territory": "TH"}),
        Event("schema_added", {"name": "one.json", "text": "{}"}),
        Event("schema_added", {"name": "../one.json", "text": "{}"}),
        Event("schema_added", {"name": "two.json", "text": "{ }"}),
        Event("denied", [], "SG-0001", "x")._replace(record=None, kind="entity_described", of="did:web:1.example"),
    ],
)
def test_an_event_that_does_not_fit_is_refused(event: Event) -> None:
    before = base()
    with pytest.raises(ChangeRefused):
        events.apply([event], before)
    assert before == base()


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "entity_removed", "record": {}},
        {"kind": "entity_added", "record": {}, "of": 7},
        {"kind": "entity_added", "record": {}, "more": 1},
        {"record": {}},
        {"kind": ["entity_added"], "record": {}},
    ],
)
def test_what_is_no_event_is_refused(document: Object) -> None:
    with pytest.raises(ChangeRefused):
        Event.from_dict(document)
