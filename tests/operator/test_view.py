"""What a state lists as of a date, and how a registry stands."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from defa_id.operator import changes, overview, standing, view
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.tree import Tree
from tests.operator.made import ISSUER, application, certificate, days, free

Object = dict[str, Any]


def service(shown: Object, id: str) -> Object:
    found: Object = next(one for issuer in shown["issuers"] for one in issuer["services"] if one["service_id"] == id)
    return found


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_two_axes_of_time(tree: Tree) -> None:
    listing = tree.states["PH"].listing
    assert service(view.state_view(listing, day("2026-08-01")), "PH-0003")["status"] == "granted"
    suspended = service(view.state_view(listing, day("2026-11-01")), "PH-0003")
    assert (suspended["status"], suspended["since"], suspended["reason"]) == (
        "suspended",
        "2026-09-01T00:00:00Z",
        "investigation",
    )
    before = view.state_view(listing, day("2026-11-01"), day("2026-08-15"))
    assert service(before, "PH-0003")["status"] == "granted"
    assert before["known_at"] == "2026-08-15T00:00:00Z"
    nothing = view.state_view(listing, day("2026-11-01"), day("2025-01-01"))
    assert (nothing["issuers"], nothing["recognises"]) == ([], [])
    early = service(view.state_view(listing, day("2025-06-01")), "PH-0003")
    assert (early["status"], early["since"], early["level"]) == ("not yet", None, "none")


def test_keys_and_recognitions_have_their_time(tree: Tree) -> None:
    keys = service(view.state_view(tree.states["VN"].listing, day("2026-05-20")), "VN-0003")["keys"]
    assert sorted(key["status"] for key in keys) == ["not yet valid", "valid"]
    keys = service(view.state_view(tree.states["VN"].listing, day("2026-07-02")), "VN-0003")["keys"]
    assert sorted(key["status"] for key in keys) == ["ended", "valid"]
    recognised = {
        state: {
            one["id"]: one["status"]
            for one in view.state_view(tree.states[state].listing, day("2026-11-01"))["recognises"]
        }
        for state in ("TH", "PH", "SG")
    }
    assert recognised["TH"]["TH-0104"] == "not yet"
    assert recognised["PH"]["PH-0103"] == "ended"
    assert recognised["SG"]["SG-0106"] == "suspended"
    assert recognised["SG"]["SG-0101"] == "in force"


def test_an_arrangement_ends(tree: Tree) -> None:
    listing = tree.states["SG"].listing
    for moment, status in (("2025-12-31", "not yet"), ("2026-06-01", "in force"), ("2036-11-01", "ended")):
        assert view.state_view(listing, day(moment))["arrangements"][0]["status"] == status


def test_an_arrangement_is_shown_as_its_own_state_left_it_and_with_all_its_terms(tree: Tree, now: datetime) -> None:
    listing = copy.deepcopy(tree.states["SG"].listing)
    (record,) = listing["arrangements"]
    stop = {"status": "suspended", "effective": "2026-07-01T00:00:00Z", "recorded": "2026-07-02T00:00:00Z"}
    record["events"] = [stop]
    known = {
        known_at: view.state_view(listing, day("2026-08-01"), day(known_at))["arrangements"][0]["status"]
        for known_at in ("2026-07-01", "2026-07-03")
    }
    assert known == {"2026-07-01": "in force", "2026-07-03": "suspended"}
    text = " ".join(view.state_text(view.state_view(listing, now)).split())
    assert "sandbox, suspended" in text
    assert "phase trial, until 2036-10-31T00:00:00Z, at most 1000 uses" in text
    for name in ("conditions", "safeguards", "graduation", "incident_contacts"):
        assert all(one in text for one in record[name])
    assert all(record[name] in text for name in ("duty_of_notice", "liability", "redress", "legal_basis"))


def test_the_text_says_what_the_view_says(tree: Tree, now: datetime) -> None:
    change = changes.add_issuer(tree, application(name="Bank\\u202e of Test", begins=now - days(9)), now)
    current = tree.with_state("SG", change.after)
    current = current.with_state("SG", standing.suspend(current, "SG", ISSUER, now, "supervision", now).after)
    shown = view.state_view(current.states["SG"].listing, now)
    text = view.state_text(shown, beside=" · sources")
    for piece in ("SG Singapore", free(tree), "suspended since 2026-11-24T13:00:00Z (supervision)", ISSUER, "sources"):
        assert piece in text
    assert "none" in view.state_text(view.state_view(tree.states["MM"].listing, now)).lower()
    lines = view.states_text([shown], beside="three states")
    assert "SG" in lines
    listed = int(free(tree)[3:])
    assert f"{listed - 1} services granted of {listed}" in lines


def test_no_text_of_a_list_steers_a_terminal(tree: Tree, now: datetime) -> None:
    listing = copy.deepcopy(tree.states["SG"].listing)
    evil = "\x1b[2J\u202e"
    listing["state"] = {"names": [{"lang": "en", "value": evil}]}
    listing["entities"][0]["names"][0]["value"] = evil
    listing["entities"][0]["services"][0]["status_events"][0].update(status=evil, reason=evil)
    listing["recognitions"][0].update(purposes=[evil], types=[evil])
    shown = view.state_view(listing, now)
    for text in (view.state_text(shown), view.states_text([shown])):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\\u001b[2J\\u202e" in text


def test_the_least_a_list_may_hold(now: datetime) -> None:
    shown = view.state_view({"territory": "SG", "environment": "demo", "entities": [], "recognitions": []}, now)
    assert "nobody" in view.state_text(shown)
    assert view.states_text([shown])


def test_a_compromised_key_and_a_certificate(tree: Tree, now: datetime) -> None:
    from defa_id.issue import signing

    data = certificate(signing.generate(), now, now + days(9))
    change = changes.add_issuer(tree, application(data, begins=now), now)
    key = service(view.state_view(change.after.listing, now), free(tree))["keys"][0]
    assert (key["kind"], key["status"], len(key["id"])) == ("x509", "valid", 64)
    change.after.listing["entities"][-1]["services"][0]["identifiers"][1]["compromised_since"] = "2026-11-24T13:00:00Z"
    assert service(view.state_view(change.after.listing, now), free(tree))["keys"][0]["status"] == "compromised"


def test_how_a_registry_stands(pristine: Path, tree: Tree, now: datetime, tmp_path: Path) -> None:
    ring = FileKeyring(pristine / "keys")
    found = overview.overview(tree, ring, pristine / "published", now)
    assert (found.version, found.unpublished, found.errors, found.warnings) == (1, (), 0, 0)
    root = found.roles[0]
    assert (root["role"], root["version"], root["days_left"], root["keys_here"]) == ("root", 1, 364, 3)
    assert len(found.roles) == 4 + 3 * len(tree.states)
    assert found.to_dict()["issued"] == "2026-11-24T12:00:00Z"
    assert "enough for every role" in overview.overview_text(found)
    expired = overview.overview(tree, ring, pristine / "published", now + days(400))
    assert "expired: root" in overview.overview_text(expired)
    nowhere = overview.overview(tree, FileKeyring(tmp_path), tmp_path, now)
    assert (nowhere.version, nowhere.unpublished) == (None, ("everything",))
    assert "root: 0 of 2 needed" in overview.overview_text(nowhere)


def test_everything_that_differs_is_named(pristine: Path, tree: Tree, now: datetime) -> None:
    change = changes.add_issuer(tree, application(schema=b"{}"), now)
    schema = next(iter(change.after.schemas))
    denied = {"id": ISSUER, "effective": "2026-11-24T13:00:00Z", "recorded": "2026-11-24T13:00:00Z", "reason": "fraud"}
    state = change.after._replace(deny={**change.after.deny, "denied": [denied]})
    edited = tree.with_state("SG", state)._replace(
        registry={**tree.registry, "title": "Another"},
        vocabulary={**tree.vocabulary, "version": "2"},
        schemas={**tree.schemas, "new.schema.json": b"{}"},
    )
    found = overview.overview(edited, FileKeyring(pristine / "keys"), pristine / "published", now)
    assert found.unpublished == (
        "registry.json",
        "vocabulary.json",
        "schemas/new.schema.json",
        "states/SG/list.json",
        "states/SG/deny.json",
        f"states/SG/schemas/{schema}",
    )
