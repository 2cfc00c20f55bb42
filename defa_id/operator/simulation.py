"""Sample credentials judged before and after a change: whose verdict flips."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from defa_id import files
from defa_id.codec import times
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.operator import publishing
from defa_id.operator.tree import Object, Tree
from defa_id.policy import Policy
from defa_id.report.layout import shown
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import Outcome, Verdict
from defa_id.verifier import Verifier
from defa_id.workers import EQUIPPED


class Flip(NamedTuple):
    """A credential whose decision changes for a relying state at a moment; `codes` are the reasons of
    the checks that are answered otherwise after the change."""

    credential: str
    by: str
    at: str
    before: str
    after: str
    codes: tuple[str, ...]


class Simulation(NamedTuple):
    """How many verdicts were compared, and those that flip."""

    compared: int
    flips: tuple[Flip, ...]

    def to_dict(self) -> Object:
        """The JSON form."""
        return {"compared": self.compared, "flips": [flip._asdict() for flip in self.flips]}


def simulate(
    before: Registry,
    after: Registry,
    credentials: Mapping[str, bytes],
    policies: Mapping[str, Policy],
    moments: Iterable[datetime],
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Judge every credential (by name) under every policy (by relying state) at every moment, twice.

    `progress` is told how many of how many comparisons are done.
    """
    verifiers = {
        by: (Verifier(before, policy, EQUIPPED), Verifier(after, policy, EQUIPPED)) for by, policy in policies.items()
    }
    return compare(verifiers, credentials, moments, progress)


def compare(
    verifiers: Mapping[str, tuple[Verifier, Verifier]],
    credentials: Mapping[str, bytes],
    moments: Iterable[datetime],
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Judge every credential (by name) at every moment with both verifiers of each relying state."""
    times_asked = tuple(moments)
    asked = [(name, by, at) for name in credentials for by in verifiers for at in times_asked]
    flips = []
    for done, (name, by, at) in enumerate(asked, 1):
        was, becomes = (verifier.verify(credentials[name], at=at) for verifier in verifiers[by])
        if was.decision != becomes.decision:
            codes = _codes(was, becomes)
            flips.append(Flip(name, by, times.show(at), str(was.decision), str(becomes.decision), codes))
        if progress is not None:
            progress(done, len(asked))
    return Simulation(len(asked), tuple(flips))


def simulation_text(found: Simulation) -> str:
    """The same for people: how many flip, then each of them."""
    lines = [f"{len(found.flips)} of {found.compared} verdicts change"]
    for flip in found.flips:
        why = f" ({', '.join(flip.codes)})" if flip.codes else ""
        turn = f"{flip.before} → {flip.after}{why}"
        lines.append(f"  {shown(flip.credential, 200)} for {flip.by} at {flip.at}: {turn}")
    return "".join(f"{line}\n" for line in lines)


def draft(tree: Tree, now: datetime) -> Registry:
    """Sources as a registry one can ask, published in passing with keys that nobody keeps.

    Compare two drafts with each other, so that nothing differs but their content.
    Raises `ChangeRefused` for sources that have errors.
    """
    unnamed = tree._replace(registry={**tree.registry, "registry": "draft"})
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "published"
        publishing.publish(unnamed, _Passing(), place, now)
        registry = files.open_registry(place, now=now)
        for state in registry.states():
            registry.state_list(state)
        return registry


class _Passing:
    """A new key for every name, kept for one publication."""

    def __init__(self) -> None:
        self._keys: dict[str, SigningKey] = {}

    def get(self, name: str) -> SigningKey:
        """The key of that name."""
        return self._keys.setdefault(name, signing.generate())


def _codes(was: Verdict, becomes: Verdict) -> tuple[str, ...]:
    before = {(check.id, check.item): check.outcome for check in was.checks}
    turned = [check for check in becomes.checks if before.get((check.id, check.item)) != check.outcome]
    return tuple(dict.fromkeys(check.code for check in turned if check.code and check.outcome != Outcome.SKIPPED))
