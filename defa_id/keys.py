"""Public keys and the algorithm table: what may verify a signature, and what is too weak to.

Keys are read from JWK (RFC 7517, 7518 §6, 8037 §2), COSE_Key (RFC 9052 §7) and X.509. A key object is
ready to verify: nothing is parsed again per credential. Weak keys are refused when they are read,
because OpenSSL verifies with them happily.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from defa_id.codec import base64url, canonical, digests
from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.values import NamedTuple

Verify = Callable[[bytes, bytes], None]


class Algorithm(NamedTuple):
    """One row of the table. `kty` and `crv` are what the key must be; `size` is the exact length of
    an ECDSA or EdDSA signature in bytes, None where the key decides it."""

    kty: str
    crv: str | None
    hash: str
    size: int | None


# RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2. Nothing else exists here: no HMAC, no "none", no
# encryption. RSA is verified only where a registry entry lists it.
ALGORITHMS: Final[Mapping[str, Algorithm]] = {
    "ES256": Algorithm("EC", "P-256", "sha256", 64),
    "ES384": Algorithm("EC", "P-384", "sha384", 96),
    "EdDSA": Algorithm("OKP", "Ed25519", "", 64),
    "Ed25519": Algorithm("OKP", "Ed25519", "", 64),
    "RS256": Algorithm("RSA", None, "sha256", None),
    "PS256": Algorithm("RSA", None, "sha256", None),
}
DEFAULT_ALGORITHMS: Final = ("ES256", "ES384", "EdDSA", "Ed25519")
# A holder's device may also make a code under a key it agrees on with this verifier (ISO/IEC 18013-5 §9.1.3.5).
AGREED_MAC: Final = "HMAC 256/256"
HOLDER_ALGORITHMS: Final = (*DEFAULT_ALGORITHMS, AGREED_MAC)

_CURVES: Final[Mapping[str, tuple[type[ec.EllipticCurve], int]]] = {
    "P-256": (ec.SECP256R1, 32),
    "P-384": (ec.SECP384R1, 48),
}
# RFC 9053 §7.1 and §7.2 (kty, crv), and the COSE algorithms each curve serves (RFC 9053 §2, RFC 9864 §2).
COSE_CURVES: Final[Mapping[tuple[int, int], str]] = {(2, 1): "P-256", (2, 2): "P-384", (1, 6): "Ed25519"}
_COSE_ALGORITHMS: Final[Mapping[str, tuple[int, ...]]] = {
    "P-256": (-7, -9),
    "P-384": (-35, -51),
    "Ed25519": (-8, -19),
}


class _Ecdsa(ec.ECDSA):
    """ECDSA as far as verifying needs it: setting up the signing side of the base class loads the
    modules of every other kind of key, which costs a cold start half a Python start."""

    def __init__(self, algorithm: hashes.HashAlgorithm) -> None:
        self._hash = algorithm

    @property
    def algorithm(self) -> hashes.HashAlgorithm:
        """The hash."""
        return self._hash

    @property
    def deterministic_signing(self) -> bool:
        """Nothing is signed with this."""
        return False


ECDSA: Final[Mapping[str, ec.ECDSA]] = {"P-256": _Ecdsa(hashes.SHA256()), "P-384": _Ecdsa(hashes.SHA384())}
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# RFC 7638 §3.2, RFC 8037 §2: the members a thumbprint is made of.
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
}
_RSA_BITS: Final = 2048  # NIST SP 800-131A rev. 2 §3
_RSA_EXPONENT: Final = 65537  # FIPS 186-5 §5.4 (e ≥ 2^16 + 1)

# The points of small order on edwards25519, as encodings (RFC 8032 §5.1; the list of C. Cremers and
# D. Jackson, "Prime, Order Please!", 2019), with every non-canonical spelling of the same points.
_FIELD: Final = 2**255 - 19
_ORDER_8_Y: Final = (
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
)
_SMALL_ORDER: Final = frozenset(
    (y | sign << 255).to_bytes(32, "little")
    for y in (0, 1, _FIELD - 1, *_ORDER_8_Y, _FIELD, _FIELD + 1)
    for sign in (0, 1)
)


class PublicKey:
    """A public key, ready to verify.

    `thumbprint` is the RFC 7638 SHA-256 thumbprint and is the key's identity; `kid` is only a hint.
    `alg` is what the key itself restricts its use to, if it does (RFC 7517 §4.4).
    """

    __slots__ = ("_native", "alg", "crv", "jwk", "kid", "kty", "thumbprint")

    def __init__(
        self, kty: str, crv: str | None, native: Any, jwk: Mapping[str, str], kid: str | None, alg: str | None
    ) -> None:
        self.kty = kty
        self.crv = crv
        self.kid = kid
        self.alg = alg
        self.jwk = jwk
        self.thumbprint = thumbprint(jwk)
        self._native = native

    def fits(self, alg: str) -> bool:
        """Whether `alg` can be verified with this key (RFC 8725 §3.2)."""
        row = ALGORITHMS.get(alg)
        same = self.alg is None or self.alg == alg or {self.alg, alg} == {"EdDSA", "Ed25519"}
        return row is not None and row.kty == self.kty and row.crv == self.crv and same

    def verify(self, alg: str, signature: bytes, message: bytes) -> None:
        """Return if `signature` (raw r||s for ECDSA, RFC 7518 §3.4) is this key's over `message`.

        Raises `Fault` JOSE_ALG_KEY_MISMATCH, JOSE_SIGNATURE_FORMAT, JOSE_SIGNATURE.
        """
        if not self.fits(alg):
            alg = printable(alg)
            raise Fault("JOSE_ALG_KEY_MISMATCH", f"{alg} does not go with a {self.crv or self.kty} key", alg=alg)
        size = ALGORITHMS[alg].size
        if size is not None and len(signature) != size:
            raise Fault("JOSE_SIGNATURE_FORMAT", f"{alg} signatures have {size} bytes, not {len(signature)}", alg=alg)
        try:
            if self.kty == "EC":
                self._native.verify(_der(signature), message, ECDSA[self.crv or ""])
            elif self.kty == "OKP":
                self._native.verify(signature, message)
            else:
                _verify_rsa(self._native, alg, signature, message)
        except InvalidSignature:
            raise Fault("JOSE_SIGNATURE", alg=alg) from None

    def agree(self, own_key: Any) -> bytes:
        """The secret this key's holder shares with the holder of an ephemeral private key (ECDH, NIST
        SP 800-56A rev. 3 §5.7.1.2). Raises `Fault` KEY_INVALID unless both are on one curve."""
        if self.kty == "EC" and isinstance(own_key, ec.EllipticCurvePrivateKey):
            try:
                return own_key.exchange(ec.ECDH(), self._native)
            except ValueError:
                pass
        raise Fault("KEY_INVALID", "the two keys are not on one curve")


def from_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """The public key a JWK describes.

    Raises `Fault`: KEY_PRIVATE for private members, KEY_USE for a key not meant to verify,
    KEY_WEAK for RSA under 2048 bits or with e < 65537 and for small-order Ed25519 points,
    KEY_INVALID for everything that is not a key of the table.
    """
    if _PRIVATE_MEMBERS & jwk.keys():
        raise Fault("KEY_PRIVATE")
    kid, alg = _text(jwk, "kid"), _text(jwk, "alg")
    if jwk.get("use", "sig") != "sig":
        raise Fault("KEY_USE", "its use is not sig")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise Fault("KEY_USE", "its key_ops do not include verify")
    kty, crv = _text(jwk, "kty"), _text(jwk, "crv")
    if kty == "EC" and crv is not None and crv in _CURVES:
        key = _read_ec(jwk, crv, kid, alg)
    elif kty == "OKP" and crv == "Ed25519":
        key = _read_ed25519(_bytes(jwk, "x"), kid, alg)
    elif kty == "RSA":
        key = _read_rsa(int.from_bytes(_bytes(jwk, "n")), int.from_bytes(_bytes(jwk, "e")), kid, alg)
    else:
        raise Fault("KEY_INVALID", "not a key type of the algorithm table", kty=printable(kty), crv=printable(crv))
    if alg is not None and not key.fits(alg):
        raise Fault("KEY_INVALID", "its alg does not go with its type", alg=printable(alg))
    return key


def from_cose(key: Any) -> PublicKey:
    """The public key a decoded COSE_Key describes (RFC 9052 §7, RFC 9053 §7): EC2 on P-256 or P-384,
    with y or its sign, or OKP Ed25519. `kid` stays bytes there and is not taken over.

    Raises like `from_jwk`; KEY_USE if its key_ops leave out verifying.
    """
    if type(key) is not dict:
        raise Fault("KEY_INVALID", "a COSE_Key is a map")
    if -4 in key:
        raise Fault("KEY_PRIVATE")
    operations = key.get(4, [2])
    if type(operations) is not list or 2 not in operations:
        raise Fault("KEY_USE", "its key_ops do not include verify")
    kty, crv, alg, x, y = (key.get(label) for label in (1, -1, 3, -2, -3))
    curve = COSE_CURVES.get((kty, crv)) if type(kty) is int and type(crv) is int else None
    if curve is None or type(x) is not bytes:
        raise Fault("KEY_INVALID", "not a key type of the algorithm table", kty=printable(kty), crv=printable(crv))
    if alg is not None and (type(alg) is not int or alg not in _COSE_ALGORITHMS[curve]):
        raise Fault("KEY_INVALID", "its alg does not go with its type", alg=printable(alg))
    if curve == "Ed25519":
        return _read_ed25519(x, None, None)
    size = _CURVES[curve][1]
    if len(x) == size and type(y) is bool:  # the sign of y: a compressed point
        return from_ec_point(curve, (b"\3" if y else b"\2") + x)
    if len(x) != size or type(y) is not bytes or len(y) != size:
        raise Fault("KEY_INVALID", f"coordinates of {curve} have {size} bytes", crv=curve)
    return from_ec_point(curve, b"\4" + x + y)


def from_native(native: Any, kid: str | None = None) -> PublicKey:
    """The same for a key object of `cryptography`, as a certificate holds. Raises like `from_jwk`."""
    if isinstance(native, ec.EllipticCurvePublicKey):
        names = {"secp256r1": "P-256", "secp384r1": "P-384"}
        crv = names.get(native.curve.name)
        if crv is None:
            raise Fault("KEY_INVALID", "not a curve of the algorithm table", crv=native.curve.name)
        numbers, size = native.public_numbers(), _CURVES[crv][1]
        jwk = {
            "kty": "EC",
            "crv": crv,
            "x": base64url.encode(numbers.x.to_bytes(size)),
            "y": base64url.encode(numbers.y.to_bytes(size)),
        }
        return PublicKey("EC", crv, native, jwk, kid, None)
    if isinstance(native, ed25519.Ed25519PublicKey):
        return _read_ed25519(native.public_bytes_raw(), kid, None)
    from cryptography.hazmat.primitives.asymmetric import rsa

    if isinstance(native, rsa.RSAPublicKey):
        modulus = native.public_numbers()
        return _read_rsa(modulus.n, modulus.e, kid, None)
    raise Fault("KEY_INVALID", "not a key type of the algorithm table")


def from_ec_point(crv: str, point: bytes, kid: str | None = None) -> PublicKey:
    """A key from an encoded point (SEC 1 §2.3.3), compressed or not. Raises `Fault` KEY_INVALID."""
    if point[:1] == b"\4" and len(point) == 2 * _CURVES[crv][1] + 1:
        return _ec_key(crv, point, kid, None)
    try:
        native = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[crv][0](), point)
    except ValueError:
        raise Fault("KEY_INVALID", "the point is not on its curve", crv=crv) from None
    return from_native(native, kid)


def from_ed25519(raw: bytes, kid: str | None = None) -> PublicKey:
    """A key from its 32 bytes (RFC 8032 §5.1.5). Raises `Fault` KEY_INVALID, KEY_WEAK."""
    return _read_ed25519(raw, kid, None)


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The RFC 7638 SHA-256 thumbprint of a public JWK, as base64url. Raises `Fault` KEY_INVALID for what is none."""
    members = _REQUIRED.get(str(jwk.get("kty")), ())
    held = {name: jwk[name] for name in members if isinstance(jwk.get(name), str)}
    if not held or len(held) != len(members):
        raise Fault("KEY_INVALID", "a member its thumbprint is made of is missing")
    return base64url.encode(digests.sha256(canonical.encode(held)))


