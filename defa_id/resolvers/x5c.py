"""X.509 chains (RFC 5280 §6) to certificates the registry lists, held against a profile.

cryptography's own path verifier is made for TLS servers: it wants a host name, refuses keys that are
good here, and misses profile rules. A chain here is a few certificates in stated order, so each link
is checked directly. What depends on the bytes alone is done once for each certificate.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from defa_id import keys
from defa_id.codec import der as asn1
from defa_id.codec import digests, limits
from defa_id.codec.text import printable, require_visible
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.resolvers import profiles
from defa_id.resolvers.profiles import Profile
from defa_id.values import NamedTuple

T = TypeVar("T", bound=x509.ExtensionType)
_KNOWN: Final = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)
_UNREADABLE: Final = (x509.DuplicateExtension, x509.UnsupportedGeneralNameType, x509.InvalidVersion)
_COUNTRY: Final = "2.5.4.6"  # X.520 countryName
# RFC 5280 §4.1.2.4: PrintableString and UTF8String; IA5String for e-mail and domain components,
# NumericString for serial numbers of persons. BMP, Teletex and Universal strings spell one name in two ways.
_STRINGS: Final = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x12: "ascii"}
_CURVES: Final = frozenset(
    {"secp256r1", "secp384r1", "secp521r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"}
)  # ISO/IEC 18013-5 Annex B.3
_HASHES: Final = frozenset({"sha256", "sha384", "sha512"})


class Certificate(NamedTuple):
    """One certificate, read. `subject` and `issuer` are names as DER; `countries` are the subject's."""

    der: bytes
    native: x509.Certificate
    subject: bytes
    issuer: bytes
    countries: tuple[str, ...]
    begins: datetime
    ends: datetime


@lru_cache(maxsize=512)
def read(der: bytes) -> Certificate:
    """One certificate, DER; pure in its bytes and therefore cached.

    Raises `Fault`: X509_PARSE, X509_VERSION, X509_SERIAL, X509_NAME, LIMIT_X509.
    """
    if len(der) > limits.X509_BYTES:
        raise Fault("LIMIT_X509", "a certificate is too large")
    subject, issuer, countries = _head(der)
    try:
        native = x509.load_der_x509_certificate(der)
        alternative = _extension(native, x509.SubjectAlternativeName)
        native.public_key()
    except (ValueError, UnsupportedAlgorithm, *_UNREADABLE):
        raise Fault("X509_PARSE") from None
    if alternative is not None and len(list(alternative)) > limits.X509_NAMES:
        raise Fault("LIMIT_X509", f"a certificate has more than {limits.X509_NAMES} names")
    begins, ends = native.not_valid_before_utc, native.not_valid_after_utc
    return Certificate(der, native, subject, issuer, countries, begins, ends)


def load(der: bytes) -> x509.Certificate:
    """The same as an object of `cryptography`. Raises like `read`."""
    return read(der).native


@lru_cache(maxsize=512)
def fingerprint(der: bytes) -> str:
    """The certificate's identity: the SHA-256 of its DER, in hexadecimal."""
    return digests.sha256(der).hex()


