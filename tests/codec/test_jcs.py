"""jcs: the bytes of RFC 8785 for any JSON, by whichever of the two ways."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from defa_id.codec import jcs, strict_json
from tests.support.vectors import require

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(TEXTS, inner, max_size=8),
    max_leaves=40,
)
NAMES = ("arrays", "french", "structures", "unicode", "values", "weird")


@settings(max_examples=150)
@given(DOCUMENTS)
@example({"\ue000": 1, "\U00010000": 2})  # UTF-16 order is not code point order
@example({"\uffff": 1, "a": {"\U0010ffff": 2, "\uff5e": 3}})
@example([1e21, 1e-7, -0.0, 5e-324, 0.1])
def test_the_bytes_are_those_of_another_implementation(document: Any) -> None:
    assert jcs.canonicalize(document) == rfc8785.dumps(document)


@given(DOCUMENTS)
def test_the_bytes_are_a_fixed_point(document: Any) -> None:
    data = jcs.canonicalize(document)
    assert jcs.canonicalize(json.loads(data, parse_int=float)) == data


def test_the_fast_way_is_taken_for_an_ordinary_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Any) -> bytes:
        raise AssertionError("the slow way")

    monkeypatch.setattr(rfc8785, "dumps", refuse)
    assert jcs.canonicalize({"é": [True, None, 1, "\u0007"], "a": {}}) == b'{"a":{},"\xc3\xa9":[true,null,1,"\\u0007"]}'
    with pytest.raises(AssertionError):
        jcs.canonicalize({"a": 1.5})


@pytest.mark.parametrize("name", NAMES)
def test_the_vectors(name: str) -> None:
    expected = bytes.fromhex(require(f"ietf/jcs/outhex/{name}.txt").read_text())
    assert require(f"ietf/jcs/output/{name}.json").read_bytes() == expected
    assert jcs.canonicalize(strict_json.loads(require(f"ietf/jcs/input/{name}.json").read_bytes())) == expected


def test_every_vector_is_decided() -> None:
    assert {file.stem for file in require("ietf/jcs/input").glob("*.json")} == set(NAMES)


class Text(str):
    """A text that is more than a text."""

    __slots__ = ()


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, 2**53, -(2**53), "\ud800", {"\udfff": 1}, b"bytes", {1: 2}, {1, 2}, 1j], ids=repr
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    for document in (value, [value], {"a": [value]}):
        with pytest.raises(ValueError, match=r".+"):
            jcs.canonicalize(document)


def test_a_subclass_is_written_as_what_it_is() -> None:
    assert jcs.canonicalize({"a": Text("b")}) == b'{"a":"b"}'
