"""Role changes: a state rotates its own keys, the region its root, and nobody is delegated to without consent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id import files
from defa_id.errors import ChangeRefused, RegistryRejected, WrongUse
from defa_id.issue import signing as keys
from defa_id.operator import (
    appointing,
    changeset,
    keyfiles,
    pending,
    publishing,
    rolechange,
    sandbox,
    signing,
    standing,
    storage,
)
from defa_id.operator.appointing import Appointment
from defa_id.operator.demands import Demand
from defa_id.operator.rolechange import Beginning, RoleChange, Wanted
from defa_id.operator.tree import load
from tests.operator.conftest import LATER, Run
from tests.operator.holders import Holders
from tests.operator.made import days
from tests.operator.stock_client import all_targets

REGION = ("region-a", "region-b", "region-c")
ISSUER = "did:web:sg-identity.demo.example"


@pytest.fixture
def held(directory: Path) -> Holders:
    return Holders(directory)


def opened(held: Holders, now: datetime, memory: Path | None = None) -> Any:
    registry = files.open_registry(held.directory / "published", now=now, memory=memory or "none")
    for state in registry.states():
        registry.state_list(state)
    return registry


def test_a_state_rotates_a_key_of_its_operations_by_itself(held: Holders, now: datetime, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in (held.directory / "published" / "metadata").iterdir()}
    change = held.propose(now, "SG-ops-a", held.replaced("SG-ops", "SG-ops-b"))
    assert change.id == "SG-roles-0001"
    assert change.base == {"SG": 1, "SG-ops": 1}
    counts = held.sign(change, now, ["SG-a", "SG-c", "SG-ops-d"])
    assert counts["SG"].complete
    assert str(counts["SG-ops"]) == (
        "SG-ops: 1/2 signed by SG-ops-d; 1 more of SG-ops-b, SG-ops-c; "
        "SG-ops-b must sign, to show that the new key is held"
    )
    counts = held.sign(change, now, ["SG-ops-b"])
    assert all(count.complete for count in counts.values())
    for name in (*REGION, "TH-a", "SG-b"):
        held.ring.path(name).unlink()
    assert held.publish(now)[change.id].status == "published"
    for name, data in before.items():
        if name != "timestamp.json":
            assert (held.directory / "published" / "metadata" / name).read_bytes() == data
    all_targets(held.directory / "published", tmp_path / "cache", now)
    assert opened(held, now).state_list("SG").document["sequence"] == 1, "what it lists stays as it was"
    suspended = standing.suspend(load(held.directory), "SG", ISSUER, now, "investigation", now)
    sandbox.save_state(held.directory, "SG", suspended.after)
    edited = changeset.propose(
        load(held.directory), held.published, "SG", held.signer("SG-ops-a"), "", now, held.folder
    )
    derived = changeset.rederive(edited, held.published, now)
    with pytest.raises(ChangeRefused, match="does not sign SG-0001"):
        signing.sign(edited, derived, held.published, held.signer("SG-ops-b-old"), held.folder)
    signing.sign(edited, derived, held.published, held.signer("SG-ops-b"), held.folder)


def test_break_glass_keys_are_rotated_alike(held: Holders, now: datetime) -> None:
    held.rotate(now, "SG-deny", ["SG-deny-a", "SG-deny-b"], "SG-ops-a", ["SG-b", "SG-c", "SG-deny-a", "SG-deny-b"])
    assert held.published.versions["SG-ops"] == 1
    assert held.published.versions["SG-deny"] == 2
    opened(held, now)


def test_the_author_is_no_second_pair_of_eyes_and_has_shown_its_key(held: Holders, now: datetime) -> None:
    change = held.propose(now, "SG-a", held.replaced("SG-ops", "SG-ops-b"))
    with pytest.raises(ChangeRefused, match="nobody approves their own change"):
        held.sign(change, now, ["SG-a"])
    held.sign(change, now, ["SG-b", "SG-ops-b", "SG-ops-c"])
    with pytest.raises(ChangeRefused, match="no change set has the signatures"):
        held.publish(now)
    counts = held.sign(change, now, ["SG-c"])
    assert all(count.complete for count in counts.values())


def test_more_keys_fewer_keys_and_another_threshold(held: Holders, now: datetime) -> None:
    holders = dict(appointing.holders("SG-ops", held.published))
    held.ring.make("SG-ops-e")
    del holders["SG-ops-a"]
    holders["SG-ops-e"] = held.public("SG-ops-e")
    change = held.propose(now, "SG-ops-b", Appointment("SG-ops", tuple(holders.items()), 3))
    assert list(rolechange.words(change, held.published))[1] == "SG-ops: 3 of 4 must sign from now on, and not 2"
    held.sign(change, now, ["SG-a", "SG-b", "SG-ops-e", "SG-ops-c", "SG-ops-d"])
    held.publish(now)
    duty = held.published.duty(appointing.planned("SG-ops"))
    assert (duty.keys, duty.threshold) == (("SG-ops-b", "SG-ops-c", "SG-ops-d", "SG-ops-e"), 3)
    assert sandbox.publish(held.directory, now).changed == (), "publishing with the keys at hand keeps it so"


def test_a_states_own_keys_pass_on_by_the_word_of_those_before(held: Holders, now: datetime, tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    opened(held, now, memory)
    change = held.propose(now, "SG-ops-a", held.replaced("SG", "SG-a", "SG-b", "SG-c"))
    counts = held.sign(change, now, ["region-a", "region-b", "SG-a", "SG-b", "SG-c", "SG-a-old"])
    assert str(counts["SG, handing over"]) == "SG, handing over: 1/2 signed by SG-a; 1 more of SG-b, SG-c"
    assert held.standings(now)[change.id].status == "pending"
    held.sign(change, now, ["SG-c-old"])
    held.publish(now)
    assert opened(held, now, memory).version == 2
    again = held.propose(now, "SG-ops-a", held.replaced("SG", "SG-b"))
    held.sign(again, now, ["region-a", "region-c", "SG-b", "SG-c", "SG-b-old", "SG-a"])
    held.publish(now)
    assert opened(held, now, memory).version == 3
    stranger = tmp_path / "stranger.json"
    assert opened(held, now, stranger).version == 3
    held.rotate(now, "SG-ops", ["SG-ops-a"], "SG-deny-a", ["SG-a", "SG-c", "SG-ops-a", "SG-ops-b"])
    assert [len(held.published.handovers("SG")), held.published.broken_handovers("SG")] == [2, 0]
    assert opened(held, now, memory).broken_handovers("SG") == 0
    all_targets(held.directory / "published", tmp_path / "cache", now)


def test_a_client_offline_for_two_changes_follows_both(held: Holders, now: datetime, tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    opened(held, now, memory)
    for name in ("SG-a", "SG-b"):
        signers = ["region-a", "region-b", name, "SG-c", f"{name}-old", "SG-b" if name == "SG-a" else "SG-a"]
        held.rotate(now, "SG", [name], "SG-ops-a", signers)
    assert opened(held, now, memory).state_list("SG").territory == "SG"


@pytest.fixture
def replaced(held: Holders, now: datetime, tmp_path: Path) -> Path:
    """SG lost its keys; the region names others, and a client knew the old ones. The client's memory."""
    memory = tmp_path / "memory.json"
    opened(held, now, memory)
    shutil.copytree(held.directory / "published", tmp_path / "before")
    change = held.propose(now, "region-a", held.replaced("SG", "SG-a", "SG-b", "SG-c"), lost=True)
    assert "verifiers that know them will refuse SG" in list(rolechange.words(change, held.published))[-1]
    held.sign(change, now, ["region-b", "region-c", "SG-a", "SG-b", "SG-c"])
    held.publish(now)
    return memory


