"""A policy in words: for each member, in the order of the document, one sentence or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from defa_id.codec import times
from defa_id.policy import (
    ENVIRONMENTS,
    Condition,
    External,
    Path,
    PhaseIn,
    Policy,
    Predicate,
    Review,
    Rule,
    Transfer,
)

_AXES: Final = {"P": "proofing", "A": "holder authentication", "F": "presentation", "G": "governance"}
_TRANSFER: Final = {
    "allowed": "may leave",
    "in-place": "stay; only answers to predicates leave",
    "forbidden": "may not leave",
    "unknown": "may leave or not, nobody knows: it is not decided",
}
# What a member asks when it is as it is without any document, and when there is none of it.
_NOTHING: Final = "Nothing is said."


def sentences(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Every member that decides something, in words."""
    return {member: tuple(tell(getattr(policy, member))) for member, tell in _WORDS.items()}


def _level(value: str | None) -> Iterator[str]:
    yield f"At least {value} has to be reached by the presentation." if value else "No level has to be reached."


def _status(value: str) -> Iterator[str]:
    yield (
        "Every credential has to name a status, and it is looked up."
        if value == "always"
        else "A status is looked up where the credential or its registry entry names one."
    )


def _binding(value: str) -> Iterator[str]:
    yield (
        "Whoever presents it proves always that they hold its key."
        if value == "always"
        else "Whoever presents it proves that they hold its key where a nonce and an audience are asked."
    )


def _trust(value: str) -> Iterator[str]:
    yield (
        "Only issuers that a state lists."
        if value == "registry"
        else "Any issuer, listed or not: nothing may be relied on."
    )


def _set(nothing: str, before: str) -> Callable[[Any], Iterator[str]]:
    def tell(value: Iterable[str] | None) -> Iterator[str]:
        yield nothing if value is None else f"{before} {_and(sorted(value))}."

    return tell


def _environments(value: frozenset[str]) -> Iterator[str]:
    yield f"What is recognised as {_and((name for name in ENVIRONMENTS if name in value), 'or')}."


def _algorithms(value: Mapping[str, Any] | None) -> Iterator[str]:
    if value is None:
        yield "All that the registry lists for the issuer."
        return
    for name, end in sorted(value.items()):
        yield f"{name} is taken." if end is None else f"{name} is taken until {times.show(end)}."


def _paths(before: str, nothing: str) -> Callable[[Any], Iterator[str]]:
    def tell(value: tuple[Path, ...]) -> Iterator[str]:
        yield f"{before} {_and(_dotted(value))}." if value else nothing

    return tell


def _never(value: Mapping[str, tuple[Path, ...]]) -> Iterator[str]:
    for state, paths in sorted(value.items()):
        yield f"{_and(_dotted(paths))} {'of anybody' if state == '*' else f'of people of {state}'}: never."
    if not value:
        yield _NOTHING


def _transfer(value: tuple[Transfer, ...]) -> Iterator[str]:
    for rule in value:
        what = _and(sorted(_dotted(rule.claims))) if rule.claims else "All claims"
        where = f" from {_and(sorted(rule.states))}" if rule.states else ""
        yield f"{what}{where} {_TRANSFER[rule.rule]} (source: {rule.source})."
    if not value:
        yield "Everything disclosed may leave the verifier."


def _predicates(value: tuple[Predicate, ...]) -> Iterator[str]:
    for one in value:
        claim = ".".join(one.claim)
        asked = {
            "present": f"is {claim} there?",
            "equals": f"is {claim} {one.value}?",
            "age-at-least": f"is {claim} {one.value} years ago, or more?",
        }[one.test]
        of = f" Asked of {_and(sorted(one.types))}." if one.types else ""
        yield f"{one.name}: {asked}{of}{' Required: anything but yes stands in the way.' if one.required else ''}"
    if not value:
        yield "None is asked."


def _yes(yes: str, no: str) -> Callable[[Any], Iterator[str]]:
    def tell(value: bool) -> Iterator[str]:
        yield yes if value else no

    return tell


def _ages(before: str) -> Callable[[Any], Iterator[str]]:
    def tell(value: Mapping[str, int]) -> Iterator[str]:
        days = ", ".join(f"{value[level]} for {level}" for level in ("low", "substantial", "high"))
        yield f"{before}, in days by the level needed: {days}."

    return tell


def _purposes(value: Mapping[str, Rule]) -> Iterator[str]:
    for name, rule in sorted(value.items()):
        for text in _rule(rule):
            yield f"{name}: {text}"
    if not value:
        yield "No purpose asks for more than the rest of the policy."


