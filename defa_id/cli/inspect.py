"""`defa-id inspect`: what is inside a credential, without judging it."""

from __future__ import annotations

import click

from defa_id.cli import options, terminal
from defa_id.cli.reading import item_of, opened, read


@click.command("inspect")
@click.argument("source", metavar="SOURCE")
@click.option("--format", "format_", metavar="NAME", help="Force a format instead of detecting it.")
@options.language_option
@options.json_option
def inspect(source: str, format_: str | None, lang: str | None, as_json: bool) -> None:
    """Show what is inside a credential: a file, or - for standard input.

    Nothing is checked and nothing is judged: whoever made the file decides what stands here.
    """
    import defa_id

    texts = options.language(lang)
    items = list(opened(item_of(source)))
    documents = [defa_id.inspect(read(item), format_).to_dict() for item in items]
    if as_json:
        named = [{"source": item.name, **one} for item, one in zip(items, documents, strict=True)]
        terminal.write_json(documents[0] if len(items) == 1 else named)
        return
    from defa_id.report.layout import shown
    from defa_id.report.unverified import unverified

    for item, document in zip(items, documents, strict=True):
        if len(items) > 1:
            terminal.write(f"── {shown(item.name, 200)} \n\n")
        terminal.write(unverified(document, terminal.style(), texts))
