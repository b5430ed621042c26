"""How orders come to be, get paid, shipped and cancelled."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from meli_sdk.sandbox.answers import as_objects, as_quantity, moment
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.orders_book import Order, Payment
from meli_sdk.sandbox.state import Shipment, World

PAID: Final = frozenset({"paid", "partially_refunded", "pending_cancel"})
"""Statuses of orders whose money is there."""


def add_payment(world: World, order: Order, status: str, detail: str, amount: Decimal, created: datetime) -> Payment:
    """A payment; the order does not hold it yet."""
    return Payment(
        id=world.new_number(11),
        status=status,
        status_detail=detail,
        amount=amount,
        shipping_cost=Decimal(0),
        method="account_money" if order.quantity == 1 else "visa",
        type="account_money" if order.quantity == 1 else "credit_card",
        created=created,
        approved=created + timedelta(minutes=1) if status in {"approved", "refunded"} else None,
    )


def add_order(
    world: World,
    *,
    seller_id: int,
    status: str,
    item_id: str,
    quantity: int,
    unit_price: Decimal | None,
    created: datetime,
    shipped: tuple[str, str, str, str | None] | None,
    pack_id: int | None = None,
    shipment_id: int | None = None,
    buyer_id: int | None = None,
    variation: JsonObject | None = None,
) -> Order:
    """Adds an order with the payments its status stands for, and a shipment once it is paid.

    Args:
        world: where.
        seller_id: who sold.
        status: of the order.
        item_id: a listing of the world.
        quantity: units.
        unit_price: None: the listing's price.
        created: when it was placed.
        shipped: mode, logistic type, status and substatus of its shipment; None: no shipment.
        pack_id: the pack it belongs to.
        shipment_id: an existing shipment which it shares.
        buyer_id: None: a new buyer.
        variation: of the listing, the one that was bought.
    """
    listing = world.listings[item_id]
    own = [] if variation is None else as_objects(variation.get("attributes")) or []
    skus = (row.get("value_name") for row in [*own, *listing.attributes] if row.get("id") == "SELLER_SKU")
    sku = next((name for name in skus if isinstance(name, str)), None)
    order = Order(
        id=world.new_order_id(),
        seller_id=seller_id,
        buyer_id=200_000_000 + world.new_number(8) if buyer_id is None else buyer_id,
        site_id=listing.site_id,
        currency_id=listing.currency_id,
        status=status,
        item_id=item_id,
        title=listing.title,
        category_id=listing.category_id,
        seller_sku=sku,
        quantity=quantity,
        unit_price=listing.price if unit_price is None else unit_price,
        created=created,
        updated=_not_after(created + timedelta(minutes=20), created, world),
        closed=_not_after(created + timedelta(minutes=2), created, world) if status in PAID | {"cancelled"} else None,
        pack_id=pack_id,
        ships_as=shipped,
        tags=["paid" if status in PAID else "not_paid", "not_delivered"],
    )
    if variation is not None:
        order.variation_id = as_quantity(variation["id"])
        order.variation_attributes = as_objects(variation.get("attribute_combinations")) or []
    if pack_id is not None:
        order.tags.append("pack_order")
    _pay(world, order, created)
    if status == "cancelled":
        order.cancel_detail = _cancelled_by_buyer()
    if shipment_id is not None:
        order.shipment_id = shipment_id
    else:
        _ship_as_planned(world, order)
    if order.shipment_id is None:
        order.tags.append("no_shipping")
    world.orders[order.id] = order
    return order


def pack_of(world: World, order: Order) -> int:
    """The pack of an order; one that lies in none gets one."""
    if order.pack_id is None:
        order.pack_id = world.new_order_id()
        order.tags = [*order.tags, "pack_order"]
    return order.pack_id


def move_order(world: World, order: Order, status: str) -> None:
    """Gives an order another status, now, with the payments, tags and shipment that go with it."""
    now = world.now()
    order.status = status
    if status in PAID and order.closed is None:
        order.closed = now
    order.payments = [payment for payment in order.payments if payment.status == "rejected"]
    _pay(world, order, now)
    order.cancel_detail = _cancelled_by_buyer(now) if status == "cancelled" else None
    shipment = None if order.shipment_id is None else world.shipments.get(order.shipment_id)
    if shipment is None:
        _ship_as_planned(world, order)
    elif all(sold.status == "cancelled" for sold in world.orders.of_shipment(shipment.id)):
        shipment.status, shipment.substatus, shipment.updated = "cancelled", None, now
        world.changed("shipments", shipment.id, shipment.seller_id)
    kept = [tag for tag in order.tags if tag not in {"paid", "not_paid", "no_shipping"}]
    order.tags = ["paid" if status in PAID else "not_paid", *kept, *([] if order.shipment_id else ["no_shipping"])]
    order.updated = now


def _not_after(planned: datetime, created: datetime, world: World) -> datetime:
    """The planned moment, or now where it has not come yet."""
    return min(planned, max(created, world.now()))


def _cancelled_by_buyer(date: datetime | None = None) -> JsonObject:
    return {
        "group": "buyer",
        "code": "cancel_purchase_by_buyer",
        "description": "El comprador se arrepintió",
        "requested_by": "buyer",
        "date": None if date is None else moment(date),
        "application_id": None,
    }


def _ship_as_planned(world: World, order: Order) -> None:
    plan = order.ships_as
    if plan is None:
        return
    packed = () if order.pack_id is None else world.orders.of_pack(order.pack_id)
    shared = next((one.shipment_id for one in packed if one.shipment_id is not None), None)
    if shared is not None:
        order.shipment_id = shared
    elif order.status in PAID:
        order.shipment_id = _ship(world, order, *plan).id
    elif order.status == "cancelled":
        order.shipment_id = _ship(world, order, *plan[:2], "cancelled", None).id


def _pay(world: World, order: Order, created: datetime) -> None:
    total = order.total
    half = (total / 2).quantize(total)
    parts: dict[str, tuple[tuple[str, str, Decimal], ...]] = {
        "paid": (("approved", "accredited", total),),
        "pending_cancel": (("approved", "accredited", total),),
        "partially_paid": (("approved", "accredited", half),),
        "partially_refunded": (("approved", "accredited", total - half), ("refunded", "refunded", half)),
        "payment_in_process": (("in_process", "pending_review_manual", total),),
        "cancelled": (("refunded", "refunded", total),),
        "invalid": (("rejected", "cc_rejected_high_risk", total),),
    }
    for status, detail, amount in parts.get(order.status, ()):
        order.payments.append(add_payment(world, order, status, detail, amount, created))


def _ship(world: World, order: Order, mode: str, logistic_type: str, status: str, substatus: str | None) -> Shipment:
    tracked = mode == "me2" or status in {"shipped", "delivered"}
    shipment = Shipment(
        id=world.new_shipment_id(),
        order_id=order.id,
        seller_id=order.seller_id,
        receiver_id=order.buyer_id,
        site_id=order.site_id,
        currency_id=order.currency_id,
        mode=mode,
        logistic_type=logistic_type,
        status=status,
        substatus=substatus,
        created=order.created + timedelta(minutes=3),
        updated=order.updated,
        cost=Decimal(0) if mode == "me2" else Decimal("3200.00"),
        tracking_number=str(world.new_number(11)) if tracked else None,
        tracking_method="Correo Sandbox" if tracked else None,
    )
    world.shipments[shipment.id] = shipment
    world.changed("shipments", shipment.id, shipment.seller_id)
    return shipment
