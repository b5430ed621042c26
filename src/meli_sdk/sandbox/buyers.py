"""Buyers: orders that come by themselves, and move through their life by themselves."""

from datetime import datetime, timedelta
from typing import Final

from meli_sdk.sandbox.answers import as_quantity
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.orders_life import PAID, add_order, move_order
from meli_sdk.sandbox.shipments_life import move_shipment
from meli_sdk.sandbox.state import Listing, Shipment, World

UNPAID: Final = frozenset({"confirmed", "payment_required", "partially_paid", "payment_in_process"})
_WAYS: Final = (
    *((("me2", "drop_off", "ready_to_ship", "ready_to_print"),) * 6),
    ("me2", "self_service", "ready_to_ship", "ready_to_print"),
    ("me1", "default", "ready_to_ship", None),
    ("custom", "custom", "pending", None),
)
"""How new orders are shipped, drawn from: six in nine by Mercado Envíos."""
_TO_PAY: Final = timedelta(minutes=15)
_TO_HAND_OVER: Final = timedelta(hours=6)
_ON_THE_ROAD: Final = timedelta(hours=36)
_GIVES_UP: Final = 0.12
_UNDER_REVIEW: Final = 0.25
_REGRETS: Final = 0.04


def open_market(world: World, orders_per_hour: float) -> None:
    """From now on so many orders come in an hour, and all orders move on by themselves.

    Raises:
        ValueError: the rate is negative.
    """
    if not 0 <= orders_per_hour <= 1_000_000:  # noqa: PLR2004
        message = f"orders per hour are 0 to 1,000,000, got {orders_per_hour}"
        raise ValueError(message)
    market = world.market
    market.orders_per_hour = orders_per_hour
    market.next_order = None
    if orders_per_hour:
        market.next_order = world.now() + _drawn(world, timedelta(hours=1) / orders_per_hour)
        for order in world.orders.values():
            if order.id not in market.steps:
                _plan(world, order)
    else:
        market.steps.clear()


def catch_up(world: World) -> int:
    """Does what buyers have done by now; how many steps that were."""
    market, now = world.market, world.now()
    done = 0
    while market.next_order is not None and market.next_order <= now:
        _buy(world, market.next_order)
        market.next_order += _drawn(world, timedelta(hours=1) / market.orders_per_hour)
        done += 1
    for order_id in [order_id for order_id, when in market.steps.items() if when <= now]:
        del market.steps[order_id]
        order = world.orders.get(order_id)
        if order is not None:
            _step(world, order)
            _plan(world, order)
            done += 1
    return done


def _drawn(world: World, mean: timedelta) -> timedelta:
    return mean * world.market.chances.expovariate(1.0)


def _buy(world: World, when: datetime) -> None:
    goods = [
        listing
        for listing in world.listings.values()
        if listing.status == "active" and not listing.is_global and listing.available_quantity
    ]
    if not goods:
        return  # all is sold out: buyers come back when there is stock again
    chances = world.market.chances
    listing = chances.choice(goods)
    variation = _wanted(world, listing)
    stock = listing.available_quantity if variation is None else units(variation)
    quantity = min(stock, chances.choice((1, 1, 1, 2, 3)))
    order = add_order(
        world,
        seller_id=listing.seller_id,
        status="paid" if chances.random() > _UNDER_REVIEW else "payment_required",
        item_id=listing.id,
        quantity=quantity,
        unit_price=None,
        created=when,
        shipped=chances.choice(_WAYS),
        variation=variation,
    )
    _take(world, listing, quantity, variation)
    _plan(world, order)


def units(variation: JsonObject) -> int:
    """How many units of a variation there are."""
    return as_quantity(variation.get("available_quantity")) or 0


def _wanted(world: World, listing: Listing) -> JsonObject | None:
    """The variation that a buyer takes; None: the item has none that is in stock of its own."""
    there = [variation for variation in listing.variations if units(variation)]
    return world.market.chances.choice(there) if there else None


def _take(world: World, listing: Listing, quantity: int, variation: JsonObject | None) -> None:
    """What is sold leaves the stock; an item of which nothing is left is paused."""
    product = world.user_products.get(listing.user_product_id or "")
    listing.sold_quantity += quantity
    if variation is not None:
        variation["available_quantity"] = units(variation) - quantity
        variation["sold_quantity"] = (as_quantity(variation.get("sold_quantity")) or 0) + quantity
    if product is None:
        listing.restock(listing.available_quantity - quantity)
        world.changed("items", listing.id, listing.seller_id)
        return
    for place in product.places:
        taken = min(place.quantity, quantity)
        place.quantity -= taken
        quantity -= taken
    product.version += 1
    world.settle_stock(product)
    world.stock_changed(product)


def _plan(world: World, order: Order) -> None:
    """When the order moves next; some have come to their end."""
    shipment = _shipment(world, order)
    if order.status in UNPAID or order.status == "pending_cancel":
        mean = _TO_PAY
    elif order.status in PAID and shipment is not None and shipment.status in {"pending", "handling", "ready_to_ship"}:
        mean = _TO_HAND_OVER
    elif shipment is not None and shipment.status == "shipped":
        mean = _ON_THE_ROAD
    else:
        return
    world.market.steps[order.id] = world.now() + _drawn(world, mean)


def _shipment(world: World, order: Order) -> Shipment | None:
    return None if order.shipment_id is None else world.shipments.get(order.shipment_id)


def _step(world: World, order: Order) -> None:
    chance, shipment = world.market.chances.random(), _shipment(world, order)
    if order.status == "pending_cancel":
        move_order(world, order, "cancelled")
    elif order.status in UNPAID:
        if chance < _GIVES_UP:
            move_order(world, order, "cancelled")
        elif order.status != "payment_in_process" and chance < _GIVES_UP + _UNDER_REVIEW:
            move_order(world, order, "payment_in_process")
        else:
            move_order(world, order, "paid")
    elif shipment is None:
        return
    elif shipment.status == "shipped":
        move_shipment(world, shipment, "delivered")
    elif shipment.mode != "me2":
        return  # its seller says when it leaves
    elif shipment.status != "ready_to_ship":
        move_shipment(world, shipment, "ready_to_ship", "ready_to_print")
    elif chance < _REGRETS:
        move_order(world, order, "cancelled")
    else:
        move_shipment(world, shipment, "shipped")
