"""Certificates for sandboxes and tests: an issuing authority (IACA) and document signers below it.

The profiles are those of ISO/IEC 18013-5 Annex B.1.2 and B.1.4. Serial numbers follow from the content
and ECDSA is deterministic, so the same arguments always give the same certificate.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from defa_id.errors import Fault, WrongUse
from defa_id.issue.signing import SigningKey
from defa_id.resolvers.profiles import MDOC, MDOC_SIGNER

if TYPE_CHECKING:
    from cryptography import x509

AUTHORITY_DAYS: Final = 9 * 365  # a root of our own; the profile allows 20 years


def authority(key: SigningKey, country: str, name: str, begins: datetime, days: int = AUTHORITY_DAYS) -> bytes:
    """A self-signed issuing authority of a state, DER: it certifies signers and no further authority.

    Raises `WrongUse` for a name X.509 cannot hold.
    """
    from cryptography import x509

    subject = _name(country, name)
    return _signed(
        _begun(key, subject, subject, begins, begins + timedelta(days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certifies=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.native.public_key()), critical=False),
        key,
    )


def signer(
    key: SigningKey, above: bytes, above_key: SigningKey, name: str, begins: datetime, ends: datetime | None = None
) -> bytes:
    """A document signer below an authority, DER, for at most 457 days and never longer than the authority.

    Raises `WrongUse` if the authority's certificate or key is none, or its time is over.
    """
    from cryptography import x509

    parent = _parent(above, above_key)
    last = min(begins + timedelta(MDOC.signer_days or 0), parent.not_valid_after_utc)
    ends = min(ends or last, last)
    if not parent.not_valid_before_utc <= begins < ends:
        raise WrongUse("the authority's certificate is not valid then", hint="Choose a time within its validity.")
    country = parent.subject.get_attributes_for_oid(x509.NameOID.COUNTRY_NAME)[0].value
    return _signed(
        _begun(key, _name(str(country), name), parent.subject, begins, ends)
        .add_extension(_usage(certifies=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(MDOC_SIGNER)]), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.native.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above_key.native.public_key()), critical=False
        ),
        above_key,
    )


def to_pem(der: bytes) -> bytes:
    """A certificate as PEM (RFC 7468)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def from_pem(data: bytes) -> tuple[bytes, ...]:
    """The certificates in a PEM file, in its order. Raises `WrongUse`."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        return tuple(one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(data))
    except ValueError:
        raise WrongUse("there is no certificate in it", hint="Give PEM, the signer's certificate first.") from None


def _parent(above: bytes, above_key: SigningKey) -> x509.Certificate:
    from defa_id.resolvers import x5c

    try:
        parent, public = x5c.load(above), x5c.signer([above])
    except Fault as fault:
        raise WrongUse(f"the authority's certificate cannot be used: {fault.why or fault.code}") from None
    if public.thumbprint != above_key.public.thumbprint:
        raise WrongUse("the authority's certificate is of another key", hint="Give the two that belong together.")
    return parent


def _begun(
    key: SigningKey, subject: x509.Name, issuer: x509.Name, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    from cryptography import x509

    told = f"{subject.rfc4514_string()}|{issuer.rfc4514_string()}|{begins}|{ends}|{key.public.thumbprint}"
    serial = int.from_bytes(hashlib.sha256(told.encode()).digest()[:19]) or 1  # RFC 5280 §4.1.2.2: 20 bytes at most
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.native.public_key())
        .serial_number(serial)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _signed(builder: x509.CertificateBuilder, key: SigningKey) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import Encoding

    native = key.native
    if isinstance(native, ed25519.Ed25519PrivateKey):
        return builder.sign(native, None).public_bytes(Encoding.DER)
    digest = hashes.SHA384() if key.public.crv == "P-384" else hashes.SHA256()
    steady = isinstance(native, ec.EllipticCurvePrivateKey) or None
    return builder.sign(native, digest, ecdsa_deterministic=steady).public_bytes(Encoding.DER)


def _usage(*, certifies: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not certifies,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


def _name(country: str, common: str) -> x509.Name:
    from cryptography import x509

    try:
        return x509.Name(
            [
                x509.NameAttribute(x509.NameOID.COUNTRY_NAME, country),
                x509.NameAttribute(x509.NameOID.COMMON_NAME, common[:64]),  # RFC 5280 Appendix A.1, ub-common-name
            ]
        )
    except ValueError:
        raise WrongUse("X.509 cannot hold this name", hint="Give a state as two capitals, and a name.") from None
