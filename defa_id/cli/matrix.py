"""`defa-id matrix`: who recognises whom, at which level, in which environment."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from defa_id.cli import options, terminal

_FILE: Final = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.command("matrix")
@click.option("--type", "type_", metavar="TYPE", help="Only this credential type, as it stands in the credential.")
@click.option("--purpose", metavar="NAME", help="Only what holds for this purpose.")
@options.time_options
@options.registry_options
@click.option("--svg", metavar="FILE", type=_FILE, help="Draw it: one SVG file, complete in itself; - for here.")
@click.option("--html", metavar="FILE", type=_FILE, help="A page with the maps and the same in tables; - for here.")
@options.language_option
@options.json_option
def matrix(
    type_: str | None,
    purpose: str | None,
    at: str | None,
    known_at: str | None,
    registry: str | None,
    root: str | None,
    svg: Path | None,
    html: Path | None,
    lang: str | None,
    as_json: bool,
) -> None:
    """Show who recognises whom, at which level, in which environment.

    Recognition has a direction: that one state relies on another says nothing about the way back.
    """
    from defa_id import files
    from defa_id.report import recognition_map
    from defa_id.trust import recognition

    texts = options.language(lang)
    now = options.now()
    moment = options.moment(at, "--at") or now
    known = options.moment(known_at, "--known-at")
    opened = files.open_registry(registry, root=root, memory=None, now=now)
    rows = recognition.matrix(opened, at=moment, known_at=known, type=type_, purpose=purpose)
    if as_json:
        terminal.write_json(rows)
        if svg is None and html is None:
            return
    about = recognition_map.about(opened, at=moment, known_at=known, texts=texts)
    if svg is not None:
        from defa_id.report.matrix_svg import matrix_svg

        _write(svg, matrix_svg(rows, about=about))
    if html is not None:
        from defa_id.report.matrix_html import matrix_html

        _write(html, matrix_html(rows, about=about))
    if svg is None and html is None:
        from defa_id.report.matrix import matrix_text

        terminal.write(matrix_text(rows, terminal.style(), about=about))


def _write(where: Path, text: str) -> None:
    """Raises `OSError` if the file cannot be written; then the old one stands."""
    if str(where) == "-":
        terminal.write_utf8(text)
        return
    from defa_id import disk

    disk.write(where, text.encode())
    terminal.say(f"written: {terminal.named(where)}")
