"""What shipping an item costs, and moderations, over a real socket."""

from datetime import timedelta

import pytest

from meli_sdk import errors
from meli_sdk.sandbox import GLOBAL_SELLER_ID

ID, FOREIGN = "MLA1402200117", "MLM2200110011"


async def test_the_ways_to_ship_an_item_have_their_cost_and_arrival(box, local):
    found = await local.items.shipping.options(ID, zip_code="1675")
    assert found.destination.zip_code == "1675"
    fast, slow, agency = found.options
    assert fast.cost > slow.cost == agency.cost > 0
    assert box.world.now() < fast.estimated_delivery_time.date < slow.estimated_delivery_time.date
    assert {one.shipping_option_type for one in found.options} == {"address", "agency"}
    (more, *_) = (await local.items.shipping.options(ID, zip_code="1675", quantity=3)).options
    assert more.cost > fast.cost


async def test_shipping_that_is_free_for_the_buyer_costs_the_seller(box, local):
    box.world.listings[ID].shipping = {"free_shipping": True}
    (option, *_) = (await local.items.shipping.options(ID, zip_code="1675")).options
    assert (option.cost, option.discount.promoted_amount) == (0, option.list_cost)
    assert option.list_cost > 0
    whole = (await local.items.shipping.free_cost(item_id=ID)).coverage.all_country
    assert (whole.list_cost > 0, whole.currency_id) == (True, "ARS")


async def test_a_large_light_package_is_charged_by_its_volume(local):
    async def grams(dimensions):
        return (await local.items.shipping.free_cost(dimensions=dimensions)).coverage.all_country.billable_weight

    assert await grams("9x17x22,4620") == 4620
    assert await grams("50x50x50,462") == 25_000


async def test_what_cannot_be_shipped_says_why(local, opened):
    for item_id, zip_code, kind in (
        (ID, "16755", errors.InvalidParameterError),
        (ID, "0000", errors.NotFoundError),
        (FOREIGN, "64000", errors.ForbiddenError),
        ("MLA999", "1675", errors.ItemNotFoundError),
    ):
        with pytest.raises(kind):
            await local.items.shipping.options(item_id, zip_code=zip_code)
    with pytest.raises(errors.ItemNotFoundError):
        await local.items.shipping.free_cost(item_id="MLA999")


async def test_the_modes_of_an_item_that_is_described(local):
    found = await local.items.shipping.modes({"category_id": "MLA3697", "item_price": 500})
    modes = {row["mode"]: row for row in found.raw["channels"]["marketplace"]["available_modes"]}
    assert {"me2", "custom"} <= modes.keys()
    assert [row["type"] for row in modes["me2"]["logistic_types"] if row["default"]] == ["drop_off"]
    assert found.raw["item_price"] == 500
    with pytest.raises(errors.NotFoundError):
        await local.items.shipping.modes({"category_id": "MLA999999"})


async def test_only_the_largest_sellers_are_restricted_in_their_search(box, local, monkeypatch):
    assert (await local.items.search_restrictions()).sort_allowed is True
    monkeypatch.setattr("meli_sdk.sandbox.items_reading.MANY_ITEMS", 3)
    restricted = await local.items.search_restrictions()
    assert (restricted.query_allowed, restricted.aggregations_allowed) == (False, False)


# moderations


async def test_a_moderated_item_names_reason_and_remedy_and_is_off_the_market(box, local):
    with pytest.raises(errors.NotFoundError):
        await local.items.moderations.last(ID)
    for number in (1, 2):
        box.moderate_item(
            ID, name="POOR_QUALITY_THUMBNAIL", reason=f"La imagen {number} es borrosa.", remedy="Cambiala."
        )
    (last,) = await local.items.moderations.last(ID)
    assert (last.reason, last.remedy) == ("La imagen 2 es borrosa.", "Cambiala.")
    assert (await local.items.get(ID)).status == "under_review"


async def test_infractions_are_read_newest_first_page_by_page_and_since_a_day(box, local):
    for number in range(5):
        box.moderate_item(ID, name="PQT", reason=f"{number}", remedy="-")
    found = local.items.moderations.infractions(page_size=2)
    assert [row.reason async for row in found] == ["4", "3", "2", "1", "0"]
    assert {row.related_item_id for row in await local.items.moderations.infractions().collect(limit=20)} == {ID}
    tomorrow = box.world.now() + timedelta(days=2)
    assert await local.items.moderations.infractions(since=tomorrow).collect(limit=20) == []
    with pytest.raises(errors.UnidentifiedUserError):
        await local.items.moderations.infractions(user_id=GLOBAL_SELLER_ID)
