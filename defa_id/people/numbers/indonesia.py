"""Numbers of Indonesia: NIK of persons (place, birth date, serial, no check character) and NPWP of taxpayers."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.numbers.result import NO_CHECK, OK, PLACE, WRONG_CHECK, WRONG_DATE, WRONG_FORM, Found, Told, births

_NIK: Final = re.compile(r"[0-9]{16}", re.ASCII)
_FEMALE: Final = 40  # added to the day of birth


def nik(number: str) -> Found:
    """PPRRSS-DDMMYY-NNNN: whether the date exists and the place, a regency or city, is known."""
    from stdnum import numdb

    if not _NIK.fullmatch(number):
        return WRONG_FORM
    if not births(*_date(number)):
        return WRONG_DATE
    [(_, place), *_] = numdb.get("id/loc").info(number[:4])
    return NO_CHECK if place else PLACE


def nik_told(number: str) -> Told:
    """Birth date, as far as two digits of a year go, and sex."""
    if not _NIK.fullmatch(number):
        return Told()
    return Told(births(*_date(number)), "female" if int(number[6:8]) > _FEMALE else "male")


def npwp(number: str) -> Found:
    """15 digits, or 16 of which the first is 0, whose taxpayer part ends with a Luhn digit; or a NIK."""
    from stdnum import luhn

    if re.fullmatch(r"[0-9]{15}", number):
        number = f"0{number}"
    if not _NIK.fullmatch(number):
        return WRONG_FORM
    if number[0] != "0":
        return nik(number)
    return OK if luhn.is_valid(number[:10]) else WRONG_CHECK


def _date(number: str) -> tuple[int, int, int]:
    day = int(number[6:8])
    return int(number[10:12]), int(number[8:10]), day - _FEMALE if day > _FEMALE else day
