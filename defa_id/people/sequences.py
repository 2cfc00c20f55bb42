"""Whether two rows of words are the same name: in order, in another order, divided otherwise, or with a part absent.

`same` says how two words agree. It has to be symmetric; then everything here is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from defa_id.people.grades import AGREEING, Grade, Match, best, together

Words = Sequence[str]
Same = Callable[[str, str], Match | None]


def in_order(one: Words, other: Words, same: Same) -> Match | None:
    """The words one by one; None if any two differ or there are not as many."""
    if len(one) != len(other):
        return None
    found = [same(a, b) for a, b in zip(one, other, strict=True)]
    agreeing = [match for match in found if match is not None]
    return together(*agreeing) if len(agreeing) == len(found) else None


def reordered(one: Words, other: Words, same: Same) -> Match | None:
    """The same words in another order: each has one counterpart. No better than a variant."""
    if len(one) != len(other) or len(one) < 2:
        return None
    edges = [[same(a, b) for b in other] for a in one]
    for last in range(len(AGREEING)):
        pairs = _paired(edges, AGREEING[: last + 1])
        if pairs is not None:
            return together(*pairs).but("NAME_ORDER", at_best=Grade.VARIANT)
    return None


def lacking(one: Words, other: Words, same: Same) -> Match | None:
    """One with inner words the other lacks, also where the other begins elsewhere. No better than a variant.

    The first and the last word must have counterparts: who lacks one of those may be somebody else.
    """
    short, long = sorted((one, other), key=len)
    if not 2 <= len(short) < len(long):
        return None
    found = [_within(turned, long, same, "" if not shift else "NAME_ORDER") for shift, turned in _turns(short)]
    return best(*found)


def divided_otherwise(one: Words, other: Words, joined: Same, *, turning: bool) -> Match | None:
    """The same letters with other spaces; if `turning`, also where the other begins elsewhere.

    `joined` says how two names written without spaces agree. No better than a variant.
    """
    if one == other or (len(one), len(other)) == (1, 1):
        return None
    found = []
    for still, moving in ((one, other), (other, one)):
        for shift, turned in _turns(moving) if turning else [(0, moving)]:
            match = joined("".join(still), "".join(turned))
            if match is not None:
                reasons = ("NAME_SPACING", "NAME_ORDER") if shift else ("NAME_SPACING",)
                found.append(match.but(*reasons, at_best=Grade.VARIANT))
    return best(*found)


def _turns(words: Words) -> Iterator[tuple[int, Words]]:
    for shift in range(len(words)):
        yield shift, [*words[shift:], *words[:shift]]


def _within(short: Words, long: Words, same: Same, reason: str) -> Match | None:
    """The short row as the first, the last and some inner words of the long one, in order."""
    first, last = same(short[0], long[0]), same(short[-1], long[-1])
    if first is None or last is None:
        return None
    matches = [first, last]
    place = 1
    for word in short[1:-1]:
        while place < len(long) - 1 and same(word, long[place]) is None:
            place += 1
        inner = same(word, long[place]) if place < len(long) - 1 else None
        if inner is None:
            return None
        matches.append(inner)
        place += 1
    reasons = ["NAME_PART_ABSENT", *([reason] if reason else [])]
    return together(*matches).but(*reasons, at_best=Grade.VARIANT)


def _paired(edges: Sequence[Sequence[Match | None]], grades: Sequence[Grade]) -> list[Match] | None:
    """A counterpart of one of these grades for every word (augmenting paths); None if there is no such pairing.

    `edges` says how each word of one row agrees with each of the other.
    """
    partner: dict[int, int] = {}

    def augment(place: int, seen: set[int]) -> bool:
        for target, edge in enumerate(edges[place]):
            if edge is None or edge.grade not in grades or target in seen:
                continue
            seen.add(target)
            if target not in partner or augment(partner[target], seen):
                partner[target] = place
                return True
        return False

    if not all(augment(place, set()) for place in range(len(edges))):
        return None
    return [match for target, place in partner.items() if (match := edges[place][target]) is not None]
