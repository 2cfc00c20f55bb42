"""zawgyi: every kind of evidence is found, well-formed Burmese shows none, and another's detector agrees."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from functools import cache

import pytest
from myanmartools import ZawgyiDetector

from defa_id.people import writing, zawgyi

# The same word in both encodings: Unicode, Zawgyi, and what gives the second away.
PAIRS = [
    ("မြန်မာ", "ျမန္မာ", {"medial-first"}),
    ("အောင်ဆန်း", "ေအာင္ဆန္း", {"vowel-e-first", "virama-last"}),
    ("ချစ်", "ခ်စ္", {"virama-last"}),
    ("ချို", "ခ်ိဳ", {"killed-vowel", "shapes"}),
    ("ကျော်", "ေက်ာ္", {"vowel-e-first", "killed-vowel", "virama-last"}),
    ("စုကြည်", "စုၾကည္", {"virama-last", "shapes"}),
    ("မောင်", "ေမာင္", {"vowel-e-first", "virama-last"}),
    ("ခင်", "ခင္", {"virama-last"}),
    ("ဒေါ်", "ေဒၚ", {"vowel-e-first", "shapes"}),
    ("သန့်", "သန႔္", {"virama-last", "shapes"}),
    ("ဦးနု", "ဦးႏု", {"shapes"}),
    ("ဖြူ", "ျဖဴ", {"medial-first", "shapes"}),
    ("ထွန်း", "ထြန္း", {"virama-last"}),
    ("ကြွယ်", "ႂကြယ္", {"virama-last", "shapes"}),
]


@cache
def detector() -> ZawgyiDetector:
    with warnings.catch_warnings():  # it opens its model by a call that Python 3.11 deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        return ZawgyiDetector()


def probability(text: str) -> float:
    return float(detector().get_zawgyi_probability(text))


@pytest.mark.parametrize(("right", "zawgyi_text", "signs"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_zawgyi_is_told_by_what_unicode_cannot_hold(right: str, zawgyi_text: str, signs: set[str]) -> None:
    assert set(zawgyi.evidence(zawgyi_text, "my")) == signs
    assert zawgyi.evidence(right, "my") == ()
    assert "NAME_ZAWGYI" in writing.read(zawgyi_text, language="my").findings
    assert not writing.read(zawgyi_text, language="my").usable
    assert writing.read(right, language="my") == writing.Written(right, frozenset({"Mymr"}), ())


@pytest.mark.parametrize(("right", "zawgyi_text", "_"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_another_detector_agrees(right: str, zawgyi_text: str, _: set[str]) -> None:
    assert probability(right) < 0.1  # short words are told apart less surely
    assert probability(zawgyi_text) > 0.95


def syllables() -> Iterator[str]:
    """Burmese syllables in Unicode: consonant, medials, vowel and final, in the order the standard stores them."""
    medials = ["", "ျ", "ြ", "ွ", "ှ", "ျွ", "ြွ", "ြှ", "ွှ", "ျှ"]
    rhymes = [
        *("", "ာ", "ါ", "ိ", "ီ", "ု", "ူ", "ေ", "ဲ", "ော", "ေါ", "ော်", "ေါ်", "ို", "ံ", "ုံ", "ိံ", "့", "း", "ို့", "ော့"),
        *("က်", "င်", "စ်", "ဉ်", "ည်", "တ်", "န်", "ပ်", "မ်", "ယ်", "န့်", "င်း", "ောင်", "ောက်", "ိုင်", "ုန်း", "ိန်", "ွတ်", "ိုယ်"),
    ]
    for consonant, medial, rhyme in itertools.product(map(chr, range(0x1000, 0x1022)), medials, rhymes):
        yield consonant + medial + rhyme


def test_no_syllable_of_burmese_is_taken_for_zawgyi() -> None:
    made = list(syllables())
    assert len(made) > 12_000
    assert [syllable for syllable in made if zawgyi.evidence(syllable, "my")] == []
    # Two in a row: what follows a syllable may not speak against it either.
    assert [
        one + two for one, two in zip(made[::7], made[3::7], strict=False) if zawgyi.evidence(one + two, "my")
    ] == []


@pytest.mark.parametrize("word", ["ယောက်ျား", "ကျွန်ုပ်", "သင်္ဘော", "ဗုဒ္ဓ", "ဥက္ကဋ္ဌ", "ပြဿနာ", "အင်္ဂလိပ်", "ဣန္ဒြေ", "၁၂၃"])
def test_the_odd_spellings_of_burmese_are_unicode(word: str) -> None:
    assert zawgyi.evidence(word, "my") == ()
    assert probability(word) < 0.05 or word == "၁၂၃"


@pytest.mark.parametrize(
    ("language", "text"),
    [("shn", "ၸၢႆးမိူင်း"), ("shn", "ၽႃႈသႃႇတႆး"), ("mnw", "မန်ဍုၚ်"), ("ksw", "ကညီကျိာ်"), ("kyu", "ကယားလီ")],
)
def test_the_other_languages_of_the_script_are_not_taken_for_zawgyi(language: str, text: str) -> None:
    assert zawgyi.evidence(text, language) == ()


def test_without_a_language_the_shapes_of_other_languages_are_no_evidence() -> None:
    assert zawgyi.evidence("ၸၢႆး", None) == ()
    assert zawgyi.evidence("ၸၢႆး", "my") == ("shapes",)


@pytest.mark.parametrize("text", ["", "Tan Ah Kow", "สมชาย", "陈"])
def test_other_scripts_show_nothing(text: str) -> None:
    assert zawgyi.evidence(text) == ()
