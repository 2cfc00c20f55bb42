"""Which rules of a policy can never decide anything, as far as a registry tells?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from defa_id.answers.rules import overlap
from defa_id.codec import times
from defa_id.policy import ENVIRONMENTS, LEVELS, TRANSFER_ORDER, Policy, Transfer
from defa_id.policymaking.finding import Finding
from defa_id.trust import assurance, recognition
from defa_id.trust.registry import Registry

SOON: Final = timedelta(days=180)


def findings(policy: Policy, registry: Registry, at: datetime) -> Iterator[Finding]:
    """What is out of reach at a time. Raises `RegistryRejected` for a list that is not signed as it must be."""
    yield from _purposes(policy, registry)
    yield from _types(policy, registry)
    yield from _states(policy, registry)
    yield from _transfer(policy)
    yield from _algorithms(policy, at)
    for number, phase in enumerate(policy.phase_in):
        if phase.required <= at:
            yield Finding(f"phase_in.{number}", "reach.phase", f"required since {times.show(phase.required)}")
    yield from _recognised(policy, registry, at)


def _purposes(policy: Policy, registry: Registry) -> Iterator[Finding]:
    known = {entry["id"] for entry in registry.vocabulary.get("purposes", ())}
    for name in sorted(policy.purposes):
        if name not in known:
            yield Finding(f"purposes.{name}", "reach.purpose", f"{name} is not in the vocabulary")
    if policy.purpose is not None and policy.purpose not in known:
        yield Finding("purpose", "reach.purpose", f"{policy.purpose} is not in the vocabulary")


def _types(policy: Policy, registry: Registry) -> Iterator[Finding]:
    known = {entry["type"] for entry in registry.vocabulary.get("types", ())}
    issued = {
        type
        for state in registry.states()
        for service in registry.state_list(state).services
        if service.formats
        for type in service.types
    }
    for member, type in _named_types(policy):
        if type not in known | issued:
            yield Finding(member, "reach.type", f"{type} is neither in the vocabulary nor on a list")
        elif type not in issued:
            yield Finding(member, "reach.not-issued", f"nobody on a list issues {type}")


def _named_types(policy: Policy) -> Iterator[tuple[str, str]]:
    for name, rule in sorted(policy.purposes.items()):
        for type in sorted(rule.types or ()):
            yield f"purposes.{name}.types", type
    for number, condition in enumerate(policy.conditions):
        for type in sorted(condition.types):
            yield f"conditions.{number}.types", type
    for type in sorted(policy.review.types):
        yield "review.types", type


def _states(policy: Policy, registry: Registry) -> Iterator[Finding]:
    named = [("for_state", {policy.for_state} if policy.for_state else set())]
    named.append(("never_request", set(policy.never_request) - {"*"}))
    named.extend((f"transfer.{number}.states", set(rule.states)) for number, rule in enumerate(policy.transfer))
    named.extend((f"conditions.{number}.states", set(one.states)) for number, one in enumerate(policy.conditions))
    named.append(("review.states", set(policy.review.states)))
    for member, states in named:
        for state in sorted(states - set(registry.states())):
            yield Finding(member, "reach.state", f"{state} has no list")


def _transfer(policy: Policy) -> Iterator[Finding]:
    for number, rule in enumerate(policy.transfer):
        for other, before in enumerate(policy.transfer):
            if other != number and _shadows(before, rule, first=other < number):
                yield Finding(f"transfer.{number}", "reach.transfer", f"transfer.{other} always decides before it")
                break


def _shadows(before: Transfer, rule: Transfer, *, first: bool) -> bool:
    """Whether wherever `rule` speaks `before` speaks too, as closely, and is stricter (or the same, and first)."""
    if before.states and not (rule.states and rule.states <= before.states):
        return False
    if bool(before.claims) != bool(rule.claims):
        return False
    if rule.claims and not all(
        any(len(wide) <= len(path) and overlap(wide, path) for wide in before.claims) for path in rule.claims
    ):
        return False
    stricter = TRANSFER_ORDER.index(before.rule) - TRANSFER_ORDER.index(rule.rule)
    return stricter > 0 or (stricter == 0 and (first or not _shadows(rule, before, first=True)))


def _algorithms(policy: Policy, at: datetime) -> Iterator[Finding]:
    ends = policy.algorithms or {}
    if ends and all(end is not None and end <= at for end in ends.values()):
        yield Finding("algorithms", "algorithm.ended", "all of them have ended")
        return
    for name, end in sorted(ends.items()):
        if end is not None and at < end <= at + SOON:
            yield Finding(f"algorithms.{name}", "algorithm.ending", f"{name} ends {times.show(end)}")


def _recognised(policy: Policy, registry: Registry, at: datetime) -> Iterator[Finding]:
    """Does anybody the relying state recognises reach the level and the environment asked for?"""
    if policy.for_state not in registry.states():
        return
    homes = {
        row["of"]: row["environment"]
        for row in recognition.matrix(registry, at=at)
        if row["by"] == policy.for_state and row["decision"] == "recognised"
    }
    reached = {*homes.values(), recognition.weakest(registry.environment, ENVIRONMENTS[-1])}
    if not reached & policy.environments:
        yield Finding("environments", "reach.environment", f"this registry reaches {', '.join(sorted(reached))}")
    mappings = registry.vocabulary.get("mappings", ())
    granted = [
        assurance.granted(service.assurance, at, at, None, mappings).vector.label()
        for state in (*homes, policy.for_state)
        for service in registry.state_list(state).services
    ]
    best = max(granted, key=LEVELS.index, default="none")
    asked = [("min_level", policy.min_level)]
    asked.extend((f"purposes.{name}.min_level", rule.min_level) for name, rule in sorted(policy.purposes.items()))
    for member, level in asked:
        if level is not None and not assurance.meets(best, level):
            yield Finding(member, "reach.level", f"{level} is asked for, {best} is the most that is granted")
