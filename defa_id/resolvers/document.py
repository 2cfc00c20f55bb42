"""Controlled identifier documents (W3C Controlled Identifiers 1.0, DID Core 1.0): the key behind a
verification method's URL, if the document lets it be used for the purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id import keys
from defa_id.codec import limits, multibase, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.resolvers import multikey
from defa_id.sources import Lookup, Unavailable
from defa_id.values import NamedTuple

RELATIONSHIPS: Final = (
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
)
_MATERIAL: Final = ("publicKeyJwk", "publicKeyMultibase", "publicKeyBase58", "publicKeyHex", "publicKeyPem")
# Which member holds the key, by the method's type: Controlled Identifiers §2.2, and the registered types of
# older suites (W3C Security Vocabulary).
_HELD_IN: Final = {
    "Multikey": ("publicKeyMultibase",),
    "JsonWebKey": ("publicKeyJwk",),
    "JsonWebKey2020": ("publicKeyJwk",),
    "Ed25519VerificationKey2020": ("publicKeyMultibase",),
    "Ed25519VerificationKey2018": ("publicKeyBase58", "publicKeyJwk"),
    "EcdsaSecp256r1VerificationKey2019": ("publicKeyJwk", "publicKeyMultibase"),
}


class Method(NamedTuple):
    """A verification method, its `id` absolute. `purposes`: the relationships that hold or name it."""

    id: str
    content: Mapping[str, Any]
    purposes: frozenset[str]


def fetch(url: str, limit: int, lookup: Lookup) -> bytes:
    """A document from outside. Raises `Fault` LIMIT_DID, `Unavailable`."""
    try:
        return lookup.source.get(url, limit).data
    except Unavailable as unavailable:
        if unavailable.code == "NET_SIZE":
            raise Fault("LIMIT_DID", f"more than {limit} bytes", url=printable(url, 256)) from None
        raise


def read(data: bytes, did: str) -> Mapping[str, Any]:
    """The document of `did`. Raises `Fault` JSON_*, LIMIT_DID, DID_ID_MISMATCH, DID_DEACTIVATED."""
    if len(data) > limits.DID_BYTES:
        raise Fault("LIMIT_DID", f"more than {limits.DID_BYTES} bytes")
    return require(strict_json.load_object(data), did)


def require(document: Mapping[str, Any], did: str) -> Mapping[str, Any]:
    """`document`, if it is that of `did` and in use. Raises `Fault` DID_ID_MISMATCH, DID_DEACTIVATED."""
    if document.get("id") != did:
        raise Fault("DID_ID_MISMATCH", f"the document is that of {printable(document.get('id'))}")
    if document.get("deactivated", False) is not False:
        raise Fault("DID_DEACTIVATED")
    return document


def key_of(document: Mapping[str, Any], url: str, purpose: str, at: datetime) -> PublicKey:
    """The key of the method `url` names, which has to stand in the relationship `purpose` (Controlled
    Identifiers §3.3). A bare identifier means the one method of that purpose.

    Raises `Fault`: DID_DOCUMENT, LIMIT_DID, DID_AMBIGUOUS, DID_KEY_UNKNOWN, DID_PURPOSE, DID_CONTROLLER,
    DID_KEY_AMBIGUOUS, KEY_TIME, KEY_*.
    """
    did, hash_, _ = url.partition("#")
    found = methods(document, did)
    if not hash_:
        meant = [method for method in found if purpose in method.purposes]
        if len(meant) != 1:
            raise Fault("DID_AMBIGUOUS", f"the document has {len(meant)} methods for {purpose}", methods=len(meant))
    else:
        meant = [method for method in found if method.id == url]
        if not meant:
            raise Fault("DID_KEY_UNKNOWN", "the document has no such method", method=printable(url, 256))
    (method,) = meant
    if purpose not in method.purposes:
        raise Fault("DID_PURPOSE", f"the method is not for {purpose}", method=printable(method.id, 256))
    if method.content.get("controller", did) != did:
        raise Fault("DID_CONTROLLER", "the method is somebody else's", method=printable(method.id, 256))
    for member in ("expires", "revoked"):
        if member in method.content and times.parse(method.content[member], member, "DID_DOCUMENT") <= at:
            raise Fault("KEY_TIME", f"the method has {member}", method=printable(method.id, 256))
    return _key(method)


def methods(document: Mapping[str, Any], did: str) -> list[Method]:
    """Every verification method of a document, embedded ones included, each under its absolute URL.

    Raises `Fault` DID_DOCUMENT, LIMIT_DID, and DID_AMBIGUOUS where two have one URL.
    """
    purposes: dict[str, set[str]] = {}
    contents: dict[str, Mapping[str, Any]] = {}
    for count, (relationship, method) in enumerate(_mentioned(document), 1):
        if count > limits.DID_METHODS * (1 + len(RELATIONSHIPS)):
            raise Fault("LIMIT_DID", "the document names too many methods")
        id = _absolute(method if isinstance(method, str) else method.get("id"), did)
        if relationship is not None:
            purposes.setdefault(id, set()).add(relationship)
        if isinstance(method, Mapping):
            if id in contents:
                raise Fault("DID_AMBIGUOUS", "two methods have one identifier", method=printable(id, 256))
            contents[id] = method
    if len(contents) > limits.DID_METHODS:
        raise Fault("LIMIT_DID", f"more than {limits.DID_METHODS} verification methods")
    return [Method(id, content, frozenset(purposes.get(id, ()))) for id, content in contents.items()]


def _mentioned(document: Mapping[str, Any]) -> Iterator[tuple[str | None, str | Mapping[str, Any]]]:
    for relationship in (None, *RELATIONSHIPS):
        listed = document.get(relationship or "verificationMethod", [])
        if not isinstance(listed, list):
            raise Fault("DID_DOCUMENT", f"{relationship or 'verificationMethod'} is not a list")
        for method in listed:
            if not isinstance(method, dict) and not (isinstance(method, str) and relationship):
                raise Fault("DID_DOCUMENT", f"{relationship or 'verificationMethod'} holds something else")
            yield relationship, method


def _absolute(id: object, did: str) -> str:
    """A method's URL; within a document `#key` means this document's (DID Core §3.2.2)."""
    if not isinstance(id, str) or "#" not in id:
        raise Fault("DID_DOCUMENT", "a method's identifier is not a URL with a fragment")
    return did + id if id.startswith("#") else id


def _key(method: Method) -> PublicKey:
    held = [name for name in _MATERIAL if name in method.content]
    if len(held) > 1:
        raise Fault("DID_KEY_AMBIGUOUS", f"{' and '.join(held)} are both given", method=printable(method.id, 256))
    type = method.content.get("type")
    if not isinstance(type, str) or type not in _HELD_IN:
        raise Fault("KEY_INVALID", f"{printable(type)} is not a type of method that is read here")
    if not held or held[0] not in _HELD_IN[type]:
        raise Fault("DID_DOCUMENT", f"a {type} holds its key in {' or '.join(_HELD_IN[type])}")
    material = method.content[held[0]]
    if held[0] == "publicKeyJwk":
        if not isinstance(material, dict):
            raise Fault("DID_DOCUMENT", "publicKeyJwk is not an object")
        return keys.from_jwk({**material, "kid": method.id})
    if not isinstance(material, str):
        raise Fault("DID_DOCUMENT", f"{held[0]} is not a text")
    if held[0] == "publicKeyBase58":
        return keys.from_ed25519(multibase.decode_base58btc("z" + material), method.id)
    key = multikey.decode(material, method.id)
    if type.startswith("Ed25519") and key.crv != "Ed25519":
        raise Fault("KEY_INVALID", f"a {type} holds another kind of key", crv=key.crv)
    return key
