"""One question over TLS: a socket bounded by a clock, an answer bounded in size, and the system's own trust.

What every fetch of this project has in common; what may be asked for, and what an answer is believed
for, is its asker's.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import http.client
    import socket
    import ssl

# All that is ever said besides the address: nothing about who asks, or why, or with which version.
HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "defa-id"}
HEADER_OCTETS: Final = 16 * 1024  # of an answer's head; larger ones are not read to the end
_CHUNK: Final = 64 * 1024
# Where systems keep the certification authorities they trust, for a Python that was built elsewhere.
_SYSTEM_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian and its kin
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora and its kin
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


class Unfit(Exception):
    """An answer that is not taken. `code` is a reason of the catalogue, `why` what was seen."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


def trust(authorities: str | os.PathLike[str] | None = None) -> ssl.SSLContext:
    """TLS 1.2 or later, the server's certificate and name verified (RFC 9325, RFC 9525) by the
    authorities in a PEM file, else by the system's.

    Made by hand, because `create_default_context` obeys the environment: SSL_CERT_FILE and
    SSL_CERT_DIR would add an authority, SSLKEYLOGFILE would write down the keys of the connection.
    Raises `OSError` if a file cannot be read.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        context.load_verify_locations(authorities)
    else:
        _trust_as_the_system_does(context)
    return context


def secured(plain: socket.socket, host: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """TLS over a connection, for exactly this host. A connection cut off is never taken for its end.

    Raises `OSError` (also `ssl.SSLError`); the connection is closed then.
    """
    try:
        return context.wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=False)
    except OSError:
        plain.close()
        raise


class Bounded:
    """A socket as `http.client` uses it, every operation of which asks how long it may take, and which
    takes in `octets` altogether (None: any number).

    As with a plain socket, closing it ends the connection once nobody reads from it any more:
    `http.client` closes as soon as it has seen the head of an answer that is the last one.
    """

    def __init__(self, sock: socket.socket, allowed: Callable[[], float], octets: int | None = None) -> None:
        self._sock = sock
        self._allowed = allowed
        self._octets = octets
        self._readers = 0
        self._closed = False

    def sendall(self, data: Any) -> None:
        """Send it. Raises `OSError`."""
        self._sock.settimeout(self._allowed())
        self._sock.sendall(data)

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        """What comes in, for one response; closing it leaves the connection open for the next."""
        self._readers += 1
        return io.BufferedReader(_Incoming(self))

    def receive(self, buffer: Any) -> int:
        """Take in what is there. Raises `OSError`, `Unfit` NET_SIZE."""
        self._sock.settimeout(self._allowed())
        count = self._sock.recv_into(buffer)
        if self._octets is not None:
            self._octets -= count
            if self._octets < 0:
                raise Unfit("NET_SIZE", "more came than the answer can need")
        return count

    def released(self) -> None:
        """One reader less."""
        self._readers -= 1
        if self._closed and self._readers <= 0:
            self._sock.close()

    def close(self) -> None:
        """Close the connection, once its readers are done."""
        self._closed = True
        if self._readers <= 0:
            self._sock.close()


class _Incoming(io.RawIOBase):
    def __init__(self, source: Bounded) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._source.receive(buffer)

    def close(self) -> None:
        if not self.closed:
            self._source.released()
        super().close()


def content(response: http.client.HTTPResponse, limit: int, read: Callable[[int], object] = lambda _: None) -> bytes:
    """The content of a plain, whole answer of at most `limit` bytes; `read` hears of each piece's size.

    Raises `Unfit` NET_REDIRECT, NET_STATUS, NET_ENCODING, NET_SIZE, NET_TRUNCATED, and what reading raises.
    """
    if 300 <= response.status < 400:
        raise Unfit("NET_REDIRECT", f"the server answered {response.status}: redirects are not followed")
    if response.getheader("Refresh") is not None:
        raise Unfit("NET_REDIRECT", "the server sends a Refresh header: redirects are not followed")
    if response.status != 200:
        raise Unfit("NET_STATUS", f"the server answered {response.status}")
    coding = response.getheader("Content-Encoding", "identity").strip().lower()
    transfer = response.getheader("Transfer-Encoding", "chunked").strip().lower()
    if coding not in ("", "identity") or transfer != "chunked":
        raise Unfit("NET_ENCODING", "the server compressed what was asked for plain")
    announced = response.length
    too_large = Unfit("NET_SIZE", f"it is larger than {limit} bytes")
    if announced is not None and announced > limit:
        raise too_large
    data = bytearray()
    while chunk := response.read1(_CHUNK):
        data += chunk
        read(len(chunk))
        if len(data) > limit:
            raise too_large
    if announced is not None and len(data) != announced:
        raise Unfit("NET_TRUNCATED", f"the server sent {len(data)} of {announced} bytes")
    return bytes(data)


def _trust_as_the_system_does(context: ssl.SSLContext) -> None:
    import ssl

    if sys.platform == "win32":
        for certificate, encoding, purposes in ssl.enum_certificates("ROOT"):
            if encoding == "x509_asn" and (purposes is True or ssl.Purpose.SERVER_AUTH.oid in purposes):
                context.load_verify_locations(cadata=certificate)
        return
    paths = ssl.get_default_verify_paths()  # `openssl_…`: as OpenSSL was built, whatever the environment says
    bundles = [path for path in (paths.openssl_cafile, *_SYSTEM_BUNDLES) if os.path.isfile(path)]  # noqa: PTH113
    folder = paths.openssl_capath if os.path.isdir(paths.openssl_capath) else None  # noqa: PTH112
    if bundles or folder:
        context.load_verify_locations(bundles[0] if bundles else None, folder)
