"""Term definitions of JSON-LD 1.1 contexts, as far as credentials use them (JSON-LD 1.1 Processing §4.2, §5.2).

What other contexts use besides (reverse properties, nesting, index and language maps, imports) raises
`Unsupported`: a full processor has to read those. What contradicts the standard is a `Fault`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.linked.nquads import BLANK, XSD


class Unsupported(Exception):
    """JSON-LD outside the subset this room reads; nothing is wrong with it. Says what was met."""


class Absent(Enum):
    """What a definition does not say, where null says something else."""

    ABSENT = "absent"


class Kind(Enum):
    """What a text becomes under a term: a literal, an identifier, a word of the vocabulary, or JSON."""

    LITERAL = "literal"
    ID = "@id"
    VOCAB = "@vocab"
    JSON = "@json"


ABSENT: Final = Absent.ABSENT
KEYWORDS: Final = frozenset(
    {
        "@base",
        "@container",
        "@context",
        "@default",
        "@direction",
        "@graph",
        "@id",
        "@import",
        "@included",
        "@index",
        "@json",
        "@language",
        "@list",
        "@nest",
        "@none",
        "@prefix",
        "@preserve",
        "@propagate",
        "@protected",
        "@requireAll",
        "@reverse",
        "@set",
        "@type",
        "@value",
        "@version",
        "@vocab",
    }
)
OF_CONTEXTS: Final = frozenset(
    {"@base", "@direction", "@import", "@language", "@propagate", "@protected", "@version", "@vocab"}
)
_OF_TERMS: Final = frozenset(
    {"@container", "@context", "@direction", "@id", "@language", "@prefix", "@protected", "@type"}
)
_UNREAD: Final = frozenset({"@index", "@nest", "@reverse"})
_CONTAINERS: Final = frozenset({"@graph", "@list", "@set"})
_KINDS: Final = {None: Kind.LITERAL, "@none": Kind.LITERAL, "@id": Kind.ID, "@vocab": Kind.VOCAB, "@json": Kind.JSON}

like_keyword: Final = re.compile(r"@[A-Za-z]+").fullmatch
absolute: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:").match
# RFC 3987 in the shape N-Quads can write (§4 of N-Quads, IRIREF); surrogates cannot occur after strict_json.
is_iri: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*").fullmatch


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One term. `iri`: an IRI, a keyword it stands for, or None where a context takes it away.

    `type` is the type mapping, `scoped` a local context for what lies below; `language` and
    `direction` differ from the context's own unless absent. `predicate`, `kind` and `suffix` are ready for
    N-Quads: the IRI in brackets, what texts become, and the datatype a literal ends with.
    """

    name: str
    iri: str | None
    type: str | None
    container: frozenset[str]
    scoped: Any
    protected: bool
    prefix: bool
    language: str | Absent | None
    direction: str | Absent | None
    predicate: str
    kind: Kind
    suffix: str

    def says_the_same(self, other: Term) -> bool:
        """Whether both definitions are one, apart from their protection (§4.2.2 step 27)."""
        return all(
            getattr(self, field) == getattr(other, field)
            for field in ("iri", "type", "container", "scoped", "prefix", "language", "direction")
        )


class Vocabulary:
    """Terms and vocabulary mapping, as IRI expansion needs them; `local` while a context is being read."""

    __slots__ = ("terms", "vocab")

    def __init__(self, terms: Mapping[str, Term], vocab: str | None) -> None:
        self.terms = terms
        self.vocab = vocab

    def iri(self, value: str, *, vocab: bool) -> str | None:
        """IRI expansion (§5.2.2) without a base: an IRI, a keyword, what stays relative, or None.

        `vocab`: whether terms and the vocabulary mapping count, as for properties and types. Raises
        `Unsupported` for what has the form of a keyword and is none.
        """
        if value in KEYWORDS:
            return value
        if like_keyword(value):
            raise Unsupported(f"{printable(value)} has the form of a keyword")
        self._needs(value)
        term = self.terms.get(value)
        if term is not None and (vocab or term.iri in KEYWORDS):
            return term.iri
        if ":" in value[1:]:
            prefix, _, suffix = value.partition(":")
            if prefix == "_" or suffix.startswith("//"):
                return value
            self._needs(prefix)
            base = self.terms.get(prefix)
            if base is not None and base.prefix and base.iri is not None:
                return base.iri + suffix
            if absolute(value):
                return value
        if vocab and self.vocab is not None:
            return self.vocab + value
        return value

    def _needs(self, name: str) -> None:
        """A term of the same context must be defined first; nothing to do once it has been read."""


