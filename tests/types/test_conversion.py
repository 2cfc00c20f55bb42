"""To other standards and back: what is not named as lost comes back as it went, and nothing is made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id.errors import WrongUse
from defa_id.types import paths, rules, shipped
from defa_id.types.conversion import Conversion, convert, convertible, crosswalk
from tests.support.claims import claims, documents

Object = dict[str, Any]

FAMILIES: Final = shipped.families()
STANDARDS: Final = shipped.standards()
PAIRS: Final = [
    (family.name, standard)
    for family in FAMILIES.values()
    for standard in family.crosswalks
    if standard in convertible()
]
EACH_PAIR = pytest.mark.parametrize(("family", "standard"), PAIRS, ids=[" - ".join(pair) for pair in PAIRS])
FEWER = settings(max_examples=60)


def kept(before: Object, gone: Conversion) -> Object:
    """The leaves of a document that were not named as lost."""
    return {
        leaf: value
        for leaf, value in paths.values(before).items()
        if not any(paths.within(leaf, lost.path) for lost in gone.lost)
    }


def opened(standard: str, document: Object) -> Object:
    """A standard's document without its envelope."""
    described = STANDARDS[standard]
    return document["namespaces"].get(described.namespace, {}) if described.form == "mdoc" else document


def test_the_standards_asked_for_are_there() -> None:
    assert {
        ("person-identity", "eu-pid"),
        ("person-identity", "eu-pid-mdoc"),
        ("person-identity", "mdl"),
        ("person-identity", "claim-169"),
        ("driving-licence", "mdl"),
        ("education", "open-badges-3"),
        ("legal-entity", "vlei-legal-entity"),
        ("mandate", "vlei-official-role"),
        ("health-certificate", "hcert"),
    } <= set(PAIRS)


@EACH_PAIR
@FEWER
@given(st.data())
def test_what_is_not_lost_comes_back(family: str, standard: str, data: st.DataObject) -> None:
    said = data.draw(claims(family))
    there = convert(said, source=family, target=standard)
    back = convert(there.claims, source=standard, target=family)
    found = paths.values(back.claims)
    assert {leaf: found.get(leaf, "nothing") for leaf in kept(said, there)} == kept(said, there)


@EACH_PAIR
@FEWER
@given(st.data())
def test_what_others_wrote_comes_back_to_them(family: str, standard: str, data: st.DataObject) -> None:
    theirs = data.draw(documents(standard))
    here = convert(theirs, source=standard, target=family)
    back = convert(here.claims, source=family, target=standard)
    found = paths.values(opened(standard, back.claims))
    expected = {
        leaf: value
        for leaf, value in kept(opened(standard, theirs), here).items()
        if leaf and not any(paths.within(leaf, constant) for constant in STANDARDS[standard].constant)
    }
    assert {leaf: found.get(leaf, "nothing") for leaf in expected} == expected


@EACH_PAIR
@FEWER
@given(st.data())
def test_what_is_written_fits_there_and_says_what_it_lacks(family: str, standard: str, data: st.DataObject) -> None:
    there = convert(data.draw(claims(family)), source=family, target=standard)
    held = opened(standard, there.claims)
    for field in STANDARDS[standard].shape.fields:
        if field.required:
            assert any(field.takes(name) for name in held) or field.name in there.missing


@EACH_PAIR
def test_every_row_leads_from_a_field_of_ours_to_one_of_theirs(family: str, standard: str) -> None:
    from defa_id.types.fitting import field_at

    for row in crosswalk(FAMILIES[family], STANDARDS[standard]):
        assert field_at(FAMILIES[family].shape, row.ours), row.ours
        for place in row.theirs:
            assert field_at(STANDARDS[standard].shape, place), place
        assert rules.rule(row.rule).keeps


def person(name: Object, **others: Any) -> Object:
    return {"name": name, **others}


def form(value: str, lang: str = "id", script: str = "Latn", kind: str = "official") -> Object:
    return {"value": value, "lang": lang, "script": script, "kind": kind}


MONONYM: Final = {"full": [form("Contoh")], "structure": "mononym", "primary": "CONTOH"}
PATRONYMIC: Final = {
    "full": [form("Siti binti Misalan", "ms")],
    "structure": "patronymic",
    "primary": "SITI",
    "secondary": "BINTI MISALAN",
}


