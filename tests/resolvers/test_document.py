"""Controlled identifier documents: the very method that is named, for the purpose asked, in the one way it is given."""

from __future__ import annotations

from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.resolvers import document
from tests.resolvers.made import DID, base58, did_document, method, multikey
from tests.support.world import NOW, Json, Signer

P256, P384, ED25519 = Signer.make(), Signer.make("ES384"), Signer.make("EdDSA")
OTHER = Signer.make()


def resolve(content: Json, url: str = f"{DID}#key-1", purpose: str = "assertionMethod") -> PublicKey:
    return document.key_of(document.require(content, DID), url, purpose, NOW)


def refused(content: Json, url: str = f"{DID}#key-1", purpose: str = "assertionMethod") -> str:
    with pytest.raises(Fault) as fault:
        resolve(content, url, purpose)
    assert not fault.value.unknown
    return fault.value.code


def raw(signer: Signer) -> str:
    return base58(signer.private.public_key().public_bytes_raw())


@pytest.mark.parametrize(
    ("signer", "given"),
    [
        (P256, {}),
        (P384, {"type": "JsonWebKey2020"}),
        (ED25519, {"publicKeyJwk": dict(ED25519.public.jwk)}),
        (P256, {"type": "Multikey", "publicKeyJwk": None, "publicKeyMultibase": multikey(P256)}),
        (P384, {"type": "Multikey", "publicKeyJwk": None, "publicKeyMultibase": multikey(P384)}),
        (ED25519, {"type": "Multikey", "publicKeyJwk": None, "publicKeyMultibase": multikey(ED25519)}),
        (
            ED25519,
            {"type": "Ed25519VerificationKey2020", "publicKeyJwk": None, "publicKeyMultibase": multikey(ED25519)},
        ),
        (ED25519, {"type": "Ed25519VerificationKey2018", "publicKeyJwk": None, "publicKeyBase58": raw(ED25519)}),
        (P256, {"type": "EcdsaSecp256r1VerificationKey2019"}),
    ],
)
def test_kinds_of_methods(signer: Signer, given: Json) -> None:
    key = resolve(did_document(method(signer, **given)))
    assert (key.thumbprint, key.kid) == (signer.thumbprint, f"{DID}#key-1")


def test_relative_identifiers_are_of_this_document() -> None:
    held = method(P256, "#key-1")
    for purposes in ({"assertionMethod": ["#key-1"]}, {"assertionMethod": [f"{DID}#key-1"]}):
        assert resolve(did_document(held, purposes=purposes)).thumbprint == P256.thumbprint


def test_embedded_and_referenced_methods_are_found_by_their_exact_url() -> None:
    embedded = method(OTHER, f"{DID}#key-2")
    content = did_document(method(P256), purposes={"assertionMethod": [f"{DID}#key-1", embedded]})
    assert resolve(content).thumbprint == P256.thumbprint
    assert resolve(content, f"{DID}#key-2").thumbprint == OTHER.thumbprint
    for url in (f"{DID}#KEY-1", f"{DID}#key%2D1", f"{DID}#key-1 ", f"{DID}#", f"{DID}#key"):
        assert refused(content, url) == "DID_KEY_UNKNOWN"
    assert refused(content, f"{DID}#key-2", "authentication") == "DID_PURPOSE"


def test_a_method_of_no_purpose_is_for_nothing() -> None:
    assert refused(did_document(method(P256), purposes={})) == "DID_PURPOSE"
    content = did_document(method(P256), purposes={"authentication": [f"{DID}#key-1"]})
    assert refused(content) == "DID_PURPOSE"
    assert resolve(content, purpose="authentication").thumbprint == P256.thumbprint


def test_a_bare_identifier_means_the_one_method_there_is() -> None:
    content = did_document(method(P256), method(OTHER, f"{DID}#key-2"), purposes={"assertionMethod": [f"{DID}#key-1"]})
    assert resolve(content, DID).thumbprint == P256.thumbprint
    assert refused(content, DID, "authentication") == "DID_AMBIGUOUS"
    both = did_document(method(P256), method(OTHER, f"{DID}#key-2"))
    assert refused(both, DID) == "DID_AMBIGUOUS"


@pytest.mark.parametrize("ids", [("#key-1", f"{DID}#key-1"), (f"{DID}#key-1",) * 2, ("#key-1", "#key-1")])
def test_two_methods_with_one_identifier(ids: tuple[str, str]) -> None:
    first, second = (method(signer, id) for signer, id in zip((P256, OTHER), ids, strict=True))
    assert refused(did_document(first, second)) == "DID_AMBIGUOUS"
    assert refused(did_document(first, purposes={"assertionMethod": [second]})) == "DID_AMBIGUOUS"
    assert refused(did_document(first, purposes={"assertionMethod": [dict(first)]})) == "DID_AMBIGUOUS"


