"""May the relying state, for its purpose, rely on it; how far; and is that enough for the relying party?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from defa_id.answers.listing import UNTYPED
from defa_id.codec.text import printable
from defa_id.credential import Credential
from defa_id.errors import EvidenceValue, Fault
from defa_id.policy import LEVELS, Policy
from defa_id.trust import assurance, recognition
from defa_id.trust.assurance import Vector
from defa_id.trust.recognition import Relied
from defa_id.trust.registry import Registry
from defa_id.verdict import Found


def recognised(
    registry: Registry,
    policy: Policy,
    home: str,
    credential: Credential,
    level: Vector,
    at: datetime,
    known_at: datetime | None,
) -> Found[Relied]:
    """recognition.in_force: for every type; of several types the weakest recognition stands."""
    relying = policy.for_state or ""
    found = [
        recognition.decide(
            registry, relying, home, recognition.Question(type, policy.purpose, at, known_at), level.label()
        )
        for type in credential.types or (UNTYPED,)
    ]
    relied = max(found, key=lambda one: (LEVELS.index(one.min_level), one.environment != "demo"))
    cited = [one.instrument for one in found if one.instrument is not None]
    relied = relied._replace(
        instrument=next((id for id in cited if _instrument_status(registry, id) != "in_force"), relied.instrument),
        environment=recognition.weakest(*(one.environment for one in found)),
        conditions=tuple(dict.fromkeys(text for one in found for text in one.conditions)),
    )
    if relied.arrangement is None:
        return Found(relied, f"{home} relies on its own credential", {"relying": relying, "home": home})
    why = f"{relying} recognises {home} under {printable(relied.arrangement)}"
    return Found(relied, why, {"relying": relying, "home": home, "arrangement": printable(relied.arrangement, 128)})


def instrument(registry: Registry, relied: Relied) -> Found[None]:
    """recognition.instrument: one not in force carries a trial at most."""
    if relied.instrument is None:
        return Found(None, "no instrument is cited", {})
    status = _instrument_status(registry, relied.instrument)
    evidence = {"instrument": printable(relied.instrument), "status": printable(status)}
    if status != "in_force" and relied.environment in ("pilot", "live"):
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


def level_granted(level: Vector, relied: Relied) -> Found[None]:
    """assurance.granted"""
    label = level.label()
    evidence = {"granted": label, "minimum": relied.min_level}
    if not assurance.meets(label, relied.min_level):
        code = "LOA_UNKNOWN" if label == "none" else "LOA_INSUFFICIENT"
        raise Fault(code, f"granted {label}, {relied.min_level} is asked for", **evidence)
    return Found(None, f"granted {label}; the recognition asks for {relied.min_level}", evidence)


def level_achieved(reached: Vector, capped_by: tuple[str, ...], policy: Policy) -> Found[None]:
    """assurance.achieved"""
    label = reached.label()
    evidence: dict[str, EvidenceValue | list[str]] = {
        "achieved": label,
        "needed": policy.needed_level,
        "capped_by": list(capped_by),
    }
    if not assurance.meets(label, policy.needed_level):
        capped = f", capped by {' and '.join(capped_by)}" if capped_by else ""
        raise Fault("LOA_NOT_ACHIEVED", f"{label}{capped}; {policy.needed_level} is asked for", **evidence)
    return Found(
        None, label if policy.needed_level == "none" else f"{label}; {policy.needed_level} is asked for", evidence
    )


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


def _instrument_status(registry: Registry, id: str) -> str:
    found = (entry["status"] for entry in registry.vocabulary.get("instruments", []) if entry.get("id") == id)
    return str(next(found, "unknown"))


def _present(claims: Any, path: tuple[str, ...]) -> bool:
    for step in path:
        if not isinstance(claims, dict) or step not in claims:
            return False
        claims = claims[step]
    return True
