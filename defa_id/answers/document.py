"""Questions to the document itself, and to the registry as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from defa_id.answers.listing import Signers
from defa_id.codec import digests, limits, times
from defa_id.codec.text import printable
from defa_id.credential import Credential, Window
from defa_id.errors import EvidenceValue, Fault, Unknowable
from defa_id.parts import Parts
from defa_id.policy import Policy
from defa_id.suites import Means
from defa_id.trust.records import SchemaReference, Service
from defa_id.trust.registry import Registry
from defa_id.verdict import Found

_LEEWAY: Final = timedelta(seconds=limits.LEEWAY_SECONDS)  # set against differences: a sum may leave the calendar


def size(data: bytes) -> Found[None]:
    """limit.size"""
    if not data:
        raise Fault("INPUT_EMPTY")
    limit = size_limit(data)
    if len(data) > limit:
        raise Fault("LIMIT_INPUT_SIZE", f"more than {limit} bytes", limit=limit)
    return Found(None, f"{len(data)} bytes", {"bytes": len(data)})


def size_limit(data: bytes) -> int:
    """How many bytes an input that begins like this may have: more in CBOR, which no text begins like."""
    return limits.INPUT_CBOR_BYTES if data[:1] >= b"\x80" else limits.INPUT_BYTES


def registry_current(registry: Registry, policy: Policy, states: Iterable[str]) -> Found[None]:
    """registry.current: by the wall clock handed in when the registry was opened, never by `at`."""
    fresh = registry.freshness_for(*states)
    days = policy.registry_age_days[policy.needed_level]
    evidence: dict[str, EvidenceValue | list[str]] = {
        "freshness": fresh.grade,
        "version": registry.version,
        "days_past": fresh.lag.days,
    }
    if not fresh.clock_trusted:
        raise Unknowable("TIME_CLOCK_UNTRUSTED")
    if fresh.grade == "expired":
        raise Unknowable("REG_EXPIRED", f"its time ran out {fresh.lag.days} days ago", **evidence)
    if fresh.lag > timedelta(days=days):
        raise Unknowable("REG_STALE", f"its time ran out {fresh.lag.days} days ago; {days} are allowed", **evidence)
    return Found(None, f"version {registry.version}, {fresh.grade}", evidence)


def proof_signature(parts: Parts, registry: Registry, credential: Credential, signers: Signers) -> Found[None]:
    """proof.signature: every proof, each by its own key."""
    means = _means(parts, registry, signers)
    made = []
    for proof, signer in zip(credential.proofs, signers, strict=True):
        parts.suites[proof.suite](proof, signer.key, means)
        made.append((proof.alg, signer.key.thumbprint))
    why = ", ".join([f"{alg} by {thumbprint[:12]}…" for alg, thumbprint in made])
    if len(made) == 1:
        return Found(None, why, {"alg": made[0][0], "thumbprint": made[0][1]})
    return Found(None, why, {"alg": [alg for alg, _ in made], "thumbprint": [thumbprint for _, thumbprint in made]})


def _means(parts: Parts, registry: Registry, signers: Signers) -> Means:
    """What suites may look up: the contexts these authorisations pin by digest, before those shipped."""
    pinned: dict[str, SchemaReference] = {}
    for signer in signers:
        for service in signer.services:
            pinned |= service.contexts
    if not pinned:
        return parts.means

    def documents(url: str) -> bytes | None:
        if url not in pinned:
            return parts.means.documents(url)
        reference = pinned[url]
        data = registry.target(reference.target) if reference.target else None
        if data is None or digests.sha256(data).hex() != reference.sha256:
            raise Unknowable("LD_CONTEXT_UNAVAILABLE", url=printable(url, 256))
        return data

    return parts.means._replace(documents=documents)


def time_issued(window: Window, at: datetime) -> Found[None]:
    """time.issued"""
    if window.issued is None:
        return Found(None, "it states no date of issuance", {})
    issued = times.show(window.issued)
    if window.issued - at > _LEEWAY:
        raise Fault("TIME_ISSUED_IN_FUTURE", issued=issued)
    return Found(None, issued, {"issued": issued})


def time_window(window: Window, policy: Policy, at: datetime) -> Found[None]:
    """time.window"""
    begins, ends = window.begins, window.ends
    if begins and ends and ends < begins:
        raise Fault("TIME_WINDOW_INVERTED")
    if ends and at - ends > _LEEWAY:
        raise Fault("TIME_EXPIRED", f"since {times.show(ends)}", ends=times.show(ends))
    if begins and begins - at > _LEEWAY:
        raise Fault("TIME_NOT_YET", f"not before {times.show(begins)}", begins=times.show(begins))
    if ends is None and policy.require_expiry:
        raise Fault("TIME_NO_EXPIRY")
    shown = times.show(ends) if ends else None
    return Found(None, f"until {shown}" if shown else "without an end", {"ends": shown})


def schema_of(services: tuple[Service, ...], types: Iterable[str]) -> tuple[SchemaReference, ...]:
    """The schemas that the issuer's entry names for these types, each once."""
    found = {
        reference.sha256: reference
        for service in services
        for type in types
        if (reference := service.types.get(type)) is not None
    }
    return tuple(found[sha256] for sha256 in sorted(found))
