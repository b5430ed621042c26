"""Splitting a shipment in two: https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios"""

from collections import Counter
from dataclasses import replace
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_objects, moment, read_object
from meli_sdk.sandbox.errors import ApiError, JsonObject, refusal
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.shipments_access import find_shipment
from meli_sdk.sandbox.shipments_life import move_shipment
from meli_sdk.sandbox.state import Shipment, World

PARCELS: Final = 2
REASONS: Final = ("FRAGILE", "ANOTHER_WAREHOUSE", "IRREGULAR_SHAPE", "OTHER_MOTIVE", "DIMENSIONS_EXCEEDED")
_NOT_SPLITTABLE: Final = frozenset({"self_service", "fulfillment"})
_TOO_LATE: Final = frozenset({"shipped", "delivered", "not_delivered", "cancelled"})


def _invalid(cause: str) -> ApiError:
    return ApiError(400, {"message": "Invalid body", "error": "bad_request", "status": 400, "cause": [cause]})


def _parcels(body: JsonObject) -> list[Counter[int]]:
    """Units of each order in each of the two parcels."""
    if body.get("reason") not in REASONS:
        raise _invalid(f"/reason: value must be one of {', '.join(REASONS)}")
    packs = as_objects(body.get("packs"))
    if packs is None or len(packs) != PARCELS:
        raise _invalid("/packs: you must specify exactly 2 packs")
    parcels: list[Counter[int]] = []
    for pack in packs:
        units: Counter[int] = Counter()
        for row in as_objects(pack.get("orders")) or []:
            order_id, quantity = row.get("id"), row.get("quantity")
            if isinstance(order_id, int) and isinstance(quantity, int):
                units[order_id] += quantity
        parcels.append(units)
    return parcels


async def split(request: web.Request) -> web.Response:
    """Nothing is told of the new shipments; notifications do that."""
    world, shipment = request.app[WORLD], find_shipment(request)
    orders = world.orders.of_shipment(shipment.id)
    if request[CALLER].id != shipment.seller_id:
        message = f"The shipment {shipment.id} does not belong to merchant: {request[CALLER].id}"
        raise refusal(403, "forbidden", message)
    body = await read_object(request)
    parcels = _parcels(body)
    alone = len(orders) == 1 and orders[0].quantity < PARCELS
    if shipment.mode != "me2" or shipment.logistic_type in _NOT_SPLITTABLE or alone or shipment.sibling is not None:
        raise refusal(400, "bad_request", f"The shipment {shipment.id} cannot be split")
    if shipment.status in _TOO_LATE:
        message = "Shipment can't be splitted at this point. Invalid status."
        raise ApiError(422, {"message": message, "error": "SPLIT_ERROR_422", "status": 422, "cause": None})
    if parcels[0] + parcels[1] != Counter({order.id: order.quantity for order in orders}) or not all(parcels):
        message = "The quantities do not match"
        raise ApiError(400, {"message": message, "error": "SPLIT_ERROR_400", "status": 400, "cause": None})
    _divide(world, shipment, orders, parcels, str(body["reason"]))
    return answer({})


def _divide(world: World, shipment: Shipment, orders: list[Order], parcels: list[Counter[int]], reason: str) -> None:
    now = world.now()
    family = orders[0].pack_id or world.new_order_id()
    halves: list[Shipment] = []
    for units in parcels:
        pack_id = world.new_order_id()
        world.pack_families[pack_id] = family
        half = replace(shipment, id=world.new_shipment_id(), created=now, updated=now, steps=[], first_printed=None)
        world.shipments[half.id] = half
        halves.append(half)
        for order in orders:
            if units[order.id]:
                part = replace(
                    order,
                    watcher=None,
                    id=world.new_order_id(),
                    quantity=units[order.id],
                    pack_id=pack_id,
                    shipment_id=half.id,
                    tags=[*dict.fromkeys([*order.tags, "pack_order"])],
                    payments=[replace(payment) for payment in order.payments],
                    updated=now,
                )
                half.order_id = part.id
                world.orders[part.id] = part
    for half, other in zip(halves, reversed(halves), strict=True):
        half.sibling = {
            "reason": reason,
            "sibling_id": other.id,
            "description": None,
            "source": "seller",
            "date_created": moment(now),
            "last_updated": moment(now),
        }
    for order in orders:
        order.cancel_detail = {
            "group": "shipment",
            "code": "pack_splitted",
            "description": "The pack was split",
            "requested_by": "seller",
            "date": moment(now),
            "application_id": None,
        }
        order.status = "cancelled"
        order.pack_id = family
        order.updated = now
    move_shipment(world, shipment, "cancelled", "pack_splitted")


ROUTES: Final = (web.post("/shipments/{shipment_id}/split", split),)
