"""A national or a house policy laid over a baseline: everything may be tightened, little may be relaxed.

For each member there is one way to put two values together so that both are kept, and what comes out
must be what the overlay said: otherwise it asked for less than the baseline does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from defa_id.errors import PolicyInvalid
from defa_id.policy import LEVELS, TRANSFER_ORDER, Path, PhaseIn, Policy, Predicate, Review, Rule

Both = Callable[[Any, Any], Any]


def lay(base: Policy, own: Policy, named: frozenset[str]) -> Policy:
    """`own` over `base`: `named` are the members the overlay's document has, all others are the base's.

    Lists grow by what the overlay adds. Raises `PolicyInvalid` for a member that is relaxed and not
    `relaxable` in the base.
    """
    laid: dict[str, Any] = {}
    refused = []
    for member in sorted(named):
        ours, theirs = getattr(own, member), getattr(base, member)
        both = _BOTH.get(member)
        strict = both(theirs, ours) if both else ours
        laid[member] = strict if member in _ADDED else ours
        if laid[member] != strict:
            refused.append(member)
    provenance = {**base.provenance, **dict.fromkeys(named, own.id)}
    relaxable = own.relaxable & base.relaxable if own.relaxable else base.relaxable
    policy = base._replace(id=own.id, sha256=own.sha256, provenance=provenance, relaxable=relaxable, **laid)
    if _asks_for_more(base, policy):
        refused.append("ask")
    if any(one not in base.phase_in and _asks(base, one) for one in policy.phase_in):
        refused.append("phase_in")
    for member in refused:
        if member not in base.relaxable:
            raise PolicyInvalid(
                f"policy {own.id} relaxes {member}, which {base.id} does not let be relaxed",
                hint=f"Ask for as much as {base.id} does, or more; it lets be relaxed: "
                f"{', '.join(sorted(base.relaxable)) or 'nothing'}.",
            )
    return policy


def relaxed(base: Policy, own: Policy) -> tuple[str, ...]:
    """The members in which one policy asks for less than another."""
    return tuple(
        member
        for member, both in _BOTH.items()
        if member not in _ADDED and both(getattr(base, member), getattr(own, member)) != getattr(own, member)
    )


def tighter(one: Policy, other: Policy, member: str) -> Policy | None:
    """Which of two policies asks for all that the other does in a member, and more; None where neither does."""
    both = _BOTH.get(member)
    if both is None:
        return None
    ours, theirs = getattr(one, member), getattr(other, member)
    together = _unordered(both(ours, theirs))
    found = [policy for policy, own in ((one, ours), (other, theirs)) if _unordered(own) == together]
    return found[0] if len(found) == 1 else None


def _asks_for_more(base: Policy, policy: Policy) -> bool:
    """Whether claims leave, for some purpose, that the base would not have asked for."""
    for purpose in {"", *base.purposes, *policy.purposes}:
        before, after = ((*one.ask, *one.purposes.get(purpose, Rule()).ask) for one in (base, policy))
        if before and set(_within(before, after)) != set(after):
            return True
    return False


def _within(one: tuple[Path, ...], other: tuple[Path, ...]) -> tuple[Path, ...]:
    """Of two requests what both ask for; the empty one asks for everything."""
    if not one or not other:
        return other or one

    def covered(paths: tuple[Path, ...], by: tuple[Path, ...]) -> list[Path]:
        return [path for path in paths if any(path[: len(wide)] == wide for wide in by)]

    return tuple(dict.fromkeys((*covered(other, one), *covered(one, other))))


def _asks(base: Policy, phase: PhaseIn) -> bool:
    """Whether the base itself asks something in a check that an overlay would bring in step by step."""
    members, parts = PHASED_MEMBERS[phase.check]
    plain, rule = Policy("", ""), Rule()
    if phase.check == "policy.subject":
        return any(one.required for one in base.predicates)
    return any(getattr(base, member) != getattr(plain, member) for member in members) or any(
        getattr(one, part) != getattr(rule, part) for one in base.purposes.values() for part in parts
    )


def _unordered(value: Any) -> Any:
    """Lists of rules and claims say the same in any order."""
    if isinstance(value, Mapping):
        return {name: _unordered(entry) for name, entry in value.items()}
    return frozenset(value) if type(value) is tuple else value


def _higher(order: tuple[str, ...]) -> Both:
    return lambda one, other: max((one, other), key=order.index)


def _level(one: str | None, other: str | None) -> str | None:
    return max(filter(None, (one, other)), key=LEVELS.index, default=None)


def _fewer(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Of two choices what is in both; None is everything."""
    return other if one is None else one if other is None else one & other


