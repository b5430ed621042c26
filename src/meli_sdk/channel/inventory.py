"""The stock that is wanted is sent: one pass over what waits, the most urgent first, every write read back."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

from meli_sdk import errors
from meli_sdk.channel import inventory_levels as levels_table
from meli_sdk.channel.check import ChannelCheck
from meli_sdk.channel.inventory_items import Located, SkuIndex, carries, in_batches, places_of
from meli_sdk.channel.inventory_levels import KnownLevel, Result
from meli_sdk.channel.inventory_outcomes import Unit, Written, confirmed, judged, met, refused
from meli_sdk.channel.inventory_report import InventoryProgress, InventoryProgressed, StockOutcome
from meli_sdk.channel.inventory_turns import Turns, Urgency
from meli_sdk.channel.inventory_units import Wanted, mapped, wanted
from meli_sdk.channel.scope import Scope
from meli_sdk.models.items import Item
from meli_sdk.models.stock import StoreQuantity, UserProductStock
from meli_sdk.resources.items_many import BATCH
from meli_sdk.resources.stock_routes import VERSIONED
from meli_sdk.resources.stock_writes import item_quantity, write_versioned

WINDOW: Final = 10 * BATCH
"""SKUs that are taken from the database at once."""
LOOK_SECONDS: Final = 0.2
"""Between two looks for what is urgent and was stored by another process."""
CONFIRM_SECONDS: Final = 5.0
"""So long does a write wait at most until others can be read back in the same call."""
GIVE_UP_AFTER: Final = 10
"""So many calls in a row without an answer end the pass."""


class StockPass:
    """Sends what waits, for one seller. The caller holds the seller's lock.

    Args:
        scope: the channel.
        check: what the account was found to be; nothing of it stands in the way of sending stock.
        stored: set when levels were stored by this process.
        progress: told after each batch.
    """

    def __init__(
        self,
        scope: Scope,
        check: ChannelCheck,
        *,
        stored: asyncio.Event | None = None,
        progress: InventoryProgressed | None = None,
    ) -> None:
        self._scope = scope
        self._account = check.seller
        self._turns = Turns(scope.clock, scope.settings.throughput)
        self._index = SkuIndex(scope, check.seller.user, self._turns)
        self._stored = stored or asyncio.Event()
        self._progress = progress
        self._started = scope.clock.monotonic()
        self._done = 0
        self._busy: set[str] = set()
        self._written: dict[str, Written] = {}
        self._urgent: set[asyncio.Task[None]] = set()
        self._failed: list[asyncio.Task[None]] = []
        self._told = 0.0

    @property
    def calls(self) -> int:
        """Calls so far."""
        return self._turns.taken.total()

    @property
    def writes(self) -> int:
        """Calls that change stock."""
        return self._turns.taken["write"]

    async def run(self, until: datetime, patience: int | None) -> None:
        """Works until everything that was stored until a moment came to rest, or was tried as often as patience lasts.

        Without patience it works on what is due by now, however often that was tried.

        Raises:
            AuthError: the seller has to authorise again, or nothing can be sent for another reason of that kind.
            MeliError: no answer came to many calls in a row; what waits stays.
        """
        watching = asyncio.create_task(self._watch(), name="meli stock: urgent")
        try:
            await self._empty(until, patience, watching)
        finally:
            tasks = [watching, *self._urgent]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._turns.aclose()

    async def _empty(self, until: datetime, patience: int | None, watching: asyncio.Task[None]) -> None:
        window: dict[str, Urgency] = {}
        while True:
            for ended in (watching, *self._failed):
                if ended.done():
                    ended.result()
            window = {sku: urgency for sku, urgency in window.items() if sku not in self._busy}
            if not window:
                without = {*self._busy, *self._written}
                window = await levels_table.due(self._scope, limit=WINDOW, without=without)
            batch = {sku: window.pop(sku) for sku in list(window)[:BATCH] if sku not in self._busy}
            if batch:
                await self._work(batch)
            elif self._written:
                await self._confirm()
            elif self._urgent:
                await asyncio.wait(set(self._urgent), return_when=asyncio.FIRST_COMPLETED)
            else:
                moment = await levels_table.next_due(self._scope, until, patience)
                if moment is None:
                    break
                late = (moment - self._scope.now()).total_seconds()
                if late > 0:
                    await self._scope.clock.sleep(min(late, 1.0))
            if self._is_time_to_confirm():
                await self._confirm()
            await self._tell(batch)

    async def _watch(self) -> None:
        """Takes what is urgent out of the order of arrival."""
        while True:
            self._stored.clear()
            await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._stored.wait()

    async def _look(self) -> None:
        urgent = await levels_table.due(self._scope, limit=BATCH, urgent=True)
        written = [sku for sku in urgent if sku in self._written]
        again = await levels_table.of_skus(self._scope, written) if written else {}
        fresh: dict[str, Urgency] = {}
        for sku, urgency in urgent.items():
            if sku in self._busy:
                self._turns.hurry(sku, urgency)
            elif sku not in self._written or _moved(self._written[sku], again.get(sku, ())):
                fresh[sku] = urgency
        if fresh:
            self._busy.update(fresh)
            task = asyncio.create_task(self._work(fresh), name="meli stock: urgent SKUs")
            self._urgent.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._urgent.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failed.append(task)

    async def _work(self, batch: Mapping[str, Urgency]) -> None:
        """Sends the newest levels of some SKUs; what is sold out and known goes out without being read before."""
        self._busy.update(batch)
        try:
            levels = await self._mapped(batch)
            units = await self._locate(batch, levels)
            if units:
                simple = [unit for unit in units if unit.located.route.resource not in VERSIONED]
                await self._mark(level for unit in simple for level in levels[unit.sku])
                tasks = [asyncio.create_task(self._send(unit)) for unit in units]
                try:
                    await asyncio.gather(*tasks)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._busy.difference_update(batch)
            for sku in batch:
                self._turns.calm(sku)

    async def _mark(self, levels: Iterable[KnownLevel]) -> None:
        keys = [(level.sku, level.warehouse) for level in levels]
        if keys:
            await levels_table.mark_sent(self._scope, keys)

    async def _mapped(self, skus: Iterable[str]) -> dict[str, list[KnownLevel]]:
        """The levels that count, by SKU; those that are skipped without a call are written down."""
        found: dict[str, list[KnownLevel]] = {}
        results: list[Result] = []
        for sku, levels in (await levels_table.of_skus(self._scope, skus)).items():
            taken, skipped = mapped(self._scope.settings, levels)
            if self._scope.settings.their_sku(sku) is None:
                reason = f"SKU {sku!r} has no mapping: add it to the settings' skus to send its stock"
                skipped += Wanted(stock=0, levels=taken).results(StockOutcome.SKIPPED, reason=reason)
                taken = []
            due = {level.warehouse for level in levels if level.due_at is not None}
            results += [result for result in skipped if result.warehouse in due]
            if any(level.warehouse in due for level in taken):
                found[sku] = taken
        await self._settle(results)
        return found

    async def _locate(self, batch: Mapping[str, Urgency], levels: Mapping[str, Sequence[KnownLevel]]) -> list[Unit]:
        """What has to be sent, and where; the rest is written down."""
        theirs = {sku: self._scope.settings.their_sku(sku) or "" for sku in levels}
        results: list[Result] = []
        units: list[Unit] = []
        routed = await self._index.routed(theirs.values())
        reading: list[str] = []
        for sku, their in theirs.items():
            located = routed.get(their)
            before = self._written.get(sku)
            sent = any(level.sent for level in levels[sku]) and (before is None or before.problem is not None)
            none_left = not any(level.quantity for level in levels[sku])
            direct = located is not None and (located.route.resource in VERSIONED or none_left)
            if located is not None and direct and not sent:
                units.append(Unit(sku=sku, located=located, urgency=batch[sku], seen=None))
            else:
                reading.append(sku)
        if reading:
            urgency = min(batch[sku] for sku in reading)
            left = partial(levels_table.waiting, self._scope)
            found = await self._index.locate([theirs[sku] for sku in reading], urgency, left)
            for sku in reading:
                there = found[theirs[sku]]
                if isinstance(there, Located):
                    unit = self._unit(sku, there, batch[sku], levels[sku], results)
                    units += [] if unit is None else [unit]
                else:
                    one = Wanted(stock=0, levels=levels[sku])
                    results += met(there.error, one, sent=one.sent, reason=there.reason)
        await self._settle(results)
        return units

    def _unit(
        self, sku: str, located: Located, urgency: Urgency, levels: Sequence[KnownLevel], results: list[Result]
    ) -> Unit | None:
        """What is to be sent for a SKU whose item was read; None: nothing, and `results` says why."""
        asked = Wanted(stock=0, levels=levels)
        item_id = located.place.item_id
        try:
            resource = located.route.check()
        except errors.NotApplicableError as why:
            results += asked.results(StockOutcome.SKIPPED, reason=str(why), item_id=item_id)
            return None
        if resource in VERSIONED or located.item is None:
            return Unit(sku=sku, located=located, urgency=urgency, seen=None)
        seen = item_quantity(located.item, located.place.variation_id)
        amount = wanted(self._scope.settings, self._account, located.route, levels)
        if isinstance(amount, Wanted) and amount.stock == seen:
            outcome = StockOutcome.APPLIED if amount.sent else StockOutcome.UNCHANGED
            results += amount.results(outcome, item_id=item_id)
            return None
        return Unit(sku=sku, located=located, urgency=urgency, seen=seen)

    async def _send(self, unit: Unit) -> None:
        """Sends the newest level of a SKU: what came while it waited for its turn counts."""
        results: list[Result] = []
        if unit.located.route.resource in VERSIONED:
            await self._send_versioned(unit, results)
        else:
            async with self._turns.turn(unit.urgency, "write", unit.sku):
                amount = await self._newest(unit, results)
                if amount is not None and amount.stock != unit.seen:
                    problem = await self._put(unit, amount, results)
                    if not results:
                        at = self._scope.clock.monotonic()
                        self._written[unit.sku] = Written(
                            unit=unit,
                            their_sku=self._scope.settings.their_sku(unit.sku) or "",
                            wanted=amount,
                            at=at,
                            problem=problem,
                        )
                elif amount is not None:
                    results += amount.results(StockOutcome.UNCHANGED, item_id=unit.item_id)
        self._busy.discard(unit.sku)
        await self._settle(results)

    async def _newest(self, unit: Unit, results: list[Result]) -> Wanted | None:
        known = (await levels_table.of_skus(self._scope, [unit.sku])).get(unit.sku, [])
        levels, _ = mapped(self._scope.settings, known)
        amount = wanted(self._scope.settings, self._account, unit.located.route, levels)
        if isinstance(amount, str):
            asked = Wanted(stock=0, levels=levels)
            results += asked.results(StockOutcome.FAILED, reason=amount, item_id=unit.item_id)
            return None
        return amount

    async def _put(self, unit: Unit, amount: Wanted, results: list[Result]) -> errors.MeliError | None:
        try:
            await self._scope.session.stock.send(unit.located.route, amount.stock)
        except errors.MeliError as failure:
            if failure.may_have_been_applied:
                return failure
            results += refused(failure, unit, amount, sent=False)
        return None

    async def _send_versioned(self, unit: Unit, results: list[Result]) -> None:
        """Sends the stock of a user product: read, write at that version, read again."""
        route, stock = unit.located.route, self._scope.session.stock
        first = await self._newest(unit, results)
        if first is None:
            return
        product, amount = route.user_product_id or "", first
        places = _places(route.item_id, amount)
        last: list[UserProductStock] = []

        async def read() -> UserProductStock:
            async with self._turns.turn(unit.urgency, "read", unit.sku):
                last[:] = [await stock.get(product)]
                return last[0]

        async def write(version: int) -> None:
            nonlocal amount
            async with self._turns.turn(unit.urgency, "write", unit.sku):
                newest = await self._newest(unit, results)
                if newest is None:
                    message = "a newer level has come, and it cannot be sent"
                    raise errors.InputError(message)
                amount = newest
                places.clear()
                places.update(_places(route.item_id, amount))
                rows = amount.stock if isinstance(amount.stock, int) else _with_others(amount.stock, last[0])
                await self._mark(amount.levels)
                await stock.send(route, rows, version=version)

        try:
            done = await write_versioned(read, write, route, places)
        except errors.MeliError as failure:
            if not results:
                results += refused(failure, unit, amount, sent=amount.sent)
            return
        results += judged(amount, done.state, str(dict(done.seen)), unit.item_id)

    # reading back

    def _is_time_to_confirm(self) -> bool:
        waiting = list(self._written.values())
        return len(waiting) >= BATCH or (
            bool(waiting) and self._scope.clock.monotonic() - min(one.at for one in waiting) > CONFIRM_SECONDS
        )

    async def _confirm(self) -> None:
        """Reads back what was written, twenty items a call."""
        for some in in_batches(list(self._written.items())):
            results: list[Result] = []
            try:
                items = await self._index.read((one.unit.item_id for _, one in some), Urgency.LESS)
            except errors.AuthError:
                raise
            except errors.MeliError as failure:
                items = {one.unit.item_id: failure for _, one in some}
            others: set[str | None] = set()
            for sku, one in some:
                item = items[one.unit.item_id]
                results += confirmed(one, item)
                if isinstance(item, Item) and not carries(item, one.their_sku, one.unit.located.place):
                    others |= {self._scope.settings.our_sku(their) for their, _ in places_of(item)}
                if self._written.get(sku) is one:
                    del self._written[sku]
            await levels_table.look_again(self._scope, [sku for sku in others if sku is not None])
            await self._settle(results)

    async def _settle(self, results: Sequence[Result]) -> None:
        if results:
            await levels_table.settle(self._scope, results)
            self._done += len({result.sku for result in results if result.again_in is None})
        if len(self._turns.unanswered) >= GIVE_UP_AFTER:
            raise self._turns.unanswered[-1]

    async def _tell(self, batch: Mapping[str, Urgency]) -> None:
        now = self._scope.clock.monotonic()
        if self._progress is not None and batch and (now - self._told > 1.0 or not self._told):
            self._told = now
            self._progress(
                InventoryProgress(
                    done=self._done,
                    left=await levels_table.waiting(self._scope),
                    calls=self.calls,
                    seconds=now - self._started,
                    rate=self._scope.settings.throughput,
                )
            )


def _moved(written: Written, levels: Sequence[KnownLevel]) -> bool:
    """Whether a newer level was stored since the write."""
    sent = {(level.warehouse, level.sequence) for level in written.wanted.levels}
    return any((level.warehouse, level.sequence) not in sent for level in levels if level.due_at is not None)


def _places(item_id: str, amount: Wanted) -> dict[str, int]:
    """What a read has to show: units by store, or the item's."""
    if isinstance(amount.stock, int):
        return {item_id: amount.stock}
    return {row.store_id: row.quantity for row in amount.stock}


def _with_others(rows: Sequence[StoreQuantity], stock: UserProductStock) -> tuple[StoreQuantity, ...]:
    """The rows, and what the product's other stores hold: what a write does with stores it leaves out is undocumented."""
    named = {row.store_id for row in rows}
    others = [
        StoreQuantity(store_id=place.store_id, quantity=place.quantity, network_node_id=place.network_node_id)
        if place.network_node_id
        else StoreQuantity(store_id=place.store_id, quantity=place.quantity)
        for place in stock.locations
        if place.store_id and place.store_id not in named and place.quantity is not None
    ]
    return (*rows, *others)
