"""JSON as RFC 8259 means it and RFC 7493 (I-JSON) narrows it, with every bound enforced.

Two readers that disagree about one document are how forged credentials pass: so no duplicate
members, no NaN, no numbers beyond what every language holds, no lone surrogates, UTF-8 only.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.errors import Fault

Object = dict[str, Any]


def loads(data: bytes, *, nodes: int = limits.JSON_NODES) -> Any:
    """The value `data` spells, of at most so many `nodes`.

    Raises `Fault`: JSON_BOM, JSON_UTF8, JSON_SYNTAX, JSON_TRAILING, JSON_NUMBER, JSON_SURROGATE,
    JSON_DUPLICATE_MEMBER, LIMIT_DEPTH, LIMIT_NODES, LIMIT_MEMBERS, LIMIT_STRING.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        raise Fault("JSON_BOM")
    if b"\0" in data[:2]:
        raise Fault("JSON_UTF8", "this is UTF-16 or UTF-32")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Fault("JSON_UTF8", f"byte {error.start} is not UTF-8") from None
    try:
        value = _decode(text)
    except json.JSONDecodeError as error:
        if _deepest(text[: error.pos]) > limits.JSON_DEPTH:
            raise _too_deep() from None
        code = "JSON_TRAILING" if error.msg == "Extra data" else "JSON_SYNTAX"
        raise Fault(code, f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        if _deepest(text) <= limits.JSON_DEPTH:
            raise  # the caller's own stack is used up
        raise _too_deep() from None
    if not _small(text, nodes):
        _bound(value, nodes)
    return value


def load_object(data: bytes, *, nodes: int = limits.JSON_NODES) -> Object:
    """The same for a document that must be an object. Raises also `Fault` JSON_NOT_OBJECT."""
    value = loads(data, nodes=nodes)
    if type(value) is not dict:
        raise Fault("JSON_NOT_OBJECT")
    return value


def _members(pairs: list[tuple[str, Any]]) -> Object:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise Fault("JSON_DUPLICATE_MEMBER", f"member {printable(twice)!r} stands twice")
    if len(members) > limits.JSON_MEMBERS:
        raise Fault("LIMIT_MEMBERS", f"an object has more than {limits.JSON_MEMBERS} members")
    return members


def _integer(literal: str) -> int:
    if len(literal) > limits.JSON_NUMBER_CHARS or literal == "-0":
        raise Fault("JSON_NUMBER", "an integer that readers write differently")
    number = int(literal)
    if abs(number) > limits.JSON_INTEGER:
        raise Fault("JSON_NUMBER", "an integer beyond ±(2^53-1)")
    return number


def _fraction(literal: str) -> float:
    if len(literal) > limits.JSON_NUMBER_CHARS or not math.isfinite(number := float(literal)):
        raise Fault("JSON_NUMBER", "a number no double can hold")
    return number


def _constant(literal: str) -> NoReturn:
    raise Fault("JSON_NUMBER", f"{literal} is not JSON")


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)


def _decode(text: str) -> Any:
    """The value. Most texts are read to their end at once; what stands around or behind a value, and what is
    wrong, is told by the decoder. Raises `json.JSONDecodeError`, `RecursionError`."""
    try:
        value, end = _decoder.raw_decode(text)
    except json.JSONDecodeError:
        return _decoder.decode(text)
    return value if end == len(text) else _decoder.decode(text)


def _too_deep() -> Fault:
    return Fault("LIMIT_DEPTH", f"nested deeper than {limits.JSON_DEPTH}")


def _deepest(text: str) -> int:
    """How deep a text goes, or had come where it ceased to be JSON: interpreters give up at different depths."""
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        depth += (token[0] in "[{") - (token[0] in "]}")
        deepest = max(deepest, depth)
    return deepest


def _small(text: str, most: int) -> bool:
    """Whether a text that is JSON is too short, too flat and too plain to break a bound of `_bound`: every
    second character begins a value at most, and only an escape can spell a surrogate."""
    return (
        len(text) < 2 * most
        and len(text) <= limits.JSON_STRING
        and text.count("[") + text.count("{") <= limits.JSON_DEPTH
        and "\\u" not in text
    )


def _bound(value: Any, most: int) -> None:
    """One walk over the parsed value, level by level, for depth, size and surrogates."""
    level: list[Any] = [value]
    count = depth = 0
    while level:
        count += len(level)
        if count > most:
            raise Fault("LIMIT_NODES", f"more than {most} values")
        below: list[Any] = []
        nested = False
        for item in level:
            kind = type(item)
            if kind is str:
                if not item.isascii() or len(item) > limits.JSON_STRING:
                    _bound_string(item)
            elif kind is dict:
                nested = True
                for name in item:
                    if not name.isascii() or len(name) > limits.JSON_STRING:
                        _bound_string(name)
                below.extend(item.values())
            elif kind is list:
                nested = True
                below.extend(item)
        depth += nested
        if depth > limits.JSON_DEPTH:
            raise _too_deep()
        level = below


def _bound_string(text: str) -> None:
    if len(text) > limits.JSON_STRING:
        raise Fault("LIMIT_STRING", f"a string is longer than {limits.JSON_STRING} characters")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Fault("JSON_SURROGATE") from None
