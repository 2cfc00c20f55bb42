"""Private keys read and written, and signatures others can verify."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as oracle
from joserfc.jwk import JWKRegistry

from defa_id.errors import Fault, WrongUse
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.suites import jws

KINDS = ("P-256", "P-384", "Ed25519", "RSA")
KEYS = {kind: signing.generate(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_comes_back_from_jwk_and_pem(kind: str) -> None:
    key = KEYS[kind]
    pem = key.native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for data in (signing.to_json(signing.to_jwk(key)), pem):
        assert signing.read(data).public.thumbprint == key.public.thumbprint


def test_a_kid_is_kept_and_the_thumbprint_stands_in() -> None:
    named = signing.generate(kid="key-1")
    assert (named.kid, named.public_jwk["kid"], signing.to_jwk(named)["kid"]) == ("key-1", "key-1", "key-1")
    assert signing.from_jwk(signing.to_jwk(named)).kid == "key-1"
    plain = KEYS["P-256"]
    assert plain.kid == plain.public.thumbprint
    assert "kid" not in plain.public_jwk


@pytest.mark.parametrize(
    ("kind", "alg"),
    [("P-256", "ES256"), ("P-384", "ES384"), ("Ed25519", "Ed25519"), ("RSA", "PS256"), ("RSA", "RS256")],
)
def test_others_verify_what_we_sign(kind: str, alg: str) -> None:
    key = KEYS[kind]
    token = signing.sign_compact(key, {"typ": "test"}, {"a": "é"}, alg)
    read = jws.read(token.encode())
    key.public.verify(alg, read.proof.signature, read.signed)
    described: dict[str, str | list[str]] = {**key.public_jwk}
    found = oracle.deserialize_compact(token, JWKRegistry.import_key(described), algorithms=[alg])
    assert json.loads(found.payload) == {"a": "é"}
    assert found.headers() == {"typ": "test", "alg": alg}


@pytest.mark.parametrize("kind", ["P-256", "P-384", "Ed25519"])
@given(content=st.binary(max_size=64))
def test_the_same_content_has_the_same_signature(kind: str, content: bytes) -> None:
    key = KEYS[kind]
    assert signing.sign_compact(key, {}, content) == signing.sign_compact(key, {}, content)


def test_rfc_6979_vector() -> None:
    """RFC 6979 appendix A.2.5, P-256 with SHA-256, message `sample`."""
    scalar = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    token = signing.sign_ecdsa(ec.derive_private_key(scalar, ec.SECP256R1()), b"sample")
    assert token.hex().endswith("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
    assert "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" in token.hex()


@pytest.mark.parametrize(
    ("kind", "alg"), [("P-256", "ES384"), ("P-256", "EdDSA"), ("Ed25519", "ES256"), ("P-256", "none")]
)
def test_no_key_signs_with_an_algorithm_it_does_not_have(kind: str, alg: str) -> None:
    with pytest.raises(WrongUse, match="does not go with this key"):
        signing.sign_compact(KEYS[kind], {}, {}, alg)


def _mixed() -> dict[str, Any]:
    return {**signing.to_jwk(KEYS["P-256"]), "d": signing.to_jwk(signing.generate())["d"]}


UNREADABLE = {
    "public": KEYS["P-256"].public_jwk,
    "halves of two keys": _mixed(),
    "no number": {**signing.to_jwk(KEYS["P-256"]), "d": "!"},
    "short": {**signing.to_jwk(KEYS["P-256"]), "d": "AA"},
    "symmetric": {"kty": "oct", "k": "AAAA"},
    "for encryption": {**signing.to_jwk(KEYS["P-256"]), "use": "enc"},
    "Ed25519 of two keys": {**signing.to_jwk(KEYS["Ed25519"]), "d": signing.to_jwk(signing.generate("Ed25519"))["d"]},
    "unknown curve": {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "d": "AA"},
}


@pytest.mark.parametrize("jwk", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_private_jwk(jwk: dict[str, Any]) -> None:
    with pytest.raises(WrongUse):
        signing.read(json.dumps(jwk).encode())


def test_what_is_no_private_pem() -> None:
    native = KEYS["P-256"].native
    locked = native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    wrong = dsa.generate_private_key(2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    koblitz = ec.generate_private_key(ec.SECP256K1())
    curve = koblitz.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for data in (locked, wrong, curve, b"", b"{", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"):
        with pytest.raises(WrongUse):
            signing.read(data)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    with pytest.raises(WrongUse):
        signing.read(data)


def test_a_key_restricted_to_verifying_still_signs() -> None:
    jwk = {**signing.to_jwk(KEYS["P-256"]), "key_ops": ["sign"]}
    assert signing.from_jwk(jwk).algorithm == "ES256"


def test_kinds() -> None:
    assert [KEYS[kind].algorithm for kind in KINDS] == ["ES256", "ES384", "EdDSA", "PS256"]
    with pytest.raises(WrongUse, match="no key of kind"):
        signing.generate("P-521")


def test_a_changed_token_is_found_out() -> None:
    key: SigningKey = KEYS["P-256"]
    token = signing.sign_compact(key, {}, {"a": 1})
    read = jws.read(token.encode())
    with pytest.raises(Fault, match="JOSE_SIGNATURE"):
        key.public.verify("ES256", read.proof.signature, read.signed + b"x")
