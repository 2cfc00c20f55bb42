"""A receipt has one spelling: no byte of it changes unnoticed, and only the relying party's key signs it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from defa_id import receipt
from defa_id.codec import canonical, limits
from defa_id.errors import Fault, WrongUse
from defa_id.issue import signing
from defa_id.receipt import signed as module
from defa_id.verdict import Decision
from tests.properties.material import certified
from tests.receipt.made import accepted, bank, codes, other_bank, signed


def decision(token: bytes) -> Decision:
    return receipt.check(token, [bank().public]).decision


def content() -> dict[str, Any]:
    return dict(accepted().receipt.document)


def test_it_holds_as_it_was_made_and_with_a_newline_behind_it() -> None:
    assert decision(accepted().token) is Decision.ACCEPTED
    assert decision(accepted().token + b"\n") is Decision.ACCEPTED


def test_one_bit_of_every_byte() -> None:
    token = accepted().token + b"\n"
    for position in range(len(token)):
        changed = bytearray(token)
        changed[position] ^= 1 << position % 8
        assert decision(bytes(changed)) is Decision.REJECTED, position


@given(data=st.data())
def test_any_byte_for_any_other(data: st.DataObject) -> None:
    token = accepted().token + b"\n"
    changed = bytearray(token)
    changed[data.draw(st.integers(0, len(token) - 1))] ^= data.draw(st.integers(1, 255))
    assert decision(bytes(changed)) is Decision.REJECTED


@given(data=st.data())
def test_inserting_deleting_and_doubling(data: st.DataObject) -> None:
    token = accepted().token
    at = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(at, len(token)))
    likely = st.sampled_from([b"=", b".", b"\n", b" ", b"\0", b"A", b"\r\n"])
    inserted = token[:at] + data.draw(likely | st.binary(min_size=1, max_size=3)) + token[at:]
    for changed in (inserted, token[:at] + token[end:], token[:end] + token[at:]):
        assert changed in (token, token + b"\n") or decision(changed) is Decision.REJECTED


@given(data=st.binary(max_size=300))
def test_bytes_of_any_kind_are_no_receipt(data: bytes) -> None:
    found = receipt.check(data, [bank().public])
    assert found.receipt is None
    assert codes(found)["receipt.form"] == "RECEIPT_FORM"


def test_the_key_must_be_one_of_those_given() -> None:
    token = accepted().token
    assert receipt.check(token, [other_bank().public, bank().public]).decision is Decision.ACCEPTED
    for trusted in ([], [other_bank().public]):
        assert codes(receipt.check(token, trusted)) == {"receipt.signature": "RECEIPT_SIGNATURE"}


@pytest.mark.parametrize("key", ["P-256", "P-384", "Ed25519"])
def test_every_kind_of_key_signs_and_is_read_back(key: str) -> None:
    made = signing.generate(key)
    token = receipt.sign(content(), made).encode()
    assert receipt.check(token, [made.public]).decision is Decision.ACCEPTED


def test_an_rsa_key_signs_no_receipts() -> None:
    with pytest.raises(WrongUse, match="ES256"):
        receipt.sign(content(), signing.generate("RSA"))


def test_another_key_under_the_name_of_the_trusted_one() -> None:
    token = signed(canonical.encode(content()), other_bank(), kid=bank().public.thumbprint, alg="EdDSA")
    assert codes(receipt.check(token, [bank().public])) == {"receipt.signature": "RECEIPT_SIGNATURE"}


def reordered() -> bytes:
    document = content()
    return json.dumps(dict(sorted(document.items(), reverse=True)), separators=(",", ":")).encode()


NO_RECEIPTS: dict[str, Any] = {
    "a header of another kind": lambda: signed(canonical.encode(content()), typ="JWT"),
    "a header without a kind": lambda: signed(canonical.encode(content()), typ=None),
    "a header that names no key": lambda: signed(canonical.encode(content()), kid=None),
    "members in another order": lambda: signed(reordered()),
    "white space": lambda: signed(json.dumps(content(), sort_keys=True).encode()),
    "not JSON": lambda: signed(b"receipt"),
    "a list": lambda: signed(b"[]"),
    "another version": lambda: signed(canonical.encode({**content(), "defa_id": "receipt/2"})),
    "a member more": lambda: signed(canonical.encode({**content(), "claims": {"name": "Contoh"}})),
    "a member less": lambda: signed(canonical.encode({k: v for k, v in content().items() if k != "policy"})),
    "a day that does not exist": lambda: signed(canonical.encode({**content(), "at": "2026-02-30T00:00:00Z"})),
    "a fraction": lambda: signed(canonical.encode(content()).replace(b'"version":1', b'"version":1.0')),
    "too much": lambda: signed(canonical.encode({**content(), "documents": ["ab" * 32] * limits.RECEIPT_BYTES})),
}


@pytest.mark.parametrize("name", NO_RECEIPTS)
def test_no_receipt_though_genuinely_signed(name: str) -> None:
    found = receipt.check(NO_RECEIPTS[name](), [bank().public])
    assert found.decision is Decision.REJECTED
    assert codes(found)["receipt.form"] == "RECEIPT_FORM"
    with pytest.raises(Fault, match="RECEIPT_FORM"):
        receipt.read(NO_RECEIPTS[name]())


def test_no_claim_can_travel_in_the_evidence_of_a_line() -> None:
    document = accepted().receipt.document
    lines = [{**line, "evidence": {**line["evidence"], "name": "Contoh"}} for line in document["checks"]]
    token = signed(canonical.encode({**document, "checks": lines}))
    assert codes(receipt.check(token, [bank().public]))["receipt.form"] == "RECEIPT_FORM"


def test_public_keys_as_peers_write_them() -> None:
    key = bank()
    native = key.native.public_key()
    jwk = key.public.jwk
    pem = native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    several = {"keys": [dict(other_bank().public.jwk), jwk]}
    for data in (json.dumps(jwk).encode(), json.dumps(several).encode(), pem):
        assert key.public.thumbprint in [one.thumbprint for one in module.public_keys(data)]
    certificate = (
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(certified().leaf) + b"-----END CERTIFICATE-----\n"
    )
    (found,) = module.public_keys(certificate)
    assert found.thumbprint == certified().signer.thumbprint


def test_no_key_to_check_with() -> None:
    private = bank().native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    wrong = [
        private,
        json.dumps(signing.to_jwk(bank())).encode(),
        b"",
        b"{",
        b"{}",
        b'{"keys":[]}',
        b"-----BEGIN X-----",
    ]
    for data in wrong:
        with pytest.raises(WrongUse):
            module.public_keys(data)


def test_the_schema_is_the_one_that_ships(project: Path) -> None:
    assert module._schema()[0] == (project / "schemas" / "receipt.schema.json").read_bytes()
