"""The country packs: every fact has its source, date and confidence, and what they name exists."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import langcodes
import pytest
from jsonschema_rs import Draft202012Validator

from defa_id import files
from defa_id.errors import PackInvalid, WrongUse
from defa_id.packs import CONFIDENCES, INTERFACES, CountryPack
from defa_id.people import numbers, scripts, traditions
from defa_id.people.words import key

PROJECT: Final = Path(__file__).resolve().parents[2]
PACKS: Final = PROJECT / "trust_registry" / "packs"
STATES: Final = ("BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN")
EACH_STATE = pytest.mark.parametrize("state", STATES)

Object = dict[str, Any]


def load(path: Path) -> Object:
    document: Object = json.loads(path.read_text(encoding="utf-8"))
    return document


SCHEMA: Final = Draft202012Validator(load(PROJECT / "schemas" / "country-pack.schema.json"))
RAW: Final = {state: load(PACKS / f"{state}.json") for state in STATES}


def objects(value: Any) -> Iterator[Object]:
    if isinstance(value, dict):
        yield value
        for below in value.values():
            yield from objects(below)
    elif isinstance(value, list):
        for below in value:
            yield from objects(below)


def test_there_is_a_pack_of_each_of_the_eleven_states() -> None:
    assert files.country_codes() == STATES
    assert sorted(path.name for path in PACKS.iterdir()) == [f"{state}.json" for state in STATES]


@EACH_STATE
def test_a_pack_fits_its_schema_and_loads(state: str) -> None:
    SCHEMA.validate(RAW[state])
    pack = files.country_pack(state)
    assert pack.territory == state == RAW[state]["territory"]
    assert pack.schemes
    assert pack.to_dict() == {**RAW[state], "schemes": list(pack.schemes)}


@EACH_STATE
def test_every_fact_has_a_source_a_date_and_a_confidence(state: str) -> None:
    facts = list(files.country_pack(state).facts())
    assert len(facts) > 10
    for fact in facts:
        assert fact.source.strip()
        assert fact.confidence in CONFIDENCES
        assert len(fact.as_of) == 7
        # What nobody read is not passed off as read.
        assert (fact.source == "general knowledge, unchecked") <= (fact.confidence == "G")
        assert (fact.source == "not found in the sources read") <= (fact.confidence == "U")


@EACH_STATE
def test_a_pack_without_a_source_or_a_confidence_is_none(state: str) -> None:
    listing = load(PROJECT / "trust_registry" / "states" / state / "list.json")
    sourced = [place for place, value in enumerate(objects(RAW[state])) if "confidence" in value]
    for place in sourced:
        for member in ("source", "confidence", "as_of"):
            document = copy.deepcopy(RAW[state])
            del list(objects(document))[place][member]
            assert not SCHEMA.is_valid(document)
            with pytest.raises(PackInvalid, match="lacks its source"):
                CountryPack.from_documents(document, listing)
        for wrong in ("sure", "", None):
            document = copy.deepcopy(RAW[state])
            list(objects(document))[place]["confidence"] = wrong
            assert not SCHEMA.is_valid(document)
            with pytest.raises(PackInvalid):
                CountryPack.from_documents(document, listing)


def test_a_scheme_without_its_source_is_refused_too() -> None:
    listing = load(PROJECT / "trust_registry" / "states" / "TH" / "list.json")
    del listing["state"]["schemes"][0]["facts"][0]["source"]
    with pytest.raises(PackInvalid, match="schemes/0/facts/0"):
        CountryPack.from_documents(RAW["TH"], listing)


@pytest.mark.parametrize(
    "wrong", [{}, {"territory": "TH"}, {"territory": "TH", "names": []}, {"territory": "TH", "names": 7}]
)
def test_what_is_no_pack_is_refused(wrong: Object) -> None:
    listing = load(PROJECT / "trust_registry" / "states" / "TH" / "list.json")
    with pytest.raises(PackInvalid):
        CountryPack.from_documents(wrong, listing)
    with pytest.raises(PackInvalid):
        CountryPack.from_documents(RAW["TH"], {})
    with pytest.raises(PackInvalid, match="two states"):
        CountryPack.from_documents(RAW["SG"], listing)


@pytest.mark.parametrize("state", ["XX", "th", "", "../TH", "THA"])
def test_a_state_without_a_pack_is_wrong_use(state: str) -> None:
    with pytest.raises(WrongUse, match="there is no country pack"):
        files.country_pack(state)


@EACH_STATE
def test_tags_are_those_of_their_standards(state: str) -> None:
    for language in RAW[state]["languages"]:
        assert langcodes.tag_is_valid(language["lang"])
        assert langcodes.tag_is_valid(f"und-{language['script']}")
        own = scripts.OWN_SCRIPT.get(scripts.language(language["lang"]) or "", "Latn")
        assert scripts.broad(language["script"]) in {own, "Latn", "Arab"}
    for label in RAW[state]["names"]:
        assert langcodes.tag_is_valid(label["lang"])
    assert langcodes.Language.get(f"und-{state}").is_valid()


@EACH_STATE
def test_the_languages_are_those_of_the_state_in_the_registry(state: str) -> None:
    listing = load(PROJECT / "trust_registry" / "states" / state / "list.json")["state"]
    assert {scripts.language(one["lang"]) for one in RAW[state]["languages"]} >= {
        scripts.language(tag) for tag in listing["languages"]
    }
    assert {one["script"] for one in RAW[state]["languages"]} == set(listing["scripts"])


@EACH_STATE
def test_names_are_compared_by_the_customs_the_pack_names(state: str) -> None:
    said = RAW[state]["personal_names"]
    tradition = traditions.TRADITIONS[said["customs"]]
    assert (said["order"], said["whole"]) == (tradition.order, tradition.whole)
    known = tradition.titles | tradition.bearing | {key(word) for word in tradition.connectors}
    assert {key(word) for word in said["words"]} <= known
    assert (said["order"] == "none") <= (not {"family_given", "given_family"} & set(said["structures"]))


@EACH_STATE
def test_every_number_has_its_check_and_every_check_its_number(state: str) -> None:
    formats = {one["check"]: one for one in RAW[state]["numbers"]["formats"]}
    schemes = {kind.id: kind for kind in numbers.SCHEMES.values() if kind.state == state}
    assert formats.keys() == schemes.keys()
    for id, said in formats.items():
        assert (said["source"], said["confidence"]) == (schemes[id].source, schemes[id].confidence)
        found = {numbers.check(id, text).reasons[0] for text in ("1" * length for length in range(8, 17))}
        assert (said["check_character"] == "unknown") <= (found <= {"NUMBER_CHECK_UNKNOWN", "NUMBER_FORM"})
    if state == "LA":
        assert any("not known" in fact["statement"] for fact in RAW[state]["numbers"]["facts"])


def test_levels_are_said_of_two_states_only() -> None:
    assert [state for state in STATES if RAW[state]["levels"]["frameworks"]] == ["TH", "VN"]
    assert all(RAW[state]["levels"]["facts"] for state in STATES)


def test_what_is_in_force_was_read_somewhere() -> None:
    laws = [(state, law) for state in STATES for law in RAW[state]["data_protection"]["laws"]]
    in_force = {state for state, law in laws if law["in_force"] == "in_force"}
    assert in_force == {"ID", "LA", "MY", "PH", "SG", "TH", "VN"}
    for _, law in laws:
        assert (law["in_force"] == "in_force") <= (law["confidence"] == "V")
        assert ("from" in law) <= (law["in_force"] == "in_force")
    assert {state for state in STATES if not RAW[state]["data_protection"]["laws"]} == {"MM", "TL"}


def test_the_ways_in() -> None:
    ways = {state: files.country_pack(state).interface for state in STATES}
    assert set(ways.values()) == set(INTERFACES)
    assert {state for state, way in ways.items() if way == "none"} == {"LA", "MM", "TL"}
    assert {state for state, way in ways.items() if way == "issuer-app-only"} == {"BN", "ID"}
    assert {state for state, way in ways.items() if way == "offline"} == {"PH"}
