"""The edge that reads files: registries, policies, recorded documents, and what a client remembers."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from defa_id import disk, places
from defa_id.codec import limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import Fault, PackInvalid, PolicyInvalid, RegistryRejected, WrongUse
from defa_id.policy import Policy
from defa_id.sources import RecordedSource
from defa_id.trust.registry import BESIDE, Registry
from defa_id.trust.seen import Seen

if TYPE_CHECKING:
    from defa_id.packs import CountryPack

NO_MEMORY: Final = "none"
_BASES: Final = 4  # policies laid over one another
_MEMORY: Final = "memory/1"
_PACKAGE: Final = Path(__file__).parent


def data_root() -> Path:
    """Where registry and schemas lie: inside an installed package, or beside it in a checkout."""
    packaged = _PACKAGE / "_data"
    return packaged if packaged.is_dir() else _PACKAGE.parent


def sources_path() -> Path:
    """The curated sources of the demonstration registry."""
    return data_root() / "trust_registry"


def country_pack(state: str) -> CountryPack:
    """What is known about a member state, with its sources; from the package.

    Raises `WrongUse` for a state there is no pack of, `PackInvalid` for a pack that is not one.
    """
    from defa_id.packs import CountryPack

    known = country_codes()
    if state not in known:
        raise WrongUse(f"there is no country pack of {printable(state)!r}", hint=f"One of {', '.join(known)}.")
    documents = (sources_path() / "packs" / f"{state}.json", sources_path() / "states" / state / "list.json")
    try:
        pack, listing = (strict_json.load_object(read_input(path, limits.DOCUMENT_BYTES)) for path in documents)
    except Fault as fault:
        raise PackInvalid(f"the country pack of {state}: {fault.code} {fault.why}", hint="Mend the file.") from None
    return CountryPack.from_documents(pack, listing)


def country_codes() -> tuple[str, ...]:
    """The states there are packs of, ISO 3166-1 alpha-2, sorted."""
    return tuple(sorted(path.stem for path in (sources_path() / "packs").glob("[A-Z][A-Z].json")))


def demo_registry_path() -> Path:
    """The published demonstration registry that travels with this library."""
    return sources_path() / "published"


def default_memory_path() -> Path:
    """Where a user's client remembers the registries it has seen (XDG base directories, state)."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path("~/.local/state").expanduser()) / "defa-id" / "memory.json"


