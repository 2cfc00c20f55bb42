"""A family in a CWT (RFC 8392): one claim that holds a map, in which numbers stand for names.

The claims are of the private range (below -65536, RFC 8392 §9.1.1). Dates are text; an image is a byte string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from defa_id.errors import WrongUse
from defa_id.types import images
from defa_id.types.definition import Definition, Field, Shape

Object = dict[str, Any]


def table(definition: Definition) -> Object:
    """Names and their numbers, as `schemas/cwt/NAME.json` holds them."""
    return {
        "defa_id": "cwt-keys/1",
        "family": definition.name,
        "kind": definition.cwt.kind,
        "claim": definition.cwt.claim,
        "keys": _keys(definition.shape),
        "shapes": {str(shape.name): _keys(shape) for shape in definition.shapes() if shape.kind == "object"},
    }


def to_map(shape: Shape, claims: Mapping[str, Any]) -> dict[int, Any]:
    """The claims with numbers for names, at every depth; what the family does not know stays out."""
    return {
        field.key_of(name): _each(field, value, _packed)
        for name, value in claims.items()
        if (field := shape.field(name))
    }


def to_shown(shape: Shape, claims: Mapping[str, Any]) -> Object:
    """The claims as a verifier names them when it has read a token. What has another form than the
    family's stays as it is, for a schema to refuse."""
    known = ((name, value, shape.field(name)) for name, value in claims.items())
    return {name: _as_read(field, value) for name, value, field in known if field}


def from_map(shape: Shape, packed: Mapping[int, Any]) -> Object:
    """The claims with their names again; numbers the family does not know stay out."""
    known = {field.key_of(name): (name, field) for field in shape.fields for name in field.names}
    return {known[key][0]: _each(known[key][1], value, _unpacked) for key, value in packed.items() if key in known}


def _keys(shape: Shape) -> Object:
    return {field.name: _key(field) for field in shape.fields}


def _key(field: Field) -> int | Object:
    if field.shape.kind != "object":
        return field.key
    return {"key": field.key, **({"shape": field.shape.name} if field.shape.name else {"keys": _keys(field.shape)})}


def _each(field: Field, value: Any, what: Callable[[Shape, Any], Any]) -> Any:
    return [what(field.shape, one) for one in value] if field.many else what(field.shape, value)


def _packed(shape: Shape, value: Any) -> Any:
    if shape.kind == "object":
        return to_map(shape, value)
    return images.to_bytes(value) if shape.cbor == "bstr" else value


def _as_read(field: Field, value: Any) -> Any:
    if field.many and isinstance(value, list):
        return [_as_read(field._replace(many=None), one) for one in value]
    if field.shape.kind == "object":
        return to_shown(field.shape, value) if isinstance(value, dict) else value
    try:
        return images.to_shown(value) if field.shape.cbor == "bstr" and isinstance(value, str) else value
    except WrongUse:
        return value


def _unpacked(shape: Shape, value: Any) -> Any:
    if shape.kind == "object":
        return from_map(shape, value)
    return images.to_url(value) if shape.cbor == "bstr" else value
