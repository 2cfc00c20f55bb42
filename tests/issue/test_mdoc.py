"""Minting mdoc and answering with it: what is made is judged, and cbor2 reads it as the standard has it."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from defa_id import issue, keys
from defa_id.codec import base64url, cbor
from defa_id.credential import Credential, Reading
from defa_id.errors import WrongUse
from defa_id.formats import mdoc as reading
from defa_id.formats import mdoc_session
from defa_id.issue import certificates, mdoc, signing
from defa_id.policy import Expected
from defa_id.resolvers import profiles, x5c
from tests.support.world import NOW

DOC_TYPE = "org.example.person.1"
BEGINS, ENDS = NOW - timedelta(days=30), NOW + timedelta(days=300)
IACA_KEY, DS_KEY, DEVICE = (signing.from_native(ec.derive_private_key(n, ec.SECP256R1())) for n in (41, 42, 43))
IACA = certificates.authority(IACA_KEY, "SG", "Demo IACA", BEGINS)
DS = certificates.signer(DS_KEY, IACA, IACA_KEY, "Demo DS", BEGINS)
ELEMENTS: dict[str, Any] = {
    "family_name": "Contoh",
    "birth_date": mdoc.full_date("1990-05-17"),
    "portrait": b"\xff\xd8\xff",
    "issued_at": mdoc.tdate(BEGINS),
    "age": 36,
    "height": 1.5,
    "deceased": False,
    "nobody": None,
    "names": [{"value": "Contoh", 7: b"\1"}],
}
TRANSCRIPT = cbor.encode([None, None, ["OpenID4VPHandover", bytes(32)]])


def minted(**changes: Any) -> bytes:
    arguments: dict[str, Any] = {
        "chain": [DS],
        "doc_type": DOC_TYPE,
        "namespaces": {DOC_TYPE: ELEMENTS},
        "signed": BEGINS,
        "ends": ENDS,
        "device": DEVICE.public_jwk,
        **changes,
    }
    return mdoc.mint(arguments.pop("key", DS_KEY), **arguments)


def read(data: bytes) -> Credential:
    found = reading.model(reading.disclose(reading.read(data, Reading())))
    assert isinstance(found, Credential)
    return found


def test_what_is_minted_is_read() -> None:
    credential = read(minted())
    assert credential.types == (DOC_TYPE,)
    assert credential.claims == {"docType": DOC_TYPE, "namespaces": {DOC_TYPE: dict(credential.subject)}}
    assert credential.subject == {
        **ELEMENTS,
        "birth_date": "1990-05-17",
        "portrait": base64url.encode(b"\xff\xd8\xff"),
        "issued_at": "2026-10-25T12:00:00Z",
        "names": [{"value": "Contoh", "7": "AQ"}],
    }
    assert credential.window == (BEGINS, BEGINS, ENDS)
    assert credential.disclosures == len(ELEMENTS)
    assert (credential.issuer, credential.shown) == (None, None)
    assert credential.proof.hint.x5c == (DS,)


def test_cbor2_reads_it_as_the_standard_has_it() -> None:
    signed = cbor2.loads(minted())
    protected, unprotected, payload, signature = signed["issuerAuth"]
    assert (cbor2.loads(protected), list(unprotected), len(signature)) == ({1: -7}, [33], 64)
    security_object = cbor2.loads(cbor2.loads(payload).value)
    assert list(security_object) == sorted(security_object, key=lambda name: (len(name), name))
    assert security_object["version"] == "1.0"
    assert security_object["deviceKeyInfo"]["deviceKey"][1] == 2
    items = signed["nameSpaces"][DOC_TYPE]
    assert len(items) == len(security_object["valueDigests"][DOC_TYPE]) == len(ELEMENTS)


def test_signing_is_deterministic_but_for_the_salts() -> None:
    salt = bytes(range(16))
    assert minted(salts=lambda: salt) == minted(salts=lambda: salt)
    assert minted() != minted()


@pytest.mark.parametrize("kind", ["P-256", "P-384", "Ed25519"])
def test_kinds_of_keys(kind: str) -> None:
    key, device = signing.generate(kind), signing.generate(kind)
    chain = [certificates.signer(key, IACA, IACA_KEY, "Demo DS", BEGINS), IACA]
    credential = read(minted(key=key, chain=chain, device=device.public_jwk))
    assert credential.proof.hint.x5c == tuple(chain)
    assert credential.holder.confirmation is not None
    found = keys.from_cose(credential.holder.confirmation["cose_key"])
    assert found.thumbprint == device.public.thumbprint


def test_the_certificates_are_what_the_profile_asks() -> None:
    key = x5c.verify((DS,), [IACA], [], BEGINS, profiles.MDOC, state="SG", at=NOW)
    assert key.thumbprint == DS_KEY.public.thumbprint
    assert certificates.authority(IACA_KEY, "SG", "Demo IACA", BEGINS) == IACA
    assert certificates.from_pem(certificates.to_pem(DS) + certificates.to_pem(IACA)) == (DS, IACA)
    short = certificates.signer(DS_KEY, IACA, IACA_KEY, "Demo DS", BEGINS, BEGINS + timedelta(days=1))
    assert x5c.read(short).ends == BEGINS + timedelta(days=1)
    assert x5c.read(DS).ends - x5c.read(DS).begins == timedelta(days=457)
    late = certificates.signer(DS_KEY, IACA, IACA_KEY, "Demo DS", x5c.read(IACA).ends - timedelta(days=2))
    assert x5c.read(late).ends == x5c.read(IACA).ends


@pytest.mark.parametrize("kind", ["P-384", "Ed25519", "RSA"])
def test_an_authority_of_another_kind(kind: str) -> None:
    key = signing.generate(kind)
    above = certificates.authority(key, "SG", "Demo IACA", BEGINS)
    below = certificates.signer(DS_KEY, above, key, "Demo DS", BEGINS)
    found = x5c.verify((below,), [above], [], BEGINS, profiles.MDOC, state="SG")
    assert found.thumbprint == DS_KEY.public.thumbprint


@pytest.mark.parametrize("reader", [None, signing.generate()])
def test_a_response_holds_what_was_chosen_and_the_devices_proof(reader: signing.SigningKey | None) -> None:
    own = {"org.example.device": {"seen": True}}
    authorised = {"nameSpaces": ["org.example.device"]}
    response = mdoc.respond(
        [(minted(key_authorizations=authorised), DEVICE)],
        TRANSCRIPT,
        disclose=["family_name", "age"],
        device_elements=own,
        reader=reader.public if reader else None,
    )
    credential = read(response)
    assert dict(credential.subject) == {"family_name": "Contoh", "age": 36}
    assert credential.claims["deviceNamespaces"] == own
    expected = Expected.session(TRANSCRIPT, reader_key=reader.native if reader else None)
    binding = mdoc_session.binding(credential, expected)
    assert (binding.covered, binding.proof.alg) == (True, "HMAC 256/256" if reader else "ES256")


def test_transcripts_are_those_of_openid4vp() -> None:
    # OpenID4VP 1.0 §B.2.6.1 and §B.2.6.2, the examples there
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "DxiH5Q4Yx3UrukE2lWCErq8N8bqC9CHLLrAwLz5BmE0",
        "y": "XtLM4-3h5o3HUH0MHVJV0kyq0iBlrBwlh8qEDMZ4-Pc",
    }
    thumbprint = base64url.decode(keys.thumbprint(key).encode())
    nonce = "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA"
    redirected = Expected.presentation(
        nonce=nonce,
        audience="x509_san_dns:example.com",
        response_uri="https://example.com/response",
        jwk_thumbprint=thumbprint,
    )
    assert mdoc_session.transcript(redirected).hex() == (
        "83f6f682714f70656e494434565048616e646f7665725820048bc053c00442af9b8eed494cefdd9d95240d254b046b11b68013722aad38ac"
    )
    in_browser = Expected.presentation(nonce=nonce, audience="origin:https://example.com", jwk_thumbprint=thumbprint)
    assert mdoc_session.transcript(in_browser).hex() == (
        "83f6f682764f70656e4944345650444341504948616e646f7665725820fbece366f4212f9762c74cfdbf83b8c69e371d5d68cea09cb4c48ca6daab761a"
    )
    unencrypted = in_browser._replace(jwk_thumbprint=None)
    assert mdoc_session.transcript(unencrypted) != mdoc_session.transcript(in_browser)


def test_the_text_of_a_credential() -> None:
    def text(**changes: Any) -> str:
        arguments: dict[str, Any] = {
            "issuer": "https://issuer.example",
            "type": DOC_TYPE,
            "claims": {"family_name": "Contoh"},
            "issued": BEGINS,
            "expires": ENDS,
            "holder": DEVICE.public_jwk,
            "x5c": [base64.b64encode(DS).decode()],
            **changes,
        }
        return issue.issue("mdoc", DS_KEY, **arguments)

    assert dict(read(text().encode()).subject) == {"family_name": "Contoh"}
    spaced = read(text(claims={"namespaces": {"a": {"x": 1}, "b": {"y": 2}}}).encode())
    assert spaced.claims["namespaces"] == {"a": {"x": 1}, "b": {"y": 2}}
    refused: list[dict[str, Any]] = [
        {"holder": None},
        {"subject_id": "urn:x"},
        {"claims": {}},
        {"claims": {"namespaces": {"a": 1}}},
        {"claims": {"namespaces": {}}},
        {"x5c": []},
        {"x5c": [base64.b64encode(IACA).decode()]},
        {"expires": BEGINS},
        {"alg": "RS256"},
        {"holder": {"kty": "oct", "k": "AA"}},
        {"holder": signing.generate("RSA").public_jwk},
    ]
    for wrong in refused:
        with pytest.raises(WrongUse):
            text(**wrong)


def test_what_cannot_be_answered_with() -> None:
    for data in (b"", b"\xa0", cbor.encode({"issuerAuth": [b"", {}, b"", b""]}), b"no CBOR"):
        with pytest.raises(WrongUse, match="IssuerSigned"):
            mdoc.respond([(data, DEVICE)], TRANSCRIPT)
    with pytest.raises(WrongUse, match="code"):
        mdoc.respond([(minted(), DEVICE)], TRANSCRIPT, reader=signing.generate("P-384").public)
    with pytest.raises(WrongUse, match="code"):
        mdoc.respond([(minted(), signing.generate("Ed25519"))], TRANSCRIPT, reader=signing.generate().public)


def test_certificates_that_cannot_be_made() -> None:
    with pytest.raises(WrongUse, match="another key"):
        certificates.signer(DS_KEY, IACA, DS_KEY, "Demo DS", BEGINS)
    with pytest.raises(WrongUse, match="not valid then"):
        certificates.signer(DS_KEY, IACA, IACA_KEY, "Demo DS", BEGINS - timedelta(days=1))
    with pytest.raises(WrongUse, match="cannot be used"):
        certificates.signer(DS_KEY, b"no certificate", IACA_KEY, "Demo DS", BEGINS)
    with pytest.raises(WrongUse, match="hold this name"):
        certificates.authority(IACA_KEY, "Singapore", "Demo IACA", BEGINS)
    with pytest.raises(WrongUse, match="no certificate"):
        certificates.from_pem(b"-----BEGIN CERTIFICATE-----\n")
