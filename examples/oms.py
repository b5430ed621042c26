"""An order management system on one channel: it imports orders, sends stock, and ships.

python examples/oms.py                                     on SQLite, one process

Two variables move it to servers that several machines share; `docker compose -f examples/compose.yml up -d` starts both:

OMS_DATABASE=postgresql+asyncpg://oms:oms@127.0.0.1:5432/oms OMS_REDIS=redis://127.0.0.1:6379/0 python examples/oms.py

It sells on the embedded sandbox, so that it runs without an account. Yours is MeliApp.from_env() in the place of `connect`.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from meli_sdk import AppCredentials, MeliApp, SQLiteGrantStore
from meli_sdk.auth.oauth import new_state
from meli_sdk.auth.stores.sql import SqlGrantStore
from meli_sdk.channel import (
    CarrierMapping,
    ChannelOrder,
    ChannelSettings,
    OrderGroup,
    Parcel,
    SalesChannel,
    StockLevel,
)
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.wire.rate_limit_redis import RedisRateLimiter

RATE = 100.0
"""Calls a second. The sandbox is patient; at Mercado Libre begin with 1, the default."""
WAREHOUSE = "MAIN"
STOCK = {"AUR-X2": 40, "TER-AND-1L": 25, "LAM-FARO": 60, "MOC-S25": 12, "TEC-TKL": 8}

TABLES = MetaData()
SALES = Table(
    "oms_sales",
    TABLES,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_group", Text, nullable=False),
    Column("ships_by", Text),
    Column("tracking_number", Text),
)
LINES = Table(
    "oms_lines",
    TABLES,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sku", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
)
SHELVES = Table(
    "oms_shelves",
    TABLES,
    Column("sku", Text, primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)


async def take_in(order: ChannelOrder, connection: AsyncConnection) -> None:
    """One order, in the channel's transaction: these rows are there exactly when the channel knows the order."""
    ships_by = order.shipment.shipping_mode if order.shipment else None
    values = {"order_group": str(order.group), "ships_by": ships_by}
    if order.previous_group is None:
        await connection.execute(insert(SALES).values(order_id=order.order.id, **values))
        for number, line in enumerate(order.lines):
            sku, quantity = line.mapped_sku or f"unmapped {line.sku}", line.item.quantity or 0
            sale = {"order_id": order.order.id, "number": number, "sku": sku, "quantity": quantity}
            await connection.execute(insert(LINES), sale)
            await move(connection, sku, -quantity)
        return
    await connection.execute(update(SALES).where(SALES.c.order_id == order.order.id).values(**values))
    if order.group is OrderGroup.CANCELED_REJECTED != order.previous_group and not order.split:
        sold = await connection.execute(select(LINES).where(LINES.c.order_id == order.order.id))
        for row in sold.mappings().all():
            await move(connection, row["sku"], row["quantity"])


async def move(connection: AsyncConnection, sku: str, units: int) -> None:
    """Puts units on a shelf or takes them off; the version tells Mercado Libre which level is the newer one."""
    changed = {"quantity": SHELVES.c.quantity + units, "version": SHELVES.c.version + 1}
    await connection.execute(update(SHELVES).where(SHELVES.c.sku == sku).values(changed))


async def levels(engine: AsyncEngine) -> AsyncIterator[StockLevel]:
    """What lies on the shelves."""
    async with engine.connect() as connection:
        for row in (await connection.execute(select(SHELVES).order_by(SHELVES.c.sku))).mappings():
            yield StockLevel(row["sku"], WAREHOUSE, max(0, row["quantity"]), row["version"])


async def ship(channel: SalesChannel, engine: AsyncEngine) -> list[str]:
    """Sends the van with what waits and is ours to ship; Mercado Envíos moves the rest by itself."""
    ours = SALES.c.ships_by.in_(["me1", "custom"])
    waiting = select(SALES).where(SALES.c.order_group == "Approved", SALES.c.tracking_number.is_(None), ours)
    async with engine.connect() as connection:
        orders = [row["order_id"] for row in (await connection.execute(waiting.order_by(SALES.c.order_id))).mappings()]
    told: list[str] = []
    for order_id in orders:
        number = f"VAN-{order_id % 100_000:05d}"
        result = await channel.push_shipment(order_id, Parcel("van", number))
        told.append(str(result.outcome))
        if result.outcome != "refused":
            async with engine.begin() as connection:
                done = update(SALES).where(SALES.c.order_id == order_id)
                await connection.execute(done.values(tracking_number=number))
    return told


async def run(app: MeliApp, database: str) -> None:
    """One round of the three jobs; `await channel.run(take_in)` does them without end."""
    settings = ChannelSettings(
        "Tienda Norte",
        LOCAL_SELLER_ID,
        account="Norte AR",
        order_groups={OrderGroup.APPROVED},
        throughput=RATE,
        carriers={"van": CarrierMapping("Furgon Sur", "https://track.example/{tracking_number}")},
        warehouses={WAREHOUSE: "selling_address"},
        webhook_client_id=LOCAL_SELLER_ID,
    )
    engine = create_async_engine(database)
    async with SalesChannel(app, settings, database) as channel:
        await channel.prepare(TABLES)
        async with engine.begin() as connection:
            if not (await connection.execute(select(SHELVES.c.sku).limit(1))).first():
                rows = [{"sku": sku, "quantity": units, "version": 1} for sku, units in STOCK.items()]
                await connection.execute(insert(SHELVES), rows)

        check = await channel.check()
        print("check:", "all right" if check.ok else [str(problem) for problem in check.problems])

        orders = await channel.download_orders(take_in, since=datetime.now(UTC) - timedelta(days=30))
        print("orders:", dict(orders.totals))
        stock = await channel.sync_inventory(levels(engine))
        print("stock:", dict(stock.totals))
        parcels = await ship(channel, engine)
        print("parcels:", {word: parcels.count(word) for word in sorted(set(parcels))})

        again = await channel.download_orders(take_in)
        same = await channel.sync_inventory(levels(engine))
        print("once more:", again.handed_over, "orders changed by the parcels,", dict(same.totals))
    await engine.dispose()


async def connect(stack: AsyncExitStack, box: Sandbox, database: str, redis: str | None, folder: Path) -> MeliApp:
    """The application with one connected seller. The seller agrees by itself here; yours does so in a browser."""
    shared = database.startswith("postgresql")
    grants = SqlGrantStore(database) if shared else SQLiteGrantStore(folder / "grants.db")
    limiter = await stack.enter_async_context(RedisRateLimiter(redis, RATE)) if redis else RATE
    credentials = AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret)
    app = await stack.enter_async_context(
        MeliApp(credentials, grants, redirect_uri=box.redirect_uri, base_url=box.url, throughput=limiter)
    )
    state = new_state()
    agreed = await box.authorize(str(app.authorization_url("MLA", state=state)), user_id=LOCAL_SELLER_ID)
    await app.connect(agreed, state=state)
    return app


async def main() -> None:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = os.environ.get("OMS_DATABASE", f"sqlite+aiosqlite:///{folder / 'oms.db'}")
        box = await stack.enter_async_context(Sandbox(seed=1))
        app = await connect(stack, box, database, os.environ.get("OMS_REDIS"), folder)
        await run(app, database)


if __name__ == "__main__":
    asyncio.run(main())
