"""Numbers of Singapore: NRIC and FIN of persons, UEN of entities."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.numbers.result import CHECK_UNKNOWN, OK, WRONG_CHECK, WRONG_FORM, Found

_NRIC: Final = re.compile(r"[STFGM][0-9]{7}[A-Z]", re.ASCII)
_NRIC_WEIGHTS: Final = (2, 7, 6, 5, 4, 3, 2)
_NRIC_LETTERS: Final = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK"}
_LATER_SERIES: Final = 4  # added for T and G, the series begun in 2000

_UEN_BUSINESS: Final = re.compile(r"[0-9]{8}[A-Z]", re.ASCII)
_UEN_COMPANY: Final = re.compile(r"[0-9]{9}[A-Z]", re.ASCII)
_UEN_OTHER: Final = re.compile(r"[RST][0-9]{2}[A-HJ-NP-X]{2}[0-9]{4}[A-Z0-9]", re.ASCII)


def nric(number: str) -> Found:
    """NRIC or FIN. Of the M series, begun in 2022, public sources disagree on the letters: never refused."""
    if not _NRIC.fullmatch(number):
        return WRONG_FORM
    letters = _NRIC_LETTERS.get(number[0])
    if letters is None:
        return CHECK_UNKNOWN
    total = sum(weight * int(digit) for weight, digit in zip(_NRIC_WEIGHTS, number[1:8], strict=True))
    total += _LATER_SERIES if number[0] in "TG" else 0
    return OK if number[-1] == letters[total % 11] else WRONG_CHECK


def uen(number: str) -> Found:
    """UEN in any of its three forms: businesses, local companies, all other entities.

    Its year may be one to come: to say otherwise takes a clock.
    """
    from stdnum.sg import uen

    if _UEN_BUSINESS.fullmatch(number):
        expected = uen.calc_business_check_digit(number[:-1])
    elif _UEN_COMPANY.fullmatch(number):
        expected = uen.calc_local_company_check_digit(number[:-1])
    elif _UEN_OTHER.fullmatch(number):
        expected = uen.calc_other_check_digit(number[:-1])
    else:
        return WRONG_FORM
    return OK if number[-1] == expected else WRONG_CHECK
