"""names: what a credential says of a name is read as the schema has it, and looked over without repeating it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.catalogue import CATALOGUE
from defa_id.errors import Fault
from defa_id.people.names import KINDS, MRZ, PARTS, STRUCTURES, Form, Name, examine

PROJECT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((PROJECT / "schemas/credentials/person-identity.vc.schema.json").read_text(encoding="utf-8"))
DEMO = json.loads((PROJECT / "trust_registry/demo_credentials.json").read_text(encoding="utf-8"))
FORM = {"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}
MONONYM = {"full": [FORM], "primary": "CONTOH"}


def codes(name: Name) -> list[tuple[str, str]]:
    return [(finding.code, finding.place) for finding in examine(name)]


def test_the_model_is_that_of_the_schema() -> None:
    name, form = SCHEMA["$defs"]["name"]["properties"], SCHEMA["$defs"]["form"]
    assert set(KINDS) == set(form["properties"]["kind"]["enum"])
    assert set(STRUCTURES) == set(name["structure"]["enum"])
    assert set(PARTS) == set(name["parts"]["properties"])
    assert set(Name._fields) - {"state"} == set(name)
    assert set(Form._fields) == set(form["properties"])
    assert SCHEMA["$defs"]["name"]["required"] == ["full", "primary"]


def test_one_name_is_enough() -> None:
    name = Name.read(MONONYM)
    assert name == Name((Form("Contoh", "id", "Latn"),), "CONTOH")
    assert (name.secondary, dict(name.parts), name.aliases) == (None, {}, ())
    assert name.name_field() == "CONTOH".ljust(39, "<")
    assert codes(name) == []


def test_everything_a_name_may_have() -> None:
    thai = {"value": "สมมติ ตัวอย่าง", "lang": "th", "script": "Thai", "kind": "official"}
    latin = {**FORM, "value": "Sommut Tuayang", "lang": "th-Latn", "kind": "transliteration", "romanisation": "free"}
    claim = {
        "full": [thai, latin],
        "structure": "given_family",
        "primary": "TUAYANG",
        "secondary": "SOMMUT",
        "parts": {"given": "สมมติ", "family": "ตัวอย่าง", "other": "x"},
        "aliases": [latin],
    }
    name = Name.read(claim, state="TH")
    assert [form.value for form in name.full] == ["สมมติ ตัวอย่าง", "Sommut Tuayang"]
    assert dict(name.parts) == {"given": "สมมติ", "family": "ตัวอย่าง"}
    assert name.name_field(30) == "TUAYANG<<SOMMUT".ljust(30, "<")
    assert codes(name) == []


NAMED = [found for one in DEMO if isinstance(found := one["claims"].get("name"), dict)]


@pytest.mark.parametrize("claim", NAMED)
def test_the_names_of_the_demo_credentials_are_names(claim: dict[str, Any]) -> None:
    assert {code for code, _ in codes(Name.read(claim))} <= {"NAME_TITLE"}


def test_there_are_names_in_the_demo_credentials() -> None:
    assert len(NAMED) > 5


@pytest.mark.parametrize(
    ("claim", "place"),
    [
        (None, ""),
        ("Contoh", ""),
        ([], ""),
        ({}, "full"),
        ({"full": [], "primary": "C"}, "full"),
        ({"full": [FORM] * 17, "primary": "C"}, "full"),
        ({"full": FORM, "primary": "C"}, "full"),
        ({"full": ["Contoh"], "primary": "C"}, "full/0"),
        ({"full": [FORM, {**FORM, "value": ""}], "primary": "C"}, "full/1/value"),
        ({"full": [{**FORM, "kind": "guessed"}], "primary": "C"}, "full/0/kind"),
        ({"full": [{"value": "Contoh"}], "primary": "C"}, "full/0/lang"),
        ({"full": [FORM]}, "primary"),
        ({"full": [FORM], "primary": 7}, "primary"),
        ({**MONONYM, "secondary": ""}, "secondary"),
        ({**MONONYM, "structure": "western"}, "structure"),
        ({**MONONYM, "parts": []}, "parts"),
        ({**MONONYM, "parts": {"family": 7}}, "parts"),
        ({**MONONYM, "aliases": [7]}, "aliases/0"),
    ],
)
def test_what_is_no_name_is_refused_by_its_place(claim: Any, place: str) -> None:
    with pytest.raises(Fault) as refused:
        Name.read(claim)
    assert refused.value.code == "NAME_SHAPE"
    assert refused.value.evidence == {"place": place}
    assert "Contoh" not in refused.value.why


@pytest.mark.parametrize(
    ("form", "found"),
    [
        (Form("Contoh", "id", "Latn"), []),
        (Form("FNU Contoh"), ["NAME_PLACEHOLDER"]),
        (Form("-"), ["NAME_PLACEHOLDER"]),
        (Form("Contoh -"), ["NAME_PLACEHOLDER"]),
        (Form("Contoh Contoh", "id"), ["NAME_REPEATED"]),
        (Form("Moe Moe", "my-Latn"), []),
        (Form("Dr Contoh"), ["NAME_TITLE"]),
        (Form("Dr สมชาย", "th", "Thai"), ["NAME_TITLE"]),
        (Form("U Ba", "my-Latn"), ["NAME_TITLE"]),
        (Form("Tan @ Lim"), ["NAME_ALIAS"]),
        (Form("Contoh 2"), ["NAME_DIGITS"]),
        (Form("Pe?a"), ["NAME_REPLACED"]),
        (Form("Nguye\u0302\u0303n"), ["NAME_NOT_NFC"]),
        (Form("สม\u200bชาย", "th", "Thai"), ["NAME_SEPARATOR"]),
        (Form("Contoh", "indonesian!", "Latn"), ["NAME_LANGUAGE_TAG"]),
        (Form("Contoh", "id", "Thai"), ["NAME_SCRIPT_TAG"]),
        (Form("Tan\u202e"), ["NAME_HIDDEN_CHARACTER"]),
        (Form("ေအာင္", "my", "Mymr"), ["NAME_ZAWGYI"]),
        (Form("CRUZ<<JUAN", None, "Latn", MRZ), []),
        (Form("Cruz<<Juan", None, "Latn", MRZ), ["NAME_MRZ_FORM"]),
        (Form("XXX<<JUAN", None, "Latn", MRZ), ["NAME_PLACEHOLDER"]),
        (Form("NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", None, "Latn", MRZ), ["NAME_TRUNCATED"]),
    ],
)
def test_what_there_is_to_weigh_about_a_form(form: Form, found: list[str]) -> None:
    assert codes(Name((form,))) == [(code, "full/0") for code in found]
    assert codes(Name((Form("Contoh"),), aliases=(form,))) == [(code, "aliases/0") for code in found]


def test_what_there_is_to_weigh_about_the_identifiers() -> None:
    assert codes(Name((Form("Sunardi"),), "SUNARDI", "FNU")) == [("NAME_PLACEHOLDER", "secondary")]
    assert codes(Name((Form("Sunardi"),), "-", "SUNARDI")) == [("NAME_PLACEHOLDER", "primary")]
    assert codes(Name((Form("Sunardi"),), "SUNARDI", "Sunardi")) == [("NAME_REPEATED", "secondary")]


@given(st.text(st.characters(exclude_categories=()), max_size=30), st.sampled_from(KINDS), st.text(max_size=8))
def test_looking_over_any_text_names_codes_and_places_only(value: str, kind: str, tag: str) -> None:
    for finding in examine(Name((Form(value, tag, tag, kind),), value, value, aliases=(Form(value),), state=tag)):
        assert finding.code in CATALOGUE.reasons
        assert finding.place in {"full/0", "aliases/0", "primary", "secondary"}
