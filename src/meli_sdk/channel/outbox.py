"""Orders for systems whose database is elsewhere: queued with the hand-over, delivered at least once.

The queue holds ids and keys, no order: each is read again when it is delivered, so what arrives is the newest version and
nothing of a buyer lies in the queue.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen
from sqlalchemy import ColumnElement, Delete, Update, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import repeated
from meli_sdk.channel.events import LOGGER
from meli_sdk.channel.journal import OUTBOX
from meli_sdk.channel.order_groups import OrderGroup
from meli_sdk.channel.orders_details import Details
from meli_sdk.channel.orders_handover import ChannelOrder, Prepared, channel_order, prepare
from meli_sdk.channel.orders_sources import source_of
from meli_sdk.channel.quarantine import reason_of
from meli_sdk.channel.scope import Scope

LEASE: Final = timedelta(minutes=5)
"""So long has a delivery time, or until it is settled; then another process may deliver the order again."""
LONGEST_WAIT: Final = timedelta(hours=1)

Send = Callable[[ChannelOrder], Awaitable[None]]
"""Brings an order to your system. It may bring the same one twice: `order.key` names its version."""


class Outbox:
    """A handler that queues orders instead of writing them: `await channel.download_orders(Outbox())`.

    `channel.deliver_orders(send)` empties the queue. An order that changes while it waits is delivered once, in its
    newest version; one that changes while it is delivered, once more after that.
    """

    async def __call__(self, order: ChannelOrder, connection: AsyncConnection) -> None:
        """Queues an order in the channel's transaction."""
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(OUTBOX)
        new = {name: statement.excluded[name] for name in ("key", "attempts", "due_at")}
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["user_id", "order_id"], set_=new),
            {
                "user_id": order.user_id,
                "order_id": order.order.id,
                "account": order.account,
                "vendor": order.vendor,
                "key": order.key,
                "previous_group": order.previous_group,
                "attempts": 0,
                "queued_at": order.seen_at,
                "due_at": order.seen_at,
            },
        )


@frozen(kw_only=True)
class DeliveryRow:
    """One order of a delivery report."""

    order_id: int
    delivered: bool
    error: str | None = None


@frozen(kw_only=True)
class DeliveryReport:
    """What became of the queued orders."""

    channel: str
    account: str | None
    vendor: str | None
    rows: tuple[DeliveryRow, ...]
    waiting: int
    """Orders that are still queued."""

    @property
    def totals(self) -> dict[str, int]:
        """Rows that were delivered, and rows that were not."""
        done = sum(row.delivered for row in self.rows)
        return {"delivered": done, "failed": len(self.rows) - done}


@frozen
class _Claimed:
    """A queued order that this process delivers."""

    order_id: int
    key: str
    previous_group: str | None
    attempts: int
    until: datetime
    """The end of its lease; no two claims of an order have the same."""


async def deliver(scope: Scope, send: Send, *, limit: int | None, shipments: bool) -> DeliveryReport:
    """Delivers what is due; what fails is due again later, and not in this call, however long it takes."""
    began = scope.now()
    rows: list[DeliveryRow] = []
    source = source_of(scope.session, is_global=scope.is_global)
    details = Details(source, shipments=shipments)
    while limit is None or len(rows) < limit:
        claimed = await _claim(scope, began)
        if claimed is None:
            break
        order_id = claimed.order_id
        try:
            found = await _whole(details, prepare(scope, await source.get(order_id)))
            previous = claimed.previous_group
            await send(channel_order(scope, found, OrderGroup(previous) if previous else None))
        except Exception as error:  # noqa: BLE001  whatever the receiver raises; the next order is not to blame
            reason = reason_of(error, keep_buyer_data=scope.settings.privacy.keep_buyer_data)
            LOGGER.warning("channel %s: order %d was not delivered: %s", scope.settings.name, order_id, reason)
            await _postpone(scope, claimed)
            rows.append(DeliveryRow(order_id=order_id, delivered=False, error=f"{type(error).__name__}: {error}"))
        else:
            await _done(scope, claimed)
            rows.append(DeliveryRow(order_id=order_id, delivered=True))
    async with scope.database.reads.connect() as connection:
        query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.user_id == scope.user_id)
        waiting = (await connection.execute(query)).scalar_one()
    return DeliveryReport(channel=scope.settings.name, rows=tuple(rows), waiting=waiting, **scope.labels())


async def _whole(details: Details, one: Prepared) -> Prepared:
    """The order with what hangs on it; it is delivered once, so nothing is left out that can be read later."""
    found = await details.add(one)
    if found.trouble is not None:
        raise found.trouble
    return found


async def _claim(scope: Scope, began: datetime) -> _Claimed | None:
    """Of what was due at the beginning, or was queued since, what waits longest; until its lease ends nobody else delivers it."""

    async def take() -> _Claimed | None:
        now = scope.now()
        query = (
            select(OUTBOX)
            .where(
                OUTBOX.c.user_id == scope.user_id,
                OUTBOX.c.due_at <= now,
                or_(OUTBOX.c.due_at <= began, OUTBOX.c.attempts == 0),
                or_(OUTBOX.c.leased_until.is_(None), OUTBOX.c.leased_until <= now),
            )
            .order_by(OUTBOX.c.due_at, OUTBOX.c.order_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        async with scope.database.writes.begin() as connection:
            found = (await connection.execute(query)).mappings().one_or_none()
            if found is None:
                return None
            row = _Claimed(found["order_id"], found["key"], found["previous_group"], found["attempts"], now + LEASE)
            await connection.execute(update(OUTBOX).where(*_version(scope, row)).values(leased_until=row.until))
        return row

    return await repeated(take, clock=scope.clock, tell=_ignore)


async def _postpone(scope: Scope, row: _Claimed) -> None:
    """A version that was queued meanwhile is due at once."""
    attempts = row.attempts + 1
    wait = min(LONGEST_WAIT, timedelta(seconds=5) * 2 ** min(attempts, 12))
    due = {"attempts": attempts, "due_at": scope.now() + wait}
    await _change(
        scope,
        update(OUTBOX).where(*_version(scope, row), *_lease(scope, row)).values(due),
        update(OUTBOX).where(*_lease(scope, row)).values(leased_until=None),
    )


async def _done(scope: Scope, row: _Claimed) -> None:
    """What was delivered leaves the queue, even late; a version that was queued meanwhile stays."""
    await _change(
        scope,
        delete(OUTBOX).where(*_version(scope, row)),
        update(OUTBOX).where(*_lease(scope, row)).values(leased_until=None),
    )


def _version(scope: Scope, row: _Claimed) -> tuple[ColumnElement[bool], ...]:
    """The row as it was claimed, whoever holds it now."""
    return OUTBOX.c.user_id == scope.user_id, OUTBOX.c.order_id == row.order_id, OUTBOX.c.key == row.key


def _lease(scope: Scope, row: _Claimed) -> tuple[ColumnElement[bool], ...]:
    """The row as long as it is this claim's, in whatever version: who claims it later has a later end."""
    return OUTBOX.c.user_id == scope.user_id, OUTBOX.c.order_id == row.order_id, OUTBOX.c.leased_until == row.until


async def _change(scope: Scope, *statements: Update | Delete) -> None:
    async def write() -> None:
        async with scope.database.writes.begin() as connection:
            for statement in statements:
                await connection.execute(statement)

    await repeated(write, clock=scope.clock, tell=_ignore)


def _ignore(reason: str, attempt: int, seconds: float) -> None:
    """A delivery has no report of its transactions."""
