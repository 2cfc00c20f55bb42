"""What is no credential is named by what it seems to be, and nothing that is one is."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import beginnings
from defa_id.verdict import Decision
from tests.support.world import World, vc_jwt

WORLD, SIGNER = World.make()
TOKEN = vc_jwt(SIGNER)
SEEN: dict[str, tuple[bytes, str]] = {
    "a PNG picture": (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG picture, whose code has to be read first"),
    "a GIF picture": (b"GIF89a" + bytes(20), "a GIF picture"),
    "a BMP picture": (b"BM\x46\0\0\0\0\0\0\0" + bytes(60), "a BMP picture"),
    "an archive": (b"PK\x03\x04" + bytes(20), "a ZIP archive, as documents of an office program are"),
    "compressed": (gzip.compress(TOKEN.encode()), "compressed with gzip"),
    "a mark": (b"\xef\xbb\xbf" + TOKEN.encode(), "text with a byte order mark before it"),
    "UTF-16": (TOKEN.encode("utf-16"), "text in UTF-16"),
    "a request": (b"openid4vp://?request_uri=x", "a request to present something, which is for a wallet"),
    "an offer": (b"openid-credential-offer://?x", "an offer of a credential, which is for a wallet"),
    "an address": (b" HTTPS://issuer.example/7", "a web address, and no verifier follows one"),
    "a header": (b"Bearer " + TOKEN.encode(), "a token with the word Bearer before it"),
    "a certificate": (b"-----BEGIN CERTIFICATE-----\n", "a key or a certificate"),
    "a page": (b"<!doctype html>", "a web page or XML"),
    "JSON": (b'{"vc": 1}', "some JSON that is no credential"),
    "a list": (b"[]", "a list in JSON; hand in its credentials one by one"),
    "a quoted token": (f'"{TOKEN}"'.encode(), "a text in JSON; hand in what stands between its quotation marks"),
    "a greeting": (b"hello", ""),
}


@pytest.mark.parametrize("name", SEEN)
def test_what_it_seems_to_be_stands_in_the_verdict(name: str) -> None:
    data, said = SEEN[name]
    assert beginnings.seems(data) == said
    verdict = WORLD.verify(data)
    (line,) = (one for one in verdict.checks if one.id == "format.recognised")
    assert (verdict.decision, line.code) == (Decision.REJECTED, "INPUT_FORMAT_UNKNOWN")
    assert line.why == (f"it is {said}" if said else "This is none of the formats this verifier reads.")
    asked = WORLD.verify(data, format="vc-jwt").problems[0]
    assert (asked.code, asked.why.removeprefix("asked for vc-jwt, this is ")) == (
        "INPUT_FORMAT_MISMATCH",
        said or "nothing this verifier reads",
    )


@given(st.binary(max_size=80) | st.sampled_from([data for data, _ in SEEN.values()]).map(lambda data: data[:7]))
def test_anything_at_all_has_an_answer_on_one_line(data: bytes) -> None:
    assert beginnings.seems(data).isprintable()
