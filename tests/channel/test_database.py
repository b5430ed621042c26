import asyncio
import gc
import os
import stat
import warnings
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import create_async_engine

from meli_sdk.channel import Moment, Money
from meli_sdk.channel.database import Database, _SqliteConnection, repeat_reason
from meli_sdk.channel.journal import METADATA, SCHEMAS, create_tables, make_missing
from meli_sdk.errors import ConfigurationError, InputError

from .conftest import MovableClock, each_database

OWN = MetaData()
ROWS = Table("own_rows", OWN, Column("id", Integer, primary_key=True), Column("amount", Money), Column("at", Moment))
COUNTER = Table("own_counter", OWN, Column("id", Integer, primary_key=True), Column("value", Integer))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.writes.begin() as connection:
        await connection.run_sync(OWN.create_all)
    yield opened
    await opened.aclose()


@pytest.mark.parametrize(
    "amount", [None, "0.10", "12345678901234567.123456", "10.50", "-0.000001", "1E+3", "0.1000000000000000055511151"]
)
@each_database
async def test_money_keeps_every_digit(database: Database, amount: str | None):
    given = None if amount is None else Decimal(amount)
    async with database.writes.begin() as connection:
        await connection.execute(insert(ROWS).values(id=1, amount=given))
    async with database.reads.connect() as connection:
        found = (await connection.execute(select(ROWS.c.amount))).scalar_one()
    assert str(found) == str(given)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-4))),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        None,
    ],
)
@each_database
async def test_a_moment_comes_back_in_utc_to_the_microsecond(database: Database, moment: datetime | None):
    async with database.writes.begin() as connection:
        await connection.execute(insert(ROWS).values(id=1, at=moment))
    async with database.reads.connect() as connection:
        found = (await connection.execute(select(ROWS.c.at))).scalar_one()
    assert found == moment
    assert found is None or found.tzinfo is UTC


@each_database
@pytest.mark.parametrize("wrong", [{"at": datetime(2026, 3, 1)}, {"amount": 1.5}, {"amount": Decimal("NaN")}])
async def test_what_would_lose_something_is_not_stored(database: Database, wrong):
    with pytest.raises(StatementError, match=r"has no time zone|finite Decimal"):
        async with database.writes.begin() as connection:
            await connection.execute(insert(ROWS).values(id=1, **wrong))


@each_database
async def test_no_update_is_lost_among_writers(database: Database):
    async with database.writes.begin() as connection:
        await connection.execute(insert(COUNTER).values(id=1, value=0))

    async def add_one() -> None:
        async with database.writes.begin() as connection:
            query = select(COUNTER.c.value).where(COUNTER.c.id == 1).with_for_update()
            value = (await connection.execute(query)).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(update(COUNTER).values(value=value + 1))

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with database.reads.connect() as connection:
        assert (await connection.execute(select(COUNTER.c.value))).scalar_one() == 20


@each_database
async def test_a_read_does_not_wait_for_a_writer(database: Database):
    async with database.writes.begin() as writing:
        await writing.execute(insert(COUNTER).values(id=1, value=1))
        async with asyncio.timeout(30), database.reads.connect() as reading:
            assert (await reading.execute(select(COUNTER.c.value))).all() == []


async def test_a_connection_that_is_closed_twice_at_once_is_closed(tmp_path: Path):
    """As where a pass is cancelled while its connection goes back to the pool: the process must not hang at its end."""
    connection = await _SqliteConnection(str(tmp_path / "channel.db"), timeout=5)
    async with asyncio.timeout(60):
        await asyncio.gather(connection.close(), connection.close())


# what is worth doing again


async def test_a_busy_sqlite_is_worth_doing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("meli_sdk.channel.database.BUSY_SECONDS", 0.01)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}")
    try:
        async with database.writes.begin():
            with pytest.raises(DBAPIError) as caught:
                await database.writes.begin().__aenter__()
        assert repeat_reason(caught.value)
    finally:
        await database.aclose()


async def test_a_deadlock_is_worth_doing_again(postgres_url: str):
    database = Database(postgres_url)
    try:
        async with database.writes.begin() as connection:
            await connection.run_sync(OWN.create_all)
            await connection.execute(insert(COUNTER), [{"id": 1, "value": 0}, {"id": 2, "value": 0}])
        both = asyncio.Barrier(2)

        async def lock(first: int, second: int) -> None:
            async with database.writes.begin() as connection:
                await connection.execute(update(COUNTER).where(COUNTER.c.id == first).values(value=1))
                await both.wait()
                await connection.execute(update(COUNTER).where(COUNTER.c.id == second).values(value=1))

        found = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
        (failure,) = [error for error in found if error is not None]
        assert isinstance(failure, DBAPIError)
        assert repeat_reason(failure)
        wrapped = RuntimeError("the handler's own words")
        wrapped.__cause__ = failure
        assert repeat_reason(wrapped)
    finally:
        await database.aclose()


@each_database
async def test_a_broken_rule_is_not(database: Database):
    with pytest.raises(DBAPIError) as caught:
        async with database.writes.begin() as connection:
            await connection.execute(insert(COUNTER), [{"id": 1, "value": 0}, {"id": 1, "value": 0}])
    assert not repeat_reason(caught.value)
    assert not repeat_reason(ValueError("deadlock"))


# the file and the address


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
async def test_the_file_and_its_companions_are_the_owners_alone(tmp_path: Path, mask: int):
    before = os.umask(mask)
    try:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}")
        await create_tables(database)
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in sorted(tmp_path.iterdir())}
        await database.aclose()
    finally:
        os.umask(before)
    assert modes == {"channel.db": 0o600, "channel.db-wal": 0o600, "channel.db-shm": 0o600}


