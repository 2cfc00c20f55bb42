"""How many columns a text takes on a terminal, and cutting and wrapping by that measure.

Thai, Lao, Khmer and Burmese put vowels and tones above and below a letter and write no spaces;
Chinese characters take two columns. Counting code points gets all of them wrong.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

_WIDE: Final = frozenset("WF")
_NO_WIDTH: Final = frozenset({"Mn", "Me", "Cf", "Cc"})
_JAMO: Final = range(0x1160, 0x1200)  # vowels and finals of Hangul, drawn into the syllable before them
_BEFORE: Final = frozenset("เแโใไເແໂໃໄ")  # Thai and Lao vowels written before their consonant: a syllable begins here
_AFTER: Final = frozenset("ะาำๅๆฯະາຳຽໆ")  # and what belongs to the letter before it, in a column of its own
_STACKERS: Final = frozenset("\u1039\u17d2")  # the next consonant is drawn beneath: Burmese virama, Khmer coeng
_MARKS: Final = 4  # marks on one letter; no ASEAN script stacks more, and a pile of them hides other lines


def char_width(character: str) -> int:
    """Columns of one code point: 0 for what is drawn onto the letter before, 2 for East Asian wide, else 1."""
    if character.isascii():
        return 1 if character.isprintable() else 0
    if unicodedata.category(character) in _NO_WIDTH or ord(character) in _JAMO:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def width(text: str) -> int:
    """Columns of a text."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(char_width, text))


def letters(text: str) -> Iterator[str]:
    """The text in pieces that must not be torn apart: a character and the marks drawn onto it."""
    piece = ""
    for character in text:
        if piece and char_width(character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def clusters(text: str) -> Iterator[str]:
    """The text in pieces between which a line may end: letters, and whatever a script's syllable ties to them."""
    whole = ""
    for piece in letters(text):
        tied = piece[0] in _AFTER or unicodedata.category(piece[0]) == "Mc"
        if whole and not tied and whole[-1] not in _BEFORE and whole[-1] not in _STACKERS:
            yield whole
            whole = ""
        whole += piece
    if whole:
        yield whole


def unpile(text: str) -> str:
    """The text with no more marks on one letter than any living script needs; an ellipsis stands for the rest."""
    if text.isascii():
        return text
    return "".join(piece if len(piece) <= _MARKS + 1 else piece[: _MARKS + 1] + "…" for piece in letters(text))


def clip(text: str, columns: int) -> str:
    """The text, cut at the end with an ellipsis if it is wider than `columns`."""
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for piece in clusters(text):
        used += width(piece)
        if used > columns - 1:
            break
        kept += piece
    return kept + "…"


def clip_start(text: str, columns: int) -> str:
    """The same, cut at the beginning: of a path the end says more."""
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for piece in reversed(list(clusters(text))):
        used += width(piece)
        if used > columns - 1:
            break
        kept = piece + kept
    return "…" + kept


def pad(text: str, columns: int) -> str:
    """The text with spaces behind it up to `columns`; never cut."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns`: broken at spaces, and between `clusters` where there are none.

    An empty text is one empty line. A letter wider than `columns` stands alone on its line.
    """
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        size = width(word)
        if line and used + 1 + size <= columns:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, columns) if size > columns else [word]
        lines.extend(full)
        used = width(line)
    return [*lines, line]


def _broken(word: str, columns: int) -> list[str]:
    """A word too long for a line, in pieces; behind `/`, `:`, `-` or `.`, or where a Thai or Lao syllable surely
    begins, if that fills two thirds."""
    pieces, piece, used = [], "", 0
    parts = (part for one in clusters(word) for part in ([one] if width(one) <= columns else letters(one)))
    for cluster in parts:
        size = width(cluster)
        if used + size > columns:
            cut = len(piece) if cluster[0] in _BEFORE else _good_end(piece)
            if width(piece[:cut]) * 3 < columns * 2:
                cut = len(piece)
            pieces.append(piece[:cut])
            piece = piece[cut:]
            used = width(piece)
        piece, used = piece + cluster, used + size
    return [*(done for done in pieces if done), piece]


def _good_end(piece: str) -> int:
    """Where in a piece a line best ends; 0 if nowhere."""
    return max(
        (place + (mark not in _BEFORE) for place, mark in enumerate(piece) if mark in "/:-." or mark in _BEFORE),
        default=0,
    )
