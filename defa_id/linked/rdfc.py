"""RDFC-1.0 (W3C RDF Dataset Canonicalization 1.0): blank nodes get labels that follow from the graph alone.

The worst graphs cost a factorial of work, so every call of the n-degree hash, every permutation and
every related hash is counted, and the count has an end (W3C rdf-canon §7.1, dataset poisoning).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, permutations
from typing import Final

from defa_id.codec import digests, limits
from defa_id.errors import Fault
from defa_id.linked.nquads import BLANK, Quad, line
from defa_id.values import NamedTuple

HASHES: Final = ("sha256", "sha384")


_STEP_CHARS: Final = 1_024  # hashing so many characters more counts as a step of its own


class Canonical(NamedTuple):
    """A canonical dataset: its lines in order, and which input label became which canonical one."""

    lines: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def data(self) -> bytes:
        """The canonical N-Quads document, UTF-8."""
        return "".join(self.lines).encode()


def canonicalize(quads: Iterable[Quad], hash: str = "sha256") -> Canonical:
    """The canonical form of a dataset (§4.4). `hash`: `sha256` or `sha384`.

    Raises `Fault` LIMIT_RDF for more quads or blank nodes than limits.py allows, RDF_COMPLEXITY for a
    graph whose labelling costs too much.
    """
    dataset = dict.fromkeys(quads)
    if len(dataset) > limits.RDF_QUADS:
        raise Fault("LIMIT_RDF", f"more than {limits.RDF_QUADS} statements")
    if sum(map(len, chain.from_iterable(dataset))) > limits.RDF_CHARS:
        raise Fault("LIMIT_RDF", f"statements of more than {limits.RDF_CHARS} characters")
    mentions: dict[str, list[Quad]] = {}
    for quad in dataset:
        subject, _, object, graph = quad
        if subject[:2] == BLANK:
            mentions.setdefault(subject, []).append(quad)
        if object[:2] == BLANK and object != subject:
            mentions.setdefault(object, []).append(quad)
        if graph[:2] == BLANK and graph not in (subject, object):
            mentions.setdefault(graph, []).append(quad)
    if len(mentions) > limits.RDF_BLANK_NODES:
        raise Fault("LIMIT_RDF", f"more than {limits.RDF_BLANK_NODES} blank nodes")
    if not mentions:
        return Canonical(tuple(sorted(map(line, dataset))), {})
    labels = _Labelling(mentions, digests.hasher(hash)).run()
    get = labels.get
    lines = [line((get(s, s), p, get(o, o), get(g, g))) for s, p, o, g in dataset]
    return Canonical(tuple(sorted(lines)), labels)


class _Labelling:
    """The canonicalization state (§4.2): who is mentioned where, and which labels are given out."""

    def __init__(self, mentions: Mapping[str, list[Quad]], hash: Callable[[bytes], bytes]) -> None:
        self._mentions = mentions
        self._hash = hash
        self._first: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._calls = self._steps = 0

    def run(self) -> Mapping[str, str]:
        """Steps 3 to 5 of §4.4.3: unique first-degree hashes first, the others by their n-degree hashes."""
        alike: dict[str, list[str]] = {}
        for node in self._mentions:
            digest = self._first[node] = self._first_degree(node)
            alike.setdefault(digest, []).append(node)
        ordered = [nodes for _, nodes in sorted(alike.items())]
        for nodes in ordered:
            if len(nodes) == 1:
                self._issue(nodes[0])
        for nodes in ordered:
            paths = [self._n_degree(node, {node: "_:b0"}) for node in nodes if node not in self._labels]
            for _, issued in sorted(paths, key=lambda path: path[0]):
                for node in issued:
                    self._issue(node)
        return self._labels

    def _issue(self, node: str) -> None:
        if node not in self._labels:
            self._labels[node] = f"_:c14n{len(self._labels)}"

    def _first_degree(self, node: str) -> str:
        """§4.6: the node's own quads, itself `_:a`, every other blank node `_:z`."""
        lines = []
        for subject, predicate, object, graph in self._mentions[node]:
            s, o, g = (
                (("_:a" if term == node else "_:z") if term[:2] == BLANK else term) for term in (subject, object, graph)
            )
            lines.append(line((s, predicate, o, g)))
        lines.sort()
        return self._hash("".join(lines).encode()).hex()

    def _related(self, node: str, quad: Quad, issued: Mapping[str, str], position: str) -> str:
        """§4.7: a neighbour, by its position, predicate and the best identifier it has so far."""
        identifier = self._labels.get(node) or issued.get(node) or self._first[node]
        text = f"{position}{'' if position == 'g' else quad[1]}{identifier}"
        self._count(1 + len(text) // _STEP_CHARS)
        return self._hash(text.encode()).hex()

    def _n_degree(self, node: str, issued: dict[str, str]) -> tuple[str, dict[str, str]]:
        """§4.8: the hash of a node by everything around it, and the labels given out on the way."""
        self._calls += 1
        if self._calls > limits.RDF_HASH_CALLS:
            raise _too_complex()
        neighbours: dict[str, list[str]] = {}
        for quad in self._mentions[node]:
            for position, term in (("s", quad[0]), ("o", quad[2]), ("g", quad[3])):
                if term[:2] == BLANK and term != node:
                    neighbours.setdefault(self._related(term, quad, issued, position), []).append(term)
        data = []
        for digest, nodes in sorted(neighbours.items()):
            path, issued = self._shortest(nodes, issued)
            data += [digest, path]
        return self._hash("".join(data).encode()).hex(), issued

    def _shortest(self, nodes: list[str], issued: dict[str, str]) -> tuple[str, dict[str, str]]:
        """§4.8.3 step 5.4: of all orders of alike neighbours the one with the least path."""
        best = ""
        chosen: dict[str, str] = issued
        for order in permutations(nodes):
            self._count()
            walked = self._walk(order, dict(issued), best)
            if walked is not None and (not best or walked[0] < best):
                best, chosen = walked
        return best, chosen

    def _walk(self, order: Iterable[str], issued: dict[str, str], best: str) -> tuple[str, dict[str, str]] | None:
        """The path along one order of neighbours; None as soon as it cannot be the least."""
        path = ""
        unvisited = []
        for node in order:
            if node in self._labels:
                path += self._labels[node]
            else:
                if node not in issued:
                    unvisited.append(node)
                    issued[node] = f"_:b{len(issued)}"
                path += issued[node]
            if best and len(path) >= len(best) and path > best:
                return None
        for node in unvisited:
            digest, after = self._n_degree(node, issued)
            path += f"{issued[node]}<{digest}>"
            issued = after
            if best and len(path) >= len(best) and path > best:
                return None
        return path, issued

    def _count(self, steps: int = 1) -> None:
        self._steps += steps
        if self._steps > limits.RDF_STEPS:
            raise _too_complex()


def _too_complex() -> Fault:
    return Fault("RDF_COMPLEXITY", "its blank nodes are too much alike to be told apart with bounded work")
