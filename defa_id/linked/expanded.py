"""From expanded JSON-LD to quads: the second half of a full processor, as strict as the fast path.

Expanded documents (JSON-LD 1.1 Processing §5.1) hold absolute IRIs and no contexts. Whatever RDF would not
carry over (relative IRIs, indices, empty graphs, predicates that are blank nodes) is a `Fault`.
"""

from __future__ import annotations

from typing import Any

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.linked.literals import FIRST, NIL, REST, TYPE, value_object
from defa_id.linked.nquads import BLANK, Quad
from defa_id.linked.terms import KEYWORDS, is_iri


def quads(expanded: list[Any]) -> list[Quad]:
    """The statements of an expanded document. Raises `Fault` LD_UNSAFE and LIMIT_RDF."""
    made = _Quads()
    for node in expanded:
        made.node(node, "")
    if not made.quads:
        raise Fault("LD_UNSAFE", "the document states nothing")
    return made.quads


def reference(value: object) -> str:
    """An absolute IRI in brackets. Raises `Fault` LD_UNSAFE."""
    if not isinstance(value, str) or not is_iri(value):
        raise Fault("LD_UNSAFE", "an identifier that is no absolute IRI")
    return f"<{value}>"


class _Quads:
    """The statements of one document while it is read."""

    def __init__(self) -> None:
        self.quads: list[Quad] = []
        self._labels: dict[str, str] = {}
        self._blank = 0

    def node(self, node: Any, graph: str) -> str:
        """The statements about a node object and below; its subject."""
        if not isinstance(node, dict) or "@value" in node or "@list" in node:
            raise Fault("LD_UNSAFE", "a value that belongs to nothing")
        subject = self._subject(node["@id"]) if "@id" in node else self._unnamed()
        for name, values in node.items():
            if name == "@type":
                self.quads += [(subject, TYPE, reference(type), graph) for type in values]
            elif name == "@graph":
                self._graph(values, subject)
            elif name == "@included":
                for inner in values:
                    self.node(inner, graph)
            elif name == "@reverse":
                for predicate, nodes in values.items():
                    self.quads += [(self.node(one, graph), reference(predicate), subject, graph) for one in nodes]
            elif name in KEYWORDS and name != "@id":
                raise Fault("LD_UNSAFE", f"{name} is not carried over")
            elif name != "@id":
                self._property(subject, name, values, graph)
        return subject

    def _property(self, subject: str, name: str, values: list[Any], graph: str) -> None:
        predicate = reference(name)
        if not values:
            raise Fault("LD_UNSAFE", "an empty list")
        for value in values:
            self.quads.append((subject, predicate, self._object(value, graph), graph))

    def _object(self, value: Any, graph: str) -> str:
        if isinstance(value, dict):
            if "@value" in value:
                return value_object(value, reference)
            if "@list" in value:
                return self._list(value, graph)
        return self.node(value, graph)

    def _list(self, value: dict[str, Any], graph: str) -> str:
        if len(value) != 1:
            raise Fault("LD_UNSAFE", "a list with something beside it")
        elements = value["@list"]
        cells = [self._unnamed() for _ in elements]
        for cell, after, element in zip(cells, [*cells, NIL][1:], elements, strict=True):
            self.quads.append((cell, FIRST, self._object(element, graph), graph))
            self.quads.append((cell, REST, after, graph))
        return cells[0] if cells else NIL

    def _graph(self, values: list[Any], name: str) -> None:
        for node in values:
            before = len(self.quads)
            self.node(node, name)
            if len(self.quads) == before:
                raise Fault("LD_UNSAFE", "a graph that states nothing")
        if not values:
            raise Fault("LD_UNSAFE", "a graph that states nothing")

    def _subject(self, value: Any) -> str:
        if isinstance(value, str) and value.startswith(BLANK):
            if value not in self._labels:
                self._labels[value] = self._unnamed()
            return self._labels[value]
        return reference(value)

    def _unnamed(self) -> str:
        if self._blank >= limits.RDF_BLANK_NODES:
            raise Fault("LIMIT_RDF", f"more than {limits.RDF_BLANK_NODES} blank nodes")
        self._blank += 1
        return f"{BLANK}b{self._blank - 1}"
