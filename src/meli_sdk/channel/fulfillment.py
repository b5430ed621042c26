"""The third job: telling Mercado Libre of parcels. One shipment for each order, told once, and looked after until it shows.

The row of an order is committed before anything is sent: who dies in between leaves a trace, and a second parcel is refused
by whatever process or machine meets it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from attrs import evolve, frozen
from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import upsert
from meli_sdk.channel.events import LOGGER, ParcelNotShown, ParcelPushed
from meli_sdk.channel.journal import PARCELS
from meli_sdk.channel.parcels import Parcel, tracking_of
from meli_sdk.channel.scope import Scope
from meli_sdk.errors import MeliError, NotApplicableError, NotFoundError, OutcomeUnknownError
from meli_sdk.models.shipments import Shipment
from meli_sdk.models.shipments_status import STATUS_RANKS
from meli_sdk.models.shipments_tracking import Tracking
from meli_sdk.resources.shipments_push import PushOutcome, PushResult, shows
from meli_sdk.resources.shipments_tracking import CONFIRM_WITHIN

FIRST_LOOK: Final = timedelta(minutes=1)
"""Until a parcel that was taken, and is not shown yet, is looked at again; then twice as long each time."""
LONGEST_LOOK: Final = timedelta(hours=6)
PATIENCE: Final = timedelta(days=2)
"""So long may a shipment take to show its parcel."""
DOUBT: Final = timedelta(minutes=10)
"""So long after a push without an answer the same is not sent again: it may still show."""
AT_ONCE: Final = 100
_FIRST_WAIT: Final = 0.5


class ParcelState(StrEnum):
    """What is known of a parcel that was pushed."""

    SENDING = "sending"
    """It is being sent, or who sent it died."""
    UNKNOWN = "unknown"
    """No answer came, and the shipment does not show it."""
    ACCEPTED = "accepted"
    """Mercado Libre took it; the shipment does not show it yet."""
    CONFIRMED = "confirmed"
    """The shipment shows it."""
    NOT_SHOWN = "not_shown"
    """Two days later the shipment still does not show it."""


_DOUBTFUL: Final = frozenset({ParcelState.SENDING, ParcelState.UNKNOWN})


@frozen(kw_only=True)
class PushedParcel:
    """What the channel knows of the one shipment of an order."""

    order_id: int
    shipment_id: int
    carrier: str
    """Your word for it."""
    tracking_number: str
    tracking_url: str | None
    status: str
    substatus: str | None
    state: ParcelState
    pushed_at: datetime
    looks: int
    """How often the shipment was looked at afterwards."""

    def is_of(self, parcel: Parcel) -> bool:
        """Whether it is the same parcel, at whatever status."""
        return (self.carrier, self.tracking_number) == (parcel.carrier, parcel.tracking_number)

    def says(self, parcel: Parcel) -> bool:
        """Whether it was told like this."""
        return self.is_of(parcel) and (self.status, self.substatus) == (parcel.status, parcel.substatus)

    def shown_by(self, shipment: Shipment) -> bool:
        """Whether the shipment shows it. A number that was told without an address may stand in a comment only."""
        return shows(shipment, self.status, None if self.tracking_url is None else self.tracking_number)


async def push(scope: Scope, order_id: int, parcel: Parcel, *, correct: bool, dry_run: bool) -> PushResult:
    """Tells of a parcel. The caller lets in one at a time of each channel.

    Raises:
        MappingError, InputError: nothing was sent.
        OutcomeUnknownError: no answer came, and the shipment does not show it yet.
    """
    tracking = tracking_of(scope.settings, parcel)
    known = await find(scope, order_id)
    if known is None:
        try:
            shipment_id = await scope.session.shipments.forward(order_id, global_selling=scope.is_global)
        except NotApplicableError as refused:
            return PushResult(outcome=PushOutcome.REFUSED, reason=str(refused), order_id=order_id)
        known = await _of_shipment(scope, shipment_id)
    else:
        shipment_id = known.shipment_id
    if known is not None and not correct:
        settled = await _settled(scope, order_id, known, parcel, dry_run=dry_run)
        if settled is not None:
            return settled
    told = PushedParcel(
        order_id=order_id,
        shipment_id=shipment_id,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        tracking_url=tracking.tracking_url,
        status=parcel.status,
        substatus=parcel.substatus,
        state=ParcelState.SENDING,
        pushed_at=scope.now(),
        looks=0,
    )
    before = known if known is not None and known.order_id == order_id else None
    if not dry_run:
        await _write(scope, told)
    try:
        result = await _send(scope, shipment_id, tracking, replace=correct, dry_run=dry_run)
    except OutcomeUnknownError:
        await _write(scope, evolve(told, state=ParcelState.UNKNOWN))
        raise
    except MeliError:
        if not dry_run:
            await _restore(scope, order_id, before)
        raise
    if dry_run:
        return evolve(result, order_id=order_id)
    if result.outcome is PushOutcome.REFUSED:
        await _restore(scope, order_id, before)
    else:
        state = ParcelState.CONFIRMED if result.confirmed else ParcelState.ACCEPTED
        written = before if result.outcome is PushOutcome.ALREADY_SAME and before is not None else told
        await _write(scope, evolve(written, state=state), alone=correct)
    return evolve(result, order_id=order_id)


async def _settled(
    scope: Scope, order_id: int, known: PushedParcel, parcel: Parcel, *, dry_run: bool
) -> PushResult | None:
    """The result where nothing needs to be sent, or nothing may be; None: go on."""
    result = PushResult(outcome=PushOutcome.REFUSED, order_id=order_id, shipment_id=known.shipment_id)
    if not known.is_of(parcel):
        whose = "it" if known.order_id == order_id else f"order {known.order_id} of the same pack"
        reason = (
            f"order {order_id} has its shipment: {known.carrier} {known.tracking_number} was pushed for {whose} on "
            f"{known.pushed_at:%Y-%m-%d %H:%M} UTC, and an order takes one shipment; correct=True puts this one in its place"
        )
        return evolve(result, reason=reason)
    same = evolve(result, outcome=PushOutcome.ALREADY_SAME, confirmed=known.state is ParcelState.CONFIRMED)
    if known.status == "cancelled" != parcel.status:
        same = evolve(result, reason=f"order {order_id} was told to be cancelled, which is final for its shipment")
    elif STATUS_RANKS[known.status] > STATUS_RANKS[parcel.status]:
        same = evolve(same, reason=f"order {order_id} was told to be {known.status} already")
    if same.reason is not None:
        return same
    if not known.says(parcel):
        return None
    if known.state is ParcelState.CONFIRMED:
        # Where no address was told, the shipment cannot show the number: it stands in a comment.
        return same if known.tracking_url is None else None
    shipment = await _shipment(scope, known.shipment_id)
    same = evolve(same, shipping_mode=shipment.shipping_mode, shipment=shipment)
    if known.shown_by(shipment):
        if not dry_run:
            await _write(scope, evolve(known, order_id=order_id, state=ParcelState.CONFIRMED))
        return evolve(same, confirmed=True)
    return _unshown(scope, order_id, known, same)


def _unshown(scope: Scope, order_id: int, known: PushedParcel, same: PushResult) -> PushResult | None:
    """What comes of a parcel that was sent, and that its shipment does not show; None: it is sent again."""
    age = scope.now() - known.pushed_at
    when = f"{known.pushed_at:%Y-%m-%d %H:%M:%S} UTC"
    if known.state in _DOUBTFUL:
        if age >= DOUBT:
            return None
        message = (
            f"order {order_id}: this parcel was sent at {when} without an answer, and its shipment does not show it yet; "
            f"push it again after {DOUBT.seconds // 60} minutes, or at once with correct=True"
        )
        raise OutcomeUnknownError(message)
    if age >= PATIENCE:
        return None
    return evolve(same, reason=f"accepted at {when}; the shipment does not show it yet")


async def _send(scope: Scope, shipment_id: int, tracking: Tracking, *, replace: bool, dry_run: bool) -> PushResult:
    """Pushes, and reads back where no answer came.

    Raises:
        OutcomeUnknownError: it may have been applied, and the shipment does not show it.
        MeliError: it was not applied.
    """
    try:
        return await scope.session.shipments.push_tracking(
            shipment_id=shipment_id,
            tracking=tracking,
            confirm_within=0,
            global_selling=scope.is_global,
            replace=replace,
            dry_run=dry_run,
        )
    except NotApplicableError as refused:
        return PushResult(outcome=PushOutcome.REFUSED, reason=str(refused), shipment_id=shipment_id)
    except MeliError as failure:
        if not failure.may_have_been_applied:
            raise
        unknown = failure
    if not await _shows_up(scope, unknown):
        if isinstance(unknown, OutcomeUnknownError):
            raise unknown
        message = f"no usable answer came, and the shipment does not show it yet: {unknown}"
        raise OutcomeUnknownError(message, call=unknown.call) from unknown
    shipment = await _shipment(scope, shipment_id)
    return PushResult(
        outcome=PushOutcome.ACCEPTED,
        reason="no usable answer came; the shipment shows it",
        shipment_id=shipment_id,
        shipping_mode=shipment.shipping_mode,
        confirmed=True,
        shipment=shipment,
    )


async def _shows_up(scope: Scope, unknown: MeliError) -> bool:
    """Whether what was sent shows within some seconds."""
    clock = scope.clock
    ends, wait = clock.monotonic() + CONFIRM_WITHIN, _FIRST_WAIT
    try:
        while not (await scope.session.check(unknown)).applied:
            if clock.monotonic() + wait > ends:
                return False
            await clock.sleep(wait)
            wait *= 2
    except MeliError:
        return False
    return True


async def _shipment(scope: Scope, shipment_id: int) -> Shipment:
    session = scope.session
    reads = session.marketplace.shipments if scope.is_global else session.shipments
    return await reads.get(shipment_id)


async def settle(scope: Scope, result: PushResult) -> PushResult:
    """Looks for some seconds whether the shipment shows what was accepted, and tells of the push."""
    confirmed = await scope.session.shipments.confirm_tracking(result, global_selling=scope.is_global)
    if confirmed.confirmed and not result.confirmed and result.order_id is not None:
        await _set_state(scope, result.order_id, ParcelState.CONFIRMED, due=None, looks=1)
    scope.tell(ParcelPushed, order_id=result.order_id, outcome=str(confirmed.outcome), confirmed=confirmed.confirmed)
    return confirmed


async def confirm_due(scope: Scope) -> tuple[PushedParcel, ...]:
    """Looks at each shipment whose parcel is not confirmed and is due; the parcels as they are now."""
    now = scope.now()
    wanted = select(PARCELS).where(PARCELS.c.user_id == scope.user_id, PARCELS.c.due_at <= now)
    async with scope.database.reads.connect() as connection:
        rows = await connection.execute(wanted.order_by(PARCELS.c.due_at).limit(AT_ONCE))
        due = [_parcel(row) for row in rows.mappings()]
    return tuple([await _look(scope, parcel) for parcel in due])


async def _look(scope: Scope, parcel: PushedParcel) -> PushedParcel:
    try:
        shown = parcel.shown_by(await _shipment(scope, parcel.shipment_id))
    except NotFoundError:
        shown = False
    now, looks = scope.now(), parcel.looks + 1
    if shown:
        state, due = ParcelState.CONFIRMED, None
    elif now - parcel.pushed_at >= PATIENCE:
        state, due = ParcelState.NOT_SHOWN, None
        LOGGER.warning(
            "channel %s: the parcel of order %s was pushed two days ago, and shipment %s does not show it: push it again",
            scope.settings.name,
            parcel.order_id,
            parcel.shipment_id,
        )
        scope.tell(ParcelNotShown, order_id=parcel.order_id, shipment_id=parcel.shipment_id)
    else:
        state, due = parcel.state, now + min(LONGEST_LOOK, FIRST_LOOK * 2**looks)
    await _set_state(scope, parcel.order_id, state, due=due, looks=looks)
    return evolve(parcel, state=state, looks=looks)


async def find(scope: Scope, order_id: int) -> PushedParcel | None:
    """What is known of an order's shipment."""
    found = await _select(scope, PARCELS.c.order_id == order_id)
    return found[0] if found else None


