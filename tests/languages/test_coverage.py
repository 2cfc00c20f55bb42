"""The languages that ship: what they hold, that none is out of date unnoticed, and that adding one is adding a file."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from defa_id import languages, packs
from defa_id.catalogue import CATALOGUE, Catalogue
from defa_id.codec import limits
from defa_id.errors import WrongUse
from defa_id.languages import ENGLISH, NEXT_STEP, Texts, coverage, po, words

FILES = list(languages.files_in(languages.FOLDER))
BY_FILE = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
SCRIPTS = {"th": "THAI", "lo": "LAO", "km": "KHMER", "my": "MYANMAR"}
FINDINGS = ("NAME_", "DATE_", "NUMBER_")


def read(path: Path) -> po.File:
    return po.read(path.read_bytes(), path.name)


def test_six_languages_ship() -> None:
    assert set(languages.known()) >= {"en", "fil", "id", "ms", "th", "vi"}


@BY_FILE
def test_the_words_of_a_verdict_are_there(path: Path) -> None:
    """Whatever else is missing, an answer never mixes its own fixed words of two languages."""
    there = {
        row.english for row in read(path).entries if row.context in (languages.REPORT, languages.CONDITION) and row.text
    }
    assert there >= set(words.WORDS)


@BY_FILE
def test_a_refusal_for_want_of_recognition_has_its_own_words(path: Path) -> None:
    """Six answers about states, and none of them the same text in any language."""
    texts = languages.of_file(path.stem, read(path))
    codes = [code for code in CATALOGUE.reasons if code.startswith("RECOGNITION_")]
    told = [texts.of(code, CATALOGUE.reasons[code].message) for code in codes]
    assert len(set(told)) == len(codes)
    advice = {CATALOGUE.reasons[code].next_step for code in ("RECOGNITION_NONE", "RECOGNITION_ENDED")}
    assert all(texts.step(step) != step for step in advice)


@BY_FILE
def test_no_translation_is_of_an_english_text_that_changed(path: Path) -> None:
    """After a change of the English: `defa-id languages --refresh --folder defa_id/languages`, then look at them."""
    assert not coverage.leftovers(read(path))


@BY_FILE
def test_a_draft_says_so(path: Path) -> None:
    file = read(path)
    assert file.header["Language"] == path.stem
    assert file.header["X-Review"] in ("draft", "reviewed")
    assert (file.header["X-Review"] == "draft") == any("DRAFT" in line for line in file.preface)


def test_every_text_of_a_verdict_has_a_second_language() -> None:
    """What came into the catalogue after the last look at the translations is reported, not refused."""
    translated = {(row.context, row.english) for path in FILES for row in read(path).entries if row.text}
    known = {(row.context, row.english) for path in FILES for row in read(path).entries}
    single = [key for key in known - translated if not key[0].startswith(FINDINGS)]
    assert not single


@BY_FILE
def test_texts_are_visible_normal_and_of_their_script(path: Path) -> None:
    own = SCRIPTS.get(path.stem, "LATIN")
    for row in read(path).entries:
        assert row.text == unicodedata.normalize("NFC", row.text).strip(), row
        assert ("  " in row.text) == ("  " in row.english), row
        assert not any(unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn") for character in row.text), row
        used = {unicodedata.name(letter).split()[0] for letter in row.text if letter.isalpha()}
        assert used <= {"LATIN", own}, row
        if row.context == languages.LABEL:
            continue  # the name of a state may be the same everywhere
        if row.text and " " in row.english:  # not the short words that a language may share with English
            assert own in used, row
            assert row.text != row.english, row


@BY_FILE
def test_technical_names_stay_as_they_are(path: Path) -> None:
    """Options, commands and names of standards are typed or searched for: a translation must not change them."""
    import re

    kept = re.compile(r"--[a-z-]+|`[^`]+`|\b(?:SD-JWT|VC-JWT|CBOR|COSE|JSON|nonce|DID|X\.509|QR|RFC 3339|base64url)\b")
    for row in read(path).entries:
        if row.text:
            assert set(kept.findall(row.english)) <= set(kept.findall(row.text)), row


@BY_FILE
def test_a_translation_speaks_of_no_agreement_that_the_english_leaves_out(path: Path) -> None:
    """Nobody may read that an agreement, or the region, asks for something or approves of it."""
    for row in read(path).entries:
        for name in ("DEFA", "ASEAN"):
            said = (name in text.replace("DEFA_ID", "") for text in (row.english, row.text or row.english))
            assert len(set(said)) == 1, row


def changed(code: str, message: str) -> Catalogue:
    reasons = {**CATALOGUE.reasons, code: CATALOGUE.reasons[code]._replace(message=message)}
    return CATALOGUE._replace(reasons=reasons)


def test_a_changed_english_text_is_shown_in_english_and_reported() -> None:
    file = read(languages.FOLDER / "id.po")
    new = changed("TIME_EXPIRED", "It has expired for good.")
    assert [row.context for row in coverage.leftovers(file, new)] == ["TIME_EXPIRED"]
    after = coverage.refreshed(file, new)
    assert not coverage.leftovers(after, new)
    (row,) = [row for row in after.entries if row.context == "TIME_EXPIRED"]
    assert row.fuzzy
    assert row.previous == "It has expired."
    assert row.text
    assert po.read(po.write(after), "id.po") == after
    assert [source.context for source in coverage.coverage("id", after, new).outdated] == ["TIME_EXPIRED"]
    texts = languages.of_file("id", after)
    assert texts.of("TIME_EXPIRED", "It has expired for good.") == "It has expired for good."
    assert coverage.refreshed(after, new) == after


def test_a_text_is_never_another_codes() -> None:
    texts = languages.texts("id")
    message = CATALOGUE.reasons["TIME_EXPIRED"].message
    assert texts.of("TIME_EXPIRED", message) != message
    assert texts.of("TIME_NOT_YET", message) == message
    assert texts.step(message) == message


def test_adding_a_language_is_adding_a_file(tmp_path: Path) -> None:
    file = coverage.begun("lo", "ລາວ")
    step = CATALOGUE.reasons["TIME_EXPIRED"].next_step
    entries = tuple(row._replace(text="ຂໍ") if row.english == step else row for row in file.entries)
    (tmp_path / "lo.po").write_bytes(po.write(file._replace(entries=entries)))
    texts = languages.texts("lo-LA", tmp_path)
    assert (texts.code, texts.name, texts.draft) == ("lo", "ລາວ", True)
    assert texts.step(step) == "ຂໍ"
    assert texts.of("TIME_EXPIRED", "It has expired.") == "It has expired."
    found = coverage.coverage("lo", read(tmp_path / "lo.po"))
    assert (found.translated, found.total) == (1, len(coverage.sources()))


def test_a_condition_of_ones_own_is_translated_in_ones_own_file_and_no_refresh_takes_it_away() -> None:
    file = read(languages.FOLDER / "vi.po")
    own = po.Entry(languages.ATTACHED, "Ask at the desk.", "Hãy hỏi tại quầy.")
    after = coverage.refreshed(file._replace(entries=(*file.entries, own)))
    assert own in after.entries
    assert not coverage.leftovers(after)
    assert languages.of_file("vi", after).attached("Ask at the desk.") == "Hãy hỏi tại quầy."
    assert coverage.refreshed(after) == after


def test_what_ships_is_counted_as_every_other_text() -> None:
    """Kinds, purposes, states, conditions, things wanted and questions: a new one is reported as missing."""
    sources = set(coverage.sources())
    for label in ("Person identity", "Viet Nam", "Governance and law"):
        assert coverage.Source(languages.LABEL, label) in sources
    assert coverage.Source("banking.account-opening", "Opening a bank account") in sources
    assert coverage.Source("list.contact", "Does the list say whom to reach?") in sources
    assert coverage.Source("list.contact", "Somebody to reach") in sources
    assert len([source for source in sources if source.context == languages.ATTACHED]) >= 6
    bare = coverage.begun("lo", "ລາວ")
    assert {(row.context, row.english) for row in bare.entries} == {(one.context, one.english) for one in sources}


def test_a_file_of_ones_own_stands_for_the_one_that_ships(tmp_path: Path) -> None:
    file = read(languages.FOLDER / "id.po")
    (tmp_path / "id.po").write_bytes(po.write(file._replace(header={**file.header, "X-Review": "reviewed"})))
    assert languages.texts("id").draft
    assert not languages.texts("id", tmp_path).draft


@pytest.mark.parametrize("code", ["id", "ID", "id-ID", "id_ID.UTF-8", "id-Latn-ID"])
def test_a_language_is_found_by_any_of_its_tags(code: str) -> None:
    assert languages.texts(code).code == "id"


@pytest.mark.parametrize("code", ["", "xx", "../id", "i", "C", "id\n"])
def test_a_language_that_is_not_there_is_wrong_use_with_the_list(code: str) -> None:
    with pytest.raises(WrongUse, match="no texts in") as caught:
        languages.texts(code)
    assert "en, " in (caught.value.hint or "")


def test_english_needs_no_file() -> None:
    assert languages.texts("en-SG") is ENGLISH
    assert ENGLISH.word("{one} and {other}", one=1, other=2) == "1 and 2"


def test_a_word_that_is_not_listed_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError):
        ENGLISH.word("Accepted, perhaps")
    assert len(set(words.WORDS)) == len(words.WORDS)


def test_a_value_with_braces_is_put_in_as_it_is() -> None:
    texts = Texts("xx", "X", True, {(languages.REPORT, "capped because {why}"): "{why}!"})
    assert texts.word("capped because {why}", why="{0.__class__}") == "{0.__class__}!"


def test_a_file_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "xx.po").write_text("nonsense", encoding="utf-8")
    with pytest.raises(WrongUse, match=r"xx\.po, line 1"):
        languages.texts("xx", tmp_path)
    with pytest.raises(WrongUse, match="No such file"):
        languages.texts("en", tmp_path / "absent")
    (tmp_path / "yy.po").write_bytes(b" " * (limits.LANGUAGE_BYTES + 1))
    with pytest.raises(WrongUse, match="larger"):
        languages.texts("yy", tmp_path)


def test_a_state_is_refused_never_a_person() -> None:
    """A want of recognition is said of the states; the advice says that the person can do nothing about it."""
    sources = {source.english for source in coverage.sources() if source.context.startswith("RECOGNITION_")}
    assert not [text for text in sources if "holder" in text or "person" in text]
    assert NEXT_STEP in {source.context for source in coverage.sources()}


def test_words_that_are_looked_up_by_a_value_are_all_listed() -> None:
    """A value without its word would end a command with an exception that is ours."""
    from defa_id.assessment import gap
    from defa_id.people import numbers
    from defa_id.receipt import again
    from defa_id.report import country, people, recognition_map

    looked_up = [
        *again.WHYS,
        *gap.MATURITY,
        *recognition_map.LEVELS,
        *packs.CONFIDENCES.values(),
        *packs.INTERFACES.values(),
        *(told for scheme in numbers.SCHEMES.values() for told in scheme.personal),
        *(meaning for _, meaning in (*people._GRADES.values(), *people._STANDINGS.values())),
        *country._STRUCTURES.values(),
        *country._ORDER.values(),
        *country._IN_FORCE.values(),
        *country._CHECK_CHARACTER.values(),
    ]
    assert set(looked_up) <= set(words.WORDS)
