"""Which channels a database holds, and how far each has come. Reads what is there; makes no table."""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen
from sqlalchemy import func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import Database
from meli_sdk.channel.journal import CHANNELS, CURSORS, ORDERS, ORDERS_STREAM


@frozen(kw_only=True)
class RegisteredChannel:
    """A channel that was opened on this database."""

    user_id: int
    name: str
    account: str | None
    vendor: str | None
    opened_at: datetime
    """When it was opened last."""
    read_to: datetime | None
    """The newest change of an order that it stored; None: it has read nothing yet."""
    orders: Mapping[str, int]
    """How many orders it knows, by order group."""


async def registered_channels(database: Database) -> tuple[RegisteredChannel, ...]:
    """The channels of a database, one a seller; none where the tables were not made yet."""
    async with database.reads.connect() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table(CHANNELS.name)):
            return ()
        rows = (await connection.execute(select(CHANNELS).order_by(CHANNELS.c.name))).all()
        return tuple(
            [
                RegisteredChannel(
                    user_id=row.user_id,
                    name=row.name,
                    account=row.account,
                    vendor=row.vendor,
                    opened_at=row.opened_at,
                    read_to=await _read_to(connection, row.user_id),
                    orders=await _orders(connection, row.user_id),
                )
                for row in rows
            ]
        )


async def _read_to(connection: AsyncConnection, user_id: int) -> datetime | None:
    stream = (CURSORS.c.user_id == user_id) & (CURSORS.c.stream == ORDERS_STREAM)
    found: datetime | None = (await connection.execute(select(CURSORS.c.position).where(stream))).scalar_one_or_none()
    return found


async def _orders(connection: AsyncConnection, user_id: int) -> Mapping[str, int]:
    counted = select(ORDERS.c.order_group, func.count()).where(ORDERS.c.user_id == user_id)
    rows = await connection.execute(counted.group_by(ORDERS.c.order_group))
    return {str(group): int(count) for group, count in rows}
