"""A bad line before a server of this machine: late, slow, and it loses packets.

TCP hides a lost packet from whoever reads: what shows is that this piece, and everything behind it, comes a
retransmission later, and twice as late each time it is lost again (RFC 6298 §5.5). So that is what it does.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Queue
from typing import NamedTuple

SEGMENT = 1_400
RETRANSMISSION_SECONDS = 0.2  # as common systems begin with


class Line(NamedTuple):
    """How bad it is, one way: seconds until something arrives, and up to how many more by chance; octets a second;
    how many packets of a hundred are lost."""

    latency: float
    jitter: float
    rate: float
    lost: int


def _carry(line: Line, chance: random.Random, source: socket.socket, target: socket.socket) -> None:
    """One direction, until it ends."""
    waiting: Queue[tuple[float, bytes]] = Queue()
    arriving = threading.Thread(target=_deliver, args=(waiting, target))
    arriving.start()
    free = arrives = time.monotonic()
    data = b"-"
    while data:
        try:
            data = source.recv(SEGMENT)
        except OSError:
            data = b""
        free = max(free, time.monotonic()) + len(data) / line.rate
        late, again = line.latency + line.jitter * chance.random(), RETRANSMISSION_SECONDS
        while chance.randrange(100) < line.lost:
            late, again = late + again, again * 2
        arrives = max(arrives, free + late)  # nothing overtakes what was sent before it
        waiting.put((arrives, data))
    arriving.join()


def _deliver(waiting: Queue[tuple[float, bytes]], target: socket.socket) -> None:
    data = b"-"
    with suppress(OSError):
        while data:
            due, data = waiting.get()
            time.sleep(max(due - time.monotonic(), 0))
            if data:
                target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _join(line: Line, seed: int, near: socket.socket, port: int) -> None:
    """Both directions between a client and the server."""
    with near, socket.create_connection(("127.0.0.1", port)) as far:
        ways = [
            threading.Thread(target=_carry, args=(line, random.Random(seed + way), *ends))
            for way, ends in enumerate(((near, far), (far, near)))
        ]
        for way in ways:
            way.start()
        for way in ways:
            way.join()


@contextmanager
def before(port: int, line: Line, seed: int = 1) -> Iterator[int]:
    """The port at which the line to this one begins."""
    joined: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _ = listening.accept()
                    joined.append(threading.Thread(target=_join, args=(line, seed + 2 * len(joined), near, port)))
                    joined[-1].start()

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for thread in (serving, *joined):
                thread.join()
