"""Readiness for people: for which stage each part is ready, and every question that stands in the way."""

from __future__ import annotations

from typing import Final

from defa_id.assessment.readiness import FROM_NOBODY, NO, UNKNOWN, YES, Answer, Readiness
from defa_id.codec import times
from defa_id.languages import ENGLISH, Texts
from defa_id.report.layout import Layout, shown
from defa_id.report.recognition_map import SYNTHETIC, About
from defa_id.report.style import PLAIN, Style
from defa_id.report.width import clip, pad, width

_MARKS: Final = {YES: ("✓", "green"), NO: ("✗", "red"), UNKNOWN: ("?", "yellow")}
_COLUMN: Final = 9
_FOR_PEOPLE: Final = "{count} questions are for people. Take the answers down in a file and give it again:"
_WORDS: Final = {YES: "READY", NO: "NOT READY", UNKNOWN: "NOT KNOWN"}


def readiness_text(
    found: Readiness, stage: str, style: Style = PLAIN, texts: Texts = ENGLISH, *, every: bool = False
) -> str:
    """The answer for one stage, and the way to it; with `every` also what is answered with yes.

    In another language what was found in particular stays English: it names types, services and states.
    """
    page = Layout(style, texts)
    answer = found.ready[stage]
    said = page.word("{state}, for {purpose}", state=shown(found.state), purpose=stage)
    page.banner(page.word(_WORDS[answer]), "bold", beside=said)
    page.blank()
    registry = found.registry
    version = page.word("version {version}, {freshness}", version=registry["version"], freshness=registry["freshness"])
    when = About(times.show(found.at), texts=texts).when
    page.pair(page.word("Registry"), f"{shown(registry['name'], 64)}, {version}", when)
    own = page.word("{name}, this project's own and not a norm", name=shown(found.checklist, 60))
    page.pair(page.word("Checklist"), own)
    if registry["environment"] == "demo":
        page.pair(page.word("Note"), page.word(SYNTHETIC), hue="yellow")
    _modules(page, found)
    needed = found.stages[: found.stages.index(stage) + 1]
    for module in found.modules:
        held = [one for one in found.answers if one.module == module.id and one.needed_for in needed]
        told = [one for one in held if every or one.answer != YES]
        if told:
            page.heading(shown(texts.label(module.name), 80))
        for one in told:
            _answer(page, one)
    unanswered = sum(one.source == FROM_NOBODY and one.needed_for in needed for one in found.answers)
    if unanswered:
        page.heading(page.word("What to do next"))
        page.entry("→", page.word(_FOR_PEOPLE, count=unanswered))
        page.paragraph(f"defa-id readiness --state {shown(found.state)} --template > answers.json", deep=4)
        page.paragraph(f"defa-id readiness --state {shown(found.state)} --answers answers.json", deep=4)
    page.draft()
    return page.text


def _modules(page: Layout, found: Readiness) -> None:
    """A table: the parts, and for each stage whether they are ready for it."""
    page.blank()
    spare = page.style.columns - 2 - _COLUMN * len(found.stages)
    names = {module.id: clip(shown(page.texts.label(module.name), 40), spare - 3) for module in found.modules}
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
    page.entry(mark, f"{page.texts.of(one.id, one.question)} [{one.needed_for}]", hue=hue)
    found = page.word(one.found) if one.source == FROM_NOBODY else shown(one.found, 300)
    page.paragraph(f"{one.id}: {found}", deep=4, hang=2, hue="dim")
    if one.answer == NO and one.next_step:
        page.entry("→", page.texts.step(one.next_step), deep=4)
