import asyncio
from datetime import timedelta

import pytest

from meli_sdk.channel import ChannelOrder, Outbox
from meli_sdk.errors import InputError
from meli_sdk.sandbox import Sandbox

from .conftest import MovableClock, OpenOms, each_database


class Elsewhere:
    """A system whose database is elsewhere."""

    def __init__(self) -> None:
        self.got: list[ChannelOrder] = []
        self.down = False

    async def __call__(self, order: ChannelOrder) -> None:
        if self.down:
            message = "we are closed"
            raise ConnectionError(message)
        self.got.append(order)


async def queued(oms) -> None:
    await oms.channel.download_orders(Outbox(), since=oms.since, shipments=False)


@each_database
async def test_queued_orders_are_delivered_with_what_hangs_on_them(box: Sandbox, open_oms: OpenOms):
    orders = [box.add_order() for _ in range(3)]
    oms, elsewhere = await open_oms(account="Norte"), Elsewhere()
    await queued(oms)
    report = await oms.channel.deliver_orders(elsewhere)
    assert report.totals == {"delivered": 3, "failed": 0}
    assert report.waiting == 0
    assert sorted(order.order.id for order in elsewhere.got) == sorted(order.id for order in orders)
    assert all(order.shipment is not None and order.account == "Norte" for order in elsewhere.got)
    assert (await oms.channel.deliver_orders(elsewhere)).rows == ()