def test_keys_replaced_without_their_word_are_refused_by_who_knew_them(
    held: Holders, now: datetime, replaced: Path
) -> None:
    registry = files.open_registry(held.directory / "published", now=now, memory=replaced)
    with pytest.raises(RegistryRejected) as refused:
        registry.state_list("SG")
    assert refused.value.code == "REG_HANDOVER"
    assert registry.state_list("TH").territory == "TH", "one state's trouble is never another's"
    assert opened(held, now).broken_handovers("SG") == 1


def test_and_flagged_by_doctor_compare_and_refresh(run: Run, held: Holders, replaced: Path, tmp_path: Path) -> None:
    published = held.directory / "published"
    for more in (("--dir", held.directory), ("--registry", published)):
        said = run("registry", "doctor", *more)
        assert "own keys replaced without the word of those before: SG" in " ".join(said.stdout.split())
    said = run("registry", "compare", tmp_path / "before", published)
    assert said.exit_code == 3
    assert "warning: state SG: its keys were replaced without the word of those before" in said.stderr
    told = json.loads(run("registry", "compare", published, tmp_path / "before", "--json").stdout)
    assert told["replaced"] == ["SG"]
    cache = tmp_path / "cache"
    assert run("registry", "refresh", tmp_path / "before", "--cache", cache, "--memory", "none").exit_code == 0
    said = run("registry", "refresh", published, "--cache", cache, "--memory", "none")
    assert "warning: state SG: REG_HANDOVER" in said.stderr


