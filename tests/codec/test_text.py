"""text: what is shown is one line of visible characters, and identifiers hold nothing else."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id.codec import limits
from defa_id.codec.text import escaped, printable, require_visible
from defa_id.errors import Fault

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)  # half characters too
UNSEEN = "\0\a\b\t\n\v\f\r\x1b\x1c\x7f\x85\xad\u200b\u200c\u200d\u2028\u2029\u2060\ufeff\ufff9\ue000\ufdd0\uffff" + BIDI
BEYOND = "\U000e0001\U000e0041\U000f0000\U0010ffff\ud800\udfff"
HOSTILE = st.text(st.sampled_from(UNSEEN + BEYOND + "\xa0a<ไ"), max_size=200)


@settings(max_examples=300)
@given(ANYTHING | HOSTILE, st.integers(1, 120))
def test_what_is_shown_is_one_short_line_of_visible_characters(text: str, length: int) -> None:
    shown = printable(text, length)
    assert len(shown) <= length
    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert shown.encode("utf-8")[:0] == b""


@settings(max_examples=300)
@given(st.recursive(ANYTHING | HOSTILE, lambda below: st.lists(below) | st.dictionaries(HOSTILE, below), max_leaves=6))
def test_escaped_json_says_the_same_and_nothing_in_it_steers_a_terminal(value: object) -> None:
    for indent in (None, 2):
        text = escaped(json.dumps(value, ensure_ascii=False, indent=indent))
        assert json.loads(text) == value
        hidden = {unicodedata.category(character) for character in text.replace("\n", "")}
        assert not hidden & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANYTHING)
def test_the_bound_is_64_unless_told(text: str) -> None:
    assert limits.ECHO_CHARS == 64
    assert len(printable(text)) <= 64


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=64))
def test_plain_text_that_fits_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("text", ["Công dân", "ประเทศไทย", "မြန်မာ", "ខ្មែរ", "中文", "a\u00a0b"])
def test_the_scripts_of_the_member_states_stay_readable(text: str) -> None:
    assert printable(text) == text


def test_every_code_point_by_itself() -> None:
    """All 1,114,112, because a category forgotten is a terminal escaped."""
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not [
        hex(code)
        for code in range(0x110000)
        if (unicodedata.category(chr(code)) in hidden) == (printable(chr(code)) == chr(code))
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\nb\r\n", "a\\u000ab\\u000d\\u000a"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\U000e0041", "\\ue0041"),
        ("x" * 64, "x" * 64),
        ("x" * 65, "x" * 63 + "…"),
        ("x" * 10**6, "x" * 63 + "…"),
        ("\x1b" * 64, "\\u001b" * 10 + "\\u0…"),
        ("", ""),
        (None, "None"),
        (7, "7"),
        (b"\xff\n", "b'\\xff\\n'"),
        (["\u202e", "\x1b"], "['\\u202e', '\\x1b']"),
    ],
)
def test_how_it_is_shown(text: object, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "identifier",
    ["did:web:a.example", "https://issuer.example/x?y#z", "urn:defa-id:person-identity:1", "ไทย", "Công", "a b", ""],
)
def test_a_visible_identifier_comes_back_as_it_is(identifier: str) -> None:
    assert require_visible(identifier, "iss") is identifier


# Adversarial catalogue L04, L06, L07, L14.
@pytest.mark.parametrize("character", UNSEEN + BEYOND, ids=lambda character: f"U+{ord(character):04X}")
def test_a_character_nobody_can_see_is_refused(character: str) -> None:
    for identifier in (character, "did:web:a" + character, character + "did:web:a", f"ไ{character}ท"):
        with pytest.raises(Fault) as refused:
            require_visible(identifier, "iss")
        assert refused.value.code == "SHAPE_CONTROL_CHAR"
        assert refused.value.why.startswith("iss ")
        assert character not in str(refused.value.evidence["value"])


@given(ANYTHING)
def test_what_is_let_through_is_shown_without_escapes(text: str) -> None:
    try:
        require_visible(text, "x")
    except Fault as fault:
        assert fault.code == "SHAPE_CONTROL_CHAR"
        assert len(str(fault.evidence["value"])) <= limits.ECHO_CHARS
    else:
        assert printable(text, len(text) + 1) == text


@pytest.mark.parametrize(
    ("one", "other"), [("\u212a", "K"), ("ﬁ", "fi"), ("Ａ", "A"), ("é", "e\u0301"), ("о", "o"), ("ı", "i")]
)
def test_l03_nothing_is_ever_folded(one: str, other: str) -> None:
    assert require_visible(one, "x") == one != require_visible(other, "x")
    assert printable(one) == one != printable(other)
