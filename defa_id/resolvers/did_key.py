"""did:key (W3C CCG, v0.9): the identifier is the key."""

from __future__ import annotations

from typing import Final

from defa_id import keys
from defa_id.codec import limits, multibase
from defa_id.errors import Fault
from defa_id.keys import PublicKey

METHOD: Final = "key"

# multicodec table: the prefix as an unsigned varint, the key's length in bytes, its curve.
_CODECS: Final = (
    (b"\xed\x01", 32, "Ed25519"),
    (b"\x80\x24", 33, "P-256"),
    (b"\x81\x24", 49, "P-384"),
)


def resolve(url: str) -> PublicKey:
    """The key of a did:key DID or of its one verification method.

    Raises `Fault`: DID_SYNTAX, KEY_INVALID for another codec or length, KEY_WEAK.
    """
    did, hash_, fragment = url.partition("#")
    identifier = did.removeprefix("did:key:")
    if len(url) > limits.DID_CHARS or not did.startswith("did:key:") or (hash_ and fragment != identifier):
        raise Fault("DID_SYNTAX", "not a did:key")
    data = multibase.decode_base58btc(identifier)
    for prefix, size, crv in _CODECS:
        if data.startswith(prefix):
            point = data[len(prefix) :]
            if len(point) != size:
                raise Fault("KEY_INVALID", f"a {crv} key has {size} bytes", crv=crv)
            kid = f"{did}#{identifier}"
            return keys.from_ed25519(point, kid) if crv == "Ed25519" else keys.from_ec_point(crv, point, kid)
    raise Fault("KEY_INVALID", "not a key type of the algorithm table")


def encode(key: PublicKey) -> str:
    """The did:key of a key. Raises `Fault` KEY_INVALID for a type did:key is not read for here."""
    from defa_id.codec import base64url

    for prefix, _, crv in _CODECS:
        if crv == key.crv:
            x = base64url.decode(key.jwk["x"].encode())
            if crv != "Ed25519":
                x = (b"\x03" if base64url.decode(key.jwk["y"].encode())[-1] & 1 else b"\x02") + x
            return "did:key:" + multibase.encode_base58btc(prefix + x)
    raise Fault("KEY_INVALID", "not a key type did:key is written for here")
