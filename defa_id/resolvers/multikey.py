"""Multikey (W3C Controlled Identifiers §2.2.2): a public key as multibase text with its multicodec in front."""

from __future__ import annotations

from typing import Final

from defa_id import keys
from defa_id.codec import base64url, multibase
from defa_id.errors import Fault
from defa_id.keys import PublicKey

# multicodec table: the prefix as an unsigned varint, the key's length in bytes, its curve.
_CODECS: Final = (
    (b"\xed\x01", 32, "Ed25519"),
    (b"\x80\x24", 33, "P-256"),
    (b"\x81\x24", 49, "P-384"),
)


def decode(text: str, kid: str | None = None) -> PublicKey:
    """The key of a multikey text.

    Raises `Fault`: DID_SYNTAX for another base than base58btc, KEY_INVALID for another codec or length, KEY_WEAK.
    """
    data = multibase.decode_base58btc(text)
    for prefix, size, crv in _CODECS:
        if data.startswith(prefix):
            point = data[len(prefix) :]
            if len(point) != size:
                raise Fault("KEY_INVALID", f"a {crv} key has {size} bytes", crv=crv)
            return keys.from_ed25519(point, kid) if crv == "Ed25519" else keys.from_ec_point(crv, point, kid)
    raise Fault("KEY_INVALID", "not a key type of the algorithm table")


def encode(key: PublicKey) -> str:
    """A key as multikey text. Raises `Fault` KEY_INVALID for a type that is not read here."""
    for prefix, _, crv in _CODECS:
        if crv == key.crv:
            x = base64url.decode(key.jwk["x"].encode())
            if crv != "Ed25519":
                x = (b"\x03" if base64url.decode(key.jwk["y"].encode())[-1] & 1 else b"\x02") + x
            return multibase.encode_base58btc(prefix + x)
    raise Fault("KEY_INVALID", "not a key type that multikeys are written for here")
