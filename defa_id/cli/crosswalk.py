"""`defa-id crosswalk`: levels of other frameworks, as somebody reads them on the reference ladder."""

from __future__ import annotations

import click

from defa_id.cli import options, terminal


@click.command("crosswalk")
@click.argument("framework", required=False, metavar="[FRAMEWORK")
@click.argument("version", required=False, metavar="[VERSION")
@click.argument("level", required=False, metavar="[LEVEL]]]")
@options.registry_options
@options.json_option
def crosswalk(
    framework: str | None,
    version: str | None,
    level: str | None,
    registry: str | None,
    root: str | None,
    as_json: bool,
) -> None:
    """Show how levels of other frameworks are read here, by whom, and on what it rests.

    The readings are the vocabulary's of a registry. The version is part of the name: IAL1 of NIST SP 800-63
    meant no proofing in revision 3 and means proofing in revision 4.
    """
    from defa_id import files
    from defa_id.report import crosswalk as report

    opened = files.open_registry(registry, root=root, memory=None, now=options.now())
    named = [name for name in (framework, version, level) if name is not None]
    found = report.select(opened.vocabulary.get("mappings", ()), named)
    if as_json:
        terminal.write_json([dict(one) for one in found])
    else:
        terminal.write(report.crosswalk_text(found, terminal.style()))
