"""`defa-id languages`: which languages the texts are in, how much of each, and files for translators."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from defa_id.cli import options, terminal
from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from defa_id.languages.coverage import Coverage

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command("languages")
@click.option("--missing", metavar="CODE", help="List the texts of this language that are missing or have changed.")
@click.option("--new", metavar="CODE", help="Begin a language: write an empty CODE.po into --folder.")
@click.option("--name", metavar="NAME", help="What speakers call the language; with --new.")
@click.option("--refresh", is_flag=True, help="Bring the files of --folder up to the English of this version.")
@click.option("--folder", metavar="DIR", type=_FOLDER, help="A folder of translations; DEFA_ID_LANGUAGES names yours.")
@options.json_option
def languages(
    missing: str | None, new: str | None, name: str | None, refresh: bool, folder: Path | None, as_json: bool
) -> None:
    """Show which languages the texts are in, and how far each has come.

    What is missing, or whose English has changed since, is shown in English.
    """
    if new is not None or refresh:
        if folder is None:
            raise WrongUse("no folder is named to write to", hint="Name it with --folder DIR.")
        _begin(folder, new, name) if new is not None else _refresh(folder)
        return
    found = _found(folder)
    if missing is not None:
        found = [one for one in found if one.code == missing]
        if not found:
            raise WrongUse(
                "there is no translation into that language", hint="See: defa-id languages.", code="CFG_LANG"
            )
    if as_json:
        terminal.write_json([_row(one) for one in found])
    elif missing is not None:
        _list(found[0])
    else:
        _show(found)


def _found(folder: Path | None) -> list[Coverage]:
    from defa_id import languages
    from defa_id.languages.coverage import coverage

    folders = [folder] if folder else options.language_folders()
    known = sorted(languages.known(*folders).items())
    return [coverage(code, languages.opened(path)) for code, path in known if path is not None]


def _row(one: Coverage) -> dict[str, Any]:
    return {
        "language": one.code,
        "name": one.name,
        "review": "draft" if one.draft else "reviewed",
        "texts": one.total,
        "translated": one.translated,
        "missing": [source._asdict() for source in one.missing],
        "outdated": [source._asdict() for source in one.outdated],
    }


def _show(found: list[Coverage]) -> None:
    from defa_id.report.layout import shown
    from defa_id.report.width import pad

    total = found[0].total if found else 0
    terminal.write(f"en   {pad('English', 20)} {total} texts\n")
    for one in found:
        review = "draft, unreviewed" if one.draft else "reviewed"
        changed = f", {len(one.outdated)} changed in English since" if one.outdated else ""
        terminal.write(
            f"{one.code:<4} {pad(shown(one.name, 20), 20)} {one.translated} of {one.total} texts{changed}; {review}\n"
        )


def _list(one: Coverage) -> None:
    for kind, rows in (("missing", one.missing), ("changed", one.outdated)):
        for source in rows:
            terminal.write(f"{kind}  {source.context}: {source.english}\n")


def _begin(folder: Path, code: str, name: str | None) -> None:
    from defa_id import disk, languages
    from defa_id.languages import coverage, po

    if not re.fullmatch(languages.CODE, code) or code == "en" or name is None:
        raise WrongUse("a language needs its code and its name", hint="For example --new lo --name ລາວ.")
    path = folder / f"{code}.po"
    if path.exists():
        raise WrongUse("there is a file of that name", hint="Bring it up to date with --refresh.")
    disk.create(path, po.write(coverage.begun(code, options.visible(name, "the name"))))
    terminal.say(f"written: {terminal.named(path)}")


def _refresh(folder: Path) -> None:
    from defa_id import disk, languages
    from defa_id.languages import coverage, po

    for path in languages.files_in(folder):
        file = languages.opened(path)
        new = coverage.refreshed(file)
        if new != file:
            disk.write(path, po.write(new))
            terminal.say(f"written: {terminal.named(path)}")
