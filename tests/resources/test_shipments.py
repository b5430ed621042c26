"""Shipments and their parts, on a real socket against the sandbox; odd answers by a fake."""

from datetime import timedelta

import pytest

from meli_sdk.errors import (
    BadRequestError,
    InputError,
    NotFoundError,
    PolicyForbiddenError,
    ShipmentNotFoundError,
    UnprocessableError,
)
from meli_sdk.models import SUBSTATUSES, SplitOrder, SplitPack, SplitReason

SHIPMENT = 40000000001


@pytest.fixture
def packed(box):
    """The shipment of a pack, and its orders."""
    order = next(order for order in box.world.orders.values() if order.pack_id is not None)
    return box.world.shipments[order.shipment_id], box.world.orders.of_shipment(order.shipment_id)


PARTS = ["items", "costs", "payments", "lead_time", "delays", "history", "carrier"]


@pytest.mark.parametrize("name", PARTS)
async def test_every_part_is_asked_for_in_todays_format(box, local, packed, name):
    await getattr(local.shipments, name)(packed[0].id)
    sent = box.requests[-1]
    assert (sent.headers["x-format-new"], sent.path) == ("true", f"/shipments/{packed[0].id}/{name}")


async def test_a_shipment_says_which_orders_and_goods_it_carries(box, local, packed):
    shipment, orders = packed
    rows = await local.shipments.orders(shipment.id)
    assert box.requests[-1].headers["x-new-domain"] == "true"
    assert [(row.order_id, row.pack_id, row.requested_quantity) for row in rows] == [
        (order.id, order.pack_id, order.quantity) for order in orders
    ]
    items = await local.shipments.items(shipment.id)
    assert [(item.order_id, item.item_id, item.quantity) for item in items] == [
        (order.id, order.item_id, order.quantity) for order in orders
    ]
    assert items[0].dimensions.weight == 450


async def test_costs_payments_and_times(local, packed):
    shipment, orders = packed
    costs = await local.shipments.costs(shipment.id)
    assert (costs.gross_amount, costs.receiver.user_id) == (shipment.cost, shipment.receiver_id)
    assert costs.senders[0].user_id == shipment.seller_id
    (payment,) = await local.shipments.payments(shipment.id)
    assert (payment.payment_id, payment.status) == (orders[0].payments[0].id, "approved")
    lead_time = await local.shipments.lead_time(shipment.id)
    assert (lead_time.shipping_method.deliver_to, lead_time.delay) == ("address", ())
    sla = await local.shipments.sla(shipment.id)
    assert (sla.status, sla.expected_date.tzinfo is not None) == ("on_time", True)


async def test_no_delay_is_an_empty_answer_although_mercado_libre_says_404(local, packed):
    shipment, _ = packed
    delays = await local.shipments.delays(shipment.id)
    assert (delays.shipment_id, delays.delays) == (shipment.id, ())
    shipment.delays.append({"type": "handling_delayed", "date": "2026-05-06T00:00:00Z", "source": "carrier"})
    assert (await local.shipments.delays(shipment.id)).delays[0].type == "handling_delayed"
    with pytest.raises(ShipmentNotFoundError):
        await local.shipments.delays(17)


async def test_the_way_of_a_shipment_is_told_newest_first(box, local):
    order = box.add_order(mode="me1")
    for status in ("shipped", "delivered"):
        box.move_shipment(order.shipment_id, status)
    history = await local.shipments.history(order.shipment_id)
    assert [step.status for step in history] == ["delivered", "shipped"]
    assert "delivered" in box.world.orders[order.id].tags


async def test_a_carrier_is_named_once_there_is_one(box, local, packed):
    assert (await local.shipments.carrier(packed[0].id)).name == "Correo Sandbox"
    with pytest.raises(NotFoundError):
        await local.shipments.carrier(box.add_order(mode="me1").shipment_id)


async def test_shipments_of_the_warehouse_have_no_time_to_be_handed_over(box, local):
    full = next(one for one in box.world.shipments.values() if one.logistic_type == "fulfillment")
    with pytest.raises(NotFoundError, match="warehouse sends have none"):
        await local.shipments.sla(full.id)


async def test_the_catalogue_lists_the_documented_statuses(local):
    statuses = await local.shipments.statuses()
    assert {one.id: tuple(sub.id for sub in one.substatuses) for one in statuses} == dict(SUBSTATUSES)


async def test_rows_may_be_missing_altogether(me, fake):
    fake.answer(204, times=2)
    assert await me.shipments.orders(SHIPMENT) == ()
    assert await me.shipments.payments(SHIPMENT) == ()


# how sites and sellers ship


async def test_sites_list_their_methods_and_services(local):
    methods = await local.shipments.methods("MLA")
    assert {method.site_id for method in methods} == {"MLA"}
    assert any(method.shipping_modes == () for method in methods)
    assert (await local.shipments.services("MLB"))[0].id == 11
    with pytest.raises(NotFoundError):
        await local.shipments.methods("CBT")


async def test_a_seller_says_how_it_ships(local):
    preferences = await local.shipments.preferences()
    assert preferences.ships_by("me2", "drop_off")
    assert preferences.ships_by("custom")
    assert not preferences.ships_by("me2", "fulfillment")


async def test_a_user_product_says_how_it_can_be_shipped(box, local):
    found = await local.shipments.shippability("MLA", "MLAU123456789")
    assert found.services[0].legacy_attributes.logistic_type == "drop_off"
    assert found.services[0].network.nodes["12"].collect_node_type == "sender_node"
    assert box.requests[-1].query == {"legacy_attributes": "true"}


