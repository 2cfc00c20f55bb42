"""Caps are counted once for each credential, by several at once, and by nothing that says whose it was."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from defa_id.counting import PostgresCounter, SqliteCounter, open_counter
from defa_id.errors import Unknowable, WrongUse
from defa_id.sources import Counter

Make = Callable[[], Counter]


def postgres_programs() -> Path | None:
    """Where Debian keeps the server's programs; None without them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A PostgreSQL server of this test's own, on this machine."""
    programs = postgres_programs()
    assert programs is not None, "PostgreSQL's server is not installed: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="defa-id-postgres-"))  # pytest's own folders are root's alone
    as_user: list[str | Path] = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        [*as_user, programs / "initdb", "-D", data, "-A", "trust", "-U", "tester"], check=True, capture_output=True
    )
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    control: list[str | Path] = [*as_user, programs / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], check=True, capture_output=True)
    try:
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.peers)])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """A counter, and more of them on the same store."""
    if request.param == "sqlite":
        return lambda: SqliteCounter(tmp_path / "uses.sqlite")
    address: str = request.getfixturevalue("address")
    schema = f"t{abs(hash(request.node.nodeid))}"
    import psycopg

    with psycopg.connect(address, autocommit=True) as database:
        database.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return lambda: PostgresCounter(f"{address}?options=-csearch_path%3D{schema}")


def test_so_many_and_no_more(make: Make) -> None:
    counter = make()
    assert [counter.take("corridor", "one", f"t{n}", 3) for n in range(5)] == [1, 2, 3, None, None]
    assert make().take("corridor", "one", "t9", 3) is None
    assert make().take("corridor", "one", "t9", 4) == 4


def test_one_credential_counts_once_also_when_the_cap_is_reached(make: Make) -> None:
    counter = make()
    assert [counter.take("c", "p", "same", 1) for _ in range(3)] == [1, 1, 1]
    assert counter.take("c", "p", "other", 1) is None
    assert counter.take("c", "p", "same", 1) == 1


def test_each_phase_and_arrangement_has_its_own(make: Make) -> None:
    counter = make()
    assert counter.take("a", "one", "t", 1) == 1
    assert counter.take("a", "two", "t", 1) == 1
    assert counter.take("b", "one", "t", 1) == 1
    assert counter.take("a", "one", "u", 1) is None


def test_many_at_once_never_go_over(make: Make) -> None:
    make()

    def one(number: int) -> int | None:
        return make().take("c", "p", f"t{number}", 20)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(one, range(60)))
    assert sorted(number for number in taken if number is not None) == list(range(1, 21))


def test_several_processes_never_go_over(tmp_path: Path) -> None:
    path = tmp_path / "uses.sqlite"
    code = (
        "import sys; from pathlib import Path; from defa_id.counting import SqliteCounter\n"
        "c = SqliteCounter(Path(sys.argv[1]))\n"
        "print(sum(c.take('a', 'p', f'{sys.argv[2]}-{n}', 25) is not None for n in range(20)))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(number)], stdout=subprocess.PIPE)
        for number in range(3)
    ]
    assert sum(int(process.communicate()[0]) for process in started) == 25


def test_it_holds_nothing_of_anybody(tmp_path: Path) -> None:
    path = tmp_path / "uses.sqlite"
    SqliteCounter(path).take("corridor", "one", "0123456789abcdef" * 4, 3)
    assert b"0123456789abcdef" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_cannot_be_counted_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "uses.sqlite"
    counter = SqliteCounter(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE defa_id_use")
    with pytest.raises(Unknowable) as caught:
        counter.take("a", "p", "t", 1)
    assert caught.value.code == "CAP_UNCOUNTED"


def test_a_place_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database" * 100)
    for where in (str(tmp_path / "text"), str(tmp_path)):
        with pytest.raises(WrongUse, match="nothing can be counted"):
            open_counter(where)
