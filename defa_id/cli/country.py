"""`defa-id country`: what is known about a member state, with sources and confidence."""

from __future__ import annotations

import click

from defa_id.cli import options, terminal


@click.command("country")
@click.argument("state", required=False, metavar="[STATE]")
@options.language_option
@options.json_option
def country(state: str | None, lang: str | None, as_json: bool) -> None:
    """Show what is known about a member state (ISO 3166-1 alpha-2); without one, list them.

    Every fact says where it was read, when, and how sure it is. Nothing here is a statement of that
    state, and nothing here decides about a credential.
    """
    from defa_id import files
    from defa_id.report import country as report

    texts = options.language(lang)
    if state is None:
        packs = [files.country_pack(code) for code in files.country_codes()]
        if as_json:
            terminal.write_json([pack.to_dict() for pack in packs])
        else:
            terminal.write(report.countries_text(packs, terminal.style(), texts))
        return
    pack = files.country_pack(state.upper())
    if as_json:
        terminal.write_json(pack.to_dict())
    else:
        terminal.write(report.country_text(pack, terminal.style(), texts))
