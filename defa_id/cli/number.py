"""`defa-id number`: how an identifying number looks, as a guard against slips of the pen."""

from __future__ import annotations

import click

from defa_id.cli import errors, options, terminal


@click.command("number")
@click.argument("scheme", required=False, metavar="[SCHEME]")
@click.argument("number", required=False, metavar="[NUMBER]")
@options.language_option
@options.json_option
def number(scheme: str | None, number: str | None, lang: str | None, as_json: bool) -> None:
    """Look at an identifying number (- reads it from standard input); without one, list the schemes.

    A check character is no evidence of anything but careful typing. Ends with 0 for ok, 1 for
    suspicious, 3 for cannot-tell. The number is never shown.
    """
    from defa_id.people import numbers
    from defa_id.report import people as report

    texts = options.language(lang)
    if scheme is None or number is None:
        listed = [kind for kind in numbers.SCHEMES.values() if scheme is None or kind == numbers.scheme(scheme)]
        if as_json:
            terminal.write_json([{"scheme": kind.id, "state": kind.state, "title": kind.title} for kind in listed])
        else:
            terminal.write(report.schemes_text(listed, terminal.style(), texts))
        return
    if number == "-":
        from defa_id.codec import limits

        number = terminal.read(limits.INPUT_BYTES).decode("utf-8", "replace").strip("\r\n")
    found = numbers.check(scheme, number)
    if as_json:
        terminal.write_json(found.to_dict())
    else:
        terminal.write(report.number_text(found, numbers.scheme(scheme), terminal.style(), texts))
    if found.standing is not numbers.Standing.OK:
        suspicious = found.standing is numbers.Standing.SUSPICIOUS
        raise click.exceptions.Exit(errors.REJECTED if suspicious else errors.UNDECIDED)
