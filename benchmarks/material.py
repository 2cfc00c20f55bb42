"""What is measured: one registry, credentials of the usual size, and what each library does with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

import defa_id
from defa_id import issue
from defa_id.codec import base64url
from defa_id.formats import mdoc_session
from defa_id.issue import SigningKey, certificates, mdoc, present, signing
from tests.support.sandbox import Sandbox

NOW = datetime.now(UTC).replace(microsecond=0)
NONCE, AUDIENCE = "n-0S6_WzA2Mj", "https://rp.example"
RELYING, HOME = "MY", "BN"
TYPES = {"vc-jwt": "PersonIdentityCredential", "sd-jwt-vc": "urn:defa-id:person-identity:1"}
PLAIN_TYPES = {"vc-jwt": "ExampleCredential", "sd-jwt-vc": "urn:example:no-schema"}

# Ten claims; as a VC-JWT about 2 kB.
PERSON: dict[str, Any] = {
    "name": {
        "full": [
            {"value": "Bunga Contoh binti Contoh", "lang": "ms", "script": "Latn", "kind": "official"},
            {"value": "بوڠا چونتوه", "lang": "ms", "script": "Arab", "kind": "transliteration"},
        ],
        "primary": "Bunga Contoh",
        "structure": "patronymic",
    },
    "birth_date": "1990-05-17",
    "birth_place": {"country": "BN", "locality": "Example Town"},
    "nationality": ["BN"],
    "sex": 2,
    "residence": {"country": "BN", "region": "Example Region", "text": "1 Example Road, Example Town, " * 8},
    "document_number": "DEMO-0042",
    "document_type": "example-card",
    "issuing_authority": "Example Authority",
    "issuing_country": "BN",
}

# Fourteen elements, with a small portrait.
DOC_TYPE = "org.example.licence.1"
LICENCE: dict[str, Any] = {
    "family_name": "Contoh",
    "given_name": "Bunga",
    "birth_date": mdoc.full_date("1990-05-17"),
    "issue_date": mdoc.full_date("2025-05-17"),
    "expiry_date": mdoc.full_date("2030-05-17"),
    "issuing_country": "BN",
    "issuing_authority": "Example Authority",
    "document_number": "DEMO-0042",
    "portrait": bytes(1500),
    "age_over_18": True,
    "nationality": "BN",
    "sex": 2,
    "resident_address": "1 Example Road, Example Town",
    "un_distinguishing_sign": "BRU",
}
SESSION = defa_id.Expected.presentation(nonce=NONCE, audience=AUDIENCE, response_uri=f"{AUDIENCE}/answer")


class Material(NamedTuple):
    """A published registry and the credentials its issuers signed. Names: FORMAT-ALG[-plain|-kb].

    `documents`: an mdoc as it is issued, and as its device answers.
    """

    sandbox: Sandbox
    keys: dict[str, SigningKey]
    tokens: dict[str, str]
    holder: SigningKey
    documents: dict[str, bytes]


def prepare(folder: Path) -> Material:
    """A sandbox in `folder` with one issuer per format and algorithm, and its credentials.

    `plain` issuers have a type without a schema.
    """
    sandbox, holder = Sandbox(folder / "registry"), signing.generate("P-256")
    keys: dict[str, SigningKey] = {}
    tokens: dict[str, str] = {}
    for format, kind, alg, plain in (
        ("vc-jwt", "P-256", "ES256", False),
        ("vc-jwt", "P-256", "ES256", True),
        ("vc-jwt", "Ed25519", "EdDSA", False),
        ("sd-jwt-vc", "P-256", "ES256", False),
        ("sd-jwt-vc", "P-256", "ES256", True),
    ):
        name = f"{format}-{alg}{'-plain' if plain else ''}"
        type, key = (PLAIN_TYPES if plain else TYPES)[format], signing.generate(kind)
        issuer = f"https://{name.lower()}.example"
        sandbox.add_issuer(HOME, issuer, key.public_jwk, type, format)
        sandbox.recognise(RELYING, HOME, type)
        keys[name] = key
        tokens[name] = issue.issue(
            *(format, key),
            issuer=issuer,
            type=type,
            claims=PERSON,
            issued=NOW - timedelta(hours=1),
            expires=NOW + timedelta(days=365),
            holder=holder.public.jwk,
        )
    documents = _documents(sandbox, holder)
    sandbox.publish()
    tokens["sd-jwt-vc-ES256-kb"] = present.sd_jwt_presentation(tokens["sd-jwt-vc-ES256"], holder, NONCE, AUDIENCE, NOW)
    return Material(sandbox, keys, tokens, holder, documents)


def _documents(sandbox: Sandbox, holder: SigningKey) -> dict[str, bytes]:
    """An mdoc of 14 elements without a schema, below an authority that is listed."""
    (root_key, key), begins = (signing.generate(), signing.generate()), NOW - timedelta(days=30)
    root = certificates.authority(root_key, HOME, "Example IACA", begins)
    pem = sandbox.folder / "iaca.pem"
    pem.write_bytes(certificates.to_pem(root))
    sandbox.registry(
        *("add-issuer", "--state", HOME, "--id", "https://mdoc.example", "--name", "Example", "--key", pem),
        *("--type", DOC_TYPE, "--format", "mdoc", "--level", "substantial", "--from", begins.isoformat()),
    )
    sandbox.recognise(RELYING, HOME, DOC_TYPE)
    signed = mdoc.mint(
        key,
        chain=[certificates.signer(key, root, root_key, "Example DS", begins)],
        doc_type=DOC_TYPE,
        namespaces={DOC_TYPE: LICENCE},
        signed=NOW - timedelta(hours=1),
        ends=NOW + timedelta(days=365),
        device=holder.public_jwk,
    )
    return {"mdoc": signed, "mdoc-device": mdoc.respond([(signed, holder)], mdoc_session.transcript(SESSION))}


def cases(material: Material) -> tuple[dict[str, Callable[[], object]], dict[str, str]]:
    """The calls to be measured, by name, and for each the name of its floor."""
    calls: dict[str, Callable[[], object]] = {}
    floors: dict[str, str] = {}

    def add(name: str, call: Callable[[], object], floor: str) -> None:
        call()
        calls[name], floors[name] = call, floor

    es256, eddsa = "raw ES256 verification", "raw Ed25519 verification"
    add(es256, _raw(material, "vc-jwt-ES256"), es256)
    add(eddsa, _raw(material, "vc-jwt-EdDSA"), eddsa)
    add("VC-JWT ES256, 2 kB: defa-id", _ours(material, "vc-jwt-ES256"), es256)
    add("VC-JWT ES256, no schema: defa-id", _ours(material, "vc-jwt-ES256-plain"), es256)
    add("VC-JWT ES256: PyJWT decode", _pyjwt(material, "vc-jwt-ES256", "ES256"), es256)
    add("VC-JWT ES256: joserfc decode", _joserfc(material, "vc-jwt-ES256", "ES256"), es256)
    add("VC-JWT EdDSA: defa-id", _ours(material, "vc-jwt-EdDSA"), eddsa)
    add("VC-JWT EdDSA: PyJWT decode", _pyjwt(material, "vc-jwt-EdDSA", "EdDSA"), eddsa)
    add("SD-JWT VC, 10 disclosures: defa-id", _ours(material, "sd-jwt-vc-ES256"), es256)
    add("SD-JWT VC: sd-jwt 0.10.4", _sd_jwt(material, "sd-jwt-vc-ES256", presented=False), es256)
    add("SD-JWT VC + key binding: defa-id", _ours(material, "sd-jwt-vc-ES256-kb", presented=True), es256)
    add("SD-JWT VC + key binding: sd-jwt 0.10.4", _sd_jwt(material, "sd-jwt-vc-ES256-kb", presented=True), es256)
    add("mdoc, 14 elements: defa-id", _document(material, "mdoc", defa_id.Expected()), es256)
    add("mdoc, 14 elements: pymdoccbor", _pymdoccbor(material), es256)
    add("mdoc + device signature: defa-id", _document(material, "mdoc-device", SESSION), es256)
    return calls, floors


def _document(material: Material, name: str, expected: defa_id.Expected) -> Callable[[], object]:
    registry = defa_id.open_registry(material.sandbox.published)
    verifier = defa_id.Verifier(registry, defa_id.Policy.preset("baseline", for_state=RELYING))
    data = material.documents[name]
    verdict = verifier.verify(data, at=NOW, expected=expected)
    if not verdict:
        raise RuntimeError(f"{name}: {verdict.summary}")
    return lambda: bool(verifier.verify(data, at=NOW, expected=expected))


def _pymdoccbor(material: Material) -> Callable[[], object]:
    """Digests and the issuer's signature; it checks no chain unless it is given roots, and no device."""
    import logging

    import cryptography.x509  # noqa: F401  (it forgets to)
    from pymdoccbor.mdoc.verifier import MdocCbor

    logging.getLogger("pymdoccbor").setLevel(logging.ERROR)
    data = material.documents["mdoc-device"]

    def verify() -> object:
        document = MdocCbor()
        document.loads(data)
        if not document.verify():
            raise RuntimeError("pymdoccbor refuses it")
        return document

    return verify


