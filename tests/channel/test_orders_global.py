"""The same download for a Global Selling seller, whose search brings ids only."""

from datetime import timedelta

import pytest

from meli_sdk import MeliApp
from meli_sdk.channel.orders_sources import GlobalOrders
from meli_sdk.errors import MeliConnectionError, PaginationError, ServerError
from meli_sdk.models.orders import Order
from meli_sdk.sandbox import GLOBAL_SELLER_ID, Sandbox

from .conftest import MovableClock, Oms, OpenOms, Unlimited, each_database

MEXICO = 471_828_584


@pytest.fixture
def throughput() -> Unlimited:
    return Unlimited()


def sell(box: Sandbox, **given):
    return box.add_order(seller_id=MEXICO, mode=None, **given)


async def opened(open_oms: OpenOms, **changes) -> Oms:
    return await open_oms(user_id=GLOBAL_SELLER_ID, **changes)


async def test_the_orders_of_all_marketplaces_are_handed_over_once(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    orders = {sell(box, status=status).id: status for status in ("paid", "confirmed", "cancelled", "paid")}
    oms = await opened(open_oms)
    report = await oms.download()
    assert report.totals["new"] == 2
    assert sorted(await oms.ids()) == sorted(order_id for order_id, status in orders.items() if status == "paid")
    assert {order.user_id for order in oms.given} == {GLOBAL_SELLER_ID}
    assert {order.order.seller.id for order in oms.given} == {MEXICO}
    clock.pass_by(minutes=1)
    assert (await oms.download()).handed_over == 0
    assert {request.path for request in box.requests if "search" in request.path} == {"/marketplace/orders/search"}


async def test_an_order_that_leaves_the_wanted_groups_is_handed_over_once_more(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    order = sell(box)
    oms = await opened(open_oms)
    await oms.download()
    clock.pass_by(minutes=1)
    box.move_order(order.id, "cancelled")
    await oms.download()
    assert await oms.rows() == [(order.id, "paid", "Approved"), (order.id, "cancelled", "CanceledRejected")]


async def test_the_orders_of_a_cart_are_found_behind_its_packs_id(box: Sandbox, open_oms: OpenOms):
    one = sell(box)
    other = sell(box, pack=one.id)
    one.updated = other.updated
    oms = await opened(open_oms)
    await oms.download()
    assert sorted(await oms.ids()) == sorted([one.id, other.id])


async def test_a_cart_of_which_one_order_changes_days_after_the_other_proves_no_ignored_filter(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    one = sell(box)
    other = sell(box, pack=one.id)
    oms = await opened(open_oms)
    await oms.download()
    clock.pass_by(days=3)
    box.move_order(other.id, "cancelled")
    good = sell(box)
    await oms.download()
    assert (await oms.rows())[2:] == [(other.id, "cancelled", "CanceledRejected"), (good.id, "paid", "Approved")]


@each_database
async def test_an_order_that_changes_between_its_search_and_its_reading_takes_the_cursor_past_no_other(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, monkeypatch: pytest.MonkeyPatch
):
    early = sell(box, created=clock.time - timedelta(days=4))
    late = sell(box, created=clock.time - timedelta(days=2))
    early.updated, late.updated = early.created, late.created
    true_get = GlobalOrders.get

    async def get(self: GlobalOrders, order_id: int) -> Order:
        if order_id == early.id:
            early.updated = clock.time
        elif order_id == late.id and not await oms.ids():
            raise MeliConnectionError("reset")
        return await true_get(self, order_id)

    monkeypatch.setattr(GlobalOrders, "get", get)
    monkeypatch.setattr("meli_sdk.channel.orders_reading._FIRST_WIDTH", timedelta(days=1))
    oms = await opened(open_oms)
    with pytest.raises(MeliConnectionError):
        await oms.download()
    report = await oms.download(order_ids=[])
    assert report.cursor is None or report.cursor < late.updated
    monkeypatch.undo()
    report = await oms.download()
    assert sorted(await oms.ids()) == sorted([early.id, late.id])
    assert report.recovered == 0


async def test_an_order_that_the_search_names_and_nobody_finds_yet_is_set_aside_and_asked_for_again(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    good, early = sell(box), sell(box)
    oms = await opened(open_oms)
    box.fail_next(f"GET /marketplace/orders/{early.id}", 404, {"error": "not_found", "message": "Resource not found"})
    report = await oms.download()
    assert await oms.ids() == [good.id]
    assert report.totals == {"new": 1, "quarantined": 1}
    clock.pass_by(hours=30)
    await oms.download()
    assert sorted(await oms.ids()) == sorted([good.id, early.id])
    assert await oms.channel.quarantine() == ()


async def test_an_order_that_mercado_libre_fails_for_holds_up_no_other_and_arrives_once_it_is_well(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    bad, good = sell(box), sell(box)
    oms = await opened(open_oms)
    box.fail_next(f"GET /marketplace/orders/{bad.id}", 500, {"error": "internal", "message": "oops"}, times=8)
    assert (await oms.download()).totals == {"new": 1, "quarantined": 1}
    clock.pass_by(hours=30)
    late = sell(box)
    report = await oms.download()
    assert (report.totals["new"], report.totals["quarantined"]) == (1, 1)
    assert await oms.ids() == [good.id, late.id]
    clock.pass_by(hours=1)
    await oms.download()
    assert await oms.ids() == [good.id, late.id, bad.id]
    assert await oms.channel.quarantine() == ()


async def test_when_mercado_libre_fails_for_five_orders_in_a_row_nothing_is_set_aside_and_nothing_lost(
    app: MeliApp, box: Sandbox, open_oms: OpenOms
):
    app.pipeline.breaker = None  # type: ignore[misc]  # it would end the pass before the fifth
    sold = [sell(box).id for _ in range(5)]
    oms = await opened(open_oms)
    for order_id in sold:
        box.fail_next(f"GET /marketplace/orders/{order_id}", 500, {"error": "internal", "message": "oops"}, times=4)
    with pytest.raises(ServerError):
        await oms.download()
    assert await oms.channel.quarantine() == ()
    await oms.download()
    assert sorted(await oms.ids()) == sorted(sold)


async def test_an_ignored_filter_is_proven_by_an_order_of_long_ago(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    oms = await opened(open_oms)
    await oms.download()
    clock.pass_by(days=20)
    sell(box)
    clock.pass_by(days=20)
    await oms.download()  # everything is settled: the next window begins yesterday
    old = next(iter(box.world.orders))
    row = {"id": old, "orders": [{"id": old}]}
    box.fail_next("GET /marketplace/orders/search", 200, {"results": [row], "paging": {"total": 1, "limit": 50}})
    with pytest.raises(PaginationError, match="ignores the filter by time"):
        await oms.download()
