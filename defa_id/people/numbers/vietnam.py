"""Numbers of Viet Nam: the personal number (place, century and sex, year, serial) and the tax code."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.dates import PartialDate
from defa_id.people.numbers.result import NO_CHECK, OK, WRONG_CHECK, WRONG_DATE, WRONG_FORM, Found, Told

_PIN: Final = re.compile(r"[0-9]{12}", re.ASCII)
_CENTURIES: Final = (1900, 2000)  # digits 0 and 1, 2 and 3: even for men; later ones are not born yet

_MST: Final = re.compile(r"[0-9]{10}(?:[0-9]{3})?", re.ASCII)


def pin(number: str) -> Found:
    """Three digits of place, one of century and sex, two of the birth year, six at random."""
    if not _PIN.fullmatch(number):
        return WRONG_FORM
    return NO_CHECK if int(number[3]) // 2 < len(_CENTURIES) else WRONG_DATE


def pin_told(number: str) -> Told:
    """The year of birth and the sex."""
    if pin(number) != NO_CHECK:
        return Told()
    century = int(number[3])
    year = _CENTURIES[century // 2] + int(number[4:6])
    return Told((PartialDate(year),), "female" if century % 2 else "male")


def mst(number: str) -> Found:
    """Ten digits, the last one a check digit; a branch has three more."""
    from stdnum.vn import mst as tax_code

    if not _MST.fullmatch(number) or number[2:9] == "0000000" or number[10:] == "000":
        return WRONG_FORM
    return OK if number[9] == tax_code.calc_check_digit(number[:9]) else WRONG_CHECK
