"""COSE_Sign1 and COSE_Mac0 (RFC 9052), read strictly and verified with a listed key.

The header proposes, the registry disposes, as with JOSE: the algorithm stands in the protected
header and is one of our table, no key or URL in a header is followed, `crit` is refused. Algorithms
bear the names of `keys.ALGORITHMS`, so that a registry entry lists one name for both families.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from defa_id.codec import base64url, cbor, limits
from defa_id.codec.cbor import Tagged
from defa_id.codec.text import printable, require_visible
from defa_id.credential import KeyHint, Proof
from defa_id.errors import Fault
from defa_id.keys import AGREED_MAC, PublicKey
from defa_id.suites import Means
from defa_id.values import NamedTuple

SIGN1: Final = 18  # RFC 9052 §2, the tags of the two messages
MAC0: Final = 17

# RFC 9053 §2.1 and §2.2, RFC 9864 §2 (fully specified), RFC 8230 §2 (PS256). RS256 (-257) is not
# recommended for COSE by RFC 8812 §2 and does not exist here.
ALGORITHMS: Final[Mapping[int, str]] = {
    -7: "ES256",
    -9: "ES256",
    -35: "ES384",
    -51: "ES384",
    -8: "EdDSA",
    -19: "Ed25519",
    -37: "PS256",
}
HMAC_256: Final = 5  # RFC 9053 §3.1: for COSE_Mac0 only, never for a signature

ALG: Final = 1  # RFC 9052 §3.1
CRIT: Final = 2
CONTENT_TYPE: Final = 3
KID: Final = 4
TYP: Final = 16  # RFC 9596 §2
X5CHAIN: Final = 33  # RFC 9360 §2

Label = int | str
Headers = Mapping[Label, Any]


class Message(NamedTuple):
    """A COSE_Sign1 or COSE_Mac0 read and not verified.

    `alg`: a name of `keys.ALGORITHMS`, or AGREED_MAC for a Mac0; `protected_bytes`: the content of the
    protected header's byte string as received; `payload`: what is signed, wherever it came from;
    `signature`: the signature, or the tag of a Mac0.
    """

    alg: str
    protected: Headers
    unprotected: Headers
    protected_bytes: bytes
    payload: bytes
    signature: bytes

    @property
    def kid(self) -> bytes | None:
        """The key identifier; the protected one where both headers hold one (RFC 9052 §3)."""
        kid: bytes | None = self.protected.get(KID, self.unprotected.get(KID))
        return kid

    @property
    def typ(self) -> str | int | None:
        """The protected typ (RFC 9596): a media type or the number of a CoAP content format."""
        typ: str | int | None = self.protected.get(TYP)
        return typ

    @property
    def content_type(self) -> str | int | None:
        """The content type, protected before unprotected."""
        found: str | int | None = self.protected.get(CONTENT_TYPE, self.unprotected.get(CONTENT_TYPE))
        return found

    def proof(self, hint: KeyHint, external_aad: bytes = b"") -> Proof:
        """The signature over its Sig_structure (RFC 9052 §4.4), for the suite `cose`. The format
        says in `hint` what the headers mean: a kid is text in one profile and a digest in another."""
        covered = to_be_signed("Signature1", self.protected_bytes, external_aad, self.payload)
        return Proof("cose", self.alg, hint, covered, self.signature)


def read(data: bytes, tags: Iterable[int] = ()) -> Message:
    """A COSE_Sign1 from its bytes, tagged 18 or not, inside the outer `tags` or not (CWT: 61).

    Raises `Fault`: what `read_sign1` and `cbor.decode` raise.
    """
    outer = tuple(tags)
    value = cbor.decode(data, tags=(SIGN1, *outer))
    while type(value) is Tagged and value.tag in outer:
        value = value.value
    return read_sign1(value)


def read_sign1(value: Any, detached: bytes | None = None) -> Message:
    """A COSE_Sign1 (RFC 9052 §4.2) from decoded CBOR, tagged 18 or not.

    `detached`: the payload, where the profile keeps it out of the message; else it must be inside.
    Raises `Fault`: COSE_SHAPE, COSE_HEADER, COSE_ALG, COSE_CRIT, COSE_PAYLOAD, X509_PARSE, and what
    `cbor.decode` raises for the protected header.
    """
    protected, unprotected, raw, payload, signature = _parts(value, SIGN1, detached)
    number = _alg(protected, unprotected)
    if number not in ALGORITHMS:
        raise Fault("COSE_ALG", f"{number} is not an algorithm of the table", alg=str(number))
    return Message(ALGORITHMS[number], protected, unprotected, raw, payload, signature)


def read_mac0(value: Any, detached: bytes | None = None) -> Message:
    """A COSE_Mac0 (RFC 9052 §6.2) with HMAC 256/256. Raises like `read_sign1`."""
    protected, unprotected, raw, payload, tag = _parts(value, MAC0, detached)
    number = _alg(protected, unprotected)
    if number != HMAC_256:
        raise Fault("COSE_ALG", f"{number} is not HMAC 256/256", alg=str(number))
    return Message(AGREED_MAC, protected, unprotected, raw, payload, tag)


def verify(proof: Proof, key: PublicKey, *_: Means) -> None:
    """Return if `key` made `proof`. Raises `Fault` COSE_ALG, COSE_SIGNATURE."""
    try:
        key.verify(proof.alg, proof.signature, proof.message)
    except Fault as fault:
        code = "COSE_ALG" if fault.code == "JOSE_ALG_KEY_MISMATCH" else "COSE_SIGNATURE"
        raise Fault(code, fault.why, alg=proof.alg) from None


def verify_mac(message: Message, key: bytes, external_aad: bytes = b"") -> None:
    """Return if `key` made the Mac0 (RFC 9052 §6.3). Raises `Fault` COSE_SIGNATURE."""
    import hmac

    covered = to_be_signed("MAC0", message.protected_bytes, external_aad, message.payload)
    if not hmac.compare_digest(hmac.digest(key, covered, "sha256"), message.signature):
        raise Fault("COSE_SIGNATURE", "the code does not match")


def agreed_proof(message: Message, own_key: Any, salt: bytes) -> Proof:
    """A Mac0 under a key that the holder and this verifier agree on (ISO/IEC 18013-5 §9.1.3.5), for the
    suite `cose-mac`: `own_key` is this verifier's ephemeral private key, `salt` that of the derivation."""
    return Proof("cose-mac", AGREED_MAC, KeyHint(), b"", message.signature, (message, own_key, salt))


