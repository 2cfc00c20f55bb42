"""did:key of the W3C CCG: every identifier of its vectors resolves to its document's key, or is an exception."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from defa_id import keys
from defa_id.codec import multibase
from defa_id.errors import Fault
from defa_id.resolvers import did_key
from tests.conformance import exceptions
from tests.support import vectors

FOLDER = "w3c/did-key"
FILES = ("bls12381", "ed25519-x25519", "nist-curves", "rsa", "secp256k1", "x25519")


def cases() -> dict[str, Any]:
    """Identifier to what its file says of it."""
    found: dict[str, Any] = {}
    for name in FILES:
        content = json.loads((vectors.require(FOLDER) / f"{name}.json").read_bytes())
        found.update(content.get("didDocument", {}) if name == "x25519" else content)
    return found


def its_key(case: Any) -> str:
    """The RFC 7638 thumbprint of the key that the case's document gives for assertions."""
    document = case["didDocument"]
    (method,) = (one for one in document["verificationMethod"] if one["id"] in document["assertionMethod"])
    if "publicKeyJwk" in method:
        return keys.from_jwk(method["publicKeyJwk"]).thumbprint
    raw = multibase.decode_base58btc("z" + method["publicKeyBase58"])
    return (keys.from_ed25519(raw) if len(raw) == 32 else keys.from_ec_point("P-256", raw)).thumbprint


def test_every_identifier_resolves_to_its_key_or_is_an_exception(vectors: Path) -> None:
    refused, resolved = {}, []
    for did, case in cases().items():
        try:
            key = did_key.resolve(did)
        except Fault as fault:
            refused[did] = fault.code
            continue
        assert key.thumbprint == its_key(case), did
        assert did_key.encode(key) == did
        assert did_key.resolve(f"{did}#{did.removeprefix('did:key:')}").thumbprint == key.thumbprint
        resolved.append(did)
    listed = {case: line.code for case, (line,) in exceptions.otherwise(FOLDER).items()}
    assert refused == listed
    assert (len(resolved), len(refused)) == (10, 20)


@pytest.mark.parametrize("prefix", ["m", "u", "f", "b", ""])
def test_another_base_is_another_identifier(prefix: str, vectors: Path) -> None:
    did = next(iter(cases()))
    with pytest.raises(Fault) as fault:
        did_key.resolve("did:key:" + prefix + did.removeprefix("did:key:z"))
    assert fault.value.code == "DID_SYNTAX"
