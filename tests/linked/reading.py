"""N-Quads read strictly, for vectors that come as N-Quads; the product itself only ever writes them."""

from __future__ import annotations

import re
from typing import Final

from defa_id.linked import nquads
from defa_id.linked.nquads import Quad

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
    """The quads of an N-Quads document, their terms in canonical form. Raises `ValueError`."""
    quads = []
    for number, row in enumerate(re.split(r"[\r\n]+", text), 1):
        if not row.strip(" \t") or row.lstrip(" \t").startswith("#"):
            continue
        found = _LINE.fullmatch(row)
        if found is None:
            raise ValueError(f"line {number} is not N-Quads")
        subject, predicate, object, graph = (_canonical(term) if term else "" for term in found.groups())
        quads.append((subject, predicate, object, graph))
    return quads


def _canonical(term: str) -> str:
    if term[0] == '"':
        found = _LITERAL.fullmatch(term)
        if found is None:
            raise ValueError("a literal is not N-Quads")
        suffix = found[2]
        if suffix == f"^^<{nquads.XSD}string>":
            suffix = ""
        return nquads.literal(_ESCAPED.sub(_unescape, found[1][1:-1]), _ESCAPED.sub(_unescape, suffix))
    return _ESCAPED.sub(_unescape, term) if "\\" in term else term


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if not code:
        return _SHORT[found[3]]
    if int(code, 16) > 0x10FFFF or 0xD800 <= int(code, 16) <= 0xDFFF:
        raise ValueError("an escape that names no character")
    return chr(int(code, 16))
