"""Which resource takes a write of stock, and that it is read back: on a real socket."""

import asyncio
from dataclasses import replace

import pytest
from attrs import evolve
from tests.goods import goods

from meli_sdk import MeliSession, RetryPolicy, errors
from meli_sdk.models import UNSET, Item, MarketplaceItem, StoreQuantity, User
from meli_sdk.models.items import ItemShipping, Variation
from meli_sdk.models.marketplace import MarketplaceShipping
from meli_sdk.resources.stock_routes import STOCK_RULES, StockResource, stock_route
from meli_sdk.sandbox import LOCAL_SELLER_ID, WAREHOUSE_SELLER_ID

IN_STORES, PRODUCT = "MLM2200110011", "MLMU3001122331"
NORTH, SOUTH = "3100201", "3100202"
ONE_ADDRESS, FLEX, FULL = "MLA1402200117", "MLA1402200162", "MLA1402200179"
GLOBAL, CHILD = "CBT1702345118", "MLM1487703748"


@pytest.fixture
def stores(opened) -> MeliSession:
    return opened(WAREHOUSE_SELLER_ID)


def local_item(site: str, logistic_type: str | None, *tags: str) -> Item:
    shipping = ItemShipping(logistic_type=logistic_type, tags=tags)
    return Item(id=f"{site}1", site_id=site, shipping=shipping, user_product_id=f"{site}U1")


def global_item(site: str, logistic_type: str) -> MarketplaceItem:
    return MarketplaceItem(
        id=f"{site}1",
        site_id=site,
        user_logistic_type=logistic_type,
        cbt_item_id="" if site == "CBT" else "CBT9",
        shipping=MarketplaceShipping(logistic_type="drop_off"),
    )


PLAIN, WITH_STORES = User(id=1), User(id=1, tags=("user_product_seller", "warehouse_management"))


@pytest.mark.parametrize(
    ("account", "item", "row", "resource"),
    [
        (PLAIN, global_item("CBT", ""), 0, StockResource.GLOBAL_ITEM),
        (PLAIN, global_item("MLM", "remote"), 1, StockResource.GLOBAL_ITEM),
        (PLAIN, global_item("MLM", "fulfillment"), 2, None),
        (PLAIN, global_item("MLB", "cross_docking"), 2, None),
        (PLAIN, local_item("MLA", "fulfillment"), 3, None),
        (WITH_STORES, local_item("MLA", "fulfillment"), 3, None),
        (WITH_STORES, local_item("MLM", "cross_docking"), 4, StockResource.STORES),
        (WITH_STORES, local_item("MLA", "fulfillment", "self_service_in"), 4, StockResource.STORES),
        (PLAIN, local_item("MLA", "fulfillment", "self_service_in"), 5, StockResource.SELLING_ADDRESS),
        (PLAIN, local_item("MLC", "fulfillment", "self_service_in"), 5, StockResource.SELLING_ADDRESS),
        (PLAIN, local_item("MLB", "fulfillment", "self_service_in"), 6, None),
        (PLAIN, local_item("MLB", "drop_off"), 7, StockResource.ITEM),
        (PLAIN, local_item("MLA", "self_service", "self_service_in"), 7, StockResource.ITEM),
        (PLAIN, local_item("MLA", None), 7, StockResource.ITEM),
    ],
)
def test_the_table_decides_which_resource_takes_the_write(account, item, row, resource):
    route = stock_route(account, item)
    assert route.rule is STOCK_RULES[row]
    assert route.resource is resource
    if resource is None:
        with pytest.raises(errors.NotApplicableError, match="cannot be changed"):
            route.check()
    else:
        assert route.check() is resource


def test_the_stock_of_a_marketplace_item_is_its_parents():
    assert stock_route(PLAIN, global_item("MLM", "remote")).item_id == "CBT9"


def test_a_product_that_is_needed_and_not_known_is_an_error():
    item = local_item("MLM", "drop_off")
    item.user_product_id = None
    with pytest.raises(errors.NotApplicableError, match="no user product"):
        stock_route(WITH_STORES, item).check()


