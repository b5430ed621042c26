"""Grants in a database through SQLAlchemy (extra `sql`): PostgreSQL, for many machines."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from meli_sdk.auth.events import LOGGER
from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.stores.complaints import check_application, check_open
from meli_sdk.auth.stores.document import Cipher, pack, unpack
from meli_sdk.auth.stores.rescue import RescueFiles
from meli_sdk.errors import InputError, StoreError, shown
from meli_sdk.secret import Secret

try:
    import sqlalchemy as sa
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
    from sqlalchemy.ext.asyncio import create_async_engine
except ModuleNotFoundError as _missing:
    _HINT = f"SqlGrantStore needs {_missing.name}: pip install 'meli-sdk[sql]'"
    raise ModuleNotFoundError(_HINT, name=_missing.name) from None

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

T = TypeVar("T")

_BUSY_SECONDS: Final = 10


class _TakenError(Exception):
    """There is a record already."""


class SqlGrantStore:
    """Keeps grants in one table of a database that several machines share. Made for PostgreSQL.

    The table is created on first use. On PostgreSQL every change is committed synchronously, whatever the session's
    default, so that it is on disk when it returns.

    Args:
        database: a URL such as `postgresql+asyncpg://user@host/name`, or an engine of your own, which stays yours to
            close. An engine has to hide parameters from the log, or the store needs a cipher.
        table: its name; another one for another application in the same database.
        cipher: `GrantCipher(key)` to keep the tokens encrypted.
        rescue: a folder of this machine for new tokens that the database cannot take; from there they go into it as soon
            as it can. Without one they are in memory alone, and closing the application waits until they are saved.

    Raises:
        InputError: the URL is none, is SQLite's (use `SQLiteGrantStore`), the engine would log tokens, or there is no
            such folder.
        StoreError: on first use, with the address and the remedy.
    """

    def __init__(
        self,
        database: "str | AsyncEngine",
        *,
        table: str = "meli_grants",
        cipher: Cipher | None = None,
        rescue: "str | os.PathLike[str] | None" = None,
    ) -> None:
        self._owns_engine = isinstance(database, str)
        self._engine: AsyncEngine = _engine(database) if isinstance(database, str) else database
        if not self._owns_engine and cipher is None and not self._engine.sync_engine.hide_parameters:
            message = "this engine writes parameters, and so tokens, to its log: create it with hide_parameters=True"
            raise InputError(message)
        if rescue is not None and not Path(rescue).is_dir():
            message = f"rescue must be a folder that is there, got {shown(str(rescue))}"
            raise InputError(message)
        self._cipher = cipher
        self._rescue_folder = None if rescue is None else Path(rescue).absolute()
        self._place = f"{self._engine.url.render_as_string(hide_password=True)}"
        self._table = sa.Table(
            table,
            sa.MetaData(),
            sa.Column("client_id", sa.String(20), primary_key=True),
            sa.Column("user_id", sa.String(20), primary_key=True),
            sa.Column("version", sa.BigInteger, nullable=False),
            sa.Column("body", sa.LargeBinary, nullable=False),
        )
        self._ready = False
        self._closed = False

    @property
    def address(self) -> Secret | None:
        """The URL, password included: what another process opens. None where the engine is somebody else's."""
        return Secret(self._engine.url.render_as_string(hide_password=False)) if self._owns_engine else None

    @property
    def table(self) -> str:
        """The name of the table."""
        return self._table.name

    @property
    def rescue_folder(self) -> Path | None:
        """The folder for tokens that the database cannot take."""
        return self._rescue_folder

    @property
    def rescue(self) -> RescueFiles | None:
        """The files in that folder."""
        folder = self._rescue_folder
        return None if folder is None else RescueFiles(folder / self._table.name, self._cipher)

    @property
    def cipher(self) -> Cipher | None:
        """What seals the records."""
        return self._cipher

    async def load(self, client_id: int, user_id: int) -> GrantRecord | None:
        async def read(connection: "AsyncConnection") -> GrantRecord | None:
            row = (await connection.execute(self._rows().where(self._is(client_id, user_id)))).first()
            return unpack(row.body, client_id, user_id, row.version, self._cipher) if row else None

        return await self._run(client_id, read)

    async def swap(self, record: GrantRecord, *, expected_version: int | None) -> bool:
        client_id, user_id = record.grant.client_id, record.grant.user_id
        values = {"version": record.version, "body": pack(record, self._cipher)}

        async def write(connection: "AsyncConnection") -> bool:
            if expected_version is not None:
                at = self._is(client_id, user_id) & (self._table.c.version == expected_version)
                done = await connection.execute(self._table.update().where(at).values(**values))
                return done.rowcount == 1
            row = {"client_id": str(client_id), "user_id": str(user_id), **values}
            try:
                await connection.execute(self._table.insert().values(**row))
            except IntegrityError:  # its transaction can only be rolled back by now
                raise _TakenError from None
            return True

        try:
            return await self._run(client_id, write)
        except _TakenError:
            return False

    async def records(self, client_id: int) -> tuple[GrantRecord, ...]:
        async def read(connection: "AsyncConnection") -> tuple[GrantRecord, ...]:
            rows = (await connection.execute(self._rows())).all()
            found = [unpack(row.body, client_id, int(row.user_id), row.version, self._cipher) for row in rows]
            return tuple(sorted(found, key=lambda record: record.grant.user_id))

        return await self._run(client_id, read)

    async def delete(self, client_id: int, user_id: int) -> None:
        async def write(connection: "AsyncConnection") -> None:
            await connection.execute(self._table.delete().where(self._is(client_id, user_id)))
            if self.rescue is not None:
                self.rescue.of(client_id, user_id).remove()

        await self._run(client_id, write)

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._owns_engine:
            await self._engine.dispose()

    def _rows(self) -> "sa.Select[Any, Any, Any]":
        return sa.select(self._table.c.user_id, self._table.c.version, self._table.c.body)

    def _is(self, client_id: int, user_id: int) -> "sa.ColumnElement[bool]":
        return (self._table.c.client_id == str(client_id)) & (self._table.c.user_id == str(user_id))

    async def _run(self, client_id: int, work: "Callable[[AsyncConnection], Awaitable[T]]") -> T:
        """Does the work in one transaction. A failure is told without the driver's own words, which quote values."""
        check_open(closed=self._closed)
        try:
            if not self._ready:
                await self._prepare()
            async with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(sa.text("SET LOCAL synchronous_commit = on"))
                other = self._table.c.client_id
                found = await connection.scalar(sa.select(other).where(other != str(client_id)).limit(1))
                if found is not None:
                    check_application(f"table {self._table.name} of {self._place}", int(found), client_id)
                return await work(connection)
        except StoreError as wrong:
            problem = str(wrong.args[0])
        except (SQLAlchemyError, OSError) as wrong:
            problem = f"{_kind(wrong)}: check that the database is up, reachable, and that this user may write there"
        prefix = "" if self._place in problem else f"{self._place}: "
        raise StoreError(f"{prefix}{problem}")

    async def _prepare(self) -> None:
        """Creates the table, and says where the database would not keep what it promised."""
        async with self._engine.connect() as connection:
            inspected = await connection.run_sync(lambda sync: sa.inspect(sync).has_table(self._table.name))
        if not inspected:
            try:
                async with self._engine.begin() as connection:
                    await connection.run_sync(self._table.metadata.create_all)
            except DBAPIError:  # another process creates it at this moment, or it may not be created
                async with self._engine.connect() as connection:
                    there = await connection.run_sync(lambda sync: sa.inspect(sync).has_table(self._table.name))
                if not there:
                    raise
        if self._engine.dialect.name == "postgresql":
            async with self._engine.connect() as connection:
                if await connection.scalar(sa.text("SHOW fsync")) != "on":
                    LOGGER.warning("%s runs with fsync off: a power failure loses sellers", self._place)
        self._ready = True


def _engine(url: str) -> "AsyncEngine":
    try:
        parsed = make_url(url)
    except ArgumentError:
        message = f"database must be a URL such as postgresql+asyncpg://user@host/name, got {shown(url[:12] + '…')}"
        raise InputError(message) from None
    if parsed.get_backend_name() == "sqlite":
        message = "SQLite is SQLiteGrantStore(path): it keeps the file private"
        raise InputError(message)
    limits = (
        {"timeout": _BUSY_SECONDS, "command_timeout": _BUSY_SECONDS} if parsed.get_driver_name() == "asyncpg" else {}
    )
    return create_async_engine(parsed, hide_parameters=True, pool_pre_ping=True, pool_size=2, connect_args=limits)


def _kind(wrong: Exception) -> str:
    """What went wrong, by class and code alone."""
    driver = getattr(wrong, "orig", None) or wrong
    inner = driver.__cause__ or driver
    code = getattr(inner, "sqlstate", None)
    return f"{type(inner).__name__}{f' ({code})' if code else ''}"
