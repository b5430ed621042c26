"""Stock in Mercado Libre's warehouse on a real socket, of a seller of one site and of Global Selling."""

from datetime import UTC, date, datetime, timedelta

import pytest

from meli_sdk import errors
from meli_sdk.sandbox import MEXICAN_ACCOUNT_ID, WAREHOUSE_SELLER_ID

LOCAL, GLOBAL = "SBXF10002", "SBXG20001"


async def test_what_the_warehouse_holds_and_why_some_cannot_be_sold(local):
    stock = await local.stock.fulfillment.get(LOCAL)
    assert (stock.total, stock.available_quantity, stock.not_available_quantity) == (34, 30, 4)
    assert {row.status: row.quantity for row in stock.not_available_detail} == {
        "damaged": 2,
        "lost": 1,
        "noFiscalCoverage": 1,
    }
    assert not any(row.conditions for row in stock.not_available_detail)
    assert (stock.external_references[0].type, stock.external_references[0].id) == ("item", "MLA1402200179")
    assert str(stock) == f"FulfillmentStock {LOCAL} 30 of 34"


async def test_conditions_come_when_they_are_asked_for(box, local):
    stock = await local.stock.fulfillment.get(LOCAL, conditions=True)
    assert stock.not_available_detail[0].conditions[0].quantity == 2
    assert box.requests[-1].query == {"include_attributes": "conditions"}


async def test_operations_are_read_scroll_by_scroll_to_the_end(box, local):
    found = [row async for row in local.stock.fulfillment.operations(page_size=4)]
    assert len(found) == len({row.id for row in found}) == 10
    assert found[0].type == "INBOUND_RECEPTION"
    assert (found[1].detail.available_quantity, found[1].external_references[0].type) == (-1, "shipment_id")
    scrolls = [request.query.get("scroll") for request in box.requests]
    assert scrolls[0] is None
    assert all(scrolls[1:])
    assert "offset" not in box.requests[-1].query


async def test_operations_of_some_products_days_and_kinds(box, local):
    today = box.world.now().date()
    rows = local.stock.fulfillment.operations(
        [LOCAL, "SBXF10001"],
        date_from=today - timedelta(days=8),
        date_to=today + timedelta(days=1),
        kind="SALE_CONFIRMATION",
    )
    found = await rows.collect(limit=50)
    assert {row.inventory_id for row in found} == {LOCAL, "SBXF10001"}
    assert {row.type for row in found} == {"SALE_CONFIRMATION"}
    assert box.requests[-1].query["inventory_id"] == f"{LOCAL},SBXF10001"
    shipment_id = int(found[0].external_references[0].value)
    (only,) = await local.stock.fulfillment.operations(shipment_id=shipment_id).collect(limit=9)
    assert only.id == found[0].id
    assert str(only) == f"StockOperation {only.id} SALE_CONFIRMATION {only.inventory_id}"


async def test_one_operation_by_its_id(local):
    (first,) = await local.stock.fulfillment.operations().collect(limit=1)
    again = await local.stock.fulfillment.operation(first.id)
    assert again == first
    with pytest.raises(errors.NotFoundError):
        await local.stock.fulfillment.operation(5)


async def test_global_selling_names_the_marketplace_account(box, selling):
    stock = await selling.marketplace.fulfillment.get(GLOBAL, MEXICAN_ACCOUNT_ID, conditions=True)
    assert stock.available_quantity == 7
    assert box.requests[-1].query["seller_id"] == str(MEXICAN_ACCOUNT_ID)
    found = [row async for row in selling.marketplace.fulfillment.operations(MEXICAN_ACCOUNT_ID, GLOBAL, page_size=2)]
    assert len(found) == 5
    again = await selling.marketplace.fulfillment.operation(found[0].id, MEXICAN_ACCOUNT_ID)
    assert again == found[0]
    assert box.requests[-1].path.startswith("/marketplace/stock/fulfillment/operations/")


async def test_stock_of_others_and_of_nobody_is_refused(local, selling, opened):
    with pytest.raises(errors.InventoryNotFoundError) as raised:
        await local.stock.fulfillment.get("ABCD99999")
    assert raised.value.inventory_id == "ABCD99999"
    with pytest.raises(errors.InvalidCallerError, match="cannot access"):
        await opened(WAREHOUSE_SELLER_ID).stock.fulfillment.get(LOCAL)
    with pytest.raises(errors.InventoryNotFoundError):
        await selling.marketplace.fulfillment.get(LOCAL, MEXICAN_ACCOUNT_ID)
    with pytest.raises(errors.NotFoundError, match="seller not found"):
        await selling.marketplace.fulfillment.get(GLOBAL, 5)


@pytest.mark.parametrize(
    "arguments",
    [
        {"date_from": date(2026, 1, 1), "date_to": date(2026, 3, 3)},
        {"date_from": date(2026, 1, 2), "date_to": date(2026, 1, 1)},
        {"date_from": date(2026, 1, 1), "date_to": date(2026, 1, 1)},
        {"date_from": datetime(2026, 1, 1, tzinfo=UTC)},
        {"date_to": "2026-01-01"},
        {"inventory_id": "a b"},
        {"inventory_id": ["ABCD12345", "../x"]},
        {"kind": "SALE CONFIRMATION"},
        {"shipment_id": "x"},
        {"sort": "a b"},
        {"page_size": 1001},
    ],
    ids=str,
)
async def test_wrong_arguments_are_refused_before_the_call(fake, me, arguments):
    with pytest.raises(errors.InputError):
        me.stock.fulfillment.operations(**arguments)
    with pytest.raises(errors.InputError):
        me.marketplace.fulfillment.operations(5, **arguments)
    assert fake.requests == []


async def test_ids_are_checked_before_the_call(fake, me):
    for call in (
        lambda: me.stock.fulfillment.get("../users/me"),
        lambda: me.stock.fulfillment.operation("x"),
        lambda: me.marketplace.fulfillment.get("ABCD12345", "x"),
        lambda: me.marketplace.fulfillment.operation(5, None),
    ):
        with pytest.raises(errors.InputError):
            await call()
    assert fake.requests == []
