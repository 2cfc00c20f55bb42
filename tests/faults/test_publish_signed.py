"""X01 where it counts most: publishing what holders signed, and signing the timestamp anew, killed at every call."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id.operator import pending
from defa_id.operator.appointing import Appointment
from tests.faults import actions
from tests.faults.actions import LATER
from tests.faults.conftest import Drive
from tests.operator.holders import Holders

SOON = LATER - timedelta(minutes=10)
OLD, NEW = '1 {"SG": 1, "TH": 1}', '2 {"SG": 1, "TH": 1}'
KEYS = {"root": 3, "targets": 3, "snapshot": 1, "timestamp": 2}


def a_states_key(held: Holders) -> None:
    change = held.propose(SOON, "SG-a", held.replaced("SG-ops", "SG-ops-b"))
    held.sign(change, SOON, ["SG-b", "SG-c", "SG-ops-b", "SG-ops-c"])


def one_timestamp_key(held: Holders) -> None:
    change = held.propose(SOON, "region-a", held.replaced("timestamp", "timestamp-a"))
    held.sign(change, SOON, ["region-b", "region-c"])


def two_region_keys(held: Holders) -> None:
    """Root and targets at once; the new root does not take what the old keys signed."""
    change = held.propose(SOON, "TH-a", held.replaced("region", "region-a", "region-b"))
    held.sign(change, SOON, ["region-a", "region-b", "region-c", "region-a-old"])


def one_region_key(held: Holders) -> None:
    change = held.propose(SOON, "TH-a", held.replaced("region", "region-c"))
    held.sign(change, SOON, ["region-a", "region-b", "region-c"])


def the_snapshots_second_key(held: Holders) -> None:
    """The step after which the first key may go."""
    held.ring.make("snapshot-b")
    both = (*((name, held.public(name)) for name in ("snapshot", "snapshot-b")),)
    change = held.propose(SOON, "region-a", Appointment("snapshot", both, 1))
    held.sign(change, SOON, ["region-b", "region-c"])


SIGNED: dict[str, Callable[[Holders], None]] = {
    "a state's operations": a_states_key,
    "one region key": one_region_key,
    "two region keys": two_region_keys,
    "one timestamp key": one_timestamp_key,
    "the snapshot's second key": the_snapshots_second_key,
}


@pytest.mark.slow
@pytest.mark.parametrize("what", SIGNED)
def test_x01_what_holders_signed_is_published_whole_or_not_at_all(work: Path, drive: Drive, what: str) -> None:
    held = Holders(work / "registry")
    SIGNED[what](held)
    standing = held.standings(LATER)
    assert [one.status for one in standing.values()] == [pending.READY], standing
    keys = {"snapshot": 2} if "snapshot" in what else {}
    found = drive(action="publish_changes", how="kill")
    assert len(found) > 10
    turned = False
    for one in found:
        assert one["ended"] == "killed"
        assert one["reader"] in ((OLD, NEW) if not turned else (NEW,)), one
        turned = one["reader"] == NEW
        # a second attempt publishes it, or finds that it is published: nobody has to sign once more
        assert one["again"].get("error") in (None, "REG_CHANGE"), one
        assert one["then"] == NEW if "error" not in one["again"] else one["reader"], one
        assert one["leftovers_then"] == [], one
        assert one["standings"] == ["published"], one
        assert one["keys_then"] == {**KEYS, **keys}, one
    assert turned


@pytest.mark.parametrize("how", ["kill", "ENOSPC"])
def test_x01_a_timestamp_signed_anew(work: Path, drive: Drive, how: str) -> None:
    def number(folder: Path) -> Any:
        return json.loads((folder / "published" / "metadata" / "timestamp.json").read_bytes())["signed"]["version"]

    assert number(work / "registry") == 1
    found = drive(action="stamp", how=how)
    for one in found:
        assert one["reader"] == one["then"] == OLD
        assert "error" not in one["again"], one
        assert one["leftovers_then"] == []
        if how == "ENOSPC" and one["call"][0] != "mkdir":
            assert one["said"].get("error") in ("REG_PUBLISH_FAILED", "CFG_FILE"), one
    actions.stamp(work)
    assert number(work / "registry") == 2
