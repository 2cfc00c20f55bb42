"""How well two names agree, from the same text to a contradiction, and the one way grades are put together."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from defa_id.values import NamedTuple


class Grade(StrEnum):
    """How well two names agree. Only `exact` and `normalised` may pass without somebody looking.

    `exact`: the same text, titles apart. `normalised`: the same but for case, punctuation or encoding.
    `transliterated`: one can be what the other becomes in another script, or in the letters of travel
    documents. `variant`: a difference that a name may have for a known reason, or one person from
    another. `unknown`: they cannot be compared honestly. `conflict`: they differ.
    """

    EXACT = "exact"
    NORMALISED = "normalised"
    TRANSLITERATED = "transliterated"
    VARIANT = "variant"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"


_RANK: Final = {grade: rank for rank, grade in enumerate(Grade)}
AGREEING: Final = (Grade.EXACT, Grade.NORMALISED, Grade.TRANSLITERATED, Grade.VARIANT)


class Match(NamedTuple):
    """A grade and the reason codes for it, sorted. It can be filed: no part of a name is in it."""

    grade: Grade
    reasons: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it is good enough to pass without somebody looking: exact or normalised."""
        return self.grade in (Grade.EXACT, Grade.NORMALISED)

    def but(self, *reasons: str, at_best: Grade | None = None) -> Match:
        """This match with more reasons, and a grade no better than `at_best`."""
        grade = self.grade if at_best is None else worse(self.grade, at_best)
        return Match(grade, tuple(sorted({*self.reasons, *reasons})))

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"grade": str(self.grade), "reasons": list(self.reasons)}


def worse(one: Grade, other: Grade) -> Grade:
    """The one of two grades that says less for the names."""
    return max(one, other, key=_RANK.__getitem__)


def best(*matches: Match | None) -> Match | None:
    """The match with the best grade, and of equals the one with the fewest reasons; None if there is none."""
    found = [match for match in matches if match is not None]
    return min(found, key=lambda match: (_RANK[match.grade], len(match.reasons), match.reasons), default=None)


def together(*matches: Match) -> Match:
    """All of them at once: the worst grade and every reason."""
    whole = Match(Grade.EXACT)
    for match in matches:
        whole = match.but(*whole.reasons, at_best=whole.grade)
    return whole
