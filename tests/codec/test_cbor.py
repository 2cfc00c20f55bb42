"""CBOR: what is read has one meaning, every bound holds, and cbor2 reads and writes the same."""

from __future__ import annotations

import math
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import cbor, limits
from defa_id.codec.cbor import Embedded, Tagged
from defa_id.errors import Fault

KEYS = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.binary(max_size=30)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


def code_of(data: bytes, *tags: int) -> str:
    with pytest.raises(Fault) as raised:
        cbor.decode(data, tags=tags)
    assert not raised.value.unknown
    return raised.value.code


def spelt(value: Any) -> Any:
    """The value with its types said aloud: in Python 1 == 1.0 == True."""
    if isinstance(value, list | tuple):
        return [spelt(item) for item in value]
    if isinstance(value, dict):
        return {(type(key).__name__, key): spelt(member) for key, member in value.items()}
    return (type(value).__name__, str(value))


@given(VALUES)
def test_round_trip(value: Any) -> None:
    assert spelt(cbor.decode(cbor.encode(value))) == spelt(value)


@given(VALUES)
def test_cbor2_reads_what_we_write(value: Any) -> None:
    assert spelt(cbor2.loads(cbor.encode(value))) == spelt(value)


@given(VALUES)
def test_we_read_what_cbor2_writes(value: Any) -> None:
    assert spelt(cbor.decode(cbor2.dumps(value), tags=())) == spelt(value)


@given(VALUES)
def test_a_value_has_one_deterministic_spelling(value: Any) -> None:
    written = cbor.encode(value)
    assert cbor.encode(cbor.decode(written)) == written
    assert cbor.encode(cbor.decode(cbor2.dumps(value))) == written


@given(st.binary(max_size=60) | VALUES.map(cbor.encode))
def test_any_bytes_are_a_value_cbor2_agrees_on_or_a_fault(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Fault as fault:
        assert fault.code.startswith(("CBOR_", "LIMIT_"))
        return
    assert spelt(cbor2.loads(data, allow_indefinite=False, allow_duplicate_keys=False)) == spelt(value)


@given(VALUES, st.data())
def test_a_flipped_bit_never_leaves_the_value_as_it_was(value: Any, how: st.DataObject) -> None:
    written = bytearray(cbor.encode(value))
    written[how.draw(st.integers(0, len(written) - 1))] ^= 1 << how.draw(st.integers(0, 7))
    try:
        read = cbor.decode(bytes(written))
    except Fault:
        return
    assert spelt(read) != spelt(value)


# RFC 8949 Appendix A, as far as the values exist here.
@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (1000000, "1a000f4240"),
        (18446744073709551615, "1bffffffffffffffff"),
        (-1, "20"),
        (-18446744073709551616, "3bffffffffffffffff"),
        (0.0, "f90000"),
        (-0.0, "f98000"),
        (1.1, "fb3ff199999999999a"),
        (65504.0, "f97bff"),
        (100000.0, "fa47c35000"),
        (3.4028234663852886e38, "fa7f7fffff"),
        (1.0e300, "fb7e37e43c8800759c"),
        (5.960464477539063e-8, "f90001"),
        (-4.1, "fbc010666666666666"),
        (False, "f4"),
        (True, "f5"),
        (None, "f6"),
        (b"\x01\x02\x03\x04", "4401020304"),
        ("\u6c34", "63e6b0b4"),
        ([1, [2, 3], [4, 5]], "8301820203820405"),
        ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
        ({}, "a0"),
        ([], "80"),
        ("", "60"),
    ],
)
def test_examples_of_the_rfc(value: Any, encoded: str) -> None:
    assert cbor.encode(value).hex() == encoded
    assert spelt(cbor.decode(bytes.fromhex(encoded))) == spelt(value)


def test_keys_are_written_in_the_order_of_their_bytes() -> None:
    # RFC 8949 §4.2.1: 10, 100, -1, "z", "aa"
    assert cbor.encode({"aa": 0, "z": 0, -1: 0, 100: 0, 10: 0}).hex() == "a50a001864002000617a0062616100"