def test_until_the_state_was_asked(run: Run, held: Holders, now: datetime, replaced: Path) -> None:
    named = ("registry", "accept", "SG", "--registry", held.directory / "published", "--memory", replaced)
    said = run(*named)
    assert said.exit_code == 2
    assert "nobody says that SG was asked" in said.stderr
    said = run(*named, "--yes")
    assert said.exit_code == 0, said.output
    held_by = opened(held, now, replaced).seen().holders["SG"]
    assert said.stdout == f"SG: keys {held_by}\n"
    assert "these are the keys you know" in run(*named).stderr
    assert run("registry", "accept", "XX", "--registry", held.directory / "published", "--yes").exit_code == 2


def test_the_region_rotates_its_root_and_a_client_offline_for_three_rotations_follows(
    held: Holders, now: datetime, tmp_path: Path
) -> None:
    memory, anchor = tmp_path / "memory.json", held.directory / "published" / "root.json"
    shutil.copy(anchor, tmp_path / "root.json")
    opened(held, now, memory)
    for number, name in enumerate(REGION):
        others = [one for one in REGION if one != name]
        signers = [name, *others, *([f"{name}-old"] if number == 2 else [])]
        held.rotate(now + timedelta(hours=number), "region", [name], "TH-a", signers)
    assert held.published.versions["root"] == 4
    late = now + timedelta(hours=9)
    registry = files.open_registry(held.directory / "published", root=tmp_path / "root.json", memory=memory, now=late)
    assert (registry.version, registry.anchor) == (4, "pinned")
    all_targets(held.directory / "published", tmp_path / "cache", late)
    for name in REGION:
        held.ring.path(f"{name}-old").unlink()
    assert sandbox.publish(held.directory, late).changed == ()


def test_a_root_needs_enough_of_the_old_and_enough_of_the_new(held: Holders, now: datetime) -> None:
    change = held.propose(now, "TH-a", held.replaced("region", "region-a", "region-b"))
    counts = held.sign(change, now, ["region-a", "region-b", "region-c"])
    assert counts["root, keys from now"].complete
    assert str(counts["root, keys until now"]) == (
        "root, keys until now: 1/2 signed by region-c; 1 more of region-a-until-now, region-b-until-now"
    )
    with pytest.raises(ChangeRefused, match="no change set has the signatures"):
        held.publish(now)
    held.sign(change, now, ["region-b-old"])
    assert held.publish(now)[change.id].status == "published"
    opened(held, now)


