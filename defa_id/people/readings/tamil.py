"""Tamil letters as names are romanised in Singapore and Malaysia: one letter for voiced and voiceless alike."""

from __future__ import annotations

from typing import Final

from defa_id.people.spelling import Unit, Units, table

_CONSONANTS: Final = table("""
    க k g h
    ங ng n
    ச s c ch j
    ஞ n ny gn gy
    ட t d dh
    ண n
    த t th d dh
    ந n
    ப p b
    ம m
    ய y i -
    ர r
    ல l
    வ v w
    ழ zh l z r
    ள l
    ற r tr t dr
    ன n
    ஜ j
    ஷ sh s
    ஸ s
    ஹ h
    ஶ sh s
""")
_VOWELS: Final = table("""
    அ a
    ஆ a ah ar
    இ i e
    ஈ i e
    உ u o
    ஊ u o
    எ e ye a
    ஏ e a ay ye
    ஐ ai ei i ay y
    ஒ o
    ஓ o
    ஔ au ow
    ா a ah ar
    ி i e y
    ீ i e y
    ு u o -
    ூ u o
    ெ e a
    ே e a ay ey
    ை ai ei i ay y
    ொ o
    ோ o
    ௌ au ow
    ஃ h -
""")
_PULLI: Final = "\u0bcd"
_INHERENT: Final[Unit] = ("a", "e", "u", "")


def units(word: str) -> Units | None:
    """The spellings of a word's letters; None if something in it is not spelt."""
    found: list[Unit] = []
    for character in word:
        if character in _CONSONANTS:
            found.extend((_CONSONANTS[character], _INHERENT))
        elif character == _PULLI or character in _VOWELS:
            if found and found[-1] == _INHERENT:
                found.pop()
            found.extend([] if character == _PULLI else [_VOWELS[character]])
        else:
            return None
    return tuple(found)
