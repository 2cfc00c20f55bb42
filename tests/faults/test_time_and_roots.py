"""X13 to X17: nobody publishes any more, roles expire, the clock goes back, roots change while a client is away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import defa_id
from defa_id import distribution, files
from defa_id.errors import ChangeRefused, RegistryRejected
from defa_id.operator import sandbox
from defa_id.operator.keyring import FileKeyring
from tests.adversarial.machine import Machine, machine_of, publication
from tests.adversarial.spoiling import expired
from tests.faults import actions
from tests.faults.conftest import edit
from tests.operator.stock_client import all_targets
from tests.support.world import NOW, Signer, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def made_world() -> tuple[World, Signer]:
    return World.make()


@pytest.fixture
def machine(made_world: tuple[World, Signer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return machine_of(tmp_path, made_world[1], monkeypatch)


def at_level(machine: Machine, level: str) -> str:
    """How the golden credential fares at a level: the registry's line, or `passed`."""
    said = machine.verify(machine.cache, "--min-level", level)
    line = next(one for one in said.document["checks"] if one["id"] == "registry.current")
    return str(line["code"] or line["outcome"])


def test_x13_the_publisher_is_dead_and_the_timestamp_runs_out(
    machine: Machine, made_world: tuple[World, Signer]
) -> None:
    """Told by doctor before, by every refresh and verdict after; by level it is open, and never accepted late."""
    stamped = expired("timestamp", "2026-11-27T12:00:00Z")  # 72 h
    place = machine.put(publication(made_world[0], 1, stamped).files())
    assert machine.refresh(place).exit == 0
    alarms = {}
    for hours in (0, 24, 47, 49, 71):
        machine.now = NOW + hours * HOUR
        told = machine.run("registry", "doctor", "--registry", place, "--within", "2").document
        alarms[hours] = [one["name"] for one in told["due"] if one["what"] == "role"]
    assert alarms == {0: [], **{hours: ["timestamp"] for hours in (24, 47, 49, 71)}}
    machine.now = NOW + 73 * HOUR
    said = machine.refresh(place)
    assert (said.exit, said.document["freshness"]) == (3, "stale")
    assert (at_level(machine, "high"), at_level(machine, "substantial"), at_level(machine, "low")) == (
        "REG_STALE",
        "passed",
        "passed",
    )
    machine.now = NOW + 72 * HOUR + 8 * DAY
    assert (at_level(machine, "substantial"), at_level(machine, "low")) == ("REG_STALE", "passed")
    machine.now = NOW + 72 * HOUR + 31 * DAY
    assert at_level(machine, "low") == "REG_EXPIRED"
    said = machine.verify(machine.cache)
    assert (said.exit, said.document["decision"]) == (3, "indeterminate")


@pytest.mark.parametrize("role", ["snapshot", "targets", "root"])
def test_x14_nothing_expired_is_extended_by_a_newer_timestamp(
    machine: Machine, made_world: tuple[World, Signer], role: str
) -> None:
    old = publication(made_world[0], 1, expired(role, "2026-11-24T13:00:00Z"))
    assert machine.refresh(machine.put(old.files())).exit == 0
    machine.now = NOW + 2 * HOUR
    newer = publication(made_world[0], 1, expired(role, "2026-11-24T13:00:00Z"))
    newer.roles["timestamp"]["version"] = 2
    if role != "snapshot":
        newer.roles["snapshot"]["version"] = 2
    said = machine.refresh(machine.put(newer.files()))
    if role == "snapshot":  # the same snapshot under a newer timestamp
        assert said.exit in (3, 4)
    else:
        assert (said.exit, said.document["freshness"]) == (3, "stale")
    assert at_level(machine, "high") == "REG_STALE"
    renewed = publication(made_world[0], 3, expired("root", "2027-11-01T00:00:00Z"))
    if role == "root":
        renewed.roots[0]["expires"] = "2026-11-24T13:00:00Z"
        renewed.add_root(["region-a", "region-b"], lambda root: root.update(expires="2027-11-01T00:00:00Z"))
    assert machine.refresh(machine.put(renewed.files())).exit == 0
    assert at_level(machine, "high") == "passed"


def test_x14_a_clock_that_goes_back_revives_nothing(machine: Machine, made_world: tuple[World, Signer]) -> None:
    """The latest time seen is remembered with the versions; a clock before the publication is not trusted at all."""
    place = machine.put(publication(made_world[0], 1, expired("timestamp", "2026-11-25T12:00:00Z")).files())
    machine.refresh(place)
    machine.now = NOW + 40 * DAY
    assert machine.refresh(place).exit == 3
    assert at_level(machine, "low") == "REG_EXPIRED"
    for back in (NOW, NOW + 39 * DAY, NOW + DAY / 2):
        machine.now = back
        assert at_level(machine, "low") == "REG_EXPIRED"
        assert machine.refresh(place).document["freshness"] == "expired"
    machine.now = NOW - 365 * DAY
    assert at_level(machine, "low") == "TIME_CLOCK_UNTRUSTED"
    machine.now = NOW + 3650 * DAY
    assert at_level(machine, "low") == "REG_EXPIRED"


def rotate(registry: Path, name: str) -> None:
    ring = FileKeyring(registry / "keys")
    ring.path(name).unlink()
    ring.make(name)


