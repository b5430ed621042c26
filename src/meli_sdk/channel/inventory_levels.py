"""The stock that is wanted: one row for each SKU and warehouse, the newest level alone, kept before any call is made."""

from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from attrs import field, fields, frozen
from sqlalchemy import Boolean, Column, Integer, and_, bindparam, case, distinct, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.inventory_report import AT_REST, InventoryRows, StockOutcome, StockStatus
from meli_sdk.channel.inventory_turns import Urgency
from meli_sdk.channel.journal import SKUS, STOCK_LEVELS
from meli_sdk.channel.mappings import check_word
from meli_sdk.channel.scope import Scope
from meli_sdk.errors import InputError, MappingError, shown
from meli_sdk.resources import arguments

CHUNK: Final = 500
MAX_SEQUENCE: Final = 2**62 - 1
"""Half of what the database holds: levels without a sequence count on from the last one."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_T: Final = STOCK_LEVELS.c
_URGENCIES: Final = {urgency: literal(int(urgency), Integer()) for urgency in Urgency}
SUPERSEDED: Final = "a newer level is known"
Key = tuple[str, str]
"""A SKU and a warehouse, both yours."""


def _word(name: str, value: object) -> str:
    try:
        return check_word(f"StockLevel.{name}", value)
    except MappingError as wrong:
        raise InputError(str(wrong)) from None


def _to_sku(value: object) -> str:
    return _word("sku", value)


def _to_warehouse(value: object) -> str:
    return _word("warehouse", value)


def _to_quantity(value: object) -> int:
    return arguments.quantity("StockLevel.quantity", value)


def _to_sequence(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEQUENCE:
        message = f"StockLevel.sequence is a whole number from 0 to {MAX_SEQUENCE}, got {shown(value)}"
        raise InputError(message)
    return value


def _to_moment(value: object) -> datetime | None:
    if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
        return value
    message = f"StockLevel.observed_at is a moment with a time zone, got {shown(value)}"
    raise InputError(message)


@frozen
class StockLevel:
    """So many units of a SKU in one of your warehouses.

    Raises:
        InputError: no text, a quantity outside 0 to 99,999, a sequence that is no whole number, a moment without zone.
    """

    sku: str = field(converter=_to_sku)
    """Yours, compared exactly."""
    warehouse: str = field(converter=_to_warehouse)
    """Yours, as in the settings' `warehouses`."""
    quantity: int = field(converter=_to_quantity)
    """Units, 0 to 99,999."""
    sequence: int | None = field(default=None, converter=_to_sequence)
    """Which level is newer: a number that grows with each change of this SKU in this warehouse, such as your row's version.
    None: `observed_at` counts, and without it the order of arrival."""
    observed_at: datetime | None = field(default=None, converter=_to_moment)
    """When the stock was counted so."""

    @property
    def order(self) -> int | None:
        """What is compared; None: the order of arrival."""
        if self.sequence is None and self.observed_at is not None:
            return (self.observed_at - _EPOCH) // _MICROSECOND
        return self.sequence


async def chunks(levels: Iterable[StockLevel] | AsyncIterable[StockLevel]) -> AsyncIterator[list[StockLevel]]:
    """The levels, some hundred at a time.

    Raises:
        InputError: something else than levels.
    """
    chunk: list[StockLevel] = []
    async for level in _each(levels):
        if not isinstance(level, StockLevel):
            message = f"levels are StockLevel(sku, warehouse, quantity, ...), got {shown(level)}"
            raise InputError(message)
        chunk.append(level)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


async def _each(levels: object) -> AsyncIterator[object]:
    given = shown(levels)
    if isinstance(levels, AsyncIterable):
        async for level in cast("AsyncIterable[object]", levels):
            yield level
        return
    if isinstance(levels, str | bytes | Mapping) or not isinstance(levels, Iterable):
        message = f"levels are an iterable of StockLevel, got {given}"
        raise InputError(message)
    for level in cast("Iterable[object]", levels):
        yield level


