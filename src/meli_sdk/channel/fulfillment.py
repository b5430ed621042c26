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
from meli_sdk.channel.failures import is_about_one
from meli_sdk.channel.journal import PARCELS
from meli_sdk.channel.parcels import Parcel, tracking_of
from meli_sdk.channel.scope import Scope
from meli_sdk.errors import MeliError, NotApplicableError, NotFoundError, OutcomeUnknownError
from meli_sdk.models.shipments import Shipment
from meli_sdk.models.shipments_status import STATUS_RANKS
from meli_sdk.resources.shipments_push import PushOutcome, PushResult, shows, shows_sent
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
_MOST_DOUBLINGS: Final = 10


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
    shipping_mode: str | None
    carrier: str
    """Your word for it."""
    tracking_number: str
    tracking_url: str | None
    status: str
    substatus: str | None
    state: ParcelState
    shown_before: bool
    """Whether the shipment showed as much before the push, so that it cannot show whether an unanswered one arrived."""
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
        """Whether the shipment shows that this was told."""
        if self.shown_before and self.state is not ParcelState.ACCEPTED:
            return False
        told = self.status == "shipped" if self.shipping_mode == "custom" else self.tracking_url is not None
        return shows(shipment, self.status, self.substatus, self.tracking_number if told else None)


async def push(
    scope: Scope, order_id: int, parcel: Parcel, *, correct: bool, dry_run: bool
) -> tuple[PushResult, PushedParcel | None]:
    """Tells of a parcel; the result, and the row where something was sent. The caller lets in one at a time of each channel.

    Raises:
        MappingError, InputError: nothing was sent.
        OutcomeUnknownError: no answer came, and the shipment does not show it yet.
    """
    tracking = tracking_of(scope.settings, parcel)
    known = await find(scope, order_id)
    shipment_id = None if known is None else known.shipment_id
    try:
        if shipment_id is None:
            shipment_id = await scope.session.shipments.forward(order_id, global_selling=scope.is_global)
            known = await _of_shipment(scope, shipment_id)
        if known is not None and not correct:
            settled = await _settled(scope, order_id, known, parcel, dry_run=dry_run)
            if settled is not None:
                return settled, None
        would = await scope.session.shipments.push_tracking(
            shipment_id=shipment_id,
            tracking=tracking,
            global_selling=scope.is_global,
            replace=correct,
            dry_run=True,
        )
    except NotApplicableError as refused:
        refusal = PushResult(
            outcome=PushOutcome.REFUSED, reason=str(refused), order_id=order_id, shipment_id=shipment_id
        )
        return refusal, None
    would = evolve(would, order_id=order_id)
    if dry_run or would.outcome is PushOutcome.REFUSED:
        return would, None
    told = PushedParcel(
        order_id=order_id,
        shipment_id=shipment_id,
        shipping_mode=would.shipping_mode,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        tracking_url=tracking.tracking_url,
        status=parcel.status,
        substatus=parcel.substatus,
        state=ParcelState.SENDING,
        shown_before=shows_sent(would, would.shipment),
        pushed_at=scope.now(),
        looks=0,
    )
    before = known if known is not None and known.order_id == order_id else None
    if would.outcome is PushOutcome.ALREADY_SAME:
        await _write(scope, evolve(before or told, state=ParcelState.CONFIRMED), alone=correct)
        return would, None
    await _write(scope, told)
    try:
        result = await _send(scope, would)
    except OutcomeUnknownError:
        await _write(scope, evolve(told, state=ParcelState.UNKNOWN))
        raise
    except MeliError:
        await _restore(scope, order_id, before)
        raise
    told = evolve(told, state=ParcelState.CONFIRMED if result.confirmed else ParcelState.ACCEPTED)
    await _write(scope, told, alone=correct)
    return result, told


async def _settled(
    scope: Scope, order_id: int, known: PushedParcel, parcel: Parcel, *, dry_run: bool
) -> PushResult | None:
    """The result where nothing needs to be sent, or nothing may be; None: go on."""
    result = PushResult(
        outcome=PushOutcome.REFUSED,
        order_id=order_id,
        shipment_id=known.shipment_id,
        shipping_mode=known.shipping_mode,
        number_shown=scope.is_global or known.tracking_url is not None,
    )
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
        shown = "showed as much before, so it cannot tell" if known.shown_before else "does not show it yet"
        message = (
            f"order {order_id}: this parcel was sent at {when} without an answer, and its shipment {shown}; "
            f"push it again after {DOUBT.seconds // 60} minutes, or at once with correct=True"
        )
        raise OutcomeUnknownError(message)
    if age >= PATIENCE:
        return None
    return evolve(same, reason=f"accepted at {when}; the shipment does not show it yet")


