"""Bytes written as text: opened where that leads to something a verifier reads, and left alone otherwise."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from defa_id import intake
from tests.support import mdocs
from tests.support.integrity import key_for, secured, text
from tests.support.world import Signer, simple_sd_jwt, vc_jwt

SIGNER = Signer.make(kid="key-1")
TOKEN = vc_jwt(SIGNER).encode()
THINGS = {
    "vc-jwt": TOKEN,
    "sd-jwt-vc": simple_sd_jwt(SIGNER, {"name": "Siti Demo"}).encode(),
    "mdoc": mdocs.GOLDEN.bare(),
    "data-integrity": text(secured(key_for("eddsa-jcs-2022"), "eddsa-jcs-2022")).encode(),
    "openid4vp": json.dumps({"vp_token": {"a": [TOKEN.decode()]}}).encode(),
}


def lines(data: bytes) -> bytes:
    return b"\r\n".join(data[at : at + 64] for at in range(0, len(data), 64)) + b"\r\n"


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda data: data,
    "base64": base64.b64encode,
    "base64 without padding": lambda data: base64.b64encode(data).rstrip(b"="),
    "base64 in lines": lambda data: lines(base64.b64encode(data)),
    "base64url": base64.urlsafe_b64encode,
    "hexadecimal": lambda data: data.hex().encode(),
    "hexadecimal in lines": lambda data: lines(data.hex().upper().encode()),
    "data: URL": lambda data: b"data:application/octet-stream;base64," + base64.b64encode(data),
    "a mark before it": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16, as some shells write": lambda data: data.decode().encode("utf-16-le").join((b"\xff\xfe", b"")),
    "UTF-16, the other way round": lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"),
    "a link": lambda data: b"https://wallet.example/show?a=b&vc=" + quote(data).encode() + b"&c=d",
    "a link's fragment": lambda data: b"wallet:show#" + quote(data, safe="").encode(),
    "data: URL, escaped": lambda data: b"DATA:text/plain;charset=utf-8," + quote(data).encode(),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("name", THINGS)
def test_what_is_inside_is_found(name: str, wrapping: str) -> None:
    data = THINGS[name]
    if not data.isascii() and wrapping.startswith(("a mark", "UTF-16")):
        return  # what is no text has none of these
    wrapped = WRAPPINGS[wrapping](data)
    (piece,) = intake.pieces(wrapped)
    if name == "mdoc" and wrapping == "base64url":
        assert piece.data == wrapped  # which its format takes as it is
    else:
        assert piece.data == data


def test_a_picture_in_a_data_url() -> None:
    picture = io.BytesIO()
    segno.make_qr(TOKEN, error="l").save(picture, kind="png", scale=4)
    for wrapping in ("base64", "hexadecimal", "data: URL", "data: URL, escaped"):
        assert intake.pieces(WRAPPINGS[wrapping](picture.getvalue())) == (intake.Piece("", TOKEN),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        b"data:",
        b"data:,",
        b"data:text/plain;base64,====",
        b"data:application/vc+jwt,hello",
        b"data:," + base64.b64encode(TOKEN),
        b"cafe",
        b"aGVsbG8=",
        base64.b64encode(TOKEN)[:-1] + b"-+",
        base64.b64encode(TOKEN).rstrip(b"=") + b"=====",
        base64.b64encode(base64.b64encode(TOKEN)),
        b"https://example.com/credential",
        b"https://example.com/credential?id=7#top",
        b"https://example.com/credential?vc=" + TOKEN + b" and more",
        b"\xff\xfe" + TOKEN,
        b"\xef\xbb\xbf\xff" + TOKEN,
        b"\xff\xfe\x00",
    ],
)
def test_what_leads_nowhere_stays_as_it_came(data: bytes) -> None:
    assert intake.pieces(data) == (intake.Piece("", data),)


def test_a_wallets_answer_in_a_fragment() -> None:
    """OpenID4VP §8.2: the response mode `fragment` adds a form to the redirect's address."""
    answer = b"vp_token=" + quote(json.dumps({"a": [TOKEN.decode()]})).encode() + b"&state=1"
    assert intake.pieces(b"https://rp.example/cb?session=7#" + answer) == (intake.Piece("", answer),)


def test_there_is_an_end_to_layers() -> None:
    data = TOKEN
    for _ in range(8):
        data = b"data:," + data
    (piece,) = intake.pieces(data)
    assert piece.data.startswith(b"data:,data:")


MARKED = st.tuples(st.sampled_from([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]), st.binary(max_size=80)).map(b"".join)
LINKS = st.from_regex(r"[a-z]{1,6}:[a-z/.]{0,9}[?#][a-zA-Z=&%0-9?#.~_-]{0,60}", fullmatch=True).map(str.encode)
DATA_URLS = st.from_regex(r"data:[a-z/;=,%0-9A-F+]{0,40}", fullmatch=True).map(str.encode)


@given(st.binary(max_size=200) | MARKED | LINKS | DATA_URLS)
def test_anything_at_all_has_pieces(data: bytes) -> None:
    if not any(data.startswith(kind) for kind in (b"\x89PNG", b"\xff\xd8\xff", b"%PDF-")):
        assert intake.pieces(data)
