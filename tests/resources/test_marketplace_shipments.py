"""Global Selling shipments and packs on a real socket."""

import pytest

from meli_sdk import errors
from meli_sdk.models import SplitOrder, SplitPack, SplitReason
from meli_sdk.sandbox import MEXICAN_ACCOUNT_ID, Sandbox


def shipment_of(box: Sandbox, mode: str, logistic_type: str, status: str | None = None) -> int:
    return next(
        shipment.id
        for shipment in box.world.shipments.values()
        if shipment.seller_id == MEXICAN_ACCOUNT_ID
        and (shipment.mode, shipment.logistic_type) == (mode, logistic_type)
        and status in {None, shipment.status}
    )


async def test_a_shipment_and_its_parts_are_read_in_the_new_format(box, selling):
    shipment_id = shipment_of(box, "me2", "drop_off")
    shipments = selling.marketplace.shipments
    found = await shipments.get(shipment_id)
    assert (found.id, found.shipping_mode, found.logistic.type) == (shipment_id, "me2", "drop_off")
    costs = await shipments.costs(shipment_id)
    assert costs.senders[0].compensations[0].reason == "incorrect_dimensions"
    (item,) = await shipments.items(shipment_id)
    assert isinstance(item.order_id, int)
    lead_time = await shipments.lead_time(shipment_id)
    assert lead_time.shipping_method.deliver_to == "address"
    history = await shipments.history(shipment_id)
    assert [step.status for step in history] == ["handling", "ready_to_ship"]
    carrier = await shipments.carrier(shipment_id)
    assert carrier.name
    assert {request.headers["x-format-new"] for request in box.requests} == {"true"}


async def test_a_label_is_a_file(box, selling):
    shipment_id = shipment_of(box, "me2", "drop_off")
    label = await selling.marketplace.shipments.label(shipment_id)
    assert label.content.startswith(b"%PDF")
    assert label.content_type == "application/pdf"
    assert "PDF" not in repr(label)


async def test_labels_that_cannot_be_printed_say_why(box, selling):
    shipments = selling.marketplace.shipments
    with pytest.raises(errors.BadRequestError) as raised:
        await shipments.label(shipment_of(box, "me2", "fulfillment"))
    assert "warehouse" in raised.value.remedy
    shipment_id = shipment_of(box, "me2", "drop_off", "ready_to_ship")
    box.world.shipments[shipment_id].status = "delivered"
    with pytest.raises(errors.UnauthorizedError) as raised:
        await shipments.label(shipment_id)
    assert raised.value.attempts == 1
    assert "token is good" in raised.value.remedy


async def test_a_phone_sold_to_colombia_needs_its_imei_before_the_label(box, selling):
    shipment_id = shipment_of(box, "me2", "cross_docking")
    order = next(order for order in box.world.orders.values() if order.shipment_id == shipment_id)
    orders = selling.marketplace.orders
    with pytest.raises(errors.BadRequestError, match="MCO1055"):
        await orders.set_imei(order.id, "352099001761481")
    order.category_id = "MCO1055"
    with pytest.raises(errors.NotFoundError, match="IMEI") as raised:
        await selling.marketplace.shipments.label(shipment_id)
    assert "set_imei" in raised.value.remedy
    assert (await orders.set_imei(order.id, "352099001761481")).status == "success"
    assert (await selling.marketplace.shipments.label(shipment_id)).content


async def test_own_logistics_are_shipped_and_delivered_by_the_seller(box, selling):
    shipment_id = shipment_of(box, "me1", "default")
    shipments = selling.marketplace.shipments
    pushed = await shipments.tell_tracking(
        shipment_id, tracking_number="TRK1", tracking_url="https://track.example.com/TRK1", carrier="Own Carrier"
    )
    assert pushed.status == "success"
    assert (await shipments.get(shipment_id)).status == "shipped"
    assert (await shipments.carrier(shipment_id)).name == "Own Carrier"
    assert (await shipments.tell_status(shipment_id, tracking_number="TRK1", status="delivered")).status == "success"
    assert (await shipments.get(shipment_id)).status == "delivered"
    with pytest.raises(errors.InvalidParameterError):
        await shipments.tell_status(shipment_id, tracking_number="TRK1", status="not_delivered")


async def test_shipments_of_mercado_libre_take_no_tracking(box, selling):
    with pytest.raises(errors.NotAcceptableError) as raised:
        await selling.marketplace.shipments.tell_tracking(
            shipment_of(box, "me2", "drop_off"), tracking_number="T", tracking_url="https://t.example.com", carrier="C"
        )
    assert (raised.value.status, raised.value.code) == (406, "not_acceptable")
    assert "me1" in raised.value.remedy


