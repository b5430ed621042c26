"""A search of orders: each order once, whatever moves meanwhile and wherever offsets end."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from meli_sdk.errors import BadRequestError, DecodeError, InputError, PaginationError
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox, SandboxOptions
from meli_sdk.wire.paging import Cursor

CAP = 120
EMPTY = {"results": [], "paging": {"total": 0, "offset": 0, "limit": 50}}


@pytest.fixture
async def box():
    async with Sandbox(seed=7, options=SandboxOptions(order_offset_cap=CAP)) as started:
        yield started


@pytest.fixture
def crowd(box):
    """Six hundred orders within three weeks, several in each second, one in five unpaid."""
    chance = random.Random(11)
    start = box.world.now().replace(microsecond=0) - timedelta(days=30)
    for number in range(600):
        second = start + timedelta(seconds=chance.randrange(0, 3600 * 24 * 21) // 997 * 997)
        box.add_order(created=second, status="payment_required" if number % 5 == 0 else "paid")
    mine = [order for order in box.world.orders.values() if order.seller_id == LOCAL_SELLER_ID]
    return {order.id for order in mine if order.status != "cancelled"}


@pytest.mark.parametrize("sort", ["date_asc", "date_desc"])
async def test_beyond_the_offsets_each_order_comes_once(local, crowd, sort):
    found = Counter([order.id async for order in local.orders.search(sort=sort)])
    assert found.keys() == crowd
    assert set(found.values()) == {1}


@pytest.mark.parametrize("sort", ["date_asc", "date_desc"])
async def test_orders_that_are_paid_or_cancelled_meanwhile_cost_no_other(box, local, crowd, sort):
    chance = random.Random(5)
    cancelled = set()
    found = Counter()
    async for order in local.orders.search(sort=sort):
        found[order.id] += 1
        if sum(found.values()) % 10 == 0:
            for order_id in chance.sample(sorted(crowd), 2):
                moving = box.world.orders[order_id]
                if moving.status == "payment_required":
                    box.move_order(order_id, "paid")
                elif moving.status == "paid" and chance.random() < 0.5:
                    box.move_order(order_id, "cancelled")
                    cancelled.add(order_id)
            box.add_order()
    assert set(found.values()) == {1}
    assert crowd - cancelled <= found.keys()
    assert len(cancelled) > 10


async def test_many_orders_that_leave_between_two_pages_cost_no_other(box, local):
    start = box.world.now() - timedelta(hours=3)
    ids = [box.add_order(created=start + timedelta(seconds=number)).id for number in range(110)]
    search = local.orders.search(created_from=start, page_size=50).pages()
    seen = [order.id for order in (await anext(search)).items]
    for order_id in ids[:70]:
        box.move_order(order_id, "cancelled")
    async for page in search:
        seen.extend(order.id for order in page.items)
    assert set(ids[70:]) <= set(seen)
    assert len(seen) == len(set(seen))


async def test_the_windows_take_up_each_other_at_whole_hours(box, local, crowd):
    await local.orders.search().collect(limit=1_000)
    asked = [request.query for request in box.requests if request.path == "/orders/search"]
    edges = {q[key] for q in asked for key in ("order.date_created.from", "order.date_created.to") if key in q}
    assert edges
    assert all(":00:00.000" in edge for edge in edges)
    assert all(int(query["offset"]) + int(query["limit"]) <= CAP + 50 for query in asked)
    assert len(asked) < 60


async def test_more_orders_in_one_hour_than_mercado_libre_shows_are_an_error(box, local):
    hour = (box.world.now() - timedelta(days=2)).replace(minute=10, second=0, microsecond=0)
    for number in range(CAP + 80):
        box.add_order(created=hour + timedelta(seconds=number))
    with pytest.raises(PaginationError, match="in one hour"):
        await local.orders.search().collect(limit=1_000)


@pytest.mark.parametrize(("size", "sizes"), [(1, [1] * 20), (7, [7, 7, 6]), (50, [20])])
async def test_pages_have_the_size_that_was_asked_for(box, local, size, sizes):
    hour = (box.world.now() - timedelta(days=100)).replace(minute=0, second=0, microsecond=0)
    for number in range(20):
        box.add_order(created=hour + timedelta(seconds=number))
    search = local.orders.search(created_from=hour, created_to=hour + timedelta(minutes=5), page_size=size)
    assert [len(page.items) async for page in search.pages() if page.items] == sizes


async def test_a_search_goes_on_where_the_text_of_its_cursor_says(local, crowd):
    pages = local.orders.search(page_size=20).pages()
    first = [await anext(pages) for _ in range(9)]
    await pages.aclose()
    text = str(first[-1].cursor)
    rest = [page async for page in local.orders.search(page_size=20).pages(resume=Cursor.parse(text))]
    found = Counter(order.id for page in [*first, *rest] for order in page.items)
    assert found.keys() == crowd
    assert set(found.values()) == {1}


async def test_an_older_cursor_of_a_running_search_can_be_used_again(local, crowd):
    search = local.orders.search(page_size=20)
    pages = [page async for page in search.pages()]
    again = await anext(search.pages(resume=pages[2].cursor))
    assert [order.id for order in again.items] == [order.id for order in pages[3].items]


@pytest.mark.parametrize("text", ["a=b", "offset=x", "offset=1&last=y", "offset=1&order.date_created.from=z"])
async def test_a_cursor_of_something_else_is_refused(me, fake, text):
    with pytest.raises(InputError, match="none of an order search"):
        await anext(me.orders.search().pages(resume=Cursor.parse(text)))
    assert fake.requests == []


# times


async def test_times_count_to_the_second_although_hours_travel(box, local):
    hour = (box.world.now() - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    ids = [box.add_order(created=hour + timedelta(minutes=minute)).id for minute in (10, 20, 30, 50)]
    found = await local.orders.search(
        created_from=hour + timedelta(minutes=20), created_to=hour + timedelta(minutes=30)
    ).collect(limit=99)
    assert [order.id for order in found] == ids[1:3]
    query = box.requests[-1].query
    assert datetime.fromisoformat(query["order.date_created.from"]) == hour
    assert datetime.fromisoformat(query["order.date_created.to"]) == hour + timedelta(hours=1)


async def test_a_filter_that_is_ignored_is_an_error(me, fake):
    now = datetime.now(UTC).replace(microsecond=0)
    row = {"id": 5, "date_created": (now - timedelta(days=90)).isoformat()}
    fake.answer(200, {"results": [row], "paging": {"total": 1, "offset": 0, "limit": 50}})
    with pytest.raises(PaginationError, match=r"ignores the filter order\.date_created: order 5"):
        await me.orders.search(created_from=now - timedelta(days=1))


# what the answers say


async def test_every_filter_travels_by_its_wire_name(me, fake):
    fake.answer(200, EMPTY)
    await me.orders.search(
        buyer=7,
        tags=["paid"],
        tags_not="delivered",
        mediation_stage=["dispute", "claim"],
        mediation_status="opened",
        feedback_status="pending",
        sale_rating="negative",
        sale_fulfilled=False,
        purchase_rating=["positive", "neutral"],
        purchase_fulfilled=True,
    )
    query = fake.requests[0].url.query
    assert dict(query) == {
        "seller": "900100",
        "buyer": "7",
        "tags": "paid",
        "tags.not": "delivered",
        "mediations.stage": "dispute,claim",
        "mediations.status": "opened",
        "feedback.status": "pending",
        "feedback.sale.rating": "negative",
        "feedback.sale.fulfilled": "F",
        "feedback.purchase.rating": "positive,neutral",
        "feedback.purchase.fulfilled": "T",
        "offset": "0",
        "limit": "50",
    }


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"feedback_status": "done"}, "feedback_status must be one of pending, waiting_buyer"),
        ({"sale_rating": "great"}, "sale_rating must be one of negative, neutral, positive"),
        ({"buyer": "x"}, "buyer must be a whole number"),
    ],
)
def test_a_wrong_value_of_a_closed_vocabulary_is_refused(me, fake, filters, says):
    with pytest.raises(InputError, match=says):
        me.orders.search(**filters)
    assert fake.requests == []


async def test_parts_that_are_missing_are_told_by_their_orders(box, local):
    lacking, whole = (box.world.orders[order_id] for order_id in box.order_ids("paid")[:2])
    lacking.missing = ("buyer", "feedback")
    found = {order.id: order async for order in local.orders.search(status="paid")}
    assert (found[lacking.id].missing, found[lacking.id].partial) == (("buyer", "feedback"), True)
    assert (found[whole.id].missing, found[whole.id].partial) == ((), False)
    alone = await local.orders.get(lacking.id)
    assert (alone.missing, alone.buyer.id) == (("buyer", "feedback"), None)


async def test_a_total_that_is_too_small_hides_no_order(me, fake):
    rows = [{"id": number} for number in range(1, 60)]
    fake.answer(200, {"results": rows[:50], "paging": {"total": 10, "offset": 0, "limit": 50}})
    fake.answer(200, {"results": rows[49:], "paging": {"total": 10, "offset": 49, "limit": 50}})
    assert [order.id async for order in me.orders.search()] == list(range(1, 60))


async def test_pages_that_come_short_do_not_end_the_search(me, fake):
    rows = [{"id": number} for number in range(1, 8)]
    paging = {"total": 9, "limit": 5}
    fake.answer(200, {"results": rows[:4], "paging": {**paging, "offset": 0}})  # one of five was left out
    fake.answer(200, {"results": rows[4:6], "paging": {**paging, "offset": 4}})  # and what we know is not its first
    fake.answer(200, {"results": rows[2:6], "paging": {**paging, "offset": 0}})
    fake.answer(200, {"results": rows[5:], "paging": {**paging, "offset": 4}})
    assert [order.id async for order in me.orders.search(page_size=5)] == [1, 2, 3, 4, 5, 6, 7]


async def test_a_broken_row_is_reported_once_although_pages_overlap(me, fake):
    rows = [{"id": number} for number in range(1, 4)] + [{"id": 4, "tags": "no list"}]
    fake.answer(200, {"results": rows, "paging": {"total": 5, "offset": 0, "limit": 4}})
    fake.answer(200, {"results": [rows[3], {"id": 5}], "paging": {"total": 5, "offset": 3, "limit": 5}})
    search = me.orders.search(page_size=4)
    assert [order.id async for order in search] == [1, 2, 3, 5]
    assert [(error.path, error.raw["id"]) for error in search.failed] == [("[3].tags", 4)]


async def test_a_body_without_results_is_a_decode_error(me, fake):
    fake.answer(200, {"results": None})
    with pytest.raises(DecodeError, match="expected an array under 'results'"):
        await me.orders.search()


async def test_a_refusal_of_the_first_page_is_raised(me, fake):
    fake.answer(400, {"message": "no", "error": "bad_request", "status": 400, "cause": []})
    with pytest.raises(BadRequestError) as raised:
        await me.orders.search()
    assert raised.value.cursor is None


# many ids


async def test_many_orders_come_in_sequence_and_bad_ids_cost_themselves_only(box, local):
    ids = [*box.order_ids()[:30], 17, *box.order_ids()[30:60], box.order_ids()[0]]
    results = [result async for result in local.orders.get_many(ids)]
    assert [result.order_id for result in results] == list(dict.fromkeys(ids))
    failed = [result for result in results if result.order is None]
    assert [(result.order_id, result.error.status) for result in failed] == [(17, 404)]
    assert box.calls == 61


async def test_leaving_early_ends_the_calls_under_way(box, local):
    async for _ in local.orders.get_many(box.order_ids()):
        break
    assert box.calls <= 17


async def test_a_wrong_id_among_many_is_refused_before_any_call(me, fake):
    with pytest.raises(InputError, match="order_id must be a whole number"):
        await anext(me.orders.get_many([1, "x"]))
    assert fake.requests == []


async def test_one_page_is_one_call_with_the_hours_and_the_offset_that_were_asked_for(me, fake):
    rows = [{"id": number, "status": "paid"} for number in range(49)]
    fake.answer(
        200, {"results": [*rows, {"id": 50, "tags": "x"}], "paging": {"total": 400, "offset": 100, "limit": 50}}
    )
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    page = await me.orders.search_page(
        updated_from=start, updated_to=start + timedelta(hours=1), status="cancelled", offset=100
    )
    assert [order.id for order in page.items] == list(range(49))
    assert ([error.path for error in page.failed], page.total) == (["[49].tags"], 400)
    assert str(page.cursor) == "offset=150"
    (request,) = fake.requests
    query = request.url.query
    assert (query["order.status"], query["offset"], query["limit"]) == ("cancelled", "100", "50")
    assert datetime.fromisoformat(query["order.date_last_updated.from"]) == start
    assert "order.date_created.from" not in query


@pytest.mark.parametrize("offset", [-1, True, "50", 1.0, None])
async def test_an_offset_that_is_none_is_refused_before_the_call(me, fake, offset):
    now = datetime.now(UTC)
    with pytest.raises(InputError, match="offset is a whole number"):
        await me.orders.search_page(updated_from=now, updated_to=now, offset=offset)
    assert fake.requests == []