def test_a_file_that_others_may_read_is_refused(tmp_path: Path):
    path = tmp_path / "channel.db"
    path.touch(mode=0o644)
    with pytest.raises(ConfigurationError, match="run chmod 600"):
        Database(f"sqlite+aiosqlite:///{path}")


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"])
def test_a_journal_in_memory_is_refused(url: str):
    with pytest.raises(ConfigurationError, match="needs a database file"):
        Database(url)


@pytest.mark.parametrize("where", ["channel.db", "sqlite:///channel.db", "mysql+aiomysql://host/name", 3, None])
def test_another_address_is_refused_with_the_two_that_work(where):
    with pytest.raises(InputError, match=r"sqlite\+aiosqlite"):
        Database(where)


def test_a_password_in_a_wrong_address_is_not_shown():
    with pytest.raises(InputError) as caught:
        Database("postgresql://meli:invented-secret@127.0.0.1/name")
    assert "invented-secret" not in str(caught.value)


async def test_an_engine_of_the_user_stays_open_and_unguarded(postgres_url: str):
    engine = create_async_engine(postgres_url)
    try:
        database = Database(engine)
        await create_tables(database)
        await database.aclose()
        async with engine.connect() as connection:
            await connection.execute(text("COMMIT"))
            assert (await connection.execute(select(SCHEMAS.c.version))).scalar_one() == 1
    finally:
        await engine.dispose()


async def test_the_file_of_a_sqlite_engine_is_opened_by_engines_that_lose_no_update(tmp_path: Path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}")
    database = Database(engine)
    try:
        assert database.writes is not engine
        await create_tables(database)
    finally:
        await database.aclose()
        await engine.dispose()
    assert stat.S_IMODE((tmp_path / "channel.db").stat().st_mode) == 0o600


# the tables


@each_database
async def test_many_may_make_the_tables_at_once(database_url: str):
    databases = [Database(database_url) for _ in range(4)]
    try:
        await asyncio.gather(*(create_tables(database) for database in databases))
        async with databases[0].reads.connect() as connection:
            for table in METADATA.tables.values():
                await connection.execute(select(table))
    finally:
        for database in databases:
            await database.aclose()


@each_database
async def test_many_may_make_tables_of_their_own_at_once(database_url: str):
    databases = [Database(database_url) for _ in range(4)]

    async def make(database: Database) -> None:
        async with database.writes.begin() as connection:
            await make_missing(connection, OWN)

    try:
        await asyncio.gather(*(make(database) for database in databases))
        async with databases[0].reads.connect() as connection:
            assert (await connection.execute(select(COUNTER))).all() == []
    finally:
        for database in databases:
            await database.aclose()


@each_database
async def test_tables_of_a_newer_version_are_refused(database: Database):
    await create_tables(database)
    async with database.writes.begin() as connection:
        await connection.execute(update(SCHEMAS).values(version=99))
    with pytest.raises(ConfigurationError, match="schema 99"):
        await create_tables(database)


async def test_a_file_that_is_no_database_is_named(tmp_path: Path):
    path = tmp_path / "channel.db"
    path.touch(mode=0o600)
    path.write_text("these are my notes, " * 100)
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        with pytest.raises(ConfigurationError, match="is not a SQLite database"):
            await create_tables(database)
    finally:
        await database.aclose()


async def test_a_task_that_is_cancelled_twice_in_the_middle_of_a_statement_leaves_nothing_waiting(tmp_path: Path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}")
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n"

    async def ask() -> None:
        async with database.reads.connect() as connection:
            await connection.execute(text(slow))

    for _ in range(5):
        before = asyncio.all_tasks()
        asking = asyncio.create_task(ask())
        await asyncio.sleep(0.02)
        asking.cancel()
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        left = asyncio.all_tasks() - before
        if left:
            _, waiting = await asyncio.wait(left, timeout=30)
            assert not waiting
    await database.aclose()


# who is cancelled


async def test_who_is_cancelled_while_it_takes_a_lock_leaves_it_to_the_next(postgres_url: str, clock: MovableClock):
    async def hold(database: Database) -> None:
        async with database.exclusive("orders", clock):
            pytest.fail("it was cancelled before")

    async def at_once() -> bool:
        return True

    first, second = Database(postgres_url), Database(postgres_url)
    asked: list[str] = []

    def cancel(connection, cursor, statement: str, *_: object) -> None:
        if "pg_try_advisory_lock" in statement:
            asked.append(statement)
            holding.cancel()

    try:
        event.listen(first.reads.sync_engine, "before_cursor_execute", cancel)
        holding = asyncio.create_task(hold(first))
        with pytest.raises(asyncio.CancelledError):
            await holding
        assert asked
        async with second.exclusive("orders", clock, unless=at_once) as held:
            assert held
    finally:
        await first.aclose()
        await second.aclose()


@each_database
def test_a_read_that_is_cancelled_leaves_no_connection_behind_when_the_loop_ends(database_url: str):
    async def read(database: Database) -> None:
        while True:
            async with database.reads.connect() as connection:
                await connection.execute(text("SELECT 1"))

    async def cancel_after(seconds: float) -> None:
        database = Database(database_url)
        reading = [asyncio.create_task(read(database)) for _ in range(3)]
        await asyncio.sleep(seconds)  # somewhere between opening, asking and closing
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        await database.aclose()

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gc.freeze()  # what is older is not looked at each time
        try:
            for step in range(40):
                asyncio.run(cancel_after(step * 0.0008))
                gc.collect()
        finally:
            gc.unfreeze()
    assert [str(warning.message) for warning in told] == []
