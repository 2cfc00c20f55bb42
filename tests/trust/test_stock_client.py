"""The same repository read by the framework's stock client: whom it refuses, our loader refuses too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from defa_id.errors import RegistryRejected
from tests.operator.stock_client import updater
from tests.support.world import NOW, Json, dumps
from tests.trust.repository import Repository, key_entry, opened

tuf = pytest.importorskip("tuf.api.exceptions")

STATES = ("PH", "SG", "TH", "VN")
Answer = dict[str, bytes] | None


def write(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def stock(files: dict[str, bytes], folder: Path) -> Answer:
    """Each state's list as the stock client gets it; None if it refuses the repository as a whole."""
    published = write(files, folder / "published")
    try:
        client = updater(published, folder / "cache", NOW)
    except (tuf.RepositoryError, tuf.DownloadError):
        return None
    found = {}
    for state in STATES:
        try:
            info = client.get_targetinfo(f"{state}/list.json")
            if info is not None:
                found[state] = Path(client.download_target(info)).read_bytes()
        except (tuf.RepositoryError, tuf.DownloadError):
            continue
    return found


def ours(files: dict[str, bytes]) -> Answer:
    """The same of our loader."""
    try:
        registry = opened(files)
    except RegistryRejected:
        return None
    found = {}
    for state in registry.states():
        try:
            document = registry.state_list(state).document
        except RegistryRejected:
            continue
        found[state] = next(
            data
            for name, data in files.items()
            if name.startswith(f"targets/{state}/") and name.endswith(".list.json") and json.loads(data) == document
        )
    return found


def place_forged(repository: Repository) -> None:
    _, genuine = repository.list_of("SG")
    repository.place("PH-ops", "SG/list.json", dumps({**json.loads(genuine), "sequence": 2}))


def rotate(signers: list[str]) -> Callable[[Repository], object]:
    def hand_over(root: Json, repository: Repository) -> None:
        entries = dict(key_entry(repository.world, f"next-{letter}") for letter in "abc")
        root["keys"].update(entries)
        root["roles"]["root"]["keyids"] = list(entries)

    return lambda repository: repository.add_root(signers, lambda root: hand_over(root, repository))


def second_id(repository: Repository) -> None:
    """One key of SG listed under two ids; the framework counts ids, we count keys."""


def signed_by(role: str, *names: str) -> Callable[[Repository], object]:
    return lambda repository: repository.signers.update({role: list(names)})


def expired(role: str) -> Callable[[Repository], object]:
    def expire(repository: Repository) -> None:
        part = repository.root if role == "root" else repository.roles[role]
        part["expires"] = "2026-11-20T00:00:00Z"

    return expire


MUTATIONS: dict[str, Callable[[Repository], object]] = {
    "nothing": lambda _: None,
    "timestamp by a stranger": signed_by("timestamp", "stranger"),
    "snapshot by nobody": signed_by("snapshot"),
    "targets by one": signed_by("targets", "region-a"),
    "targets by one, twice": signed_by("targets", "region-b", "region-b"),
    "SG by one": signed_by("SG", "SG-a"),
    "SG by its ops": signed_by("SG", "SG-ops-a", "SG-ops-b"),
    "SG-ops by SG": signed_by("SG-ops", "SG-a", "SG-b"),
    "SG-ops by TH-ops": signed_by("SG-ops", "TH-ops-a", "TH-ops-b"),
    "SG-ops by one": signed_by("SG-ops", "SG-ops-d"),
    "SG-ops by two others of four": signed_by("SG-ops", "SG-ops-c", "SG-ops-d"),
    "TH-ops by nobody": signed_by("TH-ops"),
    "PH-ops writes SG's list": place_forged,
    "a root by old and new": rotate(["region-a", "region-c", "next-a", "next-b"]),
    "a root by the old only": rotate(["region-a", "region-b", "region-c"]),
    "a root by the new only": rotate(["next-a", "next-b", "next-c"]),
    "a root below the new threshold": rotate(["region-a", "region-b", "next-a"]),
    "SG delegates elsewhere": lambda r: r.roles["SG"]["delegations"]["roles"][0].update(paths=["TH/*"]),
    "SG is not delegated to": lambda r: r.roles["targets"]["delegations"]["roles"].pop(1),
    "SG's version is not the one named": lambda r: r.roles["SG"].update(version=7),
    "the list has another length": lambda r: r.roles["SG-ops"]["targets"]["SG/list.json"].update(length=3),
    "a later member": lambda r: r.roles["SG"].update({"x-later": [1, {"a": None}]}),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_both_refuse_and_both_read_the_same(repository: Repository, mutation: str, tmp_path: Path) -> None:
    MUTATIONS[mutation](repository)
    files = repository.files()
    theirs, own = stock(files, tmp_path), ours(files)
    if own is None and theirs is not None:
        # we hold every file against its hash when we open, they when they download it
        assert set(theirs) != set(STATES)
        return
    assert own == theirs
    if mutation in ("nothing", "a later member", "PH-ops writes SG's list", "SG-ops by two others of four"):
        assert own is not None
        assert set(own) == set(STATES)
        assert own["SG"] == repository.list_of("SG")[1]


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets", "SG", "SG-ops"])
def test_what_they_refuse_as_expired_we_grade(repository: Repository, role: str, tmp_path: Path) -> None:
    expired(role)(repository)
    files = repository.files()
    theirs = stock(files, tmp_path)
    assert theirs is None or "SG" not in theirs
    assert opened(files).freshness_for("SG").grade == "stale"


@pytest.mark.parametrize("name", ["timestamp", "1.snapshot", "1.targets", "1.SG", "1.SG-ops"])
def test_both_refuse_a_flipped_bit_and_a_missing_file(repository: Repository, name: str, tmp_path: Path) -> None:
    files = repository.files()
    file = f"metadata/{name}.json"
    for number, place in enumerate((20, len(files[file]) // 2, len(files[file]) - 60)):
        data = files[file][:place] + bytes([files[file][place] ^ 1]) + files[file][place + 1 :]
        theirs = stock({**files, file: data}, tmp_path / str(number))
        assert theirs is None or "SG" not in theirs
        assert ours({**files, file: data}) is None
    without = {other: data for other, data in files.items() if other != file}
    theirs = stock(without, tmp_path / "without")
    assert theirs is None or "SG" not in theirs
    assert ours(without) is None


def test_a_client_that_has_seen_more_refuses_what_is_older(repository: Repository, tmp_path: Path) -> None:
    old = repository.files()
    world = repository.world.copy()
    world.version = 2
    new = Repository.of(world).files()
    published = write(new, tmp_path / "published")
    updater(published, tmp_path / "cache", NOW)
    seen = opened(new).seen()
    assert seen.versions["SG-ops"] == 2
    shutil.rmtree(published)
    write(old, published)
    client = updater.__globals__["Updater"](
        str(tmp_path / "cache" / "metadata"),
        f"file://{published}/metadata/",
        fetcher=updater.__globals__["FileFetcher"](),
        bootstrap=old["root.json"],
    )
    client._trusted_set.reference_time = NOW
    with pytest.raises(tuf.RepositoryError):
        client.refresh()
    with pytest.raises(RegistryRejected) as caught:
        opened(old, seen=seen)
    assert caught.value.code == "REG_ROLLBACK"