def _ours(material: Material, name: str, *, presented: bool = False) -> Callable[[], object]:
    registry = defa_id.open_registry(material.sandbox.published)
    verifier = defa_id.Verifier(registry, defa_id.Policy.preset("baseline", for_state=RELYING))
    expected = defa_id.Expected.presentation(nonce=NONCE, audience=AUDIENCE) if presented else defa_id.Expected()
    token = material.tokens[name].encode("ascii")
    verdict = verifier.verify(token, at=NOW, expected=expected)
    if not verdict:
        raise RuntimeError(f"{name}: {verdict.summary}")
    return lambda: bool(verifier.verify(token, at=NOW, expected=expected))


def _raw(material: Material, name: str) -> Callable[[], object]:
    message, _, last = material.tokens[name].encode("ascii").rpartition(b".")
    signature, public = base64url.decode(last), material.keys[name].native.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        algorithm = ec.ECDSA(hashes.SHA256())
        return lambda: public.verify(der, message, algorithm)
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise TypeError(name)
    return lambda: public.verify(signature, message)


def _pyjwt(material: Material, name: str, alg: str) -> Callable[[], object]:
    import jwt

    key, token = jwt.PyJWK(material.keys[name].public_jwk, algorithm=alg), material.tokens[name]
    return lambda: jwt.decode(token, key, algorithms=[alg])


def _joserfc(material: Material, name: str, alg: str) -> Callable[[], object]:
    from joserfc import jwt
    from joserfc.jwk import ECKey

    key, token = ECKey.import_key({**material.keys[name].public_jwk}), material.tokens[name]
    return lambda: jwt.decode(token, key, algorithms=[alg])


def _sd_jwt(material: Material, name: str, *, presented: bool) -> Callable[[], object]:
    from jwcrypto.jwk import JWK
    from sd_jwt.verifier import SDJWTVerifier

    key = JWK.from_json(json.dumps(material.keys["sd-jwt-vc-ES256"].public_jwk))
    token, asked = material.tokens[name], (AUDIENCE, NONCE) if presented else (None, None)
    return lambda: SDJWTVerifier(token, lambda *_: key, *asked).get_verified_payload()
