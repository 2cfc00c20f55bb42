"""The number of a Malaysian MyKad: birth date, birth place, serial and sex, and no check character."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.numbers.result import NO_CHECK, PLACE, WRONG_DATE, WRONG_FORM, Found, Told, births

_NRIC: Final = re.compile(r"[0-9]{12}", re.ASCII)


def nric(number: str) -> Found:
    """YYMMDD-PB-###G: whether the date exists and the place code is known; the century is not in it."""
    from stdnum import numdb

    if not _NRIC.fullmatch(number):
        return WRONG_FORM
    if not births(*_date(number)):
        return WRONG_DATE
    [(_, place), *_] = numdb.get("my/bp").info(number[6:8])
    return NO_CHECK if place else PLACE


def nric_told(number: str) -> Told:
    """Birth date, as far as two digits of a year go, and sex: the last digit is odd for men.

    For those registered late the date may be that of registration.
    """
    if not _NRIC.fullmatch(number):
        return Told()
    return Told(births(*_date(number)), "male" if int(number[-1]) % 2 else "female")


def _date(number: str) -> tuple[int, int, int]:
    return int(number[:2]), int(number[2:4]), int(number[4:6])
