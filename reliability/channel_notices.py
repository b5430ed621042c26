"""Notifications: the way from a sale to the handler, and an outage of their topic."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from math import inf
from random import Random
from typing import Any

import aiohttp
from aiohttp import web
from tests.servers.ports import free_port

from meli_sdk import MeliApp, errors
from meli_sdk.channel import ChannelMode, ChannelRouter, ChannelSettings, SalesChannel
from meli_sdk.channel.events import ChannelEvent, PassEnded, TopicSilent
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.web import install_routes
from reliability.channel_bed import (
    DATABASES,
    Oms,
    SetClock,
    Unlimited,
    compared,
    connected,
    databases,
    notice,
    opened,
    sqlite_file,
)
from reliability.channel_receiver import PATH_TOKEN, address, post_to
from reliability.figure import Figure


class Notifier:
    """Posts what happens to orders, as Mercado Libre does: to one address, within a moment, again until it is taken.

    Args:
        box: the sandbox whose orders are watched.
        post: where a body goes; its status.
    """

    def __init__(self, box: Sandbox, post: Callable[[bytes], Any]) -> None:
        self._box = box
        self._post = post
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self.on = True
        """False: the topic is switched off, and nothing is kept for later."""
        self.posted = 0
        show = box.world.orders._changed

        def changed(order: Order, name: str) -> None:
            show(order, name)
            if name == "updated" and self.on:
                task = asyncio.ensure_future(self._tell(order))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

        box.world.orders._changed = changed  # type: ignore[method-assign]

    async def _tell(self, order: Order) -> None:
        parent = self._box.world.users[order.seller_id].parent_id
        changes: dict[str, object] = {}
        if parent is not None:
            changes = {"topic": "marketplace_orders", "resource": f"/marketplace/orders/{order.id}"}
        else:
            changes = {"resource": f"/orders/{order.id}"}
        body = notice(self._box, next(self._numbers), order.seller_id, **changes)  # type: ignore[arg-type]
        for _ in range(8):
            if await self._post(body) == 200:
                self.posted += 1
                return

    async def done(self) -> None:
        """Waits until everything is posted."""
        while self._tasks:
            await asyncio.gather(*self._tasks)


def _client_ids(app: MeliApp) -> dict[str, tuple[dict[str, Any], str]]:
    """Five wrong settings, and the words of the error that each must give."""
    right = str(LOCAL_SELLER_ID)
    return {
        "empty": ({"webhook_client_id": None}, f"put the channel's User Id, {right}"),
        "the application's": ({"webhook_client_id": app.client_id}, f"channel's User Id, {right}"),
        "another seller's": ({"webhook_client_id": GLOBAL_SELLER_ID}, f"channel's User Id, {right}"),
        "no number": ({"webhook_client_id": "TIENDA"}, "webhook_client_id"),
        "the application's as the user": ({"user_id": app.client_id, "webhook_client_id": app.client_id}, "Client ID"),
    }


async def _refused(app: MeliApp, box: Sandbox, database: str) -> dict[str, str]:
    """What each wrong client id leads to."""
    found: dict[str, str] = {}
    for name, (changes, words) in _client_ids(app).items():
        given = {"user_id": LOCAL_SELLER_ID, "mode": ChannelMode.WEBHOOK, **changes}
        try:
            async with SalesChannel(app, ChannelSettings("Channel", **given), database) as channel:
                await channel.receive(notice(box, 1, LOCAL_SELLER_ID))
            found[name] = "no error"
        except errors.MeliError as error:
            found[name] = type(error).__name__ if words in str(error) else f"not named: {error}"
    return found


async def _sold_and_told(urls: Mapping[str, str], database: str, count: int) -> dict[str, object]:
    async with Sandbox(seed=4) as box:
        box.world.orders.clear()
        async with connected(box) as app:
            only = {"mode": ChannelMode.WEBHOOK}
            async with (
                opened(app, LOCAL_SELLER_ID, urls[database], webhook_client_id=LOCAL_SELLER_ID, **only) as local,
                opened(app, GLOBAL_SELLER_ID, urls[database], webhook_client_id=GLOBAL_SELLER_ID, **only) as world,
                aiohttp.ClientSession() as client,
            ):
                for oms in (local, world):
                    await oms.channel.handle_notifications(oms)
                router = ChannelRouter([local.channel, world.channel])
                doors = install_routes(app, router.receive, path_token=PATH_TOKEN)
                application = web.Application()
                application.add_routes(doors.aiohttp_routes())
                runner = web.AppRunner(application, access_log=None)
                await runner.setup()
                port = free_port()
                await web.TCPSite(runner, "127.0.0.1", port).start()

                async def post(body: bytes) -> int:
                    async with client.post(address(port), data=body) as answer:
                        return answer.status

                notifier = Notifier(box, post)
                running = [asyncio.create_task(oms.channel.run(oms)) for oms in (local, world)]
                account = box.world.marketplaces(GLOBAL_SELLER_ID)[0].id
                sellers = (LOCAL_SELLER_ID, account)
                orders = [box.add_order(seller_id=sellers[number % 2], mode=None) for number in range(count)]
                await notifier.done()
                with suppress(TimeoutError):
                    async with asyncio.timeout(30):
                        while {order.id for order in orders} - dict(await local.given()).keys():
                            await asyncio.sleep(0.05)
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
                await runner.cleanup()
                outcome = compared(orders, await local.given())
                searched = sum(request.path.endswith("/orders/search") for request in box.requests)
                refused = await _refused(app, box, urls[database])
    return {
        "orders": count,
        "posted": notifier.posted,
        "never_handed_over": outcome.lost,
        "stale": outcome.stale,
        "doubled": outcome.doubled,
        "searches": searched,
        "wrong_client_ids": refused,
    }


async def by_webhook(quick: bool) -> Figure:
    """Orders of a local and a Global Selling seller reach the handlers with polling off, through one receiver."""
    numbers: dict[str, Any] = {}
    with databases() as urls:
        for database in DATABASES:
            numbers[database] = await _sold_and_told(urls, database, 20 if quick else 400)
    kept = all(
        not (found["never_handed_over"] or found["stale"] or found["doubled"])
        and sorted(set(found["wrong_client_ids"].values())) == ["ConfigurationError", "InputError"]
        # Only the proof that filters are honoured searches, once for each channel.
        and found["searches"] == 2
        for found in numbers.values()
    )
    return Figure(
        promise="every order is handed over by its notification alone; five wrong client ids give five named errors",
        kept=kept,
        numbers=numbers,
    )


# an outage of the topic


class SteppedClock(SetClock):
    """A clock whose sleepers wake when it is moved past their time."""

    def __init__(self) -> None:
        super().__init__()
        self._number = itertools.count()
        self._sleepers: list[tuple[datetime, int, float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        """Until somebody moves the clock so far."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + timedelta(seconds=seconds), next(self._number), seconds, future))
        await future

    def step(self, seconds: float) -> None:
        """Moves it, and wakes who slept until then."""
        self.time += timedelta(seconds=seconds)
        self._wake()

    def sleeps(self, seconds: float) -> bool:
        """Whether somebody lay down for so long."""
        return any(asked == seconds for _, _, asked, _ in self._sleepers)

    def next_sleeper(self) -> float:
        """Seconds until the first one wakes."""
        return (self._sleepers[0][0] - self.time).total_seconds() if self._sleepers else inf

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self.time:
            *_, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)


