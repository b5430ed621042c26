"""What could not be read or handed over: set aside, named, and kept without its buyer."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from attrs import frozen
from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import upsert
from meli_sdk.channel.events import LOGGER, Quarantined
from meli_sdk.channel.failures import FAILING
from meli_sdk.channel.journal import QUARANTINE
from meli_sdk.channel.scope import Scope
from meli_sdk.errors import DecodeError, DependencyFailedError

_NAMES: Final = tuple(kind.__name__ for kind in (*FAILING, DependencyFailedError))
_MAX_BODY: Final = 20_000
_SPEAKS_OF_NOBODY: Final = frozenset(
    {
        "id",
        "status",
        "status_detail",
        "substatus",
        "date_created",
        "date_closed",
        "date_approved",
        "date_last_modified",
        "date_last_updated",
        "last_updated",
        "expiration_date",
        "pack_id",
        "order_id",
        "total_amount",
        "paid_amount",
        "transaction_amount",
        "total_paid_amount",
        "unit_price",
        "currency_id",
        "quantity",
        "tags",
        "order_items",
        "item",
        "variation_id",
        "seller_sku",
        "seller_custom_field",
        "category_id",
        "listing_type_id",
        "payments",
        "payment_method_id",
        "payment_type",
        "shipping",
        "seller",
        "context",
        "site",
        "channel",
        "cancel_detail",
        "code",
        "group",
        "requested_by",
        "orders",
        "topic",
        "resource",
        "user_id",
        "application_id",
        "attempts",
        "sent",
        "received",
    }
)
"""Keys whose values say nothing of a buyer. What is not named here is left out: new keys are not trusted."""


@frozen(kw_only=True)
class QuarantinedThing:
    """One thing that was set aside."""

    kind: str
    """`order`, or `notification`."""
    key: str
    """Of an order its id; of a row without one, its digest."""
    reason: str
    body: str | None
    failures: int
    first_at: datetime
    last_at: datetime


def without_buyer(tree: object) -> object:
    """What a table may keep of a body: the keys that say nothing of a buyer. Of text without a key nobody knows whom it names."""
    if isinstance(tree, Mapping):
        fields = cast("Mapping[str, object]", tree)
        return {key: _known(value) for key, value in fields.items() if key in _SPEAKS_OF_NOBODY}
    if isinstance(tree, list | tuple):
        rows = map(without_buyer, cast("Iterable[object]", tree))
        return [row for row in rows if row is not None]
    return None


def _known(value: object) -> object:
    """The value of a key that says nothing of a buyer."""
    if isinstance(value, Mapping):
        return without_buyer(cast("Mapping[str, object]", value))
    if isinstance(value, list | tuple):
        return [_known(row) for row in cast("Iterable[object]", value)]
    return value


def reason_of(error: BaseException, *, keep_buyer_data: bool) -> str:
    """An error in words that a table or a log may hold: its text can quote the buyer, its class and place cannot."""
    if keep_buyer_data:
        return f"{type(error).__name__}: {error}"
    if isinstance(error, DecodeError):
        place = re.sub(r"^\[\d+\]\.?", "", error.path)  # which row of its page it was, nobody knows later
        return f"DecodeError: {place or 'the body'} is not {error.expected or 'what is documented'}"
    return type(error).__name__


async def set_aside(
    connection: AsyncConnection, scope: Scope, *, kind: str, key: str, error: Exception, body: object, failures: int
) -> None:
    """Puts something into the quarantine, or counts it there again, in the caller's transaction."""
    privacy = scope.settings.privacy
    reason = reason_of(error, keep_buyer_data=privacy.keep_buyer_data)
    kept = body if privacy.keep_buyer_data else without_buyer(body)
    now = scope.now()
    await connection.execute(
        upsert(
            QUARANTINE,
            scope.database,
            keys=("user_id", "kind", "key"),
            changed=("reason", "body", "last_at", "settled_at", "account", "vendor"),
            added=("failures",),
        ),
        {
            "user_id": scope.user_id,
            "kind": kind,
            "key": key,
            **scope.labels(),
            "reason": reason,
            "body": None if kept is None else json.dumps(kept, default=str, ensure_ascii=False)[:_MAX_BODY],
            "failures": failures,
            "first_at": now,
            "last_at": now,
            "settled_at": None,
        },
    )
    LOGGER.warning("channel %s: %s %s was set aside: %s", scope.settings.name, kind, key, reason)
    scope.tell(Quarantined, kind=kind, key=key, failures=failures, error=error)


