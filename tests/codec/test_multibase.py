"""multibase: base58btc has one spelling for each byte string and a bound on its length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import limits, multibase
from defa_id.errors import Fault

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@given(st.binary(min_size=1, max_size=100))
def test_round_trip(data: bytes) -> None:
    assert multibase.decode_base58btc(multibase.encode_base58btc(data)) == data


@given(st.text(ALPHABET, min_size=1, max_size=60))
def test_whatever_is_read_is_spelt_as_it_would_be_written(digits: str) -> None:
    assert multibase.encode_base58btc(multibase.decode_base58btc("z" + digits)) == "z" + digits


@given(st.text(max_size=30))
def test_any_text_is_bytes_or_a_fault(text: str) -> None:
    try:
        data = multibase.decode_base58btc(text)
    except Fault as fault:
        assert fault.code == "DID_SYNTAX"
    else:
        assert multibase.encode_base58btc(data) == text


@pytest.mark.parametrize(
    ("data", "spelt"),
    [
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (b"\0\0\x28\x7f\xb4\xcd", "z11233QC4"),
        (b"\0", "z1"),
        (b"\0\0\0", "z111"),
    ],
)
def test_known_spellings(data: bytes, spelt: str) -> None:
    """draft-msporny-base58 §5, and leading zeros."""
    assert multibase.encode_base58btc(data) == spelt
    assert multibase.decode_base58btc(spelt) == data


@pytest.mark.parametrize(
    "text", ["", "z", "Z2NE", "2NEpo7", "f00", "uAAAA", "z0", "zO", "zI", "zl", "z+", "z ", "z2\n", "z๑"]
)
def test_what_is_not_base58btc(text: str) -> None:
    with pytest.raises(Fault) as refused:
        multibase.decode_base58btc(text)
    assert refused.value.code == "DID_SYNTAX"


def test_the_bound_is_met_exactly() -> None:
    assert multibase.decode_base58btc("z" + "2" * (limits.MULTIBASE_CHARS - 1))
    with pytest.raises(Fault) as refused:
        multibase.decode_base58btc("z" + "2" * limits.MULTIBASE_CHARS)
    assert refused.value.code == "DID_SYNTAX"
