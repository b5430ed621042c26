"""Parcels: one shipment for each order, told once, whatever happens on the way."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from meli_sdk import MeliApp
from meli_sdk.channel import (
    CarrierMapping,
    ChannelSettings,
    Job,
    Parcel,
    ParcelState,
    PushOutcome,
    SalesChannel,
)
from meli_sdk.channel.events import ParcelNotShown, ParcelPushed
from meli_sdk.channel.journal import PARCELS
from meli_sdk.errors import (
    InputError,
    MappingError,
    OrderNotFoundError,
    OutcomeUnknownError,
    ResponseError,
)
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox, SandboxOptions
from meli_sdk.sandbox.fault_proxy import FaultProxy
from meli_sdk.sandbox.faults import Fault, FaultKind, FaultPlan
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.wire.observe import Observers

from .conftest import MovableClock, Unlimited, each_database

MEXICO = 471_828_584
VAN = CarrierMapping("Furgon Sur", "https://track.example/{tracking_number}")
POST = CarrierMapping("Correo Norte")
ONE = Parcel("van", "AA1")
OTHER = Parcel("van", "BB2")
PATHS = {
    "me1": "/v2/shipments/{id}/seller_notifications",
    "custom": "/shipments/{id}",
    "global": "/marketplace/shipments/{id}/tracking",
}
each_way = pytest.mark.parametrize("way", list(PATHS))
"""Own carrier, the seller's price table, own logistics of Global Selling."""
OpenChannel = Callable[..., Any]


@pytest.fixture
def way() -> str:
    return "me1"


@pytest.fixture
def settings(way: str) -> ChannelSettings:
    user_id = GLOBAL_SELLER_ID if way == "global" else LOCAL_SELLER_ID
    return ChannelSettings("Tienda", user_id, throughput=10_000, carriers={"van": VAN, "post": POST}, mode="poll")


@pytest.fixture
async def open_channel(app: MeliApp, settings: ChannelSettings, database_url: str) -> AsyncIterator[OpenChannel]:
    async with AsyncExitStack() as stack:

        async def opened(**changes: Any) -> SalesChannel:
            channel = SalesChannel(app, settings.with_changes(**changes), database_url)
            return await stack.enter_async_context(channel)

        yield opened


@pytest.fixture
async def channel(open_channel: OpenChannel) -> SalesChannel:
    return await open_channel()


def sold(box: Sandbox, way: str = "me1") -> Order:
    if way == "global":
        return box.add_order(seller_id=MEXICO, mode="me1")
    return box.add_order(mode=way)  # type: ignore[arg-type]


def writes(box: Sandbox) -> list[str]:
    return [
        request.path for request in box.requests if request.method in {"POST", "PUT"} and "oauth" not in request.path
    ]


async def rows(database_url: str) -> list[dict[str, Any]]:
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        found = [dict(row) for row in (await connection.execute(select(PARCELS))).mappings()]
    await engine.dispose()
    return found


# what is told


@each_way
async def test_a_parcel_is_told_by_the_call_of_its_mode_with_the_carrier_as_it_is_mapped(
    box: Sandbox, channel: SalesChannel, way: str
):
    order = sold(box, way)
    result = await channel.push_shipment(order.id, ONE)
    assert (result.outcome, result.confirmed, result.order_id) == (PushOutcome.ACCEPTED, True, order.id)
    assert result.visible_in_ui is (way != "custom")
    assert writes(box) == [PATHS[way].format(id=order.shipment_id)]
    (write,) = [request for request in box.requests if request.method != "GET" and request.path == writes(box)[0]]
    told = json.loads(write.body)
    assert "AA1" in (told.get("tracking_number"), told.get("tracking_id"))
    assert "Furgon Sur" in json.dumps(told)
    assert "https://track.example/AA1" in json.dumps(told)
    assert box.world.shipments[order.shipment_id].tracking_number == "AA1"


