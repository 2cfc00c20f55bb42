"""One question to one host: its addresses checked, the connection pinned to a checked one, one answer.

The name is looked up once and the connection goes to what was checked, so no later answer can lead
it elsewhere; TLS and the Host header keep the name.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final

from defa_id import wire
from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.codec.web import Url
from defa_id.net import addresses, names
from defa_id.values import NamedTuple
from defa_id.wire import Unfit

if TYPE_CHECKING:
    import ssl
    from http.client import HTTPResponse

Connect = Callable[[str, int, float], socket.socket]
_ADDRESSES_TRIED: Final = 4
# What documents come as: JSON, JWT, CWT, CBOR and COSE with and without a suffix (RFC 6838 §4.2.8),
# JSON lines (did:webvh), certificate revocation lists, and files of a server that does not know any of these.
_TYPE: Final = re.compile(
    r"(?:application/(?:[a-z0-9.+-]+\+)?(?:json|jwt|cwt|cbor|cose|sd-jwt)"
    r"|application/(?:jsonl|vc|octet-stream|pkix-crl)|text/jsonl)"
)
_MAX_AGE: Final = re.compile(r"(?:^|[ ,])max-age=\"?([0-9]{1,9})\"?(?=[ ,]|$)")


class Answer(NamedTuple):
    """What a server sent, and for how many seconds it may be kept, as far as it says so (RFC 9111 §4.2.1).
    `durable`: whether that may be on a disk."""

    data: bytes
    lifetime: int | None
    durable: bool = True


class Reach(NamedTuple):
    """How hosts are reached. Tests hand in their own; nothing else should."""

    look_up: names.LookUp = names.system
    connect: Connect | None = None
    authorities: str | None = None

    def trust(self) -> ssl.SSLContext:
        """Whose certificates count. Raises `Unfit` NET_TLS."""
        try:
            return wire.trust(self.authorities)
        except OSError as error:
            raise Unfit("NET_TLS", f"this machine's authorities cannot be read: {error.strerror or error}") from None


def ask(url: Url, limit: int, ends: float, reach: Reach, trust: ssl.SSLContext) -> Answer:
    """The document at `url`, at most `limit` bytes, by the time the monotonic clock shows `ends`.

    Raises `Unfit` NET_DNS, NET_ADDRESS, NET_CONNECT, NET_TLS, NET_TIMEOUT, NET_REDIRECT, NET_STATUS,
    NET_TYPE, NET_ENCODING, NET_SIZE, NET_TRUNCATED.
    """
    import ssl
    from http.client import HTTPConnection, HTTPException

    def left() -> float:
        seconds = ends - monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    connection = HTTPConnection(url.host, url.port)
    connection.auto_open = 0  # never on its own: it would speak plain http, to an address nobody checked
    connection.default_port = 443
    try:
        with _secured(_connected(url, left, reach), url.host, left, trust) as secured:
            # Chunks say their size (RFC 9112 §7.1), so a little more than the content comes in.
            connection.sock = wire.Bounded(secured, left, limit + limit // 8 + 2 * wire.HEADER_OCTETS)
            connection.request("GET", url.target, headers=wire.HEADERS)
            return _taken(connection.getresponse(), limit)
    except TimeoutError:
        raise Unfit("NET_TIMEOUT", "it took longer than a document may") from None
    except ssl.SSLCertVerificationError as error:
        raise Unfit("NET_TLS", f"its certificate is not taken: {printable(error.verify_message, 120)}") from None
    except (ssl.SSLEOFError, ConnectionResetError, ConnectionAbortedError, BrokenPipeError):
        raise Unfit("NET_TRUNCATED", "the connection was cut off") from None
    except ssl.SSLError as error:
        raise Unfit("NET_TLS", printable(error.reason or "no secure connection", 120)) from None
    except HTTPException as error:
        raise Unfit("NET_TRUNCATED", f"the answer is torn or not HTTP: {type(error).__name__}") from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise Unfit("NET_CONNECT", printable(said, 120)) from None


def _secured(plain: socket.socket, host: str, left: Callable[[], float], trust: ssl.SSLContext) -> ssl.SSLSocket:
    """TLS over a connection, which is closed if it comes to nothing."""
    import ssl

    try:
        plain.settimeout(left())
    except TimeoutError:
        plain.close()
        raise
    try:
        return wire.secured(plain, host, trust)
    except (ssl.SSLEOFError, ConnectionError):
        raise Unfit("NET_TLS", "the connection was cut off before it was secure") from None


def _connected(url: Url, left: Callable[[], float], reach: Reach) -> socket.socket:
    """A connection to the first of a host's addresses that takes one. All of them have to be public:
    a host with one foot inside is a way inside."""
    found = names.addresses(url.host, min(left(), limits.NET_DNS_SECONDS), reach.look_up)
    for address in found:
        if not addresses.is_public(address):
            raise Unfit("NET_ADDRESS", f"{printable(address)} is not a public address")
    connect, refused = reach.connect or _connect, OSError()
    ends = monotonic() + min(left(), limits.NET_CONNECT_SECONDS)
    tried = found[:_ADDRESSES_TRIED]
    for number, address in enumerate(tried):
        share = (ends - monotonic()) / (len(tried) - number)  # one that is silent leaves time for the next
        try:
            return connect(address, url.port, max(share, 0.001))
        except OSError as error:
            refused = error
    raise refused


def _connect(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to exactly this address; nothing is looked up."""
    six = ":" in address
    plain = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
    try:
        plain.settimeout(seconds)
        plain.connect((address, port, 0, 0) if six else (address, port))
    except OSError:
        plain.close()
        raise
    return plain


def _taken(response: HTTPResponse, limit: int) -> Answer:
    kind = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
    if response.status == 200 and response.getheader("Refresh") is None and not _TYPE.fullmatch(kind):
        raise Unfit("NET_TYPE", f"it comes as {printable(kind)}" if kind else "it does not say as what it comes")
    data = wire.content(response, limit)
    told = response.getheader("Cache-Control", "").lower()
    age = _MAX_AGE.search(told)
    spent = response.getheader("Age", "0").strip()
    if "no-store" in told or "no-cache" in told:
        return Answer(data, 0, durable="no-store" not in told)
    return Answer(data, int(age[1]) - (int(spent[:9]) if spent.isdecimal() else 0) if age else None)
