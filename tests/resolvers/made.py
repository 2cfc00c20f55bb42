"""DID documents and did:webvh logs made with bare `cryptography` and `rfc8785`: a second reading of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ed25519

from defa_id.sources import Document, Lookup, RecordedSource
from tests.support.world import NOW, Json, Signer

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
DID = "did:web:issuer.example"
URL = "https://issuer.example/.well-known/did.json"


def base58(data: bytes) -> str:
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def multikey(signer: Signer) -> str:
    """The Multikey text of an Ed25519 or EC key."""
    private = signer.private
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "z" + base58(b"\xed\x01" + private.public_key().public_bytes_raw())
    numbers = private.public_key().public_numbers()
    size, prefix = {256: (32, b"\x80\x24"), 384: (48, b"\x81\x24")}[private.curve.key_size]
    return "z" + base58(prefix + bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(size))


def method(signer: Signer, id: str = f"{DID}#key-1", **changes: Any) -> Json:
    """A verification method with a JWK; a change to None removes the member."""
    content: Json = {
        "id": id,
        "type": "JsonWebKey",
        "controller": DID,
        "publicKeyJwk": dict(signer.public.jwk),
        **changes,
    }
    return {name: value for name, value in content.items() if value is not None}


def did_document(*methods: Json, purposes: Mapping[str, Sequence[Any]] | None = None, **changes: Any) -> Json:
    """A DID document whose methods are all for assertions and authentication, unless said otherwise."""
    ids = [one["id"] for one in methods]
    given = purposes if purposes is not None else {"assertionMethod": ids, "authentication": ids}
    document = {"id": DID, "verificationMethod": list(methods), **given, **changes}
    return {name: value for name, value in document.items() if value is not None}


def recorded(documents: Mapping[str, Any]) -> RecordedSource:
    """These documents by URL; what is no bytes is written as JSON."""
    return RecordedSource(
        {
            url: Document(data if isinstance(data, bytes) else json.dumps(data).encode())
            for url, data in documents.items()
        }
    )


def lookup(documents: Mapping[str, Any], purpose: str = "assertionMethod", at: datetime = NOW) -> Lookup:
    return Lookup(purpose, at, recorded(documents))


# -- did:webvh ------------------------------------------------------------------------------------------


def hashed(value: Any) -> str:
    data = value if isinstance(value, bytes) else rfc8785.dumps(value)
    return base58(b"\x12\x20" + hashlib.sha256(data).digest())


def proof(signer: Signer, content: Json, **changes: Any) -> Json:
    """An eddsa-jcs-2022 proof over `content`; a change to None removes the member."""
    key = multikey(signer)
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": f"did:key:{key}#{key}",
        "created": "2026-01-01T00:00:00Z",
        "proofPurpose": "assertionMethod",
        **changes,
    }
    options = {name: value for name, value in options.items() if value is not None}
    message = hashlib.sha256(rfc8785.dumps(options)).digest() + hashlib.sha256(rfc8785.dumps(content)).digest()
    return {**options, "proofValue": "z" + base58(signer.private.sign(message))}


@dataclass
class Log:
    """A did:webvh under way: its lines, as they would be published."""

    entries: list[Json] = field(default_factory=list)
    place: str = "issuer.example"
    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def scid(self) -> str:
        found: str = self.entries[0]["parameters"]["scid"]
        return found

    @property
    def did(self) -> str:
        found: str = self.entries[-1]["state"]["id"]
        return found

    @property
    def url(self) -> str:
        return f"https://{self.place}/.well-known/did.jsonl"

    def data(self) -> bytes:
        return b"".join(json.dumps(entry).encode() + b"\n" for entry in self.entries)

    def begin(self, signer: Signer, state: Json | None = None, *, by: Sequence[Signer] = (), **parameters: Any) -> Log:
        """The first entry, signed by `by` (else by the key itself)."""
        document = state or {"id": f"did:webvh:{{SCID}}:{self.place}"}
        given = {"method": "did:webvh:1.0", "scid": "{SCID}", "updateKeys": [multikey(signer)], **parameters}
        draft = {
            "versionId": "{SCID}",
            "versionTime": self._time(),
            "parameters": {name: value for name, value in given.items() if value != "absent"},
            "state": document,
        }
        scid = hashed(draft)
        entry = json.loads(json.dumps(draft).replace("{SCID}", scid))
        self._append({**entry, "versionId": f"1-{hashed(entry)}"}, by or (signer,))
        return self

    def update(self, *by: Signer, state: Json | None = None, **parameters: Any) -> Log:
        """One more entry; without a state the document stays as it is."""
        before = self.entries[-1]
        entry = {
            "versionId": before["versionId"],
            "versionTime": self._time(),
            "parameters": parameters,
            "state": state or before["state"],
        }
        self._append({**entry, "versionId": f"{len(self.entries) + 1}-{hashed(entry)}"}, by)
        return self

    def witnessed(self, *witnesses: Signer, version: int | None = None) -> Json:
        """A record of the witnesses' file for a version (the last)."""
        content = {"versionId": self.entries[(version or len(self.entries)) - 1]["versionId"]}
        return {**content, "proof": [proof(witness, content) for witness in witnesses]}

    def _append(self, entry: Json, by: Sequence[Signer]) -> None:
        self.entries.append({**entry, "proof": [proof(signer, entry) for signer in by]})

    def _time(self) -> str:
        self.moment += timedelta(days=1)
        return self.moment.isoformat().replace("+00:00", "Z")


def with_method(signer: Signer, place: str = "issuer.example", **changes: Any) -> Json:
    """The document of a did:webvh whose one key is this."""
    did = f"did:webvh:{{SCID}}:{place}"
    held = method(signer, f"{did}#key-1", controller=did)
    return {**did_document(held), "id": did, **changes}
