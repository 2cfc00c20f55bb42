"""One question to one host, and everything a host can do instead of answering it."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from defa_id import wire
from defa_id.codec import web
from defa_id.net import question
from defa_id.net.question import Answer
from defa_id.wire import Unfit
from tests.support.loopback import HOST, PUBLIC, Authority, Outside, Server, response, serving

URL = f"https://{HOST}/doc.json"
LIMIT = 4096


def ask(outside: Outside, url: str = URL, *, seconds: float = 20.0, limit: int = LIMIT) -> Answer:
    reach = outside.reach
    return question.ask(web.parse(url), limit, time.monotonic() + seconds, reach, reach.trust())


def code(outside: Outside, url: str = URL, *, seconds: float = 20.0) -> str:
    with pytest.raises(Unfit) as unfit:
        ask(outside, url, seconds=seconds)
    assert unfit.value.why
    return unfit.value.code


def test_a_document(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = response(b'{"a":1}')
    assert ask(outside) == Answer(b'{"a":1}', None)
    assert (outside.looked_up, outside.connected) == ([HOST], [(PUBLIC, 443)])
    assert server.names == [HOST]


def test_nothing_is_said_but_the_address(server: Server, outside: Outside) -> None:
    server.answers["/a?b=c"] = response(b"{}")
    ask(outside, f"https://{HOST}/a?b=c")
    assert sorted(server.heads[0].decode().strip().split("\r\n")) == [
        "Accept-Encoding: identity",
        "GET /a?b=c HTTP/1.1",
        f"Host: {HOST}",
        "User-Agent: defa-id",
    ]


def test_another_port_is_named(server: Server, outside: Outside) -> None:
    server.answers["/"] = response(b"{}")
    ask(outside, f"https://{HOST}:8443/")
    assert outside.connected == [(PUBLIC, 8443)]
    assert f"Host: {HOST}:8443\r\n".encode() in server.heads[0]


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
PIECES = b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (CHUNKED + PIECES, b'{"a":1}'),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}", b"{}"),
        (b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + response(b"{}"), b"{}"),
        (response(b"{}", Content_Encoding="identity"), b"{}"),
        (response(b"{}", Connection="keep-alive"), b"{}"),
        (response(b"x" * LIMIT, "application/octet-stream"), b"x" * LIMIT),
    ],
    ids=["chunked", "until the end", "HTTP/1.0", "100", "identity", "kept open", "just at the limit"],
)
def test_ways_to_answer(sent: bytes, expected: bytes, server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = sent
    assert ask(outside).data == expected


@pytest.mark.parametrize(
    "kind",
    [
        *("application/json", "application/did+json", "application/vc+jwt", "application/statuslist+cwt", "text/jsonl"),
        *("application/jwt", "application/cbor", "APPLICATION/JSON; charset=utf-8", "application/jwk-set+json"),
        *("application/vc", "application/pkix-crl", "application/octet-stream", "application/dc+sd-jwt"),
    ],
)
def test_kinds_of_documents(kind: str, server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = response(b"{}", kind)
    assert ask(outside).data == b"{}"


@pytest.mark.parametrize(
    ("control", "lifetime", "durable"),
    [
        ("", None, True),
        ("max-age=600", 600, True),
        ("public, max-age=600, immutable", 600, True),
        ("MAX-AGE=600", 600, True),
        ('max-age="600"', 600, True),
        ("s-maxage=600", None, True),
        ("max-age=ten", None, True),
        ("max-age=99999999999999", None, True),
        ("no-cache, max-age=600", 0, True),
        ("no-store", 0, False),
    ],
)
def test_how_long_it_may_be_kept(
    control: str, lifetime: int | None, durable: bool, server: Server, outside: Outside
) -> None:
    server.answers["/doc.json"] = response(b"{}", Cache_Control=control)
    assert ask(outside) == Answer(b"{}", lifetime, durable)


def test_what_it_has_spent_elsewhere_counts(server: Server, outside: Outside) -> None:
    for age, lifetime in (("100", 500), ("x", 600), ("-5", 600)):
        server.answers["/doc.json"] = response(b"{}", Cache_Control="max-age=600", Age=age)
        assert ask(outside).lifetime == lifetime


# -- what is not taken ----------------------------------------------------------------------------------

GZIPPED = gzip.compress(b"0" * 10_000_000)


def endless(secured: ssl.SSLSocket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        secured.sendall(b" " * 65536)


def endless_chunks(secured: ssl.SSLSocket) -> None:
    secured.sendall(CHUNKED)
    while True:
        secured.sendall(b"1;" + b"x" * 1000 + b"\r\n \r\n")


def endless_head(secured: ssl.SSLSocket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        secured.sendall(b"X-Filler: " + b"x" * 60_000 + b"\r\n")


def endless_continue(secured: ssl.SSLSocket) -> None:
    while True:
        secured.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def cut_off(secured: ssl.SSLSocket) -> None:
    """As if somebody on the way had closed the connection: no farewell."""
    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}")
    secured.shutdown(socket.SHUT_RDWR)


def reset(secured: ssl.SSLSocket) -> None:
    secured.sendall(response(b"{}" + b" " * 1000)[:-500])
    secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(secured.detach())


REFUSED: dict[str, tuple[str, bytes | Callable[[ssl.SSLSocket], None]]] = {
    **{
        f"redirect {status}": ("NET_REDIRECT", response(b"{}", status=status, Location="https://evil.example/"))
        for status in (
            "300 Choices",
            "301 Moved",
            "302 Found",
            "303 Other",
            "304 Same",
            "307 Temporary",
            "308 Permanent",
        )
    },
    "Refresh header": ("NET_REDIRECT", response(b"{}", Refresh="0; url=https://evil.example/")),
    "meta refresh": ("NET_TYPE", response(b'<meta http-equiv="refresh" content="0">', "text/html")),
    "a page": ("NET_TYPE", response(b"{}", "text/html; charset=utf-8")),
    "plain text": ("NET_TYPE", response(b"{}", "text/plain")),
    "no type": ("NET_TYPE", response(b"{}", "")),
    "204": ("NET_STATUS", response(b"", status="204 No Content")),
    "206": ("NET_STATUS", response(b"{}", status="206 Partial Content", Content_Range="bytes 0-1/9")),
    "201": ("NET_STATUS", response(b"{}", status="201 Created")),
    "404 with a document": ("NET_STATUS", response(b"{}", status="404 Not Found")),
    "500": ("NET_STATUS", response(b"{}", status="500 Oops")),
    "gzip": ("NET_ENCODING", response(GZIPPED, Content_Encoding="gzip")),
    "br": ("NET_ENCODING", response(b"{}", Content_Encoding="br")),
    "zstd": ("NET_ENCODING", response(b"{}", Content_Encoding="zstd")),
    "identity and gzip": ("NET_ENCODING", response(b"{}", Content_Encoding="identity, gzip")),
    "gzip on the way": ("NET_ENCODING", response(b"{}", Transfer_Encoding="gzip, chunked")),
    "one too large": ("NET_SIZE", response(b" " * (LIMIT + 1))),
    "said to be huge": ("NET_SIZE", response(b"{}", Content_Length=str(10 * 2**30))),
    "endless": ("NET_SIZE", endless),
    "endless chunks": ("NET_SIZE", endless_chunks),
    "endless head": ("NET_SIZE", endless_head),
    "endless 100": ("NET_SIZE", endless_continue),
    "short": ("NET_TRUNCATED", response(b"{}", Content_Length="100")),
    "short chunk": ("NET_TRUNCATED", CHUNKED + b"ff\r\n{}"),
    "no last chunk": ("NET_TRUNCATED", CHUNKED + b"2\r\n{}\r\n"),
    "not a chunk": ("NET_TRUNCATED", CHUNKED + b"zz\r\n{}\r\n"),
    "cut off": ("NET_TRUNCATED", cut_off),
    "nothing": ("NET_TRUNCATED", b""),
    "not HTTP": ("NET_TRUNCATED", b"SSH-2.0-OpenSSH_9.6\r\n"),
    "HTTP/0.9": ("NET_TRUNCATED", b"{}"),
    "too many headers": ("NET_TRUNCATED", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n"),
    "reset": ("NET_TRUNCATED", reset),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken(name: str, server: Server, outside: Outside) -> None:
    expected, server.answers["/doc.json"] = REFUSED[name]
    assert code(outside) == expected
    assert (outside.looked_up, len(outside.connected), server.asked) == ([HOST], 1, ["/doc.json"])


def test_ten_gigabytes_cost_little(server: Server, outside: Outside) -> None:
    """Not more is taken in than the limit allows for, whatever is sent."""
    sent = [0]

    def flood(secured: ssl.SSLSocket) -> None:
        secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            sent[0] += secured.send(b" " * 16384)

    server.answers["/doc.json"] = flood
    assert code(outside) == "NET_SIZE"
    assert sent[0] < 16 * 2**20  # what fits into the buffers of two sockets


# -- slowness -------------------------------------------------------------------------------------------


def drip(data: bytes, pause: float) -> Callable[[ssl.SSLSocket], None]:
    def answer(secured: ssl.SSLSocket) -> None:
        for octet in data:
            secured.sendall(bytes([octet]))
            time.sleep(pause)

    return answer


def halting(secured: ssl.SSLSocket) -> None:
    secured.sendall(response(b"{}")[:-1])
    time.sleep(3)


SLOW: dict[str, Callable[[ssl.SSLSocket], None]] = {
    "body": drip(response(b" " * 1000), 0.02),
    "headers": drip(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 90, 0.02),
    "silence": lambda _: time.sleep(3),
    "silence within the body": halting,
}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_host_is_given_up(name: str, server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = SLOW[name]
    assert code(outside, seconds=0.4) == "NET_TIMEOUT"


def test_a_handshake_that_hangs(server: Server, outside: Outside) -> None:
    server.before_tls = lambda _: time.sleep(2)
    assert code(outside, seconds=0.4) == "NET_TIMEOUT"


def test_a_connection_that_is_not_taken(outside: Outside) -> None:
    def connect(*_: object) -> socket.socket:
        raise TimeoutError("timed out")

    outside.connect = connect  # type: ignore[method-assign, assignment]
    assert code(outside) == "NET_TIMEOUT"


def test_no_host_there(outside: Outside) -> None:
    outside.server = None
    assert code(outside) == "NET_CONNECT"


# -- names and addresses --------------------------------------------------------------------------------


def test_no_such_name(outside: Outside) -> None:
    assert code(outside, "https://elsewhere.example/") == "NET_DNS"
    assert outside.connected == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
@pytest.mark.parametrize("beside", [(), (PUBLIC,)])
def test_one_private_answer_closes_the_host(address: str, beside: tuple[str, ...], outside: Outside) -> None:
    outside.hosts = {HOST: (*beside, address)}
    assert code(outside) == "NET_ADDRESS"
    assert outside.connected == []


def test_the_next_address_if_one_is_silent(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = response(b"{}")
    tried: list[tuple[str, float]] = []

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        tried.append((address, seconds))
        if len(tried) < 3:
            raise TimeoutError("timed out")
        return Outside.connect(outside, address, port, seconds)

    outside.hosts = {HOST: ("2606:4700::1", "1.1.1.1", PUBLIC, "8.8.8.8", "9.9.9.9")}
    outside.connect = connect  # type: ignore[method-assign]
    assert ask(outside).data == b"{}"
    assert [address for address, _ in tried] == ["2606:4700::1", "1.1.1.1", PUBLIC]
    assert 0.2 < tried[0][1] <= 0.25


def test_it_is_looked_up_once_and_the_connection_goes_there(server: Server, outside: Outside) -> None:
    """DNS rebinding: the second answer would be private; nobody asks for it."""
    server.answers["/doc.json"] = response(b"{}")
    flips = iter([(PUBLIC,), ("127.0.0.1",)])

    def look_up(host: str) -> tuple[str, ...]:
        outside.looked_up.append(host)
        return next(flips)

    outside.look_up = look_up  # type: ignore[method-assign]
    assert ask(outside).data == b"{}"
    assert (outside.looked_up, outside.connected) == ([HOST], [(PUBLIC, 443)])
    assert code(outside) == "NET_ADDRESS"
    assert len(outside.connected) == 1


def test_the_own_connection_looks_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up again"))
    with listening, question._connect("127.0.0.1", listening.getsockname()[1], 1) as plain:
        assert plain.getpeername()[0] == "127.0.0.1"
    with pytest.raises(OSError, match="refused"):
        question._connect("127.0.0.1", 1, 1)


def test_no_connection_stays_open_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the time may end between the connection and the first byte of TLS. A connection left to
    the garbage collector is a file too many for a service, and a warning in whatever runs when it is collected."""
    clock = [0.0]
    opened: list[socket.socket] = []

    def connect(*_: object) -> socket.socket:
        clock[0] += 30
        near, far = socket.socketpair()
        opened.extend((near, far))
        return near

    monkeypatch.setattr(question, "monotonic", lambda: clock[0])
    reach = question.Reach(lambda _: (PUBLIC,), connect)
    with pytest.raises(Unfit) as unfit:
        question.ask(web.parse(URL), LIMIT, 20.0, reach, reach.trust())
    assert unfit.value.code == "NET_TIMEOUT"
    near, far = opened
    far.close()
    assert near.fileno() == -1


