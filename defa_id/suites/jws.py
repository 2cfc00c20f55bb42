"""JSON Web Signatures in compact form (RFC 7515), read strictly and verified with a listed key.

RFC 8725 is the rule book: the header proposes, the registry disposes. No key, URL or extension
in a header is ever followed, and an algorithm that is not in our table does not exist here.
"""

from __future__ import annotations

import binascii
from functools import lru_cache
from typing import Any, Final

from defa_id.codec import base64url, digests, limits, strict_json
from defa_id.codec.text import printable
from defa_id.credential import KeyHint, Proof
from defa_id.errors import Fault
from defa_id.keys import ALGORITHMS, PublicKey
from defa_id.suites import Means
from defa_id.values import NamedTuple

_CARRIES_A_KEY: Final = ("jwk", "jku", "x5u", "x5t")
_NOT_FOR_SIGNATURES: Final = ("b64", "zip", "enc", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c")


class Header(NamedTuple):
    """A protected header. `typ` and `cty` without the optional `application/` (RFC 7515 §4.1.9)."""

    alg: str
    typ: str | None
    cty: str | None
    hint: KeyHint


class Token(NamedTuple):
    """A compact JWS read and not verified. `signed` is the token's exact signing input."""

    header: Header
    payload: bytes
    proof: Proof

    @property
    def signed(self) -> bytes:
        """The bytes the signature covers (RFC 7515 §5.1 step 8)."""
        return self.proof.message

    @property
    def digest(self) -> str:
        """SHA-256 of the signing input: one credential has one digest, however its ECDSA signature
        is spelled (both s and n-s verify)."""
        return digests.sha256(self.proof.message).hex()


def looks_compact(data: bytes) -> bool:
    """Whether the bytes begin like a compact token: base64url of something a header could be."""
    head = data[:4].rstrip(b".")
    if len(head) < 2 or (b"." not in data and not data.startswith(b"ey")):
        return False
    try:
        first = binascii.a2b_base64(head.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(head) % 4))[:1]
    except binascii.Error:
        return False
    return first in (b"{", b"\xef", b"\xff", b"\xfe", b"\0", b" ", b"\n", b"\t", b"\r")


def read(token: bytes) -> Token:
    """The parts of a compact JWS.

    Raises `Fault`: JOSE_SEGMENTS, JOSE_BASE64, JOSE_ALG_*, JOSE_HEADER_FORBIDDEN, JOSE_CRIT,
    JOSE_KEY_AMBIGUOUS, X509_*, LIMIT_HEADER, LIMIT_X509, and what `strict_json` raises.
    """
    segments = token.split(b".")
    if len(segments) != 3 or not segments[0]:
        raise Fault("JOSE_SEGMENTS", f"{len(segments)} parts instead of three")
    header = read_header(segments[0])
    if not segments[1] or not segments[2]:
        raise Fault("JOSE_SEGMENTS", "the payload or the signature is empty")
    payload = base64url.decode(segments[1], what="the payload")
    signature = base64url.decode(segments[2], what="the signature")
    message = token[: len(segments[0]) + 1 + len(segments[1])]
    return Token(header, payload, Proof("jws", header.alg, header.hint, message, signature))


@lru_cache(maxsize=512)
def read_header(segment: bytes) -> Header:
    """The header in one segment; headers repeat, so this pure function of the bytes is cached."""
    if len(segment) > limits.HEADER_X5C_BYTES * 4 // 3:
        raise Fault("LIMIT_HEADER")
    raw = base64url.decode(segment, what="the header")
    header = strict_json.load_object(raw)
    alg = header.get("alg")
    if not isinstance(alg, str):
        raise Fault("JOSE_ALG_MISSING")
    if alg not in ALGORITHMS:
        raise Fault("JOSE_ALG_FORBIDDEN", f"{printable(alg)} is not an algorithm of the table", alg=printable(alg))
    if "crit" in header:
        raise Fault("JOSE_CRIT", "crit names extensions, and this verifier knows none")
    if forbidden := [name for name in (*_CARRIES_A_KEY, *_NOT_FOR_SIGNATURES) if name in header]:
        raise Fault("JOSE_HEADER_FORBIDDEN", f"{forbidden[0]} must not be in the header", parameter=forbidden[0])
    if "x5c" not in header and len(raw) > limits.HEADER_BYTES:
        raise Fault("LIMIT_HEADER")
    kid = _text(header, "kid")
    if kid is not None and "x5c" in header:
        raise Fault("JOSE_KEY_AMBIGUOUS", "both kid and x5c name a key")
    hint = KeyHint(kid, _certificates(header), _text(header, "x5t#S256"))
    return Header(alg, _media_type(header, "typ"), _media_type(header, "cty"), hint)


def verify(proof: Proof, key: PublicKey, _: Means) -> None:
    """Return if `key` made `proof`. Raises `Fault` JOSE_ALG_KEY_MISMATCH, JOSE_SIGNATURE_FORMAT, JOSE_SIGNATURE."""
    key.verify(proof.alg, proof.signature, proof.message)


def _text(header: dict[str, Any], name: str) -> str | None:
    value = header.get(name)
    if value is None and name not in header:
        return None
    if not isinstance(value, str) or not value:
        raise Fault("JOSE_HEADER_FORBIDDEN", f"{name} is not a text", parameter=name)
    return value


def _media_type(header: dict[str, Any], name: str) -> str | None:
    value = _text(header, name)
    return value.removeprefix("application/") if value is not None else None


def _certificates(header: dict[str, Any]) -> tuple[bytes, ...]:
    """x5c (RFC 7515 §4.1.6): standard base64 with padding, the signer's certificate first."""
    chain = header.get("x5c")
    if chain is None and "x5c" not in header:
        return ()
    if not isinstance(chain, list) or not chain:
        raise Fault("X509_PARSE", "x5c is not a list of certificates")
    if len(chain) > limits.X509_CHAIN:
        raise Fault("LIMIT_X509", f"{len(chain)} certificates, {limits.X509_CHAIN} at most")
    certificates = []
    for text in chain:
        if not isinstance(text, str) or not text.isascii():
            raise Fault("X509_PARSE", "x5c holds something other than base64")
        try:
            der = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
        except binascii.Error:
            raise Fault("X509_PARSE", "x5c holds something other than base64") from None
        if len(der) > limits.X509_BYTES:
            raise Fault("LIMIT_X509", "a certificate is too large")
        certificates.append(der)
    stated = header.get("x5t#S256")
    if isinstance(stated, str) and stated != base64url.encode(digests.sha256(certificates[0])):
        raise Fault("X509_THUMBPRINT")
    return tuple(certificates)
