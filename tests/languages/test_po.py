"""The reader of `.po` files: read as gettext's own tools read them, and strict where they are lenient."""

from __future__ import annotations

import contextlib
import unicodedata
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id import languages
from defa_id.errors import WrongUse
from defa_id.languages import po

HEADER = 'msgid ""\nmsgstr ""\n"Language: xx\\n"\n"X-Review: draft\\n"\n'
ENTRY = '\nmsgctxt "{context}"\nmsgid "{english}"\nmsgstr "{text}"\n'


def made(english: str = "One {thing}.", text: str = "Satu {thing}.", context: str = "A_B") -> bytes:
    return (HEADER + ENTRY.format(context=context, english=english, text=text)).encode()


@pytest.mark.parametrize("path", list(languages.files_in(languages.FOLDER)), ids=lambda path: path.stem)
def test_every_file_is_read_as_another_reader_reads_it(path: Path) -> None:
    ours, theirs = po.read(path.read_bytes(), path.name), polib.pofile(str(path))
    assert [(row.context, row.english, row.text, row.fuzzy) for row in ours.entries] == [
        (row.msgctxt, row.msgid, row.msgstr, row.fuzzy) for row in theirs
    ]
    assert dict(ours.header) == theirs.metadata
    assert po.write(ours) == path.read_bytes()


visible = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd", "Po", "Sm", "Zs"), exclude_characters="{}"))


@given(st.dictionaries(visible.filter(bool), visible, max_size=8), st.booleans())
def test_what_is_written_is_read_again(texts: dict[str, str], fuzzy: bool) -> None:
    entries = tuple(
        po.Entry(
            "A_B", english, unicodedata.normalize("NFC", text), fuzzy, "before\tthis" if fuzzy else "", ("# note",)
        )
        for english, text in texts.items()
    )
    file = po.File(("# DRAFT",), {"Language": "xx"}, entries)
    data = po.write(file)
    assert po.read(data, "xx.po") == file
    assert [row.msgid for row in polib.pofile(data.decode())] == list(texts)


def test_a_long_text_may_stand_in_several_lines() -> None:
    data = HEADER + '\nmsgctxt "A_B"\nmsgid ""\n"One "\n"\\"two\\"."\nmsgstr ""\n"Satu "\n"\\"dua\\"."\n'
    assert po.read(data.encode(), "xx.po").entries == (po.Entry("A_B", 'One "two".', 'Satu "dua".'),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff" + made(), "not UTF-8"),
        (made()[len(HEADER) :], "a header"),
        (b"", "a header"),
        (made() + made()[len(HEADER) :], "stands twice"),
        (made() + b'\nmsgid_plural "x"\n', "none of"),
        (made() + b'\n#~ msgid "old"\n', "obsolete"),
        (made() + b'\nmsgctxt "C"\nmsgid "x"\n', "not complete"),
        (made() + b'\nmsgctxt "C"\nmsgstr "x"\nmsgid "y"\n', "wrong place"),
        (made() + b'\nmsgctxt "C"\nmsgid "x"\n# late\nmsgstr "y"\n', "inside an entry"),
        (made() + b'\n"nothing"\n', "belongs to nothing"),
        (made() + b'\nmsgid "x"\nmsgstr "y"\n', "needs a context"),
        (made(text="Satu."), "placeholders"),
        (made(text="Satu {other}."), "placeholders"),
        (made(text="Satu {thing!r}."), "placeholders"),
        (made(text="Satu {thing:>99}."), "placeholders"),
        (made(text="Satu {thing.real}."), "placeholders"),
        (made(text="Satu {thing."), "placeholders"),
        (made(text="Satu \\n{thing}."), "nobody can see"),
        (made(text="Satu \u202e{thing}."), "nobody can see"),
        (made(text="Satu e\u0301 {thing}."), "form C"),
        (made(text='Satu " {thing}.'), "none of"),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_place(data: bytes, why: str) -> None:
    with pytest.raises(WrongUse, match=why) as caught:
        po.read(data, "xx.po")
    assert caught.value.message.startswith("xx.po")
    assert caught.value.hint


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(WrongUse):
        po.read(HEADER.encode() + b"\n" + data, "xx.po")