async def settle(connection: AsyncConnection, scope: Scope, kind: str, keys: Iterable[str]) -> None:
    """Notes that these things are well now."""
    statement = update(QUARANTINE).where(
        QUARANTINE.c.user_id == scope.user_id,
        QUARANTINE.c.kind == kind,
        QUARANTINE.c.key.in_(list(keys)),
        QUARANTINE.c.settled_at.is_(None),
    )
    await connection.execute(statement.values(settled_at=scope.now()))


async def open_keys(scope: Scope, kind: str) -> set[str]:
    """What is in the quarantine and not settled."""
    query = select(QUARANTINE.c.key).where(
        QUARANTINE.c.user_id == scope.user_id,
        QUARANTINE.c.kind == kind,
        QUARANTINE.c.settled_at.is_(None),
    )
    async with scope.database.reads.connect() as connection:
        return set((await connection.execute(query)).scalars())


async def lost_things(scope: Scope, kind: str, since: datetime, before: datetime, *, limit: int) -> list[str]:
    """What was set aside since then because Mercado Libre did not find it or failed for it, and was not read since `before`: so many of those longest ago."""
    query = select(QUARANTINE.c.key).where(
        QUARANTINE.c.user_id == scope.user_id,
        QUARANTINE.c.kind == kind,
        QUARANTINE.c.settled_at.is_(None),
        QUARANTINE.c.first_at > since,
        QUARANTINE.c.last_at < before,
        or_(QUARANTINE.c.reason.contains("NotFoundError"), *(QUARANTINE.c.reason.startswith(name) for name in _NAMES)),
    )
    query = query.order_by(QUARANTINE.c.last_at).limit(limit)
    async with scope.database.reads.connect() as connection:
        return list((await connection.execute(query)).scalars())


async def set_aside_things(scope: Scope, kind: str | None = None) -> tuple[QuarantinedThing, ...]:
    """What is in the quarantine and not settled, oldest first."""
    query = select(QUARANTINE).where(QUARANTINE.c.user_id == scope.user_id, QUARANTINE.c.settled_at.is_(None))
    if kind is not None:
        query = query.where(QUARANTINE.c.kind == kind)
    async with scope.database.reads.connect() as connection:
        found = (await connection.execute(query.order_by(QUARANTINE.c.first_at))).mappings().all()
    names = ("kind", "key", "reason", "body", "failures", "first_at", "last_at")
    return tuple(QuarantinedThing(**{name: row[name] for name in names}) for row in found)


async def forget_settled(connection: AsyncConnection, scope: Scope) -> None:
    """Removes what was settled longer ago than the privacy settings keep it."""
    oldest = scope.now() - timedelta(days=scope.settings.privacy.retention_days)
    await connection.execute(
        delete(QUARANTINE).where(QUARANTINE.c.user_id == scope.user_id, QUARANTINE.c.settled_at < oldest)
    )


async def forget_beyond(connection: AsyncConnection, scope: Scope, kind: str, most: int) -> None:
    """Removes the oldest things of a kind beyond the newest `most`, settled or not."""
    mine = (QUARANTINE.c.user_id == scope.user_id, QUARANTINE.c.kind == kind)
    newest = select(QUARANTINE.c.key).where(*mine).order_by(QUARANTINE.c.last_at.desc(), QUARANTINE.c.key)
    await connection.execute(delete(QUARANTINE).where(*mine, QUARANTINE.c.key.in_(newest.offset(most))))
