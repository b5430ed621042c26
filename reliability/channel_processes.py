"""Processes that are killed in the middle, that share one database, and that lock it in the opposite order."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from tests.servers.redis import redis_server

from meli_sdk.channel import ChannelOrder
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.state import User
from reliability.channel_bed import DATABASES, GIVEN, SELLERS, Oms, compared, connected, databases, given, opened
from reliability.channel_worker import BASELINE, BASELINE_CURSOR, Place, baseline, download, start_processes
from reliability.figure import Figure

LEAST, MOST = 0.004, 0.03
"""Seconds after which a process is killed, once it hands over."""
_LIVES: Final = 20_000


def _sold(box: Sandbox, seller: str, count: int) -> list[Order]:
    """Orders over ten months, a second at least between them."""
    account = box.world.marketplaces(SELLERS[seller])[0].id if seller == "global" else SELLERS[seller]
    spacing = timedelta(days=290) / count
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=295)
    return [box.add_order(seller_id=account, mode=None, created=start + spacing * number) for number in range(count)]


async def _kill_until_done(target: Callable[..., None], place: Place, *arguments: object) -> int:
    """Starts a process again and again, and kills it soon after it began to hand over, until one comes to its end.

    Returns:
        How many were killed.
    """
    context, chance = start_processes(), Random(7)
    for life in range(_LIVES):
        given = context.Value("q", 0, lock=False)
        process = context.Process(target=target, args=(place, given, *arguments))
        process.start()
        first = chance.randrange(1, 90)
        while process.is_alive() and given.value < first:
            await asyncio.sleep(0.001)
        await asyncio.sleep(chance.uniform(LEAST, MOST))
        process.kill()
        await asyncio.to_thread(process.join)
        code = process.exitcode
        process.close()
        if code == 0:
            return life
        if code != -9:
            message = f"a process ended by itself with {code}"
            raise RuntimeError(message)
    message = f"not done after {_LIVES} lives"
    raise RuntimeError(message)


async def _killed(box: Sandbox, place: Place, orders: list[Order]) -> Mapping[str, object]:
    kills = await _kill_until_done(download, place)
    engine = create_async_engine(place.database)
    outcome = compared(orders, rows := await given(engine))
    numbers: dict[str, object] = {"orders": len(orders), "kills": kills, "lost": outcome.lost}
    numbers["doubled"] = outcome.doubled + len(rows) - len(dict(rows)) + outcome.stale
    box.requests.clear()
    await engine.dispose()
    return numbers


async def _baselines(place: Place, orders: list[Order]) -> Mapping[str, object]:
    numbers: dict[str, object] = {}
    engine = create_async_engine(place.database)
    for first in ("cursor", "handler"):
        kills = await _kill_until_done(baseline, place, first)
        rows = await given(engine, BASELINE)
        lost = len({order.id for order in orders} - dict(rows).keys())
        numbers[f"{first} first"] = {"kills": kills, "lost": lost, "doubled": len(rows) - len(dict(rows))}
        async with engine.begin() as connection:
            for table in (BASELINE, BASELINE_CURSOR):
                await connection.execute(delete(table))
    await engine.dispose()
    return numbers


async def kills(quick: bool) -> Figure:
    """Processes that download are killed with -9 four to thirty milliseconds after they began to hand over."""
    counts = {("local", "sqlite"): 900, ("local", "postgresql"): 900, ("global", "sqlite"): 200}
    if not quick:
        counts = {("local", "sqlite"): 25_000, ("local", "postgresql"): 25_000, ("global", "sqlite"): 1_500}
    numbers: dict[str, object] = {}
    kept = True
    for (seller, database), count in counts.items():
        with databases() as urls, tempfile.TemporaryDirectory() as folder:
            async with Sandbox(seed=4) as box:
                box.world.orders.clear()
                orders = _sold(box, seller, count)
                async with connected(box, grants=f"{folder}/grants.db"):
                    pass
                place = Place.of(box, folder, seller, urls[database])
                found = dict(await _killed(box, place, orders))
                kept = kept and not found["lost"] and not found["doubled"] and bool(found["kills"])
                if (seller, database) == ("local", "sqlite"):
                    for order in orders[300:]:
                        del box.world.orders[order.id]
                    others = await _baselines(place, orders[:300])
                    found["baselines"] = others
                    # They must fail, or the kills prove nothing.
                    kept = kept and others["cursor first"]["lost"] > 0 and others["handler first"]["doubled"] > 0  # type: ignore[index]
                numbers[f"{seller}, {database}"] = found
    return Figure(
        promise="no order lost, none doubled in the user's table; the baselines lose and double",
        kept=kept,
        numbers=numbers,
    )


def _most_within(times: list[float], seconds: float) -> int:
    most = first = 0
    for index, moment in enumerate(times):
        while moment - times[first] >= seconds:
            first += 1
        most = max(most, index - first + 1)
    return most


RATE: Final = 25.0
WINDOW: Final = 4.0


async def _two(box: Sandbox, place: Place, orders: list[Order], reads: int) -> Mapping[str, Any]:
    times: list[float] = []
    loop = asyncio.get_running_loop()
    record = box._record

    async def timed(request: Any) -> None:  # noqa: ANN401
        if request.path != "/oauth/token":
            times.append(loop.time())
        await record(request)

    box._record = timed  # type: ignore[method-assign]
    context = start_processes()
    counted = [context.Value("q", 0, lock=False) for _ in range(2)]
    processes = [context.Process(target=download, args=(place, one, reads)) for one in counted]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join)
    box._record = record  # type: ignore[method-assign]
    engine = create_async_engine(place.database)
    rows = await given(engine)
    outcome = compared(orders, rows)
    async with engine.begin() as connection:
        await connection.run_sync(GIVEN.metadata.drop_all)
    await engine.dispose()
    return {
        "exit_codes": [process.exitcode for process in processes],
        "orders": len(orders),
        "handed_over_by_each": [one.value for one in counted],
        "lost": outcome.lost,
        "doubled": len(rows) - len(dict(rows)),
        "calls": len(times),
        "calls_a_second": round(len(times) / max(times[-1] - times[0], 1.0), 1),
        f"most_in_{WINDOW:.0f}_seconds": _most_within(times, WINDOW),
    }


async def two_processes(quick: bool) -> Figure:
    """Two processes download the same seller's orders into one PostgreSQL: alone, and with a limiter in Redis."""
    count = 1_500 if quick else 10_000
    numbers: dict[str, Mapping[str, Any]] = {}
    for name in ("a limiter in each", "one limiter in Redis"):
        with databases() as urls, tempfile.TemporaryDirectory() as folder, redis_server() as redis:
            async with Sandbox(seed=4) as box:
                box.world.orders.clear()
                orders = _sold(box, "local", count)
                async with connected(box, grants=f"{folder}/grants.db"):
                    pass
                shared = name == "one limiter in Redis"
                options: dict[str, Any] = {"redis": redis.url, "throughput": RATE} if shared else {}
                place = Place.of(box, folder, "local", urls["postgresql"], **options)
                numbers[name] = await _two(box, place, orders, reads=4 if shared else 0)
    budget = RATE * WINDOW * 1.1
    kept = all(
        found["exit_codes"] == [0, 0] and not found["lost"] and not found["doubled"] for found in numbers.values()
    )
    return Figure(
        promise=f"each order once; with one limiter at most {budget:.0f} calls in any {WINDOW:.0f} seconds of both",
        kept=kept and numbers["one limiter in Redis"][f"most_in_{WINDOW:.0f}_seconds"] <= budget,
        numbers=numbers,
    )


