"""EC: only points of P-256 and P-384 are keys, and either of two equal signatures verifies (B39, B50)."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st

from defa_id import keys
from defa_id.codec import base64url
from defa_id.errors import Fault

P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
P384 = 2**384 - 2**128 - 2**96 + 2**32 - 1
N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
N384 = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
CURVES: dict[str, tuple[Any, Any, str, int, int]] = {
    "P-256": (ec.SECP256R1(), hashes.SHA256(), "ES256", 32, N256),
    "P-384": (ec.SECP384R1(), hashes.SHA384(), "ES384", 48, N384),
}


def private_key(crv: str, secret: int = 0xDEFA) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(secret, CURVES[crv][0])


def point_of(crv: str, secret: int = 0xDEFA) -> tuple[int, int]:
    numbers = private_key(crv, secret).public_key().public_numbers()
    return numbers.x, numbers.y


def jwk_of(crv: str, x: int, y: int, size: int | None = None) -> dict[str, Any]:
    size = CURVES[crv][3] if size is None else size
    return {"kty": "EC", "crv": crv, "x": base64url.encode(x.to_bytes(size)), "y": base64url.encode(y.to_bytes(size))}


def refusal(jwk: dict[str, Any]) -> str:
    with pytest.raises(Fault) as refused:
        keys.from_jwk(jwk)
    return refused.value.code


def sign(crv: str, message: bytes) -> tuple[int, int]:
    return utils.decode_dss_signature(private_key(crv).sign(message, ec.ECDSA(CURVES[crv][1])))


@pytest.mark.parametrize("crv", CURVES)
def test_a_genuine_key_is_read_in_every_way(crv: str) -> None:
    x, y = point_of(crv)
    size = CURVES[crv][3]
    jwk = jwk_of(crv, x, y)
    whole = b"\4" + x.to_bytes(size) + y.to_bytes(size)
    short = bytes((2 + y % 2,)) + x.to_bytes(size)
    read = [
        keys.from_jwk(jwk),
        keys.from_ec_point(crv, whole),
        keys.from_ec_point(crv, short),
        keys.from_native(private_key(crv).public_key()),
    ]
    assert [key.jwk for key in read] == [jwk] * 4
    assert len({key.thumbprint for key in read}) == 1
    assert {(key.kty, key.crv, key.alg) for key in read} == {("EC", crv, None)}


@pytest.mark.parametrize("crv", CURVES)
def test_b50_a_point_off_the_curve(crv: str) -> None:
    x, y = point_of(crv)
    p = P256 if crv == "P-256" else P384
    size = CURVES[crv][3]
    for bad in ((x, y ^ 1), (x ^ 1, y), (y, x), (x, 0), (0, 0), (1, 1), (p, y), (x, p), (p - 1, p - 1)):
        assert refusal(jwk_of(crv, *bad)) == "KEY_INVALID"
        with pytest.raises(Fault) as refused:
            keys.from_ec_point(crv, b"\4" + bad[0].to_bytes(size) + bad[1].to_bytes(size))
        assert refused.value.code == "KEY_INVALID"


def test_b50_a_coordinate_that_is_not_reduced() -> None:
    """(0, √b) is a point of P-256; written with x = p it would be the same key under another thumbprint."""
    y = pow(P256_B, (P256 + 1) // 4, P256)
    assert keys.from_jwk(jwk_of("P-256", 0, y)).crv == "P-256"
    assert refusal(jwk_of("P-256", P256, y)) == "KEY_INVALID"


@pytest.mark.parametrize(
    "point",
    [b"", b"\0", b"\0" * 65, b"\4", b"\4" + bytes(64), b"\2" + b"\xff" * 32, b"\5" + bytes(32), b"\1", b"\xff" * 65],
    ids=lambda point: f"{point[:2].hex()}-{len(point)}",
)
def test_b50_the_point_at_infinity_and_what_is_no_point(point: bytes) -> None:
    with pytest.raises(Fault) as refused:
        keys.from_ec_point("P-256", point)
    assert refused.value.code == "KEY_INVALID"


@pytest.mark.parametrize("crv", CURVES)
def test_b50_a_hybrid_or_misfitting_encoding(crv: str) -> None:
    x, y = point_of(crv)
    size = CURVES[crv][3]
    whole = x.to_bytes(size) + y.to_bytes(size)
    for point in (bytes((6 + y % 2,)) + whole, b"\4" + whole + b"\0", b"\4" + whole[:-1], whole, b"\2" + whole):
        with pytest.raises(Fault) as refused:
            keys.from_ec_point(crv, point)
        assert refused.value.code == "KEY_INVALID"


@pytest.mark.parametrize("crv", CURVES)
def test_b50_coordinates_have_their_full_length(crv: str) -> None:
    """RFC 7518 §6.2.1.2: leading zeros stay. Otherwise one key has several thumbprints."""
    x, y = point_of(crv)
    size = CURVES[crv][3]
    good = jwk_of(crv, x, y)
    longer = base64url.encode(b"\0" + x.to_bytes(size))
    whole = x.to_bytes(size) + y.to_bytes(size)
    for change in (
        {"x": longer},
        {"y": longer},
        {"x": ""},
        {"x": base64url.encode(x.to_bytes(size)[1:])},
        {"x": base64url.encode(x.to_bytes(size) + b"\0")},
        {"x": longer, "y": longer},
        {"x": base64url.encode(whole[: size - 1]), "y": base64url.encode(whole[size - 1 :])},  # together as long
        {"x": base64url.encode(whole), "y": ""},
    ):
        assert refusal({**good, **change}) == "KEY_INVALID"


def test_b50_a_leading_zero_left_out() -> None:
    secret = next(n for n in range(1, 5000) if point_of("P-256", n)[0] < 2**248)
    x, y = point_of("P-256", secret)
    short = {**jwk_of("P-256", x, y), "x": base64url.encode(x.to_bytes(31))}
    assert keys.from_jwk(jwk_of("P-256", x, y)).jwk["x"].startswith("A")
    assert refusal(short) == "KEY_INVALID"


def test_other_curves_are_not_in_the_table() -> None:
    for curve, name in ((ec.SECP521R1(), "P-521"), (ec.SECP256K1(), "secp256k1")):
        public = ec.derive_private_key(7, curve).public_key()
        with pytest.raises(Fault) as refused:
            keys.from_native(public)
        assert refused.value.code == "KEY_INVALID"
        x, y = point_of("P-256")
        assert refusal({**jwk_of("P-256", x, y), "crv": name}) == "KEY_INVALID"


def test_a_point_of_one_curve_is_none_of_the_other() -> None:
    assert refusal({**jwk_of("P-256", *point_of("P-256")), "crv": "P-384"}) == "KEY_INVALID"
    assert refusal({**jwk_of("P-384", *point_of("P-384")), "crv": "P-256"}) == "KEY_INVALID"


@pytest.mark.parametrize("crv", CURVES)
@given(message=st.binary(max_size=80))
def test_b39_either_s_verifies(crv: str, message: bytes) -> None:
    """JWS has no rule against the larger s (RFC 7518 §3.4), so the bytes of a signature identify nothing."""
    _, _, alg, size, n = CURVES[crv]
    key = keys.from_native(private_key(crv).public_key())
    r, s = sign(crv, message)
    for either in (s, n - s):
        key.verify(alg, r.to_bytes(size) + either.to_bytes(size), message)


@pytest.mark.parametrize("crv", CURVES)
def test_b38_r_and_s_out_of_range(crv: str) -> None:
    _, _, alg, size, n = CURVES[crv]
    key = keys.from_native(private_key(crv).public_key())
    r, s = sign(crv, b"message")
    top = 2 ** (8 * size) - 1
    bad = (0, n, n + 1, top)
    combinations = [(a, s) for a in bad] + [(r, b) for b in bad] + [(a, b) for a in bad for b in bad]
    assert len(combinations) == 24
    for a, b in [*combinations, (r, min(s + n, top)), (min(r + n, top), s)]:
        with pytest.raises(Fault) as refused:
            key.verify(alg, a.to_bytes(size) + b.to_bytes(size), b"message")
        assert refused.value.code == "JOSE_SIGNATURE"


@pytest.mark.parametrize("crv", CURVES)
def test_b36_b37_der_and_other_lengths(crv: str) -> None:
    _, digest, alg, size, _ = CURVES[crv]
    private = private_key(crv)
    key = keys.from_native(private.public_key())
    r, s = sign(crv, b"message")
    raw = r.to_bytes(size) + s.to_bytes(size)
    der = private.sign(b"message", ec.ECDSA(digest))
    assert len(der) != 2 * size
    for signature in (der, raw[:-1], raw + b"\0", b"\0" + raw, b"", raw[:size], raw * 2):
        with pytest.raises(Fault) as refused:
            key.verify(alg, signature, b"message")
        assert refused.value.code == "JOSE_SIGNATURE_FORMAT"


@given(st.integers(0, 511), st.binary(max_size=20))
def test_b43_a_flipped_bit_is_noticed(bit: int, message: bytes) -> None:
    key = keys.from_native(private_key("P-256").public_key())
    r, s = sign("P-256", message)
    raw = bytearray(r.to_bytes(32) + s.to_bytes(32))
    key.verify("ES256", bytes(raw), message)
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Fault) as refused:
        key.verify("ES256", bytes(raw), message)
    assert refused.value.code == "JOSE_SIGNATURE"


@pytest.mark.parametrize("crv", CURVES)
def test_the_scheme_is_ecdsa_with_the_hash_of_its_curve(crv: str) -> None:
    scheme = keys.ECDSA[crv]
    assert isinstance(scheme, ec.ECDSA)
    assert isinstance(scheme.algorithm, type(CURVES[crv][1]))
    assert not scheme.deterministic_signing
    assert keys.ECDSA.keys() == CURVES.keys()


def test_small_r_and_s_are_written_without_superfluous_bytes() -> None:
    """`_der` against the encoder of `cryptography`, over every length of r and s."""
    for size in (32, 48):
        for length in range(size + 1):
            for lead in (0x01, 0x7F, 0x80, 0xFF):
                r = int.from_bytes((bytes((lead,)) + b"\x55" * size)[:length])
                s = int.from_bytes(b"\xaa" * (size - length))
                assert keys._der(r.to_bytes(size) + s.to_bytes(size)) == utils.encode_dss_signature(r, s)
