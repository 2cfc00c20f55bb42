"""Roots: each signed by the one before it and by itself, one version after the other (J02, J14)."""

from __future__ import annotations

import pytest

from defa_id.codec import limits
from defa_id.trust.registry import BESIDE, Registry
from defa_id.trust.seen import Seen
from tests.support.world import NOW, Json, World
from tests.trust.repository import Repository, everything, key_entry, opened, rejected


def test_j02_another_root_with_the_right_names(golden: Repository) -> None:
    forged = golden.copy()
    forged.world.role_keys = {}
    for role, names in (("root", ("region-a", "region-b", "region-c")), ("timestamp", ("timestamp-a", "timestamp-b"))):
        forged.root["roles"][role]["keyids"] = []
        for name in names:
            forged.world.role_keys[name] = golden.world.role_key(f"forged-{name}")
            keyid, key = key_entry(forged.world, name)
            forged.root["keys"][keyid] = key
            forged.root["roles"][role]["keyids"].append(keyid)
    rejected("REG_SIGNATURE", lambda: opened(golden.files(), anchor=forged.files()["root.json"]))


def as_found(repository: Repository, seen: Seen) -> Registry:
    """Opened by the root that lies beside it, which nobody pinned."""
    files = repository.files()
    get = lambda name, _: files.get(name)  # noqa: E731
    return Registry.open(get, files["root.json"], now=NOW, origin=BESIDE, seen=lambda _: seen)


def with_other_keys(repository: Repository) -> Repository:
    """Somebody else's registry under the same name, genuine in itself."""
    other = repository.copy()
    other.root["x-note"] = "another"
    return other


def test_j02_a_root_that_came_along_is_the_one_known_or_leads_from_it(repository: Repository) -> None:
    seen = as_found(repository, Seen()).seen()
    other = with_other_keys(repository)
    rejected("REG_ROOT", lambda: as_found(other, seen))
    other.open(seen=seen)  # pinned: the user's word counts
    as_found(other, Seen())
    repository.add_root(["region-a", "region-b"])
    later = as_found(repository, seen).seen()
    assert later.versions["root"] == 2
    as_found(repository, later)
    other.add_root(["region-a", "region-b"])
    rejected("REG_ROOT", lambda: as_found(other, later))


def test_j02_a_root_that_begins_after_the_one_known_leads_from_nothing(repository: Repository) -> None:
    seen = as_found(repository, Seen()).seen()
    other = with_other_keys(repository)
    other.root["version"] = 5
    rejected("REG_ROOT", lambda: as_found(other, seen))
    as_found(other, seen._replace(root_sha256=None))  # an older version of this client noted no root


BOTH = ["region-a", "region-b", "next-a", "next-b"]


def hand_over(root: Json, world: World) -> None:
    """The root's keys become next-a, -b and -c."""
    entries = dict(key_entry(world, f"next-{letter}") for letter in "abc")
    root["keys"].update(entries)
    root["roles"]["root"]["keyids"] = list(entries)


@pytest.mark.parametrize(
    ("signers", "code"),
    [
        (BOTH, None),
        (["region-b", "region-c", "next-a", "next-c"], None),
        (["next-a", "next-b", "next-c"], "REG_SIGNATURE"),
        (["region-a", "region-b", "region-c"], "REG_SIGNATURE"),
        (["region-a", "next-a", "next-b"], "REG_SIGNATURE"),
        (["region-a", "region-b", "next-a"], "REG_SIGNATURE"),
        ([], "REG_SIGNATURE"),
    ],
)
def test_j14_a_root_signed_by_the_old_and_the_new(repository: Repository, signers: list[str], code: str | None) -> None:
    repository.add_root(signers, lambda root: hand_over(root, repository.world))
    if code is None:
        registry = repository.open()
        assert registry.seen().versions["root"] == 2
    else:
        rejected(code, repository.open)


def test_j14_a_chain_of_roots_each_with_new_keys(repository: Repository) -> None:
    repository.add_root(BOTH, lambda root: hand_over(root, repository.world))
    repository.add_root(["next-a", "next-b"])
    everything(repository.open())
    anchor = repository.files()["metadata/2.root.json"]
    everything(repository.open(anchor=anchor))
    rejected("REG_ROLLBACK", lambda: repository.open(seen=Seen({"root": 4})))
    repository.add_root(["region-a", "region-b"])
    rejected("REG_SIGNATURE", repository.open)


def test_j14_a_root_version_skipped_or_repeated(repository: Repository) -> None:
    repository.add_root(["region-a", "region-b"])
    repository.add_root(["region-a", "region-b"])
    files = repository.files()
    rejected("REG_ROOT", lambda: opened({**files, "metadata/2.root.json": files["metadata/3.root.json"]}))
    rejected("REG_ROOT", lambda: opened({**files, "metadata/2.root.json": files["metadata/1.root.json"]}))
    without = {name: data for name, data in files.items() if name != "metadata/2.root.json"}
    assert opened(without).seen().versions["root"] == 1


