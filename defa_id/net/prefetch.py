"""Everything a registry names outside itself, fetched ahead: what a verifier without a network will need.

Status lists, the documents behind issuers' identifiers, and schemas kept by others. One that cannot be had
stops no other, and nothing old is ever passed off as new: each document keeps the time it was fetched at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, NamedTuple

from defa_id.codec import limits
from defa_id.errors import Fault, Unknowable
from defa_id.net.budget import Bounds
from defa_id.parts import DEFAULT_PARTS
from defa_id.sources import ASSERTION, Document, Lookup, Source
from defa_id.trust.registry import Registry

STATUS_LIST: Final = "status list"
IDENTIFIER: Final = "identifier"
SCHEMA: Final = "schema"
# Somebody asked for all of it: no verifier waits, and no sender chose the questions.
BOUNDS: Final = Bounds(
    seconds=limits.PREFETCH_SECONDS, questions=limits.PREFETCH_QUESTIONS, questions_a_host=limits.PREFETCH_QUESTIONS
)
_LIES_OUTSIDE: Final = ("did:web:", "did:webvh:", "https://")


class Wanted(NamedTuple):
    """One thing a state's list names: what it is (`kind`), and its address or identifier."""

    state: str
    kind: str
    name: str


class Trouble(NamedTuple):
    """What could not be had: which, a reason of the catalogue, and what was seen."""

    wanted: Wanted
    code: str
    why: str


class Prefetched(NamedTuple):
    """Documents by URL, and what is missing."""

    documents: dict[str, Document]
    troubles: list[Trouble]


def named(registry: Registry, states: Collection[str]) -> list[Wanted]:
    """What the lists of these states name outside the registry, sorted, each once.

    A status list given as a folder (its URL ends with a slash) names no document, and is left out.
    Raises `RegistryRejected` for a state whose list cannot be believed.
    """
    return sorted({wanted for state in states for wanted in _of(registry, state)})


def fetch(
    wanted: Collection[Wanted],
    source: Source,
    at: datetime,
    told: Callable[[int], None] = lambda _: None,
) -> Prefetched:
    """Each of them from the source, as of `at`; `told` hears how many are done."""
    found = Prefetched({}, [])
    with ThreadPoolExecutor(limits.NET_AT_ONCE) as pool:
        for done, (documents, trouble) in enumerate(pool.map(lambda one: _fetched(one, source, at), wanted), 1):
            found.documents.update(documents)
            if trouble is not None:
                found.troubles.append(trouble)
            told(done)
    return found


def _of(registry: Registry, state: str) -> Iterator[Wanted]:
    for service in registry.state_list(state).services:
        for url in service.status_lists:
            if not url.endswith("/"):
                yield Wanted(state, STATUS_LIST, url)
        for name in service.names:
            if name.value.startswith(_LIES_OUTSIDE):
                yield Wanted(state, IDENTIFIER, name.value)
        for schema in service.types.values():
            if schema is not None and schema.target is None:
                yield Wanted(state, SCHEMA, schema.uri)


class _Recorder:
    """A source that remembers what it handed out."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.documents: dict[str, Document] = {}

    def get(self, url: str, limit: int) -> Document:
        """As the source has it. Raises `Unavailable`."""
        document = self.documents[url] = self._source.get(url, limit)
        return document


def _fetched(wanted: Wanted, source: Source, at: datetime) -> tuple[dict[str, Document], Trouble | None]:
    recorder = _Recorder(source)
    try:
        if wanted.kind == IDENTIFIER:
            _resolve(wanted.name, Lookup(ASSERTION, at, recorder))
        else:
            most = limits.STATUS_DOCUMENT_BYTES if wanted.kind == STATUS_LIST else limits.DOCUMENT_BYTES
            recorder.get(wanted.name, most)
    except Unknowable as unavailable:
        return recorder.documents, Trouble(wanted, unavailable.code, unavailable.why)
    return recorder.documents, None


def _resolve(identifier: str, lookup: Lookup) -> None:
    """Have the resolver ask for whatever it needs; which of the keys is meant is of no interest yet.
    Raises `Unknowable`."""
    try:
        DEFAULT_PARTS.resolve(identifier, lookup)
    except Unknowable:
        raise
    except Fault:  # said again, with its reason, to whoever verifies with it
        return
