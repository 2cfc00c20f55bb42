"""X05, X12: disks that are really full, by a small file system and by the system's limit for files.

The other tests let single calls fail; here the system itself says when there is no more room.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import actions
from tests.faults.conftest import PROJECT, edit

OLD, NEW = '1 {"SG": 1, "TH": 1}', '2 {"SG": 2, "TH": 1}'
LISTS = '{"SG": 2, "TH": 1}'  # published once more, the snapshot's own number goes on
PAGE = 4096
SIZE = 8 << 20
ACTIONS = pytest.mark.parametrize("action", ["publish", "refresh"])


@pytest.fixture
def small(place: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    point = place / "small"
    point.mkdir()
    asked = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(point)]
    if shutil.which("mount") is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield point
    finally:
        subprocess.run([str(shutil.which("umount")), str(point)], check=True)


def prepared(work: Path, action: str) -> str:
    """What is at hand when the disk is full; where its outcome is read."""
    actions.refresh(work)
    edit(work / "registry")
    if action == "refresh":
        actions.publish(work)
    return "cache" if action == "refresh" else "registry/published"


def judge(said: dict[str, Any], place: Path, action: str) -> bool:
    """Whether it was done; either way readers see the old or the new, and nothing in between."""
    failed = "error" in said or said.get("outcome") == "kept"
    found = actions.read(place)
    if failed:
        assert found in (OLD, NEW), said  # the last steps may fail after the one that counts
        assert said.get("error", "CFG_CACHE") in ("CFG_FILE", "REG_PUBLISH_FAILED", "CFG_CACHE", "CFG_MEMORY"), said
    else:
        assert found == NEW
    if action == "refresh" and said.get("outcome") == "kept":
        assert said["troubles"][-1] == "CFG_CACHE"
    return not failed


@ACTIONS
def test_a_disk_with_only_so_much_room(work: Path, small: Path, action: str) -> None:
    where = prepared(work, action)
    done = []
    for pages in (*range(24), 32, 48, 64, 96, 128):
        copy = Path(shutil.copytree(work, small / "work"))
        filler = small / "filler"
        free = os.statvfs(small).f_bavail * PAGE
        with filler.open("wb") as file:
            file.write(bytes(max(0, free - pages * PAGE)))
        done.append(judge(actions.attempt(action, copy), copy / where, action))
        filler.unlink()
        actions.ACTIONS[action](copy)  # there is room again: no hand edit, no leftovers
        assert actions.read(copy / where).endswith(LISTS), pages
        assert not actions.leftovers(copy)
        shutil.rmtree(copy)
    assert (done[0], done[-1]) == (False, True)


@ACTIONS
@pytest.mark.parametrize("limit", [0, 1, 300, 700, 3000, 9000, 30_000, 300_000])
def test_files_may_only_grow_so_large(work: Path, action: str, limit: int) -> None:
    where = prepared(work, action)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-B", "-m", "tests.faults.actions", action, str(work)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        preexec_fn=limited,
    )
    judge(json.loads(done.stdout), work / where, action)
    actions.ACTIONS[action](work)
    assert actions.read(work / where).endswith(LISTS)
    assert not actions.leftovers(work)