def newest(levels: Iterable[StockLevel]) -> dict[Key, StockLevel]:
    """The level of each key that counts: the greatest sequence, among equal or without one the first or the last."""
    found: dict[Key, StockLevel] = {}
    for level in levels:
        before = found.get((level.sku, level.warehouse))
        if before is None or level.order is None or before.order is None or level.order > before.order:
            found[level.sku, level.warehouse] = level
    return found


def _of(scope: Scope, *conditions: Any) -> Any:  # noqa: ANN401  SQLAlchemy's own kinds of conditions
    return and_(_T.user_id == scope.user_id, *conditions)


def _upsert(scope: Scope, *, by_arrival: bool) -> Any:  # noqa: ANN401  each dialect has an Insert of its own
    """Stores a level where it is newer, or where the same one was tried and is not at rest: it is tried anew."""
    insert = (sqlite if scope.database.sqlite else postgresql).insert(STOCK_LEVELS)
    new = insert.excluded
    again = and_(
        new.sequence == _T.sequence,
        new.quantity == _T.quantity,
        *(_T.outcome != str(outcome) for outcome in AT_REST),
    )
    waits = literal(False) if by_arrival else and_(new.sequence == _T.sequence, _T.due_at.is_not(None))
    changed: dict[str, Any] = {
        "quantity": new.quantity,
        "sequence": _T.sequence + 1 if by_arrival else new.sequence,
        "urgency": case(
            (new.quantity == 0, _URGENCIES[Urgency.SOLD_OUT]),
            (new.quantity < func.coalesce(_T.shown, _T.quantity), _URGENCIES[Urgency.LESS]),
            else_=_URGENCIES[Urgency.OTHER],
        ),
        # A call that waits for this very level goes on waiting for it.
        "stored_at": case((waits, _T.stored_at), else_=new.stored_at),
        "outcome": case((waits, _T.outcome), else_=None),
        "reason": case((waits, _T.reason), else_=None),
        "attempts": 0,
    }
    changed |= {name: new[name] for name in ("account", "vendor", "observed_at", "due_at")}
    return insert.on_conflict_do_update(
        index_elements=["user_id", "sku", "warehouse"],
        set_=changed,
        where=None if by_arrival else or_(new.sequence > _T.sequence, again),
    )


async def store(scope: Scope, levels: Sequence[StockLevel]) -> dict[Key, "KnownLevel"]:
    """Keeps the newest of each key; durable when it returns.

    Returns:
        What is known of each key now.
    """
    found = newest(levels)
    wanted = [found[key] for key in sorted(found)]  # in one order: two writers never wait for each other
    now = scope.now()

    async def keep(connection: AsyncConnection) -> dict[Key, KnownLevel]:
        rows: dict[bool, list[dict[str, object]]] = {True: [], False: []}
        for level in wanted:
            row: dict[str, object] = {
                "user_id": scope.user_id,
                "sku": level.sku,
                "warehouse": level.warehouse,
                **scope.labels(),
                "quantity": level.quantity,
                "sequence": 1 if level.order is None else level.order,
                "observed_at": level.observed_at,
                "stored_at": now,
                "urgency": Urgency.SOLD_OUT if level.quantity == 0 else Urgency.OTHER,
                "due_at": now,
                "attempts": 0,
                "sent": False,
            }
            rows[level.order is None].append(row)
        for by_arrival, some in rows.items():
            if some:
                await connection.execute(_upsert(scope, by_arrival=by_arrival), some)
        known = await _read(connection, scope, {one.sku for one in wanted})
        return {(one.sku, one.warehouse): one for some in known.values() for one in some}

    return await scope.write(keep)


@frozen(kw_only=True)
class KnownLevel:
    """The newest known level of a SKU in a warehouse, and what became of it."""

    sku: str
    warehouse: str
    quantity: int
    sequence: int
    due_at: datetime | None = None
    attempts: int = 0
    sent: bool = False
    """Something was about to be sent for it, and what became of that was not read."""
    outcome: StockOutcome | None = None
    reason: str | None = None
    item_id: str | None = None


