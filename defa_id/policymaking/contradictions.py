"""Where one member of a policy undoes another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from defa_id.answers.rules import overlap, rule_for
from defa_id.policy import Path, Policy, Rule
from defa_id.policymaking.finding import Finding

# What a waived check would have decided: the members of the policy and of a purpose's rule that speak to it.
_DECIDES: Final = {
    "assurance.achieved": ("min_level", "vector"),
    "policy.format": ("formats",),
    "policy.algorithm": ("algorithms",),
    "policy.claims": ("required_claims",),
    "policy.type": ("types",),
    "policy.request": ("never_request",),
    "policy.transfer": ("transfer",),
    "policy.links": ("links",),
    "recognition.environment": ("environments",),
}
_DEFAULT: Final = Policy("", "")
_PLAIN: Final = Rule()


def findings(policy: Policy, formats: dict[str, frozenset[str]]) -> Iterator[Finding]:
    """What cannot both be meant. `formats`: for every type of the vocabulary, the formats it comes in."""
    yield from _never(policy)
    yield from _unasked(policy)
    yield from _transfer(policy)
    yield from _waived(policy)
    for name, rule in sorted(policy.purposes.items()):
        yield from _types(name, rule, policy, formats)


def asked(policy: Policy) -> Iterator[tuple[str, Path]]:
    """Every claim that is asked for or required, with the member that says so."""
    for path in policy.required_claims:
        yield "required_claims", path
    for path in policy.ask:
        yield "ask", path
    for name, rule in sorted(policy.purposes.items()):
        for path in rule.ask:
            yield f"purposes.{name}.ask", path


def _never(policy: Policy) -> Iterator[Finding]:
    compared = ((f"predicates.{one.name}", one.claim) for one in policy.predicates)
    for member, path in (*asked(policy), *compared):
        for state, never in sorted(policy.never_request.items()):
            if any(overlap(path, one) for one in never):
                whose = "anybody" if state == "*" else f"people of {state}"
                yield Finding(member, "contradiction.never-requested", f"{'.'.join(path)} is never asked of {whose}")


def _unasked(policy: Policy) -> Iterator[Finding]:
    general = set(policy.ask)
    if not general and not any(rule.ask for rule in policy.purposes.values()):
        return
    rules: list[Rule] = list(policy.purposes.values()) or [_PLAIN]
    for path in policy.required_claims:
        for rule in rules:
            told = general | set(rule.ask)
            if told and not any(overlap(path, one) for one in told):
                yield Finding("required_claims", "contradiction.not-asked", f"{'.'.join(path)} is not among ask")
                break


def _transfer(policy: Policy) -> Iterator[Finding]:
    states = sorted({state for rule in policy.transfer for state in rule.states})
    for member, path in asked(policy):
        rules = {home: rule_for(policy.transfer, home, path) for home in (None, *states)}
        forbidden = [home for home, rule in rules.items() if rule is not None and rule.rule == "forbidden"]
        if forbidden:
            where = "anywhere" if None in forbidden else ", ".join(filter(None, forbidden))
            yield Finding(member, "contradiction.transfer", f"{'.'.join(path)} may not leave when it is from {where}")


def _waived(policy: Policy) -> Iterator[Finding]:
    for check in sorted(policy.waive):
        for member in _DECIDES.get(check, ()):
            if member in Policy._fields and getattr(policy, member) != getattr(_DEFAULT, member):
                yield Finding(member, "contradiction.waived", f"{check} is waived")
            for name, rule in sorted(policy.purposes.items()):
                if member in Rule._fields and getattr(rule, member) != getattr(_PLAIN, member):
                    yield Finding(f"purposes.{name}.{member}", "contradiction.waived", f"{check} is waived")


def _types(name: str, rule: Rule, policy: Policy, formats: dict[str, frozenset[str]]) -> Iterator[Finding]:
    for type in sorted(rule.types or ()):
        comes_in = formats.get(type)
        if comes_in and policy.formats is not None and not comes_in & policy.formats:
            yield Finding(
                f"purposes.{name}.types",
                "contradiction.format",
                f"{type} comes as {', '.join(sorted(comes_in))}, and the policy takes "
                f"{', '.join(sorted(policy.formats))}",
            )
    linked: list[Any] = [end[0] for link in rule.links for end in link]
    for type in dict.fromkeys(linked):
        if rule.types is not None and type not in rule.types:
            yield Finding(f"purposes.{name}.links", "contradiction.link", f"{type} is linked and not taken")
