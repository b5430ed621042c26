"""SalesChannel: one seller as a sales channel of an order management system."""

import asyncio
from collections.abc import AsyncIterable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from attrs import evolve
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from meli_sdk.app import MeliApp
from meli_sdk.channel import fulfillment, inbox, inbox_work, inventory_levels, inventory_sync
from meli_sdk.channel.check import ChannelCheck, check_channel, read_account
from meli_sdk.channel.connection import ConnectionInfo, connection_info
from meli_sdk.channel.current_settings import CurrentSettings
from meli_sdk.channel.database import Database, upsert
from meli_sdk.channel.events import LOGGER, PassFailed
from meli_sdk.channel.fulfillment import PushedParcel
from meli_sdk.channel.group_commit import GroupCommit
from meli_sdk.channel.inbox import Receipt
from meli_sdk.channel.inbox_work import NotificationReport
from meli_sdk.channel.inventory_items import SkuIndex
from meli_sdk.channel.inventory_outcomes import PATIENCE
from meli_sdk.channel.inventory_report import InventoryProgressed, InventoryReport, InventoryRows, StockStatus
from meli_sdk.channel.inventory_turns import Turns
from meli_sdk.channel.journal import CHANNELS, create_tables, make_missing
from meli_sdk.channel.orders import (
    OrderPass,
    OrderProgressed,
    check_handler,
    check_since,
    open_cursors,
    prove_filter,
)
from meli_sdk.channel.orders_handover import OrderHandler
from meli_sdk.channel.orders_report import OrderReport
from meli_sdk.channel.outbox import DeliveryReport, Send, deliver
from meli_sdk.channel.parcels import Parcel, tracking_of
from meli_sdk.channel.preflight import ItemLike, PreflightReport, preflight
from meli_sdk.channel.quarantine import QuarantinedThing, set_aside_things
from meli_sdk.channel.running import RunningJob, Step, passes_by, run_jobs
from meli_sdk.channel.scope import Scope
from meli_sdk.channel.settings import ChannelSettings, Job
from meli_sdk.channel.sku_review import SkuReview, review
from meli_sdk.config import check_seconds
from meli_sdk.errors import InputError, MappingError, MeliError, ResponseError, SessionStateError, shown
from meli_sdk.resources.arguments import several
from meli_sdk.resources.shipments_push import PushResult
from meli_sdk.sites import GLOBAL_SELLING
from meli_sdk.wire.ids import whole_number

POLL_SECONDS: Final = 60.0
"""Between two passes of a running channel over its orders."""
INBOX_SECONDS: Final = 5.0
"""Between two looks into the inbox, where another process may have stored something."""
CONFIRM_SECONDS: Final = 60.0
"""Between two looks at parcels that are not confirmed."""
INVENTORY_PAUSE: Final = 60.0
"""Until warehouses that are mapped to nothing are looked at again."""
STOCK_SECONDS: Final = 1.0
"""Between two looks for stock to be sent, which another process may have stored."""
CHECK_SECONDS: Final = 3_600.0
"""So long does a check of the account hold for sending stock, unless the settings change."""
MISSED_SECONDS: Final = 1_800.0
"""Between two questions for missed notifications."""


def _order_id(name: str, value: object) -> int:
    order_id = int(whole_number(name, value))
    if order_id > inbox.MAX_ID:
        message = f"{name}: no order has the id {order_id}, it is longer than 63 bits"
        raise InputError(message)
    return order_id


