"""Grades, findings and checks of numbers for people: what was found and what to do, never the name itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from defa_id.catalogue import CATALOGUE, Reason
from defa_id.languages import ENGLISH, Texts
from defa_id.report.layout import Layout
from defa_id.report.style import PLAIN, Style

if TYPE_CHECKING:
    from defa_id.people.grades import Match
    from defa_id.people.names import Finding
    from defa_id.people.numbers import NumberCheck, Scheme

_GRADES: Final = {
    "exact": ("green", "the same name"),
    "normalised": ("green", "the same name, written otherwise"),
    "transliterated": ("yellow", "one can be the other in another script; somebody should look"),
    "variant": ("yellow", "may be the same name, for a known reason; somebody should look"),
    "unknown": ("yellow", "cannot be compared"),
    "conflict": ("red", "not the same name"),
}
_STANDINGS: Final = {
    "ok": ("green", "no slip of the pen was found; that says nothing about a person"),
    "suspicious": ("red", "probably mistyped; ask for it again"),
    "cannot-tell": ("yellow", "nothing in it can be checked"),
}


def match_text(match: Match, style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """How two names agree."""
    page = Layout(style, texts)
    hue, meaning = _GRADES[match.grade]
    page.banner(str(match.grade).upper(), "bold", hue, beside=page.word(meaning))
    _reasons(page, match.reasons)
    page.draft()
    return page.text


def findings_text(findings: Sequence[Finding], style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """What there is to weigh about one name."""
    page = Layout(style, texts)
    if not findings:
        page.paragraph(page.word("Nothing to note."), deep=0)
    for finding in findings:
        reason = CATALOGUE.reasons[finding.code]
        page.entry("•", _told(page, reason), term=finding.place, room=12, deep=0)
        _next_step(page, reason, 14)
    page.draft()
    return page.text


def number_text(found: NumberCheck, scheme: Scheme, style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """How one number looks."""
    page = Layout(style, texts)
    hue, meaning = _STANDINGS[found.standing]
    page.banner(str(found.standing).upper(), "bold", hue, beside=page.word(meaning))
    page.blank()
    page.pair(page.word("Number"), f"{scheme.id}: {scheme.title} ({scheme.state})")
    page.pair(page.word("Known from"), f"{scheme.source} ({scheme.confidence})")
    if scheme.personal:
        page.pair(page.word("It tells"), ", ".join(map(page.word, scheme.personal)))
    _reasons(page, found.reasons)
    page.draft()
    return page.text


def schemes_text(schemes: Iterable[Scheme], style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """The numbers that can be looked at."""
    page = Layout(style, texts)
    for scheme in schemes:
        page.entry("•", f"{scheme.title} ({scheme.state})", term=scheme.id, room=12, deep=0)
    return page.text


def _reasons(page: Layout, codes: Iterable[str]) -> None:
    page.blank()
    for code in codes:
        page.entry("•", _told(page, CATALOGUE.reasons[code]))
        _next_step(page, CATALOGUE.reasons[code], 4)


def _next_step(page: Layout, reason: Reason, deep: int) -> None:
    if reason.next_step != "Nothing.":
        page.entry("→", page.texts.step(reason.next_step), deep=deep)


def _told(page: Layout, reason: Reason) -> str:
    return f"{reason.code}: {page.texts.of(reason.code, reason.message)}"
