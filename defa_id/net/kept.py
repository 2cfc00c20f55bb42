"""What was fetched, and what could not be: kept for a stated time, in memory and for other processes on disk.

A kept document says when it was fetched, and once its time is over it is fetched again or not had at
all; nobody is ever given an old one for a new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final

from defa_id import disk
from defa_id.codec import limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import Fault, WrongUse
from defa_id.net.question import Answer
from defa_id.values import NamedTuple
from defa_id.wire import Unfit

_HEAD_OCTETS: Final = 16 * 1024
_DISK_BYTES: Final = 4 * limits.NET_KEPT_BYTES
_DOCUMENT: Final = ".document"
_REFUSED: Final = ".refused"
_FUTURE: Final = timedelta(seconds=limits.LEEWAY_SECONDS)  # a clock that was set back


class Kept(NamedTuple):
    """A document, when it was fetched, and until when it stands for what is at its address."""

    data: bytes
    retrieved: datetime
    until: datetime


class Refused(NamedTuple):
    """A question that failed: why, with which limit, when, how often in a row, and until when it is not
    put again."""

    code: str
    why: str
    limit: int
    since: datetime
    until: datetime
    times: int


def _chance() -> float:
    return int.from_bytes(os.urandom(4)) / 2**32


class Cache:
    """Documents by address. Safe between threads, and between processes where they share a folder."""

    def __init__(
        self,
        folder: Path | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = _chance,
    ) -> None:
        """`folder` (None: memory only) is made if it is not there; one that does not take anything is
        done without. `chance`: a number from 0 to 1. Raises `WrongUse` CFG_PERMISSIONS for a folder that others
        could write to."""
        self._now = now
        self._chance = chance
        self._lock = Lock()
        self._documents: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._refused: OrderedDict[str, Refused] = OrderedDict()
        self._folder = _own(folder) if folder is not None else None

    def look(self, url: str, limit: int) -> Kept | None:
        """The document, if it is kept and its time is not over. Raises `Unfit`: NET_SIZE for one larger
        than `limit`; and as it failed before, for a question that failed too lately to be put again."""
        now = self._now()
        kept = self._fresh(url, now)
        if kept is None:
            refused = self._refusal(url)
            if refused is not None and now < refused.until and (refused.code != "NET_SIZE" or limit <= refused.limit):
                raise Unfit(refused.code, refused.why)
            return None
        if len(kept.data) > limit:
            raise Unfit("NET_SIZE", f"it is larger than {limit} bytes")
        return kept

    def keep(self, url: str, answer: Answer) -> Kept:
        """Keep an answer as long as its server says, at least a minute and at most a day."""
        lifetime = limits.NET_KEPT_SECONDS if answer.lifetime is None else answer.lifetime
        lifetime = min(max(lifetime, limits.NET_KEPT_LEAST_SECONDS), limits.NET_KEPT_MOST_SECONDS)
        now = self._now().replace(microsecond=0)
        kept = Kept(answer.data, now, now + timedelta(seconds=lifetime))
        self._remember(url, kept)
        if answer.durable:
            head = {
                "defa_id": "document/1",
                "url": url,
                "retrieved": times.show(kept.retrieved),
                "until": times.show(kept.until),
                "sha256": hashlib.sha256(kept.data).hexdigest(),
            }
            self._write(url, _DOCUMENT, json.dumps(head).encode() + b"\n" + kept.data)
        self._remove(url, _REFUSED)
        return kept

    def refuse(self, url: str, limit: int, unfit: Unfit) -> None:
        """Remember that a question failed: the pause before it is put again doubles each time in a row, and is
        longer by up to a quarter, so that not everybody who saw a host fail comes back at one moment."""
        now, before = self._now(), self._refusal(url)
        count = min(before.times + 1, 16) if before is not None else 1
        longer = 1 + self._chance() / 4
        pause = min(round(limits.NET_PAUSE_SECONDS * 2 ** (count - 1) * longer), limits.NET_PAUSE_MOST_SECONDS)
        refused = Refused(unfit.code, unfit.why, limit, now, now + timedelta(seconds=pause), count)
        with self._lock:
            self._refused[url] = refused
            self._refused.move_to_end(url)
            while len(self._refused) > limits.NET_KEPT_DOCUMENTS:
                self._refused.popitem(last=False)
        document = {**refused._asdict(), "since": times.show(refused.since), "until": times.show(refused.until)}
        self._write(url, _REFUSED, json.dumps({"defa_id": "refused/1", "url": url, **document}).encode())

    @contextmanager
    def alone(self, url: str, patience: float) -> Iterator[None]:
        """While this is entered, no other process that shares the folder asks for the same address.

        Raises `Unfit` NET_TIMEOUT if another one does so for longer than `patience` seconds.
        """
        if self._folder is None:
            yield
            return
        lock = self._folder / f"lock-{_name(url)[:2]}"
        try:
            with disk.locked(lock, patience):
                yield
        except TimeoutError:
            raise Unfit("NET_TIMEOUT", "another process is still asking") from None

    def _fresh(self, url: str, now: datetime) -> Kept | None:
        with self._lock:
            kept = self._documents.get(url)
            if kept is not None:
                self._documents.move_to_end(url)
        if kept is None or not _stands(kept, now):
            kept = self._read(url)
            if kept is None or not _stands(kept, now):
                return None
            self._remember(url, kept)
        return kept

    def _remember(self, url: str, kept: Kept) -> None:
        with self._lock:
            self._refused.pop(url, None)
            before = self._documents.pop(url, None)
            self._documents[url] = kept
            self._bytes += len(kept.data) - (len(before.data) if before else 0)
            while self._bytes > limits.NET_KEPT_BYTES or len(self._documents) > limits.NET_KEPT_DOCUMENTS:
                _, oldest = self._documents.popitem(last=False)
                self._bytes -= len(oldest.data)

    def _refusal(self, url: str) -> Refused | None:
        with self._lock:
            refused = self._refused.get(url)
        if refused is None or refused.until <= self._now():
            refused = self._read_refusal(url) or refused
        longest = timedelta(seconds=limits.NET_PAUSE_MOST_SECONDS)
        return refused if refused is not None and refused.until - self._now() <= longest else None

    def _read(self, url: str) -> Kept | None:
        """From disk, if all of it is there as it was written."""
        data = self._bytes_of(url, _DOCUMENT, limits.NET_KEPT_BYTES + _HEAD_OCTETS)
        head, newline, body = data.partition(b"\n")
        if not newline:
            return None
        try:
            told = strict_json.load_object(head)
            kept = Kept(body, times.parse(told["retrieved"]), times.parse(told["until"]))
            whole = told["url"] == url and told["sha256"] == hashlib.sha256(body).hexdigest()
        except (Fault, KeyError):
            return None
        return kept if whole else None

    def _read_refusal(self, url: str) -> Refused | None:
        data = self._bytes_of(url, _REFUSED, _HEAD_OCTETS)
        try:
            told: dict[str, Any] = strict_json.load_object(data)
            refused = Refused(
                str(told["code"]),
                printable(told["why"], 200),
                int(told["limit"]),
                times.parse(told["since"]),
                times.parse(told["until"]),
                int(told["times"]),
            )
        except (Fault, KeyError, TypeError, ValueError):
            return None
        return refused if told.get("url") == url else None

    def _bytes_of(self, url: str, suffix: str, most: int) -> bytes:
        if self._folder is None:
            return b""
        try:
            with (self._folder / (_name(url) + suffix)).open("rb") as file:
                data = file.read(most + 1)
        except OSError:
            return b""
        return data if len(data) <= most else b""

    def _write(self, url: str, suffix: str, data: bytes) -> None:
        """To disk, if it takes it: what is not kept is fetched again."""
        if self._folder is None:
            return
        try:
            disk.write(self._folder / (_name(url) + suffix), data, 0o600)
            self._prune(self._folder)
        except OSError:
            return

    def _remove(self, url: str, suffix: str) -> None:
        if self._folder is not None:
            try:
                (self._folder / (_name(url) + suffix)).unlink(missing_ok=True)
            except OSError:
                return

    def _prune(self, folder: Path) -> None:
        """The newest so many stay. Another process may be pruning too."""
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if entry.name.endswith((_DOCUMENT, _REFUSED))]
        sized = []
        for entry in found:
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            sized.append((status.st_mtime, status.st_size, entry.path))
        total = 0
        for number, (_, size, path) in enumerate(sorted(sized, reverse=True), 1):
            total += size
            if number > limits.NET_KEPT_DOCUMENTS or total > _DISK_BYTES:
                Path(path).unlink(missing_ok=True)


def _stands(kept: Kept, now: datetime) -> bool:
    return kept.retrieved - _FUTURE <= now < kept.until


def _name(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def _own(folder: Path) -> Path | None:
    """The folder, made if need be; None if it cannot be. Raises `WrongUse` if it is not this user's alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.stat()
    except OSError:
        return None
    if os.name != "posix":
        return folder
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or status.st_uid != os.geteuid():
        raise WrongUse(
            f"the cache {printable(str(folder), 200)} can be written by others",
            hint="chmod 700 it, or remove it; it is made again.",
            code="CFG_PERMISSIONS",
        )
    return folder
