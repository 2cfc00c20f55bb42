"""The relying party's own rules: formats, types, algorithms, and what may be asked for and taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.credential import Credential
from defa_id.errors import Fault, Unknowable
from defa_id.policy import TRANSFER_ORDER, Link, Path, Policy, Predicate, Transfer
from defa_id.values import NamedTuple
from defa_id.verdict import Found


class Released(NamedTuple):
    """What leaves the verifier: claims about the subject, answers to predicates, and whether anything stays back."""

    claims: Mapping[str, Any]
    predicates: Mapping[str, bool | None]
    whole: bool


NOTHING = Released({}, {}, False)


def format_taken(policy: Policy, credential: Credential) -> Found[None]:
    """policy.format"""
    if policy.formats is not None and credential.format not in policy.formats:
        raise Fault("POLICY_FORMAT", format=credential.format)
    return Found(None, credential.format, {"format": credential.format})


def claims_present(policy: Policy, credential: Credential) -> Found[None]:
    """policy.claims: each path in what the credential says about its subject, or in the document."""
    for path in policy.required_claims:
        if not _present(credential.subject, path) and not _present(credential.claims, path):
            raise Fault("SCOPE_REQUIRED_CLAIM", f"{'.'.join(path)} is not disclosed", claim=".".join(path))
    count = len(policy.required_claims)
    return Found(None, f"{count} asked for, all there" if count else "none asked for", {"asked": count})


def type_taken(policy: Policy, credential: Credential) -> Found[None]:
    """policy.type: a sector may take one kind of credential only, whatever the level of another."""
    wanted = policy.rule.types
    if wanted is not None and not wanted & set(credential.types):
        types = [printable(type, 128) for type in sorted(wanted)]
        raise Fault("POLICY_TYPE", f"this purpose takes {', '.join(types)}", types=types)
    return Found(None, "any" if wanted is None else "of a kind this purpose takes", {})


def algorithm_taken(policy: Policy, credential: Credential, at: datetime) -> Found[None]:
    """policy.algorithm: a date moves the outcome, and nothing else has to."""
    for proof in credential.proofs:
        if policy.algorithms is None:
            break
        if proof.alg not in policy.algorithms:
            raise Fault("POLICY_ALGORITHM", f"{proof.alg} is not taken", alg=proof.alg)
        end = policy.algorithms[proof.alg]
        if end is not None and at >= end:
            raise Fault("POLICY_ALGORITHM", f"{proof.alg} is not taken any more", alg=proof.alg)
    return Found(None, ", ".join(dict.fromkeys(proof.alg for proof in credential.proofs)), {})


def request_permitted(policy: Policy, home: str | None) -> Found[None]:
    """policy.request: what the home state or the policy says is never asked for."""
    never = (*policy.never_request.get("*", ()), *policy.never_request.get(home or "", ()))
    for path in _asked(policy):
        if any(overlap(path, forbidden) for forbidden in never):
            raise Fault("POLICY_NEVER_REQUEST", f"{'.'.join(path)} may not be asked for", claim=".".join(path))
    return Found(None, "nothing that may not be asked for", {"asked": len(_asked(policy))})


def transfer_permitted(policy: Policy, credential: Credential, home: str | None, at: datetime) -> Found[Released]:
    """policy.transfer: which claims may leave, and what is answered in their place.

    Of several rules the one that names the claim counts before one for all claims, and then the strictest.
    """
    asked = _asked(policy)
    speaking = [rule for rule in policy.transfer if not rule.states or home in rule.states]
    kept: dict[str, Any] = {} if asked or speaking else dict(credential.subject)
    back = False
    for name, value in credential.subject.items() if asked or speaking else ():
        wanted = [path for path in asked if path[0] == name]
        if asked and not wanted:
            continue
        rule = rule_for(speaking, home, (name,))
        if rule is None or rule.rule == "allowed":
            kept[name] = value
            continue
        evidence = {"claim": printable(name), "rule": rule.rule, "source": printable(rule.source, 160)}
        if rule.rule == "forbidden" and wanted:
            raise Fault("POLICY_TRANSFER", f"{printable(name)} may not leave", **evidence)
        if rule.rule == "unknown" and wanted:
            raise Unknowable("POLICY_TRANSFER_UNKNOWN", f"whether {printable(name)} may leave", **evidence)
        back = True
    predicates = {
        one.name: _answer(one, credential.subject, at) for one in policy.predicates if _concerns(one, credential)
    }
    released = Released(MappingProxyType(kept), MappingProxyType(predicates), not back and not asked)
    why = "everything may leave" if released.whole else f"{len(kept)} claims and {len(predicates)} answers leave"
    return Found(released, why, {"claims": len(kept), "predicates": len(predicates)})


def subject_eligible(policy: Policy, credential: Credential, at: datetime) -> Found[None]:
    """policy.subject: every requirement is met; one that is not known to be met is no refusal and no acceptance."""
    required = [one for one in policy.predicates if one.required and _concerns(one, credential)]
    answers = {one.name: _answer(one, credential.subject, at) for one in required}
    for wanted, kind, code in ((False, Fault, "POLICY_SUBJECT"), (None, Unknowable, "POLICY_SUBJECT_UNKNOWN")):
        found = [name for name, answer in answers.items() if answer is wanted]
        if found:
            said = "not met" if wanted is False else "not known to be met"
            raise kind(code, f"{said}: {', '.join(found)}", requirements=found)
    why = f"{len(required)} required, all met" if required else "nothing is required of the person or company"
    return Found(None, why, {"requirements": list(answers)})


def in_its_phase(
    policy: Policy, check: str, home: str | None, at: datetime, step: Callable[[], Found[None]]
) -> Callable[[], Found[None]]:
    """One of the policy's own rules as far as it has come for this home state: not yet, noted only, or required."""
    phases = [one for one in policy.phase_in if one.check == check and (not one.states or home in one.states)]
    if not phases:
        return step
    phase = max(phases, key=lambda one: (bool(one.states), one.required))  # what names the state speaks before all

    def phased() -> Found[None]:
        evidence = {"from": times.show(phase.begins), "required": times.show(phase.required)}
        if at < phase.begins:
            return Found(None, f"not asked before {evidence['from']}", evidence, "POLICY_NOT_YET")
        try:
            return step()
        except Fault as fault:
            if at >= phase.required:
                raise
            return Found(
                None, f"{fault.why or fault.code}; required from {evidence['required']}", evidence, "POLICY_GRACE"
            )

    return phased


