"""The report of a verdict: the answer first, why, what to do next, and nothing from outside raw."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id import languages
from defa_id.catalogue import CATALOGUE
from defa_id.languages import ENGLISH, shipped
from defa_id.report.layout import LONGEST, shown
from defa_id.report.style import DECIDED, MARK, Style
from defa_id.report.text import report, sentence
from defa_id.report.width import width
from defa_id.verdict import Check, Outcome, Verdict
from tests.report import made

HOSTILE = [
    "\x1b[2J\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "line\nACCEPTED\r\nforged",
    "\N{RIGHT-TO-LEFT OVERRIDE}drawkcab\N{POP DIRECTIONAL FORMATTING}",
    "\N{LINE SEPARATOR}x\N{NEXT LINE}y\N{ZERO WIDTH JOINER}",
    "a" + "\N{COMBINING GRAVE ACCENT}" * 5_000,
    "\U000e0041\U000e0042 tags",
    "\ud800 half a character",
    "x" * 100_000,
    "\x9b31mC1",
]
ALLOWED_CONTROL = {"\n"}


def assert_harmless(text: str) -> None:
    """No control, format or unassigned character but the newline, and nothing beyond the screen by much."""
    found = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}}
    assert not found - ALLOWED_CONTROL
    marks = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        marks = max(marks, run)
    assert marks <= 4


def tampered(value: str) -> Verdict:
    """A verdict with the same hostile text in every member that may come from outside."""
    return made.rejected(
        why=value,
        credentials=(
            {
                "format": value,
                "types": [value, value],
                "digest": value,
                "issuer": {"id": value, "state": value, "name": value, "entity_id": value},
            },
        ),
        recognitions=(
            {
                **made.RECOGNITION,
                "relying_state": value,
                "purpose": value,
                "arrangement": value,
                "conditions": [value],
                "environment": value,
                "level": {"label": value, "granted": value, "vector": {value: value}, "capped_by": [value]},
            },
        ),
        registry={**made.REGISTRY, "anchor": value, "version": value, "freshness": value, "sha256": value},
        policy={"id": value, "sha256": value},
        documents=({"url": value},),
        asked={"relying_state": value, "purpose": value},
        at=value,
        known_at=value,
        library=value,
    )


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("explain", [False, True])
def test_nothing_from_outside_reaches_the_terminal_raw(value: str, explain: bool) -> None:
    text = report(tampered(value), explain=explain)
    assert_harmless(text)
    assert "\nACCEPTED" not in text


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_evidence_is_shown_escaped(value: str) -> None:
    line = Check(
        "issuer.listed", Outcome.FAILED, "SCOPE_ISSUER_UNKNOWN", value, {"issuer": value, "all": [value, value]}, 1
    )
    text = report(made.verdict(line, recognitions=(None,)), explain=True)
    assert_harmless(text)
    assert all(width(line) <= 80 for line in text.splitlines())


@given(st.text(max_size=700))
def test_any_text_is_shown_as_one_harmless_line(value: str) -> None:
    text = shown(value)
    assert_harmless(text)
    assert "\n" not in text
    assert len(text) <= LONGEST + LONGEST // 4  # an ellipsis for each pile of marks that was cut


def test_an_acceptance_says_who_may_rely_on_what() -> None:
    verdict = made.accepted()
    answer, _, rest = report(verdict).partition("\n\n")
    assert " ".join(answer.split()) == f"✓ ACCEPTED {verdict.summary.removeprefix('Accepted: ')}"
    assert (
        rest
        == """\
  Credential     PersonIdentityCredential, as vc-jwt
  Issuer         Demo Identity Authority (SG)
                 did:web:id.singapore.example
  Relying state  TH, for banking.account-opening
  Level          none  (P2 A0 F1 G2)
                 granted substantial; capped because nobody proved to hold it
                 (bearer)
  Environment    demo
  Arrangement    TH-0001
  Conditions     1. A certified translation is attached

Checks
  ✓ limit.size            as it must be
  ✓ format.recognised     as it must be
  ✓ format.wellformed     as it must be
  ✓ issuer.listed         as it must be
  ✓ key.listed            as it must be
  ✓ proof.signature       as it must be
  ✓ recognition.in_force  as it must be
  ✓ assurance.achieved    as it must be

What to do next
  → Keep to the conditions above.
  → Nothing is missing for what was asked. For more certainty, ask for it with
    holder binding.

What this rests on
  Registry       version 7, fresh, sha256 cdcdcdcdcdcd…
  Trust anchor   came with the registry: pin it with --root
  Policy         baseline, sha256 efefefefefef…
  Judged         at 2026-11-24T03:05:00Z, with all the registry holds
  Library        defa-id 0.1.0

  Demo registry: its issuers, keys and agreements are made up. Never rely on it.
