"""What notifications lead to: orders are read again by their id and handed over; what was missed is asked for."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from meli_sdk.channel import inbox
from meli_sdk.channel.events import LOGGER, TopicSilent
from meli_sdk.channel.failures import FAILING
from meli_sdk.channel.inbox import Pending, ReceiptState
from meli_sdk.channel.orders import OrderPass
from meli_sdk.channel.orders_handover import OrderHandler
from meli_sdk.channel.orders_report import OrderAction, OrderReport
from meli_sdk.channel.scope import Scope
from meli_sdk.channel.settings import Job
from meli_sdk.errors import CircuitOpenError, MeliError

ORDER_TEMPLATES: Final = frozenset({"/orders/{order_id}", "/marketplace/orders/{order_id}"})
SILENT_AFTER: Final = timedelta(minutes=30)
"""Polling finds changes for so long and no notification speaks of them: the topic may be switched off."""
_WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""A new order may need some minutes before it can be read, and a failure may pass by."""
_GIVE_UP: Final = timedelta(days=2)
_ANNOUNCED: Final = (OrderAction.NEW, OrderAction.CHANGED, OrderAction.LEFT)
"""What a notification should have spoken of."""
_GIVE_UP_AFTER: Final = 5
"""So many orders in a row that Mercado Libre fails for: it is in trouble, not the orders, and the pass ends."""


@frozen(kw_only=True)
class NotificationReport:
    """What one pass over the inbox did."""

    seen: int
    outcomes: Mapping[str, int]
    """How many ended how: an order's action, `kept` for other topics, `waiting` for what cannot be read yet."""
    orders: OrderReport | None
    """The hand-over that followed; None where no notification was about an order."""


async def work(scope: Scope, handler: OrderHandler) -> NotificationReport:
    """One pass: orders that notifications name are read by their id and handed over.

    What else arrived is kept and counted. An order that nobody finds yet, or that Mercado Libre fails for, is asked for again
    later.

    Raises:
        AuthError, TransportError, ServerError: nothing can be read now; the notifications wait.
        Exception: the handler's own, when it raises for five orders in a row.
    """
    if not await inbox.pending(scope, limit=1):
        return NotificationReport(seen=0, outcomes={}, orders=None)
    # What another process works on now is done when it is our turn. A pass over the orders may go on beside this one for
    # hours: each hand-over looks in its transaction at what the other one has handed over.
    async with scope.database.exclusive(f"inbox-{scope.user_id}", scope.clock):
        return await _work(scope, handler, await inbox.pending(scope, limit=inbox.BATCH))


async def _work(scope: Scope, handler: OrderHandler, waiting: list[Pending]) -> NotificationReport:
    about_orders: dict[int, list[Pending]] = {}
    outcomes: dict[str, str] = {}
    for one in waiting:
        if one.template in ORDER_TEMPLATES and Job.ORDERS in scope.settings.jobs:
            about_orders.setdefault(int(one.resource_id), []).append(one)
        else:
            outcomes[one.key] = "kept"
    report, trouble = None, None
    waits: dict[str, timedelta] = {}
    if about_orders:
        one_pass = OrderPass(scope, handler, progress=None, dry_run=False, shipments=True)
        trouble = await _take(one_pass, about_orders)
        report = await one_pass.report()
        for row in report.rows:
            for one in about_orders.get(row.order_id or 0, ()):
                young = scope.now() - one.received_at < _GIVE_UP
                unknown = row.action == OrderAction.NOT_FOUND or row.order_id in one_pass.failing
                refused = row.action == OrderAction.QUARANTINED and one.attempts < len(_WAITS)
                if young and (unknown or refused):
                    waits[one.key] = _WAITS[min(one.attempts, len(_WAITS) - 1)]
                else:
                    outcomes[one.key] = row.action
    await inbox.finish(scope, outcomes)
    await inbox.postpone(scope, waits)
    if trouble is not None:
        raise trouble
    counted = Counter(outcomes.values())
    if waits:
        counted["waiting"] = len(waits)
    return NotificationReport(seen=len(waiting), outcomes=counted, orders=report)


async def _take(one_pass: OrderPass, about_orders: Mapping[int, Sequence[Pending]]) -> MeliError | None:
    """Reads orders and hands them over: new ones together, those that were tried before each alone.

    Where Mercado Libre fails for one that is read together with others, each of them is read alone.

    Returns:
        The error that ended the pass before all were read.
    """
    alone = [order_id for order_id, found in about_orders.items() if any(one.attempts for one in found)]
    new = [order_id for order_id in about_orders if order_id not in set(alone)]
    if len(new) > 1:
        with suppress(*FAILING):
            await one_pass.take(new)
            new = []
    in_a_row = 0
    for order_id in new + alone:
        try:
            await one_pass.take([order_id])
            in_a_row = 0
        except CircuitOpenError as error:
            return error
        except FAILING as error:
            await one_pass.set_aside({str(order_id): error})
            in_a_row += 1
            if in_a_row == _GIVE_UP_AFTER:
                return error
    return None


async def read_missed(scope: Scope, accounts: Collection[int]) -> int:
    """Stores what Mercado Libre could not deliver in the last two days; the number that was new.

    Args:
        scope: the channel.
        accounts: the users whose notifications belong to this channel.

    Raises:
        AuthError, TransportError, ResponseError: it cannot be asked now.
    """
    new = 0
    async for missed in scope.session.notifications.missed(scope.app.client_id, page_size=100):
        if missed.user_id in accounts and inbox.unusable(missed) is None:
            receipt = await inbox.store(scope, missed)
            new += receipt.state is ReceiptState.STORED
    if new:
        LOGGER.info("channel %s: %d missed notifications were fetched", scope.settings.name, new)
    return new


class SilenceWatch:
    """Tells where polling finds changes and for half an hour no notification speaks of any.

    What the first pass of a run finds says nothing: it changed while nobody listened. And a change that was polled before its
    notification arrived is no silence: only the half hour shows.
    """

    def __init__(self) -> None:
        self._looked: datetime | None = None
        self._quiet_since: datetime | None = None

    async def look(self, scope: Scope, report: OrderReport) -> bool:
        """Looks at one more pass; whether it told."""
        now = scope.now()
        before, self._looked = self._looked, now
        if before is None or not (scope.settings.mode.polls and scope.settings.mode.listens):
            return False
        async with scope.database.reads.connect() as connection:
            last = await inbox.last_received(connection, scope, ORDER_TEMPLATES)
        if self._quiet_since is None and any(report.totals.get(action) for action in _ANNOUNCED):
            self._quiet_since = before
        if self._quiet_since is None or (last is not None and last >= self._quiet_since):
            self._quiet_since = None
            return False
        if now - self._quiet_since < SILENT_AFTER:
            return False
        self._quiet_since = None
        LOGGER.warning(
            "channel %s: polling found orders and no notification about orders has arrived %s; the topic may be switched off: "
            "subscribe to it again in the developer panel",
            scope.settings.name,
            f"since {last.isoformat()}" if last else "yet",
        )
        scope.tell(TopicSilent, topic="orders", last_received=last)
        return True
