"""A running channel sends the stock that waits."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from meli_sdk.channel import (
    Job,
    SalesChannel,
    StockLevel,
)
from meli_sdk.channel.events import PassFailed
from meli_sdk.errors import ConfigurationError, ForbiddenError, MappingError
from meli_sdk.sandbox import Fault, FaultKind, FaultPlan, FaultProxy, Sandbox, faults
from meli_sdk.wire.observe import Event, Observers

from .conftest import MovableClock, each_database
from .inventory_bed import (
    LAMP,
    LAMP_ITEM,
    Open,
    add_listings,
    api_url,
    open_channel,
    proxy,
    throughput,
    writes,
)

__all__ = ["api_url", "open_channel", "proxy", "throughput"]


class LivingClock(MovableClock):
    """Time as it is: what a running channel waits for is not passed over."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.fixture
def clock() -> MovableClock:
    return LivingClock()


async def run_until(channel: SalesChannel, done: Callable[[], bool]) -> None:
    async def handler(order: object, connection: object) -> None:
        pass

    running = asyncio.create_task(channel.run(handler))
    async with asyncio.timeout(60):
        while not done() and not running.done():  # noqa: ASYNC110  the sandbox has no event for it
            await asyncio.sleep(0.01)
    running.cancel()
    result = (await asyncio.gather(running, return_exceptions=True))[0]
    assert isinstance(result, asyncio.CancelledError), result


async def test_a_running_channel_sends_what_another_one_queued(open_channel: Open, box: Sandbox):
    channel, other = await open_channel(jobs={Job.INVENTORY}), await open_channel()
    assert await other.queue_stock([StockLevel(LAMP, "MAIN", 4)]) == 1
    assert (await other.stock_status()).waiting == 1
    await run_until(channel, lambda: box.world.listings[LAMP_ITEM].available_quantity == 4)


async def test_stock_that_is_refused_for_good_ends_no_channel(
    open_channel: Open, box: Sandbox, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
):
    skus = add_listings(box, 45)
    monkeypatch.setitem(faults.ANSWERS, FaultKind.ERROR_500, faults._answer(400, "not today"))
    refused = [Fault(kind=FaultKind.ERROR_500, match=f"PUT /items/MLA77{number:08}") for number in range(40)]
    proxy.plan = FaultPlan(refused)
    channel = await open_channel(jobs={Job.INVENTORY})
    await channel.queue_stock([StockLevel(sku, "MAIN", 0) for sku in skus])
    good = [box.world.listings[f"MLA77{number:08}"] for number in range(40, 45)]

    def done() -> bool:
        return sum(proxy.plan.counts.values()) >= 40 and not any(listing.available_quantity for listing in good)

    await run_until(channel, done)


async def test_a_running_channel_without_the_job_leaves_stock_alone(open_channel: Open, box: Sandbox):
    channel = await open_channel(jobs={Job.ORDERS})
    await channel.queue_stock([StockLevel(LAMP, "MAIN", 4)])
    before = len(box.requests)
    await run_until(channel, lambda: len(box.requests) > before + 4)
    assert writes(box) == []


async def test_warehouses_that_are_mapped_to_nothing_hold_up_stock_and_not_the_channel(
    open_channel: Open, box: Sandbox
):
    channel = await open_channel(warehouses={"MAIN": "nowhere"}, jobs={Job.INVENTORY})
    told: list[Event] = []
    channel._app.pipeline.observers = Observers((told.append,))
    await channel.queue_stock([StockLevel(LAMP, "MAIN", 4)])
    await run_until(channel, lambda: any(isinstance(event, PassFailed) for event in told))
    assert writes(box) == []
    (failed, *_) = [event for event in told if isinstance(event, PassFailed)]
    assert isinstance(failed.error, ConfigurationError | MappingError)
    assert failed.job == Job.INVENTORY


async def test_an_account_that_may_not_be_read_holds_up_stock_and_not_the_channel(open_channel: Open, box: Sandbox):
    channel = await open_channel("stores", jobs={Job.INVENTORY})
    told: list[Event] = []
    channel._app.pipeline.observers = Observers((told.append,))
    await channel.queue_stock([StockLevel(LAMP, "N", 4)])
    box.fail_next("GET /users/{id}/stores/search", 403, times=10)
    await run_until(channel, lambda: any(isinstance(event, PassFailed) for event in told))
    (failed, *_) = [event for event in told if isinstance(event, PassFailed)]
    assert isinstance(failed.error, ForbiddenError)
    assert failed.job == Job.INVENTORY


async def test_stock_is_sent_whatever_becomes_of_the_shipping_preferences(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    box.fail_next("GET /users/{id}/shipping_preferences", 403, times=10)
    assert (await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])).totals == {"applied": 1}


@each_database
async def test_many_small_calls_beside_a_long_one_wait_for_their_own_levels_alone(
    open_channel: Open, box: Sandbox, proxy: FaultProxy
):
    channel = await open_channel()
    skus = add_listings(box, 220)
    proxy.plan = FaultPlan([Fault(kind=FaultKind.LATENCY, seconds=0.05)])
    long = asyncio.create_task(channel.sync_inventory([StockLevel(sku, "MAIN", 3) for sku in skus[20:]]))
    while not writes(box):  # noqa: ASYNC110  the sandbox has no event for it
        await asyncio.sleep(0.01)
    reports = await asyncio.gather(*(channel.sync_inventory([StockLevel(sku, "MAIN", 0)]) for sku in skus[:20]))
    assert not long.done()
    assert [report.totals for report in reports] == [{"applied": 1}] * 20
    assert (await long).totals == {"applied": 200}