def _text(jwk: Mapping[str, Any], member: str) -> str | None:
    value = jwk.get(member)
    if value is not None and not isinstance(value, str):
        raise Fault("KEY_INVALID", f"its {member} is not a text")
    return value


def _bytes(jwk: Mapping[str, Any], member: str) -> bytes:
    value = jwk.get(member)
    if not isinstance(value, str) or not value.isascii():
        raise Fault("KEY_INVALID", f"its {member} is missing")
    return base64url.decode(value.encode("ascii"), "KEY_INVALID", f"its {member}")


def _read_ec(jwk: Mapping[str, Any], crv: str, kid: str | None, alg: str | None) -> PublicKey:
    size = _CURVES[crv][1]
    x, y = _bytes(jwk, "x"), _bytes(jwk, "y")
    if len(x) != size or len(y) != size:
        raise Fault("KEY_INVALID", f"coordinates of {crv} have {size} bytes", crv=crv)
    return _ec_key(crv, b"\x04" + x + y, kid, alg)


@lru_cache(maxsize=512)
def _ec_key(crv: str, point: bytes, kid: str | None, alg: str | None) -> PublicKey:
    """The key of an uncompressed point. A holder's key is asked for more than once in one verification, and
    which key a point is depends on the point alone."""
    curve, size = _CURVES[crv]
    try:
        native = ec.EllipticCurvePublicKey.from_encoded_point(curve(), point)
    except ValueError:
        raise Fault("KEY_INVALID", "the point is not on its curve", crv=crv) from None
    x, y = point[1 : 1 + size], point[1 + size :]
    return PublicKey(
        "EC", crv, native, {"kty": "EC", "crv": crv, "x": base64url.encode(x), "y": base64url.encode(y)}, kid, alg
    )


