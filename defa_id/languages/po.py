"""Translations as gettext keeps them: `.po` files, read strictly and written back so that only what changed differs.

Read is the part of the format that is used here: a context, an English text and its translation for each entry,
comments and flags. Plural forms and obsolete entries are refused rather than half understood.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from defa_id.codec.text import printable
from defa_id.errors import WrongUse
from defa_id.values import NamedTuple

_LINE: Final = re.compile(r'(?:(msgctxt|msgid|msgstr) )?"((?:[^"\\]|\\["\\nt])*)"')
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
_ESCAPED: Final = re.compile(r"\\(.)")
_PLAIN: Final = {"n": "\n", "t": "\t"}
_ORDER: Final = ("msgctxt", "msgid", "msgstr")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Entry(NamedTuple):
    """One text. `fuzzy`: the English changed since; `previous` is what it was. `remarks`: a translator's comments."""

    context: str
    english: str
    text: str
    fuzzy: bool = False
    previous: str = ""
    remarks: tuple[str, ...] = ()


class File(NamedTuple):
    """One language: the comments above the header, the header's fields, the entries in their order."""

    preface: tuple[str, ...]
    header: Mapping[str, str]
    entries: tuple[Entry, ...]


def read(data: bytes, name: str) -> File:
    """The content of a `.po` file. `name` is said where it is wrong.

    Raises `WrongUse` for what is not this part of the format, for an entry given twice, and for a translation that
    must not be shown: other placeholders than the English, invisible characters, or letters not in form C.
    """
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise _wrong(name, 0, "it is not UTF-8") from None
    first, *rest = _blocks(lines, name) or [_Block(1)]
    if first.parts.get("msgid") != "" or "msgctxt" in first.parts:
        raise _wrong(name, first.line, "a header with an empty msgid comes first")
    fields = [line.partition(": ") for line in first.parts["msgstr"].split("\n") if line]
    entries = [_entry(block, name) for block in rest]
    seen: set[tuple[str, str]] = set()
    for block, entry in zip(rest, entries, strict=True):
        if (key := (entry.context, entry.english)) in seen:
            raise _wrong(name, block.line, "the entry stands twice")
        seen.add(key)
    return File(tuple(first.remarks), {key: value for key, _, value in fields}, tuple(entries))


def write(file: File) -> bytes:
    """The file as bytes; `read` gives the same again."""
    header = "".join(f"{key}: {value}\n" for key, value in file.header.items())
    blocks = ["\n".join([*file.preface, 'msgid ""', 'msgstr ""', *map(_quoted, header.splitlines(keepends=True))])]
    blocks += ["\n".join(_written(entry)) for entry in file.entries]
    return ("\n\n".join(blocks) + "\n").encode()


def placeholders(text: str) -> frozenset[str]:
    """The names in braces. Raises `ValueError` for a brace that opens none, or a name with more than letters."""
    if "{" not in text and "}" not in text:
        return frozenset()
    names = set()
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is not None:
            if not name.isidentifier() or form or conversion:
                raise ValueError(f"not a plain placeholder: {name!r}")
            names.add(name)
    return frozenset(names)


class _Block:
    """The lines of one entry, as they are gathered."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.parts: dict[str, str] = {}
        self.remarks: list[str] = []
        self.previous = ""
        self.fuzzy = False


def _blocks(lines: Iterable[str], name: str) -> list[_Block]:
    blocks: list[_Block] = []
    block: _Block | None = None
    current = ""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            block = None
            continue
        if block is None:
            block, current = _Block(number), ""
            blocks.append(block)
        if line.startswith("#"):
            if block.parts:
                raise _wrong(name, number, "a comment stands inside an entry")
            _comment(block, line, name, number)
            continue
        found = _LINE.fullmatch(line.rstrip())
        if found is None:
            raise _wrong(name, number, "the line is none of msgctxt, msgid, msgstr or a text in quotes")
        keyword, text = found[1], _ESCAPED.sub(lambda escape: _PLAIN.get(escape[1], escape[1]), found[2])
        if keyword:
            if keyword in block.parts or (current and _ORDER.index(keyword) < _ORDER.index(current)):
                raise _wrong(name, number, f"{keyword} stands in the wrong place")
            current = keyword
            block.parts[current] = ""
        elif not current:
            raise _wrong(name, number, "a text belongs to nothing")
        block.parts[current] += text
    for block in blocks:
        if not block.parts.keys() >= {"msgid", "msgstr"}:
            raise _wrong(name, block.line, "the entry is not complete")
    return blocks


def _comment(block: _Block, line: str, name: str, number: int) -> None:
    if line.startswith("#~"):
        raise _wrong(name, number, "obsolete entries are not kept")
    if line.startswith("#,"):
        block.fuzzy = "fuzzy" in line[2:].replace(",", " ").split()
    elif line.startswith("#|"):
        found = _LINE.fullmatch(line[2:].strip())
        if found is not None and found[1] == "msgid":
            block.previous = _ESCAPED.sub(lambda escape: _PLAIN.get(escape[1], escape[1]), found[2])
    else:
        block.remarks.append(line.rstrip())


def _entry(block: _Block, name: str) -> Entry:
    context, english, text = (block.parts.get(part, "") for part in _ORDER)
    if not context or not english:
        raise _wrong(name, block.line, "an entry needs a context and an English text")
    if any(unicodedata.category(character) in _HIDDEN for character in text):
        raise _wrong(name, block.line, "the translation holds a character nobody can see")
    if text != unicodedata.normalize("NFC", text):
        raise _wrong(name, block.line, "the translation is not in normalisation form C")
    if text and not block.fuzzy:
        try:
            alike = placeholders(text) == placeholders(english)
        except ValueError:
            alike = False
        if not alike:
            raise _wrong(name, block.line, "the translation has other placeholders than the English")
    return Entry(context, english, text, block.fuzzy, block.previous, tuple(block.remarks))


def _written(entry: Entry) -> Iterator[str]:
    yield from entry.remarks
    if entry.fuzzy:
        yield "#, fuzzy"
    if entry.previous:
        yield f"#| msgid {_quoted(entry.previous)}"
    yield f"msgctxt {_quoted(entry.context)}"
    yield f"msgid {_quoted(entry.english)}"
    yield f"msgstr {_quoted(entry.text)}"


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


def _wrong(name: str, line: int, why: str) -> WrongUse:
    place = f", line {line}" if line else ""
    hint = "Mend the file, or take it away: without it texts are English."
    return WrongUse(f"{printable(name, 200)}{place}: {why}", hint=hint, code="CFG_LANGUAGE")