@pytest.mark.parametrize(
    "arguments",
    [
        {"tracking_number": "", "tracking_url": "https://t", "carrier": "C"},
        {"tracking_number": "T\n", "tracking_url": "https://t", "carrier": "C"},
        {"tracking_number": "T", "tracking_url": " ", "carrier": "C"},
        {"tracking_number": "T", "tracking_url": "https://t", "carrier": "C" * 501},
    ],
    ids=["empty", "control", "blank", "long"],
)
async def test_wrong_tracking_is_refused_before_the_call(fake, me, arguments):
    with pytest.raises(errors.InputError):
        await me.marketplace.shipments.tell_tracking(5, **arguments)
    with pytest.raises(errors.InputError):
        await me.marketplace.shipments.tell_status(5, tracking_number="T", status="shipped")
    assert fake.requests == []


async def test_compensation_costs_come_in_the_units_that_were_asked_for(box, selling):
    costs = await selling.marketplace.shipments.compensation_costs(shipment_of(box, "me2", "drop_off"))
    assert costs.costs.validated > costs.costs.declared
    assert costs.declared.weight.unit == "g"
    assert box.requests[-1].query == {"weight_unit": "g", "dimensions_unit": "cm"}


def parcels(*rows: tuple[int, int]) -> list[SplitPack]:
    return [SplitPack(orders=(SplitOrder(id=order_id, quantity=quantity),)) for order_id, quantity in rows]


async def test_a_shipment_is_split_once(box, selling):
    cart = next(sale for sale in await selling.marketplace.orders.search().collect(limit=50) if sale.pack_id)
    first, second = (box.world.orders[order_id] for order_id in cart.order_ids)
    packs = parcels((first.id, first.quantity), (second.id, second.quantity))
    shipments = selling.marketplace.shipments
    with pytest.raises(errors.BadRequestError, match="quantities"):
        await shipments.split(cart.shipment.id, SplitReason.FRAGILE, parcels((first.id, 1), (second.id, 1)))
    assert await shipments.split(cart.shipment.id, SplitReason.FRAGILE, packs) is None
    assert (await shipments.get(cart.shipment.id)).substatus == "pack_splitted"
    with pytest.raises(errors.BadRequestError, match="cannot be split"):
        await shipments.split(cart.shipment.id, "OTHER_MOTIVE", packs)


async def test_a_split_needs_two_parcels_and_a_known_reason(fake, me):
    with pytest.raises(errors.InputError, match="two parcels"):
        await me.marketplace.shipments.split(5, "FRAGILE", parcels((1, 1)))
    with pytest.raises(errors.InputError, match="reason"):
        await me.marketplace.shipments.split(5, "HEAVY", parcels((1, 1), (2, 1)))
    assert fake.requests == []


async def test_a_pack_names_its_orders(box, selling):
    cart = next(sale for sale in await selling.marketplace.orders.search().collect(limit=50) if sale.pack_id)
    pack = await selling.marketplace.packs.get(cart.pack_id)
    assert tuple(order.id for order in pack.orders) == cart.order_ids
    assert pack.shipment.id == cart.shipment.id
    with pytest.raises(errors.NotFoundError):
        await selling.marketplace.packs.get(cart.order_ids[0])


async def test_invoice_and_billing_information_of_an_order(box, selling):
    order_id = box.order_ids("paid", seller_id=MEXICAN_ACCOUNT_ID)[0]
    invoice = await selling.marketplace.orders.proforma_invoice(order_id)
    assert str(order_id).encode() in invoice.content
    billing = await selling.marketplace.orders.billing_info(order_id)
    assert billing.buyer.billing_info.identification.type == "RFC"
    assert billing.buyer.billing_info.is_company is False


@pytest.mark.parametrize("imei", ["", "12345", "35209900176148x", 352099001761481, "\u0661" * 15])
async def test_an_imei_has_fifteen_digits(fake, me, imei):
    with pytest.raises(errors.InputError, match="15 digits"):
        await me.marketplace.orders.set_imei(5, imei)
    assert fake.requests == []


async def test_an_empty_file_is_no_file(fake, me):
    fake.answer(200, b"")
    with pytest.raises(errors.DecodeError, match="expected a file"):
        await me.marketplace.shipments.label(5)


async def test_the_shipment_of_another_account_is_refused(box, selling, local):
    theirs = next(one.id for one in box.world.shipments.values() if one.seller_id != MEXICAN_ACCOUNT_ID)
    with pytest.raises(errors.InvalidCallerError):
        await selling.marketplace.shipments.get(theirs)
    with pytest.raises(errors.InvalidCallerError):
        await local.marketplace.shipments.get(theirs)
    with pytest.raises(errors.NotFoundError):
        await selling.marketplace.shipments.get(5)
