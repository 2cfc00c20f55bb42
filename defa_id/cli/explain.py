"""`defa-id explain`: what a check asks, what a reason means, and what to do about it."""

from __future__ import annotations

import click

from defa_id.cli import errors, options, terminal


@click.command("explain")
@click.argument("name", required=False, metavar="[CHECK_OR_CODE]")
@options.json_option
@options.language_option
def explain(name: str | None, as_json: bool, lang: str | None) -> None:
    """Explain a check (proof.signature) or a reason code (JOSE_SIGNATURE); without one, list them all."""
    from defa_id.catalogue import CATALOGUE
    from defa_id.report import explanation

    texts = options.language(lang)
    if name is None:
        if as_json:
            terminal.write_json(explanation.listing(texts))
        else:
            terminal.write(explanation.listing_text(terminal.style(), texts))
        return
    found = explanation.find(name)
    if found is None:
        raise errors.NoSuchName("check or reason", name, [*CATALOGUE.checks, *CATALOGUE.reasons])
    if as_json:
        terminal.write_json(explanation.document(found, texts))
    else:
        terminal.write(explanation.text(found, terminal.style(), texts))
