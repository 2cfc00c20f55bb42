"""What the properties turn over: one registry, its issuer's keys, and credentials that are accepted."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from defa_id.policy import Expected, Policy
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.support.world import (
    GRANT,
    NOW,
    PERSON,
    PERSON_VCT,
    PRESENTED,
    Json,
    Signer,
    World,
    claims,
    digest,
    disclosure,
    entity,
    key_binding,
    sd_jwt,
    service,
    simple_sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)

FORMATS = ["vc-jwt", "sd-jwt-vc", "vc-sd-jwt"]
YEAR = timedelta(days=365)
ALGORITHMS = ("ES256", "ES384", "EdDSA", "PS256")


class Material(NamedTuple):
    """A registry, the verifier that judges by it for TH, and the listed issuer's keys by algorithm."""

    world: World
    verifier: Verifier
    signers: dict[str, Signer]
    holder: Signer

    def judge(self, data: bytes | str, expected: Expected = Expected(), format: str | None = None) -> Verdict:
        """The verdict as of NOW."""
        return self.verifier.verify(data, at=NOW, expected=expected, format=format)


class Accepted(NamedTuple):
    """An accepted input and what is expected of it. `loose`: its disclosures may be withheld or sent
    in another order, because nobody signed which of them are shown."""

    data: bytes
    expected: Expected = Expected()
    loose: bool = False


@cache
def material() -> Material:
    """SG lists one issuer with a key for each algorithm; TH recognises it."""
    world, _ = World.make()
    signers = {alg: Signer.make(alg, kid=f"key-{alg}") for alg in ALGORITHMS}
    listed = service(list(signers.values()), [PERSON, PERSON_VCT], FORMATS)
    world.lists["SG"]["entities"] = [entity([listed])]
    policy = Policy.from_document({"id": "test"}).asking(for_state="TH")
    return Material(world, Verifier(world.registry(), policy), signers, Signer.make())


def nested_sd_jwt(signer: Signer, holder: Signer | None = None) -> str:
    """An SD-JWT VC with a disclosure inside a disclosure, array elements, and decoys."""
    city = disclosure("city", "Kampung Contoh")
    address = disclosure("address", {"_sd": [digest(city), digest("decoy-1")], "country": "BN"})
    first, second = disclosure("BN"), disclosure("MY")
    payload: Json = {
        "_sd": [digest(address), digest("decoy-2")],
        "_sd_alg": "sha-256",
        "nationality": [{"...": digest(first)}, {"...": digest(second)}, {"...": digest("decoy-3")}],
    }
    if holder:
        payload["cnf"] = {"jwk": dict(holder.public.jwk)}
    return sd_jwt(signer, claims(**payload), (address, city, first, second))


@cache
def accepted() -> dict[str, Accepted]:
    """One input of each kind, by name."""
    signers, holder = material().signers, material().holder
    es256, bound = signers["ES256"], dict(holder.public.jwk)
    made = {f"vc-jwt {alg}": Accepted(vc_jwt(signer).encode()) for alg, signer in signers.items()}
    nested = nested_sd_jwt(es256, holder)
    several = (
        vc_jwt(es256, vc(cnf={"jwk": bound})),
        simple_sd_jwt(signers["ES384"], {"birth_date": "1990-05"}, holder),
        nested,
    )
    return made | {
        "sd-jwt-vc": Accepted(nested_sd_jwt(signers["EdDSA"]).encode(), loose=True),
        "sd-jwt-vc, key binding unasked": Accepted(key_binding(holder, nested).encode(), loose=False),
        "sd-jwt-vc, key binding asked": Accepted(key_binding(holder, nested).encode(), PRESENTED),
        "vp-jwt, unasked": Accepted(vp_jwt(holder, several).encode()),
        "vp-jwt, asked": Accepted(vp_jwt(holder, several).encode(), PRESENTED),
    }


class Certified(NamedTuple):
    """An issuer known by its certificate: a listed authority, and a signer's certificate below it."""

    verifier: Verifier
    signer: Signer
    leaf: bytes
    authority: bytes

    def token(self, chain: tuple[bytes, ...] | None = None) -> str:
        """A VC-JWT under the signer's key with this chain in its header."""
        x5c = [base64.b64encode(der).decode() for der in chain or (self.leaf,)]
        return vc_jwt(self.signer, vc(CERTIFIED_ISSUER), kid=None, x5c=x5c)


CERTIFIED_ISSUER = "https://certified.example"


@cache
def certified() -> Certified:
    """SG lists one issuer by its authority's certificate; TH recognises it."""
    signer, top = Signer.make(), Signer.make()
    names = {
        who: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who), x509.NameAttribute(NameOID.COUNTRY_NAME, "SG")])
        for who in ("authority", "signer")
    }

    def made(who: str, key: Signer, *extensions: tuple[x509.ExtensionType, bool]) -> bytes:
        builder = x509.CertificateBuilder(
            names["authority"], names[who], key.private.public_key(), 7, NOW - timedelta(days=300), NOW + YEAR
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(top.private, hashes.SHA256()).public_bytes(Encoding.DER)

    usage = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    authority = made(
        "authority",
        top,
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (x509.KeyUsage(digital_signature=False, key_cert_sign=True, **usage), True),
    )
    leaf = made(
        "signer",
        signer,
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.KeyUsage(digital_signature=True, key_cert_sign=False, **usage), True),
        (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(CERTIFIED_ISSUER)]), False),
        (x509.SubjectKeyIdentifier.from_public_key(signer.private.public_key()), False),
    )
    record = {
        "kind": "x509",
        "use": "ca",
        "sha256": hashlib.sha256(authority).hexdigest(),
        "pem": x509.load_der_x509_certificate(authority).public_bytes(Encoding.PEM).decode(),
        "valid_from": GRANT,
        "recorded": GRANT,
    }
    world, _ = World.make()
    listed = service([], [PERSON], ["vc-jwt"], issuer=CERTIFIED_ISSUER, algorithms=[{"alg": "ES256"}])
    listed["identifiers"].append(record)
    world.lists["SG"]["entities"] = [entity([listed])]
    policy = Policy.from_document({"id": "test"}).asking(for_state="TH")
    return Certified(Verifier(world.registry(), policy), signer, leaf, authority)
