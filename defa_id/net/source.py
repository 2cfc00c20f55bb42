"""The guarded network as a source of documents: the registry's hosts over https, once each, and not for long."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Event, Lock, Semaphore
from time import monotonic
from typing import TYPE_CHECKING, Final

from defa_id.codec import limits, times, web
from defa_id.codec.text import printable
from defa_id.codec.web import Url
from defa_id.errors import Fault
from defa_id.net import allowed, question
from defa_id.net.allowed import Allowed
from defa_id.net.budget import Bounds, Budget
from defa_id.net.kept import Cache, Kept
from defa_id.net.question import Reach
from defa_id.sources import Document, Unavailable
from defa_id.trust.registry import Registry
from defa_id.wire import Unfit

if TYPE_CHECKING:
    import ssl

_ENOUGH: Final = 0.5  # of its seconds; a question that had less says nothing about its host


def default_cache_path() -> Path | None:
    """Where a user's fetched documents are kept (XDG base directories, cache); None for a user without a home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(base) if Path(base).is_absolute() else Path("~/.cache").expanduser()) / "defa-id" / "documents"
    except RuntimeError:
        return None


class _Flight:
    """One question under way, and those who wait for the same answer."""

    def __init__(self) -> None:
        self.landed = Event()
        self.kept: Kept | None = None
        self.unfit = Unfit("NET_TIMEOUT", "the question was given up")


class NetworkSource:
    """Documents from the network (see `defa_id.sources.Source`). Safe between threads.

    A question goes to a host that `allowed` names, or nowhere; it is answered within `bounds.seconds`
    or not at all; and what was answered is kept in `cache` for a stated time.
    """

    def __init__(
        self,
        allowed: Allowed | Callable[[], Allowed],
        *,
        cache: Cache | None = None,
        bounds: Bounds = Bounds(),
        reach: Reach = Reach(),
    ) -> None:
        self._whom = allowed
        self._cache = cache or Cache(None)
        self._bounds = bounds
        self._reach = reach
        self._budget = Budget(bounds)
        self._lock = Lock()
        self._flights: dict[tuple[str, int], _Flight] = {}
        self._hosts: dict[str, Lock] = {}
        self._places = Semaphore(limits.NET_AT_ONCE)

    @classmethod
    def of(
        cls, registry: Registry, *, cache: Cache | None = None, bounds: Bounds = Bounds(), reach: Reach = Reach()
    ) -> NetworkSource:
        """The hosts that a registry names. Who they are is found out with the first question."""
        return cls(lambda: allowed.by(registry), cache=cache, bounds=bounds, reach=reach)

    def get(self, url: str, limit: int) -> Document:
        """The document at `url`, at most `limit` bytes, and when it was fetched.

        Raises `Unavailable` with a NET_ reason: NET_URL, NET_HOST, NET_BUDGET, and those of `question.ask`.
        """
        try:
            kept = self._get(url, limit)
        except Unfit as unfit:
            raise Unavailable(url, unfit.code, unfit.why) from None
        except Fault as fault:
            raise Unavailable(url, fault.code, fault.why) from None
        return Document(kept.data, times.show(kept.retrieved))

    def _get(self, text: str, limit: int) -> Kept:
        url = web.parse(text)
        if not self._allowed.covers(text, url):
            why = f"the registry does not name {printable(url.host)}"
            raise Unfit("NET_HOST", why if url.query is None else f"{why} with this query")
        ends = monotonic() + self._bounds.seconds
        with self._lock:
            flight = self._flights.get((text, limit))
            leads = flight is None
            if flight is None:
                flight = self._flights[(text, limit)] = _Flight()
        if not leads:
            return _joined(flight, ends)
        try:
            flight.kept = self._kept_or_asked(text, url, limit, ends)
        except Unfit as unfit:
            flight.unfit = unfit
            raise
        finally:
            with self._lock:
                del self._flights[(text, limit)]
            flight.landed.set()
        return flight.kept

    def _kept_or_asked(self, text: str, url: Url, limit: int, ends: float) -> Kept:
        kept = self._cache.look(text, limit)
        if kept is not None:
            return kept
        with self._cache.alone(text, max(ends - monotonic(), 0)):
            kept = self._cache.look(text, limit)  # another process may have asked meanwhile
            if kept is not None:
                return kept
            with self._lock:
                one = self._hosts.setdefault(url.host, Lock())
            with _held(one, ends), _held(self._places, ends):
                return self._asked(text, url, limit, ends)

    def _asked(self, text: str, url: Url, limit: int, ends: float) -> Kept:
        with self._lock:
            self._budget.spend(url.host)
        begins = monotonic()
        try:
            answer = question.ask(url, limit, ends, self._reach, self._trust)
        except Unfit as unfit:
            if unfit.code != "NET_TIMEOUT" or ends - begins >= _ENOUGH * self._bounds.seconds:
                self._cache.refuse(text, limit, unfit)
            raise
        return self._cache.keep(text, answer)

    @cached_property
    def _allowed(self) -> Allowed:
        return self._whom if isinstance(self._whom, Allowed) else self._whom()

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self._reach.trust()


@contextmanager
def _held(lock: Lock | Semaphore, ends: float) -> Iterator[None]:
    """Hold a lock or a place, if it comes free in time. Raises `Unfit` NET_TIMEOUT."""
    if not lock.acquire(timeout=max(ends - monotonic(), 0)):
        raise Unfit("NET_TIMEOUT", "other questions were under way all the time")
    try:
        yield
    finally:
        lock.release()


def _joined(flight: _Flight, ends: float) -> Kept:
    if not flight.landed.wait(max(ends - monotonic(), 0)):
        raise Unfit("NET_TIMEOUT", "another is still asking")
    if flight.kept is None:
        raise Unfit(flight.unfit.code, flight.unfit.why)
    return flight.kept
