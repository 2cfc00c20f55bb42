"""The keys a registry signs with and the demo issuers' keys: from files, or from the public seed.

The packaged demo registry's keys follow from a seed that is printed here. Anyone can make them:
that is the point, they are for demonstration and can never be taken for secrets.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from defa_id.errors import ChangeRefused, WrongUse
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.operator import storage

DEMO_SEED: Final = b"defa-id demo key"
DEMO_MARK: Final = {"x-defa-id": "demo"}
# The orders of the curves (NIST SP 800-186 §3.2.1.3 and §3.2.1.4).
_ORDERS: Final[dict[str, tuple[ec.EllipticCurve, int]]] = {
    "P-256": (ec.SECP256R1(), 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
    "P-384": (
        ec.SECP384R1(),
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    ),
}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_SUFFIX: Final = ".jwk.json"


class Keyring(Protocol):
    """Private keys by name."""

    def get(self, name: str) -> SigningKey | None:
        """The key of that name, or None if it is not here."""
        ...


class DemoKeyring:
    """Keys derived from the public seed: every name has one of each kind, always the same."""

    def get(self, name: str) -> SigningKey:
        """The P-256 key of that name."""
        return self.issuer(name, "P-256")

    def issuer(self, name: str, kind: str) -> SigningKey:
        """HKDF-SHA256 (RFC 5869) of the seed with the name: 32 bytes for Ed25519, else reduced to a
        scalar (FIPS 186-5 §A.2.1). Raises `WrongUse` for other kinds."""
        if kind == "Ed25519":
            return signing.from_native(ed25519.Ed25519PrivateKey.from_private_bytes(demo_bytes(name, 32)))
        if kind not in _ORDERS:
            raise WrongUse(f"no demo key of kind {kind!r}", hint="Use P-256, P-384 or Ed25519.")
        curve, order = _ORDERS[kind]
        # 64 bits more than the order has, so that the remainder is even to within 2^-64.
        number = int.from_bytes(demo_bytes(name, (order.bit_length() + 64) // 8))
        return signing.from_native(ec.derive_private_key(number % (order - 1) + 1, curve))


class FileKeyring:
    """Private JWK files `NAME.jwk.json` in one directory, 0600 in 0700."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def get(self, name: str) -> SigningKey | None:
        """The key in `NAME.jwk.json`, or None. Raises `WrongUse` REG_KEY_UNAVAILABLE for a file that cannot be
        read or holds no private key."""
        path = self.path(name)
        try:
            if not path.is_file():
                return None
            return signing.read(storage.read_bytes(path))
        except (WrongUse, OSError) as error:
            said = (error.message, error.hint) if isinstance(error, WrongUse) else (str(error.strerror), "")
            raise WrongUse(f"{path.name}: {said[0]}", hint=said[1], code="REG_KEY_UNAVAILABLE") from None

    def make(self, name: str, kind: str = "P-256") -> SigningKey:
        """A new random key, stored. Raises `ChangeRefused` if the name is taken."""
        key = signing.generate(kind)
        self.store(name, key)
        return key

    def store(self, name: str, key: SigningKey) -> Path:
        """Write a key, marked demo. Raises `ChangeRefused` if the name is taken: a key is never overwritten."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.path(name)
        try:
            storage.create(path, (json.dumps({**signing.to_jwk(key), **DEMO_MARK}, indent=2) + "\n").encode(), 0o600)
        except FileExistsError:
            raise ChangeRefused(f"key {name} exists already", hint=f"Move {path} away first.") from None
        return path

    def names(self) -> tuple[str, ...]:
        """The names of the keys that are here, sorted."""
        return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in self.directory.glob(f"*{_SUFFIX}")))

    def path(self, name: str) -> Path:
        """Where a key of that name is kept. Raises `WrongUse` for a name no key may have."""
        if not _NAME.fullmatch(name):
            raise WrongUse(f"{name!r} is no name for a key", hint="Use letters, digits and hyphens.")
        return self.directory / f"{name}{_SUFFIX}"


def demo_bytes(label: str, length: int) -> bytes:
    """Bytes that follow from the public seed: for keys and salts of the packaged demo, nothing else."""
    return HKDF(hashes.SHA256(), length, salt=None, info=label.encode()).derive(DEMO_SEED)


def issuer_key_name(service_id: str) -> str:
    """What the key of a service is called in a keyring."""
    return f"issuer-{service_id}"
