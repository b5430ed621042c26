"""Who may see an order or a pack."""

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD
from meli_sdk.sandbox.errors import refusal
from meli_sdk.sandbox.orders_book import Order


def _not_owned() -> Exception:
    return refusal(403, "not_owned_order", "The user has not access to the order")


def find_order(request: web.Request, order_id: str | None = None) -> Order:
    """The order of the path, or the one with this id, if it is the caller's.

    Raises:
        ApiError: 400, no number; 403, another seller's; 404, there is none.
    """
    asked = request.match_info["order_id"] if order_id is None else order_id
    if not asked.isascii() or not asked.isdigit():
        raise refusal(400, "invalid_order_id", "The order id is not a number")
    order = request.app[WORLD].orders.get(int(asked))
    if order is None:
        raise refusal(404, "order_not_found", "Order not found.")
    if request[CALLER].id not in {order.seller_id, order.buyer_id}:
        raise _not_owned()
    return order


def find_pack(request: web.Request) -> tuple[int, list[Order]]:
    """The pack of the path and its orders, if they are the caller's. An order without a pack counts as one.

    Raises:
        ApiError: 400, an order of a pack; 403, another seller's; 404, there is none.
    """
    pack_id = int(request.match_info["pack_id"])
    book = request.app[WORLD].orders
    alone = book.get(pack_id)
    if alone is not None and alone.pack_id is not None:
        raise refusal(400, "bad_request", "The order belong to a pack/purchase")
    orders = book.of_pack(pack_id) if alone is None else [alone]
    if not orders:
        raise refusal(404, "not_found", "Order do not exists")
    if request[CALLER].id not in {orders[0].seller_id, orders[0].buyer_id}:
        raise _not_owned()
    return pack_id, orders
