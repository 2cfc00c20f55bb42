"""Versions, hashes, sizes and shapes of the registry's signed metadata (J07 to J24)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest

from defa_id.codec import limits
from defa_id.errors import RegistryRejected
from defa_id.trust import signed
from defa_id.trust.seen import Seen
from tests.support.world import Json, World
from tests.trust.repository import Repository, everything, opened, rejected


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets", "SG", "SG-ops", "SG-deny"])
def test_j07_a_version_below_the_one_seen(repository: Repository, role: str) -> None:
    seen = repository.open().seen()
    assert set(seen.versions) >= {role}
    repository.open(seen=seen)
    rejected("REG_ROLLBACK", lambda: repository.open(seen=seen._replace(versions={**seen.versions, role: 2})))


def test_j07_every_role_goes_back_by_itself() -> None:
    """The snapshot moves on and one role of it goes back: the memory holds each role by itself."""
    world, _ = World.make(version=5)
    later = Repository.of(world)
    seen = later.open().seen()
    assert seen.versions["SG-ops"] == 5
    later.roles["snapshot"]["version"] = later.roles["timestamp"]["version"] = 6
    later.roles["SG-ops"]["version"] = 4
    rejected("REG_ROLLBACK", lambda: later.open(seen=seen))
    later.roles["SG-ops"]["version"] = 6
    later.open(seen=seen)


def test_j07_a_role_that_disappears(repository: Repository) -> None:
    seen = repository.open().seen()
    for role in ("SG-deny", "SG-ops", "SG"):
        del repository.roles[role], repository.roles["snapshot"]["meta"][f"{role}.json"]
    repository.roles["snapshot"]["version"] = repository.roles["timestamp"]["version"] = 2
    assert repository.open().states() == ("PH", "TH", "VN")
    rejected("REG_ROLLBACK", lambda: repository.open(seen=seen))


def test_j08_one_version_two_contents(repository: Repository) -> None:
    seen = repository.open().seen()
    other = repository.copy()
    other.roles["SG-ops"]["x-note"] = "another"
    rejected("REG_EQUIVOCATION", lambda: other.open(seen=seen))
    other.roles["snapshot"]["version"] = other.roles["timestamp"]["version"] = 2
    other.open(seen=seen)


def test_j11_roles_of_two_publications() -> None:
    world, _ = World.make()
    old = Repository.of(world).files()
    world.version = 2
    new = Repository.of(world).files()
    assert opened(new).version == 2
    for role in ("SG-ops", "SG", "targets", "snapshot"):
        mixed = {**new, f"metadata/2.{role}.json": old[f"metadata/1.{role}.json"]}
        rejected("REG_DIGEST", lambda mixed=mixed: opened(mixed))  # type: ignore[misc]
    # An old timestamp brings its own old snapshot: a client without memory sees an old registry, whole.
    assert opened({**old, **new, "metadata/timestamp.json": old["metadata/timestamp.json"]}).version == 1


def test_j11_a_role_whose_version_is_not_the_one_named(repository: Repository) -> None:
    """Length and hash agree, and the file says another version than the snapshot."""
    repository.open()
    repository.roles["SG-ops"]["version"] = 3
    spoilt = repository.files()
    meta = json.loads(spoilt["metadata/1.snapshot.json"])["signed"]["meta"]["SG-ops.json"]
    meta["version"] = 2
    repository.unpinned.add("SG-ops")
    repository.roles["snapshot"]["meta"]["SG-ops.json"] = meta
    rejected("REG_DIGEST", repository.open)


def test_j12_a_flipped_bit_in_any_file_is_found_at_once(golden: Repository) -> None:
    """Every file is tried at many places. `1.root.json` is not read: the anchor is its copy."""
    files = golden.files()
    opened(files)
    for name, data in files.items():
        if name == "metadata/1.root.json":
            continue
        for place in (*range(0, len(data), 97), len(data) - 1):
            for flip in (1, 0x80):
                flipped = data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]
                with pytest.raises(RegistryRejected):
                    opened({**files, name: flipped})


def test_j12_j16_files_missing_empty_halved_or_of_another_kind(golden: Repository) -> None:
    files = golden.files()
    for name, data in files.items():
        if name.endswith("root.json"):
            continue
        rejected("REG_MISSING", lambda name=name: opened({n: d for n, d in files.items() if n != name}))  # type: ignore[misc]
        signed_only = name == "metadata/timestamp.json"  # no hash above it: white space behind it is nothing
        for other in (b"", data[: len(data) // 2], data + b"x", data + data, b"<html>404</html>", b"null", b"[]"):
            code = "REG_FORMAT" if signed_only else "REG_DIGEST"
            rejected(code, lambda name=name, other=other: opened({**files, name: other}))  # type: ignore[misc]
    for other in (b"", b"{}", b"null", files["root.json"][:-9], b"<html>404</html>"):
        rejected("REG_FORMAT", lambda other=other: opened(files, anchor=other or b" "))  # type: ignore[misc]


@pytest.mark.parametrize("change", [{"length": 1}, {"length": 10**6}, {"length": None}, {"sha256": "0" * 64}])
def test_j12_a_target_of_another_length_or_digest(repository: Repository, change: Json) -> None:
    _, data = repository.list_of("SG")
    entry = repository.roles["SG-ops"]["targets"]["SG/list.json"]
    if "sha256" in change:
        repository.place("SG-ops", "SG/list.json", data, **change)
    else:
        entry["length"] = change["length"]
    rejected("REG_DIGEST", repository.open)


def test_j15_more_than_all_registries_together_may_hold(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = sum(len(data) for data in repository.targets.values())
    monkeypatch.setattr(limits, "REGISTRY_BUNDLE_BYTES", size)
    repository.open()
    monkeypatch.setattr(limits, "REGISTRY_BUNDLE_BYTES", size - 1)
    rejected("LIMIT_REGISTRY", repository.open)


def test_j15_every_file_is_asked_for_with_a_bound(golden: Repository) -> None:
    files, asked = golden.files(), dict[str, int]()

    def get(name: str, limit: int) -> bytes | None:
        asked[name] = limit
        return files.get(name)

    signed.open_signed(get, files["root.json"], lambda _: Seen())
    assert asked["metadata/2.root.json"] == 256 * 1024
    assert asked["metadata/timestamp.json"] == 16 * 1024
    assert asked["metadata/1.snapshot.json"] == 1024 * 1024
    assert asked["metadata/1.SG-ops.json"] == 1024 * 1024
    assert {limit for name, limit in asked.items() if name.startswith("targets/")} == {8 * 1024 * 1024}
    assert asked.keys() == (files.keys() - {"root.json", "metadata/1.root.json"}) | {"metadata/2.root.json"}


def unpinned(repository: Repository) -> None:
    repository.roles["timestamp"]["meta"] = {}
    repository.unpinned.add("snapshot")


SHAPES: dict[str, tuple[Callable[[Repository], object], str]] = {
    "root-without-a-name": (lambda r: r.root.pop("x-defa-id"), "REG_ROOT"),
    "root-with-a-number-as-name": (lambda r: r.root["x-defa-id"].update(registry=7), "REG_ROOT"),
    "root-of-no-environment": (lambda r: r.root["x-defa-id"].pop("environment"), "REG_ROOT"),
    "root-of-an-unknown-environment": (lambda r: r.root["x-defa-id"].update(environment="production"), "REG_ROOT"),
    "root-of-another-type": (lambda r: r.root.update(_type="targets"), "REG_FORMAT"),
    "root-without-a-role": (lambda r: r.root["roles"].pop("snapshot"), "REG_FORMAT"),
    "root-without-keys": (lambda r: r.root.update(keys=[]), "REG_FORMAT"),
    "root-version-0": (lambda r: r.root.update(version=0), "REG_FORMAT"),
    "timestamp-of-another-type": (lambda r: r.roles["timestamp"].update(_type="snapshot"), "REG_FORMAT"),
    "timestamp-version-0": (lambda r: r.roles["timestamp"].update(version=0), "REG_FORMAT"),
    "timestamp-version-true": (lambda r: r.roles["timestamp"].update(version=True), "REG_FORMAT"),
    "timestamp-version-text": (lambda r: r.roles["timestamp"].update(version="1"), "REG_FORMAT"),
    "timestamp-without-an-end": (lambda r: r.roles["timestamp"].pop("expires"), "REG_FORMAT"),
    "timestamp-end-without-zone": (lambda r: r.roles["timestamp"].update(expires="2027-01-01T00:00:00"), "REG_FORMAT"),
    "timestamp-issued-when": (lambda r: r.roles["timestamp"].update({"x-defa-id": {"issued": 7}}), "REG_FORMAT"),
    "timestamp-without-the-snapshot": (unpinned, "REG_FORMAT"),
    "snapshot-without-targets": (
        lambda r: (r.roles.pop("targets"), r.roles["snapshot"]["meta"].pop("targets.json")),
        "REG_FORMAT",
    ),
    "snapshot-of-another-type": (lambda r: r.roles["snapshot"].update(_type="timestamp"), "REG_FORMAT"),
    "role-of-another-type": (lambda r: r.roles["SG-ops"].update(_type="snapshot"), "REG_FORMAT"),
    "role-without-targets": (lambda r: r.roles["SG-ops"].pop("targets"), "REG_FORMAT"),
    "role-end-unreadable": (lambda r: r.roles["SG"].update(expires="soon"), "REG_FORMAT"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_role_of_another_shape(repository: Repository, shape: str) -> None:
    spoil, code = SHAPES[shape]
    spoil(repository)
    rejected(code, repository.open)


@pytest.mark.parametrize("name", ["root", "timestamp", "snapshot"])
def test_j18_a_role_that_bears_the_name_of_a_top_role(repository: Repository, name: str) -> None:
    """Its version would be remembered in place of the genuine one's."""
    data = repository.sealed("SG-deny")

    def smuggle(files: dict[str, bytes]) -> None:
        files[f"metadata/1.{name}.json"] = data

    entry = {"version": 1, "length": len(data), "hashes": {"sha256": hashlib.sha256(data).hexdigest()}}
    repository.roles["snapshot"]["meta"][f"{name}.json"] = entry
    if name == "snapshot":
        rejected("REG_FORMAT", repository.open)
    else:
        repository.after.append(smuggle)
        rejected("REG_FORMAT", repository.open)


