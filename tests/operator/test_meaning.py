"""A change in words, and whom it affects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from defa_id.operator import changes, changeset, events, reliance, standing, timeline
from defa_id.operator.changes import Change
from defa_id.operator.meaning import Meaning, layout, meaning
from defa_id.operator.tree import Object, State, Tree
from tests.operator.made import application, days

ISSUER = "did:web:sg-identity.demo.example"


def of(tree: Tree, after: State, now: datetime, state: str = "SG") -> Meaning:
    after = changeset.completed(tree.with_state(state, after), tree, now).states[state]
    made = events.derive(tree.states[state], after)
    return meaning(tree, tree.with_state(state, after), state, made, now)


def edited(tree: Tree, service: str, edit: Any) -> State:
    """The sources of SG with one service edited."""
    from copy import deepcopy

    listing = deepcopy(tree.states["SG"].listing)
    for entity in listing["entities"]:
        for one in entity["services"]:
            if one["service_id"] == service:
                edit(one)
    return tree.states["SG"]._replace(listing=listing)


def level(label: str, now: datetime, **more: Any) -> Object:
    begins = now + days(7)
    moment = f"{begins:%Y-%m-%d}T00:00:00Z"
    record = {"framework": "defa-id-reference", "framework_version": "1", "level": label, "basis": "audited"}
    return {**record, "status": "assessed", "effective": moment, "recorded": f"{now:%Y-%m-%dT%H:%M:%SZ}", **more}


def test_a_higher_level_is_said_and_affects_nobody_who_relied_already(tree: Tree, now: datetime) -> None:
    after = edited(tree, "SG-0001", lambda service: service["assurance"].append(level("high", now)))
    found = of(tree, after, now)
    assert [str(one) for one in found.said] == [
        "SG · SG-0001 · Person identity · level substantial → high from 2026-12-01 (audited, assessed)"
    ]
    assert {(one.was, one.becomes) for one in found.effects} <= {("refused", "relied on")}


def test_a_lower_level_ends_reliance_where_more_is_asked(tree: Tree, now: datetime) -> None:
    after = edited(tree, "SG-0001", lambda service: service["assurance"].append(level("low", now)))
    found = of(tree, after, now)
    assert found.effects
    assert {(one.of, one.service, one.was, one.becomes) for one in found.effects} == {
        ("SG", "SG-0001", "relied on", "refused")
    }
    assert all(one.why == "level low is below substantial" for one in found.effects)
    assert all(one.begins == "2026-12-01T00:00:00Z" for one in found.effects)
    assert {one.issued for one in found.effects} == {"before", "after"}
    assert "relied on → refused from 2026-12-01 (level low is below substantial)" in " ".join(found.affected)
    assert "recognitions change outcome: with " in found.summary


def test_a_suspension_leaves_open_what_was_issued_before(tree: Tree, now: datetime) -> None:
    found = of(tree, standing.suspend(tree, "SG", ISSUER, now, "investigation", now).after, now)
    assert {(one.issued, one.becomes) for one in found.effects} == {("before", "undecided"), ("after", "refused")}
    assert "TH" in {one.by for one in found.effects}
    text = layout(found)
    assert "suspended from 2026-11-24T13:00:00Z" in text
    assert "TH (TH-0101)" in " ".join(found.affected)


def test_a_recognition_begins_reliance(tree: Tree, now: datetime) -> None:
    said = changes.Statement("KH", "SG", "PersonIdentityCredential", "low", "demo", ("telecom.sim-registration",))
    found = of(tree, changes.recognise(tree, said, now).after, now, "KH")
    assert {(one.by, one.of, one.becomes) for one in found.effects} == {("KH", "SG", "relied on")}
    assert {one.purposes for one in found.effects} == {("telecom.sim-registration",)}
    assert found.summary == "1 recognition changes outcome: with SG"


def test_a_denial_ends_reliance_at_once(tree: Tree, now: datetime) -> None:
    moment = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    source = tree.states["SG"]
    entry = {"id": ISSUER, "effective": moment, "recorded": moment, "reason": "compromise"}
    found = of(tree, source._replace(deny={**source.deny, "denied": [entry]}), now)
    assert str(found.said[0]) == f"SG · denies {ISSUER} from {moment}, compromise"
    assert {one.becomes for one in found.effects} == {"refused"}


def test_a_key_that_ends_ends_reliance_on_what_it_signs_later(tree: Tree, now: datetime) -> None:
    def end(service: Object) -> None:
        timeline.set_ends(service["identifiers"][1], now, valid_until=datetime(2026, 12, 24, tzinfo=UTC))

    found = of(tree, edited(tree, "SG-0001", end), now)
    assert {(one.issued, one.begins, one.becomes) for one in found.effects} == {
        ("after", "2026-12-24T00:00:00Z", "refused")
    }
    assert "ends 2026-12-24" in str(found.said[0])
    assert "earlier" not in str(found.said[0])


def test_a_new_issuer_is_relied_on_by_those_who_recognise_its_state(tree: Tree, now: datetime) -> None:
    added: Change = changes.add_issuer(tree, application(level="high"), now)
    found = of(tree, added.after, now)
    assert found.said[0].text.startswith("new issuer did:web:issuer.example (Test issuer): SG-")
    assert {(one.issued, one.becomes) for one in found.effects} == {("after", "relied on")}


def test_every_kind_of_event_has_words(tree: Tree, now: datetime) -> None:
    names = [{"lang": "en", "value": "One"}]
    moment = {"effective": "2026-12-01T00:00:00Z", "recorded": "2026-12-01T00:00:00Z"}
    window = {"from": "2026-12-01T00:00:00Z", "until": "2027-12-01T00:00:00Z"}
    record: Object = {
        **window,
        **moment,
        "id": "X-1",
        "entity_id": "did:web:x.example",
        "service_id": "SG-0001",
        "names": names,
        "services": [],
        "credentials": [],
        "formats": [],
        "status_events": [],
        "types": ["T"],
        "of": "TH",
        "min_level": "low",
        "environment": "demo",
        "parties": ["SG", "TH"],
        "title": "T",
        "phases": [],
        "kind": "did",
        "value": "did:web:x.example",
        "valid_from": "2026-12-01T00:00:00Z",
        "lang": "en",
        "type": "T",
        "alg": "ES256",
        "url": "https://x.example",
        "status": "granted",
        "name": "x.json",
        "level": "low",
        "basis": "audited",
        "reason": "fraud",
        "schema": {"sha256": "0" * 64},
    }
    for kind in events.KINDS:
        event = events.Event(kind, "mdoc" if kind == "format_added" else record, "SG-0001", "did x")
        said = meaning(tree, tree, "SG", [event], now).said
        if kind.endswith("_wording_kept"):
            assert said == (), "what it says now is told by another event"
            continue
        (one,) = said
        assert one.state == "SG"
        assert one.text
        assert kind not in one.text


def test_nothing_hidden_reaches_the_screen(tree: Tree, now: datetime) -> None:
    def rename(service: Object) -> None:
        service["status_lists"].append({"url": "https://x.example/\u202e\x1b[2J"})

    text = layout(of(tree, edited(tree, "SG-0001", rename), now))
    assert "\\u202e\\u001b[2J" in text


def test_what_changes_nothing_affects_nobody(tree: Tree, now: datetime) -> None:
    found = of(tree, edited(tree, "SG-0001", lambda service: service.update(status_required=False)), now)
    assert found == Meaning((), ())
    assert found.summary == "nobody's reliance on another state changes"
    assert reliance.moments_of([], now) == [now]
