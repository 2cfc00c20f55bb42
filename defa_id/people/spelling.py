"""Whether a text is one of the spellings that a row of letters may have: the one engine of all transliteration."""

from __future__ import annotations

Unit = tuple[str, ...]  # the spellings one letter may have; "" among them where it may be silent
Units = tuple[Unit, ...]


def reads(units: Units, text: str, *, loose: frozenset[str] = frozenset()) -> bool:
    """Whether the text is one spelling of all units in their order.

    Letters in `loose` may stand anywhere besides. Linear in both, whatever the alternatives are.
    """
    places = _slid({0}, text, loose)
    for unit in units:
        places = _slid(_after(places, unit, text), text, loose)
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


def _after(places: set[int], unit: Unit, text: str) -> set[int]:
    return {place + len(spelling) for place in places for spelling in unit if text.startswith(spelling, place)}


def _slid(places: set[int], text: str, loose: frozenset[str]) -> set[int]:
    """The places, and those reached from them over letters that may stand anywhere."""
    if not loose:
        return places
    reached = set(places)
    for place in places:
        end = place
        while end < len(text) and text[end] in loose:
            end += 1
            reached.add(end)
    return reached
