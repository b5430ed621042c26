"""The walk through an order search: every order once, although orders move meanwhile and offsets end somewhere.

Mercado Libre sorts a seller's orders by their closing date and pages by offset. An order that leaves the search, or moves
to its newest end because it was closed, pulls later ones forward, and a page that begins where the last one ended would
miss one. So each page begins with the last row of the page before it; where another row stands there, the walk steps
back until it meets one that it knows. Newest first, an order that is closed jumps over the walk to the front: so the
front is read again at the end. Offsets end at 10,000 rows or earlier; then the walk goes on in windows of the
creation date, the only date of an order that never changes. Windows begin and end at whole hours, since the search drops
minutes; orders that two windows show count once.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, cast

from attrs import define, field, frozen

from meli_sdk.codec import Codec
from meli_sdk.errors import BadRequestError, DecodeError, InputError, PaginationError, shown
from meli_sdk.models.orders import Order
from meli_sdk.resources.json_shapes import elements_of, fields_of
from meli_sdk.resources.orders_errors import ORDER_RULES
from meli_sdk.wire.endpoint import Endpoint, Safety, parse_body
from meli_sdk.wire.error_rules import ORDERS_PAGE
from meli_sdk.wire.message import Response
from meli_sdk.wire.paging import Cursor, Page
from meli_sdk.wire.pipeline import Caller

MAX_PAGE: Final = 50
MAX_OFFSET: Final = 10_000
REACH: Final = timedelta(days=366)
"""Mercado Libre keeps orders searchable for twelve months."""
HOUR: Final = timedelta(hours=1)
_CREATED: Final = "order.date_created"
_FIRST_STEP_BACK: Final = 8
_ROOM: Final = 0.8
"""How full a window is planned, as a share of the offsets there are."""

Span = tuple[datetime | None, datetime | None]
_Row = Order | DecodeError


class FoundOrders(NamedTuple):
    """One page of the search, its rows in the order in which they came."""

    rows: tuple[_Row, ...]
    total: int | None
    limit: int | None
    """How many rows Mercado Libre wanted to give; fewer may come."""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _found(response: Response, codec: Codec) -> FoundOrders:
    body = parse_body(response, codec)
    results = fields_of(body).get("results")
    if not isinstance(results, list):
        got = type(results).__name__
        message = f"expected an array under 'results', got {got}"
        raise DecodeError(message, path="results", expected="array", got=got, raw=body)
    orders, failed = codec.rows(elements_of(cast("object", results)), Order)
    rows: list[_Row] = list(orders)
    for error in failed:
        rows.insert(int(error.path[1 : error.path.index("]")]), error)
    for order in orders:
        order.missing = tuple(part for part in response.missing if not order.raw.get(part))
    told = fields_of(fields_of(body).get("paging"))
    return FoundOrders(tuple(rows), _number(told.get("total")), _number(told.get("limit")))


SEARCH_ORDERS: Final = Endpoint(
    method="GET",
    template="/orders/search",
    reader=_found,
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    doc=ORDERS_PAGE,
)


class _Mark(NamedTuple):
    """What tells a row and its place again. A row that moved has another one."""

    id: int | None
    closed: object
    created: object


def _mark(row: _Row) -> _Mark:
    raw = fields_of(row.raw)
    number = str(raw.get("id"))
    found = int(number) if number.isascii() and number.isdigit() and len(number) <= 20 else None  # noqa: PLR2004
    return _Mark(found, raw.get("date_closed"), raw.get("date_created"))


@define
class _Progress:
    """How far a walk has come in its window."""

    window: Span
    end: int = 0
    """The row after the last one that was read."""
    marks: set[_Mark] = field(factory=set[_Mark])
    """Of the rows of the page before this one."""
    last_id: int | None = None
    """The last row of the page before this one, where all that is known of it comes from the text of a cursor."""
    delivered: set[int] = field(factory=set[int])
    before: set[int] = field(factory=set[int])
    """What the window before this one delivered."""
    front: set[_Mark] = field(factory=set[_Mark])
    """Of the rows of the window's first page."""
    again: bool = False
    """Whether the front is being read for the second time."""
    early: set[int] = field(factory=set[int])
    """What was delivered of a window that then turned out to be too large."""
    rows: int = 0
    """How many rows Mercado Libre says the window has."""
    cap: int = MAX_OFFSET
    total: int | None = None
    """Of the whole search."""
    step: int = 0

    def is_new(self, order_id: int | None) -> bool:
        """Whether this order was not delivered yet; from now on it was."""
        if order_id is None:
            return True
        if order_id in self.delivered or order_id in self.before or order_id in self.early:
            return False
        self.delivered.add(order_id)
        return True

    def enter(self, window: Span) -> None:
        """Begins a window."""
        self.window = window
        self.end = 0
        self.marks = set()
        self.last_id = None
        self.front = set()
        self.again = False


