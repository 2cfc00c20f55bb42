"""What `inspect` shows: unverified first, everything inside, nothing raw, nothing judged."""

from __future__ import annotations

from typing import Any

import pytest

from defa_id import languages
from defa_id.report.style import Style
from defa_id.report.unverified import unverified
from defa_id.report.width import width
from tests.report.test_text import HOSTILE, assert_harmless

DOCUMENT: dict[str, Any] = {
    "unverified": True,
    "format": "vc-jwt",
    "header": {"alg": "ES256", "kid": "did:web:id.example#1"},
    "issuer": "did:web:id.example",
    "types": ["PersonIdentityCredential"],
    "status": [],
    "claims": {"vc": {"type": ["VerifiableCredential"], "holder": None, "count": 3, "nested": [{"a": True}, []]}},
    "problem": None,
    "presented": [],
}


def test_the_first_line_says_unverified() -> None:
    assert (
        unverified(DOCUMENT)
        == """\
UNVERIFIED  Anybody can have written this. Nothing in it was checked.

  Format         vc-jwt
  Header
    alg: ES256
    kid: did:web:id.example#1
  Issuer         did:web:id.example
  Types          PersonIdentityCredential
  Claims
    vc:
      type:
        - VerifiableCredential
      holder: null
      count: 3
      nested:
        -
          a: yes
        - (empty)

To have it judged
  → defa-id verify SOURCE --for XX
"""
    )


def test_what_cannot_be_read_is_said_and_what_is_inside_is_shown_too() -> None:
    inside = {**DOCUMENT, "problem": {"code": "JSON_SYNTAX", "why": "not JSON"}}
    text = unverified({"unverified": True, "format": "vc-jwt", "presented": [inside]})
    assert "Presented inside, number 1: as unverified as the rest" in text
    assert "Not readable   not JSON [JSON_SYNTAX]" in text


def test_long_and_deep_content_is_cut() -> None:
    deep: Any = "bottom"
    for _ in range(40):
        deep = {"in": deep}
    text = unverified({"claims": {"portrait": "A" * 50_000, "deep": deep}})
    assert "(50000 characters)" in text
    assert "bottom" not in text
    assert "(1 inside)" in text
    assert len(text) < 3_000


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_content_is_shown_escaped(value: str) -> None:
    document = {"issuer": value, value: value, "types": [value], "claims": {value: {value: [value, {value: value}]}}}
    text = unverified(document, Style(80))
    assert_harmless(text)
    assert max(map(width, text.splitlines())) <= 80


@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_in_every_language_the_first_line_says_unverified(code: str) -> None:
    texts = languages.texts(code)
    text = unverified({"types": ["A"], "presented": [{"types": ["B"]}]}, texts=texts)
    assert text.startswith("UNVERIFIED  ")
    for word in ("Anybody can have written", "To have it judged", "Presented inside"):
        assert word not in text
    assert "Types          A" in text
