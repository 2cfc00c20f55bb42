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
from defa_id.types.definition import Definition

_SHARED: Final = ("shapes.json", "sources.json")


def definition_paths(root: Path) -> list[Path]:
    """The files of the definitions below `root`, which holds `schemas/`, by name."""
    return sorted(path for path in (root / "schemas" / "types").glob("*.json") if path.name not in _SHARED)


def load(root: Path) -> dict[str, Definition]:
    """The definitions below `root`, which holds `schemas/`, by name. Raises `WrongUse`."""
    shapes = definition.read_shapes(_document(root / "schemas" / "types" / "shapes.json"))
    read = (definition.read(_document(path), shapes) for path in definition_paths(root))
    return {one.name: one for one in read}


@cache
def definitions() -> Mapping[str, Definition]:
    """Every shipped family by its name."""
    return load(files.data_root())


def family(name: str) -> Definition:
    """The family of this name, or that is called so on the wire. Raises `WrongUse`."""
    for one in definitions().values():
        if name in (one.name, one.uri, *(identifier for _, identifier in one.types())):
            return one
    raise WrongUse(f"no credential type {printable(name)!r}", hint=f"There are {', '.join(definitions())}.")


def _document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