@frozen
class _LiveCursor(Cursor):
    """A cursor that also remembers what was delivered; its text does not."""

    progress: _Progress = field(kw_only=True, eq=False)
    step: int = field(kw_only=True, eq=False)


class OrderWalk:
    """Leads a search from page to page.

    Args:
        caller: makes the calls.
        params: the filters but the dates, and the sort.
        spans: the dates that were asked for, by their names on the wire.
        page_size: rows a page.
        newest_first: whether the sort is `date_desc`.
    """

    def __init__(
        self,
        caller: Caller,
        params: Mapping[str, object],
        spans: Mapping[str, Span],
        *,
        page_size: int,
        newest_first: bool,
    ) -> None:
        self._caller = caller.patient()
        self._params = params
        self._spans = {name: (_printed(start), end) for name, (start, end) in spans.items()}
        self._hours = {name: _whole_hours(span) for name, span in spans.items()}
        self._page_size = page_size
        self._newest_first = newest_first

    async def fetch(self, cursor: Cursor | None) -> Page[Order]:
        """The next page that has rows. Makes several calls where orders moved or a window has to be found."""
        progress = self._progress(cursor)
        while True:
            rows, ended = await self._next(progress)
            if ended and not self._advance(progress):
                return self._page(rows, progress, more=False)
            if rows:
                return self._page(rows, progress, more=True)

    def _progress(self, cursor: Cursor | None) -> _Progress:
        if cursor is None:
            return _Progress(self._hours[_CREATED])
        if isinstance(cursor, _LiveCursor) and cursor.step == cursor.progress.step:
            return cursor.progress
        told = dict(cursor.params)
        start, end = self._hours[_CREATED]
        try:
            window = (
                datetime.fromisoformat(told[f"{_CREATED}.from"]) if f"{_CREATED}.from" in told else start,
                datetime.fromisoformat(told[f"{_CREATED}.to"]) if f"{_CREATED}.to" in told else end,
            )
            return _Progress(window, end=int(told["offset"]), last_id=int(told["last"]) if "last" in told else None)
        except (KeyError, ValueError):
            message = f"this cursor is none of an order search: {shown(str(cursor))}"
            raise InputError(message) from None

    def _page(self, rows: list[_Row], progress: _Progress, *, more: bool) -> Page[Order]:
        progress.step += 1
        cursor = _LiveCursor(self._place(progress), progress=progress, step=progress.step) if more else None
        good = tuple(row for row in rows if isinstance(row, Order))
        bad = tuple(row for row in rows if isinstance(row, DecodeError))
        return Page(good, progress.total, cursor, bad)

    def _place(self, progress: _Progress) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {"offset": str(progress.end)}
        for side, mine, whole in zip(("from", "to"), progress.window, self._hours[_CREATED], strict=True):
            if mine is not None and mine != whole:
                found[f"{_CREATED}.{side}"] = mine.isoformat()
        if progress.last_id is not None:
            found["last"] = str(progress.last_id)
        return tuple(found.items())

    async def _next(self, progress: _Progress) -> tuple[list[_Row], bool]:
        """The rows after those that were read, and whether the window ends with them."""
        back = 1
        while True:
            back = min(back, progress.end)
            offset = progress.end - back
            limit = min(self._page_size + back, MAX_PAGE)
            if offset + limit > progress.cap:
                self._narrow(progress)
                back = 1
                continue
            try:
                found = await self._caller.call(SEARCH_ORDERS, params=self._query(progress.window, offset, limit))
            except BadRequestError:
                if not offset:
                    raise
                progress.cap = offset + limit - 1  # it was too far: Mercado Libre's offsets end before ours
                continue
            progress.rows = found.total or 0
            if progress.total is None:
                progress.total = found.total
            if offset == 0 and progress.rows > progress.cap:
                self._narrow(progress)
                continue
            if offset and not self._known(found.rows, progress):
                back = back * _FIRST_STEP_BACK
                continue
            return self._take(found, progress, offset, limit)

    def _query(self, window: Span, offset: int, limit: int) -> dict[str, object]:
        query = dict(self._params)
        for name, span in {**self._hours, _CREATED: window}.items():
            query[f"{name}.from"], query[f"{name}.to"] = span
        return query | {"offset": offset, "limit": limit}

    def _known(self, rows: tuple[_Row, ...], progress: _Progress) -> bool:
        """Whether the first row stood on the page before this one, and has not moved since."""
        if not rows:
            return False
        mark = _mark(rows[0])
        return mark in progress.marks or (not progress.marks and mark.id is not None and mark.id == progress.last_id)

    def _take(self, found: FoundOrders, progress: _Progress, offset: int, limit: int) -> tuple[list[_Row], bool]:
        served = min(limit, found.limit) if found.limit else limit
        count = len(found.rows)
        marks = [_mark(row) for row in found.rows]
        for row in found.rows:
            self._check_filters(row, progress.window)
        first = 0
        if not progress.marks and progress.last_id is not None:  # only the cursor's text tells what was delivered
            ids = [mark.id for mark in marks]
            first = ids.index(progress.last_id) + 1 if progress.last_id in ids else 0
        new: list[_Row] = []
        for row, mark in zip(found.rows[first:], marks[first:], strict=True):
            if progress.is_new(mark.id) and self._asked_for(row):
                new.append(row)
        progress.marks = set(marks)
        if offset == 0 and not progress.again:
            progress.front = progress.marks
        progress.last_id = marks[-1].id if marks else progress.last_id
        read_to = offset + max(served, count)
        more_told = found.total is not None and read_to < found.total
        ended = count < served and not (more_told and count)
        progress.end = offset + count if count == served else read_to
        if progress.again:
            ended = ended or not new or not progress.front.isdisjoint(marks)
        elif ended and self._newest_first and offset:
            progress.again, progress.end, progress.marks, progress.last_id = True, 0, set(), None
            ended = False
        return new, ended

    def _asked_for(self, row: _Row) -> bool:
        """Whether the row lies in the spans to the second; what was sent has whole hours."""
        return not isinstance(row, Order) or all(
            (moment := _date(row, name)) is None
            or ((start is None or moment >= start) and (end is None or moment <= end))
            for name, (start, end) in self._spans.items()
        )

    def _check_filters(self, row: _Row, window: Span) -> None:
        """A row far outside the hours that were asked for means that Mercado Libre ignores the filter."""
        if not isinstance(row, Order):
            return
        for name, (start, end) in {**self._hours, _CREATED: window}.items():
            moment = _date(row, name)
            if moment is None:
                continue
            if (start is not None and moment < start - HOUR) or (end is not None and moment > end + HOUR):
                message = f"Mercado Libre ignores the filter {name}: order {row.id} is of {moment.isoformat()}"
                raise PaginationError(message)

    # windows

    def _bounds(self) -> tuple[datetime, datetime]:
        """The hours between which every order of the search was created."""
        now = self._caller.pipeline.clock.now()
        start, end = self._hours[_CREATED]
        return start or _floor(now - REACH), end or _floor(now) + 2 * HOUR

    def _narrow(self, progress: _Progress) -> None:
        """Makes the window so small that its rows should be fewer than the offsets there are."""
        low, high = self._bounds()
        start, end = progress.window
        width = (end or high) - (start or low)
        if width <= HOUR:
            message = f"more orders than the {progress.cap} that Mercado Libre shows were created in one hour"
            raise PaginationError(message)
        rows = max(progress.rows, progress.cap + 1)
        hours = max(1, min(int(width / HOUR * _ROOM * progress.cap / rows), int(width / HOUR) // 2))
        progress.early |= progress.delivered
        progress.delivered = set()
        progress.enter(self._window((end or high) if self._newest_first else (start or low), hours))

    def _advance(self, progress: _Progress) -> bool:
        """Moves on to the next window; False after the last one."""
        start, end = progress.window
        edge = start if self._newest_first else end
        last = self._hours[_CREATED][0 if self._newest_first else 1]
        if edge is None or edge == last:
            return False
        low, high = self._bounds()
        hours = int(((end or high) - (start or low)) / HOUR)
        progress.before, progress.delivered = progress.delivered, set()
        progress.enter(self._window(edge, 2 * hours if progress.rows < progress.cap * _ROOM / 2 else hours))
        return True

    def _window(self, edge: datetime, hours: int) -> Span:
        """The window of so many hours at this edge; open, or at the search's own bound, where it reaches that."""
        low, high = self._bounds()
        whole = self._hours[_CREATED]
        if self._newest_first:
            start = edge - hours * HOUR
            top = whole[1] if edge >= high else edge
            return (whole[0] if start <= low else start), top
        end = edge + hours * HOUR
        bottom = whole[0] if edge <= low else edge
        return bottom, (whole[1] if end >= high else end)


def _date(order: Order, name: str) -> datetime | None:
    """The order's own date that a filter compares with."""
    return cast("datetime | None", getattr(order, name.removeprefix("order.")))


def _floor(moment: datetime) -> datetime:
    """The hour's beginning, in the moment's own zone."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)


def _printed(moment: datetime | None) -> datetime | None:
    """The moment as Mercado Libre prints it, without parts of a millisecond."""
    return None if moment is None else moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _whole_hours(span: Span) -> Span:
    """The span with its start rounded down and its end rounded up: the search counts whole hours."""
    start, end = span
    return (
        None if start is None else _floor(start),
        None if end is None else end if _floor(end) == end else _floor(end) + HOUR,
    )
