"""Who recognises whom, as one HTML page: maps and tables that fit a telephone, by day and by night; nothing is
fetched and nothing runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from defa_id.report import matrix_svg, recognition_map
from defa_id.report.layout import DRAFT
from defa_id.report.matrix_svg import FONT, Paint, disc, safe
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
from defa_id.values import NamedTuple


class Palette(NamedTuple):
    """The surfaces of a page: what they are called in the style sheet, and the words and lines between them."""

    paints: Mapping[str, Paint]
    muted: str
    line: str
    empty: str
    own: str


BY_DAY: Final = Palette(
    {
        "paper": matrix_svg.PAPER,
        **matrix_svg.HEAT,
        "unknown": matrix_svg.UNKNOWN,
        "coming": matrix_svg.COMING,
        "notice": matrix_svg.NOTICE,
    },
    muted=matrix_svg.MUTED,
    line="#c9d1d8",
    empty="#f8f9fa",
    own="#f1f3f5",
)
# By night the brighter is the higher.
BY_NIGHT: Final = Palette(
    {
        "paper": Paint("#11181f", "#e6edf3", "#e6edf3"),
        "low": Paint("#173543", "#d3ecf6", "#5d97ad"),
        "substantial": Paint("#2a6f88", "#ffffff", "#4b93ad"),
        "high": Paint("#a5dcee", "#05202c", "#a5dcee"),
        "unknown": Paint("#26323b", "#e6edf3", "#8191a0"),
        "coming": Paint("#33290a", "#f5d98a", "#b08a2a"),
        "notice": Paint("#3d300a", "#ffe6a3", "#b08a2a"),
    },
    muted="#a3b2be",
    line="#34424e",
    empty="#18212a",
    own="#202b35",
)


def _variables(palette: Palette) -> str:
    parts = [
        f"--{name}: {paint.fill}; --{name}-ink: {paint.ink}; --{name}-edge: {paint.edge};"
        for name, paint in palette.paints.items()
    ]
    own = f"--muted: {palette.muted}; --line: {palette.line}; --empty: {palette.empty}; --own: {palette.own};"
    return " ".join([*parts, own])


_SURFACES: Final = "\n".join(
    f".{name} {{ background: var(--{name}); color: var(--{name}-ink); border-color: var(--{name}-edge); }}"
    for name in BY_DAY.paints
    if name != "paper"
)
_STYLE: Final = f"""
:root {{ color-scheme: light dark; {_variables(BY_DAY)} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(BY_NIGHT)} }} }}
* {{ box-sizing: border-box; }}
body {{ font: 16px/1.5 {FONT}; color: var(--paper-ink); background: var(--paper); }}
body {{ margin: 0 auto; max-width: 78rem; padding: 2rem; overflow-wrap: break-word; }}
:lang(th), :lang(lo), :lang(km), :lang(my) {{ line-height: 1.75; }}
h1 {{ font-size: 2rem; line-height: 1.25; margin: 0; }}
h2 {{ font-size: 1.4rem; margin: 3rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line); }}
h3 {{ font-size: 1rem; margin: 0 0 .25rem; }}
p {{ margin: .25rem 0 .75rem; }}
.muted, code, dd {{ color: var(--muted); }}
code {{ font-size: .8125rem; overflow-wrap: anywhere; }}
p.notice {{ padding: .5rem 1rem; font-weight: 600; border-width: 1px; border-style: solid; border-radius: 6px; }}
ul {{ list-style: none; margin: 0; padding: 0; }}
.legend {{ display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; font-size: .8125rem; }}
.legend {{ padding: .75rem 1rem; border: 1px solid var(--line); border-radius: 6px; }}
.legend li {{ display: flex; align-items: center; gap: .5rem; }}
.legend .whole {{ flex-basis: 100%; color: var(--muted); }}
.glance {{ display: grid; grid-template-columns: auto minmax(6rem, 22rem) 1fr; gap: .4rem 1rem; }}
.glance {{ align-items: center; margin-top: 1.5rem; font-size: .875rem; }}
.glance li {{ display: contents; }}
.bar {{ height: .875rem; border-radius: 3px; background: var(--unknown); }}
.bar span {{ display: block; height: 100%; border-radius: 3px; background: var(--high); }}
.beside {{ display: flex; flex-wrap: wrap; gap: 1.5rem 2.5rem; align-items: flex-start; }}
.map {{ overflow-x: auto; max-width: 100%; }}
.for {{ flex: 1 1 20rem; font-size: .9375rem; }}
dl {{ margin: 0; }}
dt {{ font-weight: 600; margin-top: .6rem; }}
dd {{ margin: 0; }}
table {{ border-collapse: collapse; font-size: .875rem; }}
caption {{ text-align: left; font-weight: 600; padding: .5rem 0; }}
.grid {{ border-collapse: separate; border-spacing: 3px; }}
.grid th {{ font-weight: 600; text-align: left; white-space: nowrap; padding: 0 .5rem 0 0; }}
.grid td {{ padding: 0; }}
.grid thead th {{ text-align: center; padding: 0; }}
.grid thead td {{ color: var(--muted); font-size: .6875rem; white-space: nowrap; padding: 0 .5rem 0 0; }}
.name {{ color: var(--muted); font-weight: 400; margin-left: .5rem; }}
.cell {{ display: flex; align-items: center; justify-content: center; gap: .25rem; width: 2.6rem; height: 2rem; }}
.cell {{ border: 1px solid transparent; border-radius: 4px; font-weight: 700; line-height: 1; position: relative; }}
{_SURFACES}
.cell.coming {{ border-style: dashed; }}
.cell.not {{ background: var(--empty); color: var(--muted); font-weight: 400; }}
.cell.itself {{ background: var(--own); color: var(--muted); font-weight: 400; }}
.limited::after {{ content: ""; position: absolute; top: 0; right: 0; border: .3rem solid currentColor; }}
.limited::after {{ border-bottom-color: transparent; border-left-color: transparent; border-top-right-radius: 2px; }}
.disc {{ width: .875rem; height: .875rem; flex: none; }}
.pairs {{ width: 100%; margin: .75rem 0; }}
.pairs th, .pairs td {{ text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; }}
.pairs tr {{ border-bottom: 1px solid var(--line); }}
.pairs tr.coming {{ background: none; color: inherit; font-style: italic; }}
.hidden {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }}
footer {{ margin-top: 3rem; font-size: .875rem; color: var(--muted); }}
@media (max-width: 44rem) {{
body {{ padding: 1rem; }}
h1 {{ font-size: 1.6rem; }}
.glance {{ grid-template-columns: 1fr; gap: .15rem; }}
.glance li > :last-child {{ margin-bottom: .75rem; }}
.grid {{ border-spacing: 1px; font-size: .75rem; }}
.grid .name, .grid thead td span {{ display: none; }}
.grid th, .grid thead td {{ padding-right: .2rem; }}
.cell {{ width: max(1.4rem, calc((100vw - 5.4rem) / var(--states))); height: 2.1rem; }}
.cell {{ flex-direction: column; gap: 1px; }}
.legend .cell {{ width: 2rem; flex: none; }}
.disc {{ width: .7rem; height: .7rem; }}
.limited::after {{ border-width: .2rem; }}
.pairs thead {{ position: absolute; clip-path: inset(50%); }}
.pairs tr {{ display: block; padding: .5rem 0; }}
.pairs th, .pairs td {{ display: flex; gap: .75rem; padding: .1rem 0; }}
.pairs td::before {{ content: attr(data-head); flex: 0 0 8rem; color: var(--muted); }}
}}
@media print {{ body {{ padding: 0; }} section, tr {{ break-inside: avoid; }} }}
""".strip()


def matrix_html(rows: Sequence[Row], *, about: About) -> str:
    """The rows of `matrix --json` as one page, a section for each kind of credential."""
    every, found, word = recognition_map.states(rows), recognition_map.maps(rows), about.texts.word
    source = f"<br>{safe(word('Registry'))}: {safe(about.source)}" if about.source else ""
    notice = f'<p class="notice">{safe(about.notice)}</p>' if about.notice else ""
    sections = "".join(_section(one, every, about) for one in found)
    nothing = f"<p>{safe(word('Nothing is recognised between these {count} states.', count=len(every)))}</p>"
    title = safe(word("Who recognises whom"))
    return f"""<!DOCTYPE html>
