"""RSA: short, odd-natured and ROCA keys are refused when read, and one scheme is not another (B10, B49)."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from math import prod
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from defa_id import keys
from defa_id.codec import base64url
from defa_id.errors import Fault

# The primes of the fingerprint, as the library has them.
FINGERPRINT = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
GENERATOR = 65537


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def modulus() -> int:
    return private_key().public_key().public_numbers().n


def jwk_of(n: int, e: int = 65537) -> dict[str, Any]:
    spelt = [base64url.encode(number.to_bytes(max(1, (number.bit_length() + 7) // 8))) for number in (n, e)]
    return {"kty": "RSA", "n": spelt[0], "e": spelt[1]}


def refusal(jwk: dict[str, Any]) -> str:
    with pytest.raises(Fault) as refused:
        keys.from_jwk(jwk)
    return refused.value.code


def odd(bits: int, seed: int) -> int:
    return random.Random(seed).getrandbits(bits) | 1 << bits - 1 | 1


def primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


# -- B49 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [1, 8, 512, 1023, 1024, 1536, 2040, 2047])
def test_b49_a_modulus_under_2048_bits(bits: int) -> None:
    assert refusal(jwk_of(odd(bits, 1))) == "KEY_WEAK"


def test_b49_leading_zeros_do_not_make_a_modulus_longer() -> None:
    short = odd(1024, 1).to_bytes(256)
    assert refusal({**jwk_of(modulus()), "n": base64url.encode(short)}) == "KEY_WEAK"


def test_the_bounds_of_the_modulus() -> None:
    assert keys.from_jwk(jwk_of(odd(2048, 1))).kty == "RSA"
    assert keys.from_jwk(jwk_of(odd(8192, 1))).kty == "RSA"
    assert refusal(jwk_of(odd(8193, 1))) == "KEY_INVALID"


@pytest.mark.parametrize("e", [0, 1, 2, 3, 17, 257, 65535, 65536, 65538, 2**32, 2**64])
def test_b49_an_exponent_too_small_or_even(e: int) -> None:
    assert refusal(jwk_of(modulus(), e)) == "KEY_WEAK"


@pytest.mark.parametrize("e", [65537, 65539, 2**32 + 1])
def test_an_exponent_that_is_allowed(e: int) -> None:
    assert keys.from_jwk(jwk_of(modulus(), e)).jwk == jwk_of(modulus(), e)


def test_an_exponent_beyond_its_modulus() -> None:
    assert refusal(jwk_of(modulus(), modulus() + 2)) == "KEY_INVALID"


def roca_number(bits: int, primorial_of: int, source: random.Random) -> int:
    """k·M + (65537^a mod M), the form of the affected generator's primes (Nemec et al. 2017). Whether
    it is prime does not matter to the fingerprint."""
    m = prod(primes(primorial_of))
    number = 0
    while number.bit_length() != bits:
        number = source.getrandbits(bits - m.bit_length() + 1) * m + pow(GENERATOR, source.getrandbits(64), m)
    return number


# Sizes and primorials as published: 39 primes for keys of 512 to 960 bits, 71 for 992 to 1952,
# 126 for 1984 to 3936, 225 for 3968 to 4096.
@pytest.mark.parametrize(("bits", "primorial_of"), [(480, 39), (512, 71), (976, 71), (1024, 126), (2048, 225)])
def test_b49_every_modulus_of_the_roca_form_is_recognised(bits: int, primorial_of: int) -> None:
    source = random.Random(bits)
    for _ in range(20):
        n = roca_number(bits, primorial_of, source) * roca_number(bits, primorial_of, source)
        assert keys._roca(n)


@pytest.mark.parametrize("bits", [1025, 1100, 1536])
@pytest.mark.parametrize("primorial_of", [39, 71])
def test_b49_a_roca_key_is_refused_when_it_is_read(bits: int, primorial_of: int) -> None:
    source = random.Random(bits)
    n = roca_number(bits, primorial_of, source) * roca_number(bits, primorial_of, source)
    assert n.bit_length() >= 2048
    assert refusal(jwk_of(n)) == "KEY_WEAK"
    with pytest.raises(Fault) as refused:
        keys.from_native(rsa.RSAPublicNumbers(65537, n).public_key())
    assert refused.value.code == "KEY_WEAK"
    assert "ROCA" in refused.value.why


def test_b49_two_hundred_other_moduli_are_not_taken_for_it() -> None:
    assert not [seed for seed in range(200) if keys._roca(odd(2048, seed))]


def test_b49_genuine_keys_are_not_taken_for_it() -> None:
    for _ in range(20):
        native = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505 - only looked at
        assert not keys._roca(native.public_numbers().n)


def powers(prime: int) -> frozenset[int]:
    found, power = set(), 1
    while power not in found:
        found.add(power)
        power = power * GENERATOR % prime
    return frozenset(found)


def test_the_fingerprint_is_exactly_the_powers_of_65537() -> None:
    """Every residue of every prime, the others held at 1: recognised if and only if it is a power."""
    whole = prod(FINGERPRINT)
    for prime in FINGERPRINT:
        rest = whole // prime
        for residue in range(prime):
            n = 1 + rest * ((residue - 1) * pow(rest, -1, prime) % prime)
            assert n % prime == residue
            assert keys._roca(n) == (residue in powers(prime)), (prime, residue)


def test_another_modulus_is_taken_for_it_with_a_chance_under_2_to_the_minus_27() -> None:
    """As the library's docstring claims: the share of the units of each prime that are powers. It
    lies between 2^-28 and 2^-27, and no other of the first 39 primes would add to it."""
    chance = prod(Fraction(len(powers(prime)), prime - 1) for prime in FINGERPRINT)
    assert Fraction(1, 2**28) < chance < Fraction(1, 2**27)
    assert {prime for prime in primes(39)[1:] if len(powers(prime)) < prime - 1} == set(FINGERPRINT)


# -- verification -----------------------------------------------------------------------------------

PKCS1 = padding.PKCS1v15()
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


def signed(scheme: Any, digest: Any = None, message: bytes = b"message") -> bytes:
    return private_key().sign(message, scheme, digest or hashes.SHA256())


def verdict_of(alg: str, signature: bytes, message: bytes = b"message") -> str:
    try:
        keys.from_native(private_key().public_key()).verify(alg, signature, message)
    except Fault as fault:
        return fault.code
    return "valid"


@pytest.mark.parametrize(
    ("alg", "signature", "found"),
    [
        ("RS256", lambda: signed(PKCS1), "valid"),
        ("PS256", lambda: signed(PSS), "valid"),
        ("PS256", lambda: signed(PKCS1), "JOSE_SIGNATURE"),
        ("RS256", lambda: signed(PSS), "JOSE_SIGNATURE"),
        ("RS256", lambda: signed(PKCS1, hashes.SHA512()), "JOSE_SIGNATURE"),
        ("RS256", lambda: signed(PKCS1, hashes.SHA1()), "JOSE_SIGNATURE"),  # noqa: S303 - must not verify
        ("PS256", lambda: signed(padding.PSS(padding.MGF1(hashes.SHA256()), 0)), "JOSE_SIGNATURE"),
        ("PS256", lambda: signed(padding.PSS(padding.MGF1(hashes.SHA256()), 64)), "JOSE_SIGNATURE"),
        ("PS256", lambda: signed(padding.PSS(padding.MGF1(hashes.SHA512()), 32)), "JOSE_SIGNATURE"),
        ("RS256", lambda: signed(PKCS1, message=b"another"), "JOSE_SIGNATURE"),
        ("RS256", lambda: bytes(256), "JOSE_SIGNATURE"),
        ("PS256", lambda: b"\xff" * 256, "JOSE_SIGNATURE"),
        ("RS256", lambda: modulus().to_bytes(256), "JOSE_SIGNATURE"),
        ("RS256", lambda: signed(PKCS1)[:-1], "JOSE_SIGNATURE_FORMAT"),
        ("RS256", lambda: b"\0" + signed(PKCS1), "JOSE_SIGNATURE_FORMAT"),
        ("PS256", lambda: signed(PSS) + b"\0", "JOSE_SIGNATURE_FORMAT"),
        ("RS256", lambda: b"", "JOSE_SIGNATURE_FORMAT"),
    ],
)
def test_b10_one_scheme_one_hash_one_salt_length(alg: str, signature: Any, found: str) -> None:
    assert verdict_of(alg, signature()) == found


def test_a_signature_and_the_modulus_added_to_it() -> None:
    """The same value modulo n, where it still fits into as many bytes."""
    for n in range(100):
        message = b"%d" % n
        more = int.from_bytes(signed(PKCS1, message=message)) + modulus()
        if more.bit_length() <= 2048:
            assert verdict_of("RS256", more.to_bytes(256), message) == "JOSE_SIGNATURE"
            return
    raise AssertionError("no signature small enough")


def test_a_modulus_whose_length_is_no_whole_number_of_bytes() -> None:
    private = rsa.generate_private_key(65537, 2050)
    key = keys.from_native(private.public_key())
    signature = private.sign(b"message", PKCS1, hashes.SHA256())
    assert len(signature) == 257
    key.verify("RS256", signature, b"message")
    with pytest.raises(Fault) as refused:
        key.verify("RS256", signature[1:], b"message")
    assert refused.value.code == "JOSE_SIGNATURE_FORMAT"


def test_one_key_has_one_thumbprint_however_its_numbers_are_spelt() -> None:
    """RFC 7518 §2, Base64urlUInt: as few octets as possible. Superfluous zeros do not make another key."""
    plain = keys.from_jwk(jwk_of(modulus()))
    padded = keys.from_jwk(
        {"kty": "RSA", "n": base64url.encode(b"\0" + modulus().to_bytes(256)), "e": base64url.encode(b"\0\1\0\1")}
    )
    assert padded.thumbprint == plain.thumbprint == keys.from_native(private_key().public_key()).thumbprint
    assert padded.jwk == plain.jwk
