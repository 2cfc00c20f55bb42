"""Assurance: a vector first, a label second (this project's reference ladder, non-normative).

Two comparisons are kept apart. *Granted* is what the home state says of the issuer; an
arrangement's minimum binds it. *Achieved* is granted, capped by this very presentation; a
relying party's minimum binds that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from defa_id.policy import LEVELS
from defa_id.trust.records import Assurance, covers, known


class Vector(NamedTuple):
    """P proofing, A holder authentication, F presentation, G governance; 0 to 3 each."""

    P: int
    A: int
    F: int
    G: int

    def label(self) -> str:
        """The highest row of the ladder met on every axis."""
        return next(
            (name for name in reversed(LEVELS[1:]) if all(a >= b for a, b in zip(self, LADDER[name], strict=True))),
            "none",
        )


LADDER: Final[Mapping[str, Vector]] = {
    "none": Vector(0, 0, 0, 0),
    "low": Vector(1, 1, 1, 1),
    "substantial": Vector(2, 2, 2, 2),
    "high": Vector(3, 3, 2, 3),
}


class Shown(NamedTuple):
    """What this presentation itself proves. `status_fresh`: every status it names was found current."""

    holder_bound: bool
    status_fresh: bool


def granted(records: tuple[Assurance, ...], issued: datetime, moment: datetime, known_at: datetime | None) -> Vector:
    """The level in force for a credential issued at `issued` and judged at `moment`: the lower of the
    two on every axis, because a later downgrade says the earlier level was too high."""
    then, now = _in_force(records, issued, known_at), _in_force(records, moment, known_at)
    return Vector(*(min(pair) for pair in zip(then, now, strict=True)))


def achieved(level: Vector, shown: Shown) -> tuple[Vector, tuple[str, ...]]:
    """What is reached, and what capped it: `bearer` (nobody proved to hold it), `status` (a status it
    names is not known to be current)."""
    capped_by = []
    reached = level
    if not shown.holder_bound:
        reached = reached._replace(A=0, F=min(reached.F, 1))
        capped_by.append("bearer")
    if not shown.status_fresh:
        reached = reached._replace(F=min(reached.F, 1))
        capped_by.append("status")
    return reached, tuple(capped_by)


def meets(label: str, minimum: str) -> bool:
    """Whether one label is at least the other."""
    return LEVELS.index(label) >= LEVELS.index(minimum)


def _in_force(records: tuple[Assurance, ...], moment: datetime, known_at: datetime | None) -> Vector:
    current = [r for r in known(records, known_at) if covers(r.effective, r.until, moment)]
    last = max(reversed(current), key=lambda r: (r.effective, r.recorded), default=None)
    return LADDER.get(last.level, LADDER["none"]) if last else LADDER["none"]
