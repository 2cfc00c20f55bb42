"""What stands published: the repository as its publisher left it, read back to build on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import Key  # type: ignore[attr-defined]
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (  # type: ignore[attr-defined]
    Metadata,
    Role,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization import DeserializationError

from defa_id.codec import limits, strict_json, times
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator.roles import Duty
from defa_id.trust import handover
from defa_id.values import NamedTuple

Object = dict[str, Any]

MEMBER: Final = "x-defa-id"  # of this project, in TUF's metadata
PASSING: Final = "passing"  # in it, of a root between two: the keys by role that the next one leaves out


class Published(NamedTuple):
    """The last publication. `roles` holds each targets role with its file's exact bytes."""

    path: Path
    root: Metadata[Root]
    timestamp: Metadata[Timestamp]
    snapshot: Metadata[Snapshot]
    roles: Mapping[str, tuple[Metadata[Targets], bytes]]

    @classmethod
    def read(cls, path: Path) -> Published | None:
        """The publication in a folder; None if there is none yet.

        Raises `ChangeRefused` for files that are missing or are not what was published.
        """
        if not (path / "metadata" / "timestamp.json").is_file():
            return None
        try:
            timestamp: Metadata[Timestamp] = Metadata.from_bytes((path / "metadata" / "timestamp.json").read_bytes())
            number = timestamp.signed.snapshot_meta.version
            data = (path / "metadata" / f"{number}.snapshot.json").read_bytes()
            timestamp.signed.snapshot_meta.verify_length_and_hashes(data)
            snapshot: Metadata[Snapshot] = Metadata.from_bytes(data)
            roles = {}
            for file, meta in snapshot.signed.meta.items():
                data = (path / "metadata" / f"{meta.version}.{file}").read_bytes()
                meta.verify_length_and_hashes(data)
                role: Metadata[Targets] = Metadata.from_bytes(data)
                roles[file.removesuffix(".json")] = role, data
            return cls(path, _newest_root(path), timestamp, snapshot, roles)
        except (OSError, RepositoryError, DeserializationError) as error:
            raise _damaged(path, error) from None

    @property
    def version(self) -> int:
        """The snapshot's version: the version of the registry."""
        return self.snapshot.signed.version

    @property
    def name(self) -> str:
        """The registry's name."""
        return str(self.root.signed.unrecognized_fields[MEMBER]["registry"])

    @property
    def environment(self) -> str:
        """What it was published for: `demo`, `sandbox`, `pilot` or `live`."""
        return str(self.root.signed.unrecognized_fields[MEMBER]["environment"])

    @property
    def issued(self) -> datetime:
        """When it was published."""
        return times.parse(self.timestamp.signed.unrecognized_fields[MEMBER]["issued"])

    @property
    def versions(self) -> dict[str, int]:
        """Every role's version."""
        names = ("root", "timestamp", "snapshot", *self.roles)
        return {name: signed.version for name in names if (signed := self._signed(name))}

    def target(self, path: str) -> bytes | None:
        """A published target's bytes; None if no role names it. Raises `ChangeRefused` if they are damaged."""
        entry: TargetFile | None = next(
            (role.signed.targets[path] for role, _ in self.roles.values() if path in role.signed.targets), None
        )
        if entry is None:
            return None
        folder, _, name = path.rpartition("/")
        try:
            data = (self.path / "targets" / folder / f"{entry.hashes['sha256']}.{name}").read_bytes()
            entry.verify_length_and_hashes(data)
        except (OSError, RepositoryError) as error:
            raise _damaged(self.path, error) from None
        return data

    def document(self, path: str) -> Object | None:
        """A published target as the JSON object it is, or None."""
        data = self.target(path)
        if data is None:
            return None
        try:
            return strict_json.load_object(data, nodes=limits.REGISTRY_NODES)
        except Fault as fault:
            raise _damaged(self.path, fault) from None

    def past(self, path: str, sha256: str) -> Object | None:
        """A target as it once stood published, by its digest, or None if it is not kept here."""
        folder, _, name = path.rpartition("/")
        try:
            data = (self.path / "targets" / folder / f"{sha256}.{name}").read_bytes()
            document = strict_json.load_object(data, nodes=limits.REGISTRY_NODES)
        except (OSError, Fault):
            return None
        return document if hashlib.sha256(data).hexdigest() == sha256 else None

    def past_digest(self, role: str, version: int, path: str) -> str | None:
        """The SHA-256 a target had in an earlier version of a role, or None if that is not kept here."""
        try:
            data = (self.path / "metadata" / f"{version}.{role}.json").read_bytes()
            metadata: Metadata[Targets] = Metadata.from_bytes(data)
        except (OSError, DeserializationError):
            return None
        entry = metadata.signed.targets.get(path)
        return str(entry.hashes["sha256"]) if entry else None

    def past_signed(self, role: str, version: int) -> str | None:
        """The SHA-256 of what an earlier version of a role signed (TUF §4.2), or None if it is not kept here."""
        try:
            metadata: Metadata[Any] = Metadata.from_bytes(
                (self.path / "metadata" / f"{version}.{role}.json").read_bytes()
            )
        except (OSError, DeserializationError):
            return None
        return hashlib.sha256(metadata.signed_bytes).hexdigest()

    def expiry(self, role: str) -> datetime | None:
        """When a role expires; None for one that is not published."""
        signed = self._signed(role)
        return signed.expires if signed else None

    def version_of(self, role: str) -> int | None:
        """A role's version; None for one that is not published."""
        signed = self._signed(role)
        return signed.version if signed else None

    def _signed(self, role: str) -> Signed | None:
        top = {"root": self.root.signed, "timestamp": self.timestamp.signed, "snapshot": self.snapshot.signed}
        return top[role] if role in top else self.roles[role][0].signed if role in self.roles else None

    def keys_of(self, role: str) -> list[Key]:
        """The public keys a role has as published; none for a role that is new. Those that a publication was
        about to take away when it ended half way count no more."""
        named, keys = self._named(role)
        passing = self.root.signed.unrecognized_fields[MEMBER].get(PASSING, {}).get(role, ())
        return [keys[keyid] for keyid in named.keyids if keyid not in passing] if named else []

    def threshold_of(self, role: str) -> int:
        """How many of them must sign; 0 for a role that is new."""
        named, _ = self._named(role)
        return named.threshold if named else 0

    def names_of(self, duty: Duty) -> dict[str, str]:
        """The keys of a role as published: key id to the name its holders know it by."""
        return named(self.keys_of(duty.role), duty)

    def duty(self, duty: Duty) -> Duty:
        """The role as it is published, whatever was planned; the plan, for one that is new."""
        if not self.keys_of(duty.role):
            return duty
        return duty._replace(keys=tuple(self.names_of(duty).values()), threshold=self.threshold_of(duty.role))

    def handovers(self, state: str) -> list[Object]:
        """The statements by which a state's own keys passed on (`trust.handover`), oldest first."""
        metadata, _ = self.roles[state]
        signed = metadata.signed.unrecognized_fields.get(MEMBER, {}).get("handovers", [])
        return [*signed, *metadata.unrecognized_fields.get(MEMBER, {}).get("handovers", [])]

    def broken_handovers(self, state: str) -> int:
        """How often, by what is on record, a state's own keys were replaced without the word of those before."""
        return sum(not handover.signed_over(one) for one in self.handovers(state))

    def _named(self, role: str) -> tuple[Role | None, Mapping[str, Key]]:
        top = self.root.signed
        if role in top.roles:
            return top.roles[role], top.keys
        above = role.partition("-")[0] if "-" in role else "targets"
        delegations = self.roles[above][0].signed.delegations if above in self.roles else None
        if delegations is None or delegations.roles is None:
            return None, {}
        return delegations.roles.get(role), delegations.keys


def named(held: Sequence[Key], duty: Duty) -> dict[str, str]:
    """Key id to name: a key that was appointed says its name itself, others are named in the order of the duty."""
    names = duty.keys if len(held) == len(duty.keys) else tuple(f"{duty.role}-{key.keyid[:8]}" for key in held)
    return {
        key.keyid: str(key.unrecognized_fields.get(MEMBER, {}).get("name", name))
        for key, name in zip(held, names, strict=True)
    }


def _newest_root(path: Path) -> Metadata[Root]:
    number = 1
    while (path / "metadata" / f"{number + 1}.root.json").is_file():
        number += 1
    root: Metadata[Root] = Metadata.from_bytes((path / "metadata" / f"{number}.root.json").read_bytes())
    return root


def _damaged(path: Path, error: Exception) -> ChangeRefused:
    return ChangeRefused(
        f"what is published in {path} is damaged: {error}", hint="Restore the folder from a copy; any mirror will do."
    )