def test_j14_sixty_four_roots_and_not_one_more(repository: Repository) -> None:
    for _ in range(limits.REGISTRY_ROOT_HOPS):
        repository.add_root(["region-a", "region-c"])
    assert repository.open().seen().versions["root"] == 65
    repository.add_root(["region-a", "region-c"])
    rejected("LIMIT_REGISTRY", repository.open)


def test_j14_a_later_root_may_not_speak_of_another_registry(repository: Repository) -> None:
    """Else what was remembered under the old name would no longer be found."""
    repository.add_root(["region-a", "region-b"], lambda root: root["x-defa-id"].update(registry="another"))
    rejected("REG_ROOT", repository.open)


def test_j14_a_key_taken_out_of_the_root_signs_no_more(repository: Repository) -> None:
    def without_b(root: Json) -> None:
        root["roles"]["timestamp"]["keyids"] = [key_entry(repository.world, "timestamp-a")[0]]

    repository.signers["timestamp"] = ["timestamp-b"]
    repository.open()
    repository.add_root(["region-a", "region-b"], without_b)
    rejected("REG_SIGNATURE", repository.open)
    repository.signers["timestamp"] = ["timestamp-a"]
    repository.open()


# --- J13: a stolen online key drives the versions up, and a new root brings them back (TUF §5.3.11) ----------------


def driven(repository: Repository, *roles: str, to: int = 2**31) -> Repository:
    """The repository with these roles' versions as high as whoever stole their keys may put them."""
    stolen = repository.copy()
    for role in roles:
        stolen.roles[role]["version"] = to
    return stolen


def replace_keys(repository: Repository, *roles: str) -> None:
    """A new root with other keys for these online roles, which sign from now on."""

    def renew(root: Json) -> None:
        for role in roles:
            entries = dict([key_entry(repository.world, f"new-{role}")])
            root["keys"].update(entries)
            root["roles"][role]["keyids"] = list(entries)

    repository.add_root(["region-a", "region-b"], renew)
    for role in roles:
        repository.signers[role] = [f"new-{role}"]


@pytest.mark.parametrize(
    ("fast", "replaced", "recovers"),
    [
        (["timestamp"], ["timestamp"], True),
        (["timestamp"], ["snapshot"], False),
        (["timestamp", "snapshot"], ["timestamp", "snapshot"], True),
        (["timestamp", "snapshot"], ["timestamp"], False),
        (["snapshot"], ["snapshot"], True),
        (["targets"], ["snapshot"], True),
        (["SG-ops"], ["snapshot"], True),
        (["SG-ops"], ["timestamp"], False),
        (["SG-ops"], [], False),
        (["root"], ["timestamp", "snapshot"], False),
    ],
)
def test_j13_a_replaced_online_key_takes_what_it_signed_with_it(
    repository: Repository, fast: list[str], replaced: list[str], recovers: bool
) -> None:
    stolen = driven(repository, *(role for role in fast if role != "root"))
    seen = stolen.open().seen()
    if "root" in fast:
        seen = seen._replace(versions={**seen.versions, "root": 7})
    if "snapshot" not in fast:
        repository.roles["snapshot"]["version"] = 2
    rejected("REG_ROLLBACK", lambda: repository.open(seen=seen))
    replace_keys(repository, *replaced)
    if not recovers:
        rejected("REG_ROLLBACK", lambda: repository.open(seen=seen))
        return
    after = repository.open(seen=seen)
    kept = after.seen(seen)
    assert all(kept.versions[role] == 1 for role in fast)
    repository.open(seen=kept)
    rejected("REG_ROLLBACK", lambda: stolen.open(seen=kept))
    with_new_key = driven(repository, "snapshot", "timestamp", to=3)
    further = with_new_key.open(seen=kept).seen(kept)
    rejected("REG_ROLLBACK", lambda: repository.open(seen=further))


def test_j13_one_of_two_online_keys_replaced_resets_only_what_it_signed(repository: Repository) -> None:
    repository.roles["timestamp"]["version"] = 9
    by_a = repository.open().seen()
    repository.signers["timestamp"] = ["timestamp-b"]
    by_b = repository.open().seen()

    def without_b(root: Json) -> None:
        root["roles"]["timestamp"]["keyids"] = [key_entry(repository.world, "timestamp-a")[0]]

    repository.roles["timestamp"]["version"] = 3
    repository.signers["timestamp"] = ["timestamp-a"]
    repository.add_root(["region-a", "region-b"], without_b)
    rejected("REG_ROLLBACK", lambda: repository.open(seen=by_a))
    rejected("REG_ROLLBACK", lambda: repository.open(seen=by_b.merge(by_a)))
    assert repository.open(seen=by_b).seen(by_b).versions["timestamp"] == 3


def test_j13_no_rotation_goes_below_what_the_package_came_with(repository: Repository) -> None:
    stolen = driven(repository, "timestamp", "snapshot", to=50)
    seen = stolen.open().seen()._replace(least={"snapshot": 5, "SG-ops": 1})
    replace_keys(repository, "timestamp", "snapshot")
    rejected("REG_ROLLBACK", lambda: repository.open(seen=seen))
    repository.roles["snapshot"]["version"] = 5
    assert repository.open(seen=seen).version == 5