@each_way
async def test_the_same_again_sends_nothing(box: Sandbox, channel: SalesChannel, way: str):
    order = sold(box, way)
    await channel.push_shipment(order.id, ONE)
    again = await channel.push_shipment(order.id, ONE)
    assert (again.outcome, again.confirmed) == (PushOutcome.ALREADY_SAME, True)
    assert len(writes(box)) == 1


async def test_a_number_without_an_address_is_known_by_the_journal(box: Sandbox, channel: SalesChannel):
    order = sold(box)
    first = await channel.push_shipment(order.id, Parcel("post", "AA1"))
    assert (first.outcome, first.visible_in_ui) == (PushOutcome.ACCEPTED, False)
    assert (await channel.push_shipment(order.id, Parcel("post", "AA1"))).outcome is PushOutcome.ALREADY_SAME
    assert len(writes(box)) == 1


async def test_what_was_pushed_elsewhere_is_recognised(box: Sandbox, app: MeliApp, channel: SalesChannel):
    order = sold(box, "custom")
    shipment = box.world.shipments[order.shipment_id]
    shipment.tracking_number, shipment.status = "AA1", "shipped"
    assert (await channel.push_shipment(order.id, ONE)).outcome is PushOutcome.ALREADY_SAME
    refused = await channel.push_shipment(sold_with(box, "ZZ9").id, ONE)
    assert refused.outcome is PushOutcome.REFUSED
    assert "has the tracking number ZZ9 already" in str(refused.reason)
    assert writes(box) == []


def sold_with(box: Sandbox, number: str) -> Order:
    order = sold(box, "custom")
    box.world.shipments[order.shipment_id].tracking_number = number
    return order


@pytest.mark.parametrize(("way", "last"), [("me1", "delivered"), ("custom", "delivered"), ("global", "not_delivered")])
async def test_a_parcel_goes_on_to_its_end_and_not_back(box: Sandbox, channel: SalesChannel, way: str, last: str):
    order = sold(box, way)
    await channel.push_shipment(order.id, ONE)
    ended = await channel.push_shipment(order.id, Parcel("van", "AA1", status=last))
    assert (ended.outcome, ended.confirmed) == (PushOutcome.ACCEPTED, True)
    late = await channel.push_shipment(order.id, ONE)
    assert (late.outcome, late.reason) == (PushOutcome.ALREADY_SAME, f"order {order.id} was told to be {last} already")
    assert len(writes(box)) == 2


async def test_what_was_cancelled_stays_so(box: Sandbox, channel: SalesChannel):
    order = sold(box, "custom")
    await channel.push_shipment(order.id, Parcel("van", "AA1", status="cancelled"))
    result = await channel.push_shipment(order.id, ONE)
    assert result.outcome is PushOutcome.REFUSED
    assert "was told to be cancelled, which is final" in str(result.reason)
    assert len(writes(box)) == 1


async def test_a_parcel_says_more_on_its_way(box: Sandbox, channel: SalesChannel):
    order = sold(box)
    for substatus in (None, "out_for_delivery", "at_the_door"):
        result = await channel.push_shipment(order.id, Parcel("van", "AA1", substatus=substatus))
        assert result.outcome is PushOutcome.ACCEPTED
    assert box.world.shipments[order.shipment_id].substatus == "at_the_door"


# one shipment for each order


@each_database
@each_way
async def test_a_second_parcel_is_refused_by_every_process_that_comes_later(
    box: Sandbox, open_channel: OpenChannel, way: str, database_url: str
):
    order = sold(box, way)
    await (await open_channel()).push_shipment(order.id, ONE)
    later = await open_channel(name="Otra")
    for other in (OTHER, Parcel("post", "AA1")):
        result = await later.push_shipment(order.id, other)
        assert (result.outcome, result.confirmed, result.visible_in_ui) == (PushOutcome.REFUSED, False, False)
        assert "van AA1 was pushed for it" in str(result.reason)
        assert "correct=True" in str(result.reason)
    assert len(writes(box)) == 1
    assert [(row["tracking_number"], row["state"]) for row in await rows(database_url)] == [("AA1", "confirmed")]


