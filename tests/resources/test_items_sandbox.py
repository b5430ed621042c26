"""Search, multiget and variations over a real socket, against the sandbox."""

import pytest

from meli_sdk import errors
from meli_sdk.sandbox import LOCAL_SELLER_ID, seed_more


async def test_a_search_finds_the_items_of_a_sku(local):
    everything = await local.items.search().collect(limit=100)
    rows = [row async for row in local.items.get_many(everything)]
    assert [row.item_id for row in rows] == everything
    for row in rows:
        assert await local.items.search(seller_sku=row.item.sku).collect(limit=5) == [row.item_id]
    assert await local.items.search(seller_sku="no such SKU").collect(limit=5) == []


async def test_a_search_beyond_the_offset_goes_on_as_a_scan_and_loses_nothing(box, local):
    seed_more.populate(box.world, orders=0, items=1_250)
    mine = [listing.id for listing in box.world.listings.values() if listing.seller_id == LOCAL_SELLER_ID]
    assert sorted(await local.items.search(page_size=100).collect(limit=5_000)) == sorted(mine)


@pytest.mark.parametrize("form", ["today's", "the older"])
async def test_missing_and_forbidden_items_are_rows_of_their_own(box, local, form):
    if form == "the older":
        box.fail_next("GET /items/bulk", 404)
    rows = [row async for row in local.items.get_many(["MLA1402200117", "MLA999", "CBT1234"], attributes=["title"])]
    assert [type(row.error) for row in rows[:2]] == [type(None), errors.ItemNotFoundError]
    assert isinstance(rows[2].error, errors.ForbiddenError)  # today's rows have no body to tell more by
    assert rows[0].item.title
    assert rows[0].item.price is None
    assert all(request.path != "/items" for request in box.requests) == (form == "today's")


async def test_items_of_others_cannot_be_searched(local):
    with pytest.raises(errors.InvalidCallerError, match="restricted"):
        await local.items.search(471826944)


async def test_variations_have_stock_of_their_own_and_an_order_line_tells_which_was_bought(box, local, selling):
    item = await selling.marketplace.get("MLM1533802216")
    stock = {variation.id: variation.available_quantity for variation in item.variations}
    assert len(stock) > 1
    box.world.listings[item.id].variations[0]["available_quantity"] = 4
    again = await selling.marketplace.get(item.id)
    assert [one.available_quantity for one in again.variations] == [4, *list(stock.values())[1:]]

    sold = next(order for order in box.world.orders.values() if order.variation_id is not None)
    (line,) = (await local.orders.get(sold.id)).order_items
    assert line.item.variation_id == sold.variation_id
    assert [one.value_name for one in line.item.variation_attributes] == [
        one["value_name"] for one in sold.variation_attributes
    ]
