"""The language credential types are defined in: shapes, fields, and what a family is called on each wire.

A definition is a JSON document (`schemas/credential-type.schema.json`). Read here it becomes values: a `Shape`
says what one value looks like, a `Field` gives it a name, a number and a meaning, a `Definition`
is a family of credentials. Nothing here reads files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from defa_id.errors import WrongUse
from defa_id.values import NamedTuple

VOCABULARY: Final = "urn:defa-id:vocabulary:"  # what a term without an IRI of its own is called
# Terms the context of VCDM 2.0 has already, protected: the same word must mean the same thing.
PROTECTED: Final = {"name": "https://schema.org/name", "description": "https://schema.org/description"}
FORMATS: Final = ("vc", "sd-jwt-vc", "mdoc", "cwt")  # the order types are listed in

Document = Mapping[str, Any]


class Shape(NamedTuple):
    """What one value looks like. `kind`: text, one_of, integer, number, boolean or object.

    `rule` holds the constraints in the words of JSON Schema; `cbor` is the CDDL type (RFC 8610) of
    the value in an mdoc or CWT; `name` is set for shapes that several fields share. Of the members
    in `some`, if there are any, at least one has to be there.
    """

    kind: str
    name: str | None = None
    description: str | None = None
    rule: Mapping[str, Any] = {}
    cbor: str = "tstr"
    fields: tuple[Field, ...] = ()
    some: tuple[str, ...] = ()

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


class Space(NamedTuple):
    """One namespace of an mdoc with its elements. `standard`: whose elements they are, None for our own."""

    namespace: str
    shape: Shape
    standard: str | None = None


class Row(NamedTuple):
    """Where a field lives in another standard: `theirs` is one path or several, `rule` how one becomes
    the other (`defa_id.types.rules`), `given` what the rule has to know."""

    ours: str
    theirs: tuple[str, ...]
    rule: str = "same"
    given: str = ""


class Standard(NamedTuple):
    """Another standard's document: its fields as far as they are known here.

    `form`: sd-jwt-vc, mdoc, vc, cwt, acdc or philsys. An mdoc has `doctype` and `namespace`. `constant` are
    members that always stand there, by path. Without fields only its names are known. `types` are what its
    credentials are called on the wire, and `family` is ours they belong to. `ambiguous` are letters of
    which a document of it leaves open which one stood there.
    """

    name: str
    title: str
    version: str
    form: str
    sources: tuple[str, ...]
    shape: Shape
    doctype: str = ""
    namespace: str = ""
    constant: Mapping[str, Any] = {}
    types: tuple[str, ...] = ()
    family: str = ""
    ambiguous: str = ""


class Definition(NamedTuple):
    """A family of credentials: one subject, one set of fields, a name on each wire.

    `crosswalks` says by standard where its fields live there. A `retired` family is issued no more; it
    stays, because credentials of it do, and `replaced_by` names what took its place. `maturity` says how
    far it is tried (`schemas/vocabulary.schema.json`).
    """

    name: str
    version: int
    title: str
    description: str
    subject: str
    vc: str
    vct: str
    doctype: str
    spaces: tuple[Space, ...]
    cwt: Cwt
    shape: Shape
    crosswalks: Mapping[str, tuple[Row, ...]] = {}
    maturity: str | None = None
    retired: bool = False
    replaced_by: str | None = None

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
        yield from shared(self.shape)


def read_shapes(document: Document) -> dict[str, Shape]:
    """The shared shapes by name. Raises `WrongUse` for one that uses a shape not defined before it."""
    shapes: dict[str, Shape] = {}
    for entry in document["shapes"]:
        if entry["name"] in shapes:
            raise WrongUse(f"shape {entry['name']} is defined twice", hint="Give it another name.")
        shapes[entry["name"]] = _shape(entry, shapes)._replace(name=entry["name"], description=entry.get("description"))
    return shapes


def read_standard(document: Document, shapes: Mapping[str, Shape]) -> Standard:
    """Another standard from its document. Raises as `read`.

    In an mdoc's claims a byte string stands in base64url without padding.
    """
    fields = _fields(document.get("fields", []), shapes, document["name"])
    if document["form"] == "mdoc":
        fields = tuple(one._replace(shape=shown(one.shape)) for one in fields)
    return Standard(
        name=document["name"],
        title=document["title"],
        version=document["version"],
        form=document["form"],
        sources=tuple(document["source"]),
        shape=Shape("object", fields=fields),
        doctype=document.get("doctype", ""),
        namespace=document.get("namespace", ""),
        constant=document.get("constant", {}),
        types=tuple(document.get("types", ())),
        family=document.get("family", ""),
        ambiguous=document.get("ambiguous", ""),
    )


def read(document: Document, shapes: Mapping[str, Shape], standards: Mapping[str, Standard]) -> Definition:
    """A definition from its document, which fits `schemas/credential-type.schema.json`.

    Raises `WrongUse` for a shape or standard that is not known and for a name or number that stands twice.
    """
    name, version, wire = document["name"], document["version"], document["wire"]
    shape = _object(document, document["fields"], shapes, name)
    crosswalks = {standard: tuple(map(_row, rows)) for standard, rows in document.get("crosswalks", {}).items()}
    unknown = [standard for standard in crosswalks if standard not in standards]
    if unknown:
        raise WrongUse(f"{name}: no standard is called {unknown[0]}", hint="Describe it in standards/, or mend it.")
    doctype = wire["mdoc"] if isinstance(wire["mdoc"], str) else wire["mdoc"]["doctype"]
    return Definition(
        name=name,
        version=version,
        title=document["title"],
        description=document["description"],
        subject=document["subject"],
        vc=wire["vc"],
        vct=wire["sd-jwt-vc"],
        doctype=doctype,
        spaces=tuple(_spaces(wire["mdoc"], f"defa-id.{name}.{version}", shape, standards)),
        cwt=Cwt(wire["cwt"]["kind"], wire["cwt"]["claim"]),
        shape=shape,
        crosswalks=crosswalks,
        maturity=document.get("maturity"),
        retired=document.get("status") == "retired",
        replaced_by=document.get("replaced_by"),
    )


def shown(shape: Shape) -> Shape:
    """A shape as an mdoc's claims show it: a byte string in base64url."""
    if shape.cbor != "bstr":
        return shape
    bounds = {"minLength": 2, "maxLength": shape.rule["maxLength"]}
    return Shape("text", rule={"type": "string", **bounds, "pattern": "^[A-Za-z0-9_-]+$"}, cbor="bstr")


