"""Status lists as issuers publish them, made for tests: Bitstring, StatusList2021, and tokens as JWT and CWT."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from defa_id.codec import cbor
from tests.support.world import ISSUER, Json, Signer, b64, moment

URL = "https://status.example/lists/7"
LENGTH = 131_072


def bits(entries: Mapping[int, int], *, length: int = LENGTH, size: int = 1, least_first: bool = False) -> bytes:
    """The values of a list; all others are zero."""
    packed = bytearray(length * size // 8)
    for index, value in entries.items():
        for offset in range(size):
            place = index * size + offset
            if value >> (offset if least_first else size - 1 - offset) & 1:
                packed[place // 8] |= 1 << (place % 8 if least_first else 7 - place % 8)
    return bytes(packed)


def encoded(raw: bytes) -> str:
    """encodedList of a Bitstring Status List."""
    return "u" + b64(gzip.compress(raw, mtime=0))


def bitstring_document(entries: Mapping[int, int] | None = None, **changes: Any) -> Json:
    """The list credential, before it is signed; `subject` changes its credentialSubject."""
    size = changes.pop("size", 1)
    subject = {
        "id": f"{URL}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": encoded(bits(entries or {}, size=size)),
        **changes.pop("subject", {}),
    }
    document: Json = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-11-23T00:00:00Z",
        "validUntil": "2026-11-30T00:00:00Z",
        "credentialSubject": {name: value for name, value in subject.items() if value is not None},
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


def bitstring(signer: Signer, entries: Mapping[int, int] | None = None, **changes: Any) -> bytes:
    """The list credential as a VC-JWT; `header` changes its header."""
    head = {"alg": signer.alg, "typ": "vc+jwt", "kid": signer.kid or signer.thumbprint, **changes.pop("header", {})}
    return signer.token(head, bitstring_document(entries, **changes)).encode()


def list_2021(signer: Signer, entries: Mapping[int, int] | None = None, **changes: Any) -> bytes:
    """A StatusList2021Credential as a VCDM 1.1 JWT, with changes to its registered claims."""
    document: Json = {
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/vc/status-list/2021/v1"],
        "id": URL,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": ISSUER,
        "credentialSubject": {
            "id": f"{URL}#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": b64(gzip.compress(bits(entries or {}), mtime=0)),
        },
    }
    claims = {"iss": ISSUER, "nbf": moment(-129_600), "jti": URL, "vc": document, **changes}
    document["issuanceDate"] = f"{datetime.fromtimestamp(claims['nbf'], UTC):%Y-%m-%dT%H:%M:%SZ}"
    return signer.token({"alg": signer.alg, "typ": "JWT", "kid": signer.kid}, claims).encode()


def token_claims(
    entries: Mapping[int, int] | None = None, *, size: int = 1, length: int = LENGTH, **changes: Any
) -> Json:
    """The claims of a Status List Token."""
    raw = zlib.compress(bits(entries or {}, size=size, length=length, least_first=True), 9)
    document: Json = {
        "sub": URL,
        "iat": moment(-3600),
        "exp": moment(86_400),
        "ttl": 43_200,
        "status_list": {"bits": size, "lst": b64(raw)},
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


def token(
    signer: Signer, entries: Mapping[int, int] | None = None, *, header: Json | None = None, **changes: Any
) -> bytes:
    """A Status List Token as a JWT."""
    head = {"alg": signer.alg, "typ": "statuslist+jwt", "kid": signer.kid or signer.thumbprint, **(header or {})}
    kept = {name: value for name, value in head.items() if value is not None}
    return signer.token(kept, token_claims(entries, **changes)).encode()


def token_cwt(signer: Signer, entries: Mapping[int, int] | None = None, *, size: int = 1, **changes: Any) -> bytes:
    """A Status List Token as a CWT (COSE_Sign1, tag 18), ES256."""
    raw = zlib.compress(bits(entries or {}, size=size, least_first=True), 9)
    claims = {2: URL, 6: moment(-3600), 4: moment(86_400), 65534: 43_200, 65533: {"bits": size, "lst": raw}}
    claims.update(changes.pop("claims", {}))
    protected = cbor.encode({1: -7, 16: changes.pop("typ", "application/statuslist+cwt")})
    payload = cbor.encode(claims)
    signed = cbor.encode(["Signature1", protected, b"", payload])
    unprotected = changes.pop("unprotected", {4: (signer.kid or signer.thumbprint).encode()})
    return b"\xd2" + cbor.encode([protected, unprotected, payload, signer.raw(signed)])
