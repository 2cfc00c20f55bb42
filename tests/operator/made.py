"""Keys and certificates as peers hand them in, and applications built on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from defa_id.issue import certificates, signing
from defa_id.issue.signing import SigningKey
from defa_id.operator.changes import Application
from defa_id.operator.tree import Tree

ISSUER = "did:web:issuer.example"
TYPE = "PersonIdentityCredential"
VCT = "urn:defa-id:person-identity:1"


def jwk(key: SigningKey, **members: Any) -> bytes:
    """The public JWK as a file."""
    return signing.to_json({**key.public_jwk, **members})


def public_pem(key: SigningKey) -> bytes:
    return key.native.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: SigningKey) -> bytes:
    return key.native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate(key: SigningKey, begins: datetime, ends: datetime, *, authority: bool | None = None) -> bytes:
    """A self-signed certificate; `authority` None leaves basicConstraints out, True makes one that may be
    listed for mdoc."""
    if authority:
        return certificates.to_pem(certificates.authority(key, "SG", "Test", begins, (ends - begins).days))
    assert isinstance(key.native, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.native.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    return builder.sign(key.native, hashes.SHA256()).public_bytes(Encoding.PEM)


def application(key: bytes | None = None, **members: Any) -> Application:
    """An application that is granted, unless `members` say otherwise."""
    asked = Application(
        state="SG",
        id=ISSUER,
        name="Test issuer",
        key=key if key is not None else jwk(signing.generate()),
        type=TYPE,
        format="vc-jwt",
        level="substantial",
    )
    return asked._replace(**members)


def in_environment(tree: Tree, environment: str) -> Tree:
    """The same sources in another environment."""
    return tree._replace(registry={**tree.registry, "environment": environment})


def days(number: int) -> timedelta:
    return timedelta(days=number)


def free(tree: Tree, further: int = 0, state: str = "SG") -> str:
    """The number the next service of a state gets, and those after it."""
    numbers = [int(service["service_id"][3:]) for territory, _, service in tree.services() if territory == state]
    return f"{state}-{max(numbers) + 1 + further:04}"