def with_snapshot_key(held: Holders, now: datetime) -> None:
    """The first of two steps: a second snapshot key."""
    held.ring.make("snapshot-b")
    both = (*appointing.holders("snapshot", held.published), ("snapshot-b", held.public("snapshot-b")))
    change = held.propose(now, "region-a", Appointment("snapshot", both, 1), held.replaced("timestamp", "timestamp-a"))
    assert change.base == {"root": 1}
    held.sign(change, now, ["region-b", "region-c"])
    held.publish(now)


def test_online_keys_are_replaced_by_the_root_in_two_steps(held: Holders, now: datetime, tmp_path: Path) -> None:
    new = keys.generate()
    swapped = Appointment("snapshot", (("snapshot", keyfiles.pem_of(new.public, "new")),), 1)
    with pytest.raises(ChangeRefused, match="no snapshot that fits the old root and the new one"):
        held.propose(now, "region-a", swapped)
    with_snapshot_key(held, now)
    opened(held, now)
    change = held.propose(now, "region-a", Appointment("snapshot", (("snapshot-b", held.public("snapshot-b")),), 1))
    held.sign(change, now, ["region-b", "region-c"])
    held.publish(now)
    held.ring.path("snapshot").unlink()
    held.ring.path("timestamp-b").unlink()
    assert sandbox.publish(held.directory, now + timedelta(hours=1)).changed == ()
    all_targets(held.directory / "published", tmp_path / "cache", now)


def test_an_online_key_that_is_not_here_publishes_nothing(held: Holders, now: datetime) -> None:
    with_snapshot_key(held, now)
    change = held.propose(now, "region-a", Appointment("snapshot", (("snapshot-b", held.public("snapshot-b")),), 1))
    held.sign(change, now, ["region-b", "region-c"])
    held.ring.path("snapshot-b").unlink()
    with pytest.raises(ChangeRefused, match="role snapshot needs 1 signatures and 0 of its keys are here"):
        held.publish(now)
    shutil.copy(held.ring.path("snapshot"), held.ring.path("snapshot-b"))
    with pytest.raises(ChangeRefused, match="snapshot was signed by 0/1 keys"):
        held.publish(now)
    assert held.published.version == 2


def test_nobody_publishes_what_would_lock_readers_out_for_a_moment(held: Holders, now: datetime) -> None:
    change = held.propose(now, "region-a", held.replaced("timestamp", "timestamp-a"))
    held.sign(change, now, ["region-b", "region-c"])
    held.ring.path("timestamp-b").rename(held.directory / "away")
    with pytest.raises(ChangeRefused, match="would find neither the old root nor the new one to fit"):
        held.publish(now)
    (held.directory / "away").rename(held.ring.path("timestamp-b"))
    held.publish(now)
    opened(held, now)


def test_lost_keys_below_the_threshold_still_publish_and_are_replaced(held: Holders, now: datetime) -> None:
    for name in ("SG-ops-a", "SG-ops-b", "SG-c", "region-c", "timestamp-b"):
        held.ring.path(name).rename(held.directory / f"{name}.lost")
    sandbox.publish(held.directory, now)
    for name in ("SG-ops-a", "SG-ops-b", "SG-c"):
        held.ring.make(name)
    ops = dict(appointing.holders("SG-ops", held.published))
    own = dict(appointing.holders("SG", held.published))
    ops |= {name: held.public(name) for name in ("SG-ops-a", "SG-ops-b")}
    own |= {"SG-c": held.public("SG-c")}
    change = held.propose(
        now,
        "SG-deny-a",
        Appointment("SG-ops", tuple(ops.items()), 2),
        Appointment("SG", tuple(own.items()), 2),
    )
    signers = ["SG-a", "SG-b", "SG-c", "SG-ops-a", "SG-ops-b", "region-a", "region-b"]
    assert all(count.complete for count in held.sign(change, now, signers).values())
    held.publish(now)
    opened(held, now)


