"""did:jwk: the identifier is the key, as a JWK in base64url; its one method is `#0`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id import keys
from defa_id.codec import base64url, canonical, limits, strict_json
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.sources import Lookup

METHOD: Final = "jwk"


def resolve(url: str, lookup: Lookup | None = None) -> PublicKey:  # noqa: ARG001  (nobody needs to be asked)
    """The key of a did:jwk DID or of its method `#0`.

    Raises `Fault`: DID_SYNTAX, JSON_*, KEY_PRIVATE, KEY_USE, KEY_INVALID, KEY_WEAK.
    """
    did, hash_, fragment = url.partition("#")
    if (
        len(url) > limits.DID_CHARS
        or not did.startswith("did:jwk:")
        or not did.isascii()
        or (hash_ and fragment != "0")
    ):
        raise Fault("DID_SYNTAX", "not a did:jwk")
    data = base64url.decode(did.removeprefix("did:jwk:").encode("ascii"), "DID_SYNTAX", "the identifier")
    return keys.from_jwk({"kid": f"{did}#0", **_without_kid(strict_json.load_object(data))})


def encode(jwk: Mapping[str, Any]) -> str:
    """The did:jwk of a public JWK."""
    return "did:jwk:" + base64url.encode(canonical.encode(dict(jwk)))


def _without_kid(jwk: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name != "kid"}
