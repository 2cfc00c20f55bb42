"""A name taken apart: titles, words, the words for son and daughter of, suffixes, and what is no name at all.

Nothing is made up here and nothing is called a family name. Where a word may be a title or a part of the
name, the name is taken apart in both ways, and the doubtful way is marked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from defa_id.codec import limits
from defa_id.people import scripts
from defa_id.people.traditions import BORNE_BY, DOTTED, EVERYWHERE, RANKS, Tradition
from defa_id.people.writing import APOSTROPHES
from defa_id.values import NamedTuple

SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})
LOST: Final = "?\ufffd"  # signs that stand where a letter was lost

_PLACEHOLDER: Final = re.compile(r"fnu|lnu|nfn|nln|nmn|x{3,}", re.IGNORECASE)
_NO_NAME: Final = frozenset({"null", "none", "nil", "n/a", "unknown", "tba", "noname", "no name", "not available"})
_DASH: Final = re.compile(r"[-\u2010-\u2015._*]+")  # alone, where a part of a name should be
_ALIAS: Final = re.compile(r"\s*@\s*|\s+(?:alias|a\.?k\.?a\.?)\s+", re.IGNORECASE)
_DIVIDED: Final = re.compile(r"[\s\-\u2010\u2011]+")
_DEGREE: Final = re.compile(
    r"[A-Za-z]{1,5}(?:\.[A-Za-z]{1,5})+\.?|ph\.?d|md|mba|s\.?e|s\.?h|s\.?t|m\.?m", re.IGNORECASE
)
_LONGEST_TITLE: Final = 16  # code points of a title written together with the name
_KILLERS: Final = "\u1039\u103a"  # signs that make the consonant before them the end of a syllable


class Parts(NamedTuple):
    """One way to take a name apart.

    `words` stand as written; `relations` are son, daughter or child, in order, and `connectors` the
    words they were written with; `notes` are reason codes. `doubtful`: it rests on a guess, such as
    that Maung is a title here.
    """

    words: tuple[str, ...]
    relations: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()
    suffix: str | None = None
    notes: frozenset[str] = frozenset()
    doubtful: bool = False


class Taken(NamedTuple):
    """A name without its titles, as text, and every way to take it apart; none, if there is no name in it.

    `sexes`: whose titles stood before it, a man's or a woman's, where they tell.
    """

    bare: str
    ways: tuple[Parts, ...]
    notes: frozenset[str]
    sexes: frozenset[str] = frozenset()


def key(word: str) -> str:
    """A word for comparison: case folded, without punctuation except the stroke, in form C."""
    plain = "".join(c for c in word if not _is_punctuation(c))
    return unicodedata.normalize("NFC", plain.casefold())


def take_apart(text: str, tradition: Tradition) -> Taken:
    """A name's text, as `writing.read` gives it, taken apart by the customs of a tradition."""
    bare, titles = _without_titles(text.split(" "), tradition)
    shown = " ".join(bare)
    sexes = frozenset(BORNE_BY[title] for title in titles if title in BORNE_BY)
    notes = {"NAME_TITLE"} if titles else set()
    if key(shown) in _NO_NAME or not any(unicodedata.category(c)[0] == "L" for c in shown):
        return Taken(shown, (), frozenset({*notes, "NAME_PLACEHOLDER"}))
    names = [name for name in _ALIAS.split(shown) if name]
    ways: list[Parts] = []
    for name in names:
        alias = {"NAME_ALIAS"} if len(names) > 1 else set()
        ways.extend(
            way._replace(notes=way.notes | alias, doubtful=way.doubtful or bool(alias))
            for way in _ways(name, tradition)
        )
    placeholders = {"NAME_PLACEHOLDER"} if any("NAME_PLACEHOLDER" in way.notes for way in ways) or not ways else set()
    return Taken(shown, tuple(ways), frozenset({*notes, *placeholders}), sexes)


def is_repeated(words: tuple[str, ...]) -> bool:
    """Whether one word stands twice or more and nothing else."""
    return len(words) > 1 and len({key(word) for word in words}) == 1


def _ways(text: str, tradition: Tradition) -> Iterator[Parts]:
    """Every way to take apart one name without alternatives: by commas, doubtful titles, repetition."""
    dashed = any(_DASH.fullmatch(word) for word in re.split("[ ,]+", text))
    for turned, words, suffix, titled in _by_commas(text, tradition):
        kept = [word for word in words if not _PLACEHOLDER.fullmatch(key(word))]
        lacking = dashed or len(kept) < len(words)
        signs = {"NAME_TITLE": titled, "NAME_ORDER": turned, "NAME_PLACEHOLDER": lacking}
        notes = frozenset(code for code, holds in signs.items() if holds)
        for bare, doubtful in _bearing_ways(kept, tradition):
            parts = _connected(bare, tradition)
            if not parts.words or len(parts.words) > limits.NAME_WORDS:
                continue
            own = notes | parts.notes | ({"NAME_TITLE"} if doubtful else set())
            yield parts._replace(suffix=suffix, notes=own, doubtful=doubtful or lacking)
            if is_repeated(parts.words) and not tradition.whole:
                yield Parts(parts.words[:1], notes=own | {"NAME_REPEATED"}, doubtful=True)