async def unconfirmed(scope: Scope) -> tuple[PushedParcel, ...]:
    """The parcels whose shipments do not show them, the oldest first."""
    return await _select(scope, PARCELS.c.state != ParcelState.CONFIRMED)


async def _of_shipment(scope: Scope, shipment_id: int) -> PushedParcel | None:
    """What is known of a shipment, by another order of the same pack."""
    found = await _select(scope, PARCELS.c.shipment_id == shipment_id)
    return found[-1] if found else None


async def _select(scope: Scope, condition: Any) -> tuple[PushedParcel, ...]:  # noqa: ANN401  a SQLAlchemy clause
    wanted = select(PARCELS).where(PARCELS.c.user_id == scope.user_id, condition).order_by(PARCELS.c.pushed_at)
    async with scope.database.reads.connect() as connection:
        return tuple(_parcel(row) for row in (await connection.execute(wanted)).mappings())


def _parcel(row: RowMapping) -> PushedParcel:
    return PushedParcel(
        order_id=row["order_id"],
        shipment_id=row["shipment_id"],
        carrier=row["carrier"],
        tracking_number=row["tracking_number"],
        tracking_url=row["tracking_url"],
        status=row["status"],
        substatus=row["substatus"],
        state=ParcelState(row["state"]),
        pushed_at=row["pushed_at"],
        looks=row["looks"],
    )