@each_way
async def test_a_correction_takes_the_place_of_the_first(
    box: Sandbox, channel: SalesChannel, database_url: str, way: str
):
    order = sold(box, way)
    await channel.push_shipment(order.id, ONE)
    result = await channel.push_shipment(order.id, OTHER, correct=True)
    assert (result.outcome, result.confirmed) == (PushOutcome.ACCEPTED, True)
    assert box.world.shipments[order.shipment_id].tracking_number == "BB2"
    assert [row["tracking_number"] for row in await rows(database_url)] == ["BB2"]
    assert (await channel.push_shipment(order.id, ONE)).outcome is PushOutcome.REFUSED


@each_database
async def test_two_parcels_of_one_order_at_once_are_one(box: Sandbox, open_channel: OpenChannel, database_url: str):
    order = sold(box)
    one, other = await open_channel(), await open_channel()
    results = await asyncio.gather(one.push_shipment(order.id, ONE), other.push_shipment(order.id, OTHER))
    assert sorted(result.outcome for result in results) == [PushOutcome.ACCEPTED, PushOutcome.REFUSED]
    assert len(writes(box)) == 1


async def test_the_same_parcel_at_once_is_sent_once(box: Sandbox, channel: SalesChannel):
    order = sold(box)
    results = await asyncio.gather(*(channel.push_shipment(order.id, ONE) for _ in range(4)))
    assert sorted(result.outcome for result in results) == ["accepted", *["already_same"] * 3]
    assert len(writes(box)) == 1


async def test_the_orders_of_a_pack_share_one_shipment(box: Sandbox, channel: SalesChannel, database_url: str):
    order = sold(box)
    sibling = box.add_order(pack=order.id)
    await channel.push_shipment(order.id, ONE)
    assert (await channel.push_shipment(sibling.id, ONE)).outcome is PushOutcome.ALREADY_SAME
    refused = await channel.push_shipment(sibling.id, OTHER)
    assert refused.outcome is PushOutcome.REFUSED
    assert len(writes(box)) == 1
    await channel.push_shipment(sibling.id, OTHER, correct=True)
    assert [(row["order_id"], row["tracking_number"]) for row in await rows(database_url)] == [(sibling.id, "BB2")]
    refused = await channel.push_shipment(order.id, ONE)
    assert f"was pushed for order {sibling.id} of the same pack" in str(refused.reason)


# what is refused before any write


async def test_mercado_envios_is_refused_before_any_write(box: Sandbox, channel: SalesChannel, database_url: str):
    kinds = ("drop_off", "cross_docking", "fulfillment", "self_service", "xd_drop_off")
    for kind in kinds:
        order = sold(box, "me2")
        box.world.shipments[order.shipment_id].logistic_type = kind
        result = await channel.push_shipment(order.id, ONE)
        assert result.outcome is PushOutcome.REFUSED
        assert "shipping data is managed by the platform" in str(result.reason)
    assert writes(box) == []
    assert await rows(database_url) == []


@pytest.mark.parametrize("way", ["me1", "global"])
async def test_an_order_without_shipment_is_refused(box: Sandbox, channel: SalesChannel, way: str):
    order = box.add_order(mode=None, seller_id=MEXICO if way == "global" else LOCAL_SELLER_ID)
    result = await channel.push_shipment(order.id, ONE)
    assert result.outcome is PushOutcome.REFUSED
    assert "has no shipment" in str(result.reason)
    assert writes(box) == []


