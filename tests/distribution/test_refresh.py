"""A refresh replaces what stands by something newer that was verified whole, or by nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from defa_id import distribution, files, places
from defa_id.distribution import Refreshed
from defa_id.errors import RegistryRejected, WrongUse
from tests.distribution.mirrors import Files, Mirror, published, put
from tests.support.world import NOW, World
from tests.trust.repository import Repository, rejected

Fetch = Callable[..., Refreshed]


def version(cache: Path) -> int:
    return files.open_registry(cache, now=NOW).version


def test_at_first_everything_is_fetched_and_then_nothing(mirror: Mirror, fetch: Fetch, cache: Path) -> None:
    done = fetch(mirror.address)
    assert (done.outcome, done.registry.version, done.location) == ("updated", 1, mirror.address)
    assert (done.requests, done.octets) == (len(mirror.asked), sum(len(mirror.files.get(n, b"")) for n in mirror.asked))
    assert mirror.connections == 1
    mirror.asked.clear()
    done = fetch(mirror.address)
    assert (done.outcome, done.requests) == ("unchanged", 2)
    assert mirror.asked == ["metadata/2.root.json", "metadata/timestamp.json"]
    assert done.octets <= 1000
    opened = files.open_registry(cache, now=NOW)
    assert opened.sha256 == done.registry.sha256
    assert opened.anchor == "beside the registry"
    assert opened.state_list("SG").services


def test_then_only_what_changed(world: World, mirror: Mirror, fetch: Fetch, cache: Path) -> None:
    fetch(mirror.address)

    def one_list(repository: Repository) -> None:
        ops = repository.roles["SG-ops"]
        path = repository.list_of("SG")[1]
        ops["version"] = repository.roles["snapshot"]["version"] = repository.roles["timestamp"]["version"] = 2
        repository.place("SG-ops", "SG/list.json", path.replace(b'"sequence":1', b'"sequence":2'))

    mirror.files = published(world, 1, one_list)
    standing = places.bundle(places.generations(cache)[0])
    for name, data in list(mirror.files.items()):  # signatures differ from run to run; what is not new stays
        if not name.endswith(("timestamp.json", "snapshot.json", "2.SG-ops.json")):
            mirror.files[name] = standing(name, 1 << 20) or data
    snapshot = json.loads(mirror.files["metadata/2.snapshot.json"])["signed"]
    assert snapshot["version"] == 2
    mirror.asked.clear()
    done = fetch(mirror.address)
    assert (done.outcome, done.registry.version) == ("updated", 2)
    assert done.requests == 5
    assert [name.rpartition(".list")[0][:11] or name for name in mirror.asked] == [
        *("metadata/2.root.json", "metadata/timestamp.json", "metadata/2.snapshot.json", "metadata/2.SG-ops.json"),
        mirror.asked[-1][:11],
    ]
    assert files.open_registry(cache, now=NOW).state_list("SG").document["sequence"] == 2


@pytest.mark.parametrize("way", ["folder", "bundle", "cache", "file URL", "file URL of a bundle"])
def test_from_a_stick_or_a_folder(way: str, first: Files, second: Files, fetch: Fetch, tmp_path: Path) -> None:
    stick = tmp_path / "a stick"
    for number, content in enumerate((first, second), 1):
        folder = put(content, stick / "registry")
        if "bundle" in way:
            folder = stick / "one.bundle"
            folder.write_bytes(places.packed(content))
        if way == "cache":
            distribution.refresh([str(folder)], stick / "other", now=NOW)
            folder = stick / "other"
        done = fetch(folder.as_uri() if "URL" in way else folder)
        assert (done.outcome, done.registry.version) == ("updated", number)
        done = fetch(folder)
        assert (done.outcome, done.requests) == ("unchanged", 2)


def test_mirrors_are_asked_in_order_until_one_serves(
    first: Files, second: Files, mirror: Mirror, fetch: Fetch, tmp_path: Path
) -> None:
    torn = put({**first, "metadata/timestamp.json": b"<html>"}, tmp_path / "torn")
    done = fetch(tmp_path / "unplugged", torn, mirror.address, tmp_path / "never asked")
    assert (done.outcome, done.location) == ("updated", mirror.address)
    assert [(trouble.code, trouble.refused) for trouble in done.troubles] == [
        ("REG_UNREACHABLE", False),
        ("REG_FORMAT", True),
    ]
    ahead = put(second, tmp_path / "ahead")
    assert fetch(mirror.address, ahead).outcome == "unchanged"
    assert fetch(ahead, mirror.address).registry.version == 2
    behind = fetch(mirror.address, ahead)
    assert (behind.outcome, behind.registry.version) == ("unchanged", 2)
    assert [trouble.code for trouble in behind.troubles] == ["REG_ROLLBACK"]


def test_a_mirror_that_stopped_does_not_hide_a_later_one(world: World, fetch: Fetch, tmp_path: Path) -> None:
    frozen = put(
        published(world, 1, lambda r: r.roles["timestamp"].update(expires="2026-11-20T00:00:00Z")), tmp_path / "frozen"
    )
    assert fetch(frozen).registry.freshness == "stale"
    done = fetch(frozen, put(published(world, 2), tmp_path / "alive"))
    assert (done.outcome, done.registry.version, done.registry.freshness) == ("updated", 2, "fresh")


ATTACKS: dict[str, tuple[str, Callable[[World, Files], Files]]] = {
    "older": ("REG_ROLLBACK", lambda world, _: published(world, 1)),
    "snapshot below": (
        "REG_ROLLBACK",
        lambda world, _: published(
            world, 3, lambda r: [r.roles["snapshot"].update(version=1), r.roles["timestamp"].update(version=3)]
        ),
    ),
    "a state's role below": (
        "REG_ROLLBACK",
        lambda world, _: published(world, 3, lambda r: r.roles["SG"].update(version=1)),
    ),
    "a state gone": (
        "REG_ROLLBACK",
        lambda world, _: published(
            world, 3, lambda r: [r.roles.pop("SG-deny"), r.roles["snapshot"]["meta"].pop("SG-deny.json")]
        ),
    ),
    "same version, other content": (
        "REG_EQUIVOCATION",
        lambda world, _: published(
            world,
            2,
            lambda r: [
                r.roles["snapshot"].update(expires="2027-10-01T00:00:00Z"),
                r.roles["timestamp"].update(version=3),
            ],
        ),
    ),
    "same timestamp, other content": (
        "REG_EQUIVOCATION",
        lambda world, second: {
            **second,
            "metadata/timestamp.json": published(
                world, 2, lambda r: r.roles["timestamp"].update({"x-defa-id": {"issued": "2026-11-02T00:00:00Z"}})
            )["metadata/timestamp.json"],
        },
    ),
    "another root": ("REG_SIGNATURE", lambda *_: published(World.make()[0].copy(), 3, _strange)),
    "mix and match": (
        "REG_DIGEST",
        lambda world, second: {
            **published(world, 3),
            "metadata/3.SG-ops.json": second["metadata/2.SG-ops.json"],
        },
    ),
    "endless list of roots": (
        "REG_ROOT",
        lambda _, second: {**second, "metadata/2.root.json": second["root.json"]},
    ),
    "a page of a hotel": ("REG_FORMAT", lambda _, second: dict.fromkeys(second, b"<html>Welcome</html>")),
    "nothing": ("REG_MISSING", lambda *_: {"readme": b""}),
    "a name that leads elsewhere": (
        "REG_FORMAT",
        lambda world, _: published(
            world,
            3,
            lambda r: r.roles["SG-ops"]["targets"].update({"../../x": {"length": 1, "hashes": {"sha256": ""}}}),
        ),
    ),
}


def _strange(repository: Repository) -> None:
    for role in repository.roles:
        repository.signers[role] = ["stranger-a", "stranger-b"]


@pytest.mark.parametrize("way", ["folder", "bundle", "network"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_leaves_what_stands(
    attack: str, way: str, world: World, second: Files, mirror: Mirror, fetch: Fetch, cache: Path, tmp_path: Path
) -> None:
    fetch(put(second, tmp_path / "good"))
    before = {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()}
    code, make = ATTACKS[attack]
    bad = make(world, second)
    location: object = mirror.address
    if way == "network":
        mirror.files = bad
    elif way == "folder":
        location = put(bad, tmp_path / "bad")
    else:
        (tmp_path / "bad.bundle").write_bytes(places.packed(bad))
        location = tmp_path / "bad.bundle"
    done = fetch(location)
    assert (done.outcome, done.registry.version, done.location) == ("kept", 2, None)
    assert [(trouble.code, trouble.refused) for trouble in done.troubles] == [(code, True)]
    assert {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()} == before


def test_a_timestamp_signed_once_more_is_no_change(world: World, first: Files, fetch: Fetch, tmp_path: Path) -> None:
    fetch(put(first, tmp_path / "one"))
    again = published(world, 1, lambda r: r.signers.update({"timestamp": ["timestamp-b"]}))["metadata/timestamp.json"]
    assert again != first["metadata/timestamp.json"]
    assert json.loads(again)["signed"]["version"] == 1
    signed = json.loads(first["metadata/timestamp.json"])["signed"]
    envelope = {"signed": signed, "signatures": json.loads(first["metadata/timestamp.json"])["signatures"] * 2}
    served = put({**first, "metadata/timestamp.json": json.dumps(envelope).encode()}, tmp_path / "two")
    assert fetch(served).outcome == "unchanged"


def test_the_memory_holds_where_the_cache_is_new(
    first: Files, second: Files, fetch: Fetch, cache: Path, tmp_path: Path
) -> None:
    memory = tmp_path / "memory.json"
    new, old = put(second, tmp_path / "new"), put(first, tmp_path / "old")
    distribution.refresh([str(new)], tmp_path / "elsewhere", now=NOW, memory=memory)
    rejected("REG_ROLLBACK", lambda: fetch(old, memory=memory))
    assert not places.generations(cache)
    assert fetch(old).registry.version == 1
    rejected("REG_ROLLBACK", lambda: files.open_registry(cache, memory=memory, now=NOW))
    assert fetch(new, memory=memory).registry.version == 2


def test_the_floor_of_the_package_holds_for_a_newcomer(
    first: Files, second: Files, fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = put(second, tmp_path / "released")
    monkeypatch.setattr(files, "demo_registry_path", lambda: released)
    old = put(first, tmp_path / "old")
    rejected("REG_ROLLBACK", lambda: fetch(old))
    bundle = tmp_path / "old.bundle"
    bundle.write_bytes(places.packed(first))
    for place in (old, bundle):
        rejected("REG_ROLLBACK", lambda place=place: files.open_registry(place, now=NOW))  # type: ignore[misc]


def test_a_pinned_root_wins_over_the_one_served(world: World, first: Files, fetch: Fetch, tmp_path: Path) -> None:
    pinned = tmp_path / "root.json"
    pinned.write_bytes(first["root.json"])
    served = put({**first, "root.json": published(World.make(name="other")[0])["root.json"]}, tmp_path / "served")
    assert fetch(served, root=pinned).registry.anchor == "pinned"
    pinned.write_bytes(b"")
    with pytest.raises(RegistryRejected):
        fetch(served, root=pinned)


def test_the_anchor_stays_when_a_server_brings_another(
    second: Files, world: World, fetch: Fetch, tmp_path: Path
) -> None:
    served = put(second, tmp_path / "served")
    fetch(served)
    stranger = World.make(name=world.name, role_keys={})[0]
    stranger.role_keys = {}
    forged = published(_with_own_keys(stranger), 3)
    forged["metadata/2.SG.json"] = b"{}"
    done = fetch(put(forged, tmp_path / "forged"))
    assert (done.outcome, done.registry.version) == ("kept", 2)
    assert done.troubles[0].code == "REG_SIGNATURE"


def _with_own_keys(world: World) -> World:
    from cryptography.hazmat.primitives.asymmetric import ec

    names = [*(f"region-{x}" for x in "abc"), "snapshot", "timestamp-a", "timestamp-b"]
    world.role_keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in names}
    return world


def test_one_cache_holds_one_registry(first: Files, fetch: Fetch, tmp_path: Path, cache: Path) -> None:
    fetch(put(first, tmp_path / "one"))
    other = published(World.make(name="another")[0], 5)
    pinned = tmp_path / "root.json"
    pinned.write_bytes(other["root.json"])
    with pytest.raises(WrongUse, match="holds the registry test-world, not another"):
        fetch(put(other, tmp_path / "two"), root=pinned)
    assert version(cache) == 1


def test_one_states_trouble_is_told_and_not_shared(world: World, fetch: Fetch, cache: Path, tmp_path: Path) -> None:
    fetch(put(published(world, 1), tmp_path / "one"))
    done = fetch(put(published(world, 2, lambda r: r.signers.update({"SG-ops": ["TH-ops-a"]})), tmp_path / "two"))
    assert done.outcome == "updated"
    assert [(doubt.state, doubt.code) for doubt in done.doubts] == [("SG", "REG_SIGNATURE")]
    assert files.open_registry(cache, now=NOW).state_list("TH").recognitions


def test_only_so_many_generations_stay(world: World, fetch: Fetch, cache: Path, tmp_path: Path) -> None:
    for number in range(1, 6):
        fetch(put(published(world, number), tmp_path / str(number)))
    assert [path.name for path in places.generations(cache)] == [f"1.{n}.{n}.bundle" for n in (5, 4, 3)]
    assert sorted(path.name for path in cache.iterdir()) == [".lock", "generations"]


def test_nothing_there_and_nothing_had(fetch: Fetch, cache: Path, tmp_path: Path) -> None:
    rejected("REG_UNREACHABLE", lambda: fetch(tmp_path / "unplugged"))
    with pytest.raises(WrongUse, match="no location"):
        fetch()
    rejected("REG_MISSING", lambda: files.open_registry(cache, now=NOW))
    for location in (
        "http://registry.example",
        "ftp://registry.example",
        "https://",
        "https://u@h.example/",
        "https://h.example/?q",
    ):
        with pytest.raises(WrongUse, match="not a registry's address"):
            fetch(location)
    with pytest.raises(WrongUse, match="another machine"):
        fetch("file://elsewhere/registry")


def test_a_folder_with_something_else_in_it_is_no_cache(
    first: Files, fetch: Fetch, cache: Path, tmp_path: Path
) -> None:
    good = put(first, tmp_path / "good")
    cache.mkdir()
    (cache / "thesis.txt").write_text("mine")
    with pytest.raises(WrongUse, match="not a cache"):
        fetch(good)
    assert [path.name for path in cache.iterdir()] == ["thesis.txt"]
