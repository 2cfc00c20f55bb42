"""JWK: what is read, what is refused and why, and the thumbprints of the RFCs."""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id import keys
from defa_id.catalogue import CATALOGUE
from defa_id.codec import base64url, limits
from defa_id.errors import Fault

# RFC 7638 §3.1.
RFC_7638 = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB"
    "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8"
    "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"
    "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
# RFC 8037 A.2 and A.3.
RFC_8037 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
P256 = {
    "kty": "EC",
    "crv": "P-256",
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}  # the base point: SEC 2 §2.4.2
P384 = {
    "kty": "EC",
    "crv": "P-384",
    "x": "qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3",
    "y": "NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f",
}  # the base point: SEC 2 §2.5.1
PUBLIC = {"RSA": RFC_7638, "Ed25519": RFC_8037, "P-256": P256, "P-384": P384}


def refusal(jwk: dict[str, Any]) -> Fault:
    with pytest.raises(Fault) as refused:
        keys.from_jwk(jwk)
    assert not refused.value.unknown
    return refused.value


# -- thumbprints --------------------------------------------------------------------------------------


def test_the_thumbprint_of_rfc_7638() -> None:
    assert keys.from_jwk(RFC_7638).thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_thumbprint_of_rfc_8037() -> None:
    assert keys.from_jwk(RFC_8037).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("name", PUBLIC)
def test_a_thumbprint_depends_on_the_required_members_alone(name: str) -> None:
    bare = {member: value for member, value in PUBLIC[name].items() if member in ("kty", "crv", "x", "y", "n", "e")}
    plain = keys.from_jwk(bare)
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"))
    assert plain.thumbprint == base64url.encode(hashlib.sha256(text.encode()).digest())
    dressed = keys.from_jwk({"title": "x", **dict(reversed(bare.items())), "kid": "another", "use": "sig"})
    assert dressed.thumbprint == plain.thumbprint == keys.thumbprint(dressed.jwk)
    assert dressed.jwk == bare
    assert (plain.kid, dressed.kid) == (None, "another")


# -- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_private_member_is_refused_whatever_it_holds(name: str, member: str) -> None:
    values: tuple[object, ...] = ("AQAB", "", None, [], 7)
    for value in values:
        fault = refusal({**PUBLIC[name], member: value})
        assert fault.code == "KEY_PRIVATE"
        assert fault.evidence == {}


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": ""},
        {"use": None},
        {"use": ["sig"]},
        {"use": "Sig"},
        {"key_ops": []},
        {"key_ops": ["sign"]},
        {"key_ops": ["encrypt", "wrapKey"]},
        {"key_ops": "verify"},
        {"key_ops": {"verify": True}},
        {"key_ops": None},
        {"key_ops": [["verify"]]},
        {"use": "sig", "key_ops": ["deriveKey"]},
        {"use": "enc", "key_ops": ["verify"]},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("name", PUBLIC)
def test_a_key_not_meant_to_verify_is_refused(name: str, members: dict[str, Any]) -> None:
    assert refusal({**PUBLIC[name], **members}).code == "KEY_USE"


@pytest.mark.parametrize("name", PUBLIC)
def test_a_key_meant_to_verify_is_read(name: str) -> None:
    for members in ({"use": "sig"}, {"key_ops": ["verify"]}, {"key_ops": ["sign", "verify"]}, {"x5t": "ignored"}):
        assert keys.from_jwk({**PUBLIC[name], **members}).thumbprint == keys.from_jwk(PUBLIC[name]).thumbprint


