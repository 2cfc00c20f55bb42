"""Jawi letters as Malay and Arabic names are written in Rumi: short vowels are mostly not written."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.spelling import Unit, Units, table

_LETTERS: Final = table("""
    ا a e i o u -
    آ a
    أ a u -
    إ i e
    ب b
    ت t
    ة h t ah at -
    ث s th
    ج j
    چ c ch
    ح h
    خ kh
    د d
    ذ z dz dh
    ر r
    ز z
    س s
    ش sy sh
    ص s
    ض d dh dz l
    ط t
    ظ z
    ع a i u k e -
    غ gh g
    ڠ ng
    ف f p
    ڤ p
    ق k q
    ک k
    ك k
    گ g
    ڬ g
    ݢ g
    ل l
    م m
    ن n
    و w u o v
    ؤ u -
    ۏ v
    ه h
    ھ h
    ء - k
    ى a e i
    ي y i e ai
    ی y i e ai
    ئ i -
    ڽ ny
""")
_UNWRITTEN: Final[Unit] = ("", "a", "e", "i", "o", "u")
_NOT_SPOKEN: Final = re.compile("[\u0640\u064b-\u0652\u0670\u0674]")  # tatweel, vowel signs, high hamza


def units(word: str) -> Units | None:
    """The spellings of a word's letters; None if something in it is not spelt."""
    found: list[Unit] = []
    before = ""
    for character in _NOT_SPOKEN.sub("", word):
        if character not in _LETTERS:
            return None
        spelt = _LETTERS[character]
        found.extend(((*spelt, "") if character == before else spelt, _UNWRITTEN))
        before = character
    return tuple(found)
