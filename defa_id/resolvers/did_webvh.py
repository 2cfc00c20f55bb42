"""did:webvh 1.0 (DIF): a did:web whose every version is signed and chained to the one before."""

from __future__ import annotations

from typing import Final

from defa_id.errors import Fault
from defa_id.resolvers import did_web

METHOD: Final = "webvh"


def log_url(did: str) -> str:
    """Where the log of a did:webvh lies (did:webvh 1.0, "The DID to HTTPS Transformation").
    Raises `Fault` DID_SYNTAX, DID_HOST."""
    _, *parts = did_web.parts_of(did, METHOD)
    if not parts:
        raise Fault("DID_SYNTAX", "not a did:webvh")
    return did_web.place(parts) + ("/did.jsonl" if len(parts) > 1 else "/.well-known/did.jsonl")
