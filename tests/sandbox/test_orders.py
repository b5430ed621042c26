from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID


async def search(local, **params: object):
    query = {name.replace("__", "."): value for name, value in params.items()}
    return await local("GET", "/orders/search", **{"seller": LOCAL_SELLER_ID, **query})


def ids(answer):
    return [order["id"] for order in answer.body["results"]]


async def test_seeded_orders_cover_every_status(box):
    statuses = "paid confirmed payment_required payment_in_process partially_paid partially_refunded"
    for status in f"{statuses} pending_cancel cancelled invalid".split():
        assert box.order_ids(status), status
    assert len(box.order_ids()) >= 60


async def test_order_is_shown_to_its_seller_only(box, local, selling):
    order_id = box.order_ids("paid")[-1]
    answer = await local("GET", f"/orders/{order_id}")
    assert answer.status == 200
    assert answer.body["id"] == order_id
    assert answer.body["seller"]["id"] == LOCAL_SELLER_ID
    assert (await selling("GET", f"/orders/{order_id}")).status == 403


@pytest.mark.parametrize(
    ("order_id", "status", "error"), [("12", 404, "order_not_found"), ("abc", 400, "invalid_order_id")]
)
async def test_order_that_is_none(local, order_id, status, error):
    answer = await local("GET", f"/orders/{order_id}")
    assert (answer.status, answer.body["error"]) == (status, error)


async def test_search_without_a_filter_is_refused(local):
    assert (await local("GET", "/orders/search", limit=5)).status == 400


async def test_search_of_another_seller_is_forbidden(local):
    answer = await local("GET", "/orders/search", seller=GLOBAL_SELLER_ID)
    assert (answer.status, answer.body["message"]) == (403, "Invalid caller.id")


async def test_search_hides_cancelled_orders_unless_asked(box, local):
    shown = {order["status"] for order in (await search(local)).body["results"]}
    assert "cancelled" not in shown
    answer = await search(local, order__status="cancelled,invalid")
    assert set(ids(answer)) == {*box.order_ids("cancelled"), *box.order_ids("invalid")}


async def test_search_pages_hold_every_order_once(box, local):
    first, second = await search(local), await search(local, offset=50)
    visible = set(box.order_ids()) - set(box.order_ids("cancelled"))
    assert first.body["paging"] == {"total": len(visible), "offset": 0, "limit": 50}
    assert len(ids(first)) == 50
    assert set(ids(first) + ids(second)) == visible


@pytest.mark.parametrize("wrong", [{"limit": 51}, {"offset": 9990, "limit": 11}, {"offset": -1}, {"sort": "price"}])
async def test_search_refuses_pages_beyond_its_bounds(local, wrong):
    assert (await search(local, **wrong)).status == 400


async def test_search_sorts_by_the_closing_date(local):
    answer = await search(local, order__status="paid")
    closed = [order["date_closed"] for order in answer.body["results"]]
    assert closed == sorted(closed)
    newest_first = await search(local, order__status="paid", sort="date_desc")
    assert ids(newest_first) == ids(answer)[::-1]


async def test_search_dates_count_whole_hours(box, local, clock):
    placed = clock.time.replace(minute=30) - timedelta(days=100)
    order = box.add_order(created=placed)
    hour = placed.replace(minute=0, second=0)

    async def found(**params: object):
        return order.id in ids(await search(local, **params))

    assert await found(order__date_created__from=hour.replace(minute=59).isoformat(), limit=1)
    assert not await found(order__date_created__to=hour.replace(minute=59).isoformat())
    assert await found(order__date_created__to=(hour + timedelta(hours=1)).isoformat())


async def test_search_ignores_a_parameter_it_does_not_know(local, clock):
    tomorrow = (clock.time + timedelta(days=1)).isoformat()
    everything = await search(local)
    assert (await search(local, order__last_updated__from=tomorrow)).body["paging"] == everything.body["paging"]
    assert ids(await search(local, order__date_last_updated__from=tomorrow)) == []


async def test_search_refuses_what_is_no_date(local):
    assert (await search(local, order__date_created__from="yesterday")).status == 400


