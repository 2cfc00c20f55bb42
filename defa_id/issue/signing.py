"""Private keys at the edge: made, read, written as JWK, and compact JWS signed with them.

PyJWT does the signing and the reading of private JWK. ECDSA is made deterministic (RFC 6979): the
same content and key always give the same token, and no bad random number can give a key away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from defa_id import keys
from defa_id.codec import strict_json
from defa_id.errors import Fault, WrongUse
from defa_id.values import NamedTuple

if TYPE_CHECKING:
    from jwt import PyJWS

Native = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

_PUBLIC: Final = {"EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x"), "RSA": ("kty", "n", "e")}
_PREFERRED: Final = ("ES256", "ES384", "EdDSA", "Ed25519", "PS256", "RS256")
_CURVES: Final[Mapping[str, ec.EllipticCurve]] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}


class SigningKey(NamedTuple):
    """A private key and its public half as the verifier sees it."""

    native: Native
    public: keys.PublicKey

    @property
    def kid(self) -> str:
        """What a header calls this key: the JWK's own `kid`, else its RFC 7638 thumbprint."""
        return self.public.kid or self.public.thumbprint

    @property
    def algorithm(self) -> str:
        """The algorithm this key signs with where nothing else is said."""
        return next(alg for alg in _PREFERRED if self.public.fits(alg))

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public JWK (RFC 7517), with `kid` where the key has one."""
        return {**self.public.jwk, **({"kid": self.public.kid} if self.public.kid else {})}


def generate(kind: str = "P-256", kid: str | None = None) -> SigningKey:
    """A new random key: `P-256`, `P-384`, `Ed25519` or `RSA` (3072 bits). Raises `WrongUse`."""
    if kind in _CURVES:
        return from_native(ec.generate_private_key(_CURVES[kind]), kid)
    if kind == "Ed25519":
        return from_native(ed25519.Ed25519PrivateKey.generate(), kid)
    if kind == "RSA":
        return from_native(rsa.generate_private_key(65537, 3072), kid)
    raise WrongUse(f"no key of kind {kind!r}", hint="Use P-256, P-384, Ed25519 or RSA.")


def from_native(native: Native, kid: str | None = None) -> SigningKey:
    """The same for a key object of `cryptography`. Raises `WrongUse` for a weak or unknown kind."""
    try:
        return SigningKey(native, keys.from_native(native.public_key(), kid))
    except Fault as fault:
        raise _unusable(fault) from None


def from_jwk(jwk: Mapping[str, Any]) -> SigningKey:
    """The key a private JWK describes; members we do not know are left aside.

    Raises `WrongUse` if it is public only, unreadable, weak, or its halves do not belong together.
    """
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

    members = _PUBLIC.get(str(jwk.get("kty")), ())
    described = {name: jwk[name] for name in (*members, "kid", "alg", "use", "key_ops") if name in jwk}
    if "key_ops" in described:
        described["key_ops"] = ["verify"]
    try:
        public = keys.from_jwk(described)
    except Fault as fault:
        raise _unusable(fault) from None
    if "d" not in jwk:
        raise WrongUse("this JWK is a public key", hint="Signing needs the private key, with member d.")
    private = {name: jwk[name] for name in (*members, "d", "p", "q", "dp", "dq", "qi") if name in jwk}
    try:
        native = PyJWK(
            private, algorithm=next(alg for alg in ("ES256", "ES384", "EdDSA", "PS256") if public.fits(alg))
        ).key
    except (PyJWTError, ValueError, TypeError, StopIteration):
        raise WrongUse("the private JWK cannot be read", hint="Its members must be one key, RFC 7518 §6.") from None
    if keys.from_native(native.public_key()).thumbprint != public.thumbprint:
        raise WrongUse("the private JWK's halves do not belong together", hint="Export the key anew.")
    return SigningKey(native, public)


def read(data: bytes) -> SigningKey:
    """The private key in a file: a JWK, or PEM without a passphrase. Raises `WrongUse`."""
    if data.lstrip()[:1] == b"{":
        try:
            return from_jwk(strict_json.load_object(data))
        except Fault as fault:
            raise _unusable(fault) from None
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        native = load_pem_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise WrongUse(
            "not a private key that can be read", hint="Give a private JWK, or PEM (PKCS #8) without a passphrase."
        ) from None
    if not isinstance(native, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey):
        raise WrongUse("not a kind of key that signs credentials", hint="Use P-256, P-384, Ed25519 or RSA.")
    return from_native(native)


def to_jwk(key: SigningKey) -> dict[str, str]:
    """The private JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2), with `kid` where the key has one."""
    from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

    if isinstance(key.native, ec.EllipticCurvePrivateKey):
        private = ECAlgorithm.to_jwk(key.native, as_dict=True)
    elif isinstance(key.native, ed25519.Ed25519PrivateKey):
        private = OKPAlgorithm.to_jwk(key.native, as_dict=True)
    else:
        private = RSAAlgorithm.to_jwk(key.native, as_dict=True)
    known = {name: value for name, value in private.items() if isinstance(value, str)}
    return {**known, **({"kid": key.public.kid} if key.public.kid else {})}


def sign_ecdsa(native: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """A deterministic ECDSA signature (RFC 6979 §3.2), DER, with the hash that goes with the curve."""
    digest: hashes.HashAlgorithm = hashes.SHA384() if native.curve.name == "secp384r1" else hashes.SHA256()
    return native.sign(message, ec.ECDSA(digest, deterministic_signing=True))


def sign_raw(key: SigningKey, message: bytes) -> bytes:
    """A signature as COSE and Data Integrity carry it: r||s for ECDSA (RFC 9053 §2.1), 64 bytes for Ed25519.

    Raises `WrongUse` for RSA keys.
    """
    if isinstance(key.native, ed25519.Ed25519PrivateKey):
        return key.native.sign(message)
    if not isinstance(key.native, ec.EllipticCurvePrivateKey):
        raise WrongUse("this signs with elliptic curves only", hint="Give a P-256, P-384 or Ed25519 key.")
    r, s = decode_dss_signature(sign_ecdsa(key.native, message))
    size = (key.native.curve.key_size + 7) // 8
    return r.to_bytes(size) + s.to_bytes(size)


def sign_compact(
    key: SigningKey, header: Mapping[str, Any], payload: bytes | Mapping[str, Any], alg: str | None = None
) -> str:
    """A compact JWS (RFC 7515 §7.1) with `alg` (default: the key's own) put into the header.

    Raises `WrongUse` if the key cannot sign with that algorithm.
    """
    alg = alg or key.algorithm
    if not key.public.fits(alg):
        raise WrongUse(f"{alg} does not go with this key", hint=f"The key signs with {key.algorithm}.")
    body = payload if isinstance(payload, bytes) else to_json(payload)
    return _engine().encode(body, key.native, alg, {**header, "alg": alg})


def to_json(value: Any) -> bytes:
    """Compact JSON in UTF-8, members in the order given."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _engine() -> PyJWS:
    """PyJWT with deterministic ECDSA and the names of RFC 9864."""
    from jwt import PyJWS
    from jwt.algorithms import ECAlgorithm, OKPAlgorithm
    from jwt.utils import der_to_raw_signature

    class Deterministic(ECAlgorithm):
        def sign(self, msg: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
            return der_to_raw_signature(sign_ecdsa(key, msg), key.curve)

    engine = PyJWS()
    for name in ("ES256", "ES384"):
        engine.unregister_algorithm(name)
    engine.register_algorithm("ES256", Deterministic(ECAlgorithm.SHA256, ec.SECP256R1))
    engine.register_algorithm("ES384", Deterministic(ECAlgorithm.SHA384, ec.SECP384R1))
    engine.register_algorithm("Ed25519", OKPAlgorithm())
    return engine


def _unusable(fault: Fault) -> WrongUse:
    from defa_id.catalogue import CATALOGUE

    return WrongUse(
        f"the key cannot be used: {fault.why or CATALOGUE.reasons[fault.code].message}",
        hint="Keys are P-256, P-384, Ed25519, or RSA of at least 2048 bits.",
    )
