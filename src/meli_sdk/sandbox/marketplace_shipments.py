"""Global Selling shipments: https://global-selling.mercadolibre.com/devsite/manage-shipments"""

from datetime import timedelta
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, as_objects, moment, read_object
from meli_sdk.sandbox.errors import JsonObject, invalid_caller, refusal
from meli_sdk.sandbox.marketplace_orders import PHONES, global_caller, param_not_valid
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.shipments_bodies import new_body
from meli_sdk.sandbox.shipments_life import catch_up, later
from meli_sdk.sandbox.state import Shipment, World

PARCELS: Final = 2
SPLITTABLE: Final = frozenset({"drop_off", "cross_docking"})
_STEPS: Final = ("handling", "ready_to_ship", "shipped", "delivered")


def _own(request: web.Request) -> Shipment:
    world, caller = request.app[WORLD], global_caller(request)
    catch_up(world)
    asked = request.match_info["shipment_id"]
    shipment = world.shipments.get(int(asked))
    if shipment is None:
        raise refusal(404, "not_found_shipping_id", f"Not found shipping with id: {asked}")
    if shipment.seller_id not in {user.id for user in world.marketplaces(caller.id)}:
        raise invalid_caller()
    return shipment


def _orders(world: World, shipment: Shipment) -> list[Order]:
    return [order for order in world.orders.values() if order.shipment_id == shipment.id]


async def get_shipment(request: web.Request) -> web.Response:
    """`GET /marketplace/shipments/{id}`, in the new body only."""
    shipment = _own(request)
    body = new_body(shipment, _orders(request.app[WORLD], shipment))
    return answer({**body, "order_id": shipment.order_id, "currency_id": shipment.currency_id})


async def get_costs(request: web.Request) -> web.Response:
    """`GET .../costs`: the sender paid for a package that was larger than declared."""
    shipment = _own(request)
    receiver: JsonObject = {"user_id": shipment.receiver_id, "cost": 0, "compensation": 0, "save": 0, "discounts": []}
    sender: JsonObject = {
        "user_id": shipment.seller_id,
        "cost": shipment.cost,
        "compensation": 0,
        "save": 0,
        "discounts": [],
        "compensations": [{"amount": 4.5, "reason": "incorrect_dimensions", "comment": "Incorrect package dimensions"}],
    }
    return answer(
        {
            "gross_amount": shipment.cost,
            "currency_id": shipment.currency_id,
            "receiver": {**receiver, "cost_details": [], "compensations": []},
            "senders": [sender],
        }
    )


async def list_items(request: web.Request) -> web.Response:
    """`GET .../items`: order ids are text here."""
    shipment = _own(request)
    return answer(
        [
            {
                "item_id": order.item_id,
                "variation_id": order.variation_id,
                "description": order.title,
                "quantity": order.quantity,
                "manufacturing_time": None,
                "dimensions": {"height": 10, "width": 20, "length": 30, "weight": 450},
                "order_id": str(order.id),
                "sender_id": shipment.seller_id,
            }
            for order in _orders(request.app[WORLD], shipment)
        ]
    )


async def get_lead_time(request: web.Request) -> web.Response:
    """`GET .../lead_time`."""
    shipment = _own(request)
    return answer(new_body(shipment, _orders(request.app[WORLD], shipment))["lead_time"])


async def list_history(request: web.Request) -> web.Response:
    """`GET .../history`: the steps until now."""
    shipment = _own(request)
    reached = _STEPS[: _STEPS.index(shipment.status) + 1] if shipment.status in _STEPS else (shipment.status,)
    rows: list[JsonObject] = [
        {"status": status, "substatus": None, "date": moment(shipment.created + timedelta(hours=hours))}
        for hours, status in enumerate(reached)
    ]
    rows[-1]["substatus"] = shipment.substatus
    return answer(rows)


async def get_carrier(request: web.Request) -> web.Response:
    """`GET .../carrier`: what the seller pushed, or Mercado Libre's own."""
    shipment = _own(request)
    pushed = request.app[WORLD].desk.pushed.get(shipment.id, {})
    name = pushed.get("carrier", shipment.tracking_method or "CBT Sandbox")
    return answer({"name": name, "url": pushed.get("tracking_url", "https://tracking.example.com")})