async def _write(scope: Scope, parcel: PushedParcel, *, alone: bool = False) -> None:
    """Writes the row of an order; `alone` forgets what other orders of its pack said of the shipment."""
    row = {
        "user_id": scope.user_id,
        **scope.labels(),
        "order_id": parcel.order_id,
        "shipment_id": parcel.shipment_id,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "status": parcel.status,
        "substatus": parcel.substatus,
        "state": str(parcel.state),
        "pushed_at": parcel.pushed_at,
        "due_at": None if parcel.state is ParcelState.CONFIRMED else parcel.pushed_at + FIRST_LOOK,
        "looks": parcel.looks,
    }
    changed = [name for name in row if name not in {"user_id", "order_id"}]
    statement = upsert(PARCELS, scope.database, keys=("user_id", "order_id"), changed=changed)
    others = delete(PARCELS).where(
        PARCELS.c.user_id == scope.user_id,
        PARCELS.c.shipment_id == parcel.shipment_id,
        PARCELS.c.order_id != parcel.order_id,
    )

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(statement, row)
        if alone:
            await connection.execute(others)

    await scope.write(work)


async def _restore(scope: Scope, order_id: int, before: PushedParcel | None) -> None:
    """Leaves the row as it was: nothing was told."""
    if before is not None:
        await _write(scope, before)
        return
    gone = delete(PARCELS).where(PARCELS.c.user_id == scope.user_id, PARCELS.c.order_id == order_id)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(gone)

    await scope.write(work)


async def _set_state(scope: Scope, order_id: int, state: ParcelState, *, due: datetime | None, looks: int) -> None:
    change = (
        update(PARCELS)
        .where(PARCELS.c.user_id == scope.user_id, PARCELS.c.order_id == order_id)
        .values(state=str(state), due_at=due, looks=looks)
    )

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(change)

    await scope.write(work)