@pytest.mark.parametrize(
    ("roles", "signers", "changed"),
    [
        (("SG-ops", "SG-deny"), ["SG-ops-b", "SG-ops-c", "SG-deny-b"], {"SG-ops", "SG-deny"}),
        (("SG",), ["SG-a", "SG-b"], {"SG"}),
        (("root", "targets"), ["region-a", "region-b"], {"root", "targets"}),
    ],
)
def test_what_would_expire_is_signed_anew(
    held: Holders, now: datetime, tmp_path: Path, roles: tuple[str, ...], signers: list[str], changed: set[str]
) -> None:
    before, later = held.published.versions, now + days(60)
    author = "TH-a" if "root" in roles else "SG-ops-a"
    change = held.propose(later, author, renewed=roles)
    assert all("signed anew as it stands" in line for line in rolechange.words(change, held.published))
    held.sign(change, later, signers)
    held.publish(later)
    after = held.published.versions
    assert {role for role in after if after[role] != before[role]} == {*changed, "snapshot", "timestamp"}
    assert all(held.published.expiry(role) == later + days(365) for role in changed)
    listing = opened(held, later).state_list("SG").document
    assert listing["sequence"] == (2 if "SG-ops" in roles else 1)
    assert listing["next_update"] == ("2028-01-23T13:00:00Z" if "SG-ops" in roles else "2027-11-24T12:00:00Z")
    all_targets(held.directory / "published", tmp_path / "cache", later)


def test_a_machine_signs_the_timestamp_anew_and_nothing_else(
    run: Run, held: Holders, now: datetime, tmp_path: Path
) -> None:
    path = held.directory / "registry.json"
    storage.write(path, storage.pretty({**json.loads(path.read_text()), "lifetimes": {"timestamp": 1, "snapshot": 7}}))
    for key in list(held.ring.names()):
        if key not in ("snapshot", "timestamp-b"):
            held.ring.path(key).unlink()
    before = held.published.versions
    said = run("registry", "stamp", "--dir", held.directory)
    assert said.exit_code == 0, said.output
    assert said.stdout == "version 1: good until 2026-11-25T13:00:00Z\n"
    after = held.published.versions
    assert {role for role in after if after[role] != before[role]} == {"timestamp"}
    assert files.open_registry(held.directory / "published", now=now).version == 1
    all_targets(held.directory / "published", tmp_path / "cache", now)
    told = json.loads(run("registry", "stamp", "--dir", held.directory, "--json").stdout)
    assert told["version"] == 1
    assert held.published.versions["timestamp"] == 3
    late = now + days(362)  # three of the snapshot's seven days are left
    publishing.stamp(load(held.directory), held.ring, held.directory / "published", late)
    assert held.published.versions["snapshot"] == 2
    assert held.published.expiry("snapshot") == late + days(7)
    held.ring.path("timestamp-b").unlink()
    with pytest.raises(ChangeRefused, match="role timestamp needs 1 signatures"):
        publishing.stamp(load(held.directory), held.ring, held.directory / "published", late)


