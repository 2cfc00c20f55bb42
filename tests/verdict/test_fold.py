"""The fold: accepted means that everything asked was answered and passed, and nothing less."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.catalogue import CATALOGUE
from defa_id.errors import NotAccepted
from defa_id.verdict import Accepted, Check, Decision, Outcome, Verdict, fold

IDS = (
    *("format.wellformed", "issuer.listed", "key.listed", "proof.signature", "time.window"),
    *("status.current", "holder.key", "recognition.in_force", "assurance.granted"),
)
OUTCOMES = st.sampled_from(list(Outcome))
CODE = {
    Outcome.PASSED: None,
    Outcome.FAILED: "JOSE_SIGNATURE",
    Outcome.UNKNOWN: "STATUS_UNAVAILABLE",
    Outcome.SKIPPED: "CHECK_NEEDS",
}


def line(id: str, outcome: Outcome, item: int = 0, code: str | None = None) -> Check:
    return Check(id, outcome, code or CODE[outcome], "seen", {}, item)


CHECKS = st.dictionaries(st.tuples(st.sampled_from(IDS), st.integers(0, 2)), OUTCOMES).map(
    lambda lines: tuple(line(id, outcome, item) for (id, item), outcome in lines.items())
)
REQUIRED = st.frozensets(st.sampled_from(IDS))
RANK = {Decision.REJECTED: 0, Decision.INDETERMINATE: 1, Decision.ACCEPTED: 2}
WORSE = [Outcome.PASSED, Outcome.SKIPPED, Outcome.UNKNOWN, Outcome.FAILED]


@given(CHECKS, REQUIRED)
def test_accepted_means_every_required_check_ran_and_passed(
    checks: tuple[Check, ...], required: frozenset[str]
) -> None:
    all_passed = bool(required) and all(
        any(check.id == id for check in checks)
        and all(check.outcome is Outcome.PASSED for check in checks if check.id == id)
        for id in required
    )
    none_failed = all(check.outcome is not Outcome.FAILED for check in checks)
    assert (fold(checks, required) is Decision.ACCEPTED) == (all_passed and none_failed)


@given(CHECKS, REQUIRED)
def test_rejected_means_that_a_line_failed(checks: tuple[Check, ...], required: frozenset[str]) -> None:
    failed = any(check.outcome is Outcome.FAILED for check in checks)
    assert (fold(checks, required) is Decision.REJECTED) == failed


@given(CHECKS, REQUIRED, st.data())
def test_worsening_a_line_never_helps(checks: tuple[Check, ...], required: frozenset[str], data: st.DataObject) -> None:
    if not checks:
        return
    at = data.draw(st.integers(0, len(checks) - 1))
    worse = data.draw(st.sampled_from(WORSE[WORSE.index(checks[at].outcome) :]))
    worsened = (*checks[:at], line(checks[at].id, worse, checks[at].item), *checks[at + 1 :])
    assert RANK[fold(worsened, required)] <= RANK[fold(checks, required)]


@given(CHECKS, REQUIRED, st.sampled_from(IDS), OUTCOMES)
def test_a_further_line_that_did_not_pass_never_helps(
    checks: tuple[Check, ...], required: frozenset[str], id: str, outcome: Outcome
) -> None:
    if outcome is not Outcome.PASSED:
        assert RANK[fold((*checks, line(id, outcome, 9)), required)] <= RANK[fold(checks, required)]


@given(CHECKS, REQUIRED.filter(bool), REQUIRED)
def test_asking_for_more_never_helps(checks: tuple[Check, ...], required: frozenset[str], more: frozenset[str]) -> None:
    assert RANK[fold(checks, required | more)] <= RANK[fold(checks, required)]


@given(CHECKS)
def test_nothing_asked_is_nothing_accepted(checks: tuple[Check, ...]) -> None:
    assert fold(checks, frozenset()) is not Decision.ACCEPTED


@given(REQUIRED)
def test_nothing_answered_is_nothing_decided(required: frozenset[str]) -> None:
    assert fold((), required) is Decision.INDETERMINATE


@given(CHECKS, REQUIRED, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(checks: tuple[Check, ...], required: frozenset[str], random: Any) -> None:
    shuffled = list(checks)
    random.shuffle(shuffled)
    assert fold(shuffled, required) is fold(checks, required)


@given(CHECKS, REQUIRED)
def test_a_waived_line_is_not_a_passed_one(checks: tuple[Check, ...], required: frozenset[str]) -> None:
    waived = tuple(line(check.id, Outcome.SKIPPED, check.item, "POLICY_WAIVED") for check in checks)
    assert fold(waived, required) is Decision.INDETERMINATE


# -- the verdict ------------------------------------------------------------------------------------

SUBJECT = Accepted({"name": "canary"}, "did:web:issuer.example", "low")


@given(CHECKS, REQUIRED, st.booleans())
def test_a_verdict_is_true_and_gives_claims_only_if_accepted(
    checks: tuple[Check, ...], required: frozenset[str], subject: bool
) -> None:
    verdict = Verdict(checks, required, _subject=SUBJECT if subject else None)
    assert verdict.decision is fold(checks, required)
    assert bool(verdict) == (verdict.decision is Decision.ACCEPTED)
    if verdict and subject:
        assert verdict.unwrap() is SUBJECT
        return
    with pytest.raises(NotAccepted) as refused:
        verdict.unwrap()
    assert refused.value.verdict is verdict
    assert str(refused.value) == verdict.summary
    assert refused.value.hint
    assert refused.value.code == "NOT_ACCEPTED"


@given(CHECKS, REQUIRED)
def test_problems_are_what_stands_in_the_way_gravest_first(checks: tuple[Check, ...], required: frozenset[str]) -> None:
    verdict = Verdict(checks, required)
    in_the_way = [
        check
        for outcome in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.SKIPPED)
        for check in checks
        if check.outcome is outcome and (outcome is not Outcome.SKIPPED or check.id in required)
    ]
    assert list(verdict.problems) == in_the_way
    if verdict:
        assert not [problem for problem in verdict.problems if problem.id in required]


@given(CHECKS, REQUIRED)
def test_the_summary_agrees_with_the_decision(checks: tuple[Check, ...], required: frozenset[str]) -> None:
    verdict = Verdict(checks, required)
    starts = {
        Decision.ACCEPTED: ("Accepted: ",),
        Decision.REJECTED: ("Rejected: ",),
        Decision.INDETERMINATE: ("Not decided: ", "Indeterminate: "),
    }
    assert verdict.summary.startswith(starts[verdict.decision])
    assert verdict.summary.endswith(".")
    assert "\n" not in verdict.summary


def accepted(*recognitions: dict[str, Any] | None) -> str:
    checks = (line("proof.signature", Outcome.PASSED),)
    credentials = tuple({"format": "vc-jwt"} for _ in recognitions)
    return Verdict(checks, frozenset({"proof.signature"}), credentials=credentials, recognitions=recognitions).summary


RECOGNITION: dict[str, Any] = {
    "home_state": "SG",
    "relying_state": "TH",
    "purpose": None,
    "environment": "demo",
    "level": {"label": "low", "capped_by": []},
}


@pytest.mark.parametrize(
    ("recognitions", "summary"),
    [
        ([], "Accepted: the proof holds. Who the issuer is was not asked."),
        ([None], "Accepted: the proof holds. Who the issuer is was not asked."),
        ([{**RECOGNITION, "environment": "none"}], "Accepted: the proof holds. Who the issuer is was not asked."),
        ([RECOGNITION], "Accepted: TH may rely on this credential from SG, level low, environment demo."),
        (
            [{**RECOGNITION, "relying_state": "SG", "purpose": "banking.account-opening"}],
            "Accepted: its own credential in SG for banking.account-opening, level low, environment demo.",
        ),
        (
            [{**RECOGNITION, "level": {"label": "none", "capped_by": ["bearer"]}, "relying_state": "SG"}, RECOGNITION],
            (
                "Accepted: SG may rely on these 2 credentials, the first its own, "
                "that one of level none (bearer), environment demo."
            ),
        ),
    ],
)
def test_what_an_acceptance_says(recognitions: list[dict[str, Any] | None], summary: str) -> None:
    assert accepted(*recognitions) == summary


def test_a_verdict_is_compared_by_identity_and_cannot_be_changed() -> None:
    checks = (line("proof.signature", Outcome.PASSED),)
    one, other = Verdict(checks, frozenset({"proof.signature"})), Verdict(checks, frozenset({"proof.signature"}))
    assert one != other
    assert len({one, other}) == 2
    for name, value in (("checks", ()), ("required", frozenset()), ("_subject", SUBJECT), ("new", 1)):
        with pytest.raises((AttributeError, TypeError)):
            setattr(one, name, value)
    with pytest.raises(AttributeError):
        checks[0].outcome = Outcome.FAILED  # type: ignore[misc]


@given(CHECKS, REQUIRED)
def test_the_json_form_is_json_repeats_the_decision_and_holds_no_claim(
    checks: tuple[Check, ...], required: frozenset[str]
) -> None:
    verdict = Verdict(checks, required, at="2026-11-01T00:00:00Z", _subject=SUBJECT)
    read = json.loads(verdict.to_json())
    assert read == json.loads(verdict.to_json(indent=2)) == verdict.to_dict()
    assert read["decision"] == verdict.decision
    assert read["summary"] == verdict.summary
    assert read["required"] == sorted(required)
    assert [(found["id"], found["item"], found["outcome"], found["code"]) for found in read["checks"]] == [
        (check.id, check.item, check.outcome, check.code) for check in checks
    ]
    assert all(found["clause"] == CATALOGUE.checks[found["id"]].clause for found in read["checks"])
    assert "canary" not in verdict.to_json()


def test_the_json_form_has_the_members_others_rely_on() -> None:
    names = Verdict((), frozenset()).to_dict().keys()
    promised = {"decision", "summary", "checks", "credential", "recognition", "registry", "policy"}
    assert names >= promised | {"at", "known_at", "library"}


def test_credentials_and_recognitions_go_in_pairs() -> None:
    with pytest.raises(ValueError, match="zip"):
        Verdict((), frozenset(), credentials=({"format": "vc-jwt"},)).to_dict()
    both = Verdict((), frozenset(), credentials=({"format": "vc-jwt"}, {"format": "mdoc"}), recognitions=(None, None))
    assert both.to_dict()["credential"] == {"format": "vc-jwt"}
    assert both.to_dict()["recognition"] is None
    assert len(both.to_dict()["credentials"]) == 2
