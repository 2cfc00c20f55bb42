"""DER: items with one spelling, to the last byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import der
from defa_id.errors import Fault
from tests.support.certificates import oid, tlv

ITEMS = st.lists(st.tuples(st.integers(0, 255).filter(lambda tag: tag & 31 != 31), st.binary(max_size=300)), max_size=5)


@given(ITEMS)
def test_round_trip(items: list[tuple[int, bytes]]) -> None:
    assert der.items(b"".join(tlv(*item) for item in items)) == items


@given(st.binary(max_size=40))
def test_any_bytes_are_items_of_one_spelling_or_a_fault(data: bytes) -> None:
    try:
        found = der.items(data)
    except Fault as fault:
        assert fault.code == "X509_PARSE"
        return
    assert b"".join(tlv(*item) for item in found) == data


@pytest.mark.parametrize("dotted", ["2.5.4.6", "1.0.18013.5.1.2", "1.3.6.1.5.5.7.3.36", "2.999.1", "0.9.2342.1"])
def test_object_identifiers(dotted: str) -> None:
    ((_, content),) = der.items(oid(dotted))
    assert der.dotted(content) == dotted


@pytest.mark.parametrize("content", [b"", b"\x55\x84", b"\x84"])
def test_object_identifiers_that_are_cut_off(content: bytes) -> None:
    with pytest.raises(Fault, match="X509_PARSE"):
        der.dotted(content)


def test_an_item_of_another_kind() -> None:
    assert der.inside((der.SEQUENCE, b"\2\1\5")) == [(der.INTEGER, b"\5")]
    with pytest.raises(Fault, match="X509_PARSE"):
        der.inside((der.INTEGER, b"\2\1\5"))
