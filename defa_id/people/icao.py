"""Names in the letters of travel documents: ICAO Doc 9303, eighth edition, Part 3 §4.6 and §6.A, Parts 4 to 6 §4.2.3.

The transliteration has alternatives (Ä is AE or A) and loses what it drops, so two names that become
the same here agree as far as a travel document can show, and no further.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from defa_id.errors import Fault
from defa_id.people.spelling import Unit, Units, begins, reads
from defa_id.people.writing import APOSTROPHES
from defa_id.values import NamedTuple

FILLER: Final = "<"
TD1: Final = 30  # positions of the name field: cards (Part 5)
TD2: Final = 31  # (Part 6)
TD3: Final = 39  # passports (Part 4)

# §6.A where it is not simply the letter without its mark; the recommendation named first comes first.
_TABLE_A: Final[dict[str, Unit]] = {
    "Ä": ("AE", "A"),
    "Å": ("AA", "A"),
    "Æ": ("AE",),
    "Ð": ("D",),
    "Ñ": ("N", "NXX"),
    "Ö": ("OE", "O"),
    "Ø": ("OE",),
    "Ü": ("UE", "UXX", "U"),
    "Þ": ("TH",),
    "Đ": ("D",),
    "Ħ": ("H",),
    "ı": ("I",),
    "Ĳ": ("IJ",),
    "Ŀ": ("L",),
    "Ł": ("L",),
    "Ŋ": ("N",),
    "Œ": ("OE",),
    "Ŧ": ("T",),
    "ẞ": ("SS",),
}
_ORDINALS: Final = {"ª": ("A",), "º": ("O",)}  # Mª for Maria: not in the table, and plain enough
_FIELD: Final = re.compile(r"([A-Z]+(?:<[A-Z]+)*)(?:<<([A-Z]+(?:<[A-Z]+)*))?<*", re.ASCII)


class Field(NamedTuple):
    """The name field of a machine-readable zone, by its components.

    `cut`: it is as long as a name field can be, and ends with a letter, so it must be assumed to be
    truncated (Part 4 §4.2.3).
    """

    primary: tuple[str, ...]
    secondary: tuple[str, ...]
    cut: bool


@lru_cache(maxsize=1024)
def letter(character: str) -> Unit | None:
    """What a Latin letter may become in A to Z; None if it is no Latin letter.

    Letters that §6.A does not list (Vietnamese has most of them) lose their marks, as all listed ones
    do that have no entry of their own.
    """
    upper = "ẞ" if character == "ß" else character if character == "ı" else character.upper()
    listed = _TABLE_A.get(upper) or _ORDINALS.get(upper)
    if listed:
        return listed
    base = unicodedata.normalize("NFD", upper)[0]
    if base in _TABLE_A:  # Ǿ is Ø with an acute
        return _TABLE_A[base]
    return (base,) if base.isascii() and base.isalpha() else None


def units(word: str) -> Units | None:
    """The alternatives of a word, letter by letter; None if it holds something that is no Latin letter.

    Apostrophes and other punctuation are left out (§4.6); hyphens must have been divided before.
    """
    found = []
    for character in unicodedata.normalize("NFC", word):
        if unicodedata.category(character)[0] in "PM" or character in APOSTROPHES:
            continue
        alternatives = letter(character)
        if alternatives is None:
            return None
        found.append(alternatives)
    return tuple(found)


def transliterate(word: str) -> str | None:
    """A word in A to Z, by the first recommendation for each letter; None if it is not of Latin letters."""
    found = units(word)
    return None if found is None else "".join(unit[0] for unit in found)


def components(text: str) -> tuple[str, ...]:
    """The components of an identifier as they are written, divided at spaces, hyphens and commas (§4.6)."""
    return tuple(part for part in re.split(r"[\s,\-\u2010\u2011]+", text) if part and units(part) != ())


def name_field(primary: str, secondary: str = "", positions: int = TD3) -> str:
    """The name field for a primary and a secondary identifier, filled up to `positions`.

    A longer name is truncated: letters are taken from the end of the last component down to its
    initial, then of the one before it, and so on. Doc 9303 leaves the manner to the issuing state.
    Raises `Fault` NAME_MRZ_FORM for a name without a primary identifier, not of Latin letters, or of
    so many components that their initials do not fit.
    """
    first, second = _spelt(primary), _spelt(secondary)
    if not first:
        raise Fault("NAME_MRZ_FORM")
    parts, border = [*first, *second], len(first)
    while (excess := len(_joined(parts[:border], parts[border:])) - positions) > 0:
        longer = [place for place, part in enumerate(parts) if len(part) > 1]
        if not longer:
            raise Fault("NAME_MRZ_FORM")
        part = parts[longer[-1]]
        parts[longer[-1]] = part[: max(1, len(part) - excess)]
    return _joined(parts[:border], parts[border:]).ljust(positions, FILLER)


def read_field(text: str) -> Field:
    """The components of a name field, with or without its trailing fillers. Raises `Fault` NAME_MRZ_FORM."""
    found = _FIELD.fullmatch(text)
    if not found:
        raise Fault("NAME_MRZ_FORM")
    cut = len(text) in (TD1, TD2, TD3) and not text.endswith(FILLER)
    primary, secondary = (tuple(part.split(FILLER)) if part else () for part in found.groups())
    return Field(primary, secondary, cut)


def fits(field: Field, primary: Sequence[Units], secondary: Sequence[Units]) -> bool:
    """Whether a name field can be that of a name with these components.

    Of a truncated field each component must begin one of the name's, in order, and trailing components
    of either identifier may be missing.
    """
    if not field.cut:
        return _same(field.primary, primary) and _same(field.secondary, secondary)
    return _cut_from(field.primary, primary) and _cut_from(field.secondary, secondary)


def _same(written: tuple[str, ...], whole: Sequence[Units]) -> bool:
    return len(written) == len(whole) and all(reads(one, text) for one, text in zip(whole, written, strict=True))


def _cut_from(written: tuple[str, ...], whole: Sequence[Units]) -> bool:
    return len(written) <= len(whole) and all(begins(one, text) for one, text in zip(whole, written, strict=False))


def _spelt(text: str) -> list[str]:
    spelt = [transliterate(part) for part in components(text)]
    if None in spelt:
        raise Fault("NAME_MRZ_FORM")
    return [part for part in spelt if part]


def _joined(primary: Iterable[str], secondary: Sequence[str]) -> str:
    return FILLER.join(primary) + (f"{FILLER}{FILLER}{FILLER.join(secondary)}" if secondary else "")
