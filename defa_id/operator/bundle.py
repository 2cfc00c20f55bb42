"""A bundle: one file that holds a published registry whole and verifies offline."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from defa_id import places
from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.errors import RegistryRejected
from defa_id.files import Memory
from defa_id.operator import storage
from defa_id.trust.registry import BESIDE, Registry
from defa_id.trust.signed import Files
from defa_id.values import NamedTuple


class Bundled(NamedTuple):
    """What was bundled: the registry, how many files, how many bytes, and the bundle's SHA-256."""

    registry: Registry
    files: int
    octets: int
    sha256: str


def bundle(place: Path, out: Path, *, now: datetime, memory: Memory, anchor: bytes | None = None) -> Bundled:
    """Write the registry at `place` (folder, bundle, cache) to the file `out`, in one step.

    Only what the current version names goes in, verified; the same registry gives the same bytes.
    `anchor`: the root the user pinned, which then is the one inside. Raises `RegistryRejected`,
    and `OSError` for a file that cannot be written.
    """
    refused: RegistryRejected | None = None
    for get in places.published(place):
        try:
            registry, held = _read(get, anchor, now, memory)
        except RegistryRejected as rejected:
            refused = refused or rejected
            continue
        data = places.packed(held)
        storage.write(out, data)
        return Bundled(registry, len(held), len(data), hashlib.sha256(data).hexdigest())
    raise refused or RegistryRejected(f"{printable(str(place), 200)} holds no registry yet", code="REG_MISSING")


def _read(get: Files, anchor: bytes | None, now: datetime, memory: Memory) -> tuple[Registry, dict[str, bytes]]:
    held: dict[str, bytes] = {}

    def recording(name: str, limit: int) -> bytes | None:
        data = get(name, limit)
        if data is not None:
            held[name] = data
        return data

    root = get("root.json", limits.REGISTRY_ROOT_BYTES) if anchor is None else anchor
    if root is None:
        raise RegistryRejected("this is not a published registry", code="REG_MISSING")
    origin = BESIDE if anchor is None else "pinned"
    registry = Registry.open(recording, root, now=now, origin=origin, seen=memory.known)
    return registry, {**held, "root.json": root}
