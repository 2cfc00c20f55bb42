"""May the relying state, for its purpose, rely on it; how far; and is that enough for the relying party?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.answers.listing import UNTYPED
from defa_id.codec.text import printable
from defa_id.credential import Credential
from defa_id.errors import EvidenceValue, Fault, Unknowable
from defa_id.policy import LEVELS, Policy
from defa_id.sources import Counter
from defa_id.trust import assurance, recognition
from defa_id.trust.assurance import Granted, Vector
from defa_id.trust.recognition import Relied
from defa_id.trust.registry import Registry
from defa_id.verdict import Found

BINDING: Final = ("pilot", "live")  # what rests on more than a trial has to have a basis
_STANDING: Final = ("unknown", "proposed", "concluded", "signed", "ratified", "in_force")


def recognised(
    registry: Registry,
    policy: Policy,
    home: str,
    credential: Credential,
    level: Granted,
    at: datetime,
    known_at: datetime | None,
) -> Found[Relied]:
    """recognition.in_force: for every type; of several types the weakest recognition stands."""
    relying = policy.for_state or ""
    found = [
        recognition.decide(
            registry,
            relying,
            home,
            recognition.Question(type, policy.purpose, at, known_at),
            level.vector.label(),
            level.vector,
        )
        for type in credential.types or (UNTYPED,)
    ]
    relied = max(found, key=lambda one: (LEVELS.index(one.min_level), one.cap is not None, one.environment != "demo"))
    cited = [one.instrument for one in found if one.instrument is not None]
    weak = [id for id in cited if _instrument_status(registry, id, (relying, home), at) != "in_force"]
    relied = relied._replace(
        instrument=next(iter(weak), relied.instrument),
        environment=recognition.weakest(*(one.environment for one in found)),
        min_vector={
            axis: max(one.min_vector.get(axis, 0) for one in found) for one in found for axis in one.min_vector
        },
        conditions=tuple(dict.fromkeys(text for one in found for text in one.conditions)),
    )
    if relied.arrangement is None:
        return Found(relied, f"{home} relies on its own credential", {"relying": relying, "home": home})
    why = f"{relying} recognises {home} under {printable(relied.arrangement)}"
    return Found(relied, why, {"relying": relying, "home": home, "arrangement": printable(relied.arrangement, 128)})


def instrument(registry: Registry, relied: Relied, relying: str, home: str, at: datetime) -> Found[None]:
    """recognition.instrument: one not in force for both states carries a trial at most."""
    if relied.instrument is None:
        return Found(None, "no instrument is cited", {})
    status = _instrument_status(registry, relied.instrument, (relying, home), at)
    evidence = {"instrument": printable(relied.instrument), "status": printable(status)}
    if status != "in_force" and relied.environment in BINDING:
        raise Fault("RECOGNITION_INSTRUMENT", **evidence)
    return Found(
        None, f"{printable(relied.instrument)} is {printable(status)}; enough for {relied.environment}", evidence
    )


def environment(policy: Policy, relied: Relied) -> Found[None]:
    """recognition.environment"""
    evidence = {"environment": relied.environment}
    if relied.environment not in policy.environments:
        raise Fault("RECOGNITION_ENVIRONMENT", f"it is {relied.environment}", **evidence)
    return Found(None, relied.environment, evidence)


def mapping(level: Granted, relied: Relied, at: datetime) -> Found[None]:
    """assurance.mapping: whose reading of the level it is, and whether that carries what the recognition carries."""
    evidence = {"status": level.status, "environment": relied.environment}
    if relied.environment in BINDING and level.status not in assurance.CARRIES_MORE_THAN_A_TRIAL:
        raise Fault("LOA_MAPPING", f"the reading of its level is {level.status}", **evidence)
    if level.review_by is not None and at >= level.review_by:
        return Found(None, f"{level.status}, and due to be looked at again", evidence, "LOA_MAPPING_REVIEW")
    return Found(None, level.status, evidence)


def capped(relied: Relied, amount: int | None, counter: Counter, token: str) -> Found[None]:
    """recognition.cap: counted only when nothing else stands in the way.

    `token` names this use without saying anything about anybody; one credential counts once.
    """
    cap, arrangement = relied.cap, relied.arrangement or ""
    if cap is None:
        return Found(None, "there is none", {})
    evidence: dict[str, EvidenceValue | list[str]] = {
        "phase": printable(cap.phase),
        "uses": cap.uses,
        "value": cap.value,
    }
    if cap.value is not None:
        if amount is None:
            raise Unknowable("CAP_AMOUNT", **evidence)
        if amount > cap.value:
            raise Fault("CAP_VALUE", f"{amount} is asked for, {cap.value} is the most", **evidence)
    if cap.uses is not None:
        used = counter.take(arrangement, cap.phase, token, cap.uses)
        if used is None:
            raise Fault("CAP_COUNT", f"all {cap.uses} are used up", **evidence)
    return Found(None, f"within the cap of {printable(cap.phase)}", evidence)


def level_granted(level: Granted, relied: Relied) -> Found[None]:
    """assurance.granted"""
    label = level.vector.label()
    short = assurance.falls_short(level.vector, relied.min_vector)
    evidence: dict[str, EvidenceValue | list[str]] = {"granted": label, "minimum": relied.min_level}
    if relied.min_vector:
        evidence["minimum_vector"] = " ".join(f"{axis}{least}" for axis, least in sorted(relied.min_vector.items()))
    if not assurance.meets(label, relied.min_level):
        code = "LOA_UNKNOWN" if label == "none" else "LOA_INSUFFICIENT"
        raise Fault(code, f"granted {label}, {relied.min_level} is asked for", **evidence)
    if short:
        raise Fault("LOA_INSUFFICIENT", f"less than the recognition asks for on {', '.join(short)}", **evidence)
    return Found(None, f"granted {label}; the recognition asks for {relied.min_level}", evidence)


def level_achieved(reached: Vector, capped_by: tuple[str, ...], policy: Policy) -> Found[None]:
    """assurance.achieved: the label asked for, and on each axis what the purpose asks for."""
    label, short = reached.label(), assurance.falls_short(reached, policy.rule.vector)
    evidence: dict[str, EvidenceValue | list[str]] = {
        "achieved": label,
        "needed": policy.needed_level,
        "capped_by": list(capped_by),
    }
    capped = f", capped by {' and '.join(capped_by)}" if capped_by else ""
    if not assurance.meets(label, policy.needed_level):
        raise Fault("LOA_NOT_ACHIEVED", f"{label}{capped}; {policy.needed_level} is asked for", **evidence)
    if short:
        evidence["short"] = list(short)
        raise Fault("LOA_NOT_ACHIEVED", f"less than the purpose asks for on {', '.join(short)}{capped}", **evidence)
    return Found(
        None, label if policy.needed_level == "none" else f"{label}; {policy.needed_level} is asked for", evidence
    )


def _instrument_status(registry: Registry, id: str, states: tuple[str, str], at: datetime) -> str:
    """The weakest of what it is for the two states at that time; where it says nothing of one, what it is at all."""
    entry = next((entry for entry in registry.vocabulary.get("instruments", ()) if entry.get("id") == id), None)
    if entry is None:
        return "unknown"
    return min((_status_for(entry, state, at) for state in states), key=_STANDING.index)


def _status_for(entry: Mapping[str, Any], state: str, at: datetime) -> str:
    own = entry.get("states", {}).get(state, entry)
    since = own.get("since") or own.get("dates", {}).get(str(own["status"]))
    # A date known to the month or the year counts from its end: what is not known is not in force yet.
    ahead = since is not None and str(since) + "-99-99"[len(str(since)) - 4 :] > at.date().isoformat()
    return "proposed" if ahead or own["status"] not in _STANDING else str(own["status"])
