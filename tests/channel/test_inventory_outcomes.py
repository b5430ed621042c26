"""What Mercado Libre's answers come to: a refusal is one, silence is none."""

import pytest

from meli_sdk.channel import StockLevel
from meli_sdk.sandbox import Fault, FaultKind, FaultPlan, FaultProxy, Sandbox, faults

from .conftest import MovableClock
from .inventory_bed import (
    LAMP,
    LAMP_ITEM,
    NORTH,
    Open,
    PassingClock,
    add_listings,
    api_url,
    open_channel,
    outcomes,
    proxy,
    throughput,
    writes,
)

__all__ = ["api_url", "open_channel", "proxy", "throughput"]


@pytest.fixture
def clock() -> MovableClock:
    return PassingClock()


def refuse(monkeypatch: pytest.MonkeyPatch, proxy: FaultProxy, status: int, item_ids: list[str]) -> None:
    """Writes to these items are answered with a status and reach nobody."""
    monkeypatch.setitem(faults.ANSWERS, FaultKind.ERROR_500, faults._answer(status, "not today"))
    proxy.plan = FaultPlan([Fault(kind=FaultKind.ERROR_500, match=f"PUT /items/{item_id}") for item_id in item_ids])


@pytest.mark.parametrize("status", [400, 403])
async def test_what_is_refused_for_good_is_failed_and_not_sent_again(
    open_channel: Open, box: Sandbox, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, status: int
):
    refuse(monkeypatch, proxy, status, [LAMP_ITEM])
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    assert outcomes(report) == ["failed"]
    assert "not today" in str(report.rows[0].reason)
    assert (report.writes, (await channel.stock_status()).waiting) == (1, 0)


async def test_a_sell_out_that_is_refused_unread_is_read_once_before_it_is_failed(
    open_channel: Open, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    refuse(monkeypatch, proxy, 400, [LAMP_ITEM])
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 0)])
    assert outcomes(report) == ["failed"]
    assert (report.calls, report.writes) == (3, 2)  # write, read, write
    assert (await channel.stock_status()).waiting == 0


async def test_a_sell_out_follows_its_sku_to_the_item_that_was_listed_anew(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    old, new = box.world.listings[LAMP_ITEM], box.world.listings["MLA1402200148"]
    new.attributes, old.status = old.attributes, "closed"
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 0)])
    assert outcomes(report) == ["applied"]
    assert (report.rows[0].item_id, new.available_quantity) == (new.id, 0)


@pytest.mark.parametrize(("status", "waiting"), [(400, 0), (409, 35)])
async def test_however_many_are_refused_the_others_are_sent(
    open_channel: Open, box: Sandbox, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, status: int, waiting: int
):
    skus = add_listings(box, 38)
    refuse(monkeypatch, proxy, status, [f"MLA77{number:08}" for number in range(35)])
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(sku, "MAIN", 3) for sku in skus])
    assert outcomes(report) == ["failed"] * 35 + ["applied"] * 3
    assert (await channel.stock_status()).waiting == waiting


async def test_a_level_that_becomes_less_and_changes_nothing_is_not_taken_for_sold(
    open_channel: Open, box: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 20)])
    box.world.listings[LAMP_ITEM].available_quantity = 3
    monkeypatch.setattr("meli_sdk.sandbox.state.Listing.restock", lambda listing, quantity: None)
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 12)])
    assert outcomes(report) == ["failed"]
    assert "took the write and shows 3" in str(report.rows[0].reason)


class Turning(PassingClock):
    """Calls somebody whenever a turn is waited for."""

    async def sleep(self, seconds: float) -> None:
        await self.on_wait()
        await super().sleep(seconds)

    async def on_wait(self) -> None:
        pass


class TestBetweenReadAndWrite:
    @pytest.fixture
    def clock(self) -> MovableClock:
        return Turning()

    async def test_a_level_that_comes_before_the_write_goes_out_is_what_a_store_is_sent(
        self, open_channel: Open, box: Sandbox, clock: Turning
    ):
        channel = await open_channel("stores", throughput=1)
        await channel.sync_inventory([StockLevel("LAM-AUR", "N", 6, 1)])
        before, sold_out = len(box.requests), False

        async def on_wait() -> None:
            nonlocal sold_out
            if not sold_out and "/stock" in box.requests[-1].path and len(box.requests) > before:
                sold_out = True
                await channel.queue_stock([StockLevel("LAM-AUR", "N", 0, 3)])

        clock.on_wait = on_wait  # type: ignore[method-assign]
        report = await channel.sync_inventory([StockLevel("LAM-AUR", "N", 50, 2)])
        assert sold_out
        assert outcomes(report) == ["superseded"]
        sent = [{row["store_id"]: row["quantity"] for row in body["locations"]} for _, body in writes(box)]
        assert [rows[NORTH] for rows in sent] == [6, 0]
