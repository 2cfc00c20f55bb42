"""COSE_Sign1 and COSE_Mac0: exactly one meaning, an algorithm of the table, and a key that made it."""

from __future__ import annotations

import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from defa_id import keys
from defa_id.codec import cbor, limits
from defa_id.codec.cbor import Tagged
from defa_id.credential import KeyHint
from defa_id.errors import Fault
from defa_id.suites import cose

PAYLOAD = b"This is the content."
P256 = ec.derive_private_key(7, ec.SECP256R1())
P384 = ec.derive_private_key(7, ec.SECP384R1())
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def signed(
    protected: dict[Any, Any],
    unprotected: dict[Any, Any] | None = None,
    *,
    key: Any = P256,
    aad: bytes = b"",
    payload: bytes = PAYLOAD,
) -> list[Any]:
    raw = cbor.encode(protected)
    covered = cbor.encode(["Signature1", raw, aad, payload])
    return [raw, unprotected or {}, payload, sign(key, covered)]


def sign(key: Any, message: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    size = key.key_size // 8
    der = key.sign(message, ec.ECDSA(hashes.SHA256() if size == 32 else hashes.SHA384()))
    return b"".join(number.to_bytes(size) for number in decode_dss_signature(der))


def verify(value: Any, key: Any = P256, aad: bytes = b"", detached: bytes | None = None) -> None:
    message = cose.read_sign1(value, detached)
    cose.verify(message.proof(KeyHint(), aad), keys.from_native(key.public_key()))


def code_of(value: Any, **arguments: Any) -> str:
    with pytest.raises(Fault) as raised:
        verify(value, **arguments)
    return raised.value.code


@pytest.mark.parametrize(
    ("number", "alg", "key"),
    [
        (-7, "ES256", P256),
        (-9, "ES256", P256),
        (-35, "ES384", P384),
        (-51, "ES384", P384),
        (-8, "EdDSA", ED25519),
        (-19, "Ed25519", ED25519),
        (-37, "PS256", rsa.generate_private_key(65537, 2048)),
    ],
)
def test_each_algorithm_of_the_table(number: int, alg: str, key: Any) -> None:
    value = signed({1: number}, key=key)
    assert cose.read_sign1(value).alg == alg
    verify(value, key)
    assert code_of([*value[:2], PAYLOAD + b".", value[3]], key=key) == "COSE_SIGNATURE"


def test_the_structure_that_is_signed() -> None:
    # RFC 9052 §4.4; lengths of one, two and three bytes
    for size in (0, 23, 24, 255, 256, 65_536):
        covered = cose.to_be_signed("Signature1", b"\xa1\x01\x26", b"aad", b"x" * size)
        assert covered == cbor.encode(["Signature1", b"\xa1\x01\x26", b"aad", b"x" * size])
    assert cose.to_be_signed("MAC0", b"", b"", b"") == cbor.encode(["MAC0", b"", b"", b""])


def test_bytes_with_and_without_tags() -> None:
    value = signed({1: -7})
    for data in (cbor.encode(value), cbor.encode(Tagged(18, value))):
        assert cose.read(data).payload == PAYLOAD
    assert cose.read(cbor.encode(Tagged(61, Tagged(18, value))), tags=(61,)).payload == PAYLOAD
    for wrapped in (Tagged(61, Tagged(18, value)), Tagged(17, value), Tagged(98, value)):
        with pytest.raises(Fault, match="CBOR_TAG"):
            cose.read(cbor.encode(wrapped))
    with pytest.raises(Fault, match="CBOR_TRAILING"):
        cose.read(cbor.encode(value) + b"\0")


def test_external_data_are_covered() -> None:
    value = signed({1: -7}, aad=b"session")
    verify(value, aad=b"session")
    assert code_of(value) == "COSE_SIGNATURE"


def test_a_detached_payload() -> None:
    raw, unprotected, payload, signature = signed({1: -7})
    verify([raw, unprotected, None, signature], detached=payload)
    assert code_of([raw, unprotected, None, signature], detached=b"another") == "COSE_SIGNATURE"
    assert code_of([raw, unprotected, None, signature]) == "COSE_PAYLOAD"
    assert code_of([raw, unprotected, payload, signature], detached=payload) == "COSE_PAYLOAD"
    assert code_of([raw, unprotected, "text", signature]) == "COSE_PAYLOAD"
    assert code_of([raw, unprotected, "text", signature], detached=payload) == "COSE_PAYLOAD"


def test_what_the_headers_say() -> None:
    chain = [b"\x30\x00", b"\x30\x01"]
    message = cose.read_sign1(signed({1: -7, 3: 0, 4: b"inside", 16: "vc+cose"}, {4: b"outside", 33: chain}))
    assert (message.kid, message.typ, message.content_type) == (b"inside", "vc+cose", 0)
    assert cose.x5chain(message.unprotected) == tuple(chain)
    assert cose.x5chain(message.protected) == ()
    assert cose.x5chain({33: chain[0]}) == (chain[0],)
    plain = cose.read_sign1(signed({1: -7}, {4: b"outside", 3: "application/vc"}))
    assert (plain.kid, plain.typ, plain.content_type) == (b"outside", None, "application/vc")


@pytest.mark.parametrize(
    ("protected", "unprotected", "code"),
    [
        ({}, {}, "COSE_ALG"),
        ({}, {1: -7}, "COSE_ALG"),  # only where anybody may change it
        ({1: -7}, {1: -35}, "COSE_ALG"),
        ({1: -257}, {}, "COSE_ALG"),  # RS256
        ({1: 5}, {}, "COSE_ALG"),  # HMAC
        ({1: -47}, {}, "COSE_ALG"),  # ES256K
        ({1: 0}, {}, "COSE_ALG"),
        ({1: True}, {}, "COSE_ALG"),
        ({1: "ES256"}, {}, "COSE_ALG"),
        ({1: None}, {}, "COSE_ALG"),
        ({1: -7, 2: [4]}, {}, "COSE_CRIT"),
        ({1: -7, 2: []}, {}, "COSE_CRIT"),
        ({1: -7}, {2: [4]}, "COSE_CRIT"),
        ({1: -7, 4: "text"}, {}, "COSE_HEADER"),
        ({1: -7}, {4: 1}, "COSE_HEADER"),
        ({1: -7, 16: b"vc"}, {}, "COSE_HEADER"),
        ({1: -7, 16: -1}, {}, "COSE_HEADER"),
        ({1: -7, 3: True}, {}, "COSE_HEADER"),
        ({1: -7, 3: None}, {}, "COSE_HEADER"),
        ({1: -7, 33: b"0"}, {33: b"0"}, "COSE_HEADER"),
        ({1: -7, "own": 1}, {"own": 1}, "COSE_HEADER"),
        ({1: -7, 100: b"x" * limits.HEADER_BYTES}, {}, "LIMIT_HEADER"),
        ({1: -7, 33: b"x" * limits.HEADER_X5C_BYTES}, {}, "LIMIT_HEADER"),
    ],
)
def test_headers_that_are_refused(protected: dict[Any, Any], unprotected: dict[Any, Any], code: str) -> None:
    assert code_of(signed(protected, unprotected)) == code


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        [b"", {}, PAYLOAD],
        [b"", {}, PAYLOAD, b"", b""],
        [{}, {}, PAYLOAD, b""],
        [b"", [], PAYLOAD, b""],
        [b"", {}, PAYLOAD, None],
        [b"\x80", {}, PAYLOAD, b""],  # a protected header that is an array
        Tagged(17, [b"\xa1\x01\x26", {}, PAYLOAD, b""]),
        Tagged(18, Tagged(18, [b"\xa1\x01\x26", {}, PAYLOAD, b""])),
    ],
)
def test_shapes_that_are_refused(value: Any) -> None:
    assert code_of(value) == "COSE_SHAPE"


