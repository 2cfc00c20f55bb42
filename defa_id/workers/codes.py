"""QR and Aztec codes in pictures and on the pages of PDFs, found in a process of its own.

Decoders of pictures are large, and hostile pictures are written for them: here one can use up no more
than its share of time and memory, reach nothing, and crash nobody.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from defa_id.codec import limits
from defa_id.values import NamedTuple

_DPI: Final = 300  # a code of 177 modules printed 4 cm wide has 2.7 dots a module
_POINTS: Final = 72  # an inch (ISO 32000-1 §8.3.2.3)
# What decoders raise for damaged files, as their own tests of hostile files name them.
_DAMAGED: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


class _TooMuch(Exception):
    """A bound was reached; its text says which."""


class Code(NamedTuple):
    """What one code says, byte for byte; `page` counts from one, in a PDF."""

    page: int | None
    data: bytes


def read(kind: str, data: bytes) -> list[Code] | str:
    """Every code in a PNG, JPEG or PDF, page by page and from top to bottom; or why it is not read.

    Raises `Unknowable` WORKER_LIMIT and WORKER_ENDED.
    """
    found = _worker().ask({"kind": kind, "data": base64.b64encode(data).decode()})
    return found if isinstance(found, str) else [Code(page, base64.b64decode(text)) for page, text in found]


@cache
def _worker() -> Any:
    from defa_id.workers.process import Worker

    return Worker("defa_id.workers.codes", limits.PICTURE_SECONDS)


def _work(question: Any) -> list[tuple[int | None, str]] | str:
    try:
        found = list(_found(base64.b64decode(question["data"]), question["kind"]))
    except _TooMuch as bound:
        return str(bound)
    except _DAMAGED as error:
        return f"it is damaged ({type(error).__name__})"
    return [(code.page, base64.b64encode(code.data).decode()) for code in found]


def _found(data: bytes, kind: str) -> Iterator[Code]:
    left = limits.PICTURE_CODES
    for page, picture in _pages(data) if kind == "PDF" else _picture(data, kind):
        codes = _codes(picture)
        left -= len(codes)
        if left < 0:
            raise _TooMuch(f"it holds more than {limits.PICTURE_CODES} codes")
        yield from (Code(page, code) for code in codes)


def _picture(data: bytes, kind: str) -> Iterator[tuple[None, Any]]:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the bound is ours, and lower
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        width, height = image.size
        if width * height > limits.PICTURE_PIXELS:
            raise _TooMuch(f"it has {width} x {height} pixels, {limits.PICTURE_PIXELS} are allowed")
        if image.has_transparency_data:  # what is not there is paper
            paper = Image.new("RGBA", image.size, "white")
            paper.alpha_composite(image.convert("RGBA"))
            yield None, paper.convert("L")
        else:
            yield None, image.convert("L")


def _pages(data: bytes) -> Iterator[tuple[int, Any]]:
    from pypdfium2 import PdfDocument

    document = PdfDocument(data)
    if len(document) > limits.PDF_PAGES:
        raise _TooMuch(f"it has {len(document)} pages, {limits.PDF_PAGES} are allowed")
    for number in range(len(document)):
        page = document[number]
        width, height = page.get_size()
        scale = min(_DPI / _POINTS, (limits.PICTURE_PIXELS / max(width * height, 1)) ** 0.5)
        yield number + 1, page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil().convert("L")
        page.close()


def _codes(picture: Any) -> list[bytes]:
    import zxingcpp

    taken = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Aztec])
    found = zxingcpp.read_barcodes(picture, formats=taken)
    placed = sorted(found, key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return [bytes(code.bytes) for code in placed]


if __name__ == "__main__":
    from defa_id.workers.serving import serve

    serve(_work, cpu_seconds=limits.PICTURE_CPU_SECONDS)
