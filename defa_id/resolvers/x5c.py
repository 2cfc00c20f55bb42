"""X.509 chains in an x5c header (RFC 7515 §4.1.6), to certificates the registry lists (RFC 5280 §6).

cryptography's own path verifier is made for TLS servers: it wants a host name and misses profile
rules. A chain here is at most three certificates in stated order, so each link is checked directly.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from defa_id import keys
from defa_id.errors import Fault
from defa_id.keys import PublicKey

T = TypeVar("T", bound=x509.ExtensionType)
_UNREADABLE_EXTENSIONS: Final = (x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


def load(der: bytes) -> x509.Certificate:
    """One certificate, DER. Raises `Fault` X509_PARSE."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.extensions, certificate.public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion, *_UNREADABLE_EXTENSIONS):
        raise Fault("X509_PARSE") from None
    if certificate.version is not x509.Version.v3:
        raise Fault("X509_PROFILE", "not an X.509 v3 certificate")
    return certificate


def fingerprint(der: bytes) -> str:
    """The certificate's identity: the SHA-256 of its DER, in hexadecimal."""
    return hashlib.sha256(der).hexdigest()


def from_pem(pem: str) -> bytes:
    """A listed certificate's DER. Raises `Fault` X509_PARSE."""
    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    try:
        return binascii.a2b_base64(body.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Fault("X509_PARSE") from None


def leads_to(chain: tuple[bytes, ...], authority: bytes) -> bool:
    """Whether the chain's last certificate is this authority or was issued by it; nothing more."""
    top, anchor = load(chain[-1]), load(authority)
    return _same(top, anchor) or _issued(top, anchor)


def signer(chain: Iterable[bytes]) -> PublicKey:
    """The key of the first certificate, whoever answers for it. Raises `Fault` X509_PARSE, KEY_*."""
    return keys.from_native(load(next(iter(chain))).public_key())


def verify(
    chain: tuple[bytes, ...], authorities: Iterable[bytes], leaves: Iterable[str], moment: datetime
) -> PublicKey:
    """The signer's key, if the chain leads to an authority listed (`authorities`, DER) or the signer's
    certificate is listed itself (`leaves`, fingerprints), all of them valid at `moment`.

    Raises `Fault`: X509_PARSE, X509_CHAIN, X509_TIME, X509_PROFILE, KEY_*.
    """
    certificates = [load(der) for der in chain]
    leaf = certificates[0]
    _in_time(leaf, moment)
    _may_sign(leaf)
    if fingerprint(chain[0]) not in set(leaves):
        path = [leaf, *certificates[1:]]
        anchors = [load(der) for der in authorities]
        top = path[-1]
        if not any(_same(top, anchor) for anchor in anchors):
            above = [anchor for anchor in anchors if _issued(top, anchor)]
            if not above:
                raise Fault("X509_CHAIN")
            path.append(above[0])
        if len(path) == 1:
            raise Fault("X509_PROFILE", "an authority's own certificate signed the credential")
        for depth, (below, authority) in enumerate(pairwise(path)):
            _in_time(authority, moment)
            _may_certify(authority, depth)
            if not _issued(below, authority):
                raise Fault("X509_CHAIN", "a certificate is not issued by the next one")
    return keys.from_native(leaf.public_key())


def names(der: bytes) -> frozenset[str]:
    """The URIs and DNS names a certificate is issued for (RFC 5280 §4.2.1.6)."""
    extension = _extension(load(der), x509.SubjectAlternativeName)
    if extension is None:
        return frozenset()
    uris = extension.get_values_for_type(x509.UniformResourceIdentifier)
    return frozenset(uris) | frozenset(extension.get_values_for_type(x509.DNSName))


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _in_time(certificate: x509.Certificate, moment: datetime) -> None:
    moment = moment.astimezone(UTC)
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        raise Fault("X509_TIME")


def _known_extensions(certificate: x509.Certificate) -> None:
    known = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)
    for extension in certificate.extensions:
        if extension.critical and not isinstance(extension.value, known):
            raise Fault("X509_PROFILE", "a critical extension is not known", oid=extension.oid.dotted_string)


def _may_sign(certificate: x509.Certificate) -> None:
    _known_extensions(certificate)
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise Fault("X509_PROFILE", "an authority's own certificate signed the credential")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        raise Fault("X509_PROFILE", "its key is not for digital signatures")


def _may_certify(certificate: x509.Certificate, depth: int) -> None:
    """RFC 5280 §4.2.1.3 and §4.2.1.9; `depth` counts the authorities below this one."""
    _known_extensions(certificate)
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise Fault("X509_PROFILE", "a certificate of the chain is no authority's")
    if constraints.path_length is not None and depth > constraints.path_length:
        raise Fault("X509_PROFILE", "the chain is longer than an authority allows")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise Fault("X509_PROFILE", "a certificate of the chain may not certify")


def _same(one: x509.Certificate, other: x509.Certificate) -> bool:
    return one.fingerprint(hashes.SHA256()) == other.fingerprint(hashes.SHA256())


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
