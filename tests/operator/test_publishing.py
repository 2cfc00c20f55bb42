"""A publication is a TUF repository any client can read, whatever happens to the publisher."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from defa_id import files
from defa_id.codec import canonical
from defa_id.errors import ChangeRefused, RegistryRejected, WrongUse
from defa_id.issue import signing
from defa_id.operator import publishing, roles, sandbox, storage
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.published import Published
from defa_id.operator.tree import Tree, load
from tests.operator.stock_client import all_targets


def edit(directory: Path, state: str = "SG") -> None:
    """A harmless change of one state's list."""
    path = directory / "states" / state / "list.json"
    listing = json.loads(path.read_text())
    listing["state"]["legal_basis"] = ["none: test", *listing["state"].get("legal_basis", [])]
    path.write_bytes(storage.pretty(listing))


def versions(directory: Path) -> dict[str, int]:
    published = Published.read(directory / "published")
    assert published is not None
    return {name: role.signed.version for name, (role, _) in published.roles.items()} | {
        "root": published.root.signed.version,
        "snapshot": published.version,
        "timestamp": published.timestamp.signed.version,
    }


def test_the_layout_is_the_one_agreed(pristine: Path) -> None:
    published = pristine / "published"
    assert (published / "root.json").read_bytes() == (published / "metadata" / "1.root.json").read_bytes()
    root = json.loads((published / "root.json").read_text())["signed"]
    assert root["consistent_snapshot"] is True
    assert root["x-defa-id"]["environment"] == "demo"
    assert {name: (len(role["keyids"]), role["threshold"]) for name, role in root["roles"].items()} == {
        "root": (3, 2),
        "targets": (3, 2),
        "snapshot": (1, 1),
        "timestamp": (2, 1),
    }
    top = json.loads((published / "metadata" / "1.targets.json").read_text())["signed"]
    state = next(role for role in top["delegations"]["roles"] if role["name"] == "SG")
    assert (len(state["keyids"]), state["threshold"], state["paths"]) == (3, 2, ["SG/*", "SG/schemas/*"])
    own = json.loads((published / "metadata" / "1.SG.json").read_text())["signed"]["delegations"]["roles"]
    assert [(one["name"], len(one["keyids"]), one["threshold"], one["paths"], one["terminating"]) for one in own] == [
        ("SG-ops", 4, 2, ["SG/list.json", "SG/schemas/*"], True),
        ("SG-deny", 2, 1, ["SG/deny.json"], True),
    ]
    stamp = json.loads((published / "metadata" / "timestamp.json").read_text())["signed"]
    assert stamp["x-defa-id"] == {"issued": "2026-11-24T12:00:00Z"}
    for name, entry in json.loads((published / "metadata" / "1.snapshot.json").read_text())["signed"]["meta"].items():
        assert entry["length"] == (published / "metadata" / f"1.{name}").stat().st_size
        assert len(entry["hashes"]["sha256"]) == 64


def test_the_stock_client_reads_every_target(pristine: Path, tmp_path: Path, tree: Tree, now: datetime) -> None:
    targets = all_targets(pristine / "published", tmp_path / "cache", now)
    assert {f"{state}/{name}" for state in tree.states for name in ("list.json", "deny.json")} <= targets.keys()
    assert json.loads(targets["vocabulary.json"]) == tree.vocabulary
    assert {name for name in targets if name.startswith("schemas/")} == {f"schemas/{name}" for name in tree.schemas}
    listing = json.loads(targets["SG/list.json"])
    assert targets["SG/list.json"] == canonical.encode(listing)
    assert (listing["sequence"], listing["issued"], listing["next_update"]) == (
        1,
        "2026-11-24T12:00:00Z",
        "2027-11-24T12:00:00Z",
    )


def test_our_own_reader_agrees(pristine: Path, tree: Tree, now: datetime) -> None:
    registry = files.open_registry(pristine / "published", now=now)
    assert registry.states() == tuple(sorted(tree.states))
    assert registry.freshness == "fresh"
    for state in registry.states():
        document = registry.state_list(state).document
        assert document["entities"] == tree.states[state].listing["entities"]
        assert registry.denials(state) == ()


def test_without_a_change_only_snapshot_and_timestamp_move(directory: Path, now: datetime) -> None:
    before = versions(directory)
    publication = sandbox.publish(directory, now)
    assert publication.changed == ()
    after = versions(directory)
    assert {name for name in after if after[name] != before[name]} == {"snapshot", "timestamp"}
    assert publication.version == after["snapshot"] == 2


