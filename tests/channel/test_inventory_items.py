"""Which item a SKU is: what cannot be read for a moment is neither gone nor somebody else's."""

from collections.abc import Callable
from typing import Any

import pytest

from meli_sdk.channel import StockLevel
from meli_sdk.sandbox import Sandbox, items_reading
from meli_sdk.sandbox.errors import refusal

from .conftest import MovableClock, each_database
from .inventory_bed import (
    LAMP,
    LAMP_ITEM,
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
TWIN_ITEM = "MLA1402200148"
Fail = Callable[..., None]


@pytest.fixture
def clock() -> MovableClock:
    return PassingClock()


@pytest.fixture
def fail_rows(monkeypatch: pytest.MonkeyPatch) -> Fail:
    """The next rows of an item, where many are read at once, say 500."""
    chosen = items_reading._chosen

    def fail(item_id: str, times: int) -> None:
        left = [times]

        def failing(body: dict[str, Any], names: Any) -> dict[str, Any]:
            if "status_code" in body and body["id"] == item_id and left[0]:
                left[0] -= 1
                return {"id": item_id, "status_code": 500}
            return chosen(body, names)

        monkeypatch.setattr(items_reading, "_chosen", failing)

    return fail


@each_database
@pytest.mark.parametrize("known", [True, False])
async def test_a_sell_out_whose_item_cannot_be_read_at_once_is_sent_later(
    open_channel: Open, box: Sandbox, clock: MovableClock, fail_rows: Fail, known: bool
):
    channel = await open_channel()
    if known:
        await channel.sync_inventory([StockLevel(LAMP, "MAIN", 9)])
        clock.pass_by(hours=2)
    fail_rows(LAMP_ITEM, 3)
    assert outcomes(await channel.sync_inventory([StockLevel(LAMP, "MAIN", 0)])) == ["applied"]
    assert box.world.listings[LAMP_ITEM].available_quantity == 0


@pytest.mark.parametrize("times", [2, 1_000])
async def test_while_one_of_two_carriers_cannot_be_read_the_other_is_not_taken_for_the_only_one(
    open_channel: Open, box: Sandbox, fail_rows: Fail, times: int
):
    box.world.listings[TWIN_ITEM].attributes = box.world.listings[LAMP_ITEM].attributes
    channel = await open_channel()
    fail_rows(LAMP_ITEM, times)
    assert outcomes(await channel.sync_inventory([StockLevel(LAMP, "MAIN", 3)])) == ["failed"]
    assert writes(box) == []


async def test_a_review_does_not_forget_what_it_cannot_read(open_channel: Open, fail_rows: Fail):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    fail_rows(LAMP_ITEM, 1)
    found = await channel.review_skus()
    assert [match.sku for match in found.unknown] == []
    assert [match.sku for match in found.mapped if match.places[0].item_id == LAMP_ITEM] == [LAMP]
    assert found.unread == (LAMP_ITEM,)
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 0)])
    assert report.rows[0].item_id == LAMP_ITEM


async def test_where_every_item_is_read_and_one_fails_its_sku_is_searched(
    open_channel: Open, box: Sandbox, fail_rows: Fail
):
    skus = add_listings(box, 60)
    channel = await open_channel()
    fail_rows("MLA7700000005", 1)
    report = await channel.sync_inventory([StockLevel(sku, "MAIN", 10) for sku in [*skus, "NONE"]])
    assert outcomes(report) == ["unchanged"] * 60 + ["failed"]


@pytest.mark.parametrize("status", [400, 500])
async def test_a_sku_that_cannot_be_searched_for_is_the_only_one_that_fails(
    open_channel: Open, box: Sandbox, monkeypatch: pytest.MonkeyPatch, status: int
):
    skus = add_listings(box, 5)
    by_sku = items_reading._FILTERS["seller_sku"]

    def searched(listing: Any, value: str) -> bool:
        if value == "BAD#1":
            raise refusal(status, "bad_request", "Invalid seller_sku")
        return by_sku(listing, value)

    monkeypatch.setitem(items_reading._FILTERS, "seller_sku", searched)
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(sku, "MAIN", 0) for sku in [*skus, "BAD#1"]])
    assert outcomes(report) == ["applied"] * 5 + ["failed"]
    assert "Invalid seller_sku" in str(report.rows[5].reason)
    assert (await channel.stock_status()).waiting == (status == 500)


@each_database
async def test_a_sell_out_is_not_at_rest_on_an_item_that_the_sku_has_left(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    old, new = box.world.listings[LAMP_ITEM], box.world.listings[TWIN_ITEM]
    old.attributes, new.attributes = new.attributes, old.attributes
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 0)])
    assert outcomes(report) == ["applied"]
    assert (report.rows[0].item_id, new.available_quantity) == (TWIN_ITEM, 0)


async def test_the_sku_that_took_the_place_of_a_sold_out_one_has_its_own_stock_again(open_channel: Open, box: Sandbox):
    (other,) = items_reading.skus(box.world.listings[TWIN_ITEM])
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4), StockLevel(other, "MAIN", 7)])
    old, new = box.world.listings[LAMP_ITEM], box.world.listings[TWIN_ITEM]
    old.attributes, new.attributes = new.attributes, old.attributes
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 0)])
    assert (old.available_quantity, new.available_quantity) == (7, 0)
    assert (await channel.stock_status()).waiting == 0


async def test_two_variations_with_one_sku_are_two_stocks(open_channel: Open, box: Sandbox):
    def variation(number: int) -> dict[str, object]:
        attribute = {"id": "SELLER_SKU", "name": "SKU", "value_id": None, "value_name": "SAME"}
        return {"id": number, "available_quantity": 5, "price": 10, "attributes": [attribute]}

    item = box.world.listings["MLA1402200117"]
    assert item.user_product_id
    item.variations = [variation(71), variation(72)]
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel("SAME", "MAIN", 0)])
    assert outcomes(report) == ["failed"]
    assert "ambiguous: MLA1402200117 variation 71, MLA1402200117 variation 72" in str(report.rows[0].reason)
    assert writes(box) == []
