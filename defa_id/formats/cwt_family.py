"""A family of this project in a token: one private claim that holds a map, in which numbers stand for names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id.credential import Credential
from defa_id.errors import Fault
from defa_id.formats import cwt
from defa_id.formats.cwt_tables import FAMILIES
from defa_id.suites import cose

MODEL: Final = "cwt-family"
TABLES: Final = FAMILIES
_NUMBERED: Final = "NN"  # a name that stands for a hundred, 00 to 99, by numbers in a row

Table = Mapping[int, Any]


def model(read: cwt.Read, claim: int) -> Credential:
    """The credential in a token whose `claim` holds the map.

    Raises `Fault` CWT_SHAPE for a map that is none of the family's, and those of `cwt.build`.
    """
    type, table = TABLES[claim]
    packed = read.claims[claim]
    if not packed or not _is_map(packed):
        raise Fault("CWT_SHAPE", "the claim does not hold a map of numbers")
    subject = _named(packed, table)
    if len(subject) != len(packed):
        raise Fault("CWT_SHAPE", "the claim holds a number the family does not have")
    return cwt.build(read, model=MODEL, type=type, hint=cose.named_key(read.message), claims=subject, subject=subject)


def _named(packed: Mapping[int, Any], table: Table) -> dict[str, Any]:
    """The members with their names again, at every depth. Within an object, numbers unknown stay out."""
    found: dict[str, Any] = {}
    for number, value in packed.items():
        entry = _in_a_row(number, table) or table.get(number)
        if entry is None:
            continue
        name, inside = entry if isinstance(entry, tuple) else (entry, None)
        found[name] = cwt.plain(value) if inside is None else _each(value, inside)
    return found


def _each(value: Any, table: Table) -> Any:
    objects = value if type(value) is list else [value]
    if not all(_is_map(one) for one in objects):
        raise Fault("CWT_SHAPE", "a member of the claim is not a map of numbers")
    made = [_named(one, table) for one in objects]
    return made if type(value) is list else made[0]


def _is_map(value: Any) -> bool:
    return type(value) is dict and all(type(number) is int for number in value)


def _in_a_row(number: int, table: Table) -> str | None:
    for first, entry in table.items():
        if isinstance(entry, str) and entry.endswith(_NUMBERED) and first <= number < first + 100:
            return f"{entry.removesuffix(_NUMBERED)}{number - first:02}"
    return None
