"""The ledger: a step and its line are one act, and a bug of ours is never a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.catalogue import ALWAYS, CATALOGUE, CheckEntry, Reason
from defa_id.errors import Evidence, Fault, Unknowable
from defa_id.verdict import Accepted, Check, Decision, Found, Ledger, Outcome, Verdict

FORMAT, SIGNATURE, STATUS, WINDOW = "format.wellformed", "proof.signature", "status.current", "time.window"


def good(value: object = "value", why: str = "seen", **evidence: str | int) -> Callable[[], Found[object]]:
    return lambda: Found(value, why, evidence)


def bad(code: str = "JOSE_SIGNATURE", why: str = "", **evidence: str | int) -> Callable[[], Found[object]]:
    def step() -> Found[object]:
        raise Fault(code, why, **evidence)

    return step


def down() -> Found[object]:
    raise Unknowable("STATUS_UNAVAILABLE", url="https://issuer.example/status")


def outcomes(ledger: Ledger) -> list[str]:
    return [str(check.outcome) for check in ledger.lines]


def test_a_step_that_passes_gives_its_value_and_its_line() -> None:
    ledger = Ledger()
    assert ledger.run(FORMAT, good("credential", "a VC-JWT", size=7)) == "credential"
    (check,) = ledger.lines
    assert (check.id, check.item, check.outcome, check.code) == (FORMAT, 0, Outcome.PASSED, None)
    assert (check.why, check.evidence) == ("a VC-JWT", {"size": 7})
    assert ledger.passed(FORMAT)


def test_a_fault_is_a_failed_line_and_what_cannot_be_known_an_unknown_one() -> None:
    ledger = Ledger()
    assert ledger.run(SIGNATURE, bad("JOSE_SIGNATURE", "ES256 over 7 bytes", alg="ES256")) is None
    assert ledger.run(STATUS, down) is None
    failed, unknown = ledger.lines
    assert (failed.outcome, failed.code, failed.why) == (Outcome.FAILED, "JOSE_SIGNATURE", "ES256 over 7 bytes")
    assert failed.evidence == {"alg": "ES256"}
    assert (unknown.outcome, unknown.code) == (Outcome.UNKNOWN, "STATUS_UNAVAILABLE")
    assert unknown.why == CATALOGUE.reasons["STATUS_UNAVAILABLE"].message
    assert not ledger.passed(SIGNATURE)
    assert not ledger.passed(STATUS)


def test_one_recipe_with_everything_in_it() -> None:
    ledger = Ledger()
    ledger.run(FORMAT, good())
    ledger.run(SIGNATURE, bad(), needs=[FORMAT])
    ledger.run(STATUS, good(), needs=[FORMAT, SIGNATURE])
    assert outcomes(ledger) == ["passed", "failed", "skipped"]
    assert ledger.lines[2].code == "CHECK_NEEDS"
    assert ledger.lines[2].why == f"needs {SIGNATURE}"
    verdict = Verdict(ledger.lines, frozenset({FORMAT, SIGNATURE, STATUS}))
    assert verdict.decision is Decision.REJECTED
    assert [problem.id for problem in verdict.problems] == [SIGNATURE, STATUS]
    assert verdict.summary == "Rejected: the signature does not verify."


@pytest.mark.parametrize(
    "bug", [ZeroDivisionError, KeyError, TypeError, RecursionError, AssertionError, OSError, KeyboardInterrupt]
)
def test_a_bug_flies_and_leaves_no_line(bug: type[BaseException]) -> None:
    ledger = Ledger()

    def step() -> Found[object]:
        raise bug("ours")

    with pytest.raises(bug):
        ledger.run(FORMAT, step)
    assert ledger.lines == ()
    assert not ledger.passed(FORMAT)


@pytest.mark.parametrize("returned", [None, True, "value", ("value", "why", {}), ()])
def test_a_step_that_shows_nothing_is_a_bug(returned: object) -> None:
    """Forgetting to say what was found must not pass."""
    ledger = Ledger()
    with pytest.raises((TypeError, ValueError)):
        ledger.run(FORMAT, lambda: returned)  # type: ignore[arg-type, return-value]
    assert ledger.lines == ()


def test_an_id_outside_the_catalogue_is_refused_before_its_step_runs() -> None:
    ledger = Ledger()
    with pytest.raises(LookupError, match="no such check"):
        ledger.run("proof.sigature", lambda: pytest.fail("ran"))
    assert ledger.lines == ()


@pytest.mark.parametrize("kind", [Fault, Unknowable])
def test_a_reason_outside_the_catalogue_is_refused(kind: type[Fault]) -> None:
    ledger = Ledger()

    def step() -> Found[object]:
        raise kind("JOSE_SIGNATUR")

    with pytest.raises(LookupError, match="no such reason"):
        ledger.run(SIGNATURE, step)
    assert ledger.lines == ()


def test_so_is_the_reason_of_a_step_that_passed() -> None:
    ledger = Ledger()
    with pytest.raises(LookupError, match="no such reason"):
        ledger.run(SIGNATURE, lambda: Found(1, "", {}, "NOTED_SOMEHOW"))
    assert ledger.lines == ()


def test_a_step_that_passes_may_note_a_reason() -> None:
    ledger = Ledger()
    ledger.run("issuer.granted", lambda: Found(1, "", {}, "SCOPE_ISSUER_ENDED_NOTED"))
    assert (ledger.lines[0].outcome, ledger.lines[0].code) == (Outcome.PASSED, "SCOPE_ISSUER_ENDED_NOTED")


@pytest.mark.parametrize("first", [good(), bad(), down])
def test_a_line_is_written_once(first: Callable[[], Found[object]]) -> None:
    ledger = Ledger()
    ledger.run(SIGNATURE, first)
    before = ledger.lines
    with pytest.raises(LookupError, match="written twice"):
        ledger.run(SIGNATURE, lambda: pytest.fail("ran"))
    assert ledger.lines == before
    ledger.run(SIGNATURE, good(), item=1)
    assert [(check.id, check.item) for check in ledger.lines] == [(SIGNATURE, 0), (SIGNATURE, 1)]


def test_a_skipped_line_cannot_be_written_over_either() -> None:
    ledger = Ledger(waived={STATUS: "not asked in this trial"})
    ledger.run(SIGNATURE, good(), needs=[FORMAT])
    ledger.run(STATUS, good())
    for id in (SIGNATURE, STATUS):
        with pytest.raises(LookupError, match="written twice"):
            ledger.run(id, good())
    assert outcomes(ledger) == ["skipped", "skipped"]


@pytest.mark.parametrize("prepare", [None, bad("JSON_SYNTAX"), down])
def test_what_it_needs_must_have_passed_or_it_does_not_run(prepare: Callable[[], Found[object]] | None) -> None:
    ledger = Ledger()
    if prepare is not None:
        ledger.run(FORMAT, prepare)
    ledger.run(WINDOW, good())
    assert ledger.run(SIGNATURE, lambda: pytest.fail("ran"), needs=[WINDOW, FORMAT]) is None
    assert ledger.lines[-1].why == f"needs {FORMAT}"
    assert ledger.run(STATUS, lambda: pytest.fail("ran"), needs=[SIGNATURE]) is None
    assert not ledger.passed(SIGNATURE)


def test_needs_are_of_the_same_item_or_of_all() -> None:
    ledger = Ledger()
    ledger.run(FORMAT, good(), item=0)
    ledger.run(FORMAT, bad("JSON_SYNTAX"), item=1)
    assert ledger.run(SIGNATURE, good(), needs=[FORMAT], item=0) == "value"
    assert ledger.run(SIGNATURE, good(), needs=[FORMAT], item=1) is None
    # No line of its own: then every line of that id counts.
    assert ledger.run(SIGNATURE, good(), needs=[FORMAT], item=2) is None
    # A status entry numbered otherwise says whose it is.
    assert ledger.run(STATUS, good(), needs=[FORMAT], item=7, of=0) == "value"
    assert ledger.run(STATUS, good(), needs=[FORMAT], item=8, of=1) is None
    assert not ledger.passed(FORMAT, 5)
    ledger.run(WINDOW, good())
    assert ledger.passed(WINDOW, 5)


def test_one_status_entry_of_two_that_is_not_known_is_not_accepted() -> None:
    ledger = Ledger()
    ledger.run(STATUS, good(), item=0)
    ledger.run(STATUS, down, item=1)
    assert Verdict(ledger.lines, frozenset({STATUS})).decision is Decision.INDETERMINATE


def test_clean_until_a_line_fails() -> None:
    ledger = Ledger(waived={WINDOW: "not asked in this trial"})
    assert ledger.clean
    ledger.run(FORMAT, good())
    ledger.run(STATUS, down)
    ledger.run(WINDOW, good())
    ledger.run("key.listed", good(), needs=[STATUS])
    assert ledger.clean
    ledger.run(SIGNATURE, bad())
    assert not ledger.clean


# -- waivers ------------------------------------------------------------------------------------------


def test_a_waived_check_does_not_run_is_printed_with_its_reason_and_counts_for_needs_alone() -> None:
    ledger = Ledger(waived={"issuer.listed": "a closed trial of three issuers"})
    assert ledger.run("issuer.listed", lambda: pytest.fail("ran"), item=0) is None
    (check,) = ledger.lines
    assert (check.outcome, check.code) == (Outcome.SKIPPED, "POLICY_WAIVED")
    assert check.why == "a closed trial of three issuers"
    assert ledger.run(SIGNATURE, good(), needs=["issuer.listed"]) == "value"
    required = frozenset({"issuer.listed", SIGNATURE})
    assert Verdict(ledger.lines, required).decision is Decision.INDETERMINATE
    assert Verdict(ledger.lines, required - {"issuer.listed"}).decision is Decision.ACCEPTED
    assert "a closed trial" in Verdict(ledger.lines, required).to_json()


def test_a_waiver_comes_before_missing_needs() -> None:
    ledger = Ledger(waived={STATUS: "not asked in this trial"})
    ledger.run(STATUS, good(), needs=[SIGNATURE])
    assert ledger.lines[0].code == "POLICY_WAIVED"


def test_the_waivers_are_those_handed_in_and_not_what_becomes_of_them() -> None:
    waived = {STATUS: "not asked in this trial"}
    ledger = Ledger(waived=waived)
    waived[SIGNATURE] = "smuggled in afterwards"
    ledger.run(SIGNATURE, bad())
    assert outcomes(ledger) == ["failed"]


def test_a_catalogue_handed_in_decides_what_may_be_asked() -> None:
    entry = CheckEntry("policy.region", "Is it from the region?", "a test", "It is not.", frozenset({ALWAYS}))
    catalogue = CATALOGUE.with_check(entry, Reason("POLICY_REGION", "It is from elsewhere.", "Ask for another."))
    ledger = Ledger(catalogue)
    ledger.run("policy.region", bad("POLICY_REGION"))
    verdict = Verdict(ledger.lines, frozenset({"policy.region"}), catalogue=catalogue)
    assert verdict.summary == "Rejected: it is from elsewhere."
    assert verdict.to_dict()["checks"][0]["clause"] == "a test"
    with pytest.raises(LookupError):
        Ledger().run("policy.region", good())


# -- properties ---------------------------------------------------------------------------------------


class Move(NamedTuple):
    """One step of a recipe made up by Hypothesis."""

    id: str
    item: int
    result: str
    needs: tuple[str, ...]


IDS = (FORMAT, "issuer.listed", "key.listed", SIGNATURE, WINDOW, STATUS)
RECIPES = st.lists(
    st.builds(
        Move,
        st.sampled_from(IDS),
        st.integers(0, 2),
        st.sampled_from(["good", "bad", "down", "noted"]),
        st.lists(st.sampled_from(IDS), max_size=3).map(tuple),
    ),
    max_size=12,
    unique_by=lambda move: (move.id, move.item),
)
STEPS: dict[str, Callable[[], Found[object]]] = {
    "good": good(),
    "bad": bad(),
    "down": down,
    "noted": lambda: Found("value", "ended", {}, "SCOPE_ISSUER_ENDED_NOTED"),
}


@given(RECIPES, st.dictionaries(st.sampled_from(IDS), st.just("waived for the test"), max_size=2))
def test_no_step_without_a_line_and_no_line_without_a_step(recipe: list[Move], waived: dict[str, str]) -> None:
    ledger = Ledger(waived=waived)
    ran: set[tuple[str, int]] = set()
    for move in recipe:

        def step(move: Move = move) -> Found[object]:
            ran.add((move.id, move.item))
            return STEPS[move.result]()

        missing = [need for need in move.needs if not ledger.passed(need, move.item)]
        value = ledger.run(move.id, step, needs=move.needs, item=move.item)
        check = ledger.lines[-1]
        passes = move.result in ("good", "noted")
        assert (check.id, check.item) == (move.id, move.item)
        assert ((move.id, move.item) in ran) == (move.id not in waived and not missing)
        assert (value is not None) == (check.outcome is Outcome.PASSED)
        if move.id in waived:
            assert (check.outcome, check.code) == (Outcome.SKIPPED, "POLICY_WAIVED")
        elif missing:
            assert (check.outcome, check.code) == (Outcome.SKIPPED, "CHECK_NEEDS")
        else:
            assert passes == (check.outcome is Outcome.PASSED)
    assert [(check.id, check.item) for check in ledger.lines] == [(move.id, move.item) for move in recipe]
    assert ledger.clean == (not any(check.outcome is Outcome.FAILED for check in ledger.lines))


@given(RECIPES, st.frozensets(st.sampled_from(IDS), min_size=1))
def test_the_same_recipe_twice_gives_the_same_bytes(recipe: list[Move], required: frozenset[str]) -> None:
    def written() -> str:
        ledger = Ledger()
        for move in recipe:
            ledger.run(move.id, STEPS[move.result], needs=move.needs, item=move.item)
        return Verdict(ledger.lines, required, at="2026-11-01T00:00:00Z", library="0").to_json()

    assert written() == written()


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8) | st.integers() | st.none(), max_size=6))
def test_evidence_is_sorted_whatever_order_it_came_in(evidence: dict[str, str | int | None]) -> None:
    def written(found: Evidence) -> str:
        ledger = Ledger()
        ledger.run(FORMAT, lambda: Found(1, "seen", found))
        return Verdict(ledger.lines, frozenset({FORMAT})).to_json()

    assert written(evidence) == written(dict(reversed(evidence.items())))
    read = json.loads(written(evidence))["checks"][0]["evidence"]
    assert list(read) == sorted(read)


def test_an_accepted_recipe_gives_up_its_claims() -> None:
    ledger = Ledger()
    ledger.run(FORMAT, good())
    subject = Accepted({"name": "x"}, "did:web:issuer.example", "low")
    verdict = Verdict(ledger.lines, frozenset({FORMAT}), _subject=subject)
    assert verdict
    assert verdict.unwrap() is subject
    assert verdict.problems == ()


def test_a_line_tells_its_items_apart() -> None:
    assert Check(FORMAT, Outcome.PASSED, None, "", {}).item == 0