@each_database
async def test_what_is_refused_is_due_again_later_and_nothing_is_lost(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    box.add_order()
    oms, elsewhere = await open_oms(), Elsewhere()
    await queued(oms)
    elsewhere.down = True
    for wait in (10, 20, 40):
        report = await oms.channel.deliver_orders(elsewhere)
        assert (report.totals, report.waiting) == ({"delivered": 0, "failed": 1}, 1)
        assert report.rows[0].error == "ConnectionError: we are closed"
        clock.pass_by(seconds=wait - 1)
        assert (await oms.channel.deliver_orders(elsewhere)).rows == ()
        clock.pass_by(seconds=1)
    elsewhere.down = False
    assert (await oms.channel.deliver_orders(elsewhere)).totals == {"delivered": 1, "failed": 0}


@each_database
async def test_a_call_tries_each_order_once_however_slowly_each_is_refused(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    orders = [box.add_order() for _ in range(6)]
    oms = await open_oms()
    await queued(oms)
    tried: list[int] = []

    async def hangs(given: ChannelOrder) -> None:
        if given.order.id in tried:
            pytest.fail("an order that failed was tried again in the same call")
        tried.append(given.order.id)
        clock.pass_by(minutes=1)
        raise ConnectionError

    assert (await oms.channel.deliver_orders(hangs)).totals == {"delivered": 0, "failed": 6}
    assert sorted(tried) == sorted(order.id for order in orders)
    clock.pass_by(minutes=1)
    assert (await oms.channel.deliver_orders(Elsewhere())).totals == {"delivered": 6, "failed": 0}


async def test_a_receiver_that_cannot_be_awaited_gets_no_order(box: Sandbox, open_oms: OpenOms):
    box.add_order()
    oms = await open_oms()
    await queued(oms)
    came: list[ChannelOrder] = []
    with pytest.raises(InputError, match=r"send is an async function of \(ChannelOrder\)"):
        await oms.channel.deliver_orders(came.append)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="limit is a whole number from 1, got 0"):
        await oms.channel.deliver_orders(Elsewhere(), limit=0)
    assert came == []


async def test_an_order_that_changes_while_it_waits_is_delivered_once_in_its_newest_version(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    order = box.add_order()
    oms, elsewhere = await open_oms(), Elsewhere()
    await queued(oms)
    await oms.channel.deliver_orders(elsewhere)
    clock.pass_by(minutes=1)
    order.tags = [*order.tags, "delivered"]
    order.updated = clock.time
    await queued(oms)
    clock.pass_by(minutes=1)
    box.move_order(order.id, "cancelled")
    await queued(oms)
    await oms.channel.deliver_orders(elsewhere)
    first, second = elsewhere.got
    assert (second.order.status, second.previous_group) == ("cancelled", "Approved")
    assert first.key != second.key


async def test_an_order_that_changes_while_it_is_delivered_is_delivered_again(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    order = box.add_order()
    oms, elsewhere = await open_oms(), Elsewhere()
    await queued(oms)

    async def meanwhile(given: ChannelOrder) -> None:
        await elsewhere(given)
        if len(elsewhere.got) == 1:
            clock.pass_by(minutes=1)
            box.move_order(order.id, "cancelled")
            await queued(oms)

    report = await oms.channel.deliver_orders(meanwhile)
    assert [given.order.status for given in elsewhere.got] == ["paid", "cancelled"]
    assert report.waiting == 0


@each_database
async def test_an_order_that_is_queued_anew_while_it_is_delivered_goes_to_no_second_worker(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    order = box.add_order()
    oms, other, elsewhere = await open_oms(), await open_oms(), Elsewhere()
    await queued(oms)
    at_work = 0

    async def meanwhile(given: ChannelOrder) -> None:
        nonlocal at_work
        at_work += 1
        assert at_work == 1
        await elsewhere(given)
        if len(elsewhere.got) == 1:
            clock.pass_by(minutes=1)
            box.move_order(order.id, "cancelled")
            await queued(oms)
            assert (await other.channel.deliver_orders(meanwhile)).rows == ()
        at_work -= 1

    report = await oms.channel.deliver_orders(meanwhile)
    assert report.totals == {"delivered": 2, "failed": 0}
    assert [given.order.status for given in elsewhere.got] == ["paid", "cancelled"]
    assert report.waiting == 0


async def test_an_order_that_is_queued_anew_while_it_is_refused_is_due_at_once(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    order = box.add_order()
    oms, elsewhere = await open_oms(), Elsewhere()
    await queued(oms)

    async def refuses_once(given: ChannelOrder) -> None:
        if given.order.status == "paid":
            clock.pass_by(minutes=1)
            box.move_order(order.id, "cancelled")
            await queued(oms)
            raise ConnectionError
        await elsewhere(given)

    assert (await oms.channel.deliver_orders(refuses_once)).totals == {"delivered": 1, "failed": 1}
    assert [given.order.status for given in elsewhere.got] == ["cancelled"]


async def test_who_is_later_than_its_lease_takes_none_from_the_next_holder(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    box.add_order()
    oms, other, third, elsewhere = await open_oms(), await open_oms(), await open_oms(), Elsewhere()
    await queued(oms)
    late, go_on = asyncio.Event(), asyncio.Event()

    async def too_late(given: ChannelOrder) -> None:
        late.set()
        await go_on.wait()
        raise ConnectionError

    async def next_holder(given: ChannelOrder) -> None:
        go_on.set()
        assert (await first).totals["failed"] == 1
        assert (await third.channel.deliver_orders(elsewhere)).rows == ()

    first = asyncio.create_task(oms.channel.deliver_orders(too_late))
    await late.wait()
    clock.pass_by(minutes=6)
    assert (await other.channel.deliver_orders(next_holder)).totals == {"delivered": 1, "failed": 0}
    assert elsewhere.got == []


async def test_a_delivery_that_died_is_taken_up_when_its_time_is_over(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    box.add_order()
    oms, elsewhere = await open_oms(), Elsewhere()
    await queued(oms)

    class Killed(BaseException):
        pass

    async def dies(given: ChannelOrder) -> None:
        raise Killed

    with pytest.raises(Killed):
        await oms.channel.deliver_orders(dies)
    assert (await oms.channel.deliver_orders(elsewhere)).rows == ()
    clock.pass_by(minutes=5)
    assert (await oms.channel.deliver_orders(elsewhere)).totals["delivered"] == 1


async def test_a_limit_leaves_the_rest(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    for _ in range(3):
        box.add_order(created=clock.time - timedelta(hours=2))
    oms, elsewhere = await open_oms(), Elsewhere()
    await queued(oms)
    assert (await oms.channel.deliver_orders(elsewhere, limit=2)).waiting == 1
