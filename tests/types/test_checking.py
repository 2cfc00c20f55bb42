"""Claims held against their type: what is refused and what is to be looked at, by place and code, never by value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id import types
from defa_id.catalogue import CATALOGUE
from defa_id.errors import WrongUse
from defa_id.types import json_schema
from tests.support.claims import claims

PROJECT: Final = Path(__file__).resolve().parents[2]
Object = dict[str, Any]


def person(value: str = "Contoh", **others: Any) -> Object:
    full = [{"value": value, "lang": "id", "script": "Latn", "kind": "official"}]
    return {"name": {"full": full, "primary": "CONTOH"}, **others}


def found(said: Object, family: str = "person-identity") -> list[tuple[str, str, bool]]:
    return [(one.place, one.code, one.refused) for one in types.check(said, family)]


@pytest.mark.parametrize("family", list(types.families()))
def test_nothing_is_said_against_the_examples(family: str) -> None:
    said = json.loads((PROJECT / "examples" / "claims" / f"{family}.json").read_text(encoding="utf-8"))
    assert not [one for one in types.check(said, family) if one.refused]


@pytest.mark.parametrize("family", ["person-identity", "age-over", "health-certificate", "mandate"])
@given(st.data())
def test_what_the_schema_takes_is_not_refused(family: str, data: st.DataObject) -> None:
    from jsonschema_rs import Draft202012Validator

    said = data.draw(claims(family))
    dropped = data.draw(st.sets(st.sampled_from(sorted(said)), max_size=2))
    said = {name: value for name, value in said.items() if name not in dropped}
    one = types.family(family)
    document = {"type": ["VerifiableCredential", one.vc], "credentialSubject": said}
    fits = Draft202012Validator(json_schema.vc(one), validate_formats=True).is_valid(document)
    findings = types.check(said, family)
    assert fits == (not any(finding.refused for finding in findings))
    assert all(finding.code in CATALOGUE.reasons for finding in findings)


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("2531-11-30", "DATE_BUDDHIST_ERA"),
        ("2531", "DATE_BUDDHIST_ERA"),
        ("2026-02-30", "DATE_NO_SUCH_DAY"),
        ("1700", "DATE_RANGE"),
        ("30/11/1988", "SCHEMA_INVALID"),
    ],
)
def test_a_date_says_what_is_wrong_with_it(date: str, code: str) -> None:
    assert found(person(birth_date=date)) == [("birth_date", code, True)]
    assert date not in str(types.check(person(birth_date=date), "person-identity"))


def test_what_is_missing_is_named_by_its_place() -> None:
    assert found({}) == [("name", "SCHEMA_INVALID", True)]
    assert found({"name": {"primary": "CONTOH"}}) == [("name.full", "SCHEMA_INVALID", True)]
    assert found({"issuing_country": "LA"}, "age-over") == [("age_over_NN", "SCHEMA_INVALID", True)]
    said = {**person(), "birth_date": "1990"}
    assert found(said, "health-certificate") == [("vaccination or test or recovery", "SCHEMA_INVALID", True)]


def test_a_name_that_fits_may_still_be_looked_at() -> None:
    assert found(person()) == []
    assert ("name.full[0]", "NAME_PLACEHOLDER", False) in found(person("FNU Contoh"))
    mandate = json.loads((PROJECT / "examples" / "claims" / "mandate.json").read_text(encoding="utf-8"))
    mandate["representative"]["person"]["name"]["full"][0]["value"] = "FNU"
    places = [place for place, code, _ in found(mandate, "mandate") if code == "NAME_PLACEHOLDER"]
    assert places == ["representative.person.name.full[0]"]


def test_a_place_in_a_list_is_numbered() -> None:
    said = person(nationality=["ID", "Singapore"])
    assert found(said) == [("nationality[1]", "SCHEMA_INVALID", True)]


def test_an_unknown_type_is_told() -> None:
    with pytest.raises(WrongUse, match="no credential type"):
        types.check({}, "passport")
