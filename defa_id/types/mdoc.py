"""A family as an mdoc (ISO/IEC 18013-5): document type, namespaces, data elements and their CBOR types.

An mdoc's claims are shown as JSON: `{"docType": …, "namespaces": {NAMESPACE: {ELEMENT: VALUE}}}`, with
byte strings in base64url without padding (RFC 4648 §5) and dates as the text inside their tag.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Final

from defa_id.codec import base64url
from defa_id.errors import Fault, WrongUse
from defa_id.types.definition import Definition, Field, Shape

Object = dict[str, Any]

CDDL: Final = {"full-date": "#6.1004(tstr)"}  # RFC 8943; the other names are those of RFC 8610 appendix D
_DATA_URL: Final = "data:image/{};base64,"
_IMAGES: Final = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png", b"RIFF": "webp", b"\x00\x00\x00\x0cjP": "jp2"}


def table(definition: Definition) -> Object:
    """The document type with its elements, as `schemas/mdoc/NAME.json` holds it."""
    elements = [
        {
            "element": field.name,
            "cbor": cddl(field),
            "label": field.label,
            **({"sensitive": field.sensitive} if field.sensitive else {}),
        }
        for field in definition.fields
    ]
    shapes = {str(shape.name): _type(shape) for shape in definition.shapes() if shape.kind == "object"}
    return {
        "defa_id": "mdoc-type/1",
        "family": definition.name,
        "docType": definition.doctype,
        "namespaces": [{"namespace": definition.doctype, "elements": elements}],
        "cddl": CDDL | shapes,
    }


def cddl(field: Field) -> str:
    """The CDDL type of a field's value."""
    one = field.shape.name if field.shape.kind == "object" and field.shape.name else _type(field.shape)
    if field.many is None:
        return str(one)
    fewest, most = field.many
    return f"[{fewest}*{most} ({one})]" if " / " in str(one) else f"[{fewest}*{most} {one}]"


def to_namespaces(definition: Definition, claims: Mapping[str, Any]) -> Object:
    """The claims of a subject as an mdoc's claims, in the form above."""
    values = {name: _shown(field, value) for name, value in claims.items() if (field := definition.shape.field(name))}
    return {"docType": definition.doctype, "namespaces": {definition.doctype: values}}


def from_namespaces(definition: Definition, document: Mapping[str, Any]) -> Object:
    """The claims of a subject out of an mdoc's claims; elements the family does not know stay out."""
    values: Mapping[str, Any] = document["namespaces"].get(definition.doctype, {})
    return {name: _read(field, value) for name, value in values.items() if (field := definition.shape.field(name))}


def image_bytes(data_url: str) -> bytes:
    """The image in a data: URL (RFC 2397). Raises `WrongUse` for another text."""
    head, _, body = data_url.partition(";base64,")
    try:
        if head.startswith("data:image/"):
            return base64.b64decode(body, validate=True)
    except ValueError:
        pass
    raise WrongUse("an image is not a data: URL", hint="Write data:image/jpeg;base64,… with the image's bytes.")


def image_url(data: bytes) -> str:
    """An image as a data: URL, its kind told by its first bytes; JPEG where they tell nothing, as
    ISO/IEC 18013-5 §7.2.2 has it."""
    kind = next((name for magic, name in _IMAGES.items() if data.startswith(magic)), "jpeg")
    return _DATA_URL.format(kind) + base64.b64encode(data).decode()


def shown_bytes(text: str) -> bytes:
    """A byte string out of an mdoc's claims. Raises `WrongUse` for another text."""
    try:
        return base64url.decode(text.encode("ascii", "replace"))
    except Fault as fault:
        raise WrongUse(f"a byte string is not base64url: {fault.why}", hint="No padding, no spare bits.") from None


def _type(shape: Shape) -> str:
    if shape.kind != "object":
        return shape.cbor
    return "{" + ", ".join(_members(shape)) + "}"


def _members(shape: Shape) -> Iterator[str]:
    for field in shape.fields:
        yield f'{"" if field.required else "? "}"{field.name}": {cddl(field)}'


def _shown(field: Field, value: Any) -> Any:
    return base64url.encode(image_bytes(value)) if field.shape.cbor == "bstr" else value


def _read(field: Field, value: Any) -> Any:
    return image_url(shown_bytes(value)) if field.shape.cbor == "bstr" else value
