"""`defa-id matrix`: who recognises whom, at which level, in which environment."""

from __future__ import annotations

import click

from defa_id.cli import options, terminal


@click.command("matrix")
@click.option("--type", "type_", metavar="TYPE", help="Only this credential type, as it stands in the credential.")
@click.option("--purpose", metavar="NAME", help="Only what holds for this purpose.")
@options.time_options
@options.registry_options
@options.json_option
def matrix(
    type_: str | None,
    purpose: str | None,
    at: str | None,
    known_at: str | None,
    registry: str | None,
    root: str | None,
    as_json: bool,
) -> None:
    """Show who recognises whom, at which level, in which environment.

    Recognition has a direction: that one state relies on another says nothing about the way back.
    """
    from defa_id import files
    from defa_id.codec import times
    from defa_id.trust import recognition

    now = options.now()
    moment = options.moment(at, "--at") or now
    known = options.moment(known_at, "--known-at")
    opened = files.open_registry(registry, root=root, memory=None, now=now)
    rows = recognition.matrix(opened, at=moment, known_at=known, type=type_, purpose=purpose)
    if as_json:
        terminal.write_json(rows)
        return
    from defa_id.report.matrix import matrix_text

    shown = matrix_text(rows, terminal.style(), at=times.show(moment), known_at=times.show(known) if known else None)
    terminal.write(shown)
