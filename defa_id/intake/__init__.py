"""Input as people have it: what lies inside a picture, a PDF, a data: URL, a link, base64 or hexadecimal digits.

What a format recognises is never touched. Whatever else is opened only where its first bytes or its
alphabet say what it is, layer by layer, and every bound is checked before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from defa_id.codec.text import trimmed
from defa_id.parts import DEFAULT_PARTS
from defa_id.values import NamedTuple

_LAYERS: Final = 3  # a code in a picture in a data: URL

Recognised = Callable[[bytes], bool]


class Piece(NamedTuple):
    """One thing to judge. `label` says where in the input it was, empty where it is all of it."""

    label: str
    data: bytes


def by_default(data: bytes) -> bool:
    """Whether any format of the default parts takes this for its own."""
    text = trimmed(data)
    if text.startswith(b"eyJ") and b"." not in text:  # begins as a token does, and is base64 of some JSON
        return False
    return any(format.recognises(text) for format in DEFAULT_PARTS.formats)


def pieces(data: bytes, recognised: Recognised = by_default) -> tuple[Piece, ...]:
    """What is to be judged in `data`: itself, or what it wraps; at least one.

    Raises `WrongUse` CFG_PICTURE or CFG_NO_CODE for a picture there is nothing to judge in, or that is not read; and
    `ExtraMissing` where what reads pictures is not installed.
    """
    return tuple(_opened(data, recognised, _LAYERS))


def _opened(data: bytes, recognised: Recognised, layers: int) -> Iterator[Piece]:
    if layers and not recognised(data):
        from defa_id.intake import pictures, wrapping

        kind = pictures.kind_of(data)
        pictures.refuse_others(data)
        if kind is not None:
            for label, code in pictures.codes(data, kind):
                yield from (piece._replace(label=label) for piece in _opened(code, recognised, layers - 1))
            return
        for inner in wrapping.inside(trimmed(data)):
            if recognised(inner) or pictures.kind_of(inner) or inner[:5].lower() == b"data:":
                yield from _opened(inner, recognised, layers - 1)
                return
    yield Piece("", data)
