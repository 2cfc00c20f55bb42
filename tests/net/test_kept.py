"""What was fetched is kept for a stated time; what could not be is not asked for again at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from defa_id import disk
from defa_id.codec import limits
from defa_id.errors import WrongUse
from defa_id.net.kept import Cache, Kept
from defa_id.net.question import Answer
from defa_id.wire import Unfit

URL = "https://issuer.example/doc.json"
T0 = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
LIMIT = 4096


class Clock:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


def refusal(cache: Cache, limit: int = LIMIT) -> tuple[str, str]:
    with pytest.raises(Unfit) as unfit:
        cache.look(URL, limit)
    return unfit.value.code, unfit.value.why


@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.parametrize(
    ("told", "seconds"),
    [(None, 300), (0, 60), (59, 60), (600, 600), (10**9, 86400)],
)
def test_a_minute_at_least_and_a_day_at_most(
    told: int | None, seconds: int, on_disk: bool, clock: Clock, folder: Path
) -> None:
    cache = Cache(folder if on_disk else None, clock)
    assert cache.look(URL, LIMIT) is None
    kept = cache.keep(URL, Answer(b"{}", told))
    assert kept == Kept(b"{}", T0, T0 + timedelta(seconds=seconds))
    clock.on(seconds - 1)
    assert cache.look(URL, LIMIT) == kept
    assert (Cache(folder, clock).look(URL, LIMIT) == kept) is on_disk
    clock.on(1)
    assert cache.look(URL, LIMIT) is None
    assert Cache(folder, clock).look(URL, LIMIT) is None


def test_a_clock_that_was_set_back(clock: Clock, folder: Path) -> None:
    cache = Cache(folder, clock)
    cache.keep(URL, Answer(b"{}", 86400))
    clock.on(-60)
    assert cache.look(URL, LIMIT) is not None
    clock.on(-1)
    assert cache.look(URL, LIMIT) is None


def test_what_may_not_be_stored_is_not_on_disk(clock: Clock, folder: Path) -> None:
    cache = Cache(folder, clock)
    cache.keep(URL, Answer(b"{}", 0, durable=False))
    assert list(folder.iterdir()) == []
    assert cache.look(URL, LIMIT) is not None


def test_a_larger_one_is_not_handed_to_who_wants_a_smaller(clock: Clock, folder: Path) -> None:
    cache = Cache(folder, clock)
    cache.keep(URL, Answer(b"x" * 100, None))
    for asked in (cache, Cache(folder, clock)):
        assert refusal(asked, 99) == ("NET_SIZE", "it is larger than 99 bytes")
        assert asked.look(URL, 100) is not None


def test_files_are_this_users_alone(clock: Clock, folder: Path) -> None:
    Cache(folder, clock).keep(URL, Answer(b"{}", None))
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())] == ["0o700", "0o600"]
    folder.chmod(0o770)
    with pytest.raises(WrongUse, match="written by others") as refused:
        Cache(folder, clock)
    assert refused.value.code == "CFG_PERMISSIONS"


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file" / "documents", clock)
    cache.keep(URL, Answer(b"{}", None))
    assert cache.look(URL, LIMIT) is not None
    with cache.alone(URL, 0):
        pass


def test_a_disk_that_takes_nothing(folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(folder, clock)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "write", full)
    cache.keep(URL, Answer(b"{}", None))
    cache.refuse(URL + "2", LIMIT, Unfit("NET_DNS", "no"))
    assert cache.look(URL, LIMIT) is not None
    assert list(folder.iterdir()) == []


def document(folder: Path) -> Path:
    return next(folder.glob("*.document"))


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda data: data[:-1],
    "only the head": lambda data: data.split(b"\n")[0],
    "zeros": lambda data: data[:50] + bytes(len(data) - 50),
    "one bit": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "another address": lambda data: data.replace(b"issuer.example", b"evilss.example"),
    "another time": lambda data: data.replace(b"2026", b"20x6"),
    "no digest": lambda data: data.replace(b"sha256", b"sha255"),
    "head not JSON": lambda data: b"{" + data,
    "longer": lambda data: data + b" ",
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_file_is_as_none(name: str, clock: Clock, folder: Path) -> None:
    Cache(folder, clock).keep(URL, Answer(b'{"a":1}', None))
    path = document(folder)
    path.write_bytes(SPOILT[name](path.read_bytes()))
    assert Cache(folder, clock).look(URL, LIMIT) is None


def test_a_link_to_something_else_is_as_none(clock: Clock, folder: Path, tmp_path: Path) -> None:
    Cache(folder, clock).keep(URL, Answer(b"{}", None))
    path = document(folder)
    path.unlink()
    path.mkdir()
    assert Cache(folder, clock).look(URL, LIMIT) is None


def test_the_newest_stay(clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "NET_KEPT_DOCUMENTS", 3)
    cache = Cache(folder, clock)
    for number in range(6):
        cache.keep(f"{URL}/{number}", Answer(b"{}", None))
        os.utime(max(folder.glob("*.document"), key=lambda path: path.stat().st_mtime_ns), (number, number))
    assert len(list(folder.glob("*.document"))) == 3
    fresh = Cache(folder, clock)
    assert [number for number in range(6) if fresh.look(f"{URL}/{number}", LIMIT)] == [3, 4, 5]
    assert [number for number in range(6) if Cache(None, clock).look(f"{URL}/{number}", LIMIT)] == []


def test_memory_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "NET_KEPT_BYTES", 1000)
    cache = Cache(None, clock)
    for number in range(10):
        cache.keep(f"{URL}/{number}", Answer(b"x" * 300, None))
    assert [number for number in range(10) if cache.look(f"{URL}/{number}", LIMIT)] == [7, 8, 9]
    cache.keep(f"{URL}/9", Answer(b"x" * 10, None))
    cache.keep(f"{URL}/8", Answer(b"x" * 700, None))
    assert [number for number in range(10) if cache.look(f"{URL}/{number}", LIMIT)] == [8, 9]
    monkeypatch.setattr(limits, "NET_KEPT_DOCUMENTS", 4)
    for number in range(10):
        cache.refuse(f"{URL}/refused/{number}", LIMIT, Unfit("NET_DNS", "no"))
    refused = [number for number in range(10) if _refuses(cache, f"{URL}/refused/{number}")]
    assert refused == [6, 7, 8, 9]


def _refuses(cache: Cache, url: str) -> bool:
    try:
        return cache.look(url, LIMIT) is not None
    except Unfit:
        return True


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_failure_is_repeated_for_a_while_and_longer_each_time(on_disk: bool, clock: Clock, folder: Path) -> None:
    cache = Cache(folder if on_disk else None, clock, lambda: 0.0)
    for pause in (30, 60, 120, 240, 300, 300):
        cache.refuse(URL, LIMIT, Unfit("NET_STATUS", "the server answered 503"))
        assert refusal(cache) == ("NET_STATUS", "the server answered 503")
        clock.on(pause - 1)
        assert refusal(cache) == ("NET_STATUS", "the server answered 503")
        if on_disk:
            assert refusal(Cache(folder, clock))[0] == "NET_STATUS"
        clock.on(1)
        assert cache.look(URL, LIMIT) is None
        cache = Cache(folder, clock, lambda: 0.0) if on_disk else cache
    cache.keep(URL, Answer(b"{}", None))
    assert cache.look(URL, LIMIT) is not None
    clock.on(300)
    cache.refuse(URL, LIMIT, Unfit("NET_STATUS", "the server answered 503"))
    clock.on(30)
    assert cache.look(URL, LIMIT) is None


def test_who_saw_a_host_fail_at_one_moment_comes_back_at_different_ones(clock: Clock) -> None:
    """X39: up to a quarter later, never earlier, and never later than the longest pause."""
    for chance, pauses in ((0.5, (34, 68, 135, 270, 300, 300)), (1.0, (38, 75, 150, 300, 300, 300))):
        cache = Cache(None, clock, lambda chance=chance: chance)  # type: ignore[misc]
        for pause in pauses:
            cache.refuse(URL, LIMIT, Unfit("NET_STATUS", "the server answered 503"))
            clock.on(pause - 1)
            assert refusal(cache)[0] == "NET_STATUS"
            clock.on(1)
            assert cache.look(URL, LIMIT) is None
    fleet = [Cache(None, clock) for _ in range(100)]
    for cache in fleet:
        cache.refuse(URL, LIMIT, Unfit("NET_STATUS", "the server answered 503"))
    clock.on(29)
    assert all(_refuses(cache, URL) for cache in fleet)
    clock.on(5)
    back = [cache for cache in fleet if not _refuses(cache, URL)]
    assert 10 < len(back) < 90
    clock.on(4)
    assert not any(_refuses(cache, URL) for cache in fleet)


def test_too_large_for_one_is_not_too_large_for_all(clock: Clock) -> None:
    cache = Cache(None, clock)
    cache.refuse(URL, 100, Unfit("NET_SIZE", "it is larger than 100 bytes"))
    assert refusal(cache, 100)[0] == "NET_SIZE"
    assert refusal(cache, 99)[0] == "NET_SIZE"
    assert cache.look(URL, 101) is None


def test_a_refusal_from_a_clock_that_was_wrong_or_spoilt(clock: Clock, folder: Path) -> None:
    clock.on(10 * 86400)
    Cache(folder, clock).refuse(URL, LIMIT, Unfit("NET_DNS", "no"))
    clock.on(-10 * 86400)
    assert Cache(folder, clock).look(URL, LIMIT) is None
    (path,) = folder.glob("*.refused")
    for spoilt in (b"", b"[]", b"{}", path.read_bytes().replace(b'"limit": 4096', b'"limit": "x"')):
        path.write_bytes(spoilt)
        assert Cache(folder, clock).look(URL, LIMIT) is None
    told = {"url": URL, "code": "NET_DNS", "why": "no", "limit": LIMIT, "times": 1}
    times = {"since": "2026-11-24T12:00:00Z", "until": "2026-11-24T12:00:30Z"}
    path.write_text(json.dumps({**told, **times}))
    assert refusal(Cache(folder, clock))[0] == "NET_DNS"
    path.write_text(json.dumps({**told, **times, "url": "https://other.example/"}))
    assert Cache(folder, clock).look(URL, LIMIT) is None


def test_only_one_at_a_time_and_nobody_waits_for_ever(clock: Clock, folder: Path) -> None:
    one, other = Cache(folder, clock), Cache(folder, clock)
    with one.alone(URL, 1), pytest.raises(Unfit) as unfit, other.alone(URL, 0.05):
        pytest.fail("both at once")
    assert unfit.value.code == "NET_TIMEOUT"
    with other.alone(URL, 0):
        pass


def test_the_next_one_gets_in_when_the_first_is_done(clock: Clock, folder: Path) -> None:
    one, other = Cache(folder, clock), Cache(folder, clock)
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with one.alone(URL, 1):
            inside.set()
            done.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(5)
    threading.Timer(0.05, done.set).start()
    with other.alone(URL, 5):
        assert done.is_set()
    thread.join()


def test_other_processes_find_it(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from defa_id.net.kept import Cache; from defa_id.net.question import Answer\n"
        "cache = Cache(Path(sys.argv[1])); kept = cache.look(sys.argv[2], 100)\n"
        "print(kept.data.decode() if kept else cache.keep(sys.argv[2], Answer(b'fetched', None)) and 'nothing')"
    )
    told = [
        subprocess.run([sys.executable, "-c", program, folder, URL], capture_output=True, check=True, text=True).stdout
        for _ in range(2)
    ]
    assert told == ["nothing\n", "fetched\n"]
