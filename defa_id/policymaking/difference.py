"""Two policies side by side: what each says where they differ, and which is the tighter there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from defa_id.policy import Policy, overlay
from defa_id.policymaking import words
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style
from defa_id.values import NamedTuple

FIRST: Final = "first"
SECOND: Final = "second"
NEITHER: Final = "neither"  # each asks for something the other does not, or tight is no word for it


class Difference(NamedTuple):
    """One member in which two policies differ: the sentences only the one has, and only the other; `tighter`
    is `first`, `second` or `neither`."""

    member: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    tighter: str


def differences(first: Policy, second: Policy) -> tuple[Difference, ...]:
    """Where they differ, member by member."""
    one, other = words.sentences(first), words.sentences(second)
    return tuple(
        Difference(
            member,
            _without(one[member], other[member]),
            _without(other[member], one[member]),
            _side(first, second, member),
        )
        for member in one
        if set(one[member]) != set(other[member])
    )


def to_dict(first: Policy, second: Policy) -> dict[str, Any]:
    """The JSON form."""
    return {
        "first": {"id": first.id, "sha256": first.sha256},
        "second": {"id": second.id, "sha256": second.sha256},
        "differences": [
            {**one._asdict(), "first": list(one.first), "second": list(one.second)}
            for one in differences(first, second)
        ],
    }


def difference_text(first: Policy, second: Policy, style: Style = PLAIN) -> str:
    """The same for people."""
    page = Layout(style)
    found = differences(first, second)
    names = {FIRST: shown(first.id, 60), SECOND: shown(second.id, 60)}
    counts = [sum(one.tighter == side for one in found) for side in (FIRST, SECOND)]
    told = f"{names[FIRST]} and {names[SECOND]}: {len(found)} member{'s' * (len(found) != 1)} differ"
    page.banner("DIFF" if found else "THE SAME", "bold", beside=told + "s" * (len(found) == 1))
    for one in found:
        tighter = {NEITHER: "neither is the tighter"}.get(one.tighter) or f"{names[one.tighter]} is the tighter"
        page.heading(f"{words.TITLES[one.member]}: {tighter}")
        for mark, says, hue in (("-", one.first, "red"), ("+", one.second, "green")):
            for text in says:
                page.entry(mark, shown(text, 400), hue=hue)
    if found:
        page.blank()
        page.paragraph(f"Tighter: {names[FIRST]} in {counts[0]}, {names[SECOND]} in {counts[1]}.")
    return page.text


def _without(says: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    told = set(others)
    return tuple(text for text in says if text not in told)


def _side(first: Policy, second: Policy, member: str) -> str:
    order = overlay.tighter(first, second, member)
    return NEITHER if order is None else FIRST if order is first else SECOND