def _younger(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    return {level: min(one[level], other[level]) for level in one}


def _all(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _algorithms(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if one is None or other is None:
        return other if one is None else one
    return {
        name: min((end for end in (one[name], other[name]) if end is not None), default=None)
        for name in other
        if name in one
    }


def _by_state(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: _all(one.get(name, ()), other.get(name, ())) for name in sorted({*one, *other})}


def _purposes(one: Mapping[str, Rule], other: Mapping[str, Rule]) -> Mapping[str, Rule]:
    return {name: _rule(one.get(name), other.get(name)) for name in {**one, **other}}


def _rule(one: Rule | None, other: Rule | None) -> Rule:
    if one is None or other is None:
        return other or one or Rule()
    return Rule(
        _level(one.min_level, other.min_level),
        _higher(("when-asked", "always"))(one.holder_binding, other.holder_binding),
        {axis: max(one.vector.get(axis, 0), other.vector.get(axis, 0)) for axis in {**one.vector, **other.vector}},
        _fewer(one.types, other.types),
        _all(one.conditions, other.conditions),
        _all(one.ask, other.ask),
        _all(one.links, other.links),
    )


def _predicates(one: tuple[Predicate, ...], other: tuple[Predicate, ...]) -> tuple[Predicate, ...]:
    """Both; under one name the other's, unless the one requires it."""
    required = {predicate.name for predicate in one if predicate.required}
    named = {predicate.name for predicate in other} - required
    return _all(
        tuple(predicate for predicate in one if predicate.name not in named),
        tuple(predicate for predicate in other if predicate.name in named),
    )


def _external(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Both; under one id the other's words."""
    named = {external.check for external in other}
    return (*(external for external in one if external.check not in named), *other)


def _review(one: Review, other: Review) -> Review:
    return Review(
        one.before_refusal or other.before_refusal,
        one.states | other.states,
        one.types | other.types,
        other.appeal or one.appeal,
    )


def _stricter_first(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Rules of both; where several speak of one claim, the strictest counts, wherever it stands."""
    return tuple(sorted(_all(one, other), key=lambda rule: TRANSFER_ORDER.index(rule.rule), reverse=True))


_BOTH: Final[Mapping[str, Both]] = {
    "min_level": _level,
    "status": _higher(("when-named", "always")),
    "holder_binding": _higher(("when-asked", "always")),
    "environments": _fewer,
    "formats": _fewer,
    "algorithms": _algorithms,
    "required_claims": _all,
    "ask": _within,
    "never_request": _by_state,
    "transfer": _stricter_first,
    "require_expiry": lambda one, other: one or other,
    "legacy_sd_jwt_typ": lambda one, other: one and other,
    "registry_age_days": _younger,
    "status_age_days": _younger,
    "purposes": _purposes,
    "conditions": _all,
    "review": _review,
    "predicates": _predicates,
    "external": _external,
    "trust": _higher(("any-issuer", "registry")),
    "waive": lambda one, other: {check: why for check, why in other.items() if check in one},
}
# What an overlay says of these is added to what the baseline says: there is nothing in it to relax.
_ADDED: Final = frozenset(
    {"required_claims", "never_request", "transfer", "predicates", "purposes", "conditions", "review", "external"}
)
# What decides in a check that may come step by step: members of the policy, and of a purpose's rule.
PHASED_MEMBERS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "policy.format": (("formats",), ()),
    "policy.type": ((), ("types",)),
    "policy.algorithm": (("algorithms",), ()),
    "policy.claims": (("required_claims",), ()),
    "policy.subject": ((), ()),  # the predicates that are required
    "assurance.achieved": (("min_level",), ("min_level", "vector")),
}
