"""Lines of a report: headings, labelled values, marked entries, each wrapped under its own beginning."""

from __future__ import annotations

from typing import Final

from defa_id.codec.text import printable
from defa_id.languages import ENGLISH, Texts
from defa_id.report.style import Style
from defa_id.report.width import clip, pad, unpile, width, wrap

LABEL: Final = 15
LONGEST: Final = 600
DRAFT: Final = "This translation is a draft nobody has reviewed. Where it differs from the English, the English counts."


def shown(value: object, length: int = LONGEST) -> str:
    """Anything that came from outside, as one line that cannot steer a terminal or cover another line."""
    return unpile(printable(value, length))


class Layout:
    """Collects the lines of one report for one style and one language; `text` is the whole, with a final newline."""

    def __init__(self, style: Style, texts: Texts = ENGLISH) -> None:
        self.style = style
        self.texts = texts
        self.word = texts.word
        self._lines: list[str] = []

    def blank(self) -> None:
        """An empty line, never two in a row nor one at the top."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def line(self, text: str) -> None:
        """A line laid out and painted already."""
        self._lines.append(text.rstrip())

    def heading(self, text: str) -> None:
        """A few words that open a section."""
        self.blank()
        self._lines.extend(self.style.paint(line, "bold") for line in self._wrapped(text, 0))

    def banner(self, text: str, *hues: str, beside: str = "") -> None:
        """The first line: a few words nobody can miss, and a sentence beside them."""
        badge = self.style.fit(f" {text} " if self.style.colour else text)
        room = width(badge) + 2
        first, *rest = self._wrapped(beside, room)
        self._lines.append(f"{self.style.paint(badge, *hues)}  {self.style.paint(first, 'bold')}".rstrip())
        self._lines.extend(" " * room + self.style.paint(line, "bold") for line in rest)

    def pair(self, label: str, *values: str, hue: str = "", deep: int = 2) -> None:
        """A label and its values, one under the other; under the label too, where that is a long one."""
        lead = " " * deep
        if width(label) >= LABEL or not values:
            self._lines.append(lead + self.style.paint(clip(label, self.style.columns - deep), "dim"))
            label = ""
        for value in values:
            for line in self._wrapped(value, deep + LABEL):
                head = self.style.paint(pad(label, LABEL), "dim")
                self._lines.append(f"{lead}{head}{self._hued(line, hue)}".rstrip())
                label = ""

    def narrow(self, value: str) -> bool:
        """Whether a value that cannot be broken at spaces is too wide to stand beside its label, and not under it."""
        room = self.style.columns - LABEL - 2
        return " " not in value and room < width(value) <= room + LABEL - 2

    def entry(self, mark: str, text: str, *, term: str = "", room: int = 0, hue: str = "", deep: int = 2) -> None:
        """A marked line: the mark, a term in a column of `room`, and text wrapped beside it.

        Where the text beside the term would be squeezed it goes under it.
        """
        lead = " " * deep
        mark = self.style.fit(mark)
        painted = self._hued(mark, hue)
        indent = deep + width(mark) + 1
        if term and self.style.columns - indent - room < 24:
            self._lines.append(f"{lead}{painted} {term}")
            self.paragraph(text, deep=indent)
            return
        first, *rest = self._wrapped(text, indent + room)
        self._lines.append(f"{lead}{painted} {pad(term, room)}{first}".rstrip())
        self._lines.extend(" " * (indent + room) + line for line in rest)

    def paragraph(self, text: str, *, deep: int = 2, hang: int = 0, hue: str = "") -> None:
        """Wrapped text under an indent; from the second line on `hang` deeper."""
        first, *rest = self._wrapped(text, deep + hang)
        self.line(" " * deep + self._hued(first, hue))
        for line in rest:
            self.line(" " * (deep + hang) + self._hued(line, hue))

    def draft(self) -> None:
        """Say of a translation nobody has reviewed that it is one, in its language and in English."""
        if self.texts.draft:
            self.blank()
            for said in dict.fromkeys((self.word(DRAFT), DRAFT)):
                self.paragraph(said, hue="yellow")

    @property
    def text(self) -> str:
        """Everything so far."""
        return "\n".join(self._lines) + "\n"

    def _wrapped(self, text: str, taken: int) -> list[str]:
        return wrap(self.style.fit(text), self.style.columns - taken)

    def _hued(self, text: str, hue: str) -> str:
        return self.style.paint(text, hue) if hue else text
