"""Readings of other frameworks' levels on the reference ladder, for people: whose, of which version, how sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from defa_id.errors import WrongUse
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style

Reading = Mapping[str, Any]
_KEYS: Final = ("framework", "framework_version", "native_level")
_WORDS: Final = ("framework", "version", "level")
_HUES: Final = {"agreed": "green", "declared": "green", "assessed": "yellow", "proposed": "yellow", "unknown": "red"}
_DIRECTIONS: Final = {"to-reference": "to the reference ladder", "from-reference": "from the reference ladder"}


def select(readings: Sequence[Reading], named: Sequence[str]) -> list[Reading]:
    """The readings of a framework, of a version of it, of one level: as many of the three as are named, in
    whatever case. Raises `WrongUse` for one there is none of, and says which there are."""
    found = list(readings)
    for key, word, name in zip(_KEYS, _WORDS, named, strict=False):
        known = dict.fromkeys(str(one[key]) for one in found)
        found = [one for one in found if str(one[key]).casefold() == name.casefold()]
        if not found:
            raise WrongUse(f"no reading of {word} {shown(name, 60)!r}", hint=f"There are {', '.join(known)}.")
    return found


def crosswalk_text(readings: Sequence[Reading], style: Style = PLAIN) -> str:
    """Framework by framework and version by version; a single reading with all that is known about it."""
    page = Layout(style)
    page.banner("ADVISORY", "bold", beside="Readings of other frameworks' levels on this toolkit's reference ladder")
    page.paragraph(
        "Each is the reading of whoever is named, in the direction named: none runs back, none is agreed where it "
        "says proposed, and a proposed one carries no more than a demonstration or a sandbox.",
        hue="dim",
    )
    for framework, version in dict.fromkeys((one["framework"], one["framework_version"]) for one in readings):
        own = [one for one in readings if (one["framework"], one["framework_version"]) == (framework, version)]
        page.heading(f"{shown(framework, 60)}, version {shown(version, 40)}")
        room = max(len(shown(one["native_level"], 40)) for one in own) + 2
        for one in own:
            _reading(page, one, room)
        if len(own) == len(readings) == 1:
            _whole(page, own[0])
    if not readings:
        page.paragraph("There is none.")
    return page.text


def vector_text(vector: Mapping[str, int]) -> str:
    """`P2 A2 F1 G1`."""
    return " ".join(f"{axis}{vector[axis]}" for axis in "PAFG")


def _reading(page: Layout, one: Reading, room: int) -> None:
    said = f"{vector_text(one['vector'])}  {one['status']}, by {shown(one['assessor'], 60)}"
    page.entry("→" if one["direction"] == "to-reference" else "←", said, term=shown(one["native_level"], 40), room=room)


def _whole(page: Layout, one: Reading) -> None:
    page.blank()
    page.pair("Direction", _DIRECTIONS[one["direction"]])
    page.pair("Status", str(one["status"]), hue=_HUES.get(one["status"], ""))
    page.pair("Basis", shown(one["basis"]))
    if "note" in one:
        page.pair("Note", shown(one["note"]))
    page.pair("Read by", shown(one["assessor"]))
    page.pair("Source", shown(one["source"]))
    page.pair("Confidence", shown(one.get("confidence", "not said")))
    page.pair("As of", shown(one["as_of"]))
    page.pair("To be reviewed", shown(one.get("review_by", "not said")))
