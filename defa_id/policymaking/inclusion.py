"""Whom does a policy shut out without meaning to? Names, scripts, dates, phones, networks, and a way to be heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from defa_id.policy import Path, Policy
from defa_id.policymaking.finding import Finding

# Claims that many people do not have: a family name, or a second identifier beside the primary one (ICAO 9303).
FAMILY: Final = frozenset({"family", "family_name", "surname", "last_name", "lastname", "secondary", "middle_name"})
_LATIN: Final = ("latin", "transliteration", "romanised", "romanized", "mrz")
_BIRTH: Final = frozenset({"birth_date", "birthdate", "date_of_birth", "dob"})


def findings(policy: Policy) -> Iterator[Finding]:
    """What shuts people out, member by member."""
    for path in policy.required_claims:
        yield from _name(path)
    yield from _script(policy)
    yield from _dates(policy)
    yield from _phones(policy)
    yield from _networks(policy)
    if policy.for_state is not None and policy.review.appeal is None:
        yield Finding("review.appeal", "inclusion.no-appeal", "nobody is named")
    if policy.formats is not None and len(policy.formats) == 1:
        yield Finding("formats", "inclusion.one-format", f"only {', '.join(policy.formats)} is taken")


def _name(path: Path) -> Iterator[Finding]:
    if FAMILY & {step.lower() for step in path}:
        yield Finding("required_claims", "inclusion.family-name", f"{'.'.join(path)} is required")
    if any(word in step.lower() for step in path for word in _LATIN):
        yield Finding("required_claims", "inclusion.latin-only", f"{'.'.join(path)} is required")


def _script(policy: Policy) -> Iterator[Finding]:
    for one in policy.predicates:
        if one.test == "equals" and one.claim[-1].lower() == "script" and one.value == "Latn":
            yield Finding(f"predicates.{one.name}", "inclusion.latin-only", "only a name in Latin letters will do")


def _dates(policy: Policy) -> Iterator[Finding]:
    looked_at = policy.review.before_refusal or policy.review.states or policy.review.types
    other = any(step.startswith("age_over_") for one in policy.predicates for step in one.claim)
    for one in policy.predicates:
        if not _BIRTH & set(one.claim):
            continue
        if one.test == "equals" or (one.test == "age-at-least" and not looked_at and not other):
            yield Finding(
                f"predicates.{one.name}", "inclusion.full-date", "nothing is said of dates known to the year only"
            )


def _phones(policy: Policy) -> Iterator[Finding]:
    """A paper is borne by whoever has it: whatever asks for the holder's key asks for a device."""
    if policy.review.before_refusal:
        return
    if policy.holder_binding == "always":
        yield Finding("holder_binding", "inclusion.smartphone-only", "a holder's key is asked for always")
    if policy.min_level is not None:
        yield Finding("min_level", "inclusion.smartphone-only", f"{policy.min_level} is not reached by a paper")
    for name, rule in sorted(policy.purposes.items()):
        if rule.holder_binding == "always":
            yield Finding(
                f"purposes.{name}.holder_binding", "inclusion.smartphone-only", "a holder's key is asked for always"
            )
        elif rule.min_level is not None:
            yield Finding(
                f"purposes.{name}.min_level", "inclusion.smartphone-only", f"{rule.min_level} is not reached by a paper"
            )
        elif rule.vector.get("A"):
            yield Finding(
                f"purposes.{name}.vector", "inclusion.smartphone-only", f"A{rule.vector['A']} is not reached by a paper"
            )


def _networks(policy: Policy) -> Iterator[Finding]:
    for member in ("status_age_days", "registry_age_days"):
        if getattr(policy, member)["low"] == 0:
            yield Finding(member, "inclusion.online-only", "not a day is given, even for the lowest level")
