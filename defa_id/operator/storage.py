"""Files of an operator's registry: read strictly, written so that a reader sees the old or the new."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from defa_id.catalogue import CATALOGUE
from defa_id.codec import limits, strict_json
from defa_id.errors import ChangeRefused, Fault, WrongUse

_TEMPORARY: Final = ".new-"
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


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put `data` at `path` in one step: a reader, or a crash at any point, finds the old file or the
    new one, whole. Raises `OSError` when the disk does not take it; then the old file stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{_TEMPORARY}{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable (POSIX fsync of the directory; other systems do so themselves)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what an interrupted `write` left behind."""
    for leftover in folder.rglob(f"{_TEMPORARY}*"):
        leftover.unlink(missing_ok=True)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Only one command at a time changes a registry; another one waits. Raises `WrongUse` if the
    directory is not there."""
    if not directory.is_dir():
        raise WrongUse(f"there is no directory {directory}", hint="Make a registry with: defa-id sandbox new DIR")
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
