"""Getting a published registry to those who verify: refreshing a cache, and comparing two mirrors.

Nothing replaces what stands in a cache before all of it was verified, and whatever happens to the
network, the disk or the process, what stood there stands. Locations are tried in order; none of
them is believed for what it is, so a mirror, a USB stick and a plain folder are as good as another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from defa_id import disk, places
from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.errors import RegistryRejected, Unknowable, WrongUse
from defa_id.fetching import UNREACHABLE, HttpsFiles, Network
from defa_id.files import NO_MEMORY, Memory, read_input
from defa_id.trust import signed
from defa_id.trust.registry import BESIDE, Registry
from defa_id.trust.seen import Seen
from defa_id.trust.signed import Files, Opened
from defa_id.values import NamedTuple

UPDATED: Final = "updated"
UNCHANGED: Final = "unchanged"
KEPT: Final = "kept"
_ANCHOR: Final = "root.json"
_STAMP: Final = "metadata/timestamp.json"
_KEEP: Final = 3  # generations, so that a reader finds the one it just listed


class Trouble(NamedTuple):
    """Why a location did not serve. `refused`: it answered, and what it said must not be trusted;
    otherwise it could not be asked, or the cache could not take the answer."""

    location: str
    code: str
    why: str
    refused: bool


class Doubt(NamedTuple):
    """A state whose own part of the registry cannot be believed; the others are not touched by it."""

    state: str
    code: str
    why: str


class Refreshed(NamedTuple):
    """What a refresh came to. `outcome`: updated, unchanged, or kept (no location served, what stood
    stands); `location`: which one answered, None if none; `requests` and `octets` (bytes of content):
    what was asked and got, over all locations."""

    outcome: str
    registry: Registry
    location: str | None
    troubles: tuple[Trouble, ...]
    doubts: tuple[Doubt, ...] = ()
    requests: int = 0
    octets: int = 0


class Compared(NamedTuple):
    """Two mirrors of one registry. `same`: the same snapshot. `older`: the location that lags behind,
    None if neither. `contradictions`: roles of which one version has two contents. `replaced`: states whose
    own keys differ in the newer one, and those in the older one did not sign them over."""

    same: bool
    older: str | None
    versions: tuple[int, int]
    sha256: tuple[str, str]
    contradictions: tuple[str, ...]
    replaced: tuple[str, ...] = ()


def refresh(
    locations: Sequence[str],
    cache: Path,
    *,
    now: datetime,
    root: Path | None = None,
    memory: Path | str | None = NO_MEMORY,
    network: Network = Network(),
) -> Refreshed:
    """Bring the cache up to what is published (TUF 1.0 §5, read by our own loader).

    `locations`: https addresses, `file:` URLs or paths (folder, bundle, cache), tried in order until
    one serves a fresh registry. `root`: the trust anchor the user pinned; without one, the cache's
    own stands, and at first the one beside the registry. `memory`: as in `open_registry`; besides
    it, the cache itself and the package are floors that versions never go below.
    Raises `RegistryRejected` if nothing stands and nothing could be had, `WrongUse` for locations,
    memory or cache that cannot be used.
    """
    remembered = Memory(memory)
    pinned = None if root is None else read_input(root, limits.REGISTRY_ROOT_BYTES)
    work = _Refresh(cache, pinned, now, remembered)
    wires = [_Wire(location, network) for location in locations]
    try:
        with _held(cache):
            outcome = work.run(wires)
    except OSError as error:
        outcome = work.not_written(error)
    finally:
        for wire in wires:
            wire.close()
    if outcome.outcome != KEPT:
        remembered.keep(outcome.registry)
    return outcome._replace(requests=sum(wire.requests for wire in wires), octets=sum(wire.octets for wire in wires))


def compare(one: str, other: str, *, now: datetime, root: Path | None = None, network: Network = Network()) -> Compared:
    """Hold two locations of one registry against each other, both under the same anchor: `root`, or the
    one beside the first. A role version with two contents is equivocation (registry design, attacks).

    Raises `RegistryRejected` if either cannot be trusted on its own, or could not be had.
    """
    anchor = None if root is None else read_input(root, limits.REGISTRY_ROOT_BYTES)
    opened: list[Opened] = []
    for location in (one, other):
        wire = _Wire(location, network)
        try:
            anchor = wire.anchor() if anchor is None else anchor
            Registry.open(wire, anchor, now=now)
            opened.append(signed.open_signed(wire, anchor, lambda _: Seen()))
        except Unknowable as unknowable:
            raise RegistryRejected(unknowable.why, code=unknowable.code, hint="Try again, or another mirror.") from None
        finally:
            wire.close()
    first, second = opened
    contradictions = [
        name
        for name in sorted(first.roles.keys() & second.roles.keys())
        if first.versions[name] == second.versions[name] and first.roles[name].signed != second.roles[name].signed
    ]
    if first.version == second.version and first.sha256 != second.sha256:
        contradictions.insert(0, "snapshot")
    return Compared(
        first.sha256 == second.sha256,
        None if first.version == second.version else one if first.version < second.version else other,
        (first.version, second.version),
        (first.sha256, second.sha256),
        tuple(contradictions),
        tuple(_replaced(first, second) if first.version <= second.version else _replaced(second, first)),
    )


def _replaced(older: Opened, newer: Opened) -> Iterator[str]:
    """The states whose keys changed without the word of those the older one knows."""
    for state in sorted(name for name in older.roles.keys() & newer.roles.keys() if len(name) == 2):
        known = signed.holders_of(older, state)
        now, kept = (
            signed.holders_of(newer, state),
            signed.holders_of(newer._replace(holders={state: known or ""}), state),
        )
        if known is not None and now != known and kept == known:
            yield state


class _Held(NamedTuple):
    """A whole registry: verified, with the files it consists of."""

    registry: Registry
    files: Mapping[str, bytes]
    seen: Seen

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(self.seen.versions[role] for role in ("root", "timestamp", "snapshot"))


class _Wire:
    """A location's files, each asked for once and all of them together bounded. Counts as it goes."""

    def __init__(self, location: str, network: Network) -> None:
        self.location = location
        self._https = None if "://" not in location or _is_file(location) else HttpsFiles(location, network)
        self._files: Files | None = self._https
        self._had: dict[str, bytes | None] = {}
        self._requests = 0
        self._octets = 0

    @property
    def requests(self) -> int:
        """How many files were asked for."""
        return self._https.requests if self._https else self._requests

    @property
    def octets(self) -> int:
        """How many bytes of content came."""
        return self._https.octets if self._https else self._octets

    def __call__(self, name: str, limit: int) -> bytes | None:
        """A file. Raises `Unknowable` if it could not be had, `RegistryRejected` LIMIT_REGISTRY."""
        if name not in self._had:
            if self._files is None:
                self._files = _on_disk(self.location)
            data = self._files(name, limit)
            self._had[name] = data
            self._requests += 1
            self._octets += len(data or b"")
            if self.octets > limits.REGISTRY_BUNDLE_BYTES:
                raise RegistryRejected("the registry is larger than any genuine one", code="LIMIT_REGISTRY")
        return self._had[name]

    def anchor(self) -> bytes:
        """The trust anchor beside the registry. Raises `RegistryRejected` REG_MISSING."""
        data = self(_ANCHOR, limits.REGISTRY_ROOT_BYTES)
        if data is None:
            raise RegistryRejected(
                f"{printable(self.location, 200)} is not a published registry", code="REG_MISSING", hint="Check it."
            )
        return data

    def close(self) -> None:
        """Let go of the network."""
        if self._https:
            self._https.close()


