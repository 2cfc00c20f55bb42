"""Files of an operator's registry: read strictly, written so that a reader sees the old or the new."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from defa_id import disk
from defa_id.catalogue import CATALOGUE
from defa_id.codec import limits, strict_json
from defa_id.disk import create, sweep, sync_folder, write
from defa_id.errors import ChangeRefused, Fault, WrongUse

__all__ = ["begun", "create", "locked", "pretty", "read_bytes", "read_object", "sweep", "sync_folder", "write"]

_LOCK: Final = ".lock"
_WORKSHOP: Final = ".begun"
_LAST: Final = "registry.json"  # the file that makes a folder a registry


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises `WrongUse` if it cannot be read, `ChangeRefused` if it is
    not strict JSON (RFC 8259, RFC 7493)."""
    try:
        return strict_json.load_object(read_bytes(path), nodes=limits.REGISTRY_NODES)
    except Fault as fault:
        why = fault.why or CATALOGUE.reasons[fault.code].message
        raise ChangeRefused(f"{path.name}: {why}", hint=f"Correct {path} and try again.") from None


def read_bytes(path: Path, limit: int = limits.REGISTRY_LIST_BYTES) -> bytes:
    """A file of at most `limit` bytes. Raises `WrongUse`."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}", hint="Check the path.") from None
    if len(data) > limit:
        raise WrongUse(f"{path} is larger than {limit} bytes", hint="This cannot be the right file.")
    return data


def pretty(document: Any) -> bytes:
    """JSON as people edit it: two spaces, members in the order they have, a newline at the end."""
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode()


@contextmanager
def begun(directory: Path) -> Iterator[Path]:
    """Make a registry in an empty folder, wholly or not at all: a workshop in it, whose content is put in its
    place at the end. What an interrupted attempt left is cleared away by the next one.

    Raises `WrongUse` for a folder that holds anything else.
    """
    if directory.exists() and not directory.is_dir():
        raise _not_empty(directory)
    _require_free(directory)
    directory.mkdir(parents=True, exist_ok=True)
    with disk.locked(directory / _LOCK):
        _require_free(directory)  # since it was looked at, another one may have made theirs
        workshop = directory / _WORKSHOP
        _clear(directory)
        workshop.mkdir()
        made = False
        try:
            yield workshop
            for path in sorted(workshop.iterdir(), key=lambda path: path.name == _LAST):
                if path.name != _LOCK:
                    path.replace(directory / path.name)
            made = True
        finally:
            if not made:
                _clear(directory)
        shutil.rmtree(workshop, ignore_errors=True)
        sync_folder(directory)


def _require_free(directory: Path) -> None:
    held = {path.name for path in directory.iterdir()} if directory.exists() else set()
    if held - {_LOCK} and (_WORKSHOP not in held or _LAST in held):
        raise _not_empty(directory)


def _not_empty(directory: Path) -> WrongUse:
    return WrongUse(f"{directory} is not empty", hint="Give a directory that is empty or does not exist yet.")


def _clear(directory: Path) -> None:
    """Away with all that an attempt made, its workshop last: as long as that stands, the rest is unfinished."""
    for path in sorted(directory.iterdir(), key=lambda path: path.name == _WORKSHOP):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Only one command at a time changes a registry; another one waits. Raises `WrongUse` if the
    directory is not there."""
    if not directory.is_dir():
        raise WrongUse(f"there is no directory {directory}", hint="Make a registry with: defa-id sandbox new DIR")
    with disk.locked(directory / _LOCK):
        yield
