"""Base45: RFC 9285's own examples, its inverse, and every spelling that stands for no bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import base45
from defa_id.errors import Fault

# RFC 9285 §4.3 and §4.4
EXAMPLES = [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")]
# §4.4 ("GGW" is 65535), and §6: one more is no pair of bytes
LARGEST = [(b"\xff\xff", "FGW"), (b"\xff", "U5"), (b"", ""), (b"\0", "00"), (b"\0\0", "000")]


@pytest.mark.parametrize(("data", "text"), EXAMPLES + LARGEST)
def test_examples(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text.encode()) == data


@given(st.binary(max_size=300))
def test_what_was_encoded_decodes_to_itself(data: bytes) -> None:
    text = base45.encode(data)
    assert base45.decode(text.encode()) == data
    assert set(text.encode()) <= set(base45.ALPHABET)


@given(st.text(base45.ALPHABET.decode(), max_size=60))
def test_what_decodes_is_the_only_spelling(text: str) -> None:
    try:
        data = base45.decode(text.encode())
    except Fault as fault:
        assert fault.code == "INPUT_BASE45"
        return
    assert base45.encode(data) == text


@pytest.mark.parametrize("text", [b"GGW", b":::", b"V5", b"::", b"0", b"BB8B", b"bb8", b"BB8\n", b"BB=", b"\xc3\x84B"])
def test_what_spells_no_bytes(text: bytes) -> None:
    with pytest.raises(Fault) as raised:
        base45.decode(text)
    assert raised.value.code == "INPUT_BASE45"
