"""Files put on the disk so that a reader, or a crash at any point, finds the old one or the new one, whole."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_TEMPORARY: Final = ".new-"
_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def regular(path: str, flags: int) -> int:
    """An opener (as of `open`) for a folder somebody else filled: a pipe in it is refused, not waited for."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISREG(os.fstat(descriptor).st_mode) or stat.S_ISDIR(os.fstat(descriptor).st_mode):
        return descriptor  # of a directory `open` says so itself
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file", path)


def read(path: str, limit: int) -> bytes:
    """At most `limit` + 1 bytes of a regular file, by as few calls as it takes: a registry has hundreds of files.
    Raises `OSError`."""
    descriptor = regular(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return os.read(descriptor, min(os.fstat(descriptor).st_size, limit) + 1)
    finally:
        os.close(descriptor)


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put `data` at `path` in one step, its content durable before its name.

    Raises `OSError` when the disk does not take it; then the old file stands and nothing is left
    behind. After a crash `sweep` removes what was. `sync_folder` makes the new name durable too.
    A link leads to what is replaced; a device or a pipe is written to and never replaced.
    """
    if path.is_symlink():
        path = path.resolve()
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(data)
        return
    with _prepared(path, data, mode) as temporary:
        os.replace(temporary, path)  # noqa: PTH105  (system calls by name: faults are injected there)


def create(path: Path, data: bytes, mode: int = 0o644) -> None:
    """As `write`, unless something is there already: then `FileExistsError`, and that stands.

    Where the disk has no links (FAT), whoever looks and then renames may lose a race.
    """
    with _prepared(path, data, mode) as temporary:
        try:
            os.link(temporary, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            os.replace(temporary, path)  # noqa: PTH105
        else:
            os.unlink(temporary)  # noqa: PTH108


@contextmanager
def _prepared(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A durable file with this content beside `path`, to be given its name; removed if that fails."""
    if not path.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{_TEMPORARY}{path.name}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield temporary
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
    """Remove what an interrupted `write` left behind, in this folder and below."""
    for leftover in folder.rglob(f"{_TEMPORARY}*"):
        leftover.unlink(missing_ok=True)


def sweep_beside(path: Path) -> None:
    """Remove what an interrupted `write` of this one file left; its folder may hold anything else."""
    from glob import escape

    for leftover in path.parent.glob(f"{_TEMPORARY}{escape(path.name)}.*"):
        leftover.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, patience: float | None = None) -> Iterator[None]:
    """Hold the lock file `path`; another process waits for it, at most `patience` seconds (None: as long
    as it takes). A lock ends with the process that held it, however that ended, so there is never one
    to remove. Raises `OSError`: also `TimeoutError`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if patience is None:
            _lock(descriptor, wait=True)
        else:
            _lock_within(descriptor, patience)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, wait: bool) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_within(descriptor: int, patience: float) -> None:
    from time import monotonic, sleep

    ends = monotonic() + patience
    while True:
        try:
            return _lock(descriptor, wait=False)
        except (BlockingIOError, PermissionError):  # held by another: POSIX says the one, Windows the other
            if monotonic() >= ends:
                raise TimeoutError("another process holds the lock") from None
            sleep(0.01)