# writers in the opposite order

STOCK_METADATA: Final = MetaData()
STOCK: Final = Table(
    "oms_stock", STOCK_METADATA, Column("place", Integer, primary_key=True), Column("sold", Integer, nullable=False)
)


class TwoTables(Oms):
    """A handler that changes two rows which others change too."""

    async def __call__(self, order: ChannelOrder, connection: AsyncConnection) -> None:
        """The handler: first the two rows."""
        await _change(connection, (1, 2))
        await super().__call__(order, connection)


async def _change(connection: AsyncConnection, places: tuple[int, int]) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
    for place in places:
        await connection.execute(update(STOCK).where(STOCK.c.place == place).values(sold=STOCK.c.sold + 1))
        await asyncio.sleep(0.002)


async def _hostile(database: str, stop: asyncio.Event) -> tuple[int, int]:
    """Changes the same rows in the opposite order, again and again: how often, and how often it was the victim."""
    engine = create_async_engine(database)
    changed = refused = 0
    while not stop.is_set():
        try:
            async with engine.begin() as connection:
                await _change(connection, (2, 1))
            changed += 1
        except DBAPIError:
            refused += 1
        await asyncio.sleep(0.005)
    await engine.dispose()
    return changed, refused


async def _locked(database: str, count: int) -> Mapping[str, Any]:
    async with Sandbox(seed=4) as box:
        box.world.orders.clear()
        sellers = [LOCAL_SELLER_ID, 900_201, 900_202, 900_203]
        for seller in sellers[1:]:
            box.world.users[seller] = User(
                id=seller, nickname=f"T{seller}", site_id="MLA", country_id="AR", registered=datetime.now(UTC)
            )
        item = next(listing.id for listing in box.world.listings.values() if listing.seller_id == LOCAL_SELLER_ID)
        start = datetime.now(UTC) - timedelta(days=3)
        orders = [
            box.add_order(seller_id=seller, item_id=item, mode=None, created=start + timedelta(seconds=200 * number))
            for number in range(count)
            for seller in sellers
        ]
        async with AsyncExitStack() as stack:
            app = await stack.enter_async_context(connected(box, sellers=sellers))
            several: list[Oms] = []
            for seller in sellers:
                oms = await stack.enter_async_context(opened(app, seller, database))
                several.append(TwoTables(oms.channel, oms.engine))
            async with several[0].engine.begin() as connection:
                await connection.run_sync(STOCK_METADATA.create_all)
                await connection.execute(insert(STOCK), [{"place": place, "sold": 0} for place in (1, 2)])
            stop = asyncio.Event()
            hostile = asyncio.create_task(_hostile(database, stop))
            since = datetime.now(UTC) - timedelta(days=5)
            await asyncio.gather(*(oms.download(since=since) for oms in several))
            stop.set()
            changed, refused = await hostile
            rows = await several[0].given()
            async with several[0].engine.connect() as connection:
                sold = (await connection.execute(text("SELECT sold FROM oms_stock WHERE place = 1"))).scalar_one()
        outcome = compared(orders, rows)
        repeated = sum((oms.repeated for oms in several[1:]), several[0].repeated)
    return {
        "orders": len(orders),
        "lost": outcome.lost,
        "doubled": len(rows) - len(dict(rows)),
        "repeated": dict(repeated),
        "changes_of_the_other_writer": changed,
        "changes_it_was_refused": refused,
        "changes_of_the_user_s_rows_too_many": sold - changed - len(orders),
    }


async def opposite_locks(quick: bool) -> Figure:
    """Four channels and another writer that locks the user's rows in the opposite order."""
    with databases() as urls:
        numbers = {database: await _locked(urls[database], 40 if quick else 500) for database in DATABASES}
    right = all(
        not (found["lost"] or found["doubled"] or found["changes_of_the_user_s_rows_too_many"])
        for found in numbers.values()
    )
    return Figure(
        promise="no order lost, none doubled; deadlocks are counted, and cost a repetition",
        kept=right and numbers["postgresql"]["repeated"].get("deadlock", 0) > 0,
        numbers=numbers,
    )
