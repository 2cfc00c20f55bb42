"""Wycheproof: every signature case through every way to read its key, counted file by file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from defa_id import keys
from defa_id.codec import base64url, strict_json
from defa_id.errors import Fault
from tests.support.vectors import require_json

# Cases of a corpus are lost silently unless they are counted: file -> (valid, invalid).
ECDSA = {
    "ecdsa_secp256r1_sha256_p1363_test": ("P-256", "ES256", 173, 89),
    "ecdsa_secp384r1_sha384_p1363_test": ("P-384", "ES384", 193, 87),
}
ED25519 = (88, 63)
REFUSALS = {"JOSE_SIGNATURE", "JOSE_SIGNATURE_FORMAT"}


def cases(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each group with each of its cases. None of these files holds an `acceptable` case."""
    for group in require_json(f"crypto/{name}.json")["testGroups"]:
        for case in group["tests"]:
            assert case["result"] in ("valid", "invalid"), case
            yield group, case


def judge(key: keys.PublicKey, alg: str, case: dict[str, Any]) -> str:
    try:
        key.verify(alg, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
    except Fault as fault:
        assert not fault.unknown
        return fault.code
    return "valid"


def compressed(point: bytes) -> bytes:
    half = len(point) // 2
    return bytes((2 + (point[-1] & 1),)) + point[1 : half + 1]


@pytest.mark.parametrize("name", ECDSA)
def test_ecdsa(name: str) -> None:
    crv, alg, valid, invalid = ECDSA[name]
    count: Counter[str] = Counter()
    wrong = []
    for group, case in cases(name):
        point = bytes.fromhex(group["publicKey"]["uncompressed"])
        ways = (
            keys.from_jwk(group["publicKeyJwk"]) if "publicKeyJwk" in group else keys.from_ec_point(crv, point),
            keys.from_ec_point(crv, point),
            keys.from_ec_point(crv, compressed(point)),
            keys.from_native(load_der_public_key(bytes.fromhex(group["publicKeyDer"]))),
        )
        assert {key.thumbprint for key in ways} == {ways[0].thumbprint}
        found = {judge(key, alg, case) for key in ways}
        expected = {"valid"} if case["result"] == "valid" else REFUSALS
        if len(found) != 1 or not found <= expected:
            wrong.append((case["tcId"], case["comment"], found))
        count[case["result"]] += 1
    assert wrong == []
    assert count == {"valid": valid, "invalid": invalid}


def test_ecdsa_groups_that_come_with_a_jwk() -> None:
    """The keys are read from JWK wherever the file has one."""
    groups = [group for name in ECDSA for group in require_json(f"crypto/{name}.json")["testGroups"]]
    assert len(groups) == 216
    assert sum("publicKeyJwk" in group for group in groups) == 198


def test_a_signature_of_another_length_is_told_from_one_that_does_not_verify() -> None:
    for name, (crv, alg, _, _) in ECDSA.items():
        size = keys.ALGORITHMS[alg].size
        for group, case in cases(name):
            key = keys.from_ec_point(crv, bytes.fromhex(group["publicKey"]["uncompressed"]))
            if case["result"] == "invalid":
                right_size = len(case["sig"]) == 2 * (size or 0)
                assert judge(key, alg, case) == ("JOSE_SIGNATURE" if right_size else "JOSE_SIGNATURE_FORMAT"), case


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
def test_ed25519(alg: str) -> None:
    count: Counter[str] = Counter()
    wrong = []
    for group, case in cases("ed25519_test"):
        raw = bytes.fromhex(group["publicKey"]["pk"])
        ways = (
            keys.from_jwk(group["publicKeyJwk"]),
            keys.from_ed25519(raw),
            keys.from_native(load_der_public_key(bytes.fromhex(group["publicKeyDer"]))),
        )
        assert {key.thumbprint for key in ways} == {ways[0].thumbprint}
        found = {judge(key, alg, case) for key in ways}
        expected = {"valid"} if case["result"] == "valid" else REFUSALS
        if len(found) != 1 or not found <= expected:
            wrong.append((case["tcId"], case["comment"], found))
        count[case["result"]] += 1
    assert wrong == []
    assert count == {"valid": ED25519[0], "invalid": ED25519[1]}


# json_web_key_test: what becomes of each case here. Most are about key sets, which do not exist at
# this floor: a registry entry holds single public keys and the trust rooms choose among them. So the
# key is taken that the header's kid names, as a registry entry would be.
NO_HMAC = "KEY_PRIVATE"  # a symmetric key is a private one: this project has no HMAC
KEY_CASES: dict[int, str] = {
    1: NO_HMAC,  # a set of symmetric and public keys; the signature is by the symmetric one
    2: NO_HMAC,  # valid to Wycheproof
    3: NO_HMAC,
    4: NO_HMAC,  # two keys of one kid; the signature is by the first
    5: "valid",  # RS256
    6: "KEY_USE",  # use is enc
    7: "KEY_WEAK",  # ROCA
    8: "KEY_WEAK",  # 1024 bits
    9: "KEY_WEAK",  # e = 1
    **dict.fromkeys((10, 11, 12, 16, 17, 18), NO_HMAC),  # symmetric keys too short or empty
    **dict.fromkeys((13, 14, 15), NO_HMAC),  # valid to Wycheproof
    19: "KEY_INVALID",  # alg ES521 is none
    20: "KEY_INVALID",  # alg ES224 on P-256
    21: "KEY_USE",
    22: "KEY_INVALID",  # not on the curve
    23: "KEY_INVALID",  # crv P-384, coordinates of P-256
    24: "KEY_INVALID",  # kty RSA, members of EC
    25: NO_HMAC,  # a key for AES-GCM
    26: NO_HMAC,  # a key for AES key wrap
}
VALID_BUT_HMAC = {2, 13, 14, 15}


def judge_jws(jwk: dict[str, Any], jws: str) -> str:
    header, payload, signature = jws.encode().split(b".")
    alg = strict_json.load_object(base64url.decode(header))["alg"]
    try:
        keys.from_jwk(jwk).verify(alg, base64url.decode(signature), header + b"." + payload)
    except Fault as fault:
        return fault.code
    return "valid"


def test_json_web_keys() -> None:
    found: dict[int, str] = {}
    results: Counter[str] = Counter()
    for group, case in cases("json_web_key_test"):
        kid = json.loads(base64url.decode(case["jws"].split(".")[0].encode()))["kid"]
        named = [jwk for jwk in group.get("public", group["private"])["keys"] if jwk["kid"] == kid]
        assert named, case
        outcomes = {judge_jws(jwk, case["jws"]) for jwk in named}
        assert len(outcomes) == 1, case
        found[case["tcId"]] = outcomes.pop()
        results[case["result"]] += 1
        if case["result"] == "invalid":
            assert found[case["tcId"]] != "valid", case
        else:
            assert (found[case["tcId"]] == "valid") != (case["tcId"] in VALID_BUT_HMAC), case
    assert found == KEY_CASES
    assert results == {"valid": 5, "invalid": 21}


def test_the_private_halves_of_all_those_keys_are_refused() -> None:
    groups = require_json("crypto/json_web_key_test.json")["testGroups"]
    private = [jwk for group in groups for jwk in group["private"]["keys"] if {"d", "k"} & jwk.keys()]
    assert len(private) == 27
    for jwk in private:
        with pytest.raises(Fault) as refused:
            keys.from_jwk(jwk)
        assert refused.value.code == "KEY_PRIVATE"
