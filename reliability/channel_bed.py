"""What the scenarios of the channel share: a sandbox, databases of their own, and an order management system."""

import json
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from tests.servers.postgres import postgres, programs

from meli_sdk import AppCredentials, MeliApp, RetryPolicy, SQLiteGrantStore
from meli_sdk.auth.oauth import new_state
from meli_sdk.channel import ChannelOrder, ChannelSettings, OrderGroup, SalesChannel
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox
from meli_sdk.sandbox.orders_book import Order as SoldOrder
from meli_sdk.wire.endpoint import RateGroup
from meli_sdk.wire.rate_limit import RateLimiter

SELLERS: Final = {"local": LOCAL_SELLER_ID, "global": GLOBAL_SELLER_ID}
DATABASES: Final = ("sqlite", "postgresql")

OMS: Final = MetaData()
GIVEN: Final = Table(
    "oms_given",
    OMS,
    Column("number", Integer, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("said", Text, nullable=False),
)
"""The table of an order management system: every version it was given, in order."""


class SetClock:
    """A wall clock that stands where it is set, and moves when somebody sleeps."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        """Aware, as the sandbox asks for it."""
        return self.time

    def now(self) -> datetime:
        """Aware."""
        return self.time

    def monotonic(self) -> float:
        """Real: a transaction is as long as it is."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Passes at once."""
        self.time += timedelta(seconds=seconds)


class Unlimited:
    """A limiter that lets everything pass, for runs whose time is no real one."""

    async def acquire(self, seller: int | None, group: RateGroup | None, *, max_wait: float | None = None) -> float:  # noqa: ARG002
        """No wait."""
        return 0.0

    async def penalize(self, seller: int | None, group: RateGroup | None, seconds: float) -> None:
        """Nothing."""

    def set_rate(self, seller: int | None, rate: float) -> None:
        """Nothing."""


@contextmanager
def databases() -> Iterator[Mapping[str, str]]:
    """The URLs of an empty SQLite file and an empty PostgreSQL."""
    if programs() is None:
        message = "PostgreSQL is not installed (Debian package postgresql)"
        raise RuntimeError(message)
    with sqlite_file() as file, postgres() as server:
        yield {"sqlite": file, "postgresql": server}


@contextmanager
def sqlite_file() -> Iterator[str]:
    """The URL of an empty SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite+aiosqlite:///{folder}/channel.db"


@asynccontextmanager
async def connected(
    box: Sandbox,
    *,
    sellers: Iterable[int] = tuple(SELLERS.values()),
    clock: SetClock | None = None,
    throughput: float | RateLimiter = 10_000.0,
    grants: str | None = None,
    api: str | None = None,
    **options: Any,  # noqa: ANN401  as the application takes them
) -> AsyncIterator[MeliApp]:
    """The sandbox's application with these sellers connected.

    Args:
        box: the sandbox.
        sellers: who consents.
        clock: the application's clock; None: the real one.
        throughput: of the application.
        grants: where the grants are kept; None: in a folder that is gone afterwards.
        api: where it calls; None: the sandbox itself.
        options: of the application.
    """
    options.setdefault("retry", RetryPolicy(base=0.001, cap=0.01, throttle_base=0.001))
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if "transport" in options:
            stack.push_async_callback(options["transport"].aclose)
        async with MeliApp(
            AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret),
            SQLiteGrantStore(grants or f"{folder}/grants.db"),
            redirect_uri=box.redirect_uri,
            base_url=api or box.url,
            throughput=throughput,
            **options,
        ) as app:
            if clock is not None:
                app.pipeline.clock = clock  # type: ignore[misc]
            for seller in sellers:
                state = new_state()
                site = box.world.users[seller].site_id
                url = str(app.authorization_url(site, state=state))
                await app.connect(await box.authorize(url, user_id=seller), state=state)
            yield app


def said_of(order: Any) -> str:  # noqa: ANN401  the sandbox's order, or the package's
    """What an order says, in one line; the same of both sides."""
    payments = sorted(payment.id for payment in order.payments)
    return f"{order.status} {sorted(order.tags)} {payments}"


@dataclass
class Oms:
    """An order management system behind one channel."""

    channel: SalesChannel
    engine: AsyncEngine
    handed_over: int = 0
    repeated: Counter[str] = field(default_factory=Counter[str])
    """Transactions that the database asked for again."""

    async def __call__(self, order: ChannelOrder, connection: AsyncConnection) -> None:
        """The handler: one row for each version."""
        await connection.execute(insert(GIVEN).values(order_id=order.order.id, said=said_of(order.order)))

    async def download(self, **options: Any) -> Any:  # noqa: ANN401  as the channel takes and gives them
        """One pass, without the shipments."""
        report = await self.channel.download_orders(self, shipments=False, **options)
        self.handed_over += report.handed_over
        self.repeated.update(report.repeated)
        return report

    async def given(self) -> list[tuple[int, str]]:
        """Everything that it was given and has kept, in order."""
        return await given(self.engine)


async def given(engine: AsyncEngine, table: Table = GIVEN) -> list[tuple[int, str]]:
    """What a table holds, in order: the id of the order and what it said."""
    async with engine.connect() as connection:
        rows = await connection.execute(select(table.c.order_id, table.c.said).order_by(table.c.number))
        return [(row[0], row[1]) for row in rows]


@asynccontextmanager
async def opened(app: MeliApp, seller: int, database: str, **settings: Any) -> AsyncIterator[Oms]:  # noqa: ANN401
    """A channel of a seller that downloads every order, with an order management system behind it."""
    settings = {"throughput": 10_000.0, "order_groups": frozenset(OrderGroup), **settings}
    async with AsyncExitStack() as stack:
        channel = SalesChannel(app, ChannelSettings(f"Channel {seller}", seller, **settings), database)
        await stack.enter_async_context(channel)
        await channel.prepare(OMS)
        engine = create_async_engine(database)
        stack.push_async_callback(engine.dispose)
        yield Oms(channel, engine)


@dataclass(frozen=True)
class Outcome:
    """How what was given compares with what is true."""

    lost: int
    """Orders that were never given."""
    stale: int
    """Orders whose last version was not given."""
    doubled: int
    """Versions that were given twice in a row."""

    @property
    def kept(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.stale or self.doubled)


def compared(orders: Iterable[SoldOrder], rows: Iterable[tuple[int, str]]) -> Outcome:
    """Compares the sandbox's orders with the rows of an order management system."""
    last: dict[int, str] = {}
    doubled = 0
    for order_id, said in rows:
        doubled += last.get(order_id) == said
        last[order_id] = said
    truth = {order.id: said_of(order) for order in orders}
    return Outcome(
        lost=len(truth.keys() - last.keys()),
        stale=sum(order_id in last and last[order_id] != said for order_id, said in truth.items()),
        doubled=doubled,
    )


def notice(box: Sandbox, number: int, user_id: object, *, resource: str | None = None, **changes: object) -> bytes:
    """A notification about an order, as Mercado Libre posts it."""
    body = {
        "_id": f"{number:024x}",
        "resource": resource or f"/orders/{2_000_000_000_000_000 + number}",
        "user_id": user_id,
        "topic": "orders_v2",
        "application_id": box.app_credentials.client_id,
        "attempts": 1,
        "sent": "2026-03-01T12:00:00.000Z",
        "received": "2026-03-01T12:00:00.100Z",
        **changes,
    }
    return json.dumps(body).encode()
