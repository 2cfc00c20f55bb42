"""Certificate revocation lists (RFC 5280 §5 and §6.3), given as bytes: has this authority taken a certificate back?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from defa_id.codec import limits, times
from defa_id.errors import Fault, Unknowable
from defa_id.resolvers import x5c

_LEEWAY: Final = timedelta(seconds=limits.LEEWAY_SECONDS)
_KNOWN: Final = (x509.CRLNumber, x509.AuthorityKeyIdentifier, x509.IssuerAlternativeName)


def points(der: bytes) -> tuple[str, ...]:
    """The URLs a certificate names for its authority's list (RFC 5280 §4.2.1.13). Nothing follows them
    by itself: they are the sender's word until the registry names the same."""
    found = x5c.distribution(x5c.read(der).native)
    return tuple(
        name.value
        for point in found
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    )


def check(data: bytes, certificate: bytes, authority: bytes, at: datetime) -> datetime:
    """Return when the next list is due if this list, the authority's own and current at `at`, does not
    hold the certificate.

    Raises `Fault` X509_REVOKED; `Unknowable` X509_CRL for a list that is unreadable, not this
    authority's, out of date, partial, or speaks of something unknown.
    """
    issuer = x5c.read(authority)
    listed = _read(data, issuer)
    at = at.astimezone(UTC)
    begins, ends = listed.last_update_utc, listed.next_update_utc
    if begins - at > _LEEWAY:
        raise Unknowable("X509_CRL", f"it is of {times.show(begins)}, after the moment asked about")
    if ends is None or at > ends:
        raise Unknowable("X509_CRL", "it says nothing of the moment asked about: a newer one is due")
    entry = listed.get_revoked_certificate_by_serial_number(x5c.read(certificate).native.serial_number)
    if entry is None or entry.revocation_date_utc > at:
        return ends
    if any(extension.critical for extension in entry.extensions):
        raise Unknowable("X509_CRL", "an entry demands something unknown")
    since = times.show(entry.revocation_date_utc)
    raise Fault("X509_REVOKED", f"since {since}", since=since)


def _read(data: bytes, issuer: x5c.Certificate) -> x509.CertificateRevocationList:
    if len(data) > limits.CRL_BYTES:
        raise Unknowable("X509_CRL", f"it is larger than {limits.CRL_BYTES} bytes")
    try:
        listed = x509.load_der_x509_crl(data)
        extensions = list(listed.extensions)
        genuine = listed.issuer == issuer.native.subject and listed.is_signature_valid(issuer.native.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
        raise Unknowable("X509_CRL", "it cannot be read") from None
    if not genuine:
        raise Unknowable("X509_CRL", "it is not this authority's")
    if not x5c.may_revoke(issuer.native):
        raise Unknowable("X509_CRL", "the authority's key is not for such lists")
    if any(extension.critical and not isinstance(extension.value, _KNOWN) for extension in extensions):
        raise Unknowable("X509_CRL", "it is partial, or demands something unknown")
    return listed
