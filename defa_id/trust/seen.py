"""What a client remembers of a registry it has seen, so that nobody can show it less tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from defa_id.trust.signatures import Entitled
from defa_id.values import NamedTuple

Document = Mapping[str, Any]


class Seen(NamedTuple):
    """What a client remembers of a registry: versions never go down, nor does time.

    `root_sha256`: of what the root of that version says; `signers`: the keys (SHA-256) that signed the
    timestamp and the snapshot of these versions; `holders`: by state, whose list it is
    (`handover.holders`); `least`: versions no rotation undoes.
    """

    versions: Mapping[str, int] = {}
    snapshot_sha256: str | None = None
    latest: datetime | None = None
    denied: tuple[tuple[str, Document], ...] = ()
    signers: Mapping[str, frozenset[str]] = {}
    holders: Mapping[str, str] = {}
    least: Mapping[str, int] = {}
    root_sha256: str | None = None

    def merge(self, other: Seen) -> Seen:
        """The stricter of both: a client's memory and the floor that came with the package."""
        newer = self if self.versions.get("snapshot", 0) >= other.versions.get("snapshot", 0) else other
        latest = max((moment for moment in (self.latest, other.latest) if moment), default=None)
        extra = tuple(entry for entry in other.denied if entry not in self.denied)
        later, earlier = (self, other) if self._of("targets") >= other._of("targets") else (other, self)
        return Seen(
            _highest(self.versions, other.versions),
            newer.snapshot_sha256,
            latest,
            self.denied + extra,
            {role: self._signers_with(other, role) for role in self.signers.keys() | other.signers.keys()},
            {**earlier.holders, **later.holders},
            _highest(self.least, other.least),
            self._root_with(other),
        )

    def under(self, online: Mapping[str, Entitled]) -> Seen:
        """What still holds once the root names these keys for timestamp and snapshot (TUF §5.3.11).

        Where those who signed what was seen are entitled no more, a stolen key may have driven its
        version up to the end of all numbers, and so may the snapshot every role's in it.
        """
        fallen = {
            role
            for role, held in online.items()
            if role in self.signers and len(self.signers[role] & held.keys) < held.threshold
        }
        if not fallen:
            return self
        kept = {"root", "timestamp"} if "snapshot" in fallen else self.versions.keys()
        versions = {role: version for role, version in self.versions.items() if role in kept and role not in fallen}
        return self._replace(
            versions=_highest(versions, self.least),
            snapshot_sha256=None if "snapshot" in fallen else self.snapshot_sha256,
            signers={role: keys for role, keys in self.signers.items() if role not in fallen},
        )

    def _of(self, role: str) -> int:
        return self.versions.get(role, 0)

    def _root_with(self, other: Seen) -> str | None:
        if self._of("root") == other._of("root"):
            return self.root_sha256 or other.root_sha256
        return (self if self._of("root") > other._of("root") else other).root_sha256

    def _signers_with(self, other: Seen, role: str) -> frozenset[str]:
        mine, others = self.signers.get(role, frozenset()), other.signers.get(role, frozenset())
        if self._of(role) == other._of(role):
            return mine | others
        return mine if self._of(role) > other._of(role) else others


def _highest(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in one.keys() | other.keys()}
