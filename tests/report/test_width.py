"""Columns on a terminal: Thai, Khmer and Burmese marks take none, Chinese takes two, nothing is torn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.report.width import clip, clip_start, clusters, letters, pad, unpile, width, wrap

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Singapore", 9),
        ("", 0),
        ("新加坡", 6),
        ("กรุงเทพ", 6),  # seven code points, one of them below a letter
        ("ที่นี่", 2),
        ("កម្ពុជា", 5),  # coeng and its letter: the sign has no width, the letter has
        ("café", 4),
        ("cafe\N{COMBINING ACUTE ACCENT}", 4),
        ("한국", 4),
        ("\N{HANGUL CHOSEONG HIEUH}\N{HANGUL JUNGSEONG A}\N{HANGUL JONGSEONG NIEUN}", 2),
        ("a\tb\x1b", 2),
        ("\N{ZERO WIDTH SPACE}x", 1),
    ],
)
def test_columns_are_counted_as_a_terminal_draws_them(text: str, columns: int) -> None:
    assert width(text) == columns


@given(TEXTS, st.integers(1, 30))
def test_clipping_keeps_to_its_columns_and_tears_no_letter(text: str, columns: int) -> None:
    whole = list(letters(text))
    for cut, kept in ((clip(text, columns), 1), (clip_start(text, columns), -1)):
        assert width(cut) <= columns
        if cut != text:
            rest = list(letters(cut.strip("…")))
            assert rest == (whole[: len(rest)] if kept == 1 else whole[len(whole) - len(rest) :])


@given(TEXTS, st.integers(2, 40))
def test_wrapping_loses_nothing_but_spaces_and_keeps_to_its_columns(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_wrapping_breaks_at_spaces_where_there_are_any() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("", 7) == [""]


def test_a_long_identifier_breaks_behind_its_own_marks() -> None:
    assert wrap("did:web:identity.example:issuers:person", 20) == ["did:web:identity.", "example:issuers:", "person"]


def test_a_pile_of_marks_is_cut() -> None:
    zalgo = "a" + "\N{COMBINING GRAVE ACCENT}" * 10_000
    assert len(unpile(zalgo)) == 6
    assert unpile("ที่นี่") == "ที่นี่"
    assert unpile("plain") == "plain"


def test_padding_counts_columns() -> None:
    assert pad("新", 4) == "新  "
    assert pad("longer", 3) == "longer"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("เอกสาร", ["เอ", "ก", "สา", "ร"]),  # the vowel written first belongs to the consonant after it
        ("น้ำใจ", ["น้ำ", "ใจ"]),
        ("ໄທ", ["ໄທ"]),
        ("មុខងារ", ["មុ", "ខ", "ងា", "រ"]),
        ("កម្ពុជា", ["ក", "ម្ពុ", "ជា"]),  # coeng draws the next consonant beneath
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
        ("ဒုက္ခ", ["ဒု", "က္ခ"]),
    ],
)
def test_a_line_may_end_only_between_clusters(text: str, pieces: list[str]) -> None:
    assert list(clusters(text)) == pieces


@given(st.text("เแโใไกขคงจาะำๆิี่้์ abc", max_size=80), st.integers(6, 40))
def test_no_thai_line_begins_or_ends_where_none_may(text: str, columns: int) -> None:
    whole = {piece for word in text.split(" ") for piece in clusters(word)}
    if max(map(width, whole), default=0) <= columns:
        assert {piece for line in wrap(text, columns) for word in line.split(" ") for piece in clusters(word)} == whole


def test_a_thai_line_ends_before_a_syllable_where_one_surely_begins() -> None:
    assert wrap("ขอเอกสารรับรองจากผู้ถือให้แสดงอีกครั้งต่อคำขอใหม่", 20) == [
        "ขอเอกสารรับรองจากผู้ถือ",
        "ให้แสดงอีกครั้งต่อคำขอใหม่",
    ]
