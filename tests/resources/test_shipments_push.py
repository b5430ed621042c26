"""Telling where a parcel is: what each shipping mode takes, what is refused, and whether it took effect."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from meli_sdk.codec import decode
from meli_sdk.errors import (
    DryRunError,
    InputError,
    MeliConnectionError,
    NotApplicableError,
    OutcomeUnknownError,
    ServerError,
    ShippingModeError,
)
from meli_sdk.models import (
    CustomShipmentUpdate,
    NotificationDetails,
    SellerNotification,
    Shipment,
    Tracking,
)
from meli_sdk.resources.shipments_bodies import me1_notification
from meli_sdk.resources.shipments_push import PushOutcome, PushResult
from meli_sdk.sandbox import Sandbox, SandboxOptions

from .conftest import SandboxClock

NUMBER, ADDRESS = "AB123456789AR", "https://carrier.example.com/AB123456789AR"
SENT = Tracking(tracking_number=NUMBER, tracking_url=ADDRESS, carrier="Andes Express")


@pytest.fixture
def me1(box):
    return box.add_order(mode="me1")


@pytest.fixture
def custom(box):
    return box.add_order(mode="custom")


def told(session, **arguments):
    """A push of a local seller, of whom nobody has to ask."""
    return session.shipments.push_tracking(global_selling=False, **arguments)


def writes(box):
    return [request for request in box.requests if request.method != "GET"]


# me1


async def test_a_me1_parcel_is_told_by_todays_notification(box, local, me1):
    result = await local.shipments.push_tracking(order_id=me1.id, tracking=SENT)
    (write,) = writes(box)
    assert write.path == f"/v2/shipments/{me1.shipment_id}/seller_notifications"
    body = json.loads(write.body)
    date = datetime.fromisoformat(body["payload"].pop("date"))
    assert abs(date - datetime.now(UTC)) < timedelta(minutes=5)
    assert body == {
        "payload": {"service_id": 154, "comment": "Andes Express"},
        "tracking_number": NUMBER,
        "tracking_url": ADDRESS,
        "status": "shipped",
        "substatus": None,
    }
    assert (result.outcome, result.confirmed, result.visible_in_ui) == (PushOutcome.ACCEPTED, True, True)
    assert (result.order_id, result.shipment_id, result.shipping_mode) == (me1.id, me1.shipment_id, "me1")
    assert (result.shipment.status, result.shipment.tracking_number) == ("shipped", NUMBER)


async def test_telling_the_same_again_sends_nothing(box, local, me1):
    await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=SENT)
    again = await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=SENT)
    assert (again.outcome, again.confirmed, again.sent) == (PushOutcome.ALREADY_SAME, True, None)
    assert len(writes(box)) == 1


async def test_a_parcel_goes_on_to_its_end(box, local, me1):
    for status, substatus in (("shipped", "out_for_delivery"), ("not_delivered", "refused_delivery")):
        tracking = Tracking(status=status, substatus=substatus)
        result = await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=tracking)
        assert (result.shipment.status, result.shipment.substatus) == (status, substatus)
    with pytest.raises(NotApplicableError, match="is not_delivered, which is final"):
        await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=Tracking(status="delivered"))
    assert len(writes(box)) == 2


async def test_a_number_without_an_address_goes_into_the_comment(box, local, me1):
    tracking = Tracking(tracking_number=NUMBER, carrier="Andes Express", comment="left at noon")
    result = await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=tracking)
    assert result.sent.payload.comment == f"Andes Express {NUMBER} left at noon"
    assert "tracking_number" not in json.loads(writes(box)[0].body)


class TestLate:
    """Mercado Libre says OK and the shipment shows it later, or never."""

    @pytest.fixture
    async def box(self):
        async with Sandbox(seed=7, options=SandboxOptions(push_lag=1.2)) as started:
            yield started

    async def test_the_shipment_is_read_until_it_shows_it(self, box, local, me1):
        result = await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=SENT)
        assert (result.outcome, result.confirmed) == (PushOutcome.ACCEPTED, True)

    async def test_without_time_it_is_accepted_and_not_confirmed(self, box, local, me1):
        result = await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=SENT, confirm_within=0)
        assert (result.outcome, result.confirmed, result.shipment.status) == (
            PushOutcome.ACCEPTED,
            False,
            "ready_to_ship",
        )


class TestNever:
    @pytest.fixture
    async def box(self):
        async with Sandbox(seed=7, options=SandboxOptions(push_lag=None)) as started:
            yield started

    async def test_an_ok_without_effect_is_not_confirmed(self, box, local, me1):
        result = await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=SENT, confirm_within=0.6)
        assert (result.outcome, result.confirmed) == (PushOutcome.ACCEPTED, False)


ME1 = {
    "id": 40000000001,
    "status": "handling",
    "date_created": "2026-05-06T07:08:09.000-04:00",
    "logistic": {"mode": "me1", "type": "default", "direction": "forward"},
    "source": {"site_id": "MLA"},
    "destination": {"receiver_id": 77},
}
CUSTOM = {**ME1, "status": "pending", "logistic": {"mode": "custom", "type": "custom", "direction": "forward"}}


async def test_what_was_taken_and_cannot_be_read_again_is_accepted(me, fake):
    fake.answer(200, ME1)
    fake.answer(200, {"status": "OK"})
    fake.answer(500, {"message": "oops"}, times=9)
    result = await told(me, shipment_id=ME1["id"], tracking=SENT)
    assert (result.outcome, result.confirmed) == (PushOutcome.ACCEPTED, False)
    assert "could not be read again" in result.reason


async def test_a_later_status_confirms_an_earlier_one(me, fake):
    fake.answer(200, ME1)
    fake.answer(200, {"status": "OK"})
    fake.answer(200, {**ME1, "status": "delivered", "tracking_number": NUMBER})
    assert (await told(me, shipment_id=ME1["id"], tracking=SENT)).confirmed


async def test_a_push_without_an_answer_can_be_checked(me, fake, local, me1):
    fake.answer(200, {**ME1, "id": me1.shipment_id})
    fake.fail(MeliConnectionError("reset"))
    with pytest.raises(OutcomeUnknownError) as raised:
        await told(me, shipment_id=me1.shipment_id, tracking=SENT)
    assert (await local.check(raised.value)).applied is False
    await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=SENT)
    assert (await local.check(raised.value)).applied is True


async def test_a_substatus_that_was_lost_is_not_shown_by_the_status_alone(me, fake, local, me1):
    await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=SENT)
    fake.answer(200, {**ME1, "id": me1.shipment_id, "status": "shipped", "tracking_number": NUMBER})
    fake.fail(MeliConnectionError("reset"))
    at_the_door = Tracking(substatus="at_the_door")
    with pytest.raises(OutcomeUnknownError) as raised:
        await told(me, shipment_id=me1.shipment_id, tracking=at_the_door)
    assert (await local.check(raised.value)).applied is False
    await local.shipments.push_tracking(shipment_id=me1.shipment_id, tracking=at_the_door)
    assert (await local.check(raised.value)).applied is True


@pytest.mark.parametrize(
    ("shipment", "tracking"),
    [
        ({**ME1, "status": "shipped"}, Tracking(tracking_number=NUMBER)),
        ({**ME1, "status": "shipped", "tracking_number": NUMBER}, Tracking(comment="noon", tracking_number="ZZ9")),
        ({**CUSTOM, "status": "shipped", "tracking_number": NUMBER}, Tracking(promised_hours=5)),
    ],
    ids=["a number without an address", "another one", "a promise"],
)
async def test_what_the_shipment_showed_before_is_no_proof_of_a_push_without_an_answer(me, fake, shipment, tracking):
    fake.answer(200, shipment)
    for _ in range(9):
        fake.fail(MeliConnectionError("reset"))
    with pytest.raises(OutcomeUnknownError) as raised:
        await told(me, shipment_id=shipment["id"], tracking=tracking)
    assert raised.value.check is None


async def test_a_notification_is_never_sent_twice(me, fake):
    fake.answer(200, ME1)
    fake.answer(500, {"status_code": 500, "error_code": "internal_server_error", "message": "oops"})
    with pytest.raises(ServerError) as raised:
        await told(me, shipment_id=ME1["id"], tracking=SENT)
    assert raised.value.may_have_been_applied
    assert len(fake.requests) == 2


async def test_a_dry_run_reads_and_shows_what_would_be_sent(box, local, me1):
    with pytest.raises(DryRunError) as raised:
        await local.with_options(dry_run=True).shipments.push_tracking(order_id=me1.id, tracking=SENT)
    assert raised.value.request.method == "POST"
    assert writes(box) == []


@pytest.mark.parametrize(
    ("shipment", "tracking", "says"),
    [
        (ME1, Tracking(status="cancelled"), "status must be one of shipped, delivered, not_delivered for me1"),
        (ME1, Tracking(substatus="lost"), "substatus of shipped must be one of None, at_the_door"),
        (ME1, Tracking(status="not_delivered"), "substatus of not_delivered must be one of refused_delivery, returned"),
        (ME1, Tracking(tracking_url=ADDRESS), "tracking_url needs tracking_number"),
        (ME1, Tracking(promised_hours=5), "promised_hours is for custom"),
        (ME1, Tracking(happened_at=datetime(2026, 5, 6, 11, tzinfo=UTC)), "before the shipment was created"),
        ({**ME1, "source": {"site_id": "MEC"}}, SENT, r"for MEC: pass Tracking\(service_id=\.\.\.\)"),
        (CUSTOM, Tracking(status="not_delivered"), "status must be one of cancelled, delivered, shipped for custom"),
        (CUSTOM, Tracking(substatus="at_the_door"), "substatus is for me1"),
        (CUSTOM, Tracking(), "tracking_number is needed"),
    ],
)
async def test_what_a_mode_does_not_take_is_refused_before_any_write(me, fake, shipment, tracking, says):
    fake.answer(200, shipment)
    with pytest.raises(InputError, match=says):
        await told(me, shipment_id=shipment["id"], tracking=tracking)
    assert [request.method for request in fake.requests] == ["GET"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"tracking": SENT}, "give order_id or shipment_id"),
        ({"order_id": 1, "shipment_id": 2, "tracking": SENT}, "one of the two"),
        ({"order_id": 1, "tracking": "AB1"}, "must be a models.Tracking"),
        ({"order_id": 1, "tracking": Tracking(tracking_number="")}, "tracking_number must be text"),
        ({"order_id": 1, "tracking": Tracking(tracking_number="A\n\x1b")}, "tracking_number must be text"),
        ({"order_id": 1, "tracking": Tracking(tracking_number="A" * 101)}, "has 101 characters"),
        ({"order_id": 1, "tracking": Tracking(tracking_url="javascript:x")}, "must begin with https"),
        ({"order_id": 1, "tracking": Tracking(happened_at=datetime(2026, 1, 1))}, "happened_at: a date needs"),
        ({"order_id": 1, "tracking": Tracking(promised_hours=0)}, "promised_hours must be whole hours"),
        ({"order_id": 1, "tracking": SENT, "confirm_within": -1}, "confirm_within must be seconds"),
    ],
)
async def test_a_wrong_tracking_is_refused_before_any_call(me, fake, arguments, says):
    with pytest.raises(InputError, match=says):
        await told(me, **arguments)
    assert fake.requests == []


def test_a_service_of_a_site_without_a_documented_one_can_be_given():
    shipment = decode(Shipment, {**ME1, "source": {"site_id": "MEC"}})
    sent = me1_notification(shipment, Tracking(service_id=99), now=datetime.now(UTC))
    assert sent.payload.service_id == 99


# custom


async def test_a_custom_parcel_is_told_by_changing_its_shipment(box, local, custom):
    tracking = Tracking(
        tracking_number=NUMBER, tracking_url=ADDRESS, carrier="Andes Express", comment="noon", promised_hours=72
    )
    result = await local.shipments.push_tracking(order_id=custom.id, tracking=tracking)
    (write,) = writes(box)
    assert (write.method, write.path) == ("PUT", f"/shipments/{custom.shipment_id}")
    assert json.loads(write.body) == {
        "receiver_id": custom.buyer_id,
        "status": "shipped",
        "tracking_number": NUMBER,
        "speed": 72,
        "comments": f"Andes Express {ADDRESS} noon",
    }
    assert (result.outcome, result.confirmed, result.visible_in_ui) == (PushOutcome.ACCEPTED, True, False)
    assert box.world.shipments[custom.shipment_id].promised_hours == 72


async def test_a_custom_parcel_gets_a_new_promise_a_new_number_and_an_end(box, local, custom):
    push = local.shipments.push_tracking
    await push(shipment_id=custom.shipment_id, tracking=Tracking(tracking_number="A1"))
    await push(shipment_id=custom.shipment_id, tracking=Tracking(promised_hours=24))
    await push(shipment_id=custom.shipment_id, tracking=Tracking(tracking_number="A2"))
    await push(shipment_id=custom.shipment_id, tracking=Tracking(status="delivered"))
    await push(shipment_id=custom.shipment_id, tracking=Tracking(tracking_number="A3"))  # delivered may go back
    buyer = custom.buyer_id
    assert [json.loads(write.body) for write in writes(box)] == [
        {"receiver_id": buyer, "status": "shipped", "tracking_number": "A1"},
        {"receiver_id": buyer, "speed": 24},
        {"receiver_id": buyer, "tracking_number": "A2"},
        {"receiver_id": buyer, "status": "delivered"},
        {"receiver_id": buyer, "status": "shipped", "tracking_number": "A3"},
    ]


async def test_a_cancelled_custom_parcel_stays_cancelled(box, local, custom):
    await local.shipments.push_tracking(shipment_id=custom.shipment_id, tracking=Tracking(status="cancelled"))
    with pytest.raises(NotApplicableError, match="is cancelled, which is final"):
        await local.shipments.push_tracking(shipment_id=custom.shipment_id, tracking=SENT)
    assert len(writes(box)) == 1


async def test_a_custom_parcel_without_receiver_cannot_be_told(me, fake):
    fake.answer(200, {key: value for key, value in CUSTOM.items() if key != "destination"})
    with pytest.raises(NotApplicableError, match="names no receiver"):
        await told(me, shipment_id=CUSTOM["id"], tracking=SENT)


# what is not the seller's to tell


async def test_mercado_envios_is_refused_before_any_write(box, local):
    shipments = [one for one in box.world.shipments.values() if one.mode == "me2" and one.seller_id == local.user_id]
    assert {one.logistic_type for one in shipments} == {
        *("drop_off", "cross_docking", "fulfillment", "self_service", "xd_drop_off"),
    }
    for shipment in shipments:
        with pytest.raises(NotApplicableError, match="shipping data is managed by the platform") as raised:
            await local.shipments.push_tracking(shipment_id=shipment.id, tracking=SENT)
        assert ("shipments.labels" in str(raised.value)) is (shipment.logistic_type != "fulfillment")
    assert writes(box) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"logistic": {"mode": "me2", "type": "melinet"}}, "managed by the platform"),
        ({"logistic": {"mode": "not_specified", "type": "not_specified"}}, "agree on it with the buyer"),
        ({"logistic": {"mode": "drone", "type": "air"}}, "nothing can be told"),
        ({"logistic": {"mode": "me1", "type": "default", "direction": "return"}}, "brings goods back"),
    ],
)
async def test_other_modes_are_refused_before_any_write(me, fake, change, says):
    fake.answer(200, {**ME1, **change})
    with pytest.raises(NotApplicableError, match=says):
        await told(me, shipment_id=ME1["id"], tracking=SENT)
    assert [request.method for request in fake.requests] == ["GET"]


async def test_an_order_without_shipment_names_the_way_out(box, local):
    order = box.add_order(mode=None)
    with pytest.raises(NotApplicableError, match=r"orders\.give_feedback"):
        await local.shipments.push_tracking(order_id=order.id, tracking=SENT)
    assert writes(box) == []


async def test_the_forward_shipment_of_an_order_is_told_whatever_else_there_is(me, fake):
    fake.answer(200, [{"id": 5, "type": "return"}, {"id": ME1["id"], "type": "forward"}])
    fake.answer(200, ME1)
    fake.answer(200, {"status": "OK"})
    fake.answer(200, {**ME1, "status": "shipped", "tracking_number": NUMBER})
    result = await told(me, order_id=2000000000000007, tracking=SENT)
    assert (result.shipment_id, result.order_id) == (ME1["id"], 2000000000000007)


# the calls alone


async def test_the_older_notification_spells_null_as_text(box, local, me1):
    details = NotificationDetails(service_id=154, date=datetime.now(UTC))
    notification = SellerNotification(payload=details, status="shipped", substatus=None)
    assert (await local.shipments.notify_by_v1(me1.shipment_id, notification)).status == "OK"
    assert json.loads(writes(box)[0].body)["substatus"] == "null"
    assert notification.substatus is None
    assert (await local.shipments.get(me1.shipment_id)).status == "shipped"


async def test_a_notification_for_another_mode_is_its_own_error(local, custom):
    details = NotificationDetails(service_id=154, date=datetime.now(UTC))
    notification = SellerNotification(payload=details, status="shipped", substatus=None)
    with pytest.raises(ShippingModeError, match="push_tracking chooses"):
        await local.shipments.notify(custom.shipment_id, notification)


async def test_bodies_of_another_kind_are_refused_before_any_call(me, fake):
    with pytest.raises(InputError, match=r"models\.SellerNotification"):
        await me.shipments.notify(1, {"status": "shipped"})
    with pytest.raises(InputError, match=r"models\.CustomShipmentUpdate"):
        await me.shipments.change(1, {"status": "shipped"})
    assert fake.requests == []


async def test_a_custom_shipment_is_changed_as_it_is_told(box, local, custom):
    await local.shipments.change(
        custom.shipment_id, CustomShipmentUpdate(receiver_id=custom.buyer_id, status="delivered")
    )
    assert box.world.shipments[custom.shipment_id].status == "delivered"


def test_a_refused_push_is_not_visible():
    refused = PushResult(outcome=PushOutcome.REFUSED, reason="one shipment per order", shipping_mode="me1")
    assert not refused.visible_in_ui


# Global Selling

MEXICO = 471_828_584
OWN = {**ME1, "source": {"site_id": "MLM"}}


@pytest.fixture
def abroad(box):
    return box.add_order(seller_id=MEXICO, mode="me1")


async def test_a_global_selling_parcel_is_told_by_its_own_resource(box, selling, abroad):
    result = await selling.shipments.push_tracking(order_id=abroad.id, tracking=SENT)
    (write,) = writes(box)
    assert write.path == f"/marketplace/shipments/{abroad.shipment_id}/tracking"
    assert json.loads(write.body) == {"tracking_id": NUMBER, "tracking_url": ADDRESS, "carrier": "Andes Express"}
    assert (result.outcome, result.confirmed, result.visible_in_ui) == (PushOutcome.ACCEPTED, True, True)
    assert (result.order_id, result.shipment_id) == (abroad.id, abroad.shipment_id)
    again = await selling.shipments.push_tracking(order_id=abroad.id, tracking=SENT)
    assert again.outcome is PushOutcome.ALREADY_SAME
    assert len(writes(box)) == 1


async def test_a_global_selling_parcel_is_ended_once_it_has_left(box, selling, abroad):
    push = selling.shipments.push_tracking
    with pytest.raises(NotApplicableError, match="cannot become delivered: tell that it is shipped first"):
        await push(shipment_id=abroad.shipment_id, tracking=Tracking(status="delivered"))
    await push(shipment_id=abroad.shipment_id, tracking=SENT)
    result = await push(shipment_id=abroad.shipment_id, tracking=Tracking(status="delivered"))
    assert (result.outcome, result.confirmed, result.shipment.status) == (PushOutcome.ACCEPTED, True, "delivered")
    assert json.loads(writes(box)[1].body) == {"tracking_id": NUMBER, "status": "delivered"}
    with pytest.raises(NotApplicableError, match="is delivered, which is final"):
        await push(shipment_id=abroad.shipment_id, tracking=SENT)
    assert len(writes(box)) == 2


async def test_what_mercado_libre_moves_for_a_global_seller_is_refused_before_any_write(box, selling):
    moved = [one for one in box.world.shipments.values() if one.seller_id == MEXICO and one.mode == "me2"]
    assert moved
    for shipment in moved:
        with pytest.raises(NotApplicableError, match="shipping data is managed by the platform"):
            await selling.shipments.push_tracking(shipment_id=shipment.id, tracking=SENT)
    assert writes(box) == []


async def test_a_global_order_without_shipment_is_refused_before_any_write(box, selling):
    order = box.add_order(seller_id=MEXICO, mode=None)
    with pytest.raises(NotApplicableError, match=f"order {order.id} has no shipment"):
        await selling.shipments.push_tracking(order_id=order.id, tracking=SENT)
    assert writes(box) == []


@pytest.mark.parametrize(
    ("change", "tracking", "says"),
    [
        ({}, Tracking(tracking_number=NUMBER, carrier="A"), "tracking_number, tracking_url and carrier together"),
        ({}, Tracking(tracking_number=NUMBER, tracking_url=ADDRESS), "give all three"),
        ({}, Tracking(tracking_url=ADDRESS, carrier="A"), "give all three"),
        (
            {},
            Tracking(status="cancelled"),
            "status must be one of delivered, not_delivered, shipped for Global Selling",
        ),
        ({}, Tracking(substatus="at_the_door"), "substatus has no place in Global Selling"),
        ({}, Tracking(promised_hours=5), "promised_hours has no place in Global Selling"),
    ],
)
async def test_what_global_selling_does_not_take_is_refused_before_any_write(me, fake, change, tracking, says):
    fake.answer(200, {**OWN, **change})
    with pytest.raises(InputError, match=says):
        await me.shipments.push_tracking(shipment_id=OWN["id"], tracking=tracking, global_selling=True)
    assert [request.method for request in fake.requests] == ["GET"]


async def test_custom_shipments_of_a_global_seller_are_refused(me, fake):
    fake.answer(200, CUSTOM)
    with pytest.raises(NotApplicableError, match="nothing can be told"):
        await me.shipments.push_tracking(shipment_id=CUSTOM["id"], tracking=SENT, global_selling=True)


async def test_a_global_push_without_an_answer_is_not_repeated_and_can_be_checked(me, fake, selling, abroad):
    fake.answer(200, {**OWN, "id": abroad.shipment_id})
    fake.fail(MeliConnectionError("reset"))
    with pytest.raises(OutcomeUnknownError) as raised:
        await me.shipments.push_tracking(shipment_id=abroad.shipment_id, tracking=SENT, global_selling=True)
    assert len(fake.requests) == 2
    assert (await selling.check(raised.value)).applied is False
    await selling.shipments.push_tracking(shipment_id=abroad.shipment_id, tracking=SENT)
    assert (await selling.check(raised.value)).applied is True


# keeping what is there, trying, and looking again


async def test_without_replace_another_number_is_refused_and_a_later_status_stays(box, local, custom):
    push = local.shipments.push_tracking
    await push(shipment_id=custom.shipment_id, tracking=SENT)
    other = await push(shipment_id=custom.shipment_id, tracking=Tracking(tracking_number="ZZ9"), replace=False)
    assert (other.outcome, other.confirmed) == (PushOutcome.REFUSED, False)
    assert f"has the tracking number {NUMBER} already" in other.reason
    await push(shipment_id=custom.shipment_id, tracking=Tracking(status="delivered"))
    late = await push(shipment_id=custom.shipment_id, tracking=SENT, replace=False)
    assert late.outcome is PushOutcome.ALREADY_SAME
    assert late.reason.endswith("is delivered by now")
    assert len(writes(box)) == 2
    assert (await push(shipment_id=custom.shipment_id, tracking=SENT)).outcome is PushOutcome.ACCEPTED


@pytest.mark.parametrize("number", [NUMBER, None])
async def test_without_replace_a_parcel_that_has_arrived_is_not_set_back(box, local, custom, number):
    shipment = box.world.shipments[custom.shipment_id]
    shipment.status, shipment.tracking_number = "delivered", number
    push = local.shipments.push_tracking
    late = await push(shipment_id=custom.shipment_id, tracking=Tracking(tracking_number=NUMBER), replace=False)
    assert (late.outcome, late.reason) == (PushOutcome.ALREADY_SAME, f"shipment {shipment.id} is delivered by now")
    assert shipment.status == "delivered"
    assert writes(box) == []


@pytest.mark.parametrize("mode", ["me1", "custom", "global"])
async def test_trying_it_returns_what_would_be_sent_and_that_can_be_sent(box, local, selling, mode):
    session = selling if mode == "global" else local
    order = box.add_order(seller_id=MEXICO, mode="me1") if mode == "global" else box.add_order(mode=mode)
    would = await session.shipments.push_tracking(order_id=order.id, tracking=SENT, dry_run=True)
    assert (would.outcome, would.confirmed) == (PushOutcome.WOULD_BE_ACCEPTED, False)
    assert NUMBER in str(would.sent)
    assert writes(box) == []
    before = len(box.requests)
    result = await session.shipments.send_tracking(would)
    assert (result.outcome, result.confirmed, result.sent) == (PushOutcome.ACCEPTED, True, would.sent)
    assert [request.method for request in box.requests[before:]] == ["PUT" if mode == "custom" else "POST", "GET"]
    with pytest.raises(InputError, match="the result of a dry run that would be accepted"):
        await session.shipments.send_tracking(result)


@pytest.mark.parametrize(
    ("mode", "unsent"),
    [("me1", ()), ("custom", ("happened_at", "service_id")), ("global", ("comment", "happened_at", "service_id"))],
)
async def test_what_a_mode_has_no_place_for_is_told(box, local, selling, mode, unsent):
    session = selling if mode == "global" else local
    order = box.add_order(seller_id=MEXICO, mode="me1") if mode == "global" else box.add_order(mode=mode)
    tracking = Tracking(
        tracking_number=NUMBER,
        tracking_url=ADDRESS,
        carrier="Andes",
        comment="noon",
        service_id=154,
        happened_at=datetime.now(UTC) + timedelta(minutes=10),
    )
    assert (await session.shipments.push_tracking(order_id=order.id, tracking=tracking)).unsent == unsent


async def test_a_number_without_an_address_is_not_visible(local, me1):
    tracking = Tracking(tracking_number=NUMBER, carrier="Andes Express")
    assert not (await local.shipments.push_tracking(order_id=me1.id, tracking=tracking)).visible_in_ui
    same = await local.shipments.push_tracking(order_id=me1.id, tracking=Tracking())
    assert (same.outcome, same.visible_in_ui) == (PushOutcome.ALREADY_SAME, False)


class TestLookingAgain:
    @pytest.fixture
    async def box(self, clock):
        async with Sandbox(seed=7, now=clock, options=SandboxOptions(push_lag=60)) as started:
            yield started

    @pytest.fixture
    def clock(self):
        return SandboxClock()

    @pytest.mark.parametrize("seller", ["local", "global"])
    async def test_what_was_not_confirmed_is_when_the_shipment_shows_it(self, box, clock, local, selling, seller):
        session = selling if seller == "global" else local
        order = box.add_order(mode="me1", **({"seller_id": MEXICO} if seller == "global" else {}))
        result = await session.shipments.push_tracking(order_id=order.id, tracking=SENT, confirm_within=0)
        abroad = seller == "global"
        assert not (await session.shipments.confirm_tracking(result, within=0, global_selling=abroad)).confirmed
        clock.pass_by(minutes=2)
        confirmed = await session.shipments.confirm_tracking(result, within=0, global_selling=abroad)
        assert (confirmed.confirmed, confirmed.shipment.status) == (True, "shipped")
        calls = len(box.requests)
        assert await session.shipments.confirm_tracking(confirmed) == confirmed
        assert len(box.requests) == calls

    async def test_only_a_result_can_be_confirmed(self, local):
        with pytest.raises(InputError, match="result must be a PushResult"):
            await local.shipments.confirm_tracking("sent")


async def test_a_result_is_json_without_the_shipment(local, me1):
    text = (await local.shipments.push_tracking(order_id=me1.id, tracking=SENT)).to_json()
    assert json.loads(text) == {
        "outcome": "accepted",
        "reason": None,
        "order_id": me1.id,
        "shipment_id": me1.shipment_id,
        "shipping_mode": "me1",
        "confirmed": True,
        "visible_in_ui": True,
        "unsent": [],
    }