async def test_a_flex_shipment_has_a_driver_or_none(box, local):
    flex = next(one for one in box.world.shipments.values() if one.logistic_type == "self_service")
    assert await local.shipments.driver("MLA", flex.id) is None
    flex.driver_id = 77
    assert (await local.shipments.driver("MLA", flex.id)).driver_id == "77"


# what starts a parcel


async def test_goods_that_were_made_are_ready(box, local):
    order = box.add_order()
    with pytest.raises(PolicyForbiddenError):
        await local.shipments.make_ready(order.shipment_id)
    box.move_shipment(order.shipment_id, "pending", "manufacturing")
    assert (await local.shipments.make_ready(order.shipment_id)).status == 200
    assert (await local.shipments.get(order.shipment_id)).substatus == "ready_to_print"


async def test_an_invoice_sets_a_brazilian_shipment_free(box, local):
    order = box.add_order()
    box.move_shipment(order.shipment_id, "ready_to_ship", "invoice_pending")
    await local.shipments.send_invoice(order.shipment_id, b"<?xml version='1.0'?><nfeProc/>")
    sent = box.requests[-1]
    assert (sent.query, sent.headers["content-type"]) == ({"siteId": "MLB"}, "application/xml")
    assert box.world.shipments[order.shipment_id].invoice == b"<?xml version='1.0'?><nfeProc/>"
    assert (await local.shipments.get(order.shipment_id)).substatus == "ready_to_print"


@pytest.mark.parametrize("xml", [b"", b"no xml", "<nfe/>", b"<" + b"x" * 1024 * 1024])
async def test_what_is_no_invoice_is_refused_before_any_call(me, fake, xml):
    with pytest.raises(InputError, match="bytes of an XML file"):
        await me.shipments.send_invoice(SHIPMENT, xml)
    assert fake.requests == []


# split


def parcel(*units: tuple[int, int]):
    return SplitPack(orders=tuple(SplitOrder(id=order_id, quantity=quantity) for order_id, quantity in units))


async def test_a_split_cancels_pack_and_shipment_and_makes_two_of_each(box, local, packed):
    shipment, orders = packed
    before = set(box.world.shipments)
    await local.shipments.split(
        shipment.id,
        SplitReason.DIMENSIONS_EXCEEDED,
        [parcel((orders[0].id, orders[0].quantity)), parcel(*((one.id, one.quantity) for one in orders[1:]))],
    )
    old = await local.shipments.get(shipment.id)
    assert (old.status, old.substatus) == ("cancelled", "pack_splitted")
    assert (await local.orders.get(orders[0].id)).is_split
    first, second = (box.world.shipments[one] for one in sorted(set(box.world.shipments) - before))
    new = await local.shipments.get(first.id)
    assert (new.sibling.sibling_id, new.sibling.reason) == (second.id, "DIMENSIONS_EXCEEDED")
    part = box.world.orders.of_shipment(first.id)[0]
    pack = await local.orders.pack(part.pack_id)
    assert pack.family_pack_id == orders[0].pack_id
    parent = await local.orders.pack(orders[0].pack_id)
    assert (parent.status, parent.status_detail) == ("cancelled", "splitted")
    units = [sum(order.quantity for order in box.world.orders.of_shipment(half.id)) for half in (first, second)]
    assert sum(units) == sum(order.quantity for order in orders)


async def test_what_cannot_be_split_says_why(box, local, packed):
    shipment, orders = packed
    rest = parcel(*((one.id, one.quantity) for one in orders[1:]))
    with pytest.raises(BadRequestError, match="every unit of every order"):
        await local.shipments.split(shipment.id, "FRAGILE", [rest, rest])
    box.move_shipment(shipment.id, "shipped")
    with pytest.raises(UnprocessableError, match="too late"):
        await local.shipments.split(shipment.id, "FRAGILE", [rest, parcel((orders[0].id, orders[0].quantity))])
    alone = box.add_order(quantity=1)
    with pytest.raises(BadRequestError, match="more than one unit"):
        await local.shipments.split(alone.shipment_id, "FRAGILE", [parcel((alone.id, 1)), parcel((alone.id, 1))])


@pytest.mark.parametrize(
    ("reason", "packs", "says"),
    [
        ("HEAVY", [parcel((1, 1)), parcel((2, 1))], "reason must be one of ANOTHER_WAREHOUSE"),
        ("FRAGILE", [parcel((1, 1))], "exactly two"),
        ("FRAGILE", [parcel((1, 1)), parcel()], "exactly two models.SplitPack with orders"),
        ("FRAGILE", [{"orders": []}, {"orders": []}], "exactly two models.SplitPack"),
    ],
)
async def test_a_wrong_split_is_refused_before_any_call(me, fake, reason, packs, says):
    with pytest.raises(InputError, match=says):
        await me.shipments.split(SHIPMENT, reason, packs)
    assert fake.requests == []


async def test_a_shipment_that_returns_is_listed_beside_the_one_that_left(box, local):
    order = box.add_order()
    back = box.add_order(created=box.world.now() - timedelta(days=1)).shipment_id
    box.world.shipments[back].direction = "return"
    order.returns.append(back)
    assert [(one.id, one.type) for one in await local.orders.shipments(order.id)] == [
        (order.shipment_id, "forward"),
        (back, "return"),
    ]
