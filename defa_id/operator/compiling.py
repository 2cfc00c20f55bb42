"""What a role says, compiled from sources: the same bytes for whoever signs it and whoever publishes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from tuf.api.metadata import Delegations, Metadata, TargetFile, Targets  # type: ignore[attr-defined]

from defa_id.codec import canonical, times
from defa_id.operator.tree import Object, State, content
from defa_id.values import NamedTuple


class Compiled(NamedTuple):
    """One targets role: its metadata, signed or not yet, and its targets by their path in the repository."""

    role: str
    metadata: Metadata[Targets]
    files: Mapping[str, bytes]

    @property
    def payload(self) -> bytes:
        """The bytes its keys sign (TUF 1.0 §4.2)."""
        return bytes(self.metadata.signed_bytes)

    @property
    def sha256(self) -> str:
        """SHA-256 of these bytes, in lower-case hexadecimal."""
        return hashlib.sha256(self.payload).hexdigest()


def state_list(state: State, sequence: int, issued: datetime, until: datetime) -> Object:
    """A state's list as it is published with this number, from `issued` on, the next one due at `until`."""
    stamp = {"sequence": sequence, "issued": times.show(issued), "next_update": times.show(until)}
    return {**content(state.listing), **stamp}


def deny_list(state: State, issued: datetime) -> Object:
    """A state's deny list as it is published."""
    return {**content(state.deny), "issued": times.show(issued)}


def listing_targets(territory: str, listing: Object, schemas: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a state's operations answer for: target path to bytes."""
    named = {f"{territory}/schemas/{name}": data for name, data in schemas.items()}
    return {f"{territory}/list.json": canonical.encode(listing), **named}


def deny_targets(territory: str, denied: Object) -> dict[str, bytes]:
    """What a state's break-glass role answers for."""
    return {f"{territory}/deny.json": canonical.encode(denied)}


def compiled(
    role: str,
    version: int,
    expires: datetime,
    targets: Mapping[str, bytes],
    delegations: Delegations | None = None,
) -> Compiled:
    """A role over these targets, not signed yet."""
    entries = {path: TargetFile.from_data(path, data, ["sha256"]) for path, data in targets.items()}
    files = {place(path, entries[path].hashes["sha256"]): data for path, data in targets.items()}
    return Compiled(role, Metadata(Targets(version, None, expires, entries, delegations)), files)


def place(path: str, sha256: str) -> str:
    """Where a target lies in the repository: its digest before its name (consistent snapshots, TUF 1.0 §6.2)."""
    folder, _, name = path.rpartition("/")
    return "/".join(part for part in ("targets", folder, f"{sha256}.{name}") if part)
