"""The stock TUF client, reading a published folder through a fetcher that knows only files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata, Snapshot, Targets  # type: ignore[attr-defined]
from tuf.ngclient import Updater  # type: ignore[attr-defined]
from tuf.ngclient.fetcher import FetcherInterface


class FileFetcher(FetcherInterface):
    """Serves `file:` URLs; what is not there is a 404, as the end of the chain of roots must be."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = Path(url.removeprefix("file://"))
        if not path.is_file():
            raise DownloadHTTPError(str(path), 404)
        yield path.read_bytes()


def updater(published: Path, cache: Path, now: datetime) -> Updater:
    """A client with an empty cache, anchored in the root beside the registry, whose clock stands at `now`."""
    (cache / "metadata").mkdir(parents=True)
    (cache / "targets").mkdir()
    client = Updater(
        str(cache / "metadata"),
        f"file://{published}/metadata/",
        str(cache / "targets"),
        f"file://{published}/targets/",
        fetcher=FileFetcher(),
        bootstrap=(published / "root.json").read_bytes(),
    )
    client._trusted_set.reference_time = now
    client.refresh()
    return client


def all_targets(published: Path, cache: Path, now: datetime) -> dict[str, bytes]:
    """Every target that any role names, each found by its delegation and downloaded by the stock client."""
    client = updater(published, cache, now)
    snapshot: Metadata[Snapshot] = Metadata.from_file(
        str(published / "metadata" / f"{client._trusted_set.snapshot.version}.snapshot.json")
    )
    found = {}
    for file, meta in snapshot.signed.meta.items():
        role: Metadata[Targets] = Metadata.from_file(str(published / "metadata" / f"{meta.version}.{file}"))
        for path in role.signed.targets:
            info = client.get_targetinfo(path)
            assert info is not None, f"{path} is reached by no delegation"
            found[path] = Path(client.download_target(info)).read_bytes()
    return found
