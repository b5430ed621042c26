"""Order download: a pass over what changed since the last one, and the sweeps that prove it."""

import asyncio
import inspect
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import Database, upsert
from meli_sdk.channel.events import LOGGER, OrdersRecovered, PassEnded, ReadingIncomplete
from meli_sdk.channel.failures import FAILING
from meli_sdk.channel.journal import CURSORS, ORDERS, ORDERS_STREAM
from meli_sdk.channel.orders_details import Details
from meli_sdk.channel.orders_handover import (
    ORDER_KIND,
    HandOver,
    OrderHandler,
    Prepared,
    Unit,
    decide,
    known_orders,
    move_cursor,
    prepare,
)
from meli_sdk.channel.orders_reading import MOST_FAILING, Reader, Reading
from meli_sdk.channel.orders_report import HANDED_OVER, OrderAction, OrderReport, OrderRows
from meli_sdk.channel.orders_sources import (
    CANCELLED,
    HOUR,
    REACH,
    OrderSource,
    Span,
    hour_down,
    hour_up,
    source_of,
    stamp_of,
)
from meli_sdk.channel.quarantine import forget_settled, lost_things, open_keys
from meli_sdk.channel.scope import Scope
from meli_sdk.channel.settings import ChannelSettings
from meli_sdk.errors import DecodeError, InputError, MeliError, OrderNotFoundError, PaginationError, shown
from meli_sdk.models.orders import Order
from meli_sdk.models.orders_packs import Pack
from meli_sdk.wire.read_ahead import call_off

MINIMUM_OVERLAP: Final = timedelta(minutes=15)
MAXIMUM_OVERLAP: Final = timedelta(days=1)
SWEEPS: Final = (
    ("sweep of 60 days", timedelta(days=7), timedelta(days=60)),
    ("sweep of 14 days", timedelta(days=1), timedelta(days=14)),
    ("sweep of a day", timedelta(hours=1), timedelta(days=1)),
)
"""Name, how often, and how far back: what the regular reading missed is found here."""
AGAIN_AFTER: Final = timedelta(hours=1)
"""A sweep that met a window which cannot be read to its end is made again after so long."""
BEGINNING: Final = "beginning"
"""The cursor that no reading goes behind by itself: where the first one began."""
GIVE_UP_AFTER: Final = 3
"""So many windows in a row that can't be read end the pass."""
AGAIN_FOR: Final = timedelta(days=2)
"""So long is an incomplete order, or one that nobody finds, asked for again."""
AGAIN_AT_ONCE: Final = 50
CANARY: Final = timedelta(days=30)
Sweep = tuple[str, timedelta, timedelta]


@frozen(kw_only=True)
class OrderProgress:
    """How far a pass is; given to `progress` after each window."""

    stream: str
    """`orders`, or `cancelled` for the second walk."""
    start: datetime
    read_to: datetime
    end: datetime
    seen: int
    """Orders of this pass so far."""
    handed_over: int
    calls: int

    @property
    def done(self) -> float:
        """The part of this stream's time that is read, 0 to 1."""
        return min(1.0, (self.read_to - self.start) / (self.end - self.start))


OrderProgressed = Callable[[OrderProgress], None]


@frozen(kw_only=True)
class _Stream:
    """How far a stream was read."""

    position: datetime | None = None
    read_at: datetime | None = None
    overlap: timedelta = MINIMUM_OVERLAP


