"""Orders and packs: https://developers.mercadolibre.com.ar/es_ar/gestiona-ventas"""

from datetime import datetime
from typing import Final

from aiohttp import web

from meli_sdk.sandbox import orders_billing, orders_documents, orders_feedback, orders_notes
from meli_sdk.sandbox.answers import CALLER, WORLD, answer, read_object
from meli_sdk.sandbox.errors import JsonObject, invalid_caller, invalid_parameter, refusal
from meli_sdk.sandbox.orders_access import find_order, find_pack
from meli_sdk.sandbox.orders_bodies import order_answer
from meli_sdk.sandbox.orders_search import search_orders
from meli_sdk.sandbox.shipments_bodies import legacy_body
from meli_sdk.sandbox.state import SERVER_ZONE


async def get_order(request: web.Request) -> web.Response:
    """For the order's seller and buyer."""
    return order_answer(find_order(request))


async def get_product(request: web.Request) -> web.Response:
    """The marks of the goods."""
    return answer({"attributes": find_order(request).serials})


async def get_discounts(request: web.Request) -> web.Response:
    """What was taken off."""
    order = find_order(request)
    if not order.discounts:
        raise refusal(404, "not_found", "Order discounts not found")
    return answer({"details": order.discounts})


async def list_shipments(request: web.Request) -> web.Response:
    """Ids in an array for those who ask for the new domain; else the older view: one shipment, or all in full."""
    order, world = find_order(request), request.app[WORLD]
    ids = [*([] if order.shipment_id is None else [order.shipment_id]), *order.returns]
    if not ids:
        return web.Response(status=204)
    shipments = [world.shipments[shipment_id] for shipment_id in ids]
    if request.headers.get("X-New-Domain", "").casefold() == "true":
        return answer([{"id": one.id, "type": one.direction} for one in shipments])
    bodies: list[JsonObject] = [
        {**legacy_body(world, one), "pack_id": order.pack_id, "order_id": order.id} for one in shipments
    ]
    return answer(bodies if request.query.get("list_all") == "true" else bodies[0])


async def get_pack(request: web.Request) -> web.Response:
    """The orders that one buyer paid together."""
    pack_id, orders = find_pack(request)
    first = orders[0]
    if first.pack_id is None:
        raise refusal(404, "not_found", "Order do not exists")
    world = request.app[WORLD]
    cancelled = all(order.status == "cancelled" for order in orders)
    details = [order.cancel_detail or {} for order in orders]
    split = cancelled and all(detail.get("code") == "pack_splitted" for detail in details)
    return answer(
        {
            "id": pack_id,
            "status": "cancelled" if cancelled else "released",
            "status_detail": "splitted" if split else details[0].get("requested_by") if cancelled else None,
            "orders": [{"id": order.id, "static_tags": list[str]()} for order in orders],
            "shipment": None if first.shipment_id is None else {"id": first.shipment_id},
            "family_pack_id": world.pack_families.get(pack_id),
            "trash_pack_id": None,
            "date_created": _pack_moment(first.created),
            "last_updated": _pack_moment(max(order.updated for order in orders)),
            "buyer": {"id": first.buyer_id},
        }
    )


def _pack_moment(value: datetime) -> str:
    return value.astimezone(SERVER_ZONE).strftime("%Y-%m-%dT%H:%M:%S.000%z")


async def block_buyer(request: web.Request) -> web.Response:
    """The buyer cannot buy from this seller any more."""
    seller_id = int(request.match_info["user_id"])
    if request[CALLER].id != seller_id:
        raise invalid_caller()
    buyer_id = (await read_object(request)).get("user_id")
    if not isinstance(buyer_id, int):
        raise invalid_parameter()
    request.app[WORLD].catalogue.blocked_buyers.setdefault(seller_id, set()).add(buyer_id)
    return answer({"user_id": buyer_id}, 201)


ROUTES: Final = (
    web.get("/orders/search", search_orders),
    *orders_billing.ROUTES,
    *orders_feedback.ROUTES,
    *orders_notes.ROUTES,
    *orders_documents.ROUTES,
    web.get("/orders/{order_id}", get_order),
    web.get("/orders/{order_id}/product", get_product),
    web.get("/orders/{order_id}/discounts", get_discounts),
    web.get("/orders/{order_id}/shipments", list_shipments),
    web.get(r"/packs/{pack_id:\d+}", get_pack),
    web.post(r"/users/{user_id:\d+}/order_blacklist", block_buyer),
)
