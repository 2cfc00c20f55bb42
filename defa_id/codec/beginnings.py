"""What bytes that are no credential seem to be, by how they begin: said to whoever handed them in."""

from __future__ import annotations

from typing import Final

# First bytes, lower case where they are text, and what they say; the longer ones first where two fit.
_BINARY: Final = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture, whose code has to be read first"),
    (b"\xff\xd8\xff", "a JPEG picture, whose code has to be read first"),
    (b"%PDF-", "a PDF, whose code has to be read first"),
    (b"PK\x03\x04", "a ZIP archive, as documents of an office program are"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\xef\xbb\xbf", "text with a byte order mark before it"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
_TEXT: Final = (
    (b"openid4vp:", "a request to present something, which is for a wallet"),
    (b"haip:", "a request to present something, which is for a wallet"),
    (b"openid-credential-offer:", "an offer of a credential, which is for a wallet"),
    (b"https:", "a web address, and no verifier follows one"),
    (b"http:", "a web address, and no verifier follows one"),
    (b"did:", "an identifier"),
    (b"bearer ", "a token with the word Bearer before it"),
    (b"-----begin", "a key or a certificate"),
    (b"<", "a web page or XML"),
    (b"{", "some JSON that is no credential"),
    (b"[", "a list in JSON; hand in its credentials one by one"),
    (b'"', "a text in JSON; hand in what stands between its quotation marks"),
)
_PICTURES: Final = ((b"GIF87a", "GIF"), (b"GIF89a", "GIF"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"))
_HEIF: Final = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif")


def picture(data: bytes) -> str:
    """The kind of picture this begins as, of those nothing here reads; empty for any other bytes."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        return "HEIF"  # ISO/IEC 23008-12: as some telephones take them
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:2] == b"BM" and data[6:10] == bytes(4) and len(data) > 26:
        return "BMP"
    return next((kind for begins, kind in _PICTURES if data.startswith(begins)), "")


def seems(data: bytes) -> str:
    """What this seems to be, in words that follow `it is`; empty for what gives no sign."""
    kind = picture(data)
    if kind:
        return f"a {kind} picture"
    said = next((said for begins, said in _BINARY if data.startswith(begins)), "")
    text = data[:64].lstrip(b" \t\r\n").lower()
    return said or next((said for begins, said in _TEXT if text.startswith(begins)), "")
