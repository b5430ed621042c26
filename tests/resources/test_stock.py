"""Stock of user products on a real socket: places, versions, stores."""

from dataclasses import replace

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.models import StockLocationType, StoreQuantity
from meli_sdk.sandbox import WAREHOUSE_SELLER_ID, Sandbox

PRODUCT, OTHER = "MLMU3001122331", "MLMU3001122348"
NORTH, SOUTH, COUNTER = "3100201", "3100202", "3100203"
FLEX, FULL, ONE_ADDRESS = "MLAU4001122348", "MLAU4001122355", "MLAU4001122331"


@pytest.fixture
def stores(opened) -> MeliSession:
    """The seller with several stores."""
    return opened(WAREHOUSE_SELLER_ID)


async def test_the_stock_of_a_product_is_read_place_by_place_with_its_version(stores):
    stock = await stores.stock.get(PRODUCT)
    assert (stock.id, stock.user_id, stock.version) == (PRODUCT, WAREHOUSE_SELLER_ID, 1)
    assert [(row.type, row.store_id, row.network_node_id, row.quantity) for row in stock.locations] == [
        ("seller_warehouse", NORTH, "MXP3100201", 15),
        ("seller_warehouse", SOUTH, "MXP3100202", 25),
    ]
    assert stock.quantity(StockLocationType.SELLER_WAREHOUSE) == 40
    assert stock.quantity(StockLocationType.MELI_FACILITY) is None
    assert stock.in_store(SOUTH).quantity == 25
    assert stock.in_store("1") is None
    assert str(stock) == f"UserProductStock {PRODUCT} version 1 ({NORTH}: 15, {SOUTH}: 25)"


async def test_both_places_of_a_product_that_mercado_libre_holds_too(local):
    stock = await local.stock.get(FLEX)
    assert (stock.quantity("meli_facility"), stock.quantity("selling_address")) == (5, 9)
    assert stock.of_type("meli_facility")[0].availability_type == "in_stock"


async def test_stores_are_listed_with_the_ids_a_write_needs(stores):
    found = [row async for row in stores.stock.stores()]
    assert [(row.id, row.network_node_id) for row in found] == [(NORTH, "MXP3100201"), (SOUTH, "MXP3100202")]
    assert found[0].services == {"stock_location": ("cross_docking",)}
    assert found[0].user_id == WAREHOUSE_SELLER_ID
    assert found[0].location.street_number == "742"
    assert str(found[0]) == f"Store {NORTH} active 'Bodega Norte'"


async def test_stock_of_stores_is_set_at_the_version_that_was_read(box, stores):
    stock = await stores.stock.get(PRODUCT)
    rows = [StoreQuantity(NORTH, 3, network_node_id="MXP3100201"), {"store_id": SOUTH, "quantity": 0}]
    written = await stores.stock.set(PRODUCT, rows, stock.version)
    assert [row.quantity for row in written.locations] == [3, 0]
    sent = box.requests[-1]
    assert sent.headers["x-version"] == "1"
    assert sent.body == (
        b'{"locations":[{"store_id":"3100201","quantity":3,"network_node_id":"MXP3100201"},'
        b'{"store_id":"3100202","quantity":0}]}'
    )
    again = await stores.stock.get(PRODUCT)
    assert (again.version, again.quantity("seller_warehouse")) == (2, 3)
    assert (await stores.items.get("MLM2200110011")).available_quantity == 3


async def test_a_version_that_somebody_else_used_is_a_conflict(stores):
    stock = await stores.stock.get(PRODUCT)
    await stores.stock.set(PRODUCT, [StoreQuantity(NORTH, 14)], stock.version)
    with pytest.raises(errors.VersionConflictError) as raised:
        await stores.stock.set(PRODUCT, [StoreQuantity(NORTH, 13)], stock.version)
    assert raised.value.retryable
    assert raised.value.attempts == 1  # the same version again would meet the same conflict
    assert (await stores.stock.get(PRODUCT)).in_store(NORTH).quantity == 14


async def test_a_lost_answer_is_never_sent_again(fake, me):
    fake.fail(errors.MeliTimeoutError("no answer"))
    with pytest.raises(errors.OutcomeUnknownError):
        await me.stock.set(PRODUCT, [StoreQuantity(NORTH, 14)], 7)
    assert len(fake.requests) == 1


async def test_the_stock_beside_mercado_libres_warehouse_is_set_and_shows_later(opened_with_delay):
    box, clock, session = opened_with_delay
    stock = await session.stock.get(FLEX)
    assert await session.stock.set_selling_address(FLEX, 2, stock.version) is None
    assert box.requests[-1].body == b'{"quantity":2}'
    assert (await session.stock.get(FLEX)).quantity("selling_address") == 9
    clock.pass_by(seconds=31)
    later = await session.stock.get(FLEX)
    assert (later.quantity("selling_address"), later.version) == (2, stock.version + 1)


async def test_an_item_write_of_an_account_with_stores_is_taken_and_changes_nothing(stores):
    before = await stores.stock.get(PRODUCT)
    await stores.request("PUT", "/items/MLM2200110011", json={"available_quantity": 1})
    assert (await stores.stock.get(PRODUCT)).locations == before.locations


