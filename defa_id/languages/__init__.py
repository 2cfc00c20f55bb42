"""Texts in the reader's language: what stands in the catalogue and in reports, translated, else in English.

A translation belongs to one English text in one place (a check, a reason code). When that English changes the
translation no longer counts until somebody has looked at it again; so a text is never another code's, nor an old one's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.errors import WrongUse
from defa_id.languages.words import WORDS
from defa_id.values import NamedTuple

if TYPE_CHECKING:
    from defa_id.languages import po

FOLDER: Final = Path(__file__).parent
NEXT_STEP: Final = "next step"
CONDITION: Final = "condition"
REPORT: Final = "report"
LABEL: Final = "label"
ATTACHED: Final = "attached condition"
CODE: Final = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
_WORDS: Final = frozenset(WORDS)


class Texts(NamedTuple):
    """The texts of one language. `draft`: nobody has reviewed them. Whatever is missing is English."""

    code: str
    name: str
    draft: bool
    entries: Mapping[tuple[str, str], str]

    def of(self, context: str, english: str) -> str:
        """The translation of one text: of a check's or a reason's where `context` is its id or code."""
        return self.entries.get((context, english), english)

    def step(self, english: str) -> str:
        """What somebody can do next. Many reasons share one."""
        return self.of(NEXT_STEP, english)

    def condition(self, english: str) -> str:
        """Of what credentials a check is asked."""
        return self.of(CONDITION, english)

    def label(self, english: str) -> str:
        """The name of a kind of credential or a state."""
        return self.of(LABEL, english)

    def purpose(self, id: str) -> str:
        """A purpose as it is typed, after its name in this language if there is one; its id alone in English."""
        name = next((text for (context, _), text in self.entries.items() if context == id), None)
        return f"{name} ({id})" if name else id

    def attached(self, english: str) -> str:
        """A condition that a recognition, an arrangement or a policy attaches, or why a policy leaves a check out."""
        return self.of(ATTACHED, english)

    def word(self, english: str, **values: object) -> str:
        """A fixed text of a report with its values. Raises `LookupError` for one that `WORDS` does not list."""
        if english not in _WORDS:
            raise LookupError(f"not a word of reports: {english}")
        text = self.of(REPORT, english)
        return text.format_map(values) if values else text

    @property
    def translated(self) -> bool:
        """Whether it is another language than English."""
        return self.code != "en"


ENGLISH: Final = Texts("en", "English", False, {})


def known(*folders: Path) -> dict[str, Path | None]:
    """Language code to its file, in the package and then in `folders`, where a later one stands for an earlier.
    English needs none.

    Raises `WrongUse` for a folder that cannot be read.
    """
    found: dict[str, Path | None] = {"en": None}
    for folder in (FOLDER, *folders):
        found |= {path.stem: path for path in files_in(folder)}
    return found


def texts(code: str, *folders: Path) -> Texts:
    """The texts of the language `code` means: `th`, also written `th-TH` or `th_TH.UTF-8`.

    Raises `WrongUse` if there are none, or their file is not well-formed.
    """
    if code == "en" and not folders:
        return ENGLISH
    languages = known(*folders)
    wanted = code.partition(".")[0].replace("_", "-").lower()
    while wanted not in languages and "-" in wanted:
        wanted = wanted.rpartition("-")[0]
    if wanted not in languages:
        offered = ", ".join(sorted(languages))
        raise WrongUse(f"there are no texts in {printable(code, 20)!r}", hint=f"There are: {offered}.", code="CFG_LANG")
    path = languages[wanted]
    return ENGLISH if path is None else of_file(wanted, opened(path))


def opened(path: Path) -> po.File:
    """One language's file. Raises `WrongUse` if it is not well-formed, too large or cannot be read."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.LANGUAGE_BYTES + 1)
    except OSError as error:
        raise WrongUse(f"{printable(path.name)}: {error.strerror}", hint="Check who may read it.") from None
    if len(data) > limits.LANGUAGE_BYTES:
        raise WrongUse(f"{printable(path.name)} is larger than any translation", hint="Take it away.")
    from defa_id.languages import po

    return po.read(data, path.name)


def of_file(code: str, file: po.File) -> Texts:
    """The texts of a file: those that are translated and whose English has not changed since."""
    entries = {(entry.context, entry.english): entry.text for entry in file.entries if entry.text and not entry.fuzzy}
    return Texts(code, file.header.get("Language-Name", code), file.header.get("X-Review") != "reviewed", entries)


def files_in(folder: Path) -> Iterator[Path]:
    """The files of languages in a folder, named by their code. Raises `WrongUse` if it cannot be read."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise WrongUse(
            f"{printable(str(folder), 200)}: {error.strerror}", hint="Name a folder of .po files in DEFA_ID_LANGUAGES."
        ) from None
    yield from (path for path in paths if path.suffix == ".po" and re.fullmatch(CODE, path.stem))