@pytest.mark.parametrize(
    "name", [MONONYM, PATRONYMIC, {"full": [form("ဒေါ်နမူနာ", "my", "Mymr")], "primary": "DAW NAMUNA"}]
)
@pytest.mark.parametrize("standard", ["eu-pid", "eu-pid-mdoc"])
def test_nobody_is_given_a_family_name(name: Object, standard: str) -> None:
    there = convert(person(name), source="person-identity", target=standard)
    assert "CONTOH" not in json.dumps(there.claims)
    assert not {"family_name", "given_name"} & opened(standard, there.claims).keys()
    assert {"family_name", "given_name"} <= set(there.missing)
    assert ("name", "a name without a family name has no place there") in there.lost


def test_a_mononym_is_a_primary_identifier_in_a_driving_licence_and_an_hcert() -> None:
    there = convert(person(MONONYM), source="person-identity", target="mdl")
    assert there.claims["namespaces"]["org.iso.18013.5.1"] == {"family_name": "CONTOH"}
    back = convert(there.claims, source="mdl", target="person-identity")
    assert back.claims == {"name": {"primary": "CONTOH"}}
    assert back.missing == ("name.full",)
    proof = convert(person(MONONYM, birth_date="1988"), source="health-certificate", target="hcert")
    assert proof.claims["nam"] == {"fn": "Contoh", "fnt": "CONTOH"}
    again = convert(proof.claims, source="hcert", target="health-certificate").claims
    assert again["name"] == {"full": [form("Contoh", "und")], "primary": "CONTOH"}
    assert again["birth_date"] == "1988"


@pytest.mark.parametrize(
    ("nam", "name", "lost"),
    [
        ({"fnt": "SUKARNO", "gnt": "<<"}, {"primary": "SUKARNO"}, ["nam.gnt"]),
        ({"fnt": "<", "gnt": "ADI<PUTRA"}, {"secondary": "ADI PUTRA"}, ["nam.fnt"]),
        ({"fnt": "BIN<<ALI<", "gnt": "ADI"}, {"primary": "BIN ALI", "secondary": "ADI"}, ["nam.fnt"]),
        ({"fnt": "<<", "gnt": "<"}, {}, ["nam.fnt", "nam.gnt"]),
    ],
)
def test_fillers_of_a_machine_readable_zone_are_no_names(nam: Object, name: Object, lost: list[str]) -> None:
    here = convert({"ver": "1.3.0", "dob": "1988", "nam": nam}, source="hcert", target="health-certificate")
    found = here.claims.get("name", {})
    assert {part: found[part] for part in ("primary", "secondary") if part in found} == name
    assert [one.path for one in here.lost] == lost


def test_what_a_philid_leaves_open_is_not_read() -> None:
    subject = {"fName": "CONTOH", "mName": "", "lName": "PE?A", "Suffix": "", "sex": "Female", "DOB": "02 January 1990"}
    document = {"DateIssued": "01 January 2026", "Issuer": "DEMO", "alg": "EDDSA", "subject": subject}
    here = convert(document, source="philsys-1", target="person-identity")
    assert here.claims == {"name": {"parts": {"given": "CONTOH"}}, "sex": 2, "issuing_authority": "DEMO"}
    open_letter, free_text = (
        "a letter in it may be any of ñ Ñ ?",
        "a date is a free text there, and none is read out of one",
    )
    assert {(one.path, one.why) for one in here.lost} == {
        ("subject.lName", open_letter),
        ("subject.mName", "it is empty"),
        ("subject.Suffix", "it is empty"),
        ("subject.DOB", free_text),
        ("DateIssued", free_text),
    }
    said = person({"parts": {"family": "Peña"}}, birth_date="1990-01-02")
    there = convert(said, source="person-identity", target="philsys-1")
    assert there.claims == {"subject": {"lName": "Peña"}}
    assert [(one.path, one.why) for one in there.lost] == [
        ("name.parts.family", open_letter),
        ("birth_date", free_text),
    ]


