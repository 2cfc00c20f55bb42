"""Making a thing worse never makes a decision better, and asking for more never helps."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from defa_id.policy import LEVELS
from defa_id.verdict import Check, Decision, Outcome, fold
from tests.properties.facts import BANKING, ENVIRONMENTS, WORSENING, Facts, facts, judge
from tests.support.world import Json

GRAVITY = {Decision.REJECTED: 0, Decision.INDETERMINATE: 1, Decision.ACCEPTED: 2}
WORSE = {
    Outcome.PASSED: (Outcome.UNKNOWN, Outcome.SKIPPED, Outcome.FAILED),
    Outcome.UNKNOWN: (Outcome.SKIPPED, Outcome.FAILED),
    Outcome.SKIPPED: (Outcome.UNKNOWN, Outcome.FAILED),
    Outcome.FAILED: (Outcome.FAILED,),
}
# Nothing stands on these, so that waiving one of them can only help.
WAIVABLE = (
    *("registry.current", "time.issued", "time.window", "issuer.granted", "key.current", "status.current"),
    *("recognition.instrument", "recognition.environment", "assurance.granted", "assurance.achieved"),
    *("policy.format", "policy.claims", "holder.nonce", "holder.time"),
)
RULES = (
    *("status", "holder_binding", "environments", "formats", "required_claims", "require_expiry"),
    *("registry_age_days", "min_level", "purposes", "waive"),
)
REASON = "Waived for the sake of this test."
PURPOSES = st.none() | st.sampled_from([BANKING, "nothing.else", "health.registration"])
LEVEL = st.none() | st.sampled_from(LEVELS[1:])


@st.composite
def policies(draw: st.DrawFn) -> Json:
    """Some rules, each there or not."""
    rules: dict[str, st.SearchStrategy[Any]] = {
        "status": st.sampled_from(["when-named", "always"]),
        "holder_binding": st.sampled_from(["when-asked", "always"]),
        "environments": st.sets(st.sampled_from(ENVIRONMENTS), min_size=1).map(sorted),
        "formats": st.sets(st.sampled_from(["vc-jwt", "sd-jwt-vc", "vc-sd-jwt"]), min_size=1).map(sorted),
        "required_claims": st.just([["birth_date"]]),
        "require_expiry": st.booleans(),
        "registry_age_days": st.sampled_from([{"low": 30, "substantial": 7, "high": 0}]),
        "min_level": st.sampled_from(LEVELS[1:]),
        "purposes": st.sampled_from([{BANKING: {"min_level": "low"}}, {BANKING: {"holder_binding": "always"}}]),
        "waive": st.sets(st.sampled_from(WAIVABLE), max_size=4).map(lambda ids: dict.fromkeys(sorted(ids), REASON)),
    }
    return {name: draw(rules[name]) for name in sorted(draw(st.sets(st.sampled_from(sorted(rules)), max_size=3)))}


@st.composite
def stricter(draw: st.DrawFn, policy: Json) -> Json:
    """The same policy with one rule made stricter; its own value where it was as strict already."""
    rule = draw(st.sampled_from(RULES))
    match rule:
        case "status" | "holder_binding":
            return {**policy, rule: "always"}
        case "environments" | "formats":
            every = list(ENVIRONMENTS) if rule == "environments" else ["vc-jwt", "sd-jwt-vc", "vc-sd-jwt"]
            had = policy.get(rule, every)
            return {**policy, rule: draw(st.sets(st.sampled_from(had), min_size=1).map(sorted))}
        case "required_claims":
            more = draw(st.sampled_from([["birth_date"], ["document_number"], ["never", "there"]]))
            return {**policy, rule: [*policy.get(rule, []), more]}
        case "require_expiry":
            return {**policy, rule: True}
        case "registry_age_days":
            had = policy.get(rule, {"low": 30, "substantial": 7, "high": 0})
            return {**policy, rule: {name: draw(st.integers(0, days)) for name, days in had.items()}}
        case "min_level":
            had = policy.get(rule, "none")
            return {**policy, rule: draw(st.sampled_from(LEVELS[max(LEVELS.index(had), 1) :]))}
        case "purposes":
            rules = policy.get(rule, {}).get(BANKING, {})
            level = draw(st.sampled_from(LEVELS[max(LEVELS.index(rules.get("min_level", "none")), 1) :]))
            return {**policy, rule: {BANKING: {"min_level": level, "holder_binding": "always"}}}
        case _:
            kept = draw(st.sets(st.sampled_from(sorted(policy["waive"])))) if policy.get("waive") else set()
            return {**policy, "waive": dict.fromkeys(sorted(kept), REASON)}


@given(data=st.data(), said=facts(), purpose=PURPOSES, level=LEVEL)
def test_a_stricter_policy_never_helps(
    data: st.DataObject, said: Facts, purpose: str | None, level: str | None
) -> None:
    policy = data.draw(policies())
    tightened = data.draw(stricter(policy))
    after = judge(said, tightened, purpose=purpose, min_level=level)
    assert not after or judge(said, policy, purpose=purpose, min_level=level)


@given(said=facts(), policy=policies(), purpose=PURPOSES, low=LEVEL, high=LEVEL)
def test_a_higher_level_never_helps(
    said: Facts, policy: Json, purpose: str | None, low: str | None, high: str | None
) -> None:
    low, high = sorted((low or "none", high or "none"), key=LEVELS.index)
    verdicts = [
        judge(said, policy, purpose=purpose, min_level=None if level == "none" else level) for level in (low, high)
    ]
    assert not verdicts[1] or verdicts[0]


@given(said=facts(), policy=policies(), purpose=PURPOSES, level=LEVEL)
def test_what_holds_for_any_purpose_holds_for_each(
    said: Facts, policy: Json, purpose: str | None, level: str | None
) -> None:
    """A question without a purpose asks for the most: recognition without a limit."""
    assume("purposes" not in policy)
    assert not judge(said, policy, min_level=level) or judge(said, policy, purpose=purpose, min_level=level)


@given(said=facts(), policy=policies(), purpose=PURPOSES)
def test_asking_for_a_presentation_never_helps_where_no_level_is_asked(
    said: Facts, policy: Json, purpose: str | None
) -> None:
    """Where a level is asked, a proven holder may reach it: then the answer to the nonce is evidence."""
    assume("min_level" not in policy and "purposes" not in policy)
    assume(policy.get("holder_binding") != "always")
    assert not judge(said, policy, purpose=purpose, asked=True) or judge(said, policy, purpose=purpose, asked=False)


@given(data=st.data(), policy=policies(), purpose=PURPOSES, level=LEVEL, asked=st.booleans())
def test_a_worse_fact_never_helps(
    data: st.DataObject, policy: Json, purpose: str | None, level: str | None, asked: bool
) -> None:
    field = data.draw(st.sampled_from(sorted(WORSENING)))
    values = WORSENING[field]
    better, worse = sorted(
        data.draw(st.lists(st.sampled_from(range(len(values))), min_size=2, max_size=2, unique=True))
    )
    said = data.draw(facts(presentation=st.none() | st.just("good")))
    if field == "presentation":
        said, asked = said._replace(bound=True), True
    before, after = (
        judge(said._replace(**{field: values[which]}), policy, purpose=purpose, min_level=level, asked=asked)
        for which in (better, worse)
    )
    assert not after or before, (field, values[better], values[worse])


@given(data=st.data(), said=facts(), policy=policies())
def test_a_worse_line_never_improves_the_fold(data: st.DataObject, said: Facts, policy: Json) -> None:
    verdict = judge(said, policy)
    lines = list(verdict.checks)
    for number in data.draw(st.sets(st.sampled_from(range(len(lines))), min_size=1, max_size=3)):
        line: Check = lines[number]
        lines[number] = line._replace(outcome=data.draw(st.sampled_from(WORSE[line.outcome])))
    more = verdict.required | data.draw(st.sets(st.sampled_from([*(line.id for line in lines), "never.asked"])))
    assert GRAVITY[fold(lines, more)] <= GRAVITY[verdict.decision]
    assert GRAVITY[fold(lines[:-1], verdict.required)] < 2 or verdict.decision is not Decision.REJECTED
