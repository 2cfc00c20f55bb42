"""base64url as RFC 7515 §2 and RFC 4648 §5 write it, and nothing beside it.

No padding, no other alphabet, no white space, and no spare bits in the last character
(RFC 4648 §3.5), so that one byte string has exactly one spelling.
"""

from __future__ import annotations

import binascii
from typing import Final

from defa_id.errors import Fault

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_STANDARD: Final = _ALPHABET.replace(b"-_", b"+/")
# To the standard alphabet; every character outside ours, padding too, to one that no decoder takes.
_TO_STANDARD: Final = bytes(
    _STANDARD[_ALPHABET.index(character)] if character in _ALPHABET else ord("!") for character in range(256)
)
_FROM_STANDARD: Final = bytes.maketrans(b"+/", b"-_")
_PADDING: Final = (b"", None, b"==", b"=")
_SPARE_BITS: Final = {2: 0b1111, 3: 0b0011}
_VALUE: Final = {character: value for value, character in enumerate(_ALPHABET)}


def decode(text: bytes, code: str = "JOSE_BASE64", what: str = "a base64url value") -> bytes:
    """The bytes that `text` spells. Raises `Fault` with `code` for any other spelling."""
    tail = len(text) % 4
    padding = _PADDING[tail]
    try:
        decoded = binascii.a2b_base64(text.translate(_TO_STANDARD) + (padding or b""), strict_mode=True)
    except binascii.Error:
        if text.translate(None, _ALPHABET):
            raise Fault(code, f"{what} holds characters outside the base64url alphabet") from None
        raise Fault(code, f"{what} has an impossible length") from None
    if tail and _VALUE[text[-1]] & _SPARE_BITS[tail]:
        raise Fault(code, f"{what} has bits set behind its last byte")
    return decoded


def encode(data: bytes) -> str:
    """`data` without padding, in the URL-safe alphabet."""
    return binascii.b2a_base64(data, newline=False).translate(_FROM_STANDARD, b"=").decode("ascii")
