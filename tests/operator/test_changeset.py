"""Change sets: derived by each signer from the publication alone, signed by others than the author, and
published only when enough of them have."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from defa_id import files
from defa_id.errors import ChangeRefused, WrongUse
from defa_id.operator import changeset, events, pending, roles, sandbox, signing, standing, storage
from defa_id.operator.changeset import ChangeSet
from defa_id.operator.demands import Count
from defa_id.operator.events import Event
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.published import Published
from defa_id.operator.tree import load
from tests.operator.made import days
from tests.operator.stock_client import all_targets

ISSUER = "did:web:sg-identity.demo.example"


def published(directory: Path) -> Published:
    found = Published.read(directory / "published")
    assert found is not None
    return found


def key(directory: Path, name: str) -> Any:
    return signing.from_file(directory / "keys" / f"{name}.jwk.json")


def edit(directory: Path, now: datetime) -> None:
    """One issuer suspended in the working sources of SG."""
    change = standing.suspend(load(directory), "SG", ISSUER, now, "investigation", now, service="SG-0001")
    sandbox.save_state(directory, "SG", change.after)


def propose(directory: Path, now: datetime, author: str = "SG-ops-a", state: str = "SG") -> ChangeSet:
    folder = directory / "changes"
    made = changeset.propose(
        load(directory), published(directory), state, key(directory, author), "Case 12", now, folder
    )
    changeset.write(folder, made)
    return made


def sign(directory: Path, change: ChangeSet, name: str, now: datetime) -> list[Count]:
    base = published(directory)
    derived = changeset.rederive(change, base, now)
    return signing.sign(change, derived, base, key(directory, name), directory / "changes")


def publish(directory: Path, now: datetime, *only: str) -> dict[str, str]:
    tree, keyring = load(directory), FileKeyring(directory / "keys")
    _, found = pending.publish(keyring, tree, directory / "changes", directory / "published", now, only)
    return {one.id: one.status for one in found}


def statuses(directory: Path, now: datetime) -> dict[str, str]:
    found = pending.standings(directory / "changes", Published.read(directory / "published"), now)
    return {one.id: one.status for one in found}


@pytest.fixture(scope="module")
def proposed(pristine: Path, now: datetime, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox with one change set that nobody has signed."""
    directory = tmp_path_factory.mktemp("proposed") / "registry"
    shutil.copytree(pristine, directory)
    edit(directory, now)
    propose(directory, now)
    return directory


