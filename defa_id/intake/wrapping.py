"""Text that stands for bytes: data: URLs (RFC 2397), hexadecimal digits and base64 (RFC 4648)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

_DATA_URL: Final = re.compile(
    rb"data:[a-z0-9!#$&^_.+/-]{0,127}((?:;[a-z0-9!#$&^_.+-]{1,64}(?:=[^;,\s]{0,64})?){0,4}),", re.I
)
_SPACE: Final = b" \t\r\n"
_HEX: Final = b"0123456789abcdefABCDEF"
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def inside(text: bytes) -> Iterator[bytes]:
    """What the text stands for, in each way it can be read: in none, one, or as digits and as base64."""
    head = _DATA_URL.match(text)
    if head is not None:
        yield from _of_url(text[head.end() :], base64_=head[1].lower().endswith(b";base64"))
        return
    bare = text.translate(None, _SPACE)
    if not bare:
        return
    if len(bare) % 2 == 0 and not bare.translate(None, _HEX):
        yield binascii.unhexlify(bare)
    yield from _of_base64(bare)


def _of_url(content: bytes, *, base64_: bool) -> Iterator[bytes]:
    from urllib.parse import unquote_to_bytes

    plain = unquote_to_bytes(content)
    if base64_:
        yield from _of_base64(plain.translate(None, _SPACE))
    else:
        yield plain


def _of_base64(bare: bytes) -> Iterator[bytes]:
    """Either alphabet, and never both at once; with padding or without."""
    body = bare.rstrip(b"=")
    padding, signs = len(bare) - len(body), set(body.translate(None, _LETTERS))
    whole = not padding or (padding <= 2 and len(bare) % 4 == 0)
    if not body or not whole or len(body) % 4 == 1 or not (signs <= set(b"+/") or signs <= set(b"-_")):
        return
    yield base64.b64decode(body.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(body) % 4))
