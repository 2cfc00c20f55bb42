"""Burmese letters as names are romanised: by ear and by custom, for spelling is older than speech."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.spelling import Unit, Units, table

_CONSONANTS: Final = table("""
    က k g
    ခ kh k hk
    ဂ g k
    ဃ g gh k
    င ng ny
    စ s z
    ဆ s hs z
    ဇ z s
    ဈ z s
    ဉ ny n
    ည ny n
    ဋ t
    ဌ ht t
    ဍ d t
    ဎ d dh
    ဏ n
    တ t d
    ထ ht t th
    ဒ d t
    ဓ d dh t
    န n
    ပ p b
    ဖ ph p hp f
    ဗ b v w p
    ဘ b bh p
    မ m
    ယ y
    ရ y r
    လ l
    ဝ w v
    သ th t
    ဟ h
    ဠ l
    အ -
    ဿ th t s
    ဣ i e
    ဤ i e
    ဥ u oo o
    ဦ u oo
    ဧ e ay aye
    ဩ aw o or au
    ဪ aw o or au
""")
_VOWELS: Final = table("""
    ာ a ar ah
    ါ a ar ah
    ိ i e
    ီ i e y yi
    ု u oo ou
    ူ u oo ou
    ေ e ay aye ae ei a
    ဲ e ai eh ae el al
    ံ an am on un ant en
    ့ - t
    း -
    ေါ aw or au o
    ေါ် aw or au o
    ော aw or au o
    ော် aw or au o
    ို o oe oh ou
    ုံ on one oun ohn um om
    ိံ ein eim in
""")
# The same signs before a consonant that ends the syllable.
_CLOSED: Final = table("""
    ာ a ar
    ိ ei i e ay
    ု o u oo ou
    ူ u o oo
    ေ e ay
    ော au aw ou o
    ေါ au aw ou o
    ို ai i y
""")
# Consonants that end a syllable: behind a vowel sign, with no vowel sign, and behind a medial ွ.
_ENDS: Final = table("""
    က k t c g ke te
    င n ng ne
    စ t s
    ဉ n
    ည n ny
    ဏ n
    တ t d
    ဒ t d
    န n ng ne nn
    ပ t p
    မ m n me ne
    ယ e y -
    ရ r -
    လ l n
    သ t th -
    ဗ t p
""")
_RHYMES: Final = table("""
    က et ek ak at
    င in ing inn ine en
    စ it is ich ik et
    ဉ in inn
    ည i e y yi in ay ae ey
    တ at
    န an en ann
    ပ at ap
    မ an am
    ယ e ai ae ay el al eh i
    သ at ath
    လ al e
    ရ ar a
""")
_ROUNDED: Final = table("""
    က wet
    င win wing
    တ ut oot wut wat
    န un on oon won wun wan
    ပ ut oot wut
    မ un um oon wun wan
    ယ we wai wae way wel wal
""")
_MEDIALS: Final = table("""
    ျ y i -
    ြ y r i -
    ွ w u o -
    ှ h -
""")
_PALATAL: Final[dict[str, Unit]] = {
    "က": ("ky", "gy", "kyi", "ki"),
    "ခ": ("ch", "khy", "kh", "chi"),
    "ဂ": ("gy", "j"),
    "ဃ": ("gy", "j"),
}
_HUSHED: Final[Unit] = ("sh", "hsh")
_INHERENT: Final[Unit] = ("a", "ah", "")
_CLUSTER: Final = re.compile("([\u1000-\u1021\u103f])([\u103b-\u103e]*)")
_VOWEL: Final = re.compile(
    "\u1031[\u102b\u102c]\u103a?|\u102d\u102f|\u102f\u1036|\u102d\u1036|[\u102b-\u1032\u1036-\u1038]"
)
_FINAL: Final = re.compile("([\u1000-\u1021])\u1037?\u103a(?:\u1037|\u1039)?")


def units(word: str) -> Units | None:
    """The spellings of a word's letters; None if something in it is not spelt."""
    found: list[Unit] = []
    place = 0
    while place < len(word):
        if (final := _FINAL.match(word, place)) and final[1] in _ENDS:
            _end(final[1], found)
            found.extend([_VOWELS["့"]] if "့" in final[0] else [])
            place = final.end()
        elif cluster := _CLUSTER.match(word, place):
            found.extend(_initial(cluster[1], cluster[2]))
            found.append(_INHERENT)
            place = cluster.end()
        elif (vowel := _VOWEL.match(word, place)) and vowel[0] in _VOWELS:
            if found and found[-1] == _INHERENT and _VOWELS[vowel[0]] != ("",):
                found.pop()
            place = vowel.end()
            spelt = _CLOSED if _FINAL.match(word, place) else _VOWELS
            found.append(spelt.get(vowel[0]) or _VOWELS[vowel[0]])
        elif word[place] in _CONSONANTS:
            found.append(_CONSONANTS[word[place]])
            place += 1
        elif word[place] == "\u1039":  # stacked: of the two consonants one may be all that is spelt
            if found and found[-1] == _INHERENT:
                found.pop()
            found[-1:] = [(*unit, "") for unit in found[-1:]]
            place += 1
        else:
            return None
    return tuple(found)


def _end(consonant: str, found: list[Unit]) -> None:
    """Spell a consonant that ends a syllable, with the vowel it makes where no sign is written."""
    if not found or found[-1] != _INHERENT:
        found.append(_ENDS[consonant])
        return
    found.pop()
    if found and found[-1] == _MEDIALS["ွ"] and consonant in _ROUNDED:
        found.pop()
        found.append(_ROUNDED[consonant])
    else:
        found.append(_RHYMES.get(consonant) or _ENDS[consonant])


def _initial(consonant: str, medials: str) -> list[Unit]:
    """A consonant with its medials: ky is spelt in ways of its own, h stands before or behind, or not at all."""
    palatal = bool(set(medials) & {"ျ", "ြ"})
    rest = [medial for medial in medials if medial != "ှ"]
    spelt = [_CONSONANTS[consonant]]
    if palatal and consonant in _PALATAL:
        spelt = [_PALATAL[consonant]]
        rest = [medial for medial in rest if medial not in ("ျ", "ြ")]
    if "ှ" in medials:
        if consonant in "ရယသ" or (consonant == "လ" and palatal):
            spelt = [_HUSHED]
            rest = [medial for medial in rest if medial not in ("ျ", "ြ")]
        else:
            spelt = [("", "h"), *spelt, ("", "h")]
    return [*spelt, *(_MEDIALS[medial] for medial in rest)]
