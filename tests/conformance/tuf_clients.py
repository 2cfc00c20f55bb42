"""Two clients of one repository: the framework's stock client and ours, each with what it keeps on its disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.ngclient import Updater  # type: ignore[attr-defined]
from tuf.ngclient.fetcher import FetcherInterface

from defa_id import distribution, files, places
from defa_id.errors import RegistryRejected
from defa_id.trust import signed
from defa_id.trust.registry import Registry
from defa_id.trust.seen import Seen
from tests.support.world import NOW
from tests.trust.repository import Repository

TOP = ("root", "timestamp", "snapshot", "targets")
Files = dict[str, bytes]


class Answer(NamedTuple):
    """What a refresh came to: whether the client says it is up to date, and which versions it then stands on."""

    ok: bool
    versions: dict[str, int]


class Served(FetcherInterface):
    """The repository as a server has it; what is not there is a 404. Notes what was asked for."""

    def __init__(self, content: Files) -> None:
        self.content = content
        self.asked: list[str] = []

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = unquote(url.removeprefix("http://registry.example/"))
        self.asked.append(name)
        if name not in self.content:
            raise DownloadHTTPError(name, 404)
        yield self.content[name]


@dataclass
class Clients:
    """Both clients, anchored in the same root; the clock is handed in."""

    home: Path
    anchor: bytes
    now: datetime = NOW
    content: Files = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def refresh(self, repository: Repository | Files) -> tuple[Answer, Answer]:
        """The stock client's answer and ours, to what the repository says now."""
        self.content = repository if isinstance(repository, dict) else repository.files()
        return self._stock(), self._ours()

    def target(self, path: str) -> tuple[bytes | None, bytes | None]:
        """A target as either gets it after a refresh, None where it refuses or finds none."""
        return self._stock_target(path), self._our_target(path)

    def _updater(self) -> Updater:
        for name in ("metadata", "targets"):
            (self.home / "stock" / name).mkdir(parents=True, exist_ok=True)
        self._server = Served(self.content)
        client = Updater(
            str(self.home / "stock" / "metadata"),
            "http://registry.example/metadata/",
            str(self.home / "stock" / "targets"),
            "http://registry.example/targets/",
            fetcher=self._server,
            bootstrap=self.anchor,
        )
        client._trusted_set.reference_time = self.now
        return client

    def _stock(self) -> Answer:
        try:
            client = self._updater()
            client.refresh()
        except (RepositoryError, DownloadError):
            return Answer(False, self._stock_versions())
        finally:
            self.asked = list(self._server.asked) if hasattr(self, "_server") else []
        return Answer(True, self._stock_versions())

    def _stock_versions(self) -> dict[str, int]:
        found = {}
        for role in TOP:
            path = self.home / "stock" / "metadata" / f"{role}.json"
            if path.is_file():
                found[role] = json.loads(path.read_bytes())["signed"]["version"]
        return found

    def _stock_target(self, path: str) -> bytes | None:
        try:
            client = self._updater()
            info = client.get_targetinfo(path)
            kept = client.find_cached_target(info) if info else None
            return Path(kept or client.download_target(info)).read_bytes() if info else None
        except (RepositoryError, DownloadError, ValueError):
            return None
        finally:
            self.asked = list(self._server.asked)

    def _ours(self) -> Answer:
        cache, root = self.home / "cache", self.home / "root.json"
        self.home.mkdir(exist_ok=True, parents=True)
        root.write_bytes(self.anchor)
        served = self.home / "served.bundle"
        served.write_bytes(places.packed({**self.content, "root.json": self.anchor}))
        try:
            done = distribution.refresh([str(served)], cache, now=self.now, root=root, memory=files.NO_MEMORY)
        except RegistryRejected:
            return Answer(False, {})
        ok = done.outcome != distribution.KEPT and done.registry.freshness == "fresh"
        versions = done.registry.seen().versions
        return Answer(ok, {role: versions[role] for role in TOP})

    def _our_target(self, path: str) -> bytes | None:
        """Ours holds every target against its hash as it opens, and follows the delegations when it is asked."""
        generations = places.generations(self.home / "cache")
        if not generations:
            return None
        get = places.bundle(generations[0])
        try:
            opened = signed.open_signed(get, self.anchor, lambda _: Seen())
            data = signed.entitled_target(opened, path)
        except RegistryRejected:
            return None
        registry = Registry(opened, now=self.now)
        states = [path[:2]] if path[:2] in registry.states() else []
        return data if registry.freshness_for(*states).grade == "fresh" else None
