"""From a JSON-LD document to quads, walked once (JSON-LD 1.1 Processing §5.1, §7.2 and §8.1 in one).

Nothing is dropped: what expansion would leave out silently (undefined members and types, relative
IRIs, nulls, empty lists) is a `Fault`, because nobody signed it. Only contexts named by URL count.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any, Final

from defa_id.codec import jcs, limits
from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.linked.active import Active, Documents, Member, Shape, initial, named, tag
from defa_id.linked.nquads import BLANK, RDF, XSD, Quad, literal
from defa_id.linked.terms import Kind, Term, Unsupported

_TYPE: Final = f"<{RDF}type>"
_FIRST: Final = f"<{RDF}first>"
_REST: Final = f"<{RDF}rest>"
_NIL: Final = f"<{RDF}nil>"
_JSON: Final = f"^^<{RDF}JSON>"
_DOUBLE: Final = f"{XSD}double"
_language: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*").fullmatch  # RFC 5646 §2.1, in its shape


def quads(document: Any, documents: Documents, labels: dict[Hashable, str] | None = None) -> list[Quad]:
    """The statements of a document, blank nodes labelled in the order they are met.

    `labels` carries labels over from another walk: by the text of a label in the document, or by the
    identity of the object that has none; new ones are added. Raises `Fault` LD_CONTEXT, LD_UNSAFE,
    LIMIT_RDF, and `Unsupported`.
    """
    if type(document) is not dict:
        raise Fault("LD_UNSAFE", "a linked data document is an object")
    walk = _Walk(documents, {} if labels is None else labels)
    walk.object(document, initial(), None, "")
    if not walk.quads:
        raise Fault("LD_UNSAFE", "the document states nothing")
    return walk.quads


class _Walk:
    """One document on its way to quads."""

    def __init__(self, documents: Documents, labels: dict[Hashable, str]) -> None:
        self.quads: list[Quad] = []
        self._documents = documents
        self._labels = labels
        self._contexts = 0

    def object(self, stated: dict[str, Any], active: Active, term: Term | None, graph: str) -> str:
        """The statements of an object under a term, and the text that stands for it (§5.1.2 steps 7 to 9).

        `active` is that of the object around it; there is no `term` at the top.
        """
        names = tuple(stated)
        if active.previous is not None:
            head = active.head(names)
            if not head.value and not head.bare:
                active = active.previous
        if term is not None:
            active = active.below(term)
        if "@context" in stated:
            active = self._with_contexts(active, stated["@context"])
        head = active.head(names)
        if head.value:
            return _value_object(stated, active.shape(names), active)
        if term is not None and "@graph" in term.container:
            return self._graph(stated, names, head.types, active)
        return self._node(stated, names, head.types, active, graph)

    def _node(
        self, stated: dict[str, Any], names: tuple[str, ...], types: str | None, active: Active, graph: str
    ) -> str:
        """The statements about a node and below; its subject."""
        iris: tuple[str, ...] = ()
        if types is not None:
            active, iris = active.typed(_types(stated[types]))
        keywords, members = active.shape(names)
        if "@value" in keywords:
            raise Unsupported("a value object by its type")
        if "@language" in keywords or "@direction" in keywords:
            raise Fault("LD_UNSAFE", "a language or direction of nothing")
        name = keywords.get("@id")
        subject = self._blank(id(stated)) if name is None else self._reference(stated[name], active, vocab=False)
        quads = self.quads
        for iri in iris:
            quads.append((subject, _TYPE, iri, graph))
        for member in members:
            value = stated[member.name]
            predicate = member.term.predicate
            if member.kind is Kind.JSON:
                quads.append((subject, predicate, _json(value), graph))
            elif "@list" in member.term.container:
                quads.append((subject, predicate, self._list(value, active, member, graph, id(stated)), graph))
            elif type(value) is not list:
                quads.append((subject, predicate, self._value(value, active, member, graph), graph))
            elif not value:
                raise Fault("LD_UNSAFE", f"member {printable(member.name)!r} is an empty list")
            else:
                for one in value:
                    quads.append((subject, predicate, self._value(one, active, member, graph), graph))
        return subject

    def _graph(self, stated: dict[str, Any], names: tuple[str, ...], types: str | None, active: Active) -> str:
        """A node in a graph of its own (@container @graph); the graph's label."""
        before = len(self.quads)
        graph = self._blank(("graph", id(stated)))
        self._node(stated, names, types, active, graph)
        if len(self.quads) == before:
            raise Fault("LD_UNSAFE", "a graph that states nothing")
        return graph

    def _value(self, value: Any, active: Active, member: Member, graph: str) -> str:
        kind = type(value)
        if kind is dict:
            return self.object(value, active, member.term, graph)
        if "@graph" in member.term.container:
            raise Fault("LD_UNSAFE", f"member {printable(member.name)!r} holds a graph that states nothing")
        if kind is str:
            if member.kind is Kind.LITERAL:
                return literal(value, member.suffix)
            return self._reference(value, member.active, vocab=member.kind is Kind.VOCAB)
        if value is None:
            raise Fault("LD_UNSAFE", f"member {printable(member.name)!r} is null")
        if kind is list:
            raise Unsupported("a list in a list")
        return _native(value, member.term.type if member.kind is Kind.LITERAL else None)

    def _list(self, values: Any, active: Active, member: Member, graph: str, owner: int) -> str:
        """An ordered list as RDF writes it, a blank node for each element; its head."""
        elements = values if type(values) is list else [values]
        cells = [self._blank((owner, member.name, place)) for place in range(len(elements))]
        for place, element in enumerate(elements):
            after = cells[place + 1] if place + 1 < len(cells) else _NIL
            self.quads.append((cells[place], _FIRST, self._value(element, active, member, graph), graph))
            self.quads.append((cells[place], _REST, after, graph))
        return cells[0] if cells else _NIL

    def _reference(self, value: Any, active: Active, *, vocab: bool) -> str:
        if type(value) is str and value[:2] == BLANK:
            return self._blank(value)
        return active.reference(value, vocab=vocab)

    def _blank(self, key: Hashable) -> str:
        label = self._labels.get(key)
        if label is None:
            if len(self._labels) >= limits.RDF_BLANK_NODES:
                raise Fault("LIMIT_RDF", f"more than {limits.RDF_BLANK_NODES} blank nodes")
            label = self._labels[key] = f"{BLANK}b{len(self._labels)}"
        return label

    def _with_contexts(self, active: Active, stated: Any) -> Active:
        self._contexts += len(stated) if type(stated) is list else 1
        if self._contexts > limits.LINKED_CONTEXTS:
            raise Fault("LD_CONTEXT", f"more than {limits.LINKED_CONTEXTS} contexts")
        return active.after(named(stated, self._documents))