@pytest.mark.parametrize(
    ("carrier", "said"),
    [
        ("Van", "carrier 'Van' has no exact match .near match: 'van'"),
        ("vann", "near match: 'van'"),
        ("Furgon Sur", "known: 'van', 'post'.; add carriers.'Furgon Sur'. = CarrierMapping"),
    ],
)
async def test_a_carrier_without_mapping_is_named_before_any_call(
    box: Sandbox, channel: SalesChannel, carrier: str, said: str
):
    before = box.calls
    with pytest.raises(MappingError, match=said):
        await channel.push_shipment(sold(box).id, Parcel(carrier, "AA1"))
    assert box.calls == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"carrier": ""}, "Parcel.carrier must be text"),
        ({"tracking_number": ""}, "Parcel.tracking_number must be text"),
        ({"tracking_number": " AA1"}, "white space"),
        ({"tracking_number": "A" * 101}, "has 101 characters"),
        ({"tracking_number": 7}, "must be text"),
        ({"tracking_url": "javascript:x"}, "must begin with https"),
        ({"status": "sent"}, "is one of shipped, delivered, not_delivered, cancelled"),
        ({"substatus": ""}, "Parcel.substatus must be text"),
        ({"shipped_at": datetime(2026, 1, 1)}, "a datetime with a time zone"),
        ({"comment": "\x1b"}, "Parcel.comment must be text"),
    ],
)
def test_a_wrong_parcel_is_refused_when_it_is_made(given: dict[str, Any], said: str):
    with pytest.raises(InputError, match=said):
        Parcel(**{"carrier": "van", "tracking_number": "AA1", **given})


async def test_wrong_arguments_are_refused_before_any_call(box: Sandbox, channel: SalesChannel):
    before = box.calls
    with pytest.raises(InputError, match="order_id"):
        await channel.push_shipment("12x", ONE)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"order_id: no order has the id \d+, it is longer than 63 bits"):
        await channel.push_shipment(2**63, ONE)
    with pytest.raises(InputError, match="parcel must be a Parcel"):
        await channel.push_shipment(5, "AA1")  # type: ignore[arg-type]
    assert box.calls == before


async def test_what_a_mode_does_not_take_leaves_no_trace(box: Sandbox, channel: SalesChannel, database_url: str):
    order = sold(box, "custom")
    with pytest.raises(InputError, match="substatus is for me1"):
        await channel.push_shipment(order.id, Parcel("van", "AA1", substatus="at_the_door"))
    assert await rows(database_url) == []
    assert (await channel.push_shipment(order.id, OTHER)).outcome is PushOutcome.ACCEPTED


async def test_an_unknown_order_is_an_error(channel: SalesChannel):
    with pytest.raises(OrderNotFoundError):
        await channel.push_shipment(2_000_000_000_000_001, ONE)


@each_way
async def test_a_dry_run_reads_and_writes_nothing_anywhere(
    box: Sandbox, channel: SalesChannel, database_url: str, way: str
):
    order = sold(box, way)
    result = await channel.push_shipment(order.id, ONE, dry_run=True)
    assert (result.outcome, result.order_id, result.confirmed) == (PushOutcome.WOULD_BE_ACCEPTED, order.id, False)
    assert result.sent is not None
    assert writes(box) == []
    assert await rows(database_url) == []
    await channel.push_shipment(order.id, ONE)
    assert (await channel.push_shipment(order.id, OTHER, dry_run=True)).outcome is PushOutcome.REFUSED
    assert len(writes(box)) == 1


@pytest.mark.parametrize(
    ("way", "carrier", "visible"), [("me1", "van", True), ("me1", "post", False), ("custom", "van", False)]
)
async def test_whether_the_site_shows_the_number_is_the_same_each_time_it_is_said(
    channel: SalesChannel, box: Sandbox, way: str, carrier: str, visible: bool
):
    order = sold(box, way)
    parcel = Parcel(carrier, "AA1")
    results = [await channel.push_shipment(order.id, parcel) for _ in range(2)]
    results.append(await channel.push_shipment(order.id, Parcel(carrier, "AA1", status="delivered")))
    results.append(await channel.push_shipment(order.id, parcel))
    assert [result.outcome for result in results] == ["accepted", "already_same", "accepted", "already_same"]
    assert [result.visible_in_ui for result in results] == [visible] * 4
    assert {result.shipping_mode for result in results} == {way}


