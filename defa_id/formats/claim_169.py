"""CWT claim 169, identity data in a QR code: the layout with numbered members, and that of the Philippine ePhilID.

"QR code specification for CWT claim 169" 1.2.2 (MOSIP, 2026); members are called by their numbers, as it calls them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from defa_id.credential import Credential
from defa_id.errors import Fault
from defa_id.formats import cwt, philsys
from defa_id.suites import cose

MODEL: Final = "claim-169"
TYPE: Final = "claim-169"
_BIRTH: Final = 8  # §3, YYYYMMDD
_GENDER: Final = 9
_TEXTS: Final = frozenset({*range(1, 9), 10, 11, 12, 13, 15, 19, 20, 21, 22, 23})
_DAY: Final = re.compile(r"[0-9]{8}")


def model(read: cwt.Read) -> Credential:
    """The identity in a token. Raises `Fault` CWT_SHAPE, PHILSYS_SHAPE and those of `cwt.build`."""
    claim = read.claims[cwt.IDENTITY]
    if type(claim) is not dict or not claim:
        raise Fault("CWT_SHAPE", "claim 169 is not a map")
    if all(type(label) is str for label in claim):
        return philsys.in_a_token(read, claim)
    if read.prefix:
        raise Fault("CWT_CONTENT", "the prefix is not the one of what it holds")
    _require_members(claim)
    document = cwt.plain(claim)
    return cwt.build(read, model=MODEL, type=TYPE, hint=cose.named_key(read.message), claims=document, subject=document)


def _require_members(claim: Mapping[Any, Any]) -> None:
    if not all(type(label) is int and label > 0 for label in claim):
        raise Fault("CWT_SHAPE", "members of claim 169 are numbered")
    if any(type(claim[label]) is not str for label in _TEXTS & claim.keys()):
        raise Fault("CWT_SHAPE", "a member of claim 169 is not a text")
    if claim.get(_GENDER, 1) not in (1, 2, 3):
        raise Fault("CWT_SHAPE", "a member of claim 169 has a number that means nothing")
    if _BIRTH in claim:
        day = claim[_BIRTH]
        try:
            date.fromisoformat(day if _DAY.fullmatch(day) else "")
        except ValueError:
            raise Fault("CWT_SHAPE", "the date of birth in claim 169 is not YYYYMMDD") from None
