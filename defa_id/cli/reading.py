"""What a command line names as its sources, one thing at a time, and reading each no further than needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from defa_id.cli import terminal
from defa_id.codec.text import printable
from defa_id.errors import DefaIdError, ExtraMissing, WrongUse
from defa_id.values import NamedTuple

STDIN: Final = "-"


class Item(NamedTuple):
    """One thing to read: what to call it, where it is (None: standard input), or why it cannot be read;
    `data` once it is read."""

    name: str
    path: Path | None
    problem: DefaIdError | None = None
    data: bytes | None = None


def items_of(sources: Iterable[str]) -> Iterator[Item]:
    """The sources one by one, each directory as its visible files in the order of their names."""
    for name in sources:
        if name != STDIN and Path(name).is_dir():
            yield from _files_of(Path(name))
        else:
            yield item_of(name)


def item_of(source: str) -> Item:
    """A source that is one thing: a file, or standard input."""
    return Item(source, None if source == STDIN else Path(source))


def opened(item: Item) -> Iterator[Item]:
    """What is to be judged in an item, read: itself, or each thing it wraps (`defa_id.intake`)."""
    from defa_id import intake

    try:
        found = intake.pieces(read(item))
    except (WrongUse, ExtraMissing) as error:
        yield item._replace(problem=error)
        return
    for label, data in found:
        yield item._replace(name=f"{item.name} ({label})" if label else item.name, data=data)


def read(item: Item) -> bytes:
    """At most one byte more than a verifier takes, of a picture more: that it is too much is for others to say.

    Raises `WrongUse` if it cannot be read.
    """
    from defa_id.codec import limits
    from defa_id.files import read_input

    if item.problem:
        raise item.problem
    if item.data is not None:
        return item.data
    data = terminal.read(limits.INPUT_BYTES + 1) if item.path is None else read_input(item.path)
    if len(data) <= limits.INPUT_BYTES:
        return data
    from defa_id.answers.document import size_limit
    from defa_id.intake.pictures import kind_of

    limit = limits.PICTURE_BYTES if kind_of(data) is not None else size_limit(data)
    if limit == limits.INPUT_BYTES:
        return data
    return data + terminal.read(limit + 1 - len(data)) if item.path is None else read_input(item.path, limit)


def _files_of(folder: Path) -> Iterator[Item]:
    try:
        found = sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.is_file())
    except OSError as error:
        yield Item(str(folder), folder, _unusable(folder, error.strerror or "cannot be read"))
        return
    if not found:
        yield Item(str(folder), folder, _unusable(folder, "there is no file in it"))
    for path in found:
        yield Item(str(path), path)


def _unusable(folder: Path, why: str) -> WrongUse:
    return WrongUse(f"{printable(str(folder), 200)}: {why}", hint="Name files, or a folder that holds some.")