def linked(links: Iterable[Link], credentials: Sequence[Credential]) -> Found[None]:
    """policy.links: what stands in one credential stands in the other, for every pair the purpose names."""
    for link in links:
        ends = [
            [value for one in credentials if type in one.types for value in _every(one.subject, path)]
            for type, path in link
        ]
        named = [f"{'.'.join(path)} of {type}" for type, path in link]
        evidence = {"types": [printable(type, 128) for type, _ in link]}
        if not all(ends):
            absent = " and ".join(printable(name, 200) for name, end in zip(named, ends, strict=True) if not end)
            raise Fault("POLICY_LINK_MISSING", f"{absent} is not there", **evidence)
        if not any(one == other for one in ends[0] for other in ends[1]):
            told = printable(" and ".join(named), 300)
            raise Fault("POLICY_LINK", f"{told} are not the same", **evidence)
    return Found(None, "what belongs together stands together", {})


def _asked(policy: Policy) -> tuple[Path, ...]:
    return (*policy.ask, *policy.rule.ask)


def rule_for(rules: Iterable[Transfer], home: str | None, path: Path) -> Transfer | None:
    """The rule that counts for a claim from a state: one that names it before one for all, then the strictest."""
    speaking = [rule for rule in rules if not rule.states or home in rule.states]
    named = [rule for rule in speaking if any(overlap(path, claim) for claim in rule.claims)]
    general = [rule for rule in speaking if not rule.claims]
    return max(named or general, key=lambda rule: TRANSFER_ORDER.index(rule.rule), default=None)


def overlap(one: Path, other: Path) -> bool:
    """Whether one path leads through the other."""
    return all(a == b for a, b in zip(one, other, strict=False))


def _concerns(predicate: Predicate, credential: Credential) -> bool:
    return not predicate.types or bool(predicate.types & set(credential.types))


def _answer(predicate: Predicate, subject: Mapping[str, Any], at: datetime) -> bool | None:
    """Yes, no, or None for not known: a claim that is not disclosed, or a date known to the year only."""
    value = _at(subject, predicate.claim)
    if predicate.test == "present":
        return value is not None
    if value is None:
        return None
    if predicate.test == "equals":
        return bool(value == predicate.value)
    from defa_id.people import dates

    try:
        return dates.age_over(predicate.value, dates.read(value), at.date()).reached
    except Fault:
        return None


def _at(claims: Any, path: Path) -> Any:
    for step in path:
        if not isinstance(claims, Mapping) or step not in claims:
            return None
        claims = claims[step]
    return claims


def _every(claims: Any, path: Path) -> Iterator[Any]:
    """What stands at the end of a path; `*` leads into every entry of a list."""
    if not path:
        yield claims
    elif path[0] == "*" and isinstance(claims, list):
        for entry in claims:
            yield from _every(entry, path[1:])
    elif isinstance(claims, Mapping) and claims.get(path[0]) is not None:
        yield from _every(claims[path[0]], path[1:])


def _present(claims: Any, path: tuple[str, ...]) -> bool:
    for step in path:
        if not isinstance(claims, dict) or step not in claims:
            return False
        claims = claims[step]
    return True
