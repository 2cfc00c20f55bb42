"""Status mechanisms: what an entry points at, and what the opened list says there.

A mechanism never sees an unopened list, so it cannot forget its signature; whether the list's signer
may speak for the issuer is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.errors import Fault, Unknowable
from defa_id.values import NamedTuple

# A list is fetched as it stands: no query, fragment or user name that could tell one holder from another.
_ADDRESS: Final = r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"


class Reference(NamedTuple):
    """Where a credential's status stands: the list's URL, the entry's position, the purpose it names (None:
    all of them at once), and the mechanism's own further facts."""

    url: str
    position: int
    purpose: str | None
    more: Mapping[str, Any] = {}


class Value(NamedTuple):
    """What stands there: the number, and what it means: `valid`, `revoked`, `suspended`, or `other`."""

    number: int
    meaning: str
    note: str = ""


class Mechanism(NamedTuple):
    """One kind of status. `refer` reads the entry, `look` the opened list's claims at a reference."""

    refer: Callable[[Mapping[str, Any]], Reference]
    look: Callable[[Mapping[str, Any], Reference], Value]


def require_address(url: Any) -> str:
    """The URL of a list. Raises `Fault` STATUS_URI for one that is not plain https."""
    if not isinstance(url, str) or len(url) > limits.STATUS_URL_CHARS or not re.fullmatch(_ADDRESS, url):
        raise Fault("STATUS_URI", "not a plain https address", url=printable(url, 256))
    return url


def inflate(data: bytes, window: int) -> bytes:
    """A compressed list, whole (RFC 1950 with `window` 15, RFC 1952 with 31). Raises `Fault`
    LIMIT_STATUS, STATUS_ENCODING for several members, something behind it, or a wrong checksum."""
    import zlib

    work = zlib.decompressobj(window)
    try:
        found = work.decompress(data, limits.STATUS_BYTES + 1)
    except zlib.error:
        raise Fault("STATUS_ENCODING", "the list cannot be decompressed") from None
    if len(found) > limits.STATUS_BYTES:
        raise Fault("LIMIT_STATUS", f"the list is larger than {limits.STATUS_BYTES} bytes")
    if not work.eof or work.unused_data:
        raise Fault("STATUS_ENCODING", "the compressed list is torn, or something follows it")
    return found


def judge(value: Value, reference: Reference) -> str | None:
    """Return for a status that speaks against nothing, with a note where there is one.

    Raises `Fault` STATUS_REVOKED, STATUS_SUSPENDED; `Unknowable` STATUS_OTHER for a value whose meaning
    the issuer keeps to itself.
    """
    evidence = {"purpose": reference.purpose, "value": value.number}
    if value.meaning == "revoked":
        raise Fault("STATUS_REVOKED", value.note, **evidence)
    if value.meaning == "suspended":
        raise Fault("STATUS_SUSPENDED", value.note, **evidence)
    if value.meaning != "valid":
        raise Unknowable("STATUS_OTHER", printable(value.note, 128), **evidence)
    return value.note or None