def _by_commas(text: str, tradition: Tradition) -> Iterator[tuple[bool, list[str], str | None, bool]]:
    """The words in the order of writing, and turned about a comma; the suffix; whether titles were there."""
    segments = [segment for part in re.split(r"[,\u060c]", text) if (segment := divided(part))]
    titled = False
    suffix = None
    kept: list[list[str]] = []
    for segment in segments:
        bare, some = _without_titles(segment, tradition) if kept else (segment, ())
        titled = titled or bool(some)
        if kept and all(_DEGREE.fullmatch(word) for word in bare) and not all(key(word) in SUFFIXES for word in bare):
            titled = True
            continue
        if len(bare) > 1 - bool(kept) and key(bare[-1]) in SUFFIXES:
            suffix = key(bare[-1])
            bare = bare[:-1]
        if bare:
            kept.append(bare)
    if kept:
        yield False, [word for segment in kept for word in segment], suffix, titled
    if len(kept) == 2:
        yield True, [*kept[1], *kept[0]], suffix, titled


def divided(text: str) -> list[str]:
    """The words of a text, divided at spaces and hyphens; what is punctuation alone is no word."""
    return [word for word in _DIVIDED.split(text) if key(word) or any(sign in word for sign in LOST)]


def _without_titles(words: list[str], tradition: Tradition) -> tuple[list[str], tuple[str, ...]]:
    """The words after all titles at their beginning, and the titles; one word always stays.

    Where no part of a name may be left out, one of its own honorifics is a title at most: in U Ko Lay, Ko is
    a part of the name.
    """
    titles: list[str] = []
    borne = False
    while len(words) > 1 or (words and scripts.scripts_of(words[0]) & scripts.UNSPACED):
        count = _title_length(words, tradition.titles)
        if count:
            title, rest = " ".join(key(word) for word in words[:count]), words[count:]
        elif (parted := _after_glued_title(words[0], tradition.titles)) is not None:
            title, rest = parted[0], [parted[1], *words[1:]]
        else:
            break
        own = tradition.whole and title not in EVERYWHERE.titles
        if own and borne:
            break
        borne = borne or own
        titles.append(title)
        words = rest
    return words, tuple(titles)


def _title_length(words: list[str], titles: frozenset[str]) -> int:
    """How many words at the beginning make up the longest title; 0 if none does, or nothing would stay."""
    return next(
        (
            count
            for count in range(min(3, len(words) - 1), 0, -1)
            if (title := " ".join(key(word) for word in words[:count])) in titles
            and (title not in RANKS or "." in words[0])
        ),
        0,
    )


def _after_glued_title(word: str, titles: frozenset[str]) -> tuple[str, str] | None:
    """A title written without a space, where the script has none, and what follows it; None if there is none.

    What follows must begin a syllable: not with a mark, and not with a consonant that ends one. An
    abbreviation is one only with its full stops: without them it is the beginning of many names.
    """
    if not scripts.scripts_of(word) & scripts.UNSPACED:
        return None
    for length in range(min(len(word) - 1, _LONGEST_TITLE), 0, -1):
        head, rest = word[:length], word[length:].lstrip(".")
        title = key(head)
        if title not in titles or not rest or (title in DOTTED and not word[: length + 1].endswith(".")):
            continue
        starts = unicodedata.category(rest[0])[0] == "L" and rest[0] not in "\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3"
        if starts and not (len(rest) > 1 and rest[1] in _KILLERS):
            return title, rest
    return None


def _bearing_ways(words: list[str], tradition: Tradition) -> Iterator[tuple[list[str], bool]]:
    """The words as they are; and without a first word that may be a title."""
    yield words, False
    doubtful = tradition.bearing | tradition.titles if tradition.whole else tradition.bearing
    count = _title_length(words, doubtful)
    if count:
        yield words[count:], True
    elif words and (parted := _after_glued_title(words[0], doubtful)) is not None:
        yield [parted[1], *words[1:]], True


def _connected(words: list[str], tradition: Tradition) -> Parts:
    """The words, with those for son and daughter of taken out, and titles after them too."""
    kept: list[str] = []
    relations: list[str] = []
    connectors: list[str] = []
    titled = False
    place = 0
    while place < len(words):
        count, relation = _connector(words, place, tradition)
        if relation is None or not kept or place + count >= len(words):
            kept.append(words[place])
            place += 1
            continue
        relations.append(relation)
        connectors.append(" ".join(word.casefold() for word in words[place : place + count]))
        rest, some = _without_titles(words[place + count :], tradition)
        titled = titled or bool(some)
        place = len(words) - len(rest)
    notes = frozenset({"NAME_TITLE"} if titled else ())
    return Parts(tuple(kept), tuple(relations), tuple(connectors), notes=notes)


def _connector(words: list[str], place: int, tradition: Tradition) -> tuple[int, str | None]:
    for count in (2, 1):
        phrase = " ".join(word.casefold() for word in words[place : place + count])
        relation = tradition.connectors.get(phrase) or tradition.connectors.get(phrase.rstrip("."))
        if relation:
            return count, relation
    return 1, None


def _is_punctuation(character: str) -> bool:
    if character in LOST or character == "/":
        return False
    return character in APOSTROPHES or unicodedata.category(character)[0] == "P"
