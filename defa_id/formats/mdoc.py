"""ISO/IEC 18013-5 mdoc: issuer-signed elements with or without the device's proof, from CBOR as received.

A bare IssuerSigned, one Document, or a DeviceResponse; as bytes or in base64url, as OpenID4VP and
OpenID4VCI carry them. Digests are taken over the bytes that came, never over an encoding of our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from defa_id.codec import base64url, cbor, digests, limits, times
from defa_id.codec.cbor import Embedded, Tagged
from defa_id.codec.text import printable, require_visible
from defa_id.credential import Credential, Holder, KeyHint, Reading, Response, Window
from defa_id.errors import Fault
from defa_id.formats import status_claim
from defa_id.suites import cose
from defa_id.values import NamedTuple

NAME: Final = "mdoc"
TDATE: Final = 0  # RFC 8949 §3.4.1
FULL_DATE: Final = 1004  # RFC 8943 §1.2
TAGS: Final = frozenset({cbor.EMBEDDED, TDATE, FULL_DATE, cose.SIGN1, cose.MAC0})

_HASHES: Final = {"SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}  # §9.1.2.5 table 21
_RANDOM_BYTES: Final = 16  # §9.1.2.5: at least
_VERSION: Final = re.compile(r"1\.[0-9]{1,3}")  # §9.1.2.4: a minor version only adds, and is signed
# What stands around the issuer's signature is nobody's word: only members the standard names (first and
# second edition) are taken, so that a changed name cannot pass for a member left out.
_RESPONSE: Final = frozenset({"version", "documents", "zkDocuments", "encryptedDocuments", "documentErrors", "status"})
_DOCUMENT: Final = frozenset({"docType", "issuerSigned", "deviceSigned", "errors"})
_ISSUER_SIGNED: Final = frozenset({"nameSpaces", "issuerAuth"})
_DEVICE_SIGNED: Final = frozenset({"nameSpaces", "deviceAuth"})
_BASE64URL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_MAP: Final = 5  # CBOR's major type
_PLAIN: Final = frozenset({str, bool, type(None)})

Elements = Mapping[str, Mapping[str, Any]]  # by name space and identifier


class DeviceSigned(NamedTuple):
    """What the device added (§8.3.2.1.2.2). `namespaces`: DeviceNameSpacesBytes, of `doc_type`;
    `auth`: deviceSignature or deviceMac, unread."""

    doc_type: str
    namespaces: Embedded
    auth: Mapping[str, Any]


class Read(NamedTuple):
    """One document with its mobile security object, signed by whom nobody has asked yet."""

    auth: cose.Message
    chain: tuple[bytes, ...]
    mso: Mapping[str, Any]
    items: Mapping[str, list[Any]]
    device: DeviceSigned | None


class Disclosed(NamedTuple):
    """The same with the elements whose digests the security object holds; `own` are the device's."""

    read: Read
    elements: Elements
    own: Elements
    disclosures: int


def recognises(data: bytes) -> bool:
    """Whether this is a CBOR map that speaks of an issuer's signature or of a response, or its base64url."""
    if data[:1] in (b"o", b"p", b"q", b"r", b"s", b"t", b"u") and not data.rstrip(b"=").translate(None, _BASE64URL):
        try:
            data = base64url.decode(data.rstrip(b"="))
        except Fault:
            return False
    return data[:1] != b"" and data[0] >> 5 == _MAP and (b"issuerAuth" in data or b"version" in data[:64])


def read(data: bytes, _: Reading) -> Read | Response:
    """One document, or several in a response of their own.

    Raises `Fault`: INPUT_BASE64, MDOC_SHAPE, MDOC_VERSION, MDOC_STATUS, MDOC_DOCTYPE, MDOC_NO_DOCUMENT,
    X509_MISSING, X509_PARSE, LIMIT_X509, LIMIT_CREDENTIALS, CBOR_*, COSE_*, and LIMIT_* of CBOR.
    """
    if data[0] < 0x80:
        data = base64url.decode(data, "INPUT_BASE64", "the document")
    value = cbor.decode(data, tags=TAGS)
    if type(value) is not dict:
        raise Fault("MDOC_SHAPE", "not a map")
    if "issuerAuth" in value:
        return _issuer_signed(value, None)
    if "issuerSigned" in value:
        return _document(value)
    documents = _documents(value)
    if len(documents) == 1:
        return _document(documents[0])
    return Response(NAME, tuple((NAME, cbor.encode(document)) for document in documents))


