"""How far an arrangement's cap is used up: a small store the relying party keeps, without personal data.

A use is a digest under a key that only this store has, so nobody can tell from it which credential it
was; one credential counts once. SQLite for one machine, PostgreSQL where several verifiers share a cap.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from defa_id.codec.text import printable
from defa_id.errors import Unknowable, WrongUse

if TYPE_CHECKING:
    import sqlite3

PATIENCE_SECONDS: Final = 5  # for other verifiers that are counting just now
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS defa_id_counter_key (id INTEGER PRIMARY KEY, secret TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS defa_id_use (
        arrangement TEXT NOT NULL, phase TEXT NOT NULL, token TEXT NOT NULL, PRIMARY KEY (arrangement, phase, token)
    )""",
)


def open_counter(where: str) -> SqliteCounter | PostgresCounter:
    """The counter at a path (SQLite) or a `postgresql:` address. Raises `WrongUse` if it cannot be used."""
    return PostgresCounter(where) if where.startswith(("postgresql:", "postgres:")) else SqliteCounter(Path(where))


def default_path() -> Path:
    """Where a user's own uses are counted (XDG base directories, state). Raises `RuntimeError` without a home."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path("~/.local/state").expanduser()) / "defa-id" / "uses.sqlite"


class OwnCounter:
    """The user's own counter, opened when a cap is first met."""

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:
        """As `sources.Counter.take`."""
        try:
            return SqliteCounter(default_path()).take(arrangement, phase, token, cap)
        except (WrongUse, RuntimeError):
            raise Unknowable("CAP_UNCOUNTED", "the user's own counter cannot be used") from None


class SqliteCounter:
    """A counter in one file, 0600; several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        """Raises `WrongUse` for a file that cannot be a counter."""
        import secrets
        import sqlite3

        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)
            with self._open() as database:
                for table in _TABLES:
                    database.execute(table)
                database.execute("INSERT OR IGNORE INTO defa_id_counter_key VALUES (1, ?)", (secrets.token_hex(32),))
        except (OSError, sqlite3.Error) as error:
            raise _unusable(str(path), error) from None

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:
        """As `sources.Counter.take`."""
        import sqlite3

        try:
            with self._open() as database:
                (secret,) = database.execute("SELECT secret FROM defa_id_counter_key").fetchone()
                return _take(database.execute, "?", secret, (arrangement, phase, token), cap)
        except (sqlite3.Error, TypeError) as error:
            raise Unknowable("CAP_UNCOUNTED", f"the counter answers {type(error).__name__}") from None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction that nobody else writes in."""
        import sqlite3

        database = sqlite3.connect(self._path, timeout=PATIENCE_SECONDS, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        finally:
            database.close()  # without a commit everything is as it was


class PostgresCounter:
    """A counter in a PostgreSQL database that several verifiers share; the extra `postgres` brings its client."""

    def __init__(self, address: str) -> None:
        """Raises `WrongUse` for an address where no counter can be kept, or without the client."""
        import secrets

        try:
            import psycopg
        except ImportError:
            raise WrongUse(
                "counting in PostgreSQL needs psycopg", hint="python3 -m pip install 'defa-id[postgres]'"
            ) from None
        self._address = address
        try:
            with self._open() as database:
                for table in _TABLES:
                    database.execute(table)
                insert = "INSERT INTO defa_id_counter_key VALUES (1, %s) ON CONFLICT DO NOTHING"
                database.execute(insert, (secrets.token_hex(32),))
        except psycopg.Error as error:
            raise _unusable("the PostgreSQL database", error) from None

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:
        """As `sources.Counter.take`."""
        import psycopg

        try:
            with self._open() as database:
                # One at a time for one phase: two that count together would both see the last place free.
                database.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"defa-id {arrangement} {phase}",))
                row = database.execute("SELECT secret FROM defa_id_counter_key").fetchone()
                return _take(database.execute, "%s", row[0] if row else "", (arrangement, phase, token), cap)
        except psycopg.Error as error:
            raise Unknowable("CAP_UNCOUNTED", f"the counter answers {type(error).__name__}") from None

    @contextmanager
    def _open(self) -> Iterator[Any]:
        import psycopg

        with psycopg.connect(self._address, connect_timeout=PATIENCE_SECONDS) as database:
            database.execute(f"SET LOCAL statement_timeout = {PATIENCE_SECONDS * 1000}")
            yield database


def _take(execute: Any, mark: str, secret: str, use: tuple[str, str, str], cap: int) -> int | None:
    """Inside one transaction: the number of uses with this one, or None where there is no room for it."""
    import hmac

    arrangement, phase, token = use
    named = hmac.digest(bytes.fromhex(secret), token.encode(), "sha256").hex()
    where = f"FROM defa_id_use WHERE arrangement = {mark} AND phase = {mark}"
    (used,) = execute(f"SELECT COUNT(*) {where}", (arrangement, phase)).fetchone()
    again = execute(f"SELECT 1 {where} AND token = {mark}", (arrangement, phase, named)).fetchone()
    if again is not None:
        return int(used)
    if used >= cap:
        return None
    execute(f"INSERT INTO defa_id_use VALUES ({mark}, {mark}, {mark})", (arrangement, phase, named))  # noqa: S608
    return int(used) + 1


def _unusable(where: str, error: Exception) -> WrongUse:
    return WrongUse(
        f"nothing can be counted in {printable(where, 200)}: {printable(str(error), 160)}",
        hint="Name a file that can be written, or a postgresql: address.",
        code="CFG_COUNTER",
    )
