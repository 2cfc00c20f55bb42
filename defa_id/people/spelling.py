"""Whether a text is one of the spellings that a row of letters may have: the one engine of all transliteration."""

from __future__ import annotations

Unit = tuple[str, ...]  # the spellings one letter may have; "" among them where it may be silent
Units = tuple[Unit, ...]


def reads(units: Units, text: str) -> bool:
    """Whether the text is one spelling of all units in their order. Alternatives do not multiply."""
    places = {0}
    for unit in units:
        places = _after(places, unit, text)
        if not places:
            return False
    return len(text) in places


def begins(units: Units, text: str) -> bool:
    """Whether the text is the beginning of a spelling of the units, or a whole one."""
    places = {0}
    for unit in units:
        if any(spelling.startswith(text[place:]) for place in places for spelling in unit):
            return True
        places = _after(places, unit, text)
        if not places:
            return False
    return len(text) in places


def table(text: str) -> dict[str, Unit]:
    """A table of letters, one a line, each with the spellings it may have; a hyphen stands for silence."""
    rows = (line.split() for line in text.strip().splitlines())
    return {row[0]: tuple("" if spelling == "-" else spelling for spelling in row[1:]) for row in rows}


def _after(places: set[int], unit: Unit, text: str) -> set[int]:
    return {place + len(spelling) for place in places for spelling in unit if text.startswith(spelling, place)}