@pytest.mark.parametrize("id", [f"{DID}x", "did:web:other.example", "", None, ["did:web:issuer.example"], f"{DID}#"])
def test_the_document_of_another(id: Any) -> None:
    assert refused(did_document(method(P256), id=id)) == "DID_ID_MISMATCH"


@pytest.mark.parametrize("value", [True, "true", 1, None, {}])
def test_deactivated(value: Any) -> None:
    assert refused({**did_document(method(P256)), "deactivated": value}) == "DID_DEACTIVATED"
    assert resolve({**did_document(method(P256)), "deactivated": False}).thumbprint == P256.thumbprint


@pytest.mark.parametrize(
    "given",
    [
        {"publicKeyMultibase": multikey(OTHER)},
        {"publicKeyMultibase": multikey(P256)},
        {"publicKeyBase58": "x"},
        {"publicKeyPem": "x"},
        {"publicKeyHex": "00"},
    ],
)
def test_a_key_given_twice(given: Json) -> None:
    assert refused(did_document(method(P256, **given))) == "DID_KEY_AMBIGUOUS"


def test_the_key_of_somebody_else() -> None:
    assert refused(did_document(method(P256, controller="did:web:other.example"))) == "DID_CONTROLLER"
    assert resolve(did_document(method(P256, controller=None))).thumbprint == P256.thumbprint


def test_a_method_has_its_time() -> None:
    for member in ("expires", "revoked"):
        still = resolve(did_document(method(P256, **{member: "2026-11-24T12:00:01Z"})))
        assert still.thumbprint == P256.thumbprint
        assert refused(did_document(method(P256, **{member: "2026-11-24T12:00:00Z"}))) == "KEY_TIME"
        assert refused(did_document(method(P256, **{member: "2026-11-24"}))) == "DID_DOCUMENT"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"type": "RsaVerificationKey2018"}, "KEY_INVALID"),
        ({"type": "EcdsaSecp256k1VerificationKey2019"}, "KEY_INVALID"),
        ({"type": None}, "KEY_INVALID"),
        ({"type": ["JsonWebKey"]}, "KEY_INVALID"),
        ({"publicKeyJwk": None}, "DID_DOCUMENT"),
        ({"publicKeyJwk": "x"}, "DID_DOCUMENT"),
        ({"type": "Multikey"}, "DID_DOCUMENT"),
        ({"type": "Multikey", "publicKeyJwk": None, "publicKeyMultibase": 7}, "DID_DOCUMENT"),
        ({"type": "Multikey", "publicKeyJwk": None, "publicKeyMultibase": "uAAAA"}, "DID_SYNTAX"),
        ({"type": "Multikey", "publicKeyJwk": None, "publicKeyMultibase": "z" + base58(b"\xe7\x01")}, "KEY_INVALID"),
        ({"publicKeyJwk": {**P256.public.jwk, "d": "x"}}, "KEY_PRIVATE"),
        ({"publicKeyJwk": {**P256.public.jwk, "use": "enc"}}, "KEY_USE"),
        ({"publicKeyJwk": {"kty": "oct", "k": "x"}}, "KEY_PRIVATE"),
        (
            {"type": "Ed25519VerificationKey2018", "publicKeyJwk": None, "publicKeyBase58": base58(b"short")},
            "KEY_INVALID",
        ),
        (
            {"type": "Ed25519VerificationKey2020", "publicKeyJwk": None, "publicKeyMultibase": multikey(P256)},
            "KEY_INVALID",
        ),
    ],
)
def test_what_is_no_key_here(given: Json, code: str) -> None:
    assert refused(did_document(method(P256, **given))) == code


@pytest.mark.parametrize(
    "given",
    [
        {"verificationMethod": {}},
        {"verificationMethod": None},
        {"verificationMethod": [f"{DID}#key-1"]},
        {"verificationMethod": [7]},
        {"assertionMethod": f"{DID}#key-1"},
        {"assertionMethod": [7]},
        {"assertionMethod": ["key-1"]},
        {"authentication": {}},
        {"verificationMethod": [{"type": "JsonWebKey"}]},
        {"verificationMethod": [{"id": "key-1"}]},
    ],
)
def test_what_is_no_document(given: Json) -> None:
    assert refused({**did_document(method(P256)), **given}) == "DID_DOCUMENT"


def test_no_more_methods_than_a_genuine_one() -> None:
    many = [method(P256, f"{DID}#key-{number}") for number in range(1, limits.DID_METHODS + 2)]
    assert resolve(did_document(*many[:-1])).thumbprint == P256.thumbprint
    assert refused(did_document(*many)) == "LIMIT_DID"
    mentions = [f"{DID}#key-1"] * 1000
    assert refused(did_document(method(P256), purposes={"assertionMethod": mentions})) == "LIMIT_DID"
