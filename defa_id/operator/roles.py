"""Who signs what in a registry: the roles of TUF 1.0, their keys and thresholds.

No role above the states can speak for one of them, and no state for another: top `targets` only
delegates, and every delegation ends at its own paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, NoReturn

from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.signer import Key, Signature, Signer, SSlibKey  # type: ignore[attr-defined]

from defa_id.errors import ChangeRefused, WrongUse
from defa_id.issue.signing import SigningKey, sign_ecdsa
from defa_id.values import NamedTuple


class Duty(NamedTuple):
    """One role: the names of its keys, how many of them must sign, and the paths it answers for."""

    role: str
    keys: tuple[str, ...]
    threshold: int
    paths: tuple[str, ...] = ()


_REGION: Final = {"keys": ("region-a", "region-b", "region-c"), "threshold": 2}
_ROOT, _TARGETS = "root", "targets"
SNAPSHOT: Final = Duty("snapshot", ("snapshot",), 1)
TIMESTAMP: Final = Duty("timestamp", ("timestamp-a", "timestamp-b"), 1)
ONLINE: Final = (SNAPSHOT, TIMESTAMP)
DEFAULT_DAYS: Final = 365
_LONGEST_DAYS: Final = 3653  # as schemas/registry.schema.json says


def region(registry: Mapping[str, Any]) -> tuple[Duty, Duty]:
    """The two roles held together, root and top targets: one key per member state, and how many must sign,
    as `region` in registry.json says for the first publication. Raises `ChangeRefused` where that is no region."""
    try:
        keys, threshold = (registry.get("region", _REGION)[member] for member in ("keys", "threshold"))
    except (KeyError, TypeError, IndexError):
        raise _unusable("region") from None
    if (
        not isinstance(keys, list | tuple)
        or not all(isinstance(key, str) for key in keys)
        or type(threshold) is not int
    ):
        raise _unusable("region")
    return (
        Duty(_ROOT, tuple(keys), threshold),
        Duty(_TARGETS, tuple(keys), threshold),
    )


def top(registry: Mapping[str, Any]) -> tuple[Duty, Duty, Duty, Duty]:
    """The four roles the root names."""
    return (*region(registry), SNAPSHOT, TIMESTAMP)


def lifetime(registry: Mapping[str, Any], role: str) -> timedelta:
    """How long a role stays valid once signed: by its kind in `lifetimes` of registry.json, else `valid_days`.

    Raises `ChangeRefused` where that is no number of days."""
    kind = {_ROOT: "root", _TARGETS: "root", "snapshot": "snapshot", "timestamp": "timestamp"}.get(role, "states")
    lifetimes = registry.get("lifetimes", {})
    if not isinstance(lifetimes, Mapping):
        raise _unusable("lifetimes")
    days = lifetimes.get(kind, registry.get("valid_days", DEFAULT_DAYS))
    if type(days) is not int or not 0 < days <= _LONGEST_DAYS:
        raise _unusable("a lifetime")
    return timedelta(days=days)


def authority(state: str) -> Duty:
    """A state's own role, held by its national authority: it appoints the two below it."""
    return Duty(state, _named(state, "abc"), 2, (f"{state}/*", f"{state}/schemas/*"))


def operations(state: str) -> Duty:
    """The role that signs a state's list day by day, by two pairs of eyes."""
    return Duty(f"{state}-ops", _named(f"{state}-ops", "abcd"), 2, (f"{state}/list.json", f"{state}/schemas/*"))


def denial(state: str) -> Duty:
    """The break-glass role: one key alone may subtract, and nothing else."""
    return Duty(f"{state}-deny", _named(f"{state}-deny", "ab"), 1, (f"{state}/deny.json",))


def denied(state: str) -> str:
    """The source of a state's deny list, as findings name it."""
    return f"states/{state}/deny.json"


def of_state(state: str) -> tuple[Duty, Duty, Duty]:
    """The three roles of a state."""
    return authority(state), operations(state), denial(state)


def every(registry: Mapping[str, Any], states: Iterable[str]) -> tuple[Duty, ...]:
    """Every role of a registry of these states."""
    return (*top(registry), *(duty for state in sorted(states) for duty in of_state(state)))


def key_names(registry: Mapping[str, Any], states: Iterable[str]) -> Iterator[str]:
    """The names of every key a registry of these states signs with, each once."""
    seen = set()
    for duty in (*top(registry), *(duty for state in states for duty in of_state(state))):
        for name in duty.keys:
            if name not in seen:
                seen.add(name)
                yield name


class RoleSigner(Signer):
    """A key from a keyring as TUF signs with it: deterministic ECDSA P-256 (RFC 6979)."""

    def __init__(self, name: str, key: SigningKey) -> None:
        if not isinstance(key.native, ec.EllipticCurvePrivateKey) or key.public.crv != "P-256":
            raise WrongUse(f"key {name} is not a P-256 key", hint="Roles sign with ECDSA P-256.")
        self._native = key.native
        self._public = SSlibKey.from_crypto(key.native.public_key())

    @property
    def public_key(self) -> Key:
        """The public half, as role metadata holds it."""
        return self._public

    def sign(self, payload: bytes) -> Signature:
        """The signature over `payload`, DER in hexadecimal (TUF §4.2)."""
        return Signature(self._public.keyid, sign_ecdsa(self._native, payload).hex())

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri: str, *_: object) -> NoReturn:
        """Not offered: raises `ValueError`, because keys come from a keyring by their name."""
        raise ValueError(f"no key from {priv_key_uri}: role keys come from a keyring")


def _unusable(what: str) -> ChangeRefused:
    return ChangeRefused(
        f"registry.json: {what} is not as it must be", hint="See what is wrong with: defa-id registry lint --dir DIR"
    )


def _named(role: str, letters: str) -> tuple[str, ...]:
    return tuple(f"{role}-{letter}" for letter in letters)
