"""N-Quads: the terms of RDF as ready text, and the canonical form of a line (RDF Dataset Canonicalization §5).

A quad is four texts as N-Quads writes them (`<iri>`, `_:label`, `"literal"` with its suffix), the
graph empty for the default one. So writing a line is joining, and nothing is escaped twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from defa_id.errors import Fault

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


_IRI: Final = r'<(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>'
_LABEL: Final = r"_:[^\W_:][\w:]*(?:[\w.:·-]*[\w:·-])?|_:[0-9_:](?:[\w.:·-]*[\w:·-])?"
_STRING: Final = r'"(?:[^"\\\n\r]|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*"'
_LANGUAGE: Final = r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*"
_LINE: Final = re.compile(
    rf"[ \t]*({_IRI}|{_LABEL})[ \t]*({_IRI})[ \t]*({_IRI}|{_LABEL}|{_STRING}(?:\^\^{_IRI}|{_LANGUAGE})?)"
    rf"[ \t]*({_IRI}|{_LABEL})?[ \t]*\.[ \t]*(?:#.*)?"
)
_LITERAL: Final = re.compile(rf"({_STRING})(.*)", re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([tbnrf"\'\\]))')
_SHORT: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def parse(text: str) -> list[Quad]:
    """The quads of an N-Quads document, their terms in canonical form. Raises `Fault` RDF_SYNTAX."""
    quads = []
    for number, row in enumerate(re.split(r"[\r\n]+", text), 1):
        if not row.strip(" \t") or row.lstrip(" \t").startswith("#"):
            continue
        found = _LINE.fullmatch(row)
        if found is None:
            raise Fault("RDF_SYNTAX", f"line {number} is not N-Quads")
        subject, predicate, object, graph = (_canonical(term) if term else "" for term in found.groups())
        quads.append((subject, predicate, object, graph))
    return quads


def serialize(quads: Iterable[Quad]) -> str:
    """The lines in code point order, each once."""
    return "".join(sorted({line(quad) for quad in quads}))


def _canonical(term: str) -> str:
    if term[0] == '"':
        found = _LITERAL.fullmatch(term)
        if found is None:
            raise Fault("RDF_SYNTAX", "a literal is not N-Quads")
        suffix = found[2]
        if suffix == f"^^<{XSD}string>":
            suffix = ""
        return literal(_ESCAPED.sub(_unescape, found[1][1:-1]), _ESCAPED.sub(_unescape, suffix))
    return _ESCAPED.sub(_unescape, term) if "\\" in term else term


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if not code:
        return _SHORT[found[3]]
    if int(code, 16) > 0x10FFFF or 0xD800 <= int(code, 16) <= 0xDFFF:
        raise Fault("RDF_SYNTAX", "an escape that names no character")
    return chr(int(code, 16))
