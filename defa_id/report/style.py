"""What a screen can show, as a value: its columns, its colours, and whether it knows more than ASCII."""

from __future__ import annotations

from typing import Final

from defa_id.values import NamedTuple

_SGR: Final = {
    "bold": "1",
    "dim": "2",
    "green": "32",
    "red": "31",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
    "on green": "1;30;42",
    "on red": "1;37;41",
    "on yellow": "1;30;43",
    "heat None": "30;48;5;252",
    "heat none": "30;48;5;252",
    "heat low": "30;48;5;194",
    "heat substantial": "30;48;5;114",
    "heat high": "1;97;48;5;28",
}
_ASCII: Final = str.maketrans(
    {
        "✓": "+", "✗": "x", "–": "-", "—": "-", "→": ">", "←": "<", "•": "*", "·": ".", "…": "...", "─": "-",
        "§": "sec. ", "○": "d", "◔": "s", "◑": "p", "●": "l", "╲": "\\", "×": "x", "≥": ">=",
    }
)  # fmt: skip

# By outcome and by decision; both are texts, so nothing of a verdict is imported to know a screen.
MARK: Final = {"passed": "✓", "failed": "✗", "unknown": "?", "skipped": "–"}
HUE: Final = {"passed": "green", "failed": "red", "unknown": "yellow", "skipped": "dim"}
DECIDED: Final = {
    "accepted": ("passed", "ACCEPTED"),
    "rejected": ("failed", "REJECTED"),
    "indeterminate": ("unknown", "NOT DECIDED"),
}


class Style(NamedTuple):
    """What a text is laid out for. Without colour no escape sequence is ever written."""

    columns: int = 80
    colour: bool = False
    unicode: bool = True

    def paint(self, text: str, *names: str) -> str:
        """The text in these colours, or as it is."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_SGR[name] for name in names)}m{text}\x1b[0m"

    def fit(self, text: str) -> str:
        """The text with our own signs written in ASCII where the screen knows no others."""
        return text if self.unicode else text.translate(_ASCII)


PLAIN: Final = Style()
