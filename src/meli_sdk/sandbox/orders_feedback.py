"""What is said of sales: https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta"""

from datetime import timedelta
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, moment, read_object
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.orders_access import find_order
from meli_sdk.sandbox.orders_bodies import nickname
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.state import World

MAX_MESSAGE: Final = 159
EXPIRY: Final = timedelta(days=60)
REPLY_TIME: Final = timedelta(days=14)
_RATINGS: Final = frozenset({"positive", "neutral", "negative"})
_OWN_DELIVERY: Final = frozenset({"custom", "me1"})


def _checked(body: JsonObject) -> JsonObject:
    fulfilled, message = body.get("fulfilled"), body.get("message")
    if not isinstance(fulfilled, bool):
        raise refusal(400, "invalid_fulfilled", "fulfilled must be true or false")
    if not isinstance(message, str) or not 0 < len(message) <= MAX_MESSAGE:
        raise refusal(400, "bad_request", "message is required and has fewer than 160 characters")
    if fulfilled and body.get("rating") not in _RATINGS:
        raise refusal(400, "bad_request", "rating is required")
    if not fulfilled and not isinstance(body.get("reason"), str):
        raise refusal(400, "bad_request", "reason is required")
    return {"fulfilled": fulfilled, "message": message, "rating": body.get("rating"), "reason": body.get("reason")}


def make_feedback(world: World, order: Order, *, by_seller: bool, said: JsonObject) -> JsonObject:
    """A feedback with all that is printed of it; the order does not hold it yet."""
    seller = world.users[order.seller_id]
    parties: list[JsonObject] = [
        {"id": seller.id, "nickname": seller.nickname, "status": "active", "points": 100},
        {"id": order.buyer_id, "nickname": nickname(order.buyer_id), "status": "active", "points": 3},
    ]
    return {
        "id": 5_000_000_000_000 + world.new_number(12),
        "order_id": order.id,
        "app_id": "1",
        "role": "seller" if by_seller else "buyer",
        "status": "active",
        "reason": None,
        "reply": None,
        "date_created": moment(world.now()),
        "visibility_date": moment(world.now()),
        "modified": False,
        "restock_item": False,
        "has_seller_refunded_money": None,
        "extended_feedback": [],
        "site_id": order.site_id,
        "item": {
            "id": order.item_id,
            "title": order.title,
            "price": order.unit_price,
            "currency_id": order.currency_id,
        },
        "from": parties[0 if by_seller else 1],
        "to": parties[1 if by_seller else 0],
        **said,
    }


def _close_sale(world: World, order: Order) -> None:
    """A sale that the seller delivered himself is delivered once he says so."""
    order.fulfilled = order.feedback["sale"]["fulfilled"] is True
    shipment = None if order.shipment_id is None else world.shipments.get(order.shipment_id)
    if order.fulfilled and shipment is not None and shipment.mode in _OWN_DELIVERY:
        shipment.status, shipment.substatus, shipment.updated = "delivered", "fulfilled_feedback", world.now()
        world.changed("shipments", shipment.id, shipment.seller_id)
    if order.fulfilled:
        order.tags = ["delivered" if tag == "not_delivered" else tag for tag in order.tags]
    order.updated = world.now()


async def get_of_order(request: web.Request) -> web.Response:
    """Both sides."""
    order = find_order(request)
    return answer({"sale": order.feedback.get("sale"), "purchase": order.feedback.get("purchase")})


async def give(request: web.Request) -> web.Response:
    """The seller's word, once."""
    order, world = find_order(request), request.app[WORLD]
    said = _checked(await read_object(request))
    if "sale" in order.feedback:
        raise refusal(400, "bad_request", "The feedback of this order already exists")
    if not said["fulfilled"] and world.now() - order.created > EXPIRY:
        message = "You can't submit a not fulfilled feedback after order has expired."
        raise refusal(400, "not_fulfilled_feedback_in_order_expired", message)
    order.feedback["sale"] = make_feedback(world, order, by_seller=True, said=said)
    _close_sale(world, order)
    return answer(order.feedback["sale"], 201)


def _find(request: web.Request, side: str) -> tuple[Order, JsonObject]:
    wanted = request.match_info["feedback_id"]
    for order in request.app[WORLD].orders.values():
        found = order.feedback.get(side)
        if found is not None and str(found["id"]) == wanted and request[CALLER].id in {order.seller_id, order.buyer_id}:
            return order, found
    raise refusal(404, "feedback_not_found", "Feedback not found")


async def get(request: web.Request) -> web.Response:
    """One of the seller's side."""
    found = _find(request, "sale")[1]
    return answer({"adult_content": False, **{key: value for key, value in found.items() if key != "app_id"}})


async def change(request: web.Request) -> web.Response:
    """The seller's word, once more."""
    order, found = _find(request, "sale")
    found.update(_checked(await read_object(request)), modified=True)
    _close_sale(request.app[WORLD], order)
    return answer(found)


async def reply(request: web.Request) -> web.Response:
    """The seller's answer to the buyer's word."""
    order, found = _find(request, "purchase")
    text = (await read_object(request)).get("reply")
    if not isinstance(text, str) or not text:
        raise refusal(400, "bad_request", "reply is required")
    if found["reply"] is not None:
        raise refusal(400, "reply_already_exists", "The feedback has a reply already")
    if request.app[WORLD].now() - order.updated > REPLY_TIME:
        raise refusal(400, "reply_time_expired", "The time to reply has expired")
    found["reply"] = text
    return answer(found, 201)


ROUTES: Final = (
    web.get("/orders/{order_id}/feedback", get_of_order),
    web.post("/orders/{order_id}/feedback", give),
    web.get(r"/feedback/{feedback_id:\d+}", get),
    web.put(r"/feedback/{feedback_id:\d+}", change),
    web.post(r"/feedback/{feedback_id:\d+}/reply", reply),
)
