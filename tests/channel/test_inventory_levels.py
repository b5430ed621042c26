"""The levels that are kept: handed in again, one that did not come to rest is tried anew."""

import pytest

from meli_sdk.channel import StockLevel
from meli_sdk.sandbox import Fault, FaultKind, FaultPlan, FaultProxy, Sandbox

from .conftest import MovableClock, each_database
from .inventory_bed import (
    LAMP,
    LAMP_ITEM,
    Open,
    PassingClock,
    api_url,
    open_channel,
    outcomes,
    proxy,
    throughput,
)

__all__ = ["api_url", "open_channel", "proxy", "throughput"]


@pytest.fixture
def clock() -> MovableClock:
    return PassingClock()


@each_database
async def test_the_same_level_is_sent_when_it_is_handed_in_again_after_an_outage(
    open_channel: Open, box: Sandbox, proxy: FaultProxy, clock: MovableClock
):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 5, 1)])
    proxy.plan = FaultPlan([Fault(kind=FaultKind.HTML_502, match="PUT /items/{id}")])
    sold_out = [StockLevel(LAMP, "MAIN", 0, 2)]
    assert outcomes(await channel.sync_inventory(sold_out)) == ["unknown"]
    proxy.plan = FaultPlan()
    channel._app.pipeline.breaker = None
    clock.pass_by(hours=6)
    assert outcomes(await channel.sync_inventory(sold_out)) == ["applied"]
    assert box.world.listings[LAMP_ITEM].available_quantity == 0


@each_database
async def test_after_the_greatest_sequence_the_order_of_arrival_still_counts(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 5, 2**62 - 1)])
    for quantity in (4, 3):
        assert outcomes(await channel.sync_inventory([StockLevel(LAMP, "MAIN", quantity)])) == ["applied"]
    assert box.world.listings[LAMP_ITEM].available_quantity == 3
