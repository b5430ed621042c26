"""Handing orders over: the handler's rows, what the channel knows of the order, and the cursor commit together."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, TypeVar, cast

from attrs import frozen
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.cancellation import DRAIN_SECONDS, whole
from meli_sdk.channel.database import repeat_reason, repeated, upsert
from meli_sdk.channel.events import LOGGER, TransactionRepeated
from meli_sdk.channel.failures import FAILING
from meli_sdk.channel.handler_connection import handed_over
from meli_sdk.channel.journal import CURSORS, ORDERS, ORDERS_STREAM
from meli_sdk.channel.order_groups import PACK_SPLIT, OrderGroup
from meli_sdk.channel.orders_report import HANDED_OVER, OrderAction, OrderRows
from meli_sdk.channel.orders_sources import stamp_of
from meli_sdk.channel.quarantine import open_keys, set_aside, settle
from meli_sdk.channel.scope import Scope
from meli_sdk.channel.settings import ChannelSettings
from meli_sdk.errors import MeliError
from meli_sdk.models.orders import Order, OrderItem
from meli_sdk.models.orders_packs import Pack
from meli_sdk.models.shipments import Shipment

T = TypeVar("T")

ORDER_KIND: Final = "order"
"""The kind of things in the quarantine that are orders."""
HANDLER_TRIES: Final = 5
"""So often is an order given to a handler that raises before it is set aside."""
MOST_IN_A_ROW: Final = 5
"""So many orders or packs in a row may be set aside anew; then the handler is broken, not the orders."""
_HANDLER_RAISED: Final = (
    f"the handler raised for {MOST_IN_A_ROW} orders in a row; they were set aside, and the download stops"
)
SHORT: Final = 0.05
"""Seconds after which a transaction takes no further order."""
_VOLATILE: Final = frozenset({"last_updated", "date_last_updated", "hidden_for_seller"})
"""Keys that tell nothing of the content, or that only one of the resources has."""
_MAY_LACK: Final = frozenset({"buyer", "seller", "feedback", "payments", "shipping"})
"""Parts that a 206 answer leaves out: they arrive as empty objects."""


@frozen(kw_only=True)
class OrderLine:
    """One line of an order."""

    item: OrderItem
    sku: str | None
    """Mercado Libre's SKU."""
    mapped_sku: str | None
    """Yours; None where the table of SKUs does not name it."""


@frozen(kw_only=True)
class ChannelOrder:
    """An order as a handler gets it."""

    order: Order
    pack: Pack | None
    """The cart it was bought in; its other orders are handed over in the same transaction."""
    shipment: Shipment | None
    group: OrderGroup
    previous_group: OrderGroup | None
    """The group of its last hand-over; None: this is the first."""
    lines: tuple[OrderLine, ...]
    complete: bool
    """False where Mercado Libre left parts out, or its shipment could not be read; it is handed over again when they are there."""
    key: str
    """Names this version: the order's id and the digest of its content. The same key never brings other content."""
    seen_at: datetime
    """When it was read."""
    user_id: int
    """The channel's seller; of a Global Selling order, the account above its marketplaces."""
    account: str | None
    vendor: str | None

    @property
    def split(self) -> bool:
        """Whether it was cancelled because its goods go on under new orders: nothing comes back into stock."""
        detail = self.order.cancel_detail
        return detail is not None and detail.code == PACK_SPLIT


OrderHandler = Callable[[ChannelOrder, AsyncConnection], Awaitable[None]]
"""Writes an order into your tables through the connection it is given. It must not commit."""


@frozen(kw_only=True)
class Prepared:
    """An order on its way to the handler."""

    order: Order
    digest: str
    """Of what it says, without the stamps that change by themselves."""
    lines: tuple[OrderLine, ...]
    group: OrderGroup
    wanted: bool
    """Whether the channel downloads its group."""
    complete: bool
    pack: Pack | None = None
    shipment: Shipment | None = None
    recovered: bool = False
    position: datetime | None = None
    """Where the cursor may go once it is handed over: all that changed before was handed over too."""
    trouble: MeliError | None = None
    """Why its pack or its shipment could not be read."""

    @property
    def held(self) -> bool:
        """Whether it waits until Mercado Libre tells what it was bought with: half a pack would travel as a whole one."""
        return isinstance(self.trouble, FAILING) and self.order.pack_id is not None and self.pack is None