# -- TLS ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["expired", "not yet", "self-signed", "another name", "a parent", "another authority"])
def test_a_certificate_that_is_not_taken(case: str, authority: Authority, tmp_path: Path) -> None:
    certificate = {
        "expired": lambda: authority.issue(HOST, days=(-30, -1)),
        "not yet": lambda: authority.issue(HOST, days=(1, 30)),
        "self-signed": lambda: authority.issue(HOST, self_signed=True),
        "another name": lambda: authority.issue("other.example"),
        "a parent": lambda: authority.issue("example", "www.issuer.example"),
        "another authority": lambda: Authority(tmp_path).issue(HOST),
    }[case]()
    with serving(certificate) as server:
        server.answers["/doc.json"] = response(b"{}")
        assert code(Outside(server, authority)) == "NET_TLS"
        assert server.asked == []


def test_old_versions_and_ciphers_without_encryption(authority: Authority, certificate: Path) -> None:
    with serving(certificate, old=True) as server:
        assert code(Outside(server, authority)) == "NET_TLS"
    with serving(certificate, ciphers="eNULL:@SECLEVEL=0") as server:
        assert code(Outside(server, authority)) == "NET_TLS"
        assert server.asked == []


def test_no_tls_at_all(server: Server, outside: Outside) -> None:
    server.before_tls = lambda plain: plain.sendall(response(b"{}"))
    assert code(outside) == "NET_TLS"
    server.before_tls = lambda plain: plain.close()
    assert code(outside) == "NET_TLS"