def test_an_item_with_variations_needs_one_of_them():
    item = local_item("MLA", "drop_off")
    item.variations = (Variation(id=5), Variation(id=6, user_product_id="MLAU6", inventory_id="ABCD12345"))
    with pytest.raises(errors.InputError, match="pass variation_id, one of 5, 6"):
        stock_route(PLAIN, item)
    with pytest.raises(errors.InputError, match="no variation 7"):
        stock_route(PLAIN, item, variation_id=7)
    route = stock_route(PLAIN, item, variation_id=6)
    assert (route.user_product_id, route.inventory_id, route.variation_ids) == ("MLAU6", "ABCD12345", (5, 6))
    child = global_item("MLM", "remote")
    child.variations = item.variations
    with pytest.raises(errors.InputError, match="CBT9"):
        stock_route(PLAIN, child, variation_id=5)


async def test_the_route_of_each_seeded_item(local, selling, stores):
    for session, item_id, resource in (
        (local, ONE_ADDRESS, StockResource.ITEM),
        (local, FLEX, StockResource.SELLING_ADDRESS),
        (local, FULL, None),
        (stores, IN_STORES, StockResource.STORES),
        (selling, GLOBAL, StockResource.GLOBAL_ITEM),
        (selling, CHILD, StockResource.GLOBAL_ITEM),
    ):
        route = await session.stock.route(item_id)
        assert route.resource is resource, item_id
    assert route.item_id == GLOBAL


async def test_the_stock_of_an_item_is_written_and_read_back(box, local):
    done = await local.stock.write(ONE_ADDRESS, 3)
    assert (done.state, dict(done.wanted), dict(done.seen)) == ("applied", {ONE_ADDRESS: 3}, {ONE_ADDRESS: 3})
    assert box.world.listings[ONE_ADDRESS].available_quantity == 3
    assert [request.method for request in box.requests] == ["GET", "GET", "PUT", "GET"]


async def test_a_route_that_was_kept_saves_two_reads(box, local):
    route = await local.stock.route(ONE_ADDRESS)
    before = box.calls
    await local.stock.write(ONE_ADDRESS, 2, route=route)
    assert box.calls - before == 2


async def test_the_stock_of_stores_is_written_at_the_newest_version(box, stores):
    done = await stores.stock.write(IN_STORES, [StoreQuantity(NORTH, 1), StoreQuantity(SOUTH, 2)])
    assert (done.state, dict(done.seen), done.attempts) == ("applied", {NORTH: 1, SOUTH: 2}, 1)
    assert [place.quantity for place in box.world.user_products[PRODUCT].places] == [1, 2]


async def test_stock_that_is_as_wanted_is_not_sent(box, stores):
    done = await stores.stock.write(IN_STORES, [StoreQuantity(NORTH, 15), StoreQuantity(SOUTH, 25)])
    assert (done.state, done.attempts) == ("unchanged", 0)
    assert {request.method for request in box.requests} == {"GET"}


async def test_a_conflict_is_read_again_and_written_again(box, stores):
    body = {"message": "Version mismatch", "error": "conflict", "status": 409, "cause": []}
    box.fail_next("PUT /user-products/{id}/stock/type/seller_warehouse", 409, body, times=2)
    done = await stores.stock.write(IN_STORES, [StoreQuantity(NORTH, 9)])
    assert (done.state, done.attempts) == ("applied", 3)


async def test_a_conflict_that_never_ends_is_raised(box, stores):
    body = {"message": "Version mismatch", "error": "conflict", "status": 409, "cause": []}
    box.fail_next("PUT /user-products/{id}/stock/type/seller_warehouse", 409, body, times=50)
    with pytest.raises(errors.VersionConflictError):
        await stores.stock.write(IN_STORES, [StoreQuantity(NORTH, 9)])
    assert [request.method for request in box.requests].count("PUT") == 5


async def test_a_lost_answer_is_looked_for_before_it_is_sent_again(fake, me):
    stock = {"id": PRODUCT, "locations": [{"type": "seller_warehouse", "store_id": NORTH, "quantity": 1}]}
    there = {**stock, "locations": [{**stock["locations"][0], "quantity": 9}]}
    fake.answer(200, {"id": 1, "site_id": "MLM", "tags": ["warehouse_management"]})
    fake.answer(200, {"id": IN_STORES, "site_id": "MLM", "user_product_id": PRODUCT})
    fake.answer(200, stock, headers={"x-version": "4"})
    fake.fail(errors.MeliTimeoutError("no answer"))
    fake.answer(200, there, headers={"x-version": "5"})
    done = await me.stock.write(IN_STORES, [StoreQuantity(NORTH, 9)])
    assert (done.state, done.attempts) == ("applied", 1)
    assert [request.method for request in fake.requests] == ["GET", "GET", "GET", "PUT", "GET"]


