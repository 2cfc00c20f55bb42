"""What a server may do to a refresh: nothing, however it misbehaves."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest

from defa_id import places
from defa_id.distribution import Refreshed
from defa_id.errors import RegistryRejected
from tests.distribution.mirrors import LOOPBACK, Answer, Files, Handler, Mirror, put
from tests.support import bad_line
from tests.trust.repository import rejected

Fetch = Callable[..., Refreshed]
FIRST, STAMP = "metadata/2.root.json", "metadata/timestamp.json"


def closing(handler: Handler, data: bytes | None) -> None:
    """As HTTP/1.0 servers answer: the connection ends with the answer."""
    handler.close_connection = True
    handler.send(404 if data is None else 200, data or b"", Connection="close")


def old(handler: Handler, data: bytes | None) -> None:
    """HTTP/1.0, without a length: the answer ends where the connection ends."""
    handler.protocol_version = "HTTP/1.0"
    handler.send_response(404 if data is None else 200)
    handler.end_headers()
    handler.wfile.write(data or b"")
    handler.close_connection = True


def chunked(handler: Handler, data: bytes | None) -> None:
    handler.send_response(404 if data is None else 200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for start in range(0, len(data or b""), 1000):
        piece = (data or b"")[start : start + 1000]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def forbidden(handler: Handler, data: bytes | None) -> None:
    """As object stores answer where nothing is."""
    handler.send(403 if data is None else 200, data or b"<Error>AccessDenied</Error>" * 20)


@pytest.mark.parametrize("answer", [closing, old, chunked, forbidden])
def test_servers_of_every_kind_serve(answer: Answer, mirror: Mirror, fetch: Fetch) -> None:
    mirror.answers["*"] = answer
    done = fetch(mirror.address)
    assert (done.outcome, done.troubles) == ("updated", ())
    assert done.registry.state_list("SG").services
    assert (fetch(mirror.address).outcome, fetch(mirror.address).requests) == ("unchanged", 2)


def test_a_connection_the_server_let_go_is_opened_again(mirror: Mirror, fetch: Fetch) -> None:
    def hang_up(handler: Handler, data: bytes | None) -> None:
        handler.send(200, data or b"")  # says that it stays, and goes
        handler.close_connection = True

    mirror.answers[STAMP] = hang_up
    assert fetch(mirror.address).outcome == "updated"
    assert mirror.connections == 2


def status(number: int, **headers: str) -> Answer:
    return lambda handler, data: handler.send(number, data or b"", **headers)


def half(handler: Handler, data: bytes | None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data or b"")))
    handler.end_headers()
    handler.wfile.write((data or b"")[: len(data or b"") // 2])
    handler.close_connection = True


def nothing(handler: Handler, _: bytes | None) -> None:
    handler.close_connection = True


def nonsense(handler: Handler, _: bytes | None) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n" * 3)
    handler.close_connection = True


def compressed(handler: Handler, data: bytes | None) -> None:
    handler.send(200, gzip.compress(data or b""), Content_Encoding="gzip")


def dripping(handler: Handler, data: bytes | None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data or b"")))
    handler.end_headers()
    for byte in data or b"":
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        sleep(0.05)


def silent(handler: Handler, _: bytes | None) -> None:
    sleep(3)
    handler.close_connection = True


MISBEHAVIOUR: dict[str, tuple[Answer, str]] = {
    "a redirect": (status(302, Location="https://elsewhere.example/"), "redirects are not followed"),
    "a permanent redirect": (status(308, Location="/registry/other"), "redirects are not followed"),
    "an error of its own": (status(500), "answered 500"),
    "too busy": (status(503, Retry_After="3600"), "answered 503"),
    "part of it": (status(206), "answered 206"),
    "half of it": (half, " bytes"),
    "no answer": (nothing, ""),
    "another protocol": (nonsense, "BadStatusLine"),
    "compressed": (compressed, "compressed"),
    "a byte at a time": (dripping, "timed out"),
    "silence": (silent, "timed out"),
}


@pytest.mark.parametrize("file", [STAMP, "metadata/2.snapshot.json"])
@pytest.mark.parametrize("way", MISBEHAVIOUR)
def test_j16_whatever_a_server_does_what_stands_stays(
    way: str, file: str, first: Files, second: Files, mirror: Mirror, fetch: Fetch, cache: Path, tmp_path: Path
) -> None:
    fetch(put(first, tmp_path / "first"))
    before = [path.read_bytes() for path in places.generations(cache)]
    mirror.files = dict(second)
    answer, why = MISBEHAVIOUR[way]
    mirror.answers[file] = answer
    done = fetch(mirror.address, network=LOOPBACK._replace(total_seconds=1.0, silence_seconds=0.5))
    assert (done.outcome, done.registry.version) == ("kept", 1)
    assert [(trouble.code, trouble.refused) for trouble in done.troubles] == [("REG_UNREACHABLE", False)]
    assert why in done.troubles[0].why
    assert [path.read_bytes() for path in places.generations(cache)] == before
    mirror.answers.clear()
    assert fetch(mirror.address).outcome == "updated"


def test_j15_a_file_announced_as_too_large_is_not_read(mirror: Mirror, fetch: Fetch) -> None:
    def boast(handler: Handler, _: bytes | None) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**10))
        handler.end_headers()
        handler.wfile.write(b" " * 1000)

    mirror.answers[STAMP] = boast
    rejected("LIMIT_REGISTRY", lambda: fetch(mirror.address))
    assert mirror.asked[-1] == STAMP


@pytest.mark.parametrize("page", [b"", b"<html>Sign in</html>", b'{"error": "not found"}', b"\xff\xfe{}"])
@pytest.mark.parametrize("file", [FIRST, STAMP, "root.json"])
def test_j16_a_page_that_is_no_registry_is_no_registry(page: bytes, file: str, mirror: Mirror, fetch: Fetch) -> None:
    mirror.answers[file] = lambda handler, _: handler.send(200, page)
    with pytest.raises(RegistryRejected) as caught:
        fetch(mirror.address)
    assert caught.value.code == "REG_FORMAT"


def test_nothing_is_asked_but_what_the_registry_is_made_of(mirror: Mirror, fetch: Fetch) -> None:
    fetch(mirror.address)
    assert set(mirror.asked) == (set(mirror.files) - {"metadata/1.root.json"}) | {FIRST}
    assert {name for headers in mirror.headers for name in headers} == {"Accept-Encoding", "Host", "User-Agent"}
    assert {headers["Accept-Encoding"] for headers in mirror.headers} == {"identity"}


def test_x38_over_a_bad_line_a_refresh_is_whole_or_none(mirror: Mirror, fetch: Fetch, cache: Path) -> None:
    """Three packets of ten lost, and a twentieth of the worst line's delays. Where the time does not suffice nothing is
    left behind; where it does, everything is there."""
    bad = bad_line.Line(latency=0.04, jitter=0.02, rate=140_000, lost=30)
    with bad_line.before(mirror.server_address[1], bad) as port:

        def connect(_: str, __: int, seconds: float) -> socket.socket:
            return socket.create_connection(("127.0.0.1", port), seconds)

        hasty = LOOPBACK._replace(connect=connect, total_seconds=0.5)
        with pytest.raises(RegistryRejected) as refused:
            fetch(mirror.address, network=hasty)
        assert refused.value.code == "REG_UNREACHABLE"
        assert not (cache / "current").exists()
        patient = LOOPBACK._replace(connect=connect, total_seconds=120, silence_seconds=60)
        done = fetch(mirror.address, network=patient)
        assert (done.outcome, done.troubles) == ("updated", ())
        assert done.registry.state_list("SG").services
        again = fetch(mirror.address, network=hasty._replace(total_seconds=0.05))
        assert again.registry.version == done.registry.version
        assert [trouble.code for trouble in again.troubles] == ["REG_UNREACHABLE"]
