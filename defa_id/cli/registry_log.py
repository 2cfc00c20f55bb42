"""`defa-id registry log`: what was published when."""

from __future__ import annotations

from pathlib import Path

import click

from defa_id.cli import editing, options, registry_agreeing, terminal


@click.command("log")
@click.argument("state", metavar="XX")
@editing.dir_option
@options.json_option
def log(state: str, directory: Path, as_json: bool) -> None:
    """Say what a state published when: each version that this folder keeps, and what it changed, in words.

    What stands now is checked as every reader does; earlier versions are told as they are kept here.
    """
    from defa_id.operator import chronicle

    found = chronicle.entries(registry_agreeing.verified(directory, None, options.now()), state)
    if as_json:
        terminal.write_json([entry.to_dict() for entry in found])
        return
    terminal.write(chronicle.text(found, terminal.style()))
