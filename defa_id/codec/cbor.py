"""CBOR (RFC 8949) as a verifier may read it: one spelling of structure, every bound enforced.

Definite lengths only, no duplicate keys, keys that are integers or texts, tags only where the caller
names them, nothing behind the one item. Integers and lengths need not be in their shortest form
(§4.2.1): what was signed is the bytes as they came, and many issuers are no canonical writers.
What is written here is in the deterministic form.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Container
from typing import Any, Final, NamedTuple

from defa_id.codec import limits
from defa_id.errors import Fault

EMBEDDED: Final = 24  # the tag of "encoded CBOR data item" (§3.4.5.1)

_FLOATS: Final = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE: Final[dict[int, bool | None]] = {20: False, 21: True, 22: None}
_KEYS: Final = frozenset({int, str})
_ARRAY: Final = -1
_MAP: Final = -2
_ROOT: Final = -3


class Tagged(NamedTuple):
    """A value under a tag that the caller named."""

    tag: int
    value: Any


class Embedded(NamedTuple):
    """A CBOR item inside a byte string (tag 24). `encoded`: the whole tagged item as received, from
    the tag's first byte on, which is what ISO/IEC 18013-5 §9.1.2.5 digests; `value`: what is inside."""

    encoded: bytes
    value: Any

    @property
    def content(self) -> bytes:
        """The bytes inside the byte string."""
        outer = self.encoded[1 if self.encoded[0] < 0xD8 else 1 + (1 << self.encoded[0] - 0xD8) :]
        return outer[1 if outer[0] < 0x58 else 1 + (1 << outer[0] - 0x58) :]


class _Open(NamedTuple):
    """A container whose items are being read. `kind`: a tag, or _ARRAY, _MAP, _ROOT; `start` and
    `end`: where it began, and where the bytes it may use end."""

    kind: int
    items: list[Any]
    wanted: int
    start: int
    end: int


def decode(data: bytes, *, tags: Container[int] = (), nodes: int = limits.CBOR_NODES) -> Any:
    """The one item that `data` encodes: int, str, bytes, list, dict, bool, None, float, or `Tagged`
    and `Embedded` for the `tags` named. Of at most so many `nodes` (items of any kind).

    Items inside tag 24 are read in the same walk, so depth and size are bounded across embeddings.

    Raises `Fault`: CBOR_EOF, CBOR_TRAILING, CBOR_SYNTAX, CBOR_INDEFINITE, CBOR_TAG, CBOR_EMBEDDED,
    CBOR_DUPLICATE_KEY, CBOR_KEY_TYPE, CBOR_NUMBER, LIMIT_DEPTH, LIMIT_NODES, LIMIT_MEMBERS,
    LIMIT_STRING.
    """
    here = _Open(_ROOT, [], 1, 0, len(data))
    stack: list[_Open] = []
    items, wanted, end, pos = here.items, 1, here.end, 0
    while True:
        if pos >= end:
            raise _fault("CBOR_EOF", "an item is missing", here, stack)
        start = pos
        first = data[pos]
        pos += 1
        major, number = first >> 5, first & 31
        if number > 23:
            number, pos = _argument(data, pos, here, stack, major, number)
        if major < 2:
            items.append(number if major == 0 else -1 - number)
        elif major < 4:
            stop = pos + number
            if stop > end:
                raise _fault("CBOR_EOF", "a string is longer than the data", here, stack)
            if number > limits.CBOR_STRING:
                raise Fault("LIMIT_STRING", f"a string is longer than {limits.CBOR_STRING} bytes")
            items.append(data[pos:stop] if major == 2 else _text(data[pos:stop], here, stack))
            pos = stop
        elif major == 7:
            items.append(_simple(data, start, pos, here, stack))
        else:
            stack.append(here)
            if len(stack) > limits.CBOR_DEPTH:
                raise Fault("LIMIT_DEPTH", f"nested deeper than {limits.CBOR_DEPTH}")
            here, pos = _opened(data, start, pos, major, number, end, stack, tags)
            items, wanted, end = here.items, here.wanted, here.end
            nodes -= wanted
            if nodes < 0:
                raise Fault("LIMIT_NODES", "more items than a credential needs")
        while len(items) == wanted:
            if here.kind == _ROOT:
                if pos != end:
                    raise Fault("CBOR_TRAILING", f"{end - pos} bytes follow the item")
                return items[0]
            value = _closed(data, pos, here)
            here = stack.pop()
            items, wanted, end = here.items, here.wanted, here.end
            items.append(value)


def encode(value: Any) -> bytes:
    """The deterministic encoding (§4.2.1): shortest forms, keys in the order of their bytes.

    Takes what `decode` returns, and tuples as arrays; an `Embedded` is written as it stands.
    Raises `ValueError` for integers beyond 64 bits, for numbers that are not finite and for keys
    that are neither integers nor texts, `TypeError` for anything that is not CBOR here.
    """
    out = bytearray()
    _write(value, out)
    return bytes(out)


def embed(value: Any) -> Embedded:
    """`value` as an item inside tag 24."""
    content = encode(value)
    return Embedded(head(6, EMBEDDED) + head(2, len(content)) + content, value)


def head(major: int, number: int) -> bytes:
    """The shortest first bytes of an item (§3). Raises `ValueError` beyond 64 bits."""
    if number < 24:
        return bytes((major << 5 | number,))
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes((major << 5 | info,)) + number.to_bytes(size)
    raise ValueError("an integer beyond 64 bits")


