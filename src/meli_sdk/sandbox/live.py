"""The sandbox as a product: its own time, orders that move by themselves, notifications, faults on the wire, and a memory."""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from aiohttp import web

from meli_sdk.sandbox import admin, buyers, seed_more, shipments_life, snapshot
from meli_sdk.sandbox.clock import RunningClock
from meli_sdk.sandbox.deliveries import Deliveries
from meli_sdk.sandbox.fault_proxy import FaultProxy
from meli_sdk.sandbox.faults import FaultPlan
from meli_sdk.sandbox.server import HOST, Handler, Sandbox
from meli_sdk.sandbox.state import AppCredentials, SandboxOptions, World

STEP: Final = 0.05
"""Seconds between two looks at what is due."""
SAVE_EVERY: Final = 1.0
"""Seconds between two writings of the state, at the least; a large world is written less often."""
_PATIENCE: Final = 20


class LiveSandbox(Sandbox):
    """A sandbox whose world goes on by itself. `meli sandbox` is this one.

    Args:
        port: 0 takes any free one.
        seed: None: the one of the state file, or 1.
        speed: seconds of the sandbox in one second.
        orders_per_hour: new orders in an hour of the sandbox's time; with 0 no order moves by itself.
        callback: where notifications are pushed to; None: as the state file says, or nowhere.
        topics: those that are pushed; None: all.
        more_orders: orders beside the seeded ones.
        more_items: items beside the seeded ones.
        state: a JSON file that keeps the world; None: it ends with the process.
        faults: on the wire.
        options: what the documentation leaves open.
        redirect_uris: registered for the application beside the built-in callback page.
        requires_pkce: whether the application was registered with PKCE.

    Raises:
        ValueError: an argument is out of its range, the file holds something else, or it was made with another seed.
    """

    def __init__(
        self,
        port: int = 0,
        seed: int | None = None,
        *,
        speed: float = 1.0,
        orders_per_hour: float | None = None,
        callback: str | None = None,
        topics: Iterable[str] | None = None,
        more_orders: int = 0,
        more_items: int = 0,
        state: Path | None = None,
        faults: FaultPlan | None = None,
        options: SandboxOptions | None = None,
        redirect_uris: tuple[str, ...] = (),
        requires_pkce: bool = False,
    ) -> None:
        kept = None if state is None else snapshot.read(state)
        first = 1 if seed is None else seed
        start = None
        if kept is not None:
            first, start = snapshot.seed_and_time(kept)
            if seed not in {None, first}:
                message = f"{state} was made with seed {first}, not {seed}: leave the seed out, or name another file"
                raise ValueError(message)
        self.clock: RunningClock = RunningClock(start, speed)
        """The sandbox's time; `forward` and `speed` change it."""
        super().__init__(
            port,
            first,
            now=self.clock,
            options=options,
            redirect_uris=redirect_uris,
            requires_pkce=requires_pkce,
        )
        self._seed = first
        self._kept = kept
        self._state = state
        self._orders_per_hour = orders_per_hour
        self._more = (more_orders, more_items)
        self._callback = (callback, None if topics is None else frozenset(topics))
        self._faults = faults or FaultPlan()
        self._proxy: FaultProxy | None = None
        self._deliveries = Deliveries(self.world)
        self._one_at_a_time = asyncio.Lock()
        self._ticking: asyncio.Task[None] | None = None
        self._changed = False
        self._save_after = 0.0

    async def start(self) -> None:
        """Binds the port, fills the world or reads it from its file, and lets it go on."""
        await super().start()
        self.world.tell = self._deliveries.add
        self.world.orders.tell = lambda order: self.world.changed("orders", order.id, order.seller_id)
        try:
            self.save()  # a file that cannot be written is better known now
        except OSError:
            await self.stop()
            raise
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Writes the state file, and closes the port and every connection."""
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
            self._ticking = None
            self.save()
        await self._deliveries.aclose()
        if self._proxy is not None:
            await self._proxy.__aexit__()
            self._proxy = None
        await super().stop()

    async def catch_up(self) -> None:
        """Does what is due by now: orders and shipments that move, notifications to push."""
        async with self._one_at_a_time:
            shipments_life.catch_up(self.world)
            moved = buyers.catch_up(self.world)
            sent = await self._deliveries.send_due()
            self._changed = self._changed or bool(moved or sent)

    def save(self) -> None:
        """Writes the state file, where there is one.

        Raises:
            OSError: it cannot be written.
        """
        if self._state is not None:
            began = time.monotonic()
            snapshot.write(self._state, self.world, self._seed)
            took = time.monotonic() - began
            self._save_after = began + max(SAVE_EVERY, _PATIENCE * took)
            self._changed = False

    def reset(self) -> None:
        """Makes the world as it was at first. Its time goes on; the callback stays."""
        callback, topics = self.world.mail.callback, self.world.mail.topics
        self._failures.clear()
        fresh = World(
            seed=self._seed,
            now=self.clock,
            options=replace(self.world.options),
            listing_quota=self.world.listing_quota,
        )
        fresh.tell = self.world.tell
        told = self.world.orders.tell
        vars(self.world).update(vars(fresh))  # the handlers hold this very world
        self._kept = None
        self._credentials = self._fill()
        self.world.mail.callback, self.world.mail.topics = callback, topics
        self.world.orders.tell = told
        self.calls = self.oauth_calls = 0
        self.requests.clear()
        self._changed = True

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(STEP)
            await self.catch_up()
            del self.requests[: -admin.SHOWN]
            if self._changed and time.monotonic() >= self._save_after:
                self.save()

    def _own_pages(self) -> Iterable[web.RouteDef]:
        return admin.pages(
            admin.Controls(
                box=self,
                clock=self.clock,
                deliveries=self._deliveries,
                set_faults=self._set_faults,
                reset=self.reset,
                catch_up=self.catch_up,
            )
        )

    def _set_faults(self, plan: FaultPlan) -> None:
        if self._proxy is not None:
            self._proxy.plan = plan

    async def _open(self, runner: web.AppRunner) -> str:
        await web.TCPSite(runner, HOST, 0).start()
        behind = f"http://{HOST}:{runner.addresses[0][1]}"
        self._proxy = FaultProxy(behind, self._faults, port=self._port)
        await self._proxy.__aenter__()
        return self._proxy.url

    def _fill(self) -> AppCredentials:
        world = self.world
        if self._kept is not None:
            snapshot.restore(world, self._kept)
            (app,) = world.apps.values()
            known = dict.fromkeys((*app.redirect_uris, self.redirect_uri, *self._redirect_uris))
            world.apps[app.credentials.client_id] = replace(app, redirect_uris=tuple(known))
            credentials = app.credentials
        else:
            credentials = super()._fill()
            orders, items = self._more
            seed_more.populate(world, orders=orders, items=items)
        callback, topics = self._callback
        if callback is not None:
            world.mail.callback, world.mail.topics = callback, topics
        if self._orders_per_hour is not None:
            buyers.open_market(world, self._orders_per_hour)
        return credentials

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._changed = True
        return await super()._serve(request, handler)
