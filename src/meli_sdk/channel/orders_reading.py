"""Reading a span of order changes to its end.

Mercado Libre's search counts whole hours, sorts by closing date and moves orders between pages while it is read; its
totals are not always right. So a span is whole hours at both ends, offsets stay inside one span, a span with more than a
page is split, and what still needs several pages is read until two readings agree.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, Generic, TypeVar, cast

from attrs import field, frozen, mutable

from meli_sdk.channel.failures import FAILING, is_about_one
from meli_sdk.channel.orders_sources import HOUR, REACH, OrderSource, Span, hour_down, hour_up, stamp_of
from meli_sdk.errors import (
    BadRequestError,
    DecodeError,
    ForbiddenError,
    MeliError,
    PaginationError,
    RateLimitedError,
    ResponseError,
    UnauthorizedError,
)
from meli_sdk.models.orders import Order
from meli_sdk.wire.paging import Page
from meli_sdk.wire.read_ahead import call_off

T = TypeVar("T")

PAGE: Final = 50
ROWS_WANTED: Final = 35
"""Rows that a span is cut for: most of a page, so that one call reads it and nothing can move meanwhile."""
MOST_ROWS: Final = 900
"""Rows that one span may have; the cap of the search lies higher, but nobody promises where."""
MOST_PAGES: Final = 2 * MOST_ROWS // PAGE
"""So many pages end a walk, unless the total is larger: pages that never end repeat themselves."""
READINGS: Final = 4
"""So often is a span read until two readings agree."""
MOST_SPANS: Final = 4
"""Spans that are read at the same time."""
MOST_GETS: Final = 16
"""Orders that are read by their ids at the same time."""
MOST_FAILING: Final = 4
"""For so many orders in a row may Mercado Libre fail: they are set aside, and asked for again by the next passes."""
_FIRST_WIDTH: Final = timedelta(days=7)
_WIDEST: Final = timedelta(days=60)
_GROWTH: Final = 8
_MAX_ID: Final = 2**63


@mutable(kw_only=True)
class Reading:
    """What was found in a span."""

    span: Span
    orders: dict[int, Order] = field(factory=dict[int, Order])
    failed: dict[str, MeliError] = field(factory=dict[str, MeliError])
    """What could not be read, by its id: rows that do not decode, orders that the search names and nobody finds."""
    problem: MeliError | None = None
    """Why it is not complete."""

    def add(self, other: "Reading") -> None:
        """Takes over what another reading found; of two versions the newer one stays."""
        for order in other.orders.values():
            self.add_order(order)
        self.failed |= other.failed
        self.problem = self.problem or other.problem

    def add_order(self, order: Order) -> None:
        """Takes an order, unless a newer version of it is there."""
        known = self.orders.get(order.id)
        if known is None or stamp_of(order) >= stamp_of(known):
            self.orders[order.id] = order


@mutable
class _Walk:
    """One way through the pages of a span."""

    orders: dict[int, Order | None] = field(factory=dict[int, Order | None])
    failed: dict[str, MeliError] = field(factory=dict[str, MeliError])
    keys: set[object] = field(factory=set[object])
    """The rows: orders, or sales of Global Selling."""
    sales: set[tuple[int, ...]] = field(factory=set[tuple[int, ...]])
    """The orders of each row."""
    pages: int = 0
    problem: MeliError | None = None

    def take(self, page: Page[Any], found: dict[int, Order | None], sales: Iterable[tuple[int, ...]]) -> None:
        self.pages += 1
        self.sales.update(sales)
        for error in page.failed:
            self.failed[row_key(error)] = error
        too_long = [order_id for order_id in found if order_id >= _MAX_ID]
        for order_id in too_long:
            self.failed[str(order_id)] = DecodeError("an order's id is longer than 63 bits", path="id", expected="int")
            del found[order_id]
        self.orders |= found
        self.keys.update(item.id for item in page.items)
        self.keys.update(self.failed)

    def stamps(self) -> dict[int | str, datetime | None]:
        """What two readings must have in common: which orders, in which versions."""
        found: dict[int | str, datetime | None] = dict.fromkeys(self.failed)
        for order_id, order in self.orders.items():
            found[order_id] = None if order is None else stamp_of(order)
        return found


@frozen
class _Done(Generic[T]):
    """A reading, and what was made of it."""

    reading: Reading
    made: T


class Reader:
    """Reads spans of one source.

    Args:
        source: where the orders come from.
        cancelled: True for the walk that asks for cancelled orders, which a seller's search hides otherwise.
        rate: calls per second; so much is read at once as fills it when a call takes 0.4 seconds.
        earliest: no older order can be asked for.
    """

    def __init__(self, source: OrderSource, *, cancelled: bool, rate: float, earliest: datetime) -> None:
        self._source = source
        self._earliest = earliest
        self._cancelled = cancelled
        useful = max(1, math.ceil(rate * 0.4))
        self._ahead = min(MOST_SPANS, useful)
        self._gets = asyncio.Semaphore(min(MOST_GETS, useful))

    async def readings(
        self, start: datetime, end: datetime, then: Callable[[Reading], Awaitable[T]]
    ) -> AsyncGenerator[tuple[Reading, T], None]:
        """The readings of a time, oldest first, and what `then` makes of each; the next ones are read while one is used.

        Raises:
            PaginationError: Mercado Libre ignores the filter by time.
            AuthError, TransportError, ForbiddenError, RateLimitedError: nothing can be read now.
        """
        begin = hour_down(start)
        stop = max(hour_up(end), begin + HOUR)
        width = _FIRST_WIDTH

        async def read(span: Span) -> _Done[T] | tuple[Span, ...]:
            found = await self.read(span)
            return _Done(found, await then(found)) if isinstance(found, Reading) else found

        waiting: deque[Span | asyncio.Task[_Done[T] | tuple[Span, ...]]] = deque()
        try:
            while waiting or begin < stop:
                while begin < stop and len(waiting) < self._ahead:
                    end_of_span = min(begin + width, stop)
                    waiting.append(Span(begin, end_of_span))
                    begin = end_of_span
                for place in range(min(self._ahead, len(waiting))):
                    if isinstance(span := waiting[place], Span):
                        waiting[place] = asyncio.create_task(read(span))
                first = waiting.popleft()
                assert not isinstance(first, Span)  # noqa: S101  the first ones were started just now
                found = await first
                if isinstance(found, _Done):
                    width = _fitting(found.reading)
                    yield found.reading, found.made
                else:
                    width = found[0].end - found[0].start
                    waiting.extendleft(reversed(found))
        finally:
            await call_off(task for task in waiting if not isinstance(task, Span))

    async def read(self, span: Span) -> Reading | tuple[Span, ...]:
        """One span to its end, or the parts to read instead where it holds more than a page.

        Raises:
            PaginationError: Mercado Libre ignores the filter by time.
            AuthError, TransportError, ForbiddenError, RateLimitedError: nothing can be read now.
        """
        first = await self._first(span, None)
        if isinstance(first, Reading):
            return first
        total = max(first.total or 0, len(first.items) + len(first.failed))
        if total > PAGE and span.hours > 1:
            return span.parts(math.ceil(total / ROWS_WANTED))
        if total > MOST_ROWS:
            return await self._read_created(
                span, Span(min(max(span.end - REACH, self._earliest), span.start), span.end)
            )
        return await self._until_two_agree(span, None, first)

    async def _read_created(self, span: Span, created: Span) -> Reading:
        """One hour with more rows than a search shows, cut by the creation of the orders."""
        whole = Reading(span=span)
        for part in created.parts(2):
            first = await self._first(span, part)
            if isinstance(first, Reading):
                whole.add(first)
            elif (first.total or 0) > MOST_ROWS and part.hours > 1:
                whole.add(await self._read_created(span, part))
            else:
                whole.add(await self._until_two_agree(span, part, first))
        return whole

    async def _first(self, span: Span, created: Span | None) -> Page[Any] | Reading:
        """The first page, or a reading that says why there is none."""
        try:
            page = await self._page(span, created, 0)
        except MeliError as error:
            if not _spoils_a_page(error):
                raise
            return Reading(span=span, problem=error)
        self._prove(span, page)
        return page

    async def _until_two_agree(self, span: Span, created: Span | None, first: Page[Any]) -> Reading:
        whole = Reading(span=span)
        page: Page[Any] | None = first
        before: dict[int | str, datetime | None] | None = None
        for _ in range(READINGS):
            walk = await self._walk(span, created, page)
            await self._take(span, walk, whole)
            stamps = walk.stamps()
            whole.problem = walk.problem
            if walk.problem is None and (walk.pages == 1 or stamps == before):
                return whole
            page, before = None, stamps
        if whole.problem is None:
            message = f"{_said(span)} were read {READINGS} times and no two readings agree"
            whole.problem = PaginationError(message)
        return whole

    async def _walk(self, span: Span, created: Span | None, page: Page[Any] | None) -> _Walk:
        """Every page, to an empty one, or to a short one that agrees with the total."""
        walk = _Walk()
        offset = total = rows = 0
        while True:
            if page is None:
                try:
                    page = await self._page(span, created, offset)
                except MeliError as error:
                    if not _spoils_a_page(error):
                        raise
                    walk.problem = error
            if page is None:
                offset += PAGE
                if offset >= total or isinstance(walk.problem, PaginationError | BadRequestError):
                    return walk
                continue
            self._prove(span, page)
            walk.take(page, self._source.found(page), self._source.sales(page))
            count = len(page.items) + len(page.failed)
            total, rows = page.total or 0, rows + count
            following = dict(page.cursor.params).get("offset") if page.cursor else None
            offset = int(following or offset + PAGE)
            page = None
            if count == 0 or (count < PAGE and rows >= total) or walk.pages > max(MOST_PAGES, total // PAGE + 1):
                break
        if walk.problem is None and len(walk.keys) != total:
            message = f"{_said(span)} are {total} by Mercado Libre's total, and {len(walk.keys)} were found"
            walk.problem = PaginationError(message)
        return walk

    async def _page(self, span: Span, created: Span | None, offset: int) -> Page[Any]:
        return await self._source.page(span, cancelled=self._cancelled, created=created, offset=offset)

    def _prove(self, span: Span, page: Page[Any]) -> None:
        """Refuses a page that an ignored filter let pass: only an order older than the filter proves it."""
        for order in self._source.found(page).values():
            if order is not None and order.date_last_updated is not None:
                self._prove_order(span, order.id, order.date_last_updated)

    def _prove_order(self, span: Span, order_id: int, changed: datetime) -> None:
        if changed < span.start - self._source.tolerance:
            message = (
                f"Mercado Libre ignores the filter by time: orders changed from {span.start.isoformat()} on were asked "
                f"for, and order {order_id} of {changed.isoformat()} came; nothing that it says is used"
            )
            raise PaginationError(message)

    async def _take(self, span: Span, walk: _Walk, whole: Reading) -> None:
        """Adds what a walk found; orders it knows by id alone are read now."""
        whole.failed.update(walk.failed)
        for order in walk.orders.values():
            if order is not None:
                whole.add_order(order)
        unread = [order_id for order_id, order in walk.orders.items() if order is None and order_id not in whole.orders]
        for order_id, found in zip(unread, await self.get_all(unread, failing=MOST_FAILING), strict=True):
            if isinstance(found, MeliError):
                whole.failed[str(order_id)] = found
            else:
                whole.add_order(found)
        for sale in walk.sales:
            orders = [whole.orders[order_id] for order_id in sale if order_id in whole.orders]
            if orders and len(orders) == len(sale):
                newest = max(orders, key=stamp_of)
                self._prove_order(span, newest.id, stamp_of(newest))

    async def get_all(self, order_ids: Sequence[int], *, failing: int = 0) -> list[Order | MeliError]:
        """Orders by their ids, some at a time; what one of them lacks is its own.

        Args:
            order_ids: what is read.
            failing: Mercado Libre may fail for so many of them in a row; with one more it is in trouble, not they.

        Raises:
            AuthError, TransportError, ForbiddenError, RateLimitedError, ServerError: nothing can be read now.
        """

        async def get(order_id: int) -> Order | MeliError:
            async with self._gets:
                try:
                    return await self._source.get(order_id)
                except MeliError as error:
                    if not is_about_one(error):
                        raise
                    return error

        tasks = deque(asyncio.create_task(get(order_id)) for order_id in order_ids)
        found: list[Order | MeliError] = []
        in_a_row = 0
        try:
            while tasks:
                answer = await tasks.popleft()
                in_a_row = in_a_row + 1 if isinstance(answer, FAILING) else 0
                if isinstance(answer, FAILING) and in_a_row > failing:
                    raise answer
                found.append(answer)
        finally:
            await call_off(tasks)
        return found


def _spoils_a_page(error: MeliError) -> bool:
    """Whether an error is about one page, so that others may still be readable."""
    about_all = isinstance(error, ForbiddenError | UnauthorizedError | RateLimitedError)
    return isinstance(error, DecodeError | PaginationError | ResponseError) and not about_all


def _fitting(reading: Reading) -> timedelta:
    """How wide the next spans are cut, so that one page holds each."""
    rows = max(1, len(reading.orders) + len(reading.failed))
    hours = math.floor(reading.span.hours * ROWS_WANTED / rows)
    return HOUR * max(1, min(hours, _GROWTH * reading.span.hours, _WIDEST // HOUR))


def _said(span: Span) -> str:
    return f"the orders changed from {span.start.isoformat()} to {span.end.isoformat()}"


def row_key(error: DecodeError) -> str:
    """What a row that could not be decoded is called: its id, or else its digest."""
    raw = error.raw
    found = cast("dict[str, object]", raw).get("id") if isinstance(raw, dict) else None
    if isinstance(found, int | str) and not isinstance(found, bool) and str(found).isdigit():
        return str(found)
    return f"row {blake2b(repr(error.raw).encode(), digest_size=8).hexdigest()}"
