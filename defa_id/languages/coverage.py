"""How much of the English stands in a language, and a file brought up to what the English is now."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from defa_id.catalogue import CATALOGUE, Catalogue
from defa_id.languages import ATTACHED, CONDITION, LABEL, NEXT_STEP, REPORT, po, shipped
from defa_id.languages.words import CONDITIONS, WORDS
from defa_id.values import NamedTuple
from defa_id.wanted import WANTED

_LIKE: Final = 0.6  # ratio of difflib from which a text is the old one reworded
_DRAFT: Final = (
    "# DRAFT: unreviewed, machine-assisted. Nobody who speaks the language has confirmed these texts.",
    "# How to review or add a language: docs/languages.md",
)


class Source(NamedTuple):
    """One English text to be translated, and where it stands."""

    context: str
    english: str


class Coverage(NamedTuple):
    """One language: texts there are, those translated, and the keys of those missing or changed since."""

    code: str
    name: str
    draft: bool
    total: int
    missing: tuple[Source, ...]
    outdated: tuple[Source, ...]

    @property
    def translated(self) -> int:
        """How many texts a reader sees in the language."""
        return self.total - len(self.missing) - len(self.outdated)


def sources(catalogue: Catalogue = CATALOGUE) -> list[Source]:
    """Every English text, in the order of the catalogue; reports' words and conditions before them."""
    return list(dict.fromkeys(_sources(catalogue)))


def _sources(catalogue: Catalogue) -> Iterator[Source]:
    for word in WORDS:
        yield Source(REPORT, word)
    for condition in CONDITIONS.values():
        yield Source(CONDITION, condition)
    for label in shipped.labels():
        yield Source(LABEL, label)
    for id, english in (*shipped.purposes(), *shipped.questions()):
        yield Source(id, english)
    for id, (wanted, _) in WANTED.items():
        yield Source(id, wanted)
    for attached in shipped.conditions():
        yield Source(ATTACHED, attached)
    for check in catalogue.checks.values():
        yield Source(check.id, check.question)
        yield Source(check.id, check.failing)
    for reason in catalogue.reasons.values():
        yield Source(reason.code, reason.message)
    for reason in catalogue.reasons.values():
        yield Source(NEXT_STEP, reason.next_step)
    for _, step in WANTED.values():
        yield Source(NEXT_STEP, step)


def coverage(code: str, file: po.File, catalogue: Catalogue = CATALOGUE) -> Coverage:
    """What a language's file has of today's English."""
    wanted = sources(catalogue)
    there = {Source(entry.context, entry.english): entry for entry in file.entries if entry.text}
    stale = [source for source in wanted if source in there and there[source].fuzzy]
    missing = [source for source in wanted if source not in there]
    name, review = file.header.get("Language-Name", code), file.header.get("X-Review")
    return Coverage(code, name, review != "reviewed", len(wanted), tuple(missing), tuple(stale))


def leftovers(file: po.File, catalogue: Catalogue = CATALOGUE) -> list[po.Entry]:
    """Entries whose English no longer stands anywhere: it was changed and nobody has looked at the translation.

    Attached conditions are not asked about: a registry or a policy of one's own may still have them.
    """
    current = set(sources(catalogue))
    return [
        entry
        for entry in file.entries
        if entry.context != ATTACHED and Source(entry.context, entry.english) not in current
    ]


def refreshed(file: po.File, catalogue: Catalogue = CATALOGUE) -> po.File:
    """The file with today's English: new texts empty, reworded ones marked fuzzy beside their old translation."""
    there = {Source(entry.context, entry.english): entry for entry in file.entries}
    old = [entry for entry in leftovers(file, catalogue) if entry.text]
    entries = []
    for source in sources(catalogue):
        entry = there.get(source)
        if entry is None or not entry.text:
            entry = _reworded(source, old) or po.Entry(*source, "")
        entries.append(entry)
    kept = [row for row in file.entries if row.context == ATTACHED and row not in entries]
    return file._replace(entries=(*entries, *kept))


def begun(code: str, name: str) -> po.File:
    """A new language's file: every English text, none translated."""
    header = {
        "Language": code,
        "Language-Name": name,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "X-Review": "draft",
    }
    return refreshed(po.File(_DRAFT, header, ()))


def _reworded(source: Source, old: list[po.Entry]) -> po.Entry | None:
    """The likeliest old translation of a new English text in the same place; it is used once."""
    rated = [
        (difflib.SequenceMatcher(None, source.english, entry.english).ratio(), entry)
        for entry in old
        if entry.context == source.context
    ]
    ratio, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
    if best is None or ratio < _LIKE:
        return None
    old.remove(best)
    return best._replace(english=source.english, fuzzy=True, previous=best.previous or best.english)
