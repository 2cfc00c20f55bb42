"""Text that came from outside, made safe to show, and identifiers that may be compared."""

from __future__ import annotations

import unicodedata

from defa_id.codec import limits
from defa_id.errors import Fault

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(value: object, length: int = limits.ECHO_CHARS) -> str:
    """The value as one line of visible characters: controls, bidi marks and unassigned code points
    are escaped, and what is longer than `length` characters is cut with an ellipsis."""
    text = value if isinstance(value, str) else repr(value)
    cut = text[: length + 1]
    shown = (
        cut
        if cut.isascii() and cut.isprintable()
        else "".join(c if unicodedata.category(c) not in _HIDDEN else f"\\u{ord(c):04x}" for c in cut)
    )
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def escaped(json_text: str) -> str:
    """JSON text with everything in its strings that nobody can see as an escape (RFC 8259 §7): the same
    values. `json.dumps` leaves DEL, the C1 controls and the bidi marks as they are, and they steer terminals."""
    if json_text.isascii() and "\x7f" not in json_text:
        return json_text
    return "".join(c if c == "\n" or unicodedata.category(c) not in _HIDDEN else _escape(c) for c in json_text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def require_visible(value: str, what: str, *, shown: bool = True) -> str:
    """Refuse identifiers with characters nobody can see (controls, joiners, tags, private use).

    `shown`: whether the evidence may hold the value; not where it says something about a subject.
    Raises `Fault` SHAPE_CONTROL_CHAR. Comparison stays byte for byte; nothing is ever folded.
    """
    if not (value.isascii() and value.isprintable()) and any(unicodedata.category(c) in _HIDDEN for c in value):
        evidence = {"value": printable(value)} if shown else {}
        raise Fault("SHAPE_CONTROL_CHAR", f"{what} holds a character that cannot be seen", **evidence)
    return value


def trimmed(data: bytes) -> bytes:
    """A text without the white space around it; of anything else every byte counts (no text of ours
    begins beyond ASCII)."""
    return data if data[:1] >= b"\x80" else data.strip(b" \t\r\n") or data