def test_a_machine_signs_nothing_a_reader_would_refuse(run: Run, held: Holders, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    shutil.copytree(held.directory, empty, ignore=lambda _, names: ["published"] if "published" in names else [])
    assert "nothing is published yet" in run("registry", "stamp", "--dir", empty).stderr
    metadata = held.directory / "published" / "metadata"
    role = json.loads((metadata / "1.SG-ops.json").read_text())
    role["signatures"] = role["signatures"][:1]
    data = json.dumps(role).encode()
    (metadata / "1.SG-ops.json").write_bytes(data)
    said = run("registry", "stamp", "--dir", held.directory)
    assert said.exit_code == 2, "the file is not the one the snapshot names"
    assert "damaged" in said.stderr


def test_the_second_of_two_is_overtaken(held: Holders, now: datetime) -> None:
    first = held.propose(now, "SG-ops-a", held.replaced("SG-ops", "SG-ops-b"))
    second = held.propose(now, "SG-ops-a", held.replaced("SG-ops", "SG-ops-c"))
    held.sign(first, now, ["SG-a", "SG-b", "SG-ops-b", "SG-ops-d"])
    held.sign(second, now, ["SG-a", "SG-b", "SG-ops-c", "SG-ops-d"])
    found = held.publish(now)
    assert {name: one.status for name, one in found.items()} == {
        first.id: pending.PUBLISHED,
        second.id: pending.OVERTAKEN,
    }
    with pytest.raises(ChangeRefused, match="SG has published since SG-roles-0002"):
        rolechange.rederive(second, held.published, now)


@pytest.fixture
def change(held: Holders, now: datetime) -> RoleChange:
    return held.propose(now, "SG-ops-a", held.replaced("SG-ops", "SG-ops-b"))


def test_any_byte_of_a_role_change_and_of_its_signatures_counts(
    held: Holders, now: datetime, change: RoleChange
) -> None:
    path, base = held.folder / f"{change.id}.json", held.published
    whole = path.read_bytes()
    for place in range(0, len(whole), 41):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ChangeRefused):
            rolechange.rederive(rolechange.read(path), base, now)
    for torn in (whole[:-1], whole + b"\n", whole.replace(b"  ", b" "), b"", b"{}"):
        path.write_bytes(torn)
        with pytest.raises(ChangeRefused):
            rolechange.read(path)
    path.write_bytes(whole)
    held.sign(change, now, ["SG-a"])
    derived = rolechange.rederive(change, base, now)
    (found,) = held.folder.glob("*.sig.json")
    made = found.read_bytes()
    for place in range(len(made)):
        found.write_bytes(made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :])
        with pytest.raises(ChangeRefused):
            signing.collect_roles(change, derived, base, held.folder)
    assert held.standings(now)[change.id].status == "refused"


def resigned(held: Holders, change: RoleChange) -> RoleChange:
    """A role change its author signs whatever it says."""
    made = held.signer("SG-ops-a").sign(change.payload()).signature
    return change._replace(author=change.author._replace(sig=made))


def with_role(change: RoleChange, **members: Any) -> RoleChange:
    (one,) = change.appointments
    return change._replace(appointments=(one._replace(**members),))


ALTERED: dict[str, tuple[Callable[[RoleChange], RoleChange], str]] = {
    "other bytes": (lambda c: c._replace(result={**c.result, "SG": "0" * 64}), "do not follow from it"),
    "more bytes": (lambda c: c._replace(result={**c.result, "targets": "0" * 64}), "do not follow from it"),
    "the future": (lambda c: c._replace(created=c.created + days(1)), "in the future"),
    "for ever": (
        lambda c: c._replace(expires=dict.fromkeys(c.expires, c.created + days(9999))),
        "would be valid until",
    ),
    "no end": (lambda c: c._replace(expires={}), "leaves open how long"),
    "another registry": (lambda c: c._replace(registry="another"), "is for the registry another"),
    "an old base": (lambda c: c._replace(base={**c.base, "SG": 9}), "has published since"),
    "another base": (lambda c: c._replace(base={"SG": 1}), "is not called after what it changes"),
    "another state": (lambda c: c._replace(id="TH-roles-0001"), "is not called after what it changes"),
    "one pair of eyes": (lambda c: with_role(c, threshold=1), "At least|1 of 4 keys"),
    "more than there are": (lambda c: with_role(c, threshold=5), "5 of 4 keys"),
    "no keys": (lambda c: with_role(c, keys=c.appointments[0].keys[:1]), "2 of 1 keys"),
    "an unknown role": (lambda c: with_role(c, role="SG-all"), "there is no role"),
    "keys twice": (lambda c: with_role(c, keys=(*c.appointments[0].keys[:2],) * 2), "two keys of SG-ops have one name"),
    "a key by another name": (
        lambda c: with_role(c, keys=(*c.appointments[0].keys, ("SG-ops-z", c.appointments[0].keys[0][1]))),
        "is SG-ops-a of SG-ops already",
    ),
    "a name that lies": (
        lambda c: with_role(c, keys=(("TH-ops-a", c.appointments[0].keys[0][1]), *c.appointments[0].keys[1:])),
        "is no name for a key of SG-ops",
    ),
    "a beginning": (lambda c: c._replace(beginning=Beginning(list={"territory": "SG"})), "is published already"),
    "a new registry": (
        lambda c: c._replace(beginning=Beginning(about={"registry": "x", "environment": "demo", "title": "x"})),
        "has begun already",
    ),
}