async def test_writers_at_the_same_time_never_lose_a_change(box, stores):
    writes = [stores.stock.write(IN_STORES, [StoreQuantity(store, units)]) for store, units in ((NORTH, 7), (SOUTH, 8))]
    done = await asyncio.gather(*writes)
    assert {one.state for one in done} == {"applied"}
    assert [place.quantity for place in box.world.user_products[PRODUCT].places] == [7, 8]


async def test_a_write_that_is_taken_without_effect_is_reported(box, local, stores):
    """The account got stores after the route was kept: Mercado Libre answers 200 and changes nothing."""
    route = await local.stock.route(ONE_ADDRESS)
    seller = box.world.users[LOCAL_SELLER_ID]
    box.world.users[LOCAL_SELLER_ID] = replace(seller, tags=("warehouse_management",))
    before = box.world.listings[ONE_ADDRESS].available_quantity
    done = await local.stock.write(ONE_ADDRESS, before + 5, route=route)
    assert (done.state, dict(done.seen)) == ("not_applied", {ONE_ADDRESS: before})


async def test_stock_in_mercado_libres_warehouse_is_refused_before_the_write(box, local):
    with pytest.raises(errors.NotApplicableError, match="fulfillment"):
        await local.stock.write(FULL, 3)
    assert {request.method for request in box.requests} == {"GET"}


async def test_the_part_at_the_sellers_address_is_pending_until_it_shows(opened_with_delay):
    _, clock, session = opened_with_delay
    done = await session.stock.write(FLEX, 2)
    assert (done.state, dict(done.seen)) == ("pending", {FLEX: 9})
    clock.pass_by(seconds=31)
    assert (await session.stock.write(FLEX, 2)).state == "unchanged"


async def test_one_stock_of_a_global_item_serves_all_its_sites(box, selling):
    done = await selling.stock.write(CHILD, 4)
    assert (done.state, done.route.item_id) == ("applied", GLOBAL)
    assert box.requests[-2].path == f"/global/items/{GLOBAL}"
    assert box.world.listings[CHILD].available_quantity == 4


async def test_a_variation_travels_with_the_ids_of_all_others(fake, me):
    item = {"id": "MLA1", "site_id": "MLA", "variations": [{"id": 5, "available_quantity": 1}, {"id": 6}]}
    fake.answer(200, {"id": 1, "site_id": "MLA"})
    fake.answer(200, item)
    fake.answer(200, {})
    fake.answer(200, {**item, "variations": [{"id": 5, "available_quantity": 3}, {"id": 6}]})
    done = await me.stock.write("MLA1", 3, variation_id=5)
    assert fake.requests[2].body == b'{"variations":[{"id":5,"available_quantity":3},{"id":6}]}'
    assert done.state == "applied"


async def test_an_item_write_whose_answer_was_lost_is_read_back(fake, me):
    fake.answer(200, {"id": 1, "site_id": "MLA"})
    fake.answer(200, {"id": "MLA1", "site_id": "MLA", "available_quantity": 1})
    session = me.with_options(retry=RetryPolicy.never())
    fake.fail(errors.MeliTimeoutError("no answer"))
    fake.answer(200, {"id": "MLA1", "site_id": "MLA", "available_quantity": 3})
    assert (await session.stock.write("MLA1", 3)).state == "applied"


async def test_an_item_write_that_was_lost_and_not_applied_is_raised(fake, me):
    fake.answer(200, {"id": 1, "site_id": "MLA"})
    fake.answer(200, {"id": "MLA1", "site_id": "MLA", "available_quantity": 1})
    session = me.with_options(retry=RetryPolicy.never())
    fake.fail(errors.MeliTimeoutError("no answer"))
    fake.answer(200, {"id": "MLA1", "site_id": "MLA", "available_quantity": 1})
    with pytest.raises(errors.OutcomeUnknownError):
        await session.stock.write("MLA1", 3)