async def get_label(request: web.Request) -> web.Response:
    """`GET .../labels`: a PDF, unless the shipment has none."""
    world, shipment = request.app[WORLD], _own(request)
    if shipment.logistic_type == "fulfillment":
        raise refusal(400, "SHPLAB0218", "INVALID_SHIPMENT_FF_PUBLIC")
    orders = _orders(world, shipment)
    if any(order.category_id == PHONES and order.id not in world.desk.imeis for order in orders):
        raise refusal(404, "Error_Shipment", "Mandatory information is missing: IMEI")
    if shipment.status == "delivered":
        message = f"Unauthorized shipments: {shipment.id}: Shipment status is 'delivered'"
        raise refusal(401, "unauthorized_scopes", message)
    return web.Response(body=f"%PDF-1.4 label {shipment.id}".encode(), content_type="application/pdf")


async def get_compensation_costs(request: web.Request) -> web.Response:
    """`GET .../compensation_costs`: what was declared and what was measured, in the units that were asked for."""
    shipment = _own(request)
    weight, length = request.query.get("weight_unit", "lb"), request.query.get("dimensions_unit", "cm")

    def package(height: int, grams: int) -> JsonObject:
        sides = {name: {"value": size, "unit": length} for name, size in (("height", height), ("width", 20))}
        return {**sides, "length": {"value": 30, "unit": length}, "weight": {"value": grams, "unit": weight}}

    return answer(
        {
            "currency_id": shipment.currency_id,
            "costs": {"declared": 12.5, "validated": 17},
            "declared": package(10, 450),
            "validated": package(16, 610),
        }
    )


async def split(request: web.Request) -> web.Response:
    """`POST .../split`: two parcels that hold every unit of every order; once."""
    world, shipment = request.app[WORLD], _own(request)
    body = await read_object(request)
    packs = as_objects(body.get("packs"))
    if packs is None or len(packs) != PARCELS:
        raise refusal(400, "bad_request", "/packs: you must specify exactly 2 packs")
    if shipment.logistic_type not in SPLITTABLE or shipment.id in world.desk.split:
        raise refusal(400, "bad_request", "The shipment cannot be split")
    sent: dict[object, int] = {}
    for row in (row for pack in packs for row in as_objects(pack.get("orders")) or ()):
        quantity = row.get("quantity")
        sent[row.get("id")] = sent.get(row.get("id"), 0) + (quantity if isinstance(quantity, int) else 0)
    if sent != {order.id: order.quantity for order in _orders(world, shipment)}:
        raise refusal(400, "SPLIT_ERROR_400", "The quantities do not match")
    world.desk.split.add(shipment.id)
    shipment.status, shipment.substatus = "cancelled", "pack_splitted"
    return answer({})


def _own_logistics(request: web.Request) -> Shipment:
    shipment = _own(request)
    if (shipment.mode, shipment.logistic_type) != ("me1", "default"):
        raise refusal(406, "not_acceptable", "Shipment configuration is not valid")
    return shipment


async def push_tracking(request: web.Request) -> web.Response:
    """`POST .../tracking`: own logistics only; the shipment is shipped after a while."""
    world, shipment = request.app[WORLD], _own_logistics(request)
    body = await read_object(request)
    if not all(isinstance(body.get(name), str) and body[name] for name in ("tracking_id", "tracking_url", "carrier")):
        raise refusal(400, "bad_request", "error when trying to parse request body")
    if shipment.status in {"delivered", "not_delivered", "cancelled"}:
        raise param_not_valid()
    later(world, shipment, "shipped", pushed=body)
    return answer({"status": "success"})


async def push_status(request: web.Request) -> web.Response:
    """`POST .../tracking/status`: final, after tracking."""
    world, shipment = request.app[WORLD], _own_logistics(request)
    body = await read_object(request)
    status = body.get("status")
    known = body.get("tracking_id") == shipment.tracking_number
    if not known or shipment.status != "shipped" or status not in {"delivered", "not_delivered"}:
        raise param_not_valid()
    later(world, shipment, str(status))
    return answer({"status": "success"})


_PATH: Final = r"/marketplace/shipments/{shipment_id:\d+}"
ROUTES: Final = (
    web.get(_PATH, get_shipment),
    web.get(f"{_PATH}/costs", get_costs),
    web.get(f"{_PATH}/items", list_items),
    web.get(f"{_PATH}/lead_time", get_lead_time),
    web.get(f"{_PATH}/history", list_history),
    web.get(f"{_PATH}/carrier", get_carrier),
    web.get(f"{_PATH}/labels", get_label),
    web.get(f"{_PATH}/compensation_costs", get_compensation_costs),
    web.post(f"{_PATH}/split", split),
    web.post(f"{_PATH}/tracking", push_tracking),
    web.post(f"{_PATH}/tracking/status", push_status),
)