async def test_an_item_write_of_an_account_with_one_address_reaches_its_product(local):
    await local.request("PUT", "/items/MLA1402200117", json={"available_quantity": 4})
    stock = await local.stock.get(ONE_ADDRESS)
    assert (stock.quantity("selling_address"), stock.version) == (4, 2)


async def test_the_stock_of_another_seller_is_forbidden_and_of_nobody_not_found(local):
    with pytest.raises(errors.ForbiddenError):
        await local.stock.get(PRODUCT)
    with pytest.raises(errors.NotFoundError, match="stock-locations not found"):
        await local.stock.get("MLAU999")


def rows_of(*quantities: int) -> list[StoreQuantity]:
    return [StoreQuantity(store, units) for store, units in zip((NORTH, SOUTH), quantities, strict=False)]


async def test_documented_refusals_of_store_stock_arrive_as_their_classes(box: Sandbox, stores):
    stock = await stores.stock.get(PRODUCT)
    for store, message in (
        ("000", "store not found: 000"),
        (COUNTER, "not configured to be a stock location"),
    ):
        with pytest.raises(errors.StockStoreError, match=message) as raised:
            await stores.stock.set(PRODUCT, [StoreQuantity(store, 1)], stock.version)
        assert raised.value.store_id == ("000" if "found" in message else None)
    box.world.stores["9"] = replace(box.world.stores[NORTH], id="9", user_id=5)
    with pytest.raises(errors.StockStoreError, match="does not belong to seller") as raised:
        await stores.stock.set(PRODUCT, [StoreQuantity("9", 1)], stock.version)
    assert raised.value.store_id == "9"
    seller = box.world.users[WAREHOUSE_SELLER_ID]
    box.world.users[WAREHOUSE_SELLER_ID] = replace(seller, tags=("warehouse_management",))
    with pytest.raises(errors.StockStoreError, match="single warehouse") as raised:
        await stores.stock.set(PRODUCT, rows_of(1, 2), stock.version)
    assert "multiwarehouse" in (raised.value.remedy or "")


async def test_documented_refusals_of_selling_address_stock_arrive_as_their_classes(box, local, stores):
    for product, message in (
        (FULL, "fulfillment only"),
        (ONE_ADDRESS, "without inventory id"),
    ):
        stock = await local.stock.get(product)
        with pytest.raises(errors.StockNotEditableError, match=message):
            await local.stock.set_selling_address(product, 1, stock.version)
    flex = box.world.user_products[FLEX]
    facility = flex.places.pop(0)
    with pytest.raises(errors.StockNotEditableError, match="full inbound first"):
        await local.stock.set_selling_address(FLEX, 1, flex.version)
    flex.places.append(facility)
    with pytest.raises(errors.VersionConflictError):
        await local.stock.set_selling_address(FLEX, 1, flex.version + 1)
    with pytest.raises(errors.StockNotEditableError, match="single warehouse"):
        await stores.stock.set_selling_address(PRODUCT, 1, 1)


@pytest.mark.parametrize(
    ("locations", "version", "words"),
    [
        ([], 1, "at least|one row"),
        ("3100201", 1, "one row"),
        ({"store_id": "1", "quantity": 2}, 1, "one row"),
        ([{"store_id": "1"}], 1, "quantity"),
        ([{"store_id": "1", "quantity": 1, "units": 2}], 1, "units"),
        ([StoreQuantity("1", -1)], 1, "0-99,999"),
        ([StoreQuantity("1", True)], 1, "0-99,999"),
        ([StoreQuantity("1", 10**9)], 1, "0-99,999"),
        ([StoreQuantity("../x", 1)], 1, "store_id"),
        ([StoreQuantity("", 1)], 1, "store_id"),
        ([StoreQuantity("1", 1), StoreQuantity("1", 2)], 1, "twice"),
        ([StoreQuantity("1", 1, network_node_id="a b")], 1, "network_node_id"),
        ([StoreQuantity("1", 1)], None, "version"),
        ([StoreQuantity("1", 1)], "1", "version"),
        ([StoreQuantity("1", 1)], True, "version"),
        ([StoreQuantity("1", 1)], -1, "version"),
    ],
)
async def test_wrong_stock_is_refused_before_any_call(fake, me, locations, version, words):
    with pytest.raises(errors.InputError, match=words):
        await me.stock.set(PRODUCT, locations, version)
    assert fake.requests == []


@pytest.mark.parametrize("product", ["MLA123", "", None, "mlau1", "MLAU1/../x", "MLAU" + "1" * 30])
async def test_only_ids_of_user_products_enter_the_path(fake, me, product):
    with pytest.raises(errors.InputError, match="user_product_id"):
        await me.stock.get(product)
    assert fake.requests == []


@pytest.mark.parametrize("header", ["", "x", "-1", "1.5", "9" * 30, "\u0661"])
async def test_a_version_header_that_is_no_number_is_none(fake, me, header):
    fake.answer(200, {"id": "MLAU1", "locations": []}, headers={"x-version": header})
    assert (await me.stock.get("MLAU1")).version is None


async def test_a_dry_run_writes_no_stock(fake, me):
    with pytest.raises(errors.DryRunError):
        await me.with_options(dry_run=True).stock.set(PRODUCT, [StoreQuantity(NORTH, 1)], 1)
    assert fake.requests == []