async def test_what_has_arrived_is_not_set_back_by_a_first_parcel(box: Sandbox, channel: SalesChannel):
    order = sold(box, "custom")
    box.world.shipments[order.shipment_id].status = "delivered"
    late = await channel.push_shipment(order.id, ONE)
    assert (late.outcome, late.reason) == (
        PushOutcome.ALREADY_SAME,
        f"shipment {order.shipment_id} is delivered by now",
    )
    assert writes(box) == []
    await channel.push_shipment(order.id, ONE, correct=True)
    assert box.world.shipments[order.shipment_id].status == "shipped"


# taken, and not shown yet


class Between(Unlimited):
    """A limiter that lets something happen before the next call."""

    happens: Callable[[], Awaitable[object]] | None = None

    async def acquire(self, seller: int | None, group: Any, *, max_wait: float | None = None) -> float:
        happens, self.happens = self.happens, None
        if happens is not None:
            await happens()
        return 0.0


class TestLate:
    @pytest.fixture
    def options(self) -> SandboxOptions:
        return SandboxOptions(push_lag=90)

    @each_way
    async def test_what_shows_later_is_confirmed_later_and_not_sent_twice(
        self, box: Sandbox, clock: MovableClock, channel: SalesChannel, way: str
    ):
        order = sold(box, way)
        result = await channel.push_shipment(order.id, ONE)
        late = way != "custom"  # a custom shipment changes at once
        assert (result.outcome, result.confirmed) == (PushOutcome.ACCEPTED, not late)
        again = await channel.push_shipment(order.id, ONE)
        assert (again.outcome, again.confirmed) == (PushOutcome.ALREADY_SAME, not late)
        assert len(writes(box)) == 1
        assert len(await channel.unconfirmed_shipments()) == late
        assert await channel.confirm_shipments() == ()
        clock.pass_by(minutes=2)
        assert [parcel.state for parcel in await channel.confirm_shipments()] == [ParcelState.CONFIRMED] * late
        assert await channel.unconfirmed_shipments() == ()
        assert len(writes(box)) == 1

    async def test_a_running_channel_confirms_by_itself(
        self, box: Sandbox, clock: MovableClock, open_channel: OpenChannel
    ):
        channel = await open_channel(jobs={Job.FULFILLMENT})
        await channel.push_shipment(sold(box).id, ONE)
        clock.pass_by(minutes=2)
        running = asyncio.create_task(channel.run(refuse))
        async with asyncio.timeout(20):
            while await channel.unconfirmed_shipments():
                assert not running.done(), running.exception()
                await asyncio.sleep(0.01)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


class WithFaults:
    @pytest.fixture
    async def proxy(self, box: Sandbox) -> AsyncIterator[FaultProxy]:
        async with FaultProxy(box.url) as started:
            yield started

    @pytest.fixture
    def api_url(self, proxy: FaultProxy) -> str:
        return proxy.url