@pytest.mark.parametrize(
    ("hex_", "code"),
    [
        ("", "CBOR_EOF"),
        ("18", "CBOR_EOF"),
        ("1901", "CBOR_EOF"),
        ("4201", "CBOR_EOF"),
        ("8201", "CBOR_EOF"),
        ("a101", "CBOR_EOF"),
        ("9b0000010000000000" + "00" * 10, "CBOR_EOF"),  # 2^40 items, ten bytes
        ("5b0000010000000000" + "00" * 10, "CBOR_EOF"),
        ("bb8000000000000000" + "00" * 10, "CBOR_EOF"),
        ("0000", "CBOR_TRAILING"),
        ("a0ff", "CBOR_TRAILING"),
        ("5f42010243030405ff", "CBOR_INDEFINITE"),
        ("7f61610062ff", "CBOR_INDEFINITE"),
        ("9f01ff", "CBOR_INDEFINITE"),
        ("bf616101ff", "CBOR_INDEFINITE"),
        ("ff", "CBOR_SYNTAX"),  # a break with nothing to end
        ("81ff", "CBOR_SYNTAX"),
        ("1c", "CBOR_SYNTAX"),
        ("1f", "CBOR_SYNTAX"),
        ("3f", "CBOR_SYNTAX"),
        ("dc00", "CBOR_SYNTAX"),
        ("df00", "CBOR_SYNTAX"),
        ("61ff", "CBOR_SYNTAX"),  # not UTF-8
        ("63eda080", "CBOR_SYNTAX"),  # a surrogate
        ("f7", "CBOR_SYNTAX"),  # undefined
        ("e0", "CBOR_SYNTAX"),
        ("f818", "CBOR_SYNTAX"),
        ("f8ff", "CBOR_SYNTAX"),
        ("fc", "CBOR_SYNTAX"),
        ("f97e00", "CBOR_NUMBER"),
        ("f97c00", "CBOR_NUMBER"),
        ("fbfff0000000000000", "CBOR_NUMBER"),
        ("a201000100", "CBOR_DUPLICATE_KEY"),
        ("a2616100616100", "CBOR_DUPLICATE_KEY"),
        ("a20100180100", "CBOR_DUPLICATE_KEY"),  # 1 and 1, the second spelt with two bytes
        ("a1f93c0000", "CBOR_KEY_TYPE"),  # 1.0
        ("a1f500", "CBOR_KEY_TYPE"),
        ("a1f600", "CBOR_KEY_TYPE"),
        ("a1410000", "CBOR_KEY_TYPE"),
        ("a18000", "CBOR_KEY_TYPE"),
        ("a1a000", "CBOR_KEY_TYPE"),
        ("a20100f93c0000", "CBOR_KEY_TYPE"),  # 1 and 1.0
        *((cbor.head(6, tag).hex() + "00", "CBOR_TAG") for tag in (0, 1, 2, 4, 5, 28, 29, 30, 35, 36, 258, 55799)),
        ("d818", "CBOR_TAG"),
    ],
)
def test_what_is_refused(hex_: str, code: str) -> None:
    assert code_of(bytes.fromhex(hex_)) == code


@pytest.mark.parametrize("shortest", [b"\x00", b"\x18\x00", b"\x19\x00\x00", b"\x1a" + bytes(4), b"\x1b" + bytes(8)])
def test_longer_spellings_of_foreign_data_are_read(shortest: bytes) -> None:
    assert cbor.decode(shortest) == 0


def test_only_the_tags_a_caller_names() -> None:
    assert cbor.decode(b"\xc0\x61x", tags=(0,)) == Tagged(0, "x")
    assert cbor.decode(b"\xd8\x3d\xd2\x80", tags=(18, 61)) == Tagged(61, Tagged(18, []))
    assert code_of(b"\xd8\x3d\xd2\x80", 61) == "CBOR_TAG"


def test_an_embedded_item_keeps_the_bytes_it_came_in() -> None:
    inside = bytes.fromhex("a1180100")  # the key 1 in two bytes
    outer = b"\xd8\x18\x58\x04" + inside  # and a length in two bytes
    assert cbor.decode(b"\x82\x00" + outer, tags=(24,)) == [0, Embedded(outer, {1: 0})]
    assert cbor.encode([Embedded(outer, {1: 0})]) == b"\x81" + outer
    assert cbor.decode(cbor.embed({1: 0}).encoded, tags=(24,)) == cbor.embed({1: 0})


