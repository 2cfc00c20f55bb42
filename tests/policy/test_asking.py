"""Asking: one question may fill in and tighten a policy, never loosen it; and what a request expects."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.errors import DefaIdError, PolicyInvalid, WrongUse
from defa_id.policy import LEVELS, Expected, Policy

LEVEL = st.sampled_from([None, *LEVELS[1:]])


def policy(**members: Any) -> Policy:
    document = {"id": "bank", **{name: value for name, value in members.items() if value is not None}}
    return Policy.from_document(document)


def test_what_is_given_stands_and_the_rest_stays() -> None:
    before = policy(for_state="TH", purpose="banking", min_level="low", status="always")
    asked = before.asking(for_state="VN", purpose="travel.check-in", min_level="high")
    assert (asked.for_state, asked.purpose, asked.min_level) == ("VN", "travel.check-in", "high")
    others = set(Policy._fields) - {"for_state", "purpose", "min_level"}
    assert {name: getattr(asked, name) for name in others} == {name: getattr(before, name) for name in others}
    assert (before.for_state, before.purpose, before.min_level) == ("TH", "banking", "low")


def test_what_is_not_given_stays_as_the_document_has_it() -> None:
    asked = policy(for_state="TH", purpose="banking", min_level="low").asking()
    assert (asked.for_state, asked.purpose, asked.min_level) == ("TH", "banking", "low")
    assert policy().asking().min_level is None


@given(LEVEL, LEVEL, LEVEL, st.booleans())
def test_the_level_needed_is_the_highest_of_all_that_is_asked(
    own: str | None, question: str | None, rule: str | None, purpose_asked: bool
) -> None:
    rules = {"banking": {"min_level": rule} if rule else {}}
    asked = policy(min_level=own, purposes=rules).asking(
        min_level=question, purpose="banking" if purpose_asked else None
    )
    every = [own, question, rule if purpose_asked else None]
    assert asked.needed_level == max((level or "none" for level in every), key=LEVELS.index)


@given(LEVEL, LEVEL)
def test_a_question_never_lowers_the_level(own: str | None, question: str | None) -> None:
    before = policy(min_level=own)
    assert LEVELS.index(before.asking(min_level=question).needed_level) >= LEVELS.index(before.needed_level)


def test_asking_twice_is_asking_for_both() -> None:
    asked = policy().asking(min_level="high").asking(min_level="low", for_state="SG")
    assert (asked.min_level, asked.for_state) == ("high", "SG")


def test_a_rule_for_a_purpose_is_for_that_purpose_alone() -> None:
    rules = policy(purposes={"banking": {"min_level": "high"}})
    levels = {purpose: rules.asking(purpose=purpose).needed_level for purpose in ("banking", "banking.loan", "bank")}
    assert levels == {"banking": "high", "banking.loan": "none", "bank": "none"}
    assert rules.needed_level == "none"


@pytest.mark.parametrize(
    "state", ["", "th", "Th", "THA", "T", "TH ", " TH", "TH\n", "T1", "ＴＨ", "764", "\x1b[31m", "T\u200bH", "UK\0"]
)
def test_a_state_is_two_capitals(state: str) -> None:
    with pytest.raises(WrongUse) as refused:
        policy().asking(for_state=state)
    assert "alpha-2" in refused.value.hint
    assert refused.value.message.isprintable()


@pytest.mark.parametrize("level", ["", "none", "medium", "High", "low ", "2", "HIGH", "low\n"])
def test_a_level_is_one_of_three(level: str) -> None:
    with pytest.raises(WrongUse) as refused:
        policy().asking(min_level=level)
    assert "low, substantial or high" in refused.value.hint


@pytest.mark.parametrize(
    "purpose", ["", "Banking", "banking.", ".banking", "a..b", "a b", "a_b", "a--b", "-a", "a-", "a\n", "ก", "../etc"]
)
def test_a_purpose_is_a_dotted_name(purpose: str) -> None:
    with pytest.raises(WrongUse) as refused:
        policy().asking(purpose=purpose)
    assert "dotted name" in refused.value.hint


def test_what_is_wrong_is_echoed_short_and_visible() -> None:
    hostile = "\x1b[31m\u202e" + "X" * 500
    for member in ("for_state", "purpose", "min_level"):
        with pytest.raises(WrongUse) as refused:
            policy().asking(**{member: hostile})  # type: ignore[arg-type]
        assert len(refused.value.message) < 120
        assert not {"\x1b", "\u202e"} & set(refused.value.message)


def test_a_policy_is_a_value() -> None:
    one = policy()
    for name in Policy._fields:
        with pytest.raises(AttributeError):
            setattr(one, name, None)
    assert one.asking() is not one


# -- presets ------------------------------------------------------------------------------------------


def test_the_presets_are_what_their_names_say() -> None:
    baseline, strict, unsafe = (Policy.preset(name) for name in ("baseline", "strict", "unsafe-any-issuer"))
    assert (baseline.id, strict.id, unsafe.id) == ("baseline", "strict", "unsafe-any-issuer")
    assert (baseline.status, baseline.holder_binding, baseline.trust) == ("when-named", "when-asked", "registry")
    assert baseline.environments == {"demo", "sandbox", "pilot", "live"}
    assert (strict.status, strict.holder_binding, strict.trust) == ("always", "always", "registry")
    assert strict.environments == {"sandbox", "pilot", "live"}
    assert (baseline.waive, strict.waive) == ({}, {})
    assert (baseline.safe, strict.safe, unsafe.safe) == (True, True, False)
    assert all(len(reason) > 20 for reason in unsafe.waive.values())
    assert len({baseline.sha256, strict.sha256, unsafe.sha256}) == 3


def test_a_preset_for_a_state() -> None:
    assert Policy.preset("baseline", for_state="TH").for_state == "TH"
    assert Policy.preset("baseline").for_state is None
    with pytest.raises(WrongUse):
        Policy.preset("baseline", for_state="th")


@pytest.mark.parametrize("name", ["", "none", "Baseline", "../policies/baseline", "strict.json", "unsafe"])
def test_a_preset_nobody_ships(name: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        Policy.preset(name)
    assert "baseline" in refused.value.hint


# -- what a request expects ---------------------------------------------------------------------------


def test_a_presentation_is_expected_with_both() -> None:
    expected = Expected.presentation(nonce="n", audience="https://rp.example")
    assert (expected.nonce, expected.audience, expected.asked) == ("n", "https://rp.example", True)


@pytest.mark.parametrize(("nonce", "audience"), [("", ""), ("n", ""), ("", "https://rp.example")])
def test_a_presentation_bound_to_nothing_is_wrong_use(nonce: str, audience: str) -> None:
    with pytest.raises(WrongUse) as refused:
        Expected.presentation(nonce=nonce, audience=audience)
    assert isinstance(refused.value, DefaIdError)
    assert refused.value.code == "CFG_USE"
    assert refused.value.hint


def test_a_document_expects_nothing() -> None:
    assert not Expected().asked
    assert Expected() == Expected()
    with pytest.raises(AttributeError):
        Expected().nonce = "n"  # type: ignore[misc]
