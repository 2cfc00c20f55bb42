"""words, latin, folding: names are taken apart by the customs of their states, and words agree for known reasons."""

from __future__ import annotations

import langcodes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.people import latin, traditions, writing
from defa_id.people.folding import folded
from defa_id.people.grades import AGREEING, Grade, Match, best, together, worse
from defa_id.people.latin import Customs, same_word
from defa_id.people.words import Parts, key, take_apart

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)


def first_way(text: str, *states: str) -> Parts:
    return take_apart(text, traditions.of(states)).ways[0]


@pytest.mark.parametrize(
    ("state", "text", "bare"),
    [
        ("MY", "Tan Sri Dato' Seri Ahmad", "Ahmad"),
        ("MY", "Dr. Ahmad", "Ahmad"),
        ("MY", "Tan Ah Kow", "Tan Ah Kow"),
        ("ID", "Sri Contoh", "Sri Contoh"),
        ("MM", "U Daw", "Daw"),
        ("MM", "Ma Ma Lay", "Ma Lay"),
        ("MM", "မမလေး", "မလေး"),
        ("MM", "မင်းကို", "မင်းကို"),
        ("MM", "မြ", "မြ"),
        ("TH", "นายสมมติ", "สมมติ"),
        ("TH", "นายิกา", "นายิกา"),
        ("TH", "นายา", "นายา"),
        ("TH", "ด.ช.สมมติ", "สมมติ"),
        ("TH", "นาย", "นาย"),
        ("VN", "Ông Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu"),
        ("TL", "Senhor João", "João"),
    ],
)
def test_titles_are_left_out_and_something_always_stays(state: str, text: str, bare: str) -> None:
    assert take_apart(text, traditions.of([state])).bare == bare


@pytest.mark.parametrize(
    ("state", "text", "parts"),
    [
        ("MY", "Siti binti Misalan", (("Siti", "Misalan"), ("daughter",), ("binti",))),
        ("SG", "Siti Binte Misalan", (("Siti", "Misalan"), ("daughter",), ("binte",))),
        ("MY", "Rajan anak lelaki Kumar", (("Rajan", "Kumar"), ("son",), ("anak lelaki",))),
        ("MY", "Kavita a/p Kumar", (("Kavita", "Kumar"), ("daughter",), ("a/p",))),
        ("MY", "Ali bin Abu bin Contoh", (("Ali", "Abu", "Contoh"), ("son", "son"), ("bin", "bin"))),
        ("MY", "Bin Ali", (("Bin", "Ali"), (), ())),
        ("MY", "Ali bin", (("Ali", "bin"), (), ())),
        ("PH", "Ali bin Abu", (("Ali", "bin", "Abu"), (), ())),
        ("BN", "احمد بن علي", (("احمد", "علي"), ("son",), ("بن",))),
    ],
)
def test_connectors_are_never_names(state: str, text: str, parts: tuple[object, ...]) -> None:
    way = first_way(text, state)
    assert (way.words, way.relations, way.connectors) == parts


@pytest.mark.parametrize(
    "text",
    ["-", "--", "FNU", "fnu lnu", "XXX", "xxxxx", "NULL", "None", "n/a", "Unknown", "???", "...", "No Name", "_"],
)
def test_what_stands_for_a_name_is_none(text: str) -> None:
    taken = take_apart(text, traditions.EVERYWHERE)
    assert taken.ways == ()
    assert taken.notes == {"NAME_PLACEHOLDER"}


@pytest.mark.parametrize("text", ["Xu", "Xx", "Malcolm X", "Fnuhl", "Nilou", "Nonie", "Na Li"])
def test_what_only_looks_like_a_placeholder_is_a_name(text: str) -> None:
    assert take_apart(text, traditions.EVERYWHERE).notes == frozenset()


def test_a_doubtful_title_is_kept_and_left_out() -> None:
    taken = take_apart("Maung Aye", traditions.of(["MM"]))
    assert [(way.words, way.doubtful) for way in taken.ways] == [(("Maung", "Aye"), False), (("Aye",), True)]
    assert taken.bare == "Maung Aye"


