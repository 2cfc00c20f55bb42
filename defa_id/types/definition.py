"""The language credential types are defined in: shapes, fields, and what a family is called on each wire.

A definition is a JSON document (`schemas/type.schema.json`). Read here it becomes values: a `Shape`
says what one value looks like, a `Field` gives it a name, a number and a meaning, a `Definition`
is a family of credentials. Nothing here reads files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from defa_id.errors import WrongUse

VOCABULARY: Final = "urn:defa-id:vocabulary:"  # what a term without an IRI of its own is called
# Terms the context of VCDM 2.0 has already, protected: the same word must mean the same thing.
PROTECTED: Final = {"name": "https://schema.org/name", "description": "https://schema.org/description"}
FORMATS: Final = ("vc", "sd-jwt-vc", "mdoc", "cwt")  # the order types are listed in

Document = Mapping[str, Any]


class Shape(NamedTuple):
    """What one value looks like. `kind`: text, one_of, integer, boolean or object.

    `rule` holds the constraints in the words of JSON Schema; `cbor` is the CDDL type (RFC 8610) of
    the value in an mdoc or CWT; `name` is set for shapes that several fields share.
    """

    kind: str
    name: str | None = None
    description: str | None = None
    rule: Mapping[str, Any] = {}
    cbor: str = "tstr"
    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        """The member an object has under this name, also one of a family like age_over_18."""
        return next((field for field in self.fields if field.takes(name)), None)


class Field(NamedTuple):
    """One member of an object. `many` is (fewest, most) of a list, None for a single value.

    `key` is its number in a CWT; numbers are never used twice. A field named `age_over_NN` stands for
    a hundred of them, whose keys begin at `key`. `sensitive` names why care is due; `sources` where
    name and form were read.
    """

    name: str
    shape: Shape
    label: str
    key: int
    required: bool = False
    many: tuple[int, int] | None = None
    description: str | None = None
    sensitive: str | None = None
    iri: str = ""
    sources: tuple[str, ...] = ()

    @property
    def numbered(self) -> bool:
        """Whether it stands for a hundred members, 00 to 99."""
        return self.name.endswith("_NN")

    @property
    def names(self) -> tuple[str, ...]:
        """The members it stands for."""
        stem = self.name.removesuffix("NN")
        return tuple(f"{stem}{number:02}" for number in range(100)) if self.numbered else (self.name,)

    def takes(self, name: str) -> bool:
        """Whether a member of this name is this field."""
        if not self.numbered:
            return name == self.name
        number = name.removeprefix(self.name.removesuffix("NN"))
        return len(number) == 2 and number.isascii() and number.isdigit() and name[:-2] + "NN" == self.name

    def key_of(self, name: str) -> int:
        """The CWT key of a member that is this field."""
        return self.key + int(name[-2:]) if self.numbered else self.key


class Cwt(NamedTuple):
    """How a family travels in a CWT: its kind, and the claim that holds its map."""

    kind: str
    claim: int


class Definition(NamedTuple):
    """A family of credentials: one subject, one set of fields, a name on each wire."""

    name: str
    version: int
    title: str
    description: str
    subject: str
    vc: str
    vct: str
    doctype: str
    cwt: Cwt
    shape: Shape

    @property
    def uri(self) -> str:
        """The family's own name, the same in every format and for ever."""
        return f"urn:defa-id:type:{self.name}:{self.version}"

    @property
    def fields(self) -> tuple[Field, ...]:
        """What is said about the subject."""
        return self.shape.fields

    def types(self) -> Iterator[tuple[str, str]]:
        """Format and identifier on the wire, in the order of `FORMATS`."""
        yield from zip(FORMATS, (self.vc, self.vct, self.doctype, self.cwt.kind), strict=True)

    def shapes(self) -> Iterator[Shape]:
        """The shared shapes it uses, each once, what is used by others first."""
        yield from _shared(self.shape, set())


