"""`defa-id inspect`: what is inside a credential, without judging it."""

from __future__ import annotations

import click

from defa_id.cli import options, terminal
from defa_id.cli.reading import item_of, read


@click.command("inspect")
@click.argument("source", metavar="SOURCE")
@click.option("--format", "format_", metavar="NAME", help="Force a format instead of detecting it.")
@options.json_option
def inspect(source: str, format_: str | None, as_json: bool) -> None:
    """Show what is inside a credential: a file, or - for standard input.

    Nothing is checked and nothing is judged: whoever made the file decides what stands here.
    """
    import defa_id

    document = defa_id.inspect(read(item_of(source)), format_).to_dict()
    if as_json:
        terminal.write_json(document)
        return
    from defa_id.report.unverified import unverified

    terminal.write(unverified(document, terminal.style()))
