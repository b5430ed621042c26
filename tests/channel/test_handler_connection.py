"""The connection a handler is given: its rows are kept with the channel's or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import Database
from meli_sdk.channel.handler_connection import handed_over

from .conftest import each_database

OWN = MetaData()
COUNTER = Table("own_counter", OWN, Column("id", Integer, primary_key=True), Column("value", Integer))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.writes.begin() as connection:
        await connection.run_sync(OWN.create_all)
    yield opened
    await opened.aclose()


ENDINGS = [
    lambda c: c.commit(),
    lambda c: c.rollback(),
    lambda c: c.close(),
    lambda c: c.aclose(),
    lambda c: c.invalidate(),
    lambda c: c.get_transaction().commit(),
    lambda c: c.get_transaction().rollback(),
    lambda c: c.run_sync(lambda sync: sync.commit()),
    lambda c: c.run_sync(lambda sync: sync.rollback()),
    lambda c: c.execute(text("COMMIT")),
    lambda c: c.execute(text("  -- done\n commit")),
    lambda c: c.execute(text("/* done */ ROLLBACK")),
    lambda c: c.exec_driver_sql("END TRANSACTION"),
    lambda c: c.exec_driver_sql("BEGIN"),
]


@each_database
@pytest.mark.parametrize("ending", ENDINGS, ids=range(len(ENDINGS)))
async def test_a_handler_cannot_end_the_transaction_and_its_half_is_not_kept(database: Database, ending):
    async def hand_over() -> None:
        async with database.writes.begin() as connection, handed_over(connection) as given:
            await given.execute(insert(COUNTER).values(id=1, value=1))
            await ending(given)

    with pytest.raises(InvalidRequestError, match=r"a handler must not|already"):
        await hand_over()
    async with database.reads.connect() as connection:
        assert (await connection.execute(select(COUNTER))).all() == []


async def test_a_statement_behind_many_comments_is_judged_at_once(database: Database):
    comments = "/* one */ " * 200
    async with database.writes.begin() as connection, handed_over(connection) as given:
        async with asyncio.timeout(30):
            await given.exec_driver_sql(f"{comments}SELECT 1")
    with pytest.raises(InvalidRequestError, match="must not commit"):
        async with database.writes.begin() as connection, handed_over(connection) as given:
            await given.exec_driver_sql(f"{comments}COMMIT")


async def swallowed(ending, given: AsyncConnection) -> None:
    with suppress(InvalidRequestError):
        await ending(given)


@each_database
@pytest.mark.parametrize("ending", ENDINGS[5:9], ids=range(5, 9))
async def test_a_handler_that_swallows_the_refusal_gains_nothing(database: Database, ending):
    async def hand_over() -> None:
        async with database.writes.begin() as connection, handed_over(connection) as given:
            await given.execute(insert(COUNTER).values(id=1, value=1))
            await swallowed(ending, given)

    with pytest.raises(InvalidRequestError, match="a handler must not end"):
        await hand_over()
    async with database.writes.begin() as connection:
        assert (await connection.execute(select(COUNTER))).all() == []


@each_database
async def test_a_handler_has_savepoints(database: Database):
    async with database.writes.begin() as connection, handed_over(connection) as given:
        assert isinstance(given, AsyncConnection)
        await given.execute(insert(COUNTER).values(id=1, value=1))
        savepoint = await given.begin_nested()
        await given.execute(insert(COUNTER).values(id=2, value=2))
        await savepoint.rollback()
        async with given.begin_nested():
            await given.execute(insert(COUNTER).values(id=3, value=3))
    async with database.reads.connect() as connection:
        assert (await connection.execute(select(COUNTER.c.id).order_by(COUNTER.c.id))).scalars().all() == [1, 3]


@each_database
async def test_after_the_hand_over_the_connection_is_free_again(database: Database):
    for number in range(3):
        async with database.writes.begin() as connection:
            async with handed_over(connection) as given:
                await given.execute(insert(COUNTER).values(id=number, value=1))
            await connection.execute(update(COUNTER).values(value=2))
    async with database.reads.connect() as connection:
        assert (await connection.execute(select(COUNTER.c.value))).scalars().all() == [2, 2, 2]