class SalesChannel:
    """One seller's sales channel. An async context manager: opening it makes its tables.

    Args:
        app: the application the seller authorized; yours to close.
        settings: the channel's settings, or the path of their file: then a saved change counts from the next pass on.
        database: a SQLAlchemy URL (`sqlite+aiosqlite:///channel.db`, `postgresql+asyncpg://...`), or an async engine of
            yours, which stays open.

    Raises:
        InputError: a wrong argument.
        ConfigurationError: settings that contradict the application, or a database that can't be used.
        MappingError: a mapping in the settings file is wrong.
    """

    def __init__(
        self,
        app: MeliApp,
        settings: ChannelSettings | str | Path,
        database: str | AsyncEngine = "sqlite+aiosqlite:///channel.db",
    ) -> None:
        self._app: Final = app
        self._current: Final = CurrentSettings(app, settings)
        seller = self.settings.user_id
        self._session: Final = app.session(seller)
        self._database: Final = Database(database)
        self._open = False
        self._runs = 0
        self._first: Final = asyncio.Lock()
        self._pushing: Final = asyncio.Lock()
        self._filters_proven = False
        self._is_global: bool | None = None
        self._accounts: frozenset[int] = frozenset({seller})
        self._arrived: Final = asyncio.Event()
        self._inbox_writes: Final = GroupCommit()
        self._stored: Final = asyncio.Event()
        self._silence = inbox_work.SilenceWatch()
        self._checked: tuple[ChannelCheck, ChannelSettings, float] | None = None

    @property
    def settings(self) -> ChannelSettings:
        """The settings that count now."""
        return self._current.value

    @property
    def accounts(self) -> frozenset[int]:
        """The users whose notifications belong here: the seller, and its marketplace accounts once they are known."""
        return self._accounts

    def use(self, settings: ChannelSettings) -> None:
        """Other settings, from the next pass on.

        Raises:
            InputError: another seller's settings.
            ConfigurationError: settings that contradict the application.
        """
        self._current.use(settings)

    def refresh_settings(self) -> ChannelSettings:
        """Takes over a settings file that was saved since it was read. Each pass begins with it.

        The passes of `run`, and `receive`, meet a wrong file with the last good settings, and tell of it once, as `PassFailed` of
        the job `settings`.

        Raises:
            ConfigurationError, MappingError, InputError: the file is wrong; the settings stay as they were.
        """
        return self._current.refresh()

    async def __aenter__(self) -> Self:
        await create_tables(self._database)
        await self._register()
        self._app.set_throughput(self.settings.user_id, self.settings.throughput)
        self._open = True
        return self

    async def _register(self) -> None:
        settings, database = self.settings, self._database
        row = {
            "user_id": settings.user_id,
            "name": settings.name,
            "account": settings.account,
            "vendor": settings.vendor,
            "opened_at": self._app.pipeline.clock.now(),
        }
        async with database.writes.begin() as connection:
            changed = ("name", "account", "vendor", "opened_at")
            await connection.execute(upsert(CHANNELS, database, keys=("user_id",), changed=changed), row)
            await open_cursors(connection, database, settings)

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes what this channel opened."""
        self._open = False
        await self._inbox_writes.drain()
        await self._database.aclose()

    async def prepare(self, tables: MetaData) -> None:
        """Makes tables of yours in the channel's database, where they are missing; yours may also be made elsewhere.

        Several processes may call it at once.

        Raises:
            SessionStateError: the channel is not open.
        """
        self._require_open()
        async with self._database.writes.begin() as connection:
            await make_missing(connection, tables)

    async def check(self) -> ChannelCheck:
        """Reads the account and compares every setting with it exactly; nothing is written.

        SKUs are compared by `review_skus`, which reads every item.

        Returns:
            The problems, each a sentence that names the setting, the words near it and the remedy, and what this account
            cannot do.

        Raises:
            AuthError, TransportError, ResponseError: the account cannot be read now.
        """
        scope = self._offline()
        return check_channel(scope.settings, await read_account(scope.session), now=scope.now())

    async def connection(self) -> ConnectionInfo:
        """Whether the seller is connected, until when the access token is good, and the masked ends of both tokens.

        Asks the grant store alone; tokens are obtained, rotated and kept by the application, and cannot be edited.
        """
        settings = self._offline().settings
        return connection_info(settings, str(self._app.base_url), await self._app.sellers())

    async def preflight(
        self, items: Iterable[ItemLike] | AsyncIterable[ItemLike], *, validate: bool = False
    ) -> PreflightReport:
        """What many items lack before Mercado Libre would take them. Nothing is created, changed or filled in.

        Products are made and managed in Mercado Libre: a channel has no product job. What a category asks for is read
        anew after an hour.

        Args:
            items: `NewItem`s or mappings of what would be sent.
            validate: let Mercado Libre validate those that nothing stands in the way of; items of sites only.

        Raises:
            InputError: `items` is no series. An item that can't be read is a row of the report.
            AuthError, TransportError, ResponseError: the rules cannot be read now.
        """
        return await preflight(await self._account(), items, validate=validate)

    async def download_orders(
        self,
        handler: OrderHandler,
        *,
        since: datetime | None = None,
        order_ids: Iterable[int] | None = None,
        shipments: bool = True,
        progress: OrderProgressed | None = None,
        dry_run: bool = False,
    ) -> OrderReport:
        """Hands over every order that changed since the last time and belongs to the wanted groups.

        The handler writes through the connection it is given; its rows, what the channel knows of the order and the
        cursor commit together, in short transactions: whatever dies when, each version is handed over once in effect. A
        deadlock or a busy database is rolled back and the transaction done again, so the handler may be called again
        for the same order. An order that a handler refuses five times is set aside, and the others go on.

        Only one pass of a channel runs at a time, on whatever machine; another one waits.

        Args:
            handler: `async def handler(order: ChannelOrder, connection: AsyncConnection)`.
            since: read from here at least; a first run without it reads the twelve months that Mercado Libre keeps.
            order_ids: only these orders, whenever they changed; no cursor moves.
            shipments: read the shipment of each order that is handed over; one call each.
            progress: called after each window.
            dry_run: read, decide and report; hand over and write nothing.

        Raises:
            InputError: a handler that is not async, a wrong `since` or id.
            PaginationError: Mercado Libre ignores the filter by time.
            AuthError, TransportError, ForbiddenError: nothing can be read now; what was handed over stays so.
            Exception: the handler's own, when it raises for five orders in a row.
        """
        check_handler(handler)
        scope = await self._scope()
        check_since(since, scope.now())
        one_pass = OrderPass(scope, handler, progress=progress, dry_run=dry_run, shipments=shipments)
        if order_ids is not None:
            return await one_pass.by_id([_order_id("order_ids", one) for one in several("order_ids", order_ids)])
        if dry_run:
            return await one_pass.run(since)
        async with self._database.exclusive(f"orders-{scope.user_id}", scope.clock):
            return await one_pass.run(since)

    async def deliver_orders(self, send: Send, *, limit: int | None = None, shipments: bool = True) -> DeliveryReport:
        """Delivers the orders that `download_orders(Outbox())` queued, in their newest version, at least once each.

        Each is read again, since the queue holds no content. An order that `send` refuses is due again later: after ten
        seconds, then twice as long each time, at most an hour.

        Args:
            send: `async def send(order: ChannelOrder)`; it may get the same version twice, named by `order.key`.
            limit: at most so many orders.
            shipments: read the shipment of each order; one call each.

        Raises:
            InputError: `send` is not async, or the limit is no whole number from 1.
        """
        check_handler(send, "send", "(ChannelOrder)")
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
            message = f"limit is a whole number from 1, got {shown(limit)}"
            raise InputError(message)
        return await deliver(await self._scope(), send, limit=limit, shipments=shipments)

    async def sync_inventory(
        self,
        levels: inventory_sync.Levels,
        *,
        progress: InventoryProgressed | None = None,
        dry_run: bool = False,
    ) -> InventoryReport:
        """Sends stock: what is handed in is kept first, then sent, and read back.

        Of each SKU and warehouse the newest level alone counts, so a late one never overwrites it. Sell-outs go first,
        then what became less, also past thousands that wait. What Mercado Libre shows already is not sent. After a kill the
        next call, or `run`, goes on where it ended, and reads what became of the last writes before it sends anything.

        One process of a seller sends at a time; the others store, and wait.

        Args:
            levels: any iterable, also an asynchronous one; memory grows with the report alone, by about a hundred bytes
                each.
            progress: told about once a second, with the time that is left.
            dry_run: read, compare and report; store and send nothing.

        Returns:
            A row for each level: applied, unchanged, superseded, skipped, failed or unknown, with the reason.

        Raises:
            InputError: something else than levels. What came before it is stored.
            MappingError: a warehouse is not mapped to what the account has, or none is mapped; nothing is stored.
            AuthError: the seller has to authorise again; what is stored waits.
            TransportError, CircuitOpenError: no answer came to many calls in a row; what is stored waits.
        """
        scope, check = await self._stock_scope()
        if dry_run:
            return await inventory_sync.dry_run(scope, check, levels)
        started, rows = scope.now(), InventoryRows()
        await inventory_sync.keep(scope, levels, rows)
        self._stored.set()
        mine = rows.open_skus()
        calls, writes = await inventory_sync.push(
            scope,
            check,
            scope.now(),
            stored=self._stored,
            patience=PATIENCE,
            skus=mine if len(mine) <= inventory_levels.CHUNK else None,
            progress=progress,
        )
        await inventory_levels.fill(scope, rows)
        return await inventory_sync.report_of(scope, rows, started, calls, writes)

    async def queue_stock(self, levels: inventory_sync.Levels) -> int:
        """Keeps levels of stock and returns; `run` sends them, in this process or another one. Asks nobody.

        Returns:
            How many levels were handed in.

        Raises:
            InputError: something else than levels. What came before it is stored.
        """
        rows = InventoryRows()
        await inventory_sync.keep(self._offline(), levels, rows)
        self._stored.set()
        return len(rows)

    async def stock_status(self) -> StockStatus:
        """What waits to be sent, and what became of the rest. Asks nobody."""
        return await inventory_levels.status(self._offline())

    async def review_skus(self) -> SkuReview:
        """Reads every item and compares its SKUs with yours: mapped, unmapped, ambiguous, unknown.

        Without a table of SKUs both sides use the same, and unknown are those whose stock was handed in. What is found is
        kept, so that sending stock searches less. One call for each hundred items, and one for each twenty.

        Raises:
            AuthError, TransportError, ResponseError: the items cannot be read now.
        """
        scope = await self._account()
        turns = Turns(scope.clock, scope.settings.throughput)
        index = SkuIndex(scope, await scope.session.users.me(), turns)
        wanted = () if scope.settings.skus else await inventory_levels.skus(scope)
        return await review(scope.settings, index, wanted)

    async def _stock_scope(self) -> tuple[Scope, ChannelCheck]:
        """What sending stock works with; the account is compared with the settings before, and again each hour."""
        scope = await self._account()
        now = scope.clock.monotonic()
        if self._checked is None or self._checked[1] is not scope.settings or now - self._checked[2] > CHECK_SECONDS:
            check = check_channel(scope.settings, await read_account(scope.session), now=scope.now())
            check.require(Job.INVENTORY)
            self._checked = check, scope.settings, now
        return scope, self._checked[0]

    async def _send_stock(self) -> None:
        """A pass of a running channel over the stock that waits."""
        scope = self._offline()
        if not await inventory_levels.waiting(scope):
            return
        try:
            scope, check = await self._stock_scope()
        except (MappingError, ResponseError) as wrong:  # the other jobs go on
            if passes_by(wrong):
                raise
            LOGGER.warning("channel %s: stock waits: %s", scope.settings.name, wrong)
            scope.tell(PassFailed, job=Job.INVENTORY, failures=1, error=wrong)
            await scope.clock.sleep(INVENTORY_PAUSE)
            return
        await inventory_sync.push(scope, check, scope.now(), stored=self._stored, patience=None)

    async def push_shipment(
        self, order_id: int, parcel: Parcel, *, correct: bool = False, dry_run: bool = False
    ) -> PushResult:
        """Tells Mercado Libre of the parcel of an order that you ship yourself.

        An order takes one shipment: other data for it is refused, today or next year, by whatever process. Mercado Envíos
        moves its own parcels, so those are refused before anything is written. The same once more sends nothing. An answer
        that was lost is read back, and nothing is sent twice.

        One at a time of each channel; three to five calls. What Mercado Libre took and does not show yet is looked at again
        by `confirm_shipments`, which `run` does by itself.

        Args:
            order_id: such as 2000003508419013; no pack.
            parcel: carrier, number and status.
            correct: put this parcel in the place of what was told before.
            dry_run: read and check, and return what would be sent.

        Returns:
            accepted, already_same or refused with the reason; whether the shipment shows it, and whether the site will.

        Raises:
            InputError: a wrong argument, or something that this way to ship does not take. Nothing was sent.
            MappingError: the carrier has no mapping. Nothing was sent.
            OutcomeUnknownError: no answer came, and the shipment does not show it, or showed as much before. Push it again
                later.
            OrderNotFoundError: there is no such order.
            AuthError, TransportError, ResponseError: it was not sent, or Mercado Libre refused it.
        """
        number = _order_id("order_id", order_id)
        tracking_of(self._offline().settings, parcel)
        scope = await self._account()
        async with self._pushing:
            if dry_run:
                return (await fulfillment.push(scope, number, parcel, correct=correct, dry_run=True))[0]
            async with self._database.exclusive(f"parcels-{scope.user_id}", scope.clock):
                result, told = await fulfillment.push(scope, number, parcel, correct=correct, dry_run=False)
        return await fulfillment.settle(scope, result, told)

    async def confirm_shipments(self) -> tuple[PushedParcel, ...]:
        """Looks again at shipments that do not show their parcel yet: after a minute, then twice as long each time.

        After two days one is given up: `ParcelNotShown` and a warning say so. A shipment that cannot be read is due again
        later, and the others are looked at.

        Returns:
            The parcels that were looked at, as they are now.

        Raises:
            AuthError, TransportError, RateLimitedError, UnauthorizedError: nothing can be read now.
        """
        return await fulfillment.confirm_due(await self._account())

    async def unconfirmed_shipments(self) -> tuple[PushedParcel, ...]:
        """The parcels that were pushed and whose shipments do not show them, the oldest first. Asks nobody."""
        return await fulfillment.unconfirmed(self._offline())

    async def receive(
        self, body: bytes, *, headers: Mapping[str, str] | None = None, remote: str | None = None
    ) -> Receipt:
        """Stores a notification; it is durable when this returns, and only then may it be answered 200.

        What is malformed, of another application or seller, or about something undocumented is set aside and reported in
        the receipt. Nothing is fetched, and the notification's `resource` is never used as an address.

        Args:
            body: as it arrived.
            headers: as they arrived; no documented one says who sent it.
            remote: the peer's address, for the log.

        Raises:
            ConfigurationError: the settings take no notifications; the message says which number belongs where.
            InputError: the body is no bytes.
            SQLAlchemyError, OSError: it could not be stored; answer 503, and it comes again.
        """
        del headers
        scope = self._offline(forgiving=True)
        scope.settings.require_webhooks()
        if self._is_global is None and not self._accounts_named(body):
            with suppress(MeliError):  # whose account it is decides on whose notifications belong here
                await self._account(forgiving=True)
        receipt = await inbox.receive(scope, body, self._accounts, self._inbox_writes)
        if receipt.reason is not None:
            LOGGER.warning("channel %s: a notification from %s: %s", scope.settings.name, remote, receipt.reason)
        self._arrived.set()
        return receipt

    def _accounts_named(self, body: object) -> bool:
        return isinstance(body, bytes) and any(str(account).encode() in body for account in self._accounts)

    async def handle_notifications(self, handler: OrderHandler) -> NotificationReport:
        """One pass over the inbox: the orders that notifications name are read by their id and handed over.

        Other topics are kept and counted. An order that cannot be found yet, or that Mercado Libre fails for (5xx, no answer), is asked
        for again after one minute, five, and then every thirty, for two days; the others go on. The one that fails is in
        `quarantine()` meanwhile.

        Args:
            handler: as for `download_orders`.

        Raises:
            InputError: a handler that is not async.
            ConfigurationError: the settings take no notifications.
            AuthError, TransportError, ServerError: nothing can be read now; the notifications wait.
        """
        check_handler(handler)
        scope = await self._scope()
        scope.settings.require_webhooks()
        report = await inbox_work.work(scope, handler)
        await inbox.forget_done(scope)
        return report

    async def read_missed_notifications(self) -> int:
        """Asks for what Mercado Libre could not deliver in the last two days and stores it; the number that was new.

        Raises:
            ConfigurationError: the settings take no notifications.
            AuthError, TransportError, ResponseError: it cannot be asked now.
        """
        scope = await self._scope()
        scope.settings.require_webhooks()
        return await inbox_work.read_missed(scope, self._accounts)

    async def notifications(self) -> Mapping[str, int]:
        """How many notifications are stored, by topic and what came of them."""
        return await inbox.counts(self._offline())

    async def run(self, handler: OrderHandler, *, poll_seconds: float = POLL_SECONDS) -> None:
        """Runs the jobs that the settings name, side by side, until it is cancelled; then the order in hand is finished.

        A cancellation lets the transaction that is under way end, with the handler in it, for at most five seconds; what
        takes longer is rolled back and handed over by the next run. A second cancellation rolls it back at once.

        It downloads orders every `poll_seconds` (mode poll or both), works on notifications as they arrive and asks for
        missed ones at the start and every half hour (mode webhook or both); it looks again at parcels that were pushed and
        are not shown yet. All of it, and what you call beside it, shares one budget of calls. A failure that may pass by, of
        Mercado Libre or of a database that restarts, is told as `PassFailed`; the job goes on after two seconds, then twice
        as long each time, at most five minutes. A settings file that is wrong, or half written, is told too, and the last good one
        counts on. Several machines may run the same channel: what one of them hands over, no other
        does.

        Args:
            handler: as for `download_orders`.
            poll_seconds: between two passes over the orders.

        Raises:
            InputError: a handler that is not async.
            ConfigurationError: the settings contradict each other.
            ReauthorizationRequiredError: the seller has to authorise again.
            Exception: the handler's own, when it raises for five orders in a row.
        """
        check_handler(handler)
        check_seconds("poll_seconds", poll_seconds)
        scope = await self._scope()
        if scope.settings.mode.listens and Job.NOTIFICATIONS in scope.settings.jobs:
            scope.settings.require_webhooks()

        self._silence = inbox_work.SilenceWatch()

        def told(job: str, failures: int, seconds: float, error: Exception) -> None:
            # A database's error may quote what the handler wrote.
            said = error if isinstance(error, MeliError) else f"the database cannot be used ({type(error).__name__})"
            LOGGER.warning("channel %s: %s: %s; again in %.0f s", scope.settings.name, job, said, seconds)
            scope.tell(PassFailed, job=job, failures=failures, error=error)

        async def told_by(event: asyncio.Event, at_most: float) -> None:
            with suppress(TimeoutError):  # not by wait_for, which loses a cancellation on Python 3.11
                async with asyncio.timeout(at_most):
                    await event.wait()
            event.clear()

        jobs = (
            RunningJob(
                name="missed notifications",
                step=lambda: self._when(Job.NOTIFICATIONS, self.read_missed_notifications),
                wait=lambda: scope.clock.sleep(MISSED_SECONDS),
            ),
            RunningJob(
                name="notifications",
                step=lambda: self._when(Job.NOTIFICATIONS, lambda: self.handle_notifications(handler)),
                wait=lambda: told_by(self._arrived, INBOX_SECONDS),
            ),
            RunningJob(
                name="orders",
                step=lambda: self._when(Job.ORDERS, lambda: self._poll(handler)),
                wait=lambda: scope.clock.sleep(poll_seconds),
            ),
            RunningJob(
                name="stock",
                step=lambda: self._when(Job.INVENTORY, self._send_stock),
                wait=lambda: told_by(self._stored, STOCK_SECONDS),
            ),
            RunningJob(
                name="parcels",
                step=lambda: self._when(Job.FULFILLMENT, self.confirm_shipments),
                wait=lambda: scope.clock.sleep(CONFIRM_SECONDS),
            ),
        )
        self._runs += 1
        try:
            await run_jobs(jobs, scope.clock, told)
        finally:
            self._runs -= 1

    async def _when(self, job: Job, step: Step) -> None:
        """A pass of a job, where the settings of now ask for it."""
        settings = self._offline().settings
        wanted = {Job.ORDERS: settings.mode.polls, Job.NOTIFICATIONS: settings.mode.listens}.get(job, True)
        if job in settings.jobs and wanted:
            await step()

    async def _poll(self, handler: OrderHandler) -> None:
        report = await self.download_orders(handler)
        await self._silence.look(self._offline(), report)

    async def quarantine(self) -> tuple[QuarantinedThing, ...]:
        """What was set aside and is not settled, oldest first.

        To try orders again: `download_orders(handler, order_ids=[int(thing.key) for thing in ...])`.
        """
        return await set_aside_things(self._offline())

    def _require_open(self) -> None:
        if not self._open:
            message = "the channel is not open: use it inside `async with SalesChannel(...) as channel:`"
            raise SessionStateError(message)

    def _offline(self, *, forgiving: bool = False) -> Scope:
        """What work in the database alone needs; nobody is asked anything."""
        self._require_open()
        if forgiving or self._runs:
            self._current.refresh_where_good(self._tell_refused)
        else:
            self.refresh_settings()
        return self._unasked()

    def _unasked(self) -> Scope:
        return Scope(self._app, self.settings, self._database, self._session, bool(self._is_global))

    def _tell_refused(self, wrong: MeliError) -> None:
        LOGGER.warning("channel %s: the settings stay as they were: %s", self.settings.name, wrong)
        self._unasked().tell(PassFailed, job="settings", failures=1, error=wrong)

    async def _account(self, *, forgiving: bool = False) -> Scope:
        """What work on one order or parcel needs; the first one asks whose account it is."""
        scope = self._offline(forgiving=forgiving)
        async with self._first:
            if self._is_global is None:
                is_global = (await scope.session.users.me()).site_id == GLOBAL_SELLING
                if is_global:
                    marketplaces = (await scope.session.marketplace.user()).marketplaces
                    self._accounts |= {row.user_id for row in marketplaces if row.user_id is not None}
                self._is_global = is_global
        return evolve(scope, is_global=self._is_global)

    async def _scope(self) -> Scope:
        """What a pass over many orders works with; the first one asks whether filters are honoured."""
        scope = await self._account()
        async with self._first:
            if not self._filters_proven:
                await prove_filter(scope)
                self._filters_proven = True
        return scope
