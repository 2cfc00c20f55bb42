"""Places in a document: `credentialSubject.result.0.value`, members by name and elements by number.

`leaves` names every value that holds no other: `name.full[0].value`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

ABSENT: Final = object()


def find(document: Any, place: str) -> Any:
    """What stands at a place; ABSENT if nothing does."""
    here = document
    for step in place.split("."):
        if isinstance(here, list) and step.isdigit():
            here = here[int(step)] if int(step) < len(here) else ABSENT
        elif isinstance(here, dict):
            here = here.get(step, ABSENT)
        else:
            return ABSENT
    return here


def put(document: dict[str, Any], place: str, value: Any) -> None:
    """Put a value at a place; objects and lists on the way are made where there are none."""
    steps = place.split(".")
    last = steps[-1]
    here: Any = document
    for step, below in pairwise(steps):
        empty: Any = [] if below.isdigit() else {}
        if isinstance(here, list):
            here.extend([empty] * (int(step) + 1 - len(here)))
            here = here[int(step)]
        else:
            here = here.setdefault(step, empty)
    if isinstance(here, list):
        here.extend([value] * (int(last) + 1 - len(here)))
    else:
        here[last] = value


def leaves(value: Any, place: str = "") -> Iterator[str]:
    """The places of everything that holds no other value; an empty object or list is one."""
    if isinstance(value, dict) and value:
        for name, below in value.items():
            yield from leaves(below, f"{place}.{name}" if place else name)
    elif isinstance(value, list) and value:
        for number, below in enumerate(value):
            yield from leaves(below, f"{place}[{number}]")
    else:
        yield place


def values(value: Any, place: str = "") -> dict[str, Any]:
    """Every leaf with its value."""
    if isinstance(value, dict) and value:
        named = ((f"{place}.{name}" if place else name, below) for name, below in value.items())
        return {leaf: one for where, below in named for leaf, one in values(below, where).items()}
    if isinstance(value, list) and value:
        numbered = ((f"{place}[{number}]", below) for number, below in enumerate(value))
        return {leaf: one for where, below in numbered for leaf, one in values(below, where).items()}
    return {place: value}


def within(leaf: str, place: str) -> bool:
    """Whether a leaf lies at a place or below it; `result.0` and `result[0]` are the same place."""
    plain = leaf.replace("[", ".").replace("]", "")
    where = place.replace("[", ".").replace("]", "")
    return not where or plain == where or plain.startswith(where + ".")
