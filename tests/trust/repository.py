"""A published registry taken apart into its roles, to be spoiled and signed again by whoever the case needs."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from defa_id.errors import RegistryRejected
from defa_id.trust.registry import Registry
from defa_id.trust.seen import Seen
from defa_id.trust.signatures import canonical_bytes
from tests.support.world import NOW, Json, World, dumps

TOP = ("timestamp", "snapshot")


def key_entry(world: World, name: str) -> tuple[str, Json]:
    """The key id and TUF key of a role key, made anew if the world has none of that name."""
    public = world.role_key(name).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    key = {"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": pem}}
    return hashlib.sha256(canonical_bytes(key)).hexdigest(), key


def signature(world: World, name: str, signed: Json, keyid: str | None = None) -> Json:
    """One signature over a signed part, under the key's own id or another."""
    made = world.role_key(name).sign(canonical_bytes(signed), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return {"keyid": keyid or key_entry(world, name)[0], "sig": made.hex()}


def default_signers(role: str) -> list[str]:
    """The names of the keys that sign a role in a world."""
    match role:
        case "root" | "targets":
            return ["region-a", "region-b"]
        case "timestamp":
            return ["timestamp-a"]
        case "snapshot":
            return ["snapshot"]
        case _ if role.endswith("-deny"):
            return [f"{role}-a"]
        case _:
            return [f"{role}-a", f"{role}-b"]


@dataclass
class Repository:
    """The signed parts of every role, the names of the keys that shall sign them, and the targets.

    `files()` signs everything again from below, so that hashes and lengths above agree, except
    of roles in `unpinned`, whose old length and hash stay above them. `after` changes the finished bytes.
    """

    world: World
    roles: dict[str, Json]
    roots: list[Json]
    targets: dict[str, bytes]
    signers: dict[str, list[str]] = field(default_factory=dict)
    root_signers: dict[int, list[str]] = field(default_factory=dict)
    signatures: dict[str, list[Json]] = field(default_factory=dict)
    unpinned: set[str] = field(default_factory=set)
    after: list[Callable[[dict[str, bytes]], None]] = field(default_factory=list)

    @classmethod
    def of(cls, world: World) -> Repository:
        files = world.files()
        version = world.version
        roles = {}
        for name, data in files.items():
            if name.startswith("metadata/") and not name.endswith(".root.json"):
                role = name.removeprefix("metadata/").removeprefix(f"{version}.").removesuffix(".json")
                roles[role] = json.loads(data)["signed"]
        targets = {name: data for name, data in files.items() if name.startswith("targets/")}
        return cls(world, roles, [json.loads(files["root.json"])["signed"]], targets)

    def copy(self) -> Repository:
        """Another one with the same content and the same keys."""
        return copy.deepcopy(self, {id(self.world.role_keys): self.world.role_keys})

    @property
    def root(self) -> Json:
        """The first root's signed part."""
        return self.roots[0]

    def place(self, role: str, path: str, data: bytes, *, length: int | None = None, sha256: str | None = None) -> None:
        """Let a role name a target, and put its file where it is looked for."""
        digest = sha256 or hashlib.sha256(data).hexdigest()
        self.roles[role]["targets"][path] = {
            "length": len(data) if length is None else length,
            "hashes": {"sha256": digest},
        }
        folder, _, name = path.rpartition("/")
        self.targets[f"targets/{folder + '/' if folder else ''}{digest}.{name}"] = data

    def list_of(self, state: str) -> tuple[str, bytes]:
        """The file name and the bytes of a state's list."""
        digest = self.roles[f"{state}-ops"]["targets"][f"{state}/list.json"]["hashes"]["sha256"]
        name = f"targets/{state}/{digest}.list.json"
        return name, self.targets[name]

    def add_root(self, signers: Iterable[str], edit: Callable[[Json], object] | None = None) -> Json:
        """One more root, a copy of the last one with the next version, edited and signed by these."""
        following = copy.deepcopy(self.roots[-1])
        following["version"] += 1
        if edit:
            edit(following)
        self.roots.append(following)
        self.root_signers[following["version"]] = list(signers)
        return following

    def files(self) -> dict[str, bytes]:
        """The repository's files."""
        files = dict(self.targets)
        snapshot, timestamp = self.roles["snapshot"], self.roles["timestamp"]
        for role in self.roles:
            if role not in TOP:
                self._write(files, role, snapshot)
        self._write(files, "snapshot", timestamp)
        files["metadata/timestamp.json"] = self.sealed("timestamp")
        for root in self.roots:
            names = self.root_signers.get(root["version"], default_signers("root"))
            files[f"metadata/{root['version']}.root.json"] = dumps(
                {"signatures": [signature(self.world, name, root) for name in names], "signed": root}
            )
        files["root.json"] = files[f"metadata/{self.roots[0]['version']}.root.json"]
        for change in self.after:
            change(files)
        return files

    def sealed(self, role: str) -> bytes:
        """A role's file as signed by its signers."""
        signed = self.roles[role]
        made = self.signatures.get(role)
        if made is None:
            made = [signature(self.world, name, signed) for name in self.signers.get(role, default_signers(role))]
        return dumps({"signatures": made, "signed": signed})

    def _write(self, files: dict[str, bytes], role: str, above: Json) -> None:
        data = self.sealed(role)
        if role not in self.unpinned:
            above["meta"][f"{role}.json"] = {
                "version": self.roles[role]["version"],
                "length": len(data),
                "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
            }
        entry = above["meta"].get(f"{role}.json", self.roles[role])
        files[f"metadata/{entry['version']}.{role}.json"] = data

    def open(self, now: datetime = NOW, *, seen: Seen = Seen(), anchor: bytes | None = None) -> Registry:
        """The registry as our own loader opens it."""
        return opened(self.files(), now, seen=seen, anchor=anchor)


def opened(
    files: dict[str, bytes], now: datetime = NOW, *, seen: Seen = Seen(), anchor: bytes | None = None
) -> Registry:
    """These files as our own loader opens them, anchored in the first root."""
    return Registry.open(lambda name, _: files.get(name), anchor or files["root.json"], now=now, seen=lambda _: seen)


def everything(registry: Registry) -> dict[str, Any]:
    """Every list and deny list of a registry, each with all signatures over it verified."""
    return {state: (registry.state_list(state), registry.denials(state)) for state in registry.states()}


def rejected(code: str, action: Callable[[], object]) -> None:
    """Assert that the registry is refused, by this code."""
    with pytest.raises(RegistryRejected) as caught:
        action()
    assert caught.value.code == code
