"""The channel's way to its database: engines that lose no update."""

import asyncio
import fcntl
import os
import random
import re
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeVar

import aiosqlite
from sqlalchemy import Connection, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from meli_sdk.channel.cancellation import WholeEngine
from meli_sdk.channel.handler_connection import guard
from meli_sdk.errors import ConfigurationError, InputError, shown
from meli_sdk.private_file import claim
from meli_sdk.wire.clock import Clock

T = TypeVar("T")

BUSY_SECONDS: Final = 5.0
"""How long SQLite waits for another writer before it says "database is locked"."""
_REPEATABLE: Final = {"40001": "serialization", "40P01": "deadlock", "55P03": "busy"}
"""What PostgreSQL's states ask for."""
_AWAY: Final = ("08", "53", "57P01", "57P02", "57P03", "25006")
"""PostgreSQL's states of a lost connection, of resources that ran out, of a server that stops or starts, and of one that
has become a copy of another."""
LOCK_SECONDS: Final = 0.2
"""How long who waits for a name waits until it looks again."""
_TRY_LOCK: Final = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK: Final = text("SELECT pg_advisory_unlock(:key)")
REPEATS: Final = 12
_BASE_WAIT: Final = 0.02
_MAX_WAIT: Final = 2.0


class Database:
    """Two ways into one database: writes, in transactions that exclude each other where they must, and reads.

    On SQLite every write transaction begins with `BEGIN IMMEDIATE`, since the default loses updates in silence; reads go
    through an engine of their own, since they would wait otherwise. The file is created with mode 0600.

    Args:
        where: a SQLAlchemy URL, or an engine of yours. Of a SQLite engine only the URL is used.

    Raises:
        InputError: no URL and no async engine, or a driver that is not asynchronous.
        ConfigurationError: SQLite in memory, a file others may read, a symbolic link.
    """

    def __init__(self, where: str | AsyncEngine) -> None:
        self._owned: list[AsyncEngine] = []
        url = _url(where)
        self.sqlite: Final = url.get_backend_name() == "sqlite"
        if self.sqlite:
            _claim(_file(url))
            self.writes: AsyncEngine = self._make_sqlite(url, "BEGIN IMMEDIATE")
            self.reads: AsyncEngine = self._make_sqlite(url, "BEGIN")
        elif isinstance(where, AsyncEngine):
            self.writes = self.reads = WholeEngine(where.execution_options().sync_engine)
        else:
            made = create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
            self._owned.append(made)
            self.writes = self.reads = WholeEngine(made.sync_engine)
        guard(self.writes)

    def _make_sqlite(self, url: URL, begin: str) -> AsyncEngine:
        options = {"timeout": BUSY_SECONDS, "async_creator_fn": _SqliteConnection}
        made = create_async_engine(url, connect_args=options, hide_parameters=True)
        self._owned.append(made)

        @event.listens_for(made.sync_engine, "connect")
        def connected(connection: Any, _: object) -> None:  # noqa: ANN401  the driver's own class
            connection.isolation_level = None  # the driver would begin late, and only for writes
            connection.run_async(_write_ahead)
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.close()

        @event.listens_for(made.sync_engine, "begin")
        def begun(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return WholeEngine(made.sync_engine)

    @asynccontextmanager
    async def exclusive(
        self, name: str, clock: Clock, *, unless: Callable[[], Awaitable[bool]] | None = None
    ) -> AsyncGenerator[bool, None]:
        """Lets one holder of a name in at a time, whatever process or machine it is in; others wait.

        The lock ends with its holder, even when that is killed: on SQLite it is one on a file beside the database, on
        PostgreSQL an advisory lock of a connection.

        Args:
            name: what is locked.
            clock: what waits.
            unless: asked while others hold the name; True gives up, and the block runs without the lock.

        Yields:
            Whether the lock is held.
        """
        if self.sqlite:
            path = _file(self.writes.url)
            with _lock_file(path.with_name(f"{path.name}.{name}.lock")) as locked:
                while not (held := locked()) and not (unless is not None and await unless()):
                    await clock.sleep(LOCK_SECONDS)
                yield held
            return
        key = int.from_bytes(blake2b(f"meli_sdk {name}".encode(), digest_size=8).digest(), "big", signed=True)
        while True:
            # A connection for each look: who waits must not keep one from the others.
            async with self.reads.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                taken = True  # who is cancelled while he asks is told no answer, and may have the lock
                try:
                    taken = (await connection.execute(_TRY_LOCK, {"key": key})).scalar_one()
                    if taken:
                        yield True
                        return
                finally:
                    if taken:
                        await _unlock(connection, key)
            if unless is not None and await unless():
                yield False
                return
            await clock.sleep(LOCK_SECONDS)

    async def aclose(self) -> None:
        """Closes what was opened here; an engine of yours stays open."""
        for engine in self._owned:
            await engine.dispose()


async def _unlock(connection: AsyncConnection, key: int) -> None:
    """Gives a name back; where the connection was cut off, PostgreSQL has done so."""
    try:
        if not connection.invalidated:
            await connection.execute(_UNLOCK, {"key": key})
    except DBAPIError as lost:
        if not lost.connection_invalidated:
            raise


def _url(where: object) -> URL:
    if isinstance(where, AsyncEngine):
        return where.url
    try:
        url = make_url(where) if isinstance(where, str | URL) else None
    except ArgumentError:
        url = None
    if url is None:
        kind = "text that is none" if isinstance(where, str) else shown(where)
        message = (
            "database is a SQLAlchemy URL such as sqlite+aiosqlite:///channel.db or postgresql+asyncpg://user@host/name, "
            f"or an AsyncEngine; got {kind}"
        )
        raise InputError(message)
    drivers = {"sqlite": "aiosqlite", "postgresql": "asyncpg"}
    backend = url.get_backend_name()
    if backend not in drivers or url.drivername != f"{backend}+{drivers[backend]}":
        message = (
            f"database driver {url.drivername!r} is not supported: use sqlite+aiosqlite (one machine) or "
            "postgresql+asyncpg (several)"
        )
        raise InputError(message)
    return url


def _file(url: URL) -> Path:
    if url.database in {None, "", ":memory:"} or str(url.database).startswith("file:"):
        message = "a channel needs a database file: sqlite+aiosqlite:///channel.db; what is in memory is lost with the process"
        raise ConfigurationError(message)
    return Path(str(url.database))


class _Cursor(aiosqlite.Cursor):
    async def close(self) -> None:
        self._cursor.close()


class _SqliteConnection(aiosqlite.Connection):
    """aiosqlite with one change of thread for a statement instead of three: making and closing a cursor do no I/O."""

    def __init__(self, database: str, *, timeout: float, **_: object) -> None:
        super().__init__(
            lambda: sqlite3.connect(database, timeout=timeout, check_same_thread=False), iter_chunk_size=64
        )
        thread = self if isinstance(self, Thread) else self._thread
        thread.daemon = True  # as SQLAlchemy does with aiosqlite's own: a forgotten one must not keep the process
        self._stopping = False
        self._stopped: asyncio.Future[None] | None = None

    def stop(self) -> asyncio.Future[None] | None:
        """Ends the thread, once; asked again, as after a second cancellation, nobody would be there to answer."""
        if not self._stopping:
            self._stopping = True
            self._stopped = super().stop()  # pyright: ignore[reportUnknownMemberType]
        return self._stopped

    def cursor(self) -> _Cursor:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return _Cursor(self, self._conn.cursor())


async def _write_ahead(connection: aiosqlite.Connection) -> None:
    """Asks for write-ahead mode. On a new file several may ask at once, and SQLite does not wait by itself there."""
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            await connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as busy:
            if "locked" not in str(busy) or time.monotonic() > ends:
                raise
        else:
            return
        await asyncio.sleep(0.01)


@contextmanager
def _lock_file(path: Path) -> Generator[Callable[[], bool], None, None]:
    """What tries to lock a file; the lock ends with the block, and with the process."""
    _claim(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def locked() -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    try:
        yield locked
    finally:
        os.close(descriptor)


def _claim(path: Path) -> None:
    problem = claim(path)
    if problem is not None:
        raise ConfigurationError(problem)


def repeat_reason(failure: BaseException) -> str | None:
    """Why the database only asks to do the transaction again: `deadlock`, `serialization`, `busy`; None: it does not."""
    seen: BaseException | None = failure
    while seen is not None:
        if isinstance(seen, DBAPIError):
            found = _REPEATABLE.get(getattr(seen.orig, "sqlstate", None) or "")
            if found is None and re.search(r"database( table)? is locked|database is busy", str(seen.orig)):
                found = "busy"
            if found is not None:
                return found
        seen = seen.__cause__ or seen.__context__
    return None


def is_away(failure: BaseException) -> bool:
    """Whether the database cannot be used now and may be later: its server restarts or moves, or a disk is full."""
    if isinstance(
        failure, OSError | PoolTimeoutError
    ):  # nobody listens; the driver's own errors are no DBAPIError then
        return True
    if not isinstance(failure, DBAPIError):
        return False
    state = getattr(failure.orig, "sqlstate", None) or ""
    return (
        failure.connection_invalidated
        or state.startswith(_AWAY)
        or repeat_reason(failure) is not None
        or re.search(r"disk is full|disk I/O error|unable to open database", str(failure.orig)) is not None
    )


def upsert(
    table: Table, database: Database, *, keys: Sequence[str], changed: Sequence[str], added: Sequence[str] = ()
) -> Any:  # noqa: ANN401  each dialect has an Insert of its own
    """An insert that, where the row exists, changes some columns and adds to others."""
    return _upsert(table, database.sqlite, tuple(keys), tuple(changed), tuple(added))


@lru_cache(maxsize=64)  # making one costs as much as executing it
def _upsert(
    table: Table,
    is_sqlite: bool,  # noqa: FBT001
    keys: tuple[str, ...],
    changed: tuple[str, ...],
    added: tuple[str, ...],
) -> Any:  # noqa: ANN401
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    new: dict[str, Any] = {name: insert.excluded[name] for name in changed}
    new |= {name: table.c[name] + insert.excluded[name] for name in added}
    if not new:
        return insert.on_conflict_do_nothing(index_elements=list(keys))
    return insert.on_conflict_do_update(index_elements=list(keys), set_=new)


async def repeated(
    work: Callable[[], Awaitable[T]],
    *,
    clock: Clock,
    tell: Callable[[str, int, float], None],
    attempts: int = REPEATS,
) -> T:
    """Does a transaction again as long as the database asks for it, with full-jitter back-off.

    Args:
        work: the whole transaction; it is rolled back before it is done again.
        clock: what waits.
        tell: told the reason, the attempt and the seconds before each wait.
        attempts: after so many the database's own error is raised.
    """
    for attempt in range(1, attempts):
        try:
            return await work()
        except Exception as failure:
            reason = repeat_reason(failure)
            if reason is None:
                raise
        seconds = random.random() * min(_MAX_WAIT, _BASE_WAIT * 2**attempt)  # noqa: S311  to spread, not to hide
        tell(reason, attempt, seconds)
        await clock.sleep(seconds)
    return await work()
