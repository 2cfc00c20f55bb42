"""Whether a value may stand where a conversion would put it, by the same schema that later validates it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from defa_id.errors import Fault
from defa_id.people import dates
from defa_id.types import json_schema
from defa_id.types.definition import Field, Shape

if TYPE_CHECKING:
    import jsonschema_rs

_WHY: Final = {
    "enum": "it is none of the values it may have there",
    "format": "it does not have the form it has there",
    "maxItems": "there are more than fit there",
    "maxLength": "it is longer than fits there",
    "maximum": "it is larger than it may be there",
    "minLength": "it is empty",
    "minItems": "there are fewer than there have to be",
    "minimum": "it is smaller than it may be there",
    "pattern": "it does not have the form it has there",
    "required": "something is missing that has to be there",
    "type": "it is of another kind there",
}
_DATES: Final = {
    "DATE_BUDDHIST_ERA": "a year of the Buddhist era is refused and never converted",
    "DATE_NO_SUCH_DAY": "there is no such day",
    "DATE_RANGE": "the year is out of range",
}


def misfit(shape: Shape, place: str, value: Any) -> str:
    """Why a value must not stand at a place below `shape`; empty if it may. Never the value itself."""
    field = field_at(shape, place)
    if field is None:
        return ""
    single = field.many is None or place.rpartition(".")[2].isdigit()
    schema = json_schema.value(field._replace(many=None) if single else field)
    error = next(validator(json.dumps(schema)).iter_errors(value), None)
    return "" if error is None else trouble(field, error, value)[1]


def trouble(field: Field | None, error: jsonschema_rs.ValidationError, value: Any) -> tuple[str, str]:
    """The reason code of a validation error and what it is in words; of a date, what is wrong with it."""
    date = _date_trouble(field, value)
    if date in _DATES:
        return date, _DATES[date]
    keyword = next((str(step) for step in reversed(error.schema_path) if str(step) in _WHY), "")
    return "SCHEMA_INVALID", _WHY.get(keyword, "it does not fit there")


def missing(shape: Shape, made: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """The places of what `shape` requires and `made` does not hold, also in objects it holds."""
    for field in shape.fields:
        where = f"{place}.{field.name}" if place else field.name
        held = [made[name] for name in made if field.takes(name)]
        if not held and field.required:
            yield where
        for value in held:
            for one in value if field.many and isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    yield from missing(field.shape, one, where)
    if shape.some and not any(name in made for name in shape.some):
        yield " or ".join(f"{place}.{name}" if place else name for name in shape.some)


def field_at(shape: Shape, place: str) -> Field | None:
    """The field at a place; numbers of list elements are passed over."""
    field: Field | None = None
    for step in place.split("."):
        if not step.isdigit() or shape.field(step):
            field = (field.shape if field else shape).field(step)
            if field is None:
                return None
    return field


@lru_cache(maxsize=512)
def validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """The compiled schema, given as JSON."""
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True)


def _date_trouble(field: Field | None, value: Any) -> str:
    if field is None or field.shape.name not in ("date", "partialDate"):
        return ""
    try:
        dates.read(value)
    except Fault as fault:
        return fault.code
    return ""
