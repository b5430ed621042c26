"""The tables of the channel: what it knows of its orders, how far it has read, what it set aside.

They hold no buyer's name, address, document, e-mail or phone unless the privacy settings say so. Every row carries the
labels of its channel.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.columns import Moment
from meli_sdk.channel.database import Database
from meli_sdk.errors import ConfigurationError

SCHEMA: Final = 1
_SCHEMA_LOCK: Final = 0x6D656C69
"""Any number, the same in every process: PostgreSQL's lock while the tables are made."""

METADATA: Final = MetaData()


def labels() -> tuple[Column[Any], ...]:
    """The labels of the channel, for a table of rows."""
    return Column("account", Text), Column("vendor", Text)


SCHEMAS: Final = Table(
    "meli_schema", METADATA, Column("id", Integer, primary_key=True), Column("version", Integer, nullable=False)
)

CHANNELS: Final = Table(
    "meli_channels",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    *labels(),
    Column("name", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
)
"""The channels of this database, one a seller."""

ORDERS_STREAM: Final = "orders"
"""The stream of order changes; its row is also the lock of the channel's hand-over."""
CURSORS: Final = Table(
    "meli_cursors",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", Text, primary_key=True),
    *labels(),
    Column("position", Moment),
    Column("read_at", Moment),
    Column("overlap_seconds", Integer, nullable=False),
)
"""How far each stream of a channel has been read: `position` is the newest change that was stored, never "now"; `read_at`
is when the last complete reading began."""

ORDERS: Final = Table(
    "meli_orders",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    *labels(),
    Column("updated", Moment, nullable=False),
    Column("digest", Text, nullable=False),
    Column("order_group", Text, nullable=False),
    Column("wanted", Boolean, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("pack_id", BigInteger),
    Column("handed_over_at", Moment),
    Column("seen_at", Moment, nullable=False),
    Index("meli_orders_incomplete", "user_id", "complete", "seen_at"),
)
"""The last known version of each order. `wanted`: its last hand-over had it in a group that the channel downloads;
`handed_over_at` is None where it never was handed over."""

QUARANTINE: Final = Table(
    "meli_quarantine",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    *labels(),
    Column("reason", Text, nullable=False),
    Column("body", Text),
    Column("failures", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("settled_at", Moment),
)
"""What could not be read or handed over: one row a thing, the error named, the body without its buyer."""

OUTBOX: Final = Table(
    "meli_outbox",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    *labels(),
    Column("key", Text, nullable=False),
    Column("previous_group", Text),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Index("meli_outbox_due", "user_id", "due_at"),
)
"""Orders that wait for their delivery: ids and keys, no content. `leased_until`: somebody delivers the order until then, and
nobody else does."""

INBOX: Final = Table(
    "meli_inbox",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    *labels(),
    Column("topic", Text),
    Column("template", Text, nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("arrivals", Integer, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done_at", Moment),
    Column("outcome", Text),
    Index("meli_inbox_due", "user_id", "done_at", "due_at"),
)
"""One row a notification, however often it arrives. What it speaks of is an id and the path we read it through."""

STOCK_LEVELS: Final = Table(
    "meli_stock_levels",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sku", Text, primary_key=True),
    Column("warehouse", Text, primary_key=True),
    *labels(),
    Column("quantity", Integer, nullable=False),
    Column("shown", Integer),
    Column("sequence", BigInteger, nullable=False),
    Column("observed_at", Moment),
    Column("stored_at", Moment, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("item_id", Text),
    Column("settled_at", Moment),
    Index("meli_stock_levels_due", "user_id", "due_at"),
    Index("meli_stock_levels_urgent", "user_id", "urgency", "due_at"),
)
"""The stock that is wanted: of each SKU and warehouse the newest level alone. `shown` came to rest last; `due_at` is None
once the level is settled; `sent`: it was about to be sent, so what became of it is read before it is sent again."""

SKUS: Final = Table(
    "meli_skus",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sku", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("variation_id", BigInteger, primary_key=True, autoincrement=False),
    *labels(),
    Column("user_product_id", Text),
    Column("resource", Text),
    Column("found_at", Moment, nullable=False),
    Index("meli_skus_item", "user_id", "item_id"),
)
"""Where each of Mercado Libre's SKUs was found, and what takes a write of its stock; `variation_id` is 0 for the item
itself. Several rows: it is ambiguous, unless they share a user product and so its stock."""


PARCELS: Final = Table(
    "meli_parcels",
    METADATA,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    *labels(),
    Column("shipment_id", BigInteger, nullable=False),
    Column("shipping_mode", Text),
    Column("carrier", Text, nullable=False),
    Column("tracking_number", Text, nullable=False),
    Column("tracking_url", Text),
    Column("status", Text, nullable=False),
    Column("substatus", Text),
    Column("state", Text, nullable=False),
    Column("shown_before", Boolean, nullable=False),
    Column("pushed_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("looks", Integer, nullable=False),
    Index("meli_parcels_due", "user_id", "due_at"),
    Index("meli_parcels_shipment", "user_id", "shipment_id"),
)
"""What Mercado Libre was told of each order's one shipment. The row is there before anything is sent; `shown_before`: the
shipment showed as much before, so it cannot show whether this arrived."""


async def create_tables(database: Database) -> None:
    """Makes the tables that are missing; several processes may do so at once.

    Raises:
        ConfigurationError: the file is no database, or a newer version of the package wrote it.
    """
    try:
        async with database.writes.begin() as connection:
            found = await _create(connection)
    except DatabaseError as wrong:
        if not database.sqlite or "not a database" not in str(wrong.orig):
            raise
        message = f"{database.writes.url.database} is not a SQLite database: give the path of another file"
    else:
        if found == SCHEMA:
            return
        message = (
            f"the tables of the channel were made by a newer version of meli_sdk (schema {found}): update the package"
        )
    raise ConfigurationError(message)


async def make_missing(connection: AsyncConnection, tables: MetaData) -> None:
    """Makes the tables that are missing; several processes may do so at once."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
    await connection.run_sync(tables.create_all)


async def _create(connection: AsyncConnection) -> int:
    await make_missing(connection, METADATA)
    found = (await connection.execute(select(SCHEMAS.c.version))).scalar_one_or_none()
    if found is None:
        await connection.execute(insert(SCHEMAS).values(id=1, version=SCHEMA))
        found = SCHEMA
    return found