FITTING = {
    "RSA": {"RS256", "PS256"},
    "Ed25519": {"EdDSA", "Ed25519"},
    "P-256": {"ES256"},
    "P-384": {"ES384"},
}
NAMES = (
    *keys.ALGORITHMS,
    *("none", "None", "", "HS256", "HS512", "ES512", "ES521", "ES224", "ES256K", "RS384", "RS512", "PS384", "RS1"),
    *("RSA1_5", "RSA-OAEP", "A256KW", "dir", "ECDH-ES", "Ed448", "es256", "ES256 ", "ML-DSA-44"),
)


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("alg", NAMES)
def test_a_keys_alg_goes_with_its_type_or_is_refused(name: str, alg: str) -> None:
    jwk = {**PUBLIC[name], "alg": alg}
    if alg in FITTING[name]:
        assert keys.from_jwk(jwk).alg == alg
    else:
        assert refusal(jwk).code == "KEY_INVALID"


@pytest.mark.parametrize("name", PUBLIC)
def test_fits_over_the_whole_table(name: str) -> None:
    bare = {member: value for member, value in PUBLIC[name].items() if member not in ("alg", "kid")}
    free = keys.from_jwk(bare)
    assert {alg for alg in NAMES if free.fits(alg)} == FITTING[name]
    for own in FITTING[name]:
        bound = keys.from_jwk({**bare, "alg": own})
        same = {"EdDSA", "Ed25519"} if own in ("EdDSA", "Ed25519") else {own}
        assert {alg for alg in NAMES if bound.fits(alg)} == same


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("alg", NAMES)
def test_b09_an_algorithm_that_does_not_fit_is_never_tried(name: str, alg: str) -> None:
    key = keys.from_jwk(PUBLIC[name])
    with pytest.raises(Fault) as refused:
        key.verify(alg, bytes(64), b"message")
    fits = alg in FITTING[name] and key.fits(alg)
    assert (refused.value.code == "JOSE_ALG_KEY_MISMATCH") == (not fits)


def test_there_is_no_hmac_no_none_and_no_encryption_here() -> None:
    assert set(keys.ALGORITHMS) == {"ES256", "ES384", "EdDSA", "Ed25519", "RS256", "PS256"}
    assert set(keys.DEFAULT_ALGORITHMS) == {"ES256", "ES384", "EdDSA", "Ed25519"}
    assert {row.kty for row in keys.ALGORITHMS.values()} == {"EC", "OKP", "RSA"}


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "EC"},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "p-256", "x": P256["x"], "y": P256["y"]},
        {"kty": "EC", "crv": "Ed25519", "x": RFC_8037["x"]},
        {"kty": "ec", "crv": "P-256", "x": P256["x"], "y": P256["y"]},
        {"kty": "OKP", "crv": "Ed448", "x": RFC_8037["x"]},
        {"kty": "OKP", "crv": "X25519", "x": RFC_8037["x"]},
        {"kty": "OKP", "crv": "P-256", "x": P256["x"], "y": P256["y"]},
        {"kty": "OKP", "x": RFC_8037["x"]},
        {"kty": "OKP", "crv": "Ed25519"},
        {"kty": "oct"},
        {"kty": "AKP", "pub": "AA"},
        {"kty": "RSA"},
        {"kty": "RSA", "n": RFC_7638["n"]},
        {"kty": "RSA", "e": "AQAB"},
        {"kty": ["EC"], "crv": "P-256"},
        {"kty": "EC", "crv": ["P-256"]},
        {"kty": "EC", "crv": {"P-256": 1}},
        {"kty": {}, "crv": []},
        {"kty": None, "crv": None},
        {"kty": 2, "crv": 1},
        {**P256, "kid": 7},
        {**P256, "kid": ["a"]},
        {**P256, "alg": 7},
        {**P256, "alg": ["ES256"]},
        {**P256, "alg": {}},
        {**P256, "x": 7},
        {**P256, "x": None},
        {**P256, "x": [P256["x"]]},
        {**P256, "x": P256["x"] + "="},
        {**P256, "x": P256["x"] + " "},
        {**P256, "x": P256["x"][:-1] + "Z"},
        {**P256, "x": P256["x"].replace("-", "+") + "é"},
        {**P256, "x": "\u00a0" + P256["x"]},
        {**RFC_8037, "x": RFC_8037["x"] + "\n"},
        {**RFC_7638, "n": "+" + RFC_7638["n"][1:]},
        {**RFC_7638, "e": "AQAB=="},
        {**RFC_7638, "e": 65537},
    ],
    ids=lambda jwk: json.dumps(jwk)[:60],
)
def test_what_is_no_key_of_the_table(jwk: dict[str, Any]) -> None:
    assert refusal(jwk).code == "KEY_INVALID"


