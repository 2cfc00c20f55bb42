"""X.509 certificates built byte by byte, so that each can be wrong in exactly one place and genuinely signed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
SHA256: Any = hashes.SHA256()
MDOC_SIGNER = "1.0.18013.5.1.2"
CA_USAGE = (5, 6)  # keyCertSign, cRLSign
SIGNER_USAGE = (0,)  # digitalSignature


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER item."""
    body = b"".join(parts)
    if len(body) < 128:
        return bytes((tag, len(body))) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(size))) + size + body


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray()
    for number in (40 * first + second, *rest):
        chunk = [number & 127]
        while number := number >> 7:
            chunk.append(number & 127 | 128)
        out += bytes(reversed(chunk))
    return tlv(6, bytes(out))


def integer(number: int) -> bytes:
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


COUNTRY, ORGANISATION, COMMON = "2.5.4.6", "2.5.4.10", "2.5.4.3"
UTF8, PRINTABLE, BMP = 0x0C, 0x13, 0x1E


def name(*attributes: tuple[str, int, bytes]) -> bytes:
    """A distinguished name: attribute type, string tag, bytes."""
    return tlv(0x30, *(tlv(0x31, tlv(0x30, oid(kind), tlv(tag, value))) for kind, tag, value in attributes))


def plain_name(common: str, *countries: str) -> bytes:
    return name(*((COUNTRY, PRINTABLE, c.encode()) for c in countries), (COMMON, UTF8, common.encode()))


def extension(kind: str, value: bytes, *, critical: bool = False) -> bytes:
    return tlv(0x30, oid(kind), tlv(1, b"\xff") if critical else b"", tlv(4, value))


def basic_constraints(*, ca: bool, path: int | None = None) -> bytes:
    inside = (tlv(1, b"\xff") if ca else b"") + (integer(path) if path is not None else b"")
    return extension("2.5.29.19", tlv(0x30, inside), critical=True)


def key_usage(*bits: int) -> bytes:
    value = bytearray(2)
    for bit in bits:
        value[bit // 8] |= 0x80 >> bit % 8
    short = bytes(value).rstrip(b"\0")
    unused = (short[-1] & -short[-1]).bit_length() - 1 if short else 0
    return extension("2.5.29.15", tlv(3, bytes((unused,)) + short), critical=True)


def extended_usage(*kinds: str, critical: bool = True) -> bytes:
    return extension("2.5.29.37", tlv(0x30, *map(oid, kinds)), critical=critical)


def alternative_names(*names: tuple[int, bytes], critical: bool = False) -> bytes:
    """(6, URI) or (2, DNS name)."""
    return extension("2.5.29.17", tlv(0x30, *(tlv(0x80 | kind, value) for kind, value in names)), critical=critical)


def crl_point(url: str) -> bytes:
    return extension("2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0x86, url.encode()))))))


class Certificate(NamedTuple):
    """A certificate to be made; `der` makes it. `with_(…)` is the same with one thing changed."""

    key: Any
    issuer_key: Any
    subject: bytes
    issuer: bytes
    extensions: tuple[bytes, ...]
    begins: datetime = NOW - timedelta(days=200)
    ends: datetime = NOW + timedelta(days=200)
    serial: bytes = integer(0x1234567890)
    version: bytes = tlv(0xA0, integer(2))
    digest: Any = SHA256

    def with_(self, **changes: Any) -> Certificate:
        return self._replace(**changes)

    def without(self, kind: str) -> Certificate:
        """The same without one kind of extension."""
        return self._replace(extensions=tuple(one for one in self.extensions if oid(kind) not in one))

    def also(self, *more: bytes) -> Certificate:
        return self._replace(extensions=(*self.extensions, *more))

    @property
    def der(self) -> bytes:
        algorithm = _algorithm(self.issuer_key, self.digest)
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        body = tlv(
            0x30,
            self.version,
            self.serial,
            algorithm,
            self.issuer,
            tlv(0x30, _time(self.begins), _time(self.ends)),
            self.subject,
            public,
            tlv(0xA3, tlv(0x30, *self.extensions)) if self.extensions else b"",
        )
        return tlv(0x30, body, algorithm, tlv(3, b"\0" + _sign(self.issuer_key, body, self.digest)))

    @property
    def pem(self) -> str:
        import base64

        return (
            "-----BEGIN CERTIFICATE-----\n"
            + base64.encodebytes(self.der).decode("ascii")
            + "-----END CERTIFICATE-----\n"
        )


def authority(key: Any, common: str = "Demo IACA", country: str = "SG", *, path: int | None = 0) -> Certificate:
    """A self-signed authority as ISO/IEC 18013-5 Annex B.1.2 describes it."""
    subject = plain_name(common, country)
    return Certificate(
        key,
        key,
        subject,
        subject,
        (basic_constraints(ca=True, path=path), key_usage(*CA_USAGE)),
        NOW - timedelta(days=1000),
        NOW + timedelta(days=2000),
    )


def signer(key: Any, above: Certificate, common: str = "Demo DS", country: str = "SG") -> Certificate:
    """A document signer below `above` as ISO/IEC 18013-5 Annex B.1.4 describes it."""
    return Certificate(
        key,
        above.key,
        plain_name(common, country),
        above.subject,
        (key_usage(*SIGNER_USAGE), extended_usage(MDOC_SIGNER)),
    )


def revocations(
    above: Certificate,
    serials: Iterable[int] = (),
    *,
    issued: datetime = NOW - timedelta(days=1),
    following: datetime | None = NOW + timedelta(days=6),
    extensions: tuple[bytes, ...] = (),
    key: Any = None,
    revoked: datetime = NOW - timedelta(days=2),
) -> bytes:
    """A certificate revocation list of an authority (RFC 5280 §5)."""
    signing = key or above.key
    algorithm = _algorithm(signing, above.digest)
    entries = [tlv(0x30, integer(serial), _time(revoked)) for serial in serials]
    body = tlv(
        0x30,
        integer(1),
        algorithm,
        above.subject,
        _time(issued),
        _time(following) if following else b"",
        tlv(0x30, *entries) if entries else b"",
        tlv(0xA0, tlv(0x30, *extensions)) if extensions else b"",
    )
    return tlv(0x30, body, algorithm, tlv(3, b"\0" + _sign(signing, body, above.digest)))


@cache
def p256(number: int) -> ec.EllipticCurvePrivateKey:
    """The same keys in every run."""
    return ec.derive_private_key(number, ec.SECP256R1())


def _time(moment: datetime) -> bytes:
    if moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def _algorithm(key: Any, digest: Any) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return tlv(0x30, oid("1.3.101.112"))
    if isinstance(key, rsa.RSAPrivateKey):
        kinds = {"sha256": "1.2.840.113549.1.1.11", "sha1": "1.2.840.113549.1.1.5"}
        return tlv(0x30, oid(kinds[digest.name]), tlv(5))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        kinds = {"sha1": "1", "sha256": "3.2", "sha384": "3.3", "sha512": "3.4"}
        return tlv(0x30, oid(f"1.2.840.10045.4.{kinds[digest.name]}"))
    return tlv(0x30, oid("2.16.840.1.101.3.4.3.2"))  # DSA with SHA-256


def _sign(key: Any, message: bytes, digest: Any) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), digest)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(digest, deterministic_signing=True))
    return bytes(key.sign(message, digest))
