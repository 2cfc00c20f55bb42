"""The one list of exceptions, `exceptions.json`, as the conformance tests read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

_DOCUMENT: dict[str, Any] = json.loads(Path(__file__).with_name("exceptions.json").read_bytes())
REASONS: dict[str, str] = _DOCUMENT["reasons"]


class Line(NamedTuple):
    """The line of a verdict that goes otherwise than the vectors expect, and under which reason."""

    item: int
    check: str
    code: str
    reason: str


def otherwise(folder: str) -> dict[str, list[Line]]:
    """Case to the lines that fail in it although the vectors expect success."""
    return {case: [Line(**line) for line in lines] for case, lines in _DOCUMENT[folder]["otherwise"].items()}


def not_run(folder: str) -> dict[str, str]:
    """Case to the reason why it is not held against what the vectors expect."""
    cases: dict[str, str] = _DOCUMENT[folder]["not run"]
    return cases


def reasons_used() -> set[str]:
    """Every reason that some case of some folder gives."""
    used: set[str] = set()
    for folder in (name for name in _DOCUMENT if name not in ("about", "reasons")):
        used.update(line.reason for lines in otherwise(folder).values() for line in lines)
        used.update(not_run(folder).values())
    return used
