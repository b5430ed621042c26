"""Who may see a shipment."""

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD
from meli_sdk.sandbox.errors import refusal
from meli_sdk.sandbox.shipments_life import catch_up
from meli_sdk.sandbox.state import Shipment


def find_shipment(request: web.Request) -> Shipment:
    """The shipment of the path as it is by now, if it is the caller's.

    Raises:
        ApiError: 400, no number; 403, another seller's; 404, there is none.
    """
    world, asked = request.app[WORLD], request.match_info["shipment_id"]
    catch_up(world)
    if not asked.isascii() or not asked.isdigit():
        raise refusal(400, "bad_request", f"Invalid shipment id: {asked}")
    shipment = world.shipments.get(int(asked))
    if shipment is None:
        raise refusal(404, "not_found_shipping_id", f"Not found shipping with id: {asked}")
    if request[CALLER].id not in {shipment.seller_id, shipment.receiver_id}:
        raise refusal(403, "forbidden", "At least one policy returned UNAUTHORIZED.")
    return shipment
