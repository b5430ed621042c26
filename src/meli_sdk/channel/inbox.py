"""The inbox: a notification is stored durably, once, before it is answered. Nothing of it is trusted but an id."""

import hashlib
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from attrs import frozen
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import upsert
from meli_sdk.channel.events import LOGGER
from meli_sdk.channel.group_commit import GroupCommit, Work
from meli_sdk.channel.journal import INBOX
from meli_sdk.channel.quarantine import forget_beyond, set_aside
from meli_sdk.channel.scope import Scope
from meli_sdk.errors import DecodeError, InputError, MeliError
from meli_sdk.models.notifications import Notification
from meli_sdk.notifications import parse_notification

KIND: Final = "notification"
MAX_BODY: Final = 64 * 1024
MAX_ID: Final = 2**63 - 1
MOST_SET_ASIDE: Final = 1_000
"""So many are kept, the newest ones: who knows the address can send nonsense without end."""
BATCH: Final = 200
"""So many are worked on in one pass."""
_MAX_KEY: Final = 200


class ReceiptState(StrEnum):
    """What became of a notification."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    """It was stored before."""
    QUARANTINED = "quarantined"
    """It is malformed, of another application or seller, or speaks of something that is not documented."""


@frozen(kw_only=True)
class Receipt:
    """The answer to one notification; durable when it is returned."""

    state: ReceiptState
    topic: str | None = None
    resource_id: str | None = None
    reason: str | None = None
    """Why it was set aside."""


@frozen(kw_only=True)
class Pending:
    """A stored notification that waits for its work."""

    key: str
    topic: str | None
    template: str
    resource_id: str
    received_at: datetime
    attempts: int


async def receive(scope: Scope, body: bytes, accounts: Collection[int], writes: GroupCommit) -> Receipt:
    """Stores a notification.

    Args:
        scope: the channel.
        body: as it arrived.
        accounts: the users whose notifications belong to this channel.
        writes: what makes it durable, together with others that arrive now.

    Raises:
        InputError: the body is no bytes.
        SQLAlchemyError, OSError: it could not be stored; answer 503, and it comes again.
    """
    if not isinstance(body, bytes):
        message = f"body must be the bytes that arrived, got {type(body).__name__}"
        raise InputError(message)
    if len(body) > MAX_BODY:
        return await _set_aside(scope, writes, body[:MAX_BODY], InputError(f"the body is larger than {MAX_BODY} bytes"))
    try:
        found = parse_notification(body)
    except DecodeError as wrong:
        return await _set_aside(scope, writes, body, wrong)
    problem = _foreign(scope, found, accounts) or unusable(found)
    if problem is not None:
        return await _set_aside(scope, writes, body, InputError(problem), found)
    return await store(scope, found, partial(writes.write, scope))


def _foreign(scope: Scope, found: Notification, accounts: Collection[int]) -> str | None:
    if found.user_id not in accounts:
        return f"user {found.user_id} is not the seller of this channel"
    if found.application_id not in {None, scope.app.client_id}:
        return f"application {found.application_id} is not ours"
    return None


def unusable(found: Notification) -> str | None:
    """Why a notification speaks of nothing that a table or a report can hold; None: it does."""
    if found.resource_id is None:
        return "the resource has no documented shape"
    if found.resource_id.isdigit() and int(found.resource_id) > MAX_ID:
        return "the resource's id is longer than 63 bits"
    if "\0" in f"{found.topic}{found.key}":
        return "the topic or the notification's id holds a NUL"
    return None


async def _set_aside(
    scope: Scope, writes: GroupCommit, body: bytes, problem: MeliError, found: Notification | None = None
) -> Receipt:
    key = hashlib.sha256(body).hexdigest()[:32]
    # Of a body that cannot be read nobody knows whom it speaks of: its text is kept where buyers may be.
    unreadable = body[:500].decode("utf-8", "replace") if scope.settings.privacy.keep_buyer_data else None
    kept = dict(found.raw) if found is not None else {"resource": unreadable}

    async def note(connection: AsyncConnection) -> None:
        await set_aside(connection, scope, kind=KIND, key=key, error=problem, body=kept, failures=1)
        await forget_beyond(connection, scope, KIND, MOST_SET_ASIDE)

    await writes.write(scope, note)
    topic = found.topic if found is not None else None
    return Receipt(state=ReceiptState.QUARANTINED, topic=topic, reason=str(problem))


async def store(
    scope: Scope, found: Notification, write: Callable[[Work[int]], Awaitable[int]] | None = None
) -> Receipt:
    """Stores a notification whose resource is known; a second arrival is counted and changes nothing else.

    Args:
        scope: the channel.
        found: the notification.
        write: does the transaction; None: it goes alone.
    """
    shape, resource_id = found.shape, found.resource_id
    assert shape is not None and resource_id is not None  # noqa: S101, PT018  the caller has looked
    now = scope.now()
    statement = upsert(INBOX, scope.database, keys=("user_id", "key"), changed=(), added=("arrivals",)).returning(
        INBOX.c.arrivals
    )
    values = {
        "user_id": scope.user_id,
        "key": found.key[:_MAX_KEY],
        **scope.labels(),
        "topic": found.topic,
        "template": shape.template,
        "resource_id": resource_id,
        "arrivals": 1,
        "received_at": now,
        "due_at": now,
        "attempts": 0,
    }

    async def put(connection: AsyncConnection) -> int:
        return int((await connection.execute(statement, values)).scalar_one())

    arrivals = await (write or scope.write)(put)
    state = ReceiptState.STORED if arrivals == 1 else ReceiptState.DUPLICATE
    return Receipt(state=state, topic=found.topic, resource_id=resource_id)


async def pending(scope: Scope, *, limit: int) -> list[Pending]:
    """Stored notifications whose work is due: new ones first, so that those which nobody finds keep none of them out."""
    columns = [INBOX.c[name] for name in ("key", "topic", "template", "resource_id", "received_at", "attempts")]
    query = (
        select(*columns)
        .where(INBOX.c.user_id == scope.user_id, INBOX.c.done_at.is_(None), INBOX.c.due_at <= scope.now())
        .order_by(INBOX.c.attempts, INBOX.c.due_at)
        .limit(limit)
    )
    async with scope.database.reads.connect() as connection:
        return [Pending(**row) for row in (await connection.execute(query)).mappings()]


async def finish(scope: Scope, outcomes: dict[str, str]) -> None:
    """Notes that these notifications are done with, and what came of them."""
    if not outcomes:
        return

    async def note(connection: AsyncConnection) -> None:
        for outcome in sorted(set(outcomes.values())):
            keys = [key for key, value in outcomes.items() if value == outcome]
            await connection.execute(
                update(INBOX)
                .where(INBOX.c.user_id == scope.user_id, INBOX.c.key.in_(keys))
                .values(done_at=scope.now(), outcome=outcome)
            )

    await scope.write(note)


async def postpone(scope: Scope, waits: dict[str, timedelta]) -> None:
    """Lets these notifications wait: what they speak of cannot be read yet."""
    if not waits:
        return

    async def note(connection: AsyncConnection) -> None:
        for key, wait in waits.items():
            await connection.execute(
                update(INBOX)
                .where(INBOX.c.user_id == scope.user_id, INBOX.c.key == key)
                .values(due_at=scope.now() + wait, attempts=INBOX.c.attempts + 1)
            )

    await scope.write(note)


async def last_received(connection: AsyncConnection, scope: Scope, templates: Collection[str]) -> datetime | None:
    """When a notification about one of these paths arrived last."""
    query = select(func.max(INBOX.c.received_at)).where(
        INBOX.c.user_id == scope.user_id, INBOX.c.template.in_(list(templates))
    )
    found: datetime | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def counts(scope: Scope) -> dict[str, int]:
    """How many notifications are stored, by topic and whether they are done; `topic: waiting` or `topic: outcome`."""
    query = (
        select(INBOX.c.topic, INBOX.c.outcome, func.count())
        .where(INBOX.c.user_id == scope.user_id)
        .group_by(INBOX.c.topic, INBOX.c.outcome)
    )
    async with scope.database.reads.connect() as connection:
        rows = (await connection.execute(query)).all()
    return {f"{topic or '(no topic)'}: {outcome or 'waiting'}": count for topic, outcome, count in rows}


async def forget_done(scope: Scope) -> None:
    """Removes what was done longer ago than the privacy settings keep it; what waits is never removed."""
    oldest = scope.now() - timedelta(days=scope.settings.privacy.retention_days)

    async def remove(connection: AsyncConnection) -> int:
        done = await connection.execute(delete(INBOX).where(INBOX.c.user_id == scope.user_id, INBOX.c.done_at < oldest))
        return done.rowcount

    removed = await scope.write(remove)
    if removed:
        LOGGER.info("channel %s: %d notifications that were done are removed", scope.settings.name, removed)
