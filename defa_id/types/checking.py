"""Claims held against their type: what does not fit, and what there is to weigh about dates and names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from defa_id.catalogue import CATALOGUE
from defa_id.errors import Fault
from defa_id.people import names
from defa_id.types import fitting, json_schema, shipped
from defa_id.types.definition import Shape
from defa_id.values import NamedTuple

_ABSENCE: Final = frozenset({"anyOf", "not", "propertyNames", "required"})  # of an object: something lacks


class Finding(NamedTuple):
    """One thing about claims: where, a reason code of the catalogue, and what was found; never a value.

    `refused`: the claims do not fit their type. Otherwise they fit, and somebody should look.
    """

    place: str
    code: str
    why: str
    refused: bool


def check(claims: Mapping[str, Any], family: str) -> tuple[Finding, ...]:
    """What there is to say about claims of a family: what is refused first, then what is to be weighed.

    Raises `WrongUse` for a family that is not known.
    """
    shape = shipped.family(family).shape
    refused: dict[str, Finding] = {}
    for one in _refused(shape, claims):
        refused.setdefault(one.place, one)
    return (*refused.values(), *_weighed(shape, claims, ""))


def _refused(shape: Shape, claims: Mapping[str, Any]) -> Iterator[Finding]:
    validator = fitting.validator(json.dumps(json_schema.whole(shape)))
    for place in fitting.missing(shape, claims):
        yield Finding(place, "SCHEMA_INVALID", "it is missing", refused=True)
    for error in validator.iter_errors(claims):
        steps = list(error.instance_path)
        if isinstance(_at(claims, steps), dict) and error.schema_path[-1] in _ABSENCE:
            continue  # said already, with the place of what is missing
        field = fitting.field_at(shape, ".".join(map(str, steps))) if steps else None
        code, why = fitting.trouble(field, error, _at(claims, steps))
        yield Finding(_place(steps), code, why, refused=True)


def _weighed(shape: Shape, value: Mapping[str, Any], place: str) -> Iterator[Finding]:
    """What the people's rooms say about every name in the claims."""
    for member, below in value.items():
        field = shape.field(member)
        if field is None or field.shape.kind != "object":
            continue
        where = f"{place}.{member}" if place else member
        single = field.many is None
        for number, one in enumerate([below] if single else below if isinstance(below, list) else []):
            here = where if single else f"{where}[{number}]"
            if not isinstance(one, dict):
                continue
            if field.shape.name == "name":
                yield from _of_name(one, here)
            else:
                yield from _weighed(field.shape, one, here)


def _of_name(claim: Mapping[str, Any], place: str) -> Iterator[Finding]:
    try:
        found = names.examine(names.Name.read(claim))
    except Fault:
        return  # it does not fit, which has been said
    for one in found:
        member, _, number = one.place.partition("/")
        where = f"{place}.{member}" + (f"[{number}]" if number else "")
        yield Finding(where, one.code, CATALOGUE.reasons[one.code].message, refused=False)


def _place(steps: Sequence[str | int]) -> str:
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return shown.removeprefix(".")


def _at(value: Any, steps: Sequence[str | int]) -> Any:
    for step in steps:
        value = value[step]
    return value
