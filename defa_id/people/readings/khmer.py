"""Khmer letters as names are romanised: there is no rule in use, and vowels follow the series of the consonant."""

from __future__ import annotations

from typing import Final

from defa_id.people.spelling import Unit, Units, table

_CONSONANTS: Final = table("""
    ក k
    ខ kh k
    គ k c g
    ឃ kh k
    ង ng
    ច ch c
    ឆ chh ch
    ជ ch c j
    ឈ chh ch
    ញ nh ny n
    ដ d
    ឋ th
    ឌ d
    ឍ th
    ណ n
    ត t d
    ថ th t
    ទ t
    ធ th t
    ន n
    ប b p
    ផ ph p
    ព p
    ភ ph p
    ម m
    យ y i ey -
    រ r -
    ល l
    វ v w
    ស s h -
    ហ h
    ឡ l
    អ -
    ឥ i e
    ឦ i ei
    ឧ u o ou
    ឩ u ou
    ឪ ov ou
    ឫ rue ri roe
    ឬ rue reu
    ឯ ae e
    ឱ ao o
    ឲ ao o
    ឳ au ov
""")
_VOWELS: Final = table("""
    ា a ea ar ear ia ie
    ិ i e it ek
    ី i ei ey y
    ឹ oe eu e i ue u
    ឺ eu oe ue u
    ុ o u ou
    ូ o u ou
    ួ uo ua ou uor uon
    ើ aeu oe eu er ae
    ឿ oeu eua ua oeur eu
    ៀ ie ea iea ia
    េ e ei ay ae
    ែ ae e ea er
    ៃ ai ei ey ay y
    ោ o ao ou or oa
    ៅ au ao ov ow ou av
    ំ am om um m oam oum
    ះ ah as h eah -
    ៈ a ak -
    ់ -
    ៉ -
    ៊ -
    ័ a oa o or
    ៌ r -
    ៏ -
""")
_COENG: Final = "\u17d2"
_SILENT: Final = "\u17cd"  # TOANDAKHIAT, over a letter that is not spoken
_STOPS: Final = ("កខគឃ", "ចឆជឈ", "ដឋឌឍតថទធ", "បផពភ")
_INHERENT: Final[Unit] = ("", "a", "o", "or", "aw", "oa", "ar")


def units(word: str) -> Units | None:
    """The spellings of a word's letters; None if something in it is not spelt."""
    found: list[Unit] = []
    for place, character in enumerate(word):
        if character == _COENG:
            if found and found[-1] == _INHERENT:
                found.pop()
            if found and _place_of(word[place - 1]) == _place_of(word[place + 1 : place + 2]):
                found[-1] = (*found[-1], "")  # in បុប្ផា the two are one sound
        elif character == _SILENT:
            _silence(found)
        elif character in _CONSONANTS:
            found.extend((_CONSONANTS[character], _INHERENT))
        elif character in _VOWELS:
            if found and found[-1] == _INHERENT and _VOWELS[character] != ("",):
                found.pop()
            found.append(_VOWELS[character])
        else:
            return None
    if word[-2:-1] == _COENG:
        _silence(found)  # in ច័ន្ទ what stands below the last letter
    return tuple(found)


def _place_of(consonant: str) -> str | None:
    """Where in the mouth a stop is made; None of other letters."""
    return next((stops for stops in _STOPS if consonant and consonant in stops), None)


def _silence(found: list[Unit]) -> None:
    """Let the last consonant be silent, and what stands below it."""
    for place in range(len(found) - 1, max(len(found) - 3, -1), -1):
        found[place] = (*found[place], "")