def disclose(read: Read | Response) -> Disclosed | Response:
    """The elements, each held against its digest (§9.3.1 step 3).

    Raises `Fault`: MDOC_DIGEST, MDOC_DIGEST_ALG, MDOC_DUPLICATE, MDOC_ITEM, MDOC_DATE, MDOC_KEY_AUTH,
    MDOC_SHAPE, LIMIT_DISCLOSURES.
    """
    if isinstance(read, Response):
        return read
    algorithm = read.mso.get("digestAlgorithm")
    if type(algorithm) is not str or algorithm not in _HASHES:
        raise Fault("MDOC_DIGEST_ALG", f"{printable(algorithm)} is not taken", alg=printable(algorithm))
    hashed = digests.hasher(_HASHES[algorithm])
    named = _map(read.mso, "valueDigests")
    elements: dict[str, dict[str, Any]] = {}
    count = 0
    for space, items in read.items.items():
        count += len(items)
        if count > limits.DISCLOSURES:
            raise Fault("LIMIT_DISCLOSURES", f"more than {limits.DISCLOSURES} elements")
        listed = named.get(space)
        if type(listed) is not dict:
            raise Fault("MDOC_DIGEST", "a name space is none of the security object's")
        elements[space] = _elements(items, listed, hashed)
    return Disclosed(read, elements, _device_elements(read), count)


def model(disclosed: Disclosed | Response) -> Credential | Response:
    """The credential: its type is the docType, its subject all elements together, its issuer whoever the
    certificate says.

    Raises `Fault`: MDOC_SHAPE, MDOC_DATE, TIME_WINDOW_INVERTED, STATUS_SHAPE, SHAPE_CONTROL_CHAR.
    """
    if isinstance(disclosed, Response):
        return disclosed
    (auth, chain, mso, _, device), elements, own, count = disclosed
    doc_type = require_visible(mso["docType"], "docType")
    claims: dict[str, Any] = {"docType": doc_type, "namespaces": elements}
    if own:
        claims["deviceNamespaces"] = own
    subject: dict[str, Any] = {}
    for space in sorted(elements, reverse=True):  # of one name in two spaces the first space's stands
        subject.update(elements[space])
    proof = auth.proof(KeyHint(x5c=chain))
    return Credential(
        format=NAME,
        model="ISO/IEC 18013-5",
        issuer=None,
        types=(doc_type,),
        claims=claims,
        subject=subject,
        window=_window(_map(mso, "validityInfo")),
        proofs=(proof,),
        status=status_claim.read(_json(mso["status"])) if "status" in mso else (),
        holder=Holder({"cose_key": _map(_map(mso, "deviceKeyInfo"), "deviceKey")}),
        digest=digests.sha256(proof.message).hex(),
        disclosures=count,
        shown=device,
    )


def _documents(response: Mapping[str, Any]) -> list[Any]:
    """The documents of a DeviceResponse (§8.3.2.1.2.2); one that reports a failure is none."""
    if "version" not in response or "status" not in response:
        raise Fault("MDOC_SHAPE", "neither a response nor a document nor issuer-signed elements")
    _require_known(response, _RESPONSE)
    if response["version"] != "1.0":
        raise Fault("MDOC_VERSION", f"a response of version {printable(response['version'])}")
    status = response["status"]
    if type(status) is not int or status != 0:
        raise Fault("MDOC_STATUS", f"the device reports status {printable(status)}")
    if response.get("documentErrors"):
        raise Fault("MDOC_STATUS", "the device reports documents it did not return")
    documents = response.get("documents", [])
    if type(documents) is not list:
        raise Fault("MDOC_SHAPE", "documents is not a list")
    if not documents:
        raise Fault("MDOC_NO_DOCUMENT")
    if len(documents) > limits.PRESENTED_CREDENTIALS:
        raise Fault("LIMIT_CREDENTIALS", f"more than {limits.PRESENTED_CREDENTIALS}")
    return documents


