"""JSON Schema 2020-12 from a definition: for a W3C credential, an SD-JWT VC's payload, an mdoc's claims, a CWT's.

What a holder may withhold cannot be required (RFC 9901 §7.1, ISO/IEC 18013-5 §8.3.2.1.2): an SD-JWT VC
may lack anything at any depth, an mdoc whole elements, a W3C document and a CWT nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from defa_id.schema import DIALECT
from defa_id.types.definition import Definition, Field, Shape, Space, Standard, shared, shown

Schema = dict[str, Any]

_MOST_SUBJECTS: Final = 64
_SOME_TEXT: Final = {"type": "string", "minLength": 1}
_SECONDS: Final = {"type": "integer", "minimum": 0}
_ENVELOPE: Final[Schema] = {
    "iss": _SOME_TEXT,
    "iat": _SECONDS,
    "nbf": _SECONDS,
    "exp": _SECONDS,
    "cnf": {"type": "object"},
    "status": {"description": "A status entry of the SD-JWT VC, never a property of the subject.", "type": "object"},
    "sub": _SOME_TEXT,
}
RESERVED: Final = frozenset({"vct", "id", "type", *_ENVELOPE})  # what no field may be called


def vc(definition: Definition) -> Schema:
    """For the whole document of a W3C Verifiable Credential: everything required is required."""
    subject = {"$ref": "#/$defs/subject"}
    return {
        **_head(definition, "vc", "a W3C Verifiable Credential"),
        "description": "The whole credential document of the W3C Verifiable Credentials Data Model is validated; "
        "members beside these, also those of a JWT, are free.",
        "type": "object",
        "required": ["type", "credentialSubject"],
        "properties": {
            "type": {"type": "array", "items": {"type": "string"}, "contains": {"const": definition.vc}},
            "credentialSubject": {
                "description": "One subject, or several.",
                "oneOf": [
                    subject,
                    {"type": "array", "minItems": 1, "maxItems": _MOST_SUBJECTS, "items": subject},
                ],
            },
        },
        "$defs": {
            "subject": _object(definition.shape, required=True, before={"id": _SOME_TEXT}),
            **_definitions(definition, required=True),
        },
    }


def sd_jwt_vc(definition: Definition) -> Schema:
    """For the processed payload of an SD-JWT VC: nothing but `vct` is required, at any depth."""
    body = _object(definition.shape, required=False, before={"vct": {"const": definition.vct}, **_ENVELOPE})
    return {
        **_head(definition, "sd-jwt-vc", "an SD-JWT VC"),
        "description": "The processed payload (RFC 9901, section 7.1) is validated. Whatever a holder may withhold "
        "is absent lawfully, at any depth, so nothing but vct is required; what is disclosed has this form.",
        **body,
        "required": ["vct"],
        "$defs": _definitions(definition, required=False),
    }


def mdoc(definition: Definition) -> Schema:
    """For an mdoc's claims as `defa_id.types.mdoc` shows them: no element is required, each is whole."""
    shapes = {str(shape.name): shape for space in definition.spaces for shape in shared(space.shape)}
    used = {name: shape for name, shape in shapes.items() if shape.cbor != "bstr"}
    return {
        **_head(definition, "mdoc", "an ISO mdoc"),
        "description": "The claims of an mdoc are validated as JSON: byte strings in base64url without padding, "
        "dates as the text inside their tag. A holder discloses whole elements, so none is required; other "
        "elements and namespaces are free.",
        "type": "object",
        "required": ["docType", "namespaces"],
        "properties": {
            "docType": {"const": definition.doctype},
            "namespaces": {
                "type": "object",
                "properties": {space.namespace: _space(space) for space in definition.spaces},
            },
        },
        "$defs": {name: _described(_plain(shape, required=True), shape.description) for name, shape in used.items()},
    }


def cwt(definition: Definition) -> Schema:
    """For a CWT's claims as a verifier names them: everything required is required."""
    return {
        **_head(definition, "cwt", "a CBOR Web Token"),
        "description": "What the family's claim holds is validated as JSON, with names for its numbers and byte "
        "strings in base64url without padding. Nothing of a token can be withheld.",
        **_object(definition.shape, required=True),
        "$defs": {str(shape.name): _as_shown(shape) for shape in definition.shapes()},
    }


