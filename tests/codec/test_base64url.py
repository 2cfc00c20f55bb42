"""base64url: every byte string has exactly one spelling, and every other one is refused."""

from __future__ import annotations

import base64
import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from defa_id.codec import base64url
from defa_id.errors import Fault

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def read(text: bytes) -> bytes | None:
    try:
        return base64url.decode(text)
    except Fault as fault:
        assert fault.code == "JOSE_BASE64"
        assert not fault.unknown
        return None


def lenient(text: bytes) -> bytes:
    """What a forgiving decoder makes of it: foreign characters skipped, padding supplied or ignored,
    spare bits dropped, both alphabets taken."""
    kept = bytes(character for character in text.replace(b"+", b"-").replace(b"/", b"_") if character in ALPHABET)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return base64.urlsafe_b64decode(kept + b"=" * (-len(kept) % 4))


@given(st.binary(max_size=300))
def test_round_trip(data: bytes) -> None:
    spelt = base64url.encode(data)
    assert spelt.encode() == base64.urlsafe_b64encode(data).rstrip(b"=")
    assert base64url.decode(spelt.encode()) == data


@given(st.binary(min_size=1, max_size=60), st.data())
def test_any_other_spelling_that_forgiving_readers_take_is_refused(data: bytes, how: st.DataObject) -> None:
    canonical = base64url.encode(data).encode()
    at = how.draw(st.integers(0, len(canonical)))
    foreign = how.draw(
        st.sampled_from([b"=", b"==", b" ", b"\n", b"\r\n", b"\t", b"\0", b".", b"\xc2\xa0", b"\xe2\x80\x8b", b"~"])
        | st.binary(min_size=1, max_size=2)
    )
    spare = bytes((how.draw(st.sampled_from(ALPHABET)),))
    changed = how.draw(
        st.sampled_from(
            [
                canonical[:at] + foreign + canonical[at:],
                canonical + b"=" * (-len(canonical) % 4 or 4),
                canonical[:-1] + spare,
                canonical.replace(b"-", b"+").replace(b"_", b"/"),
                canonical + spare,
            ]
        )
    )
    assume(changed != canonical and lenient(changed) == data)
    assert read(changed) is None


@given(st.binary(max_size=40))
def test_whatever_is_read_is_spelt_as_it_would_be_written(text: bytes) -> None:
    data = read(text)
    assert data is None or base64url.encode(data).encode() == text


def test_of_all_texts_of_two_and_three_characters_as_many_are_read_as_there_are_byte_strings() -> None:
    """Spare bits, exhaustively: 256 of 4,096 and 65,536 of 262,144."""
    for length, values in ((2, 256), (3, 65_536)):
        results = [read(bytes(characters)) for characters in itertools.product(ALPHABET, repeat=length)]
        found = [data for data in results if data is not None]
        assert len(found) == len(set(found)) == values


@pytest.mark.parametrize("length", [1, 5, 9, 4097])
def test_a_length_no_bytes_have_is_refused(length: int) -> None:
    assert read(b"A" * length) is None


@pytest.mark.parametrize(
    "text",
    [
        b"Zg==", b"Zm8=", b"Zm9v====", b"=", b"====", b"Zg=", b"Z=g=",
        b"+_8A", b"ab/c", b"Zm9v\n", b"\nZm9v", b"Zm 9v", b"Zm9v ", b"Zm\t9v", b"Zm9v\r\n",
        "Zm9v\u00a0".encode(), "Zm9v\u200b".encode(), "Zm9\uff56".encode(), b"Zm9v\0", b"Zm9v.", b"Zm9\xff",
        b"Zh", b"Zm9vYh", b"AB", b"AAB", b"__",
    ],
)  # fmt: skip
def test_the_usual_ways_to_spell_it_twice(text: bytes) -> None:
    assert read(text) is None


def test_the_empty_text_is_no_bytes() -> None:
    assert base64url.decode(b"") == b""
    assert base64url.encode(b"") == ""


def test_the_vectors_of_rfc_4648_section_10() -> None:
    spelt = {b"f": "Zg", b"fo": "Zm8", b"foo": "Zm9v", b"foob": "Zm9vYg", b"fooba": "Zm9vYmE", b"foobar": "Zm9vYmFy"}
    assert {data: base64url.encode(data) for data in spelt} == spelt
    assert [base64url.decode(text.encode()) for text in spelt.values()] == list(spelt)


def test_the_fault_is_the_one_asked_for_and_says_what_was_read() -> None:
    with pytest.raises(Fault) as refused:
        base64url.decode(b"A=", "SDJWT_DISCLOSURE", "a disclosure")
    assert refused.value.code == "SDJWT_DISCLOSURE"
    assert refused.value.why.startswith("a disclosure ")
