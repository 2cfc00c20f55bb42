"""Host names and https URLs, taken only in the spelling that every reader understands alike."""

from __future__ import annotations

import re
from typing import Final

from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.values import NamedTuple

HTTPS: Final = 443
_UNRESERVED: Final = r"A-Za-z0-9._~\-"
# RFC 3986 §3.3 and §3.4, less the characters that shells, logs and servers read in two ways.
_PATH: Final = re.compile(rf"(?:/(?:[{_UNRESERVED}!$&()*+,;=:@]|%[0-9A-Fa-f]{{2}})*)*")
_QUERY: Final = re.compile(rf"(?:[{_UNRESERVED}!$()*+,;=:@/?&]|%[0-9A-Fa-f]{{2}})*")
_URL: Final = re.compile(r"https://([^/?#@\\:]+)(?::([0-9]{1,5}))?(/[^?#]*)?(?:\?([^#]*))?")
# RFC 1123 §2.1 and RFC 5890 §2.3.1: letters, digits, hyphen; RFC 1035 §2.3.4: 63 and 253 octets.
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOST_OCTETS: Final = 253
# Names that by RFC 6761, 6762, 8375 and 9476 or by custom lead to the machine that asks, or its own network.
_OWN: Final = frozenset({"localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private"})


class Url(NamedTuple):
    """An https URL taken apart. `path` begins with a slash; `query` is without its question mark."""

    host: str
    port: int
    path: str
    query: str | None = None

    @property
    def target(self) -> str:
        """The request target (RFC 9112 §3.2.1)."""
        return self.path if self.query is None else f"{self.path}?{self.query}"


def host(text: str, code: str = "DID_HOST") -> str:
    """A public DNS name, in lower case. Raises `Fault` (DID_HOST) for an address in any spelling, a
    single label, letters beyond ASCII, a trailing dot, and names of the asking machine's own network."""
    labels = text.lower().split(".")
    last = labels[-1]
    if not text.isascii() or len(text) > _HOST_OCTETS or not all(_LABEL.fullmatch(label) for label in labels):
        raise Fault(code, f"{printable(text)} is not a host name")
    if len(labels) < 2 or not last[0].isalpha():  # 127.1, 0x7f000001, 2130706433: no top-level name has a digit first
        raise Fault(code, f"{printable(text)} is not a public host name")
    if last in _OWN or labels[-2:] == ["home", "arpa"]:
        raise Fault(code, f"{printable(text)} names the asking machine's own network")
    return text.lower()


def port(text: str, code: str) -> int:
    """A port: 443, or one that no other service is known to own (RFC 6335 §6). Raises `Fault` (`code`)."""
    number = int(text) if re.fullmatch(r"[1-9][0-9]{0,4}", text) else 0
    if number != HTTPS and not 1024 <= number <= 65535:
        raise Fault(code, f"{printable(text)} is not a port for https")
    return number


def parse(text: str, code: str = "NET_URL") -> Url:
    """An https URL without user, fragment or detours. Raises `Fault` (NET_URL)."""
    found = _URL.fullmatch(text)
    if found is None:
        raise Fault(code, f"{printable(text)} is not an https URL without user name and fragment")
    name, number, path, query = found.groups()
    if not plain_path(path or "/") or (query is not None and not _QUERY.fullmatch(query)):
        raise Fault(code, f"{printable(text)} has a path or query that can be read in two ways")
    return Url(host(name, code), port(number, code) if number else HTTPS, path or "/", query)


def plain_path(path: str) -> bool:
    """Whether a path says where it leads: no dot segments, no encoded slash, dot, backslash or control."""
    if not _PATH.fullmatch(path):
        return False
    decoded = re.sub(r"%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), path)
    hidden = decoded.count("/") != path.count("/") or any(ord(c) <= 0x20 or c in "\\\x7f" for c in decoded)
    return not hidden and not {".", ".."} & set(decoded.split("/"))
