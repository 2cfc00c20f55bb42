"""What is measured of canonicalization: one VCDM 2.0 credential of 31 statements, and its proof's options."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ed25519

from defa_id import contexts, linked
from defa_id.codec import jcs
from tests.linked import processors

FLOOR = "raw Ed25519 verification"
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/citizenship/v4rc1"]
CREDENTIAL: dict[str, Any] = {
    "@context": CONTEXTS,
    "id": "urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5",
    "type": ["VerifiableCredential", "PermanentResidentCardCredential"],
    "issuer": {
        "id": "did:example:ministry",
        "name": "Example Ministry",
        "description": "A ministry of no state",
        "image": "data:image/png;base64,iVBORw0KGgo=",
    },
    "name": "Permanent Resident Card",
    "description": "Permanent Resident Card of Example State.",
    "credentialStatus": {
        "id": "https://status.example/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://status.example/1",
    },
    "credentialSubject": {
        "id": "did:example:bunga",
        "type": ["PermanentResident", "Person"],
        "givenName": "Bunga",
        "familyName": "Contoh",
        "gender": "Female",
        "image": "data:image/png;base64,iVBORw0KGgo=",
        "residentSince": "2015-01-01",
        "commuterClassification": "C1",
        "birthCountry": "Example State",
        "birthDate": "1990-05-17",
        "permanentResidentCard": {
            "type": ["PermanentResidentCard"],
            "identifier": "DEMO-0042",
            "lprCategory": "C09",
            "lprNumber": "999-999-999",
        },
    },
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2027-01-01T00:00:00Z",
}
OPTIONS: dict[str, Any] = {
    "@context": CONTEXTS,
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-01-01T00:00:00Z",
    "verificationMethod": "did:example:ministry#key-1",
    "proofPurpose": "assertionMethod",
}


def cases() -> tuple[dict[str, Callable[[], object]], dict[str, str]]:
    """The calls to be measured, by name, and for each the name of its floor.

    Every one makes the hashed bytes of the credential and of the proof's options, from parsed JSON.
    """
    key = ed25519.Ed25519PrivateKey.generate()
    message, public = b"\0" * 64, key.public_key()
    signature = key.sign(message)
    if len(linked.to_quads(CREDENTIAL, contexts.load)) != 31:
        raise RuntimeError("the credential has another number of statements than the goals are stated for")

    def both(one: Callable[[Any], object]) -> Callable[[], object]:
        return lambda: (one(CREDENTIAL), one(OPTIONS))

    calls = {
        FLOOR: lambda: public.verify(signature, message),
        "RFC 8785: defa-id": both(jcs.canonicalize),
        "RFC 8785: rfc8785": both(rfc8785.dumps),
        "RFC 8785: json.dumps, sorted (not the RFC)": both(lambda value: json.dumps(value, sort_keys=True).encode()),
        "RDFC-1.0: defa-id": both(lambda value: linked.canonicalize(value, contexts.load).data),
        "RDFC-1.0 with SHA-384: defa-id": both(
            lambda value: linked.canonicalize(value, contexts.load, hash="sha384").data
        ),
        "RDFC-1.0: PyLD and pyoxigraph": both(processors.canonical),
    }
    return calls, dict.fromkeys(calls, FLOOR)
