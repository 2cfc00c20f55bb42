"""Numbers of which no more than the form is known, and some of which not even that for sure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from defa_id.people.numbers.result import CHECK_UNKNOWN, FORM_UNSURE, NO_CHECK, PLACE, WRONG_FORM, Found

# State or region, six letters of the township, kind of citizenship, serial; in Burmese letters the
# township has three and the kind is a word.
_NRC: Final = re.compile(
    r"([0-9]{1,2})/(?:[A-Z]{6}\((?:N|E|P|T|Y|S)\)|[A-Z]{6}(?:N|E|P|T|Y|S)"
    r"|[\u1000-\u103f]{3,12}\([\u1000-\u103f]{1,12}\))[0-9]{5,6}",
    re.ASCII,
)
_NRC_STATES: Final = range(1, 16)


def nrc(number: str) -> Found:
    """A number of the Citizenship Scrutiny Card of Myanmar. The form alone: no township list is kept here."""
    found = _NRC.fullmatch(number)
    if not found:
        return WRONG_FORM
    return NO_CHECK if int(found[1]) in _NRC_STATES else PLACE


def digits(count: int, *, sure: bool, check: bool | None = False) -> Callable[[str], Found]:
    """The check of a number that is so many digits.

    `sure`: whether the form was read in a source; otherwise another form is no ground for suspicion.
    `check`: False if it is known to have no check digit, None if that is not known.
    """
    pattern = re.compile(f"[0-9]{{{count}}}", re.ASCII)
    fitting = NO_CHECK if check is False else CHECK_UNKNOWN

    def look(number: str) -> Found:
        if pattern.fullmatch(number):
            return fitting
        return WRONG_FORM if sure else FORM_UNSURE

    return look


def letter_and_digits(number: str) -> Found:
    """Y, seven digits and a letter; how the letter is made is not known."""
    return CHECK_UNKNOWN if re.fullmatch(r"Y[0-9]{7}[A-Z]", number, re.ASCII) else FORM_UNSURE
