"""Who recognises whom, as one HTML page: the maps, the same in tables, and nothing that is fetched or runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from defa_id.report import recognition_map
from defa_id.report.matrix_svg import COMING, FONT, MUTED, NOTICE, PAPER, glance, grid, legend, listed, safe, terms
from defa_id.report.recognition_map import NOT, NOT_YET, About, Map, Pairs, Row

_STYLE: Final = f"""
:root {{ color-scheme: light; }}
body {{ font: 16px/1.5 {FONT}; color: {PAPER.ink}; background: {PAPER.fill}; }}
body {{ margin: 0 auto; max-width: 76rem; padding: 2rem; }}
h1 {{ font-size: 2rem; line-height: 1.2; margin: 0; }}
h2 {{ font-size: 1.4rem; margin: 3rem 0 0; padding-top: 1.25rem; border-top: 1px solid #c9d1d8; }}
h3 {{ font-size: 1rem; margin: 0 0 .5rem; }}
p {{ margin: .25rem 0 .75rem; }}
.muted, code {{ color: {MUTED}; }}
code {{ font-size: .8125rem; overflow-wrap: anywhere; }}
.notice {{ background: {NOTICE.fill}; color: {NOTICE.ink}; border: 1px solid {NOTICE.edge}; border-radius: 6px; }}
.notice {{ padding: .5rem 1rem; font-weight: 600; }}
.beside {{ display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; align-items: flex-start; }}
figure {{ margin: 0; overflow-x: auto; max-width: 100%; }}
.for {{ flex: 1 1 20rem; font-size: .9375rem; }}
dl {{ margin: 0; }}
dt {{ font-weight: 600; margin-top: .6rem; }}
dd {{ margin: 0; color: {MUTED}; }}
table {{ border-collapse: collapse; width: 100%; font-size: .875rem; margin: .5rem 0; }}
caption {{ text-align: left; font-weight: 600; padding: .5rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #c9d1d8; }}
.id {{ white-space: nowrap; }}
figure + figure {{ margin-top: 1.5rem; }}
.coming {{ background: {COMING.fill}; color: {COMING.ink}; }}
footer {{ margin-top: 3rem; font-size: .875rem; color: {MUTED}; }}
@media print {{ body {{ padding: 0; }} section {{ break-inside: avoid; }} }}
""".strip()


def matrix_html(rows: Sequence[Row], *, about: About) -> str:
    """The rows of `matrix --json` as one page, a section for each kind of credential."""
    every, found = recognition_map.states(rows), recognition_map.maps(rows)
    drawn, high = legend()
    source = f"<br>Registry {safe(about.source)}" if about.source else ""
    notice = f'<p class="notice">{safe(about.notice)}</p>' if about.notice else ""
    overview = ""
    if len(found) > 1:
        bars, height = glance(found, about)
        told = "; ".join(f"{one.title(about)}: {one.counted}" for one in found)
        overview = f"<figure>{_svg(bars, 900, height, 'glance', 'Share of pairs recognised, by kind', told)}</figure>"
    sections = "".join(_section(one, every, about, number) for number, one in enumerate(found, 1))
    nothing = f"<p>Nothing is recognised between these {len(every)} states.</p>"
    return f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Who recognises whom, {safe(about.moment)}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<header>
<h1>Who recognises whom</h1>
<p class="muted">Digital credentials of one member state, relied on in another</p>
<p>As of {safe(about.moment)}, {safe(about.knowledge)}{source}</p>
{notice}
</header>
<main>
<figure>{_svg(drawn, 1100, high - 24, "legend", "How to read the maps", _READING)}</figure>
{overview}
{sections or nothing}
</main>
<footer>Recognition has a direction: that one state relies on another says nothing about the way back, and nothing
about the people who hold the credentials.</footer>
</body>
</html>
"""


_READING: Final = (
    "In each cell a letter for the least level: L low, S substantial, H high, the darker the higher; and a disc for "
    "the environment: dotted for demo, a quarter for sandbox, a half for pilot, full for live. A corner means that it "
    "holds for the purposes named only; a tilde, not in effect yet; a dot, not recognised."
)


def _section(one: Map, every: Sequence[str], about: About, number: int) -> str:
    title, types = one.title(about), ", ".join(one.types)
    picture, wide, high = grid(one, every, about)
    told = f"{one.counted}. A row relies, a column is the home state; the table below says the same in words."
    named = f"<code>{safe(types)}</code>" if types != title else ""
    purposes = "".join(_purpose(pairs, about) for pairs in recognition_map.by_purpose(one))
    return f"""<section>
<h2>{safe(title)}</h2>
<p>{named}</p>
<p>{safe(one.counted)}</p>
<div class="beside">
<figure>{_svg(picture, wide, high, f"map-{number}", f"{title}: who recognises whom", told)}</figure>
<div class="for">
<h3>For what, and between whom</h3>
<p class="muted">A of B: A relies on credentials of B</p>
<dl>{purposes}</dl>
</div>
</div>
{_table(one, about)}
</section>
"""


def _purpose(pairs: Pairs, about: About) -> str:
    said = f"{terms(pairs)}: {listed(pairs.pairs)}"
    return f"<dt>{safe(about.purpose(pairs.purpose))}</dt><dd>{safe(said, 4000)}</dd>"


def _table(one: Map, about: About) -> str:
    """The map in words: one row for each statement; whoever is not in it does not recognise."""
    lines = [
        _line(row, about) for _, cell in sorted(one.cells.items()) for row in cell.statements if row["decision"] != NOT
    ]
    if not lines:
        return ""
    heads = ("Relying state", "Home state", "Purpose", "Least level", "Environment", "Under", "In effect")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return (
        f"<table><caption>{safe(one.title(about))}, pair by pair; no other pair is recognised</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _line(row: Row, about: About) -> str:
    by, of = (_state(str(row[side]), about) for side in ("by", "of"))
    coming = row["decision"] == NOT_YET
    told = (of, about.purpose(row.get("purpose")), row["level"], row["environment"])
    cells = "".join(f"<td>{safe(value)}</td>" for value in told)
    cells += f"<td class=id>{safe(row['arrangement'])}</td><td>{'not yet' if coming else 'yes'}</td>"
    return f'<tr{" class=coming" if coming else ""}><th scope="row">{safe(by)}</th>{cells}</tr>'


def _state(code: str, about: About) -> str:
    return f"{about.states[code]} ({code})" if code in about.states else code


def _svg(drawn: str, width: int, height: int, id: str, title: str, told: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="{id}-title {id}-told"><title id="{id}-title">{safe(title)}</title>'
        f'<desc id="{id}-told">{safe(told)}</desc>{drawn}</svg>'
    )