async def _send(scope: Scope, would: PushResult) -> PushResult:
    """Sends, and reads back where no answer came.

    Raises:
        OutcomeUnknownError: it may have been applied, and the shipment does not show it.
        MeliError: it was not applied.
    """
    try:
        return await scope.session.shipments.send_tracking(would, confirm_within=0)
    except MeliError as failure:
        if not failure.may_have_been_applied:
            raise
        unknown = failure
    shipment = await _showing(scope, would)
    if shipment is None:
        if isinstance(unknown, OutcomeUnknownError):
            raise unknown
        message = f"no usable answer came, and the shipment does not show it yet: {unknown}"
        raise OutcomeUnknownError(message, call=unknown.call) from unknown
    return evolve(
        would,
        outcome=PushOutcome.ACCEPTED,
        reason="no usable answer came; the shipment shows it",
        confirmed=True,
        shipment=shipment,
    )


async def _showing(scope: Scope, would: PushResult) -> Shipment | None:
    """The shipment, once it shows within some seconds what was sent; None where it does not, or did before."""
    if would.shipment is None or shows_sent(would, would.shipment):
        return None
    clock = scope.clock
    ends, wait = clock.monotonic() + CONFIRM_WITHIN, _FIRST_WAIT
    try:
        while True:
            shipment = await _shipment(scope, would.shipment.id)
            if shows_sent(would, shipment):
                return shipment
            if clock.monotonic() + wait > ends:
                return None
            await clock.sleep(wait)
            wait *= 2
    except MeliError:
        return None


async def _shipment(scope: Scope, shipment_id: int) -> Shipment:
    session = scope.session
    reads = session.marketplace.shipments if scope.is_global else session.shipments
    return await reads.get(shipment_id)


async def settle(scope: Scope, result: PushResult, told: PushedParcel | None) -> PushResult:
    """Looks for some seconds whether the shipment shows what was accepted, and tells of the push."""
    confirmed = await scope.session.shipments.confirm_tracking(result, global_selling=scope.is_global)
    if told is not None and confirmed.confirmed and not result.confirmed:
        await _set_state(scope, evolve(told, state=ParcelState.CONFIRMED, looks=1), due=None)
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
    """Looks at one shipment. One that cannot be read is due again later like any other, so that it holds up nobody.

    Raises:
        AuthError, TransportError, RateLimitedError, UnauthorizedError: it is not about this shipment alone.
    """
    shown, unread = False, None
    try:
        shown = parcel.shown_by(await _shipment(scope, parcel.shipment_id))
    except NotFoundError:
        pass
    except MeliError as error:
        unread = error
    now, looks = scope.now(), parcel.looks + 1
    state, due = parcel.state, now + min(LONGEST_LOOK, FIRST_LOOK * 2 ** min(looks, _MOST_DOUBLINGS))
    if shown:
        state, due = ParcelState.CONFIRMED, None
    elif unread is None and now - parcel.pushed_at >= PATIENCE:
        state, due = ParcelState.NOT_SHOWN, None
    seen = evolve(parcel, state=state, looks=looks)
    if not await _set_state(scope, seen, due=due):  # corrected meanwhile
        return await find(scope, parcel.order_id) or parcel
    if unread is not None:
        message = "channel %s: shipment %s, of the parcel of order %s, cannot be read: %s; again at %s"
        LOGGER.warning(message, scope.settings.name, parcel.shipment_id, parcel.order_id, type(unread).__name__, due)
        if not is_about_one(unread):
            raise unread
    if state is ParcelState.NOT_SHOWN:
        LOGGER.warning(
            "channel %s: the parcel of order %s was pushed two days ago, and shipment %s does not show it: push it again",
            scope.settings.name,
            parcel.order_id,
            parcel.shipment_id,
        )
        scope.tell(ParcelNotShown, order_id=parcel.order_id, shipment_id=parcel.shipment_id)
    return seen


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
        shipping_mode=row["shipping_mode"],
        carrier=row["carrier"],
        tracking_number=row["tracking_number"],
        tracking_url=row["tracking_url"],
        status=row["status"],
        substatus=row["substatus"],
        state=ParcelState(row["state"]),
        shown_before=row["shown_before"],
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
        "shipping_mode": parcel.shipping_mode,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "status": parcel.status,
        "substatus": parcel.substatus,
        "state": str(parcel.state),
        "shown_before": parcel.shown_before,
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


async def _set_state(scope: Scope, parcel: PushedParcel, *, due: datetime | None) -> bool:
    """Keeps what was seen of a parcel, unless the order was told of another one meanwhile; whether it was kept."""
    change = (
        update(PARCELS)
        .where(
            PARCELS.c.user_id == scope.user_id,
            PARCELS.c.order_id == parcel.order_id,
            PARCELS.c.tracking_number == parcel.tracking_number,
            PARCELS.c.pushed_at == parcel.pushed_at,
        )
        .values(state=str(parcel.state), due_at=due, looks=parcel.looks)
    )

    async def work(connection: AsyncConnection) -> bool:
        return (await connection.execute(change)).rowcount > 0

    return await scope.write(work)
