"""What a registry costs those who verify: opening it, asking it, and finding out that nothing is new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.material import NOW
from defa_id import distribution, files
from defa_id.operator import bundle
from defa_id.trust.registry import Registry
from tests.distribution.mirrors import LOOPBACK, serving
from tests.support import wide

FLOOR = "raw ES256 verification"
MANY = 5000
_LATER = NOW + timedelta(minutes=5)
_STATES = 11


class Unchanged(NamedTuple):
    """A refresh that finds nothing new, and the bundle it keeps: requests, bytes of content, bytes on disk."""

    requests: int
    octets: int
    bundled: int


def cases(folder: Path, raw: Callable[[], object]) -> tuple[dict[str, Callable[[], object]], dict[str, str], Unchanged]:
    """The calls, each with the floor it is a multiple of (`raw`, one signature), and what an unchanged refresh
    asks for."""
    small, _ = _bundled(folder / "small", 10)
    large, names = _bundled(folder / "large", MANY // _STATES + 1)
    held = _opened(large)
    _all(held)
    turn = iter(range(1 << 60))

    def first() -> object:
        name = names[next(turn) % len(names)]
        held._issuers.pop(name, None)  # as if it had never been asked for
        return held.services(name)

    published = folder / "small" / "published"
    with serving(
        {str(p.relative_to(published)): p.read_bytes() for p in published.rglob("*") if p.is_file()}
    ) as mirror:
        cache = folder / "cache"
        distribution.refresh([mirror.address], cache, now=_LATER, network=LOOPBACK)
        done = distribution.refresh([mirror.address], cache, now=_LATER, network=LOOPBACK)
    if done.outcome != distribution.UNCHANGED:
        raise RuntimeError(f"not unchanged, but {done.outcome}: {done.troubles}")
    calls: dict[str, Callable[[], object]] = {
        FLOOR: raw,
        "11 states, 10 issuers each, one bundle: opened": lambda: _opened(small),
        "the same, and every list verified and read": lambda: _all(_opened(small)),
        f"11 states, {len(names):,} issuers, one bundle: opened": lambda: _opened(large),
        "5,000 issuers, and every list verified and read": lambda: _all(_opened(large)),
        f"one issuer among {len(names):,}: first look-up": first,
        "the same: every look-up after": lambda: held.services(names[0]),
        "a stranger's look-up": lambda: held.services("did:web:nobody.example"),
        "unchanged refresh from a folder": lambda: distribution.refresh([str(published)], cache, now=_LATER),
    }
    return calls, dict.fromkeys(calls, FLOOR), Unchanged(done.requests, done.octets, small.stat().st_size)


def _bundled(folder: Path, issuers: int) -> tuple[Path, list[str]]:
    wide.make(folder, NOW, issuers)
    out = folder / "registry.bundle"
    registry = bundle.bundle(folder / "published", out, now=_LATER, memory=files.Memory(files.NO_MEMORY)).registry
    names = [entity["entity_id"] for state in registry.states() for entity in _list(registry, state)["entities"]]
    return out, [name for name in names if registry.services(name)]


def _list(registry: Registry, state: str) -> dict[str, list[dict[str, str]]]:
    return dict(registry.state_list(state).document)


def _opened(place: Path) -> Registry:
    return files.open_registry(place, now=_LATER)


def _all(registry: Registry) -> Registry:
    for state in registry.states():
        registry.state_list(state)
        registry.denials(state)
    registry.vocabulary  # noqa: B018  (verified and read when it is first asked for)
    return registry
