"""Rules of texts: what is signed is shown to people, so it may hold nothing that is hidden or acts."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from defa_id.codec.text import printable, require_visible
from defa_id.errors import Fault
from defa_id.operator.rules import Finding, Spot, finding

_MACHINE: Final = frozenset({"pem", "jwk", "possession"})  # read by their own rules, never shown as text
_TAG: Final = re.compile(r"<[A-Za-z!/?]")
_ENTITY: Final = re.compile(r"&#?[A-Za-z0-9]{1,32};")
_JOINERS: Final = "\u200c\u200d"  # needed inside words of several scripts, by no Latin one


def texts(spot: Spot) -> Iterator[Finding]:
    """Every text in a document, member names included."""
    yield from _walk(spot, spot.document)


def _walk(spot: Spot, value: Any) -> Iterator[Finding]:
    if isinstance(value, str):
        yield from _text(spot, value)
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _text(spot.at(name), name)
            if name not in _MACHINE:
                yield from _walk(spot.at(name), below)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _walk(spot.at(index), below)


def _text(spot: Spot, text: str) -> Iterator[Finding]:
    said = printable(text)
    try:
        require_visible(_without_joiners(text), "the text")
    except Fault:
        yield finding("text.hidden", spot, f"{said!r} holds a character that cannot be seen")
    if _TAG.search(text) or any(html.unescape(entity) != entity for entity in _ENTITY.findall(text)):
        yield finding("text.html", spot, f"{said!r} holds markup")
    if not text.strip():
        yield finding("text.blank", spot, "a text is blank")
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        yield finding("text.spelling", spot, f"{said!r} is not in Unicode's composed form")


def _without_joiners(text: str) -> str:
    """The text without joiners that stand between letters of a script that needs them."""
    if text.isascii():
        return text
    kept = []
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        inside = all(not side.isascii() and unicodedata.category(side)[0] in "LM" for side in (before, after))
        if sign not in _JOINERS or not inside:
            kept.append(sign)
    return "".join(kept)