"""
    )


def test_a_line_that_has_nothing_to_add_shows_its_question() -> None:
    text = report(made.verdict(Check("proof.signature", Outcome.PASSED, None, "", {})))
    assert f"✓ proof.signature    {CATALOGUE.checks['proof.signature'].question}\n" in text


def test_a_rejection_says_why_and_what_to_do_and_folds_what_was_not_asked() -> None:
    text = report(made.rejected())
    assert text.startswith("✗ REJECTED  ")
    assert "  ✗ proof.signature    The signature does not verify. [JOSE_SIGNATURE]\n" in text
    assert "  – 2 could not be asked after that: recognition.in_force, assurance.achieved\n" in text
    step = CATALOGUE.reasons["JOSE_SIGNATURE"].next_step
    assert f"What to do next\n  → {step}\n    more: defa-id explain JOSE_SIGNATURE\n" in text
    assert "Level " not in text, "a level nobody measured is not shown"


def test_not_knowing_is_said_as_such() -> None:
    text = report(made.undecided())
    assert text.startswith("? NOT DECIDED  ")
    assert "  ? status.current        the document is not at hand [STATUS_UNAVAILABLE]\n" in text


def test_a_waived_check_stands_with_its_reason() -> None:
    waived = Check("issuer.scope", Outcome.SKIPPED, "POLICY_WAIVED", "Without a listing there is no scope.", {})
    unsafe = {**made.RECOGNITION, "environment": "none"}
    text = report(made.verdict(waived, recognitions=(unsafe,)))
    assert "– issuer.scope       waived by the policy: Without a listing there is no\n" in text
    assert "not asked: this says nothing about who the issuer is" in text


def test_explained_every_check_has_its_question_clause_and_next_step() -> None:
    verdict = made.rejected()
    flat = " ".join(report(verdict, explain=True).split())
    for check in verdict.checks:
        entry = CATALOGUE.checks[check.id]
        assert f"{check.id}: {check.outcome} {entry.question}" in flat
        assert " ".join(entry.clause.split()) in flat
    assert CATALOGUE.checks["proof.signature"].failing in flat
    assert f"alg ES256 Next {CATALOGUE.reasons['JOSE_SIGNATURE'].next_step}" in flat


def test_explained_the_axes_of_a_level_are_named() -> None:
    assert "P proofing, A holder authentication" in report(made.accepted(), explain=True)


def test_with_no_condition_and_no_cap_nothing_more_is_asked_for() -> None:
    full = {**made.RECOGNITION, "conditions": [], "level": {**made.LEVEL, "label": "substantial", "capped_by": []}}
    text = report(made.accepted(recognitions=(full,)))
    assert "What to do next\n  → Nothing is missing for what was asked.\n\n" in text
    assert "capped" not in text


def test_lines_of_one_check_are_told_apart() -> None:
    lines = [Check("status.current", Outcome.PASSED, None, "valid", {}, item) for item in (0, 1)]
    text = report(made.verdict(*lines))
    assert "✓ status.current      valid" in text
    assert "✓ status.current [1]  valid" in text


def test_several_credentials_are_numbered() -> None:
    both = made.accepted(credentials=(made.CREDENTIAL,) * 2, recognitions=(made.RECOGNITION,) * 2)
    text = report(both)
    assert "Credential 1 of 2\n" in text
    assert "Credential 2 of 2\n" in text


def test_without_a_credential_the_question_is_still_shown() -> None:
    nothing = made.verdict(
        Check("format.model", Outcome.FAILED, "MODEL_SHAPE", "", {}), credentials=(), recognitions=(), registry=None
    )
    text = report(nothing)
    assert "Relying state  TH, for banking.account-opening" in text
    assert "Registry       none was asked" in text


def test_an_issuer_nobody_lists_is_called_that() -> None:
    stranger = {**made.CREDENTIAL, "issuer": {"id": "did:key:z6Mk", "state": None, "name": None, "entity_id": None}}
    assert "did:key:z6Mk\n                 listed by no member state" in report(
        made.rejected(credentials=(stranger,), recognitions=(None,))
    )


@pytest.mark.parametrize("columns", [48, 60, 80, 100])
@pytest.mark.parametrize("explain", [False, True])
def test_no_line_is_wider_than_the_screen(columns: int, explain: bool) -> None:
    for verdict in (made.accepted(), made.rejected(), made.undecided()):
        text = report(verdict, Style(columns), explain=explain)
        assert max(map(width, text.splitlines())) <= columns


def test_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b" not in report(made.accepted())
    painted = report(made.accepted(), Style(colour=True))
    assert painted.startswith("\x1b[1;30;42m ✓ ACCEPTED \x1b[0m")


def test_a_screen_without_unicode_gets_ascii() -> None:
    text = report(made.rejected(), Style(unicode=False), explain=True) + report(made.rejected(), Style(unicode=False))
    assert text.isascii()
    assert text.startswith("x REJECTED  ")


@pytest.mark.parametrize("code", [code for code in languages.known() if code != "en"])
def test_a_report_in_another_language_says_what_the_english_says(code: str) -> None:
    """Ids, codes, names and what was found stay; every fixed word is translated; nothing is wider than the screen."""
    texts = languages.texts(code)
    for verdict in (made.accepted(), made.rejected("the signature is another"), made.undecided()):
        text = report(verdict, texts=texts)
        assert text.splitlines()[0].startswith(f"{MARK[DECIDED[verdict.decision][0]]} ")
        assert not {"ACCEPTED", "REJECTED", "NOT DECIDED", "Checks", "Issuer"} & set(text.split())
        assert all(width(line) <= 80 for line in text.splitlines())
        assert "did:web:id.singapore.example" in text
        for check in verdict.problems:
            if check.outcome is not Outcome.SKIPPED:
                message = CATALOGUE.reasons[check.code or ""].message
                assert f"{texts.of(check.code or '', message)} [{check.code}]" in " ".join(text.split())
                assert check.why in " ".join(text.split())
        full = report(verdict, texts=texts, explain=True)
        assert all(check.id in full for check in verdict.checks)


def test_a_sentence_in_another_language_is_put_together_from_whole_sentences() -> None:
    texts = languages.texts("id")
    assert sentence(made.accepted(), texts) == (
        "TH dapat mengandalkan kredensial dari SG ini untuk Pembukaan rekening bank (banking.account-opening). "
        "Tingkat: tidak ada (none). Lingkungan: demo."
    )
    own = {**made.RECOGNITION, "home_state": "TH", "purpose": None}
    assert sentence(made.accepted(recognitions=(own,)), texts) == (
        "Ini kredensial TH sendiri. Tingkat: tidak ada (none). Lingkungan: demo."
    )
    several = made.accepted(credentials=(made.CREDENTIAL,) * 2, recognitions=(made.RECOGNITION,) * 2)
    assert sentence(several, texts).endswith("Ada 2 kredensial yang ditunjukkan; keterangan ini tentang yang pertama.")
    unasked = made.accepted(recognitions=(None,))
    assert sentence(unasked, texts) == "Bukti tanda tangannya sah. Siapa penerbitnya tidak ditanyakan."
    assert sentence(made.rejected(), texts) == "Tanda tangannya tidak sah."


def test_several_credentials_reach_together_what_the_lowest_does() -> None:
    vector, environment = {"P": 1, "A": 0, "F": 1, "G": 1}, "demo"
    found = {"linked": True, "label": "none", "vector": vector, "environment": environment}
    text = report(made.accepted(composition=found))
    assert "\nTogether\n  Level          none  (P1 A0 F1 G1)\n" in text
    assert "belong to one holder" not in text
    assert "nothing proves that they belong to one holder" in report(
        made.accepted(composition={**found, "linked": False})
    )
    assert "Together" not in report(made.accepted())


def test_a_reference_for_appeals_cannot_steer_the_screen() -> None:
    for value in HOSTILE:
        review = {"always": True, "before_refusal": True, "appeal": value}
        assert_harmless(report(made.rejected(review=review)))


@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_a_condition_is_shown_in_both_languages_and_counts_as_it_was_written(code: str) -> None:
    """Every condition that ships has a translation; one of somebody's own is shown as it stands."""
    texts = languages.texts(code)
    own = "Ask at the desk of the ministry."
    for condition in dict.fromkeys(shipped.conditions()):
        row = {**made.RECOGNITION, "conditions": [condition, own]}
        text = " ".join(report(made.accepted(recognitions=(row,)), texts=texts).split())
        assert f"1. {' '.join(texts.attached(condition).split())} {condition} 2. {own}" in text
        assert texts.attached(condition) != condition
        assert texts.attached(own) == own
        english = " ".join(report(made.accepted(recognitions=(row,))).split())
        assert f"1. {condition} 2. {own}" in english


@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_a_purpose_is_named_and_stays_to_be_typed(code: str) -> None:
    texts = languages.texts(code)
    for id, english in shipped.purposes():
        assert texts.purpose(id) == f"{texts.of(id, english)} ({id})"
        assert texts.of(id, english) != english
    assert texts.purpose("x-own.thing") == "x-own.thing"
    assert ENGLISH.purpose("telecom.sim-registration") == "telecom.sim-registration"
