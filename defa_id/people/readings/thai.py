"""Thai letters as names are romanised: the Royal Institute's way, and the older ones after Pali and Sanskrit."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.spelling import Unit, Units, table

_CONSONANTS: Final = table("""
    ก k g
    ข kh k
    ฃ kh k
    ค kh k g
    ฅ kh k
    ฆ kh k gh g
    ง ng
    จ ch j c t
    ฉ ch
    ช ch c j t
    ซ s z t
    ฌ ch t
    ญ y n ny
    ฎ d t
    ฏ t d
    ฐ th t
    ฑ th t d
    ฒ th t dh d
    ณ n
    ด d t
    ต t d
    ถ th t
    ท th t d
    ธ th t dh d
    น n
    บ b p
    ป p b
    ผ ph p
    ฝ f
    พ ph p b bh
    ฟ f p
    ภ ph p bh b
    ม m
    ย y i j -
    ร r n rn l -
    ฤ rue ri ru roe rit
    ล l n
    ว w v o u ua
    ศ s t sh
    ษ s t sh
    ส s t
    ห h -
    ฬ l n
    อ - o or aw au
    ฮ h
""")
_VOWELS: Final = table("""
    ะ a ah
    ั a u -
    า a ar ah
    ำ am um arm
    ิ i e -
    ี i e y ie
    ึ ue u eu i
    ื ue u eu ua
    ุ u o -
    ู u o ou
    ็ -
""")
_IA: Final[Unit] = ("ia", "ie", "ea", "iya", "ear", "iea")
_UEA: Final[Unit] = ("uea", "ua", "ue", "eua", "oea", "uae")
_AO: Final[Unit] = ("ao", "au", "aw", "ow", "o")
_O: Final[Unit] = ("o", "or", "aw", "au")
_OE: Final[Unit] = ("oe", "er", "e", "ur", "o", "eo", "eu", "oer")
_UA: Final[Unit] = ("ua", "uo", "oua", "ur")
_RO_HAN: Final[Unit] = ("an", "a", "arn", "ar", "un", "u")
_PREFIXED: Final[dict[str, Unit]] = {
    "เ": ("e", "a", "ay", "ei", "ae"),
    "แ": ("ae", "a", "e", "air", "ai"),
    "โ": ("o", "oh"),
    "ใ": ("ai", "i", "ay", "y", "ei", "ae"),
    "ไ": ("ai", "i", "ay", "y", "ei", "ae"),
}
# What may follow the consonants behind a prefixed vowel and makes another vowel with it.
_AFTER: Final[dict[str, tuple[tuple[str, Unit], ...]]] = {
    "เ": (("ียะ", _IA), ("ีย", _IA), ("ือ", _UEA), ("าะ", _O), ("า", _AO), ("อะ", _OE), ("อ", _OE), ("ิ", _OE)),
    "ไ": (("ย", _PREFIXED["ไ"]),),
}
_IMPLIED: Final[Unit] = ("", "o", "a", "or", "aw")
_ENDED: Final = re.compile(
    "([\u0e01-\u0e2e])[\u0e48-\u0e4b](?=[\u0e23\u0e25\u0e27])"
)  # in แก้ว no cluster: its tone is on ก
_END: Final = "\0"
_TONES: Final = re.compile("[\u0e48-\u0e4b\u0e3a\u0e4e]")
_SILENT: Final = re.compile("([\u0e01-\u0e2e])([\u0e34\u0e38]?)\u0e4c")  # with the mark of silence above
_LETTERS: Final = frozenset(_CONSONANTS)
_FIRST_OF_CLUSTER: Final = frozenset("กขคตปผพทจศส")
_SECOND_OF_CLUSTER: Final = frozenset("รลว")
_LED: Final = frozenset("งญนมยรลว")  # sonorants that a silent ห leads


def units(word: str) -> Units | None:
    """The spellings of a word's letters in the order of speech; None if something in it is not spelt."""
    text = _TONES.sub("", _ENDED.sub(rf"\1{_END}", word))
    found: list[Unit] = []
    place = 0
    while place < len(text):
        if silent := _SILENT.match(text, place):
            # In จันทร์ the consonant before it is silent too.
            found[-2:] = [(*unit, "") for unit in found[-2:]]
            if silent[2]:
                found.append((*_CONSONANTS[silent[1]], ""))  # in กิติ์ its vowel alone
            place = silent.end()
        elif text[place] == _END:
            place += 1
        elif text[place] in _PREFIXED:
            place = _prefixed(text, place, found)
        elif text.startswith("รร", place):
            found.append(_RO_HAN)
            place += 2
        elif text.startswith("ัว", place):
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
        if place < 0:
            return None
    return tuple(found)


def _prefixed(text: str, place: int, found: list[Unit]) -> int:
    """Spell a vowel written before its consonants, and those; the place behind them, or -1."""
    vowel = text[place]
    consonants = text[place + 1 : place + 2]
    if consonants not in _LETTERS:
        return -1
    second = text[place + 2 : place + 3]
    cluster = consonants in _FIRST_OF_CLUSTER and second in _SECOND_OF_CLUSTER
    more = len(text) > place + 3  # in แก้ว the second consonant ends the syllable
    if more and (cluster or (consonants == "ห" and second in _LED) or consonants + second == "อย"):
        consonants += second
    end = place + 1 + len(consonants)
    spelt = _PREFIXED[vowel]
    for signs, other in _AFTER.get(vowel, ()):
        if text.startswith(signs, end):
            spelt, end = other, end + len(signs)
            break
    found.extend(_CONSONANTS[consonant] for consonant in consonants)
    found.append(spelt)
    while end < len(text) and text[end] in "ะ็":
        end += 1
    return end
