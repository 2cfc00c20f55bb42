"""Runs one action again and again, each time with the next call failing, and tells what was found each time.

A process of its own with one thread, so that it may fork: the child does the action on the faulty disk
and dies in it, the parent looks at what is left, as other processes would.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NoReturn

from tests.faults import actions
from tests.faults.injected import KILLED, Call, Fault, Injected


def run(
    action: str, prepared: Path, work: Path, how: str, *, lasting: bool = False, every: int = 1
) -> list[dict[str, Any]]:
    """For each call of the action, in order: which call it was, how the action ended, and what was found.
    `every`: only each so-manieth, and the last ones."""
    found: list[dict[str, Any]] = []
    calls = recorded(action, prepared, work)
    for number, (name, *_) in enumerate(calls, 1):
        if (how == "half" and name != "write") or (number % every and number + 12 < len(calls)):
            continue
        _prepare(prepared, work)
        ended, told = _in_a_child(action, work, Fault(number, how, lasting))
        found.append({**told, "ended": ended, **_looked_at(action, work)})
    return found


def _prepare(prepared: Path, work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(prepared, work)


def _in_a_child(action: str, work: Path, fault: Fault) -> tuple[str, dict[str, Any]]:
    """How the action ended on the faulty disk, `killed` or `returned`, at which call, and what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        disk, ending = Injected([work], fault), os._exit

        def tell(status: int, said: object = None) -> NoReturn:
            call = disk.calls[fault.at - 1]
            os.write(writing, json.dumps({"call": _shown(call, work)[:3], "said": said}).encode())
            ending(status)

        os._exit = tell
        with disk:
            said = actions.attempt(action, work)
        tell(0, said)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = json.loads(pipe.read())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (0, KILLED):
        raise RuntimeError(f"the child ended with {code}")
    return ("killed" if code == KILLED else "returned"), told


def _looked_at(action: str, work: Path) -> dict[str, Any]:
    """What readers find now, what the next attempt comes to, and what they find then."""
    published, cache, memory = work / "registry" / "published", work / "cache", work / "home" / "memory.json"
    found = {
        "reader": actions.read(published),
        "cache": actions.read(cache) if cache.is_dir() else None,
        "remembering": actions.read(published, memory) if memory.is_file() else None,
        "leftovers": actions.leftovers(work),
    }
    new = work / "new"
    begun = sorted(path.name for path in new.iterdir() if path.name[0] != ".") if new.is_dir() else []
    again = actions.attempt(action, work)
    return {
        **found,
        "begun": begun,
        "begun_then": actions.read(new / "published"),
        "again": again,
        "then": actions.read(published),
        "cache_then": actions.read(cache) if cache.is_dir() else None,
        "leftovers_then": actions.leftovers(work),
        "keys_then": actions.keys(published),
        "standings": actions.standings(work / "registry"),
    }


def recorded(action: str, prepared: Path, work: Path) -> list[tuple[str, str, str, str]]:
    """Every call of the action on a good disk: name, file, new name, and the bytes in hexadecimal."""
    _prepare(prepared, work)
    with Injected([work]) as disk:
        actions.attempt(action, work)
    return [_shown(call, work) for call in disk.calls]


def _shown(call: Call, work: Path) -> tuple[str, str, str, str]:
    path, to = (os.path.relpath(name, work) if name else "" for name in (call.path, call.to))
    return call.name, path, to, call.data.hex()


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    what = asked.pop("what")
    asked.update(prepared=Path(asked["prepared"]), work=Path(asked["work"]))
    json.dump((run if what == "run" else recorded)(**asked), sys.stdout)
