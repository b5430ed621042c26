"""The variations of an item, each by itself: https://developers.mercadolibre.com.ar/es_ar/variaciones"""

from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, read_object
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.items import closed_resource, item_body, own_item, shown_variation
from meli_sdk.sandbox.items_changing import change
from meli_sdk.sandbox.state import Listing


def _asked(request: web.Request, listing: Listing) -> JsonObject:
    wanted = request.match_info["variation_id"]
    for variation in listing.variations:
        if str(variation["id"]) == wanted:
            return variation
    raise refusal(404, "not_found", f"Variation {wanted} of item {listing.id} not found")


def _writable(request: web.Request) -> Listing:
    listing = own_item(request)
    if listing.is_global or listing.parent_id is not None:
        raise closed_resource()
    return listing


def _kept(listing: Listing, without: object = None) -> list[JsonObject]:
    return [{"id": variation["id"]} for variation in listing.variations if variation["id"] != without]


async def list_variations(request: web.Request) -> web.Response:
    """`GET /items/{id}/variations`; their attributes are there with `include_attributes=all`."""
    return answer([shown_variation(variation, request.query) for variation in own_item(request).variations])


async def get_variation(request: web.Request) -> web.Response:
    """`GET /items/{id}/variations/{variation_id}`."""
    return answer(shown_variation(_asked(request, own_item(request)), request.query))


async def post_variation(request: web.Request) -> web.Response:
    """`POST /items/{id}/variations`: one more; the answer is all of them."""
    listing, new = _writable(request), await read_object(request)
    change(request.app[WORLD], listing, {"variations": [*_kept(listing), new]})
    return answer([shown_variation(variation, request.query) for variation in listing.variations], 201)


async def delete_variation(request: web.Request) -> web.Response:
    """`DELETE /items/{id}/variations/{variation_id}`: the others stay."""
    listing = _writable(request)
    change(request.app[WORLD], listing, {"variations": _kept(listing, _asked(request, listing)["id"])})
    return answer(item_body(listing))


ROUTES: Final = (
    web.get("/items/{item_id}/variations", list_variations),
    web.post("/items/{item_id}/variations", post_variation),
    web.get("/items/{item_id}/variations/{variation_id}", get_variation),
    web.delete("/items/{item_id}/variations/{variation_id}", delete_variation),
)
