import json
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel import ChannelOrder, OrderGroup
from meli_sdk.errors import InputError
from meli_sdk.sandbox import Sandbox

from .conftest import MovableClock, OpenOms, each_database, pack_of_two_ages

GROUPS = {
    "confirmed": "Initialized",
    "payment_required": "Initialized",
    "payment_in_process": "Pending",
    "partially_paid": "Pending",
    "paid": "Approved",
    "partially_refunded": "Approved",
    "pending_cancel": "CanceledRejected",
    "cancelled": "CanceledRejected",
    "invalid": "CanceledRejected",
}


@pytest.mark.parametrize("group", OrderGroup)
async def test_orders_of_the_wanted_groups_are_handed_over_and_no_others(box: Sandbox, open_oms: OpenOms, group):
    added = {box.add_order(status=status).id: status for status in GROUPS}
    oms = await open_oms(order_groups={group})
    report = await oms.download()
    wanted = {order_id: status for order_id, status in added.items() if GROUPS[status] == group}
    assert {(row[0], row[1], row[2]) for row in await oms.rows()} == {
        (order_id, status, str(group)) for order_id, status in wanted.items()
    }
    assert report.totals == {"new": len(wanted), "not_wanted": len(added) - len(wanted)}
    assert {row.order_id for row in report.rows if row.action == "new"} == set(wanted)