async def test_unpaid_orders_have_no_closing_date(box, local, clock):
    answer = await search(local, order__date_closed__to=clock.time.isoformat())
    assert not set(ids(answer)) & set(box.order_ids("payment_required"))


async def test_search_by_words_item_tags_and_buyer(box, local):
    order = box.add_order(item_id="MLA1402200155", quantity=2)
    assert ids(await search(local, q=str(order.id))) == [order.id]
    assert order.id in ids(await search(local, item="MLA1402200155", sort="date_desc"))
    assert order.id in ids(await search(local, item="teclado", sort="date_desc"))
    assert ids(await search(local, buyer=order.buyer_id)) == [order.id]
    packed = ids(await search(local, tags="pack_order"))
    assert len(packed) == 7
    assert not set(packed) & set(ids(await search(local, **{"tags.not": "pack_order"})))


async def test_added_order_is_exact_money(box, local):
    order = box.add_order(unit_price=Decimal("19.99"), quantity=3, mode="custom")
    answer = await local("GET", f"/orders/{order.id}")
    assert answer.body["total_amount"] == 59.97
    shipment = await local("GET", f"/shipments/{order.shipment_id}", headers={"x-format-new": "true"})
    assert shipment.body["logistic"] == {"mode": "custom", "type": "custom", "direction": "forward"}


async def test_an_order_that_is_added_to_the_pack_of_another_shares_its_buyer_and_its_shipment(box, local):
    first = box.add_order(mode="me1")
    second, third = box.add_order(pack=first.id, quantity=2), box.add_order(pack=first.id)
    pack = (await local("GET", f"/packs/{first.pack_id}")).body
    assert [row["id"] for row in pack["orders"]] == [first.id, second.id, third.id]
    assert {order.buyer_id for order in (first, second, third)} == {pack["buyer"]["id"]}
    assert {order.shipment_id for order in (first, second, third)} == {pack["shipment"]["id"]}
    assert all("pack_order" in order.tags for order in (first, second, third))


async def test_orders_of_a_pack_that_are_paid_one_after_the_other_are_shipped_together(box, local):
    first = box.add_order(status="payment_required")
    second = box.add_order(status="payment_required", pack=first.id)
    assert first.shipment_id is None
    for order in (second, first):
        box.move_order(order.id, "paid")
    assert first.shipment_id == second.shipment_id
    assert first.shipment_id is not None


def test_a_pack_has_one_seller_and_needs_an_order_that_there_is(box):
    order = box.add_order()
    with pytest.raises(ValueError, match="a pack has one seller"):
        box.add_order(seller_id=GLOBAL_SELLER_ID, pack=order.id)
    with pytest.raises(LookupError):
        box.add_order(pack=1)


async def test_orders_of_a_pack_share_buyer_shipment_and_pack(box, local):
    order = next(order for order in box.world.orders.values() if order.pack_id is not None)
    pack = (await local("GET", f"/packs/{order.pack_id}")).body
    members = [box.world.orders[row["id"]] for row in pack["orders"]]
    assert len(members) > 1
    assert {member.buyer_id for member in members} == {pack["buyer"]["id"]}
    assert {member.shipment_id for member in members} == {pack["shipment"]["id"]}


async def test_shipment_has_the_new_body_only_with_the_header(box, local, selling):
    order = box.add_order()
    path = f"/shipments/{order.shipment_id}"
    new = (await local("GET", path, headers={"x-format-new": "true"})).body
    legacy = (await local("GET", path)).body
    assert new["logistic"]["mode"] == legacy["mode"] == "me2"
    assert "order_id" not in new
    assert legacy["order_id"] == order.id
    assert legacy["shipping_items"][0]["id"] == order.item_id
    assert (await selling("GET", path)).status == 403
    assert (await local("GET", "/shipments/1")).status == 404


async def test_seeded_shipments_cover_the_modes(box):
    assert {shipment.mode for shipment in box.world.shipments.values()} == {"me2", "me1", "custom"}
    paid = [box.world.orders[order_id] for order_id in box.order_ids("paid")]
    assert any(order.shipment_id is None for order in paid)


def test_dates_carry_an_offset(box):
    assert all(isinstance(order.created, datetime) and order.created.tzinfo for order in box.world.orders.values())
