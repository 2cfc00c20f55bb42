"""numbers: typo guards agree with another's library, say no more than they know, and repeat nothing."""

from __future__ import annotations

import json
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.id import nik, npwp
from stdnum.my import nric
from stdnum.sg import uen
from stdnum.th import pin, tin
from stdnum.vn import mst

from defa_id.catalogue import CATALOGUE
from defa_id.codec import limits
from defa_id.errors import WrongUse
from defa_id.people import dates, numbers
from defa_id.people.numbers import Standing

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=80)
DIGITS = "0123456789"
STATES = {"BN", "ID", "KH", "MM", "MY", "PH", "SG", "TH", "TL", "VN"}  # of LA no form of a number was found

OK, SUSPICIOUS, CANNOT_TELL = Standing.OK, Standing.SUSPICIOUS, Standing.CANNOT_TELL


@pytest.mark.parametrize(
    ("scheme", "number", "standing", "reason"),
    [
        ("sg-nric", "S1234567D", OK, "NUMBER_CHECKED"),
        ("sg-nric", "T1234567J", OK, "NUMBER_CHECKED"),
        ("sg-nric", "F1234567N", OK, "NUMBER_CHECKED"),
        ("sg-nric", "G1234567X", OK, "NUMBER_CHECKED"),
        ("sg-nric", "s1234567d", OK, "NUMBER_CHECKED"),
        ("sg-nric", "S1234567J", SUSPICIOUS, "NUMBER_CHECK"),
        ("sg-nric", "S1234576D", SUSPICIOUS, "NUMBER_CHECK"),
        ("sg-nric", "M1234567K", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("sg-nric", "M1234567A", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("sg-nric", "A1234567D", SUSPICIOUS, "NUMBER_FORM"),
        ("sg-uen", "00192200M", OK, "NUMBER_CHECKED"),
        ("sg-uen", "197401143C", OK, "NUMBER_CHECKED"),
        ("sg-uen", "S16FC0121D", OK, "NUMBER_CHECKED"),
        ("sg-uen", "S16FC0121E", SUSPICIOUS, "NUMBER_CHECK"),
        ("sg-uen", "S16IO0121D", SUSPICIOUS, "NUMBER_FORM"),
        ("sg-sfa", "Y1234567A", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("sg-sfa", "1234", CANNOT_TELL, "NUMBER_FORM"),
        ("my-nric", "880229-01-1234", CANNOT_TELL, "NUMBER_NO_CHECK"),
        ("my-nric", "000229-01-1234", CANNOT_TELL, "NUMBER_NO_CHECK"),
        ("my-nric", "880230-01-1234", SUSPICIOUS, "NUMBER_DATE"),
        ("my-nric", "880229-17-1234", CANNOT_TELL, "NUMBER_PLACE"),
        ("my-nric", "880229-00-1234", CANNOT_TELL, "NUMBER_PLACE"),
        ("my-nric", "880229-01-123", SUSPICIOUS, "NUMBER_FORM"),
        ("id-nik", "3171011708450001", CANNOT_TELL, "NUMBER_NO_CHECK"),
        ("id-nik", "3171015708450001", CANNOT_TELL, "NUMBER_NO_CHECK"),
        ("id-nik", "3171017208450001", SUSPICIOUS, "NUMBER_DATE"),
        ("id-nik", "3171014008450001", SUSPICIOUS, "NUMBER_DATE"),
        ("id-nik", "9571011708450001", CANNOT_TELL, "NUMBER_PLACE"),
        ("id-npwp", "01.300.066.6-091.000", OK, "NUMBER_CHECKED"),
        ("id-npwp", "01.300.066.7-091.000", SUSPICIOUS, "NUMBER_CHECK"),
        ("id-npwp", "0013000666091000", OK, "NUMBER_CHECKED"),
        ("id-npwp", "3171011708450001", CANNOT_TELL, "NUMBER_NO_CHECK"),
        ("th-pin", "3-1006-00445-63-5", OK, "NUMBER_CHECKED"),
        ("th-pin", "3100600445636", SUSPICIOUS, "NUMBER_CHECK"),
        ("th-pin", "9100600445635", SUSPICIOUS, "NUMBER_FORM"),
        ("th-pin", "๓๑๐๐๖๐๐๔๔๕๖๓๕", OK, "NUMBER_OTHER_DIGITS"),
        ("th-tin", "0994000617721", OK, "NUMBER_CHECKED"),
        ("th-tin", "0994000617722", SUSPICIOUS, "NUMBER_CHECK"),
        ("vn-pin", "001088123456", CANNOT_TELL, "NUMBER_NO_CHECK"),
        ("vn-pin", "001488123456", SUSPICIOUS, "NUMBER_DATE"),
        ("vn-mst", "0100233488", OK, "NUMBER_CHECKED"),
        ("vn-mst", "0314409058-002", OK, "NUMBER_CHECKED"),
        ("vn-mst", "0100233480", SUSPICIOUS, "NUMBER_CHECK"),
        ("mm-nrc", "12/OUKAMA(N)123456", CANNOT_TELL, "NUMBER_NO_CHECK"),
        ("mm-nrc", "12/OUKAMA (N) 12345", CANNOT_TELL, "NUMBER_NO_CHECK"),
        ("mm-nrc", "၁၂/ဥကမ(နိုင်)၁၂၃၄၅၆", CANNOT_TELL, "NUMBER_OTHER_DIGITS"),
        ("mm-nrc", "16/OUKAMA(N)123456", CANNOT_TELL, "NUMBER_PLACE"),
        ("mm-nrc", "12/OUKAMA(X)123456", SUSPICIOUS, "NUMBER_FORM"),
        ("mm-eid", "1234567890", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("mm-eid", "123456789", SUSPICIOUS, "NUMBER_FORM"),
        ("tl-uin", "1234567890", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("ph-pcn", "1234567890123456", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("ph-pcn", "12345678ABCDEFGH", CANNOT_TELL, "NUMBER_FORM"),
        ("ph-psn", "1234-5678-9012", CANNOT_TELL, "NUMBER_CONFIDENTIAL"),
        ("bn-ic", "01-123456", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("kh-id", "123456789", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("kh-id", "1234", CANNOT_TELL, "NUMBER_FORM"),
        ("id-nib", "1234567890123", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
        ("my-ssm", "201901000005", CANNOT_TELL, "NUMBER_CHECK_UNKNOWN"),
    ],
)
def test_how_numbers_look(scheme: str, number: str, standing: Standing, reason: str) -> None:
    found = numbers.check(scheme, number)
    assert found.standing is standing
    assert reason in found.reasons


# -- another's library, where it has the number ---------------------------------------------------------


def drawn(*lengths: int) -> st.SearchStrategy[str]:
    return st.sampled_from(lengths).flatmap(lambda length: st.text(DIGITS, min_size=length, max_size=length))


@given(drawn(13, 12))
@example("3100600445635")
def test_th_pin_as_stdnum_has_it(number: str) -> None:
    assert (numbers.check("th-pin", number).standing is OK) == pin.is_valid(number)
    assert (numbers.check("th-tin", number).standing is OK) == tin.is_valid(number)


@pytest.mark.parametrize(
    ("scheme", "module", "stem", "tails"),
    [
        ("th-pin", pin, "310060044563", DIGITS),
        ("th-tin", tin, "099400061772", DIGITS),
        ("vn-mst", mst, "010023348", DIGITS),
        ("sg-uen", uen, "00192200", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("sg-uen", uen, "197401143", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("sg-uen", uen, "S16FC0121", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    ],
)
def test_of_all_endings_the_same_one_is_right(scheme: str, module: ModuleType, stem: str, tails: str) -> None:
    right = [tail for tail in tails if numbers.check(scheme, stem + tail).standing is OK]
    assert right == [tail for tail in tails if module.is_valid(stem + tail)]
    assert len(right) == 1


@given(drawn(10, 13, 9))
def test_vn_mst_as_stdnum_has_it(number: str) -> None:
    assert (numbers.check("vn-mst", number).standing is OK) == mst.is_valid(number)


@given(st.from_regex(r"[0-9]{8,9}[A-Z]|S[0-9]{2}(?:FC|LL|PA)[0-9]{4}[A-Z0-9]", fullmatch=True))
def test_sg_uen_as_stdnum_has_it(number: str) -> None:
    number = f"19{number[2:]}" if len(number) == 10 and number[:9].isdigit() else number  # no year to come
    assert (numbers.check("sg-uen", number).standing is OK) == uen.is_valid(number)


@given(st.integers(0, 99), st.integers(0, 13), st.integers(0, 32), st.integers(0, 99), st.integers(0, 9999))
def test_my_nric_as_stdnum_has_it(year: int, month: int, day: int, place: int, rest: int) -> None:
    number = f"{year:02d}{month:02d}{day:02d}{place:02d}{rest:04d}"
    assert (numbers.check("my-nric", number).reasons == ("NUMBER_NO_CHECK", "NUMBER_PERSONAL")) == nric.is_valid(number)
    if nric.is_valid(number):
        assert nric.get_birth_date(number) in {day.earliest for day in numbers.told("my-nric", number).births}


@given(st.integers(11, 94), st.integers(0, 72), st.integers(0, 13), st.integers(0, 99))
def test_id_nik_as_stdnum_has_it(province: int, day: int, month: int, year: int) -> None:
    number = f"{province}01{day:02d}01{month:02d}{year:02d}0001"[:6] + f"{day:02d}{month:02d}{year:02d}0001"
    if nik.is_valid(number) and day not in (0, 40):
        assert numbers.check("id-nik", number).reasons == ("NUMBER_NO_CHECK", "NUMBER_PERSONAL")
        assert nik.get_birth_date(number) in {one.earliest for one in numbers.told("id-nik", number).births}
    if numbers.check("id-nik", number).standing is SUSPICIOUS:
        assert not nik.is_valid(number)


@given(drawn(15, 16))
def test_id_npwp_as_stdnum_has_it(number: str) -> None:
    number = f"0{number[1:]}" if len(number) == 16 else number
    assert (numbers.check("id-npwp", number).standing is OK) == npwp.is_valid(number)


# -- what a check character is good for -------------------------------------------------------------------


@given(st.sampled_from(["S", "T", "F", "G"]), st.text(DIGITS, min_size=7, max_size=7), st.data())
def test_one_mistaken_digit_of_an_nric_is_noticed(prefix: str, serial: str, data: st.DataObject) -> None:
    letters = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    (right,) = [letter for letter in letters if numbers.check("sg-nric", prefix + serial + letter).standing is OK]
    place = data.draw(st.integers(0, 6))
    digit = data.draw(st.sampled_from([digit for digit in DIGITS if digit != serial[place]]))
    slip = serial[:place] + digit + serial[place + 1 :]
    assert numbers.check("sg-nric", prefix + slip + right).standing is SUSPICIOUS


@given(st.text(DIGITS, min_size=7, max_size=7), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_nothing_of_the_m_series_is_ever_suspicious(serial: str, letter: str) -> None:
    assert numbers.check("sg-nric", f"M{serial}{letter}").standing is CANNOT_TELL


# -- what numbers tell --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "number", "births", "sex"),
    [
        ("my-nric", "880229-01-1235", ["1988-02-29", "2088-02-29"], "male"),
        ("my-nric", "010229-01-1234", [], "female"),
        ("id-nik", "3171015708450001", ["1945-08-17", "2045-08-17"], "female"),
        ("id-nik", "3171011708450001", ["1945-08-17", "2045-08-17"], "male"),
        ("vn-pin", "001188123456", ["1988"], "female"),
        ("vn-pin", "001206123456", ["2006"], "male"),
        ("vn-pin", "001988123456", [], None),
        ("my-nric", "nonsense", [], None),
        ("id-nik", "nonsense", [], None),
        ("sg-nric", "S1234567D", [], None),
    ],
)
def test_what_a_number_tells(scheme: str, number: str, births: list[str], sex: str | None) -> None:
    said = numbers.told(scheme, number)
    assert ([str(day) for day in said.births], said.sex) == (births, sex)


@pytest.mark.parametrize(
    ("scheme", "number", "birth", "sex", "codes"),
    [
        ("vn-pin", "001188123456", "1988-05-01", "female", ()),
        ("vn-pin", "001188123456", "1989-05-01", "female", ("NUMBER_BIRTH_DIFFERS",)),
        ("vn-pin", "001188123456", "1988", "male", ("NUMBER_SEX_DIFFERS",)),
        ("my-nric", "880229011235", "1988-02-29", "male", ()),
        ("my-nric", "880229011235", "1988-02", None, ()),
        ("my-nric", "880229011235", "2088-02-29", None, ()),
        ("my-nric", "880229011235", "1988-03", "female", ("NUMBER_BIRTH_DIFFERS", "NUMBER_SEX_DIFFERS")),
        ("id-nik", "3171015708450001", "1945-08-17", "female", ()),
        ("id-nik", "3171015708450001", None, None, ()),
        ("sg-nric", "S1234567D", "1988", "male", ()),
    ],
)
def test_a_claim_is_contradicted_by_a_finding_only(
    scheme: str, number: str, birth: str | None, sex: str | None, codes: tuple[str, ...]
) -> None:
    born = dates.read(birth) if birth else None
    assert numbers.contradictions(scheme, number, birth=born, sex=sex) == codes


# -- the table ------------------------------------------------------------------------------------------------


def test_every_state_with_a_known_form_has_a_scheme() -> None:
    assert {kind.state for kind in numbers.SCHEMES.values()} == STATES
    for id, kind in numbers.SCHEMES.items():
        assert id == kind.id
        assert id.startswith(f"{kind.state.lower()}-")
        assert kind.source
        assert kind.confidence in {"V", "V2", "G", "U"}


@pytest.mark.parametrize("scheme", ["my-nric", "id-nik", "vn-pin", "mm-nrc"])
def test_numbers_that_hold_personal_data_are_flagged(scheme: str) -> None:
    assert numbers.SCHEMES[scheme].personal
    assert "NUMBER_PERSONAL" in numbers.check(scheme, "1").reasons


def test_the_philippine_psn_is_confidential_and_nothing_else_is() -> None:
    assert [id for id, kind in numbers.SCHEMES.items() if kind.confidential] == ["ph-psn"]


@pytest.mark.parametrize("scheme", [id for id, kind in numbers.SCHEMES.items() if kind.confidence in {"G", "U", "V2"}])
@given(number=ANYTHING)
def test_a_form_that_is_not_sure_is_no_ground_for_suspicion(scheme: str, number: str) -> None:
    assert numbers.check(scheme, number).standing is CANNOT_TELL


@pytest.mark.parametrize("scheme", numbers.SCHEMES)
@given(number=ANYTHING)
@example(number="1" * (limits.NUMBER_CHARS + 1))
@example(number="123456789012" + " " * 60 + "x")
@example(number="²³¹")
def test_any_text_is_looked_at_and_never_repeated(scheme: str, number: str) -> None:
    found = numbers.check(scheme, number)
    assert set(found.reasons) <= set(CATALOGUE.reasons)
    said = {"scheme": scheme, "standing": str(found.standing), "reasons": list(found.reasons)}
    assert json.loads(json.dumps(found.to_dict())) == said
    numbers.told(scheme, number)


def test_a_number_too_long_is_not_cut_to_fit() -> None:
    assert numbers.check("th-pin", "3100600445635" + " " * 60 + "1").standing is SUSPICIOUS


def test_an_unknown_scheme_is_wrong_use() -> None:
    for call in (numbers.check, numbers.told):
        with pytest.raises(WrongUse) as wrong:
            call("la-id", "1")
        assert "th-pin" in wrong.value.hint
