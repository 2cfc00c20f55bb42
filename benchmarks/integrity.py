"""What is measured of Data Integrity: one credential in each suite, judged whole; beside it what peers do with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import defa_id
from benchmarks.canonical_forms import CREDENTIAL
from benchmarks.material import HOME, NOW, RELYING
from defa_id import contexts
from defa_id.codec import digests, multibase, times
from defa_id.issue import SigningKey, data_integrity, signing
from defa_id.parts import DEFAULT_PARTS
from defa_id.resolvers import did_key
from defa_id.suites.data_integrity import rdfc
from tests.support.sandbox import Sandbox

ES256, EDDSA = "raw ES256 verification", "raw Ed25519 verification"
KEYS: Final = {
    "eddsa-jcs-2022": "Ed25519",
    "eddsa-rdfc-2022": "Ed25519",
    "ecdsa-rdfc-2019": "P-256",
    "Ed25519Signature2020": "Ed25519",
}
TYPE: Final = "PermanentResidentCardCredential"
OLD_TYPE: Final = "PermanentResidentCard"
# Where openvc-core verifies each suite.
OPENVC: Final = {
    "eddsa-jcs-2022": ("di_jcs", "EddsaJcsProofSuite"),
    "eddsa-rdfc-2022": ("data_integrity", "DataIntegrityProofSuite"),
    "ecdsa-rdfc-2019": ("di_ecdsa_rdfc", "EcdsaRdfcProofSuite"),
}
_V1: Final = "https://www.w3.org/2018/credentials/v1"
_CITIZENSHIP_V1: Final = "https://w3id.org/citizenship/v1"
_SUITE_2020: Final = "https://w3id.org/security/suites/ed25519-2020/v1"


def cases(
    folder: Path, raw: Mapping[str, Callable[[], object]]
) -> tuple[dict[str, Callable[[], object]], dict[str, str]]:
    """The calls to be measured, by name, and for each the name of its floor, which `raw` holds. Makes a registry
    in `folder`, and tries every call."""
    sandbox = Sandbox(folder)
    made = _documents(sandbox)
    sandbox.publish()
    registry = defa_id.open_registry(sandbox.published)
    calls: dict[str, Callable[[], object]] = {name: raw[name] for name in (ES256, EDDSA)}
    floors = {name: name for name in calls}

    def add(name: str, suite: str, call: Callable[[], object]) -> None:
        call()
        calls[name], floors[name] = call, ES256 if KEYS[suite] == "P-256" else EDDSA

    for suite, text in made.items():
        add(f"{suite}: defa-id", suite, _ours(registry, text))
        if suite in OPENVC:
            add(f"{suite}: openvc-core", suite, _openvc(suite, text))
        else:
            add(f"{suite}: didkit", suite, _didkit(text))
    return calls, floors


def _documents(sandbox: Sandbox) -> dict[str, str]:
    """The credential in each suite, by an issuer of its own that `sandbox` lists."""
    made = {}
    for suite, kind in KEYS.items():
        key, old = signing.generate(kind), suite == "Ed25519Signature2020"
        did = did_key.encode(key.public)
        method = f"{did}#{did.removeprefix('did:key:')}"
        sandbox.add_issuer(HOME, did, key.public_jwk, OLD_TYPE if old else TYPE, "data-integrity")
        made[suite] = _legacy(key, did, method) if old else _proved(suite, key, did, method)
    for type in (TYPE, OLD_TYPE):
        sandbox.recognise(RELYING, HOME, type)
    return made


def _ours(registry: defa_id.Registry, text: str) -> Callable[[], object]:
    verifier, data = defa_id.Verifier(registry, defa_id.Policy.preset("baseline", for_state=RELYING)), text.encode()
    verdict = verifier.verify(data, at=NOW)
    if not verdict:
        raise RuntimeError(verdict.summary)
    return lambda: bool(verifier.verify(data, at=NOW))


def _openvc(suite: str, text: str) -> Callable[[], object]:
    """The signature of a document it parses; it is given the key and every context."""
    module, name = OPENVC[suite]
    verifier = getattr(import_module(f"openvc.proof.{module}"), name)()
    document = json.loads(text)
    key = dict(did_key.resolve(document["proof"]["verificationMethod"]).jwk)
    own = {url: json.loads(contexts.load(url) or b"{}") for url in document["@context"]}
    more = {} if "-jcs-" in suite else {"extra_contexts": own}
    return lambda: verifier.verify(json.loads(text), public_key_jwk=key, **more)


def _didkit(text: str) -> Callable[[], object]:
    """The signature, by the key in the issuer's identifier."""
    import asyncio

    import didkit

    async def verify() -> str:
        answer: str = await didkit.verify_credential(text, "{}")
        return answer

    loop = asyncio.new_event_loop()
    said = json.loads(loop.run_until_complete(verify()))
    if said["errors"]:
        raise RuntimeError(f"didkit: {said['errors']}")
    return lambda: loop.run_until_complete(verify())


def _content(issuer: str) -> dict[str, Any]:
    """The credential of the canonical forms, without the status that no list stands behind here."""
    content = {name: value for name, value in CREDENTIAL.items() if name != "credentialStatus"}
    return {**content, "issuer": {**CREDENTIAL["issuer"], "id": issuer}}


def _proved(suite: str, key: SigningKey, issuer: str, method: str) -> str:
    content = {**_content(issuer), "validUntil": times.show(NOW + timedelta(days=365))}
    return json.dumps(data_integrity.secure(content, key, method, NOW - timedelta(hours=1), cryptosuite=suite))


def _legacy(key: SigningKey, issuer: str, method: str) -> str:
    """VCDM 1.1 with a signature from before Data Integrity (W3C CCG, Ed25519Signature2020)."""
    content = _content(issuer)
    subject = {"id": "did:example:bunga", "type": ["PermanentResident", "Person"], "givenName": "Bunga"}
    more = {"familyName": "Contoh", "gender": "Female", "residentSince": "2015-01-01", "lprNumber": "999-999-999"}
    document = {
        "@context": [_V1, _CITIZENSHIP_V1, _SUITE_2020],
        "id": content["id"],
        "type": ["VerifiableCredential", OLD_TYPE],
        "issuer": issuer,
        "issuanceDate": times.show(NOW - timedelta(hours=1)),
        "expirationDate": times.show(NOW + timedelta(days=365)),
        "credentialSubject": {**subject, **more},
    }
    options = {
        "type": "Ed25519Signature2020",
        "created": times.show(NOW - timedelta(hours=1)),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    parts = ({**options, "@context": document["@context"]}, document)
    signed = b"".join(digests.sha256(rdfc(part, "sha256", DEFAULT_PARTS.means)) for part in parts)
    value = multibase.encode_base58btc(signing.sign_raw(key, signed))
    return json.dumps({**document, "proof": {**options, "proofValue": value}})