@frozen
class Known:
    """What the journal knows of an order."""

    updated: datetime
    digest: str
    order_group: str
    wanted: bool
    complete: bool
    handed_over_at: datetime | None


_KNOWN: Final = ("updated", "digest", "order_group", "wanted", "complete", "handed_over_at")

Unit = Sequence[Prepared]
"""Orders that are handed over in one transaction: one, or those of a pack."""


def prepare(scope: Scope, order: Order) -> Prepared:
    """What can be said of an order without asking anybody."""
    settings = scope.settings
    group = settings.order_group_map.group(order)
    content = {key: value for key, value in order.raw.items() if key not in _VOLATILE}
    return Prepared(
        order=order,
        digest=blake2b(scope.app.pipeline.codec.canonical(content), digest_size=16).hexdigest(),
        lines=lines_of(order, settings),
        group=group,
        wanted=group in settings.order_groups,
        complete=not any(order.raw.get(part) == {} for part in _MAY_LACK),
    )


def decide(found: Prepared, known: Known | None) -> OrderAction:
    """What to do with an order."""
    first = OrderAction.NEW if found.wanted else OrderAction.NOT_WANTED
    if known is None:
        return first
    updated = stamp_of(found.order)
    if updated < known.updated:
        return OrderAction.STALE
    if known.handed_over_at is None:
        return first
    same = found.digest == known.digest
    parts_lost = updated == known.updated and known.complete and not found.complete
    if found.wanted:
        if same and found.complete and not known.complete:
            action = OrderAction.COMPLETED
        else:
            action = OrderAction.UNCHANGED if parts_lost or (same and known.wanted) else OrderAction.CHANGED
    elif known.wanted and found.group != known.order_group:
        action = OrderAction.LEFT
    else:
        action = OrderAction.UNCHANGED if same else OrderAction.NOT_WANTED
    return action


async def known_orders(connection: AsyncConnection, user_id: int, order_ids: Iterable[int]) -> dict[int, Known]:
    """What the journal knows of these orders."""
    columns = [ORDERS.c[name] for name in ("order_id", *_KNOWN)]
    query = select(*columns).where(ORDERS.c.user_id == user_id, ORDERS.c.order_id.in_(list(order_ids)))
    return {row[0]: Known(*cast("tuple[Any, ...]", row)[1:]) for row in (await connection.execute(query)).all()}


def lines_of(order: Order, settings: ChannelSettings) -> tuple[OrderLine, ...]:
    """The lines of an order with both SKUs."""
    found: list[OrderLine] = []
    for item in order.order_items:
        sku = item.item.sku if item.item is not None else None
        found.append(OrderLine(item=item, sku=sku, mapped_sku=None if sku is None else settings.our_sku(sku)))
    return tuple(found)


def channel_order(scope: Scope, found: Prepared, previous: OrderGroup | None) -> ChannelOrder:
    """An order as a handler gets it."""
    return ChannelOrder(
        order=found.order,
        pack=found.pack,
        shipment=found.shipment,
        group=found.group,
        previous_group=previous,
        lines=found.lines,
        complete=found.complete,
        key=f"{found.order.id}-{found.digest}",
        seen_at=scope.now(),
        user_id=scope.user_id,
        **scope.labels(),
    )


def is_handlers_own(error: BaseException) -> bool:
    """Whether a pass ended with what the handler raised for order after order."""
    return _HANDLER_RAISED in getattr(error, "__notes__", ())


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


class _HandlerFailedError(Exception):
    """The handler raised; its own exception is the cause."""

    def __init__(self, failed: Prepared) -> None:
        super().__init__(failed.order.id)
        self.failed = failed