def _read_ed25519(raw: bytes, kid: str | None, alg: str | None) -> PublicKey:
    if len(raw) != 32:
        raise Fault("KEY_INVALID", "an Ed25519 key has 32 bytes")
    if raw in _SMALL_ORDER:
        raise Fault("KEY_WEAK", "a point of small order: any signature would verify")
    if int.from_bytes(raw, "little") & (2**255 - 1) >= _FIELD:
        raise Fault("KEY_INVALID", "not the one spelling of an Ed25519 point")  # RFC 8032 §5.1.3 step 1
    try:
        native = ed25519.Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise Fault("KEY_INVALID", "not an Ed25519 point") from None
    return PublicKey("OKP", "Ed25519", native, {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(raw)}, kid, alg)


def _read_rsa(n: int, e: int, kid: str | None, alg: str | None) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    if n.bit_length() < _RSA_BITS:
        raise Fault("KEY_WEAK", f"RSA under {_RSA_BITS} bits", bits=n.bit_length())
    if n.bit_length() > 8192:
        raise Fault("KEY_INVALID", "RSA over 8192 bits", bits=n.bit_length())
    if e < _RSA_EXPONENT or e % 2 == 0:
        raise Fault("KEY_WEAK", f"an RSA exponent under {_RSA_EXPONENT} or even")
    if _roca(n):
        raise Fault("KEY_WEAK", "an RSA modulus of the ROCA family (CVE-2017-15361)")
    try:
        native = rsa.RSAPublicNumbers(e, n).public_key()
    except ValueError:
        raise Fault("KEY_INVALID", "not an RSA key") from None
    jwk = {
        "kty": "RSA",
        "n": base64url.encode(n.to_bytes((n.bit_length() + 7) // 8)),
        "e": base64url.encode(e.to_bytes((e.bit_length() + 7) // 8)),
    }
    return PublicKey("RSA", None, native, jwk, kid, alg)


def _roca(n: int) -> bool:
    """Whether the modulus has the mark of a ROCA key (Nemec et al., "The Return of Coppersmith's
    Attack", 2017): modulo each of these primes, the ones among the first 39 of which 65537 does not
    generate all units, it is a power of 65537. Another modulus is so with a chance under 2^-27."""
    for prime in (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157):
        residue, power = n % prime, 1
        for _ in range(prime):
            if power == residue:
                break
            power = power * 65537 % prime
        else:
            return False
    return True


def _verify_rsa(native: Any, alg: str, signature: bytes, message: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import padding

    if len(signature) != (native.key_size + 7) // 8:
        raise Fault("JOSE_SIGNATURE_FORMAT", "an RSA signature is as long as its modulus", alg=alg)
    scheme: Any = padding.PKCS1v15() if alg == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    native.verify(signature, message, scheme, hashes.SHA256())


def _der(raw: bytes) -> bytes:
    """ECDSA r||s as the ASN.1 that OpenSSL reads (RFC 3279 §2.2.3)."""
    half = len(raw) // 2
    r, s = raw[:half].lstrip(b"\0") or b"\0", raw[half:].lstrip(b"\0") or b"\0"
    if r[0] & 0x80:
        r = b"\0" + r
    if s[0] & 0x80:
        s = b"\0" + s
    body = bytes((2, len(r))) + r + bytes((2, len(s))) + s
    return bytes((0x30, len(body))) + body
