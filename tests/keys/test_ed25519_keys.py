"""Ed25519: points of small order are refused when read, and one signature has one spelling (B40, B41)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from defa_id import keys
from defa_id.codec import base64url
from defa_id.errors import Fault
from tests.support import edwards25519 as curve

MESSAGES = [hashlib.sha256(bytes((n,))).digest() * (n % 3 + 1) for n in range(64)]
SMALL_ORDER = sorted(spelling for point in curve.torsion() for spelling in curve.spellings(point))


def jwk_of(raw: bytes) -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(raw)}


def test_the_arithmetic_of_these_tests_is_that_of_the_curve() -> None:
    assert curve.times(curve.ORDER, curve.base()) == curve.IDENTITY
    assert curve.encode(curve.base()).hex() == "58" + "66" * 31
    seed = bytes(range(32))
    public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert curve.encode(curve.times(curve.secret_scalar(seed), curve.base())) == public


def test_there_are_eight_such_points_and_fourteen_spellings() -> None:
    assert len(curve.torsion()) == 8
    assert all(curve.times(8, point) == curve.IDENTITY for point in curve.torsion())
    assert len(SMALL_ORDER) == 14


@pytest.mark.parametrize("raw", SMALL_ORDER, ids=bytes.hex)
def test_b40_a_key_of_small_order_is_refused_however_it_comes(raw: bytes) -> None:
    native = ed25519.Ed25519PublicKey.from_public_bytes(raw)
    ways: tuple[tuple[Callable[[Any], object], object], ...] = (
        (keys.from_ed25519, raw),
        (keys.from_jwk, jwk_of(raw)),
        (keys.from_native, native),
    )
    for read, key in ways:
        with pytest.raises(Fault) as refused:
            read(key)
        assert refused.value.code == "KEY_WEAK"


@cache
def forgeries() -> list[bytes]:
    """Signatures anybody can write for a key of small order: any small S, and R = S·B plus any point
    of small order. For each message one in eight of them holds."""
    multiples = [(s, curve.times(s, curve.base())) for s in range(16)]
    return [
        curve.encode(curve.add(multiple, point)) + s.to_bytes(32, "little")
        for s, multiple in multiples
        for point in sorted(curve.torsion())
    ]


def test_b40_without_that_refusal_64_messages_of_64_could_be_forged() -> None:
    """The reason for the check: beneath it the signatures verify, for each of the eight points."""
    signatures = forgeries()
    for raw in sorted(curve.encode(point) for point in curve.torsion()):
        native = ed25519.Ed25519PublicKey.from_public_bytes(raw)
        forged = [any(verifies(native, signature, message) for signature in signatures) for message in MESSAGES]
        assert forged == [True] * 64


def verifies(native: ed25519.Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        native.verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("sign", [0, 1])
def test_a_y_that_is_not_reduced_is_refused(sign: int) -> None:
    """RFC 8032 §5.1.3 step 1: y ≥ 2^255 - 19 is no encoding; otherwise one key has two thumbprints."""
    for y in range(curve.P, 2**255):
        raw = (y | sign << 255).to_bytes(32, "little")
        with pytest.raises(Fault) as refused:
            keys.from_ed25519(raw)
        assert refused.value.code == ("KEY_WEAK" if raw in SMALL_ORDER else "KEY_INVALID")


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(Fault) as refused:
        keys.from_ed25519(b"\7" * length)
    assert refused.value.code == "KEY_INVALID"
    with pytest.raises(Fault) as refused:
        keys.from_jwk(jwk_of(b"\7" * length))
    assert refused.value.code == "KEY_INVALID"


def test_what_is_no_point_of_the_curve_verifies_nothing() -> None:
    """Whether y has an x is not looked up when a key is read, half of all texts have none: such a key
    has no signatures, forged ones included."""
    off_curve = [y for y in range(2, 60) if curve.x_of(y) is None]
    assert len(off_curve) > 20
    for y in off_curve:
        key = keys.from_ed25519(y.to_bytes(32, "little"))
        for signature in forgeries():
            with pytest.raises(Fault) as refused:
                key.verify("EdDSA", signature, b"message")
            assert refused.value.code == "JOSE_SIGNATURE"


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_genuine_keys_are_read_and_verify(seed: bytes, message: bytes) -> None:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    key = keys.from_ed25519(private.public_key().public_bytes_raw(), "k1")
    assert (key.kty, key.crv, key.kid, key.alg) == ("OKP", "Ed25519", "k1", None)
    for alg in ("EdDSA", "Ed25519"):
        key.verify(alg, private.sign(message), message)
        with pytest.raises(Fault) as refused:
            key.verify(alg, private.sign(message), message + b"!")
        assert refused.value.code == "JOSE_SIGNATURE"


@pytest.mark.parametrize("times", range(1, 15))
def test_b41_s_and_a_multiple_of_the_order(times: int) -> None:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = keys.from_native(private.public_key())
    refused_codes = set()
    for message in MESSAGES:
        signature = private.sign(message)
        s = int.from_bytes(signature[32:], "little") + times * curve.ORDER
        with pytest.raises(Fault) as refused:
            key.verify("EdDSA", signature[:32] + s.to_bytes(32, "little"), message)
        refused_codes.add(refused.value.code)
    assert refused_codes == {"JOSE_SIGNATURE"}


def test_b41_an_r_that_is_not_the_one_spelling_of_its_point() -> None:
    """R is the identity, which only the owner of the key can arrange: with the right spelling the
    equation holds, and with y = p + 1 or the sign of zero set it must not be believed."""
    seed = bytes(range(32))
    scalar = curve.secret_scalar(seed)
    public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    key = keys.from_ed25519(public)
    canonical = curve.encode(curve.IDENTITY)
    others = sorted(curve.spellings(curve.IDENTITY) - {canonical})
    assert len(others) == 3
    for message in MESSAGES:
        for r in (canonical, *others):
            s = curve.challenge(r, public, message) * scalar % curve.ORDER
            signature = r + s.to_bytes(32, "little")
            if r == canonical:
                key.verify("EdDSA", signature, message)
                continue
            with pytest.raises(Fault) as refused:
                key.verify("EdDSA", signature, message)
            assert refused.value.code == "JOSE_SIGNATURE"
