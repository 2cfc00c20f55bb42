"""Bitstring Status List (W3C, 2025-05-15) and its forerunner StatusList2021: most significant bit first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from defa_id.codec import base64url, limits
from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.status import Reference, Value, inflate, require_address

REVOCATION: Final = "revocation"
_MEANINGS: Final = {REVOCATION: "revoked", "suspension": "suspended"}
_LISTS: Final = {"BitstringStatusListEntry": "BitstringStatusList", "StatusList2021Entry": "StatusList2021"}
_GZIP: Final = 31


def refer(entry: Mapping[str, Any]) -> Reference:
    """Where the entry points (§2.1). Raises `Fault` STATUS_SHAPE, STATUS_INDEX, STATUS_URI."""
    purpose, kind = entry.get("statusPurpose"), entry.get("type")
    if not isinstance(purpose, str) or not purpose:
        raise Fault("STATUS_SHAPE", "statusPurpose is missing")
    size = entry.get("statusSize", 1)
    if type(size) is not int or not 1 <= size <= 8:
        raise Fault("STATUS_SHAPE", "statusSize is not a whole number from 1 to 8")
    messages = _messages(entry, size) if size > 1 or purpose == "message" else {}
    more = {"size": size, "messages": messages, "kind": _LISTS.get(str(kind))}
    return Reference(require_address(entry.get("statusListCredential")), _index(entry), purpose, more)


def look(claims: Mapping[str, Any], reference: Reference) -> Value:
    """What the list says there (§3.2). Raises `Fault` STATUS_SHAPE, STATUS_PURPOSE, STATUS_LENGTH,
    STATUS_INDEX, STATUS_ENCODING, LIMIT_STATUS."""
    subject = claims.get("credentialSubject")
    if not isinstance(subject, dict) or subject.get("type") != reference.more["kind"]:
        raise Fault("STATUS_SHAPE", f"the list is no {reference.more['kind']}")
    purposes = subject.get("statusPurpose")
    if reference.purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise Fault("STATUS_PURPOSE", "the list serves another purpose", purpose=printable(reference.purpose))
    encoded = subject.get("encodedList")
    if not isinstance(encoded, str) or not encoded.isascii():
        raise Fault("STATUS_SHAPE", "encodedList is missing")
    bits, size = _decoded(encoded, reference.more["kind"] == "BitstringStatusList"), reference.more["size"]
    if len(bits) * 8 // size < limits.STATUS_BITSTRING_ENTRIES:
        raise Fault("STATUS_LENGTH", f"the list has fewer than {limits.STATUS_BITSTRING_ENTRIES} entries")
    if reference.position >= len(bits) * 8 // size:
        raise Fault("STATUS_INDEX", "the list ends before this entry")
    number = _at(bits, reference.position * size, size)
    if not number:
        return Value(0, "valid")
    meaning = _MEANINGS.get(reference.purpose or "")
    if meaning is not None:
        return Value(number, meaning)
    if reference.purpose == "refresh":
        return Value(number, "valid", "a newer one is to be had from its issuer")
    return Value(number, "other", reference.more["messages"].get(number, "its issuer does not say what it means"))


def _index(entry: Mapping[str, Any]) -> int:
    """§2.1: a text of digits. Only ASCII digits are digits, and a number has one spelling."""
    text = entry.get("statusListIndex")
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= limits.STATUS_INDEX_CHARS:
        number = int(text)
        if text == str(number):
            return number
    raise Fault("STATUS_INDEX", "statusListIndex is not a number written as a text")


def _messages(entry: Mapping[str, Any], size: int) -> dict[int, str]:
    """§2.1: a list of {status, message}, one for each value, the values in hexadecimal."""
    messages = entry.get("statusMessage")
    try:
        found = {int(one["status"], 16): str(one["message"]) for one in messages or ()}
    except (TypeError, KeyError, ValueError):
        raise Fault("STATUS_SHAPE", "statusMessage cannot be read") from None
    if len(found) != 2**size:
        raise Fault("STATUS_SHAPE", "statusMessage does not name every value")
    return found


@lru_cache(maxsize=limits.STATUS_DECODED)
def _decoded(encoded: str, multibase: bool) -> bytes:
    """The bits of a list; a pure function of its text, kept because lists are asked many times."""
    if multibase and not encoded.startswith("u"):
        raise Fault("STATUS_ENCODING", "encodedList is not multibase base64url")
    data = base64url.decode(encoded.removeprefix("u" if multibase else "").encode(), "STATUS_ENCODING", "encodedList")
    return inflate(data, _GZIP)


def _at(bits: bytes, start: int, size: int) -> int:
    first, last = start // 8, (start + size - 1) // 8
    window = int.from_bytes(bits[first : last + 1])
    return window >> ((last + 1) * 8 - start - size) & (1 << size) - 1