def test_only_the_changed_state_is_signed_anew(directory: Path, tmp_path: Path, now: datetime) -> None:
    edit(directory)
    publication = sandbox.publish(directory, now)
    assert publication.changed == ("SG-ops",)
    targets = all_targets(directory / "published", tmp_path / "cache", now)
    assert json.loads(targets["SG/list.json"])["sequence"] == 2
    assert json.loads(targets["SG/list.json"])["issued"] == "2026-11-24T13:00:00Z"
    assert json.loads(targets["TH/list.json"])["sequence"] == 1


def test_a_reader_that_remembers_moves_on_and_never_back(directory: Path, tmp_path: Path, now: datetime) -> None:
    memory, published = tmp_path / "memory.json", directory / "published"
    assert files.open_registry(published, memory=memory, now=now).version == 1
    shutil.copytree(published, tmp_path / "old")
    edit(directory)
    sandbox.publish(directory, now)
    assert files.open_registry(published, memory=memory, now=now).version == 2
    with pytest.raises(RegistryRejected):
        files.open_registry(tmp_path / "old", memory=memory, now=now)


def test_the_same_sources_and_keys_give_the_same_bytes(pristine: Path, tmp_path: Path, made: datetime) -> None:
    tree, ring = load(pristine), FileKeyring(pristine / "keys")
    for name in ("one", "two"):
        publishing.publish(tree, ring, tmp_path / name, made)
    for path in (tmp_path / "one").rglob("*.json"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_roles_are_renewed_in_the_second_half_of_their_life(directory: Path, tmp_path: Path, made: datetime) -> None:
    early = sandbox.publish(directory, made + timedelta(days=180))
    assert early.changed == ()
    late = sandbox.publish(directory, made + timedelta(days=190))
    assert len(late.changed) == 35
    assert "root" in late.changed
    then = made + timedelta(days=500)
    targets = all_targets(directory / "published", tmp_path / "cache", then)
    assert json.loads(targets["SG/list.json"])["sequence"] == 2
    assert files.open_registry(directory / "published", now=then).freshness == "fresh"
    assert (directory / "published" / "root.json").read_bytes() == (
        directory / "published" / "metadata" / "1.root.json"
    ).read_bytes()


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("SG-ops-a", {"SG", "SG-ops"}),
        ("SG-a", {"targets", "SG"}),
        ("timestamp-b", {"root"}),
        ("snapshot", {"root"}),
        ("region-b", {"root", "targets"}),
    ],
)
def test_a_replaced_key_is_delegated_anew(
    directory: Path, tmp_path: Path, now: datetime, name: str, changed: set[str]
) -> None:
    ring = FileKeyring(directory / "keys")
    ring.path(name).unlink()
    ring.make(name)
    assert set(sandbox.publish(directory, now).changed) == changed
    assert all_targets(directory / "published", tmp_path / "cache", now)
    files.open_registry(directory / "published", now=now).state_list("SG")


def replace(directory: Path, *names: str) -> None:
    """New keys in place of these."""
    ring = FileKeyring(directory / "keys")
    for name in names:
        ring.path(name).unlink()
        ring.make(name)


def test_a_states_keys_are_handed_over_one_by_one(directory: Path, tmp_path: Path, now: datetime) -> None:
    """A client that knows the first keys follows to the third ones, though it never saw the second."""
    memory, published = tmp_path / "memory.json", directory / "published"
    files.open_registry(published, memory=memory, now=now)
    for name in ("SG-a", "SG-b", "SG-c"):
        replace(directory, name)
        assert set(sandbox.publish(directory, now).changed) == {"targets", "SG"}
    edit(directory)
    sandbox.publish(directory, now)
    role = json.loads((published / "metadata" / f"{versions(directory)['SG']}.SG.json").read_text())["signed"]
    assert len(role["x-defa-id"]["handovers"]) == 3
    registry = files.open_registry(published, memory=memory, now=now)
    assert registry.state_list("SG").document["sequence"] == 2
    assert all_targets(published, tmp_path / "cache", now)
    assert files.open_registry(published, memory=memory, now=now).state_list("SG")