def foreign(type: str, standards: Collection[Standard]) -> Schema:
    """For another standard's document of which nothing can be withheld, as a verifier names its claims. Several
    standards are several layouts of one type, any of which will do."""
    layouts = [_object(one.shape, required=True) for one in standards]
    shapes = {str(shape.name): shape for one in standards for shape in shared(one.shape)}
    read = " or ".join(f"{one.title}, version {one.version}" for one in standards)
    return {
        "$schema": DIALECT,
        "$id": f"urn:defa-id:schema:{type}:1",
        "title": f"{type}, as this project reads it",
        "description": f"{read}. What the standard leaves free is free here.",
        **(layouts[0] if len(layouts) == 1 else {"anyOf": layouts}),
        "$defs": {name: _as_shown(shape) for name, shape in shapes.items()},
    }


def _as_shown(shape: Shape) -> Schema:
    description = "A byte string in base64url." if shape.cbor == "bstr" else shape.description
    return _described(_plain(shown(shape), required=True), description)


def _space(space: Space) -> Schema:
    plain = {field.name: _element(field) for field in space.shape.fields if not field.numbered}
    return {"type": "object", "properties": plain, **_numbered(space.shape, required=False)}


def whole(shape: Shape) -> Schema:
    """For what is said about a subject, alone and complete."""
    shapes = {str(one.name): one for one in shared(shape)}
    return {
        "$schema": DIALECT,
        **_object(shape, required=True),
        "$defs": {name: _plain(one, required=True) for name, one in shapes.items()},
    }


def value(field: Field) -> Schema:
    """For a field's value alone, of which a holder may have withheld parts."""
    shapes = {str(shape.name): shape for shape in shared(Shape("object", fields=(field,)))}
    return {
        "$schema": DIALECT,
        **_member(field, required=False),
        "$defs": {name: _plain(shape, required=False) for name, shape in shapes.items()},
    }


def _element(field: Field) -> Schema:
    return _member(
        field._replace(shape=shown(field.shape), description=None if field.shape.cbor == "bstr" else field.description),
        required=True,
    )


def _head(definition: Definition, format: str, form: str) -> Schema:
    return {
        "$schema": DIALECT,
        "$id": f"urn:defa-id:schema:{definition.name}.{format}:{definition.version}",
        "title": f"{definition.title}, as {form}",
    }


def _definitions(definition: Definition, *, required: bool) -> Schema:
    return {
        str(shape.name): _described(_plain(shape, required=required), shape.description)
        for shape in definition.shapes()
    }


def _object(shape: Shape, *, required: bool, before: Schema | None = None) -> Schema:
    plain = [field for field in shape.fields if not field.numbered]
    asked = [field.name for field in plain if required and field.required]
    members = {field.name: _member(field, required=required) for field in plain}
    return {
        "type": "object",
        **({"required": asked} if asked else {}),
        "properties": {**(before or {}), **members},
        **_numbered(shape, required=required),
        **({"anyOf": [{"required": [name]} for name in shape.some]} if required and shape.some else {}),
    }


def _numbered(shape: Shape, *, required: bool) -> Schema:
    """The fields that stand for a hundred members each; of a required one at least one must be there."""
    patterns = {f"^{field.name.removesuffix('NN')}[0-9]{{2}}$": field for field in shape.fields if field.numbered}
    if not patterns:
        return {}
    members = {pattern: _member(field, required=required) for pattern, field in patterns.items()}
    some = [
        {"not": {"propertyNames": {"not": {"pattern": pattern}}}}
        for pattern, field in patterns.items()
        if required and field.required
    ]
    return {"patternProperties": members, **({"allOf": some} if some else {})}


def _member(field: Field, *, required: bool) -> Schema:
    one = {"$ref": f"#/$defs/{field.shape.name}"} if field.shape.name else _plain(field.shape, required=required)
    if field.many is None:
        return _described(one, field.description)
    fewest, most = field.many
    least = {"minItems": fewest} if required and fewest else {}
    return _described({"type": "array", **least, "maxItems": most, "items": one}, field.description)


def _plain(shape: Shape, *, required: bool) -> Schema:
    return _object(shape, required=required) if shape.kind == "object" else dict(shape.rule)


def _described(schema: Schema, description: str | None) -> Schema:
    return {"description": description, **schema} if description else schema


SCHEMAS: Final[dict[str, Callable[[Definition], Schema]]] = {
    "vc": vc,
    "sd-jwt-vc": sd_jwt_vc,
    "mdoc": mdoc,
    "cwt": cwt,
}