class OrderPass:
    """One pass over the orders of a channel.

    Args:
        scope: the channel.
        handler: what orders are handed to.
        progress: told after each window.
        dry_run: read, decide and report, but hand over and write nothing.
        shipments: whether the shipment of each order that is handed over is read too; one call each.
    """

    def __init__(
        self, scope: Scope, handler: OrderHandler, *, progress: OrderProgressed | None, dry_run: bool, shipments: bool
    ) -> None:
        self._scope = scope
        self._progress = progress
        self._dry_run = dry_run
        self._started: datetime = scope.now()
        self._rows = OrderRows(dry_run=dry_run)
        self._problems: list[str] = []
        self._hand_over = HandOver(scope, handler, self._rows)
        self._source: OrderSource = source_of(scope.session, is_global=scope.is_global)
        self._late = timedelta()
        self._recovered = 0
        self._complete: set[str] = set()
        self._incomplete: set[int] = set()
        self._aside: set[str] = set()
        """Orders that were in the quarantine when the pass began: no reading had missed them."""
        self._details = Details(self._source, shipments=shipments)
        self.failing: set[int] = set()
        """Orders that were set aside because Mercado Libre fails for them, or for what they were bought with."""

    async def run(self, since: datetime | None) -> OrderReport:
        """Reads what changed, hands over what is wanted.

        Raises:
            PaginationError: Mercado Libre ignores the filter by time, or nothing can be read any more.
            AuthError, TransportError, ForbiddenError: nothing can be read now; what was handed over stays so.
        """
        streams = await self._streams()
        self._aside = await open_keys(self._scope, ORDER_KIND)
        sweep = None if since is not None else self._due(streams)
        begun = streams.get(BEGINNING, _Stream()).position
        for name in (ORDERS_STREAM, CANCELLED):
            stream = streams.get(name, _Stream())
            regular = self._earliest() if stream.position is None else stream.position - stream.overlap
            if stream.position is None and since is not None:
                regular = since
            start = min(regular, since or regular)
            if sweep is not None and stream.position is not None:
                start = min(start, max(self._started - sweep[2], begun or self._earliest()))
            start = max(start, self._earliest())
            if begun is None or start < begun:
                begun = start
            await self._walk(name, stream, start, regular if since is None else start)
        await self._again()
        if not self._dry_run:
            await self._note(streams, sweep, hour_down(begun or self._started))
        return await self.report()

    async def by_id(self, order_ids: Sequence[int]) -> OrderReport:
        """Reads these orders and hands over what is wanted; no cursor moves."""
        await self.take(order_ids)
        return await self.report()

    async def take(self, order_ids: Sequence[int], *, failing: int = 0) -> None:
        """Reads these orders and hands over what is wanted. Nothing is handed over or reported where it raises of a call.

        Args:
            order_ids: what is read.
            failing: Mercado Libre may fail for so many of them in a row, which are set aside.
        """
        reader = self._reader()
        answers = dict(zip(order_ids, await reader.get_all(order_ids, failing=failing), strict=True))
        orders = [found for found in answers.values() if isinstance(found, Order)]
        failed: dict[str, MeliError] = {}
        units = await self._units(orders, _Stream(), self._earliest(), failed)
        for order_id, found in answers.items():
            if isinstance(found, OrderNotFoundError):
                self._rows.add(order_id, OrderAction.NOT_FOUND, error=str(found))
            elif isinstance(found, MeliError):
                failed[str(order_id)] = found
        await self.set_aside(failed)
        await self._give(units, None)

    def _reader(self, *, cancelled: bool = False) -> Reader:
        rate = self._scope.settings.throughput
        return Reader(self._source, cancelled=cancelled, rate=rate, earliest=self._earliest())

    def _earliest(self) -> datetime:
        return hour_down(self._started - REACH) + HOUR

    def _due(self, streams: Mapping[str, _Stream]) -> Sweep | None:
        """The widest sweep whose time has come; a first run needs none."""
        for sweep in SWEEPS:
            done = streams.get(sweep[0], _Stream()).read_at
            if done is not None and self._started - done >= sweep[1]:
                return sweep
        return None

    # reading

    async def _walk(self, name: str, stream: _Stream, start: datetime, regular: datetime) -> None:
        reader = self._reader(cancelled=name == CANCELLED)
        end = hour_up(self._started) + HOUR  # room for clocks that differ
        pinned = self._dry_run
        failures = 0

        async def then(reading: Reading) -> list[Unit]:
            return await self._units(reading.orders.values(), stream, regular, reading.failed, until=reading.span.end)

        async with aclosing(reader.readings(start, end, then)) as readings:
            async for reading, units in readings:
                # Rows that do not come to rest, or totals that are wrong, are none: their orders were read.
                unread = reading.problem is not None and not isinstance(reading.problem, PaginationError)
                failures = failures + 1 if unread else 0
                if reading.problem is not None:
                    pinned = True
                    self._note_problem(reading.span, reading.problem)
                await self.set_aside(reading.failed)  # before the cursor moves past them
                await self._give(units, None if pinned else name)
                if failures >= GIVE_UP_AFTER and reading.problem is not None:
                    raise reading.problem
                self._tell_progress(name, start, reading.span.end, end)
        if not pinned:
            self._complete.add(name)
            async with self._scope.database.writes.begin() as connection:
                await move_cursor(connection, self._scope, name, self._started - MAXIMUM_OVERLAP)

    def _note_problem(self, span: Span, problem: MeliError) -> None:
        said = f"orders changed from {span.start.isoformat()} to {span.end.isoformat()}: {problem}"
        self._problems.append(said)
        LOGGER.warning(
            "channel %s: orders changed from %s to %s could not be read to the end (%s); the cursor stays before them",
            self._scope.settings.name,
            span.start.isoformat(),
            span.end.isoformat(),
            type(problem).__name__,
        )
        self._scope.tell(ReadingIncomplete, start=span.start, end=span.end, error=problem)

    async def set_aside(self, failed: Mapping[str, MeliError]) -> None:
        """Puts what could not be read, by its key, into the quarantine."""
        for key, error in failed.items():
            if isinstance(error, FAILING) and key.isdigit():
                self.failing.add(int(key))
            if self._dry_run:
                order_id = int(key) if key.isdigit() else None
                self._rows.add(order_id, OrderAction.QUARANTINED, error=f"{type(error).__name__}: {error}")
            else:
                await self._hand_over.set_aside(key, error, getattr(error, "raw", None))

    def _tell_progress(self, name: str, start: datetime, read_to: datetime, end: datetime) -> None:
        if self._progress is not None:
            self._progress(
                OrderProgress(
                    stream=name,
                    start=start,
                    read_to=read_to,
                    end=end,
                    seen=len(self._rows),
                    handed_over=self._rows.handed_over,
                    calls=self._source.calls,
                )
            )

    async def _again(self) -> None:
        """Asks again for what was incomplete, not to be found, or what Mercado Libre failed for, a while ago."""
        oldest = self._started - AGAIN_FOR
        query = select(ORDERS.c.order_id).where(
            ORDERS.c.user_id == self._scope.user_id,
            ORDERS.c.complete.is_(False),
            ORDERS.c.handed_over_at > oldest,
        )
        # By chance, so that those which stay incomplete do not keep the others out.
        query = query.order_by(func.random()).limit(AGAIN_AT_ONCE)
        async with self._scope.database.reads.connect() as connection:
            wanted = list((await connection.execute(query)).scalars())
        wanted = [order_id for order_id in wanted if order_id not in self._incomplete]
        lost = await lost_things(self._scope, ORDER_KIND, oldest, self._started, limit=AGAIN_AT_ONCE)
        wanted += [int(key) for key in lost if key.isdigit()]
        if wanted:
            await self.take(wanted, failing=MOST_FAILING)

    # preparing

    async def _units(
        self,
        orders: Iterable[Order],
        stream: _Stream,
        regular: datetime,
        failed: dict[str, MeliError],
        *,
        until: datetime | None = None,
    ) -> list[Unit]:
        """What is handed over together, oldest change first: an order, or the orders of a pack.

        Args:
            orders: what was read.
            stream: where they come from.
            regular: the regular reading begins here.
            failed: gets the orders of packs that cannot be read whole.
            until: the end of what was read: an order that changed since then moves no cursor beyond it.

        Raises:
            ServerError, MeliTimeoutError: Mercado Libre fails for the packs or shipments of five orders in a row.
        """
        found = [prepare(self._scope, order) for order in orders]
        found.sort(key=lambda one: (stamp_of(one.order), one.order.id))
        detailed = await self._detailed(found, stream, regular)
        by_id: dict[int, Prepared] = {one.order.id: one for one in detailed}
        units: list[Unit] = []
        taken: set[int] = set()
        for one in detailed:
            if one.order.id in taken:
                continue
            unit = [one] if one.pack is None else [one, *await self._siblings(one, by_id, failed)]
            taken.update(member.order.id for member in unit)
            self._incomplete.update(member.order.id for member in unit if not member.complete)
            trouble = one.trouble if one.held else next(filter(_fails, map(failed.get, _keys(one.pack))), None)
            if trouble is None:
                stamp = stamp_of(one.order)
                position = stamp if until is None else min(stamp, until)
                units.append([evolve(member, position=position) for member in unit])
            else:
                failed.update({str(member.order.id): trouble for member in unit})
        return units

    async def _detailed(self, found: Sequence[Prepared], stream: _Stream, regular: datetime) -> list[Prepared]:
        """The same orders, with the details of those that will be handed over."""
        async with self._scope.database.reads.connect() as connection:
            known = await known_orders(connection, self._scope.user_id, [one.order.id for one in found])

        async def detail(one: Prepared) -> Prepared:
            before = known.get(one.order.id)
            if decide(one, before) not in HANDED_OVER:
                return one
            stamp = stamp_of(one.order)
            recovered = False
            if str(one.order.id) not in self._aside and (before is None or before.updated < stamp):
                recovered = stamp < regular
                self._recovered += recovered
                if stream.read_at is not None and stamp < stream.read_at:
                    self._late = max(self._late, stream.read_at - stamp)
            return await self._details.add(evolve(one, recovered=recovered))

        tasks = deque(asyncio.create_task(detail(one)) for one in found)
        detailed: list[Prepared] = []
        in_a_row = 0
        try:
            while tasks:
                one = await tasks.popleft()
                in_a_row = in_a_row + 1 if isinstance(one.trouble, FAILING) else 0
                if one.trouble is not None and in_a_row > MOST_FAILING:
                    raise one.trouble
                detailed.append(one)
        finally:
            await call_off(tasks)
        return detailed

    async def _siblings(
        self, one: Prepared, by_id: Mapping[int, Prepared], failed: dict[str, MeliError]
    ) -> list[Prepared]:
        """The other orders of a pack; those outside the window are read by their ids, and `failed` gets what cannot be."""
        assert one.pack is not None  # noqa: S101  asked only for packs
        ids = [line.id for line in one.pack.orders if line.id is not None and line.id != one.order.id]
        found = [by_id[order_id] for order_id in ids if order_id in by_id]
        reader = self._reader()
        unread = [order_id for order_id in ids if order_id not in by_id]
        others = dict(zip(unread, await reader.get_all(unread, failing=MOST_FAILING), strict=True))
        for order_id, other in others.items():
            if isinstance(other, (DecodeError, *FAILING)):  # orders of other sellers are refused: those are left out
                failed[str(order_id)] = other
        read = [
            evolve(prepare(self._scope, other), pack=one.pack) for other in others.values() if isinstance(other, Order)
        ]
        # Whoever is read because of another one was missed by no reading, and tells nothing of the search.
        return found + await self._detailed(read, _Stream(), self._earliest())

    # handing over

    async def _give(self, units: Sequence[Unit], stream: str | None) -> None:
        if not self._dry_run:
            await self._hand_over.give(units, stream)
            return
        ids = [one.order.id for unit in units for one in unit]
        async with self._scope.database.reads.connect() as connection:
            known = await known_orders(connection, self._scope.user_id, ids)
        for unit in units:
            for one in unit:
                self._hand_over.report(one, decide(one, known.get(one.order.id)))

    # the cursors

    async def _streams(self) -> dict[str, _Stream]:
        async with self._scope.database.reads.connect() as connection:
            query = select(CURSORS).where(CURSORS.c.user_id == self._scope.user_id)
            found = (await connection.execute(query)).mappings().all()
        return {
            row["stream"]: _Stream(
                position=row["position"], read_at=row["read_at"], overlap=timedelta(seconds=row["overlap_seconds"])
            )
            for row in found
        }

    async def _note(self, streams: Mapping[str, _Stream], sweep: Sweep | None, begun: datetime) -> None:
        """Writes down what was read, and how late Mercado Libre's search is."""
        overlap = streams.get(ORDERS_STREAM, _Stream()).overlap
        if sweep is not None and sweep[1] >= timedelta(days=1):
            overlap /= 2
        overlap = min(MAXIMUM_OVERLAP, max(MINIMUM_OVERLAP, overlap, 3 * self._late))
        if self._recovered:
            overlap = min(MAXIMUM_OVERLAP, 2 * overlap)
            LOGGER.warning(
                "channel %s: a sweep found %d orders that the regular reading had missed; the overlap is %d s now",
                self._scope.settings.name,
                self._recovered,
                overlap.total_seconds(),
            )
            self._scope.tell(OrdersRecovered, count=self._recovered, overlap=overlap.total_seconds())
        done = [one for one in SWEEPS if sweep is None or one[2] <= sweep[2]]
        if sweep is None and any(name in streams for name, _, _ in done):
            done = []
        async with self._scope.database.writes.begin() as connection:
            for name in (ORDERS_STREAM, CANCELLED):
                if name in self._complete:
                    await self._set(
                        connection, name, read_at=self._started, overlap_seconds=int(overlap.total_seconds())
                    )
            for name, every, _ in done:
                late = every - AGAIN_AFTER if self._problems else timedelta()
                await self._set(connection, name, read_at=self._started - late)
            await self._set(connection, BEGINNING, position=begun)
            await forget_settled(connection, self._scope)

    async def _set(self, connection: AsyncConnection, stream: str, **values: object) -> None:
        key = {"user_id": self._scope.user_id, "stream": stream, "overlap_seconds": 0, **self._scope.labels()}
        await connection.execute(
            upsert(CURSORS, self._scope.database, keys=("user_id", "stream"), changed=tuple(values)), key | values
        )

    async def report(self) -> OrderReport:
        """What became of each order so far; observers are told that the pass ended."""
        ended = self._scope.now()
        cursor = (await self._streams()).get(ORDERS_STREAM, _Stream()).position
        settings = self._scope.settings
        report = OrderReport(
            channel=settings.name,
            user_id=settings.user_id,
            account=settings.account,
            vendor=settings.vendor,
            dry_run=self._dry_run,
            started_at=self._started,
            ended_at=ended,
            rows=self._rows,
            totals=self._rows.totals(),
            cursor=cursor,
            problems=tuple(self._problems),
            repeated=dict(self._hand_over.repeats),
            calls=self._source.calls,
        )
        self._scope.tell(
            PassEnded,
            seconds=(ended - self._started).total_seconds(),
            lag=None if cursor is None else (ended - cursor).total_seconds(),
            totals=report.totals,
            complete=report.complete,
        )
        return report


