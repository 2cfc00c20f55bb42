"""Lao letters as names are romanised: the French way of old, and the English one."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.spelling import Unit, Units, table

_CONSONANTS: Final = table("""
    ກ k g ck
    ຂ kh k
    ຄ kh k
    ງ ng
    ຈ ch j c
    ສ s x
    ຊ s x z ch
    ຍ ny gn nh y i n
    ດ d t th
    ຕ t
    ຖ th t
    ທ th t
    ນ n ne
    ບ b p
    ປ p
    ຜ ph p
    ຝ f
    ພ ph p
    ຟ f
    ມ m
    ຢ y
    ຣ r l -
    ລ l r
    ວ v w o u ou
    ຫ h -
    ອ - o or
    ຮ h
    ໜ n hn
    ໝ m hm
""")
_VOWELS: Final = table("""
    ະ a ah
    ັ a u
    າ a ar ah
    ຳ am um
    ິ i e
    ີ i y e
    ຶ ue u eu
    ື ue u eu
    ຸ u ou o
    ູ u ou o
    ົ o
    ໍ o or
    ຽ ia ie ea
    ຼ l r
""")
_IA: Final[Unit] = ("ia", "ie", "ea", "ya")
_UEA: Final[Unit] = ("uea", "ua", "eua", "ue", "oua")
_AO: Final[Unit] = ("ao", "au", "aw")
_OE: Final[Unit] = ("oe", "eu", "er", "e", "eur")
_UA: Final[Unit] = ("ua", "oua", "uo", "ou")
_PREFIXED: Final[dict[str, Unit]] = {
    "ເ": ("e", "ay", "ae", "eh"),
    "ແ": ("ae", "e", "eh", "air"),
    "ໂ": ("o", "oh"),
    "ໃ": ("ai", "ay", "i", "y"),
    "ໄ": ("ai", "ay", "i", "y"),
}
_AFTER: Final[dict[str, tuple[tuple[str, Unit], ...]]] = {
    "ເ": (("ຍ", _IA), ("ືອ", _UEA), ("ຶອ", _UEA), ("ົາ", _AO), ("ີ", _OE), ("ິ", _OE)),
    "ໄ": (("ຍ", _PREFIXED["ໄ"]),),
}
_IMPLIED: Final[Unit] = ("", "o", "a")
_TONES: Final = re.compile("[\u0ec8-\u0ecc]")
_LETTERS: Final = frozenset(_CONSONANTS)
_LED: Final = frozenset("ງຍນມຢຣລວ")  # sonorants that a silent ຫ leads


def units(word: str) -> Units | None:
    """The spellings of a word's letters in the order of speech; None if something in it is not spelt."""
    text = _TONES.sub("", word)
    found: list[Unit] = []
    place = 0
    while place < len(text):
        if text[place] in _PREFIXED:
            vowel = text[place]
            consonants = _initial(text[place + 1 :])
            if not consonants:
                return None
            place += 1 + len(consonants)
            spelt, taken = next(
                ((other, len(signs)) for signs, other in _AFTER.get(vowel, ()) if text.startswith(signs, place)),
                (_PREFIXED[vowel], 0),
            )
            place += taken
            found.extend(_CONSONANTS.get(consonant) or _VOWELS[consonant] for consonant in consonants)
            found.append(spelt)
            while vowel not in "ໃໄ" and place < len(text) and text[place] in "ະັ":
                place += 1
        elif text.startswith("ົວ", place):
            found.append(_UA)
            place += 2
        elif text[place] in _LETTERS:
            found.extend((_CONSONANTS[text[place]], _IMPLIED))
            place += 1
        elif text[place] in _VOWELS:
            if found and found[-1] == _IMPLIED:
                found.pop()
            found.append(_VOWELS[text[place]])
            place += 1
        else:
            return None
    return tuple(found)


def _initial(text: str) -> str:
    """The consonants a syllable begins with: one, or one with ວ or ຼ behind it, or a sonorant led by ຫ."""
    if text[:1] not in _LETTERS:
        return ""
    second = text[1:2]
    led = text[0] == "ຫ" and second in _LED
    medial = second == "ຼ" or (second == "ວ" and text[0] in "ກຂຄ")
    return text[:2] if len(text) > 2 and (led or medial) else text[:1]