def read_input(path: Path, limit: int = limits.INPUT_BYTES) -> bytes:
    """At most `limit` + 1 bytes of a file: enough for the verdict to say that it is too large.

    Raises `WrongUse` if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise WrongUse(
            f"{printable(str(path))}: {error.strerror or error}", hint="Give a file that can be read."
        ) from None


def presets() -> frozenset[str]:
    """The names of the shipped policies."""
    return frozenset(path.stem for path in (_PACKAGE / "policies").glob("*.json"))


def load_policy(name: str | os.PathLike[str]) -> Policy:
    """A shipped preset by its name, or a policy document by its path, with the bases it is laid over: shipped
    ones by name, others by a path from its own folder. Raises `PolicyInvalid`."""
    return _laid(str(name), Path(), _BASES)


def _laid(name: str, folder: Path, deep: int) -> Policy:
    path = policy_path(name, folder)
    if not deep:
        raise PolicyInvalid(
            f"policy {printable(name)}: bases lie too deep", hint=f"At most {_BASES}, one over another."
        )
    try:
        document = strict_json.load_object(read_input(path, limits.DOCUMENT_BYTES))
    except Fault as fault:
        raise PolicyInvalid(
            f"policy {printable(str(path))}: {fault.code} {fault.why}", hint="Mend the document."
        ) from None
    base = document.get("base")
    if not isinstance(base, str) or not base:
        return Policy.from_document(document)
    return Policy.from_document(document, _laid(base, path.parent, deep - 1))


def policy_path(name: str, folder: Path = Path()) -> Path:
    """Where a policy lies: a shipped one by its name, another by its path. Raises `PolicyInvalid`."""
    shipped = _PACKAGE / "policies" / f"{name}.json"
    path = shipped if name.replace("-", "").isalnum() and shipped.is_file() else folder / name
    if not path.is_file():
        known = ", ".join(sorted(presets()))
        raise PolicyInvalid(f"no policy {printable(name)!r}", hint=f"Give a file, or one of {known}.")
    return path


def recorded_sources(place: Path) -> RecordedSource:
    """Documents recorded beforehand: a folder whose `index.json` maps URL to file, or a bundle of them.
    Raises `WrongUse`."""
    from defa_id import recorded

    return RecordedSource(recorded.read(place))


def open_registry(
    path: str | os.PathLike[str] | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    memory: str | os.PathLike[str] | None = NO_MEMORY,
    now: datetime | None = None,
) -> Registry:
    """The registry in a folder, bundle or cache; without a path, the demonstration registry.

    `root` is the trust anchor the user pinned; without one, the anchor is the packaged one or the
    one beside the registry, and every verdict says which. `memory` is a file to remember versions
    in, None for the user's own, "none" for no memory; what came with this package needs none.
    `now` is the wall clock (default: read here).
    Raises `RegistryRejected`, and `WrongUse` for a memory that cannot be used.
    """
    now = now or datetime.now(UTC)
    place = Path(path) if path is not None else demo_registry_path()
    pinned = None if root is None else read_input(Path(root), limits.REGISTRY_ROOT_BYTES)
    if path is None:
        demo = places.folder(place)
        anchor = demo("root.json", limits.REGISTRY_ROOT_BYTES) if pinned is None else pinned
        origin = "packaged" if pinned is None else "pinned"
        return Registry.open(demo, anchor or b"", now=now, origin=origin)
    remembered = Memory(memory)
    registry = _standing(place, pinned, now, remembered)
    remembered.keep(registry)
    return registry


def _standing(place: Path, pinned: bytes | None, now: datetime, memory: Memory) -> Registry:
    """The registry at a place; of a cache, the newest one that is whole."""
    refused: RegistryRejected | None = None
    for _ in range(2):  # a refresh may clear away the oldest of what was just listed
        for files in places.published(place):
            try:
                anchor = files("root.json", limits.REGISTRY_ROOT_BYTES) if pinned is None else pinned
                if anchor is None:
                    break
                origin = BESIDE if pinned is None else "pinned"
                return Registry.open(files, anchor, now=now, origin=origin, seen=memory.known)
            except RegistryRejected as rejected:
                refused = refused or rejected
        if not places.is_cache(place):
            break
    raise refused or RegistryRejected(
        f"{printable(str(place), 200)} is not a published registry",
        code="REG_MISSING",
        hint="Give the folder that `defa-id registry publish` wrote, a bundle, or a cache that was refreshed.",
    )


def _floor(name: str) -> Seen:
    """What this package was released with: nobody is served an older registry, not even a newcomer."""
    place = demo_registry_path()
    get = places.folder(place)
    root, stamp = (
        get("root.json", limits.REGISTRY_ROOT_BYTES),
        get("metadata/timestamp.json", limits.REGISTRY_TIMESTAMP_BYTES),
    )
    if root is None or stamp is None or json.loads(root)["signed"]["x-defa-id"]["registry"] != name:
        return Seen()
    return _released(place, root, stamp)


@cache
def _released(place: Path, root: bytes, stamp: bytes) -> Seen:
    """Every version, deny entry and holder of the packaged registry, which came with this code and is believed
    like it. No rotation of keys goes below."""
    from defa_id.trust import signed

    try:
        opened = signed.open_signed(places.folder(place), root, lambda _: Seen())
    except RegistryRejected:  # a damaged package: what can still be read is the floor
        about = json.loads(stamp)["signed"]
        versions = {"timestamp": about["version"], "snapshot": about["meta"]["snapshot.json"]["version"]}
        return Seen(versions, least=versions)
    seen = Registry(opened, now=opened.expires).seen()
    return seen._replace(latest=None, signers={}, least=seen.versions)


def _own_memory_path() -> Path | None:
    """The user's own memory; None for a user without a home, as in a bare container."""
    try:
        return default_memory_path()
    except RuntimeError:
        return None