def _types(stated: Any) -> tuple[str, ...]:
    types = tuple(stated) if type(stated) is list else (stated,)
    if not types or any(type(name) is not str for name in types):
        raise Fault("LD_UNSAFE", "a type that is no text")
    return types


def _json(value: Any) -> str:
    return literal(jcs.canonicalize(value).decode(), _JSON)


def _native(value: bool | float, datatype: str | None) -> str:
    """A boolean or number as a literal (JSON-LD 1.1 Processing §8.2.2 steps 5 to 8)."""
    typed = datatype is not None and datatype != "@none"
    if isinstance(value, bool):
        text, native = str(value).lower(), "boolean"
    elif datatype == _DOUBLE or abs(value) >= 1e21 or value % 1:
        digits, _, exponent = f"{value:.15E}".partition("E")
        whole, _, fraction = digits.partition(".")
        text, native = f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}", "double"
    else:
        text, native = str(int(value)), "integer"
    if datatype == f"{XSD}string":
        return literal(text)
    return literal(text, f"^^<{datatype}>" if typed else f"^^<{XSD}{native}>")


def _value_object(stated: dict[str, Any], shape: Shape, active: Active) -> str:
    """A literal written out (JSON-LD 1.1 §9.5). Whatever its members would lose is a `Fault` LD_UNSAFE."""
    if shape.members:
        raise Fault("LD_UNSAFE", "a value object with properties")
    parts = {keyword: stated[name] for keyword, name in shape.keywords.items()}
    value, datatype = parts["@value"], parts.get("@type")
    tagged = "@language" in parts or "@direction" in parts
    if "@id" in parts or (tagged and "@type" in parts):
        raise Fault("LD_UNSAFE", "a value object that contradicts itself")
    if datatype is not None and not isinstance(datatype, str):
        raise Fault("LD_UNSAFE", "a datatype that is no text")
    if datatype == "@json":
        return _json(value)
    if tagged:
        return literal(*_tagged(value, parts))
    if value is None or isinstance(value, dict | list):
        raise Fault("LD_UNSAFE", "a value object without a value")
    iri = None if datatype is None else active.reference(datatype, vocab=True, what="datatype")[1:-1]
    if not isinstance(value, str):
        return _native(value, iri)
    return literal(value, "" if iri is None or iri == f"{XSD}string" else f"^^<{iri}>")


def _tagged(value: Any, parts: Mapping[str, Any]) -> tuple[str, str]:
    language, direction = parts.get("@language"), parts.get("@direction")
    if not isinstance(value, str):
        raise Fault("LD_UNSAFE", "a language of something that is no text")
    if "@language" in parts and not (isinstance(language, str) and _language(language)):
        raise Fault("LD_UNSAFE", "a language that is none")
    if "@direction" in parts and direction not in ("ltr", "rtl"):
        raise Fault("LD_UNSAFE", "a direction that is none")
    return value, tag(language.lower() if language else None, direction)
