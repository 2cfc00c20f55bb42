"""Who recognises whom, as a map for a terminal: a row relies, a column is the home state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from defa_id.report import recognition_map
from defa_id.report.layout import Layout, shown
from defa_id.report.recognition_map import ENVIRONMENTS, LEVELS, NOT, NOT_YET, RECOGNISED, About, Cell, Map, Row
from defa_id.report.style import PLAIN, Style
from defa_id.report.width import clip, pad, width

_MARKS: Final = dict(zip(ENVIRONMENTS, "○◔◑●", strict=True))
_CODE: Final = 7  # columns for the relying state's code
_CELL: Final = 5
_SHORTEST: Final = 10  # columns under which a state's name beside its code tells nothing


def matrix_text(rows: Sequence[Row], style: Style = PLAIN, *, about: About) -> str:
    """The rows of `matrix --json` as one map for each credential type; types with equal maps share one."""
    page = Layout(style, about.texts)
    page.banner(page.word("Who recognises whom"), "bold", beside=about.when)
    if about.source:
        page.blank()
        page.pair(page.word("Registry"), shown(about.source, 120))
    if about.notice:
        page.pair(page.word("Note"), about.notice, hue="yellow")
    every = recognition_map.states(rows)
    maps = recognition_map.maps(rows)
    if not maps:
        page.blank()
        page.paragraph(page.word("Nothing is recognised between these {count} states.", count=len(every)))
        page.draft()
        return page.text
    for one in maps:
        _heading(page, one, about)
        _map(page, one, every, about)
        _purposes(page, one)
    _legend(page)
    page.draft()
    return page.text


def _heading(page: Layout, one: Map, about: About) -> None:
    """The kind in words, and beneath it the types as they stand in credentials."""
    title = shown(one.title(about), 200)
    page.heading(title)
    types = ", ".join(shown(name, 80) for name in one.types)
    if types != title:
        page.paragraph(types, hue="dim")


def _map(page: Layout, one: Map, every: Sequence[str], about: About) -> None:
    names = {state: shown(about.states.get(state, ""), 40) for state in every}
    spare = page.style.columns - 2 - _CODE - _CELL * len(every)
    longest = min(max(map(width, names.values())), spare)
    room = _CODE + (longest if longest >= _SHORTEST else 0)
    fitting = max(1, (page.style.columns - 2 - room) // _CELL)
    for start in range(0, len(every), fitting):
        part = every[start : start + fitting]
        page.blank()
        head = "".join(pad(f" {shown(of, 4)}", _CELL) for of in part)
        page.line("  " + " " * room + page.style.paint(head.rstrip(), "bold"))
        for by in every:
            drawn = "".join(_cell(page.style, by, of, one.cells.get((by, of))) for of in part)
            code = page.style.paint(pad(shown(by, 4), 4), "bold")
            page.line(f"  {code}{pad(clip(names[by], room - _CODE), room - 4) if room > _CODE else '   '}{drawn}")
    page.blank()
    page.paragraph(about.counted(one))


def _cell(style: Style, by: str, of: str, cell: Cell | None) -> str:
    if by == of:
        text, hue = "╲", "dim"
    elif cell is None or cell.decision == NOT:
        text, hue = "·", "dim"
    elif cell.decision == NOT_YET:
        text, hue = "~", "yellow"
    else:
        text = _value(cell.level, cell.environment) + ("*" if cell.noted else "")
        hue = f"heat {cell.level if cell.level in LEVELS else None}"
    return style.paint(pad(style.fit(f" {text}"), _CELL - 1), hue) + " "


def _value(level: object, environment: object) -> str:
    return LEVELS.get(str(level), "-") + _MARKS.get(str(environment), "?")


def _purposes(page: Layout, one: Map) -> None:
    """What a star in the map stands for: by pair and value, the purposes."""
    limited: dict[tuple[str, str], list[str]] = {}
    for (by, of), cell in sorted(one.cells.items()):
        for row in cell.statements:
            if row.get("purpose") and row["decision"] != NOT:
                value = _value(row["level"], row["environment"]) if row["decision"] == RECOGNISED else "~"
                pair = f"{shown(by, 4)} ← {shown(of, 4)}"
                limited.setdefault((pair, value), []).append(shown(row["purpose"], 120))
    for (pair, value), purposes in limited.items():
        page.entry("*", f"{value}  {', '.join(purposes)}", term=page.style.fit(pair), room=9)


def _legend(page: Layout) -> None:
    page.heading(page.word("How to read it"))
    page.paragraph(page.word("A row is the relying state, a column the home state of the credential."))
    page.paragraph(page.word("A ← B: A relies on credentials of B."))
    page.pair(page.word("Least level"), page.word("L low   S substantial   H high"))
    page.pair(page.word("Environment"), "   ".join(f"{mark} {name}" for name, mark in _MARKS.items()))
    page.pair(page.word("Otherwise"), page.word("· no   ~ not yet   * see the purposes   ╲ itself"))
