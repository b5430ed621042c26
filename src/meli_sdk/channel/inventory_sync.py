"""Handing in stock: kept first, then sent by whoever holds the seller's lock; and what a dry run would send."""

import asyncio
from collections.abc import AsyncIterable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from meli_sdk import errors
from meli_sdk.channel import inventory_levels as levels_table
from meli_sdk.channel.check import ChannelCheck
from meli_sdk.channel.events import StockPassEnded
from meli_sdk.channel.inventory import StockPass
from meli_sdk.channel.inventory_items import Located, SkuIndex, Unlocated, in_batches
from meli_sdk.channel.inventory_levels import Key, KnownLevel, Result, StockLevel
from meli_sdk.channel.inventory_report import (
    AT_REST,
    InventoryProgressed,
    InventoryReport,
    InventoryRows,
    StockOutcome,
)
from meli_sdk.channel.inventory_turns import Turns, Urgency
from meli_sdk.channel.inventory_units import Wanted, mapped, wanted
from meli_sdk.channel.scope import Scope
from meli_sdk.resources.stock_routes import VERSIONED
from meli_sdk.resources.stock_writes import item_quantity, product_quantities

Levels = Iterable[StockLevel] | AsyncIterable[StockLevel]
_LOCK: Final = "stock"


async def keep(scope: Scope, levels: Levels, rows: InventoryRows) -> None:
    """Stores levels and makes a row for each; durable when it returns."""
    async for chunk in levels_table.chunks(levels):
        known = await levels_table.store(scope, chunk)
        counts = levels_table.newest(chunk)
        for level in chunk:
            key = (level.sku, level.warehouse)
            newest, stored = counts[key], known[key]
            order = stored.sequence if newest.order is None else newest.order
            place = rows.add(level.sku, level.warehouse, level.quantity, order)
            if newest is not level and (level.order is None or level.order != newest.order):
                rows.settle(place, StockOutcome.SUPERSEDED, reason=levels_table.SUPERSEDED)
            elif order == stored.sequence and level.quantity != stored.quantity:
                rows.settle(place, StockOutcome.SUPERSEDED, reason=_contradicts(stored))
            elif order == stored.sequence and stored.due_at is None:
                rows.settle(place, StockOutcome.UNCHANGED, item_id=stored.item_id)


def _contradicts(stored: KnownLevel) -> str:
    return f"another quantity, {stored.quantity}, has the same sequence, {stored.sequence}"


async def push(
    scope: Scope,
    check: ChannelCheck,
    until: datetime,
    *,
    stored: asyncio.Event,
    patience: int | None,
    skus: Collection[str] | None = None,
    progress: InventoryProgressed | None = None,
) -> tuple[int, int]:
    """Sends what was stored until a moment, or waits while another call or process does.

    Args:
        scope: the channel.
        check: without problems.
        until: the moment.
        stored: set when this process stores levels.
        patience: how often a level is tried; None: as often as it is due by now.
        skus: while another call sends, wait for these alone; None: for all.
        progress: told how far it is.

    Returns:
        Calls, and writes among them, that were made here.
    """

    async def at_rest() -> bool:
        return await levels_table.next_due(scope, until, patience, skus) is None

    if await at_rest():
        return 0, 0
    async with scope.database.exclusive(f"{_LOCK}-{scope.user_id}", scope.clock, unless=at_rest) as held:
        if not held:
            return 0, 0
        one_pass = StockPass(scope, check, stored=stored, progress=progress)
        await one_pass.run(until, patience)
        return one_pass.calls, one_pass.writes


async def report_of(
    scope: Scope, rows: InventoryRows, started: datetime, calls: int, writes: int, *, dry_run: bool = False
) -> InventoryReport:
    """The report of a call whose rows are settled."""
    settings = scope.settings
    report = InventoryReport(
        channel=settings.name,
        user_id=settings.user_id,
        account=settings.account,
        vendor=settings.vendor,
        dry_run=dry_run,
        started_at=started,
        ended_at=scope.now(),
        rows=rows,
        totals=rows.totals(),
        calls=calls,
        writes=writes,
    )
    seconds = (report.ended_at - started).total_seconds()
    scope.tell(StockPassEnded, seconds=seconds, totals=report.totals, calls=calls, writes=writes, dry_run=dry_run)
    return report