@pytest.fixture
def kept(work: Path) -> Iterator[list[Path]]:
    """Copies of what was published, one after the other."""
    copies = [Path(shutil.copytree(work / "registry" / "published", work / "was-1"))]
    yield copies


def test_x15_x16_a_client_follows_roots_it_missed(work: Path, kept: list[Path], tmp_path: Path) -> None:
    """Every region key, then every online key, replaced one by one; clients that stopped at any of these
    publications, with a cache, with a memory or with the first root pinned, arrive at the last."""
    registry = work / "registry"
    for number, name in enumerate(("region-a", "region-b", "region-c", "snapshot", "timestamp-a"), 2):
        rotate(registry, name)
        actions.publish(work)
        kept.append(Path(shutil.copytree(registry / "published", work / f"was-{number}")))
    newest = registry / "published"
    roots = sorted(int(path.name.split(".")[0]) for path in (newest / "metadata").glob("*.root.json"))
    assert roots == list(range(1, max(roots) + 1))
    assert max(roots) >= 6
    pinned = kept[0] / "root.json"
    for number, was in enumerate(kept):
        cache, memory = tmp_path / f"cache-{number}", tmp_path / f"memory-{number}.json"
        distribution.refresh([str(was)], cache, now=actions.LATER, root=pinned, memory=memory)
        done = distribution.refresh([str(newest)], cache, now=actions.LATER, root=pinned, memory=memory)
        assert done.registry.version == len(kept)
        assert (done.outcome, done.doubts, done.troubles) == ("unchanged" if was == kept[-1] else "updated", (), ())
        registry_again = files.open_registry(newest, memory=memory, now=actions.LATER)
        assert registry_again.seen().versions["root"] == max(roots)
        assert registry_again.state_list("SG").services
    assert all_targets(newest, tmp_path / "stock", actions.LATER)


def test_x17_with_all_but_one_region_key_lost_the_day_goes_on(work: Path) -> None:
    """Lists are published as ever; what needs the region's keys is refused by its code and changes nothing."""
    registry = work / "registry"
    ring = FileKeyring(registry / "keys")
    ring.path("region-a").unlink()
    edit(registry)
    assert actions.publish(work)["changed"] == ["SG-ops"]
    ring.path("region-b").unlink()
    edit(registry)
    assert actions.publish(work)["changed"] == ["SG-ops"]
    before = {path: path.read_bytes() for path in (registry / "published").rglob("*.json")}
    rotate(registry, "SG-a")
    with pytest.raises(ChangeRefused) as refused:
        actions.publish(work)
    assert refused.value.code == "REG_KEY_UNAVAILABLE"
    assert {path: path.read_bytes() for path in (registry / "published").rglob("*.json")} == before


def test_x17_a_region_that_lost_its_keys_begins_again_by_a_root_that_is_pinned(work: Path, tmp_path: Path) -> None:
    """The same registry under a new root: refused by whoever knew the old one, taken where the new one is
    pinned, and every state is still held to the keys it was known by."""
    memory, cache = tmp_path / "memory.json", tmp_path / "cache"
    published = work / "registry" / "published"
    distribution.refresh([str(published)], cache, now=actions.LATER, memory=memory)
    for name in ("region-a", "region-b", "region-c", "snapshot", "timestamp-a", "timestamp-b"):
        rotate(work / "registry", name)
    again = work / "again"
    shutil.copytree(work / "registry", again / "registry", ignore=shutil.ignore_patterns("published"))
    actions.publish(again)
    new = again / "registry" / "published"
    with pytest.raises(RegistryRejected) as refused:
        files.open_registry(new, memory=memory, now=actions.LATER)
    assert refused.value.code == "REG_ROOT"
    kept = distribution.refresh([str(new)], cache, now=actions.LATER, memory=memory)
    assert (kept.outcome, kept.troubles[0].code) == ("kept", "REG_SIGNATURE")
    opened = files.open_registry(new, root=new / "root.json", memory=memory, now=actions.LATER)
    assert opened.state_list("SG").services
    fresh = distribution.refresh([str(new)], tmp_path / "new", now=actions.LATER, root=new / "root.json", memory=memory)
    assert (fresh.outcome, fresh.doubts) == ("updated", ())


def test_a_registry_made_again_with_other_state_keys_is_still_refused_under_a_pinned_root(
    work: Path, tmp_path: Path
) -> None:
    memory = tmp_path / "memory.json"
    files.open_registry(work / "registry" / "published", memory=memory, now=actions.LATER)
    again = work / "again"
    shutil.copytree(work / "registry", again / "registry", ignore=shutil.ignore_patterns("published", "keys"))
    about = json.loads((again / "registry" / "registry.json").read_text())
    ring = FileKeyring(again / "registry" / "keys")
    from defa_id.operator import roles

    for name in roles.key_names(about, ("SG", "TH")):
        ring.make(name)
    sandbox.publish(again / "registry", actions.LATER)
    new = again / "registry" / "published"
    opened = files.open_registry(new, root=new / "root.json", memory=memory, now=actions.LATER)
    with pytest.raises(RegistryRejected) as refused:
        opened.state_list("SG")
    assert refused.value.code == "REG_HANDOVER"
    assert defa_id.open_registry(new, now=actions.LATER).state_list("SG").services
