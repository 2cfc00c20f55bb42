"""A family as an mdoc (ISO/IEC 18013-5): document type, namespaces, data elements and their CBOR types.

An mdoc's claims are shown as JSON: `{"docType": …, "namespaces": {NAMESPACE: {ELEMENT: VALUE}}}`, with
byte strings in base64url without padding (RFC 4648 §5) and dates as the text inside their tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from defa_id.codec.cbor import Tagged
from defa_id.types import conversion, images, paths, shipped
from defa_id.types.definition import Definition, Field, Shape, Space, shared

Object = dict[str, Any]

CDDL: Final = {"full-date": "#6.1004(tstr)"}  # RFC 8943; the other names are those of RFC 8610 appendix D

_TAGS: Final = {"full-date": 1004, "tdate": 0}


def table(definition: Definition) -> Object:
    """The document type with its elements, as `schemas/mdoc/NAME.json` holds it."""
    shapes = {str(shape.name): shape for space in definition.spaces for shape in shared(space.shape)}
    own = (rule for space in definition.spaces for rule in _rules(space.shape, ""))
    named = (rule for name, shape in shapes.items() for rule in _rules(shape, f"{name}."))
    wholes = {name: _members(shape, f"{name}.") for name, shape in shapes.items() if shape.kind == "object"}
    return {
        "defa_id": "mdoc-type/1",
        "family": definition.name,
        "docType": definition.doctype,
        "namespaces": [_space(space) for space in definition.spaces],
        "cddl": CDDL | wholes | dict(named) | dict(own),
    }


def cddl(field: Field, owner: str = "") -> str:
    """The CDDL type of a field's value. An object is a rule of its own: a shared shape by its name, another
    one by its place."""
    one = field.shape.cbor if field.shape.kind != "object" else field.shape.name or owner + field.name
    if field.many is None:
        return one
    fewest, most = field.many
    return f"[{fewest}*{most} ({one})]" if " / " in one else f"[{fewest}*{most} {one}]"


def to_namespaces(definition: Definition, claims: Mapping[str, Any]) -> Object:
    """The claims of a subject as an mdoc's claims, in the form above.

    Where the document type is a standard's, its namespace holds what it can, and our own what is not
    whole there.
    """
    spaces: Object = {}
    left = set(claims)
    for space in definition.spaces:
        if space.standard:
            theirs = conversion.to_standard(claims, definition, shipped.standard(space.standard))
            spaces |= theirs.claims["namespaces"]
            left = {name for name in claims if any(paths.within(lost.path, name) for lost in theirs.lost)}
        else:
            held = ((name, claims[name], space.shape.field(name)) for name in claims if name in left)
            spaces[space.namespace] = {name: _shown(field, value) for name, value, field in held if field}
    return {"docType": definition.doctype, "namespaces": {name: held for name, held in spaces.items() if held}}


def from_namespaces(definition: Definition, document: Mapping[str, Any]) -> Object:
    """The claims of a subject out of an mdoc's claims; elements the family does not know stay out.

    What stands in both namespaces is taken from our own, where it is whole.
    """
    made: Object = {}
    for space in definition.spaces:
        values: Mapping[str, Any] = document["namespaces"].get(space.namespace, {})
        if space.standard:
            standard = shipped.standard(space.standard)
            alone = {"docType": standard.doctype, "namespaces": {space.namespace: values}}
            made |= conversion.to_family(alone, standard, definition).claims
        else:
            held = ((name, value, space.shape.field(name)) for name, value in values.items())
            made |= {name: _read(field, value) for name, value, field in held if field}
    return made


def to_cbor(definition: Definition, document: Mapping[str, Any]) -> Object:
    """The elements of an mdoc's claims, in the form above, as CBOR holds them, by namespace: dates tagged,
    images as bytes. Elements the family does not know stay as they are."""
    shapes = {space.namespace: space.shape for space in definition.spaces}
    return {
        name: _in_cbor(shapes[name], values) if name in shapes else values
        for name, values in document["namespaces"].items()
    }


def _space(space: Space) -> Object:
    return {"namespace": space.namespace, "elements": [_element(field) for field in space.shape.fields]}


def _element(field: Field) -> Object:
    flag = {"sensitive": field.sensitive} if field.sensitive else {}
    return {"element": field.name, "cbor": cddl(field), "label": field.label, **flag}


def _rules(shape: Shape, owner: str) -> Iterator[tuple[str, str]]:
    """The rules of the objects in a shape that are no shared shapes."""
    for field in shape.fields:
        if field.shape.kind == "object" and not field.shape.name:
            yield owner + field.name, _members(field.shape, f"{owner}{field.name}.")
            yield from _rules(field.shape, f"{owner}{field.name}.")


def _members(shape: Shape, owner: str) -> str:
    members = (f'{"" if field.required else "? "}"{field.name}": {cddl(field, owner)}' for field in shape.fields)
    return "{" + ", ".join(members) + "}"


def _in_cbor(shape: Shape, value: Any) -> Any:
    if shape.kind == "object" and isinstance(value, Mapping):
        known = ((name, one, shape.field(name)) for name, one in value.items())
        return {name: _each_in_cbor(field, one) if field else one for name, one, field in known}
    if shape.cbor in _TAGS:
        return Tagged(_TAGS[shape.cbor], value)
    return images.to_bytes(images.from_shown(value)) if shape.cbor == "bstr" else value


def _each_in_cbor(field: Field, value: Any) -> Any:
    several = field.many is not None and isinstance(value, list)
    return [_in_cbor(field.shape, one) for one in value] if several else _in_cbor(field.shape, value)


def _shown(field: Field, value: Any) -> Any:
    return images.to_shown(value) if field.shape.cbor == "bstr" else value


def _read(field: Field, value: Any) -> Any:
    return images.from_shown(value) if field.shape.cbor == "bstr" else value