def test_commas() -> None:
    assert [way.words for way in take_apart("CRUZ, JUAN", traditions.EVERYWHERE).ways] == [
        ("CRUZ", "JUAN"),
        ("JUAN", "CRUZ"),
    ]
    assert [way.suffix for way in take_apart("CRUZ JR., JUAN", traditions.EVERYWHERE).ways] == ["jr", "jr"]
    assert first_way("Budi Santoso, S.H.", "ID").words == ("Budi", "Santoso")
    assert first_way("Juan Cruz, Jr.", "PH").suffix == "jr"
    assert first_way("A, B, C", "PH").words == ("A", "B", "C")
    assert first_way("Jr.", "PH").words == ("Jr.",)


def test_repeated_names() -> None:
    ways = take_apart("Sumiyati SUMIYATI", traditions.of(["ID"])).ways
    assert [(way.words, way.doubtful) for way in ways] == [(("Sumiyati", "SUMIYATI"), False), (("Sumiyati",), True)]
    assert len(take_apart("Moe Moe", traditions.of(["MM"])).ways) == 1


@given(ANYTHING, st.lists(st.sampled_from(sorted(traditions.TRADITIONS)), max_size=3))
def test_no_text_is_too_much(text: str, states: list[str]) -> None:
    written = writing.read(text)
    taken = take_apart(written.text, traditions.of(states))
    assert all(way.words for way in taken.ways)
    assert key(key(text)) == key(text)


# -- traditions -------------------------------------------------------------------------------------------


