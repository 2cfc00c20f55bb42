"""A credential as the picture of a QR code (ISO/IEC 18004), to be handed over on paper or from a screen."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from defa_id.errors import ExtraMissing, WrongUse

_KINDS: Final = ("png", "svg")
_OCTETS: Final = 2953  # version 40-L, byte mode (ISO/IEC 18004 table 7)
_DOTS: Final = 6  # a module: what a telephone reads from a screen and a printer from a file


def kind_of(path: Path) -> str:
    """The kind of picture a file name asks for. Raises `WrongUse` if it is none of ours."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _KINDS:
        raise WrongUse(f"{path.name} is neither a .png nor an .svg", hint="Name the picture so: --qr credential.png")
    return kind


def picture(content: str | bytes, kind: str) -> bytes:
    """The picture of one code with exactly this content, as strong against damage as its size allows.

    Raises `WrongUse` CFG_QR_SIZE for what does not fit into one, `ExtraMissing`.
    """
    if find_spec("segno") is None:
        raise ExtraMissing(
            "QR codes cannot be made here: segno is not installed",
            hint="Install the extra `qr`: python3 -m pip install 'defa-id[qr]'.",
        )
    import segno

    try:
        code = segno.make_qr(content, error="l", boost_error=True)
    except segno.DataOverflowError:
        octets = len(content.encode() if isinstance(content, str) else content)
        raise WrongUse(
            f"{octets} bytes do not fit into one QR code, which holds {_OCTETS}",
            hint="Hand over the file instead, or issue it in a smaller format (cwt, mdoc) or with fewer claims.",
            code="CFG_QR_SIZE",
        ) from None
    made = io.BytesIO()
    code.save(made, kind=kind, scale=_DOTS)
    return made.getvalue()
