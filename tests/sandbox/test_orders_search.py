"""The order search: what it hides, ignores, refuses, and shows late."""

from datetime import timedelta
from time import process_time

import pytest

from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox, SandboxOptions


async def search(local, **params: object):
    query = {name.replace("__", "."): value for name, value in params.items()}
    return await local("GET", "/orders/search", **{"seller": LOCAL_SELLER_ID, **query})


def ids(answer):
    return [order["id"] for order in answer.body["results"]]


async def found(local, order, **params: object):
    return order.id in ids(await search(local, q=order.id, **params))


@pytest.fixture
def options():
    return SandboxOptions()


@pytest.fixture
async def box(clock, options):
    async with Sandbox(seed=1, now=clock, options=options) as started:
        yield started


class TestLag:
    @pytest.fixture
    def options(self):
        return SandboxOptions(search_lag=(300, 300))

    async def test_a_new_order_shows_after_the_lag(self, box, local, clock):
        order = box.add_order()
        clock.pass_by(seconds=299)
        assert not await found(local, order)
        clock.pass_by(seconds=1)
        assert await found(local, order)

    async def test_a_change_shows_after_the_lag_and_as_a_whole(self, box, local, clock):
        order = box.world.orders[box.order_ids("paid")[0]]
        box.move_order(order.id, "cancelled")
        clock.pass_by(seconds=100)
        stale = (await search(local, q=order.id)).body["results"][0]
        assert (stale["status"], "paid" in stale["tags"], stale["payments"][-1]["status"]) == ("paid", True, "approved")
        assert (await local("GET", f"/orders/{order.id}")).body["status"] == "cancelled"
        clock.pass_by(seconds=200)
        assert not await found(local, order)
        assert await found(local, order, order__status="cancelled")

    async def test_old_orders_show_at_once(self, box, local):
        order = box.add_order(created=box.world.now() - timedelta(days=1))
        assert await found(local, order)

    async def test_a_change_moves_an_order_to_its_new_hour(self, box, local, clock):
        order = box.world.orders[box.order_ids("paid")[0]]
        clock.pass_by(hours=2)
        since = clock.time.isoformat()
        box.move_order(order.id, "partially_refunded")
        assert not await found(local, order, order__date_last_updated__from=since)
        clock.pass_by(minutes=5)
        assert await found(local, order, order__date_last_updated__from=since)


class TestRandomLag:
    @pytest.fixture
    def options(self):
        return SandboxOptions(search_lag=(0, 300))

    async def test_an_older_change_never_replaces_a_newer_one(self, box, local, clock):
        orders = [box.world.orders[order_id] for order_id in box.order_ids("payment_in_process")]
        for order in orders:
            box.move_order(order.id, "partially_paid")
            box.move_order(order.id, "paid")
        seen = {order.id: "" for order in orders}
        for _ in range(31):
            clock.pass_by(seconds=10)
            for row in (await search(local, order__status="paid,partially_paid", sort="date_desc")).body["results"]:
                if row["id"] in seen and seen[row["id"]] == "paid":
                    assert row["status"] == "paid"
                if row["id"] in seen:
                    seen[row["id"]] = row["status"]
        assert set(seen.values()) == {"paid"}


class TestCap:
    @pytest.fixture
    def options(self):
        return SandboxOptions(order_offset_cap=60)

    async def test_pages_beyond_the_cap_are_refused(self, local):
        assert (await search(local, offset=50, limit=10)).status == 200
        refused = await search(local, offset=50, limit=11)
        assert (refused.status, refused.body["error"]) == (400, "offset.invalid")
        assert refused.body["message"].endswith("60.")


async def test_the_search_reaches_back_twelve_months(box, local):
    old = box.add_order(created=box.world.now() - timedelta(days=366))
    young = box.add_order(created=box.world.now() - timedelta(days=364))
    assert not await found(local, old)
    assert not await found(local, old, order__date_created__from="2020-01-01T00:00:00Z")
    assert await found(local, young)
    assert (await local("GET", f"/orders/{old.id}")).status == 200


async def test_orders_lacking_parts_are_a_206_that_names_them(box, local):
    order = box.world.orders[box.order_ids("paid")[0]]
    order.missing = ("buyer", "feedback")
    answer = await local("GET", f"/orders/{order.id}")
    assert (answer.status, answer.headers["x-content-missing"]) == (206, "buyer, feedback")
    assert (answer.body["buyer"], answer.body["feedback"]) == ({}, {})
    page = await search(local, q=order.id)
    assert (page.status, page.headers["x-content-missing"]) == (206, "buyer, feedback")
    assert (await search(local, q="nothing")).status == 200


async def test_cancelling_and_paying_go_with_payments_tags_and_shipment(box, local):
    order = box.add_order(status="payment_required", mode="me1")
    assert (order.shipment_id, order.closed, "no_shipping" in order.tags) == (None, None, True)
    box.move_order(order.id, "paid")
    assert box.world.shipments[order.shipment_id].mode == "me1"
    assert [payment.status for payment in order.payments] == ["approved"]
    assert {"paid", "not_delivered"} <= set(order.tags)
    assert "no_shipping" not in order.tags
    box.move_order(order.id, "cancelled")
    assert box.world.shipments[order.shipment_id].status == "cancelled"
    assert [payment.status for payment in order.payments] == ["refunded"]
    body = (await local("GET", f"/orders/{order.id}")).body
    assert body["cancel_detail"]["code"] == "cancel_purchase_by_buyer"


async def test_feedback_and_mediation_filters(box, local):
    order, other = (box.world.orders[order_id] for order_id in box.order_ids("paid")[:2])
    order.feedback["sale"] = {"id": 1, "rating": "positive", "fulfilled": True}
    other.mediations.append({"id": 5, "stage": "dispute", "status": "opened"})
    assert ids(await search(local, feedback__sale__rating="positive,neutral")) == [order.id]
    assert ids(await search(local, feedback__sale__fulfilled="T")) == [order.id]
    assert ids(await search(local, feedback__sale__fulfilled="F")) == []
    assert ids(await search(local, feedback__status="waiting_buyer")) == [order.id]
    assert order.id not in ids(await search(local, feedback__status="pending", sort="date_desc"))
    assert ids(await search(local, mediations__stage="dispute,claim")) == [other.id]
    assert ids(await search(local, mediations__status="closed")) == []


async def test_the_index_follows_every_way_an_order_changes(box, local, clock):
    order = box.add_order()
    for day in range(5):
        order.created = order.closed = order.updated = clock.time - timedelta(days=day)
    assert await found(local, order, order__date_created__to=(clock.time - timedelta(days=3)).isoformat())
    order.closed = None
    assert not await found(local, order, order__date_closed__from=(clock.time - timedelta(days=30)).isoformat())
    del box.world.orders[order.id]
    assert not await found(local, order)
    assert order.id not in box.world.orders


async def test_a_search_over_many_orders_prints_its_page_only(box, local, clock):
    for number in range(3_000):
        box.add_order(created=clock.time - timedelta(minutes=1 + number))
    start = process_time()
    for page in range(20):
        assert len((await search(local, offset=page * 50)).body["results"]) == 50
    assert (process_time() - start) / 20 < 0.2