@pytest.mark.parametrize(("alter", "why"), ALTERED.values(), ids=ALTERED.keys())
def test_an_author_cannot_make_others_sign_something_else(
    held: Holders, change: RoleChange, now: datetime, alter: Callable[[RoleChange], RoleChange], why: str
) -> None:
    with pytest.raises(ChangeRefused, match=why):
        rolechange.rederive(resigned(held, alter(change)), held.published, now)


def test_a_change_of_the_note_needs_its_author(held: Holders, change: RoleChange, now: datetime) -> None:
    with pytest.raises(ChangeRefused, match="not as its author SG-ops-a signed it"):
        rolechange.rederive(change._replace(note="Urgent"), held.published, now)
    other = change._replace(author=change.author._replace(key="SG-ops-c"))
    with pytest.raises(ChangeRefused, match="SG-ops-c is none of SG's keys"):
        rolechange.rederive(other, held.published, now)


@pytest.mark.parametrize("author", ["TH-a", "TH-ops-a", "timestamp-a", "issuer-SG-0001"])
def test_a_stranger_does_not_propose(held: Holders, now: datetime, author: str) -> None:
    with pytest.raises(ChangeRefused, match=r"is none of SG's keys|is not a P-256 key"):
        held.propose(now, author, held.replaced("SG-ops", "SG-ops-b"))


def test_a_key_serves_one_role_and_is_of_one_kind(held: Holders, now: datetime) -> None:
    ops = dict(appointing.holders("SG-ops", held.published))
    for stolen, whose in (
        ("SG-a", "SG-a of SG"),
        ("TH-ops-a", "TH-ops-a of TH-ops"),
        ("region-a", "region-a of region"),
    ):
        keys_of = {**ops, "SG-ops-b": held.public(stolen)}
        with pytest.raises(ChangeRefused, match=f"the key SG-ops-b is {whose} already"):
            held.propose(now, "SG-ops-a", Appointment("SG-ops", tuple(keys_of.items()), 2))
    for public in ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", held.public("SG-ops-b") + "\n"):
        with pytest.raises(ChangeRefused, match=r"is not a P-256 key|is not spelled"):
            held.propose(now, "SG-ops-a", Appointment("SG-ops", tuple({**ops, "SG-ops-b": public}.items()), 2))


def test_what_is_not_there_is_not_renewed(held: Holders, now: datetime) -> None:
    for renewed, why in ((("XX",), "is none of XX's keys"), ((), "about one state"), (("SG", "TH"), "about one state")):
        with pytest.raises(ChangeRefused, match=why):
            held.propose(now, "SG-ops-a", renewed=renewed)
    for role in ("SG-all", "region", "snapshot"):
        with pytest.raises(ChangeRefused, match=f"there is no role '{role}' here"):
            held.propose(now, "SG-ops-a", renewed=(role,))


