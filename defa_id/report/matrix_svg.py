"""Who recognises whom, as one SVG file: complete in itself, readable in grey, told to those who cannot see it.

Nothing is fetched and nothing runs: no script, no style sheet, no font, no image (SVG 2 §5.11 for titles
and descriptions). Every text is made visible and escaped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from defa_id.report import recognition_map
from defa_id.report.layout import DRAFT, shown
from defa_id.report.recognition_map import (
    ENVIRONMENTS,
    ITSELF,
    LEVELS,
    NOT,
    NOT_YET,
    RECOGNISED,
    About,
    Cell,
    Map,
    Row,
    listed,
)
from defa_id.report.width import clip, width, wrap
from defa_id.values import NamedTuple

FONT: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'


class Paint(NamedTuple):
    """A surface and what is written on it (WCAG 2.2 §1.4.3: at least 4.5 to 1), and its edge against the
    page (§1.4.11: at least 3 to 1)."""

    fill: str
    ink: str
    edge: str


PAPER: Final = Paint("#ffffff", "#16232e", "#16232e")
MUTED: Final = "#51606c"
HEAT: Final[Mapping[str, Paint]] = {
    "low": Paint("#d6ebf2", "#0b3142", "#4d8298"),
    "substantial": Paint("#6db3cb", "#05202c", "#3a7c93"),
    "high": Paint("#0d4f6c", "#ffffff", "#0d4f6c"),
}
UNKNOWN: Final = Paint("#e6e9ec", "#16232e", "#6c7a86")
COMING: Final = Paint("#fff7e2", "#5f4300", "#9a6d00")
NOTICE: Final = Paint("#ffe9b0", "#4a3200", "#9a6d00")
_FAINT: Final = "#7b8894"
_LINE: Final = "#c9d1d8"

_MARGIN, _WIDTH, _NAMES = 40, 1180, 196
_CELL_HEIGHT, _CELL_WIDTH, _NARROWEST = 34, 44, 26
_GRID_ROOM, _LINES = 484, 17
_HEAD: Final = 30  # above a grid: the home states' codes
_EM: Final = 0.54  # how wide a column of text is drawn, in its size; letters of Burmese and Khmer are wider
_BROAD_EM: Final = 0.8
_BROAD: Final = frozenset((*range(0x1000, 0x10A0), *range(0x1780, 0x1800)))


def matrix_svg(rows: Sequence[Row], *, about: About) -> str:
    """The rows of `matrix --json` as one picture, a map for each kind of credential."""
    every, found, word = recognition_map.states(rows), recognition_map.maps(rows), about.texts.word
    parts = [_header(about), _legend(about)]
    if len(found) > 1:
        parts.append(_glance(found, about))
    parts += [_section(one, every, about) for one in found]
    if not found:
        nothing = word("Nothing is recognised between these {count} states.", count=len(every))
        parts.append((_text(0, 20, nothing, 16), 50))
    if about.texts.draft:
        parts.append(_draft(about))
    body, y = [], _MARGIN
    for part, height in parts:
        body.append(_at(_MARGIN, y, part))
        y += height
    y += _MARGIN - 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}" height="{y}" '
        f'role="img" aria-labelledby="title description" lang="{safe(about.texts.code)}" '
        f'font-family="{escape(FONT, quote=True)}"><title id="title">{safe(word("Who recognises whom"))}</title>'
        f'<desc id="description">{safe(description(found, about))}</desc>'
        f'<rect width="100%" height="100%" fill="{PAPER.fill}"/>{"".join(body)}</svg>\n'
    )


def _grid(one: Map, every: Sequence[str], about: About) -> tuple[str, int, int]:
    """One map without its heading: the drawing, its width and its height."""
    wide = max(_NARROWEST, min(_CELL_WIDTH, _GRID_ROOM // max(len(every), 1)))
    relying, home = about.texts.word("Relying state"), about.texts.word("Home state")
    drawn = [_text(0, 22, f"{relying} ↓", 11, MUTED), _text(_NAMES - 8, 22, f"{home} →", 11, MUTED, anchor="end")]
    for column, of in enumerate(every):
        x = _NAMES + column * wide + wide / 2
        drawn.append(_text(x, 22, of, 13, weight=600, anchor="middle"))
    for row, by in enumerate(every):
        y = _HEAD + row * _CELL_HEIGHT
        middle = y + _CELL_HEIGHT / 2 + 4.5
        drawn.append(_text(0, middle, by, 13, weight=600))
        drawn.append(_text(34, middle, _clipped(about.states.get(by, ""), 156, 12.5), 12.5, MUTED))
        for column, of in enumerate(every):
            place = (_NAMES + column * wide, y, wide)
            drawn.append(_cell(one.cells.get((by, of)), by, of, place, about))
    return "".join(drawn), _NAMES + wide * len(every), _HEAD + _CELL_HEIGHT * len(every) + 4


def _glance(found: Sequence[Map], about: About) -> tuple[str, int]:
    """The kinds of credentials one under the other, each with the share of pairs recognised; and its height."""
    drawn, room = [], 360
    for number, one in enumerate(found):
        y = number * 28
        share = one.recognised / max(len(one.cells), 1)
        drawn.append(_text(0, y + 14, _clipped(one.title(about), 225, 13.5), 13.5, weight=600))
        bar = f'<rect x="236" y="{y + 3}" height="14" rx="3" width='
        drawn.append(f'{bar}"{room}" fill="{UNKNOWN.fill}"/>{bar}"{room * share:.1f}" fill="{HEAT["high"].fill}"/>')
        drawn.append(_text(236 + room + 14, y + 14, about.counted(one), 13.5))
    return "".join(drawn), 28 * len(found) + 30


def description(found: Sequence[Map], about: About) -> str:
    """The whole in sentences, for who does not see it."""
    said = [f"{about.when}."]
    if about.source:
        said.append(f"{about.texts.word('Registry')}: {about.source}.")
    if about.notice:
        said.append(about.notice)
    for one in found:
        said.append(f"{one.title(about)}: {about.counted(one)}")
        said.extend(
            f"{about.purpose(pairs.purpose)}, {about.terms(pairs)}: {listed(pairs.pairs)}."
            for pairs in recognition_map.by_purpose(one)
        )
    return " ".join(said)


def disc(environment: str | None, x: float, y: float, ink: str, radius: float = 5) -> str:
    """The environment: a ring of dots for demo, a quarter, a half and the whole of a disc after it."""
    ring = f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="none" stroke="{ink}" stroke-width="1.5"'
    share = {"sandbox": 0.25, "pilot": 0.5}.get(environment or "")
    if environment == "live":
        return f'<circle cx="{x:g}" cy="{y:g}" r="{radius + 0.75:g}" fill="{ink}"/>'
    if share is None:
        return ring + ' stroke-dasharray="2.2 1.73"/>'
    angle = 2 * math.pi * share
    end_x, end_y = x + radius * math.sin(angle), y - radius * math.cos(angle)
    pie = f"M{x:g} {y:g}V{y - radius:g}A{radius:g} {radius:g} 0 0 1 {end_x:.2f} {end_y:.2f}Z"
    return f'{ring}/><path d="{pie}" fill="{ink}"/>'


def safe(text: object, length: int = 100_000) -> str:
    """Any text, visible and escaped, for an element or a quoted attribute."""
    return escape(shown(text, length), quote=True)


def _header(about: About) -> tuple[str, int]:
    word = about.texts.word
    drawn = [_text(0, 30, word("Who recognises whom"), 30, weight=700)]
    drawn.append(_text(0, 58, word("Digital credentials of one member state, relied on in another"), 15, MUTED))
    source = f" · {word('Registry')}: {about.source}" if about.source else ""
    drawn.append(_text(0, 82, f"{about.when}{source}", 13.5))
    height = 104
    if about.notice:
        lines = _wrapped(shown(about.notice), _WIDTH - 2 * _MARGIN - 28, 13.5)
        high = 14 + 20 * len(lines)
        frame = f'width="{_WIDTH - 2 * _MARGIN}" height="{high}" rx="6" fill="{NOTICE.fill}" stroke="{NOTICE.edge}"'
        drawn.append(f'<rect x="0" y="{height - 4}" {frame}/>')
        for number, line in enumerate(lines):
            drawn.append(_text(14, height + 18 + 20 * number, line, 13.5, NOTICE.ink, weight=600))
        height += high + 12
    return "".join(drawn), height


def _legend(about: About) -> tuple[str, int]:
    """Samples, each drawn as in a map, with what they mean; as many in a line as there is room for."""
    word, edge = about.texts.word, _WIDTH - 2 * _MARGIN - 14
    entries = [(word("at least {level}", level=word(level)), _sample(level=level)) for level in LEVELS]
    entries += [(name, _sample(environment=name)) for name in ENVIRONMENTS]
    entries += [
        (word("for the purposes named only"), _sample(level="substantial", limited=True)),
        (word("not in effect yet"), _sample(decision=NOT_YET)),
        (word("not recognised"), _sample(decision=NOT)),
        (word("itself"), _sample(decision=ITSELF)),
    ]
    drawn, x, y = [], 14, 12
    for words, sample in entries:
        wide = 44 + math.ceil(width(words) * 12.5 * _em(words)) + 22
        if x + wide > edge:
            x, y = 14, y + 34
        drawn += [_at(x, y, sample), _text(x + 44, y + 18, words, 12.5)]
        x += wide
    frame = f'<rect x="0.5" y="0.5" width="{edge + 13}" height="{y + 39}" rx="6" fill="none" stroke="{_LINE}"/>'
    return "".join([frame, *drawn]), y + 66


def _draft(about: About) -> tuple[str, int]:
    """That the words are a translation nobody has reviewed, in it and in English."""
    said = dict.fromkeys((about.texts.word(DRAFT), DRAFT))
    return "".join(_text(0, 14 + 18 * n, line, 12.5, MUTED) for n, line in enumerate(said)), 18 * len(said) + 16


def _em(text: str) -> float:
    """How wide a column of this text is drawn, in its size."""
    return (
        _BROAD_EM if any("\u1000" <= letter <= "\u109f" or "\u1780" <= letter <= "\u17ff" for letter in text) else _EM
    )


def _clipped(text: str, room: float, size: float) -> str:
    return clip(text, int(room / (size * _em(text))))


def _wrapped(text: str, room: float, size: float) -> list[str]:
    return wrap(text, int(room / (size * _em(text))))


def _sample(
    level: str | None = None, environment: str | None = None, decision: str = RECOGNISED, *, limited: bool = False
) -> str:
    if level is None and environment is not None:
        return disc(environment, 26, 13, PAPER.ink, 6)
    cell = Cell("", "of", decision, level, environment, limited, ())
    return _drawn(None if decision == ITSELF else cell, decision == ITSELF, (0, 0, 38), 26)


def _section(one: Map, every: Sequence[str], about: About) -> tuple[str, int]:
    """A map with its heading, and beside it what the recognition is for."""
    title = one.title(about)
    drawn = [f'<path d="M0 4H{_WIDTH - 2 * _MARGIN}" stroke="{_LINE}"/>', _text(0, 34, title, 20, weight=700)]
    types = ", ".join(one.types)
    y = 54
    if types != title:
        drawn.append(_text(0, y, types, 12, MUTED))
        y += 20
    drawn.append(_text(0, y, about.counted(one), 13.5))
    y += 22
    picture, wide, high = _grid(one, every, about)
    drawn.append(_at(0, y, picture))
    left = wide + 34
    panel, used = _panel(one, about, _WIDTH - 2 * _MARGIN - left)
    drawn.append(_at(left, y, panel))
    return "".join(drawn), y + max(high, used) + 30


def _panel(one: Map, about: About, room: int) -> tuple[str, int]:
    """What the pairs are recognised for, in words."""
    drawn = [_text(0, 6, about.texts.word("For what, and between whom"), 13.5, weight=700)]
    drawn.append(_text(0, 24, about.texts.word("A ← B: A relies on credentials of B."), 12, MUTED))
    y = 50
    for pairs in recognition_map.by_purpose(one):
        for line in _wrapped(shown(about.purpose(pairs.purpose), 200), room, 12.5):
            drawn.append(_text(0, y, line, 12.5, weight=600))
            y += _LINES
        paint = _paint(pairs.level) if pairs.decision == RECOGNISED else COMING
        swatch = f'width="10" height="10" rx="2" fill="{paint.fill}" stroke="{paint.edge}"'
        drawn.append(f'<rect x="0.5" y="{y - 9.5:g}" {swatch}/>')
        for line in _wrapped(shown(f"{about.terms(pairs)}: {listed(pairs.pairs)}", 2000), room - 18, 12.5):
            drawn.append(_text(18, y, line, 12.5, MUTED))
            y += _LINES
        y += 9
    return "".join(drawn), y


def _cell(cell: Cell | None, by: str, of: str, place: tuple[float, float, float], about: About) -> str:
    drawn = _drawn(cell, by == of, place, _CELL_HEIGHT)
    return f"<g><title>{safe(about.cell(cell, by, of))}</title>{drawn}</g>"


def _drawn(cell: Cell | None, own: bool, place: tuple[float, float, float], high: float) -> str:
    x, y, wide = place
    middle_x, middle_y = x + wide / 2, y + high / 2
    field = f'<rect x="{x + 1.5:g}" y="{y + 1.5:g}" width="{wide - 3:g}" height="{high - 3:g}" rx="4"'
    if own:
        stroke = f'stroke="{_FAINT}" stroke-width="1.2"'
        line = f'<path d="M{middle_x - 6:g} {middle_y - 6:g}l12 12" {stroke}/>'
        return f'{field} fill="#f1f3f5"/>{line}'
    if cell is None or cell.decision == NOT:
        dot = f'<circle cx="{middle_x:g}" cy="{middle_y:g}" r="1.8" fill="{_FAINT}"/>'
        return f'{field} fill="#f8f9fa"/>{dot}'
    if cell.decision == NOT_YET:
        paint, letter = COMING, "~"
        drawn = f'{field} fill="{paint.fill}" stroke="{paint.edge}" stroke-dasharray="4 3"/>'
        return drawn + _text(middle_x, middle_y + 5.5, letter, 17, paint.ink, weight=700, anchor="middle")
    paint = _paint(cell.level)
    drawn = f'{field} fill="{paint.fill}" stroke="{paint.edge}"/>'
    if cell.limited:
        corner = f"M{x + wide - 13:g} {y + 1.5:g}H{x + wide - 5.5:g}a4 4 0 0 1 4 4v7.5Z"
        drawn += f'<path d="{corner}" fill="{paint.ink}"/>'
    letter = LEVELS.get(str(cell.level), "–")
    if cell.environment is None:
        return drawn + _text(middle_x, middle_y + 5, letter, 14, paint.ink, weight=700, anchor="middle")
    drawn += _text(middle_x - 7, middle_y + 5, letter, 14, paint.ink, weight=700, anchor="middle")
    return drawn + disc(cell.environment, middle_x + 8, middle_y + 1, paint.ink, 4.5)


def _paint(level: object) -> Paint:
    return HEAT.get(str(level), UNKNOWN)


def _text(
    x: float,
    y: float,
    text: object,
    size: float,
    ink: str = PAPER.ink,
    *,
    weight: int | None = None,
    anchor: str | None = None,
) -> str:
    more = (f' font-weight="{weight}"' if weight else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{ink}"{more}>{safe(text, 300)}</text>'


def _at(x: float, y: float, drawn: str) -> str:
    return f'<g transform="translate({x:g} {y:g})">{drawn}</g>'
