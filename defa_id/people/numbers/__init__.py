"""Identifying numbers of the eleven states: guards against slips of the pen, and never evidence.

Check characters and tables of places are python-stdnum's where it has the number; what follows from them is said
here. A result says ok, suspicious or cannot-tell, with reason codes; it never says anything about a person.
Several of these numbers hold a birth date, a sex or a place: they are personal data wherever they go,
and what they tell may contradict a claim only by way of a finding, because registers have their quirks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from defa_id.codec.text import printable
from defa_id.errors import WrongUse
from defa_id.people import dates
from defa_id.people.dates import PartialDate
from defa_id.people.numbers import forms, indonesia, malaysia, singapore, thailand, vietnam
from defa_id.people.numbers.result import NumberCheck, Scheme, Standing, Told, compact

__all__ = ["SCHEMES", "NumberCheck", "Scheme", "Standing", "Told", "check", "contradictions", "scheme"]

_STDNUM: Final = "python-stdnum 2.2"
_BORN: Final = ("birth date", "sex")

_ALL: Final = (
    Scheme(
        "bn-ic", "BN", "Identity card", forms.digits(8, sure=False, check=None), "general knowledge, unchecked", "G"
    ),
    Scheme(
        *("id-nik", "ID", "Nomor Induk Kependudukan", indonesia.nik, f"{_STDNUM}, id.nik", "V"),
        personal=(*_BORN, "place of registration"),
        told=indonesia.nik_told,
    ),
    Scheme(
        *("id-npwp", "ID", "Nomor Pokok Wajib Pajak", indonesia.npwp, f"{_STDNUM}, id.npwp", "V"),
        personal=("may be a NIK",),
    ),
    Scheme(
        *("id-nib", "ID", "Nomor Induk Berusaha", forms.digits(13, sure=False, check=None)),
        *("general knowledge, unchecked", "G"),
    ),
    Scheme(
        *("kh-id", "KH", "Khmer identity card", forms.digits(9, sure=False, check=None)),
        *("general knowledge, unchecked", "G"),
    ),
    Scheme(
        *("mm-nrc", "MM", "Citizenship Scrutiny Card (NRC)", forms.nrc, "source code of wai-lin/mm-nrc", "V"),
        personal=("place of registration", "kind of citizenship"),
    ),
    Scheme(
        *("mm-eid", "MM", "e-ID serial", forms.digits(10, sure=True, check=None), "gnlm.com.mm 2024-02", "V"),
    ),
    Scheme(
        *("my-nric", "MY", "MyKad", malaysia.nric, f"{_STDNUM}, my.nric", "V"),
        personal=(*_BORN, "birth place"),
        told=malaysia.nric_told,
    ),
    Scheme(
        *("my-ssm", "MY", "Registration number of the SSM", forms.digits(12, sure=False, check=None)),
        *("general knowledge, unchecked", "G"),
    ),
    Scheme(
        *("ph-psn", "PH", "PhilSys Number (PSN)", forms.digits(12, sure=True), "philsys.gov.ph", "V"),
        confidential=True,
    ),
    Scheme(
        *("ph-pcn", "PH", "PhilSys Card Number (PCN)", forms.digits(16, sure=False, check=None)),
        *("a vendor's page; vendors disagree whether it holds letters", "U"),
    ),
    Scheme(
        *("sg-nric", "SG", "NRIC and FIN", singapore.nric),
        *("seven public implementations: they agree on S, T, F and G and not on M", "V"),
    ),
    Scheme("sg-uen", "SG", "Unique Entity Number", singapore.uen, f"{_STDNUM}, sg.uen", "V"),
    Scheme(
        *("sg-sfa", "SG", "Singpass Foreign user Account", forms.letter_and_digits),
        *("ask.gov.sg via luke.lol", "V2"),
    ),
    Scheme("th-pin", "TH", "Personal number", thailand.pin, f"{_STDNUM}, th.pin", "V"),
    Scheme("th-tin", "TH", "Taxpayer number", thailand.tin, f"{_STDNUM}, th.tin", "V"),
    Scheme("tl-uin", "TL", "Unique ID (UIN)", forms.digits(10, sure=True, check=None), "idu.gov.tl/faq", "V"),
    Scheme(
        *("vn-pin", "VN", "Personal number", vietnam.pin),
        *("lawnet, Decree 137/2015 article 13; lawfirm.vn", "V"),
        personal=("year of birth", "sex", "birth place"),
        told=vietnam.pin_told,
    ),
    Scheme("vn-mst", "VN", "Tax code (MST)", vietnam.mst, f"{_STDNUM}, vn.mst", "V"),
)
SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType({scheme.id: scheme for scheme in _ALL})


def scheme(id: str) -> Scheme:
    """The scheme of that id. Raises `WrongUse` if there is none."""
    found = SCHEMES.get(id)
    if found is None:
        raise WrongUse(f"there is no number scheme {printable(id)!r}", hint=f"One of {', '.join(SCHEMES)}.")
    return found


def check(id: str, number: str) -> NumberCheck:
    """How a number of that scheme looks. Raises `WrongUse` for an unknown scheme, nothing for any number."""
    kind = scheme(id)
    plain, other_digits = compact(number, kind.separators)
    standing, reasons = kind.check(plain)
    noted = [*reasons]
    if other_digits:
        noted.append("NUMBER_OTHER_DIGITS")
    if kind.confidential:
        noted.append("NUMBER_CONFIDENTIAL")
    if kind.personal:
        noted.append("NUMBER_PERSONAL")
    return NumberCheck(id, standing, tuple(noted))


def told(id: str, number: str) -> Told:
    """What a number itself tells about a person; nothing, for most. Raises `WrongUse` for an unknown scheme."""
    kind = scheme(id)
    return kind.told(compact(number, kind.separators)[0]) if kind.told else Told()


def contradictions(
    id: str, number: str, *, birth: PartialDate | None = None, sex: str | None = None
) -> tuple[str, ...]:
    """Where a number tells otherwise than the claims beside it: reason codes, and no ground for refusal.

    `sex` is "male" or "female"; what is not claimed is not compared. Raises `WrongUse` for an unknown scheme.
    """
    says = told(id, number)
    found = []
    differ = dates.Agreement.DIFFER
    if birth and says.births and all(dates.compare(birth, one).agreement is differ for one in says.births):
        found.append("NUMBER_BIRTH_DIFFERS")
    if sex and says.sex and sex != says.sex:
        found.append("NUMBER_SEX_DIFFERS")
    return tuple(found)