@pytest.mark.parametrize("member", ["kty", "crv", "alg"])
def test_what_a_fault_echoes_is_short_and_visible(member: str) -> None:
    hostile = "\x1b[31m\u202e" + "A" * 10_000
    fault = refusal({**P256, member: hostile})
    for text in (fault.why, *map(str, fault.evidence.values())):
        assert len(text) <= limits.ECHO_CHARS + 40
        assert "\x1b" not in text
        assert "\u202e" not in text
    with pytest.raises(Fault) as refused:
        keys.from_jwk(P256).verify(hostile, bytes(64), b"")
    assert len(refused.value.why) <= limits.ECHO_CHARS + 40
    assert "\x1b" not in refused.value.why + str(refused.value.evidence)


def test_native_keys_of_other_kinds_are_refused() -> None:
    others = (
        ed448.Ed448PrivateKey.generate().public_key(),
        x25519.X25519PrivateKey.generate().public_key(),
        ec.generate_private_key(ec.SECP521R1()).public_key(),
        rsa.generate_private_key(65537, 1024).public_key(),  # noqa: S505 - must be refused
        ed25519.Ed25519PrivateKey.generate(),
        "a text",
        None,
    )
    codes = []
    for native in others:
        with pytest.raises(Fault) as refused:
            keys.from_native(native)
        codes.append(refused.value.code)
    assert codes == ["KEY_INVALID"] * 3 + ["KEY_WEAK"] + ["KEY_INVALID"] * 3


# -- properties ---------------------------------------------------------------------------------------

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
LIKELY = st.sampled_from(
    [
        *("EC", "OKP", "RSA", "oct", "P-256", "P-384", "Ed25519", "sig", "enc", "verify", "AQAB", "AQ", "", "A"),
        *keys.ALGORITHMS,
        *itertools.chain.from_iterable(jwk.values() for jwk in PUBLIC.values()),
    ]
)
MEMBERS = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "kid", "use", "key_ops", "d", "k", "x5c", "ext"])


@settings(max_examples=400)
@given(st.sampled_from([{}, *PUBLIC.values()]), st.dictionaries(MEMBERS, LIKELY | JSON, max_size=5))
def test_any_object_is_a_key_or_a_fault_of_the_catalogue(start: dict[str, Any], members: dict[str, Any]) -> None:
    try:
        key = keys.from_jwk({**start, **members})
    except Fault as fault:
        assert fault.code in ("KEY_INVALID", "KEY_WEAK", "KEY_PRIVATE", "KEY_USE")
        assert fault.code in CATALOGUE.reasons
        assert not fault.unknown
        assert all(len(str(value)) <= limits.ECHO_CHARS for value in fault.evidence.values())
    else:
        assert key.thumbprint == keys.from_jwk(key.jwk).thumbprint
        assert not key.jwk.keys() & {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@given(st.sampled_from(sorted(PUBLIC)), st.sampled_from(NAMES), st.binary(max_size=300), st.binary(max_size=50))
def test_any_bytes_are_no_signature_and_never_crash(name: str, alg: str, signature: bytes, message: bytes) -> None:
    with pytest.raises(Fault) as refused:
        keys.from_jwk(PUBLIC[name]).verify(alg, signature, message)
    assert refused.value.code in ("JOSE_ALG_KEY_MISMATCH", "JOSE_SIGNATURE_FORMAT", "JOSE_SIGNATURE")
