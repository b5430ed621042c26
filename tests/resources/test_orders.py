from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from meli_sdk import MeliSession
from meli_sdk.errors import ForbiddenError, InputError, OrderNotFoundError
from meli_sdk.models import OrderStatus
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID

NOW = datetime.now(UTC)
AGO = NOW - timedelta(days=3)


async def test_an_order_is_typed_and_its_money_exact(box, local):
    order_id = box.order_ids("paid")[0]
    order = await local.orders.get(order_id)
    assert (order.id, order.status) == (order_id, OrderStatus.PAID)
    assert order.total_amount == box.world.orders[order_id].total
    assert isinstance(order.total_amount, Decimal)
    assert order.date_created.tzinfo is not None
    assert str(order).startswith(f"Order {order_id} paid ARS")


async def test_an_order_that_is_not_there_is_its_own_error(local):
    with pytest.raises(OrderNotFoundError) as raised:
        await local.orders.get(2000000000000001)
    assert raised.value.status == 404


@pytest.mark.parametrize("status", list(OrderStatus))
async def test_orders_are_found_by_each_status(box, local, status):
    found = [order.id async for order in local.orders.search(status=status)]
    assert sorted(found) == sorted(box.order_ids(str(status)))


async def test_several_statuses_are_one_search(box, local):
    wanted = [OrderStatus.PAID, "cancelled"]
    found = await local.orders.search(status=wanted).collect(limit=500)
    assert {order.id for order in found} == {*box.order_ids("paid"), *box.order_ids("cancelled")}


async def test_pages_are_walked_to_the_end(box, local):
    pages = [page async for page in local.orders.search(status="paid", page_size=10).pages()]
    assert [len(page.items) for page in pages] == [10, 10, 10, 2]
    assert pages[0].total == 32
    assert len({order.id for page in pages for order in page.items}) == 32


async def test_awaiting_a_search_gives_its_first_page(local):
    page = await local.orders.search(status="paid", page_size=5)
    assert (len(page.items), page.total) == (5, 32)


async def test_filters_travel_by_their_wire_names(me, fake):
    fake.answer(200, {"results": [], "paging": {"total": 0, "offset": 0, "limit": 50}})
    zone = timezone(timedelta(hours=-4))
    start = AGO.astimezone(zone).replace(minute=20, second=3, microsecond=0)
    await me.orders.search(
        status=["paid", "cancelled"], created_from=start, updated_to=NOW, tags="fraud_risk_detected", query="x y",
        item="MLA1", sort="date_desc", page_size=7,
    )  # fmt: skip
    query = fake.requests[0].url.query
    assert query["seller"] == "900100"
    assert query["order.status"] == "paid,cancelled"
    assert datetime.fromisoformat(query["order.date_created.from"]) == start.replace(minute=0, second=0)
    assert query["order.date_created.from"].endswith("-04:00")
    assert datetime.fromisoformat(query["order.date_last_updated.to"]) - NOW < timedelta(hours=1)
    assert (query["tags"], query["q"], query["item"]) == ("fraud_risk_detected", "x y", "MLA1")
    assert (query["sort"], query["limit"]) == ("date_desc", "7")
    assert "order.date_closed.from" not in query


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"status": "Approved"}, r"paid or partially_refunded"),
        ({"status": "payed"}, r"status must be one of .*got 'payed'"),
        ({"status": []}, "status is empty"),
        ({"created_from": datetime(2026, 1, 1)}, "created_from: a date needs a time zone"),
        ({"updated_to": datetime(2026, 1, 1)}, "updated_to: a date needs a time zone"),
        ({"closed_from": NOW, "closed_to": AGO}, "closed_from .* is after closed_to"),
        ({"created_from": NOW - timedelta(days=400)}, "too far back"),
        ({"created_from": "2026-01-01"}, "must be a datetime"),
        ({"page_size": 0}, "1 to 50"),
        ({"page_size": 51}, "1 to 50"),
        ({"sort": "price"}, "date_asc, date_desc"),
        ({"seller": 0}, "whole number"),
        ({"seller": "https://example.com/1"}, "not a URL"),
    ],
    ids=[
        *("guide_word", "unknown_status", "no_status", "naive_from", "naive_to", "from_after_to", "too_far_back"),
        *("text_as_date", "page_of_none", "page_too_large", "unknown_sort", "seller_zero", "seller_as_address"),
    ],
)
def test_a_wrong_filter_is_refused_before_any_call(me, fake, filters, says):
    with pytest.raises(InputError, match=says):
        me.orders.search(**filters)
    assert fake.paths() == []


def test_a_search_needs_a_seller(fake):
    with pytest.raises(InputError, match="seller"):
        MeliSession("APP_USR-invented", transport=fake).orders.search()


async def test_orders_of_another_seller_are_forbidden(local):
    with pytest.raises(ForbiddenError):
        await local.orders.search(seller=GLOBAL_SELLER_ID)


@pytest.mark.parametrize(
    "order_id", ["", "../users/me", "https://example.com/orders/1", 0, -1, True, 10**20, "1/../2", "1?x=1", None, 1.5]
)
async def test_a_wrong_order_id_is_refused_before_any_call(me, fake, order_id):
    with pytest.raises(InputError, match="order_id must be a whole number"):
        await me.orders.get(order_id)
    assert fake.paths() == []


async def test_a_row_that_cannot_be_read_does_not_hide_the_others(me, fake, caplog):
    rows = [{"id": 1, "status": "paid"}, {"id": 2, "total_amount": "much"}, {"id": 3}]
    fake.answer(200, {"results": rows, "paging": {"total": 3, "offset": 0, "limit": 50}})
    search = me.orders.search()
    assert [order.id async for order in search] == [1, 3]
    assert [(error.path, error.raw["id"]) for error in search.failed] == [("[1].total_amount", 2)]
    assert "total_amount" in caplog.text


async def test_the_token_travels_in_the_header_only(box, local):
    await local.users.me()
    assert "access_token" not in box.requests[-1].query
    answer = await local.request("GET", "/users/me", raw=True)
    assert answer.request.token.reveal().startswith("APP_USR-")
    assert "APP_USR-" not in repr(answer.request)


def test_the_seeded_seller_is_the_sandboxs(local):
    assert local.user_id == LOCAL_SELLER_ID
