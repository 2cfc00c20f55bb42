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
from typing import Any, Final

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.values import NamedTuple

EMBEDDED: Final = 24  # the tag of "encoded CBOR data item" (§3.4.5.1)

_FLOATS: Final = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE: Final[dict[int, bool | None]] = {20: False, 21: True, 22: None}
_KEYS: Final = frozenset({int, str})
_NOT_CBOR: Final = frozenset({"CBOR_EOF", "CBOR_SYNTAX"})


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


class _Walk(NamedTuple):
    """What one walk over the data shares: the bytes, how many items more may come, and the tags taken."""

    data: bytes
    left: list[int]
    tags: Container[int]


def decode(data: bytes, *, tags: Container[int] = (), nodes: int = limits.CBOR_NODES) -> Any:
    """The one item that `data` encodes: int, str, bytes, list, dict, bool, None, float, or `Tagged`
    and `Embedded` for the `tags` named. Of at most so many `nodes` (items of any kind).

    Items inside tag 24 are read in the same walk, so depth and size are bounded across embeddings.

    Raises `Fault`: CBOR_EOF, CBOR_TRAILING, CBOR_SYNTAX, CBOR_INDEFINITE, CBOR_TAG, CBOR_EMBEDDED,
    CBOR_DUPLICATE_KEY, CBOR_KEY_TYPE, CBOR_NUMBER, LIMIT_DEPTH, LIMIT_NODES, LIMIT_MEMBERS,
    LIMIT_STRING.
    """
    end = len(data)
    try:
        items, stop = _items(_Walk(data, [nodes], tags), 0, end, 1, 0)
    except IndexError:
        raise Fault("CBOR_EOF", "the data end within an item") from None
    except UnicodeDecodeError:
        raise Fault("CBOR_SYNTAX", "a text is not UTF-8") from None
    if stop != end:
        raise Fault("CBOR_TRAILING", f"{end - stop} bytes follow the item")
    return items[0]


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


def _items(walk: _Walk, pos: int, end: int, count: int, depth: int) -> tuple[list[Any], int]:
    """So many items from `pos` on, and where they stop. What most items are is read here, the rest in
    `_item`. Reading beyond the data raises `IndexError`; reading beyond `end` is told at the end."""
    data, left, _ = walk
    if count > end - pos:
        raise Fault("CBOR_EOF", "more items are announced than there are bytes")
    left[0] -= count
    if left[0] < 0:
        raise Fault("LIMIT_NODES", "more items than a credential needs")
    if depth > limits.CBOR_DEPTH:
        raise Fault("LIMIT_DEPTH", f"nested deeper than {limits.CBOR_DEPTH}")
    found: list[Any] = []
    add = found.append
    for _ in range(count):
        first = data[pos]
        pos += 1
        if 0x60 <= first < 0x78:  # a text of up to 23 bytes
            stop = pos + first - 0x60
            add(data[pos:stop].decode())
            pos = stop
        elif first < 0x18:  # a number of up to 23
            add(first)
        elif first == 0x58:  # bytes, their length in one: salts and digests
            stop = pos + 1 + data[pos]
            add(data[pos + 1 : stop])
            pos = stop
        elif 0xA0 <= first < 0xB8:  # a map of up to 23 members
            items, pos = _items(walk, pos, end, 2 * (first - 0xA0), depth + 1)
            add(_map(items))
        elif first == 0xD8 and data[pos] == EMBEDDED and EMBEDDED in walk.tags:
            value, pos = _embedded(walk, pos - 1, pos + 1, end, depth + 1)
            add(value)
        else:
            value, pos = _item(walk, first, pos, end, depth)
            add(value)
    if pos > end:
        raise Fault("CBOR_EOF", "an item is longer than the data")
    return found, pos


