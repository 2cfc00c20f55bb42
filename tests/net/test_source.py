"""The network as a source: the registry's hosts only, one question each, few of them, and never a traceback."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from defa_id.catalogue import CATALOGUE
from defa_id.codec import limits, times
from defa_id.net import source as network
from defa_id.net.allowed import Allowed
from defa_id.net.budget import Bounds, Budget
from defa_id.net.kept import Cache
from defa_id.net.source import NetworkSource
from defa_id.sources import Document, FirstOf, NoSource, RecordedSource, Source, Unavailable
from defa_id.wire import Unfit
from tests.support.loopback import HOST, PUBLIC, Outside, Server, response
from tests.support.world import World

URL = f"https://{HOST}/doc.json"
LIMIT = 4096


def refused(source: Source, url: str = URL, limit: int = LIMIT) -> str:
    with pytest.raises(Unavailable) as unavailable:
        source.get(url, limit)
    assert unavailable.value.url == url
    assert unavailable.value.code in CATALOGUE.reasons
    return unavailable.value.code


def test_a_document_and_when_it_was_fetched(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = response(b'{"a":1}')
    before = datetime.now(UTC)
    document = outside.source().get(URL, LIMIT)
    assert document.data == b'{"a":1}'
    assert document.retrieved is not None
    assert abs((times.parse(document.retrieved) - before).total_seconds()) < 5


def test_the_second_one_to_ask_is_told_when_it_was_fetched(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = response(b"{}")
    clock = [datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)]
    source = outside.source(cache=Cache(None, lambda: clock[0]))
    source.get(URL, LIMIT)
    clock.append(clock.pop().replace(minute=4))
    assert source.get(URL, LIMIT) == Document(b"{}", "2026-11-24T12:00:00Z")
    assert len(server.asked) == 1
    clock.append(clock.pop().replace(minute=5))
    assert source.get(URL, LIMIT) == Document(b"{}", "2026-11-24T12:05:00Z")
    assert len(server.asked) == 2


def test_an_old_document_is_never_handed_out_for_a_new_one(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = response(b"{}")
    clock = [datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)]
    source = outside.source(cache=Cache(None, lambda: clock[0]))
    source.get(URL, LIMIT)
    del server.answers["/doc.json"]
    clock.append(clock.pop().replace(minute=5))
    assert refused(source) == "NET_STATUS"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/doc.json",
        f"https://{HOST}:8443/doc.json",
        f"https://sub.{HOST}/doc.json",
        f"https://{HOST}/doc.json?credential=7",
    ],
)
def test_nobody_else_is_asked(url: str, outside: Outside) -> None:
    assert refused(outside.source(), url) == "NET_HOST"
    assert (outside.looked_up, outside.connected) == ([], [])


@pytest.mark.parametrize(
    "url", ["http://issuer.example/", "https://127.0.0.1/", "https://[::1]/", "file:///etc/passwd", "", "\0", "é" * 999]
)
def test_what_is_no_address_is_not_asked_for(url: str, outside: Outside) -> None:
    assert refused(outside.source(allowed=Allowed(frozenset({("127.0.0.1", 443)}))), url) == "NET_URL"
    assert (outside.looked_up, outside.connected) == ([], [])


def test_the_registrys_hosts(server: Server, outside: Outside) -> None:
    """Who is allowed is found out with the first question, and only then."""
    world, _ = World.make()
    source = NetworkSource.of(world.registry(), reach=outside.reach)
    outside.hosts = {"sg-person.example": (PUBLIC,)}
    server.answers["/a.json"] = response(b"{}")
    assert "_allowed" not in vars(source)
    assert source.get("https://sg-person.example/a.json", LIMIT).data == b"{}"
    assert refused(source, URL) == "NET_HOST"


def test_a_failure_is_not_asked_about_again_at_once(server: Server, outside: Outside) -> None:
    source = outside.source()
    for _ in range(10_000):
        assert refused(source) == "NET_STATUS"
    assert server.asked == ["/doc.json"]


def test_a_flapping_host_is_asked_once_in_half_a_minute(server: Server, outside: Outside) -> None:
    good, bad = response(b"{}", Cache_Control="max-age=0"), response(b"", status="503 Busy")
    clock = [datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)]
    source = outside.source(cache=Cache(None, lambda: clock[0]))
    asked = []
    for second in range(300):
        server.answers["/doc.json"] = bad if second % 2 else good
        clock[0] = datetime.fromtimestamp(clock[0].timestamp() + 1, UTC)
        before = len(server.asked)
        with suppress(Unavailable):
            source.get(URL, LIMIT)
        if len(server.asked) > before:
            asked.append(second)
    assert 3 <= len(asked) <= 6
    assert all(later - earlier >= 30 for earlier, later in pairwise(asked))


# -- several at once ------------------------------------------------------------------------------------


def slowly(data: bytes, seconds: float) -> Callable[[ssl.SSLSocket], None]:
    def answer(secured: ssl.SSLSocket) -> None:
        time.sleep(seconds)
        secured.sendall(data)

    return answer


def together(count: int, ask: Callable[[int], object]) -> list[object]:
    def run(number: int) -> object:
        try:
            return ask(number)
        except Unavailable as unavailable:
            return unavailable.code

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_two_hundred_at_once_are_one_question(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = slowly(response(b"{}"), 0.2)
    source = outside.source()
    got = together(200, lambda _: source.get(URL, LIMIT).data)
    assert got == [b"{}"] * 200
    assert (server.asked, outside.looked_up) == (["/doc.json"], [HOST])


def test_and_all_of_them_hear_that_it_failed(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = slowly(response(b"", status="500 Oops"), 0.2)
    source = outside.source()
    assert together(50, lambda _: source.get(URL, LIMIT)) == ["NET_STATUS"] * 50
    assert server.asked == ["/doc.json"]
    assert source._flights == {}


def test_one_question_a_host_and_four_in_all(server: Server, outside: Outside) -> None:
    names = [f"h{number}.example" for number in range(8)]
    outside.hosts = dict.fromkeys(names, (PUBLIC,))
    now, most, lock = {"all": 0}, {"all": 0}, threading.Lock()

    def answer(secured: ssl.SSLSocket) -> None:
        with lock:
            now["all"] += 1
            most["all"] = max(most["all"], now["all"])
        time.sleep(0.1)
        with lock:
            now["all"] -= 1
        secured.sendall(response(b"{}"))

    for number in range(4):
        server.answers[f"/{number}"] = answer
    source = outside.source()
    got = together(8, lambda number: source.get(f"https://{names[number]}/0", LIMIT).data)
    assert (got, most["all"]) == ([b"{}"] * 8, limits.NET_AT_ONCE)
    now["all"] = most["all"] = 0
    got = together(3, lambda number: source.get(f"https://{names[0]}/{number + 1}", LIMIT).data)
    assert (got, most["all"]) == ([b"{}"] * 3, 1)


def test_who_has_to_wait_too_long_is_told_so(server: Server, outside: Outside) -> None:
    for number in range(6):
        server.answers[f"/{number}"] = slowly(response(b"{}"), 0.9)
    source = outside.source(bounds=Bounds(seconds=2))
    got = together(6, lambda number: source.get(f"https://{HOST}/{number}", LIMIT).data)
    assert set(map(str, got)) == {"b'{}'", "NET_TIMEOUT"}
    assert source.get(f"https://{HOST}/{got.index('NET_TIMEOUT')}", LIMIT).data == b"{}", "the host was not to blame"


def test_a_host_that_hangs_frees_everybody_in_time(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = lambda _: time.sleep(3)
    source = outside.source(bounds=Bounds(seconds=0.3))
    assert together(20, lambda _: source.get(URL, LIMIT)) == ["NET_TIMEOUT"] * 20


def test_other_processes_share_the_question(
    server: Server, outside: Outside, tmp_path: Path, authority: object
) -> None:
    """Eight processes and one folder: one of them asks, the others find its answer."""
    server.answers["/doc.json"] = slowly(response(b"{}"), 0.3)
    program = f"""
