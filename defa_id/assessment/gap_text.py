"""The gap report for people: how far each kind of credential has come, then what lacks, area by area."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from defa_id.assessment.finding import DESIGN, LACKING, MET, OPEN, Finding
from defa_id.assessment.gap import Gap, Module
from defa_id.codec import times
from defa_id.languages import ENGLISH, Texts
from defa_id.report.layout import Layout, shown
from defa_id.report.recognition_map import SYNTHETIC, About
from defa_id.report.style import PLAIN, Style

_MARKS: Final = {MET: ("✓", "green"), LACKING: ("✗", "red"), OPEN: ("?", "yellow")}
_BINDS_NOBODY: Final = (
    "This is a reading of a registry by this toolkit. Whether to mend, and whom to recognise, is for the state."
)
_AREAS: Final = {
    "list": "The list",
    "issuer": "Issuers",
    "level": "Levels",
    "recognition": "Recognition",
    "arrangement": "Arrangements",
    "instrument": "Instruments",
    "end": "Ends ahead",
}


def gap_text(found: Gap, style: Style = PLAIN, texts: Texts = ENGLISH, *, every: bool = False) -> str:
    """The report; with `every` also what is met, one by one.

    In another language what was found in particular stays English: it names types, services and states.
    """
    page = Layout(style, texts)
    counts = found.counts
    told = page.word(
        "{name} against {policy}: {lacking} lacking, {open} open, {met} met",
        name=shown(texts.label(found.name), 60),
        policy=shown(found.policy, 60),
        lacking=counts[LACKING],
        open=counts[OPEN],
        met=counts[MET],
    )
    page.banner(page.word("GAP" if counts[LACKING] else "NO GAP"), "bold", beside=told)
    page.blank()
    about = About(times.show(found.at), times.show(found.known_at) if found.known_at else None, texts=texts)
    registry = found.registry
    version = page.word("version {version}, {freshness}", version=registry["version"], freshness=registry["freshness"])
    page.pair(page.word("Registry"), f"{shown(registry['name'], 64)}, {version}", about.when)
    if registry["environment"] == "demo":
        page.pair(page.word("Note"), page.word(SYNTHETIC), hue="yellow")
    page.heading(page.word("Kinds of credentials, the most developed first"))
    for module in found.modules:
        _module(page, module)
    if not found.modules:
        page.paragraph(page.word("None is listed or recognised."))
    for area, heading in _AREAS.items():
        held = [one for one in found.findings if one.id.partition(".")[0] == area]
        _area(page, page.word(heading), held, every)
    page.blank()
    page.paragraph(page.word(_BINDS_NOBODY))
    page.draft()
    return page.text


def _module(page: Layout, one: Module) -> None:
    nobody = page.word("nobody")
    said = page.word(
        "{maturity}: issuers: {issuers}; relied on by {by}; relies on {of}",
        maturity=page.word(one.maturity),
        issuers=one.issuers,
        by=", ".join(one.relied_on_by) or nobody,
        of=", ".join(one.relies_on) or nobody,
    )
    page.entry("•", said, term=shown(page.texts.label(one.name), 40), room=28)


def _area(page: Layout, heading: str, found: list[Finding], every: bool) -> None:
    """What lacks, then what is open, each kind of finding once with all that it is about."""
    if not found:
        return
    page.heading(heading)
    for outcome in (LACKING, OPEN, MET) if every else (LACKING, OPEN):
        for id in dict.fromkeys(one.id for one in found if one.outcome == outcome):
            _findings(page, outcome, [one for one in found if one.id == id and one.outcome == outcome])
    met = sum(one.outcome == MET for one in found)
    if met and not every:
        page.entry("✓", page.word("{count} met", count=met), hue="green")


def _findings(page: Layout, outcome: str, found: list[Finding]) -> None:
    mark, hue = _MARKS[outcome]
    page.entry(mark, f"{found[0].id}: {page.texts.of(found[0].id, found[0].wanted)}", hue=hue)
    said: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in found:
        said.setdefault((one.found, one.asked_by), []).append(one.subject)
    for (words, asking), subjects in said.items():
        named = ", ".join(shown(subject, 80) for subject in subjects if subject)
        told = _said(page, words, asking)
        page.paragraph(f"{named}: {told}" if named else told, deep=4, hang=2)
    if found[0].next_step:
        page.entry("→", page.texts.step(found[0].next_step), deep=4)


def _said(page: Layout, words: str, asking: Iterable[str]) -> str:
    others = ", ".join(shown(who, 60) for who in asking if who != DESIGN)
    return shown(words, 300) + (f" ({page.word('asked by {names}', names=others)})" if others else "")
