"""Fetching a registry's files over https: small, guarded, and never the reason to believe them.

What is fetched is believed for its signatures alone; the guards here bound what a broken or hostile
server can cost: no redirect, no compression, no credentials, no proxy, a bound on every file and one
on the time for all of them, however slowly the bytes drip.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from defa_id.codec.text import printable
from defa_id.errors import RegistryRejected, Unknowable, WrongUse
from defa_id.places import parts_of, too_large
from defa_id.version import __version__

if TYPE_CHECKING:
    import http.client
    import socket

UNREACHABLE: Final = "REG_UNREACHABLE"
TOTAL_SECONDS: Final = 60.0  # for everything one refresh asks of one server
SILENCE_SECONDS: Final = 10.0  # without a byte
_CHUNK: Final = 64 * 1024
_DRAINED: Final = 256  # a longer answer to what is not there is not read; the connection is closed instead
_ABSENT: Final = (403, 404)  # object stores say 403 where nothing is; TUF clients take both for absent

Connect = Callable[[str, int, float], "socket.socket"]


def _tls(host: str, port: int, seconds: float) -> socket.socket:
    """A TLS connection whose certificate names `host` (system trust store)."""
    import socket
    import ssl

    plain = socket.create_connection((host, port), seconds)
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


class Network(NamedTuple):
    """How the network is used. `connect` opens a connection to (host, port) within so many seconds."""

    connect: Connect = _tls
    total_seconds: float = TOTAL_SECONDS
    silence_seconds: float = SILENCE_SECONDS


class HttpsFiles:
    """The files below an https address, over one connection kept open. Counts what it asked and got."""

    def __init__(self, address: str, network: Network) -> None:
        """Raises `WrongUse` for an address that is not plain https."""
        from urllib.parse import urlsplit

        try:
            parts = urlsplit(address)
            port = parts.port or 443
        except ValueError as error:
            raise _not_an_address(address, str(error)) from None
        if parts.scheme != "https" or not parts.hostname:
            raise _not_an_address(address, "registries are fetched over https")
        if parts.username is not None or parts.query or parts.fragment or not address.isascii():
            raise _not_an_address(address, "it has a user name, a query, a fragment or a letter beyond ASCII")
        self.requests = 0
        self.octets = 0
        self._host, self._port = parts.hostname, port
        self._path = parts.path.rstrip("/")
        self._network = network
        self._ends: float | None = None  # counted from the first question
        self._connection: http.client.HTTPConnection | None = None

    def __call__(self, name: str, limit: int) -> bytes | None:
        """The file of that name; None if the server says that there is none.

        Raises `Unknowable` REG_UNREACHABLE when it could not be had whole, `RegistryRejected` LIMIT_REGISTRY
        when the server sends more of it than any genuine one has.
        """
        from http.client import HTTPException
        from urllib.parse import quote

        path = f"{self._path}/{quote('/'.join(parts_of(name)))}"
        self.requests += 1
        try:
            with closing(self._ask(path)) as response:
                if response.status in _ABSENT:
                    self._drain(response)
                    return None
                return self._read(response, name, limit)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            said = str(error) if isinstance(error, OSError) and str(error) else type(error).__name__
            raise _unreachable(name, said) from None
        except (Unknowable, RegistryRejected):
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, path: str) -> http.client.HTTPResponse:
        if self._connection is not None and self._connection.sock is not None:
            try:
                return self._get(path)
            except ConnectionError:  # also http.client.RemoteDisconnected: the server had closed it meanwhile
                self.close()
        return self._get(path)

    def _get(self, path: str) -> http.client.HTTPResponse:
        connection = self._connected()
        connection.request("GET", path, headers={"Accept-Encoding": "identity", "User-Agent": f"defa-id/{__version__}"})
        return connection.getresponse()

    def _connected(self) -> http.client.HTTPConnection:
        from http.client import HTTPConnection

        if self._connection is None or self._connection.sock is None:
            left = min(self._left(), self._network.silence_seconds)
            connection = HTTPConnection(self._host, self._port)
            connection.auto_open = 0  # never on its own: it would speak plain http
            connection.default_port = 443
            connection.sock = _Bounded(self._network.connect(self._host, self._port, left), self._allowed)
            self._connection = connection
        return self._connection

    def _read(self, response: http.client.HTTPResponse, name: str, limit: int) -> bytes:
        if response.status != 200:
            moved = ": redirects are not followed" if 300 <= response.status < 400 else ""
            raise _unreachable(self._host, f"the server answered {response.status}{moved}")
        if response.getheader("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise _unreachable(self._host, "the server compressed what was asked for plain")
        announced = response.length
        if announced is not None and announced > limit:
            raise too_large(name, limit)
        data = bytearray()
        while chunk := response.read1(_CHUNK):
            data += chunk
            self.octets += len(chunk)
            if len(data) > limit:
                raise too_large(name, limit)
        if announced is not None and len(data) != announced:
            raise _unreachable(self._host, f"the server sent {len(data)} of {announced} bytes")
        return bytes(data)

    def _drain(self, response: http.client.HTTPResponse) -> None:
        if response.length is not None and response.length <= _DRAINED:
            self.octets += len(response.read())
        else:
            self.close()

    def _left(self) -> float:
        if self._ends is None:
            self._ends = monotonic() + self._network.total_seconds
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError(f"it took longer than {self._network.total_seconds:g} seconds")
        return left

    def _allowed(self) -> float:
        return min(self._left(), self._network.silence_seconds)


class _Bounded:
    """A socket as `http.client` uses it, every operation of which asks how long it may take.

    Like a socket of the standard library it ends with the last answer read from it: a server that says
    `Connection: close` has the connection closed before its answer is read.
    """

    def __init__(self, sock: socket.socket, allowed: Callable[[], float]) -> None:
        self._sock = sock
        self._allowed = allowed
        self._answers: set[_Incoming] = set()
        self._closed = False

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(self._allowed())
        self._sock.sendall(data)

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        answer = _Incoming(self._sock, self._allowed, self._ended)
        self._answers.add(answer)
        return io.BufferedReader(answer)

    def close(self) -> None:
        self._closed = True
        if not self._answers:
            self._sock.close()

    def _ended(self, answer: _Incoming) -> None:
        self._answers.discard(answer)
        if self._closed and not self._answers:
            self._sock.close()


class _Incoming(io.RawIOBase):
    """One response's bytes; closing it leaves the connection open for the next."""

    def __init__(self, sock: socket.socket, allowed: Callable[[], float], ended: Callable[[_Incoming], None]) -> None:
        self._sock = sock
        self._allowed = allowed
        self._ended = ended

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._allowed())
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._ended(self)


def _unreachable(what: str, why: str) -> Unknowable:
    return Unknowable(UNREACHABLE, f"{printable(what)}: {printable(why, 120)}")


def _not_an_address(address: str, why: str) -> WrongUse:
    return WrongUse(
        f"{printable(address, 200)} is not a registry's address: {why}",
        hint="Give https://HOST/PATH, a folder, a bundle or file:///PATH.",
    )
