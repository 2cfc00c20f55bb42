"""Where a published registry lies on this machine: a folder, a bundle, or a cache of bundles.

A bundle is one gzip file holding all others as JSON text. A cache is a folder of bundles, each a
whole registry that was verified before it got its name, and the name says its versions: the newest
name is the registry that stands. So a refresh is one rename, nothing points to a half, and two
writers can only ever move it forward.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from defa_id import disk
from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.errors import RegistryRejected
from defa_id.trust.signed import Files

BUNDLE_KIND: Final = "bundle/1"
GENERATIONS: Final = "generations"
_GZIP: Final = b"\x1f\x8b"
# RFC 1952: deflate, no name, no time, best compression, unknown system: the same bytes from everybody.
_GZIP_HEADER: Final = _GZIP + b"\x08\x00\x00\x00\x00\x00\x02\xff"
_SUFFIX: Final = ".bundle"


def published(place: Path) -> tuple[Files, ...]:
    """The registries at a place, newest first: one in a folder or bundle, several in a cache, none in
    an empty cache. Raises `RegistryRejected` REG_FORMAT, REG_MISSING, LIMIT_REGISTRY for a bundle."""
    if place.is_file():
        return (bundle(place),)
    if is_cache(place):
        return tuple(_later(path) for path in generations(place))
    return (folder(place),)


def folder(path: Path) -> Files:
    """The files of a published folder. Reading raises `RegistryRejected`."""

    def get(name: str, limit: int) -> bytes | None:
        try:
            data = disk.read(os.path.join(path, *parts_of(name)), limit)  # noqa: PTH118  (hundreds of times)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegistryRejected(f"{printable(name)}: {error.strerror}", code="REG_MISSING") from None
        return within(name, data, limit)

    return get


def bundle(path: Path) -> Files:
    """The files of a bundle. Raises `RegistryRejected`."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.REGISTRY_BUNDLE_BYTES + 1)
    except OSError as error:
        raise RegistryRejected(
            f"{printable(str(path), 200)}: {error.strerror}", code="REG_MISSING", hint="Give a file that can be read."
        ) from None
    if not data.startswith(_GZIP):
        raise RegistryRejected(
            f"{printable(str(path), 200)} is not a bundle", code="REG_FORMAT", hint="Give a folder or a bundle."
        )
    return held(unpacked(data))


def held(files: Mapping[str, bytes]) -> Files:
    """Files in memory. Reading raises `RegistryRejected`."""

    def get(name: str, limit: int) -> bytes | None:
        parts_of(name)
        return within(name, files[name], limit) if name in files else None

    return get


def packed(files: Mapping[str, bytes]) -> bytes:
    """A bundle: the same files give the same bytes. Raises `RegistryRejected` for a file that is not text."""
    try:
        texts = {name: files[name].decode("utf-8") for name in sorted(files)}
    except UnicodeDecodeError:
        raise RegistryRejected("a registry file is not text", code="REG_FORMAT") from None
    text = json.dumps({"defa_id": BUNDLE_KIND, "files": texts}, ensure_ascii=False, separators=(",", ":")).encode()
    import zlib

    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    size, checksum = len(text) & 0xFFFFFFFF, zlib.crc32(text)
    body = packing.compress(text) + packing.flush()
    return _GZIP_HEADER + body + checksum.to_bytes(4, "little") + size.to_bytes(4, "little")


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a bundle by name. Raises `RegistryRejected` for one that is torn, too large or none."""
    import zlib

    try:
        unpacking = zlib.decompressobj(31)
        text = unpacking.decompress(data, limits.REGISTRY_BUNDLE_BYTES + 1)
        if len(text) > limits.REGISTRY_BUNDLE_BYTES or not unpacking.eof or unpacking.unused_data:
            raise RegistryRejected("the bundle is torn or too large", code="REG_FORMAT")
        document = json.loads(text)
        files: dict[str, str] = document["files"] if document["defa_id"] == BUNDLE_KIND else {}
        return {name: content.encode() for name, content in files.items()}
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RegistryRejected("the bundle cannot be read", code="REG_FORMAT") from None


def is_cache(place: Path) -> bool:
    """Whether `defa-id registry refresh` keeps its registries here."""
    return (place / GENERATIONS).is_dir()


def generations(cache: Path) -> list[Path]:
    """The bundles of a cache, newest first. Raises `RegistryRejected` if it cannot be looked into."""
    try:
        names = os.listdir(cache / GENERATIONS)  # noqa: PTH208  (names alone)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RegistryRejected(f"the cache cannot be read: {error.strerror}", code="REG_MISSING") from None
    ordered = sorted(((versions, name) for name in names if (versions := _versions(name))), reverse=True)
    return [cache / GENERATIONS / name for _, name in ordered]


def generation(cache: Path, versions: Mapping[str, int]) -> Path:
    """Where a cache keeps the registry with these versions of root, timestamp and snapshot."""
    name = ".".join(str(versions[role]) for role in ("root", "timestamp", "snapshot"))
    return cache / GENERATIONS / (name + _SUFFIX)


def parts_of(name: str) -> list[str]:
    """The parts of a registry file's name. Raises `RegistryRejected` for one that leads elsewhere."""
    parts = name.split("/")
    if "\\" in name or ":" in name or "\0" in name or not {"", ".", ".."}.isdisjoint(parts):
        raise RegistryRejected(f"a registry file is named {printable(name)!r}", code="REG_FORMAT")
    return parts


def within(name: str, data: bytes, limit: int) -> bytes:
    """`data` if it is not larger than `limit`. Raises `RegistryRejected` LIMIT_REGISTRY."""
    if len(data) > limit:
        raise too_large(name, limit)
    return data


def too_large(name: str, limit: int) -> RegistryRejected:
    """A file of a registry that is larger than any genuine one."""
    return RegistryRejected(f"{printable(name)} is larger than {limit} bytes", code="LIMIT_REGISTRY")


def _versions(name: str) -> tuple[int, ...]:
    numbers = name.removesuffix(_SUFFIX).split(".")
    plain = len(numbers) == 3 and all(number.isascii() and number.isdigit() and len(number) < 20 for number in numbers)
    return tuple(map(int, numbers)) if plain and name.endswith(_SUFFIX) else ()


def _later(path: Path) -> Files:
    """A generation, read only when it is asked for: an older one seldom is."""
    opened: list[Files] = []

    def get(name: str, limit: int) -> bytes | None:
        if not opened:
            opened.append(bundle(path))
        return opened[0](name, limit)

    return get
