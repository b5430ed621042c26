import asyncio
import logging
import sqlite3
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from meli_sdk import MeliApp
from meli_sdk.channel import OrderAction
from meli_sdk.channel.events import OrdersRecovered, Quarantined, TransactionRepeated
from meli_sdk.channel.journal import CURSORS, ORDERS, ORDERS_STREAM
from meli_sdk.channel.orders_sources import LocalOrders
from meli_sdk.errors import DecodeError, PaginationError
from meli_sdk.sandbox import Sandbox, SandboxOptions
from meli_sdk.wire.paging import Page

from .conftest import SOLD, MovableClock, OpenOms, each_database

# the handler's failures


@each_database
async def test_one_refused_order_is_tried_five_times_and_set_aside_and_the_others_arrive(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    orders = [box.add_order() for _ in range(20)]
    bad = orders[11].id
    oms = await open_oms()
    oms.refused = lambda order: order.order.id == bad
    report = await oms.download()
    assert report.totals == {"new": 19, "quarantined": 1}
    assert sorted(await oms.ids()) == sorted(order.id for order in orders if order.id != bad)
    assert [order.order.id for order in oms.given].count(bad) == 5
    assert len(clock.slept) >= 4
    (row,) = [row for row in report.rows if row.action == OrderAction.QUARANTINED]
    assert (row.order_id, row.error) == (bad, f"ValueError: refused {bad}")
    (thing,) = await oms.channel.quarantine()
    assert (thing.kind, thing.key, thing.failures) == ("order", str(bad), 5)


@each_database
async def test_a_set_aside_order_that_is_well_again_is_settled(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    order = box.add_order()
    oms = await open_oms()
    oms.refused = lambda order: True
    await oms.download()
    oms.refused = lambda order: False
    (thing,) = await oms.channel.quarantine()
    report = await oms.download(order_ids=[int(thing.key)])
    assert report.totals == {"new": 1}
    assert await oms.ids() == [order.id]
    assert await oms.channel.quarantine() == ()


async def test_a_set_aside_order_is_tried_once_more_each_time_it_is_read(box: Sandbox, open_oms: OpenOms):
    box.add_order()
    oms = await open_oms()
    oms.refused = lambda order: True
    await oms.download()
    assert len(oms.given) == 5
    await oms.download()
    assert len(oms.given) == 6
    assert (await oms.channel.quarantine())[0].failures == 6


async def test_a_handler_that_refuses_everything_ends_the_pass_with_its_own_error(box: Sandbox, open_oms: OpenOms):
    orders = [box.add_order() for _ in range(12)]
    oms = await open_oms()
    oms.refused = lambda order: True
    with pytest.raises(ValueError, match="refused") as caught:
        await oms.download()
    assert "for 5 orders in a row" in caught.value.__notes__[0]
    assert len(await oms.channel.quarantine()) == 5
    oms.refused = lambda order: False
    await oms.download()
    await oms.download(order_ids=[int(thing.key) for thing in await oms.channel.quarantine()])
    assert sorted(set(await oms.ids())) == sorted(order.id for order in orders)
    assert len(await oms.ids()) == 12


async def test_orders_that_are_refused_again_and_again_keep_no_other_order_from_arriving(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    refused = {box.add_order().id for _ in range(7)}
    oms = await open_oms()
    oms.refused = lambda order: order.order.id in refused
    with pytest.raises(ValueError, match="refused"):
        await oms.download()
    clock.pass_by(minutes=1)
    good = box.add_order()
    report = await oms.download()
    assert report.totals == {"new": 1, "quarantined": 7}
    assert await oms.ids() == [good.id]


async def test_a_pack_that_is_refused_counts_as_one_however_many_orders_it_has(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    one = box.add_order()
    pack = {one.id, *(box.add_order(pack=one.id).id for _ in range(5))}
    clock.pass_by(minutes=1)
    good = box.add_order()
    oms = await open_oms()
    oms.refused = lambda order: order.order.id in pack
    report = await oms.download()
    assert report.totals == {"new": 1, "quarantined": 6}
    assert await oms.ids() == [good.id]


@each_database
@pytest.mark.parametrize("at", [1, 4, 9])
async def test_a_pass_that_is_cut_off_anywhere_is_taken_up_without_loss_or_doubles(
    box: Sandbox, open_oms: OpenOms, at: int
):
    orders = [box.add_order() for _ in range(10)]
    oms = await open_oms()

    def cut(order):
        if len(oms.given) == at:
            raise asyncio.CancelledError
        return False

    oms.refused = cut
    with pytest.raises(asyncio.CancelledError):
        await oms.download()
    oms.refused = lambda order: False
    await oms.download()
    assert sorted(await oms.ids()) == sorted(order.id for order in orders)


async def test_the_cursor_stays_before_what_was_cut_off(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, monkeypatch: pytest.MonkeyPatch
):
    orders = [box.add_order(created=clock.time - timedelta(hours=60 - number)) for number in range(10)]
    oms = await open_oms()
    monkeypatch.setattr("meli_sdk.channel.orders_handover.SHORT", -1)  # one order in each transaction

    def cut(order):
        if order.order.id == orders[5].id:
            raise asyncio.CancelledError
        return False

    oms.refused = cut
    with pytest.raises(asyncio.CancelledError):
        await oms.download()
    report = await oms.download(dry_run=True)
    assert report.cursor < orders[5].updated
    rows = {row.order_id: row.action for row in report.rows}
    assert {rows[order.id] for order in orders[5:]} == {"would_be_new"}


@each_database
async def test_a_pack_whose_first_order_is_refused_takes_the_cursor_past_no_other(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    first = box.add_order(created=clock.time - timedelta(hours=9))
    between = box.add_order(created=clock.time - timedelta(hours=6))
    last = box.add_order(created=clock.time - timedelta(hours=3), pack=first.id)
    oms = await open_oms()

    class Killed(BaseException):
        pass

    async def handler(order, connection):
        if order.order.id == between.id:
            raise Killed
        if order.order.id == first.id:
            raise ValueError
        await oms(order, connection)

    with pytest.raises(Killed):
        await oms.channel.download_orders(handler, since=oms.since)
    assert await oms.ids() == [last.id]
    assert (await oms.download(order_ids=[])).cursor == first.updated


async def test_a_handler_that_commits_keeps_nothing(box: Sandbox, open_oms: OpenOms):
    box.add_order()
    oms = await open_oms()

    async def committing(order, connection):
        await oms(order, connection)
        await connection.commit()

    report = await oms.channel.download_orders(committing)
    assert report.totals == {"quarantined": 1}
    assert "must not commit" in report.rows[0].error
    assert await oms.rows() == []


UNIQUE = text("CREATE UNIQUE INDEX one_row_per_order ON sold (order_id)")


@each_database
@pytest.mark.parametrize("guarded", [True, False])
async def test_a_handler_that_goes_on_after_a_failed_statement_costs_no_other_order_anything(
    box: Sandbox, open_oms: OpenOms, database_kind: str, guarded: bool
):
    orders = [box.add_order() for _ in range(9)]
    oms = await open_oms()
    async with oms.engine.begin() as connection:
        await connection.execute(UNIQUE)
        await connection.execute(insert(SOLD).values(order_id=orders[4].id))

    async def there_already(order, connection):
        with suppress(IntegrityError):
            async with connection.begin_nested() if guarded else nullcontext():
                await oms(order, connection)

    report = await oms.channel.download_orders(there_already)
    assert sorted(await oms.ids()) == sorted(order.id for order in orders)
    if guarded or database_kind == "sqlite":
        assert report.totals == {"new": 9}
        return
    assert report.totals == {"new": 8, "quarantined": 1}
    (thing,) = await oms.channel.quarantine()
    assert (thing.key, thing.failures) == (str(orders[4].id), 5)
    assert ["begin_nested" in row.error for row in report.rows if row.error] == [True]


async def test_what_sqlite_rolled_back_for_a_failed_statement_is_not_taken_for_stored(box: Sandbox, open_oms: OpenOms):
    orders = [box.add_order() for _ in range(3)]
    oms = await open_oms()
    async with oms.engine.begin() as connection:
        await connection.execute(UNIQUE)
        await connection.execute(insert(SOLD).values(order_id=orders[2].id))

    async def rolling_back(order, connection):
        with suppress(IntegrityError):
            await connection.execute(insert(SOLD).prefix_with("OR ROLLBACK").values(order_id=order.order.id))

    report = await oms.channel.download_orders(rolling_back)
    assert report.totals == {"new": 2, "quarantined": 1}
    assert sorted(await oms.ids()) == sorted(order.id for order in orders)


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_handler_that_swallows_what_the_database_asks_for_again_is_called_again(
    box: Sandbox, open_oms: OpenOms, database_kind: str
):
    order = box.add_order()
    oms = await open_oms()
    calls = 0

    async def swallowing(order, connection):
        nonlocal calls
        calls += 1
        with suppress(DBAPIError):
            if calls == 1:
                await connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))
            await oms(order, connection)

    report = await oms.channel.download_orders(swallowing)
    assert report.totals == {"new": 1}
    assert report.repeated == {"serialization": 1}
    assert await oms.ids() == [order.id]


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_handler_that_swallows_the_loss_of_its_connection_is_not_blamed_for_it(
    box: Sandbox, open_oms: OpenOms, database_kind: str
):
    order = box.add_order()
    oms = await open_oms()

    async def swallowing(order, connection):
        with suppress(DBAPIError):
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DBAPIError) as caught:
        await oms.channel.download_orders(swallowing)
    assert caught.value.connection_invalidated  # so `run` knows that it passes by
    assert await oms.channel.quarantine() == ()
    await oms.download()
    assert await oms.ids() == [order.id]


# the database's own wishes


async def test_a_busy_sqlite_is_waited_for_and_counted(
    box: Sandbox, app: MeliApp, open_oms: OpenOms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("meli_sdk.channel.database.BUSY_SECONDS", 0.01)
    box.add_order()
    oms = await open_oms()
    await oms.download()
    box.add_order()
    hostile = sqlite3.connect(tmp_path / "channel.db", isolation_level=None)
    hostile.execute("BEGIN IMMEDIATE")
    clock = app.pipeline.clock

    async def gives_way(seconds: float) -> None:
        if len(clock.slept) == 2:
            hostile.execute("ROLLBACK")
        clock.slept.append(seconds)

    monkeypatch.setattr(clock, "sleep", gives_way)
    report = await oms.download()
    hostile.close()
    assert report.totals == {"new": 1, "unchanged": 1}
    assert report.repeated == {"busy": 3}
    assert all(0 <= seconds <= 2 for seconds in clock.slept)


WAITING_FOR_ME = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)
"""pg_locks, since pg_stat_activity shows one transaction always the same."""


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_deadlock_with_another_writer_costs_nothing_but_a_repetition(
    box: Sandbox, app: MeliApp, open_oms: OpenOms, database_kind: str
):
    told = []
    app.pipeline.observers._observers = (told.append,)
    first, second = box.add_order(), box.add_order()
    oms = await open_oms()
    await oms.download()
    third = box.add_order()
    both, through = asyncio.Barrier(2), asyncio.Event()
    tries = 0

    async def in_one_order(order, connection):
        nonlocal tries
        tries += 1
        if tries > 1:
            await through.wait()  # else the repetition could lock the first row again before the other writer has it
        await connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
        await connection.execute(update(SOLD).where(SOLD.c.order_id == first.id).values(units=7))
        if tries == 1:
            await both.wait()
            while not (await connection.execute(WAITING_FOR_ME)).scalar_one():
                await connection.execute(text("SELECT pg_sleep(0.01)"))
        await connection.execute(update(SOLD).where(SOLD.c.order_id == second.id).values(units=7))
        await oms(order, connection)

    async def in_the_other() -> None:
        async with oms.engine.begin() as connection:
            await connection.execute(text("SET LOCAL deadlock_timeout = '60s'"))
            await connection.execute(update(SOLD).where(SOLD.c.order_id == second.id).values(units=8))
            await both.wait()
            await connection.execute(update(SOLD).where(SOLD.c.order_id == first.id).values(units=8))
        through.set()

    report, _ = await asyncio.gather(oms.channel.download_orders(in_one_order), in_the_other())
    assert report.totals == {"new": 1, "unchanged": 2}
    assert report.repeated == {"deadlock": 1}
    assert (await oms.ids()).count(third.id) == 1
    assert [event.reason for event in told if isinstance(event, TransactionRepeated)] == ["deadlock"]


@each_database
async def test_two_channels_on_one_database_hand_each_order_over_once(box: Sandbox, open_oms: OpenOms):
    orders = [box.add_order() for _ in range(30)]
    several = [await open_oms() for _ in range(3)]
    await asyncio.gather(*(oms.download() for oms in several))
    assert sorted(await several[0].ids()) == sorted(order.id for order in orders)


@each_database
async def test_two_hand_overs_of_one_order_at_once_hand_it_over_once(box: Sandbox, open_oms: OpenOms):
    order = box.add_order()
    several = [await open_oms() for _ in range(4)]
    reports = await asyncio.gather(*(oms.download(order_ids=[order.id]) for oms in several))
    assert await several[0].ids() == [order.id]
    assert sorted(next(iter(report.totals)) for report in reports) == ["new", "unchanged", "unchanged", "unchanged"]


# what the regular reading misses


@pytest.mark.parametrize("options", [SandboxOptions(search_lag=(3 * 3600, 3 * 3600))])
async def test_an_order_that_the_search_shows_too_late_is_found_by_a_sweep_and_the_overlap_grows(
    box: Sandbox, app: MeliApp, clock: MovableClock, open_oms: OpenOms, options: SandboxOptions, caplog
):
    told = []
    app.pipeline.observers._observers = (told.append,)
    early = box.add_order(created=clock.time - timedelta(hours=30))
    oms = await open_oms()
    clock.pass_by(hours=3)
    await oms.download()
    assert await oms.ids() == [early.id]
    late = box.add_order()
    clock.pass_by(minutes=150)
    soon = box.add_order()
    box.world.orders._show(soon)  # shown at once: the cursor goes past the late one
    await oms.download()
    clock.pass_by(minutes=70)
    with caplog.at_level(logging.WARNING, logger="meli_sdk.channel"):
        report = await oms.download()
    assert late.id in await oms.ids()
    assert report.recovered == 1
    assert [event.count for event in told if isinstance(event, OrdersRecovered)] == [1]
    assert "a sweep found 1 orders" in caplog.text


async def test_what_was_missed_is_found_by_a_sweep_each_hour_each_day_or_each_week_as_far_back_as_it_lies(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    oms = await open_oms()
    oms.since = clock.time - timedelta(days=70)
    known = box.add_order()  # the cursor goes to it
    await oms.download()
    expected = [known.id]
    for age in (timedelta(hours=12), timedelta(days=10), timedelta(days=40)):
        order = box.add_order(created=clock.time - age)
        order.updated = clock.time - age
        expected.append(order.id)
    await oms.download()
    assert await oms.ids() == [known.id]
    for number, pause in enumerate((timedelta(hours=1), timedelta(days=1), timedelta(days=7)), start=2):
        clock.time += pause
        assert (await oms.download()).recovered == 1
        assert await oms.ids() == expected[:number]


async def test_a_window_that_cannot_be_read_holds_the_cursor_until_it_can(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    old = box.add_order(created=clock.time - timedelta(hours=40))
    oms = await open_oms()
    await oms.download()
    clock.pass_by(minutes=5)
    new = box.add_order()
    box.fail_next("GET /orders/search", 200, b"<html>busy</html>", times=8)  # four tries in each walk
    report = await oms.download()
    assert not report.complete
    assert report.cursor == clock.time - timedelta(days=1, minutes=5)
    assert len(report.problems) == 2
    report = await oms.download()
    assert await oms.ids() == [old.id, new.id]
    assert report.complete


async def test_an_hour_with_more_changes_than_a_search_shows_holds_up_nothing_however_long_ago_it_was(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("meli_sdk.channel.orders_reading.MOST_ROWS", 60)
    start = clock.time - timedelta(hours=40, minutes=20)
    sold = [box.add_order(created=start + timedelta(seconds=n), mode=None).id for n in range(70)]
    oms = await open_oms()
    report = await oms.download()
    assert report.complete
    assert sorted(await oms.ids()) == sorted(sold)


async def test_a_window_that_never_comes_right_makes_a_sweep_of_no_pass_but_one_each_hour(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, monkeypatch: pytest.MonkeyPatch
):
    oms = await open_oms()
    await oms.download()
    broken = box.add_order(mode=None).updated
    true_page = LocalOrders.page

    async def page(self, span, **options):
        if span.start <= broken <= span.end:
            raise DecodeError("a page of HTML", path="", expected="JSON")
        return await true_page(self, span, **options)

    monkeypatch.setattr(LocalOrders, "page", page)
    begun = []

    async def begins() -> float:
        begun.clear()
        report = await oms.download(progress=lambda progress: begun.append(progress.start))
        assert not report.complete
        return (clock.time - min(begun)).total_seconds() / 86_400

    clock.pass_by(days=8)
    assert await begins() > 12  # of the thirteen days since the beginning
    for _ in range(3):
        clock.pass_by(minutes=1)
        assert await begins() < 11
    clock.pass_by(hours=1)
    assert await begins() > 12


async def test_a_refused_order_was_missed_by_no_reading(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, caplog: pytest.LogCaptureFixture
):
    oms = await open_oms()
    await oms.download()
    bad = box.add_order()
    oms.refused = lambda order: order.order.id == bad.id
    for _ in range(8):
        clock.pass_by(minutes=40)
        box.add_order(mode=None)
        assert (await oms.download()).recovered == 0
    async with oms.engine.connect() as connection:
        overlaps = await connection.execute(select(CURSORS.c.overlap_seconds).where(CURSORS.c.stream == ORDERS_STREAM))
        assert overlaps.scalar_one() == 900
    assert "a sweep found" not in caplog.text


async def test_totals_that_are_always_wrong_end_no_pass_and_every_order_arrives(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, monkeypatch: pytest.MonkeyPatch
):
    orders = [box.add_order(created=clock.time - timedelta(minutes=45 * n), mode=None) for n in range(150)]
    true_page = LocalOrders.page

    async def page(self, span, **options):
        found = await true_page(self, span, **options)
        return Page(found.items, found.total + 7 if found.items else 0, found.cursor)

    monkeypatch.setattr(LocalOrders, "page", page)
    oms = await open_oms()
    report = await oms.download()
    assert sorted(await oms.ids()) == sorted(order.id for order in orders)
    assert len(report.problems) > 3
    assert "by Mercado Libre's total" in report.problems[0]
    assert report.cursor is None


async def test_an_ignored_filter_is_proven_before_anything_is_read(box: Sandbox, open_oms: OpenOms):
    order = box.add_order()
    oms = await open_oms()
    body = {"results": [{"id": order.id}], "paging": {"total": 1, "offset": 0, "limit": 50}}
    box.fail_next("GET /orders/search", 200, body)
    with pytest.raises(PaginationError, match="ignores the filter by time"):
        await oms.download()
    assert await oms.rows() == []
    assert (await oms.download()).totals == {"new": 1}


@each_database
async def test_a_row_that_cannot_be_read_is_set_aside_and_never_stops_the_others(
    box: Sandbox, app: MeliApp, open_oms: OpenOms
):
    told = []
    app.pipeline.observers._observers = (told.append,)
    orders = [box.add_order() for _ in range(9)]
    orders[3].title = 5
    orders[3].updated = orders[3].created
    oms = await open_oms()
    report = await oms.download()
    assert report.totals == {"new": 8, "quarantined": 1}
    (thing,) = await oms.channel.quarantine()
    assert thing.key == str(orders[3].id)
    assert thing.reason == "DecodeError: order_items[0].item.title is not string"
    assert [event.key for event in told if isinstance(event, Quarantined)] == [thing.key]
    orders[3].title = "Bombilla"
    await oms.download()
    assert orders[3].id in await oms.ids()
    assert await oms.channel.quarantine() == ()


async def test_each_journal_row_carries_the_labels_of_its_channel(box: Sandbox, open_oms: OpenOms):
    box.add_order()
    oms = await open_oms(account="Norte", vendor="Acme")
    await oms.download()
    async with oms.engine.connect() as connection:
        assert (await connection.execute(select(ORDERS.c.account, ORDERS.c.vendor))).all() == [("Norte", "Acme")]