def test_two_keys_of_a_state_at_once_are_no_handover(directory: Path, tmp_path: Path, now: datetime) -> None:
    memory, before = tmp_path / "memory.json", versions(directory)
    files.open_registry(directory / "published", memory=memory, now=now)
    replace(directory, "SG-a", "SG-c")
    with pytest.raises(ChangeRefused, match="handed over to by 1 of its old keys, and 2 must"):
        sandbox.publish(directory, now)
    with pytest.raises(ChangeRefused, match="handed over"):
        sandbox.publish(directory, now, reappointed=["TH"])
    assert versions(directory) == before
    assert "SG" in sandbox.publish(directory, now, reappointed=["SG"]).changed
    registry = files.open_registry(directory / "published", memory=memory, now=now)
    registry.state_list("TH")
    with pytest.raises(RegistryRejected) as caught:
        registry.state_list("SG")
    assert caught.value.code == "REG_HANDOVER"
    files.open_registry(directory / "published", memory=tmp_path / "another.json", now=now).state_list("SG")


def test_a_key_kept_elsewhere_stays_published(directory: Path, now: datetime) -> None:
    ring = FileKeyring(directory / "keys")
    for name in ("region-c", "SG-ops-d", "timestamp-b"):
        ring.path(name).unlink()
    edit(directory)
    assert sandbox.publish(directory, now).changed == ("SG-ops",)
    files.open_registry(directory / "published", now=now).state_list("SG")


def test_too_few_keys_publish_nothing(directory: Path, now: datetime) -> None:
    ring, before = FileKeyring(directory / "keys"), versions(directory)
    for letter in "abc":
        ring.path(f"SG-ops-{letter}").unlink()
    edit(directory)
    with pytest.raises(ChangeRefused, match="role SG-ops needs 2 signatures and 1 of its keys are here"):
        sandbox.publish(directory, now)
    assert versions(directory) == before


def test_a_missing_key_and_a_new_one_together_are_refused(directory: Path, now: datetime) -> None:
    ring = FileKeyring(directory / "keys")
    for name in ("SG-ops-a", "SG-ops-b"):
        ring.path(name).unlink()
    ring.make("SG-ops-a")
    with pytest.raises(ChangeRefused, match="role SG-ops lacks the key SG-ops-b"):
        sandbox.publish(directory, now)


def test_two_region_keys_at_once_would_break_the_chain(directory: Path, now: datetime) -> None:
    ring = FileKeyring(directory / "keys")
    for name in ("region-a", "region-b"):
        ring.path(name).unlink()
        ring.make(name)
    with pytest.raises(ChangeRefused, match="not signed by enough of the old root's keys"):
        sandbox.publish(directory, now)


def test_a_new_state_gets_its_keys(directory: Path, tmp_path: Path, now: datetime) -> None:
    listing = json.loads((directory / "states" / "TL" / "list.json").read_text())
    listing |= {"territory": "PG", "entities": [], "recognitions": [], "arrangements": []}
    storage.write(directory / "states" / "PG" / "list.json", storage.pretty(listing))
    assert set(sandbox.publish(directory, now).changed) == {"targets", "PG", "PG-ops", "PG-deny"}
    assert "PG/list.json" in all_targets(directory / "published", tmp_path / "cache", now)


def test_the_clock_may_not_stand_before_the_last_publication(directory: Path, made: datetime) -> None:
    with pytest.raises(ChangeRefused, match="after now"):
        sandbox.publish(directory, made - timedelta(seconds=1))


def test_a_registry_keeps_its_name(directory: Path, now: datetime) -> None:
    path = directory / "registry.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "registry": "another"}))
    with pytest.raises(ChangeRefused, match="not another"):
        sandbox.publish(directory, now)


def test_errors_in_the_sources_are_never_published(directory: Path, now: datetime) -> None:
    before = versions(directory)
    path = directory / "states" / "SG" / "list.json"
    path.write_text(path.read_text().replace('"substantial"', '"excellent"', 1))
    with pytest.raises(ChangeRefused, match="excellent"):
        sandbox.publish(directory, now)
    assert versions(directory) == before


def test_a_damaged_publication_is_not_built_upon(directory: Path, now: datetime) -> None:
    path = directory / "published" / "metadata" / "1.SG-ops.json"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ChangeRefused, match="damaged"):
        sandbox.publish(directory, now)


@pytest.mark.parametrize("target", ["SG/list.json", "vocabulary.json"])
def test_a_damaged_target_is_not_built_upon(directory: Path, now: datetime, target: str) -> None:
    published = Published.read(directory / "published")
    assert published is not None
    data = published.target(target)
    assert published.target("XX/list.json") is None
    (path,) = [path for path in (directory / "published").rglob("*.json") if path.read_bytes() == data]
    path.write_bytes(b"[]")
    with pytest.raises(ChangeRefused, match="damaged"):
        published.document(target)


