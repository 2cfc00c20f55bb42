"""The one door to the outside, as one walk down the corridor sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id.codec import digests
from defa_id.codec.text import printable
from defa_id.errors import Unknowable
from defa_id.sources import Document, Source, Unavailable
from defa_id.values import NamedTuple
from defa_id.verdict import Ledger

_SHUT: Final = "not fetched, because a check before it failed"


class Fetched(NamedTuple):
    """A document from outside, with its SHA-256 and when it was fetched, if that is known."""

    data: bytes
    sha256: str
    retrieved: str | None


class Door:
    """The source as those who look up keys get to see it: what comes through is written down, and once
    something has failed nothing does."""

    def __init__(self, source: Source, ledger: Ledger) -> None:
        self._source = source
        self._ledger = ledger
        self.documents: list[Mapping[str, Any]] = []

    def get(self, url: str, limit: int) -> Document:
        """The document. Raises `Unavailable`."""
        if not self._ledger.clean:
            raise Unavailable(url, "NET_OFFLINE", _SHUT)
        document = self._source.get(url, limit)
        self.note(url, document)
        return document

    def fetch(self, url: str, limit: int, code: str, permitted: bool) -> Fetched:
        """The document, for an asker with a reason of its own and a time of its own to ask. Raises `Unknowable`."""
        if not permitted:
            raise Unknowable(code, _SHUT)
        try:
            document = self._source.get(url, limit)
        except Unavailable as unavailable:
            raise Unknowable(code, unavailable.why, url=printable(url, 256), network=unavailable.code) from None
        return Fetched(document.data, self.note(url, document), document.retrieved)

    def note(self, url: str, document: Document) -> str:
        """Write down what came; its SHA-256."""
        sha256 = digests.sha256(document.data).hex()
        told = {"url": printable(url, 256), "sha256": sha256, "retrieved": document.retrieved}
        if told not in self.documents:
            self.documents.append(told)
        return sha256
