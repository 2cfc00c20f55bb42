"""Everything a registry names outside itself, fetched ahead: what a verifier without a network will need.

Status lists, revocation lists of certificates, the documents behind issuers' identifiers, and schemas kept by
others. One that cannot be had stops no other, and nothing old is ever passed off as new: each document keeps
the time it was fetched at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

from defa_id.codec import limits, strict_json
from defa_id.errors import Fault, Unknowable
from defa_id.net.budget import Bounds
from defa_id.parts import DEFAULT_PARTS
from defa_id.sources import ASSERTION, Document, Lookup, Source
from defa_id.status import require_address
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple

STATUS_LIST: Final = "status list"
STATUS_FOLDER: Final = "folder of status lists"
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

    def add(self, more: Prefetched) -> None:
        """Take in what else was fetched, and what else is missing."""
        self.documents.update(more.documents)
        self.troubles.extend(more.troubles)


def named(registry: Registry, states: Collection[str]) -> list[Wanted]:
    """What the lists of these states name outside the registry, sorted, each once.

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
        for done, one in enumerate(pool.map(lambda one: _fetched(one, source, at), wanted), 1):
            found.add(one)
            told(done)
    return found


def _of(registry: Registry, state: str) -> Iterator[Wanted]:
    for service in registry.state_list(state).services:
        for url in service.status_lists:
            yield Wanted(state, STATUS_FOLDER if url.endswith("/") else STATUS_LIST, url)
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


def _fetched(wanted: Wanted, source: Source, at: datetime) -> Prefetched:
    if wanted.kind == STATUS_FOLDER:
        return _folder(wanted, source, at)
    recorder = _Recorder(source)
    try:
        if wanted.kind == IDENTIFIER:
            _resolve(wanted.name, Lookup(ASSERTION, at, recorder))
        else:  # what an issuer names as a list may be one of certificates, which is the longest
            recorder.get(wanted.name, limits.CRL_BYTES if wanted.kind == STATUS_LIST else limits.DOCUMENT_BYTES)
    except Unknowable as unavailable:
        return Prefetched(recorder.documents, [Trouble(wanted, unavailable.code, unavailable.why)])
    return Prefetched(recorder.documents, [])


def _folder(wanted: Wanted, source: Source, at: datetime) -> Prefetched:
    """Every list in a folder that tells which there are; one that does not is in trouble itself."""
    try:
        urls = _told(wanted.name, source)
    except Fault as fault:
        return Prefetched({}, [Trouble(wanted, fault.code, fault.why)])
    found = Prefetched({}, [])
    for url in urls:
        found.add(_fetched(Wanted(wanted.state, STATUS_LIST, url), source, at))
    return found


def _told(folder: str, source: Source) -> list[str]:
    """The lists in a folder, by the document at its own address: a Status List Aggregation (Token Status List
    §9.3). Raises `Unknowable` for none; `Fault` of its JSON, STATUS_SHAPE, STATUS_URI for a list elsewhere."""
    urls = strict_json.load_object(source.get(folder, limits.DOCUMENT_BYTES).data).get("status_lists")
    if not isinstance(urls, list):
        raise Fault("STATUS_SHAPE", "the folder's own address does not tell its status_lists")
    if not all(require_address(url).startswith(folder) for url in urls):
        raise Fault("STATUS_URI", "the folder tells of a list that lies outside it")
    return sorted(set(urls) - {folder})


def _resolve(identifier: str, lookup: Lookup) -> None:
    """Have the resolver ask for whatever it needs; which of the keys is meant is of no interest yet.
    Raises `Unknowable`."""
    try:
        DEFAULT_PARTS.resolve(identifier, lookup)
    except Unknowable:
        raise
    except Fault:  # said again, with its reason, to whoever verifies with it
        return