def test_labels_that_stand_twice() -> None:
    value = signed({1: -7})
    value[0] = bytes.fromhex("a201260126")
    assert code_of(value) == "CBOR_DUPLICATE_KEY"


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(63), b"\x30" + bytes(70), b"\xff" * 64])
def test_signatures_without_the_form_of_their_algorithm(signature: bytes) -> None:
    assert code_of([*signed({1: -7})[:3], signature]) == "COSE_SIGNATURE"


def test_a_signature_in_der() -> None:
    value = signed({1: -7})
    covered = cbor.encode(["Signature1", value[0], b"", PAYLOAD])
    assert code_of([*value[:3], P256.sign(covered, ec.ECDSA(hashes.SHA256()))]) == "COSE_SIGNATURE"


def test_another_key() -> None:
    assert code_of(signed({1: -7}), key=ec.derive_private_key(8, ec.SECP256R1())) == "COSE_SIGNATURE"
    assert code_of(signed({1: -7}), key=P384) == "COSE_ALG"
    assert code_of(signed({1: -7}), key=ED25519) == "COSE_ALG"


@given(st.data())
def test_no_byte_of_a_signed_message_can_be_changed(how: st.DataObject) -> None:
    data = bytearray(cbor.encode(signed({1: -7, 4: b"key"})))
    data[how.draw(st.integers(0, len(data) - 1))] ^= 1 << how.draw(st.integers(0, 7))
    with pytest.raises(Fault):
        verify(cbor.decode(bytes(data), tags=(18,)))


def test_chains_that_are_refused() -> None:
    strange: list[Any] = [None, [], "text", [b"0", "text"], {}]
    for found in strange:
        with pytest.raises(Fault, match="X509_PARSE"):
            cose.x5chain({33: found})
    for large in ([b"0"] * (limits.X509_CHAIN + 1), bytes(limits.X509_BYTES + 1)):
        with pytest.raises(Fault, match="LIMIT_X509"):
            cose.x5chain({33: large})


class TestMac0:
    KEY = bytes(range(32))

    def made(self, protected: dict[Any, Any], payload: bytes | None = PAYLOAD) -> list[Any]:
        raw = cbor.encode(protected)
        tag = hmac.digest(self.KEY, cbor.encode(["MAC0", raw, b"", PAYLOAD]), "sha256")
        return [raw, {}, payload, tag]

    def test_a_code_that_matches(self) -> None:
        for value, detached in ((self.made({1: 5}), None), (Tagged(17, self.made({1: 5}, None)), PAYLOAD)):
            message = cose.read_mac0(value, detached)
            assert message.alg == keys.AGREED_MAC
            cose.verify_mac(message, self.KEY)

    def test_a_code_that_does_not(self) -> None:
        message = cose.read_mac0(self.made({1: 5}))
        for key, changed, aad in (
            (bytes(32), message, b""),
            (self.KEY, message._replace(payload=b"another"), b""),
            (self.KEY, message._replace(signature=message.signature[:16]), b""),
            (self.KEY, message, b"session"),
        ):
            with pytest.raises(Fault, match="COSE_SIGNATURE"):
                cose.verify_mac(changed, key, aad)

    @pytest.mark.parametrize("alg", [4, 6, 7, -7, -37])
    def test_another_algorithm(self, alg: int) -> None:
        with pytest.raises(Fault, match="COSE_ALG"):
            cose.read_mac0(self.made({1: alg}))
