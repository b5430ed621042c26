"""Items through the local resource: https://developers.mercadolibre.com.ar/es_ar/producto-sincroniza-modifica-publicaciones"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, moment_utc, selected
from meli_sdk.sandbox.errors import ApiError, JsonObject, item_not_found, refusal
from meli_sdk.sandbox.pictures_links import thumbnail
from meli_sdk.sandbox.state import Listing
from meli_sdk.sandbox.users import CITY
from meli_sdk.sites import SITES


def closed_resource() -> ApiError:
    """What the old resources say to a global item since only `/global/items` changes one."""
    return refusal(400, "validation_error", "Cannot modify CBT item from this resource.")


def permalink(listing: Listing) -> str:
    """The page where buyers see the item; a global item has none."""
    host = SITES[listing.site_id].authorization_host
    if listing.is_global or host is None:
        return ""
    words = "-".join(listing.title.casefold().split())
    shop = "produto" if listing.site_id == "MLB" else "articulo"
    return f"https://{host.replace('auth', shop, 1)}/{listing.site_id}-{listing.id[3:]}-{words}-_JM"


def warranty(listing: Listing) -> str:
    """The warranty in words, as the sale terms say it."""
    return ": ".join(str(term.get("value_name")) for term in listing.sale_terms) or "Sin garantía"


def item_body(listing: Listing) -> JsonObject:
    """The item as `/items` shows it; the description is not inside."""
    stock = listing.available_quantity
    return {
        "id": listing.id,
        "site_id": listing.site_id,
        "title": listing.title,
        "subtitle": None,
        "seller_id": listing.seller_id,
        "category_id": listing.category_id,
        "official_store_id": None,
        "price": listing.price,
        "base_price": listing.price,
        "original_price": None,
        "currency_id": listing.currency_id,
        "initial_quantity": stock + listing.sold_quantity,
        "available_quantity": stock,
        "sold_quantity": listing.sold_quantity,
        "sale_terms": listing.sale_terms,
        "buying_mode": "buy_it_now",
        "listing_type_id": listing.listing_type_id,
        "start_time": moment_utc(listing.created),
        "stop_time": None,
        "condition": "new",
        "permalink": permalink(listing),
        "thumbnail": thumbnail(listing),
        "pictures": listing.pictures,
        "video_id": None,
        "descriptions": [],
        "accepts_mercadopago": True,
        "non_mercado_pago_payment_methods": [],
        "shipping": {
            "mode": "me2",
            "methods": [],
            "tags": listing.shipping_tags,
            "dimensions": None,
            "local_pick_up": False,
            "free_shipping": False,
            "logistic_type": listing.logistic_type or "drop_off",
            "store_pick_up": False,
            **listing.shipping,
        },
        "seller_address": {"city": {"id": None, "name": CITY}, "state": {"id": None, "name": None}},
        "international_delivery_mode": "none",
        "attributes": listing.attributes,
        "variations": listing.variations,
        "status": listing.status,
        "sub_status": listing.sub_status,
        "tags": ["test_item", "immediate_payment", *listing.tags],
        "warranty": warranty(listing),
        "catalog_product_id": None,
        "domain_id": None,
        "parent_item_id": listing.relisted_from or listing.parent_id,
        "user_product_id": listing.user_product_id,
        "inventory_id": listing.inventory_id,
        "automatic_relist": False,
        "date_created": moment_utc(listing.created),
        "last_updated": moment_utc(listing.updated),
        "channels": ["marketplace"],
        "catalog_listing": False,
        "seller_custom_field": None,
        "warnings": [],
        **listing.more,
    }


def own_item(request: web.Request) -> Listing:
    """The item that the path names.

    Raises:
        ApiError: 404, there is none; 403, it is another seller's.
    """
    item_id = request.match_info["item_id"]
    listing = request.app[WORLD].listings.get(item_id)
    if listing is None:
        raise item_not_found(item_id)
    if listing.owner_id != request[CALLER].id:
        raise ApiError(
            403,
            {
                "message": "Access to the requested resource is forbidden",
                "error": "access_denied",
                "status": 403,
                "cause": None,
            },
        )
    return listing


def shown_variation(variation: JsonObject, query: Mapping[str, str]) -> JsonObject:
    """A variation as it is read: its own attributes are there with `include_attributes=all` alone."""
    if query.get("include_attributes") == "all":
        return variation
    return {name: value for name, value in variation.items() if name != "attributes"}


def shown_item(listing: Listing, query: Mapping[str, str]) -> JsonObject:
    """The item as it is read, with all its fields."""
    return item_body(listing) | {"variations": [shown_variation(row, query) for row in listing.variations]}


async def get_item(request: web.Request) -> web.Response:
    """`GET /items/{id}`, whole or the fields that `attributes=` names."""
    return answer(selected(shown_item(own_item(request), request.query), request.query))


async def list_marketplace_items(request: web.Request) -> web.Response:
    """`GET /items/{CBT}/marketplace_items`: where a global item is listed."""
    parent = own_item(request)
    children = request.app[WORLD].children(parent.id)
    return answer(
        {
            "item_id": parent.id,
            "user_id": parent.seller_id,
            "site_id": parent.site_id,
            "date_created": moment_utc(parent.created),
            "marketplace_items": [
                {
                    "item_id": child.id,
                    "user_id": child.seller_id,
                    "site_id": child.site_id,
                    "date_created": moment_utc(child.created),
                    "parent_id": parent.id,
                }
                for child in children
            ],
            "parent_id": "",
        }
    )


ROUTES: Final = (
    web.get("/items/{item_id}", get_item),
    web.get("/items/{item_id}/marketplace_items", list_marketplace_items),
)