class _Timed(Oms):
    """A handler that notes how late each order is."""

    latest = timedelta()
    clock: SetClock

    async def __call__(self, order: Any, connection: Any) -> None:  # noqa: ANN401
        """The handler."""
        changed = order.order.date_last_updated or order.order.last_updated
        self.latest = max(self.latest, self.clock.time - changed)
        await super().__call__(order, connection)


async def _until(true: Callable[[], bool], clock: SteppedClock) -> None:
    """Lets the others work; who waits for another's lock sleeps for less than a second and is woken."""
    while not true():
        await asyncio.sleep(0.002)
        if clock.next_sleeper() <= 1:
            clock.step(max(0.0, clock.next_sleeper()))


async def topic_outage(quick: bool) -> Figure:
    """Notifications stop for three hours and are not kept; polling goes on, each minute of the marketplace's time."""
    clock, chance = SteppedClock(), Random(3)
    told: list[ChannelEvent] = []
    passes = asyncio.Event()

    def observe(event: object) -> None:
        if isinstance(event, ChannelEvent):
            told.append(event)
        if isinstance(event, PassEnded):
            passes.set()

    every = 10 if quick else 1
    async with Sandbox(seed=4, now=clock) as box:
        box.world.orders.clear()
        with sqlite_file() as database:
            async with (
                connected(box, clock=clock, throughput=Unlimited(), observers=[observe]) as app,
                opened(app, LOCAL_SELLER_ID, database, webhook_client_id=LOCAL_SELLER_ID) as oms,
            ):
                handler = _Timed(oms.channel, oms.engine)
                handler.clock = clock
                await oms.download(since=clock.time - timedelta(days=1))
                notifier = Notifier(box, lambda body: post_to(doors, body))
                doors = install_routes(app, oms.channel.receive, path_token=PATH_TOKEN).answer
                running = asyncio.create_task(oms.channel.run(handler, poll_seconds=60.0 * every))
                orders: list[Order] = []
                for minute in range(0, 5 * 60, every):
                    notifier.on = not 60 <= minute < 240
                    for _ in range(chance.randrange(3)):
                        clock.time += timedelta(seconds=1)
                        orders.append(box.add_order(mode=None))
                    await notifier.done()
                    async with asyncio.timeout(60):
                        await _until(lambda: clock.sleeps(60.0 * every), clock)
                        passes.clear()
                        clock.step(60.0 * every)
                        await _until(passes.is_set, clock)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                clock.step(60)
                await oms.download()
                outcome = compared(orders, await oms.given())
    silent = [event for event in told if isinstance(event, TopicSilent)]
    late = handler.latest.total_seconds()
    return Figure(
        promise="no order lost; the latest one is a poll late; the silence of the topic is told",
        kept=outcome.kept and bool(silent) and late <= 60 * every * 2,
        numbers={
            "orders": len(orders),
            "by_notification": notifier.posted,
            "lost": outcome.lost,
            "doubled": outcome.doubled,
            "latest_s": round(late, 1),
            "poll_s": 60 * every,
            "told_of_silence": len(silent),
        },
    )
