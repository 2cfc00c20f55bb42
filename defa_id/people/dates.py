"""Birth dates as registers really hold them: a year, a year and a month, or a day, in the Gregorian calendar.

What is not known is not compared and not made up. A year of the Buddhist era (Gregorian year + 543) is
refused and never converted: whether day and month were converted too, nobody can tell, and before 1941
the Thai year began in April.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, date
from enum import StrEnum
from typing import Final

from defa_id.codec.text import printable
from defa_id.errors import Fault, WrongUse
from defa_id.values import NamedTuple

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2099  # as in the credential schemas: beyond it begins what is no Gregorian year of a person
BUDDHIST_ERA: Final = 543

_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)


class PartialDate(NamedTuple):
    """A date known to the year, to the month or to the day. Made by `read`."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def complete(self) -> bool:
        """Whether the day is known."""
        return self.day is not None

    @property
    def earliest(self) -> date:
        """The first day it may be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it may be."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def __str__(self) -> str:
        """YYYY, YYYY-MM or YYYY-MM-DD (ISO 8601)."""
        known = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(known)


class Agreement(StrEnum):
    """How two dates stand to each other. `agree`: as far as both are known, which is not to the day."""

    SAME = "same"
    AGREE = "agree"
    DIFFER = "differ"


class DateMatch(NamedTuple):
    """The agreement of two dates and the reason code for it; safe to file, it holds no date."""

    agreement: Agreement
    reason: str


class AgeOver(NamedTuple):
    """Whether somebody has reached an age: True, False, or None where it is not known.

    Its truth value is that of a certain yes, so that ignorance never opens a door. `reason` is a code
    of the catalogue where it is not known.
    """

    reached: bool | None
    reason: str | None = None

    def __bool__(self) -> bool:
        """Whether it is certain that the age has been reached."""
        return self.reached is True


def read(text: object) -> PartialDate:
    """The date a text gives as YYYY, YYYY-MM or YYYY-MM-DD, in ASCII digits.

    Raises `Fault` DATE_FORMAT, DATE_RANGE, DATE_BUDDHIST_ERA, DATE_NO_SUCH_DAY; the date itself is in none.
    """
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Fault("DATE_FORMAT")
    year = int(found[1])
    month, day = (int(part) if part else None for part in (found[2], found[3]))
    if FIRST_YEAR <= year - BUDDHIST_ERA <= LAST_YEAR and year > LAST_YEAR:
        raise Fault("DATE_BUDDHIST_ERA")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Fault("DATE_RANGE")
    if month is not None and not 1 <= month <= 12:
        raise Fault("DATE_NO_SUCH_DAY")
    if month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
        raise Fault("DATE_NO_SUCH_DAY")
    return PartialDate(year, month, day)


def compare(one: PartialDate, other: PartialDate) -> DateMatch:
    """How two dates stand to each other, by the parts that both know."""
    shared = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    if all(a == b for a, b in shared):
        if one.complete and other.complete:
            return DateMatch(Agreement.SAME, "DATE_SAME")
        return DateMatch(Agreement.AGREE, "DATE_PARTIAL")
    return DateMatch(Agreement.DIFFER, _difference(one, other))


def age_over(years: int, birth: PartialDate, on: date) -> AgeOver:
    """Whether somebody born then has reached an age of `years` by the day `on`, counted from the birthday.

    Raises `WrongUse` for a negative age.
    """
    if years < 0:
        raise WrongUse(f"no age is {printable(years)}", hint="Ask for an age of zero years or more.")
    soonest, _ = _birthday(birth.earliest, years)
    certain, latest = _birthday(birth.latest, years)
    if latest is not None and latest <= on:
        return AgeOver(True)
    if soonest is None or soonest > on:
        return AgeOver(False)
    leap_day_only = birth.complete and certain is not None
    return AgeOver(None, "DATE_LEAP_DAY" if leap_day_only else "DATE_PARTIAL")


def _difference(one: PartialDate, other: PartialDate) -> str:
    if one.complete and other.complete and one.year == other.year:
        if (one.month, one.day) == (other.day, other.month):
            return "DATE_DAY_MONTH"
        if (1, 1) in ((one.month, one.day), (other.month, other.day)):
            return "DATE_DEFAULT"
    return "DATE_DIFFERENT"


def _birthday(born: date, years: int) -> tuple[date | None, date | None]:
    """The first and the last day on which the birthday may be taken to fall; None beyond the calendar.

    They differ for those born on 29 February, in years without one: some laws take 28 February, some 1 March.
    """
    if born.year + years > MAXYEAR:
        return None, None
    year = born.year + years
    if (born.month, born.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 2, 28), date(year, 3, 1)
    return born.replace(year=year), born.replace(year=year)
