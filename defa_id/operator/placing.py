"""Putting a publication in its place: file by file, each in one step, and never a moment in which readers find half.

A reader finds what `timestamp.json` names, so everything else is safe on the disk before that one
file is replaced, and nothing it named before is touched. What fails or dies on the way leaves the old
publication standing and files that nobody reads; the next publication goes over them. A root that has to
come after the timestamp waits beside it under a name that says for which one, so that whoever comes
after a publisher that died between the two can put it in its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from defa_id.errors import ChangeRefused
from defa_id.operator import storage

STAMP: Final = "metadata/timestamp.json"
_LATE: Final = ".late-"


def standing(path: Path) -> bytes | None:
    """The timestamp that stands in a published folder, None if nothing is published there. Raises `ChangeRefused`."""
    try:
        return (path / STAMP).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _failed(path, error) from None


def place(path: Path, files: Mapping[str, bytes], built_on: bytes | None, late: Collection[str] = ()) -> None:
    """Put `files` into the published folder: targets, roles and roots, then the timestamp, then what is `late`.

    `built_on`: the timestamp this publication was built on. If another one stands by now, somebody
    else published meanwhile, where no lock keeps two hosts apart (network file systems): refused, and
    theirs stands. Raises `ChangeRefused` REG_PUBLISH_CONFLICT, REG_PUBLISH_FAILED.
    """
    first = sorted(name for name in files if name != STAMP and name not in late)
    try:
        for name in sorted(first, key=_rank):
            _put(path, name, files[name], built_on)
        for name in sorted(late):
            storage.write(path / _waiting(name, files[STAMP]), files[name])
        _sync(path, files)
        _put(path, STAMP, files[STAMP], built_on)
        storage.sync_folder(path / "metadata")
    except OSError as error:
        raise _failed(path, error) from None
    finally:
        _finish(path)


def recover(path: Path) -> None:
    """Finish and clear away what a publisher left that died. Raises as `place`."""
    try:
        storage.sweep(path)
    except OSError as error:
        raise _failed(path, error) from None
    _finish(path)


def _finish(path: Path) -> None:
    """Put what waits for the timestamp that stands where it belongs, and clear away what waits for another.

    Raises `ChangeRefused` REG_PUBLISH_CONFLICT, REG_PUBLISH_FAILED.
    """
    try:
        waiting = sorted((path / "metadata").glob(f"{_LATE}*"))
        stamp = standing(path) if waiting else None
        for file in waiting:
            name = f"metadata/{file.name.rpartition('-')[2]}"
            if stamp is not None and file.name == Path(_waiting(name, stamp)).name:
                _put(path, name, file.read_bytes(), stamp)
                storage.sync_folder(path / "metadata")
            file.unlink(missing_ok=True)
    except OSError as error:
        raise _failed(path, error) from None


def _waiting(name: str, stamp: bytes) -> str:
    folder, _, file = name.rpartition("/")
    return f"{folder}/{_LATE}{hashlib.sha256(stamp).hexdigest()}-{file}"


def _put(path: Path, name: str, data: bytes, stands: bytes | None) -> None:
    target = path / name
    if target.is_file() and target.read_bytes() == data:
        return
    if standing(path) != stands:
        raise _conflict(path)
    if target.exists():  # the timestamp, or what a publisher left who died before it was named
        storage.write(target, data)
        return
    try:
        storage.create(target, data)
    except FileExistsError:
        raise _conflict(path) from None


def _sync(path: Path, files: Mapping[str, bytes]) -> None:
    """Make every name durable, that of a new folder too."""
    folders = {path}
    for name in files:
        folder = (path / name).parent
        while folder != path:
            folders.add(folder)
            folder = folder.parent
    for folder in sorted(folders, reverse=True):
        storage.sync_folder(folder)


def _rank(name: str) -> int:
    return 3 if name.endswith("root.json") else 2 if name.startswith("metadata/") else 1


def _conflict(path: Path) -> ChangeRefused:
    return ChangeRefused(
        f"somebody else has published to {path} meanwhile",
        hint="Publish again: it will be built on theirs.",
        code="REG_PUBLISH_CONFLICT",
    )


def _failed(path: Path, error: OSError) -> ChangeRefused:
    return ChangeRefused(
        f"the publication cannot be written to {path}: {error.strerror or error}",
        hint="What was published before stands. Mend the disk and publish again.",
        code="REG_PUBLISH_FAILED",
    )