async def dry_run(scope: Scope, check: ChannelCheck, levels: Levels) -> InventoryReport:
    """What would be sent: everything is read and compared, nothing written, here or there."""
    started = scope.now()
    rows = InventoryRows(dry_run=True)
    turns = Turns(scope.clock, scope.settings.throughput)
    trial = _Trial(scope, check, turns)
    places: dict[Key, int] = {}
    counts: dict[Key, StockLevel] = {}
    async for chunk in levels_table.chunks(levels):
        for level in chunk:
            key = (level.sku, level.warehouse)
            place = rows.add(level.sku, level.warehouse, level.quantity)
            before = counts.get(key)
            if before is not None and levels_table.newest([before, level])[key] is before:
                rows.settle(place, StockOutcome.SUPERSEDED, reason=levels_table.SUPERSEDED)
                continue
            if before is not None:
                rows.settle(places[key], StockOutcome.SUPERSEDED, reason=levels_table.SUPERSEDED)
            counts[key], places[key] = level, place
    by_sku: dict[str, list[StockLevel]] = {}
    for level in counts.values():
        by_sku.setdefault(level.sku, []).append(level)
    trial.left = len(by_sku)
    for batch in in_batches(by_sku):
        given = {sku: by_sku[sku] for sku in batch}
        for result in await trial.results(given):
            of = places.get((result.sku, result.warehouse))
            if of is not None:
                rows.settle(of, result.outcome, reason=result.reason, item_id=result.item_id)
        trial.left -= len(batch)
    await turns.aclose()
    return await report_of(scope, rows, started, turns.taken.total(), 0, dry_run=True)


class _Trial:
    """Compares what is wanted with what is there."""

    def __init__(self, scope: Scope, check: ChannelCheck, turns: Turns) -> None:
        self._scope = scope
        self._account = check.seller
        self._turns = turns
        self._index = SkuIndex(scope, check.seller.user, turns, keep=False)
        self.left = 0

    async def _left(self) -> int:
        return self.left

    async def results(self, given: Mapping[str, Sequence[StockLevel]]) -> list[Result]:
        """What would become of the levels of some SKUs."""
        settings = self._scope.settings
        settled: list[Result] = []
        results: list[Result] = []
        units: dict[str, list[KnownLevel]] = {}
        known = await levels_table.of_skus(self._scope, given)
        for sku, newer in given.items():
            merged = {level.warehouse: level for level in known.get(sku, ())}
            said = [_without_call(level, merged.get(level.warehouse)) for level in newer]
            settled += [result for result in said if result is not None]
            for level in (level for level, result in zip(newer, said, strict=True) if result is None):
                merged[level.warehouse] = KnownLevel(
                    sku=sku, warehouse=level.warehouse, quantity=level.quantity, sequence=level.order or 0
                )
            taken, skipped = mapped(settings, list(merged.values()))
            results += skipped
            if settings.their_sku(sku) is None:
                reason = f"SKU {sku!r} has no mapping: add it to the settings' skus to send its stock"
                results += Wanted(stock=0, levels=taken).results(StockOutcome.SKIPPED, reason=reason)
            elif taken and None in said:
                units[sku] = taken
        if units:
            theirs = {sku: settings.their_sku(sku) or "" for sku in units}
            found = await self._index.locate(list(theirs.values()), Urgency.OTHER, self._left)
            for sku, levels in units.items():
                results += await self._compared(levels, found[theirs[sku]])
        places = {(result.sku, result.warehouse) for result in settled}
        return settled + [result for result in results if (result.sku, result.warehouse) not in places]

    async def _compared(self, levels: Sequence[KnownLevel], located: Located | Unlocated) -> list[Result]:
        asked = Wanted(stock=0, levels=levels)
        if isinstance(located, Unlocated):
            return asked.results(StockOutcome.FAILED, reason=located.reason)
        item_id, route = located.place.item_id, located.route
        try:
            resource = route.check()
        except errors.NotApplicableError as why:
            return asked.results(StockOutcome.SKIPPED, reason=str(why), item_id=item_id)
        amount = wanted(self._scope.settings, self._account, route, levels)
        if isinstance(amount, str):
            return asked.results(StockOutcome.FAILED, reason=amount, item_id=item_id)
        there: object
        shown: object = amount.stock
        if resource in VERSIONED:
            try:
                async with self._turns.turn(Urgency.OTHER, "read"):
                    stock = await self._scope.session.stock.get(route.user_product_id or "")
            except errors.AuthError:
                raise
            except errors.MeliError as failure:
                return asked.results(StockOutcome.FAILED, reason=str(failure), item_id=item_id)
            places = (
                {item_id: amount.stock}
                if isinstance(amount.stock, int)
                else {row.store_id: row.quantity for row in amount.stock}
            )
            there, shown = product_quantities(stock, route, places), places
        else:
            there = None if located.item is None else item_quantity(located.item, located.place.variation_id)
        if there == shown:
            return amount.results(StockOutcome.UNCHANGED, item_id=item_id)
        return amount.results(StockOutcome.APPLIED, reason=f"{there} there, {shown} wanted", item_id=item_id)


def _without_call(level: StockLevel, before: KnownLevel | None) -> Result | None:
    """What becomes of a level by what is known already; None: it would be looked at."""
    if before is None or level.order is None or level.order > before.sequence:
        return None
    one = Wanted(stock=0, levels=[before])
    if level.order < before.sequence:
        return one.results(StockOutcome.SUPERSEDED, reason=levels_table.SUPERSEDED)[0]
    if level.quantity != before.quantity:
        return one.results(StockOutcome.SUPERSEDED, reason=_contradicts(before))[0]
    if before.due_at is None and before.outcome in AT_REST:
        return one.results(StockOutcome.UNCHANGED, item_id=before.item_id)[0]
    return None
