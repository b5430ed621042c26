"""A hundred thousand orders: the memory they take, and how fast they come compared with one call after the other."""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel import ChannelOrder, ChannelSettings, OrderGroup, SalesChannel
from meli_sdk.channel.database import Database
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.sandbox.orders_book import Order
from reliability.channel_bed import GIVEN, OMS, connected, said_of, sqlite_file
from reliability.channel_worker import Place, connected_app
from reliability.figure import Figure

LATENCY: Final = 0.05
MOST_MIB: Final = 16.0
LEAST_RATIO: Final = 8.0


def _peak() -> float:
    """Resident MiB at most so far."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def download_all(place: Place, shipments: bool, told: Any) -> None:  # noqa: ANN401  a connection
    """A process: downloads everything; tells seconds and MiB above its imports."""
    imported = _peak()
    start = time.monotonic()
    asyncio.run(_download_all(place, shipments))
    told.send((time.monotonic() - start, _peak() - imported))


async def _download_all(place: Place, shipments: bool) -> None:
    async def write(order: ChannelOrder, connection: AsyncConnection) -> None:
        await connection.execute(insert(GIVEN).values(order_id=order.order.id, said=said_of(order.order)))

    settings = ChannelSettings("Channel", place.seller, throughput=place.throughput, order_groups=frozenset(OrderGroup))
    async with connected_app(place) as app, SalesChannel(app, settings, place.database) as channel:
        await channel.prepare(OMS)
        await channel.download_orders(write, shipments=shipments)


def download_in_turn(place: Place, shipments: bool, told: Any) -> None:  # noqa: ANN401
    """A process: the same orders one call after the other, each page in one transaction; tells its seconds."""
    start = time.monotonic()
    asyncio.run(_download_in_turn(place, shipments))
    told.send((time.monotonic() - start, 0.0))


async def _download_in_turn(place: Place, shipments: bool) -> None:
    database = Database(place.database)
    now = datetime.now(UTC)
    async with connected_app(place) as app:
        session = app.session(place.seller)
        async with database.writes.begin() as connection:
            await connection.run_sync(OMS.create_all)
        offset, page = 0, None
        while page is None or page.items:
            page = await session.orders.search_page(
                updated_from=now - timedelta(days=300), updated_to=now, offset=offset
            )
            offset += len(page.items)
            async with database.writes.begin() as connection:
                for order in page.items:
                    if shipments and order.shipping is not None and order.shipping.id is not None:
                        await session.shipments.get(order.shipping.id)
                    await connection.execute(insert(GIVEN).values(order_id=order.id, said=said_of(order)))
    await database.aclose()


async def _alone(target: Callable[..., None], place: Place, *, shipments: bool) -> tuple[float, float]:
    """What a fresh process tells."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(place, shipments, theirs))
    process.start()
    theirs.close()
    try:
        seconds, more = await asyncio.to_thread(ours.recv)
    finally:
        await asyncio.to_thread(process.join)
    return seconds, more


async def _measured(count: int, *, shipments: bool, in_turn: int) -> dict[str, object]:
    """Both ways over orders that lie evenly in ten months."""
    async with Sandbox(seed=4) as box:
        box.world.orders.clear()
        record = box._record

        async def late(request: Any) -> None:  # noqa: ANN401
            await asyncio.sleep(LATENCY)
            await record(request)
            box.requests.clear()

        box._record = late  # type: ignore[method-assign]
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=295)
        mode = "me2" if shipments else None

        def sell(number: int, spacing: timedelta) -> Order:
            return box.add_order(seller_id=LOCAL_SELLER_ID, mode=mode, created=start + spacing * number)

        for number in range(in_turn):
            sell(number, timedelta(days=290) / in_turn)
        with tempfile.TemporaryDirectory() as folder:
            async with connected(box, grants=f"{folder}/grants.db"):
                pass
            with sqlite_file() as file:
                slow, _ = await _alone(download_in_turn, Place.of(box, folder, "local", file), shipments=shipments)
            for number in range(count - in_turn):
                sell(number, timedelta(days=290) / count)
            with sqlite_file() as file:
                fast, more = await _alone(download_all, Place.of(box, folder, "local", file), shipments=shipments)
    ratio = (slow / in_turn) / (fast / count)
    return {
        "orders": count,
        "seconds": round(fast, 1),
        "orders_a_second": round(count / fast),
        "one_after_the_other_orders_a_second": round(in_turn / slow),
        "times_as_fast": round(ratio, 1),
        "more_mib": round(more, 1),
    }


async def volume(quick: bool) -> Figure:
    """Orders to SQLite at 50 ms latency, with their shipments (a call each) and without."""
    alone = await _measured(3_000 if quick else 100_000, shipments=False, in_turn=500 if quick else 5_000)
    whole = await _measured(800 if quick else 10_000, shipments=True, in_turn=60 if quick else 500)
    return Figure(
        promise=f"at most {MOST_MIB:.0f} MiB above the imports; with shipments, a call each, {LEAST_RATIO:.0f} times as fast",
        kept=float(str(alone["more_mib"])) <= MOST_MIB
        and float(str(whole["more_mib"])) <= MOST_MIB
        and float(str(whole["times_as_fast"])) >= LEAST_RATIO,
        numbers={"orders alone": alone, "with shipments": whole},
    )
