"""Grants in one SQLite file: the embedded default, by the standard library."""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.stores.complaints import check_application, check_open
from meli_sdk.auth.stores.document import Cipher, pack, unpack
from meli_sdk.auth.stores.rescue import RescueFiles
from meli_sdk.errors import InputError, SessionStateError, StoreError, shown
from meli_sdk.private_file import claim
from meli_sdk.secret import Secret

T = TypeVar("T")

_CREATE: Final = """
CREATE TABLE IF NOT EXISTS meli_grants (
    client_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (client_id, user_id)
) STRICT
"""
_SELECT: Final = "SELECT user_id, version, body FROM meli_grants WHERE client_id = ?"
_INSERT: Final = "INSERT OR IGNORE INTO meli_grants (version, body, client_id, user_id) VALUES (?, ?, ?, ?)"
_UPDATE: Final = "UPDATE meli_grants SET version = ?, body = ? WHERE client_id = ? AND user_id = ? AND version = ?"
_BUSY_SECONDS: Final = 10


class SQLiteGrantStore:
    """Keeps grants in a file that only its owner may read. Several processes of one machine may share it.

    The file is created with mode 0600 before SQLite opens it. A symbolic link, a file of another user, one that others
    may read, and a network file system are refused. Every change is on disk when it returns. New tokens that it cannot
    take, on a full disk for example, are kept in a file of their own beside it, `grants.db.rescue-...`, until it can.

    Args:
        path: of the file; its folder has to be there.
        cipher: `GrantCipher(key)` to keep the tokens encrypted.

    Raises:
        InputError: the path is none.
        StoreError: on first use, with the path and the remedy.
    """

    def __init__(self, path: str | os.PathLike[str], *, cipher: Cipher | None = None) -> None:
        if not isinstance(path, str | os.PathLike) or not str(path) or "://" in str(path):
            message = f"path must be the path of a file, got {shown(path)}"
            raise InputError(message)
        self._path = Path(path)
        self._cipher = cipher
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="meli-grants")
        self._closed = False
        self._pid: int | None = None
        """The process that first used it; a fork has no thread to do the work in."""

    @property
    def address(self) -> Secret:
        """The path, absolute: what another process opens."""
        return Secret(str(self._path.absolute()))

    @property
    def rescue(self) -> RescueFiles:
        """Files beside this one, for tokens that it cannot take."""
        return RescueFiles(self._path, self._cipher)

    @property
    def cipher(self) -> Cipher | None:
        """What seals the records."""
        return self._cipher

    async def load(self, client_id: int, user_id: int) -> GrantRecord | None:
        def read(connection: sqlite3.Connection) -> GrantRecord | None:
            row = connection.execute(f"{_SELECT} AND user_id = ?", (str(client_id), str(user_id))).fetchone()
            return unpack(row[2], client_id, user_id, row[1], self._cipher) if row else None

        return await self._run(client_id, read)

    async def swap(self, record: GrantRecord, *, expected_version: int | None) -> bool:
        client_id, user_id = record.grant.client_id, record.grant.user_id
        values = (record.version, pack(record, self._cipher), str(client_id), str(user_id))

        def write(connection: sqlite3.Connection) -> bool:
            done = (
                connection.execute(_INSERT, values)
                if expected_version is None
                else connection.execute(_UPDATE, (*values, expected_version))
            )
            return done.rowcount == 1

        return await self._run(client_id, write, writes=True)

    async def records(self, client_id: int) -> tuple[GrantRecord, ...]:
        def read(connection: sqlite3.Connection) -> tuple[GrantRecord, ...]:
            rows = connection.execute(_SELECT, (str(client_id),)).fetchall()
            found = [unpack(row[2], client_id, int(row[0]), row[1], self._cipher) for row in rows]
            return tuple(sorted(found, key=lambda record: record.grant.user_id))

        return await self._run(client_id, read)

    async def delete(self, client_id: int, user_id: int) -> None:
        def write(connection: sqlite3.Connection) -> None:
            values = (str(client_id), str(user_id))
            connection.execute("DELETE FROM meli_grants WHERE client_id = ? AND user_id = ?", values)
            self.rescue.of(client_id, user_id).remove()

        await self._run(client_id, write, writes=True)

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._connection is not None and self._pid == os.getpid():
            await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
            self._connection = None
        self._thread.shutdown(wait=False)

    async def _run(self, client_id: int, work: Callable[[sqlite3.Connection], T], *, writes: bool = False) -> T:
        """Does the work in the store's own thread, one piece at a time, and names the file in every complaint."""
        check_open(closed=self._closed)
        self._pid = self._pid or os.getpid()
        if self._pid != os.getpid():
            message = f"{self._path} was opened before this process was forked: make the store, and its MeliApp, here"
            raise SessionStateError(message)

        def step() -> T:
            try:
                if self._connection is None:
                    self._connection = _open(self._path)
                return self._transaction(self._connection, client_id, work, writes=writes)
            except sqlite3.Error as wrong:
                problem = f"{wrong}: check that it is a grant store, writable, with room left, and not locked for long"
            except StoreError as wrong:
                problem = str(wrong.args[0])
            prefix = "" if str(self._path) in problem else f"{self._path}: "
            raise StoreError(f"{prefix}{problem}")

        return await asyncio.get_running_loop().run_in_executor(self._thread, step)

    def _transaction(
        self, connection: sqlite3.Connection, client_id: int, work: Callable[[sqlite3.Connection], T], *, writes: bool
    ) -> T:
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        try:
            query = "SELECT client_id FROM meli_grants WHERE client_id <> ? LIMIT 1"
            other = connection.execute(query, (str(client_id),)).fetchone()
            if other:
                check_application(str(self._path), int(other[0]), client_id)
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has ended it already
                connection.execute("ROLLBACK")
            raise
        return result


def _write_ahead(connection: sqlite3.Connection) -> str:
    """Asks for write-ahead mode. On a new file several may ask at once, and SQLite does not wait by itself there."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as busy:
            if "locked" not in str(busy) or time.monotonic() > end:
                raise
        threading.Event().wait(0.01)


def _open(path: Path) -> sqlite3.Connection:
    problem = claim(path)
    if problem is not None:
        raise StoreError(problem)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        mode = _write_ahead(connection)
        if mode != "wal":
            message = f"{path} cannot be opened in write-ahead mode ({mode}): use a local disk"
            raise StoreError(message)  # noqa: TRY301  the connection is closed below
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(_CREATE)
    except BaseException:
        connection.close()
        raise
    return connection
