"""The one door to the outside. The middle asks for a document by its URL and never opens anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from defa_id.codec.text import printable
from defa_id.errors import Unknowable
from defa_id.values import NamedTuple

ASSERTION: Final = "assertionMethod"
AUTHENTICATION: Final = "authentication"


class Document(NamedTuple):
    """What came through the door: the bytes, and when they were fetched (RFC 3339) if that is known."""

    data: bytes
    retrieved: str | None = None


class Source(Protocol):
    """Where documents come from. An implementation never follows redirects and keeps to `limit`."""

    def get(self, url: str, limit: int) -> Document:
        """The document at `url`, at most `limit` bytes. Raises `Unknowable` when it cannot be had."""
        ...


class Lookup(NamedTuple):
    """How a key is looked up: for which purpose (a verification relationship, W3C Controlled Identifiers
    §2.3), as of which moment, and whom to ask for a document that names it."""

    purpose: str
    at: datetime
    source: Source


class NoSource:
    """Offline: there is nothing outside. Every question is answered with `Unknowable`."""

    def get(self, url: str, limit: int) -> Document:  # noqa: ARG002  (the protocol's signature)
        """Raises `Unavailable`; never returns."""
        raise Unavailable(url, "NET_OFFLINE")


class RecordedSource:
    """Documents recorded beforehand, by URL. Missing or oversized ones are `Unknowable`."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = dict(documents)

    def get(self, url: str, limit: int) -> Document:
        """The recorded document. Raises `Unavailable` when there is none within `limit`."""
        document = self._documents.get(url)
        if document is None:
            raise Unavailable(url, "NET_OFFLINE", "it is not among the recorded documents")
        if len(document.data) > limit:
            raise Unavailable(url, "NET_SIZE", f"it is larger than {limit} bytes")
        return document


class FirstOf:
    """Several sources asked in order, until one has the document: recorded ones before the network."""

    def __init__(self, *sources: Source) -> None:
        self._sources = sources

    def get(self, url: str, limit: int) -> Document:
        """The first document to be had. Raises `Unavailable`: why the last one that could be asked had none."""
        refused = Unavailable(url, "NET_OFFLINE")
        for source in self._sources:
            try:
                return source.get(url, limit)
            except Unavailable as unavailable:
                if unavailable.code != "NET_OFFLINE" or refused.code == "NET_OFFLINE":
                    refused = unavailable
        raise refused


class Unavailable(Unknowable):
    """A document could not be had. `code` says why, a NET_ reason. An asker that has a reason of its own
    for it re-raises with that and keeps `why`."""

    def __init__(self, url: str, code: str = "NET_OFFLINE", why: str = "") -> None:
        super().__init__(code, why, url=printable(url, 256))
        self.url = url


class Counter(Protocol):
    """How often an arrangement's phase has been relied on; kept by the relying party, without personal data."""

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:
        """Count one more use, unless `cap` is reached; the number of uses with this one, or None.

        One `token` (a digest that says nothing about anybody) counts once, however often it comes. Safe for
        several at once. Raises `Unknowable` CAP_UNCOUNTED when it cannot be counted.
        """
        ...


class NoCounter:
    """Nothing is counted: an arrangement with a cap cannot be relied on."""

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:  # noqa: ARG002
        """Raises `Unknowable` CAP_UNCOUNTED; never returns."""
        raise Unknowable("CAP_UNCOUNTED")
