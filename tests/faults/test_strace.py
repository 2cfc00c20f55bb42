"""X01 and X02 by the kernel itself: the command line killed at its system calls, as strace injects it.

The fault layer of the other tests stands in Python; this one knows nothing of it, and finds the calls of
the whole program, those of the interpreter and of every library included.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import actions
from tests.faults.conftest import PROJECT, edit

pytestmark = [pytest.mark.peers, pytest.mark.slow]
CALLS = {"fsync": "fsync", "rename": "/^rename", "link": "/^link", "unlink": "/^unlink"}


def command(action: str, work: Path) -> list[str]:
    return [sys.executable, "-m", "tests.faults.actions", action, str(work)]


def traced(action: str, work: Path, *options: str) -> int:
    """How the action ends under strace: its exit code, or minus the signal that killed it."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", str(work / "trace"), *options, *command(action, work)],  # noqa: S607
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        check=False,
    )
    return done.returncode


def calls(action: str, work: Path, call: str) -> int:
    """How often the action makes this call."""
    assert traced(action, work, "-e", f"trace={CALLS[call]}") == 0
    lines = (work / "trace").read_text().splitlines()
    return sum(f"{call}" in line for line in lines if "resumed" not in line)


@pytest.mark.parametrize("action", ["publish", "refresh"])
@pytest.mark.parametrize("call", CALLS)
def test_x01_x02_killed_by_the_kernel(work: Path, place: Path, action: str, call: str) -> None:
    if action == "refresh":
        actions.refresh(work)
    edit(work / "registry")
    if action == "refresh":
        actions.publish(work)
    old, new = '1 {"SG": 1, "TH": 1}', '2 {"SG": 2, "TH": 1}'
    count = calls(action, Path(shutil.copytree(work, place / "counted")), call)
    assert count > 0 or (action, call) in {("publish", "unlink"), ("refresh", "link"), ("refresh", "unlink")}
    seen = []
    for number in range(1, count + 1):
        copy = Path(shutil.copytree(work, place / f"{number}"))
        ended = traced(action, copy, "-e", f"inject={CALLS[call]}:signal=KILL:when={number}")
        assert ended in (-signal.SIGKILL, 128 + signal.SIGKILL), json.dumps([number, count, ended])
        found = actions.read(copy / ("cache" if action == "refresh" else "registry/published"))
        seen.append(found)
        assert "error" not in actions.attempt(action, copy)
        then = actions.read(copy / ("cache" if action == "refresh" else "registry/published"))
        assert then.split(" ", 1)[1] == new.split(" ", 1)[1]
        assert actions.leftovers(copy) == []
        shutil.rmtree(copy)
    assert set(seen) <= {old, new}
    assert seen == sorted(seen), "the old until the new"
