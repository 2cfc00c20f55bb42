"""Moments: RFC 3339 with a zone, or a NumericDate, as aware datetimes in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from defa_id.errors import Fault

# RFC 3339 §5.6, upper case only, offsets that exist (±14:00); the leap second and 24:00 are
# refused because Python cannot tell them apart from another moment.
_RFC3339: Final = re.compile(
    r"(?:[0-9]{4})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
)
_LAST_NUMERIC_DATE: Final = 253_402_300_799  # 9999-12-31T23:59:59Z


def parse(text: object, what: str = "a time", code: str = "TIME_FORMAT") -> datetime:
    """The moment an RFC 3339 text names. Raises `Fault` (TIME_FORMAT) for anything else."""
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        raise Fault(code, f"{what} is not an RFC 3339 time with a zone")
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Fault(code, f"{what} names a day that does not exist") from None


def from_numeric_date(value: object, what: str) -> datetime:
    """The moment a NumericDate (RFC 7519 §2) names: a whole number of seconds since 1970.

    Raises `Fault` JWT_CLAIM_TYPE. Fractions of a second are legal in the RFC and refused here: issuers
    of credentials do not write them and readers round them differently. A whole number may be spelled
    with a point, as some issuers' JSON writers do.
    """
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= _LAST_NUMERIC_DATE:
        raise Fault("JWT_CLAIM_TYPE", f"{what} is not a whole number of seconds since 1970")
    return datetime.fromtimestamp(value, UTC)


def show(moment: datetime) -> str:
    """RFC 3339 in UTC, with fractions only where there are any. Raises `ValueError` for a moment
    without a zone: its meaning would depend on the machine."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat().removesuffix("+00:00") + "Z"
