"""Area A, JSON: every text that is not strict JSON, in every place of a credential that JSON stands in."""

from __future__ import annotations

import pytest

from tests.adversarial.places import PLACES, Mutation, in_disclosure, in_header, member
from tests.adversarial.rows import (
    Stage,
    accepted,
    refused,
)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


EVERYWHERE = pytest.mark.parametrize("place", PLACES)


@EVERYWHERE
def test_each_place_with_its_genuine_text_is_accepted(stage: Stage, place: str) -> None:
    build, _, expected = PLACES[place]
    accepted(stage.judge(build(stage, lambda text: text), expected=expected))


SMALL: dict[str, tuple[Mutation, str]] = {
    "A05-twice": (member(b'"q":1,"q":2'), "JSON_DUPLICATE_MEMBER"),
    "A05-twice-alike": (member(b'"q":1,"q":1'), "JSON_DUPLICATE_MEMBER"),
    "A05-twice-below": (member(b'"q":{"a":{"y":1,"z":2,"y":3}}'), "JSON_DUPLICATE_MEMBER"),
    "A07-twice-by-escape": (member(rb'"qs":1,"\u0071s":2'), "JSON_DUPLICATE_MEMBER"),
    "A08-twice-in-an-element": (member(b'"q":[{"a":1,"a":1}]'), "JSON_DUPLICATE_MEMBER"),
    "A09-NaN": (member(b'"q":NaN'), "JSON_NUMBER"),
    "A09-Infinity": (member(b'"q":Infinity'), "JSON_NUMBER"),
    "A09-minus-Infinity": (member(b'"q":[-Infinity]'), "JSON_NUMBER"),
    "A10-1e400": (member(b'"q":1e400'), "JSON_NUMBER"),
    "A10-minus-1e400": (member(b'"q":-1e400'), "JSON_NUMBER"),
    "A12-beyond-2^53-1": (member(b'"q":9007199254740992'), "JSON_NUMBER"),
    "A12-33-characters": (member(b'"q":1.' + b"0" * 31), "JSON_NUMBER"),
    "A13-minus-0": (member(b'"q":-0'), "JSON_NUMBER"),
    "A20-lone-surrogate": (member(rb'"q":"\ud800"'), "JSON_SURROGATE"),
    "A20-lone-surrogate-in-a-name": (member(rb'"\udfaa":1'), "JSON_SURROGATE"),
    "A22-byte-FF": (member(b'"q":"\xff"'), "JSON_UTF8"),
    "A22-C0-80": (member(b'"q":"\xc0\x80"'), "JSON_UTF8"),
    "A22-ED-A0-80": (member(b'"q":"\xed\xa0\x80"'), "JSON_UTF8"),
    "A23-BOM": (lambda text: b"\xef\xbb\xbf" + text, "JSON_BOM"),
    "A24-UTF-16LE": (lambda text: text.decode().encode("utf-16-le"), "JSON_UTF8"),
    "A24-UTF-16BE": (lambda text: text.decode().encode("utf-16-be"), "JSON_UTF8"),
    "A24-UTF-16LE-BOM": (lambda text: b"\xff\xfe" + text.decode().encode("utf-16-le"), "JSON_UTF8"),
    "A24-UTF-16BE-BOM": (lambda text: b"\xfe\xff" + text.decode().encode("utf-16-be"), "JSON_UTF8"),
    "A25-trailing-letter": (lambda text: text + b" x", "JSON_TRAILING"),
    "A25-trailing-document": (lambda text: text + b"{}", "JSON_TRAILING"),
    "A25-trailing-NUL": (lambda text: text + b"\0", "JSON_TRAILING"),
    "A26-comment": (member(b'"q":1/* x */'), "JSON_SYNTAX"),
    "A26-line-comment": (member(b'"q":1//x\n'), "JSON_SYNTAX"),
    "A26-trailing-comma": (member(b'"q":[1,]'), "JSON_SYNTAX"),
    "A26-single-quotes": (member(b"'q':1"), "JSON_SYNTAX"),
    "A26-cut-off": (lambda text: text[:-1], "JSON_SYNTAX"),
}


@EVERYWHERE
@pytest.mark.parametrize("case", SMALL)
def test_row(stage: Stage, case: str, place: str) -> None:
    spoil, code = SMALL[case]
    build, check, expected = PLACES[place]
    refused(stage.judge(build(stage, spoil), expected=expected), check, code)


@pytest.mark.parametrize("text", [b"[1]", b'"text"', b"null", b"7", b"true", b"[]"], ids=lambda text: text.decode())
@pytest.mark.parametrize("place", ["payload", "sd-jwt", "vc-sd-jwt", "key-binding-header", "key-binding", "did-jwk"])
def test_a27_what_must_be_an_object_and_is_none(stage: Stage, place: str, text: bytes) -> None:
    build, check, expected = PLACES[place]
    refused(stage.judge(build(stage, lambda _: text), expected=expected), check, "JSON_NOT_OBJECT")


def test_a27_a_header_that_is_no_object_is_no_header_to_begin_with(stage: Stage) -> None:
    refused(stage.judge(in_header(stage, lambda _: b"[1]")), "format.recognised", "INPUT_FORMAT_UNKNOWN")
    refused(stage.judge(in_header(stage, lambda _: b" [1]")), "format.wellformed", "JSON_NOT_OBJECT")


@pytest.mark.parametrize("text", [b"{}", b'"salt"', b"7", b"null", b'["salt"]', b'["s","a",{},1]', b'[7,"a",{}]'])
def test_a27_what_must_be_a_disclosure_and_is_none(stage: Stage, text: bytes) -> None:
    refused(stage.judge(in_disclosure(stage, lambda _: text)), "format.disclosures", "SDJWT_DISCLOSURE")
