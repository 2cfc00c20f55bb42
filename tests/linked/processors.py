"""Other software that canonicalizes JSON-LD: PyLD for the statements, pyoxigraph for the labels."""

from __future__ import annotations

from typing import Any

import pyoxigraph
from cachetools import LRUCache
from pyld.context_resolver import ContextResolver
from pyld.jsonld import JsonLdProcessor

from defa_id import contexts
from defa_id.codec import strict_json

_HASHES = {
    "sha256": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0,
    "sha384": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}


def _load(url: str, _: Any) -> dict[str, Any]:
    data = contexts.load(url)
    if data is None:
        raise LookupError(url)
    return {"contentType": "", "contextUrl": None, "documentUrl": url, "document": strict_json.loads(data)}


def canonical(document: Any, hash: str = "sha256") -> str:
    """The canonical N-Quads as PyLD and pyoxigraph make them, without either's opinion of what is safe."""
    resolver = ContextResolver(LRUCache(maxsize=100), _load)
    options = {"base": None, "documentLoader": _load, "contextResolver": resolver, "rdfDirection": "i18n-datatype"}
    dataset = pyoxigraph.Dataset()
    for name, triples in JsonLdProcessor().to_rdf(document, options).items():
        graph = pyoxigraph.DefaultGraph() if name == "@default" else _term(name)
        for triple in triples:
            subject, predicate, object = (_node(triple[part]) for part in ("subject", "predicate", "object"))
            dataset.add(pyoxigraph.Quad(subject, predicate, object, graph))
    dataset.canonicalize(_HASHES[hash])
    data = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS) or b""
    return "".join(sorted(data.decode().splitlines(keepends=True)))


def _term(value: str) -> Any:
    return pyoxigraph.BlankNode(value[2:]) if value.startswith("_:") else pyoxigraph.NamedNode(value)


def _node(node: dict[str, Any]) -> Any:
    if node["type"] != "literal":
        return _term(node["value"])
    if "language" in node:
        return pyoxigraph.Literal(node["value"], language=node["language"])
    return pyoxigraph.Literal(node["value"], datatype=pyoxigraph.NamedNode(node["datatype"]))
