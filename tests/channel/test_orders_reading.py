"""Reading spans from a search that misbehaves: a scripted source, no network."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from meli_sdk.channel.orders_reading import MOST_ROWS, PAGE, Reader, Reading
from meli_sdk.channel.orders_sources import Span, hour_down, hour_up
from meli_sdk.errors import DecodeError, MeliConnectionError, MeliError, PaginationError
from meli_sdk.models.orders import Order
from meli_sdk.wire.paging import Cursor, Page

START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
EARLIEST = START - timedelta(days=300)


def order(number: int, updated: datetime, created: datetime | None = None) -> Order:
    return Order(id=number, date_last_updated=updated, date_created=created or updated, raw={"id": number})


class ScriptedOrders:
    """A search over a list of orders, sorted by id, whose pages a test can bend."""

    tolerance = timedelta(seconds=1)

    def __init__(self, orders: list[Order], cap: int = 10_000) -> None:
        self.orders = orders
        self.calls = 0
        self.cap = cap
        self.asked: list[tuple[Span, int]] = []
        self.bend: Callable[[Page[Any], int, int], Page[Any]] = lambda page, offset, call: page

    async def page(self, span: Span, *, cancelled: bool, created: Span | None, offset: int) -> Page[Order]:
        self.asked.append((span, offset))
        assert created is None or created.start >= EARLIEST
        if offset + PAGE > self.cap:
            message = "beyond the cap"
            raise PaginationError(message)
        found = [
            one
            for one in self.orders
            if span.start <= one.date_last_updated <= span.end
            and (created is None or created.start <= one.date_created <= created.end)
        ]
        rows = tuple(sorted(found, key=lambda one: one.id)[offset : offset + PAGE])
        following = Cursor.of(offset=offset + PAGE) if rows and offset + PAGE < len(found) else None
        await asyncio.sleep(0)
        return self.bend(Page(rows, len(found), following), offset, len(self.asked))

    def found(self, page: Page[Any]) -> dict[int, Order | None]:
        return {one.id: one for one in page.items}

    def sales(self, page: Page[Any]) -> list[tuple[int, ...]]:
        return [(one.id,) for one in page.items]

    async def get(self, order_id: int) -> Order:
        raise NotImplementedError

    async def pack(self, pack_id: int) -> Any:
        raise NotImplementedError

    async def shipment(self, shipment_id: int) -> Any:
        raise NotImplementedError


async def read_all(source: ScriptedOrders, hours: int, rate: float = 10.0) -> list[Reading]:
    async def nothing(reading: Reading) -> None:
        return None

    reader = Reader(source, cancelled=False, rate=rate, earliest=EARLIEST)
    return [reading async for reading, _ in reader.readings(START, START + timedelta(hours=hours), nothing)]


def ids(readings: list[Reading]) -> set[int]:
    return {order_id for reading in readings for order_id in reading.orders}


def spread(count: int, hours: int) -> list[Order]:
    return [order(number, START + timedelta(hours=hours) * number / count) for number in range(count)]


def test_hours_are_rounded_down_and_up():
    moment = START + timedelta(minutes=30, microseconds=1)
    assert (hour_down(moment), hour_up(moment)) == (START, START + timedelta(hours=1))
    assert (hour_down(START), hour_up(START)) == (START, START)


@pytest.mark.parametrize("rate", [0.5, 100.0])
async def test_everything_is_found_in_spans_that_one_page_holds(rate: float):
    source = ScriptedOrders(spread(1000, 720))
    readings = await read_all(source, 720, rate)
    assert ids(readings) == set(range(1000))
    assert all(reading.problem is None for reading in readings)
    assert [reading.span.start for reading in readings] == sorted(reading.span.start for reading in readings)
    assert all(one.span.end == other.span.start for one, other in pairwise(readings))
    assert len(source.asked) < 1000 / PAGE * 3


async def test_no_more_spans_are_read_ahead_than_the_rate_has_use_for():
    source = ScriptedOrders([])
    under_way = most = 0

    async def count(reading: Reading) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1

    reader = Reader(source, cancelled=False, rate=1.0, earliest=EARLIEST)
    async for _ in reader.readings(START, START + timedelta(days=365), count):
        pass
    assert most == 1


async def test_an_hour_with_several_pages_is_read_until_two_readings_agree():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(180)])
    readings = await read_all(source, 1)
    assert ids(readings) == set(range(180))
    assert [offset for _, offset in source.asked] == [0, 50, 100, 150] * 2


async def test_an_order_that_slips_past_while_pages_are_read_is_found():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(180)])

    def leaves(page: Page[Any], offset: int, call: int) -> Page[Any]:
        if call == 1:  # the first row leaves the hour: all others move up one place
            source.orders[0] = order(0, START + timedelta(hours=5))
        return page

    source.bend = leaves
    readings = await read_all(source, 1)
    assert set(range(1, 180)) <= ids(readings)
    assert readings[0].problem is None


async def test_an_hour_that_never_comes_to_rest_is_a_named_problem_and_what_was_seen_is_kept():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(120)])

    def restless(page: Page[Any], offset: int, call: int) -> Page[Any]:
        if offset == 0:
            source.orders.append(order(1000 + call, START + timedelta(minutes=6)))
        return page

    source.bend = restless
    (reading,) = await read_all(source, 1)
    assert isinstance(reading.problem, PaginationError)
    assert set(range(120)) <= set(reading.orders)


async def test_more_rows_than_a_search_shows_are_cut_by_their_creation():
    created = [START - timedelta(days=number % 200) for number in range(4000)]
    orders = [order(number, START + timedelta(minutes=5), born) for number, born in enumerate(created)]
    source = ScriptedOrders(orders, cap=1000)
    readings = await read_all(source, 1)
    assert ids(readings) == set(range(4000))
    assert readings[0].problem is None


async def test_more_rows_of_one_hour_than_can_be_cut_are_read_as_far_as_the_search_goes():
    orders = [order(number, START + timedelta(minutes=5)) for number in range(2500)]
    (reading,) = await read_all(ScriptedOrders(orders), 1)
    assert reading.problem is None
    assert len(reading.orders) == 2500


async def test_more_rows_of_one_hour_than_the_search_shows_are_a_named_problem():
    orders = [order(number, START + timedelta(minutes=5)) for number in range(2 * MOST_ROWS)]
    (reading,) = await read_all(ScriptedOrders(orders, cap=1000), 1)
    assert isinstance(reading.problem, PaginationError)
    assert len(reading.orders) == 1000


async def test_a_total_that_is_too_small_hides_nothing():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(120)])
    source.bend = lambda page, offset, call: Page(page.items, min(page.total, 50), None)
    (reading,) = await read_all(source, 1)
    assert set(reading.orders) == set(range(120))
    assert "by Mercado Libre's total" in str(reading.problem)


async def test_a_total_that_is_too_large_is_a_named_problem():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(120)])
    source.bend = lambda page, offset, call: Page(page.items, 121, page.cursor)
    (reading,) = await read_all(source, 1)
    assert set(reading.orders) == set(range(120))
    assert "are 121 by Mercado Libre's total, and 120 were found" in str(reading.problem)


async def test_a_total_that_was_wrong_once_is_no_problem():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(120)])
    source.bend = lambda page, offset, call: Page(page.items, page.total + (call == 3), page.cursor)
    (reading,) = await read_all(source, 1)
    assert (set(reading.orders), reading.problem) == (set(range(120)), None)


async def test_a_page_that_shrank_loses_nothing():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(120)])

    def shrunk(page: Page[Any], offset: int, call: int) -> Page[Any]:
        rows = page.items[:20]
        return Page(rows, page.total, Cursor.of(offset=offset + 20) if offset + 20 < page.total else None)

    source.bend = shrunk
    (reading,) = await read_all(source, 1)
    assert (set(reading.orders), reading.problem) == (set(range(120)), None)


async def test_a_page_that_cannot_be_read_costs_only_itself_and_is_named():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(400)])

    def html(page: Page[Any], offset: int, call: int) -> Page[Any]:
        if offset == 300:
            message = "expected JSON, got text/html"
            raise DecodeError(message)
        return page

    source.bend = html
    (reading,) = await read_all(source, 1)
    assert set(reading.orders) == set(range(300)) | set(range(350, 400))
    assert "text/html" in str(reading.problem)


async def test_a_page_that_could_not_be_read_once_costs_nothing():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(400)])

    def html_once(page: Page[Any], offset: int, call: int) -> Page[Any]:
        if call == 7:
            message = "expected JSON, got text/html"
            raise DecodeError(message)
        return page

    source.bend = html_once
    (reading,) = await read_all(source, 1)
    assert (set(reading.orders), reading.problem) == (set(range(400)), None)


async def test_a_row_that_does_not_decode_is_named_by_its_id_and_costs_only_itself():
    source = ScriptedOrders([order(number, START + timedelta(minutes=5)) for number in range(30)])
    bad = DecodeError("tags: expected array", path="tags", raw={"id": 7, "tags": "x"})
    nameless = DecodeError("id: expected int", path="id", raw={"status": "paid"})

    def spoilt(page: Page[Any], offset: int, call: int) -> Page[Any]:
        rows = tuple(one for one in page.items if one.id != 7)
        return Page(rows, 31, None, (bad, nameless))

    source.bend = spoilt
    (reading,) = await read_all(source, 1)
    assert set(reading.orders) == set(range(30)) - {7}
    assert reading.failed["7"] is bad
    assert [key for key in reading.failed if key.startswith("row ")]
    assert reading.problem is None


async def test_a_filter_that_is_ignored_is_proven_by_one_older_row():
    source = ScriptedOrders(spread(100, 100))
    source.bend = lambda page, offset, call: Page((*page.items[:9], order(1000, START - timedelta(days=1))), 10, None)
    with pytest.raises(PaginationError, match="ignores the filter by time"):
        await read_all(source, 100)


async def test_a_row_that_is_newer_than_the_span_proves_nothing():
    source = ScriptedOrders([order(1, START + timedelta(minutes=5))])
    source.bend = lambda page, offset, call: Page((order(1, START + timedelta(days=5)),), 1, None)
    (reading,) = await read_all(source, 1)
    assert (set(reading.orders), reading.problem) == ({1}, None)


async def test_a_broken_connection_ends_the_reading_and_leaves_no_task_behind():
    source = ScriptedOrders(spread(100, 720))

    def broken(page: Page[Any], offset: int, call: int) -> Page[Any]:
        if call == 5:
            message = "reset"
            raise MeliConnectionError(message)
        return page

    source.bend = broken
    with pytest.raises(MeliConnectionError):
        await read_all(source, 720, rate=100.0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_leaving_early_leaves_no_task_behind():
    reader = Reader(ScriptedOrders(spread(100, 720)), cancelled=False, rate=100.0, earliest=EARLIEST)

    async def nothing(reading: Reading) -> None:
        return None

    readings = reader.readings(START, START + timedelta(hours=720), nothing)
    async for _ in readings:
        break
    await readings.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_an_id_that_no_column_holds_is_set_aside():
    source = ScriptedOrders([order(2**63, START + timedelta(minutes=5)), order(1, START + timedelta(minutes=5))])
    (reading,) = await read_all(source, 1)
    assert set(reading.orders) == {1}
    assert isinstance(reading.failed[str(2**63)], MeliError)


async def test_a_search_that_ignores_the_offset_ends_the_reading_and_is_told():
    source = ScriptedOrders(spread(120, 1))
    page = source.page

    async def the_first_again(span, *, cancelled, created, offset):
        return await page(span, cancelled=cancelled, created=created, offset=0)

    source.page = the_first_again
    async with asyncio.timeout(60):
        (reading,) = await read_all(source, 1)
    assert isinstance(reading.problem, PaginationError)
    assert len(reading.orders) == PAGE
