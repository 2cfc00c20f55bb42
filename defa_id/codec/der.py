"""DER (X.690 §10) as far as certificates need it: items with definite, shortest lengths, one after another."""

from __future__ import annotations

from typing import Final

from defa_id.errors import Fault

INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
SEQUENCE: Final = 0x30


def items(data: bytes) -> list[tuple[int, bytes]]:
    """The items that `data` is made of, each its tag's byte and its content.

    Raises `Fault` X509_PARSE for anything that is not DER to the last byte; tags of several bytes
    do not occur in certificates.
    """
    found = []
    pos, end = 0, len(data)
    while pos < end:
        tag, pos = data[pos], pos + 1
        if tag & 31 == 31 or pos >= end:
            raise Fault("X509_PARSE", "a tag that is no certificate's")
        length, pos = data[pos], pos + 1
        if length > 127:
            count = length & 127
            length = int.from_bytes(data[pos : pos + count])
            if not 0 < count < 4 or length < 128 or length.bit_length() <= 8 * (count - 1):
                raise Fault("X509_PARSE", "a length that is not the shortest, or indefinite")
            pos += count
        if pos + length > end:
            raise Fault("X509_PARSE", "an item is longer than the data")
        found.append((tag, data[pos : pos + length]))
        pos += length
    return found


def inside(item: tuple[int, bytes], tag: int = SEQUENCE) -> list[tuple[int, bytes]]:
    """The items inside an item of this tag. Raises `Fault` X509_PARSE."""
    if item[0] != tag:
        raise Fault("X509_PARSE", "an item is of another kind than it must be")
    return items(item[1])


def dotted(content: bytes) -> str:
    """The object identifier an item holds (X.690 §8.19), in dotted form."""
    numbers, value = [], 0
    for byte in content:
        value = value << 7 | byte & 127
        if byte < 128:
            numbers.append(value)
            value = 0
    if not numbers or value:
        raise Fault("X509_PARSE", "an object identifier is cut off")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))