def verify_agreed(proof: Proof, key: PublicKey, means: Means) -> None:  # noqa: ARG001  (a suite's signature)
    """Return if the holder of `key` made the code. Raises `Fault` COSE_SIGNATURE, COSE_ALG where the two
    keys are of different curves."""
    message, own_key, salt = proof.content
    verify_mac(message, agreed_key(own_key, key, salt))


def agreed_key(own_key: Any, key: PublicKey, salt: bytes) -> bytes:
    """EMacKey (ISO/IEC 18013-5 §9.1.3.5): HKDF with SHA-256 (RFC 5869 §2) over the shared secret, one block.

    Raises `Fault` COSE_ALG for keys of different curves.
    """
    import hmac

    try:
        shared = key.agree(own_key)
    except Fault as fault:
        raise Fault("COSE_ALG", fault.why, alg=AGREED_MAC) from None
    return hmac.digest(hmac.digest(salt, shared, "sha256"), b"EMacKey\1", "sha256")


def to_be_signed(what: str, protected: bytes, external_aad: bytes, payload: bytes) -> bytes:
    """The Sig_structure or MAC_structure (RFC 9052 §4.4, §6.3) of `what`: Signature1 or MAC0."""
    parts = [b"\x84", cbor.head(3, len(what)), what.encode()]
    for part in (protected, external_aad, payload):
        parts += cbor.head(2, len(part)), part
    return b"".join(parts)


