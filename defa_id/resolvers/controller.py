"""Controlled identifier documents at https (W3C Controlled Identifiers 1.0 §3.3): the identifier is the address."""

from __future__ import annotations

from defa_id.codec import limits, web
from defa_id.keys import PublicKey
from defa_id.resolvers import document
from defa_id.sources import Lookup


def resolve(url: str, lookup: Lookup) -> PublicKey:
    """The key of the verification method `url` in the document that lies at the URL without its fragment.

    Raises `Fault` NET_URL and those of `document`; `Unavailable` if it cannot be had.
    """
    identifier = url.partition("#")[0]
    web.parse(identifier)
    data = document.fetch(identifier, limits.DID_BYTES, lookup)
    return document.key_of(document.read(data, identifier), url, lookup.purpose, lookup.at)