def _spaces(wire: Any, own: str, shape: Shape, standards: Mapping[str, Standard]) -> Iterator[Space]:
    if isinstance(wire, str):
        yield Space(wire, shape)
        return
    standard = standards[wire["standard"]]
    yield Space(standard.namespace, standard.shape, standard.name)
    yield Space(own, shape)


def _row(described: Document) -> Row:
    theirs = described["theirs"]
    paths = (theirs,) if isinstance(theirs, str) else tuple(theirs)
    return Row(described["ours"], paths, described.get("rule", "same"), described.get("given", ""))


_PRIMITIVE: Final = {
    "boolean": Shape("boolean", rule={"type": "boolean"}, cbor="bool"),
    "number": Shape("number", rule={"type": "number"}, cbor="float"),
}


def _shape(described: Any, shapes: Mapping[str, Shape]) -> Shape:
    if isinstance(described, str):
        if described in _PRIMITIVE:
            return _PRIMITIVE[described]
        if described not in shapes:
            raise WrongUse(f"no shape is called {described}", hint="Define it in shapes.json, before its first use.")
        return shapes[described]
    if "object" in described:
        return _object(described, described["object"], shapes, "an object")
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
    if "pattern" in described:
        rule["pattern"] = described["pattern"]
    if described.get("format") == "partial-date":
        return rule | {"anyOf": [{"maxLength": len("YYYY-MM")}, {"format": "date"}]}
    return rule | ({"format": described["format"]} if "format" in described else {})


def _object(owner: Document, fields: list[Document], shapes: Mapping[str, Shape], name: str) -> Shape:
    return Shape("object", fields=_fields(fields, shapes, name), some=tuple(owner.get("at_least_one", ())))


def _choice(values: list[str] | list[int]) -> str:
    return " / ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values)


def _fields(described: list[Document], shapes: Mapping[str, Shape], owner: str) -> tuple[Field, ...]:
    fields = tuple(_field(one, shapes) for one in described)
    used = [f"name {field.name}" for field in fields] + [f"CWT key {field.key}" for field in fields if field.key]
    twice = [what for number, what in enumerate(used) if what in used[:number]]
    if twice:
        raise WrongUse(f"{owner}: {twice[0]} stands twice", hint="Names and numbers are used once.")
    return fields


def _field(described: Document, shapes: Mapping[str, Shape]) -> Field:
    many = described.get("many")
    return Field(
        name=described["name"],
        shape=_shape(described["is"], shapes),
        label=described.get("label", described["name"]),
        key=described.get("cwt", 0),
        required=described.get("required", False),
        many=(many[0], many[1]) if many else None,
        description=described.get("description"),
        sensitive=described.get("sensitive"),
        iri=described.get("iri", PROTECTED.get(described["name"], VOCABULARY + described["name"])),
        sources=tuple(described.get("source", ())),
    )


def shared(shape: Shape) -> Iterator[Shape]:
    """The shared shapes that a shape uses, each once, what is used by others first."""
    found: dict[str, Shape] = {}
    _collect(shape, found)
    return iter(found.values())


def _collect(shape: Shape, found: dict[str, Shape]) -> None:
    for field in shape.fields:
        if field.shape.name in found:
            continue
        _collect(field.shape, found)
        if field.shape.name:
            found[field.shape.name] = field.shape
