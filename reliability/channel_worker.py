"""What runs in the processes that are killed, or that share one database: downloads, and the baselines beside them.

They are forked from a server that has imported everything, so that a life begins within some milliseconds.
"""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

import aiohttp  # noqa: F401  not once for each process
import aiosqlite  # noqa: F401  likewise
import asyncpg  # noqa: F401  likewise
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401  likewise
from sqlalchemy import BigInteger, Column, Integer, Table, Text, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk import AppCredentials, MeliApp, RedisRateLimiter, RetryPolicy, SQLiteGrantStore
from meli_sdk.channel import ChannelOrder, ChannelSettings, OrderGroup, SalesChannel
from meli_sdk.channel.database import Database
from meli_sdk.channel.orders_sources import hour_down
from meli_sdk.sandbox import Sandbox
from reliability.channel_bed import GIVEN, OMS, SELLERS, said_of

BASELINE: Final = Table(
    "baseline_given",
    OMS,
    Column("number", Integer, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("said", Text, nullable=False),
)
BASELINE_CURSOR: Final = Table(
    "baseline_cursor",
    OMS,
    Column("id", Integer, primary_key=True),
    Column("updated", Text, nullable=False),
    Column("order_id", BigInteger, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a process works."""

    url: str
    client_id: int
    client_secret: str
    grants: str
    seller: int
    database: str
    throughput: float = 10_000.0
    redis: str | None = None
    """The address of the shared limiter; None: each process has one of its own."""

    @classmethod
    def of(cls, box: Sandbox, folder: str, seller: str, database: str, **options: Any) -> Self:  # noqa: ANN401
        """A place on a sandbox; the grants lie in the folder."""
        return cls(
            url=box.url,
            client_id=box.app_credentials.client_id,
            client_secret=box.app_credentials.client_secret,
            grants=f"{folder}/grants.db",
            seller=SELLERS[seller],
            database=database,
            **options,
        )


def start_processes() -> multiprocessing.context.ForkServerContext:
    """What processes are made by; its server has imported this module."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@asynccontextmanager
async def connected_app(place: Place, **options: Any) -> AsyncIterator[MeliApp]:  # noqa: ANN401
    """The application at a place, whose sellers have consented."""
    limiter = RedisRateLimiter(place.redis, place.throughput) if place.redis else place.throughput
    async with MeliApp(
        AppCredentials(place.client_id, place.client_secret),
        SQLiteGrantStore(place.grants),
        base_url=place.url,
        throughput=limiter,
        retry=RetryPolicy(base=0.01, throttle_base=0.05),
        **options,
    ) as app:
        yield app
    if isinstance(limiter, RedisRateLimiter):
        await limiter.aclose()


def download(place: Place, given: Any, reads: int = 0) -> None:  # noqa: ANN401  a shared number
    """A process: one pass over the orders.

    Args:
        place: where.
        given: counts the calls of the handler.
        reads: so many tasks make other calls of the same seller meanwhile.
    """
    asyncio.run(_download(place, given, reads))


async def _download(place: Place, given: Any, reads: int) -> None:  # noqa: ANN401
    async def write(order: ChannelOrder, connection: AsyncConnection) -> None:
        await connection.execute(insert(GIVEN).values(order_id=order.order.id, said=said_of(order.order)))
        given.value += 1

    settings = ChannelSettings("Channel", place.seller, throughput=place.throughput, order_groups=frozenset(OrderGroup))
    async with connected_app(place) as app, SalesChannel(app, settings, place.database) as channel:
        await channel.prepare(OMS)

        async def read() -> None:
            while True:
                await app.session(place.seller).users.me()

        others = [asyncio.create_task(read()) for _ in range(reads)]
        await channel.download_orders(write, shipments=False)
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def baseline(place: Place, given: Any, first: str) -> None:  # noqa: ANN401
    """A process: what others do. `first` is what is committed first: `cursor` or `handler`."""
    asyncio.run(_baseline(place, given, first))


async def _baseline(place: Place, given: Any, first: str) -> None:  # noqa: ANN401
    database = Database(place.database)
    async with connected_app(place) as app:
        async with database.writes.begin() as connection:
            await connection.run_sync(OMS.create_all)
            found = (await connection.execute(select(BASELINE_CURSOR.c.updated, BASELINE_CURSOR.c.order_id))).first()
            if found is None:
                start = (datetime.now(UTC) - timedelta(days=300)).isoformat()
                await connection.execute(insert(BASELINE_CURSOR).values(id=1, updated=start, order_id=0))
                found = (start, 0)
        cursor = (datetime.fromisoformat(found[0]), found[1])
        search = app.session(place.seller).orders.search(
            updated_from=hour_down(cursor[0]), updated_to=datetime.now(UTC), sort="date_asc"
        )
        async for order in search:
            stamp = order.date_last_updated, order.id
            if stamp <= cursor:
                continue

            async def write(said: str = said_of(order), order_id: int = order.id) -> None:
                async with database.writes.begin() as connection:
                    await connection.execute(insert(BASELINE).values(order_id=order_id, said=said))

            async def move(stamp: tuple[datetime, int] = stamp) -> None:
                async with database.writes.begin() as connection:
                    values = {"updated": stamp[0].isoformat(), "order_id": stamp[1]}
                    await connection.execute(update(BASELINE_CURSOR).values(values))

            for step in (move, write) if first == "cursor" else (write, move):
                await step()
            given.value += 1
    await database.aclose()