<html lang="{safe(about.texts.code)}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{_STYLE}
</style>
</head>
<body style="--states: {len(every)}">
<header>
<h1>{title}</h1>
<p class="muted">{safe(word("Digital credentials of one member state, relied on in another"))}</p>
<p>{safe(about.when)}{source}</p>
{notice}
</header>
<main>
{_legend(about)}
{_glance(found, about) if len(found) > 1 else ""}
{sections or nothing}
</main>
<footer>
<p>{safe(word(_DIRECTION))}</p>
{_draft(about)}
</footer>
</body>
</html>
"""


_DIRECTION: Final = "Recognition has a direction: that one state relies on another says nothing about the way back."


def _draft(about: About) -> str:
    """That the words are a translation nobody has reviewed, in it and in English."""
    if not about.texts.draft:
        return ""
    own = about.texts.word(DRAFT)
    return ("" if own == DRAFT else f"<p>{safe(own)}</p>") + f'<p lang="en">{safe(DRAFT)}</p>'


def _legend(about: About) -> str:
    word = about.texts.word
    drawn = [(_drawn(_sample(level=level)), word("at least {level}", level=word(level))) for level in LEVELS]
    drawn += [(_disc(name), name) for name in ENVIRONMENTS]
    drawn += [
        (_drawn(_sample(level="substantial", limited=True)), word("for the purposes named only")),
        (_drawn(_sample(decision=NOT_YET)), word("not in effect yet")),
        (_drawn(_sample(decision=NOT)), word("not recognised")),
        (_drawn(None), word("itself")),
    ]
    entries = "".join(f"<li>{sample}{safe(words)}</li>" for sample, words in drawn)
    reading = safe(word("A row is the relying state, a column the home state of the credential."))
    return f'<ul class="legend">{entries}<li class="whole">{reading}</li></ul>'


def _sample(level: str | None = None, decision: str = RECOGNISED, *, limited: bool = False) -> Cell:
    return Cell("", "", decision, level, None, limited, ())


def _glance(found: Sequence[Map], about: About) -> str:
    """The kinds of credentials one under the other, each with the share of pairs recognised."""
    lines = [
        f"<li><b>{safe(one.title(about))}</b>"
        f'<div class="bar"><span style="width: {100 * one.recognised / max(len(one.cells), 1):.1f}%"></span></div>'
        f"<span>{safe(about.counted(one))}</span></li>"
        for one in found
    ]
    return f'<ul class="glance">{"".join(lines)}</ul>'


def _section(one: Map, every: Sequence[str], about: About) -> str:
    title, types, word = one.title(about), ", ".join(one.types), about.texts.word
    named = f"<p><code>{safe(types)}</code></p>" if types != title else ""
    purposes = "".join(
        f"<dt>{safe(about.purpose(pairs.purpose))}</dt>"
        f"<dd>{safe(f'{about.terms(pairs)}: {listed(pairs.pairs)}', 4000)}</dd>"
        for pairs in recognition_map.by_purpose(one)
    )
    return f"""<section>
