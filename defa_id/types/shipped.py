"""The definitions that travel with this library, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from defa_id import files
from defa_id.codec.text import printable
from defa_id.errors import WrongUse
from defa_id.types import definition
from defa_id.types.definition import Definition, Standard
from defa_id.values import NamedTuple

_SHARED: Final = ("shapes.json", "sources.json")


class Shipped(NamedTuple):
    """Families and standards, each by its name."""

    families: Mapping[str, Definition]
    standards: Mapping[str, Standard]


def load(root: Path) -> Shipped:
    """What is defined below `root`, which holds `schemas/`. Raises `WrongUse`."""
    folder = root / "schemas" / "types"
    shapes = definition.read_shapes(_document(folder / "shapes.json"))
    standards = {
        one.name: one
        for path in sorted((folder / "standards").glob("*.json"))
        for one in (definition.read_standard(_document(path), shapes),)
    }
    families = {
        one.name: one
        for path in sorted(folder.glob("*.json"))
        if path.name not in _SHARED
        for one in (definition.read(_document(path), shapes, standards),)
    }
    for one in standards.values():
        if one.types and one.family not in families:
            raise WrongUse(f"{one.name}: no family is called {one.family}", hint="Name the family its types belong to.")
    return Shipped(families, standards)


@cache
def _shipped() -> Shipped:
    return load(files.data_root())


def families() -> Mapping[str, Definition]:
    """Every family that travels with this library, by its name."""
    return _shipped().families


def standards() -> Mapping[str, Standard]:
    """Every standard whose documents are described in it, by its name."""
    return _shipped().standards


def family(name: str) -> Definition:
    """The family of this name, or that is called so on the wire. Raises `WrongUse`."""
    known = families()
    for one in known.values():
        if name in (one.name, one.uri, *(identifier for _, identifier in one.types())):
            return one
    raise WrongUse(f"no credential type {printable(name)!r}", hint=f"There are {', '.join(known)}.")


def standard(name: str) -> Standard:
    """The standard of this name. Raises `WrongUse`."""
    known = standards()
    if name not in known:
        raise WrongUse(f"no standard {printable(name)!r}", hint=f"There are {', '.join(known)}.")
    return known[name]


def _document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