def test_a_signer_that_errs_locks_nobody_out(directory: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    before = versions(directory)
    monkeypatch.setattr(roles, "sign_ecdsa", lambda native, message: signing.sign_ecdsa(native, message + b"x"))
    edit(directory)
    with pytest.raises(ChangeRefused, match="would not be accepted"):
        sandbox.publish(directory, now)
    monkeypatch.undo()
    assert versions(directory) == before


def test_roles_sign_with_p256_only(directory: Path, now: datetime) -> None:
    ring = FileKeyring(directory / "keys")
    ring.path("SG-ops-a").unlink()
    ring.make("SG-ops-a", "P-384")
    with pytest.raises(WrongUse, match="key SG-ops-a is not a P-256 key"):
        sandbox.publish(directory, now)
    with pytest.raises(ValueError, match="keyring"):
        roles.RoleSigner.from_priv_key_uri("file:key")


class Stop(Exception):
    """The publisher dies here."""


@pytest.mark.parametrize("survived", [0, 1, 2, 3, 4])
def test_a_reader_sees_the_old_or_the_new_wherever_the_publisher_dies(
    directory: Path, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    for state in ("SG", "TH"):
        edit(directory, state)
    FileKeyring(directory / "keys").path("timestamp-b").unlink()
    FileKeyring(directory / "keys").make("timestamp-b")
    written: list[str] = []
    write = storage.write

    def dying(path: Path, data: bytes, mode: int = 0o644) -> None:
        if len(written) == survived:
            (path.parent / f".new-{path.name}.torn").write_bytes(data[: len(data) // 2])
            raise Stop
        written.append(path.name)
        write(path, data, mode)

    with monkeypatch.context() as faulty:
        for name in ("write", "create"):
            faulty.setattr(storage, name, dying)
        with pytest.raises(Stop):
            sandbox.publish(directory, now)
    old = files.open_registry(directory / "published", now=now)
    assert old.version == 1
    assert old.state_list("SG").document["sequence"] == 1
    all_targets(directory / "published", tmp_path / "before", now)
    assert sandbox.publish(directory, now).version == 2
    assert not list((directory / "published").rglob(".new-*"))
    assert files.open_registry(directory / "published", now=now).state_list("SG").document["sequence"] == 2
    all_targets(directory / "published", tmp_path / "after", now)


def test_a_new_root_without_its_timestamp_is_recovered_from(
    directory: Path, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    FileKeyring(directory / "keys").path("region-a").unlink()
    FileKeyring(directory / "keys").make("region-a")
    write = storage.write

    def dying(path: Path, data: bytes, mode: int = 0o644) -> None:
        if path.name == "timestamp.json":
            raise Stop
        write(path, data, mode)

    monkeypatch.setattr(storage, "write", dying)
    with pytest.raises(Stop):
        sandbox.publish(directory, now)
    monkeypatch.setattr(storage, "write", write)
    assert sandbox.publish(directory, now).version == 2
    all_targets(directory / "published", tmp_path / "cache", now)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    storage.write(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def _publish(directory: str, now: datetime) -> int:
    return sandbox.publish(Path(directory), now).version


def test_two_publishers_take_turns(directory: Path, now: datetime) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.starmap(_publish, [(str(directory), now)] * 4)
    assert sorted(done) == [2, 3, 4, 5]
    assert versions(directory)["snapshot"] == 5


def test_every_role_has_its_own_keys(tree: Tree) -> None:
    names = list(roles.key_names(tree.registry, tree.states))
    assert len(names) == len(set(names)) == 6 + 9 * len(tree.states)


def test_a_published_type_stays_in_the_vocabulary(directory: Path) -> None:
    path = directory / "vocabulary.json"
    vocabulary = json.loads(path.read_text(encoding="utf-8"))
    gone = vocabulary["types"].pop()
    path.write_bytes(storage.pretty(vocabulary))
    with pytest.raises(ChangeRefused, match="is gone from the vocabulary"):
        sandbox.publish(directory, datetime.fromisoformat("2026-11-25T00:00:00Z"))
    vocabulary["types"].append({**gone, "status": "retired"})
    path.write_bytes(storage.pretty(vocabulary))
    sandbox.publish(directory, datetime.fromisoformat("2026-11-25T00:00:00Z"))
    registry = files.open_registry(directory / "published", now=datetime.fromisoformat("2026-11-25T00:00:00Z"))
    assert {**gone, "status": "retired"} in registry.vocabulary["types"]
