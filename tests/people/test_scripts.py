"""scripts: letters know their script, and tags are held to their standards."""

from __future__ import annotations

import unicodedata

import langcodes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.people import scripts

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Nguyễn Văn An", "Latn"),
        ("Nguyễn".encode().decode("utf-8"), "Latn"),
        (unicodedata.normalize("NFD", "Peña"), "Latn"),
        ("Mª", "Latn"),
        ("สมชาย ใจดี", "Thai"),
        ("ສົມສັກ", "Laoo"),
        ("សុខ ដារា", "Khmr"),
        ("အောင်ဆန်း", "Mymr"),
        ("ၸၢႆးမိူင်း", "Mymr"),
        ("முருகன்", "Taml"),
        ("陈美玲", "Hani"),
        ("احمد بن علي", "Arab"),
        ("Иван", "Cyrl"),
    ],
)
def test_every_letter_of_a_name_is_of_its_script(text: str, script: str) -> None:
    assert scripts.scripts_of(text) == {script}
    assert scripts.fits(script, scripts.scripts_of(text))
    assert not scripts.fits("Bugi", scripts.scripts_of(text))


@pytest.mark.parametrize("text", ["", " ", "-.,'/", "0123", "๑๒๓", "\u0301", "ʼ", "😀"])
def test_what_every_script_shares_is_of_none(text: str) -> None:
    assert scripts.scripts_of(text) == frozenset()


@pytest.mark.parametrize("character", ["ａ", "𝐀", "ᏣᎳᎩ"[0], "Ꞛ"])
def test_a_letter_of_no_script_of_the_region_is_uncoded_or_its_own(character: str) -> None:
    assert scripts.script_of(character) in {scripts.UNKNOWN, "Latn"}


@pytest.mark.parametrize(
    ("tag", "found", "whether"),
    [
        ("Hans", {"Hani"}, True),
        ("Hant", {"Hani"}, True),
        ("Jpan", {"Hani", "Hira"}, True),
        ("Latn", {"Latn", "Cyrl"}, False),
        ("Thai", {"Laoo"}, False),
        ("Thai", set(), True),
    ],
)
def test_a_tag_may_be_narrower_than_its_letters_show(tag: str, found: set[str], whether: bool) -> None:
    assert scripts.fits(tag, found) is whether


def test_only_japanese_and_korean_are_written_in_several() -> None:
    assert scripts.one_script({"Hani", "Hira", "Kana"})
    assert scripts.one_script({"Hang", "Hani"})
    assert not scripts.one_script({"Latn", "Cyrl"})
    assert not scripts.one_script({"Thai", "Latn"})
    assert [scripts.broad(script) for script in ("Hans", "Hant", "Hani", "Thai")] == ["Hani", "Hani", "Hani", "Thai"]


def test_every_script_code_is_one_of_iso_15924() -> None:
    known = {*scripts._BY_NAME.values(), *scripts._NARROWER, *scripts.OWN_SCRIPT.values(), *scripts.UNSPACED}
    assert [code for code in sorted(known) if not langcodes.tag_is_valid(f"und-{code}")] == []
    assert all(scripts.is_script_code(code) for code in known)
    assert [code for code in ("latn", "LATN", "Lat", "Latn1", "Lätn", "") if scripts.is_script_code(code)] == []


def test_every_language_is_one_of_the_registry() -> None:
    assert [tag for tag in scripts.OWN_SCRIPT if not langcodes.tag_is_valid(tag)] == []


@pytest.mark.parametrize(
    "tag",
    ["th", "zh-Hans", "ms-BN", "ms-Arab-BN", "tet", "th-Latn", "zh-yue-HK", "sl-rozaj-1994", "en-a-bbb-x-a", "x-y"],
)
def test_language_tags(tag: str) -> None:
    assert scripts.is_language_tag(tag)
    assert scripts.is_language_tag(tag.upper())
    assert langcodes.tag_is_valid(tag) or tag.startswith(("x", "en-a"))


@pytest.mark.parametrize(
    "tag", ["", "t", "thai!", "th_TH", "th-", "-th", "th--TH", "th-Lat$", "ไทย", "a-b", "th-Thai" * 9]
)
def test_what_is_no_language_tag(tag: str) -> None:
    assert not scripts.is_language_tag(tag)


def test_what_a_tag_says() -> None:
    assert scripts.language("ZH-Hans-SG") == "zh"
    assert scripts.language(None) is None
    assert scripts.region("ms-Arab-BN") == "BN"
    assert scripts.region("ms-bn") == "BN"
    assert scripts.region("en-x-th") is None
    assert scripts.region("tet") is None
    assert scripts.region(None) is None


@given(ANYTHING)
def test_nothing_a_text_holds_is_too_much(text: str) -> None:
    for script in scripts.scripts_of(text):
        assert scripts.is_script_code(script)
    assert scripts.is_language_tag(text) in {True, False}
    assert scripts.one_script(scripts.scripts_of(text)) in {True, False}
