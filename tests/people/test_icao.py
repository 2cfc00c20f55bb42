"""icao: the table and the examples of Doc 9303, and a truncated field that is known again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.errors import Fault
from defa_id.people import icao
from defa_id.people.spelling import Units, begins, reads

# Doc 9303-3, eighth edition, §6.A, complete: letters by what they become.
TABLE_A = {
    "A": "ÀÁÂÃĀĂĄ", "AE|A": "Ä", "AA|A": "Å", "AE": "Æ", "C": "ÇĆĈĊČ", "D": "ÐĎĐ", "E": "ÈÉÊËĒĔĖĘĚ", "G": "ĜĞĠĢ",
    "H": "ĤĦ", "I": "ÌÍÎÏĨĪĬĮİı", "IJ": "Ĳ", "J": "Ĵ", "K": "Ķ", "L": "ĹĻĽĿŁ", "N|NXX": "Ñ", "N": "ŃŅŇŊ",
    "O": "ÒÓÔÕŌŎŐ", "OE|O": "Ö", "OE": "ØŒ", "R": "ŔŖŘ", "S": "ŚŜŞŠ", "SS": "ẞ", "T": "ŢŤŦ", "TH": "Þ",
    "U": "ÙÚÛŨŪŬŮŰŲ", "UE|UXX|U": "Ü", "W": "Ŵ", "Y": "ÝŶŸ", "Z": "ŹŻŽ",
}  # fmt: skip
CODES = [hex(ord(letter)) for letters in TABLE_A.values() for letter in letters]

# Examples of Doc 9303-4, -5 and -6, §4.2.3: primary, secondary, name field.
WHOLE = [
    ("ERIKSSON", "ANNA MARIA", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
    ("HENG", "DEBORAH MING LO", "HENG<<DEBORAH<MING<LO<<<<<<<<<<<<<<<<<<"),
    ("SMITH-JONES", "SUSIE MARGARET", "SMITH<JONES<<SUSIE<MARGARET<<<<<<<<<<<<"),
    ("O'CONNOR", "ENYA SIOBHAN", "OCONNOR<<ENYA<SIOBHAN<<<<<<<<<<<<<<<<<<"),
    ("VAN DER MUELLEN", "MARTIN", "VAN<DER<MUELLEN<<MARTIN<<<<<<<<<<<<<<<<"),
    ("AL-BASRI", "HUDA MUHAMMAD JAWAD", "AL<BASRI<<HUDA<MUHAMMAD<JAWAD<<<<<<<<<<"),
    ("VILARCHAO FERNANDEZ", "JOSE RAMON", "VILARCHAO<FERNANDEZ<<JOSE<RAMON<<<<<<<<"),
    ("ARKFREITH", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
    ("SATRIYA SUDARPA", "", "SATRIYA<SUDARPA<<<<<<<<<<<<<<<<<<<<<<<<"),
    ("PAPANDROPOULOUS", "JONATHON WARREN TREVOR", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
    ("PAPANDROPOULOUS", "JONATHON ALEC", "PAPANDROPOULOUS<<JONATHON<ALEC"),
    ("VAN DER MUELLEN", "MARTIN", "VAN<DER<MUELLEN<<MARTIN<<<<<<<"),
]
LONG, DINGO = "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO"
CUT = [
    ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
    ("NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
    (LONG, DINGO, "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI"),
    (LONG, DINGO, "BENNELONG<WOOLOOM<WARRAND<WARNAM<<DINGO"),
    ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DE<K"),
    ("NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "NILAVADHANANANDA<<ARNPOL<PE<CH"),
    (LONG, DINGO, "BENNELONG<WOOLOOMOOLOO<W<W<<DI"),
    (LONG, DINGO, "BENNELONG<WOOLOOM<WA<WARN<<D<P"),
    (LONG, DINGO, "BENNE<WOOLO<WARRA<WARNA<<DIN<P"),
    ("VILARCHAO FERNANDEZ", "JOSE RAMON", "VILARCHAO<FERNANDEZ<<JOSE<RAMO"),
    ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DEJ<K"),
    ("NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "NILAVADHANANANDA<<ARN<PET<CHARO"),
    (LONG, DINGO, "BENNELONG<WOOLOOMOOLOO<W<W<<D<P"),
    (LONG, DINGO, "BENNELONG<WOOLOOM<WAR<WARN<<D<P"),
    (LONG, DINGO, "BENNEL<WOOLO<WARRA<WARNA<<DIN<P"),
]
NAMES = st.lists(st.text("ABCÑĐÜẾỪ", min_size=1, max_size=16), min_size=1, max_size=6).map(" ".join)
POSITIONS = st.sampled_from([icao.TD1, icao.TD2, icao.TD3])


def spelt(text: str) -> list[Units]:
    found = [icao.units(part) for part in icao.components(text)]
    assert None not in found
    return [one for one in found if one is not None]


def test_table_a_is_complete() -> None:
    assert len(CODES) == len(set(CODES)) == 95


@pytest.mark.parametrize(
    ("letter", "becomes"),
    [(letter, becomes) for becomes, letters in TABLE_A.items() for letter in letters],
)
def test_every_letter_of_table_a(letter: str, becomes: str) -> None:
    assert icao.letter(letter) == tuple(becomes.split("|"))
    if letter not in "İıẞ":
        assert icao.letter(letter.lower()) == icao.letter(letter)


@pytest.mark.parametrize(
    ("word", "becomes"),
    [
        ("Nguyễn", "NGUYEN"),
        ("Đặng", "DANG"),
        ("Ưởng", "UONG"),
        ("Peña", "PENA"),
        ("Mª", "MA"),
        ("straße", "STRASSE"),
        ("Ǿ", "OE"),
        ("ǽ", "AE"),
    ],
)
def test_letters_outside_the_table_lose_their_marks(word: str, becomes: str) -> None:
    assert icao.transliterate(word) == becomes


@pytest.mark.parametrize("word", ["สม", "Иван", "Tan2", "ə", "ʀ", "陈"])
def test_what_is_not_of_latin_letters_becomes_nothing(word: str) -> None:
    assert icao.units(word) is None
    assert icao.transliterate(word) is None


def test_the_example_of_appendix_b() -> None:
    name = icao.units("CAÑON")
    assert name
    assert [text for text in ("CANXXON", "CANON", "CANION") if reads(name, text)] == ["CANXXON", "CANON"]


@pytest.mark.parametrize(("primary", "secondary", "field"), WHOLE)
def test_the_examples_of_the_standard_are_written(primary: str, secondary: str, field: str) -> None:
    assert icao.name_field(primary, secondary, len(field)) == field
    assert icao.fits(icao.read_field(field), spelt(primary), spelt(secondary))
    assert icao.fits(icao.read_field(field.rstrip("<")), spelt(primary), spelt(secondary))


@pytest.mark.parametrize(("primary", "secondary", "field"), CUT)
def test_the_truncated_examples_of_the_standard_are_known_again(primary: str, secondary: str, field: str) -> None:
    read = icao.read_field(field)
    assert read.cut
    assert icao.fits(read, spelt(primary), spelt(secondary))
    assert not icao.fits(read, spelt(secondary), spelt(primary))
    assert not icao.fits(read, spelt(primary.replace("N", "M")), spelt(secondary))


@given(NAMES, st.just("") | NAMES, POSITIONS)
def test_what_is_written_fits_the_name_it_was_written_for(primary: str, secondary: str, positions: int) -> None:
    field = icao.name_field(primary, secondary, positions)
    assert len(field) == positions
    assert icao.fits(icao.read_field(field), spelt(primary), spelt(secondary))
    whole = len("<".join(icao.transliterate(part) or "" for part in icao.components(primary)))
    if secondary:
        whole += 2 + len("<".join(icao.transliterate(part) or "" for part in icao.components(secondary)))
    # Part 4 §4.2.3: truncated only if it must be, and then it ends with a letter.
    assert field.endswith("<") == (whole < positions)


@pytest.mark.parametrize(
    "text", ["", "<", "<<ANNA", "ERIKSSON<<<ANNA", "eriksson", "ERIKSSON ANNA", "A<<B<<C", "CAÑON", "A1", "A\n"]
)
def test_what_is_no_name_field(text: str) -> None:
    with pytest.raises(Fault, match="NAME_MRZ_FORM"):
        icao.read_field(text)


@pytest.mark.parametrize(("primary", "secondary"), [("", "ANNA"), ("-", ""), ("สมชาย", ""), ("ERIKSSON", "Анна")])
def test_what_cannot_be_written_in_one(primary: str, secondary: str) -> None:
    with pytest.raises(Fault, match="NAME_MRZ_FORM"):
        icao.name_field(primary, secondary)


def test_a_name_whose_initials_do_not_fit_is_not_written() -> None:
    with pytest.raises(Fault, match="NAME_MRZ_FORM"):
        icao.name_field(" ".join("A" * 21), "A")
    assert icao.name_field(" ".join("A" * 20)) == "<".join("A" * 20)


def test_a_field_that_is_not_cut_is_the_whole_name() -> None:
    field = icao.read_field("ERIKSSON<<ANNA")
    assert not field.cut
    assert not icao.fits(field, spelt("ERIKSSON"), spelt("ANNA MARIA"))
    assert not icao.fits(field, spelt("ERIKSSON"), spelt("ANN"))
    assert not icao.fits(field, spelt("ERIKSSON"), ())


UNITS = st.lists(st.lists(st.text("ab", max_size=3), min_size=1, max_size=3).map(tuple), max_size=6).map(tuple)


def spellings(units: Units) -> set[str]:
    made = {""}
    for unit in units:
        made = {one + spelling for one in made for spelling in unit}
    return made


@given(UNITS, st.text("abx", max_size=8))
def test_the_engine_agrees_with_writing_out_every_spelling(units: Units, text: str) -> None:
    made = spellings(units)
    assert reads(units, text) == (text in made)
    assert begins(units, text) == any(one.startswith(text) for one in made)


def test_alternatives_do_not_multiply() -> None:
    units = (("a", "aa", "aaa"),) * 300
    assert not reads(units, "a" * 299)
    assert reads(units, "a" * 900)
    assert not reads(units, "a" * 901)
