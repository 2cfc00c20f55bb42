"""A state against a baseline policy and its partners: what its list, issuers and recognitions lack.

Horizontal integration is counted here and not judged: what a state does about a lack is its own affair.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

from defa_id.assessment import own, partners
from defa_id.assessment.finding import LACKING, MET, OPEN, Finding
from defa_id.assessment.picture import Picture, picture
from defa_id.codec import times
from defa_id.policy import ENVIRONMENTS, Policy
from defa_id.report.recognition_map import RECOGNISED
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple

ABSENT: Final = "absent"
EXPERIMENTAL: Final = "experimental"
PILOTED: Final = "piloted"
LIVE: Final = "live"
MATURITY: Final = (ABSENT, EXPERIMENTAL, PILOTED, LIVE)
_BY_ENVIRONMENT: Final = {"demo": EXPERIMENTAL, "sandbox": EXPERIMENTAL, "pilot": PILOTED, "live": LIVE}


class Module(NamedTuple):
    """One kind of credential: how far it has come, how many issuers there are and who relies on them.

    `maturity`: absent (nothing to rely on), experimental (a demo or sandbox at most), piloted, live.
    """

    id: str
    name: str
    maturity: str
    issuers: int
    relied_on_by: tuple[str, ...]
    relies_on: tuple[str, ...]
    lacking: int


class Gap(NamedTuple):
    """The report: the modules, the most developed first, and all that was compared."""

    state: str
    name: str
    at: datetime
    known_at: datetime | None
    policy: str
    registry: dict[str, Any]
    modules: tuple[Module, ...]
    findings: tuple[Finding, ...]

    @property
    def lacking(self) -> tuple[Finding, ...]:
        """What lacks."""
        return tuple(one for one in self.findings if one.outcome == LACKING)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings are met, lacking and open."""
        found = Counter(one.outcome for one in self.findings)
        return {word: found[word] for word in (MET, LACKING, OPEN)}

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "state": self.state,
            "name": self.name,
            "at": times.show(self.at),
            "known_at": times.show(self.known_at) if self.known_at else None,
            "policy": self.policy,
            "registry": self.registry,
            "counts": self.counts,
            "modules": [
                {**one._asdict(), "relied_on_by": list(one.relied_on_by), "relies_on": list(one.relies_on)}
                for one in self.modules
            ],
            "findings": [one.to_dict() for one in self.findings],
        }


def gap(registry: Registry, state: str, policy: Policy, *, at: datetime, known_at: datetime | None = None) -> Gap:
    """The report on `state` as of `at`. Raises `WrongUse` for a state without a list, `RegistryRejected`."""
    seen = picture(registry, state, at=at, known_at=known_at)
    found = findings(seen, policy)
    modules = [_module(seen, id, found) for id in seen.modules()]
    order = sorted(modules, key=lambda one: (-MATURITY.index(one.maturity), -len(one.relied_on_by), one.id))
    about = {name: getattr(registry, name) for name in ("name", "version", "environment", "freshness")}
    return Gap(state, seen.name, at, known_at, policy.id, about, tuple(order), found)


def findings(seen: Picture, policy: Policy) -> tuple[Finding, ...]:
    """Everything that is compared, in a fixed order."""
    return (
        *own.of_list(seen),
        *own.of_issuers(seen, policy),
        *partners.of_levels(seen, policy),
        *partners.of_recognition(seen),
        *partners.of_arrangements(seen),
        *own.of_ends(seen),
    )


def maturity(seen: Picture, module: str) -> str:
    """How far a kind of credential has come. A type still tried out never counts as more than a trial:
    the environments asked here are capped by the vocabulary (`recognition.ceiling`)."""
    if not any(offer.usable for offer in seen.of_kind(module)):
        return ABSENT
    return _BY_ENVIRONMENT[seen.reached(module) or ENVIRONMENTS[0]]


def _module(seen: Picture, id: str, found: tuple[Finding, ...]) -> Module:
    rows = [row for row in (*seen.given, *seen.received) if row["decision"] == RECOGNISED]
    held = [row for row in rows if seen.family(str(row["type"])) == id]
    return Module(
        id=id,
        name=seen.kind(id),
        maturity=maturity(seen, id),
        issuers=sum(offer.usable for offer in seen.of_kind(id)),
        relied_on_by=tuple(sorted({str(row["by"]) for row in held if row["of"] == seen.state})),
        relies_on=tuple(sorted({str(row["of"]) for row in held if row["by"] == seen.state})),
        lacking=sum(one.module == id and one.outcome == LACKING for one in found),
    )
