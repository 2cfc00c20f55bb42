"""Whether a name in Latin letters can be a romanisation of one in another script of the region.

Romanisation here is free: families and registrars choose. So each script has a table of what its letters
are spelt as, and a name is readable if some choice gives the Latin letters. Vowels vary most; where only
the consonants agree it is a variant. Where not even they do nothing follows: silent letters, other
dialects and names taken over from other languages fall outside every table.

Chinese has no table here: one character has a reading in each of a dozen languages of the region. What can be said
of its family names in Latin letters stands in `chinese`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from defa_id.people import sequences
from defa_id.people.grades import Grade, Match, best
from defa_id.people.readings import burmese, jawi, khmer, lao, tamil, thai
from defa_id.people.spelling import Unit, Units, reads

READERS: Final[Mapping[str, Callable[[str], Units | None]]] = MappingProxyType(
    {
        "Thai": thai.units,
        "Laoo": lao.units,
        "Khmr": khmer.units,
        "Mymr": burmese.units,
        "Taml": tamil.units,
        "Arab": jawi.units,
    }
)
# Vowels, and what romanisations write as a part of them or leave out (Porn, Thant, Myint).
_VOWELS: Final = frozenset("aeiouywhr")
_NG: Final = "\u014b"
_ENOUGH: Final = 3  # consonants that must agree before their agreement says something


def read_as(native: Sequence[str], roman: Sequence[str], script: str) -> Match | None:
    """How Latin words agree with words in another script; None if they cannot be read as those.

    `script` is one of `READERS`. Where the words are not as many, or do not agree one by one, all are
    read together, the Latin ones from any of them on.
    """

    def same(one: str, other: str) -> Match | None:
        return read_word(one, other, script)

    found = sequences.in_order(native, roman, same) or sequences.reordered(native, roman, same)
    together = []
    for shift in range(len(roman)):
        match = read_word("".join(native), "".join([*roman[shift:], *roman[:shift]]), script)
        if match:
            together.append(match.but("NAME_ORDER", at_best=Grade.VARIANT) if shift else match)
    return best(found, *together)


def read_word(native: str, roman: str, script: str) -> Match | None:
    """How one Latin word agrees with one in another script."""
    letters = plain(roman)
    units = READERS[script](native)
    if not units or not letters:
        return None
    if reads(_single(units), _undoubled(letters)):
        return Match(Grade.TRANSLITERATED, ("NAME_READING",))
    bare = _consonants(_undoubled(letters))
    if len(bare) >= _ENOUGH and reads(_bare(units), bare):
        return Match(Grade.VARIANT, ("NAME_CONSONANTS",))
    return None


def plain(roman: str) -> str | None:
    """A romanised word in small letters a to z, without marks and punctuation; None if others are in it."""
    letters = "".join(c for c in unicodedata.normalize("NFD", roman.casefold()) if unicodedata.category(c)[0] == "L")
    return letters if letters.isascii() else None


def _undoubled(text: str) -> str:
    """The text with every doubled letter single, oo being u and ee being i: habits of spelling."""
    text = text.replace("oo", "u").replace("ee", "i")
    return "".join(c for place, c in enumerate(text) if not place or c != text[place - 1])


def _single(units: Units) -> Units:
    """Units whose spellings have no doubled letters, and of which an equal consonant may be one with the one before."""
    found: list[Unit] = []
    for unit in units:
        single = tuple(dict.fromkeys(_undoubled(spelling) for spelling in unit))
        before = found[-2:-1] if found and found[-1][0] == "" else found[-1:]  # past a vowel that need not be written
        shared = set(before[0]) & set(single) if before else set()
        if any(spelling and not _VOWELS.issuperset(spelling) for spelling in shared):
            single = (*single, "")
        found.append(tuple(dict.fromkeys(single)))
    return tuple(found)


def _consonants(text: str) -> str:
    """The consonants of a text that has no doubled letters; ng is one."""
    return "".join(c for c in text.replace("ng", _NG) if c not in _VOWELS)


def _bare(units: Units) -> Units:
    """What is left of the units when vowels are taken away."""
    bare = (tuple(dict.fromkeys(_consonants(spelling) for spelling in unit)) for unit in _single(units))
    return tuple(unit for unit in bare if unit != ("",))
