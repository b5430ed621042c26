"""How shipments move, with the orders they carry."""

from datetime import timedelta

from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.state import ComingMove, Shipment, World


def move_shipment(world: World, shipment: Shipment, status: str, substatus: str | None = None) -> None:
    """Gives a shipment another status, now, with the tags that its orders get by it."""
    now = world.now()
    shipment.status, shipment.substatus, shipment.updated = status, substatus, now
    shipment.steps.append((status, substatus, now))
    for order in world.orders.of_shipment(shipment.id):
        if status == "delivered":
            order.tags = ["delivered" if tag == "not_delivered" else tag for tag in order.tags]
        order.updated = now
    world.changed("shipments", shipment.id, shipment.seller_id)


def later(
    world: World,
    shipment: Shipment,
    status: str,
    substatus: str | None = None,
    *,
    tracking_number: str | None = None,
    tracking_url: str | None = None,
    pushed: JsonObject | None = None,
) -> None:
    """Moves a shipment as its seller said, once that shows; never where it never shows."""
    if world.options.push_lag is not None:
        move = ComingMove(
            at=world.now() + timedelta(seconds=world.options.push_lag),
            shipment_id=shipment.id,
            status=status,
            substatus=substatus,
            tracking_number=tracking_number,
            tracking_url=tracking_url,
            pushed=pushed,
        )
        world.coming.append(move)
    catch_up(world)


def catch_up(world: World) -> None:
    """Does what is due."""
    now = world.now()
    due = [move for move in world.coming if move.at <= now]
    world.coming = [move for move in world.coming if move.at > now]
    for move in due:
        shipment = world.shipments[move.shipment_id]
        shipment.tracking_number = move.tracking_number or shipment.tracking_number
        shipment.tracking_url = move.tracking_url or shipment.tracking_url
        if move.pushed is not None:
            world.desk.pushed[shipment.id] = move.pushed
            shipment.tracking_number = str(move.pushed["tracking_id"])
            shipment.tracking_method = str(move.pushed["carrier"])
            shipment.tracking_url = str(move.pushed["tracking_url"])
        move_shipment(world, shipment, move.status, move.substatus)