class _Refresh:
    """One refresh of one cache, under its lock."""

    def __init__(self, cache: Path, pinned: bytes | None, now: datetime, memory: Memory) -> None:
        self._cache = cache
        self._pinned = pinned
        self._now = now
        self._memory = memory
        self._standing: _Held | None = None
        self._spoiled: list[Path] = []
        self._troubles: list[Trouble] = []

    def run(self, wires: Sequence[_Wire]) -> Refreshed:
        """Ask the locations, and keep the newest that was found. Raises `OSError` if it cannot be kept."""
        disk.sweep(self._cache / places.GENERATIONS)
        self._look()
        best, served = self._standing, None
        for wire in wires:
            try:
                found = self._ask(wire)
            except Unknowable as unknowable:
                self._troubles.append(Trouble(wire.location, unknowable.code, unknowable.why, False))
                continue
            except RegistryRejected as rejected:
                self._troubles.append(Trouble(wire.location, rejected.code, rejected.message, True))
                continue
            if served is None or best is None or found.order > best.order:
                best, served = found, wire.location
            if found.registry.freshness == "fresh":
                break
        if served is None or best is None:
            return self._kept()
        if best is self._standing:
            return self._come_to(UNCHANGED, best, served)
        done = self._come_to(UPDATED, best, served)
        self._store(best)
        return done

    def _come_to(self, outcome: str, held: _Held, served: str | None) -> Refreshed:
        doubts = tuple(_doubts(held.registry))
        return Refreshed(outcome, held.registry, served, tuple(self._troubles), doubts)

    def not_written(self, error: OSError) -> Refreshed:
        """What it comes to when the disk does not take what was fetched. Raises `WrongUse` if nothing stands."""
        why = f"the cache cannot be written: {error.strerror or error}"
        if self._standing is None:
            self._look()
        if self._standing is None:
            raise WrongUse(
                f"{printable(str(self._cache), 200)}: {why}", hint="Make room, or name another.", code="CFG_CACHE"
            )
        self._troubles.append(Trouble(str(self._cache), "CFG_CACHE", why, False))
        return self._kept()

    def _kept(self) -> Refreshed:
        if self._standing is not None:
            return self._come_to(KEPT, self._standing, None)
        refused = next((trouble for trouble in self._troubles if trouble.refused), None)
        worst = refused or (self._troubles[0] if self._troubles else None)
        if worst is None:
            raise WrongUse("no location is given", hint="Give an https address, a folder, a bundle or a file: URL.")
        raise RegistryRejected(
            f"{printable(worst.location, 200)}: {worst.why}",
            code=worst.code,
            hint="" if worst.refused else "Nothing is in the cache yet. Try again, or name a mirror.",
        )

    def _look(self) -> None:
        """Find the newest whole registry of the cache, and what is newer by name and is not one."""
        for path in places.generations(self._cache):
            try:
                self._standing = self._open(places.bundle(path), {})
            except RegistryRejected:
                self._spoiled.append(path)
            else:
                return

    def _ask(self, wire: _Wire) -> _Held:
        standing = self._standing
        if standing is None:
            return self._open(wire, {})
        following = f"metadata/{standing.order[0] + 1}.root.json"
        if (
            wire(following, limits.REGISTRY_ROOT_BYTES) is None
            and wire(_STAMP, limits.REGISTRY_TIMESTAMP_BYTES) == standing.files[_STAMP]
        ):
            return standing
        try:
            found = self._open(wire, standing.files)
        except RegistryRejected as rejected:
            if rejected.code != "REG_DIGEST":
                raise
            found = self._open(wire, {})  # a version we have already, with another content: judged by all of its own
        return self._newer(found, standing)

    def _newer(self, found: _Held, standing: _Held) -> _Held:
        """`found`, unless its timestamp is the one we have, signed once more (TUF §5.4.3.1)."""
        if found.order[:2] != standing.order[:2]:
            return found
        if json.loads(found.files[_STAMP])["signed"] != json.loads(standing.files[_STAMP])["signed"]:
            raise RegistryRejected(
                f"timestamp {found.order[1]} has another content than before", code="REG_EQUIVOCATION"
            )
        return standing

    def _open(self, get: Files, reuse: Mapping[str, bytes]) -> _Held:
        """The registry `get` serves; of what `reuse` has, only the timestamp is asked for again."""
        taken: dict[str, bytes] = {}

        def take(name: str, limit: int) -> bytes | None:
            data = reuse.get(name) if name != _STAMP else None
            if data is None:
                data = get(name, limit)
            if data is not None:
                taken[name] = data
            return data

        anchor = self._pinned
        if anchor is None and self._standing is not None:
            anchor = self._standing.files[_ANCHOR]
        if anchor is None:
            anchor = get(_ANCHOR, limits.REGISTRY_ROOT_BYTES)
        if anchor is None:
            raise RegistryRejected("it is not a published registry", code="REG_MISSING")
        origin = BESIDE if self._pinned is None else "pinned"
        registry = Registry.open(take, anchor, now=self._now, origin=origin, seen=self._seen)
        return _Held(registry, {**taken, _ANCHOR: anchor}, registry.seen())

    def _seen(self, name: str) -> Seen:
        known = self._memory.known(name)
        if self._standing is None or self._standing.registry.name != name:
            return known
        return known.merge(self._standing.seen)

    def _store(self, held: _Held) -> None:
        for path in places.generations(self._cache):
            other = _name_of(path)
            if other not in (None, held.registry.name):
                raise WrongUse(
                    f"the cache holds the registry {printable(str(other))}, not {printable(held.registry.name)}",
                    hint="Give every registry a cache of its own.",
                    code="CFG_CACHE",
                )
        path = places.generation(self._cache, held.seen.versions)
        disk.write(path, places.packed(held.files))
        disk.sync_folder(path.parent)
        kept = [generation for generation in places.generations(self._cache) if generation not in self._spoiled]
        for old in {*self._spoiled, *kept[_KEEP:]} - {path}:
            old.unlink(missing_ok=True)