def test_from_the_command_line(run: Run, held: Holders, tmp_path: Path) -> None:
    directory, new = held.directory, keys.generate()
    (tmp_path / "new.jwk").write_bytes(keys.to_json(new.public_jwk))
    private = tmp_path / "private.jwk"
    private.write_bytes(keys.to_json(keys.to_jwk(new)))

    def key(name: str) -> tuple[Any, ...]:
        return ("--key", directory / "keys" / f"{name}.jwk.json")

    rotate = ("registry", "rotate-role", "--dir", directory, "--role", "SG-ops")
    said = run(*rotate, "--replace", f"SG-ops-b={tmp_path / 'new.jwk'}", "--note", "Yearly", *key("SG-ops-a"))
    assert said.exit_code == 0, said.output
    assert "SG-ops: new keys SG-ops-b (" in said.stdout
    assert "SG: 0/2 signed; 2 more of SG-a, SG-b, SG-c" in said.stdout
    assert "registry sign SG-roles-0001" in said.stderr
    assert "SG-roles-0001 by SG-ops-a: Yearly" in run("registry", "diff", "SG-roles-0001", "--dir", directory).stdout
    told = json.loads(run("registry", "diff", "SG-roles-0001", "--dir", directory, "--json").stdout)
    assert told[0]["change"] == "SG-roles-0001"
    for name in ("SG-a", "SG-b", "SG-ops-c"):
        assert run("registry", "sign", "SG-roles-0001", "--dir", directory, *key(name)).exit_code == 0
    status = run("registry", "status", "--dir", directory).stdout
    assert "SG-roles-0001 pending by SG-ops-a: Yearly" in status
    assert "SG-ops-b must sign, to show that the new key is held" in status
    said = run("registry", "sign", "SG-roles-0001", "--dir", directory, "--key", private, "--json")
    assert all(one["complete"] for one in json.loads(said.stdout)["counts"])
    assert run("registry", "publish", "--dir", directory, "--change", "SG-roles-0001").exit_code == 0
    assert files.open_registry(directory / "published", now=LATER).version == 2
    said = run("registry", "renew", "--dir", directory, "--role", "SG", "--role", "SG-deny", *key("SG-ops-a"), "--json")
    assert json.loads(said.stdout)["change"]["renewed"] == ["SG", "SG-deny"]


REFUSED: dict[str, tuple[list[str], str]] = {
    "nothing": ([], "nothing would change about SG-ops"),
    "no file": (["--replace", "SG-ops-b"], "is not NAME=FILE"),
    "no such key": (["--replace", "SG-ops-z=new.jwk"], "SG-ops has no key 'SG-ops-z'"),
    "there already": (["--add", "SG-ops-a=new.jwk"], "has a key SG-ops-a already"),
    "not there": (["--remove", "SG-ops-z"], "has no key 'SG-ops-z'"),
    "too few": (["--threshold", "1"], "would need 1 of 4 keys"),
    "too many": (["--threshold", "9"], "would need 9 of 4 keys"),
    "a private key": (["--replace", "SG-ops-b=private.jwk"], "the key is refused"),
    "a rehearsal's key": (["--replace", "SG-ops-b=rehearsed.jwk"], "was made in a rehearsal"),
    "another kind": (["--replace", "SG-ops-b=other.jwk"], "is not a P-256 key"),
    "an unknown role": (["--role", "SG-all", "--threshold", "2"], "there is no role 'SG-all'"),
    "half of the region": (["--role", "root", "--threshold", "3"], "there is no role 'root'"),
}


@pytest.mark.parametrize(("more", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_proposed(
    run: Run, held: Holders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], why: str
) -> None:
    key = keys.generate()
    (tmp_path / "new.jwk").write_bytes(keys.to_json(key.public_jwk))
    (tmp_path / "private.jwk").write_bytes(keys.to_json(keys.to_jwk(key)))
    (tmp_path / "rehearsed.jwk").write_bytes(keys.to_json({**key.public_jwk, "x-defa-id": "rehearsal"}))
    (tmp_path / "other.jwk").write_bytes(keys.to_json(keys.generate("Ed25519").public_jwk))
    monkeypatch.chdir(tmp_path)
    author = ("--key", held.directory / "keys" / "SG-ops-a.jwk.json")
    said = run("registry", "rotate-role", "--dir", held.directory, "--role", "SG-ops", *author, *more)
    assert said.exit_code == 2, said.output
    assert why in said.stderr
    assert not list(held.folder.glob("*"))


def test_a_change_that_is_not_there(held: Holders) -> None:
    with pytest.raises(WrongUse, match="no change SG-roles-0009"):
        pending.find(held.folder, "SG-roles-0009")
    assert Wanted().appointments == ()
    assert Demand("SG", b"", {}, 2).each == frozenset()