def _fails(error: MeliError | None) -> bool:
    return isinstance(error, FAILING)


def _keys(pack: Pack | None) -> list[str]:
    """Of a pack's orders, the keys under which they are set aside."""
    return [] if pack is None else [str(line.id) for line in pack.orders]


async def open_cursors(connection: AsyncConnection, database: Database, settings: ChannelSettings) -> None:
    """Makes the rows of the channel's cursors; one of them is the lock of its hand-over too."""
    labels = {"account": settings.account, "vendor": settings.vendor}
    key = {"user_id": settings.user_id, "overlap_seconds": int(MINIMUM_OVERLAP.total_seconds()), **labels}
    statement = upsert(CURSORS, database, keys=("user_id", "stream"), changed=())
    await connection.execute(statement, [{**key, "stream": name} for name in (ORDERS_STREAM, CANCELLED)])
    await connection.execute(update(CURSORS).where(CURSORS.c.user_id == settings.user_id).values(**labels))


def check_handler(handler: object, name: str = "handler", takes: str = "(ChannelOrder, AsyncConnection)") -> None:
    """Refuses a handler that cannot be awaited.

    Raises:
        InputError: it is no `async def` function.
    """
    call: object = getattr(type(handler), "__call__", None)  # noqa: B004  of an object, its method
    if not callable(handler) or not (inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(call)):
        message = f"{name} is an async function of {takes}, got {shown(handler)}"
        raise InputError(message)


def check_since(since: datetime | None, now: datetime) -> None:
    """Refuses a beginning that no reading can have.

    Raises:
        InputError: a moment without zone, in the future, or more than twelve months back.
    """
    if since is None:
        return
    if not isinstance(since, datetime) or since.tzinfo is None:
        message = f"since: a date needs a time zone, got {shown(since)}"
        raise InputError(message)
    if since > now:
        message = f"since {since.isoformat()} lies in the future"
        raise InputError(message)
    if since < now - REACH:
        message = f"since {since.isoformat()}: Mercado Libre's search reaches back 12 months"
        raise InputError(message)


async def prove_filter(scope: Scope) -> None:
    """Asks for orders of the next month: there are none, unless the filter is ignored.

    Raises:
        PaginationError: Mercado Libre ignores the filter by time.
    """
    source: OrderSource = source_of(scope.session, is_global=scope.is_global)
    start = hour_down(scope.now() + CANARY)
    page = await source.page(Span(start, start + HOUR), cancelled=False, created=None, offset=0)
    if page.items or page.failed:
        message = "Mercado Libre ignores the filter by time: orders of the next month were asked for, and some came"
        raise PaginationError(message)
