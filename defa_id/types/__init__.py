"""Credential types: each defined once, and what follows from it in every format and beside other standards."""

from __future__ import annotations

from defa_id.types.checking import Finding, check
from defa_id.types.conversion import Conversion, Lost, convert, convertible
from defa_id.types.definition import Definition, Field, Shape, Standard
from defa_id.types.shipped import families, family, standard, standards

__all__ = [
    "Conversion",
    "Definition",
    "Field",
    "Finding",
    "Lost",
    "Shape",
    "Standard",
    "check",
    "convert",
    "convertible",
    "families",
    "family",
    "standard",
    "standards",
]
