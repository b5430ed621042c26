"""Descriptions of items: https://developers.mercadolibre.com.ar/es_ar/descripcion-de-articulos"""

from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, moment_utc, read_object
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.items import own_item
from meli_sdk.sandbox.items_causes import Causes, invalid_fields, refused
from meli_sdk.sandbox.items_changing import changed, describe
from meli_sdk.sandbox.items_validation import check_description, plain_text
from meli_sdk.sandbox.state import Listing


def _body(listing: Listing) -> JsonObject:
    made, last = listing.described or (listing.created, listing.created)
    return {
        "text": "",
        "plain_text": listing.description,
        "last_updated": moment_utc(last),
        "date_created": moment_utc(made),
        "snapshot": {"url": "", "width": 0, "height": 0, "status": ""},
    }


def _described(request: web.Request) -> Listing:
    listing = own_item(request)
    if not listing.description:
        raise refusal(404, "not_found", f"Description of item {listing.id} not found")
    return listing


async def _set(request: web.Request, listing: Listing) -> web.Response:
    body = await read_object(request)
    if alien := body.keys() - {"plain_text"}:
        raise invalid_fields(sorted(alien))
    if listing.status == "closed":
        raise refused("item.status.invalid", f"Item {listing.id} is closed.", "item.status")
    text, causes = plain_text(body), Causes()
    if text is None:
        raise refused("item.description.type.invalid", "The description must be in plain text", cause_id=398)
    check_description(causes, text)
    causes.check()
    describe(request.app[WORLD], listing, text)
    changed(request.app[WORLD], listing)
    return answer(_body(listing), 201 if request.method == "POST" else 200)


async def get_description(request: web.Request) -> web.Response:
    """`GET /items/{id}/description`; 404 where there is none."""
    return answer(_body(_described(request)))


async def post_description(request: web.Request) -> web.Response:
    """`POST /items/{id}/description`: the first one."""
    listing = own_item(request)
    if listing.description:
        raise refusal(400, "item.description.invalid", "Item already has a description, use PUT instead")
    return await _set(request, listing)


async def put_description(request: web.Request) -> web.Response:
    """`PUT /items/{id}/description?api_version=2`: in the place of the one that is there."""
    return await _set(request, _described(request))


ROUTES: Final = (
    web.get("/items/{item_id}/description", get_description),
    web.post("/items/{item_id}/description", post_description),
    web.put("/items/{item_id}/description", put_description),
)
