"""Which script a letter belongs to (ISO 15924), and whether a language tag is one (BCP 47)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

UNKNOWN: Final = "Zzzz"  # ISO 15924: uncoded script

# How the Unicode name of a letter begins, for the scripts of the region and of its neighbours.
_BY_NAME: Final = {
    "LATIN": "Latn",
    "THAI": "Thai",
    "LAO": "Laoo",
    "KHMER": "Khmr",
    "MYANMAR": "Mymr",
    "TAMIL": "Taml",
    "ARABIC": "Arab",
    "CJK": "Hani",
    "IDEOGRAPHIC": "Hani",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "HANGUL": "Hang",
    "BOPOMOFO": "Bopo",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
    "ARMENIAN": "Armn",
    "HEBREW": "Hebr",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "GURMUKHI": "Guru",
    "GUJARATI": "Gujr",
    "TELUGU": "Telu",
    "KANNADA": "Knda",
    "MALAYALAM": "Mlym",
    "SINHALA": "Sinh",
    "JAVANESE": "Java",
    "BALINESE": "Bali",
    "SUNDANESE": "Sund",
    "BUGINESE": "Bugi",
    "BATAK": "Batk",
    "REJANG": "Rjng",
    "TAGALOG": "Tglg",
    "HANUNOO": "Hano",
    "BUHID": "Buhd",
    "TAGBANWA": "Tagb",
    "CHAM": "Cham",
    "KAYAH": "Kali",
}
_ORDINALS: Final = "ªº"  # Latin letters whose names do not say so; Portuguese and Filipino abbreviations

# A tag may name a narrower script than its letters show.
_NARROWER: Final = {
    "Hans": frozenset({"Hani"}),
    "Hant": frozenset({"Hani"}),
    "Jpan": frozenset({"Hani", "Hira", "Kana"}),
    "Hrkt": frozenset({"Hira", "Kana"}),
    "Kore": frozenset({"Hani", "Hang"}),
    "Hanb": frozenset({"Hani", "Bopo"}),
}
# Written without spaces between words: where a space stands says nothing about the name.
UNSPACED: Final = frozenset({"Thai", "Laoo", "Khmr", "Mymr", "Hani", "Hira", "Kana", "Java", "Bali", "Sund", "Cham"})

# Languages of the region whose own script is not Latin, and the script.
OWN_SCRIPT: Final = {
    "th": "Thai",
    "lo": "Laoo",
    "km": "Khmr",
    "my": "Mymr",
    "shn": "Mymr",
    "mnw": "Mymr",
    "ksw": "Mymr",
    "ta": "Taml",
    "zh": "Hani",
    "yue": "Hani",
    "nan": "Hani",
    "hak": "Hani",
    "cmn": "Hani",
    "ja": "Jpan",
    "ko": "Kore",
    "hi": "Deva",
    "te": "Telu",
    "ml": "Mlym",
    "pa": "Guru",
    "bn": "Beng",
    "ar": "Arab",
}

# RFC 5646 §2.1, langtag and privateuse; the grandfathered tags are all superseded.
_LANGUAGE_TAG: Final = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+",
    re.IGNORECASE | re.ASCII,
)
_TAG_LENGTH: Final = 35  # RFC 5646 §4.4.1: what implementations should at least take
_SCRIPT_CODE: Final = re.compile(r"[A-Z][a-z]{3}", re.ASCII)


@lru_cache(maxsize=4096)
def script_of(character: str) -> str | None:
    """The script of a letter or of a mark that belongs to one; None for what every script shares."""
    category = unicodedata.category(character)
    if category[0] not in "LM":
        return None
    name = unicodedata.name(character, "")
    first = name.partition(" ")[0].partition("-")[0]
    if first in ("COMBINING", "MODIFIER", "VARIATION"):
        return None
    if character in _ORDINALS:
        return "Latn"
    return _BY_NAME.get(first, UNKNOWN)


def scripts_of(text: str) -> frozenset[str]:
    """The scripts of all letters of a text."""
    return frozenset(script for character in text if (script := script_of(character)))


def one_script(found: Iterable[str]) -> bool:
    """Whether these scripts make up one way of writing: a single one, or the several of Japanese and Korean."""
    scripts = frozenset(found)
    return len(scripts) <= 1 or any(scripts <= parts for parts in _NARROWER.values())


def fits(tag: str, found: Iterable[str]) -> bool:
    """Whether letters of these scripts may stand under an ISO 15924 code."""
    return frozenset(found) <= _NARROWER.get(tag, frozenset({tag}))


def broad(script: str) -> str:
    """The script whose letters are compared with one another: of Hans and Hant, Hani."""
    parts = _NARROWER.get(script)
    return "Hani" if parts and "Hani" in parts else script


def is_script_code(text: str) -> bool:
    """Whether a text has the form of an ISO 15924 code."""
    return bool(_SCRIPT_CODE.fullmatch(text))


def is_language_tag(text: str) -> bool:
    """Whether a text is a well-formed language tag (RFC 5646 §2.2.9); its subtags are not looked up."""
    return len(text) <= _TAG_LENGTH and bool(_LANGUAGE_TAG.fullmatch(text))


def language(tag: str | None) -> str | None:
    """The primary language subtag in small letters; None without a tag."""
    return tag.partition("-")[0].lower() if tag else None


def region(tag: str | None) -> str | None:
    """The region subtag of a language tag as ISO 3166-1 alpha-2; None if it has none."""
    for part in (tag or "").split("-")[1:]:
        if len(part) == 1:
            return None
        if len(part) == 2 and part.isascii() and part.isalpha():
            return part.upper()
    return None
