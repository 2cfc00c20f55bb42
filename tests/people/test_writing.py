"""writing: what a name may be written with, what is left out, and what is refused (adversarial area L)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.catalogue import CATALOGUE
from defa_id.codec import limits
from defa_id.people import writing

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=120)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = "\0\a\b\t\n\v\f\r\x1b\x7f\x85\xad\u2028\u2029\u2060\ufeff\ufff9\ue000\ufdd0\uffff\U000e0041\U0010ffff\ud800"


def findings(text: str, **known: str) -> tuple[str, ...]:
    return writing.read(text, **known).findings


@pytest.mark.parametrize(
    "text",
    [
        *("Siti binti Misalan", "Nguyễn Văn Mẫu", "Ma. Dolores Peña-Reyes", "D'Cruz", "Rajan a/l Kumar", "Tan @ Lim"),
        *("สมมติ ตัวอย่าง", "น้ำฝน", "ສົມສັກ ຄຳ", "ໝາຍ", "សុខ ដារា", "ဒေါ်နမူနာ", "முருகன்", "陈美玲", "عبدالله", "Mª José"),
    ],
)
def test_names_of_the_region_are_taken_as_they_are(text: str) -> None:
    assert writing.read(text).text == text
    assert findings(text) == ()


@pytest.mark.parametrize("character", BIDI + UNSEEN, ids=lambda character: f"U+{ord(character):04X}")
def test_what_nobody_can_see_is_refused(character: str) -> None:
    for text in (f"Tan{character}Ah", character, f"{character}Tan", f"สม{character}ชาย", f"علي{character}ا"):
        written = writing.read(text)
        assert "NAME_HIDDEN_CHARACTER" in written.findings
        assert not written.usable


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ขวัญ\u200bใจ", "ขวัญใจ"),
        ("សុខ\u200bដារា", "សុខដារា"),
        ("အောင်\u200bဆန်း", "အောင်ဆန်း"),
        ("عبد\u200cالله", "عبدالله"),
        ("க்\u200cஷ", "க்ஷ"),
        ("ស\u200b\u200bុខ", "សុខ"),
    ],
)
def test_the_separators_a_script_is_written_with_are_left_out(text: str, kept: str) -> None:
    written = writing.read(text)
    assert (written.text, written.findings, written.usable) == (kept, ("NAME_SEPARATOR",), True)


@pytest.mark.parametrize(
    "text", ["Tan\u200bAh", "Tan\u200dAh", "ขวัญ\u200dใจ", "陈\u200b美", "\u200bใจ", "ใจ\u200b", "ใจ\u200bTan"]
)
def test_a_separator_anywhere_else_is_hidden(text: str) -> None:
    assert "NAME_HIDDEN_CHARACTER" in findings(text)


def test_normalisation_form_c_and_never_kc() -> None:
    assert writing.read("น\u0e33").text == "น\u0e33" != unicodedata.normalize("NFKC", "น\u0e33")
    assert writing.read("ຄ\u0eb3").text == "ຄ\u0eb3" != unicodedata.normalize("NFKC", "ຄ\u0eb3")
    decomposed = unicodedata.normalize("NFD", "Nguyễn")
    assert (len("Nguyễn"), len(decomposed)) == (6, 8)
    assert writing.read(decomposed) == writing.Written("Nguyễn", frozenset({"Latn"}), ("NAME_NOT_NFC",))


@pytest.mark.parametrize("text", ["ﬁtri", "Ｔａｎ", "𝐓an", "ﻋﻠﻲ", "Tan Ⅲ", "ſiti", "①"])
def test_typographic_variants_are_refused_and_never_folded(text: str) -> None:
    assert "NAME_COMPATIBILITY" in findings(text)
    assert not writing.read(text).usable


@pytest.mark.parametrize("text", ["аdam", "Аdam Tan", "Μaria", "Tаn", "สมXชาย", "ສົມสัก"])
def test_letters_of_two_scripts_in_one_word_are_refused(text: str) -> None:
    assert "NAME_MIXED_SCRIPTS" in findings(text)


def test_words_of_two_scripts_are_left_to_the_reader_of_words() -> None:
    written = writing.read("Dr สมชาย")
    assert written.usable
    assert written.scripts == {"Latn", "Thai"}


@pytest.mark.parametrize("text", ["Tan 😀", "Tan ™", "Tan $", "A+B", "A^B", "A|B"])
def test_signs_that_belong_to_no_name_are_refused(text: str) -> None:
    assert "NAME_SYMBOL" in findings(text)


def test_marks_are_piled_up_to_what_a_script_needs() -> None:
    assert "NAME_PILED_MARKS" not in findings("a" + "\u0301" * limits.NAME_MARKS)
    assert "NAME_PILED_MARKS" in findings("a" + "\u0301" * (limits.NAME_MARKS + 1))
    assert "NAME_PILED_MARKS" not in findings("ก" + "\u0e48" * limits.NAME_MARK_RUN)
    assert "NAME_PILED_MARKS" in findings("ก" + "\u0e48" * (limits.NAME_MARK_RUN + 1))
    assert findings("မြွှော့်") == ()
    for form in ("NFC", "NFD"):
        assert "NAME_PILED_MARKS" not in findings(unicodedata.normalize(form, "Nguyễn Thị Thuỷ Ưởng"))


def test_l12_a_pile_of_ten_thousand_marks_costs_nothing() -> None:
    assert findings("e" + "\u0301" * 10_000) == ("NAME_TOO_LONG",)
    assert writing.read("e" + "\u0301" * 10_000).text == ""


def test_a_name_is_as_long_as_a_schema_lets_it_be() -> None:
    assert findings("a" * limits.NAME_CHARS) == ()
    assert findings("a" * (limits.NAME_CHARS + 1)) == ("NAME_TOO_LONG",)
    decomposed = unicodedata.normalize("NFD", "ế" * limits.NAME_CHARS)
    assert len(decomposed) == 3 * limits.NAME_CHARS
    assert findings(decomposed) == ("NAME_NOT_NFC",)
    assert findings("a" * (4 * limits.NAME_CHARS + 1)) == ("NAME_TOO_LONG",)


@pytest.mark.parametrize("text", ["", " ", "\u00a0\u3000"])
def test_white_space_is_no_name(text: str) -> None:
    assert findings(text) == ("NAME_EMPTY",)


def test_all_spaces_are_one_space() -> None:
    assert writing.read(" Tan\u00a0\u3000 Ah ").text == "Tan Ah"


@pytest.mark.parametrize(
    ("text", "code"), [("Tan 2", "NAME_DIGITS"), ("ตัน ๒", "NAME_DIGITS"), ("Pe?a", "NAME_REPLACED")]
)
def test_what_is_only_noted(text: str, code: str) -> None:
    assert findings(text) == (code,)
    assert writing.read(text).usable


def test_every_refusal_is_a_reason_of_the_catalogue() -> None:
    assert set(CATALOGUE.reasons) >= writing.REFUSED


@given(ANYTHING)
def test_reading_never_fails_and_reading_again_changes_nothing(text: str) -> None:
    written = writing.read(text)
    assert set(written.findings) <= set(CATALOGUE.reasons)
    again = writing.read(written.text)
    assert again.text == written.text
    if written.usable:
        assert again.usable
        assert again.scripts == written.scripts


@given(ANYTHING)
def test_the_form_it_came_in_makes_no_difference(text: str) -> None:
    ways = {
        (written.text, written.scripts, tuple(code for code in written.findings if code != "NAME_NOT_NFC"))
        for form in ("NFC", "NFD")
        for written in (writing.read(unicodedata.normalize(form, text)),)
    }
    assert len(ways) == 1
    (way,) = ways
    assert writing.read(text).text == way[0]