class Definitions(Vocabulary):
    """The terms of one local context while they are being defined (§4.2.2)."""

    __slots__ = ("_done", "_local", "_override", "_protected", "_terms")

    def __init__(
        self, terms: Mapping[str, Term], vocab: str | None, local: Mapping[str, Any], *, override: bool
    ) -> None:
        self._terms = dict(terms)
        super().__init__(self._terms, vocab)
        self._local = local
        self._override = override
        self._protected = local.get("@protected", False)
        self._done: dict[str, bool] = {}

    def all(self) -> Mapping[str, Term]:
        """Every term. Raises `Fault` LD_CONTEXT and `Unsupported`."""
        for name in self._local:
            if name not in OF_CONTEXTS:
                self._define(name)
        return self._terms

    def _needs(self, name: str) -> None:
        if name in self._local and not self._done.get(name):
            self._define(name)

    def _define(self, name: str) -> None:
        if name in self._done:
            if self._done[name]:
                return
            raise bad_context(f"term {printable(name)} is defined by itself")
        self._done[name] = False
        if not name or name in KEYWORDS or like_keyword(name):
            raise Unsupported(f"a term named {printable(name)!r}")
        value = self._local[name]
        simple = isinstance(value, str)
        if value is None or simple:
            value = {"@id": value}
        elif not isinstance(value, dict):
            raise bad_context(f"term {printable(name)} is neither a text nor an object")
        previous = self._terms.pop(name, None)
        term = self._read(name, value, simple=simple)
        if previous is not None and previous.protected and not self._override:
            if not term.says_the_same(previous):
                raise bad_context(f"protected term {printable(name)} is defined again, and otherwise")
            term = previous
        self._terms[name] = term
        self._done[name] = True

    def _read(self, name: str, value: Mapping[str, Any], *, simple: bool) -> Term:
        if unread := value.keys() & _UNREAD:
            raise Unsupported(f"{min(unread)} of term {printable(name)}")
        if unknown := value.keys() - _OF_TERMS:
            raise bad_context(f"term {printable(name)} has {printable(min(unknown))}")
        type = self._type(name, value)
        iri, prefix = self._mapping(name, value, simple=simple)
        container = _container(name, value.get("@container"))
        if "@prefix" in value:
            prefix = value["@prefix"]
            if ":" in name or "/" in name or not isinstance(prefix, bool) or (prefix and iri in KEYWORDS):
                raise bad_context(f"@prefix of term {printable(name)}")
        protected = value.get("@protected", self._protected)
        language, direction = value.get("@language", ABSENT), value.get("@direction", ABSENT)
        kind = _KINDS.get(type, Kind.LITERAL)
        datatype = type if type not in _KINDS and type != f"{XSD}string" else None
        return Term(
            *(name, iri, type, container, value.get("@context", ABSENT), protected is True, prefix),
            language.lower() if isinstance(language, str) else language,
            direction,
            predicate=f"<{iri}>",
            kind=kind,
            suffix=f"^^<{datatype}>" if datatype else "",
        )

    def _type(self, name: str, value: Mapping[str, Any]) -> str | None:
        """The type mapping (step 12)."""
        if "@type" not in value:
            return None
        stated = value["@type"]
        type = self.iri(stated, vocab=True) if isinstance(stated, str) else None
        if type is None or (type not in _KINDS and not is_iri(type)):
            raise bad_context(f"@type of term {printable(name)}")
        return type

    def _mapping(self, name: str, value: Mapping[str, Any], *, simple: bool) -> tuple[str | None, bool]:
        """The IRI mapping and whether the term may be a prefix (steps 14 to 18)."""
        stated = value.get("@id", name)
        if stated is None:
            return None, False
        if not isinstance(stated, str):
            raise bad_context(f"@id of term {printable(name)}")
        if stated != name:
            return self._stated_mapping(name, stated, simple=simple)
        if ":" in name[1:]:
            prefix, _, suffix = name.partition(":")
            self._needs(prefix)
            base = self.terms.get(prefix)
            iri = base.iri + suffix if base is not None and base.iri is not None else name
        elif "/" in name or self.vocab is None:
            raise bad_context(f"term {printable(name)} has no IRI")
        else:
            iri = self.vocab + name
        if not is_iri(iri):
            raise Unsupported(f"term {printable(name)} without an absolute IRI")
        return iri, False

    def _stated_mapping(self, name: str, stated: str, *, simple: bool) -> tuple[str, bool]:
        iri = self.iri(stated, vocab=True)
        if iri is None or iri == "@context" or not (iri in KEYWORDS or iri.startswith(BLANK) or is_iri(iri)):
            raise bad_context(f"term {printable(name)} has no IRI")
        if iri.startswith(BLANK):
            raise Unsupported(f"term {printable(name)} is a blank node")
        if ":" in name[1:-1] or "/" in name:
            self._done[name] = True
            if self.iri(name, vocab=True) != iri:
                raise bad_context(f"term {printable(name)} is not the IRI it spells")
            return iri, False
        return iri, simple and iri[-1] in ":/?#[]@"


def bad_context(why: str) -> Fault:
    """LD_CONTEXT: a context that no processor may use."""
    return Fault("LD_CONTEXT", why)


def _container(name: str, stated: object) -> frozenset[str]:
    if stated is None:
        return frozenset()
    container = frozenset(stated if isinstance(stated, list) else [stated])
    if not container <= _CONTAINERS:
        raise Unsupported(f"@container of term {printable(name)}")
    if "@list" in container and len(container) > 1:
        raise bad_context(f"@container of term {printable(name)}")
    return container