<h2>{safe(title)}</h2>
{named}
<p>{safe(about.counted(one))}</p>
<div class="beside">
<div class="map">{_grid(one, every, about)}</div>
<div class="for">
<h3>{safe(word("For what, and between whom"))}</h3>
<p class="muted">{safe(word("A ← B: A relies on credentials of B."))}</p>
<dl>{purposes}</dl>
</div>
</div>
{_pairs(one, about)}
</section>
"""


def _grid(one: Map, every: Sequence[str], about: About) -> str:
    """The map: a row relies, a column is the home state."""
    word = about.texts.word
    reading = safe(word("A row is the relying state, a column the home state of the credential."))
    corner = f"{safe(word('Relying state'))} ↓ &nbsp; {safe(word('Home state'))} →"
    heads = "".join(f'<th scope="col"{_titled(of, about)}>{safe(of)}</th>' for of in every)
    lines = []
    for by in every:
        cells = "".join(_cell(one.cells.get((by, of)), by, of, about) for of in every)
        name = f'<span class="name">{safe(about.states[by])}</span>' if by in about.states else ""
        lines.append(f'<tr><th scope="row">{safe(by)}{name}</th>{cells}</tr>')
    return (
        f'<table class="grid"><caption class="hidden">{safe(one.title(about))}. {reading}</caption>'
        f"<thead><tr><td><span>{corner}</span></td>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _titled(state: str, about: About) -> str:
    return f' title="{safe(about.states[state])}"' if state in about.states else ""


def _cell(cell: Cell | None, by: str, of: str, about: About) -> str:
    """One pair: drawn, and in words for who points at it or does not see it."""
    said = safe(about.cell(cell, by, of))
    short = about.texts.word("itself" if by == of else "not recognised")
    told = safe(short) if by == of or cell is None or cell.decision == NOT else said
    drawn = _drawn(None if by == of else cell or Cell(by, of, NOT, None, None, limited=False, statements=()))
    return f'<td title="{said}">{drawn}<span class="hidden">{told}</span></td>'


def _drawn(cell: Cell | None) -> str:
    """A cell as it looks; None is a state and itself."""
    if cell is None:
        return f'<span class="cell {ITSELF}" aria-hidden="true">╲</span>'
    if cell.decision == NOT:
        return '<span class="cell not" aria-hidden="true">·</span>'
    if cell.decision == NOT_YET:
        return '<span class="cell coming" aria-hidden="true">~</span>'
    level = cell.level if cell.level in LEVELS else "unknown"
    limited = " limited" if cell.limited else ""
    where = _disc(cell.environment) if cell.environment else ""
    return f'<span class="cell {level}{limited}" aria-hidden="true">{LEVELS.get(str(level), "–")}{where}</span>'


def _disc(environment: str) -> str:
    drawn = disc(environment, 7, 7, "currentColor")
    return f'<svg class="disc" viewBox="0 0 14 14" aria-hidden="true">{drawn}</svg>'


def _pairs(one: Map, about: About) -> str:
    """The map in words: one row for each statement; whoever is not in it does not recognise."""
    stated = [row for _, cell in sorted(one.cells.items()) for row in cell.statements if row["decision"] != NOT]
    if not stated:
        return ""
    names = ("Relying state", "Home state", "Purpose", "Least level", "Environment", "Arrangement", "In effect")
    heads = [safe(about.texts.word(name)) for name in names]
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    caption = about.texts.word("{kind}, pair by pair; no other pair is recognised", kind=one.title(about))
    lines = "".join(_line(row, heads, about) for row in stated)
    return (
        f'<table class="pairs"><caption>{safe(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    )


def _line(row: Row, heads: Sequence[str], about: About) -> str:
    by, of = (_state(str(row[side]), about) for side in ("by", "of"))
    coming = row["decision"] == NOT_YET
    effect = about.texts.word("not yet" if coming else "yes")
    told = (
        of,
        about.purpose(row["purpose"]),
        about.level(row["level"]),
        row["environment"],
        row["arrangement"],
        effect,
    )
    cells = "".join(f'<td data-head="{head}">{safe(value)}</td>' for head, value in zip(heads[1:], told, strict=True))
    return f'<tr{" class=coming" if coming else ""}><th scope="row">{safe(by)}</th>{cells}</tr>'


def _state(code: str, about: About) -> str:
    return f"{about.states[code]} ({code})" if code in about.states else code
