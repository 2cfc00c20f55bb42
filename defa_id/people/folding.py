"""Spellings that look the same and are encoded otherwise, brought to one form, script by script.

These are no compatibility foldings of Unicode: NFKC goes the other way for Thai and Lao and would merge
letters that differ. Each rule says what a reader cannot see or what typists interchange without meaning to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Rule = tuple[re.Pattern[str], str]


def _rules(*pairs: tuple[str, str]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in pairs)


_RULES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        "Thai": _rules(
            ("\u0e4d([\u0e48-\u0e4b]?)\u0e32", "\\1\u0e33"),  # NIKHAHIT and SARA AA, a tone between: SARA AM
            ("\u0e40\u0e40", "\u0e41"),  # SARA E twice: SARA AE
            ("([\u0e48-\u0e4c])([\u0e31\u0e34-\u0e3a\u0e47])", "\\2\\1"),  # the tone after the vowel
        ),
        "Laoo": _rules(
            ("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2", "\\1\u0eb3"),
            ("\u0ec0\u0ec0", "\u0ec1"),
            ("([\u0ec8-\u0ecc])([\u0eb1\u0eb4-\u0ebc])", "\\2\\1"),
            ("\u0eab\u0e99", "\u0edc"),  # HO SUNG and NO: HO NO
            ("\u0eab\u0ea1", "\u0edd"),  # HO SUNG and MO: HO MO
        ),
        "Arab": _rules(
            ("[\u0640\u064b-\u0652\u0670]", ""),  # tatweel; vowel signs, which Jawi writes at choice
            ("\u0643", "\u06a9"),  # KAF: KEHEH
            ("\u064a", "\u06cc"),  # YEH: FARSI YEH
            ("[\u06ac\u06af]", "\u0762"),  # the letters used for ga before it had one of its own
        ),
    }
)


def folded(word: str, script: str) -> str:
    """The word in the one form its script has for it here; as it is, for scripts without such rules."""
    for pattern, replacement in _RULES.get(script, ()):
        word = pattern.sub(replacement, word)
    return word
