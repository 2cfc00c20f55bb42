"""Images as the formats carry them: a data: URL in JSON, a byte string in CBOR, base64url where that is shown."""

from __future__ import annotations

import base64
from typing import Final

from defa_id.codec import base64url
from defa_id.errors import Fault, WrongUse

_KINDS: Final = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png", b"RIFF": "webp", b"\x00\x00\x00\x0cjP": "jp2"}


def to_bytes(data_url: str) -> bytes:
    """The image in a data: URL (RFC 2397). Raises `WrongUse` for another text."""
    head, _, body = data_url.partition(";base64,")
    try:
        if head.startswith("data:image/"):
            return base64.b64decode(body, validate=True)
    except ValueError:
        pass
    raise WrongUse("an image is not a data: URL", hint="Write data:image/jpeg;base64,… with the image's bytes.")


def to_url(data: bytes) -> str:
    """An image as a data: URL, its kind told by its first bytes; JPEG where they tell nothing, as
    ISO/IEC 18013-5 §7.2.2 has it."""
    kind = next((name for magic, name in _KINDS.items() if data.startswith(magic)), "jpeg")
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def to_shown(data_url: str) -> str:
    """An image as an mdoc's claims show it. Raises as `to_bytes`."""
    return base64url.encode(to_bytes(data_url))


def from_shown(text: str) -> str:
    """An image out of an mdoc's claims, as a data: URL. Raises `WrongUse` for another text."""
    try:
        return to_url(base64url.decode(text.encode("ascii", "replace")))
    except Fault as fault:
        raise WrongUse(f"a byte string is not base64url: {fault.why}", hint="No padding, no spare bits.") from None
