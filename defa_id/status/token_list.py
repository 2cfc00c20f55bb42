"""Token Status List (draft-ietf-oauth-status-list): least significant bits first, values of 1, 2, 4 or 8 bits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from defa_id.codec import base64url, limits
from defa_id.errors import Fault
from defa_id.status import Reference, Value, inflate, require_address

# draft §7.1; 3 and 12 to 15 are the application's own.
_MEANINGS: Final = {0: "valid", 1: "revoked", 2: "suspended"}
_ZLIB: Final = 15
_FEW: Final = "the list is so short that looking into it may tell whose credential this is"


def refer(entry: Mapping[str, Any]) -> Reference:
    """Where the entry points (§6.1): its `idx` and `uri`. Raises `Fault` STATUS_INDEX, STATUS_URI."""
    index = entry.get("idx")
    if type(index) is not int or index < 0:
        raise Fault("STATUS_INDEX", "idx is not a whole number")
    return Reference(require_address(entry.get("uri")), index, None)


def look(claims: Mapping[str, Any], reference: Reference) -> Value:
    """What the list says there (§4.1). Raises `Fault` STATUS_SHAPE, STATUS_INDEX, STATUS_ENCODING, LIMIT_STATUS."""
    content = claims.get("status_list")
    bits = content.get("bits") if isinstance(content, dict) else None
    encoded = content.get("lst") if isinstance(content, dict) else None
    if type(bits) is not int or bits not in (1, 2, 4, 8) or not isinstance(encoded, str | bytes):
        raise Fault("STATUS_SHAPE", "status_list has no bits of 1, 2, 4 or 8, or no lst")
    values = _decoded(encoded)
    entries = len(values) * 8 // bits
    if reference.position >= entries:
        raise Fault("STATUS_INDEX", "the list ends before this entry")
    start = reference.position * bits
    number = values[start // 8] >> start % 8 & (1 << bits) - 1
    meaning = _MEANINGS.get(number, "other")
    if meaning == "other":
        return Value(number, meaning, "its issuer does not say what it means")
    return Value(number, meaning, _FEW if meaning == "valid" and entries < limits.STATUS_HERD else "")


@lru_cache(maxsize=limits.STATUS_DECODED)
def _decoded(encoded: str | bytes) -> bytes:
    """The values: zlib, as bytes in a CWT and as base64url in a JWT; pure, and kept because lists are asked often."""
    if isinstance(encoded, bytes):
        return inflate(encoded, _ZLIB)
    if not encoded.isascii():
        raise Fault("STATUS_ENCODING", "lst is not base64url")
    return inflate(base64url.decode(encoded.encode(), "STATUS_ENCODING", "lst"), _ZLIB)
