"""Every check and every reason can be explained, and the two vocabularies are joined without a gap."""

from __future__ import annotations

import pytest

from defa_id.catalogue import CATALOGUE
from defa_id.languages import words
from defa_id.report import causes, explanation
from defa_id.report.style import Style
from defa_id.report.width import width

NAMES = [*CATALOGUE.checks, *CATALOGUE.reasons]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_explained_within_the_screen(name: str) -> None:
    text = explanation.text(name)
    assert text.startswith(f"{name}: ")
    assert max(map(width, text.splitlines())) <= 80
    assert explanation.text(name, Style(unicode=False)).isascii()


@pytest.mark.parametrize("check", CATALOGUE.checks)
def test_every_check_has_causes(check: str) -> None:
    found = causes.causes(check)
    assert found
    text = " ".join(explanation.text(check).split())
    for code in found:
        assert f"{code}: {CATALOGUE.reasons[code].message}" in text
        assert CATALOGUE.reasons[code].next_step in text


@pytest.mark.parametrize("code", CATALOGUE.reasons)
def test_every_reason_belongs_to_a_check_or_ends_the_run_or_is_a_finding(code: str) -> None:
    ends_the_run = code.startswith("REG_") or code == "LIMIT_REGISTRY"
    found = causes.checks_of(code) or code in causes.EVERYWHERE or causes.is_finding(code)
    of_a_receipt = code.startswith("RECEIPT_")
    assert found or ends_the_run or of_a_receipt
    assert ("receipt check" in explanation.text(code)) == of_a_receipt


def test_a_finding_says_that_no_check_gives_it() -> None:
    text = explanation.text("NAME_ZAWGYI")
    assert "none: a finding on a name, date or number" in text
    assert "exit code" not in text
    assert not causes.is_finding("REG_DIGEST")


def test_no_cause_is_named_that_is_not_in_the_catalogue() -> None:
    for patterns in causes._BY_CHECK.values():
        for pattern in patterns:
            assert any(causes._fits(code, pattern) for code in CATALOGUE.reasons), pattern
    assert set(causes._BY_CHECK) == set(CATALOGUE.checks)


def test_every_condition_is_told() -> None:
    assert set(words.CONDITIONS) >= {condition for check in CATALOGUE.checks.values() for condition in check.when}


def test_names_are_found_whatever_their_case() -> None:
    assert explanation.find("Proof.Signature") == "proof.signature"
    assert explanation.find("jose_signature") == "JOSE_SIGNATURE"
    assert explanation.find("jose") is None


def test_the_listing_holds_everything() -> None:
    text = explanation.listing_text()
    assert all(name in text for name in NAMES)
    listing = explanation.listing()
    assert [row["check"] for row in listing["checks"]] == list(CATALOGUE.checks)
    assert [row["code"] for row in listing["reasons"]] == list(CATALOGUE.reasons)


def test_json_joins_reasons_and_checks() -> None:
    check = explanation.document("proof.signature")
    assert {"code", "message", "next_step"} == set(check["reasons"][0])
    assert "JOSE_SIGNATURE" in [reason["code"] for reason in check["reasons"]]
    assert "proof.signature" in explanation.document("JOSE_SIGNATURE")["checks"]