def _document(document: Any) -> Read:
    if type(document) is not dict or type(document.get("docType")) is not str:
        raise Fault("MDOC_SHAPE", "a document has no docType")
    _require_known(document, _DOCUMENT)
    device = None
    if "deviceSigned" in document:
        signed = _map(document, "deviceSigned")
        _require_known(signed, _DEVICE_SIGNED)
        namespaces = signed.get("nameSpaces")
        if type(namespaces) is not Embedded or type(namespaces.value) is not dict:
            raise Fault("MDOC_SHAPE", "the device's name spaces are not embedded CBOR")
        device = DeviceSigned(document["docType"], namespaces, _map(signed, "deviceAuth"))
    read = _issuer_signed(_map(document, "issuerSigned"), device)
    if document["docType"] != read.mso["docType"]:
        raise Fault("MDOC_DOCTYPE")
    _require_no_contradiction(document.get("errors", {}), read.items)
    return read


def _issuer_signed(signed: Mapping[str, Any], device: DeviceSigned | None) -> Read:
    """IssuerSigned (§8.3.2.1.2.2) and what the issuer's signature covers (§9.1.2.4)."""
    _require_known(signed, _ISSUER_SIGNED)
    auth = cose.read_sign1(signed.get("issuerAuth"))
    chain = cose.x5chain(auth.unprotected)
    if not chain:
        raise Fault("X509_MISSING")
    content = cbor.decode(auth.payload, tags=(cbor.EMBEDDED, TDATE))
    if type(content) is not Embedded or type(content.value) is not dict:
        raise Fault("MDOC_SHAPE", "the payload is not an embedded mobile security object")
    mso = content.value
    _require_version(mso.get("version"))
    if type(mso.get("docType")) is not str:
        raise Fault("MDOC_SHAPE", "the security object has no docType")
    items = signed.get("nameSpaces", {})
    if "nameSpaces" in signed and not items:  # ISO/IEC 18013-5 §8.3.2.1.2.2: one at least, or no member at all
        raise Fault("MDOC_SHAPE", "nameSpaces that hold none")
    if type(items) is not dict or not all(type(s) is str and type(i) is list and i for s, i in items.items()):
        raise Fault("MDOC_SHAPE", "nameSpaces are not lists of items by name")
    return Read(auth, chain, mso, items, device)


def _require_known(found: Mapping[Any, Any], known: frozenset[str]) -> None:
    if not known.issuperset(found):
        stranger = next(name for name in found if name not in known)
        raise Fault("MDOC_SHAPE", f"{printable(stranger)} is no member the standard names")


def _require_version(version: Any) -> None:
    if type(version) is not str or not _VERSION.fullmatch(version):
        raise Fault("MDOC_VERSION", f"version {printable(version)}")


def _require_no_contradiction(errors: Any, items: Mapping[str, list[Any]]) -> None:
    """Elements a device did not return are named in `errors` (§8.3.2.1.2.3); they cannot stand here as well."""
    if type(errors) is not dict or not all(type(named) is dict for named in errors.values()):
        raise Fault("MDOC_SHAPE", "errors are not maps by name space")
    for space, named in errors.items():
        returned = {item.value.get("elementIdentifier") for item in items.get(space, ()) if _is_item(item)}
        if not returned.isdisjoint(named):
            raise Fault("MDOC_STATUS", "an element is returned and reported as not returned")


def _is_item(item: Any) -> bool:
    return type(item) is Embedded and type(item.value) is dict


def _elements(items: list[Any], listed: Mapping[Any, Any], hashed: Callable[[bytes], bytes]) -> dict[str, Any]:
    """The elements of one name space, each from an IssuerSignedItemBytes whose digest is listed."""
    found: dict[str, Any] = {}
    used: set[int] = set()
    for item in items:
        if not _is_item(item):
            raise Fault("MDOC_ITEM", "an item is not embedded CBOR")
        encoded, content = item
        number, random = content.get("digestID"), content.get("random")
        name = content.get("elementIdentifier")
        if type(number) is not int or type(name) is not str or "elementValue" not in content:
            raise Fault("MDOC_ITEM", "an item lacks a part, or one is of the wrong type")
        if type(random) is not bytes or len(random) < _RANDOM_BYTES:
            raise Fault("MDOC_ITEM", f"an item has less than {_RANDOM_BYTES} random bytes")
        if number in used or name in found:
            raise Fault("MDOC_DUPLICATE", digest_id=number)
        if hashed(encoded) != listed.get(number):
            raise Fault("MDOC_DIGEST", digest_id=number)
        used.add(number)
        value = content["elementValue"]
        found[name] = value if type(value) in _PLAIN else _json(value)
    return found


