"""Selective disclosure of linked data: parts of a document by JSON pointer, and the statements each part makes.

The primitives of W3C Data Integrity ECDSA Cryptosuites 1.0 §3.4. Where the standard marks unnamed
nodes with temporary identifiers to find them again in a part, the labels here are carried over by the
identity of the objects, which comes to the same and needs no second document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from defa_id.codec import limits
from defa_id.errors import Fault, Unknowable
from defa_id.linked import rdfc, to_rdf
from defa_id.linked.active import Documents
from defa_id.linked.nquads import BLANK, Quad, line
from defa_id.linked.terms import Unsupported

# From input label to canonical label, both as `_:label`, to input label to the label that is to be written.
Relabel = Callable[[Mapping[str, str]], Mapping[str, str]]


class Group(NamedTuple):
    """The statements one selection makes: which of all lines they are, which are not, and the quads
    with the labels of the whole document."""

    matching: Mapping[int, str]
    others: Mapping[int, str]
    quads: tuple[Quad, ...]


class Grouped(NamedTuple):
    """All statements of a document, relabelled and in order, the labels used, and the groups by name."""

    lines: tuple[str, ...]
    labels: Mapping[str, str]
    groups: Mapping[str, Group]


def relabelled(quads: Iterable[Quad], relabel: Relabel) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The canonical lines of a dataset with other labels than RDFC-1.0's, in order, and those labels
    by input label (§3.4.1). Raises what `rdfc.canonicalize` raises, and `Fault` LD_UNSAFE for labels that
    leave a blank node out."""
    dataset = tuple(dict.fromkeys(quads))
    labels = relabel(rdfc.canonicalize(dataset).labels)
    return tuple(sorted(_lines(dataset, labels))), labels


def group(
    document: Mapping[str, Any], documents: Documents, pointers: Mapping[str, Iterable[str]], relabel: Relabel
) -> Grouped:
    """The statements of a document, and which of them each group of JSON pointers selects (§3.4.16).

    Raises what `to_quads` raises without a full processor, and `Fault` SD_POINTER for a pointer to nothing.
    """
    labels: dict[Hashable, str] = {}
    lines, written = relabelled(_quads(document, documents, labels), relabel)
    groups = {}
    for name, wanted in pointers.items():
        part = _Part(document, wanted)
        quads = () if part.document is None else tuple(_quads(part.document, documents, part.labels(labels)))
        found = set(_lines(quads, written))
        matching = {number: text for number, text in enumerate(lines) if text in found}
        others = {number: text for number, text in enumerate(lines) if text not in found}
        groups[name] = Group(matching, others, quads)
    return Grouped(lines, written, groups)


def select(document: Mapping[str, Any], pointers: Iterable[str]) -> dict[str, Any] | None:
    """The part of a document that JSON pointers name, with the identifiers and types on the way there
    (§3.4.13); None for no pointer. Raises `Fault` SD_POINTER."""
    return _Part(document, pointers).document


def _quads(document: Any, documents: Documents, labels: dict[Hashable, str]) -> list[Quad]:
    try:
        return to_rdf.quads(document, documents, labels)
    except Unsupported as outside:
        raise Unknowable("RDF_UNSUPPORTED", f"selective disclosure: {outside}") from None


def _lines(quads: Iterable[Quad], labels: Mapping[str, str]) -> Iterable[str]:
    def written(term: str) -> str:
        if term[:2] != BLANK:
            return term
        if term not in labels:
            raise Fault("LD_UNSAFE", "a node without a name has no label in the proof")
        return labels[term]

    for subject, predicate, object, graph in quads:
        yield line((written(subject), predicate, written(object), written(graph)))


class _Part:
    """A part of a document: a copy that knows what each of its objects is a copy of."""

    def __init__(self, document: Any, pointers: Iterable[str]) -> None:
        self._nodes: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._lists: list[tuple[int, int, str, list[int]]] = []
        chosen: dict[str, Any] = {}
        for pointer in pointers:
            _add(chosen, _steps(pointer))
        self.document: dict[str, Any] | None = None
        if chosen:
            context = {"@context": document["@context"]} if "@context" in document else {}
            self.document = {**context, **self._copy(document, chosen)}
            self._nodes.append((self.document, document))

    def labels(self, labels: Mapping[Hashable, str]) -> dict[Hashable, str]:
        """The labels of the whole document, for the objects of this part."""
        carried: dict[Hashable, str] = {key: label for key, label in labels.items() if isinstance(key, str)}
        pairs: list[tuple[Hashable, Hashable]] = []
        for copy, original in self._nodes:
            pairs += [(id(copy), id(original)), (("graph", id(copy)), ("graph", id(original)))]
        for copy_id, original_id, name, places in self._lists:
            pairs += [((copy_id, name, new), (original_id, name, old)) for new, old in enumerate(places)]
        carried.update((new, labels[old]) for new, old in pairs if old in labels)
        return carried

    def _copy(self, original: Any, chosen: dict[str, Any] | None) -> Any:
        """What is chosen of a value; all of it for None. On the way to something in an object its
        identifier and types come along (§3.4.11)."""
        if isinstance(original, dict):
            wanted = dict.fromkeys(original) if chosen is None else {**_named(original), **chosen}
            copy = {name: self._copy(_below(original, name), inner) for name, inner in wanted.items()}
            self._nodes.append((copy, original))
            for name in copy:
                places = self._places(original[name], wanted[name])
                self._lists.append((id(copy), id(original), name, places))
            return copy
        if isinstance(original, list):
            places = self._places(original, chosen)
            return [self._copy(original[place], None if chosen is None else chosen[str(place)]) for place in places]
        if chosen is not None:
            raise _no_pointer()
        return original

    def _places(self, original: Any, chosen: dict[str, Any] | None) -> list[int]:
        """Which elements of a list are chosen; a single value counts as a list of one."""
        if chosen is None or not isinstance(original, list):
            return list(range(len(original) if isinstance(original, list) else 1))
        if any(not step.isdigit() or str(int(step)) != step or int(step) >= len(original) for step in chosen):
            raise _no_pointer()
        return sorted(int(step) for step in chosen)


def _named(original: Mapping[str, Any]) -> dict[str, None]:
    identifier = original.get("id")
    unnamed = not isinstance(identifier, str) or identifier.startswith(BLANK)
    return {name: None for name in ("id", "type") if name in original and not (name == "id" and unnamed)}


def _below(original: Mapping[str, Any], name: str) -> Any:
    if name not in original:
        raise _no_pointer()
    return original[name]


def _add(chosen: dict[str, Any], steps: list[str]) -> None:
    """One more path into the tree of what is chosen; None stands for all that lies below."""
    for number, step in enumerate(steps, 1):
        last = number == len(steps)
        inner = chosen.setdefault(step, None if last else {})
        if inner is None:
            return
        if last:
            chosen[step] = None
        chosen = inner


def _steps(pointer: str) -> list[str]:
    """A JSON pointer (RFC 6901 §3 and §4) to something below the whole document."""
    if not pointer.startswith("/") or len(pointer) > limits.POINTER_CHARS or re.search("~(?![01])", pointer):
        raise _no_pointer()
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]


def _no_pointer() -> Fault:
    return Fault("SD_POINTER", "a JSON pointer names nothing in the document")
