"""RFC 8785 for the documents this project writes itself: registry lists, policies, verdicts.

Those hold no fractions and only ASCII member names, and for them the C encoder with sorted members
writes exactly the bytes of RFC 8785; whatever lies outside is refused, not approximated.
"""

from __future__ import annotations

import json
from typing import Any

from defa_id.codec import digests, limits


def encode(value: Any) -> bytes:
    """The RFC 8785 bytes. Raises `ValueError` for fractions, big integers, and non-ASCII names."""
    _guard(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in lower-case hexadecimal."""
    return digests.sha256(encode(value)).hex()


def _guard(value: Any) -> None:
    kind = type(value)
    if kind is dict:
        for name, member in value.items():
            if type(name) is not str or not name.isascii():
                raise ValueError(f"member name outside ASCII: {name!r}")
            _guard(member)
    elif kind is list or kind is tuple:
        for element in value:
            _guard(element)
    elif kind is int:
        if abs(value) > limits.JSON_INTEGER:
            raise ValueError("integer outside ±(2^53-1)")
    elif kind is not str and kind is not bool and value is not None:
        raise ValueError(f"{kind.__name__} has no canonical form here")
