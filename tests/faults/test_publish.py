"""X01, X03, X12: the publisher dies or the disk fails at every single call, and readers see the old or the new."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from defa_id.operator.keyring import FileKeyring
from tests.faults import actions
from tests.faults.conftest import Drive, edit

Found = dict[str, Any]


def replace(*names: str) -> Callable[[Path], None]:
    """New keys in place of these."""

    def prepare(registry: Path) -> None:
        ring = FileKeyring(registry / "keys")
        for name in names:
            ring.path(name).unlink()
            ring.make(name)

    return prepare


def edited(registry: Path) -> None:
    edit(registry)
    edit(registry, "TH")


def another_state(registry: Path) -> None:
    """A state with folders of its own, and keys to be made."""
    listing = json.loads((registry / "states" / "TH" / "list.json").read_text())
    listing |= {"territory": "VN", "entities": [], "recognitions": [], "arrangements": []}
    (registry / "states" / "VN").mkdir()
    (registry / "states" / "VN" / "list.json").write_text(json.dumps(listing))


def never_published(registry: Path) -> None:
    shutil.rmtree(registry / "published")


def crashed_before(registry: Path) -> None:
    """What a publisher left that died before: torn temporary files, and roles that nobody names."""
    edit(registry)
    metadata = registry / "published" / "metadata"
    (metadata / ".new-2.SG-ops.json.0a1b2c3d").write_bytes(b'{"signa')
    (metadata / "2.SG-ops.json").write_bytes((metadata / "1.SG-ops.json").read_bytes())
    (metadata / "2.snapshot.json").write_bytes(b"")


# What is prepared, the roles signed anew, and what a reader finds before and after it was published.
SCENARIOS: dict[str, tuple[Callable[[Path], None], set[str], str, str]] = {
    "two lists edited": (edited, {"SG-ops", "TH-ops"}, '1 {"SG": 1, "TH": 1}', '2 {"SG": 2, "TH": 2}'),
    "after a crash": (crashed_before, {"SG-ops"}, '1 {"SG": 1, "TH": 1}', '2 {"SG": 2, "TH": 1}'),
    "a state's key": (replace("SG-a"), {"SG", "targets"}, '1 {"SG": 1, "TH": 1}', '2 {"SG": 1, "TH": 1}'),
    "the snapshot's key": (replace("snapshot"), {"root"}, '1 {"SG": 1, "TH": 1}', '2 {"SG": 1, "TH": 1}'),
    "both timestamp keys": (
        replace("timestamp-a", "timestamp-b"),
        {"root"},
        '1 {"SG": 1, "TH": 1}',
        '2 {"SG": 1, "TH": 1}',
    ),
    "a region's key": (replace("region-a"), {"root", "targets"}, '1 {"SG": 1, "TH": 1}', '2 {"SG": 1, "TH": 1}'),
    "another state": (
        another_state,
        {"targets", "VN", "VN-ops", "VN-deny"},
        '1 {"SG": 1, "TH": 1}',
        '2 {"SG": 1, "TH": 1, "VN": 1}',
    ),
    "the first time": (
        never_published,
        {"root", "targets", *(f"{state}{part}" for state in ("SG", "TH") for part in ("", "-ops", "-deny"))},
        "REG_MISSING",
        '1 {"SG": 1, "TH": 1}',
    ),
}
CALLS = {"open", "write", "fsync", "link", "unlink"}
KEYS = {"root": 3, "targets": 3, "snapshot": 1, "timestamp": 2}
NAMING = ("replace", "link")


def sound(found: list[Found], old: str, new: str) -> None:
    """The oracle: wherever it was, the old stands until the new does, and the next attempt needs no help."""
    turned = False
    number, lists = new.split(" ", 1)
    for one in found:
        assert one["reader"] in ((old, new) if not turned else (new,)), one
        turned = one["reader"] == new
        assert "error" not in one["again"], one
        assert one["then"] == f"{int(number) + turned} {lists}", one
        assert one["leftovers_then"] == [], one
        assert one["keys_then"] == KEYS, "no key stays that was about to go"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "half"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_x01_x12_killed_at_every_call(work: Path, drive: Drive, scenario: str, how: str) -> None:
    prepare, _, old, new = SCENARIOS[scenario]
    prepare(work / "registry")
    found = drive(action="publish", how=how)
    assert len(found) >= (16 if how == "kill" else 4)
    assert {one["ended"] for one in found} == {"killed"}
    if how == "kill":
        counted = Counter(one["call"][0] for one in found)
        assert counted.keys() >= CALLS
        assert {one["call"][1] for one in found if one["call"][0] == "fsync"} >= {"registry/published/metadata"}
        assert found[0]["reader"] == old
        # the last call makes the name durable, so all but that and those after the timestamp see the old
        stamp = next(n for n, one in enumerate(found) if one["call"][0] in NAMING and "timestamp" in one["call"][2])
        assert [one["reader"] for one in found[: stamp + 1]] == [old] * (stamp + 1)
        assert {one["reader"] for one in found[stamp + 1 :]} == {new}
    sound(found, old, new)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("two lists edited", "ENOSPC"),
        ("two lists edited", "EIO"),
        ("the snapshot's key", "EROFS"),
        ("the first time", "ENOSPC"),
    ],
)
def test_x03_an_error_at_every_call(work: Path, drive: Drive, scenario: str, error: str) -> None:
    """The publisher says so by its code, cleans up, and what was published stands."""
    prepare, _, old, new = SCENARIOS[scenario]
    prepare(work / "registry")
    found = drive(action="publish", how=error, lasting=error == "ENOSPC")
    assert len(found) > 16
    for one in found:
        assert one["ended"] == "returned"
        waiting = [name for name in one["leftovers"] if "/.late-" in name]  # a root, for the next attempt
        assert one["leftovers"] == (waiting if one["reader"] == new else []), one
        if one["call"][0] == "mkdir" and "error" not in one["said"]:
            assert one["reader"] == new, "a folder that was there already"
        else:
            inside = one["call"][1].startswith("registry/published")
            assert one["said"]["error"] == ("REG_PUBLISH_FAILED" if inside else "CFG_FILE"), one
    sound([one for one in found if one["call"][0] != "mkdir"], old, new)


def test_what_a_scenario_signs_anew(work: Path, made: Path, tmp_path: Path) -> None:
    """So that no scenario is one in which nothing happens."""
    for name, (prepare, changed, old, new) in SCENARIOS.items():
        folder = Path(shutil.copytree(made, tmp_path / name))
        prepare(folder / "registry")
        assert actions.read(folder / "registry" / "published") == old
        assert set(actions.publish(folder)["changed"]) == changed
        assert actions.read(folder / "registry" / "published") == new


def test_a_key_is_there_whole_or_not_at_all(work: Path, drive: Drive) -> None:
    for how in ("kill", "half", "ENOSPC"):
        for one in drive(action="make_key", how=how):
            taken = one["again"].get("error") == "REG_CHANGE"
            assert taken or one["again"] == {}, one
            if how == "ENOSPC":
                assert one["leftovers"] == []