_KNOWN: Final[list[Column[Any]]] = [
    STOCK_LEVELS.c[name] for name in (attribute.name for attribute in fields(KnownLevel))
]


async def of_skus(scope: Scope, skus: Iterable[str]) -> dict[str, list[KnownLevel]]:
    """All known levels of some SKUs."""
    async with scope.database.reads.connect() as connection:
        return await _read(connection, scope, skus)


async def _read(connection: AsyncConnection, scope: Scope, skus: Iterable[str]) -> dict[str, list[KnownLevel]]:
    query = select(*_KNOWN).where(_of(scope, _T.sku.in_(list(skus)))).order_by(_T.warehouse)
    found: dict[str, list[KnownLevel]] = {}
    for row in (await connection.execute(query)).mappings():
        values: dict[str, Any] = dict(row)
        if values["outcome"] is not None:
            values["outcome"] = StockOutcome(values["outcome"])
        found.setdefault(values["sku"], []).append(KnownLevel(**values))
    return found


async def due(scope: Scope, *, limit: int, without: Iterable[str] = (), urgent: bool = False) -> dict[str, Urgency]:
    """SKUs whose turn has come, the most urgent and then the oldest first."""
    conditions = [_T.due_at <= scope.now()]
    if urgent:
        conditions.append(_T.urgency < Urgency.OTHER)
    excluded = list(without)
    if excluded:
        conditions.append(_T.sku.not_in(excluded))
    query = (
        select(_T.sku, func.min(_T.urgency).label("urgency"))
        .where(_of(scope, *conditions))
        .group_by(_T.sku)
        .order_by(func.min(_T.urgency), func.min(_T.stored_at), _T.sku)
        .limit(limit)
    )
    async with scope.database.reads.connect() as connection:
        return {row.sku: Urgency(row.urgency) for row in await connection.execute(query)}


async def next_due(
    scope: Scope, until: datetime, patience: int | None, skus: Collection[str] | None = None
) -> datetime | None:
    """When the next of the levels that were stored until a moment is due; None: all came to rest or were tried enough.

    Without patience only what is due by now counts, however often it was tried; with SKUs only theirs.
    """
    enough = _T.due_at <= scope.now() if patience is None else _T.attempts < patience
    query = select(func.min(_T.due_at)).where(_of(scope, _T.due_at.is_not(None), _T.stored_at <= until, enough))
    if skus is not None:
        query = query.where(_T.sku.in_(skus))
    async with scope.database.reads.connect() as connection:
        found: datetime | None = (await connection.execute(query)).scalar_one()
        return found


async def skus(scope: Scope) -> list[str]:
    """Every SKU whose stock was handed in."""
    async with scope.database.reads.connect() as connection:
        return list((await connection.execute(select(_T.sku).where(_of(scope)).distinct())).scalars())


async def waiting(scope: Scope) -> int:
    """How many SKUs wait."""
    query = select(func.count(distinct(_T.sku))).where(_of(scope, _T.due_at.is_not(None)))
    async with scope.database.reads.connect() as connection:
        return int((await connection.execute(query)).scalar_one())


@frozen(kw_only=True)
class Result:
    """What became of one level, or of one attempt to send it."""

    sku: str
    warehouse: str
    sequence: int
    outcome: StockOutcome
    reason: str | None = None
    item_id: str | None = None
    again_in: float | None = None
    """Seconds until it is tried again; None: it is settled."""


_NAMES: Final = {"sku": "of_sku", "warehouse": "of_warehouse", "sequence": "of_sequence"}
_THIS: Final = and_(
    _T.user_id == bindparam("of_user"), *(_T[name] == bindparam(given) for name, given in _NAMES.items())
)


