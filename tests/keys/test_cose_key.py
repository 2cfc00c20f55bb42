"""COSE_Key: the same keys as from JWK, and nothing that is not a key of the table."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from defa_id import keys
from defa_id.errors import Fault

P256 = ec.derive_private_key(7, ec.SECP256R1()).public_key()
P384 = ec.derive_private_key(7, ec.SECP384R1()).public_key()
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()


def ec2(native: ec.EllipticCurvePublicKey, crv: int) -> dict[Any, Any]:
    numbers, size = native.public_numbers(), native.key_size // 8
    return {1: 2, -1: crv, -2: numbers.x.to_bytes(size), -3: numbers.y.to_bytes(size)}


OKP = {1: 1, -1: 6, -2: ED25519.public_bytes_raw()}


@pytest.mark.parametrize(("native", "key"), [(P256, ec2(P256, 1)), (P384, ec2(P384, 2)), (ED25519, OKP)])
def test_the_same_key_as_from_elsewhere(native: Any, key: dict[Any, Any]) -> None:
    assert keys.from_cose(key).thumbprint == keys.from_native(native).thumbprint
    assert keys.from_cose({**key, 2: b"kid", "own": 1}).kid is None


def test_a_compressed_point() -> None:
    point = P256.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert (
        keys.from_cose({1: 2, -1: 1, -2: point[1:], -3: point[0] == 3}).thumbprint == keys.from_native(P256).thumbprint
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({-4: b"\1" * 32}, "KEY_PRIVATE"),
        ({4: [1]}, "KEY_USE"),
        ({4: 2}, "KEY_USE"),
        ({3: -35}, "KEY_INVALID"),
        ({3: "ES256"}, "KEY_INVALID"),
        ({1: 3}, "KEY_INVALID"),
        ({1: True}, "KEY_INVALID"),
        ({-1: 3}, "KEY_INVALID"),  # P-521
        ({-1: 8}, "KEY_INVALID"),  # secp256k1
        ({-1: "P-256"}, "KEY_INVALID"),
        ({-2: "x"}, "KEY_INVALID"),
        ({-2: bytes(31)}, "KEY_INVALID"),
        ({-2: bytes(33)}, "KEY_INVALID"),
        ({-3: bytes(31)}, "KEY_INVALID"),
        ({-3: bytes(32)}, "KEY_INVALID"),  # not on the curve
        ({-3: None}, "KEY_INVALID"),
    ],
)
def test_what_is_no_key(changes: dict[Any, Any], code: str) -> None:
    with pytest.raises(Fault) as raised:
        keys.from_cose({**ec2(P256, 1), **changes})
    assert raised.value.code == code


def test_a_key_may_say_what_it_is_for() -> None:
    assert keys.from_cose({**ec2(P256, 1), 3: -7, 4: [2]}).crv == "P-256"
    assert keys.from_cose({**ec2(P256, 1), 3: -9}).crv == "P-256"


@pytest.mark.parametrize("key", [None, [], b"", "key"])
def test_a_key_is_a_map(key: Any) -> None:
    with pytest.raises(Fault, match="KEY_INVALID"):
        keys.from_cose(key)


def test_weak_points_are_refused() -> None:
    with pytest.raises(Fault, match="KEY_WEAK"):
        keys.from_cose({1: 1, -1: 6, -2: b"\1" + bytes(31)})