def test_every_state_has_its_customs() -> None:
    assert sorted(traditions.TRADITIONS) == ["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]
    for state, tradition in traditions.TRADITIONS.items():
        listed = tradition.titles | tradition.bearing
        assert not tradition.titles & tradition.bearing, state
        assert [word for word in listed if " ".join(map(key, word.split(" "))) != word] == []
        assert tradition.order in {"family_given", "given_family", "none", "several"}


def test_every_language_of_a_custom_is_one_of_the_registry() -> None:
    assert [tag for tag in traditions._HOMES if not langcodes.tag_is_valid(tag)] == []


@pytest.mark.parametrize(
    ("tag", "states"),
    [
        ("my", ("MM",)),
        ("ms-BN", ("BN",)),
        ("ms", ("MY", "BN", "SG")),
        ("en-SG", ("SG",)),
        ("en", ()),
        ("fr-FR", ()),
        (None, ()),
    ],
)
def test_where_a_language_is_at_home(tag: str | None, states: tuple[str, ...]) -> None:
    assert traditions.states_of(tag) == states


def test_customs_together() -> None:
    both = traditions.of(["MM", "TH", "??"])
    assert both.titles > traditions.TRADITIONS["MM"].titles | traditions.EVERYWHERE.titles
    assert not both.whole
    assert traditions.of(["MM"]).whole
    assert not traditions.of([]).whole
    assert traditions.of(["TH", "LA"]).order == "given_family"
    assert traditions.of(["TH", "VN"]).order == "several"


# -- words in Latin letters -----------------------------------------------------------------------------------

PLAIN = Customs(plain=True)


@pytest.mark.parametrize(
    ("one", "other", "customs", "grade", "reason"),
    [
        ("Siti", "SITI", Customs(), Grade.NORMALISED, "NAME_LETTER_CASE"),
        ("O'Brien", "O’Brien", Customs(), Grade.NORMALISED, "NAME_PUNCTUATION"),
        ("hòa", "hoà", Customs(), Grade.NORMALISED, "NAME_TONE_PLACEMENT"),
        ("khỏe", "khoẻ", Customs(), Grade.NORMALISED, "NAME_TONE_PLACEMENT"),
        ("Müller", "Mueller", PLAIN, Grade.TRANSLITERATED, "NAME_ICAO"),
        ("Müller", "Mueller", Customs(), Grade.VARIANT, "NAME_MARKS"),
        ("Nguyễn", "Nguyên", Customs(), Grade.VARIANT, "NAME_MARKS"),
        ("Pe?a", "Peña", Customs(), Grade.VARIANT, "NAME_REPLACED"),
        ("J.", "Juan", Customs(), Grade.VARIANT, "NAME_INITIAL"),
        ("Đ.", "Đặng", Customs(), Grade.VARIANT, "NAME_INITIAL"),
        ("Ma.", "Maria", Customs({"ma": "maria"}), Grade.VARIANT, "NAME_ABBREVIATION"),
        ("Tjahjono", "Cahyono", Customs(old_spelling=True), Grade.VARIANT, "NAME_SPELLING"),
        ("Jusuf", "Yusuf", Customs(old_spelling=True), Grade.VARIANT, "NAME_SPELLING"),
        ("Sjarifah", "Syarifah", Customs(old_spelling=True), Grade.VARIANT, "NAME_SPELLING"),
        ("Somchay", "Somchai", Customs(romanised=True), Grade.VARIANT, "NAME_ROMANISATION"),
    ],
)
def test_words_that_agree(one: str, other: str, customs: Customs, grade: Grade, reason: str) -> None:
    assert same_word(one, other, customs) == (grade, (reason,))
    assert same_word(other, one, customs) == (grade, (reason,))


@pytest.mark.parametrize(
    ("one", "other", "customs"),
    [
        ("Siti", "Sita", PLAIN),
        ("múa", "muá", Customs()),
        ("hòa", "hoá", Customs()),
        ("An", "Ân", Customs(marked=True)),
        ("Ấn", "Ẩn", Customs()),
        ("Pe?a", "Pera?", Customs()),
        ("Pe?a", "Pe?b", Customs()),
        ("J", "K", Customs()),
        ("Djoko", "Joko", Customs()),
        ("Michael", "Michal", PLAIN),
        ("Somchay", "Somchai", Customs()),
    ],
)
def test_words_that_do_not(one: str, other: str, customs: Customs) -> None:
    assert same_word(one, other, customs) is None
    assert same_word(other, one, customs) is None


@given(ANYTHING, ANYTHING, st.booleans(), st.booleans(), st.booleans())
def test_how_two_words_agree_is_symmetric(one: str, other: str, plain: bool, marked: bool, romanised: bool) -> None:
    customs = Customs({"ma": "maria"}, old_spelling=True, romanised=romanised, plain=plain, marked=marked)
    found = same_word(one, other, customs)
    assert same_word(other, one, customs) == found
    assert found is None or found.grade in AGREEING
    assert same_word(one, one, customs) == (Grade.EXACT, ())


def test_marks() -> None:
    assert latin.is_plain("O'Brien-Smith")
    assert not latin.is_plain("Peña")
    assert latin.marks_differ("An", "Ân")
    assert not latin.marks_differ("An", "AN")


@pytest.mark.parametrize(
    ("script", "one", "other"),
    [
        ("Thai", "นํา", "นำ"),
        ("Thai", "นํ้า", "น้ำ"),
        ("Thai", "เเก", "แก"),
        ("Thai", "ก่ี", "กี่"),
        ("Laoo", "ຄໍາ", "ຄຳ"),
        ("Laoo", "ຫນູ", "ໜູ"),
        ("Arab", "مُحَمَّد", "محمد"),
        ("Arab", "كاسه", "کاسه"),
        ("Arab", "ڬاجه", "ݢاجه"),
    ],
)
def test_what_one_sees_is_one(script: str, one: str, other: str) -> None:
    assert one != other
    assert folded(one, script) == folded(other, script)
    assert folded(folded(one, script), script) == folded(one, script)


def test_what_differs_to_a_reader_is_not_folded() -> None:
    assert folded("ی", "Arab") != folded("ى", "Arab")
    assert folded("احمد", "Arab") != folded("أحمد", "Arab")
    assert folded("ก็", "Thai") == "ก็"
    assert folded("เเก", "Laoo") == "เเก"


# -- grades -----------------------------------------------------------------------------------------------------

MATCHES = st.builds(Match, st.sampled_from(Grade), st.lists(st.sampled_from("ABC"), max_size=2).map(tuple))


@given(MATCHES, MATCHES, MATCHES)
def test_putting_grades_together(one: Match, other: Match, third: Match) -> None:
    assert together(one, other, third).grade is worse(worse(one.grade, other.grade), third.grade)
    assert set(together(one, other).reasons) == {*one.reasons, *other.reasons}
    assert best(one, None, other) == best(other, one)
    assert best(None) is None
    assert worse(Grade.EXACT, one.grade) is one.grade
    assert worse(Grade.CONFLICT, one.grade) is Grade.CONFLICT