class HandOver:
    """Hands orders over, one short transaction after the other."""

    def __init__(self, scope: Scope, handler: OrderHandler, rows: OrderRows) -> None:
        self._scope = scope
        self._handler = handler
        self._rows = rows
        self._in_a_row = 0
        self._aside: set[str] = set()
        self._write: Final = upsert(ORDERS, scope.database, keys=_ORDER_KEYS, changed=_ORDER_CHANGES)
        self.repeats: Counter[str] = Counter()
        """Transactions that the database asked for again, by reason."""

    async def give(self, units: Sequence[Unit], stream: str | None) -> None:
        """Hands units over in their order.

        Args:
            units: each in one transaction.
            stream: whose cursor moves along, to the position of each unit; None moves none.

        Raises:
            Exception: the handler's own, when it raised for five different orders in a row.
        """
        left = list(units)
        self._aside = await open_keys(self._scope, ORDER_KIND)
        while left:
            try:
                done = await self._repeated(left, stream)
            except _HandlerFailedError as failure:
                # The others of this transaction are not to blame: each goes alone.
                alone = next(unit for unit in left if failure.failed in unit)
                before = left[: left.index(alone)]
                for unit in before:
                    await self.give_alone(unit, stream)
                await self.give_alone(alone, stream, failure)
                done = len(before) + 1
            else:
                self._in_a_row = 0
            del left[:done]

    async def give_alone(self, unit: Unit, stream: str | None, failure: _HandlerFailedError | None = None) -> None:
        """One unit, as often as it takes; an order that the handler keeps refusing is set aside.

        Args:
            unit: what is handed over.
            stream: whose cursor moves along.
            failure: what became of a first try.
        """
        tries = 0
        counted = False
        while unit:
            if failure is None:
                try:
                    await self._repeated([unit], stream)
                except _HandlerFailedError as raised:
                    failure = raised
                else:
                    self._in_a_row = 0
                    return
            failed, error, failure = failure.failed, cast("Exception", failure.__cause__), None
            tries += 1
            key = str(failed.order.id)
            if tries < HANDLER_TRIES and key not in self._aside:
                await self._scope.clock.sleep(0.05 * 2**tries)
                continue
            await self.set_aside(key, error, failed.order.raw, failures=tries, group=failed.group)
            # What was refused before says nothing new of the handler, and a pack is refused for one reason.
            if key not in self._aside and not counted:
                counted = True
                self._in_a_row += 1
                if self._in_a_row >= MOST_IN_A_ROW:
                    error.add_note(_HANDLER_RAISED)
                    raise error
            unit = tuple(one for one in unit if one is not failed)
            tries = 0

    async def set_aside(
        self, key: str, error: Exception, body: object, *, failures: int = 1, group: OrderGroup | None = None
    ) -> None:
        """Puts something that could not be read or handed over into the quarantine."""

        async def write() -> None:
            async with self._scope.database.writes.begin() as connection:
                await set_aside(
                    connection, self._scope, kind=ORDER_KIND, key=key, error=error, body=body, failures=failures
                )

        await repeated(write, clock=self._scope.clock, tell=self._tell)
        order_id = int(key) if key.isdigit() and int(key) < 2**63 else None
        self._rows.add(order_id, OrderAction.QUARANTINED, group, error=_said(error))

    def _tell(self, reason: str, attempt: int, seconds: float) -> None:
        self.repeats[reason] += 1
        LOGGER.info("channel %s: the database asked for a transaction again: %s", self._scope.settings.name, reason)
        self._scope.tell(TransactionRepeated, reason=reason, attempt=attempt, seconds=seconds)

    async def _repeated(self, units: Sequence[Unit], stream: str | None) -> int:
        """One transaction, done again as long as the database asks for it; its rows are reported once it is committed."""
        work = repeated(lambda: self._transact(units, stream), clock=self._scope.clock, tell=self._tell)
        done, results = await whole(work, cut_off=self._tell_cut_off)
        for found, action in results:
            self.report(found, action)
        return done

    def _tell_cut_off(self) -> None:
        LOGGER.warning(
            "channel %s: the order in hand took longer than %g s after the end was asked for; it is rolled back",
            self._scope.settings.name,
            DRAIN_SECONDS,
        )

    async def _transact(
        self, units: Sequence[Unit], stream: str | None
    ) -> tuple[int, list[tuple[Prepared, OrderAction]]]:
        scope, clock = self._scope, self._scope.clock
        results: list[tuple[Prepared, OrderAction]] = []
        written: list[dict[str, Any]] = []
        done = 0
        async with scope.database.writes.begin() as connection:
            start = clock.monotonic()
            if not scope.database.sqlite:  # SQLite has one writer anyway
                await connection.execute(_LOCK, {"user": scope.user_id})
            ids = [found.order.id for unit in units for found in unit]
            known = await known_orders(connection, scope.user_id, ids)
            now = scope.now()
            for unit in units:
                for found in unit:
                    before = known.get(found.order.id)
                    action = decide(found, before)
                    if action in HANDED_OVER:
                        await self._call(connection, found, before)
                    results.append((found, action))
                    row = _row(scope, found, before, action, now)
                    if row is not None:
                        written.append(row)
                        known[found.order.id] = _known(row)
                done += 1
                if clock.monotonic() - start > SHORT:
                    break
            if written:
                await connection.execute(self._write, written)
            well = {str(found.order.id) for found, action in results if action is not OrderAction.STALE} & self._aside
            if well:
                await settle(connection, scope, ORDER_KIND, well)
            position = units[done - 1][0].position if done else None
            if stream is not None and position is not None:
                await move_cursor(connection, scope, stream, position)
        return done, results

    async def _call(self, connection: AsyncConnection, found: Prepared, before: Known | None) -> None:
        scope = self._scope
        previous = OrderGroup(before.order_group) if before and before.handed_over_at else None
        given = channel_order(scope, found, previous)
        try:
            async with handed_over(connection) as lent:
                await self._handler(given, lent)
        except Exception as error:
            if connection.invalidated or repeat_reason(error) is not None:  # the database's failure, not the handler's
                raise
            raise _HandlerFailedError(found) from error

    def report(self, found: Prepared, action: OrderAction) -> None:
        """Adds the row of an order."""
        settings = self._scope.settings
        details: dict[str, object] = {}
        if action in HANDED_OVER:
            details["unmapped_skus"] = tuple(line.sku for line in found.lines if line.sku and line.mapped_sku is None)
            details["recovered"] = found.recovered
            if found.trouble is not None:
                details["error"] = f"handed over without its pack or shipment: {_said(found.trouble)}"
        if not settings.order_group_map.knows(found.order):
            details["unknown_status"] = found.order.status or "none"
        self._rows.add(found.order.id, action, found.group, **details)


