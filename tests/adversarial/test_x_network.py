"""Faults X34 to X40: a network that is down, slow, endless, torn, flapping or asked by everybody at once."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from defa_id.codec import limits
from defa_id.net.budget import Bounds
from defa_id.net.kept import Cache
from defa_id.net.source import NetworkSource
from defa_id.resolvers import did_jwk
from defa_id.sources import NoSource, Unavailable
from defa_id.verdict import Decision
from tests.adversarial.outside import PATH, RESOLVED, Abroad, abroad
from tests.adversarial.rows import accepted, undecided
from tests.resolvers.made import did_document, method
from tests.support import bad_line
from tests.support.bad_line import Line
from tests.support.loopback import HOST, PATIENT, PUBLIC, response
from tests.support.world import NOW, dumps

URL = f"https://{HOST}{PATH}"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Abroad]:
    with abroad(tmp_path) as made:
        yield made


def document(host: Abroad) -> bytes:
    return response(dumps(did_document(method(host.signer))))


def test_x34_wrong_and_late_answers_of_the_resolver(host: Abroad) -> None:
    done = threading.Event()

    def late(_: str) -> list[str]:
        done.wait(30)
        return [PUBLIC]

    for look_up, code in ((late, "NET_DNS"), (lambda _: ["not an address"], "NET_ADDRESS")):
        host.outside.look_up = look_up  # type: ignore[method-assign, assignment]
        undecided(host.judge(host.token(), source=host.source()), RESOLVED, code)
    assert host.outside.connected == []
    done.set()


def test_x35_a_worker_is_free_again_in_time(host: Abroad) -> None:
    """A host that drips, asked by twenty at once."""
    stop = threading.Event()

    def drip(secured: ssl.SSLSocket) -> None:
        for octet in response(bytes(1000)):
            secured.sendall(bytes([octet]))
            if stop.wait(0.5):  # it would take a quarter of an hour
                return

    host.server.answers[PATH] = drip
    source = host.source(bounds=Bounds(seconds=0.5))
    with ThreadPoolExecutor(20) as pool:
        verdicts = list(pool.map(lambda _: host.stage.verifier.verify(host.token(), at=NOW, source=source), range(20)))
    stop.set()
    assert {verdict.decision for verdict in verdicts} == {Decision.INDETERMINATE}
    assert len(host.server.asked) == 1


def test_x36_ten_gigabytes(host: Abroad) -> None:
    sent = [0]

    def flood(secured: ssl.SSLSocket) -> None:
        secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10737418240\r\n\r\n")
        while True:
            sent[0] += secured.send(bytes(65536))

    host.server.answers[PATH] = flood
    source = host.source()
    with pytest.raises(Unavailable) as unavailable:
        source.get(URL, limits.STATUS_DOCUMENT_BYTES)
    assert unavailable.value.code == "NET_SIZE"
    assert sent[0] < 16 * 2**20  # what fits into the buffers of two sockets


def hang(secured: ssl.SSLSocket) -> None:
    time.sleep(2)


def reset(secured: ssl.SSLSocket) -> None:
    secured.sendall(response(bytes(5000))[:3000])
    secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(secured.detach())


def half_close(secured: ssl.SSLSocket) -> None:
    secured.sendall(response(bytes(5000))[:3000])
    secured.shutdown(socket.SHUT_WR)
    time.sleep(0.2)


TORN: dict[str, tuple[str, Callable[[ssl.SSLSocket], None] | bytes]] = {
    "no answer": ("NET_TIMEOUT", hang),
    "reset within": ("NET_TRUNCATED", reset),
    "half closed": ("NET_TRUNCATED", half_close),
    "shorter than said": ("NET_TRUNCATED", response(b"{}", Content_Length="5000")),
    "nothing at all": ("NET_TRUNCATED", b""),
}


@pytest.mark.parametrize("name", TORN)
def test_x37_nothing_is_read_from_half_an_answer(name: str, host: Abroad) -> None:
    code, host.server.answers[PATH] = TORN[name]
    bounds = Bounds(seconds=1) if code == "NET_TIMEOUT" else PATIENT
    undecided(host.judge(host.token(), source=host.source(bounds=bounds)), RESOLVED, code)


def test_x37_a_handshake_that_hangs(host: Abroad) -> None:
    host.server.before_tls = lambda _: time.sleep(2)
    undecided(host.judge(host.token(), source=host.source(bounds=Bounds(seconds=0.5))), RESOLVED, "NET_TIMEOUT")


# 30 % of the packets lost, 800 ms, jitter, 56 kbit/s
WORST = Line(latency=0.8, jitter=0.4, rate=7_000, lost=30)


def test_x38_over_the_worst_line_a_document_comes_late_or_not_at_all(host: Abroad) -> None:
    """Not within the three seconds of a verification, and then nobody tries at once again; with patience it comes,
    and says the same. What needs no network does not notice."""
    clock = [datetime(2026, 11, 24, 12, tzinfo=UTC)]
    cache = Cache(None, lambda: clock[0])
    with bad_line.before(host.server.port, WORST) as port:

        def connect(address: str, number: int, seconds: float) -> socket.socket:
            host.outside.connected.append((address, number))
            return socket.create_connection(("127.0.0.1", port), seconds)

        host.outside.connect = connect  # type: ignore[method-assign, assignment]
        begins = time.monotonic()
        hasty = host.source(bounds=Bounds(), cache=cache)
        undecided(host.judge(host.token(), source=hasty), RESOLVED, "NET_TIMEOUT")
        assert limits.NET_TOTAL_SECONDS - 0.1 < time.monotonic() - begins < 20
        undecided(host.judge(host.token(), source=hasty), RESOLVED, "NET_TIMEOUT")
        assert len(host.outside.connected) == 1
        own = did_jwk.encode(host.signer.public.jwk)
        accepted(host.judge(host.token(own, None), source=NoSource()))
        clock[0] += timedelta(seconds=60)
        accepted(host.judge(host.token(), source=host.source(bounds=Bounds(seconds=60), cache=cache)))
        assert len(host.outside.connected) == 2


def test_x39_a_flapping_host_is_asked_once_in_half_a_minute(host: Abroad) -> None:
    """It fails every second time, for ten minutes, asked every second."""
    clock = [datetime(2026, 11, 24, 12, tzinfo=UTC)]
    cache = Cache(None, lambda: clock[0])
    source = host.source(cache=cache)
    good = response(dumps(did_document(method(host.signer))), Cache_Control="max-age=0")
    asked, decisions = [], set()
    for second in range(600):
        clock[0] += timedelta(seconds=1)
        before = len(host.server.asked)
        host.server.answers[PATH] = good if before % 2 else response(b"", status="503 Busy")
        decisions.add(host.stage.verifier.verify(host.token(), at=NOW, source=source).decision)
        if len(host.server.asked) > before:
            asked.append(second)
    assert decisions == {Decision.ACCEPTED, Decision.INDETERMINATE}
    assert len(asked) > 5
    assert min(later - earlier for earlier, later in pairwise(asked)) >= 30


def test_x40_two_hundred_at_once_are_one_question(host: Abroad) -> None:
    def slowly(secured: ssl.SSLSocket) -> None:
        time.sleep(0.3)
        secured.sendall(document(host))

    host.server.answers[PATH] = slowly
    source, token = host.source(), host.token()
    with ThreadPoolExecutor(200) as pool:
        verdicts = list(pool.map(lambda _: host.stage.verifier.verify(token, at=NOW, source=source), range(200)))
    assert {verdict.decision for verdict in verdicts} == {Decision.ACCEPTED}
    assert len({verdict.to_json() for verdict in verdicts}) == 1
    assert (host.server.asked, host.outside.looked_up) == ([PATH], [HOST])


def test_x40_nor_do_two_sources_over_one_folder_ask_twice(host: Abroad, tmp_path: Path) -> None:
    def source() -> NetworkSource:
        return host.source(cache=Cache(tmp_path / "kept"))

    for _ in range(5):
        accepted(host.judge(host.token(), source=source()))
    assert host.server.asked == [PATH]