def test_the_environment_is_not_asked(
    server: Server, outside: Outside, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An authority, a key log, a proxy, a password: none of them by an environment variable or a file at home."""
    log = tmp_path / "keys.log"
    server.answers["/doc.json"] = response(b"{}")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setenv("SSL_CERT_DIR", str(authority.file.parent))
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(f"machine {HOST} login somebody password secret\n")
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(outside).data == b"{}"
    assert not log.exists()
    assert b"uthorization" not in server.heads[0]
    reach = outside.reach._replace(authorities=None)
    with pytest.raises(Unfit) as unfit:
        question.ask(web.parse(URL), LIMIT, time.monotonic() + 3, reach, reach.trust())
    assert unfit.value.code == "NET_TLS"


def test_the_systems_authorities_are_trusted() -> None:
    context = wire.trust()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.keylog_filename is None


def test_authorities_that_cannot_be_read(outside: Outside, tmp_path: Path) -> None:
    for content in (None, b"", b"not PEM"):
        file = tmp_path / "authorities.pem"
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(Unfit) as unfit:
            outside.reach._replace(authorities=str(file)).trust()
        assert unfit.value.code == "NET_TLS"


def test_threads_that_asked_are_gone(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = response(b"{}")
    ask(outside)
    assert not [thread for thread in threading.enumerate() if thread.name == "defa-id-dns"]
