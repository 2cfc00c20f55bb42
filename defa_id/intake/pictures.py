"""The codes in a picture or a PDF: which kind it is by its first bytes, and what a process apart finds in it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from defa_id.codec import beginnings, limits
from defa_id.errors import ExtraMissing, Unknowable, WrongUse
from defa_id.values import NamedTuple


class Kind(NamedTuple):
    """A kind of file: its name, how it begins, and the packages that read it."""

    name: str
    begins: bytes
    packages: tuple[str, ...]


_KINDS: Final = (
    Kind("PNG", b"\x89PNG\r\n\x1a\n", ("PIL", "zxingcpp")),  # W3C PNG §5.2
    Kind("JPEG", b"\xff\xd8\xff", ("PIL", "zxingcpp")),  # ITU-T T.81 §B.1.1.3: SOI, and another marker
    Kind("PDF", b"%PDF-", ("PIL", "zxingcpp", "pypdfium2")),  # ISO 32000-1 §7.5.2
)
_EXTRA: Final = "Install the extra `qr`: python3 -m pip install 'defa-id[qr]'; or hand in the text of the code."
_AGAIN: Final = "Take it again, the whole code, near and sharp, with some paper around it; or hand in the code's text."


def kind_of(data: bytes) -> Kind | None:
    """The kind of picture this begins as, if it is one."""
    return next((kind for kind in _KINDS if data.startswith(kind.begins)), None)


def refuse_others(data: bytes) -> None:
    """Return for anything but a picture of a kind that is not read. Raises `WrongUse` CFG_PICTURE for one."""
    other = beginnings.picture(data)
    if other:
        hint = "Save it as PNG or JPEG, or take a screenshot of it; or hand in the code's text."
        raise WrongUse(f"{other} pictures are not read here", hint=hint, code="CFG_PICTURE")


def codes(data: bytes, kind: Kind) -> list[tuple[str, bytes]]:
    """Every code in it: a label for where it was (empty for the only one), and its bytes.

    Raises `ExtraMissing`; `WrongUse` CFG_PICTURE for one that is damaged, too large or takes too long,
    CFG_NO_CODE for one without a code.
    """
    if len(data) > limits.PICTURE_BYTES:
        raise _unreadable(kind, f"it is larger than {limits.PICTURE_BYTES} bytes")
    missing = [package for package in kind.packages if find_spec(package) is None]
    if missing:
        raise ExtraMissing(f"a {kind.name} cannot be read here: {', '.join(missing)} is not installed", hint=_EXTRA)
    from defa_id.workers import codes as worker

    try:
        found = worker.read(kind.name, data)
    except Unknowable:
        raise _unreadable(kind, "it took more time or memory than a picture may") from None
    if isinstance(found, str):
        raise _unreadable(kind, found)
    if not found:
        raise WrongUse(f"there is no readable code in the {kind.name}", hint=_AGAIN, code="CFG_NO_CODE")
    if len(found) == 1:
        return [("", found[0].data)]
    pages = [f", page {code.page}" if code.page is not None else "" for code in found]
    return [
        (f"code {number}{page}", code.data) for number, (code, page) in enumerate(zip(found, pages, strict=True), 1)
    ]


def _unreadable(kind: Kind, why: str) -> WrongUse:
    return WrongUse(f"the {kind.name} cannot be read: {why}", hint=_AGAIN, code="CFG_PICTURE")
