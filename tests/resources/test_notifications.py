"""Missed notifications, and what a notification speaks of, on a real socket."""

import pytest

from meli_sdk import AppCredentials, MeliApp, MeliSession, SQLiteGrantStore, errors
from meli_sdk.auth.oauth import new_state
from meli_sdk.models import Item, MarketplaceItem, Order, Shipment, UserProductStock
from meli_sdk.models.notifications import RESOURCE_SHAPES, Notification
from meli_sdk.resources.notifications import FETCHED_BY
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, MEXICAN_ACCOUNT_ID, Sandbox


async def test_missed_notifications_are_paged_until_a_page_is_empty(box, local):
    missed = [box.miss_notification("orders_v2", f"/orders/{number}", LOCAL_SELLER_ID) for number in range(1, 24)]
    found = [row async for row in local.notifications.missed(box.app_credentials.client_id)]
    assert [row.event_id for row in found] == [notice.id for notice in missed]
    assert [request.query.get("offset") for request in box.requests] == [None, "10", "20", "30"]
    assert found[0].user_id == LOCAL_SELLER_ID
    assert (found[0].resource_id, found[0].topic, found[0].attempts) == ("1", "orders_v2", 8)
    assert found[0].response.http_code == 500
    assert '"user_id": "' in found[0].request.data


async def test_missed_notifications_of_one_topic(box, local):
    box.miss_notification("items", "/items/MLA1402200117", LOCAL_SELLER_ID)
    box.miss_notification("orders_v2", "/orders/5", LOCAL_SELLER_ID)
    found = await local.notifications.missed(box.app_credentials.client_id, "items", page_size=100)
    assert [row.topic for row in found.items] == ["items"]
    assert box.requests[-1].query["limit"] == "100"


async def test_the_feed_of_another_application_is_forbidden(local):
    with pytest.raises(errors.ForbiddenError):
        await local.notifications.missed(1234)


@pytest.mark.parametrize(("app_id", "topic", "size"), [("x", None, 10), (1, "a b", 10), (1, None, 0), (1, None, 101)])
async def test_wrong_arguments_of_missed_are_refused_before_the_call(box, local, app_id, topic, size):
    with pytest.raises(errors.InputError):
        local.notifications.missed(app_id, topic, page_size=size)
    assert box.calls == 0


async def test_a_notification_is_followed_to_its_object(box, local, selling):
    order_id, sold = box.order_ids("paid")[0], box.order_ids("paid", seller_id=MEXICAN_ACCOUNT_ID)[0]
    shipment_id = next(order.shipment_id for order in box.world.orders.values() if order.shipment_id)
    told = [
        (local, "orders_v2", f"/orders/{order_id}", Order, order_id),
        (local, "shipments", f"/shipments/{shipment_id}", Shipment, shipment_id),
        (local, "items", "/items/MLA1402200117", Item, "MLA1402200117"),
        (local, "stock-locations", "/user-products/MLAU4001122331/stock", UserProductStock, "MLAU4001122331"),
        (selling, "marketplace_orders", f"/marketplace/orders/{sold}", Order, sold),
        (selling, "marketplace_items", "/marketplace/items/MLM1487703748", MarketplaceItem, "MLM1487703748"),
    ]
    for session, topic, resource, kind, found_id in told:
        found = await session.notifications.fetch(Notification(resource=resource, topic=topic))
        assert isinstance(found, kind), topic
        assert found.id == found_id


async def test_the_version_of_a_stock_comes_with_it(local):
    told = Notification(resource="/user-products/MLAU4001122331/stock", topic="stock-locations")
    assert (await local.notifications.fetch(told)).version == 1


async def test_a_resource_without_a_model_comes_as_plain_objects(fake, me):
    fake.answer(200, {"id": 5, "stage": "claim"})
    found = await me.notifications.fetch(Notification(resource="post-purchase/v1/claims/5", topic="post_purchase"))
    assert found == {"id": 5, "stage": "claim"}
    assert fake.paths() == ["GET /post-purchase/v1/claims/5"]


async def test_a_resource_that_is_no_documented_one_is_never_called(fake, me):
    for resource in ("https://evil.example/orders/1", "//evil.example", "/users/me", "/orders/../users/me"):
        with pytest.raises(errors.NotApplicableError, match="no documented shape"):
            await me.notifications.fetch(Notification(resource=resource, topic="orders_v2"))
    assert fake.requests == []


def test_every_path_that_a_model_reads_is_one_of_a_notification():
    assert FETCHED_BY.keys() <= {shape.template for shape in RESOURCE_SHAPES}


async def test_the_application_reads_with_the_token_of_the_seller_that_is_named(box: Sandbox, tmp_path):
    credentials = AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret)
    async with MeliApp(
        credentials,
        SQLiteGrantStore(tmp_path / "grants.db"),
        redirect_uri=box.redirect_uri,
        base_url=box.url,
        throughput=10_000,
        authorization_host=box.url,
    ) as app:
        for seller, site in ((LOCAL_SELLER_ID, "MLA"), (GLOBAL_SELLER_ID, "CBT")):
            state = new_state()
            url = app.authorization_url(site, state=state)
            await app.connect(await box.authorize(str(url), user_id=seller), state=state)
        order_id = box.order_ids("paid")[0]
        told = Notification(resource=f"/orders/{order_id}", topic="orders_v2", user_id=LOCAL_SELLER_ID)
        assert (await app.fetch(told)).id == order_id
        sold = box.order_ids("paid", seller_id=MEXICAN_ACCOUNT_ID)[0]
        told = Notification(
            resource=f"/marketplace/orders/{sold}", topic="marketplace_orders", user_id=MEXICAN_ACCOUNT_ID
        )
        with pytest.raises(errors.NoGrantError):
            await app.fetch(told)
        assert (await app.fetch(told, user_id=GLOBAL_SELLER_ID)).id == sold
        with pytest.raises(errors.InputError, match="user_id"):
            await app.fetch(Notification(resource="/orders/1", topic="orders_v2"))


def test_a_session_has_notifications(me: MeliSession):
    assert me.notifications.missed(5) is not None