def test_j24_a_member_that_stands_twice(repository: Repository) -> None:
    def twice(files: dict[str, bytes]) -> None:
        stamp = files["metadata/timestamp.json"]
        files["metadata/timestamp.json"] = stamp.replace(b'"version":1', b'"version":1,"version":1', 1)

    repository.after.append(twice)
    rejected("REG_FORMAT", repository.open)


def test_j24_a_list_with_a_member_that_stands_twice(repository: Repository) -> None:
    _, data = repository.list_of("SG")
    repository.place("SG-ops", "SG/list.json", data.replace(b'"sequence":1', b'"sequence":1,"sequence":2'))
    registry = repository.open()
    rejected("REG_FORMAT", lambda: registry.state_list("SG"))
    assert registry.state_list("TH").territory == "TH"


def test_fractions_have_no_place_in_signed_metadata(repository: Repository) -> None:
    repository.roles["timestamp"]["x-note"] = 1
    repository.open()

    def fraction(files: dict[str, bytes]) -> None:
        files["metadata/timestamp.json"] = files["metadata/timestamp.json"].replace(b'"x-note":1', b'"x-note":1.5')

    repository.after.append(fraction)
    rejected("REG_FORMAT", repository.open)


def test_members_the_framework_does_not_know_are_signed_like_the_others(repository: Repository) -> None:
    for part in (*repository.roles.values(), repository.root):
        part["x-later"] = {"deep": [1, None, True, 'é"\\\n']}
    everything(repository.open())
