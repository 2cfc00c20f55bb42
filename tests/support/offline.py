"""A fence around the test run: sockets lead to this machine or nowhere."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_fence = {"installed": False, "up": False}


@contextmanager
def only_loopback() -> Iterator[None]:
    """While this is entered, a connection or look-up that would leave the machine raises `OutsideReached`."""
    if not _fence["installed"]:
        sys.addaudithook(_refuse)  # a hook cannot be taken away again, so it asks whether the fence is up
        _fence["installed"] = True
    before = _fence["up"]
    _fence["up"] = True
    try:
        yield
    finally:
        _fence["up"] = before


class OutsideReached(RuntimeError):
    """A test tried to reach another machine."""


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if not _fence["up"]:
        return
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _local(host):
        raise OutsideReached(f"{event}: {host}")


def _local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False
