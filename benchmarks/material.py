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
from defa_id.issue import SigningKey, present, signing
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


class Material(NamedTuple):
    """A published registry and the credentials its issuers signed. Names: FORMAT-ALG[-plain|-kb]."""

    sandbox: Sandbox
    keys: dict[str, SigningKey]
    tokens: dict[str, str]
    holder: SigningKey


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
    sandbox.publish()
    tokens["sd-jwt-vc-ES256-kb"] = present.sd_jwt_presentation(tokens["sd-jwt-vc-ES256"], holder, NONCE, AUDIENCE, NOW)
    return Material(sandbox, keys, tokens, holder)


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
    return calls, floors


def _ours(material: Material, name: str, *, presented: bool = False) -> Callable[[], object]:
    registry = defa_id.open_registry(material.sandbox.published)
    verifier = defa_id.Verifier(registry, defa_id.Policy.preset("baseline", for_state=RELYING))
    expected = defa_id.Expected.presentation(nonce=NONCE, audience=AUDIENCE) if presented else defa_id.Expected()
    token = material.tokens[name].encode("ascii")
    verdict = verifier.verify(token, at=NOW, expected=expected)
    if not verdict:
        raise RuntimeError(f"{name}: {verdict.summary}")
    return lambda: verifier.verify(token, at=NOW, expected=expected)


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
