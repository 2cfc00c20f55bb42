"""The one door to the outside. The middle asks for a document by its URL and never opens anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from defa_id.errors import Unknowable


class Document(NamedTuple):
    """What came through the door: the bytes, and when they were fetched (RFC 3339) if that is known."""

    data: bytes
    retrieved: str | None = None


class Source(Protocol):
    """Where documents come from. An implementation never follows redirects and keeps to `limit`."""

    def get(self, url: str, limit: int) -> Document:
        """The document at `url`, at most `limit` bytes. Raises `Unknowable` when it cannot be had."""
        ...


class NoSource:
    """Offline: there is nothing outside. Every question is answered with `Unknowable`."""

    def get(self, url: str, limit: int) -> Document:  # noqa: ARG002  (the protocol's signature)
        """Raises `Unavailable`; never returns."""
        raise Unavailable(url)


class RecordedSource:
    """Documents recorded beforehand, by URL. Missing or oversized ones are `Unknowable`."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = dict(documents)

    def get(self, url: str, limit: int) -> Document:
        """The recorded document. Raises `Unavailable` when there is none within `limit`."""
        document = self._documents.get(url)
        if document is None or len(document.data) > limit:
            raise Unavailable(url)
        return document


class Unavailable(Unknowable):
    """A document could not be had. Its asker says what that means by re-raising with its own reason."""

    def __init__(self, url: str) -> None:
        super().__init__("STATUS_UNAVAILABLE", "the document is not at hand", url=url)
        self.url = url
