"""Text that stands for bytes: data: URLs (RFC 2397), hexadecimal digits and base64 (RFC 4648), a value in a web
address, and the byte order mark that some editors and shells put before a text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

_DATA_URL: Final = re.compile(
    rb"data:[a-z0-9!#$&^_.+/-]{0,127}((?:;[a-z0-9!#$&^_.+-]{1,64}(?:=[^;,\s]{0,64})?){0,4}),", re.I
)
_LINK: Final = re.compile(rb"[a-z][a-z0-9+.-]{1,32}:[^\s\"<>]*[?#][^\s\"<>]+", re.I)  # RFC 3986 §3.4, §3.5
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SPACE: Final = b" \t\r\n"
_HEX: Final = b"0123456789abcdefABCDEF"
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def inside(text: bytes) -> Iterator[bytes]:
    """What the text stands for, in each way it can be read: in none, one, or as digits and as base64."""
    for mark, encoding in _MARKS:
        if text.startswith(mark):
            yield from _unmarked(text[len(mark) :], encoding)
            return
    head = _DATA_URL.match(text)
    if head is not None:
        yield from _of_url(text[head.end() :], base64_=head[1].lower().endswith(b";base64"))
        return
    if _LINK.fullmatch(text):
        yield from _of_link(text)
        return
    bare = text.translate(None, _SPACE)
    if not bare:
        return
    if len(bare) % 2 == 0 and not bare.translate(None, _HEX):
        yield binascii.unhexlify(bare)
    yield from _of_base64(bare)


def _unmarked(text: bytes, encoding: str) -> Iterator[bytes]:
    try:
        yield text.decode(encoding).encode()
    except UnicodeDecodeError:
        return


def _of_link(text: bytes) -> Iterator[bytes]:
    """What stands behind the question mark and the number sign, as it stands (a wallet's answer in a fragment,
    OpenID4VP §8.2) and value by value. Nobody asks the address itself for anything."""
    from urllib.parse import unquote_to_bytes

    before, _, fragment = text.partition(b"#")
    for part in (before.partition(b"?")[2], fragment):
        yield part
        for pair in part.split(b"&"):
            name, equals, value = pair.partition(b"=")
            yield unquote_to_bytes(value if equals else name)


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