def _argument(data: bytes, pos: int, here: _Open, stack: list[_Open], major: int, info: int) -> tuple[int, int]:
    """The argument that follows the first byte (§3), and where it ends."""
    if info > 27:
        if info == 31 and 2 <= major <= 5:
            raise Fault("CBOR_INDEFINITE")
        raise _fault("CBOR_SYNTAX", "a first byte that means nothing", here, stack)
    stop = pos + (1 << info - 24)
    if stop > here.end:
        raise _fault("CBOR_EOF", "the data end within a number", here, stack)
    return int.from_bytes(data[pos:stop]), stop


def _text(raw: bytes, here: _Open, stack: list[_Open]) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _fault("CBOR_SYNTAX", "a text is not UTF-8", here, stack) from None


def _simple(data: bytes, start: int, pos: int, here: _Open, stack: list[_Open]) -> bool | float | None:
    """Major type 7 (§3.3): false, true, null and finite floats. Nobody has assigned the other simple
    values, and `undefined` has no counterpart in a credential."""
    info = data[start] & 31
    if info in _SIMPLE:
        return _SIMPLE[info]
    if info not in _FLOATS:
        raise _fault("CBOR_SYNTAX", "a simple value that means nothing here", here, stack)
    number: float = struct.unpack(_FLOATS[info], data[start + 1 : pos])[0]
    if not math.isfinite(number):
        raise Fault("CBOR_NUMBER", "a number that is not finite")
    return number


def _opened(
    data: bytes, start: int, pos: int, major: int, number: int, end: int, stack: list[_Open], tags: Container[int]
) -> tuple[_Open, int]:
    """The container that begins here, and where its first item does."""
    if major != 6:
        wanted = number if major == 4 else 2 * number
        if wanted > end - pos:
            raise _fault("CBOR_EOF", "more items are announced than there are bytes", stack[-1], stack)
        if major == 5 and number > limits.CBOR_MEMBERS and wanted <= limits.CBOR_NODES:
            raise Fault("LIMIT_MEMBERS", f"a map has more than {limits.CBOR_MEMBERS} members")
        return _Open(_ARRAY if major == 4 else _MAP, [], wanted, start, end), pos
    if number not in tags:
        raise Fault("CBOR_TAG", f"tag {number} does not belong here", tag=str(number))
    if number != EMBEDDED:
        return _Open(number, [], 1, start, end), pos
    if pos >= end or data[pos] >> 5 != 2:
        raise Fault("CBOR_EMBEDDED", "tag 24 does not stand before a byte string")
    length = data[pos] & 31
    pos += 1
    if length > 23:
        length, pos = _argument(data, pos, stack[-1], stack, 2, length)
    if pos + length > end:
        raise _fault("CBOR_EOF", "a string is longer than the data", stack[-1], stack)
    if length > limits.CBOR_STRING:
        raise Fault("LIMIT_STRING", f"a string is longer than {limits.CBOR_STRING} bytes")
    return _Open(EMBEDDED, [], 1, start, pos + length), pos


def _closed(data: bytes, pos: int, container: _Open) -> Any:
    """The value of a container that has all its items."""
    kind, items, wanted, start, end = container
    if kind == _ARRAY:
        return items
    if kind == _MAP:
        keys = items[::2]
        if not _KEYS.issuperset(map(type, keys)):
            raise Fault("CBOR_KEY_TYPE", "a key is neither an integer nor a text")
        members = dict(zip(keys, items[1::2], strict=True))
        if 2 * len(members) != wanted:
            raise Fault("CBOR_DUPLICATE_KEY")
        return members
    if kind == EMBEDDED:
        if pos != end:
            raise Fault("CBOR_EMBEDDED", "bytes follow the item inside tag 24")
        return Embedded(data[start:pos], items[0])
    return Tagged(kind, items[0])


def _fault(code: str, why: str, here: _Open, stack: list[_Open]) -> Fault:
    """What is no CBOR inside tag 24 is said of the embedding."""
    inside = any(container.kind == EMBEDDED for container in (here, *stack))
    return Fault("CBOR_EMBEDDED" if inside else code, why)


def _write(value: Any, out: bytearray) -> None:
    kind = type(value)
    if kind is str:
        raw = value.encode()
        out += head(3, len(raw)) + raw
    elif kind is int:
        out += head(0, value) if value >= 0 else head(1, -1 - value)
    elif kind is bytes:
        out += head(2, len(value)) + value
    elif kind is Embedded:
        out += value.encoded
    elif kind is Tagged:
        out += head(6, value.tag)
        _write(value.value, out)
    elif kind is list or kind is tuple:
        out += head(4, len(value))
        for item in value:
            _write(item, out)
    elif kind is dict:
        if not _KEYS.issuperset(map(type, value)):
            raise ValueError("a key is neither an integer nor a text")
        out += head(5, len(value))
        for key, member in sorted((encode(key), member) for key, member in value.items()):
            out += key
            _write(member, out)
    elif kind is bool or value is None:
        out.append(0xF6 if value is None else 0xF5 if value else 0xF4)
    elif kind is float:
        out += _float(value)
    else:
        raise TypeError(f"{kind.__name__} has no encoding here")


def _float(number: float) -> bytes:
    """The shortest float that holds the number (§4.2.1)."""
    if not math.isfinite(number):
        raise ValueError("a number that is not finite")
    for info in (25, 26):
        try:
            packed = struct.pack(_FLOATS[info], number)
        except OverflowError:
            continue
        if struct.unpack(_FLOATS[info], packed)[0] == number:
            return bytes((0xE0 | info,)) + packed
    return b"\xfb" + struct.pack(">d", number)
