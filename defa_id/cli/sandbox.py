"""`defa-id sandbox`: a registry of one's own, for trials."""

from __future__ import annotations

from pathlib import Path

import click

from defa_id.cli import options, terminal


@click.group("sandbox")
def sandbox() -> None:
    """Make a complete demo registry of your own, with keys nobody else has."""


@sandbox.command("new")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@options.json_option
def new(directory: Path, as_json: bool) -> None:
    """Make a demo registry in DIR: eleven states, their roles and keys, signed and published.

    DIR must be empty or not exist yet. What is in it is synthetic; the keys are yours, and marked demo.
    """
    from defa_id.codec import times
    from defa_id.operator import sandbox as making

    terminal.progress("making a hundred keys, signing and publishing")
    publication = making.new(directory, options.now())
    if as_json:
        terminal.write_json(
            {
                "directory": str(directory),
                "published": str(publication.path),
                "version": publication.version,
                "expires": times.show(publication.expires),
            }
        )
        return
    here, place = terminal.named(directory), terminal.named(publication.path)
    terminal.write(
        f"A demo registry is in {here}, published until {times.show(publication.expires)}.\n\n"
        f"  list an issuer   defa-id registry add-issuer --dir {here} --state SG --new-key ...\n"
        f"  publish changes  defa-id registry publish --dir {here} --demo-sign\n"
        f"  issue            defa-id issue --dir {here} --state SG ...\n"
        f"  verify           defa-id verify FILE --for TH --registry {place}\n"
    )
