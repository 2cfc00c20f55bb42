"""`defa-id types`: the credential types, claims held against them, and the way to other standards and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from defa_id.cli import options, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from defa_id.report.layout import Layout
    from defa_id.types import Conversion, Definition, Field, Finding


@click.group("types", invoke_without_command=True)
@click.pass_context
def types(ctx: click.Context) -> None:
    """Show credential types, check claims against them, carry claims to other standards and back."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_types, as_json=False)


@types.command("list")
@options.json_option
def list_types(as_json: bool) -> None:
    """List the credential types and the standards they go to."""
    from defa_id import types as known

    families, standards = known.families(), known.standards()
    if as_json:
        terminal.write_json([_described(one) for one in families.values()])
        return
    from defa_id.report.layout import Layout

    layout = Layout(terminal.style())
    layout.heading("Credential types")
    _rows(layout, {one.name: f"{one.title}, of a {one.subject} person" for one in families.values()})
    layout.heading("Other standards they go to and come from")
    _rows(layout, {name: f"{standards[name].title}, {standards[name].version}" for name in known.convertible()})
    terminal.write(layout.text)


@types.command("show")
@click.argument("name", metavar="TYPE")
@options.json_option
def show(name: str, as_json: bool) -> None:
    """Show one type: what it is called in each format, and its fields. TYPE is its name or any of these."""
    from defa_id import types as known

    one = known.family(name)
    if as_json:
        terminal.write_json(_described(one))
        return
    from defa_id.report.layout import Layout

    layout = Layout(terminal.style())
    layout.heading(one.title)
    layout.paragraph(one.description)
    layout.heading("Called")
    _rows(layout, dict(one.types()))
    layout.heading("Fields")
    _rows(layout, {field.name: _field(field) for field in one.fields})
    layout.heading("Other standards")
    layout.paragraph(", ".join(name for name in one.crosswalks if name in known.convertible()) or "none yet")
    terminal.write(layout.text)


@types.command("convert")
@click.argument("source", metavar="CLAIMS")
@click.option(
    "--from", "source_type", metavar="NAME", required=True, help="What the claims are of: a type or a standard."
)
@click.option("--to", "target_type", metavar="NAME", required=True, help="What they are to be: a standard or a type.")
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the claims here, and the rest to the screen."
)
@options.json_option
def convert(source: str, source_type: str, target_type: str, out: Path | None, as_json: bool) -> None:
    """Carry claims from a type of ours to another standard, or back, and say what does not come along.

    CLAIMS is a JSON file, or - for standard input. The claims go to standard output, what was lost and
    what is missing there to standard error; with --json everything is one document.
    """
    from defa_id import types as known

    made = known.convert(_claims(source), source=source_type, target=target_type)
    if as_json:
        terminal.write_json(_document(made))
        return
    if out:
        from defa_id import disk
        from defa_id.operator import storage

        disk.write(out, storage.pretty(made.claims))
    else:
        terminal.write_json(made.claims)
    for text in _told(made):
        terminal.say(text)


@types.command("check")
@click.argument("source", metavar="CLAIMS")
@click.option("--type", "type_", metavar="TYPE", required=True, help="The type the claims are of.")
@options.json_option
@click.pass_context
def check(ctx: click.Context, source: str, type_: str, as_json: bool) -> None:
    """Hold claims against their type: exit 0 if they fit, 1 if they do not.

    Also named is what fits and should be looked at: placeholders, another encoding than Unicode,
    one name repeated as two. No value is shown.
    """
    from defa_id import types as known

    found = known.check(_claims(source), type_)
    if as_json:
        terminal.write_json([one._asdict() for one in found])
    else:
        terminal.write("".join(_line(one) for one in found) or "They fit.\n")
    ctx.exit(1 if any(one.refused for one in found) else 0)


def _rows(layout: Layout, rows: Mapping[str, str]) -> None:
    room = max(map(len, rows)) + 2
    for name, text in rows.items():
        layout.entry("·", text, term=name, room=room)


def _field(field: Field) -> str:
    notes = [field.label]
    notes += ["required"] if field.required else []
    notes += [f"up to {field.many[1]}"] if field.many else []
    notes += [f"sensitive: {field.sensitive}"] if field.sensitive else []
    return ", ".join(notes)


def _claims(source: str) -> dict[str, Any]:
    from defa_id.cli.reading import item_of, read
    from defa_id.codec import strict_json
    from defa_id.errors import Fault, WrongUse

    try:
        return strict_json.load_object(read(item_of(source)))
    except Fault as fault:
        raise WrongUse(f"the claims cannot be read: {fault.why or fault.code}", hint="Give one JSON object.") from None


def _described(one: Definition) -> dict[str, Any]:
    from defa_id.types import convertible

    return {
        "name": one.name,
        "uri": one.uri,
        "title": one.title,
        "subject": one.subject,
        "status": "retired" if one.retired else "current",
        "maturity": one.maturity or "established",
        "types": dict(one.types()),
        "fields": [{"name": field.name, "label": field.label, "required": field.required} for field in one.fields],
        "standards": [standard for standard in one.crosswalks if standard in convertible()],
    }


def _document(made: Conversion) -> dict[str, Any]:
    lost = [one._asdict() for one in made.lost]
    return {"claims": made.claims, "lost": lost, "missing": list(made.missing), "notes": list(made.notes)}


def _told(made: Conversion) -> list[str]:
    lost = [f"lost: {one.path}: {one.why}" for one in made.lost]
    return [*lost, *(f"missing: {one}" for one in made.missing), *(f"note: {one}" for one in made.notes)]


def _line(one: Finding) -> str:
    return f"{'refused' if one.refused else 'look at'}  {one.place or 'the claims'}: {one.why} ({one.code})\n"
