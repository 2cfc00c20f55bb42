"""Literals: what numbers, booleans, texts with a language and JSON become in RDF (JSON-LD 1.1 Processing §8.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from defa_id.codec import jcs
from defa_id.errors import Fault
from defa_id.linked.nquads import RDF, XSD, literal

TYPE: Final = f"<{RDF}type>"
FIRST: Final = f"<{RDF}first>"
REST: Final = f"<{RDF}rest>"
NIL: Final = f"<{RDF}nil>"
I18N: Final = "https://www.w3.org/ns/i18n#"
_JSON: Final = f"^^<{RDF}JSON>"
_OF_VALUES: Final = frozenset({"@direction", "@language", "@type", "@value"})
_language: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*").fullmatch  # RFC 5646 §2.1, in its shape


def json_literal(value: Any) -> str:
    """A JSON literal, canonical by RFC 8785 (§8.6)."""
    return literal(jcs.canonicalize(value).decode(), _JSON)


def native(value: bool | float, datatype: str | None) -> str:
    """A boolean or number as a literal (JSON-LD 1.1 Processing §8.2.2 steps 5 to 8)."""
    typed = datatype is not None and datatype != "@none"
    if isinstance(value, bool):
        text, native = str(value).lower(), "boolean"
    elif datatype == f"{XSD}double" or abs(value) >= 1e21 or value % 1:
        digits, _, exponent = f"{value:.15E}".partition("E")
        whole, _, fraction = digits.partition(".")
        text, native = f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}", "double"
    else:
        text, native = str(int(value)), "integer"
    if datatype == f"{XSD}string":
        return literal(text)
    return literal(text, f"^^<{datatype}>" if typed else f"^^<{XSD}{native}>")


def tag(language: str | None, direction: str | None) -> str:
    """The suffix for a language and a direction, either of which may be missing (`rdfDirection` i18n-datatype)."""
    if direction is not None:
        return f"^^<{I18N}{language or ''}_{direction}>"
    return f"@{language}" if language else ""


def value_object(parts: Mapping[str, Any], reference: Callable[[str], str]) -> str:
    """A literal written out (JSON-LD 1.1 §9.5), its members by keyword. `reference` makes a datatype an IRI
    in brackets. Raises `Fault` LD_UNSAFE for whatever a literal would not hold."""
    if not parts.keys() <= _OF_VALUES:
        raise Fault("LD_UNSAFE", "a value object that is more than a value")
    value, type = parts["@value"], parts.get("@type")
    if type == "@json":
        return json_literal(value)
    if "@language" in parts or "@direction" in parts:
        if "@type" in parts or not isinstance(value, str):
            raise Fault("LD_UNSAFE", "a language or direction of something that is no plain text")
        return literal(value, _tag_of(parts))
    if value is None or isinstance(value, dict | list):
        raise Fault("LD_UNSAFE", "a value object without a value")
    if type is None:
        return literal(value) if isinstance(value, str) else native(value, None)
    if not isinstance(type, str):
        raise Fault("LD_UNSAFE", "a datatype that is no text")
    iri = reference(type)
    if not isinstance(value, str):
        return native(value, iri[1:-1])
    return literal(value, "" if iri == f"<{XSD}string>" else f"^^{iri}")


def _tag_of(parts: Mapping[str, Any]) -> str:
    language, direction = parts.get("@language"), parts.get("@direction")
    if "@language" in parts and not (isinstance(language, str) and _language(language)):
        raise Fault("LD_UNSAFE", "a language that is none")
    if "@direction" in parts and direction not in ("ltr", "rtl"):
        raise Fault("LD_UNSAFE", "a direction that is none")
    return tag(language.lower() if language else None, direction)
