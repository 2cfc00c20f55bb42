"""What is done while the disk fails, and what everybody finds afterwards."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from defa_id import distribution, files, places
from defa_id.cli import errors, registry_agreeing, registry_founding
from defa_id.errors import DefaIdError
from defa_id.operator import founding, publishing, sandbox, storage
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.tree import load

NOBODY = 65534
MADE = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = MADE + timedelta(hours=1)


def publish(work: Path) -> dict[str, Any]:
    """The operator publishes what stands in `work/registry`."""
    done = sandbox.publish(work / "registry", LATER)
    return {"version": done.version, "changed": list(done.changed)}


def refresh(work: Path) -> dict[str, Any]:
    """A client refreshes `work/cache` from what is published, with a memory of its own."""
    done = distribution.refresh(
        [str(work / "registry" / "published")], work / "cache", now=LATER, memory=work / "home" / "memory.json"
    )
    return {"outcome": done.outcome, "version": done.registry.version, "troubles": [t.code for t in done.troubles]}


def make_key(work: Path) -> dict[str, Any]:
    """A key is made."""
    FileKeyring(work / "registry" / "keys").make("new-key")
    return {}


def remember(work: Path) -> dict[str, Any]:
    """A verifier opens what is published, and remembers it."""
    registry = files.open_registry(work / "registry" / "published", memory=work / "home" / "memory.json", now=LATER)
    return {"version": registry.version}


def publish_changes(work: Path) -> dict[str, Any]:
    """The operator publishes the change sets that have their signatures."""
    done, _ = registry_agreeing.publish_changes(work / "registry", (), LATER)
    return {"version": done.version, "changed": list(done.changed)}


def stamp(work: Path) -> dict[str, Any]:
    """The machine that serves the registry signs its timestamp anew."""
    registry = work / "registry"
    with storage.locked(registry):
        done = publishing.stamp(load(registry), FileKeyring(registry / "keys"), registry / "published", LATER)
    return {"version": done.version, "changed": list(done.changed)}


def begin(work: Path) -> dict[str, Any]:
    """Somebody begins a registry of their own."""
    with storage.begun(work / "new") as place:
        done = registry_founding.founded_for_trial(place, ("new", "A trial", "sandbox"), LATER)
    return {"version": done.version}


def begin_state(work: Path) -> dict[str, Any]:
    """The sources of a state that is to join are written."""
    registry = work / "registry"
    with storage.locked(registry):
        asked = founding.Newcomer("XA", "Newland", "en", "did:web:xa.example", "ID", "Ministry")
        sandbox.save_state(registry, "XA", founding.new_state(load(registry), asked, LATER))
    return {}


ACTIONS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "publish": publish,
    "publish_changes": publish_changes,
    "stamp": stamp,
    "begin": begin,
    "begin_state": begin_state,
    "refresh": refresh,
    "make_key": make_key,
    "remember": remember,
}


def read(place: Path, memory: Path | str = files.NO_MEMORY) -> str:
    """What a reader finds at a place, every list and deny list with its signatures: the version and the
    sequences of the lists as text, or the code of a refusal."""
    try:
        registry = files.open_registry(place, memory=memory, now=LATER)
        lists = {state: registry.state_list(state).document["sequence"] for state in registry.states()}
        for state in registry.states():
            registry.denials(state)
    except DefaIdError as refused:
        return refused.code
    return f"{registry.version} {json.dumps(lists, sort_keys=True)}"


def keys(place: Path) -> dict[str, int] | None:
    """How many keys the newest root gives each role."""
    roots = sorted(place.glob("metadata/*.root.json"), key=lambda path: int(path.name.split(".")[0]))
    if not roots:
        return None
    roles = json.loads(roots[-1].read_bytes())["signed"]["roles"]
    return {role: len(held["keyids"]) for role, held in roles.items()}


def standings(registry: Path) -> list[str]:
    """What has become of every change set."""
    return [one.status for one in registry_agreeing.standings(registry, LATER)]


def leftovers(work: Path) -> list[str]:
    """Temporary files that something left behind."""
    return sorted(str(path.relative_to(work)) for name in (".new-*", ".late-*") for path in work.rglob(name))


def generations(work: Path) -> list[str]:
    return [path.name for path in places.generations(work / "cache")]


def attempt(name: str, work: Path) -> dict[str, Any]:
    """One action, and how it ended: what it says, or the code of the error."""
    try:
        return ACTIONS[name](work)
    except (DefaIdError, OSError) as error:
        said = errors.described(error)  # as the command line says it
        return {"error": said["code"], "message": said["message"]}


def without_rights(name: str, work: Path) -> dict[str, Any]:
    """The same by a user who owns nothing and may write nowhere (where we are root; else by ourselves).

    It is done once beside, so that everything is imported before the rights are gone.
    """
    with tempfile.TemporaryDirectory() as scratch:
        attempt(name, Path(shutil.copytree(work, Path(scratch) / "work")))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    return attempt(name, work)


if __name__ == "__main__":  # as a process of its own
    doing = without_rights if "--without-rights" in sys.argv else attempt
    print(json.dumps(doing(sys.argv[1], Path(sys.argv[2]))))  # noqa: T201
