"""Active contexts, compiled once for each step and kept (JSON-LD 1.1 Processing §4.1).

The contexts of credentials come from a small pinned set, so the same steps recur: from this active
context by that local one. What a step leads to is a pure function of both, and so is what an object
with these member names means; both are remembered, in bounded number, by the bytes of the contexts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from defa_id.codec import limits, strict_json
from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.linked.literals import tag
from defa_id.linked.terms import (
    ABSENT,
    KEYWORDS,
    Absent,
    Definitions,
    Kind,
    Term,
    Unsupported,
    Vocabulary,
    absolute,
    bad_context,
    is_iri,
    like_keyword,
)
from defa_id.values import NamedTuple

Documents = Callable[[str], bytes | None]

_READ: Final = frozenset({"@context", "@direction", "@id", "@language", "@type", "@value"})
_CACHED: Final = 64  # shapes of objects, and combinations of types, remembered for one active context


class Piece(NamedTuple):
    """One local context: the bytes of the document it stands in, and its place in a list there."""

    data: bytes
    place: int | None = None


class Member(NamedTuple):
    """What one member of an object means: its term, and for texts below it the active context, their
    kind and the suffix of their literals."""

    name: str
    term: Term
    active: Active
    kind: Kind
    suffix: str


class Head(NamedTuple):
    """What the member names of an object say at first sight: which one holds its types, whether it is a
    value object, and whether it is nothing but an identifier."""

    types: str | None
    value: bool
    bare: bool


class Shape(NamedTuple):
    """What an object with certain member names is: keyword to member name, and its properties in order."""

    keywords: Mapping[str, str]
    members: tuple[Member, ...]


class Active(Vocabulary):
    """One active context. Never changes; what it remembers follows from it."""

    __slots__ = ("_heads", "_shapes", "_steps", "_typings", "direction", "language", "previous")

    def __init__(
        self,
        terms: Mapping[str, Term],
        vocab: str | None = None,
        language: str | None = None,
        direction: str | None = None,
        previous: Active | None = None,
        steps: dict[tuple[Any, ...], Active] | None = None,
    ) -> None:
        super().__init__(terms, vocab)
        self.language = language
        self.direction = direction
        self.previous = previous
        self._steps: dict[tuple[Any, ...], Active] = {} if steps is None else steps
        self._heads: dict[tuple[str, ...], Head] = {}
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._typings: dict[tuple[str, ...], tuple[Active, tuple[str, ...]]] = {}

    def after(self, pieces: Iterable[Piece]) -> Active:
        """The active context after these local ones of pinned documents."""
        active = self
        for piece in pieces:
            active = active._with_piece(piece)
        return active

    def below(self, term: Term) -> Active:
        """The active context for the values of a term (property-scoped contexts, §4.1.3)."""
        if term.scoped is ABSENT:
            return self
        return self._step((self, term), lambda: self._all(term.scoped, propagate=True, override=True))

    def typed(self, types: tuple[str, ...]) -> tuple[Active, tuple[str, ...]]:
        """The active context for an object of these types (type-scoped contexts), and the types as IRIs
        in brackets. Raises `Fault` LD_UNSAFE for a type that is no absolute IRI."""
        found = self._typings.get(types)
        if found is None:
            active = self
            for name in sorted(set(types)):
                term = self.terms.get(name)
                if term is not None and term.scoped is not ABSENT:
                    active = active._for_type(term)
            found = active, tuple(self.reference(name, vocab=True, what="type") for name in types)
            _keep(self._typings, types, found)
        return found

    def head(self, names: tuple[str, ...]) -> Head:
        """What the member names say before the types have been looked at."""
        found = self._heads.get(names)
        if found is None:
            keywords = {self.keyword(name): name for name in names}
            found = Head(keywords.get("@type"), "@value" in keywords, len(names) == 1 and "@id" in keywords)
            _keep(self._heads, names, found)
        return found

    def shape(self, names: tuple[str, ...]) -> Shape:
        """What an object with these member names is. Raises `Fault` LD_UNSAFE and `Unsupported`."""
        found = self._shapes.get(names)
        if found is None:
            found = self._shape(names)
            _keep(self._shapes, names, found)
        return found

    def keyword(self, name: str) -> str | None:
        """The keyword a member name stands for, if any."""
        term = self.terms.get(name)
        if term is not None:
            return term.iri if term.iri in KEYWORDS else None
        return name if name in KEYWORDS else None

    def reference(self, value: object, *, vocab: bool, what: str = "@id") -> str:
        """An absolute IRI of the document in brackets. Raises `Fault` LD_UNSAFE for anything else."""
        iri = self.iri(value, vocab=vocab) if isinstance(value, str) else None
        if iri is None or not is_iri(iri):
            raise Fault("LD_UNSAFE", f"a {what} that is no absolute IRI")
        return f"<{iri}>"

    def _with_piece(self, piece: Piece) -> Active:
        return self._step((self, piece), lambda: self._process(_local(piece), propagate=True, override=False))

    def _for_type(self, term: Term) -> Active:
        return self._step((self, term, "type"), lambda: self._all(term.scoped, propagate=False, override=False))

    def _step(self, key: tuple[Any, ...], make: Callable[[], Active]) -> Active:
        found = self._steps.get(key)
        if found is None:
            found = make()
            _keep(self._steps, key, found, limits.LINKED_COMPILED)
        return found

    def _all(self, local: Any, *, propagate: bool, override: bool) -> Active:
        active = self
        for one in local if isinstance(local, list) else [local]:
            active = active._process(one, propagate=propagate, override=override)
        return active

    def _process(self, local: Any, *, propagate: bool, override: bool) -> Active:
        """Context processing (§4.1.2) for one local context that is an object or null."""
        if local is None:
            if not override and any(term.protected for term in self.terms.values()):
                raise bad_context("a context takes protected terms away")
            return Active({}, previous=None if propagate else self, steps=self._steps)
        if not isinstance(local, dict):
            raise Unsupported("a scoped context by reference")
        if met := local.keys() & {"@base", "@import"}:
            raise Unsupported(f"{min(met)} in a context")
        if local.get("@version", 1.1) != 1.1:
            raise bad_context("a context of another version than 1.1")
        propagate = local.get("@propagate", propagate)
        vocab, language = self._vocab(local), local.get("@language", self.language)
        if language is not None and not isinstance(language, str):
            raise bad_context("@language of a context")
        direction = local.get("@direction", self.direction)
        if direction not in (None, "ltr", "rtl"):
            raise bad_context("@direction of a context")
        return Active(
            Definitions(self.terms, vocab, local, override=override).all(),
            vocab,
            language and language.lower(),
            direction,
            self.previous if propagate or self.previous is not None else self,
            self._steps,
        )

    def _vocab(self, local: Mapping[str, Any]) -> str | None:
        if "@vocab" not in local:
            return self.vocab
        stated = local["@vocab"]
        if stated is None:
            return None
        if not isinstance(stated, str) or not absolute(stated) or stated.partition(":")[0] in self.terms:
            raise Unsupported("a @vocab that is not an absolute IRI")
        return stated

    def _shape(self, names: tuple[str, ...]) -> Shape:
        keywords: dict[str, str] = {}
        members = []
        for name in names:
            keyword = self.keyword(name)
            if keyword is None:
                members.append(self._member(name))
            elif keyword in keywords:
                raise Fault("LD_UNSAFE", f"{keyword} stands twice in one object")
            else:
                keywords[keyword] = name
        if smuggled := keywords.keys() - _READ:
            keyword = min(smuggled)
            if keyword in ("@list", "@set") or keywords[keyword] not in KEYWORDS:
                raise Unsupported(f"{keyword} in the document")
            raise Fault("LD_UNSAFE", f"{keyword} in the document")
        return Shape(keywords, tuple(members))

    def _member(self, name: str) -> Member:
        term = self.terms.get(name) or self._implied(name)
        if term.iri is None:
            raise Fault("LD_UNSAFE", f"member {printable(name)!r} has no meaning in its contexts")
        active = self.below(term)
        anew = active is not self and active.terms.get(name) is not self.terms.get(name)
        if anew and "@graph" not in term.container:  # a graph holds objects only, and those are read below it
            raise Unsupported(f"term {printable(name)} defines itself anew")
        plain = term.type is None or term.type == "@none"
        return Member(name, term, active, term.kind, _tag(term, active) if plain else term.suffix)

    def _implied(self, name: str) -> Term:
        """A member that no context defines: an IRI by itself or by the vocabulary mapping, or nothing."""
        iri = None if like_keyword(name) else self.iri(name, vocab=True)
        if iri is None or not is_iri(iri):
            raise Fault("LD_UNSAFE", f"member {printable(name)!r} is not defined by the contexts")
        return Term(
            *(name, iri, None, frozenset(), ABSENT, False, False, ABSENT, ABSENT),
            predicate=f"<{iri}>",
            kind=Kind.LITERAL,
            suffix="",
        )


def named(value: Any, documents: Documents) -> Iterator[Piece]:
    """The local contexts that an @context of a document names, in their order.

    Only URLs that `documents` knows: a context written into the document could give signed terms
    another meaning. Raises `Fault` LD_CONTEXT.
    """
    for url in value if isinstance(value, list) else [value]:
        if not isinstance(url, str):
            raise bad_context("a context is written into the document instead of named")
        data = documents(url)
        if data is None:
            raise Fault("LD_CONTEXT", "a context that is not pinned", url=printable(url, 256))
        yield from _pieces(data, documents, ())


@cache
def initial() -> Active:
    """The active context before any other; all that is remembered of compiled contexts hangs on it."""
    return Active({})


def _pieces(data: bytes, documents: Documents, within: tuple[bytes, ...]) -> Iterator[Piece]:
    """A pinned document's contexts; those it names by URL must be pinned too."""
    if data in within:
        raise bad_context("contexts that name each other")
    stated = _context(data)
    if isinstance(stated, str):
        stated = [stated]
    if not isinstance(stated, list):
        yield Piece(data)
        return
    for place, one in enumerate(stated):
        if not isinstance(one, str):
            yield Piece(data, place)
            continue
        inner = documents(one)
        if inner is None:
            raise Fault("LD_CONTEXT", "a pinned context names one that is not", url=printable(one, 256))
        yield from _pieces(inner, documents, (*within, data))


@lru_cache(maxsize=64)
def _context(data: bytes) -> Any:
    try:
        document = strict_json.load_object(data)
    except Fault as fault:
        raise bad_context(f"a pinned context cannot be read: {fault.code}") from None
    if "@context" not in document:
        raise bad_context("a pinned document holds no @context")
    return document["@context"]


def _local(piece: Piece) -> Any:
    stated = _context(piece.data)
    return stated if piece.place is None else stated[piece.place]


def _tag(term: Term, active: Active) -> str:
    """How a plain text ends: with its language, or language and direction as one datatype."""
    language = active.language if isinstance(term.language, Absent) else term.language
    direction = active.direction if isinstance(term.direction, Absent) else term.direction
    return tag(language, direction)


def _keep(kept: dict[Any, Any], key: Any, value: Any, most: int = _CACHED) -> None:
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
