"""Samples judged under two policies: whose verdict flips?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from defa_id.errors import WrongUse
from defa_id.operator.simulation import Simulation, compare
from defa_id.policy import Policy
from defa_id.trust.registry import Registry
from defa_id.verifier import Verifier
from defa_id.workers import EQUIPPED


def simulate(
    registry: Registry,
    policies: tuple[Policy, Policy],
    samples: Mapping[str, bytes],
    moments: Iterable[datetime],
    *,
    by: Iterable[str] = (),
    purpose: str | None = None,
    min_level: str | None = None,
) -> Simulation:
    """Judge every sample (by name) under the policy before and the one after, for every relying state.

    Without `by` each policy speaks for its own state. Raises `WrongUse` where a policy names none, or the two
    name different ones; `PolicyInvalid` for a question that is not written as it must be.
    """
    states = tuple(by) or _own(policies)
    verifiers = {}
    for state in states:
        before, after = (
            Verifier(registry, one.asking(for_state=state, purpose=purpose, min_level=min_level), EQUIPPED)
            for one in policies
        )
        verifiers[state] = (before, after)
    return compare(verifiers, samples, moments)


def _own(policies: tuple[Policy, Policy]) -> tuple[str, ...]:
    named = {one.for_state for one in policies}
    if len(named) != 1 or None in named:
        raise WrongUse("no one relying state", hint="Give --for XX: the policies name none, or different ones.")
    return tuple(state for state in named if state)
