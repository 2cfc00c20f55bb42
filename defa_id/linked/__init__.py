"""Linked data: from a JSON-LD document to the canonical N-Quads that Data Integrity suites sign.

A subset of JSON-LD is read here, fast and without a processor; what lies outside goes to a full one
that is handed in (`full`), because it may have to be ended from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defa_id.errors import Unknowable
from defa_id.linked import rdfc, to_rdf
from defa_id.linked.active import Documents
from defa_id.linked.nquads import Quad
from defa_id.linked.rdfc import Canonical
from defa_id.linked.terms import Unsupported

__all__ = ["Canonical", "Documents", "FullProcessor", "Quad", "Unsupported", "canonicalize", "to_quads"]

# Any document's statements, or a Fault; what `to_quads` would say, but for all of JSON-LD.
FullProcessor = Callable[[Any, Documents], list[Quad]]


def to_quads(document: Any, documents: Documents, full: FullProcessor | None = None) -> list[Quad]:
    """The statements of a JSON-LD document, every one of them and nothing left out.

    `documents` gives a pinned context by its exact URL, or None; nothing is fetched. Raises `Fault`
    LD_CONTEXT (a context that is not pinned, or contradicts itself), LD_UNSAFE (something the statements
    would not hold), LIMIT_RDF; and `Unknowable` RDF_UNSUPPORTED where a full processor is needed and there
    is none.
    """
    try:
        return to_rdf.quads(document, documents)
    except Unsupported as outside:
        if full is None:
            raise Unknowable("RDF_UNSUPPORTED", str(outside)) from None
    return full(document, documents)


def canonicalize(
    document: Any, documents: Documents, *, hash: str = "sha256", full: FullProcessor | None = None
) -> Canonical:
    """The canonical N-Quads of a JSON-LD document (RDFC-1.0); `hash` is `sha256` or `sha384`.

    `.data` are the bytes to hash, `.lines` the same line by line, `.labels` what became of blank nodes.
    Raises what `to_quads` and `rdfc.canonicalize` raise.
    """
    return rdfc.canonicalize(to_quads(document, documents, full), hash)
