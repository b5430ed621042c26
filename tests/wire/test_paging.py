"""Pages: the first one, all rows, going on where it stopped, and what may go wrong on the way."""

import asyncio
from contextlib import aclosing

import pytest
from yarl import URL

from meli_sdk import errors
from meli_sdk.errors import InputError, PaginationError, shown
from meli_sdk.models import Order
from meli_sdk.wire.endpoint import Endpoint, Safety
from meli_sdk.wire.message import Request, Response
from meli_sdk.wire.paging import Cursor, Page, Paginator, by_offset, rows

pytestmark = pytest.mark.virtual_time
SEARCH: Endpoint[Page[Order]] = Endpoint(
    method="GET",
    template="/orders/search",
    reader=rows(Order, "results", by_offset(3)),
    safety=Safety.SAFE,
    doc="",
)


def page(*ids: int, total: int, offset: int = 0, limit: int = 3) -> dict[str, object]:
    return {"results": [{"id": number} for number in ids], "paging": {"total": total, "offset": offset, "limit": limit}}


SEVEN = [page(1, 2, 3, total=7), page(4, 5, 6, total=7, offset=3), page(7, total=7, offset=6)]


@pytest.fixture
def search(me):
    def make(session=None) -> Paginator[Order]:
        return (session or me)._caller.paginate(SEARCH, params={"q": "x"})

    return make


def queue(fake, *pages: object) -> None:
    for body in pages:
        fake.answer(200, body)


