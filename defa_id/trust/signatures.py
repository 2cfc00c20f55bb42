"""Signatures over role metadata: what exactly is signed, and whether enough of those entitled did (TUF 1.0 §4.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from defa_id.codec import digests
from defa_id.errors import RegistryRejected
from defa_id.keys import ECDSA
from defa_id.values import NamedTuple

Document = Mapping[str, Any]

# SubjectPublicKeyInfo of an uncompressed P-256 point up to the point itself (RFC 5480 §2).
_P256_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


class Entitled(NamedTuple):
    """The keys (SHA-256) that may sign a role, and how many of them must."""

    keys: frozenset[str]
    threshold: int


def verify(envelope: Document, role: Document, keys: Document, name: str, *, all: bool = False) -> frozenset[str]:
    """TUF §4.2: valid signatures by `threshold` different keys. Two ids or spellings of one key count once,
    and of two signatures under one id the first counts, so that no more are tried than there are keys.

    The SHA-256 of the keys that made them; `all`: of every key that made one, not only of the first that
    suffice. Raises `RegistryRejected` REG_SIGNATURE, `KeyError`, `TypeError` for a shape that is none.
    """
    message = canonical_bytes(envelope["signed"])
    good: set[bytes] = set()
    untried = set(role["keyids"])
    for signature in envelope["signatures"]:
        if good and len(good) >= role["threshold"] and not all:
            break
        key = keys.get(signature["keyid"])
        if key is None or signature["keyid"] not in untried:
            continue
        untried.remove(signature["keyid"])
        signer = _signed_by(key["scheme"], key["keyval"]["public"], signature["sig"], message)
        if signer is not None:
            good.add(signer)
    if not good or len(good) < role["threshold"]:
        raise RegistryRejected(
            f"role {name} has {len(good)} of {role['threshold']} signatures it needs", code="REG_SIGNATURE"
        )
    return frozenset(map(_digest, good))


def entitled(role: Document, keys: Document) -> Entitled:
    """Whose keys a delegation names; those that cannot be read sign nothing. Raises `KeyError`, `TypeError`."""
    threshold = role["threshold"]
    if type(threshold) is not int:
        raise TypeError("a threshold is not a number")
    named = (keys[keyid] for keyid in role["keyids"])
    points = (_point(key["scheme"], key["keyval"]["public"]) for key in named)
    return Entitled(frozenset(map(_digest, filter(None, points))), threshold)


def canonical_bytes(value: Any) -> bytes:
    """OLPC canonical JSON (TUF §4.2.1): sorted members, only backslash and quote escaped."""
    pieces: list[str] = []
    _canonical(value, pieces.append)
    return "".join(pieces).encode()


def _canonical(value: Any, write: Callable[[str], None]) -> None:
    kind = type(value)
    if kind is str:
        write('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"')
    elif kind is dict:
        write("{")
        for number, name in enumerate(sorted(value)):
            write("," if number else "")
            _canonical(name, write)
            write(":")
            _canonical(value[name], write)
        write("}")
    elif kind is list:
        write("[")
        for number, element in enumerate(value):
            write("," if number else "")
            _canonical(element, write)
        write("]")
    elif kind is int:
        write(str(value))
    elif kind is bool:
        write("true" if value else "false")
    elif value is None:
        write("null")
    else:
        raise RegistryRejected("a number with a fraction stands in signed metadata", code="REG_FORMAT")


def _digest(point: bytes) -> str:
    return digests.sha256(point).hex()


def _point(scheme: str, public: str) -> bytes | None:
    """The key itself, in its one spelling; None for one that cannot be read or is of another scheme."""
    try:
        if scheme == "ecdsa-sha2-nistp256":
            return _p256_point(public)
        return bytes.fromhex(public) if scheme == "ed25519" else None
    except ValueError:
        return None


def _signed_by(scheme: str, public: str, signature: str, message: bytes) -> bytes | None:
    """The key itself, in its one spelling, if it made the signature."""
    try:
        raw, point = bytes.fromhex(signature), _point(scheme, public)
        if point is None:
            return None
        if scheme == "ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(point).verify(raw, message)
        else:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).verify(raw, message, ECDSA["P-256"])
    except (InvalidSignature, ValueError):
        return None
    return point


def _p256_point(pem: str) -> bytes:
    """The point of a P-256 key in PEM, without loading the machinery for every other kind of key."""
    import binascii

    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    der = binascii.a2b_base64(body.encode("ascii"), strict_mode=True)
    if not der.startswith(_P256_SPKI):
        raise ValueError("not a P-256 key")
    return der[len(_P256_SPKI) :]