def test_names_of_two_parts_go_by_what_the_register_holds() -> None:
    name = {
        "full": [form("Nguyễn Thị Ví Dụ", "vi")],
        "primary": "NGUYEN",
        "secondary": "THI VI DU",
        "parts": {"family": "Nguyễn", "middle": "Thị", "given": "Ví Dụ"},
    }
    there = convert(person(name), source="person-identity", target="eu-pid")
    assert (there.claims["family_name"], there.claims["given_name"]) == ("Nguyễn", "Ví Dụ")
    assert {"name.primary", "name.secondary", "name.parts.middle"} <= {lost.path for lost in there.lost}
    licence = convert(person(name), source="person-identity", target="mdl").claims["namespaces"]["org.iso.18013.5.1"]
    assert licence == {
        "family_name": "NGUYEN",
        "given_name": "THI VI DU",
        "family_name_national_character": "Nguyễn",
        "given_name_national_character": "Ví Dụ",
    }
    back = convert(there.claims, source="eu-pid", target="person-identity")
    assert back.claims["name"]["full"] == [form("Nguyễn Ví Dụ", "und")]
    assert back.notes == (
        "the whole name was put together, primary identifier first; its register may write it otherwise",
    )


def test_one_half_of_a_name_is_not_taken_for_all_of_it() -> None:
    back = convert({"family_name": "Nguyễn"}, source="eu-pid", target="person-identity")
    assert back.claims == {"name": {"parts": {"family": "Nguyễn"}}}
    assert back.missing == ("name.full", "name.primary")


@pytest.mark.parametrize("date", ["1988", "1988-11"])
@pytest.mark.parametrize("standard", ["eu-pid", "eu-pid-mdoc", "mdl", "claim-169"])
def test_no_day_is_made_up(date: str, standard: str) -> None:
    there = convert(person(MONONYM, birth_date=date), source="person-identity", target=standard)
    assert "1988" not in json.dumps(there.claims)
    assert ("birth_date", "the day is not known, and no day is made up") in there.lost


@pytest.mark.parametrize(
    ("date", "why"),
    [
        ("2531-11-30", "a year of the Buddhist era is refused and never converted"),
        ("2026-02-30", "there is no such day"),
        ("1700-01-01", "the year is out of range"),
        ("30/11/1988", "it does not have the form it has there"),
    ],
)
def test_a_date_is_never_guessed_at(date: str, why: str) -> None:
    back = convert({"birthdate": date}, source="eu-pid", target="person-identity")
    assert "birth_date" not in back.claims
    assert [tuple(lost) for lost in back.lost] == [("birthdate", why)]


def test_a_driving_licence_takes_latin_1_alone() -> None:
    said = person({"full": [form("สมมติ", "th", "Thai")], "primary": "สมมติ"}, document_number="DEMO-Đ")
    there = convert(said, source="person-identity", target="mdl")
    assert there.claims["namespaces"]["org.iso.18013.5.1"] == {}
    why = "it does not have the form it has there"
    assert {("name.primary", why), ("document_number", why)} <= set(there.lost)
    assert "DEMO-Đ" not in str(there.lost)


def test_a_transcript_is_no_badge_and_a_degree_is_one() -> None:
    degree = {
        "name": {"full": [form("Sommut Tuayang", "th-Latn")], "primary": "TUAYANG", "secondary": "SOMMUT"},
        "kind": "bachelor_degree",
        "title": [{"value": "Bachelor of Engineering", "lang": "en"}],
        "awarding_body": {"name": "Demo University (synthetic)", "uri": "https://university.demo.example"},
        "awarded": "2024-06-30",
        "credits": "142.5",
        "result": {"value": "3.52", "status": "completed"},
    }
    badge = convert(degree, source="education", target="open-badges-3").claims
    assert badge["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert badge["awardedDate"] == "2024-06-30T00:00:00Z"
    assert badge["credentialSubject"] == {
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "Sommut Tuayang",
                "identityType": "name",
            }
        ],
        "achievement": {
            "achievementType": "BachelorDegree",
            "name": "Bachelor of Engineering",
            "inLanguage": "en",
            "creator": {
                "name": "Demo University (synthetic)",
                "id": "https://university.demo.example",
                "type": ["Profile"],
            },
            "type": ["Achievement"],
        },
        "creditsEarned": 142.5,
        "result": [{"value": "3.52", "status": "Completed", "type": ["Result"]}],
        "type": ["AchievementSubject"],
    }
    transcript = convert({**degree, "kind": "transcript"}, source="education", target="open-badges-3")
    assert ("kind", "a transcript is no achievement") in transcript.lost