async def settle(scope: Scope, results: Sequence[Result]) -> None:
    """Writes down what became of levels, where no newer one has come meanwhile."""
    now = scope.now()
    done = (
        update(STOCK_LEVELS)
        .where(_THIS)
        .values(
            outcome=bindparam("new_outcome"),
            reason=bindparam("new_reason"),
            item_id=bindparam("new_item"),
            due_at=bindparam("new_due"),
            sent=bindparam("new_sent"),
            shown=case((bindparam("new_rests", type_=Boolean()), _T.quantity), else_=_T.shown),
            settled_at=now,
            attempts=_T.attempts + 1,
        )
    )
    rows = [
        {
            "of_user": scope.user_id,
            "of_sku": result.sku,
            "of_warehouse": result.warehouse,
            "of_sequence": result.sequence,
            "new_outcome": str(result.outcome),
            "new_rests": result.outcome in AT_REST,
            "new_reason": result.reason,
            "new_item": result.item_id,
            "new_due": None if result.again_in is None else now + timedelta(seconds=result.again_in),
            "new_sent": result.outcome is StockOutcome.UNKNOWN,
        }
        for result in results
    ]
    if rows:
        await scope.write(lambda connection: connection.execute(done, rows))


async def mark_sent(scope: Scope, keys: Sequence[Key]) -> None:
    """Writes down that something is about to be sent for these, before it is."""
    rows = [{"of_user": scope.user_id, "of_sku": sku, "of_warehouse": warehouse} for sku, warehouse in sorted(keys)]
    conditions = [_T[name] == bindparam(given) for name, given in _NAMES.items() if name != "sequence"]
    statement = update(STOCK_LEVELS).where(_T.user_id == bindparam("of_user"), *conditions).values(sent=True)
    await scope.write(lambda connection: connection.execute(statement, rows))


async def look_again(scope: Scope, skus: Sequence[str]) -> None:
    """Makes levels due whose item was written the stock of another SKU; those that do not rest are due anyway."""
    if skus:
        again = _of(scope, _T.sku.in_(skus), _T.due_at.is_(None), _T.outcome.in_([str(one) for one in AT_REST]))
        statement = update(STOCK_LEVELS).where(again).values(due_at=scope.now(), attempts=0)
        await scope.write(lambda connection: connection.execute(statement))


async def fill(scope: Scope, rows: InventoryRows) -> None:
    """Says in the rows of a report what became of their levels."""
    for start in range(0, len(rows), CHUNK):
        places = [place for place in range(start, min(start + CHUNK, len(rows))) if rows.is_open(place)]
        found = await of_skus(scope, {rows.key(place)[0] for place in places})
        known = {(row.sku, row.warehouse): row for levels in found.values() for row in levels}
        for place in places:
            sku, warehouse, sequence = rows.key(place)
            row = known[sku, warehouse]
            if row.sequence != sequence:
                rows.settle(place, StockOutcome.SUPERSEDED, reason=SUPERSEDED)
            elif row.outcome is None:
                rows.settle(place, StockOutcome.FAILED, reason="it was not sent yet and waits for its turn")
            else:
                rows.settle(place, row.outcome, reason=row.reason, item_id=row.item_id)


async def status(scope: Scope) -> StockStatus:
    """What the database knows."""
    due_ones = _of(scope, _T.due_at.is_not(None))
    async with scope.database.reads.connect() as connection:
        count, oldest = (
            await connection.execute(select(func.count(distinct(_T.sku)), func.min(_T.stored_at)).where(due_ones))
        ).one()
        urgent = await connection.execute(
            select(func.count(distinct(_T.sku))).where(due_ones, _T.urgency < Urgency.OTHER)
        )
        outcomes = await connection.execute(
            select(_T.outcome, func.count()).where(_of(scope, _T.due_at.is_(None))).group_by(_T.outcome)
        )
        skus = await connection.execute(select(func.count(distinct(SKUS.c.sku))).where(SKUS.c.user_id == scope.user_id))
        return StockStatus(
            waiting=count,
            urgent=urgent.scalar_one(),
            oldest=oldest,
            outcomes={row[0]: row[1] for row in outcomes},
            skus=skus.scalar_one(),
        )
