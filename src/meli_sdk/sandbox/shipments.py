"""Shipments and their parts: https://developers.mercadolibre.com.ar/es_ar/gestion-de-envios"""

from datetime import timedelta
from typing import Final

from aiohttp import web

from meli_sdk.sandbox import (
    shipments_carriers,
    shipments_catalogue,
    shipments_labels,
    shipments_split,
    shipments_tracking,
)
from meli_sdk.sandbox.answers import WORLD, answer, moment
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.shipments_access import find_shipment
from meli_sdk.sandbox.shipments_bodies import lead_time, legacy_body, new_body
from meli_sdk.sandbox.shipments_life import move_shipment


async def get_shipment(request: web.Request) -> web.Response:
    """The new body with `x-format-new: true`, else the legacy one."""
    world, shipment = request.app[WORLD], find_shipment(request)
    if request.headers.get("x-format-new", "").casefold() == "true":
        return answer(new_body(shipment, world.orders.of_shipment(shipment.id)))
    return answer(legacy_body(world, shipment))


async def list_orders(request: web.Request) -> web.Response:
    """Ids as text, and only for those who ask for the new domain."""
    if request.headers.get("X-New-Domain", "").casefold() != "true":
        raise refusal(400, "bad_request", "The header X-New-Domain is mandatory")
    shipment = find_shipment(request)
    orders = request.app[WORLD].orders.of_shipment(shipment.id)
    if not orders:
        return web.Response(status=204)
    return answer(
        [
            {
                "order_id": str(order.id),
                "pack_id": str(order.pack_id or order.id),
                "item_id": order.item_id,
                "variation_id": order.variation_id,
                "user_product_id": None,
                "seller_id": order.seller_id,
                "requested_quantity": order.quantity,
            }
            for order in orders
        ]
    )


async def list_items(request: web.Request) -> web.Response:
    """What is in the parcel."""
    shipment = find_shipment(request)
    return answer(
        [
            {
                "item_id": order.item_id,
                "description": order.title,
                "quantity": order.quantity,
                "variation_id": order.variation_id,
                "dimensions": {"height": 10, "width": 20, "length": 30, "weight": 450},
                "order_id": order.id,
                "sender_id": shipment.seller_id,
            }
            for order in request.app[WORLD].orders.of_shipment(shipment.id)
        ]
    )


async def get_costs(request: web.Request) -> web.Response:
    """Who pays what."""
    shipment = find_shipment(request)
    nothing: JsonObject = {"compensation": 0, "save": 0, "discounts": []}
    receiver: JsonObject = {"user_id": shipment.receiver_id, "cost": shipment.cost, **nothing}
    sender: JsonObject = {"user_id": shipment.seller_id, "cost": 0, **nothing}
    return answer({"gross_amount": shipment.cost, "receiver": receiver, "senders": [sender]})


async def list_payments(request: web.Request) -> web.Response:
    """The freight, for the shipments of packs."""
    shipment = find_shipment(request)
    packed = [order for order in request.app[WORLD].orders.of_shipment(shipment.id) if order.pack_id is not None]
    rows: list[JsonObject] = [
        {"payment_id": payment.id, "user_id": order.buyer_id, "amount": shipment.cost, "status": payment.status}
        for order in packed[:1]
        for payment in order.payments[:1]
    ]
    return answer(rows)


async def get_sla(request: web.Request) -> web.Response:
    """Until when the seller has to hand it over; not where Mercado Libre does that."""
    shipment = find_shipment(request)
    if shipment.status == "cancelled" or shipment.logistic_type == "fulfillment":
        raise refusal(404, "not_found", "failed to retrieve data")
    due = shipment.created + timedelta(days=1)
    return answer(
        {
            "status": "delayed" if shipment.delays else "on_time",
            "service": "xd_same_day",
            "expected_date": due.astimezone().isoformat(timespec="seconds"),
            "last_updated": shipment.updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


async def get_delays(request: web.Request) -> web.Response:
    """A 404 where there are none."""
    shipment = find_shipment(request)
    if not shipment.delays:
        raise refusal(404, "not_found", "Delays Not Found for shipment")
    return answer({"shipment_id": shipment.id, "delays": shipment.delays})


async def get_lead_time(request: web.Request) -> web.Response:
    """Method, price and times."""
    shipment = find_shipment(request)
    late = ["shipping_delayed"] if shipment.delays else []
    return answer({**lead_time(shipment), "delay": late})


async def list_history(request: web.Request) -> web.Response:
    """The newest step first."""
    shipment = find_shipment(request)
    steps = [*shipment.steps] or [(shipment.status, shipment.substatus, shipment.updated)]
    return answer(
        [
            {"status": status, "substatus": substatus, "date": moment(when)}
            for status, substatus, when in reversed(steps)
        ]
    )


async def get_carrier(request: web.Request) -> web.Response:
    """Who carries it."""
    shipment = find_shipment(request)
    if shipment.tracking_method is None and shipment.tracking_url is None:
        raise refusal(404, "not_found", "Carrier not found")
    return answer({"name": shipment.tracking_method or "Own carrier", "url": shipment.tracking_url or ""})


async def make_ready(request: web.Request) -> web.Response:
    """The seller has what had to be made."""
    shipment = find_shipment(request)
    if shipment.mode != "me2" or shipment.substatus != "manufacturing":
        raise refusal(403, "forbidden", "At least one policy returned UNAUTHORIZED.")
    move_shipment(request.app[WORLD], shipment, "ready_to_ship", "ready_to_print")
    return answer({"status": 200})


async def take_invoice(request: web.Request) -> web.Response:
    """The XML that Brazil asks for."""
    shipment = find_shipment(request)
    content = await request.read()
    if request.query.get("siteId") != "MLB" or not content.lstrip().startswith(b"<"):
        raise refusal(400, "bad_request", "The invoice is no XML of MLB")
    shipment.invoice = content
    if shipment.substatus == "invoice_pending":
        move_shipment(request.app[WORLD], shipment, "ready_to_ship", "ready_to_print")
    return answer({"status": 200})


ROUTES: Final = (
    *shipments_labels.ROUTES,
    *shipments_catalogue.ROUTES,
    *shipments_tracking.ROUTES,
    *shipments_split.ROUTES,
    *shipments_carriers.ROUTES,
    web.get("/shipments/{shipment_id}", get_shipment),
    web.get("/shipments/{shipment_id}/orders", list_orders),
    web.get("/shipments/{shipment_id}/items", list_items),
    web.get("/shipments/{shipment_id}/costs", get_costs),
    web.get("/shipments/{shipment_id}/payments", list_payments),
    web.get("/shipments/{shipment_id}/sla", get_sla),
    web.get("/shipments/{shipment_id}/delays", get_delays),
    web.get("/shipments/{shipment_id}/lead_time", get_lead_time),
    web.get("/shipments/{shipment_id}/history", list_history),
    web.get("/shipments/{shipment_id}/carrier", get_carrier),
    web.post("/shipments/{shipment_id}/process/ready_to_ship", make_ready),
    web.post("/shipments/{shipment_id}/invoice_data", take_invoice),
)
