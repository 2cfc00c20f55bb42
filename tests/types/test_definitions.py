"""The definitions: what they must all hold, and what one that does not stand is told."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema_rs import Draft202012Validator

from defa_id.errors import WrongUse
from defa_id.types import definition, generating, json_schema, shipped
from defa_id.types.definition import Definition, Field, Shape

PROJECT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = PROJECT / "schemas" / "types"
FAMILIES: Final = tuple(shipped.load(PROJECT).families.values())
STANDARDS: Final = shipped.load(PROJECT).standards
EACH_FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=[one.name for one in FAMILIES])
SOURCES: Final = json.loads((FOLDER / "sources.json").read_text(encoding="utf-8"))["sources"]


def document(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def every_field(shape: Shape) -> Iterator[Field]:
    for field in shape.fields:
        yield field
        yield from every_field(field.shape)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.json")), ids=lambda path: path.stem)
def test_a_source_fits_the_definition_language(path: Path) -> None:
    schema = json.loads((PROJECT / "schemas" / "credential-type.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))


def test_what_is_shipped_is_read_by_its_name_and_by_what_it_is_called_on_the_wire() -> None:
    assert [one.name for one in shipped.families().values()] == [one.name for one in FAMILIES]
    for one in FAMILIES:
        for name in (one.name, one.uri, one.vc, one.vct, one.doctype, one.cwt.kind):
            assert shipped.family(name) == one
    with pytest.raises(WrongUse, match="no credential type 'passport'"):
        shipped.family("passport")


def test_no_two_types_are_called_alike() -> None:
    called = Counter(name for one in FAMILIES for _, name in one.types())
    assert set(called.values()) == {1}
    assert len({one.cwt.claim for one in FAMILIES}) == len(FAMILIES)
    assert len({one.uri for one in FAMILIES}) == len(FAMILIES)


@EACH_FAMILY
def test_a_name_on_the_wire_says_family_and_version(family: Definition) -> None:
    words = "".join(word.capitalize() for word in family.name.split("-"))
    assert family.vc.removesuffix("Credential").lower() in (words.lower(), words.lower() + str(family.version))
    assert family.vct == f"urn:defa-id:{family.name}:{family.version}"
    assert family.cwt.kind == f"urn:defa-id:cwt:{family.name}:{family.version}"


@EACH_FAMILY
def test_a_field_keeps_out_of_the_envelope(family: Definition) -> None:
    assert not {field.name for field in family.fields} & json_schema.RESERVED


@EACH_FAMILY
def test_every_field_is_named_for_people_and_says_where_it_was_read(family: Definition) -> None:
    for field in every_field(family.shape):
        assert field.label[0].isupper() or field.label[0].isdigit()
        assert set(field.sources) <= SOURCES.keys()
    assert any(field.sources for field in family.fields)


def test_every_source_is_used() -> None:
    used = {name for one in FAMILIES for field in every_field(one.shape) for name in field.sources}
    assert used | {name for one in STANDARDS.values() for name in one.sources} == SOURCES.keys()


@EACH_FAMILY
def test_no_part_of_a_name_and_no_exact_birth_date_is_ever_required(family: Definition) -> None:
    required = {field.name for field in every_field(family.shape) if field.required}
    assert not {"family_name", "given_name", "family", "given", "secondary", "birth_date"} & required
    for field in every_field(family.shape):
        if field.name == "birth_date":
            assert field.shape.name == "partialDate"
        if field.shape.name == "name":
            kept = {part.name: part.required for part in field.shape.fields}
            assert kept == {
                "full": True,
                "structure": False,
                "primary": True,
                "secondary": False,
                "parts": False,
                "aliases": False,
            }


def test_what_is_sensitive_is_flagged() -> None:
    flagged = {(one.name, field.name): field.sensitive for one in FAMILIES for field in one.fields if field.sensitive}
    assert flagged["person-identity", "portrait"] == "biometric"
    assert flagged["professional-registration", "good_standing"] == "proceedings"


def changed(name: str, change: Any) -> Any:
    made = copy.deepcopy(document(name))
    change(made)
    return made


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda made: made["fields"][0].update({"is": "nomen"}), "no shape is called nomen"),
        (lambda made: made["fields"][1].update({"name": "name"}), "person-identity: name name stands twice"),
        (lambda made: made["fields"][1].update({"cwt": 1}), "person-identity: CWT key 1 stands twice"),
    ],
)
def test_a_definition_that_does_not_stand_is_told_why(change: Any, told: str) -> None:
    shapes = definition.read_shapes(document("shapes"))
    assert definition.read(document("person-identity"), shapes, STANDARDS)
    with pytest.raises(WrongUse, match=told):
        definition.read(changed("person-identity", change), shapes, STANDARDS)


def test_a_shape_is_defined_once_and_before_its_use() -> None:
    shapes = document("shapes")
    named = {one["name"]: one for one in shapes["shapes"]}
    with pytest.raises(WrongUse, match="shape form is defined twice"):
        definition.read_shapes({"shapes": [*shapes["shapes"], named["form"]]})
    with pytest.raises(WrongUse, match="no shape is called"):
        definition.read_shapes({"shapes": shapes["shapes"][::-1]})


def test_a_numbered_field_stands_for_a_hundred_members() -> None:
    field = Field("age_over_NN", Shape("boolean"), "Age", 100)
    assert field.takes("age_over_18")
    assert not any(field.takes(name) for name in ("age_over_NN", "age_over_1", "age_over_180", "age_over_x8", "age_18"))
    assert (field.names[0], field.names[-1], len(field.names)) == ("age_over_00", "age_over_99", 100)
    assert field.key_of("age_over_18") == 118


def test_a_retired_family_keeps_its_names() -> None:
    """What is issued no more still says what it was: its entries stay, marked, and its names resolve."""
    shapes = definition.read_shapes(document("shapes"))
    ended = {"status": "retired", "replaced_by": "urn:defa-id:type:person-identity:2"}
    retired = definition.read({**document("person-identity"), **ended}, shapes, STANDARDS)
    current = definition.read(document("person-identity"), shapes, STANDARDS)
    before, after = list(generating.types([current])), list(generating.types([retired]))
    assert after == [{**entry, **ended} for entry in before]
    assert {entry["status"] for entry in before} == {"current"}