def _device_elements(read: Read) -> Elements:
    """What the device says of its own; only where the issuer let it (§9.1.2.4, keyAuthorizations)."""
    if read.device is None or not read.device.namespaces.value:
        return {}
    authorised = _map(read.mso, "deviceKeyInfo").get("keyAuthorizations", {})
    spaces = authorised.get("nameSpaces", ()) if type(authorised) is dict else None
    single = authorised.get("dataElements", {}) if type(authorised) is dict else None
    if not isinstance(spaces, list | tuple) or type(single) is not dict:
        raise Fault("MDOC_SHAPE", "keyAuthorizations are not name spaces and elements")
    found: dict[str, dict[str, Any]] = {}
    for space, elements in read.device.namespaces.value.items():
        if type(space) is not str or type(elements) is not dict or not all(type(name) is str for name in elements):
            raise Fault("MDOC_SHAPE", "the device's elements are not maps by name space")
        named = single.get(space, ())
        if space not in spaces and not (type(named) is list and all(name in named for name in elements)):
            raise Fault("MDOC_KEY_AUTH")
        found[space] = {name: _json(value) for name, value in elements.items()}
    return found


def _json(value: Any) -> Any:
    """An element's value as JSON can hold it: bytes as base64url, dates as their text, keys as texts."""
    kind = type(value)
    if kind is int:
        if abs(value) > limits.JSON_INTEGER:
            raise Fault("MDOC_ITEM", "a number beyond what every reader holds")
        return value
    if kind is bytes:
        return base64url.encode(value)
    if kind is list:
        return [_json(item) for item in value]
    if kind is dict:
        members = {str(name): _json(member) for name, member in value.items()}
        if len(members) != len(value):
            raise Fault("MDOC_ITEM", "a key stands as a number and as a text")
        return members
    if kind is Tagged:
        return _date(value)
    if kind is Embedded:
        return _json(value.value)
    return value


def _date(value: Tagged) -> str:
    """A tdate or full-date (RFC 8949 §3.4.1, RFC 8943) as its text."""
    tag, text = value
    if tag == TDATE:
        times.parse(text, "a date in it", "MDOC_DATE")
    elif tag == FULL_DATE and type(text) is str and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise Fault("MDOC_DATE", "a date in it names a day that does not exist") from None
    else:
        raise Fault("MDOC_DATE" if tag == FULL_DATE else "MDOC_ITEM", "a tagged value in it is no date")
    return str(text)


def _window(info: Mapping[str, Any]) -> Window:
    """validityInfo (§9.1.2.4): signed no later than it begins, and it ends after that."""
    signed, begins, ends = (_moment(info, name) for name in ("signed", "validFrom", "validUntil"))
    if not signed <= begins < ends or ("expectedUpdate" in info and _moment(info, "expectedUpdate") < signed):
        raise Fault("TIME_WINDOW_INVERTED", "signed, validFrom, validUntil and expectedUpdate contradict each other")
    return Window(signed, begins, ends)


def _moment(info: Mapping[str, Any], name: str) -> datetime:
    """A tdate of the security object: in UTC, to the second (§9.1.2.4)."""
    value = info.get(name)
    if type(value) is not Tagged or value.tag != TDATE or type(value.value) is not str:
        raise Fault("MDOC_DATE", f"{name} is not a tagged date")
    if len(value.value) != 20 or not value.value.endswith("Z"):
        raise Fault("MDOC_DATE", f"{name} has a fraction or an offset")
    return times.parse(value.value, name, "MDOC_DATE")


def _map(value: Mapping[str, Any], name: str) -> dict[Any, Any]:
    found = value.get(name)
    if type(found) is not dict:
        raise Fault("MDOC_SHAPE", f"{name} is missing or is not a map")
    return found
