"""Files of an operator's registry: read strictly, written so that a reader sees the old or the new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from defa_id import disk
from defa_id.catalogue import CATALOGUE
from defa_id.codec import limits, strict_json
from defa_id.disk import create, sweep, sync_folder, write
from defa_id.errors import ChangeRefused, Fault, WrongUse

__all__ = ["create", "locked", "pretty", "read_bytes", "read_object", "sweep", "sync_folder", "write"]

_LOCK: Final = ".lock"


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
def locked(directory: Path) -> Iterator[None]:
    """Only one command at a time changes a registry; another one waits. Raises `WrongUse` if the
    directory is not there."""
    if not directory.is_dir():
        raise WrongUse(f"there is no directory {directory}", hint="Make a registry with: defa-id sandbox new DIR")
    with disk.locked(directory / _LOCK):
        yield