def test_only_an_lei_goes_into_a_vlei() -> None:
    lei, other = {"scheme": "LEI", "number": "5493001KJTIIGC8Y1R12"}, {"scheme": "DUNS", "number": "1"}
    there = convert({"other_identifiers": [other, lei]}, source="legal-entity", target="vlei-legal-entity")
    assert there.claims == {"LEI": lei["number"]}
    assert ("other_identifiers", "only a single LEI has a place there") in there.lost
    acdc = {"d": "E…", "i": "E…", "dt": "2026-01-01T00:00:00Z", "LEI": lei["number"]}
    back = convert(acdc, source="vlei-legal-entity", target="legal-entity")
    assert (back.claims, back.lost) == ({"other_identifiers": [lei]}, ())
    assert back.missing == ("legal_name", "registration")
    refused = convert({"LEI": "not an LEI"}, source="vlei-legal-entity", target="legal-entity")
    assert refused.claims == {"other_identifiers": [{"scheme": "LEI", "number": "not an LEI"}]}
    written = convert(refused.claims, source="legal-entity", target="vlei-legal-entity")
    assert (written.claims, written.missing) == ({}, ("LEI",))


def test_a_mandate_and_an_official_role() -> None:
    role = {"LEI": "5493001KJTIIGC8Y1R12", "personLegalName": "Tan Shi Li", "officialRole": "Director"}
    back = convert(role, source="vlei-official-role", target="mandate")
    assert back.claims["role"] == "Director"
    assert back.claims["representative"]["person"]["name"] == {"full": [form("Tan Shi Li", "und")]}
    assert convert(back.claims, source="mandate", target="vlei-official-role").claims == role


def test_the_official_test_data_of_hcert_come_through(vectors: Path) -> None:
    """EU DCC test data: what they say of a person and an event survives both ways."""
    tried = 0
    for path in sorted((vectors / "hcert").rglob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8")).get("JSON")
        if not isinstance(document, dict) or not document.get("nam", {}).get("fnt"):
            continue
        here = convert(document, source="hcert", target="health-certificate")
        back = convert(here.claims, source="health-certificate", target="hcert").claims
        found = paths.values(back)
        expected = {leaf: value for leaf, value in kept(document, here).items() if leaf != "ver"}
        assert {leaf: found.get(leaf) for leaf in expected} == expected, path.name
        assert here.claims["name"]["primary"] == document["nam"]["fnt"].replace("<", " ")
        tried += 1
    assert tried >= 30


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        ("passport", "eu-pid", "no credential type 'passport'"),
        ("eu-pid", "passport", "no credential type 'passport'"),
        ("eu-pid", "mdl", "no credential type 'eu-pid'|no credential type 'mdl'"),
        ("person-identity", "legal-entity", "neither person-identity nor legal-entity is a standard"),
        ("person-identity", "open-badges-3", "no way between person-identity and open-badges-3"),
        ("education", "elm", "no way between education and elm"),
    ],
)
def test_a_pair_that_does_not_stand_is_told_why(source: str, target: str, told: str) -> None:
    with pytest.raises(WrongUse, match=told):
        convert({}, source=source, target=target)


@pytest.mark.parametrize("document", [{}, {"docType": "other", "namespaces": {}}, {"docType": "org.iso.18013.5.1.mDL"}])
def test_an_mdoc_of_another_type_is_not_read(document: Object) -> None:
    with pytest.raises(WrongUse, match=r"not the claims of an mdoc of type org\.iso\.18013\.5\.1\.mDL"):
        convert(document, source="mdl", target="driving-licence")


def test_another_namespace_is_named_as_lost() -> None:
    spaces = {"org.iso.18013.5.1": {"family_name": "CONTOH"}, "org.iso.18013.5.1.aamva": {"organ_donor": 1}}
    back = convert({"docType": "org.iso.18013.5.1.mDL", "namespaces": spaces}, source="mdl", target="driving-licence")
    assert ("org.iso.18013.5.1.aamva.organ_donor", "another namespace") in back.lost
    assert back.claims == {"name": {"primary": "CONTOH"}}


def test_no_rule_is_left_unused() -> None:
    used = {row.rule for family in FAMILIES.values() for rows in family.crosswalks.values() for row in rows}
    assert used == rules.RULES.keys()
    with pytest.raises(WrongUse, match="no rule is called guess"):
        rules.rule("guess")
