"""base58btc multibase and the multicodec prefixes of public keys (W3C Controlled Identifiers §2.4)."""

from __future__ import annotations

from typing import Final

from defa_id.codec import limits
from defa_id.errors import Fault

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE: Final = {character: value for value, character in enumerate(_ALPHABET)}


def decode_base58btc(text: str, code: str = "DID_SYNTAX") -> bytes:
    """The bytes behind a `z` multibase text. Raises `Fault` with `code`."""
    if not text.startswith("z") or not 1 < len(text) <= limits.MULTIBASE_CHARS:
        raise Fault(code, "not base58btc multibase")
    digits = text[1:]
    number = 0
    for character in digits:
        value = _VALUE.get(character)
        if value is None:
            raise Fault(code, "a character outside the base58btc alphabet")
        number = number * 58 + value
    zeros = len(digits) - len(digits.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def encode_base58btc(data: bytes) -> str:
    """`data` as a `z` multibase text."""
    number, digits = int.from_bytes(data), ""
    while number:
        number, value = divmod(number, 58)
        digits = _ALPHABET[value] + digits
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + digits