class TestLooking(WithFaults):
    @pytest.fixture
    def options(self) -> SandboxOptions:
        return SandboxOptions(push_lag=90)

    @pytest.fixture
    def throughput(self) -> Between:
        return Between()

    async def test_a_shipment_that_mercado_libre_fails_for_does_not_hold_up_the_others(
        self, box: Sandbox, clock: MovableClock, channel: SalesChannel, proxy: FaultProxy
    ):
        bad, good = sold(box), sold(box)
        for order in (bad, good):
            await channel.push_shipment(order.id, Parcel("van", f"N{order.id}"))
        clock.pass_by(minutes=2)
        proxy.plan = FaultPlan([Fault(kind=FaultKind.ERROR_500, match=f"GET /shipments/{bad.shipment_id}")])
        seen = {parcel.order_id: parcel.state for parcel in await channel.confirm_shipments()}
        assert seen == {bad.id: ParcelState.ACCEPTED, good.id: ParcelState.CONFIRMED}
        assert await channel.confirm_shipments() == ()
        proxy.plan = FaultPlan()
        clock.pass_by(minutes=5)
        assert [parcel.state for parcel in await channel.confirm_shipments()] == [ParcelState.CONFIRMED]

    async def test_a_shipment_that_may_not_be_read_does_not_end_a_running_channel(
        self, box: Sandbox, clock: MovableClock, open_channel: OpenChannel
    ):
        channel = await open_channel(jobs={Job.FULFILLMENT})
        bad, good = sold(box), sold(box)
        for order in (bad, good):
            await channel.push_shipment(order.id, Parcel("van", f"N{order.id}"))
        box.world.shipments[bad.shipment_id].seller_id = 999
        clock.pass_by(minutes=2)
        running = asyncio.create_task(channel.run(refuse))
        async with asyncio.timeout(20):
            while len(await channel.unconfirmed_shipments()) > 1:
                assert not running.done(), running.exception()
                await asyncio.sleep(0.01)
        assert [parcel.order_id for parcel in await channel.unconfirmed_shipments()] == [bad.id]
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    async def test_a_look_at_the_parcel_of_before_says_nothing_of_its_correction(
        self, box: Sandbox, clock: MovableClock, channel: SalesChannel, throughput: Between
    ):
        order = sold(box)
        await channel.push_shipment(order.id, ONE)
        clock.pass_by(minutes=2)
        throughput.happens = lambda: channel.push_shipment(order.id, OTHER, correct=True)
        (seen,) = await channel.confirm_shipments()
        assert box.world.shipments[order.shipment_id].tracking_number == "AA1"
        assert (seen.tracking_number, seen.state) == ("BB2", ParcelState.ACCEPTED)
        assert [parcel.state for parcel in await channel.unconfirmed_shipments()] == [ParcelState.ACCEPTED]


async def refuse(order: Any, connection: Any) -> None:
    raise AssertionError(order)


class TestNever:
    @pytest.fixture
    def options(self) -> SandboxOptions:
        return SandboxOptions(push_lag=None)

    async def test_what_never_shows_is_given_up_after_two_days_and_can_be_sent_again(
        self, box: Sandbox, clock: MovableClock, app: MeliApp, channel: SalesChannel
    ):
        told: list[Any] = []
        app.pipeline.observers = Observers([told.append])  # type: ignore[misc]
        order = sold(box)
        await channel.push_shipment(order.id, ONE)
        looks = 0
        while (await channel.unconfirmed_shipments())[0].state is not ParcelState.NOT_SHOWN:
            clock.pass_by(hours=1)
            looks += len(await channel.confirm_shipments())
        assert 10 <= looks <= 20
        assert await channel.confirm_shipments() == ()
        assert [event.order_id for event in told if isinstance(event, ParcelNotShown)] == [order.id]
        assert (await channel.push_shipment(order.id, ONE)).outcome is PushOutcome.ACCEPTED
        assert len(writes(box)) == 2


# no answer


