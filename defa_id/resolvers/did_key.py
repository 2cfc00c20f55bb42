"""did:key (W3C CCG, v0.9): the identifier is the key, as a multikey."""

from __future__ import annotations

from typing import Final

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.resolvers import multikey
from defa_id.sources import Lookup

METHOD: Final = "key"


def resolve(url: str, lookup: Lookup | None = None) -> PublicKey:  # noqa: ARG001  (nobody needs to be asked)
    """The key of a did:key DID or of its one verification method.

    Raises `Fault`: DID_SYNTAX, KEY_INVALID for another codec or length, KEY_WEAK.
    """
    did, hash_, fragment = url.partition("#")
    identifier = did.removeprefix("did:key:")
    if len(url) > limits.DID_CHARS or not did.startswith("did:key:") or (hash_ and fragment != identifier):
        raise Fault("DID_SYNTAX", "not a did:key")
    return multikey.decode(identifier, f"{did}#{identifier}")


def encode(key: PublicKey) -> str:
    """The did:key of a key. Raises `Fault` KEY_INVALID for a type did:key is not read for here."""
    return "did:key:" + multikey.encode(key)
