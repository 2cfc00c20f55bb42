"""N-Quads: the terms of RDF as ready text, and the canonical form of a line (RDF Dataset Canonicalization §5).

A quad is four texts as N-Quads writes them (`<iri>`, `_:label`, `"literal"` with its suffix), the
graph empty for the default one. So writing a line is joining, and nothing is escaped twice.
"""

from __future__ import annotations

import re
from typing import Final

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
BLANK: Final = "_:"


# Subject, predicate, object and graph; a plain tuple, because a document makes some dozens of them.
Quad = tuple[str, str, str, str]

# Canonical N-Quads: seven short escapes, all other controls and DEL as \uXXXX, the rest as it is.
_ESCAPES: Final = str.maketrans(
    {
        **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
        **dict(zip('\b\t\n\f\r"\\', ("\\b", "\\t", "\\n", "\\f", "\\r", '\\"', "\\\\"), strict=True)),
    }
)
_escaped: Final = re.compile(r'[\x00-\x1f"\\\x7f]').search


def literal(text: str, suffix: str = "") -> str:
    """A literal with its suffix: `@language`, `^^<datatype>`, or none for a plain string."""
    return f'"{text.translate(_ESCAPES)}"{suffix}' if _escaped(text) else f'"{text}"{suffix}'


def line(quad: Quad) -> str:
    """The canonical line of a quad, with its line feed."""
    subject, predicate, object, graph = quad
    return f"{subject} {predicate} {object} {graph} .\n" if graph else f"{subject} {predicate} {object} .\n"
