"""What hangs on an order: a pack or a shipment that cannot be read holds up no other order, and no pack is torn apart."""

from datetime import timedelta
from pathlib import Path

import pytest

from meli_sdk import AppCredentials, MeliApp, RetryPolicy, SQLiteGrantStore, Timeouts, errors
from meli_sdk.channel import ChannelMode, Job, Outbox
from meli_sdk.sandbox import LOCAL_SELLER_ID, Fault, FaultKind, FaultPlan, FaultProxy, Sandbox

from .conftest import MovableClock, OpenOms, Unlimited, each_database, pack_of_two_ages
from .test_inbox import notice
from .test_outbox import Elsewhere

ALWAYS = 1_000


@pytest.fixture
def throughput() -> Unlimited:
    return Unlimited()


@each_database
async def test_an_order_whose_shipment_answers_5xx_is_handed_over_without_it_and_completed_once_it_is_well(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    bad, good = box.add_order(), box.add_order()
    oms = await open_oms()
    box.fail_next(f"GET /shipments/{bad.shipment_id}", 503, times=8)
    report = await oms.download()
    assert report.totals == {"new": 2}
    assert report.complete
    (told,) = [row for row in report.rows if row.error]
    assert told.order_id == bad.id
    assert "without its pack or shipment: ServerError" in told.error
    whole = {order.order.id: (order.complete, order.shipment is not None) for order in oms.given}
    assert whole == {bad.id: (False, False), good.id: (True, True)}
    assert "completed" not in (await oms.download()).totals  # still 503
    assert (await oms.download()).totals["completed"] == 1
    assert oms.given[-1].shipment.id == bad.shipment_id
    assert oms.given[-1].complete
    assert "completed" not in (await oms.download()).totals


async def test_a_shipment_that_does_not_decode_costs_its_order_nothing_but_the_shipment(
    box: Sandbox, open_oms: OpenOms
):
    bad, good = box.add_order(), box.add_order()
    oms = await open_oms()
    box.fail_next(f"GET /shipments/{bad.shipment_id}", 200, {"id": "no number", "status": []}, times=ALWAYS)
    report = await oms.download()
    assert sorted(await oms.ids()) == sorted([bad.id, good.id])
    assert [row.error is not None for row in report.rows if row.order_id == bad.id] == [True]


async def test_an_order_of_long_ago_is_completed_too(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    old = box.add_order(created=clock.time - timedelta(days=4))
    old.updated = clock.time - timedelta(days=4)
    oms = await open_oms()
    box.fail_next(f"GET /shipments/{old.shipment_id}", 503, times=4)
    assert (await oms.download()).totals == {"new": 1}
    clock.pass_by(hours=30)
    assert (await oms.download()).totals["completed"] == 1


async def test_where_the_shipments_of_five_orders_in_a_row_fail_the_pass_ends_and_nothing_is_lost(
    app: MeliApp, box: Sandbox, open_oms: OpenOms
):
    app.pipeline.breaker = None  # type: ignore[misc]  # it would end the pass before the fifth
    sold = [box.add_order().id for _ in range(5)]
    oms = await open_oms()
    box.fail_next("GET /shipments/", 503, times=4 * 5)
    with pytest.raises(errors.ServerError):
        await oms.download()
    assert await oms.ids() == []
    await oms.download()
    assert sorted(await oms.ids()) == sorted(sold)
    assert all(order.complete for order in oms.given)


@each_database
async def test_a_pack_that_answers_5xx_waits_whole_and_the_other_orders_arrive(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    one = box.add_order()
    other = box.add_order(pack=one.id)
    alone = box.add_order()
    oms = await open_oms()
    box.fail_next("GET /packs/", 503, times=4 * 2)
    report = await oms.download()
    assert await oms.ids() == [alone.id]
    assert report.totals == {"new": 1, "quarantined": 2}
    assert sorted(thing.key for thing in await oms.channel.quarantine()) == sorted(map(str, (one.id, other.id)))
    clock.pass_by(hours=30)  # out of every window: asked for by their ids
    await oms.download()
    assert sorted(await oms.ids()) == sorted([alone.id, one.id, other.id])
    assert await oms.channel.quarantine() == ()


async def test_a_shipment_that_fails_until_it_is_not_asked_for_any_more_ends_no_pass(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    box.add_order()
    oms = await open_oms()
    box.fail_next("GET /shipments/", 503, times=ALWAYS)
    for number in range(5):
        report = await oms.download()  # with the third, ten failures in a row open the circuit
        assert report.complete
        assert len(await oms.ids()) == 1 + number
        box.add_order(mode=None)
        clock.pass_by(minutes=1)


async def test_a_pack_one_order_of_which_answers_5xx_waits_whole_and_the_other_orders_arrive(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    oms = await open_oms()
    await oms.download()
    old, new = pack_of_two_ages(box, clock)
    alone = box.add_order()
    box.fail_next(f"GET /orders/{old.id}", 503, times=8)
    await oms.download()
    assert await oms.ids() == [alone.id]
    await oms.download()
    assert await oms.ids() == [alone.id]
    await oms.download()
    assert sorted(await oms.ids()) == sorted([alone.id, old.id, new.id])
    assert await oms.channel.quarantine() == ()


async def test_a_notification_of_one_order_of_a_pack_brings_the_others_with_their_pack_and_shipment_too(
    app: MeliApp, box: Sandbox, open_oms: OpenOms
):
    one = box.add_order()
    other = box.add_order(pack=one.id)
    oms = await open_oms(mode=ChannelMode.WEBHOOK, webhook_client_id=LOCAL_SELLER_ID)
    await oms.channel.receive(notice(app, one.id))
    await oms.channel.handle_notifications(oms)
    given = {order.order.id: order for order in oms.given}
    assert set(given) == {one.id, other.id}
    assert given[other.id].shipment.id == other.shipment_id
    assert {line.id for line in given[other.id].pack.orders} == {one.id, other.id}
    assert given[other.id].complete


async def test_an_order_that_came_with_its_pack_alone_gets_its_shipment_later_and_counts_as_missed_by_no_reading(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    oms = await open_oms()
    await oms.download()
    old, new = pack_of_two_ages(box, clock)
    box.fail_next(f"GET /shipments/{old.shipment_id}", 503, times=4 * 2)  # they travel in one
    report = await oms.download()
    assert report.recovered == 0
    assert {order.order.id for order in oms.given if not order.complete} == {old.id, new.id}
    assert (await oms.download()).totals["completed"] == 2
    assert {order.order.id for order in oms.given if order.complete and order.shipment} == {old.id, new.id}


async def test_a_notified_order_whose_pack_answers_5xx_is_asked_for_until_it_is_well(
    app: MeliApp, box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    app.pipeline.breaker = None  # type: ignore[misc]  # its time is not the test's
    one = box.add_order()
    box.add_order(pack=one.id)
    alone = box.add_order()
    oms = await open_oms(
        mode=ChannelMode.WEBHOOK, webhook_client_id=LOCAL_SELLER_ID, jobs={Job.ORDERS, Job.NOTIFICATIONS}
    )
    box.fail_next("GET /packs/", 503, times=4 * 5)
    for order in (one, alone):
        await oms.channel.receive(notice(app, order.id))
    assert (await oms.channel.handle_notifications(oms)).outcomes == {"new": 1, "waiting": 1}
    for minutes in (1, 5, 30, 30):
        clock.pass_by(minutes=minutes)
        assert (await oms.channel.handle_notifications(oms)).outcomes == {"waiting": 1}
    clock.pass_by(minutes=30)
    await oms.channel.handle_notifications(oms)
    assert len(await oms.ids()) == 3
    assert await oms.channel.quarantine() == ()


async def test_the_queue_of_another_database_gets_no_order_without_what_can_be_read_later(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    order = box.add_order()
    oms = await open_oms()
    await oms.channel.download_orders(Outbox(), since=oms.since, shipments=False)
    box.fail_next(f"GET /shipments/{order.shipment_id}", 503, times=4)
    elsewhere = Elsewhere()
    (row,) = (await oms.channel.deliver_orders(elsewhere)).rows
    assert not row.delivered
    clock.pass_by(seconds=10)
    await oms.channel.deliver_orders(elsewhere)
    assert [(order.order.id, order.complete) for order in elsewhere.got] == [(order.id, True)]


async def test_an_order_that_is_never_answered_holds_up_no_other(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, app: MeliApp, tmp_path: Path
):
    silent, good = box.add_order(), box.add_order()
    hang = Fault(kind=FaultKind.HANG, match=f"GET /orders/{silent.id}")
    async with (
        FaultProxy(box.url, FaultPlan([hang])) as proxy,
        MeliApp(
            AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret),
            SQLiteGrantStore(tmp_path / "grants.db"),
            redirect_uri=box.redirect_uri,
            base_url=proxy.url,
            throughput=Unlimited(),
            timeouts=Timeouts(read=1.5, attempt=1.5),
            retry=RetryPolicy(max_attempts=1),
        ) as impatient,
    ):
        impatient.pipeline.clock = clock  # type: ignore[misc]
        oms = await open_oms(impatient, webhook_client_id=LOCAL_SELLER_ID)
        for order in (silent, good):
            await oms.channel.receive(notice(impatient, order.id))
        assert (await oms.channel.handle_notifications(oms)).outcomes == {"new": 1, "waiting": 1}
        assert await oms.ids() == [good.id]
        (thing,) = await oms.channel.quarantine()
        assert (thing.key, thing.reason) == (str(silent.id), "MeliTimeoutError")
