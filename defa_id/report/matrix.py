"""Who recognises whom, as a map for a terminal: a row relies, a column is the home state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style
from defa_id.report.width import pad

Row = Mapping[str, Any]
Pair = tuple[str, str]
Cells = Mapping[Pair, Sequence[Row]]

_LETTERS: Final = {"low": "L", "substantial": "S", "high": "H"}
_ENVIRONMENTS: Final = {"demo": "○", "sandbox": "◔", "pilot": "◑", "live": "●"}
_RECOGNISED, _NOT_YET, _NOT = "recognised", "not_yet", "not_recognised"
_NAME: Final = 7  # columns for the relying state
_CELL: Final = 5


def matrix_text(rows: Sequence[Row], style: Style = PLAIN, *, at: str, known_at: str | None = None) -> str:
    """The rows of `matrix --json` as one map for each credential type; types with equal maps share one."""
    page = Layout(style)
    known = f"as known at {shown(known_at)}" if known_at else "with all the registry holds"
    page.banner("Who recognises whom", "bold", beside=f"at {shown(at)}, {known}")
    maps = _maps(row for row in rows if row["type"] is not None)
    states = sorted({str(row[side]) for row in rows for side in ("by", "of")})
    if not maps:
        page.blank()
        page.paragraph(f"Nothing is recognised between these {len(states)} states.")
        return page.text
    for types, cells in maps:
        page.heading(", ".join(shown(name, 80) for name in types))
        _map(page, cells, states)
    _legend(page)
    return page.text


def _maps(rows: Iterable[Row]) -> list[tuple[list[str], Cells]]:
    by_type: dict[str, dict[Pair, list[Row]]] = {}
    for row in rows:
        by_type.setdefault(str(row["type"]), {}).setdefault((str(row["by"]), str(row["of"])), []).append(row)
    shared: list[tuple[list[str], Cells]] = []
    for name, cells in sorted(by_type.items()):
        same = next((names for names, others in shared if _sense(others) == _sense(cells)), None)
        if same is None:
            shared.append(([name], cells))
        else:
            same.append(name)
    return shared


def _sense(cells: Cells) -> dict[Pair, list[list[tuple[str, Any]]]]:
    return {
        pair: [[(key, value) for key, value in sorted(row.items()) if key != "type"] for row in rows]
        for pair, rows in cells.items()
    }


def _map(page: Layout, cells: Cells, states: Sequence[str]) -> None:
    fitting = max(1, (page.style.columns - 2 - _NAME) // _CELL)
    for start in range(0, len(states), fitting):
        part = states[start : start + fitting]
        page.blank()
        head = "".join(pad(f" {shown(of, 4)}", _CELL) for of in part)
        page.line("  " + " " * _NAME + page.style.paint(head.rstrip(), "bold"))
        for by in states:
            drawn = "".join(_cell(page.style, by, of, cells.get((by, of), ())) for of in part)
            page.line(f"  {page.style.paint(pad(shown(by, 4), _NAME), 'bold')}{drawn}")
    page.blank()
    found = sum(any(row["decision"] == _RECOGNISED for row in rows) for rows in cells.values())
    page.paragraph(f"{found} of {len(states) * (len(states) - 1)} pairs recognised.")
    _purposes(page, cells)


def _cell(style: Style, by: str, of: str, rows: Sequence[Row]) -> str:
    row = _foremost(rows)
    if by == of:
        text, hue = "╲", "dim"
    elif row is None or row["decision"] == _NOT:
        text, hue = "·", "dim"
    elif row["decision"] == _NOT_YET:
        text, hue = "~", "yellow"
    else:
        text = _value(row) + ("*" if any(other.get("purpose") for other in rows) else "")
        hue = f"heat {row.get('level')}"
    return style.paint(pad(style.fit(f" {text}"), _CELL - 1), hue) + " "


def _value(row: Row) -> str:
    letter = _LETTERS.get(str(row.get("level")), "-")
    return letter + _ENVIRONMENTS.get(str(row.get("environment")), "?")


def _foremost(rows: Sequence[Row]) -> Row | None:
    """Of a pair's rows the one that says most: recognised before coming, for any purpose before for one."""
    rank = (_RECOGNISED, _NOT_YET, _NOT)
    return min(rows, key=lambda row: (rank.index(row["decision"]), bool(row.get("purpose"))), default=None)


def _purposes(page: Layout, cells: Cells) -> None:
    """What a star in the map stands for: by pair and value, the purposes."""
    limited: dict[tuple[str, str], list[str]] = {}
    for (by, of), rows in sorted(cells.items()):
        for row in sorted(rows, key=lambda row: str(row.get("purpose"))):
            if row.get("purpose") and row["decision"] != _NOT:
                value = _value(row) if row["decision"] == _RECOGNISED else "~"
                pair = f"{shown(by, 4)} of {shown(of, 4)}"
                limited.setdefault((pair, value), []).append(shown(row["purpose"], 120))
    for (pair, value), purposes in limited.items():
        page.entry("*", f"{value}  {', '.join(purposes)}", term=pair, room=10)


def _legend(page: Layout) -> None:
    page.heading("How to read it")
    page.paragraph("A row is the relying state, a column the home state of the credential.")
    page.pair("Least level", "L low   S substantial   H high")
    page.pair("Environment", "   ".join(f"{mark} {name}" for name, mark in _ENVIRONMENTS.items()))
    page.pair("Otherwise", "· no   ~ not yet   * see the purposes   ╲ itself")
