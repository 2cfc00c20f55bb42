"""Whether two words in Latin letters are the same word, and for which reason they may look different."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from defa_id.people import icao
from defa_id.people.grades import Grade, Match
from defa_id.people.spelling import Unit, reads
from defa_id.people.words import LOST, key
from defa_id.values import NamedTuple

# Vietnamese tones; the other marks (circumflex, breve, horn) make other vowels.
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
_SHARED_TONE: Final = ("oa", "oe", "uy")  # vowels of which either bears the tone: hòa and hoà

# Indonesian before 1972 (Van Ophuijsen, Soewandi): what each letter of today may have been written as.
_OLD_INDONESIAN: Final[dict[str, Unit]] = {
    "u": ("u", "oe"),
    "c": ("c", "tj"),
    "j": ("j", "dj"),
    "y": ("y", "j"),
    "ny": ("ny", "nj"),
    "sy": ("sy", "sj"),
    "kh": ("kh", "ch"),
}
# What free romanisations spell one way or another: the whole into what is compared, longest first.
_LOOSE: Final = (
    *(("sh", "s"), ("ch", "c"), ("kh", "k"), ("gh", "k"), ("th", "t"), ("dh", "t"), ("ph", "p"), ("bh", "p")),
    *(("hs", "s"), ("hp", "p"), ("ht", "t"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ck", "k"), ("q", "k")),
    *(("j", "c"), ("z", "s"), ("g", "k"), ("d", "t"), ("b", "p"), ("y", "i"), ("w", "v"), ("h", ""), ("r", "")),
)


class Customs(NamedTuple):
    """What may be taken into account besides the letters of two words.

    `plain`: one of the two names is without marks as a whole, so marks were dropped and not differently
    set. `marked`: in this language another mark is another name (Vietnamese). `romanised`: one of the
    names was put into Latin letters freely.
    """

    abbreviations: Mapping[str, str] = MappingProxyType({})
    old_spelling: bool = False
    romanised: bool = False
    plain: bool = False
    marked: bool = False


def same_word(one: str, other: str, customs: Customs) -> Match | None:
    """How two words agree; None if no reason is known why they should be the same."""
    if one == other:
        return Match(Grade.EXACT)
    first, second = key(one), key(other)
    if first == second:
        case = one.casefold() == other.casefold()
        return Match(Grade.NORMALISED, ("NAME_LETTER_CASE" if case else "NAME_PUNCTUATION",))
    if not (first.isascii() and second.isascii()):
        if _tone_moved(first, second):
            return Match(Grade.NORMALISED, ("NAME_TONE_PLACEMENT",))
        if customs.plain and (becomes(first, second) or becomes(second, first)):
            return Match(Grade.TRANSLITERATED, ("NAME_ICAO",))
    reason = _variant(first, second, customs)
    return Match(Grade.VARIANT, (reason,)) if reason else None


def becomes(word: str, plain: str) -> bool:
    """Whether a word is written so in the letters of travel documents, `plain` being in ASCII letters."""
    if not plain.isascii() or word.isascii():
        return False
    units = icao.units(word)
    return bool(units) and reads(units or (), plain.upper())


def is_plain(text: str) -> bool:
    """Whether no letter of a text has a mark or is another than A to Z."""
    return all(c.isascii() for c in text if unicodedata.category(c)[0] in "LM")


def marks_differ(one: str, other: str) -> bool:
    """Whether two words differ in the marks on their letters alone, both having some."""
    first, second = key(one), key(other)
    return first != second and _base(first) == _base(second)


def _variant(first: str, second: str, customs: Customs) -> str | None:
    if _lost_letter(first, second):
        return "NAME_REPLACED"
    marked = not (first.isascii() and second.isascii())
    if marked and not customs.marked and _marks_absent(first, second):
        return "NAME_MARKS"
    if _initial(first, second) or _initial(second, first):
        return "NAME_INITIAL"
    if customs.abbreviations.get(first, first) == customs.abbreviations.get(second, second):
        return "NAME_ABBREVIATION"
    if customs.old_spelling and (_old(first, second) or _old(second, first)):
        return "NAME_SPELLING"
    if customs.romanised and _loose(first) == _loose(second):
        return "NAME_ROMANISATION"
    return None


def _base(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _letters(word: str) -> list[str]:
    """The word's letters, each with its marks (NFD)."""
    found: list[str] = []
    for character in unicodedata.normalize("NFD", word):
        if found and unicodedata.combining(character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _tone_moved(first: str, second: str) -> bool:
    """Hòa and hoà: the same tone on the other vowel of a pair, all else equal."""
    one, other = _letters(first), _letters(second)
    if len(one) != len(other):
        return False
    differing = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    pair, counterpart = (["".join(c for c in w[p] if c not in _TONES) for p in differing] for w in (one, other))
    tones, others = (["".join(c for c in w[p] if c in _TONES) for p in differing] for w in (one, other))
    moved = tones == [others[1], others[0]] and len("".join(tones)) == 1
    return pair == counterpart and "".join(pair) in _SHARED_TONE and moved


def _marks_absent(first: str, second: str) -> bool:
    """Whether one has every mark of the other and more, or has become what it is without them."""
    if becomes(first, second) or becomes(second, first):
        return True
    one, other = _letters(first), _letters(second)
    if len(one) != len(other) or any(a[0] != b[0] for a, b in zip(one, other, strict=True)):
        return False
    return any(
        all(set(a[1:]) >= set(b[1:]) for a, b in zip(more, less, strict=True))
        for more, less in ((one, other), (other, one))
    )


def _lost_letter(first: str, second: str) -> bool:
    """Whether one of them has a question mark or U+FFFD where the other has a letter, all else equal."""
    if len(first) != len(second) or not any(sign in first + second for sign in LOST):
        return False
    return all(a == b or (a in LOST) != (b in LOST) for a, b in zip(first, second, strict=True))


def _initial(short: str, long: str) -> bool:
    return len(short) == 1 and len(long) > 1 and short.isalpha() and _base(long).startswith(_base(short))


def _old(new: str, old: str) -> bool:
    """Whether `old` is an older Indonesian spelling of `new`."""
    units: list[Unit] = []
    place = 0
    while place < len(new):
        pair = new[place : place + 2]
        step = 2 if pair in _OLD_INDONESIAN else 1
        units.append(_OLD_INDONESIAN.get(new[place : place + step], (new[place],)))
        place += step
    return reads(tuple(units), old)


def _loose(word: str) -> str:
    """What is left of a romanised word once habits of spelling are taken off it."""
    text = _base(word)
    for spelt, compared in _LOOSE:
        text = text.replace(spelt, compared)
    return "".join(c for place, c in enumerate(text) if not place or c != text[place - 1])