class TestLost(WithFaults):
    def lose(self, proxy: FaultProxy, way: str, *, committed: bool, kind: FaultKind = FaultKind.CLOSE) -> None:
        method = "PUT" if way == "custom" else "POST"
        match = f"{method} {PATHS[way]}"
        proxy.plan = FaultPlan([Fault(kind=kind, match=match, committed=committed)])

    @each_way
    @pytest.mark.parametrize("kind", [FaultKind.CLOSE, FaultKind.HTML_502, FaultKind.TRUNCATED])
    async def test_an_answer_that_was_lost_is_read_back(
        self, box: Sandbox, proxy: FaultProxy, channel: SalesChannel, database_url: str, way: str, kind: FaultKind
    ):
        order = sold(box, way)
        self.lose(proxy, way, committed=True, kind=kind)
        result = await channel.push_shipment(order.id, ONE)
        assert (result.outcome, result.confirmed) == (PushOutcome.ACCEPTED, True)
        assert len(set(writes(box))) == 1
        if way != "custom":  # a change of the same values may be repeated
            assert len(writes(box)) == 1
        assert [row["state"] for row in await rows(database_url)] == ["confirmed"]

    @pytest.mark.parametrize("way", ["me1", "global"])
    async def test_a_push_that_was_lost_is_not_sent_again_before_it_is_certain(
        self, box: Sandbox, proxy: FaultProxy, clock: MovableClock, channel: SalesChannel, way: str
    ):
        order = sold(box, way)
        self.lose(proxy, way, committed=False)
        with pytest.raises(OutcomeUnknownError):
            await channel.push_shipment(order.id, ONE)
        proxy.plan = FaultPlan()
        with pytest.raises(OutcomeUnknownError, match="after 10 minutes, or at once with correct=True"):
            await channel.push_shipment(order.id, ONE)
        refused = await channel.push_shipment(order.id, OTHER)
        assert refused.outcome is PushOutcome.REFUSED
        assert writes(box) == []
        clock.pass_by(minutes=11)
        assert (await channel.push_shipment(order.id, ONE)).outcome is PushOutcome.ACCEPTED
        assert len(writes(box)) == 1

    async def test_what_was_lost_and_shows_after_all_is_confirmed_by_the_next_look(
        self, box: Sandbox, proxy: FaultProxy, clock: MovableClock, channel: SalesChannel
    ):
        order = sold(box)
        self.lose(proxy, "me1", committed=False)
        with pytest.raises(OutcomeUnknownError):
            await channel.push_shipment(order.id, ONE)
        shipment = box.world.shipments[order.shipment_id]
        shipment.tracking_number, shipment.status = "AA1", "shipped"
        proxy.plan = FaultPlan()
        clock.pass_by(minutes=2)
        assert [parcel.state for parcel in await channel.confirm_shipments()] == [ParcelState.CONFIRMED]
        assert (await channel.push_shipment(order.id, ONE)).outcome is PushOutcome.ALREADY_SAME

    async def test_what_was_read_back_says_whether_the_site_shows_the_number(
        self, box: Sandbox, proxy: FaultProxy, channel: SalesChannel
    ):
        order = sold(box)
        self.lose(proxy, "me1", committed=True)
        result = await channel.push_shipment(order.id, Parcel("post", "AA1"))
        assert (result.confirmed, result.visible_in_ui) == (True, False)

    @pytest.mark.parametrize("kind", [FaultKind.CLOSE, FaultKind.HTML_502])
    @pytest.mark.parametrize(
        ("first", "lost"),
        [
            (ONE, Parcel("van", "AA1", substatus="at_the_door")),
            (Parcel("post", "AA1"), Parcel("post", "BB2")),
            (ONE, Parcel("post", "BB2")),
        ],
        ids=["substatus", "number without an address", "another one"],
    )
    async def test_what_the_shipment_showed_before_is_no_proof_that_a_push_arrived(
        self,
        box: Sandbox,
        proxy: FaultProxy,
        clock: MovableClock,
        channel: SalesChannel,
        first: Parcel,
        lost: Parcel,
        kind: FaultKind,
    ):
        order = sold(box)
        await channel.push_shipment(order.id, first)
        self.lose(proxy, "me1", committed=False, kind=kind)
        with pytest.raises(OutcomeUnknownError):
            await channel.push_shipment(order.id, lost, correct=True)
        proxy.plan = FaultPlan()
        clock.pass_by(minutes=2)
        assert [parcel.state for parcel in await channel.confirm_shipments()] == [ParcelState.UNKNOWN]
        with pytest.raises(OutcomeUnknownError, match="after 10 minutes, or at once with correct=True"):
            await channel.push_shipment(order.id, lost)
        assert len(writes(box)) == 1
        result = await channel.push_shipment(order.id, lost, correct=True)
        assert (result.outcome, result.confirmed) == (PushOutcome.ACCEPTED, True)
        assert len(writes(box)) == 2
        assert await channel.unconfirmed_shipments() == ()

    async def test_who_dies_while_sending_what_the_shipment_showed_before_leaves_it_in_doubt(
        self, box: Sandbox, proxy: FaultProxy, open_channel: OpenChannel, database_url: str
    ):
        order = sold(box)
        await (await open_channel()).push_shipment(order.id, Parcel("post", "AA1"))
        self.lose(proxy, "me1", committed=False, kind=FaultKind.HANG)
        dying = asyncio.create_task((await open_channel()).push_shipment(order.id, Parcel("post", "BB2"), correct=True))
        async with asyncio.timeout(60):
            while [row["state"] for row in await rows(database_url)] != ["sending"]:  # noqa: ASYNC110  the database tells nobody
                await asyncio.sleep(0.01)
        dying.cancel()
        with suppress(asyncio.CancelledError):
            await dying
        proxy.plan = FaultPlan()
        with pytest.raises(OutcomeUnknownError, match="showed as much before, so it cannot tell"):
            await (await open_channel()).push_shipment(order.id, Parcel("post", "BB2"))

    @each_database
    @each_way
    async def test_who_dies_between_sending_and_the_answer_has_told_it_once(
        self,
        box: Sandbox,
        proxy: FaultProxy,
        open_channel: OpenChannel,
        database_url: str,
        way: str,
    ):
        order = sold(box, way)
        self.lose(proxy, way, committed=True, kind=FaultKind.HANG)
        dying = asyncio.create_task((await open_channel()).push_shipment(order.id, ONE))
        async with asyncio.timeout(60):
            while not writes(box):  # noqa: ASYNC110  the sandbox tells nobody
                await asyncio.sleep(0.01)
        dying.cancel()
        with suppress(asyncio.CancelledError):
            await dying
        assert [row["state"] for row in await rows(database_url)] == ["sending"]
        proxy.plan = FaultPlan()
        after = await open_channel()
        assert (await after.push_shipment(order.id, OTHER)).outcome is PushOutcome.REFUSED
        result = await after.push_shipment(order.id, ONE)
        assert (result.outcome, result.confirmed) == (PushOutcome.ALREADY_SAME, True)
        assert len(writes(box)) == 1

    async def test_a_refusal_of_mercado_libre_leaves_no_trace(
        self, box: Sandbox, proxy: FaultProxy, channel: SalesChannel, database_url: str
    ):
        order = sold(box)
        with pytest.raises(ResponseError, match="service_id"):
            await (wrong_service(channel)).push_shipment(order.id, Parcel("wrong", "AA1"))
        assert await rows(database_url) == []
        assert (await channel.push_shipment(order.id, OTHER)).outcome is PushOutcome.ACCEPTED


