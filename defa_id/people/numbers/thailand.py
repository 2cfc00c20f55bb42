"""Numbers of Thailand: thirteen digits with a check digit, of persons (first digit 1 to 8) and entities (0)."""

from __future__ import annotations

import re
from typing import Final

from defa_id.people.numbers.result import OK, WRONG_CHECK, WRONG_FORM, Found

_PERSON: Final = re.compile(r"[1-8][0-9]{12}", re.ASCII)
_TAXPAYER: Final = re.compile(r"[0-8][0-9]{12}", re.ASCII)


def pin(number: str) -> Found:
    """The number of a person."""
    return _checked(number) if _PERSON.fullmatch(number) else WRONG_FORM


def tin(number: str) -> Found:
    """The number of a taxpayer: a person's own, or one of an entity, which begins with 0."""
    return _checked(number) if _TAXPAYER.fullmatch(number) else WRONG_FORM


def _checked(number: str) -> Found:
    from stdnum.th import pin as personal

    return OK if number[12] == personal.calc_check_digit(number[:12]) else WRONG_CHECK