def x5chain(headers: Headers) -> tuple[bytes, ...]:
    """The certificates of an x5chain (RFC 9360 §2), the signer's first; empty if there is none.

    Raises `Fault` X509_PARSE, LIMIT_X509.
    """
    found = headers.get(X5CHAIN)
    if found is None and X5CHAIN not in headers:
        return ()
    chain: list[Any] = found if type(found) is list else [found]
    if not chain or not all(type(der) is bytes for der in chain):
        raise Fault("X509_PARSE", "x5chain is not a list of certificates")
    if len(chain) > limits.X509_CHAIN:
        raise Fault("LIMIT_X509", f"{len(chain)} certificates, {limits.X509_CHAIN} at most")
    if any(len(der) > limits.X509_BYTES for der in chain):
        raise Fault("LIMIT_X509", "a certificate is too large")
    return tuple(chain)


def chain_of(message: Message) -> tuple[bytes, ...]:
    """The certificates that travel along, the protected ones where both headers hold some. Raises as `x5chain`."""
    return x5chain(message.protected) or x5chain(message.unprotected)


def named_key(message: Message) -> KeyHint:
    """How a profile names a key in which kid is text: the listed key's `kid`, thumbprint or DID URL. A kid
    that is no visible text goes by its base64url. Raises as `x5chain`."""
    chain, kid = chain_of(message), message.kid
    if kid is None:
        return KeyHint(x5c=chain)
    try:
        return KeyHint(kid=require_visible(kid.decode("ascii"), "kid"), x5c=chain)
    except (UnicodeDecodeError, Fault):
        return KeyHint(kid=base64url.encode(kid), x5c=chain)


def _parts(value: Any, tag: int, detached: bytes | None) -> tuple[Headers, Headers, bytes, bytes, bytes]:
    if type(value) is Tagged and value.tag == tag:
        value = value.value
    if type(value) is not list or len(value) != 4:
        raise Fault("COSE_SHAPE", "not an array of four")
    raw, unprotected, inside, signature = value
    if type(raw) is not bytes or type(unprotected) is not dict or type(signature) is not bytes:
        raise Fault("COSE_SHAPE", "an element has the wrong type")
    protected = _protected(raw)
    if CRIT in protected or CRIT in unprotected:
        raise Fault("COSE_CRIT", "crit names extensions, and this verifier knows none")
    _plain(unprotected)
    if both := [label for label in protected if label in unprotected and label not in (ALG, KID)]:
        raise Fault("COSE_HEADER", f"label {printable(both[0])} stands in both headers")
    if detached is not None and inside is not None:
        raise Fault("COSE_PAYLOAD", "a payload stands inside where it belongs outside")
    payload = inside if detached is None else detached
    if type(payload) is not bytes:
        raise Fault("COSE_PAYLOAD", "there is no payload" if payload is None else "the payload is no byte string")
    return protected, unprotected, raw, payload, signature


@lru_cache(maxsize=512)
def _protected(raw: bytes) -> Headers:
    """The protected header; headers repeat, so this pure function of the bytes is cached."""
    if len(raw) > limits.HEADER_X5C_BYTES:
        raise Fault("LIMIT_HEADER")
    headers = cbor.decode(raw) if raw else {}
    if type(headers) is not dict:
        raise Fault("COSE_SHAPE", "the protected header is no map")
    if len(raw) > limits.HEADER_BYTES and X5CHAIN not in headers:
        raise Fault("LIMIT_HEADER")
    _plain(headers)
    return MappingProxyType(headers)


def _plain(headers: Headers) -> None:
    """The types of the parameters that are read here (RFC 9052 §3.1, RFC 9596 §2)."""
    if KID in headers and type(headers[KID]) is not bytes:
        raise Fault("COSE_HEADER", "kid is no byte string")
    for label in (CONTENT_TYPE, TYP):
        value = headers.get(label, 0)
        if type(value) is not str and (type(value) is not int or value < 0):
            raise Fault("COSE_HEADER", f"label {label} is no media type")


def _alg(protected: Headers, unprotected: Headers) -> int:
    """The algorithm; an unprotected one is nobody's word, and two that differ are a trap."""
    number = protected.get(ALG)
    if type(number) is not int:
        raise Fault("COSE_ALG", "the protected header names no algorithm of the table")
    if unprotected.get(ALG, number) != number:
        raise Fault("COSE_ALG", "the two headers name different algorithms")
    return number
