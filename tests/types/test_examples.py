"""The example claims: one file a family, synthetic, and good in every format and standard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import cbor2
import pytest
from jsonschema_rs import Draft202012Validator

from defa_id.types import cwt, json_schema, mdoc, shipped
from defa_id.types.conversion import convert, convertible

PROJECT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = PROJECT / "examples" / "claims"
EACH = pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)

Object = dict[str, Any]


def read(path: Path) -> Object:
    said: Object = json.loads(path.read_text(encoding="utf-8"))
    return said


def test_there_is_one_for_every_family() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == shipped.families().keys()


@EACH
def test_it_fits_every_schema_that_is_published(path: Path) -> None:
    family, said = shipped.family(path.stem), read(path)
    documents = {
        "vc": {"type": ["VerifiableCredential", family.vc], "credentialSubject": said},
        "sd-jwt-vc": {"vct": family.vct, **said},
        "mdoc": mdoc.to_namespaces(family, said),
        "cwt": cwt.to_shown(family.shape, said),
    }
    assert documents.keys() == json_schema.SCHEMAS.keys()
    for format, document in documents.items():
        schema = read(PROJECT / "schemas" / "credentials" / f"{path.stem}.{format}.schema.json")
        Draft202012Validator(schema, validate_formats=True).validate(document)


@EACH
def test_it_comes_out_of_every_format_as_it_went_in(path: Path) -> None:
    family, said = shipped.family(path.stem), read(path)
    assert mdoc.from_namespaces(family, mdoc.to_namespaces(family, said)) == said
    assert cwt.from_map(family.shape, cbor2.loads(cbor2.dumps(cwt.to_map(family.shape, said)))) == said


@EACH
def test_it_can_be_written_for_every_standard_its_family_goes_to(path: Path) -> None:
    family, said = shipped.family(path.stem), read(path)
    for standard in set(family.crosswalks) & set(convertible()):
        assert convert(said, source=path.stem, target=standard).claims


@EACH
def test_it_is_plainly_synthetic(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "(synthetic)" in text or "DEMO" in text


def test_they_show_names_as_the_region_writes_them() -> None:
    names = [read(path)["name"] for path in sorted(FOLDER.glob("*.json")) if "name" in read(path)]
    scripts = {form["script"] for name in names for form in name["full"]}
    structures = {name.get("structure") for name in names}
    assert {"Latn", "Thai", "Khmr", "Mymr", "Hans"} <= scripts
    assert {"mononym", "single_string", "patronymic", "given_family", "family_given"} <= structures
    assert any("secondary" not in name for name in names)
