"""Readiness for people: for which stage each part is ready, and every question that stands in the way."""

from __future__ import annotations

from typing import Final

from defa_id.assessment.readiness import FROM_NOBODY, NO, UNKNOWN, YES, Answer, Readiness
from defa_id.report.layout import Layout, shown
from defa_id.report.recognition_map import spoken
from defa_id.report.style import PLAIN, Style
from defa_id.report.width import clip, pad, width

_MARKS: Final = {YES: ("✓", "green"), NO: ("✗", "red"), UNKNOWN: ("?", "yellow")}
_COLUMN: Final = 9
_WORDS: Final = {YES: "READY", NO: "NOT READY", UNKNOWN: "NOT KNOWN"}


def readiness_text(found: Readiness, stage: str, style: Style = PLAIN, *, every: bool = False) -> str:
    """The answer for one stage, and the way to it; with `every` also what is answered with yes."""
    page = Layout(style)
    answer = found.ready[stage]
    page.banner(_WORDS[answer], "bold", beside=f"{shown(found.state)} for {stage}")
    page.blank()
    registry = found.registry
    page.pair("Registry", f"{shown(registry['name'], 64)}, version {registry['version']}, {registry['freshness']}")
    page.pair("As of", spoken(found.at))
    page.pair("Checklist", f"{shown(found.checklist, 60)}, this project's own and not a norm")
    if registry["environment"] == "demo":
        page.pair("Note", "demo, synthetic: the registry and all it says are made up", hue="yellow")
    _modules(page, found)
    needed = found.stages[: found.stages.index(stage) + 1]
    for module in found.modules:
        held = [one for one in found.answers if one.module == module.id and one.needed_for in needed]
        told = [one for one in held if every or one.answer != YES]
        if told:
            page.heading(shown(module.name, 80))
        for one in told:
            _answer(page, one)
    unanswered = sum(one.source == FROM_NOBODY and one.needed_for in needed for one in found.answers)
    if unanswered:
        page.heading("What to do next")
        page.entry("→", f"{unanswered} questions are for people. Take the answers down in a file and give it again:")
        page.paragraph(f"defa-id readiness --state {shown(found.state)} --template > answers.json", deep=4)
        page.paragraph(f"defa-id readiness --state {shown(found.state)} --answers answers.json", deep=4)
    return page.text


def _modules(page: Layout, found: Readiness) -> None:
    """A table: the parts, and for each stage whether they are ready for it."""
    page.blank()
    spare = page.style.columns - 2 - _COLUMN * len(found.stages)
    names = {module.id: clip(shown(module.name, 40), spare - 3) for module in found.modules}
    room = max(map(width, names.values())) + 3
    page.line(
        "  " + " " * room + page.style.paint("".join(pad(stage, _COLUMN) for stage in found.stages).rstrip(), "bold")
    )
    for module in found.modules:
        cells = "".join(_cell(page.style, module.ready[stage]) for stage in found.stages)
        page.line(f"  {pad(names[module.id], room)}{cells}")


def _cell(style: Style, answer: str) -> str:
    mark, hue = _MARKS[answer]
    return style.paint(style.fit(mark), hue) + " " * (_COLUMN - 1)


def _answer(page: Layout, one: Answer) -> None:
    mark, hue = _MARKS[one.answer]
    page.entry(mark, f"{one.question} [{one.needed_for}]", hue=hue)
    page.paragraph(f"{one.id}: {shown(one.found, 300)}", deep=4, hang=2, hue="dim")
    if one.answer == NO and one.next_step:
        page.entry("→", one.next_step, deep=4)
