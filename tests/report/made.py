"""Verdicts made by hand, for tests of how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from defa_id.verdict import Check, Outcome, Verdict

ISSUER: Mapping[str, Any] = {
    "id": "did:web:id.singapore.example",
    "state": "SG",
    "name": "Demo Identity Authority",
    "entity_id": "did:web:id.singapore.example",
}
CREDENTIAL: Mapping[str, Any] = {
    "format": "vc-jwt",
    "types": ["PersonIdentityCredential"],
    "digest": "ab" * 32,
    "issuer": ISSUER,
}
LEVEL: Mapping[str, Any] = {
    "label": "none",
    "granted": "substantial",
    "vector": {"P": 2, "A": 0, "F": 1, "G": 2},
    "capped_by": ["bearer"],
}
RECOGNITION: Mapping[str, Any] = {
    "relying_state": "TH",
    "home_state": "SG",
    "purpose": "banking.account-opening",
    "arrangement": "TH-0001",
    "environment": "demo",
    "level": LEVEL,
    "conditions": ["A certified translation is attached"],
}
REGISTRY: Mapping[str, Any] = {
    "version": 7,
    "sha256": "cd" * 32,
    "freshness": "fresh",
    "environment": "demo",
    "name": "demo",
    "anchor": "beside the registry",
}
PASSED = ("limit.size", "format.recognised", "format.wellformed", "issuer.listed", "key.listed")


def passed(*ids: str) -> list[Check]:
    """A line that passed for each id."""
    return [Check(id, Outcome.PASSED, None, "as it must be", {}) for id in ids]


def verdict(*more: Check, **changes: Any) -> Verdict:
    """A verdict whose lines are those of `PASSED`, then `more`; everything else as by default."""
    checks = (*passed(*PASSED), *more)
    whole: dict[str, Any] = {
        "checks": checks,
        "required": frozenset(check.id for check in checks),
        "asked": {"relying_state": "TH", "purpose": "banking.account-opening"},
        "credentials": (CREDENTIAL,),
        "recognitions": (RECOGNITION,),
        "registry": REGISTRY,
        "policy": {"id": "baseline", "sha256": "ef" * 32},
        "at": "2026-11-24T03:05:00Z",
        "library": "defa-id 0.1.0",
    }
    return Verdict(**{**whole, **changes})


def accepted(**changes: Any) -> Verdict:
    """A verdict that accepts."""
    return verdict(*passed("proof.signature", "recognition.in_force", "assurance.achieved"), **changes)


def rejected(why: str = "The signature does not verify.", **changes: Any) -> Verdict:
    """A verdict that rejects for a wrong signature, with what could not be asked after that."""
    return verdict(
        Check("proof.signature", Outcome.FAILED, "JOSE_SIGNATURE", why, {"alg": "ES256"}),
        Check("recognition.in_force", Outcome.SKIPPED, "CHECK_NEEDS", "needs proof.signature", {}),
        Check("assurance.achieved", Outcome.SKIPPED, "CHECK_NEEDS", "needs proof.signature", {}),
        **changes,
    )


def undecided(**changes: Any) -> Verdict:
    """A verdict that cannot decide, for want of a status."""
    return verdict(
        *passed("proof.signature", "recognition.in_force", "assurance.achieved"),
        Check("status.current", Outcome.UNKNOWN, "STATUS_UNAVAILABLE", "the document is not at hand", {"index": 3}),
        **changes,
    )
