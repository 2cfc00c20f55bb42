"""`defa-id registry lint`: every rule of a registry, held against its sources."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from defa_id.cli import options, terminal

_FILE: Final = click.Path(path_type=Path)


@click.command("lint")
@click.option("--dir", "directory", metavar="DIR", type=_FILE, required=True, help="The registry's sources.")
@options.json_option
@click.pass_context
def lint(ctx: click.Context, directory: Path, as_json: bool) -> None:
    """Check the sources against every rule. Errors (exit code 2) may not be published; warnings may.

    Each finding names the file and the place in it, the rule, and the way out.
    """
    from defa_id.cli.errors import WRONG_USE
    from defa_id.operator import lint as rules
    from defa_id.operator.tree import load
    from defa_id.report.layout import Layout, shown

    findings = rules.lint(load(directory))
    errors = sum(found.level == rules.ERROR for found in findings)
    if as_json:
        terminal.write_json([found._asdict() for found in findings])
    else:
        page = Layout(terminal.style())
        page.line(f"errors: {errors}, warnings: {len(findings) - errors}")
        for found in findings:
            hue = "red" if found.level == rules.ERROR else "yellow"
            page.blank()
            page.paragraph(shown(f"{found.level}: {found.where}: {found.message}"), deep=0, hang=2, hue=hue)
            page.paragraph(shown(f"{found.rule}, at {found.file}#{found.pointer}"))
            page.paragraph(shown(found.remedy))
        terminal.write(page.text)
    if errors:
        ctx.exit(WRONG_USE)