async def test_an_unchanged_order_is_not_handed_over_again(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    orders = [box.add_order() for _ in range(3)]
    oms = await open_oms()
    await oms.download()
    clock.pass_by(minutes=1)
    orders[0].updated = clock.time  # touched, its content the same
    report = await oms.download()
    assert report.totals == {"unchanged": 3}
    assert sorted(await oms.ids()) == sorted(order.id for order in orders)


@each_database
async def test_a_changed_order_is_handed_over_again(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    order = box.add_order()
    oms = await open_oms()
    await oms.download()
    clock.pass_by(minutes=1)
    order.tags = [*order.tags, "delivered"]
    order.updated = clock.time
    assert (await oms.download()).totals == {"changed": 1}
    first, second = oms.given
    assert (first.previous_group, second.previous_group) == (None, "Approved")
    assert first.key != second.key
    assert first.key.startswith(f"{order.id}-")


@each_database
@pytest.mark.parametrize("status", ["cancelled", "invalid", "payment_in_process"])
async def test_an_order_that_leaves_the_wanted_groups_is_handed_over_once_more(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, status: str
):
    order = box.add_order()
    oms = await open_oms()
    await oms.download()
    for _ in range(2):
        clock.pass_by(minutes=1)
        box.move_order(order.id, status)
        await oms.download()
    assert await oms.rows() == [(order.id, "paid", "Approved"), (order.id, status, GROUPS[status])]
    assert oms.given[1].previous_group == "Approved"


async def test_an_order_that_enters_the_wanted_groups_is_handed_over(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    order = box.add_order(status="payment_in_process")
    oms = await open_oms()
    assert (await oms.download()).totals == {"not_wanted": 1}
    clock.pass_by(minutes=1)
    box.move_order(order.id, "paid")
    assert (await oms.download()).totals == {"new": 1}
    assert await oms.rows() == [(order.id, "paid", "Approved")]


async def test_a_cancelled_order_that_was_never_wanted_is_not_handed_over(box: Sandbox, open_oms: OpenOms):
    box.add_order(status="cancelled")
    oms = await open_oms()
    assert (await oms.download()).totals == {"not_wanted": 1}
    assert await oms.rows() == []


async def test_more_groups_bring_the_orders_that_were_not_wanted_before(box: Sandbox, open_oms: OpenOms):
    order = box.add_order(status="confirmed")
    oms = await open_oms()
    await oms.download()
    oms.channel.use(oms.channel.settings.with_changes(order_groups={"Approved", "Initialized"}))
    assert (await oms.download()).totals == {"new": 1}
    assert await oms.ids() == [order.id]


@each_database
async def test_the_orders_of_a_pack_come_together_whatever_their_age(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    oms = await open_oms()
    await oms.download()
    old, new = pack_of_two_ages(box, clock)
    await oms.download()
    assert sorted(await oms.ids()) == sorted([old.id, new.id])
    assert {line.id for line in oms.given[0].pack.orders} == {old.id, new.id}


@each_database
async def test_a_pack_is_whole_at_every_moment_wherever_the_hand_over_dies(
    box: Sandbox, open_oms: OpenOms, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("meli_sdk.channel.orders_handover.SHORT", -1.0)  # a transaction for each order or pack

    class Killed(BaseException):
        pass

    packs: dict[int, int] = {}
    for _ in range(3):
        first = box.add_order()
        packs |= {one.id: first.id for one in (first, box.add_order(pack=first.id), box.add_order(pack=first.id))}
    oms = await open_oms()
    left = 0

    async def handler(order: ChannelOrder, connection: AsyncConnection) -> None:
        nonlocal left
        left -= 1
        await oms(order, connection)
        if not left:
            raise Killed

    for dies_at in (1, 2, 3, 5, 6):
        left = dies_at
        with pytest.raises(Killed):
            await oms.channel.download_orders(handler, since=oms.since)
        written = Counter(packs[order_id] for order_id in await oms.ids())
        assert set(written.values()) <= {3}
    await oms.download()
    assert sorted(await oms.ids()) == sorted(packs)


async def test_of_a_pack_with_an_order_that_is_refused_nothing_is_kept_until_it_is_set_aside(
    box: Sandbox, open_oms: OpenOms
):
    good = box.add_order()
    bad = box.add_order(pack=good.id)
    bad.updated = good.updated
    oms = await open_oms()
    oms.refused = lambda order: order.order.id == bad.id
    report = await oms.download()
    assert await oms.ids() == [good.id]
    assert report.totals == {"quarantined": 1, "new": 1}


async def test_what_was_left_out_is_handed_over_when_it_arrives(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    order = box.add_order()
    order.missing = ("buyer", "feedback")
    order.updated = clock.time
    oms = await open_oms()
    await oms.download()
    assert not oms.given[0].complete
    assert (await oms.download()).totals == {"unchanged": 1}
    order.missing = ()
    clock.pass_by(days=2)  # out of the window: it is asked for by its id
    report = await oms.download()
    assert [row.action for row in report.rows] == ["changed"]
    assert oms.given[1].complete
    assert (await oms.download()).totals == {}


async def test_an_order_whose_shipment_cannot_be_read_yet_is_completed_later(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    order = box.add_order()
    shipment = box.world.shipments.pop(order.shipment_id)
    oms = await open_oms()
    await oms.download()
    assert (oms.given[0].shipment, oms.given[0].complete) == (None, False)
    box.world.shipments[shipment.id] = shipment
    assert "completed" in (await oms.download()).totals
    assert oms.given[1].shipment.id == shipment.id
    assert oms.given[1].complete


async def test_without_shipments_no_call_is_made_for_them(box: Sandbox, open_oms: OpenOms):
    box.add_order()
    oms = await open_oms()
    await oms.download(shipments=False)
    assert oms.given[0].shipment is None
    assert oms.given[0].complete
    assert not [request for request in box.requests if "/shipments/" in request.path]


async def test_lines_carry_both_skus_and_an_unmapped_one_is_reported_not_dropped(box: Sandbox, open_oms: OpenOms):
    mapped, unmapped = box.add_order(), box.add_order()
    mapped.seller_sku, unmapped.seller_sku = "ML-1", "ML-2"
    mapped.updated = unmapped.updated
    oms = await open_oms(skus={"OMS-1": "ML-1"})
    report = await oms.download()
    lines = {order.order.id: order.lines[0] for order in oms.given}
    assert (lines[mapped.id].sku, lines[mapped.id].mapped_sku) == ("ML-1", "OMS-1")
    assert (lines[unmapped.id].sku, lines[unmapped.id].mapped_sku) == ("ML-2", None)
    rows = {row.order_id: row for row in report.rows}
    assert rows[mapped.id].unmapped_skus == ()
    assert rows[unmapped.id].unmapped_skus == ("ML-2",)


async def test_a_status_that_nobody_documented_is_reported(box: Sandbox, open_oms: OpenOms):
    order = box.add_order()
    order.status = "on_its_way_to_mars"
    order.updated = order.created
    oms = await open_oms(order_groups={"Pending"})
    report = await oms.download()
    assert report.rows[0].unknown_status == "on_its_way_to_mars"
    assert await oms.ids() == [order.id]


async def test_a_split_order_is_told_apart_from_a_cancellation(box: Sandbox, open_oms: OpenOms):
    split, cancelled = (box.add_order(status="cancelled") for _ in range(2))
    split.cancel_detail = {"group": "shipment", "code": "pack_splitted"}
    split.updated = cancelled.updated
    oms = await open_oms(order_groups={"CanceledRejected"})
    await oms.download()
    assert {order.order.id: order.split for order in oms.given} == {split.id: True, cancelled.id: False}


# where it goes on


@each_database
async def test_a_new_process_goes_on_where_the_last_one_was(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    old = box.add_order(created=clock.time - timedelta(days=100))
    report = await (await open_oms()).download(since=None)
    assert report.cursor == max(old.updated, clock.time - timedelta(days=1))
    clock.pass_by(hours=5)
    new = box.add_order()
    before = box.calls
    oms = await open_oms()
    assert (await oms.download(since=None)).totals == {"new": 1}
    assert await oms.ids() == [old.id, new.id]
    assert box.calls - before < 10


async def test_a_first_run_reads_twelve_months_or_what_is_asked_for(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    old = box.add_order(created=clock.time - timedelta(days=360))
    new = box.add_order(created=clock.time - timedelta(days=2))
    oms = await open_oms()
    await oms.download(since=clock.time - timedelta(days=3))
    assert await oms.ids() == [new.id]
    clock.pass_by(days=8)  # every sweep is due, and none goes behind the beginning
    await oms.download()
    assert await oms.ids() == [new.id]
    await oms.download(since=clock.time - timedelta(days=364))
    assert await oms.ids() == [new.id]  # by now it is older than Mercado Libre keeps it
    box.world.orders[old.id].created = clock.time - timedelta(days=300)
    old.updated = clock.time - timedelta(days=300)
    await oms.download(since=clock.time - timedelta(days=364))
    assert await oms.ids() == [new.id, old.id]


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (datetime(2026, 3, 1), "needs a time zone"),
        ("yesterday", "needs a time zone"),
        (timedelta(days=1), "lies in the future"),
        (timedelta(days=-400), "12 months"),
    ],
)
async def test_a_wrong_beginning_is_refused(clock: MovableClock, open_oms: OpenOms, since, said: str):
    oms = await open_oms()
    given = clock.time + since if isinstance(since, timedelta) else since
    with pytest.raises(InputError, match=said):
        await oms.download(since=given)


def not_async(order, connection):
    return None


@pytest.mark.parametrize("handler", [None, "handler", not_async])
async def test_a_handler_that_cannot_be_awaited_is_refused(open_oms: OpenOms, handler):
    oms = await open_oms()
    with pytest.raises(InputError, match="handler is an async function"):
        await oms.channel.download_orders(handler)


async def test_only_these_orders_by_their_ids(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    orders = [box.add_order(created=clock.time - timedelta(days=days)) for days in (1, 200, 300)]
    oms = await open_oms()
    report = await oms.download(order_ids=[orders[1].id, 2000000000000001])
    assert report.totals == {"new": 1, "not_found": 1}
    assert report.cursor is None
    assert await oms.ids() == [orders[1].id]
    with pytest.raises(InputError, match="longer than 63 bits"):
        await oms.download(order_ids=[2**63])
    for wrong in ("2000", 2000):
        with pytest.raises(InputError, match="order_ids must be several values"):
            await oms.download(order_ids=wrong)
    with pytest.raises(InputError, match="order_ids must be a whole number"):
        await oms.download(order_ids=["../users/me"])


@each_database
async def test_a_dry_run_tells_what_would_be_handed_over_and_writes_nothing(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    box.add_order()
    box.add_order(status="confirmed")
    oms = await open_oms()
    for _ in range(2):
        report = await oms.download(dry_run=True)
        assert report.dry_run
        assert report.totals == {"would_be_new": 1, "not_wanted": 1}
        assert report.handed_over == 1
        assert report.cursor is None
    assert (oms.given, await oms.rows()) == ([], [])
    assert (await oms.download()).totals == {"new": 1, "not_wanted": 1}


async def test_progress_is_told_after_each_window(box: Sandbox, open_oms: OpenOms):
    box.add_order()
    oms = await open_oms()
    told = []
    await oms.download(progress=told.append)
    assert [step.done for step in told if step.stream == "orders"][-1] == 1.0
    assert {step.stream for step in told} == {"orders", "cancelled"}
    assert told[-1].handed_over == 1
    assert [step.read_to for step in told[:5]] == sorted(step.read_to for step in told[:5])


async def test_the_report_is_json_whose_totals_are_its_rows(box: Sandbox, open_oms: OpenOms):
    box.add_order()
    box.add_order(status="confirmed")
    oms = await open_oms(account="Norte", vendor="Acme")
    report = await oms.download()
    read = json.loads(report.to_json())
    assert read["totals"] == Counter(row["action"] for row in read["rows"])
    assert (read["account"], read["vendor"], read["channel"]) == ("Norte", "Acme", "Tienda")
    assert read["dry_run"] is False
    assert report.rows[-1] == report.rows[len(report.rows) - 1] == report.rows[:][-1]
