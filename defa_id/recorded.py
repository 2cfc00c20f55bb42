"""Documents fetched beforehand, kept for verifying offline: a folder, or one file that holds them all.

In a folder, `index.json` maps each URL to a file's name, or to `{"file", "retrieved", "sha256"}`. A bundle is
a gzip file of JSON with the documents inside. Either says when each document was fetched; of a bare file
name that is when the file was written.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from defa_id import disk
from defa_id.codec import digests, limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.codec.web import parse
from defa_id.errors import Fault, WrongUse
from defa_id.sources import Document

INDEX: Final = "index.json"
_BUNDLE: Final = "sources/1"
_GZIP: Final = 31
_SHAPE: Final = "It maps each URL to a file in the same folder; `defa-id registry prefetch` writes one."

Documents = Mapping[str, Document]


def read(place: Path) -> dict[str, Document]:
    """The documents of a folder or bundle, by URL. Raises `WrongUse` for a place, an index or a file that
    cannot be used, and for a file that is no longer what was fetched."""
    if not place.exists():
        raise WrongUse(f"no {printable(str(place))}", hint="Give a folder with index.json, or a bundle of one.")
    return _folder(place) if place.is_dir() else _unpacked(_read(place, limits.RECORDED_BYTES))


def newest(several: Iterable[Documents]) -> dict[str, Document]:
    """Of each document the one fetched last."""
    found: dict[str, Document] = {}
    for documents in several:
        for url, document in documents.items():
            if url not in found or (document.retrieved or "") > (found[url].retrieved or ""):
                found[url] = document
    return found


def keep(folder: Path, documents: Documents) -> None:
    """Write documents and their index, so that a reader has the old ones or the new. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    with disk.locked(folder / ".lock"):
        before = {entry["file"] for entry in _entries(folder).values()} if (folder / INDEX).is_file() else set()
        index = {}
        for url, document in sorted(documents.items()):
            sha256 = digests.sha256(document.data).hex()
            name = f"{_host(url)}-{sha256[:16]}"
            if not (folder / name).is_file():
                disk.write(folder / name, document.data)
            index[url] = {"file": name, "retrieved": document.retrieved, "sha256": sha256}
        disk.write(folder / INDEX, (json.dumps(index, indent=2) + "\n").encode())
        disk.sync_folder(folder)
        for stale in before - {entry["file"] for entry in index.values()}:
            (folder / stale).unlink(missing_ok=True)


def packed(documents: Documents) -> bytes:
    """The bundle of these documents."""
    held = {
        url: {"retrieved": document.retrieved, "data": base64.b64encode(document.data).decode()}
        for url, document in sorted(documents.items())
    }
    text = json.dumps({"defa_id": _BUNDLE, "documents": held}, separators=(",", ":")).encode()
    work = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return work.compress(text) + work.flush()


def _folder(folder: Path) -> dict[str, Document]:
    documents = {}
    for url, entry in _entries(folder).items():
        path = folder / entry["file"]
        data = _read(path, limits.CRL_BYTES)  # the longest kind of document
        if entry["sha256"] is not None and digests.sha256(data).hex() != entry["sha256"]:
            raise WrongUse(f"{printable(str(path), 200)} is not what was fetched", hint="Fetch it again.")
        retrieved = entry["retrieved"] or times.show(datetime.fromtimestamp(int(path.stat().st_mtime), UTC))
        documents[url] = Document(data, retrieved)
    return documents


def _entries(folder: Path) -> dict[str, dict[str, Any]]:
    """The index with every entry in its long form, each file inside the folder."""
    try:
        index = strict_json.load_object(_read(folder / INDEX, limits.RECORDED_BYTES), nodes=limits.REGISTRY_NODES)
    except Fault as fault:
        raise WrongUse(f"{INDEX}: {fault.code} {fault.why}", hint=_SHAPE) from None
    entries = {}
    for url, value in index.items():
        entry = {"file": value} if isinstance(value, str) else value
        name = entry.get("file") if isinstance(entry, dict) else None
        path = folder / name if isinstance(name, str) and "\0" not in name else folder
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            raise WrongUse(f"{INDEX}: no file for {printable(url)!r}", hint=_SHAPE)
        entries[url] = {"file": name, "retrieved": _time(entry), "sha256": entry.get("sha256")}
    return entries


def _unpacked(data: bytes) -> dict[str, Document]:
    try:
        work = zlib.decompressobj(_GZIP)
        text = work.decompress(data, limits.RECORDED_BYTES + 1)
        if len(text) > limits.RECORDED_BYTES or not work.eof or work.unused_data:
            raise _no_bundle("it is torn or too large")
        document = json.loads(text)
        if document["defa_id"] != _BUNDLE:
            raise _no_bundle("it is a bundle of something else")
        return {
            url: Document(base64.b64decode(held["data"], validate=True), _time(held))
            for url, held in document["documents"].items()
        }
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _no_bundle("it cannot be read") from None


def _no_bundle(why: str) -> WrongUse:
    return WrongUse(f"these are no recorded documents: {why}", hint=f"Give a folder with {INDEX}, or a bundle.")


def _time(entry: Mapping[str, Any]) -> str | None:
    retrieved = entry.get("retrieved")
    if retrieved is None:
        return None
    try:
        return times.show(times.parse(retrieved, "retrieved"))
    except Fault as fault:
        raise WrongUse(f"recorded documents: {fault.why}", hint="Fetch them again.") from None


def _host(url: str) -> str:
    try:
        return parse(url).host
    except Fault:
        return "document"


def _read(path: Path, limit: int) -> bytes:
    try:
        opener = disk.regular if path.name == INDEX else None  # a bundle may well come through a pipe
        with open(path, "rb", opener=opener) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise WrongUse(
            f"{printable(str(path))}: {error.strerror or error}", hint="Give a file that can be read."
        ) from None
    if len(data) > limit:
        raise WrongUse(f"{printable(str(path))} is larger than {limit} bytes", hint="This cannot be the right file.")
    return data
