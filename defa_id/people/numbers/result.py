"""What a check of an identifying number can say, and how its text is read before it says anything."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any, Final

from defa_id.codec import limits
from defa_id.people.dates import PartialDate
from defa_id.values import NamedTuple


class Standing(StrEnum):
    """How a number looks. A check character rules out slips of the pen; it is no evidence of a person.

    `suspicious`: ask for the number again. `cannot-tell`: its form is as it should be, or its form is
    not known well enough, and nothing in it can be checked.
    """

    OK = "ok"
    SUSPICIOUS = "suspicious"
    CANNOT_TELL = "cannot-tell"


class NumberCheck(NamedTuple):
    """The standing of one number and the reason codes for it. It can be filed: the number is not in it."""

    scheme: str
    standing: Standing
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"scheme": self.scheme, "standing": str(self.standing), "reasons": list(self.reasons)}


class Told(NamedTuple):
    """What a number itself tells about a person: personal data, never evidence.

    `births`: the dates it may mean, as the century is often left out. `sex`: "male", "female", or None
    where the number does not tell.
    """

    births: tuple[PartialDate, ...] = ()
    sex: str | None = None


Found = tuple[Standing, tuple[str, ...]]

OK: Final[Found] = (Standing.OK, ("NUMBER_CHECKED",))
WRONG_CHECK: Final[Found] = (Standing.SUSPICIOUS, ("NUMBER_CHECK",))
WRONG_FORM: Final[Found] = (Standing.SUSPICIOUS, ("NUMBER_FORM",))
WRONG_DATE: Final[Found] = (Standing.SUSPICIOUS, ("NUMBER_DATE",))
NO_CHECK: Final[Found] = (Standing.CANNOT_TELL, ("NUMBER_NO_CHECK",))
PLACE: Final[Found] = (Standing.CANNOT_TELL, ("NUMBER_PLACE", "NUMBER_NO_CHECK"))
CHECK_UNKNOWN: Final[Found] = (Standing.CANNOT_TELL, ("NUMBER_CHECK_UNKNOWN",))
FORM_UNSURE: Final[Found] = (Standing.CANNOT_TELL, ("NUMBER_FORM", "NUMBER_CHECK_UNKNOWN"))


class Scheme(NamedTuple):
    """One kind of number. `check` is handed the number in capitals, ASCII digits, without separators.

    `personal`: what the number itself tells about its holder. `source` and `confidence` (V, V2, G, U as
    in the country packs) concern the form and the check.
    """

    id: str
    state: str
    title: str
    check: Callable[[str], Found]
    source: str
    confidence: str
    personal: tuple[str, ...] = ()
    confidential: bool = False
    told: Callable[[str], Told] | None = None
    separators: str = " -."


def compact(text: str, separators: str) -> tuple[str, bool]:
    """The number in capitals with ASCII digits and without separators, and whether other digits were read.

    Of something too long to be a number nothing is read.
    """
    read = []
    other = False
    for character in text if len(text) <= limits.NUMBER_CHARS else "":
        if character in separators:
            continue
        value = None if character.isascii() else unicodedata.decimal(character, None)
        other = other or value is not None
        read.append(character.upper() if value is None else str(value))
    return "".join(read), other


def births(year: int, month: int, day: int, centuries: tuple[int, ...] = (1900, 2000)) -> tuple[PartialDate, ...]:
    """The dates that a year of two digits, a month and a day may mean; none if there is no such day."""
    found = []
    for century in centuries:
        try:
            date(century + year, month, day)
        except ValueError:
            continue
        found.append(PartialDate(century + year, month, day))
    return tuple(found)