def _rule(rule: Rule) -> Iterator[str]:
    if rule.min_level:
        yield f"at least {rule.min_level} has to be reached."
    if rule.holder_binding == "always":
        yield "whoever presents it proves that they hold its key."
    for axis, least in sorted(rule.vector.items()):
        yield f"{_AXES[axis]} of at least {axis}{least}."
    if rule.types is not None:
        yield f"only {_and(sorted(rule.types), 'or')}, whatever the level of another."
    if rule.ask:
        yield f"asks for {_and(_dotted(rule.ask))}."
    for link in rule.links:
        one, other = (f"{'.'.join(path)} of {type}" for type, path in link)
        yield f"{one} is {other}."
    for text in rule.conditions:
        yield f"condition: {text}"


def _conditions(value: tuple[Condition, ...]) -> Iterator[str]:
    for one in value:
        concerned = [
            *([f"from {_and(sorted(one.states), 'or')}"] if one.states else []),
            *([f"of type {_and(sorted(one.types), 'or')}"] if one.types else []),
        ]
        yield f"Where it is {' and '.join(concerned)}: {one.text}" if concerned else one.text
    if not value:
        yield "None is attached."


def _review(value: Review) -> Iterator[str]:
    if value.before_refusal:
        yield "A person looks before anybody is refused."
    if value.states:
        yield f"A person looks always at what comes from {_and(sorted(value.states))}."
    if value.types:
        yield f"A person looks always at {_and(sorted(value.types))}."
    if value.appeal:
        yield f"Whoever is refused can turn to: {value.appeal}"
    if value == Review():
        yield "No person has to look."


def _phase_in(value: tuple[PhaseIn, ...]) -> Iterator[str]:
    for one in value:
        where = f", of credentials from {_and(sorted(one.states), 'or')}" if one.states else ""
        yield (
            f"{one.check}{where}: not asked before {times.show(one.begins)}, noted until "
            f"{times.show(one.required)}, required from then on (source: {one.source})."
        )
    if not value:
        yield "Everything holds at once."


def _external(value: tuple[External, ...]) -> Iterator[str]:
    for one in value:
        yield f"{one.check}: {one.what}"
    if not value:
        yield _NOTHING


def _waive(value: Mapping[str, str]) -> Iterator[str]:
    for check, reason in sorted(value.items()):
        yield f"{check} is not asked: {reason}"
    if not value:
        yield "No check is left out."


def _dotted(paths: Iterable[Path]) -> list[str]:
    return [".".join(path) for path in paths]


def _and(words: Iterable[str], last: str = "and") -> str:
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


_WORDS: Final[Mapping[str, Callable[[Any], Iterator[str]]]] = {
    "for_state": lambda value: iter([f"Relies for {value}." if value else "The question names the relying state."]),
    "purpose": lambda value: iter([f"For {value}, unless asked otherwise." if value else "The question names it."]),
    "trust": _trust,
    "environments": _environments,
    "min_level": _level,
    "holder_binding": _binding,
    "status": _status,
    "require_expiry": _yes("It has to say when it expires.", "It need not say when it expires."),
    "registry_age_days": _ages("How long the registry is used past its freshness"),
    "status_age_days": _ages("How old a status list may be that does not say when it expires"),
    "formats": _set("All that the registry lists for the issuer.", "Only"),
    "algorithms": _algorithms,
    "legacy_sd_jwt_typ": _yes("The earlier type name vc+sd-jwt is taken.", "Only the type name dc+sd-jwt is taken."),
    "required_claims": _paths("It has to disclose", "None in particular."),
    "ask": _paths("Only these are taken over:", "All that is disclosed."),
    "never_request": _never,
    "transfer": _transfer,
    "predicates": _predicates,
    "purposes": _purposes,
    "conditions": _conditions,
    "review": _review,
    "phase_in": _phase_in,
    "external": _external,
    "waive": _waive,
}

# What the members are called to people.
TITLES: Final = {
    "for_state": "Relying state",
    "purpose": "Purpose",
    "trust": "Issuers",
    "environments": "Environments",
    "min_level": "Level",
    "holder_binding": "Holder",
    "status": "Status",
    "require_expiry": "Expiry",
    "registry_age_days": "Age of the registry",
    "status_age_days": "Age of status lists",
    "formats": "Formats",
    "algorithms": "Algorithms",
    "legacy_sd_jwt_typ": "Type name of SD-JWT",
    "required_claims": "Claims required",
    "ask": "Claims asked for",
    "never_request": "Claims never asked for",
    "transfer": "What may leave",
    "predicates": "Predicates",
    "purposes": "Purposes",
    "conditions": "Conditions",
    "review": "People",
    "phase_in": "Step by step",
    "external": "Asked by others",
    "waive": "Checks left out",
}
