"""Area L: look-alikes, unseen and stacked characters, odd locales and digits, in identifiers, names and on screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from defa_id import people
from defa_id.errors import Fault, WrongUse
from defa_id.people import Grade, dates, numbers, writing
from defa_id.people.names import Form, Name, examine
from defa_id.policy import Policy
from defa_id.report.text import report
from defa_id.report.width import width
from defa_id.verifier import Verifier
from tests.adversarial.rows import SUBJECT, Row, Stage, accepted, refuse_each, refused, short, table
from tests.report.test_text import assert_harmless
from tests.support.world import ISSUER, NOW

MODEL = "format.model"
UNKNOWN = ("issuer.listed", "SCOPE_ISSUER_UNKNOWN")


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


# L01 look-alikes, L02 normalisation forms, L03 compatibility, L10 percent-encoding: the issuer is compared
# byte for byte, and what is not ASCII is no identifier of a document's issuer at all.
STRANGERS = {
    "L01-Cyrillic-o": "did:web:sg-pers\u043en.example",
    "L01-Greek-omicron": "did:web:sg-pers\u03bfn.example",
    "L02-NFC": "did:web:sg-pers\u00f3n.example",
    "L02-NFD": "did:web:sg-perso\u0301n.example",
    "L03-full-width": "did:web:\uff53g-person.example",
    "L03-long-s": "did:web:\u017fg-person.example",
}


@pytest.mark.parametrize("issuer", STRANGERS.values(), ids=list(STRANGERS))
def test_an_issuer_that_only_looks_like_ours(stage: Stage, issuer: str) -> None:
    assert unicodedata.normalize("NFKC", issuer) != issuer or not issuer.isascii()
    refused(stage.judge(stage.sd(iss=issuer)), *UNKNOWN)
    for token in (stage.vc(issuer=issuer, iss=issuer), stage.vc_sd(issuer=issuer, iss=issuer)):
        refused(stage.judge(token), MODEL, "MODEL_SHAPE")


@pytest.mark.parametrize(
    "issuer", ["did:web:sg-person%2Eexample", "did:web:%73g-person.example", "did:web:SG-person.example"]
)
def test_l10_an_identifier_is_compared_byte_for_byte(stage: Stage, issuer: str) -> None:
    for token in (stage.vc(issuer=issuer, iss=issuer), stage.sd(iss=issuer)):
        refused(stage.judge(token), *UNKNOWN)


@pytest.mark.parametrize(("one", "other"), [("ADAM", "АDAM"), ("Maria", "Μaria"), ("Tan", "Tаn")])
def test_l01_look_alikes_in_a_name_are_refused_and_never_equal(one: str, other: str) -> None:
    found = people.compare(one, other)
    assert found == (Grade.UNKNOWN, ("NAME_MIXED_SCRIPTS",))
    assert people.compare("SINGAPORE", "S\u0406NGAPORE").grade is Grade.UNKNOWN


@pytest.mark.parametrize("folds", ["\ufb01tri", "\uff34an", "Tan\u2460", "\U0001d413an"])
def test_l03_compatibility_letters_in_a_name_are_never_folded(folds: str) -> None:
    assert people.compare(folds, unicodedata.normalize("NFKC", folds)).grade is Grade.UNKNOWN
    assert examine(Name.of(folds))[0].code in {"NAME_COMPATIBILITY", "NAME_DIGITS"}


def test_l02_the_two_forms_of_one_name_are_one_name() -> None:
    composed, decomposed = (unicodedata.normalize(form, "Nguyễn Văn Mẫu") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert people.compare(composed, decomposed).grade is Grade.EXACT


# L04, L14: what nobody can see, in what a credential is and who issued it.
UNSEEN = {
    "zero-width-joiner": "\u200d",
    "zero-width-space": "\u200b",
    "soft-hyphen": "\u00ad",
    "bidi-override": "\u202e",
    "tag": "\U000e0041",
    "language-tag": "\U000e0001",
    "private-use": "\ue000",
    "noncharacter": "\ufdd0",
    "last-noncharacter": "\U0010ffff",
}


def unseen(character: str) -> dict[str, Callable[[Stage], str]]:
    """Where an identifier may hold a character nobody can see, and the credential that has it there."""
    issuer = f"{ISSUER}{character}"
    return {
        "L04-type": lambda stage: stage.vc(type=["VerifiableCredential", f"Pers{character}on"]),
        "L04-vct": lambda stage: stage.sd(vct=f"urn:x:{character}"),
        "L14-iss": lambda stage: stage.sd(iss=issuer),
        "L14-issuer": lambda stage: stage.vc(issuer=issuer, iss=issuer),
    }


@table(
    *(
        Row(f"{place}-{name}", build, MODEL, "SHAPE_CONTROL_CHAR")
        for name, character in UNSEEN.items()
        for place, build in unseen(character).items()
    )
)
def test_unseen_characters(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


@pytest.mark.parametrize("character", UNSEEN.values(), ids=list(UNSEEN))
def test_l14_unseen_characters_in_a_name(character: str) -> None:
    assert people.compare(f"Ju{character}an", "Juan") == (Grade.UNKNOWN, ("NAME_HIDDEN_CHARACTER",))


# L06, L07, L12, L13: what is shown and filed. Strings as collections of troublesome input have them.
NAUGHTY = [
    "",
    " ",
    "undefined",
    "NULL",
    "0",
    "-1",
    "1e400",
    "NaN",
    "1/0",
    "\\",
    "\\\\x00",
    "%s%n%x",
    "%00",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "'; DROP TABLE people;--",
    "$(touch x)",
    "../../etc/passwd",
    "C:\\con",
    "\x00",
    "\x07\x08\x1b",
    "\x1b[2J\x1b[31mACCEPTED",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "\x9b31m",
    "line\nACCEPTED\r\nforged",
    "\u2028\u2029\u0085",
    "\u202edrawkcab\u202c",
    "\u2066\u2067\u2068\u2069",
    "\ufeff\ufffe",
    "\ud800",
    "\udfff\ud800",
    "\U000e0041\U000e007f",
    "\ufdfa",
    "\u0300" * 40,
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324A\u034bL",
    "e" + "\u0301" * 10_000,
    "ก" + "\u0e49" * 10_000,
    "ᚠᛇᚻ᛫ᛒᛦᚦ",
    "田中さんにあげて下さい",
    "사회과학원 어학연구소",
    "הָיְתָה בְּרֵאשִׁית",
    "مُنَاقَشَةُ سُبُلِ",
    "(╯°□°)╯︵ ┻━┻",
    "👨‍👩‍👧‍👦🇸🇬",
    "ﬀ ﬁ ﬂ Ⅷ ① ㎏",
    "İıſK",
    "Ǆǅǆŉẛΐ",
    "a" * 70_000,
    "@" * 500,
    "-" * 500,
    ", " * 500,
    "<" * 500,
    "bin " * 500,
]


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_l06_l07_l12_l13_nothing_from_outside_is_shown_or_filed_raw(stage: Stage, text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()  # half a character never gets through the JSON
    for token in (
        stage.sd(iss=f"x{text}"),
        stage.vc(issuer=f"did:web:{text}", iss=f"did:web:{text}"),
        stage.sd(vct=f"x{text}"),
    ):
        verdict = stage.judge(token)
        assert not verdict
        shown = report(verdict)
        assert_harmless(shown)
        assert len(shown) < 20_000
        filed = verdict.to_json()
        assert len(filed.splitlines()) == 1
        assert not {unicodedata.category(c) for c in filed} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_l12_l13_naughty_names_are_compared_with_anything(text: str) -> None:
    for kind in ("official", "transliteration", "mrz"):
        name = Name((Form(text, text, text, kind),), text, text, aliases=(Form(text),), state=text)
        for other in (name, Name.of("Juan Cruz"), Name.of("สมชาย", lang="th"), Name.of(text[::-1])):
            assert people.compare(name, other) == people.compare(other, name)
        assert all(finding.code for finding in examine(name))
    for scheme in numbers.SCHEMES:
        assert numbers.check(scheme, text).reasons
    with pytest.raises(Fault):
        dates.read(text)


def test_l12_a_pile_of_marks_is_cut_by_letters_on_screen_and_refused_in_a_name(stage: Stage) -> None:
    pile = "e" + "\u0301" * 10_000
    accepted(stage.judge(stage.vc(credentialSubject={**SUBJECT, "given_name": pile})))
    assert writing.read("e" + "\u0301" * 20).findings == ("NAME_NOT_NFC", "NAME_PILED_MARKS")
    assert people.compare(pile, pile) == (Grade.UNKNOWN, ("NAME_TOO_LONG",))
    shown = report(stage.judge(stage.sd(iss=pile)))
    assert_harmless(shown)
    assert max(width(line) for line in shown.splitlines()) <= 100


# L08: i and I are the same everywhere, and verdicts do not change with the language of the machine.
QUESTION = """
import json
from defa_id import people
from defa_id.people import dates
pairs = [("TITIK", "titik"), ("Iskandar", "ISKANDAR"), ("İbrahim", "ibrahim"), ("ısa", "ISA")]
print(json.dumps([people.compare(*pair).to_dict() for pair in pairs]))
"""


def test_l08_a_turkish_machine_gives_the_same_answers(project: Path) -> None:
    answers = set()
    for locale in ("C.UTF-8", "tr_TR.UTF-8", "tr_TR"):
        environment = {**os.environ, "LC_ALL": locale, "LANG": locale, "PYTHONPATH": str(project)}
        answers.add(
            subprocess.run([sys.executable, "-c", QUESTION], env=environment, capture_output=True, check=True).stdout
        )
    (answer,) = answers
    assert [one["grade"] for one in json.loads(answer)] == [
        "normalised",
        "normalised",
        "transliterated",
        "transliterated",
    ]
    # Nothing in the middle can ask for a locale either: tests/house/test_floors.py forbids the module.


# L11: a state is two capitals of ASCII, in a question and in a claim.
@pytest.mark.parametrize("state", ["th", "Th", "THA", "764", "T", "", "TH ", "ＴＨ", "T\u200bH", "\u0422\u041d", "no"])
def test_l11_a_state_is_named_by_two_capitals(state: str) -> None:
    with pytest.raises(WrongUse):
        Policy.from_document({"id": "x"}).asking(for_state=state)


@pytest.mark.parametrize("state", ["UK", "XK", "NO", "ZZ"])
def test_l11_codes_of_no_member_state_recognise_nobody(stage: Stage, state: str) -> None:
    policy = Policy.from_document({"id": "x"}).asking(for_state=state)
    verdict = Verifier(stage.registry, policy).verify(stage.vc(), at=NOW)
    assert short(verdict) == [("recognition.in_force", "RECOGNITION_NONE")]


@pytest.mark.parametrize("stated", ["sg", "SGP", "702", "UK", "NO", False, "ＳＧ", "S\u200bG", "MY", ["SG"]])
def test_l11_an_issuing_country_is_the_issuer_s_own_to_the_letter(stage: Stage, stated: object) -> None:
    accepted(stage.judge(stage.vc(credentialSubject={**SUBJECT, "issuing_country": "SG"})))
    refused(
        stage.judge(stage.vc(credentialSubject={**SUBJECT, "issuing_country": stated})), "issuer.scope", "SCOPE_STATE"
    )


# L15: digits are 0 to 9. What Python's isdigit takes is another matter.
@pytest.mark.parametrize(
    "index", ["\u0e51", "\u1041", "\u0661", "\uff11", "\u00b2", "1_0", "1,000", "1'000", " 1", "+1"]
)
def test_l15_a_status_index_is_of_ascii_digits(stage: Stage, index: str) -> None:
    entry = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": index,
        "statusListCredential": "https://status.example/1",
    }
    refused(stage.judge(stage.vc(credentialStatus=entry)), "status.list", "STATUS_INDEX")


@pytest.mark.parametrize("text", ["๑๙๘๘", "၁၉၈၈", "١٩٨٨", "１９８８", "²⁰⁰⁰", "1_988", "1,988"])
def test_l15_a_date_is_of_ascii_digits(text: str) -> None:
    with pytest.raises(Fault, match="DATE_FORMAT"):
        dates.read(text)


def test_l15_other_digits_in_a_number_are_read_and_noted() -> None:
    assert numbers.check("th-pin", "๓๑๐๐๖๐๐๔๔๕๖๓๕").reasons == ("NUMBER_CHECKED", "NUMBER_OTHER_DIGITS")
    assert numbers.check("th-pin", "³100600445635").reasons == ("NUMBER_FORM",)
