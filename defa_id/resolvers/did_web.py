"""did:web (W3C CCG): the document lies at an https address that the identifier spells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from defa_id.codec import limits, web
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.resolvers import document
from defa_id.sources import Lookup

METHOD: Final = "web"
_PART: Final = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+")  # idchar, DID Core §3.1


def resolve(url: str, lookup: Lookup) -> PublicKey:
    """The key of a did:web's verification method, as its document stands now.

    Raises `Fault` DID_SYNTAX, DID_HOST and those of `document`; `Unavailable` if it cannot be had.
    """
    return document.key_of(document_of(url.partition("#")[0], lookup), url, lookup.purpose, lookup.at)


def document_of(did: str, lookup: Lookup) -> Mapping[str, Any]:
    """The document of a did:web as it stands now. Raises `Fault` DID_SYNTAX, DID_HOST and those of
    `document.read`; `Unavailable`."""
    return document.read(document.fetch(document_url(did), limits.DID_BYTES, lookup), did)


def document_url(did: str) -> str:
    """Where the document of a did:web lies (did:web §3.2). Raises `Fault` DID_SYNTAX, DID_HOST."""
    parts = parts_of(did, METHOD)
    return place(parts) + ("/did.json" if len(parts) > 1 else "/.well-known/did.json")


def parts_of(did: str, method: str) -> list[str]:
    """The parts between colons behind the method's name. Raises `Fault` DID_SYNTAX."""
    parts = did.split(":")
    if len(did) > limits.DID_CHARS or parts[:2] != ["did", method] or len(parts) < 3:
        raise Fault("DID_SYNTAX", f"not a did:{method}")
    if not all(_PART.fullmatch(part) for part in parts[2:]):
        raise Fault("DID_SYNTAX", "a part is empty or holds a character that does not belong there")
    return parts[2:]


def place(parts: Sequence[str]) -> str:
    """The https address these parts spell: host, percent-encoded port, path. Raises `Fault` DID_SYNTAX, DID_HOST."""
    name, encoded, number = parts[0].partition("%3A")
    if "%" in name or (encoded and not number):
        raise Fault("DID_SYNTAX", "only a port may be percent-encoded beside the host")
    port = f":{web.port(number, 'DID_SYNTAX')}" if encoded else ""
    path = "".join(f"/{part}" for part in parts[1:])
    if not web.plain_path(path):
        raise Fault("DID_SYNTAX", "its path leads elsewhere than it says")
    return f"https://{web.host(name)}{port}{path}"
