"""A name as text: which characters it may be written with, and what has to be refused or left out.

Normalisation form C and no other: NFKC would change Thai and Lao (SARA AM falls apart into two signs)
and make different letters equal. What nobody can see is refused, except separators and joiners where a
script is really written with them.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from defa_id.codec import limits
from defa_id.people import scripts, zawgyi
from defa_id.values import NamedTuple

# With one of these a name is compared with nothing.
REFUSED: Final = frozenset(
    {
        *("NAME_EMPTY", "NAME_TOO_LONG", "NAME_HIDDEN_CHARACTER", "NAME_PILED_MARKS", "NAME_SYMBOL"),
        *("NAME_COMPATIBILITY", "NAME_ZAWGYI", "NAME_MIXED_SCRIPTS", "NAME_SCRIPT_TAG", "NAME_MRZ_FORM"),
    }
)
APOSTROPHES: Final = "'\u2019\u2018\u02bc\u02bb`\u00b4"

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SYMBOLS: Final = frozenset({"So", "Sc", "Sm", "Sk"})
_SIGNS_IN_NAMES: Final = frozenset("`\u00b4<\ufffd")  # stand-ins for apostrophes, the filler of the MRZ, a lost letter
_JOINER_WRITERS: Final = frozenset({"Arab", "Taml", "Khmr", "Mymr", "Deva", "Beng", "Mlym", "Telu", "Sinh"})
_SEPARATORS: Final = {  # and the scripts that are written with them
    "\u200b": frozenset({"Thai", "Laoo", "Khmr", "Mymr", "Java", "Bali"}),  # zero width space
    "\u200c": _JOINER_WRITERS,
    "\u200d": _JOINER_WRITERS,
}
# Compatibility decompositions that are ordinary spelling: SARA AM, Lao AM, HO NO, HO MO; ordinals; Dutch; Catalan.
_ORDINARY: Final = frozenset("\u0e33\u0eb3\u0edc\u0edd\u00aa\u00ba\u0132\u0133\u013f\u0140\u00b4")
_ACCENTS: Final = range(200, 235)  # canonical combining classes of marks attached above, below and around


class Written(NamedTuple):
    """A name's text in form C, with single spaces and without invisible separators, and what was found.

    `scripts` holds ISO 15924 codes of its letters; `findings` reason codes of the catalogue.
    """

    text: str
    scripts: frozenset[str]
    findings: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether it may be compared at all."""
        return not REFUSED.intersection(self.findings)


def read(text: str, *, language: str | None = None) -> Written:
    """What stands in a text that should be a name. `language`: its primary subtag, if one is known.

    Words may still be of different scripts here: a title is often Latin. Never raises.
    """
    if len(text) > 4 * limits.NAME_CHARS:  # the longest canonical decomposition of one character has four
        return Written("", frozenset(), ("NAME_TOO_LONG",))
    composed = unicodedata.normalize("NFC", text)
    found = [] if composed == text else ["NAME_NOT_NFC"]
    kept, separators = _without_separators(composed)
    if separators:
        found.append("NAME_SEPARATOR")
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in kept)
    plain = " ".join(word for word in spaced.split(" ") if word)
    found.extend(_refusals(plain, language))
    if any(unicodedata.category(c).startswith("N") for c in plain):
        found.append("NAME_DIGITS")
    if "\ufffd" in plain or "?" in plain:
        found.append("NAME_REPLACED")
    return Written(plain, scripts.scripts_of(plain), tuple(found))


def _refusals(text: str, language: str | None) -> list[str]:
    categories = {unicodedata.category(c) for c in text}
    found = []
    if not text:
        found.append("NAME_EMPTY")
    if len(text) > limits.NAME_CHARS:
        found.append("NAME_TOO_LONG")
    if categories & _HIDDEN:
        found.append("NAME_HIDDEN_CHARACTER")
    if _piled(text):
        found.append("NAME_PILED_MARKS")
    if any(unicodedata.category(c) in _SYMBOLS and c not in _SIGNS_IN_NAMES for c in text):
        found.append("NAME_SYMBOL")
    if any(unicodedata.decomposition(c).startswith("<") and c not in _ORDINARY for c in text):
        found.append("NAME_COMPATIBILITY")
    if any(not scripts.one_script(scripts.scripts_of(word)) for word in text.split(" ")):
        found.append("NAME_MIXED_SCRIPTS")
    if zawgyi.evidence(text, language):
        found.append("NAME_ZAWGYI")
    return found


def _without_separators(text: str) -> tuple[str, bool]:
    """The text without the invisible separators its scripts are written with, and whether there were any."""
    kept = "".join(character for place, character in enumerate(text) if not _separates(text, place))
    # What the separator kept apart may compose now.
    return (text, False) if kept == text else (unicodedata.normalize("NFC", kept), True)


def _separates(text: str, place: int) -> bool:
    """Whether an invisible separator stands there, between letters of scripts that are written with it."""
    writers = _SEPARATORS.get(text[place])
    return writers is not None and {_neighbour(text, place, -1), _neighbour(text, place, 1)} <= writers


def _neighbour(text: str, place: int, step: int) -> str | None:
    """The script of the nearest character on one side that is no separator itself."""
    place += step
    while 0 <= place < len(text) and text[place] in _SEPARATORS:
        place += step
    return scripts.script_of(text[place]) if 0 <= place < len(text) else None


def _piled(text: str) -> bool:
    accents = run = 0
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.category(character).startswith("M"):
            accents = run = 0
            continue
        run += 1
        accents += unicodedata.combining(character) in _ACCENTS
        if accents > limits.NAME_MARKS or run > limits.NAME_MARK_RUN:
            return True
    return False
