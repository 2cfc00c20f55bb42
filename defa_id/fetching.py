"""Fetching a registry's files over https: small, guarded, and never the reason to believe them.

What is fetched is believed for its signatures alone; the guards here bound what a broken or hostile
server can cost: no redirect, no compression, no credentials, no proxy, a bound on every file and one
on the time for all of them, however slowly the bytes drip.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, Final

from defa_id import wire
from defa_id.codec.text import printable
from defa_id.errors import Unknowable, WrongUse
from defa_id.places import parts_of, too_large
from defa_id.values import NamedTuple

if TYPE_CHECKING:
    import http.client
    import socket

UNREACHABLE: Final = "REG_UNREACHABLE"
TOTAL_SECONDS: Final = 60.0  # for everything one refresh asks of one server
SILENCE_SECONDS: Final = 10.0  # without a byte
_DRAINED: Final = 256  # a longer answer to what is not there is not read; the connection is closed instead
_ABSENT: Final = (403, 404)  # object stores say 403 where nothing is; TUF clients take both for absent

Connect = Callable[[str, int, float], "socket.socket"]


def _tls(host: str, port: int, seconds: float) -> socket.socket:
    """A TLS connection whose certificate names `host`."""
    import socket

    return wire.secured(socket.create_connection((host, port), seconds), host, wire.trust())


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
                return wire.content(response, limit, self._count)
        except wire.Unfit as unfit:
            self.close()
            raise (
                too_large(name, limit) if unfit.code == "NET_SIZE" else _unreachable(self._host, unfit.why)
            ) from None
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            said = str(error) if isinstance(error, OSError) and str(error) else type(error).__name__
            raise _unreachable(name, said) from None

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
        connection.request("GET", path, headers=wire.HEADERS)
        return connection.getresponse()

    def _connected(self) -> http.client.HTTPConnection:
        from http.client import HTTPConnection

        if self._connection is None or self._connection.sock is None:
            left = min(self._left(), self._network.silence_seconds)
            connection = HTTPConnection(self._host, self._port)
            connection.auto_open = 0  # never on its own: it would speak plain http
            connection.default_port = 443
            connection.sock = wire.Bounded(self._network.connect(self._host, self._port, left), self._allowed)
            self._connection = connection
        return self._connection

    def _drain(self, response: http.client.HTTPResponse) -> None:
        if response.length is not None and response.length <= _DRAINED:
            self.octets += len(response.read())
        else:
            self.close()

    def _count(self, octets: int) -> None:
        self.octets += octets

    def _left(self) -> float:
        if self._ends is None:
            self._ends = monotonic() + self._network.total_seconds
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError(f"it took longer than {self._network.total_seconds:g} seconds")
        return left

    def _allowed(self) -> float:
        return min(self._left(), self._network.silence_seconds)


def _unreachable(what: str, why: str) -> Unknowable:
    return Unknowable(UNREACHABLE, f"{printable(what)}: {printable(why, 120)}")


def _not_an_address(address: str, why: str) -> WrongUse:
    return WrongUse(
        f"{printable(address, 200)} is not a registry's address: {why}",
        hint="Give https://HOST/PATH, a folder, a bundle or file:///PATH.",
    )