_LOCK: Final = (
    select(CURSORS.c.position)
    .where(CURSORS.c.user_id == bindparam("user"), CURSORS.c.stream == ORDERS_STREAM)
    .with_for_update()
)
"""One hand-over at a time per channel, whatever machine it is on."""
_ORDER_KEYS: Final = ("user_id", "order_id")
_ORDER_CHANGES: Final = tuple(column.name for column in ORDERS.columns if column.name not in _ORDER_KEYS)


def _row(
    scope: Scope, found: Prepared, before: Known | None, action: OrderAction, now: datetime
) -> dict[str, Any] | None:
    """What the journal shall know of an order now; None where it knows it already."""
    handed = action in HANDED_OVER
    updated = stamp_of(found.order)
    if action is OrderAction.STALE or (
        action is OrderAction.UNCHANGED and before is not None and before.updated == updated
    ):
        return None
    complete = found.complete or (action is OrderAction.UNCHANGED and before is not None and before.complete)
    return {
        "user_id": scope.user_id,
        "order_id": found.order.id,
        **scope.labels(),
        "updated": updated,
        "digest": found.digest,
        "order_group": str(found.group),
        "wanted": found.wanted if handed or before is None else before.wanted,
        "complete": complete,
        "pack_id": found.order.pack_id,
        "handed_over_at": now if handed else before and before.handed_over_at,
        "seen_at": now,
    }


def _known(row: Mapping[str, Any]) -> Known:
    return Known(**{name: row[name] for name in _KNOWN})


async def move_cursor(connection: AsyncConnection, scope: Scope, stream: str, position: datetime) -> None:
    """Moves a cursor on, in the caller's transaction; never back."""
    await connection.execute(
        update(CURSORS)
        .where(
            CURSORS.c.user_id == scope.user_id,
            CURSORS.c.stream == stream,
            or_(CURSORS.c.position.is_(None), CURSORS.c.position < position),
        )
        .values(position=position)
    )
