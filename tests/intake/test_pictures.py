"""Codes in pictures and PDFs: found whole, all of them, within bounds, whatever the file is made of."""

from __future__ import annotations

import io
import random
import struct
import zlib
from importlib.util import find_spec
from typing import Any

import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from defa_id import intake
from defa_id.codec import limits
from defa_id.errors import ExtraMissing, WrongUse
from defa_id.intake import pictures
from defa_id.workers import codes
from tests.support.world import World, simple_sd_jwt, vc_jwt

TEXT = "eyJhbGciOiJFUzI1NiJ9." + "a1B2" * 60 + "." + "c3D4" * 21


def code(content: str | bytes, scale: int = 4) -> Image.Image:
    """A picture of one code."""
    made = io.BytesIO()
    segno.make_qr(content, error="l").save(made, kind="png", scale=scale, border=4)
    return Image.open(made).convert("L")


def beside(*ones: Image.Image) -> Image.Image:
    """Pictures one above the other, on white."""
    whole = Image.new("L", (max(one.width for one in ones), sum(one.height for one in ones)), 255)
    top = 0
    for one in ones:
        whole.paste(one, (0, top))
        top += one.height
    return whole


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "PDF"])
def test_a_code_is_read_byte_for_byte(kind: str) -> None:
    for content in (TEXT, bytes(range(256)), "HC1:6BF+70790T9WJWG.FKY*4GO0"):
        expected = content if isinstance(content, bytes) else content.encode()
        assert intake.pieces(saved(code(content), kind)) == (intake.Piece("", expected),)


def test_turned_inverted_and_see_through() -> None:
    plain = code(TEXT)
    glass = Image.new("RGBA", plain.size, (0, 0, 0, 0))
    glass.paste((0, 0, 0, 255), mask=plain.point(lambda dot: 255 - dot))
    for image in (plain.rotate(90, expand=True), plain.rotate(11, expand=True, fillcolor=255), glass):
        assert intake.pieces(saved(image, "PNG"))[0].data == TEXT.encode()
    assert intake.pieces(saved(plain.point(lambda dot: 255 - dot), "PNG"))[0].data == TEXT.encode()


def test_all_codes_are_found_each_with_its_place() -> None:
    first, second = code("one" * 20), code("two" * 20)
    found = intake.pieces(saved(beside(first, second), "PNG"))
    assert found == (intake.Piece("code 1", b"one" * 20), intake.Piece("code 2", b"two" * 20))
    pages = saved(first, "PDF", save_all=True, append_images=[Image.new("L", (50, 50), 255), second])
    assert [piece.label for piece in intake.pieces(pages)] == ["code 1, page 1", "code 2, page 3"]


def refusal(data: bytes) -> WrongUse:
    with pytest.raises(WrongUse) as caught:
        intake.pieces(data)
    assert caught.value.hint
    return caught.value


def test_a_picture_without_a_code_is_told_from_a_damaged_one() -> None:
    blank = saved(Image.new("L", (200, 200), 255), "PNG")
    assert refusal(blank).code == "CFG_NO_CODE"
    assert refusal(blank[:60]).code == "CFG_PICTURE"
    assert refusal(b"%PDF-1.7\nnothing").code == "CFG_PICTURE"


HEIF = b"\0\0\0\x18ftypheic" + bytes(40)
OTHERS = {
    **{kind: saved(code("other" * 9), kind) for kind in ("GIF", "WebP", "TIFF", "BMP")},
    "HEIF": HEIF,
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_kinds_of_pictures_are_told_by_their_name(kind: str) -> None:
    error = refusal(OTHERS[kind])
    assert (error.code, error.message) == ("CFG_PICTURE", f"{kind} pictures are not read here")
    assert "PNG or JPEG" in error.hint


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with this header and these chunks, checksums right."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


def test_a_bomb_is_refused_by_what_it_announces() -> None:
    dots = zlib.compress(bytes(1_000_000))
    error = refusal(png(60_000, 60_000, (b"IDAT", dots)))
    assert "60000 x 60000 pixels" in error.message
    # Texts that unpack to more than any picture needs.
    assert refusal(png(10, 10, (b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000))))).code == "CFG_PICTURE"


def test_there_is_an_end_to_bytes_pages_and_codes() -> None:
    too_large = refusal(b"\x89PNG\r\n\x1a\n" + bytes(limits.PICTURE_BYTES))
    assert str(limits.PICTURE_BYTES) in too_large.message
    page = Image.new("L", (20, 20), 255)
    many = saved(page, "PDF", save_all=True, append_images=[page] * limits.PDF_PAGES)
    assert f"{limits.PDF_PAGES + 1} pages" in refusal(many).message
    small = [code(str(number), scale=2) for number in range(limits.PICTURE_CODES + 1)]
    assert "codes" in refusal(saved(beside(*small), "PNG")).message


GENUINE: dict[str, bytes] = {kind: saved(code("hostile" * 9), kind) for kind in ("PNG", "JPEG", "PDF")}


@pytest.mark.parametrize("kind", GENUINE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), many=st.integers(1, 40))
def test_whatever_is_in_the_file_there_is_an_answer(kind: str, seed: int, many: int) -> None:
    chance, data = random.Random(seed), bytearray(GENUINE[kind])
    for _ in range(many):
        data[chance.randrange(8, len(data))] = chance.randrange(256)
    cut = bytes(data[: chance.randrange(8, len(data))] if seed % 3 == 0 else data)
    try:
        assert intake.pieces(cut)
    except WrongUse as refused:
        assert refused.code in ("CFG_PICTURE", "CFG_NO_CODE")


def test_a_reader_that_crashes_crashes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from defa_id.workers.process import Worker

    ended = Worker("defa_id.workers.nothing_of_that_name", 5)
    monkeypatch.setattr(codes, "_worker", lambda: ended)
    assert "more time or memory" in refusal(GENUINE["PNG"]).message


@pytest.mark.parametrize(("kind", "package"), [("PNG", "zxingcpp"), ("JPEG", "PIL"), ("PDF", "pypdfium2")])
def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, kind: str, package: str) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda name: None if name == package else find_spec(name))
    with pytest.raises(ExtraMissing) as caught:
        intake.pieces(GENUINE[kind])
    assert package in caught.value.message
    assert "defa-id[qr]" in caught.value.hint


def test_what_a_format_reads_is_never_looked_into() -> None:
    world, signer = World.make()
    for token in (vc_jwt(signer), simple_sd_jwt(signer, {"name": "Siti Demo"})):
        assert intake.pieces(token.encode()) == (intake.Piece("", token.encode()),)
        assert intake.pieces(saved(code(token), "PNG")) == (intake.Piece("", token.encode()),)
    assert world.sg
