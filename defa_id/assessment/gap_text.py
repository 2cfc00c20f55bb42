"""The gap report for people: how far each kind of credential has come, then what lacks, area by area."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from defa_id.assessment.finding import DESIGN, LACKING, MET, OPEN, Finding
from defa_id.assessment.gap import Gap, Module
from defa_id.report.layout import Layout, shown
from defa_id.report.recognition_map import spoken
from defa_id.report.style import PLAIN, Style

_MARKS: Final = {MET: ("✓", "green"), LACKING: ("✗", "red"), OPEN: ("?", "yellow")}
_AREAS: Final = {
    "list": "The list",
    "issuer": "Issuers",
    "level": "Levels",
    "recognition": "Recognition",
    "arrangement": "Arrangements",
    "instrument": "Instruments",
    "end": "Ends ahead",
}


def gap_text(found: Gap, style: Style = PLAIN, *, every: bool = False) -> str:
    """The report; with `every` also what is met, one by one."""
    page = Layout(style)
    counts = found.counts
    told = f"{shown(found.name, 60)} against {shown(found.policy, 60)}: {counts[LACKING]} lacking, {counts[OPEN]} open"
    page.banner("GAP" if counts[LACKING] else "NO GAP", "bold", beside=f"{told}, {counts[MET]} met")
    page.blank()
    registry = found.registry
    page.pair("Registry", f"{shown(registry['name'], 64)}, version {registry['version']}, {registry['freshness']}")
    known = f"as known at {spoken(found.known_at)}" if found.known_at else "with all the registry holds"
    page.pair("As of", f"{spoken(found.at)}, {known}")
    if registry["environment"] == "demo":
        page.pair("Note", "demo, synthetic: the list and all it says are made up", hue="yellow")
    page.heading("Kinds of credentials, the most developed first")
    for module in found.modules:
        _module(page, module)
    if not found.modules:
        page.paragraph("None is listed or recognised.")
    for area, heading in _AREAS.items():
        _area(page, heading, [one for one in found.findings if one.id.partition(".")[0] == area], every)
    page.blank()
    page.paragraph(
        "This is a reading of a registry by this toolkit. Whether to mend, and whom to recognise, is for the state."
    )
    return page.text


def _module(page: Layout, one: Module) -> None:
    by = f"relied on by {', '.join(one.relied_on_by)}" if one.relied_on_by else "relied on by nobody"
    of = f"relies on {', '.join(one.relies_on)}" if one.relies_on else "relies on nobody"
    issuers = f"{one.issuers} issuer{'s' * (one.issuers != 1)}"
    page.entry("•", f"{one.maturity}: {issuers}, {by}, {of}", term=shown(one.name, 40), room=28)


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
        page.entry("✓", f"{met} met", hue="green")


def _findings(page: Layout, outcome: str, found: list[Finding]) -> None:
    mark, hue = _MARKS[outcome]
    page.entry(mark, f"{found[0].id}: {found[0].wanted}", hue=hue)
    said: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in found:
        said.setdefault((one.found, one.asked_by), []).append(one.subject)
    for (words, asking), subjects in said.items():
        named = ", ".join(shown(subject, 80) for subject in subjects if subject)
        page.paragraph(f"{named}: {_said(words, asking)}" if named else _said(words, asking), deep=4, hang=2)
    if found[0].next_step:
        page.entry("→", found[0].next_step, deep=4)


def _said(words: str, asking: Iterable[str]) -> str:
    others = [shown(who, 60) for who in asking if who != DESIGN]
    return shown(words, 300) + (f" (asked by {', '.join(others)})" if others else "")