import socket, sys
from pathlib import Path
from defa_id.net.allowed import Allowed
from defa_id.net.budget import Bounds
from defa_id.net.kept import Cache
from defa_id.net.question import Reach
from defa_id.net.source import NetworkSource
connect = lambda address, port, seconds: socket.create_connection(("127.0.0.1", {server.port}), seconds)
reach = Reach(lambda host: ["{PUBLIC}"], connect, {str(outside.authority.file)!r})
source = NetworkSource(
    Allowed(frozenset({{("{HOST}", 443)}})), cache=Cache(Path({str(tmp_path / "cache")!r})), reach=reach,
    bounds=Bounds(seconds=20),
)
sys.stdin.read()
print(source.get("{URL}", {LIMIT}).data.decode())
"""
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(8)
    ]
    said = [process.communicate(b"")[0] for process in running]
    assert said == [b"{}\n"] * 8
    assert server.asked == ["/doc.json"]


# -- budgets --------------------------------------------------------------------------------------------


def test_a_thousand_hosts_are_not_all_asked(server: Server, outside: Outside) -> None:
    names = [f"h{number}.example" for number in range(1000)]
    outside.hosts = dict.fromkeys(names, (PUBLIC,))
    outside.server = None
    source = outside.source()
    got = [refused(source, f"https://{name}/{URL[8:]}") for name in names]
    assert got == ["NET_CONNECT"] * limits.NET_QUESTIONS + ["NET_BUDGET"] * (1000 - limits.NET_QUESTIONS)
    assert len(outside.connected) == limits.NET_QUESTIONS


def test_one_host_is_not_asked_a_thousand_things(server: Server, outside: Outside) -> None:
    source = outside.source()
    got = [refused(source, f"https://{HOST}/{number}") for number in range(100)]
    assert got == ["NET_STATUS"] * limits.NET_QUESTIONS_A_HOST + ["NET_BUDGET"] * (100 - limits.NET_QUESTIONS_A_HOST)


def test_a_budget_fills_again() -> None:
    clock = [0.0]
    budget = Budget(Bounds(questions=3, questions_a_host=2, window=60), lambda: clock[0])

    def spend(host: str) -> bool:
        try:
            budget.spend(host)
        except Unfit as unfit:
            assert unfit.code == "NET_BUDGET"
            return False
        return True

    assert [spend(host) for host in ("a", "a", "a", "b", "b", "c")] == [True, True, False, True, False, False]
    clock[0] = 59.9
    assert not spend("a")
    clock[0] = 60
    assert [spend(host) for host in ("a", "a", "a", "b", "b")] == [True, True, False, True, False]


# -- with other sources ---------------------------------------------------------------------------------


def test_recorded_documents_come_first(server: Server, outside: Outside) -> None:
    server.answers["/doc.json"] = server.answers["/other.json"] = response(b'"fetched"')
    recorded = RecordedSource({URL: Document(b'"recorded"', "2026-01-01T00:00:00Z")})
    both = FirstOf(recorded, outside.source())
    assert both.get(URL, LIMIT) == Document(b'"recorded"', "2026-01-01T00:00:00Z")
    assert server.asked == []
    assert both.get(f"https://{HOST}/other.json", LIMIT).data == b'"fetched"'
    assert refused(both, f"https://{HOST}/none.json") == "NET_STATUS"
    assert refused(FirstOf(outside.source(), recorded), "https://elsewhere.example/") == "NET_HOST"
    assert refused(FirstOf()) == "NET_OFFLINE"


def test_offline_and_not_recorded() -> None:
    assert refused(NoSource()) == "NET_OFFLINE"
    recorded = RecordedSource({URL: Document(b"x" * 10)})
    assert refused(recorded, limit=9) == "NET_SIZE"
    assert refused(recorded, URL + "2") == "NET_OFFLINE"


def test_where_documents_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert network.default_cache_path() == tmp_path / "defa-id" / "documents"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert network.default_cache_path() == tmp_path / ".cache" / "defa-id" / "documents"

    def nowhere(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", nowhere)
    assert network.default_cache_path() is None


def test_nothing_of_a_credential_is_in_what_is_kept(server: Server, outside: Outside, tmp_path: Path) -> None:
    server.answers["/doc.json"] = response(b'{"list":"public"}')
    outside.source(cache=Cache(tmp_path / "cache")).get(URL, LIMIT)
    (path,) = (tmp_path / "cache").glob("*.document")
    head, _, body = path.read_bytes().partition(b"\n")
    assert sorted(json.loads(head)) == ["defa_id", "retrieved", "sha256", "until", "url"]
    assert body == b'{"list":"public"}'