class Memory:
    """What this user's client has seen of each registry, in one small file."""

    def __init__(self, where: str | os.PathLike[str] | None) -> None:
        self._path = None if where == NO_MEMORY else Path(where) if where is not None else _own_memory_path()
        self._required = where is not None
        self._registries = self._read()

    def of(self, name: str) -> Seen:
        """What is remembered of a registry; nothing, of an unknown one."""
        entry = self._registries.get(name)
        if entry is None:
            return Seen()
        try:
            return Seen(
                {role: int(version) for role, version in entry["versions"].items()},
                entry["snapshot_sha256"],
                times.parse(entry["latest"]),
                tuple((denied["state"], denied["entry"]) for denied in entry["denied"]),
                {role: frozenset(keys) for role, keys in entry.get("signers", {}).items()},
                {state: str(held) for state, held in entry.get("holders", {}).items()},
                root_sha256=entry.get("root_sha256"),
            )
        except (KeyError, TypeError, AttributeError, ValueError, Fault):
            raise self._unusable("it cannot be read") from None

    def known(self, name: str) -> Seen:
        """What is remembered of a registry, and the versions this package was released with."""
        return self.of(name).merge(_floor(name))

    def keep(self, registry: Registry) -> None:
        """Remember what was just seen. A time within the hour is not worth writing again."""
        if self._path is None:
            return
        self._registries = self._read()  # another client may have seen more meanwhile
        before = self.of(registry.name)
        after = registry.seen(before)
        if (
            after._replace(latest=before.latest, least={}) == before
            and before.latest
            and after.latest
            and (after.latest - before.latest).total_seconds() < 3600
        ):
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with disk.locked(self._path.with_name(f".{self._path.name}.lock")):
                disk.sweep_beside(self._path)
                self._registries = self._read()
                after = registry.seen(self.of(registry.name))
                self._registries = {**self._registries, registry.name: _remembered(after)}
                document = {"defa_id": _MEMORY, "registries": self._registries}
                disk.write(self._path, json.dumps(document, indent=1).encode(), 0o600)
                disk.sync_folder(self._path.parent)
        except OSError as error:
            if self._required:
                raise self._unusable(str(error.strerror)) from None

    def accept(self, registry: Registry, state: str) -> None:
        """Remember whose list a state's is by this registry, whoever held it before. Raises `WrongUse`."""
        if self._path is None:
            raise self._unusable("there is none")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with disk.locked(self._path.with_name(f".{self._path.name}.lock")):
                self._registries = self._read()
                before = self.of(registry.name)
                holders = {
                    **before.holders,
                    **{name: now for name, now in registry.seen().holders.items() if name == state},
                }
                self._registries = {**self._registries, registry.name: _remembered(before._replace(holders=holders))}
                document = {"defa_id": "memory/1", "registries": self._registries}
                disk.write(self._path, json.dumps(document, indent=1).encode(), 0o600)
        except OSError as error:
            raise self._unusable(str(error.strerror)) from None

    def _read(self) -> Mapping[str, Any]:
        if self._path is None:
            return {}
        try:
            folder = self._path.parent.stat().st_mode
            if folder & stat.S_IWOTH and not folder & stat.S_ISVTX:
                self._require_own(folder)
            document = strict_json.load_object(self._held(self._path), nodes=limits.REGISTRY_NODES)
            if document["defa_id"] != _MEMORY:
                raise self._unusable("it is of a kind this version does not know")
            registries = document["registries"]
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            if self._required:
                raise self._unusable(str(error.strerror)) from None
            return {}
        except (Fault, KeyError):
            raise self._unusable("it cannot be read") from None
        if not isinstance(registries, dict):
            raise self._unusable("it cannot be read")
        return registries

    def _require_own(self, mode: int) -> None:
        """Return if nobody else may write there: whoever puts back an older memory has an older registry believed."""
        if mode & (stat.S_IWGRP | stat.S_IWOTH) and os.name == "posix":
            raise WrongUse(
                f"the memory {printable(str(self._path), 200)} can be written by others",
                hint="chmod 600 it and 700 its folder, or name another with --memory.",
                code="CFG_PERMISSIONS",
            )

    def _held(self, path: Path) -> bytes:
        with open(path, "rb", opener=disk.regular) as file:
            self._require_own(os.fstat(file.fileno()).st_mode)
            data = file.read(limits.MEMORY_BYTES + 1)
        if len(data) > limits.MEMORY_BYTES:
            raise self._unusable(f"it is larger than {limits.MEMORY_BYTES} bytes")
        return data

    def _unusable(self, why: str) -> WrongUse:
        return WrongUse(
            f"the memory {printable(str(self._path), 200)}: {why}",
            hint="Mend or remove it (then older registries are not noticed), or name another with --memory.",
            code="CFG_MEMORY",
        )


def _remembered(seen: Seen) -> dict[str, Any]:
    return {
        "versions": dict(seen.versions),
        "root_sha256": seen.root_sha256,
        "snapshot_sha256": seen.snapshot_sha256,
        "latest": times.show(seen.latest or datetime.fromtimestamp(0, UTC)),
        "denied": [{"state": state, "entry": dict(entry)} for state, entry in seen.denied],
        "signers": {role: sorted(keys) for role, keys in seen.signers.items()},
        "holders": dict(seen.holders),
    }
