"""SHA-2 (FIPS 180-4) by the library that verifies signatures, so that a process holds one cryptographic library.

`hashlib` loads the system's OpenSSL beside the one inside `cryptography`: 4 MB, and a third of a python start.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, Hash

_ALGORITHMS: Final = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}


@cache
def hasher(name: str) -> Callable[[bytes], bytes]:
    """The hash function `sha256`, `sha384` or `sha512`: bytes to their digest. Raises `KeyError` for another."""
    empty = Hash(_ALGORITHMS[name])

    def digest(data: bytes) -> bytes:
        work = empty.copy()
        work.update(data)
        return work.finalize()

    return digest


sha256: Final = hasher("sha256")
