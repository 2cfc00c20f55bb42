"""A verifier's machine as an attacker finds it, and a registry brought to it in every way there is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from defa_id import places
from defa_id.cli import cli, options
from tests.support import world as minting
from tests.support.world import NOW, Json, Signer, World
from tests.trust.repository import Repository

Files = dict[str, bytes]
WAYS = ("folder", "bundle", "refresh")


class Said(NamedTuple):
    """How a command ended: its exit code, the code of what stood in the way, and its JSON."""

    exit: int
    code: str | None
    document: Any


@dataclass
class Machine:
    """A home with a memory and a cache; every command reads the clock at `now`."""

    home: Path
    token: str
    monkeypatch: pytest.MonkeyPatch
    now: datetime = NOW
    last: Path = Path()
    brought: int = 0
    seen: list[Files] = field(default_factory=list)

    def run(self, *arguments: object) -> Said:
        """One `--json` command of this machine; anything but an exit is an error of the test."""
        self.monkeypatch.setattr(options, "now", lambda: self.now)
        done = CliRunner().invoke(cli, [*(str(argument) for argument in arguments), "--json"])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        document = json.loads(done.stdout)
        return Said(done.exit_code, _code(document), document)

    def put(self, files: Files) -> Path:
        """A published registry in a folder of its own."""
        self.brought += 1
        folder = self.home / f"brought-{self.brought}"
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.last = folder
        return folder

    def pack(self, files: Files) -> Path:
        """The same as one file."""
        self.brought += 1
        path = self.home / f"brought-{self.brought}.bundle"
        path.write_bytes(places.packed(files))
        self.last = path
        return path

    def verify(self, place: Path, *more: object) -> Said:
        """The golden credential judged in TH by the registry at a place."""
        token = self.home / "token.txt"
        token.write_text(self.token, encoding="utf-8")
        asked = ("verify", token, "--for", "TH", "--registry", place, "--memory", self.home / "memory.json")
        return self.run(*asked, *more)

    def refresh(self, location: object, *more: object) -> Said:
        """The cache brought up to what is at a location."""
        asked = ("registry", "refresh", location, "--cache", self.cache, "--memory", self.home / "memory.json")
        return self.run(*asked, *more)

    def see(self, files: Files) -> None:
        """Judge by this registry and refresh from it: from now on the machine has seen it."""
        assert self.verify(self.put(files)).exit == 0
        assert self.refresh(self.put(files)).exit == 0
        self.seen.append(files)

    def forget(self) -> None:
        """A machine that has never seen anything."""
        shutil.rmtree(self.cache, ignore_errors=True)
        (self.home / "memory.json").unlink(missing_ok=True)

    def bring(self, way: str, files: Files, *more: object) -> Said:
        """What becomes of the golden credential, or of the cache, when this registry comes that way."""
        if way == "refresh":
            return self.refresh(self.put(files), *more)
        return self.verify(self.put(files) if way == "folder" else self.pack(files), *more)

    def standing(self, way: str) -> Path:
        """Where the registry stands that was brought last."""
        return self.cache if way == "refresh" else self.last

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    def kept(self) -> list[bytes]:
        """Everything that the machine holds of registries: what an attack must leave as it is."""
        memory = self.home / "memory.json"
        held = [path.read_bytes() for path in places.generations(self.cache)] if self.cache.is_dir() else []
        return [*held, memory.read_bytes() if memory.is_file() else b""]


def _code(document: Any) -> str | None:
    """What stood in the way: an error, a location's trouble, or the first check that did not pass."""
    if not isinstance(document, dict):
        return None
    if "error" in document:
        return str(document["error"]["code"])
    troubles = document.get("troubles", [])
    lines = [line for line in document.get("checks", []) if line["outcome"] in ("failed", "unknown")]
    found = troubles or lines
    return str(found[0]["code"]) if found else None


def machine_of(home: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with a golden credential by this issuer."""
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    return Machine(home, minting.vc_jwt(signer), monkeypatch)


def publication(world: World, version: int = 1, edit: Callable[[Repository], object] | None = None) -> Repository:
    """A world's registry in this version, every role anew, with edits."""
    later = world.copy()
    later.version = version
    for listing in later.lists.values():
        listing["sequence"] = version
    repository = Repository.of(later)
    if edit:
        edit(repository)
    return repository


def struck(issuer: str, at: str = "2026-11-20T00:00:00Z") -> Json:
    """A deny entry."""
    return {"id": issuer, "effective": at, "recorded": at, "reason": "compromise"}