def _name_of(path: Path) -> object:
    """The registry a bundle says it is of, believed for nothing but telling an operator's caches apart."""
    try:
        root = places.bundle(path)(_ANCHOR, limits.REGISTRY_ROOT_BYTES)
        return json.loads(root or b"")["signed"]["x-defa-id"]["registry"]
    except (RegistryRejected, ValueError, KeyError, TypeError):
        return None


def _doubts(registry: Registry) -> Iterator[Doubt]:
    for state in registry.states():
        try:
            registry.state_list(state)
            registry.denials(state)
        except RegistryRejected as rejected:
            yield Doubt(state, rejected.code, rejected.message)


@contextmanager
def _held(cache: Path) -> Iterator[None]:
    """One refresh of a cache at a time. Raises `WrongUse` for a folder that is something else, `OSError`."""
    if cache.exists() and not places.is_cache(cache) and (not cache.is_dir() or any(cache.iterdir())):
        raise WrongUse(
            f"{printable(str(cache), 200)} is not a cache", hint="Name a folder that is empty or does not exist yet."
        )
    (cache / places.GENERATIONS).mkdir(parents=True, exist_ok=True)
    with disk.locked(cache / ".lock"):
        yield


def _is_file(location: str) -> bool:
    return location.lower().startswith("file:")


def _on_disk(location: str) -> Files:
    """The files at a path or `file:` URL. Raises `Unknowable` if there is nothing, as without the stick."""
    place = Path(location)
    if _is_file(location):
        from urllib.parse import urlsplit
        from urllib.request import url2pathname

        parts = urlsplit(location)
        if parts.netloc not in ("", "localhost"):
            raise WrongUse(f"{printable(location, 200)} names another machine", hint="Write file:///PATH.")
        place = Path(url2pathname(parts.path))
    found = places.published(place) if place.exists() else ()
    if not found:
        raise Unknowable(UNREACHABLE, f"there is nothing at {printable(str(place), 200)}")
    return found[0]