def wrong_service(channel: SalesChannel) -> SalesChannel:
    carriers = {**channel.settings.carriers, "wrong": CarrierMapping("Wrong", service_id=11)}
    channel.use(channel.settings.with_changes(carriers=carriers))
    return channel


# labels and events


async def test_rows_and_events_carry_the_labels(
    box: Sandbox, app: MeliApp, open_channel: OpenChannel, database_url: str
):
    told: list[Any] = []
    app.pipeline.observers = Observers([told.append])  # type: ignore[misc]
    channel = await open_channel(account="Norte", vendor="V")
    order = sold(box)
    await channel.push_shipment(order.id, ONE)
    (row,) = await rows(database_url)
    assert (row["account"], row["vendor"]) == ("Norte", "V")
    (event,) = [event for event in told if isinstance(event, ParcelPushed)]
    assert (event.account, event.vendor, event.order_id, event.outcome, event.confirmed) == (
        "Norte",
        "V",
        order.id,
        "accepted",
        True,
    )


# the budget


class Counting(Unlimited):
    """A limiter that counts the turns it gives."""

    def __init__(self) -> None:
        self.turns: list[int | None] = []

    async def acquire(self, seller: int | None, group: Any, *, max_wait: float | None = None) -> float:
        self.turns.append(seller)
        return 0.0


class TestBudget:
    @pytest.fixture
    def throughput(self) -> Counting:
        return Counting()

    @each_way
    async def test_every_call_of_a_push_takes_a_turn_of_the_sellers_budget(
        self, box: Sandbox, channel: SalesChannel, throughput: Counting, settings: ChannelSettings, way: str
    ):
        before = box.calls
        await channel.push_shipment(sold(box, way).id, ONE)
        assert throughput.turns[-(box.calls - before) :] == [settings.user_id] * (box.calls - before)
        assert 3 <= box.calls - before <= 8
