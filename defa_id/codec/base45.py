"""Base45 as RFC 9285 writes it, and nothing beside it: the alphabet of a QR code's alphanumeric mode.

Two bytes are three characters, a last single byte is two. What does not stand for a byte string
(§4, §6) is refused, so that one byte string has exactly one spelling.
"""

from __future__ import annotations

from typing import Final

from defa_id.errors import Fault

ALPHABET: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # §4.2, table 1
_VALUE: Final = {character: value for value, character in enumerate(ALPHABET)}


def decode(text: bytes) -> bytes:
    """The bytes that `text` spells. Raises `Fault` INPUT_BASE45 for anything that spells none."""
    if text.translate(None, ALPHABET):
        raise Fault("INPUT_BASE45", "it holds characters outside the alphabet")
    whole, left = divmod(len(text), 3)
    if left == 1:
        raise Fault("INPUT_BASE45", "it has an impossible length")
    values = [_VALUE[character] for character in text]
    numbers = [values[at] + 45 * values[at + 1] + 2025 * values[at + 2] for at in range(0, 3 * whole, 3)]
    last = values[-2] + 45 * values[-1] if left else 0
    if last > 0xFF or max(numbers, default=0) > 0xFFFF:
        raise Fault("INPUT_BASE45", "a group of characters stands for no bytes")
    return b"".join([number.to_bytes(2) for number in numbers]) + (bytes((last,)) if left else b"")


def encode(data: bytes) -> str:
    """`data` in base45."""
    out = bytearray()
    for at in range(0, len(data) - 1, 2):
        rest, first = divmod(int.from_bytes(data[at : at + 2]), 45)
        third, second = divmod(rest, 45)
        out += bytes((ALPHABET[first], ALPHABET[second], ALPHABET[third]))
    if len(data) % 2:
        second, first = divmod(data[-1], 45)
        out += bytes((ALPHABET[first], ALPHABET[second]))
    return out.decode("ascii")
