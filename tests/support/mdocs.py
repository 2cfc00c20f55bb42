"""ISO mdoc built with cbor2, so that each can be wrong in exactly one place and genuinely signed.

A `Recipe` holds one hook for each thing the standard writes down; everything after a hook is made
from what the hook returned, digests and signatures included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
from cbor2 import CBORTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from defa_id.policy import Expected
from tests.support import certificates as made
from tests.support import world as minting
from tests.support.certificates import Certificate, authority, p256, signer
from tests.support.world import NOW, Json, World

DOC_TYPE = "org.example.person.1"
SPACE = "org.example.person.1"
IACA = authority(p256(11))
DS = signer(p256(12), IACA)
DEVICE = p256(13)
ENTITY = "https://issuer.example"
EXPECTED = Expected.presentation(
    nonce="n-1", audience="x509_san_dns:rp.example", response_uri="https://rp.example/answer"
)
ELEMENTS: Json = {
    "given_name": "canary-given-7f3a",
    "family_name": "canary-family-91c2",
    "birth_date": CBORTag(1004, "1903-02-17"),
    "portrait": b"\xff\xd8canary-street-44d0",
    "document_number": "918273645",
}

Hook = Callable[[Any], Any]


def same(value: Any) -> Any:
    return value


def tdate(moment: datetime) -> CBORTag:
    return CBORTag(0, moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def sign(key: Any, message: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    size = (key.key_size + 7) // 8
    digest = hashes.SHA384() if size == 48 else hashes.SHA256()
    der = key.sign(message, ec.ECDSA(digest, deterministic_signing=True))
    return b"".join(number.to_bytes(size) for number in decode_dss_signature(der))


def cose_key(key: Any) -> Json:
    public = key.public_key()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, -1: 6, -2: public.public_bytes_raw()}  # type: ignore[dict-item]
    numbers, size = public.public_numbers(), (key.key_size + 7) // 8
    curves = {256: 1, 384: 2, 521: 3}
    return {1: 2, -1: curves[key.key_size], -2: numbers.x.to_bytes(size), -3: numbers.y.to_bytes(size)}  # type: ignore[dict-item]


def embedded(value: Any) -> CBORTag:
    return CBORTag(24, cbor2.dumps(value))


def transcript(expected: Expected = EXPECTED) -> list[Any]:
    """The SessionTranscript of OpenID4VP 1.0 §B.2.6.1, made a second time."""
    info = [expected.audience, expected.nonce, expected.jwk_thumbprint, expected.response_uri]
    return [None, None, ["OpenID4VPHandover", hashlib.sha256(cbor2.dumps(info)).digest()]]


@dataclass(frozen=True)
class Recipe:
    """One document with its device's proof. Hooks get what is about to be written and return it changed:

    `item` one item before its digest; `items` the list as it is shown; `mso` the security object;
    `payload` its bytes; `protected` and `unprotected` headers (bytes stand as they are); `auth` the
    COSE_Sign1 once it is signed; `signed` IssuerSigned; `own` the device's name spaces; `proof` its
    deviceAuth; `document` and `response` what they say.
    """

    doc_type: str = DOC_TYPE
    elements: Json = field(default_factory=lambda: dict(ELEMENTS))
    chain: tuple[bytes, ...] | None = None
    certificate: Certificate = DS
    key: Any = None
    device: Any = DEVICE
    device_signs: Any = None
    session: Any = None
    signed_at: datetime = NOW - timedelta(days=10)
    begins: datetime | None = None
    ends: datetime = NOW + timedelta(days=100)
    own_elements: Json = field(default_factory=dict)
    item: Hook = same
    items: Hook = same
    mso: Hook = same
    payload: Hook = same
    protected: Hook = same
    unprotected: Hook = same
    auth: Hook = same
    signed: Hook = same
    own: Hook = same
    proof: Hook = same
    document: Hook = same
    response: Hook = same

    def but(self, **changes: Any) -> Recipe:
        return replace(self, **changes)

    def issuer_signed(self) -> Json:
        items = [
            embedded(
                self.item(
                    {
                        "digestID": number,
                        "random": hashlib.sha256(name.encode()).digest()[:16],
                        "elementIdentifier": name,
                        "elementValue": value,
                    }
                )
            )
            for number, (name, value) in enumerate(self.elements.items())
        ]
        digests = {number: hashlib.sha256(cbor2.dumps(item)).digest() for number, item in enumerate(items)}
        mso = self.mso(
            {
                "version": "1.0",
                "digestAlgorithm": "SHA-256",
                "valueDigests": {SPACE: digests},
                "deviceKeyInfo": {"deviceKey": cose_key(self.device)},
                "docType": self.doc_type,
                "validityInfo": {
                    "signed": tdate(self.signed_at),
                    "validFrom": tdate(self.begins or self.signed_at),
                    "validUntil": tdate(self.ends),
                },
            }
        )
        payload = self.payload(cbor2.dumps(embedded(mso)))
        chain = self.chain if self.chain is not None else (self.certificate.der,)
        unprotected = self.unprotected({33: chain[0] if len(chain) == 1 else list(chain)})
        auth = self.sign1(self.key or self.certificate.key, self.protected({1: -7}), unprotected, payload)
        return self.signed({"nameSpaces": {SPACE: self.items(items)}, "issuerAuth": self.auth(auth)})

    def make_document(self) -> Json:
        own = CBORTag(24, self.own(cbor2.dumps(self.own_elements)))
        session = self.session if self.session is not None else transcript()
        covered = cbor2.dumps(embedded(["DeviceAuthentication", session, self.doc_type, own]))
        protected = cbor2.dumps({1: -7 if not isinstance(self.device, ed25519.Ed25519PrivateKey) else -8})
        message = cbor2.dumps(["Signature1", protected, b"", covered])
        proof = self.proof({"deviceSignature": [protected, {}, None, sign(self.device_signs or self.device, message)]})
        return self.document(
            {
                "docType": self.doc_type,
                "issuerSigned": self.issuer_signed(),
                "deviceSigned": {"nameSpaces": own, "deviceAuth": proof},
            }
        )

    def bare(self) -> bytes:
        """IssuerSigned alone."""
        return cbor2.dumps(self.issuer_signed())

    def answer(self, *others: Recipe) -> bytes:
        """A DeviceResponse with this document and those of others."""
        documents = [one.make_document() for one in (self, *others)]
        return cbor2.dumps(self.response({"version": "1.0", "documents": documents, "status": 0}))

    @staticmethod
    def sign1(key: Any, protected: Any, unprotected: Any, payload: bytes) -> list[Any]:
        raw = protected if isinstance(protected, bytes) else cbor2.dumps(protected)
        return [raw, unprotected, payload, sign(key, cbor2.dumps(["Signature1", raw, b"", payload]))]


GOLDEN = Recipe()


def world(*anchors: Certificate, use: str = "ca", types: tuple[str, ...] = (DOC_TYPE,), **service: Any) -> World:
    """SG lists these certificates (or the golden authority) for mdocs of these types; TH recognises them."""
    made_, _ = World.make()
    listed = minting.service([], list(types), ["mdoc"], issuer=ENTITY, service_id="SG-0077", **service)
    listed["identifiers"] += [certified(anchor, use) for anchor in anchors or (IACA,)]
    listed["algorithms"] = [{"alg": alg} for alg in ("ES256", "ES384", "EdDSA")]
    made_.lists["SG"]["entities"] = [minting.entity([listed])]
    made_.lists["TH"]["recognitions"] = [minting.recognition("TH", "SG", list(types))]
    return made_


def certified(anchor: Certificate, use: str) -> Json:
    """How a state's list names a certificate."""
    record = {"valid_from": minting.GRANT, "recorded": minting.GRANT}
    sha256 = hashlib.sha256(anchor.der).hexdigest()
    return {"kind": "x509", "use": use, "sha256": sha256, "pem": anchor.pem, **record}


__all__ = ["DEVICE", "DS", "EXPECTED", "GOLDEN", "IACA", "Recipe", "certified", "made", "transcript", "world"]
