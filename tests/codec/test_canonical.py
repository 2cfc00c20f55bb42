"""canonical: inside its domain the very bytes of RFC 8785, outside it a refusal."""

from __future__ import annotations

import decimal
import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id.codec import canonical, strict_json
from tests.support.vectors import require

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
REFUSAL = r"no canonical form|outside ASCII|outside ±|surrogates not allowed"
NAMES = st.text(st.characters(max_codepoint=0x7F), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(NAMES, inner, max_size=8), max_leaves=40
)


@settings(max_examples=300)
@given(DOCUMENTS)
def test_the_bytes_are_those_of_another_implementation(document: Any) -> None:
    assert canonical.encode(document) == rfc8785.dumps(document)


@given(DOCUMENTS)
def test_the_bytes_are_read_back_and_are_a_fixed_point(document: Any) -> None:
    data = canonical.encode(document)
    assert strict_json.loads(data) == document
    assert canonical.encode(strict_json.loads(data)) == data


@given(st.dictionaries(NAMES, SCALARS, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(document: dict[str, Any], random: Any) -> None:
    names = list(document)
    random.shuffle(names)
    assert canonical.encode({name: document[name] for name in names}) == canonical.encode(document)


@given(DOCUMENTS)
def test_the_digest_is_of_the_bytes(document: Any) -> None:
    assert canonical.digest(document) == hashlib.sha256(canonical.encode(document)).hexdigest()


def test_every_ascii_character_is_escaped_as_the_rfc_says() -> None:
    for code in range(128):
        assert canonical.encode(chr(code)) == rfc8785.dumps(chr(code))
        assert canonical.encode({chr(code): 1}) == rfc8785.dumps({chr(code): 1})


@pytest.mark.parametrize(
    "value",
    [
        1.5, 1.0, 0.0, -0.0, 1e30, float("nan"), float("inf"),
        2**53, -(2**53), 10**30,
        {"é": 1}, {"\u20ac": 1}, {"\x80": 1}, {1: "a"}, {None: 1}, {True: 1}, {("a",): 1},
        "\ud800", ["\udfff"], {"a": "\ud83d"},
        b"bytes", bytearray(b"a"), {1, 2}, frozenset(), ..., 1j, decimal.Decimal(1), range(3),
    ],
    ids=repr,
)  # fmt: skip
def test_what_lies_outside_is_refused_wherever_it_stands(value: Any) -> None:
    for document in (value, [value], {"a": value}, {"a": [1, {"b": (value,)}]}):
        with pytest.raises(ValueError, match=REFUSAL):
            canonical.encode(document)


@pytest.mark.parametrize("value", [2**53 - 1, -(2**53) + 1, True, False, None, 0, (), {}, [], "", (1, [2])])
def test_what_lies_at_the_edge_is_written(value: Any) -> None:
    assert canonical.encode(value) == rfc8785.dumps(value)


class Text(str):
    """A text that is more than a text: what it writes could differ from what it is."""

    __slots__ = ()


class Number(int):
    """The same for a number."""

    __slots__ = ()


@pytest.mark.parametrize("value", [Text("a"), Number(1), {Text("a"): 1}])
def test_a_subclass_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=REFUSAL):
        canonical.encode(value)


INSIDE = ("arrays", "unicode")
OUTSIDE = {
    "french": "member names outside ASCII",
    "weird": "member names outside ASCII",
    "structures": "a number with a fraction (56.0)",
    "values": "numbers with fractions and exponents",
}


def test_every_vector_is_decided() -> None:
    names = {file.stem for file in require("ietf/jcs/input").glob("*.json")}
    assert names == {*INSIDE, *OUTSIDE}


@pytest.mark.parametrize("name", INSIDE)
def test_the_vectors_inside_the_domain(name: str) -> None:
    document = json.loads(require(f"ietf/jcs/input/{name}.json").read_bytes())
    expected = bytes.fromhex(require(f"ietf/jcs/outhex/{name}.txt").read_text())
    assert canonical.encode(document) == expected
    assert canonical.encode(strict_json.loads(require(f"ietf/jcs/input/{name}.json").read_bytes())) == expected


@pytest.mark.parametrize("name", sorted(OUTSIDE))
def test_the_vectors_outside_the_domain_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=REFUSAL):
        canonical.encode(json.loads(require(f"ietf/jcs/input/{name}.json").read_bytes()))