def read_shapes(document: Document) -> dict[str, Shape]:
    """The shared shapes by name. Raises `WrongUse` for one that uses a shape not defined before it."""
    shapes: dict[str, Shape] = {}
    for entry in document["shapes"]:
        if entry["name"] in shapes:
            raise WrongUse(f"shape {entry['name']} is defined twice", hint="Give it another name.")
        shapes[entry["name"]] = _shape(entry, shapes)._replace(name=entry["name"], description=entry.get("description"))
    return shapes


def read(document: Document, shapes: Mapping[str, Shape]) -> Definition:
    """A definition from its document, which fits `schemas/type.schema.json`.

    Raises `WrongUse` for a shape that is not known and for a name or number that stands twice.
    """
    wire = document["wire"]
    return Definition(
        name=document["name"],
        version=document["version"],
        title=document["title"],
        description=document["description"],
        subject=document["subject"],
        vc=wire["vc"],
        vct=wire["sd-jwt-vc"],
        doctype=wire["mdoc"],
        cwt=Cwt(wire["cwt"]["kind"], wire["cwt"]["claim"]),
        shape=Shape("object", fields=_fields(document["fields"], shapes, document["name"])),
    )


def _shape(described: Any, shapes: Mapping[str, Shape]) -> Shape:
    if isinstance(described, str):
        if described == "boolean":
            return Shape("boolean", rule={"type": "boolean"}, cbor="bool")
        if described not in shapes:
            raise WrongUse(f"no shape is called {described}", hint="Define it in shapes.json, before its first use.")
        return shapes[described]
    if "object" in described:
        return Shape("object", fields=_fields(described["object"], shapes, "an object"))
    if "one_of" in described:
        return Shape("one_of", rule={"enum": described["one_of"]}, cbor=_choice(described["one_of"]))
    if "integer" in described:
        least, most = described["integer"]
        return Shape("integer", rule={"type": "integer", "minimum": least, "maximum": most}, cbor=f"{least}..{most}")
    return Shape("text", rule=_text(described), cbor=described.get("cbor", "tstr"))


def _text(described: Document) -> dict[str, Any]:
    bounds = described["text"]
    if isinstance(bounds, int):
        bounds = {"least": 1, "most": bounds}
    words = {"least": "minLength", "most": "maxLength"}
    rule = {"type": "string", **{words[name]: value for name, value in bounds.items()}}
    return rule | {name: described[name] for name in ("pattern", "format", "anyOf") if name in described}


def _choice(values: list[str] | list[int]) -> str:
    return " / ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values)


def _fields(described: list[Document], shapes: Mapping[str, Shape], owner: str) -> tuple[Field, ...]:
    fields = tuple(_field(one, shapes) for one in described)
    used = [f"name {field.name}" for field in fields] + [f"CWT key {field.key}" for field in fields]
    twice = [what for number, what in enumerate(used) if what in used[:number]]
    if twice:
        raise WrongUse(f"{owner}: {twice[0]} stands twice", hint="Names and numbers are used once.")
    return fields


def _field(described: Document, shapes: Mapping[str, Shape]) -> Field:
    many = described.get("many")
    return Field(
        name=described["name"],
        shape=_shape(described["is"], shapes),
        label=described["label"],
        key=described["cwt"],
        required=described.get("required", False),
        many=(many[0], many[1]) if many else None,
        description=described.get("description"),
        sensitive=described.get("sensitive"),
        iri=described.get("iri", PROTECTED.get(described["name"], VOCABULARY + described["name"])),
        sources=tuple(described.get("source", ())),
    )


def _shared(shape: Shape, seen: set[str]) -> Iterator[Shape]:
    for field in shape.fields:
        if field.shape.name in seen:
            continue
        if field.shape.name:
            seen.add(field.shape.name)
        yield from _shared(field.shape, seen)
        if field.shape.name:
            yield field.shape
