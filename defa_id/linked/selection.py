"""Selective disclosure of linked data: parts of a document by JSON pointer, and the statements each part makes.

The primitives of W3C Data Integrity ECDSA Cryptosuites 1.0 §3.4. Where the standard marks unnamed
nodes with temporary identifiers to find them again in a part, the labels here are carried over by the
identity of the objects, which comes to the same and needs no second document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

from defa_id.codec import limits
from defa_id.errors import Fault, Unknowable
from defa_id.linked import rdfc, to_rdf
from defa_id.linked.active import Documents
from defa_id.linked.nquads import BLANK, Quad, line
from defa_id.linked.terms import Unsupported
from defa_id.values import NamedTuple

# From input label to canonical label, both as `_:label`, to input label to the label that is to be written.
Relabel = Callable[[Mapping[str, str]], Mapping[str, str]]


_IDS: Final = ("id", "@id")
_place: Final = re.compile("0|[1-9][0-9]*").fullmatch
_CARRIED: Final = ("@context", *_IDS, "type", "@type")


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

    Raises what `to_quads` raises without a full processor, and `Fault` SD_POINTER for a pointer to nothing
    or into a value.
    """
    document = _tree(document)
    labels: dict[Hashable, str] = {}
    lines, written = relabelled(_quads(document, documents, labels), relabel)
    groups = {}
    for name, wanted in pointers.items():
        part = _Part(document, wanted)
        quads = () if part.document is None else tuple(_quads(part.document, documents, part.labels(labels)))
        found = set(_lines(quads, written))
        if not found.issubset(lines):
            raise Fault("SD_POINTER", "a JSON pointer into a value, which cannot be disclosed in parts")
        matching = {number: text for number, text in enumerate(lines) if text in found}
        others = {number: text for number, text in enumerate(lines) if text not in found}
        groups[name] = Group(matching, others, quads)
    return Grouped(lines, written, groups)


def select(document: Mapping[str, Any], pointers: Iterable[str]) -> dict[str, Any] | None:
    """The part of a document that JSON pointers name, with the identifiers and types on the way there
    (§3.4.13); None for no pointer. Raises `Fault` SD_POINTER."""
    return _Part(document, pointers).document


def _tree(value: Any) -> Any:
    """A copy in which every object stands once: they are told apart by their identity."""
    if isinstance(value, dict):
        return {name: _tree(member) for name, member in value.items()}
    return [_tree(element) for element in value] if isinstance(value, list) else value


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
            _add(chosen, _path(document, pointer))
        self.document: dict[str, Any] | None = None
        if chosen:
            self.document = self._copy(document, chosen)

    def labels(self, labels: Mapping[Hashable, str]) -> dict[Hashable, str]:
        """The labels of the whole document, for the objects of this part."""
        carried: dict[Hashable, str] = {key: label for key, label in labels.items() if isinstance(key, str)}
        pairs: list[tuple[Hashable, Hashable]] = []
        for copy, original in self._nodes:
            pairs += [(id(copy), _label(original) or id(original)), (("graph", id(copy)), ("graph", id(original)))]
        for copy_id, original_id, name, places in self._lists:
            pairs += [((copy_id, name, new), (original_id, name, old)) for new, old in enumerate(places)]
        carried.update((new, labels[old]) for new, old in pairs if old in labels)
        return carried

    def _copy(self, original: Any, chosen: dict[str, Any] | None) -> Any:
        """What is chosen of a value; all of it for None. On the way to something in an object its contexts,
        identifier and types come along (§3.4.11)."""
        if isinstance(original, dict):
            named = _named(original)
            others = dict.fromkeys(original) if chosen is None else chosen
            wanted = {**named, **{step: inner for step, inner in others.items() if step not in named}}
            copy = {name: self._copy(original[name], inner) for name, inner in wanted.items()}
            self._nodes.append((copy, original))
            for name in copy:
                places = self._places(original[name], wanted[name])
                self._lists.append((id(copy), id(original), name, places))
            return copy
        if isinstance(original, list):
            places = self._places(original, chosen)
            return [self._copy(original[place], None if chosen is None else chosen[str(place)]) for place in places]
        return original

    def _places(self, original: Any, chosen: dict[str, Any] | None) -> list[int]:
        """Which elements of a list are chosen; a single value counts as a list of one."""
        if chosen is None or not isinstance(original, list):
            return list(range(len(original) if isinstance(original, list) else 1))
        return sorted(int(step) for step in chosen)


def _named(original: Mapping[str, Any]) -> dict[str, None]:
    unnamed = _label(original) is not None
    return {name: None for name in _CARRIED if name in original and not (name in _IDS and unnamed)}


def _label(original: Mapping[str, Any]) -> str | None:
    """The label that the document itself gives a node without a name."""
    labels = (original.get(name) for name in _IDS)
    return next((label for label in labels if isinstance(label, str) and label.startswith(BLANK)), None)


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


def _path(document: Any, pointer: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901 §3 and §4) to something below the whole document."""
    if not pointer.startswith("/") or len(pointer) > limits.POINTER_CHARS or re.search("~(?![01])", pointer):
        raise _no_pointer()
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]
    for step in steps:
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and _place(step) and int(step) < len(document):
            document = document[int(step)]
        else:
            raise _no_pointer()
    return steps


def _no_pointer() -> Fault:
    return Fault("SD_POINTER", "a JSON pointer names nothing in the document")