def others() -> set[asyncio.Task[object]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def settled() -> None:
    """The loop closes a generator that was left in a task of its own: a few passes."""
    for _ in range(10):
        await asyncio.sleep(0)


# reading


async def test_awaiting_gives_the_first_page_and_asks_for_no_other(search, fake):
    queue(fake, SEVEN[0])
    first = await search()
    assert ([order.id for order in first.items], first.total, first.failed) == ([1, 2, 3], 7, ())
    assert str(first.cursor) == "offset=3"
    assert fake.paths() == ["GET /orders/search?q=x"]


async def test_iterating_gives_every_row_of_every_page(search, fake):
    queue(fake, *SEVEN)
    assert [order.id async for order in search()] == [1, 2, 3, 4, 5, 6, 7]
    assert fake.paths() == [
        "GET /orders/search?q=x",
        "GET /orders/search?q=x&offset=3",
        "GET /orders/search?q=x&offset=6",
    ]
    assert not others()


async def test_pages_come_one_by_one_and_the_last_has_no_cursor(search, fake):
    queue(fake, *SEVEN)
    pages = [page async for page in search().pages()]
    assert [len(page.items) for page in pages] == [3, 3, 1]
    assert [str(page.cursor) for page in pages] == ["offset=3", "offset=6", "None"]


async def test_no_rows_are_one_empty_page(search, fake):
    queue(fake, page(total=0), page(total=0))
    assert [order async for order in search()] == []
    assert [page.items async for page in search().pages()] == [()]


async def test_a_paginator_can_be_read_again_from_the_start(search, fake):
    queue(fake, *SEVEN, SEVEN[0], *SEVEN)
    found = search()
    assert len([order async for order in found]) == 7
    assert len((await found).items) == 3
    assert len([order async for order in found]) == 7


async def test_while_a_page_is_used_the_next_one_is_already_asked_for_and_only_that(search, fake):
    queue(fake, *SEVEN)
    fake.seconds.extend([1, 1, 1])
    async with aclosing(search().pages()) as pages:
        await anext(pages)
        await asyncio.sleep(10)
        assert fake.times == pytest.approx([0, 1], abs=0.01)
        await anext(pages)
        assert asyncio.get_running_loop().time() == pytest.approx(11, abs=0.01)


async def test_each_page_has_a_deadline_of_its_own(opened, search, fake):
    queue(fake, *SEVEN)
    fake.seconds.extend([25, 25, 25])
    assert len([order async for order in search(opened(deadline=30))]) == 7
    assert asyncio.get_running_loop().time() == pytest.approx(75, abs=0.1)


@pytest.mark.parametrize(("limit", "requests"), [(1, 1), (3, 1), (4, 2), (7, 3), (100, 3)])
async def test_collecting_stops_at_its_limit(search, fake, limit, requests):
    queue(fake, *SEVEN)
    assert [order.id for order in await search().collect(limit=limit)] == list(range(1, min(limit, 7) + 1))
    assert len(fake.requests) == requests
    assert not others()


@pytest.mark.parametrize("limit", [0, -1, True, 1.0, "5", None])
async def test_collecting_needs_a_limit(search, fake, limit):
    with pytest.raises(InputError, match="limit is a whole number from 1"):
        await search().collect(limit=limit)
    assert fake.requests == []


# leaving early


async def test_leaving_the_loop_cancels_what_was_read_ahead(search, fake):
    queue(fake, *SEVEN)
    fake.seconds.extend([0, 1_000])
    async for order in search():
        await asyncio.sleep(1)  # the next page is on its way by now
        assert len(fake.requests) == 2
        assert order.id == 1
        break
    await settled()
    assert not others()
    assert asyncio.get_running_loop().time() < 2


async def test_leaving_the_pages_cancels_what_was_read_ahead(search, fake):
    queue(fake, *SEVEN)
    fake.seconds.extend([0, 1_000])
    async for _ in search().pages():
        await asyncio.sleep(1)
        break
    await settled()
    assert not others()


async def test_an_error_in_the_loop_leaves_no_task_behind(search, fake):
    queue(fake, *SEVEN)
    fake.seconds.extend([0, 1_000])

    async def read() -> None:
        async for _ in search():
            await asyncio.sleep(1)
            raise KeyError

    with pytest.raises(KeyError):
        await read()
    await settled()
    assert not others()


async def test_cancelling_the_reader_cancels_the_page_on_its_way(search, fake):
    queue(fake, *SEVEN)
    fake.seconds.extend([0, 1_000])
    reading = asyncio.create_task(search().collect(limit=100))
    await asyncio.sleep(1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await settled()
    assert not others()


async def test_a_reader_that_is_cancelled_while_it_leaves_is_cancelled(search, fake, monkeypatch):
    queue(fake, *SEVEN)
    fake.seconds.extend([0, 1_000])
    send = fake.send

    async def send_and_end_slowly(request):
        try:
            return await send(request)
        except asyncio.CancelledError:
            await asyncio.sleep(5)
            raise

    monkeypatch.setattr(fake, "send", send_and_end_slowly)

    async def read() -> str:
        pages = search().pages()
        await anext(pages)
        await asyncio.sleep(1)
        await pages.aclose()
        return "left"

    reading = asyncio.create_task(read())
    await asyncio.sleep(2)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.sleep(10)
    assert not others()


async def test_a_page_that_was_read_ahead_and_failed_is_silent_when_nobody_wants_it(search, fake, caplog):
    queue(fake, SEVEN[0])
    fake.answer(403, {"message": "m", "error": "forbidden"})
    async with aclosing(search().pages()) as pages:
        await anext(pages)
        await asyncio.sleep(1)
    assert len(fake.requests) == 2
    assert caplog.records == []
    assert not others()


# errors and going on


async def test_an_error_carries_the_cursor_from_which_to_go_on(search, fake):
    queue(fake, SEVEN[0])
    fake.answer(403, {"message": "m", "error": "forbidden"})
    seen = []

    async def read() -> None:
        async for order in search():
            seen.append(order.id)  # noqa: PERF401  what came before the error counts

    with pytest.raises(errors.ForbiddenError) as raised:
        await read()
    assert (seen, raised.value.cursor) == ([1, 2, 3], "offset=3")
    queue(fake, *SEVEN[1:])
    resumed = [page async for page in search().pages(resume=Cursor.parse(raised.value.cursor))]
    assert [order.id for page in resumed for order in page.items] == [4, 5, 6, 7]
    assert fake.paths()[-2:] == ["GET /orders/search?q=x&offset=3", "GET /orders/search?q=x&offset=6"]


async def test_an_error_on_the_first_page_has_no_cursor(search, fake):
    fake.answer(403, b"")
    with pytest.raises(errors.ForbiddenError) as raised:
        await search()
    assert raised.value.cursor is None


async def test_the_same_page_twice_is_an_error_and_its_rows_come_once(search, fake):
    queue(fake, SEVEN[0], SEVEN[0])
    seen = []

    async def read() -> None:
        async for order in search():
            seen.append(order.id)  # noqa: PERF401  what came before the error counts

    with pytest.raises(PaginationError, match="offset=3 repeats the one before it") as raised:
        await read()
    assert (seen, raised.value.cursor) == ([1, 2, 3], "offset=3")
    assert not others()


async def test_bad_rows_are_reported_and_the_good_ones_delivered(search, fake, caplog):
    first = {"results": [{"id": 1}, {"id": "two"}, 3], "paging": {"total": 5, "limit": 3}}
    second = {"results": [None, {"id": 5}], "paging": {"total": 5, "limit": 3}}
    queue(fake, first, second)
    found = search()
    assert [order.id async for order in found] == [1, 5]
    assert [error.path for error in found.failed] == ["[1].id", "[2]", "[0]"]
    assert [error.raw for error in found.failed] == [{"id": "two"}, 3, None]
    assert caplog.text.count("a row could not be decoded") == 3


async def test_the_bad_rows_of_one_page_stand_on_it(search, fake):
    queue(fake, {"results": [{"id": "one"}], "paging": {"total": 1}})
    only = await search()
    assert (only.items, [error.path for error in only.failed]) == ((), ["[0].id"])


@pytest.mark.parametrize("body", [{}, {"results": None}, {"results": {}}, {"results": "x"}, [], "x", None], ids=shown)
async def test_a_page_without_rows_where_they_should_be_is_a_decode_error(search, fake, body):
    fake.answer(200, body if isinstance(body, dict | list) else b'"x"' if body else b"null")
    with pytest.raises(errors.DecodeError, match="expected an array under 'results'"):
        await search()


# cursors


@pytest.mark.parametrize(
    "params",
    [
        {"offset": 50},
        {"scroll_id": "YXA+/w==", "limit": 100},
        {"scroll_id": "a&b=c d%é\n#?"},
        {"search_after": ""},
        {"q": "0"},
    ],
    ids=shown,
)
def test_a_cursor_is_text_and_back(params):
    cursor = Cursor.of(**params)
    assert Cursor.parse(str(cursor)) == cursor
    assert dict(cursor.params) == {name: str(value) for name, value in params.items()}


@pytest.mark.parametrize(
    "text", ["", "abc", "a=1&", "&", "None", None, 5, b"offset=50", ["offset=50"], "q=" + "x" * 10_000], ids=shown
)
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(InputError, match=r"text made by str\(cursor\)"):
        Cursor.parse(text)


# where the next page begins


@pytest.mark.parametrize(
    ("asked", "paging", "count", "following"),
    [
        pytest.param("", {"total": 7, "limit": 3, "offset": 0}, 3, "offset=3", id="first"),
        pytest.param("offset=3", {"total": 7, "limit": 3, "offset": 3}, 3, "offset=6", id="middle"),
        pytest.param("offset=6", {"total": 7, "limit": 3, "offset": 6}, 1, None, id="last"),
        pytest.param("offset=3", {"total": 6, "limit": 3}, 3, None, id="last_is_full"),
        pytest.param("", {"total": 0, "limit": 3}, 0, None, id="empty"),
        pytest.param("offset=3", {"total": 100, "limit": 3}, 0, None, id="empty_before_the_total"),
        pytest.param("", {"total": 100, "limit": 3}, 2, "offset=3", id="short_page_before_the_total"),
        pytest.param("limit=2", {"total": 7}, 2, "offset=2", id="limit_as_asked"),
        pytest.param("", {"total": 100}, 50, "offset=50", id="default_limit"),
        pytest.param("limit=50", {"total": 100, "limit": 20}, 20, "offset=20", id="server_limits_more"),
        pytest.param("offset=x&limit=y", {"total": 100}, 50, "offset=50", id="words_for_numbers"),
        pytest.param("", {"total": "100", "limit": "20"}, 20, "offset=20", id="numbers_as_text"),
        pytest.param("", {}, 50, "offset=50", id="no_total"),
        pytest.param("", None, 50, "offset=50", id="no_paging"),
        pytest.param("offset=50", {}, 0, None, id="no_total_and_no_rows"),
        pytest.param("", {"total": 100, "limit": 20}, 30, "offset=30", id="more_rows_than_the_limit"),
        pytest.param("", {"total": True, "limit": 0}, 1, "offset=1", id="nonsense"),
    ],
)
def test_the_next_page_by_offset(asked, paging, count, following):
    url = URL(f"https://api.mercadolibre.com/orders/search?{asked}", encoded=True)
    response = Response(status=200, request=Request(method="GET", url=url, template="/orders/search"))
    found = by_offset(50)(response, {"paging": paging}, count)
    assert found == (Cursor.parse(following) if following else None)


async def test_beyond_the_last_offset_that_is_shown_the_remedy_is_named(opened, fake):
    capped: Endpoint[Page[Order]] = Endpoint(
        method="GET",
        template="/orders/search",
        reader=rows(Order, "results", by_offset(3, 6)),
        safety=Safety.SAFE,
        doc="",
    )
    queue(fake, page(1, 2, 3, total=9), page(4, 5, 6, total=9, offset=3))
    delivered: list[int] = []

    async def read() -> None:
        async for found in opened()._caller.paginate(capped).pages():
            delivered.extend(order.id for order in found.items)

    with pytest.raises(PaginationError, match=r"no rows beyond offset 6 .* 9: narrow the search") as raised:
        await read()
    assert raised.value.cursor == "offset=3"
    assert delivered == [1, 2, 3, 4, 5, 6]


async def test_whoever_asks_for_no_more_than_is_shown_is_told_of_no_limit(opened, fake):
    capped: Endpoint[Page[Order]] = Endpoint(
        method="GET",
        template="/orders/search",
        reader=rows(Order, "results", by_offset(3, 3)),
        safety=Safety.SAFE,
        doc="",
    )
    queue(fake, page(1, 2, 3, total=9), page(1, 2, 3, total=9))
    search = opened()._caller.paginate(capped)
    assert [order.id for order in await search.collect(limit=3)] == [1, 2, 3]
    assert "beyond offset 3" in str((await search).cut)
