"""X08 to X11: several publishers, a lock whose holder died, two hosts without a lock, readers all the while."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from defa_id import disk, distribution
from defa_id.errors import ChangeRefused
from defa_id.operator import placing, sandbox, storage
from tests.faults import actions
from tests.faults.conftest import PROJECT, edit

STOP = "stop"
HOLD = """
import sys, time
from pathlib import Path
from defa_id.operator import storage
with storage.locked(Path(sys.argv[1])):
    print('held', flush=True)
    time.sleep(600)
"""


def _publish(work: str, _: int) -> int:
    return int(actions.publish(Path(work))["version"])


@pytest.mark.slow
@pytest.mark.parametrize("number", [2, 8])
def test_x08_publishers_take_turns(work: Path, number: int) -> None:
    """Each version is published once, by one of them, on top of the one before."""
    edit(work / "registry")
    with multiprocessing.get_context("spawn").Pool(number) as pool:
        done = pool.starmap(_publish, [(str(work), n) for n in range(number)], chunksize=1)
    assert sorted(done) == list(range(2, number + 2))
    assert actions.read(work / "registry" / "published") == f'{number + 1} {{"SG": 2, "TH": 1}}'
    assert actions.leftovers(work) == []


def test_x09_a_lock_ends_with_whoever_held_it(work: Path) -> None:
    """A publisher killed while it held the lock leaves the file, and nothing to be removed by hand."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD,
            str(work / "registry"),
        ],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    waiting = threading.Thread(target=actions.publish, args=(work,))
    waiting.start()
    time.sleep(0.3)
    assert waiting.is_alive(), "it waits while the lock is held"
    assert actions.read(work / "registry" / "published").startswith("1 ")
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    waiting.join(60)
    assert not waiting.is_alive()
    assert actions.read(work / "registry" / "published").startswith("2 ")
    assert (work / "registry" / ".lock").is_file()


@pytest.mark.parametrize("at", ["the first file", "the snapshot", "the timestamp"])
def test_x10_a_second_host_without_a_lock_is_refused(work: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Another one publishes while this one is at work, as on a network disk whose locks hold nobody off.

    Between the last look at the timestamp and its rename nothing helps but the lock; so there the other
    one comes just before that look.
    """
    edit(work / "registry")
    meanwhile = [True]

    def other_one(*_: object) -> None:
        if meanwhile:
            meanwhile.clear()
            edit(work / "registry", "TH")
            sandbox.publish(work / "registry", actions.LATER)

    def interrupted(genuine: Callable[..., None], when: Callable[..., bool]) -> Callable[..., None]:
        def call(path: Path, *more: object) -> None:
            if when(path):
                other_one()
            genuine(path, *more)

        return call

    monkeypatch.setattr(disk, "locked", _nobody_held_off)
    if at == "the timestamp":
        monkeypatch.setattr(placing, "_sync", interrupted(placing._sync, lambda _: True))
    else:
        name = "snapshot.json" if at == "the snapshot" else ""
        create = interrupted(storage.create, lambda path: path.name.endswith(name))
        monkeypatch.setattr(storage, "create", create)
    with pytest.raises(ChangeRefused) as refused:
        sandbox.publish(work / "registry", actions.LATER)
    assert refused.value.code == "REG_PUBLISH_CONFLICT"
    assert actions.read(work / "registry" / "published") == '2 {"SG": 2, "TH": 2}'
    monkeypatch.undo()
    assert actions.publish(work)["version"] == 3
    assert actions.leftovers(work) == []


class _nobody_held_off:  # noqa: N801  (stands for a function)
    def __init__(self, _: Path) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def _reader(work: str, number: int) -> list[str]:
    """Reads and refreshes, and once more after it was told to stop; whatever was not a whole registry, or an
    older one. Each look leaves a byte in a file of its own, by which the publisher knows of it."""
    wrong, last, over = [], 0, False
    published, cache, stop = Path(work) / "registry" / "published", Path(work) / f"cache-{number % 2}", Path(work, STOP)
    try:
        while not over:
            over = stop.exists()
            found = actions.read(published)
            version, _, lists = found.partition(" ")
            mixed = lists and len(set(json.loads(lists).values())) != 1
            if not version.isdigit() or mixed or int(version) < last:
                wrong.append(found)
            else:
                last = int(version)
            done = distribution.refresh([str(published)], cache, now=actions.LATER)
            if done.troubles:
                wrong.append(f"refresh: {done.troubles}")
            with Path(work, f"looks-{number}").open("ab") as looks:
                looks.write(b".")
    finally:
        stop.touch()  # whoever falls over ends it for all
    return wrong


@pytest.mark.slow
def test_x11_readers_all_the_while(work: Path) -> None:
    """Readers of the folder, and refreshes of two shared caches, while it is published over and over: every
    one of them finds one whole registry, in which both lists are of the same publication, and never an older.

    However slow the machine is, each looks before the first publication, several times while it is published,
    and after the last.
    """
    version, stop = 1, work / STOP

    def have_looked(often: int) -> bool:
        looks = [work / f"looks-{number}" for number in range(4)]
        return all(path.exists() and path.stat().st_size >= often for path in looks)

    with multiprocessing.get_context("spawn").Pool(4) as pool:
        reading = pool.starmap_async(_reader, [(str(work), number) for number in range(4)], chunksize=1)
        while not (have_looked(1) or stop.exists()):
            time.sleep(0.01)
        while (version < 26 or not have_looked(5)) and not stop.exists():
            edit(work / "registry")
            edit(work / "registry", "TH")
            version = actions.publish(work)["version"]
        stop.touch()
        assert reading.get() == [[]] * 4
    for place in (work / "registry" / "published", work / "cache-0", work / "cache-1"):
        assert actions.read(place) == f'{version} {{"SG": {version}, "TH": {version}}}'