@pytest.fixture
def directory(proposed: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed; the sources of the signers do not matter, so they are not edited."""
    return Path(shutil.copytree(proposed, tmp_path / "registry"))


@pytest.fixture
def change(directory: Path) -> ChangeSet:
    return changeset.read(directory / "changes" / "SG-0001.json")


def test_two_others_sign_and_it_is_published(directory: Path, change: ChangeSet, now: datetime, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in (directory / "published" / "metadata").iterdir()}
    (first,) = sign(directory, change, "SG-ops-b", now)
    assert str(first) == "SG-ops: 1/2 signed by SG-ops-b; 1 more of SG-ops-c, SG-ops-d"
    assert statuses(directory, now) == {"SG-0001": "pending"}
    with pytest.raises(ChangeRefused, match="no change set has the signatures"):
        publish(directory, now)
    (second,) = sign(directory, change, "SG-ops-d", now)
    assert second.complete
    assert str(second) == "SG-ops: 2/2 signed by SG-ops-b, SG-ops-d"
    for name in roles.key_names({}, load(directory).states):
        if name not in ("snapshot", "timestamp-b"):
            (directory / "keys" / f"{name}.jwk.json").unlink()
    assert publish(directory, now) == {"SG-0001": "published"}
    targets = all_targets(directory / "published", tmp_path / "cache", now)
    listing = json.loads(targets["SG/list.json"])
    assert (listing["sequence"], listing["issued"]) == (2, "2026-11-24T13:00:00Z")
    assert listing["entities"][0]["services"][0]["status_events"][-1]["status"] == "suspended"
    assert json.loads(targets["TH/list.json"])["sequence"] == 1
    registry = files.open_registry(directory / "published", now=now)
    assert registry.version == 2
    assert registry.state_list("SG").document == listing
    for name, data in before.items():
        if name != "timestamp.json":
            assert (directory / "published" / "metadata" / name).read_bytes() == data


def test_the_bytes_are_the_same_for_everybody(directory: Path, change: ChangeSet, now: datetime) -> None:
    one = changeset.rederive(change, published(directory), now)
    other = changeset.rederive(change, published(directory), now + days(3))
    assert [role.payload for role in one.roles] == [role.payload for role in other.roles]
    assert {role.role: role.sha256 for role in one.roles} == change.result
    assert one.after.listing == load(directory).states["SG"].listing


def test_the_author_is_no_second_pair_of_eyes(directory: Path, change: ChangeSet, now: datetime) -> None:
    with pytest.raises(ChangeRefused, match="nobody approves their own change"):
        sign(directory, change, "SG-ops-a", now)
    sign(directory, change, "SG-ops-b", now)
    found = directory / "changes" / "SG-0001.SG-ops-b.sig.json"
    role = changeset.rederive(change, published(directory), now).roles[0]
    document = json.loads(found.read_text())
    made = key(directory, "SG-ops-a").sign(role.payload)
    forged = {**document, "keyid": change.author.keyid, "sig": made.signature}
    (directory / "changes" / "SG-0001.SG-ops-a.sig.json").write_bytes(storage.pretty(forged))
    with pytest.raises(ChangeRefused, match="nobody approves their own"):
        publish(directory, now)


@pytest.mark.parametrize("name", ["TH-ops-a", "SG-a", "SG-deny-a", "region-a", "snapshot", "issuer-SG-0001"])
def test_a_key_of_another_role_does_not_sign(directory: Path, change: ChangeSet, now: datetime, name: str) -> None:
    with pytest.raises(ChangeRefused, match="does not sign SG-0001"):
        sign(directory, change, name, now)
    assert not list((directory / "changes").glob("*.sig.json"))


@pytest.mark.parametrize("name", ["TH-ops-a", "region-a", "timestamp-a"])
def test_a_stranger_does_not_propose(directory: Path, now: datetime, name: str) -> None:
    with pytest.raises(ChangeRefused, match="none of SG's keys"):
        propose(directory, now, name)


def test_any_byte_of_a_change_set_counts(directory: Path, change: ChangeSet, now: datetime) -> None:
    path = directory / "changes" / "SG-0001.json"
    whole = path.read_bytes()
    base = published(directory)
    for place in range(0, len(whole), 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ChangeRefused):
            changeset.rederive(changeset.read(path), base, now)
    for torn in (whole[:-1], whole + b"\n", whole.replace(b"  ", b" "), b""):
        path.write_bytes(torn)
        with pytest.raises(ChangeRefused):
            changeset.read(path)
    assert changeset.rederive(change, base, now)


def test_any_byte_of_a_signature_counts(directory: Path, change: ChangeSet, now: datetime) -> None:
    sign(directory, change, "SG-ops-b", now)
    sign(directory, change, "SG-ops-c", now)
    path = directory / "changes" / "SG-0001.SG-ops-c.sig.json"
    base, whole = published(directory), path.read_bytes()
    derived = changeset.rederive(change, base, now)
    for place in range(len(whole)):
        for bit in (1, 0x20):  # 0x20 turns hexadecimal digits into capitals
            path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            with pytest.raises(ChangeRefused):
                signing.collect(change, derived, base, directory / "changes")
    assert statuses(directory, now) == {"SG-0001": "refused"}
    with pytest.raises(ChangeRefused, match="is no signature of this change"):
        publish(directory, now)


def test_one_key_counts_once(directory: Path, change: ChangeSet, now: datetime) -> None:
    sign(directory, change, "SG-ops-b", now)
    (again,) = sign(directory, change, "SG-ops-b", now)
    assert again.signed == ("SG-ops-b",)
    folder = directory / "changes"
    shutil.copy(folder / "SG-0001.SG-ops-b.sig.json", folder / "SG-0001.SG-ops-c.sig.json")
    with pytest.raises(ChangeRefused, match="is no signature of this change"):
        publish(directory, now)


def resigned(directory: Path, change: ChangeSet, author: str = "SG-ops-a") -> ChangeSet:
    """A change set its author signs whatever it says."""
    signer = key(directory, author)
    return change._replace(author=change.author._replace(sig=signer.sign(change.payload()).signature))


@pytest.mark.parametrize(
    ("alter", "why"),
    [
        (lambda change: change._replace(result={"SG-ops": "0" * 64}), "do not follow from it"),
        (lambda change: change._replace(result={**change.result, "SG-deny": "0" * 64}), "do not follow from it"),
        (lambda change: change._replace(created=change.created + days(1)), "in the future"),
        (lambda change: change._replace(expires=change.created), "would be valid until"),
        (lambda change: change._replace(expires=change.created + days(4000)), "would be valid until"),
        (lambda change: change._replace(registry="another"), "is for the registry another"),
        (lambda change: change._replace(events=change.events[:0]), "do not follow from it"),
        (lambda change: change._replace(events=(*change.events, *change.events)), "is there already"),
        (lambda change: change._replace(base=change.base._replace(role_version=9)), "has published since"),
        (lambda change: change._replace(base=change.base._replace(list_sha256="0" * 64)), "has published since"),
        (lambda change: change._replace(base=change.base._replace(snapshot_version=9)), "was made from version 9"),
        (lambda change: change._replace(state="XX", id="XX-0001"), "XX is not published yet"),
    ],
)
def test_an_author_cannot_make_others_sign_something_else(
    directory: Path, change: ChangeSet, now: datetime, alter: Callable[[ChangeSet], ChangeSet], why: str
) -> None:
    with pytest.raises(ChangeRefused, match=why):
        changeset.rederive(resigned(directory, alter(change)), published(directory), now)


def test_a_change_of_the_note_needs_its_author(directory: Path, change: ChangeSet, now: datetime) -> None:
    with pytest.raises(ChangeRefused, match="not as its author SG-ops-a signed it"):
        changeset.rederive(change._replace(note="Case 13"), published(directory), now)
    other = change._replace(author=change.author._replace(key="SG-ops-b"))
    with pytest.raises(ChangeRefused, match="none of SG's keys"):
        changeset.rederive(other, published(directory), now)


def test_what_has_errors_is_not_proposed(directory: Path, now: datetime) -> None:
    path = directory / "states" / "SG" / "list.json"
    listing = json.loads(path.read_text())
    listing["recognitions"].append({**listing["recognitions"][0], "id": "SG-0900", "of": "SG"})
    path.write_bytes(storage.pretty(listing))
    with pytest.raises(ChangeRefused, match="recognises itself"):
        propose(directory, now)
    assert not (directory / "changes" / "SG-0002.json").exists()


def test_an_error_hidden_in_the_events_is_found_by_the_signer(
    directory: Path, change: ChangeSet, now: datetime
) -> None:
    wrong = Event("status_recorded", {"status": "gone", "effective": "soon", "recorded": "x"}, "SG-0002")
    forged = change._replace(events=(*change.events, wrong))
    derived = changeset.derive(forged, published(directory))
    forged = forged._replace(result={role.role: role.sha256 for role in derived.roles})
    with pytest.raises(ChangeRefused, match="SG"):
        changeset.rederive(resigned(directory, forged), published(directory), now)


def test_another_states_error_holds_nobody_up_and_ones_own_does(
    directory: Path, change: ChangeSet, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing_tree = changeset.tree_of(published(directory))

    def with_error(state: str) -> None:
        listing = json.loads(json.dumps(standing_tree.states[state].listing))
        listing["recognitions"][0]["of"] = state
        broken = standing_tree.with_state(state, standing_tree.states[state]._replace(listing=listing))
        monkeypatch.setattr(changeset, "tree_of", lambda _: broken)

    with_error("TH")
    assert changeset.rederive(change, published(directory), now)
    with_error("SG")
    with pytest.raises(ChangeRefused):
        changeset.rederive(change, published(directory), now)


def test_nothing_edited_is_nothing_to_propose(pristine: Path, now: datetime, tmp_path: Path) -> None:
    with pytest.raises(ChangeRefused, match="nothing in the sources of SG differs"):
        changeset.propose(load(pristine), published(pristine), "SG", key(pristine, "SG-ops-a"), "", now, tmp_path)
    with pytest.raises(ChangeRefused, match="not published yet"):
        changeset.propose(load(pristine), None, "SG", key(pristine, "SG-ops-a"), "", now, tmp_path)


def test_the_second_of_two_is_overtaken(directory: Path, change: ChangeSet, now: datetime) -> None:
    second = propose(directory, now, "SG-ops-b")
    assert second.id == "SG-0002"
    for name in ("SG-ops-b", "SG-ops-c"):
        sign(directory, change, name, now)
    assert publish(directory, now, "SG-0001") == {"SG-0001": "published", "SG-0002": "published"}  # the same content
    with pytest.raises(ChangeRefused, match="SG has published since SG-0002") as refused:
        sign(directory, second, "SG-ops-c", now)
    assert "registry propose" in refused.value.hint
    changed = standing.suspend(load(directory), "SG", ISSUER, now, "fraud", now, service="SG-0002")
    sandbox.save_state(directory, "SG", changed.after)
    third = propose(directory, now)
    assert third.id == "SG-0003"
    changed = standing.withdraw(load(directory), "SG", ISSUER, now, "fraud", now, service="SG-0002")
    sandbox.save_state(directory, "SG", changed.after)
    sandbox.publish(directory, now)
    assert statuses(directory, now)["SG-0003"] == "overtaken"


def test_demo_signing_closes_a_change_set_of_the_same_content(directory: Path, now: datetime) -> None:
    assert statuses(directory, now) == {"SG-0001": "pending"}
    sandbox.publish(directory, now + days(1))
    assert statuses(directory, now + days(1)) == {"SG-0001": "published"}


def test_another_states_publication_does_not_matter(directory: Path, change: ChangeSet, now: datetime) -> None:
    tree = load(directory)
    theirs = standing.suspend(tree, "TH", "did:web:th-identity.demo.example", now, "investigation", now)
    shutil.copy(directory / "states" / "SG" / "list.json", directory / "kept.json")
    listing = storage.pretty(changeset.tree_of(published(directory)).states["SG"].listing)
    (directory / "states" / "SG" / "list.json").write_bytes(listing)
    sandbox.save_state(directory, "TH", theirs.after)
    sandbox.publish(directory, now)
    assert published(directory).version == 2
    for name in ("SG-ops-b", "SG-ops-c"):
        sign(directory, change, name, now)
    assert publish(directory, now) == {"SG-0001": "published"}


def test_two_states_are_published_together(directory: Path, change: ChangeSet, now: datetime) -> None:
    theirs = standing.suspend(load(directory), "TH", "did:web:th-identity.demo.example", now, "investigation", now)
    sandbox.save_state(directory, "TH", theirs.after)
    other = propose(directory, now, "TH-ops-c", "TH")
    for name in ("a", "b"):
        sign(directory, other, f"TH-ops-{name}", now)
        sign(directory, change, f"SG-ops-{'c' if name == 'a' else 'd'}", now)
    assert publish(directory, now) == {"SG-0001": "published", "TH-0001": "published"}
    assert published(directory).version == 2


def test_a_denial_is_signed_by_a_deny_key(directory: Path, now: datetime) -> None:
    moment = "2026-11-24T13:00:00Z"
    entry = {"id": ISSUER, "effective": moment, "recorded": moment, "reason": "fraud"}
    deny = {"defa_id": "deny/1", "territory": "SG", "denied": [entry]}
    (directory / "states" / "SG" / "deny.json").write_bytes(storage.pretty(deny))
    made = propose(directory, now, "SG-deny-a")
    assert made.result.keys() == {"SG-ops", "SG-deny"}
    assert [event.kind for event in made.events] == ["status_recorded", events.DENIED]
    sign(directory, made, "SG-ops-a", now)
    with pytest.raises(ChangeRefused, match="nobody approves"):
        sign(directory, made, "SG-deny-a", now)
    counts = sign(directory, made, "SG-ops-b", now)
    assert [count.complete for count in counts] == [True, False]
    sign(directory, made, "SG-deny-b", now)
    assert publish(directory, now, made.id)[made.id] == "published"
    registry = files.open_registry(directory / "published", now=now)
    assert [denial.id for denial in registry.denials("SG")] == [ISSUER]


def test_without_the_online_keys_nothing_is_published(directory: Path, change: ChangeSet, now: datetime) -> None:
    for name in ("SG-ops-b", "SG-ops-c"):
        sign(directory, change, name, now)
    (directory / "keys" / "snapshot.jwk.json").unlink()
    with pytest.raises(ChangeRefused, match="role snapshot needs 1 signature"):
        publish(directory, now)
    assert published(directory).version == 1


def test_what_expired_before_it_was_published_is_refused(directory: Path, change: ChangeSet, now: datetime) -> None:
    for name in ("SG-ops-b", "SG-ops-c"):
        sign(directory, change, name, now)
    with pytest.raises(ChangeRefused, match="SG-ops signed has expired"):
        publish(directory, now + days(366))


def test_only_those_named_are_published(directory: Path, now: datetime) -> None:
    with pytest.raises(WrongUse, match="no change SG-0009"):
        publish(directory, now, "SG-0009")
    with pytest.raises(ChangeRefused, match="SG-0001: SG-ops: 0/2 signed"):
        publish(directory, now, "SG-0001")


def test_outside_trials_a_record_is_recorded_now(directory: Path, change: ChangeSet, now: datetime) -> None:
    base = published(directory)
    base.root.signed.unrecognized_fields["x-defa-id"]["environment"] = "pilot"
    record = {"status": "suspended", "effective": "2026-10-01T00:00:00Z", "reason": "fraud"}
    for recorded in ("2026-11-01T00:00:00Z", "2026-11-25T00:00:00Z"):
        event = Event("status_recorded", {**record, "recorded": recorded}, "SG-0002")
        with pytest.raises(ChangeRefused, match="says it was recorded at"):
            changeset.rederive(resigned(directory, change._replace(events=(event,))), base, now)
