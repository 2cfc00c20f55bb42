"""The cases of the framework's public conformance suite, told again for its stock client and ours side by side.

The suite (theupdateframework/tuf-conformance) drives a client program over http; here both clients get the
same repository, in the same order, with the same clock. They have to agree, on every refresh, whether it
succeeded and on which versions they then stand. Where they differ the call says so by a name, and
`DIFFERENCES` says why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conformance.tuf_clients import Clients
from tests.support.world import NOW, Json, World, dumps
from tests.trust.repository import Repository, key_entry

DIFFERENCES = {
    "same-version": (
        "One timestamp version with two contents: the stock client keeps the one it has and calls it a success; "
        "ours has caught its repository telling two stories, says so (REG_EQUIVOCATION), and keeps what it has."
    ),
    "whole": (
        "Where a step fails, the stock client keeps what it had verified before that step, a newer root without its "
        "timestamp for instance; ours replaces a whole registry by a whole registry, or nothing."
    ),
    "first-match": (
        "The stock client looks through all delegations in depth; in a registry every delegation is terminating and "
        "no deeper than state and role, so ours follows the first that matches."
    ),
    "states-path": "The top role may fill any path in TUF; in a registry it never fills a state's.",
    "unusual-name": (
        "The stock client quotes any role name; in a registry roles are files, and a name that leads elsewhere is "
        "refused with the whole registry."
    ),
    "unneeded": (
        "The stock client fetches a role or target when somebody asks for it; ours holds everything the snapshot "
        "names against its hash at once, and refuses the registry if anything is not the one that was signed."
    ),
    "two-spellings": (
        "One key under two ids counts once with us, because TUF §4.2 asks for a threshold of keys; the stock client "
        "counts ids."
    ),
}
DAY = timedelta(days=1)


class Play:
    """A repository that changes, and both clients looking at it again and again."""

    def __init__(self, home: Path) -> None:
        self.world, _ = World.make()
        self.repository = Repository.of(self.world)
        self.clients = Clients(home, self.repository.files()["root.json"])

    def refresh(
        self, ok: bool, *, ours: bool | None = None, because: str = "", files: dict[str, bytes] | None = None
    ) -> None:
        """Both clients refresh: `ok` is what the stock client has to come to, and ours too unless `ours` says
        otherwise, `because` of a named difference."""
        assert (ours is None) == (because == "") or because == "whole", "a difference has a name"
        assert not because or because in DIFFERENCES
        stock, own = self.clients.refresh(files if files is not None else self.repository)
        assert stock.ok is ok, "the stock client"
        assert own.ok is (ok if ours is None else ours), "ours"
        if stock.ok and own.ok:
            assert stock.versions == own.versions

    def target(self, path: str, data: bytes | None, *, ours: bytes | None = None, because: str = "") -> None:
        """Both look for a target and get these bytes, or neither gets any."""
        stock, own = self.clients.target(path)
        assert stock == data, "the stock client"
        assert own == (ours if because else data), "ours"

    def bump(self, *roles: str) -> None:
        """The next version of each role."""
        for role in roles:
            self.repository.roles[role]["version"] += 1

    def publish(self, *roles: str) -> None:
        """New versions of these roles, of the snapshot that names them and the timestamp that names it."""
        self.bump(*roles, "snapshot", "timestamp")

    def root(self, edit: Callable[[Json], object] | None = None, *signers: str) -> None:
        """The next root."""
        self.repository.add_root(signers or ("region-a", "region-b"), edit)

    def keys(self, role: str, names: list[str], threshold: int = 1, *, signers: list[str] | None = None) -> None:
        """A new root in which these keys sign a top role; from now on `signers` do, or as many as must."""

        def name(root: Json) -> None:
            entries = dict(key_entry(self.world, name) for name in names)
            root["keys"].update(entries)
            root["roles"][role] = {"keyids": list(entries), "threshold": threshold}

        self.root(name)
        self.repository.signers[role] = names[:threshold] if signers is None else signers


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return Play(tmp_path / "clients")


# --- basics -----------------------------------------------------------------------------------------------------


def test_first_refresh(play: Play) -> None:
    play.refresh(True)
    asked = [name for name in play.clients.asked if name.startswith("metadata/")]
    assert asked == [f"metadata/{name}.json" for name in ("2.root", "timestamp", "1.snapshot", "1.targets")]


def test_looking_for_a_target_that_is_not_there(play: Play) -> None:
    play.refresh(True)
    play.target("nonexistent", None)


def test_an_anchor_without_a_version(play: Play) -> None:
    root = json.loads(play.clients.anchor)
    del root["signed"]["version"]
    play.clients.anchor = dumps(root)
    play.refresh(False)
    assert play.clients.asked == []


def test_an_anchor_whose_signature_is_another(play: Play) -> None:
    root = json.loads(play.clients.anchor)
    root["signatures"][0]["sig"] = root["signatures"][1]["sig"]
    play.clients.anchor = dumps(root)
    play.refresh(False)
    assert play.clients.asked == []


def test_members_nobody_knows(play: Play) -> None:
    def edit(root: Json) -> None:
        root["custom-member"] = "value"
        root["roles"]["root"]["another"] = ["value"]
        key = next(iter(root["keys"].values()))
        key["extra"] = {"a": 1, "b": 2}

    play.refresh(True)
    play.root(edit)
    play.refresh(True)


def test_another_timestamp_under_the_same_version(play: Play) -> None:
    play.refresh(True)
    play.bump("snapshot")
    play.refresh(True, ours=False, because="same-version")


def test_another_member_in_the_timestamp_under_the_same_version(play: Play) -> None:
    play.refresh(True)
    play.repository.roles["timestamp"]["x-note"] = "changed"
    play.refresh(True, ours=False, because="same-version")


def test_targets_with_another_hash_than_the_snapshot_names(play: Play) -> None:
    play.refresh(True)
    old = play.repository.files()["metadata/1.targets.json"]
    play.publish("targets")
    play.refresh(False, files={**play.repository.files(), "metadata/2.targets.json": old})


def test_targets_with_another_version_than_the_snapshot_names(play: Play) -> None:
    """Length and hash agree, and the file says another version."""
    play.refresh(True)
    play.repository.roles["targets"]["version"] = 5
    data = play.repository.sealed("targets")
    play.repository.unpinned.add("targets")
    pinned = {"version": 2, "length": len(data), "hashes": {"sha256": hashlib.sha256(data).hexdigest()}}
    play.repository.roles["snapshot"]["meta"]["targets.json"] = pinned
    play.publish()
    play.repository.signatures["targets"] = json.loads(data)["signatures"]
    play.refresh(False)


# --- expiry -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_a_new_version_that_has_expired(play: Play, role: str) -> None:
    play.refresh(True)
    play.repository.roles[role]["expires"] = "2026-11-20T00:00:00Z"
    play.publish(*(() if role in ("timestamp", "snapshot") else (role,)))
    play.refresh(False)


def test_a_root_that_has_expired(play: Play) -> None:
    play.refresh(True)
    play.root()
    play.refresh(True)
    play.root(lambda root: root.update(expires="2026-11-20T00:00:00Z"))
    play.publish("targets")
    play.refresh(False)
    play.root(lambda root: root.update(expires="2027-11-20T00:00:00Z"))
    play.refresh(True)


def test_what_has_expired_here_is_still_the_ground_to_go_on_from(play: Play) -> None:
    play.repository.roles["timestamp"]["expires"] = "2026-12-01T12:00:00Z"
    play.refresh(True)
    play.publish("targets")
    play.repository.roles["timestamp"]["expires"] = "2026-12-15T12:00:00Z"
    play.clients.now = NOW + 18 * DAY
    play.refresh(True)


def test_a_delegated_role_that_has_expired(play: Play) -> None:
    _, listing = play.repository.list_of("SG")
    play.repository.roles["SG-ops"]["expires"] = "2026-11-20T00:00:00Z"
    play.refresh(True)
    play.target("SG/list.json", None)
    play.target("TH/list.json", play.repository.list_of("TH")[1])
    assert listing


def test_a_delegated_role_that_expires_here(play: Play) -> None:
    _, listing = play.repository.list_of("SG")
    play.repository.roles["SG-ops"]["expires"] = "2026-12-01T12:00:00Z"
    play.refresh(True)
    play.target("SG/list.json", listing)
    play.clients.now = NOW + 18 * DAY
    play.refresh(True)
    play.target("SG/list.json", None)


def test_a_delegated_role_that_expired_here_and_was_renewed(play: Play) -> None:
    _, listing = play.repository.list_of("SG")
    play.repository.roles["SG-ops"]["expires"] = "2026-12-01T12:00:00Z"
    play.refresh(True)
    play.repository.roles["SG-ops"]["expires"] = "2026-12-15T12:00:00Z"
    play.publish("SG-ops")
    play.clients.now = NOW + 18 * DAY
    play.refresh(True)
    play.target("SG/list.json", listing)


# --- targets ----------------------------------------------------------------------------------------------------


def test_a_target_is_what_was_signed(play: Play) -> None:
    play.repository.place("targets", "file.txt", b"content")
    play.refresh(True)
    play.target("file.txt", b"content")


def test_a_target_in_folders(play: Play) -> None:
    play.repository.place("targets", "path/to/a/file.txt", b"content")
    play.refresh(True)
    play.target("path/to/a/file.txt", b"content")


def test_a_target_that_was_substituted(play: Play) -> None:
    play.repository.place("targets", "one.txt", b"first")
    play.repository.place("targets", "two.txt", b"second")
    play.refresh(True)
    play.target("one.txt", b"first")
    content = play.repository.files()
    for name in content:
        if name.endswith((".one.txt", ".two.txt")):
            content[name] = b"malicious"
    play.clients.content = content
    play.target("one.txt", b"first")
    # ours had fetched and verified both when it refreshed, so there is nothing left to substitute
    play.target("two.txt", None, ours=b"second", because="unneeded")


def test_a_target_that_changes_again_and_again(play: Play) -> None:
    for number in range(11):
        play.repository.place("targets", "file.txt", b"content %d" % number)
        play.repository.place("targets", f"new-{number}.txt", b"new %d" % number)
        play.publish("targets")
        if number % 5 == 0:
            play.refresh(True)
            play.target("file.txt", b"content %d" % number)
            play.target(f"new-{number}.txt", b"new %d" % number)
            spoilt = {
                name: b"malicious" if name.endswith(".file.txt") else data
                for name, data in play.repository.files().items()
            }
            play.clients.content = spoilt
            play.target("file.txt", b"content %d" % number)


# --- keys and thresholds ----------------------------------------------------------------------------------------


def test_a_threshold_the_keys_do_not_reach(play: Play) -> None:
    play.refresh(True)
    play.keys("snapshot", [f"s{n}" for n in range(5)], 5)
    play.publish()
    play.refresh(True)
    play.keys("snapshot", [f"s{n}" for n in range(5)], 6, signers=[f"s{n}" for n in range(5)])
    play.publish()
    play.refresh(False)


def test_keys_the_root_names_and_the_snapshot_lacks(play: Play) -> None:
    play.refresh(True)
    play.keys("snapshot", ["s1"], 3)
    play.publish()
    play.refresh(False)
    play.keys("snapshot", ["s1", "s2", "s3", "s4"], 3)
    play.publish()
    play.refresh(True)
    play.keys("snapshot", ["s1", "s2", "s3", "s4"], 5, signers=["s1", "s2", "s3", "s4"])
    play.publish()
    play.refresh(False)
    play.root(lambda root: root["roles"]["snapshot"]["keyids"].append("ab" * 32))  # no such key
    play.refresh(False)


def test_a_member_of_a_key_that_names_another_hash(play: Play) -> None:
    play.refresh(True)
    play.root(lambda root: [key.update(keyid_hash_algorithms=["md5"]) for key in root["keys"].values()])
    play.publish()
    play.refresh(True)


def test_one_key_named_again_and_again(play: Play) -> None:
    play.refresh(True)
    keyid, key = key_entry(play.world, "snapshot")

    def again(root: Json) -> None:
        root["keys"][keyid] = key
        root["roles"]["snapshot"] = {"keyids": [keyid] * 9, "threshold": 6}

    play.root(again)
    play.publish()
    play.repository.signers["snapshot"] = ["snapshot"] * 9
    play.refresh(False)


def test_one_key_under_two_ids(play: Play) -> None:
    from tests.trust.repository import signature

    play.refresh(True)
    keyid, key = key_entry(play.world, "snapshot")

    def again(root: Json) -> None:
        root["keys"]["ab" * 32] = key
        root["roles"]["snapshot"] = {"keyids": [keyid, "ab" * 32], "threshold": 2}

    play.root(again)
    play.publish()
    play.repository.files()  # what the snapshot names is settled now
    part = play.repository.roles["snapshot"]
    play.repository.signatures["snapshot"] = [signature(play.world, "snapshot", part, id) for id in (keyid, "ab" * 32)]
    play.refresh(True, ours=False, because="two-spellings")


# --- rollback ---------------------------------------------------------------------------------------------------


def test_an_older_snapshot_behind_the_same_timestamp(play: Play) -> None:
    play.publish()
    play.refresh(True)
    content = play.repository.files()
    play.repository.roles["snapshot"]["version"] = 1
    older = play.repository.sealed("snapshot")
    play.refresh(True, files={**content, "metadata/2.snapshot.json": older})


def test_an_older_timestamp(play: Play) -> None:
    play.bump("timestamp")
    play.refresh(True)
    play.repository.roles["timestamp"]["version"] = 1
    play.refresh(False)


def test_a_newer_timestamp_that_names_an_older_snapshot(play: Play) -> None:
    play.publish()
    play.refresh(True)
    play.repository.roles["snapshot"]["version"] = 1
    play.bump("timestamp")
    play.refresh(False)


def test_a_newer_snapshot_that_names_older_targets(play: Play) -> None:
    play.publish("targets")
    play.publish("targets")
    play.refresh(True)
    play.repository.roles["targets"]["version"] = 1
    play.publish()
    play.refresh(False)


def test_a_newer_snapshot_that_names_an_older_delegated_role(play: Play) -> None:
    play.publish("SG-ops")
    play.refresh(True)
    play.repository.roles["SG-ops"]["version"] = 1
    play.publish()
    play.refresh(False)


def test_a_snapshot_of_another_version_than_the_timestamp_names(play: Play) -> None:
    play.repository.roles["snapshot"]["version"] = 2
    play.repository.unpinned.add("snapshot")
    play.refresh(False)


def test_a_timestamp_driven_up_is_taken_back_with_its_key(play: Play) -> None:
    play.repository.roles["timestamp"]["version"] = 100
    play.refresh(True)
    play.keys("timestamp", ["new-timestamp"])
    play.repository.roles["timestamp"]["version"] = 1
    play.refresh(True)


def test_a_snapshot_driven_up_is_taken_back_with_both_keys(play: Play) -> None:
    play.repository.roles["snapshot"]["version"] = 99_999
    play.refresh(True)
    play.keys("snapshot", ["new-snapshot"])
    play.keys("timestamp", ["new-timestamp"])
    play.repository.roles["snapshot"]["version"] = 1
    play.bump("timestamp")
    play.refresh(True)


def test_targets_driven_up_are_taken_back_with_the_snapshots_key(play: Play) -> None:
    play.repository.roles["targets"]["version"] = 100
    play.refresh(True)
    play.keys("snapshot", ["new-snapshot"])
    play.repository.roles["targets"]["version"] = 2
    play.publish()
    play.refresh(True)


def test_and_not_without_it(play: Play) -> None:
    play.repository.roles["targets"]["version"] = 100
    play.refresh(True)
    play.root()
    play.repository.roles["targets"]["version"] = 2
    play.publish()
    play.refresh(False)


# --- roots ------------------------------------------------------------------------------------------------------

Rotation = list[tuple[list[int], int, list[int]]]  # each root's keys, its threshold, and who signs it

ROTATIONS: dict[str, tuple[Rotation, bool]] = {
    "one key after another": ([([1], 1, [1]), ([2], 1, [2, 1]), ([2], 1, [2])], True),
    "with signatures nobody needs": ([([1], 1, [3, 1, 4]), ([2], 1, [3, 2, 1, 4]), ([2], 1, [3, 2, 4])], True),
    "three of five, others each time": (
        [([0, 1, 2, 3, 4], 3, s) for s in ([0, 2, 4], [0, 4, 1], [0, 1, 3], [0, 1, 3])],
        True,
    ),
    "three of five, one replaced": ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 1])], True),
    "three of five, one replaced, by a step between": (
        [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 2, 4, 5]), ([0, 1, 3, 4, 5], 3, [0, 4, 5])],
        True,
    ),
    "three of five, all replaced": (
        [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]), ([5, 6, 7, 8, 9], 3, [5, 6, 7])],
        True,
    ),
    "threshold up": ([([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [1, 2])], True),
    "threshold down": ([([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1, 2]), ([1, 2, 3], 1, [1])], True),
    "a key more and threshold up": ([([1], 1, [1]), ([1, 2], 2, [1, 2])], True),
    "not signed by the old key": ([([1], 1, [1]), ([2], 1, [2, 3, 4])], False),
    "not signed by the new key": ([([1], 1, [1]), ([2], 1, [1, 3, 4])], False),
    "not signed by three new keys": ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 2, 4])], False),
    "not signed by three old keys": ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 5])], False),
    "the new threshold not reached": ([([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [2])], False),
    "the old threshold not reached": ([([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1])], False),
}


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_roots_that_follow_one_another(play: Play, rotation: str) -> None:
    steps, ok = ROTATIONS[rotation]

    def keyed(names: list[int], threshold: int) -> Callable[[Json], None]:
        def edit(root: Json) -> None:
            entries = dict(key_entry(play.world, f"root-{number}") for number in names)
            root["keys"].update(entries)
            root["roles"]["root"] = {"keyids": list(entries), "threshold": threshold}

        return edit

    (names, threshold, signers), *later = steps
    keyed(names, threshold)(play.repository.root)
    play.repository.root_signers[1] = [f"root-{number}" for number in signers]
    for names, threshold, signers in later:
        play.root(keyed(names, threshold), *(f"root-{number}" for number in signers))
    play.clients.anchor = play.repository.files()["root.json"]
    play.refresh(ok)


SIGNED: dict[str, tuple[list[int], int, list[int], bool]] = {
    "another key": ([2], 1, [2], True),
    "with signatures nobody needs": ([1], 1, [3, 1, 4], True),
    "not by the new key": ([2], 1, [1, 3, 4], False),
    "by two of three that must": ([0, 1, 3, 4, 5], 3, [0, 2, 4], False),
    "by too few": ([0, 1, 3, 4, 5], 3, [0, 4], False),
    **{
        f"three of five: {signers}": ([0, 1, 2, 3, 4], 3, signers, True)
        for signers in ([0, 2, 4], [0, 4, 1], [0, 1, 3], [1, 2, 3], [2, 3, 4])
    },
}


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
@pytest.mark.parametrize("case", SIGNED)
def test_other_roles_by_other_keys(play: Play, role: str, case: str) -> None:
    names, threshold, signers, ok = SIGNED[case]
    play.refresh(True)
    play.keys(role, [f"k{number}" for number in names], threshold, signers=[f"k{number}" for number in signers])
    play.publish("targets")
    play.refresh(ok)


def test_a_root_taken_before_a_step_fails(play: Play) -> None:
    """The stock client keeps the newer root; ours stands where it stood, whole."""
    play.refresh(True)
    play.root()
    play.publish("targets")
    play.repository.signers["timestamp"] = ["stranger"]
    play.refresh(False, because="whole")
    assert play.clients._stock_versions()["root"] == 2
    assert play.clients._ours().versions["root"] == 1


# --- delegations ------------------------------------------------------------------------------------------------


def graph(play: Play, *edges: tuple[str, str, list[str], bool]) -> None:
    """Delegations by name: from, to, paths, terminating; every new role an empty one signed by its own key."""
    for above, below, paths, terminating in edges:
        repository = play.repository
        if below not in repository.roles:
            repository.roles[below] = {**repository.roles["SG-deny"], "targets": {}}
            repository.signers[below] = [f"key-{below}"]
        held = repository.roles[above].setdefault("delegations", {"keys": {}, "roles": []})
        keyid, key = key_entry(play.world, f"key-{below}")
        held["keys"][keyid] = key
        named = {"name": below, "keyids": [keyid], "threshold": 1, "terminating": terminating, "paths": paths}
        held["roles"].append(named)


ANY = ["*"]
BOTH = [("targets", "A", ANY, False), ("targets", "B", ANY, False)]
GRAPHS: dict[str, list[tuple[str, str, list[str], bool]]] = {
    "one": [("targets", "A", ANY, False)],
    "two beside each other": BOTH,
    "two levels": [*BOTH, ("B", "C", ANY, False)],
    "depth first": [*BOTH, ("A", "C", ANY, False), ("A", "D", ANY, False)],
    "three levels": [*BOTH, ("A", "C", ANY, False), ("C", "D", ANY, False)],
    "terminating": [*BOTH, ("A", "C", ANY, True), ("A", "D", ANY, False)],
    "terminating, deeper": [*BOTH, ("A", "C", ANY, True), ("C", "D", ANY, False)],
    "by path": [("targets", "A", ["*.py"], False), ("targets", "B", ANY, False), ("A", "C", ANY, False)],
    "by path, deeper": [*BOTH, ("A", "C", ["*.py"], False), ("C", "D", ANY, False)],
    "a circle": [*BOTH, ("B", "C", ANY, False), ("C", "D", ANY, False), ("D", "B", ANY, False)],
    "two to a third": [*BOTH, ("B", "C", ANY, False), ("A", "C", ANY, False)],
    "two to a third, by path": [*BOTH, ("B", "C", ANY, False), ("A", "C", ["*.py"], False)],
}
VISITED = {
    "one": "A",
    "two beside each other": "AB",
    "two levels": "ABC",
    "depth first": "ACDB",
    "three levels": "ACDB",
    "terminating": "AC",
    "terminating, deeper": "ACD",
    "by path": "B",
    "by path, deeper": "AB",
    "a circle": "ABCD",
    "two to a third": "ACB",
    "two to a third, by path": "ABC",
}


@pytest.mark.parametrize("name", GRAPHS)
def test_no_role_on_any_way_names_it(play: Play, name: str) -> None:
    """The stock client looks in this order, and ours finds what it finds: nothing."""
    graph(play, *GRAPHS[name])
    play.refresh(True)
    play.target("missingpath", None)
    visited = [file.split(".")[1] for file in play.clients.asked if file.startswith("metadata/1.")]
    assert "".join(role for role in visited if len(role) == 1) == VISITED[name]


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("holder", ["A", "B", "C", "D"])
def test_one_role_of_a_graph_names_it(play: Play, name: str, holder: str) -> None:
    """Wherever the first way that matches leads to it, both find it; what lies aside of it only the stock client."""
    edges = GRAPHS[name]
    graph(play, *edges)
    if holder not in play.repository.roles:
        return
    play.repository.place(holder, "wanted", b"content")
    play.refresh(True)
    found = b"content" if holder in VISITED[name] else None
    way = first_way(edges)
    ours = b"content" if holder in way[:2] else None
    play.target("wanted", found, ours=ours, because="first-match" if ours != found else "")


def first_way(edges: list[tuple[str, str, list[str], bool]]) -> list[str]:
    """The roles on the way of first matches, from below the top on."""
    way = ["targets"]
    while len(way) < 9:
        after = [below for above, below, paths, _ in edges if above == way[-1] and paths == ANY]
        if not after:
            break
        way.append(after[0])
    return way[1:]


def tree(play: Play) -> None:
    """targets: *.doc, *.md -> A;  releases/*/* -> B: releases/x/* -> C, releases/y/*.zip -> D"""
    graph(
        play,
        ("targets", "A", ["*.doc", "*.md"], False),
        ("targets", "B", ["releases/*/*"], False),
        ("B", "C", ["releases/x/*"], False),
        ("B", "D", ["releases/y/*"], False),
    )
    for role, path in (
        ("targets", "targetfile"),
        ("A", "README"),
        ("C", "releases/x/x_v1"),
        ("D", "releases/y/y_v1.zip"),
        ("D", "releases/z/z_v1.zip"),
    ):
        play.repository.place(role, path, path.encode())


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("targetfile", True),
        ("releases/x/x_v1", True),
        ("releases/y/y_v1.zip", True),
        ("releases/z/z_v1.zip", False),
        ("README", False),
        ("releases/x", False),
        ("releases/x/deeper/x_v1", False),
    ],
)
def test_paths_and_their_patterns(play: Play, path: str, found: bool) -> None:
    tree(play)
    play.refresh(True)
    play.target(path, path.encode() if found else None)


def test_a_path_of_a_state_that_the_top_role_fills(play: Play) -> None:
    genuine = play.repository.list_of("SG")[1]
    play.repository.place("targets", "SG/list.json", b"the centre's")
    play.refresh(True)
    play.target("SG/list.json", b"the centre's", ours=genuine, because="states-path")


@pytest.mark.parametrize("name", ["?", "#", "delegated role", "/delegated"])
def test_role_names_that_have_to_be_quoted(play: Play, name: str) -> None:
    graph(play, ("targets", name, ["wanted"], False))
    play.repository.place(name, "wanted", b"content")
    play.refresh(True)
    play.target("wanted", b"content")


@pytest.mark.parametrize("name", ["a/../delegated", "a/./delegated"])
def test_role_names_that_lead_elsewhere(play: Play, name: str) -> None:
    graph(play, ("targets", name, ["wanted"], False))
    play.refresh(True, ours=False, because="unusual-name")


def test_every_difference_is_one_that_is_shown() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in DIFFERENCES if text.count(f'"{name}"') < 2} == set()