async def test_a_lost_write_stays_unknown_where_nothing_can_be_read_either(fake, me):
    fake.answer(200, {"id": 1, "site_id": "MLA"})
    fake.answer(200, {"id": "MLA1", "site_id": "MLA", "available_quantity": 1})
    fake.fail(errors.MeliTimeoutError("no answer"))
    fake.fail(errors.MeliConnectionError("no connection", sent=False))
    with pytest.raises(errors.OutcomeUnknownError):
        await me.with_options(retry=RetryPolicy.never()).stock.write("MLA1", 3)
    fake.answer(200, {"id": 1, "site_id": "MLM", "tags": ["warehouse_management"]})
    fake.answer(200, {"id": IN_STORES, "site_id": "MLM", "user_product_id": PRODUCT})
    fake.answer(200, {"id": PRODUCT, "locations": []}, headers={"x-version": "4"})
    fake.fail(errors.MeliTimeoutError("no answer"))
    fake.fail(errors.MeliConnectionError("no connection", sent=False))
    with pytest.raises(errors.OutcomeUnknownError):
        await me.with_options(retry=RetryPolicy.never()).stock.write(IN_STORES, [StoreQuantity(NORTH, 9)])


@pytest.mark.parametrize("units", [-1, 1.5, True, "7", float("nan"), None, 10**9])
async def test_a_quantity_that_is_none_is_refused_before_the_write(box, local, units):
    with pytest.raises(errors.InputError):
        await local.stock.write(ONE_ADDRESS, units)
    assert {request.method for request in box.requests} <= {"GET"}


async def test_one_quantity_for_stores_and_stores_for_one_address_are_refused(local, stores):
    with pytest.raises(errors.InputError, match="StoreQuantity"):
        await stores.stock.write(IN_STORES, 3)
    with pytest.raises(errors.InputError, match="one stock"):
        await local.stock.write(ONE_ADDRESS, [StoreQuantity(NORTH, 3)])


async def test_the_check_of_a_lost_write_names_the_read_that_shows_it(fake, me):
    fake.fail(errors.MeliTimeoutError("no answer"))
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await me.stock.set(PRODUCT, [StoreQuantity(NORTH, 9)], 4)
    fake.answer(200, {"locations": [{"store_id": SOUTH, "quantity": 9}, {"store_id": NORTH, "quantity": 9}]})
    assert (await me.check(raised.value)).applied
    assert fake.paths()[-1] == f"GET /user-products/{PRODUCT}/stock"
    fake.fail(errors.MeliTimeoutError("no answer"))
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await me.stock.set_selling_address(PRODUCT, 9, 4)
    fake.answer(200, {"locations": [{"type": "meli_facility", "quantity": 9}]})
    assert not (await me.check(raised.value)).applied


async def test_an_item_is_created_with_the_stock_of_each_store(stores):
    lamp = goods(
        title=UNSET,
        family_name="Lampara Inventada De Mesa",
        category_id="MLM189530",
        currency_id="MXN",
        available_quantity=UNSET,
        stock_locations=[StoreQuantity(NORTH, 4), StoreQuantity(SOUTH, 6)],
    )
    made = await stores.stock.create_item(lamp)
    assert (made.available_quantity, made.sku) == (10, "AUR-X3")
    assert made.user_product_id
    stock = await stores.stock.get(made.user_product_id)
    assert {place.store_id: place.quantity for place in stock.locations} == {NORTH: 4, SOUTH: 6}
    with pytest.raises(errors.ValidationFailedError) as raised:
        await stores.stock.create_item(evolve(lamp, pictures=[]))
    assert [cause.cause_id for cause in raised.value.causes] == [173]


async def test_an_item_in_the_store_of_another_seller_is_refused(stores):
    (category, *_) = await stores.categories.roots("MLM")
    item = {"title": "Lampara inventada", "category_id": category.id, "price": 100, "currency_id": "MXN"}
    with pytest.raises(errors.StockStoreError):
        await stores.stock.create_item({**item, "stock_locations": [StoreQuantity("99", 4)]})
