"""`defa-id name`: two names compared, one name looked over, and a name in the letters of travel documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from defa_id.cli import errors, options, terminal
from defa_id.errors import Fault, WrongUse

if TYPE_CHECKING:
    from defa_id.people.names import Name

_FILE = (
    "A NAME is a text; @FILE, holding a text or a name as in schemas/credentials; or - to read either. "
    "--lang is the name's language; the answer's is DEFA_ID_LANG."
)


@click.group("name")
def name() -> None:
    """Compare names, look over a name. What is shown are grades and reasons, never the name."""


@name.command("compare", epilog=_FILE)
@click.argument("one", metavar="NAME")
@click.argument("other", metavar="NAME")
@click.option("--lang", metavar="TAG", help="Language of the first name (BCP 47).")
@click.option("--other-lang", metavar="TAG", help="Language of the second name.")
@click.option("--state", metavar="XX", help="Whose customs the first name follows (ISO 3166-1 alpha-2).")
@click.option("--other-state", metavar="XX", help="Whose customs the second name follows.")
@options.json_option
def compare(
    one: str,
    other: str,
    lang: str | None,
    other_lang: str | None,
    state: str | None,
    other_state: str | None,
    as_json: bool,
) -> None:
    """Say how well two names agree, and why.

    Ends with 0 for exact and normalised, 1 for a conflict, 3 where somebody has to look.
    """
    from defa_id.people.grades import Grade
    from defa_id.people.matching import compare as compared

    match = compared(_name(one, lang, state), _name(other, other_lang, other_state))
    if as_json:
        terminal.write_json(match.to_dict())
    else:
        from defa_id.report.people import match_text

        terminal.write(match_text(match, terminal.style(), options.language(None)))
    if not match.sure:
        raise click.exceptions.Exit(errors.REJECTED if match.grade is Grade.CONFLICT else errors.UNDECIDED)


@name.command("check", epilog=_FILE)
@click.argument("text", metavar="NAME")
@click.option("--lang", metavar="TAG", help="Language of the name (BCP 47).")
@click.option("--state", metavar="XX", help="Whose customs it follows (ISO 3166-1 alpha-2).")
@options.json_option
def check(text: str, lang: str | None, state: str | None, as_json: bool) -> None:
    """Say what there is to weigh about one name: placeholders, encodings, hidden characters.

    Ends with 0 if it can be used, and 1 if a form of it cannot.
    """
    from defa_id.people.names import examine
    from defa_id.people.writing import REFUSED

    found = examine(_name(text, lang, state))
    if as_json:
        terminal.write_json([{"code": finding.code, "place": finding.place} for finding in found])
    else:
        from defa_id.report.people import findings_text

        terminal.write(findings_text(found, terminal.style(), options.language(None)))
    if any(finding.code in REFUSED for finding in found):
        raise click.exceptions.Exit(errors.REJECTED)


@name.command("field")
@click.argument("primary")
@click.argument("secondary", default="")
@click.option(
    "--positions", type=click.Choice(["30", "31", "39"]), default="39", help="Of TD1, TD2 or TD3; default 39."
)
def field(primary: str, secondary: str, positions: str) -> None:
    """Write a primary and a secondary identifier as the name field of a travel document (ICAO Doc 9303)."""
    from defa_id.people import icao

    try:
        terminal.write(icao.name_field(primary, secondary, int(positions)) + "\n")
    except Fault:
        raise WrongUse(
            "this cannot be written in the letters of a travel document",
            hint="Give a name in Latin letters; other scripts are romanised by their own rules first.",
            code="CFG_NAME",
        ) from None


def _name(given: str, lang: str | None, state: str | None) -> Name:
    """The name somebody gave on the command line. Raises `WrongUse` for a file that holds none."""
    from defa_id.codec import limits, strict_json
    from defa_id.files import read_input
    from defa_id.people.names import Name

    state = state.upper() if state else None
    if given != "-" and not given.startswith("@"):
        return Name.of(given, lang=lang, state=state)
    data = terminal.read(limits.INPUT_BYTES) if given == "-" else read_input(Path(given[1:]))
    try:
        if data.lstrip().startswith(b"{"):
            return Name.read(strict_json.load_object(data), state=state)
        return Name.of(data.decode("utf-8").strip("\r\n"), lang=lang, state=state)
    except UnicodeDecodeError:
        raise WrongUse("the name is not UTF-8", hint="Save the file as UTF-8.", code="CFG_NAME") from None
    except Fault as fault:
        raise WrongUse(
            f"the name cannot be read: {fault.code} {fault.why}".rstrip(),
            hint="Give a text, or an object with full and primary as in schemas/credentials.",
            code="CFG_NAME",
        ) from None
