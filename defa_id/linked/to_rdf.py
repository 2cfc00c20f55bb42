"""From a JSON-LD document to quads, walked once (JSON-LD 1.1 Processing §5.1, §7.2 and §8.1 in one).

Nothing is dropped: what expansion would leave out silently (undefined members and types, relative
IRIs, nulls, empty lists) is a `Fault`, because nobody signed it. Only contexts named by URL count.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.linked.active import Active, Documents, Member, Shape, initial, named
from defa_id.linked.literals import FIRST, NIL, REST, TYPE, json_literal, native, value_object
from defa_id.linked.nquads import BLANK, Quad, literal
from defa_id.linked.terms import Kind, Term, Unsupported


def quads(document: Any, documents: Documents, labels: dict[Hashable, str] | None = None) -> list[Quad]:
    """The statements of a document, blank nodes labelled in the order they are met.

    `labels` carries labels over from another walk: by the text of a label in the document, or by the
    identity of the object that has none (so each object stands once there); new ones are added.
    Raises `Fault` LD_CONTEXT, LD_UNSAFE, LIMIT_RDF, and `Unsupported`.
    """
    if type(document) is not dict:
        raise Fault("LD_UNSAFE", "a linked data document is an object")
    walk = _Walk(documents, labels)
    walk.object(document, initial(), None, "")
    if not walk.quads:
        raise Fault("LD_UNSAFE", "the document states nothing")
    return walk.quads


class _Walk:
    """One document on its way to quads."""

    def __init__(self, documents: Documents, labels: dict[Hashable, str] | None) -> None:
        self.quads: list[Quad] = []
        self._documents = documents
        self._by_identity = labels is not None
        self._labels: dict[Hashable, str] = {} if labels is None else labels
        self._visits = self._contexts = 0

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
        graphed = term is not None and "@graph" in term.container
        if head.value:
            if graphed:
                raise Fault("LD_UNSAFE", "a graph that states nothing")
            return self._literal(stated, active.shape(names), active)
        if graphed:
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
        self._visits += 1
        visit = id(stated) if self._by_identity else self._visits
        subject = self._blank(visit) if name is None else self._reference(stated[name], active, vocab=False)
        quads = self.quads
        for iri in iris:
            quads.append((subject, TYPE, iri, graph))
        for member in members:
            value = stated[member.name]
            predicate = member.term.predicate
            if member.kind is Kind.JSON:
                quads.append((subject, predicate, json_literal(value), graph))
            elif "@list" in member.term.container:
                quads.append((subject, predicate, self._list(value, active, member, graph, visit), graph))
            elif type(value) is not list:
                quads.append((subject, predicate, self._value(value, active, member, graph), graph))
            elif not value:
                raise Fault("LD_UNSAFE", f"member {printable(member.name)!r} is an empty list")
            else:
                for one in value:
                    quads.append((subject, predicate, self._value(one, active, member, graph), graph))
        return subject

    def _literal(self, stated: dict[str, Any], shape: Shape, active: Active) -> str:
        if shape.members:
            raise Fault("LD_UNSAFE", "a value object with properties")
        parts = {keyword: stated[name] for keyword, name in shape.keywords.items() if keyword != "@context"}
        return value_object(parts, lambda type: active.reference(type, vocab=True, what="datatype"))

    def _graph(self, stated: dict[str, Any], names: tuple[str, ...], types: str | None, active: Active) -> str:
        """A node in a graph of its own (@container @graph); the graph's label."""
        before = len(self.quads)
        graph = self._blank(("graph", id(stated) if self._by_identity else self._visits))
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
        return native(value, member.term.type if member.kind is Kind.LITERAL else None)

    def _list(self, values: Any, active: Active, member: Member, graph: str, visit: int) -> str:
        """An ordered list as RDF writes it, a blank node for each element; its head."""
        elements = values if type(values) is list else [values]
        cells = [self._blank((visit, member.name, place)) for place in range(len(elements))]
        for place, element in enumerate(elements):
            after = cells[place + 1] if place + 1 < len(cells) else NIL
            self.quads.append((cells[place], FIRST, self._value(element, active, member, graph), graph))
            self.quads.append((cells[place], REST, after, graph))
        return cells[0] if cells else NIL

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