@pytest.mark.parametrize(
    "hex_",
    [
        "d81840",  # nothing inside
        "d81801",  # no byte string
        "d8186161",  # a text
        "d818420000",  # two items inside
        "d8184181",  # an item that is not complete
        "82d818418100",  # an item that reaches beyond its string
        "d81841ff",  # no CBOR
        "d8184118",  # a number cut off
        "d8184261ff",  # a text that is not UTF-8
    ],
)
def test_an_embedded_item_that_is_none(hex_: str) -> None:
    assert code_of(bytes.fromhex(hex_), 24) == "CBOR_EMBEDDED"


def test_what_is_wrong_inside_an_embedded_item_keeps_its_name() -> None:
    assert code_of(cbor.head(6, 24) + b"\x45\xa2\x01\x00\x01\x00", 24) == "CBOR_DUPLICATE_KEY"
    assert code_of(bytes.fromhex("d818429f01"), 24) == "CBOR_INDEFINITE"
    assert code_of(b"\xd8\x18\x42\x00", 24) == "CBOR_EOF"  # the outer item is cut off
    assert code_of(b"\xd8\x18", 24) == "CBOR_EOF"


def test_depth() -> None:
    deepest = b"\x81" * limits.CBOR_DEPTH + b"\x00"
    assert cbor.encode(cbor.decode(deepest)) == deepest
    for bomb in (b"\x81" + deepest, b"\x81" * 100_000, b"\xa1\x00" * 25 + b"\x00"):
        assert code_of(bomb) == "LIMIT_DEPTH"
    assert code_of(b"\xc0" * 100_000, 0) == "LIMIT_DEPTH"


def test_depth_is_carried_into_embedded_items() -> None:
    def nested(times: int) -> bytes:
        item = b"\x00"
        for _ in range(times):
            item = cbor.head(6, 24) + cbor.head(2, len(item)) + item
        return item

    assert cbor.decode(nested(limits.CBOR_DEPTH), tags=(24,))
    assert code_of(nested(30), 24) == "LIMIT_DEPTH"
    assert code_of(b"\x81" * 20 + nested(5), 24) == "LIMIT_DEPTH"


def test_sizes() -> None:
    assert len(cbor.decode(cbor.encode(b"x" * limits.CBOR_STRING))) == limits.CBOR_STRING
    assert code_of(cbor.encode(b"x" * (limits.CBOR_STRING + 1))) == "LIMIT_STRING"
    assert code_of(cbor.encode("x" * (limits.CBOR_STRING + 1))) == "LIMIT_STRING"
    assert cbor.decode(cbor.embed(b"x" * limits.CBOR_STRING).encoded, tags=(24,)).value == b"x" * limits.CBOR_STRING
    assert code_of(cbor.embed(b"x" * (limits.CBOR_STRING + 1)).encoded, 24) == "LIMIT_STRING"
    assert len(cbor.decode(cbor.encode([0] * (limits.CBOR_NODES - 1)))) == limits.CBOR_NODES - 1
    assert code_of(cbor.encode([0] * limits.CBOR_NODES)) == "LIMIT_NODES"
    assert code_of(cbor.encode([[0] * 150] * 150)) == "LIMIT_NODES"
    assert len(cbor.decode(cbor.encode(dict.fromkeys(range(limits.CBOR_MEMBERS))))) == limits.CBOR_MEMBERS
    assert code_of(cbor.encode(dict.fromkeys(range(limits.CBOR_MEMBERS + 1)))) == "LIMIT_MEMBERS"


def test_keys_made_to_collide_are_never_put_into_a_table() -> None:
    bomb = cbor.head(5, 100_000) + b"".join(cbor.encode(n) + b"\xf6" for n in range(100_000))
    assert code_of(bomb) == "LIMIT_NODES"


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1, math.nan, math.inf, -math.inf, {1.0: 0}, {True: 0}, {b"": 0}])
def test_what_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        cbor.encode(value)


@pytest.mark.parametrize("value", [object(), {1, 2}, bytearray(b"x"), 1j])
def test_what_is_no_cbor(value: Any) -> None:
    with pytest.raises(TypeError):
        cbor.encode(value)
