import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from meli_sdk import AppCredentials, MeliApp, RetryPolicy, SQLiteGrantStore
from meli_sdk.auth.oauth import new_state
from meli_sdk.channel import ChannelOrder, ChannelSettings, OrderReport, SalesChannel
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox, SandboxOptions
from meli_sdk.sandbox.orders_book import Order as SoldOrder
from meli_sdk.wire.endpoint import RateGroup
from meli_sdk.wire.rate_limit import RateLimiter

each_database = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
"""For tests whose promise depends on the database."""


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path, database_kind: str) -> str:
    """The URL of an empty database."""
    if database_kind == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}"


@pytest.fixture
def options() -> SandboxOptions:
    return SandboxOptions()


@pytest.fixture
async def box(clock: "MovableClock", options: SandboxOptions) -> AsyncIterator[Sandbox]:
    """A sandbox whose time is the test's, with nothing sold yet."""
    async with Sandbox(seed=7, now=clock, options=options) as started:
        started.world.orders.clear()
        yield started


@pytest.fixture
def throughput() -> float | RateLimiter:
    return 1.0


@pytest.fixture
def api_url(box: Sandbox) -> str:
    """Where the application calls: the sandbox, or what a test puts in front of it."""
    return box.url


@pytest.fixture
async def app(
    box: Sandbox, api_url: str, tmp_path: Path, clock: "MovableClock", throughput: float | RateLimiter
) -> AsyncIterator[MeliApp]:
    """The sandbox's application, its sellers connected; its time is the sandbox's."""
    async with MeliApp(
        AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret),
        SQLiteGrantStore(tmp_path / "grants.db"),
        redirect_uri=box.redirect_uri,
        base_url=api_url,
        throughput=throughput,
        retry=RetryPolicy(base=0.001, cap=0.001, throttle_base=0.001),
    ) as made:
        made.pipeline.clock = clock  # type: ignore[misc]
        for site, seller in (("MLA", LOCAL_SELLER_ID), ("CBT", GLOBAL_SELLER_ID)):
            state = new_state()
            url = made.authorization_url(site, state=state)
            await made.connect(await box.authorize(str(url), user_id=seller), state=state)
        yield made


@pytest.fixture
def settings() -> ChannelSettings:
    return ChannelSettings("Tienda", LOCAL_SELLER_ID, throughput=10_000)


class MovableClock:
    """A wall clock that moves when it is told to; waits pass at once."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC).replace(minute=30, second=0, microsecond=0)
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.time

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def pass_by(self, **amount: float) -> None:
        self.time += timedelta(**amount)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


class Unlimited:
    """A limiter that lets everything pass: the budget of Global Selling's search is not what a test waits for."""

    async def acquire(self, seller: int | None, group: RateGroup | None, *, max_wait: float | None = None) -> float:
        return 0.0

    async def penalize(self, seller: int | None, group: RateGroup | None, seconds: float) -> None:
        pass

    def set_rate(self, seller: int | None, rate: float) -> None:
        pass


SALES = MetaData()
SOLD = Table(
    "sold",
    SALES,
    Column("version", Integer, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("status", Text),
    Column("order_group", Text),
    Column("units", Integer),
)


class Oms:
    """An order management system: a table of its own, and a handler that writes every version into it."""

    def __init__(self, channel: SalesChannel, engine: AsyncEngine) -> None:
        self.channel = channel
        self.engine = engine
        self.given: list[ChannelOrder] = []
        self.since: datetime | None = channel._app.pipeline.clock.now() - timedelta(days=5)
        self.refused: Callable[[ChannelOrder], bool] = lambda order: False

    async def __call__(self, order: ChannelOrder, connection: AsyncConnection) -> None:
        self.given.append(order)
        units = sum(line.item.quantity or 0 for line in order.lines)
        await connection.execute(
            insert(SOLD).values(
                order_id=order.order.id, status=order.order.status, order_group=order.group, units=units
            )
        )
        if self.refused(order):
            message = f"refused {order.order.id}"
            raise ValueError(message)

    async def download(self, **options: Any) -> OrderReport:
        """One pass. The first one begins five days back: reading twelve months is what a few tests are about."""
        if self.since is not None:
            options.setdefault("since", self.since)
            self.since = None
        return await self.channel.download_orders(self, **options)

    async def rows(self) -> list[tuple[int, str, str]]:
        """Every version that was written, in the order of writing."""
        async with self.engine.connect() as connection:
            found = await connection.execute(
                select(SOLD.c.order_id, SOLD.c.status, SOLD.c.order_group).order_by(SOLD.c.version)
            )
            return [(row[0], row[1], row[2]) for row in found]

    async def ids(self) -> list[int]:
        return [row[0] for row in await self.rows()]


OpenOms = Callable[..., Awaitable[Oms]]


@pytest.fixture
async def open_oms(app: MeliApp, settings: ChannelSettings, database_url: str) -> AsyncIterator[OpenOms]:
    """Opens a channel on the sandbox with an order management system behind it."""
    async with AsyncExitStack() as stack:

        async def opened(with_app: MeliApp | None = None, **changes: Any) -> Oms:
            channel = SalesChannel(with_app or app, settings.with_changes(**changes), database_url)
            await stack.enter_async_context(channel)
            engine = create_async_engine(database_url, pool_pre_ping=True)
            stack.push_async_callback(engine.dispose)
            async with engine.begin() as connection:
                await connection.run_sync(SALES.create_all)
            return Oms(channel, engine)

        yield opened


def pack_of_two_ages(box: Sandbox, clock: MovableClock) -> tuple[SoldOrder, SoldOrder]:
    """The orders of a pack: one that changed before everything the next pass reads, and one that changed now."""
    old = box.add_order(created=clock.time - timedelta(days=3))
    new = box.add_order(pack=old.id)
    old.updated, new.updated = clock.time - timedelta(days=3), clock.time
    return old, new
