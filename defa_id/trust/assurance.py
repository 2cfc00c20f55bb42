"""Assurance: a vector first, a label second (this project's reference ladder, non-normative).

Two comparisons are kept apart. *Granted* is what the home state says of the issuer; an
arrangement's minimum binds it. *Achieved* is granted, capped by this very presentation; a
relying party's minimum binds that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.policy import LEVELS
from defa_id.trust.records import Assurance, covers, known
from defa_id.values import NamedTuple

REFERENCE: Final = "defa-id-reference"
# How far others follow a reading of a level, from the weakest footing to the firmest (recognition design).
STATUSES: Final = ("unknown", "proposed", "assessed", "declared", "agreed")
CARRIES_MORE_THAN_A_TRIAL: Final = ("declared", "agreed")


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


class Granted(NamedTuple):
    """What the home state grants, read on the reference ladder. `status`: how far others follow that reading,
    the weakest of what it rests on; `review_by`: until when the reading was to be looked at again."""

    vector: Vector
    status: str
    review_by: datetime | None = None

    def least(self, other: Granted) -> Granted:
        """The lower of two on every axis, on the weaker footing."""
        vector = Vector(*(min(pair) for pair in zip(self.vector, other.vector, strict=True)))
        reviews = [moment for moment in (self.review_by, other.review_by) if moment is not None]
        return Granted(vector, min(self.status, other.status, key=STATUSES.index), min(reviews, default=None))


NOTHING: Final = Granted(LADDER["none"], "unknown")


def granted(
    records: tuple[Assurance, ...],
    issued: datetime,
    moment: datetime,
    known_at: datetime | None,
    mappings: Sequence[Mapping[str, Any]] = (),
) -> Granted:
    """The level in force for a credential issued at `issued` and judged at `moment`: the lower of the
    two on every axis, because a later downgrade says the earlier level was too high.

    `mappings` (the vocabulary's) read the levels of other frameworks on the reference ladder; a level none
    of them speaks of is unknown, which is no proofing at all.
    """
    then, now = (_read(_in_force(records, when, known_at), mappings) for when in (issued, moment))
    return then.least(now)


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


def falls_short(reached: Vector, least: Mapping[str, int]) -> tuple[str, ...]:
    """The axes on which a vector stays below what is asked, by their letters."""
    return tuple(axis for axis, needed in least.items() if getattr(reached, axis) < needed)


def meets(label: str, minimum: str) -> bool:
    """Whether one label is at least the other."""
    return LEVELS.index(label) >= LEVELS.index(minimum)


def _in_force(records: tuple[Assurance, ...], moment: datetime, known_at: datetime | None) -> Assurance | None:
    current = [r for r in known(records, known_at) if covers(r.effective, r.until, moment)]
    return max(reversed(current), key=lambda r: (r.effective, r.recorded), default=None)


def _read(record: Assurance | None, mappings: Sequence[Mapping[str, Any]]) -> Granted:
    if record is None:
        return NOTHING
    status = record.status if record.status in STATUSES else "unknown"
    if record.framework == REFERENCE:
        return Granted(LADDER.get(record.level, LADDER["none"]), status)
    for mapping in mappings:
        named = (mapping["framework"], mapping["framework_version"], mapping["native_level"])
        if named == (record.framework, record.version, record.level) and mapping["direction"] == "to-reference":
            review = times.parse(f"{mapping['review_by']}T00:00:00Z") if "review_by" in mapping else None
            vector = Vector(*(mapping["vector"][axis] for axis in "PAFG"))
            return Granted(vector, min(status, mapping["status"], key=STATUSES.index), review)
    return NOTHING