@lru_cache(maxsize=512)
def from_pem(pem: str) -> bytes:
    """A listed certificate's DER. Raises `Fault` X509_PARSE."""
    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    try:
        return binascii.a2b_base64(body.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Fault("X509_PARSE") from None


def leads_to(chain: tuple[bytes, ...], authority: bytes) -> bool:
    """Whether the chain's last certificate is this authority or was issued by it; nothing more."""
    return chain[-1] == authority or _issued(chain[-1], authority)


def signer(chain: Iterable[bytes]) -> PublicKey:
    """The key of the first certificate, whoever answers for it. Raises `Fault` KEY_* and like `read`."""
    return _key(next(iter(chain)))


def verify(
    chain: tuple[bytes, ...],
    authorities: Iterable[bytes],
    leaves: Iterable[str],
    moment: datetime,
    profile: Profile = profiles.JOSE,
    *,
    state: str = "",
    at: datetime | None = None,
) -> PublicKey:
    """The signer's key, if the chain leads to an authority listed (`authorities`, DER) or the signer's
    certificate is listed itself (`leaves`, fingerprints), all of it as `profile` says and valid at
    `moment`, when the credential was issued; at `at` as well, where the profile asks for it.

    `state` is the country the registry lists them under. Raises `Fault`: X509_MISSING, X509_PARSE,
    X509_VERSION, X509_SERIAL, X509_NAME, X509_CHAIN, X509_CHAIN_ORDER, X509_TIME, X509_PATHLEN,
    X509_KEY_USAGE, X509_EKU, X509_CRITICAL, X509_COUNTRY, X509_PROFILE, LIMIT_X509, KEY_*.
    """
    if not chain:
        raise Fault("X509_MISSING")
    if len(chain) > limits.X509_CHAIN:
        raise Fault("LIMIT_X509", f"{len(chain)} certificates, {limits.X509_CHAIN} at most")
    leaf = read(chain[0])
    moments = [moment] if at is None or not profile.judged else [moment, at]
    _signs(chain[0], profile)
    listed = fingerprint(chain[0]) in set(leaves)
    stateless = listed and profile.listed_country and not leaf.countries
    _stands(leaf, profile._replace(country=False) if stateless else profile, state, moments)
    if listed:
        return _key(chain[0])
    path = _path(chain, tuple(authorities))
    if len(path) - 1 > profile.authorities:
        raise Fault("X509_PATHLEN", f"{len(path) - 1} authorities above the signer, {profile.authorities} at most")
    for depth, authority in enumerate(path[1:]):
        _certifies(authority, profile, depth)
        _stands(read(authority), profile, state, moments)
    return _key(chain[0])


def require_listable(der: bytes, use: str, profile: Profile, state: str) -> None:
    """Return if a certificate can be listed for a profile as what it is, `ca` or `leaf`, by this state: with
    it nothing would be refused for the listing's own sake. Raises `Fault` like `verify`."""
    if use == "ca":
        _certifies(der, profile, 0)
    else:
        _signs(der, profile)
    _key(der)
    _stands(read(der), profile, state, ())


def names(der: bytes) -> frozenset[str]:
    """The URIs and DNS names a certificate is issued for (RFC 5280 §4.2.1.6)."""
    extension = _extension(read(der).native, x509.SubjectAlternativeName)
    if extension is None:
        return frozenset()
    uris = extension.get_values_for_type(x509.UniformResourceIdentifier)
    return frozenset(uris) | frozenset(extension.get_values_for_type(x509.DNSName))


@lru_cache(maxsize=512)
def usages(der: bytes) -> frozenset[str]:
    """The extended key usages a certificate states (RFC 5280 §4.2.1.12), as dotted identifiers."""
    extension = _extension(read(der).native, x509.ExtendedKeyUsage)
    return frozenset(usage.dotted_string for usage in extension or ())


def kinds(der: bytes, profile: Profile) -> frozenset[str] | None:
    """The types a signer's certificate restricts it to; None for one that restricts nothing."""
    stated = usages(der)
    return frozenset(type for usage, type in profile.kinds if usage in stated) or None


def distribution(certificate: x509.Certificate) -> tuple[x509.DistributionPoint, ...]:
    """Where the certificate says its authority's revocation lists are (RFC 5280 §4.2.1.13)."""
    return tuple(_extension(certificate, x509.CRLDistributionPoints) or ())


def may_revoke(authority: x509.Certificate) -> bool:
    """Whether an authority's key is for revocation lists (RFC 5280 §4.2.1.3, cRLSign)."""
    usage = _extension(authority, x509.KeyUsage)
    return usage is None or usage.crl_sign


def _head(der: bytes) -> tuple[bytes, bytes, tuple[str, ...]]:
    """Subject, issuer and the subject's countries, read here because `cryptography` takes numbers and
    names that RFC 5280 forbids, with a warning on the error channel."""
    outer = asn1.items(der)
    if len(outer) != 1:
        raise Fault("X509_PARSE", "bytes follow the certificate")
    parts = asn1.inside(outer[0])
    if len(parts) != 3 or parts[2][0] != asn1.BIT_STRING or parts[2][1][:1] != b"\0":
        raise Fault("X509_PARSE", "not the three parts of a certificate")
    body = asn1.inside(parts[0])
    if not body or body[0] != (0xA0, b"\x02\x01\x02"):
        raise Fault("X509_VERSION")
    if len(body) < 7:
        raise Fault("X509_PARSE")
    kind, number = body[1]
    if kind != asn1.INTEGER or not 0 < int.from_bytes(number, signed=True) < 1 << 159:
        raise Fault("X509_SERIAL")
    subject, issuer = body[5], body[3]
    _attributes(issuer)
    countries = tuple(value for type, value in _attributes(subject) if type == _COUNTRY)
    return subject[1], issuer[1], countries


def _attributes(name: tuple[int, bytes]) -> list[tuple[str, str]]:
    """A name's attributes as type and text, each visible and of a length that can be shown."""
    found = []
    for set_ in asn1.inside(name):
        for attribute in asn1.inside(set_, 0x31):
            kind, value = (*asn1.inside(attribute), (0, b""), (0, b""))[:2]
            encoding = _STRINGS.get(value[0])
            if encoding is None or not 0 < len(value[1]) <= limits.X509_NAME_BYTES:
                raise Fault("X509_NAME", "an attribute of a name is of a kind or length that is not taken")
            try:
                text = require_visible(value[1].decode(encoding), "a name")
            except (UnicodeDecodeError, Fault):
                raise Fault("X509_NAME", "an attribute of a name cannot be shown as it is") from None
            found.append((asn1.dotted(kind[1]), text))
    if len(found) > limits.X509_NAMES:
        raise Fault("LIMIT_X509", f"a name has more than {limits.X509_NAMES} attributes")
    return found


def _path(chain: tuple[bytes, ...], authorities: tuple[bytes, ...]) -> list[bytes]:
    """The chain up to a listed authority: the path it states itself, never another one that can be found."""
    if len(set(chain)) != len(chain):
        raise Fault("X509_CHAIN_ORDER", "a certificate stands twice")
    for below, above in pairwise(chain):
        if not _issued(below, above):
            raise Fault("X509_CHAIN_ORDER")
    if chain[-1] in authorities:
        if len(chain) == 1:
            raise Fault("X509_PROFILE", "an authority's own certificate signed the credential")
        return list(chain)
    above = next((authority for authority in authorities if _issued(chain[-1], authority)), b"")
    if not above:
        raise Fault("X509_CHAIN")
    return [*chain, above]


@lru_cache(maxsize=512)
def _key(der: bytes) -> PublicKey:
    return keys.from_native(read(der).native.public_key())


@lru_cache(maxsize=1024)
def _issued(der: bytes, authority: bytes) -> bool:
    """Whether the authority's key signed the certificate, and its name stands there as the issuer's."""
    below, above = read(der), read(authority)
    if below.issuer != above.subject:
        return False
    try:
        digest = below.native.signature_hash_algorithm
        if digest is not None and digest.name not in _HASHES:
            return False  # collisions of MD5 and SHA-1 have made authorities sign what they never saw
        below.native.verify_directly_issued_by(above.native)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _stands(certificate: Certificate, profile: Profile, state: str, moments: Iterable[datetime]) -> None:
    """What depends on where and when."""
    for moment in moments:
        if not certificate.begins <= moment.astimezone(UTC) <= certificate.ends:
            raise Fault("X509_TIME")
    if profile.country and certificate.countries != (state,):
        stated = ", ".join(certificate.countries)
        raise Fault("X509_COUNTRY", f"it states {printable(stated) or 'none'}, the registry {state}", state=state)


@lru_cache(maxsize=512)
def _signs(der: bytes, profile: Profile) -> None:
    """What a signer's certificate must be, at any time (RFC 5280 §4.2, and the profile)."""
    certificate = read(der)
    _only_known_critical(certificate.native)
    constraints = _extension(certificate.native, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise Fault("X509_PROFILE", "an authority's own certificate signed the credential")
    usage = _key_usage(certificate.native, profile)
    if usage is not None and not usage.digital_signature:
        raise Fault("X509_KEY_USAGE", "its key is not for digital signatures")
    stated = usages(der)
    if profile.usages and not profile.usages & stated and (stated or profile.usage_stated):
        raise Fault("X509_EKU", f"not the key usage of a {profile.name}")
    _lasts(certificate, profile.signer_days)


@lru_cache(maxsize=512)
def _certifies(der: bytes, profile: Profile, depth: int) -> None:
    """The same for an authority (RFC 5280 §4.2.1.3 and §4.2.1.9); `depth` counts the authorities below."""
    certificate = read(der)
    _only_known_critical(certificate.native)
    constraints = _extension(certificate.native, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise Fault("X509_PROFILE", "a certificate of the chain is no authority's")
    if constraints.path_length is not None and depth > constraints.path_length:
        raise Fault("X509_PATHLEN")
    usage = _key_usage(certificate.native, profile)
    if usage is not None and not usage.key_cert_sign:
        raise Fault("X509_KEY_USAGE", "a certificate of the chain may not certify")
    if _extension(certificate.native, x509.NameConstraints) is not None:
        raise Fault("X509_CRITICAL", "name constraints are not applied here, so they are not passed over")
    _strong(certificate.native)
    _lasts(certificate, profile.authority_days)


def _key_usage(certificate: x509.Certificate, profile: Profile) -> x509.KeyUsage | None:
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None and profile.key_usage_stated:
        raise Fault("X509_KEY_USAGE", "it does not say what its key is for")
    return usage


def _only_known_critical(certificate: x509.Certificate) -> None:
    for extension in certificate.extensions:
        if extension.critical and not isinstance(extension.value, _KNOWN):
            raise Fault("X509_CRITICAL", oid=extension.oid.dotted_string)


def _strong(certificate: x509.Certificate) -> None:
    """An authority's key; it need not be of the kinds that sign credentials."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        keys.from_native(key)  # KEY_WEAK
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in _CURVES:
            raise Fault("KEY_WEAK", "an authority's key is on a curve that is not taken", crv=key.curve.name)
    elif not isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        raise Fault("KEY_WEAK", "an authority's key is of a kind that is not taken")


def _lasts(certificate: Certificate, days: int | None) -> None:
    if days is not None and certificate.ends - certificate.begins > timedelta(days):
        raise Fault("X509_PROFILE", f"a certificate is valid for more than {days} days", days=days)