def _item(walk: _Walk, first: int, pos: int, end: int, depth: int) -> tuple[Any, int]:
    """One item of any kind, from behind its first byte."""
    start, major, number = pos - 1, first >> 5, first & 31
    if number > 23:
        number, pos = _argument(walk.data, pos, end, major, number)
    if major < 2:
        return number if major == 0 else -1 - number, pos
    if major < 4:
        stop = _string_end(pos, number, end)
        return walk.data[pos:stop] if major == 2 else walk.data[pos:stop].decode(), stop
    if major == 4:
        return _items(walk, pos, end, number, depth + 1)
    if major == 7:
        return _simple(walk.data[start:pos]), pos
    if major == 6:
        if number not in walk.tags:
            raise Fault("CBOR_TAG", f"tag {number} does not belong here", tag=str(number))
        if number == EMBEDDED:
            return _embedded(walk, start, pos, end, depth + 1)
        items, stop = _items(walk, pos, end, 1, depth + 1)
        return Tagged(number, items[0]), stop
    if number > limits.CBOR_MEMBERS and 2 * number <= walk.left[0]:
        raise Fault("LIMIT_MEMBERS", f"a map has more than {limits.CBOR_MEMBERS} members")
    items, stop = _items(walk, pos, end, 2 * number, depth + 1)
    return _map(items), stop


def _map(items: list[Any]) -> dict[Any, Any]:
    """Keys and values in turn, as a map. Its keys are integers and texts: others could be equal to one
    another, as 1, 1.0 and true are in Python."""
    each = iter(items)
    try:
        members = dict(zip(each, each, strict=True))
    except TypeError:  # an array or map as a key
        members = {}
    if 2 * len(members) == len(items) and _KEYS.issuperset(map(type, members)):
        return members
    if not _KEYS.issuperset(map(type, items[::2])):
        raise Fault("CBOR_KEY_TYPE", "a key is neither an integer nor a text")
    raise Fault("CBOR_DUPLICATE_KEY")


def _embedded(walk: _Walk, start: int, pos: int, end: int, depth: int) -> tuple[Embedded, int]:
    """Tag 24, from its first byte at `start`, and the byte string at `pos`, whose content is read at once and keeps
    to the bounds itself."""
    data = walk.data
    first = data[pos]
    pos += 1
    if first == 0x58:
        length, pos = data[pos], pos + 1
    elif first >> 5 != 2:
        raise Fault("CBOR_EMBEDDED", "tag 24 does not stand before a byte string")
    elif (length := first & 31) > 23:
        length, pos = _argument(data, pos, end, 2, length)
    stop = pos + length
    if stop > end:
        raise Fault("CBOR_EOF", "a string is longer than the data")
    try:
        items, after = _items(walk, pos, stop, 1, depth)
    except (IndexError, UnicodeDecodeError):
        raise Fault("CBOR_EMBEDDED", "the content is no CBOR") from None
    except Fault as fault:
        if fault.code in _NOT_CBOR:  # what is no CBOR inside is said of the embedding
            raise Fault("CBOR_EMBEDDED", fault.why) from None
        raise
    if after != stop:
        raise Fault("CBOR_EMBEDDED", f"{stop - after} bytes follow the item inside")
    return Embedded(data[start:stop], items[0]), stop


def _string_end(pos: int, length: int, end: int) -> int:
    if pos + length > end:
        raise Fault("CBOR_EOF", "a string is longer than the data")
    if length > limits.CBOR_STRING:
        raise Fault("LIMIT_STRING", f"a string is longer than {limits.CBOR_STRING} bytes")
    return pos + length


def _argument(data: bytes, pos: int, end: int, major: int, info: int) -> tuple[int, int]:
    """The argument that follows the first byte (§3), and where it ends."""
    if info == 24:
        return data[pos], pos + 1
    if info > 27:
        if info == 31 and 2 <= major <= 5:
            raise Fault("CBOR_INDEFINITE")
        raise Fault("CBOR_SYNTAX", "a first byte that means nothing")
    stop = pos + (1 << info - 24)
    if stop > end:
        raise Fault("CBOR_EOF", "the data end within a number")
    return int.from_bytes(data[pos:stop]), stop


def _simple(item: bytes) -> bool | float | None:
    """Major type 7 (§3.3): false, true, null and finite floats. Nobody has assigned the other simple
    values, and `undefined` has no counterpart in a credential."""
    info = item[0] & 31
    if info in _SIMPLE:
        return _SIMPLE[info]
    if info not in _FLOATS:
        raise Fault("CBOR_SYNTAX", "a simple value that means nothing here")
    number: float = struct.unpack(_FLOATS[info], item[1:])[0]
    if not math.isfinite(number):
        raise Fault("CBOR_NUMBER", "a number that is not finite")
    return number


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
