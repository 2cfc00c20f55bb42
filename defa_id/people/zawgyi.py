"""Probable Zawgyi: Burmese text in a font encoding that uses the Unicode code points otherwise.

Zawgyi stores what one sees from left to right; Unicode stores what belongs to a consonant behind it.
So some sequences that every Zawgyi text is full of cannot occur in Burmese written in Unicode, and
each of them is evidence by itself:

- `vowel-e-first`: U+1031, drawn before its consonant, has no consonant before it in the text;
- `medial-first`: a sign for y, r, w or h that stands below or around a consonant has none before it;
- `virama-last`: U+1039 stacks a consonant below another, but none follows (in Zawgyi it is the killer);
- `killed-vowel`: U+103A kills the vowel of a consonant, but a vowel sign follows (in Zawgyi it is y);
  counts unless the language is said to be another than Burmese;
- `shapes`: code points which only Zawgyi uses in Burmese, for second shapes of the same letter. Shan,
  Mon, Karen and others use them rightly, so this counts only where the language is said to be Burmese.

There are words that are written alike in both encodings, and a few short ones that mean something in
each: no evidence is not a proof of Unicode. Nothing is converted, because a wrong guess makes
another name. Sources: The Unicode Standard, chapter 16 (Myanmar); Unicode Technical Note 11; the mapping of
code points in CLDR's transform Zawgyi-my.
"""

from __future__ import annotations

import re
from typing import Final

_CONSONANT: Final = (
    "\u1000-\u1021\u1025\u103f\u104e"  # Burmese
    "\u1050\u1051\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e"  # Mon, Karen, Shan, Palaung
    "\ua9e0-\ua9e4\ua9e7-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa6f\uaa71-\uaa76\uaa7a\uaa7e\uaa7f"  # extended blocks
)
_MEDIAL: Final = "\u103b-\u103e\u105e-\u1060\u1082"
_VOWEL_AFTER_KILLER: Final = "\u102b-\u102e\u1030\u1032\u1036"

_EVIDENCE: Final = (
    ("vowel-e-first", re.compile(f"(?<![{_CONSONANT}{_MEDIAL}])\u1031")),
    ("medial-first", re.compile(f"(?<![{_CONSONANT}{_MEDIAL}\u103a])[\u103b-\u103e]")),
    ("virama-last", re.compile(f"\u1039(?![{_CONSONANT}])")),
)
_KILLED_VOWEL: Final = re.compile(f"\u103a[{_VOWEL_AFTER_KILLER}]")
_SHAPES: Final = re.compile("[\u1033\u1034\u105a\u1060-\u1097]")


def evidence(text: str, language: str | None = None) -> tuple[str, ...]:
    """What speaks for Zawgyi in a text, by the names above; nothing does in well-formed Unicode.

    `language` is a primary language subtag, if one is known.
    """
    found = [name for name, pattern in _EVIDENCE if pattern.search(text)]
    if language in (None, "my") and _KILLED_VOWEL.search(text):
        found.append("killed-vowel")
    if language == "my" and _SHAPES.search(text):
        found.append("shapes")
    return tuple(found)
