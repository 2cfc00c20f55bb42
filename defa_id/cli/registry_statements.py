"""`defa-id registry arrange | statement`: what one state says alone of its reliance on others."""

from __future__ import annotations

from pathlib import Path

import click

from defa_id.cli import editing, options


@click.command("arrange")
@click.argument("file", metavar="FILE", type=editing.FILE)
@editing.dir_option
@editing.state_option
@options.json_option
def arrange(file: Path, directory: Path, state: str, as_json: bool) -> None:
    """Put an arrangement of several states on one state's record.

    FILE is the arrangement as JSON: every party puts the very same text on its own record, and between two of
    them it holds once both have. A state that joins later does the same.
    """
    from defa_id.operator import stating, storage

    data = storage.read_bytes(file)
    editing.change(directory, (state,), lambda tree, now: stating.accede(tree, state, data, now), as_json)


@click.command("statement")
@editing.dir_option
@editing.state_option
@click.option("--id", "id_", metavar="ID", required=True, help="The recognition or arrangement, as the state has it.")
@click.option(
    "--status", type=click.Choice(("suspended", "in_force", "ended")), required=True, help="What becomes of it."
)
@click.option("--effective", metavar="TIME", help="From when (RFC 3339), past or future; default: now.")
@click.option("--reason", metavar="TEXT", default="", help="Why, for everybody to read.")
@options.json_option
def statement(
    directory: Path, state: str, id_: str, status: str, effective: str | None, reason: str, as_json: bool
) -> None:
    """Suspend, resume or end a recognition or an arrangement, for one state alone.

    Nobody else is asked. What a state suspends of an arrangement does not hold between it and the others, and
    between those it holds as before.
    """
    from defa_id.operator import stating

    moment = options.moment(effective, "--effective") or options.now()
    why = options.visible(reason, "the reason")
    editing.change(
        directory,
        (state,),
        lambda tree, now: stating.mark(tree, state, id_, status, moment, why, now),
        as_json,
    )
