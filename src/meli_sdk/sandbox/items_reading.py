"""Many items at once, and the search of a seller's own: https://developers.mercadolibre.com.ar/es_ar/items-y-busquedas"""

import base64
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_objects
from meli_sdk.sandbox.errors import JsonObject, invalid_parameter, refusal
from meli_sdk.sandbox.items import shown_item
from meli_sdk.sandbox.state import Listing

MAX_IDS: Final = 20
MAX_PAGE: Final = 100
MAX_OFFSET: Final = 1000
MANY_ITEMS: Final = 200_000
_ORDERS: Final = ("stop_time_asc", "stop_time_desc", "start_time_asc", "start_time_desc")
_SKU: Final = "SELLER_SKU"


def _ids(request: web.Request) -> list[str]:
    """The ids that are asked for; today's form refuses a repeated one and more than twenty."""
    wanted = [item_id for item_id in request.query.get("ids", "").split(",") if item_id]
    if not wanted or len(wanted) > MAX_IDS or len(set(wanted)) != len(wanted):
        raise invalid_parameter()
    return wanted


def _chosen(body: JsonObject, names: Iterable[str]) -> JsonObject:
    return {name: body[name] for name in names if name in body}


async def get_in_bulk(request: web.Request) -> web.Response:
    """`GET /items/bulk?ids=`: a row for each id, in their order; fields of the body are asked for as `body.name`."""
    world, caller = request.app[WORLD], request[CALLER]
    wanted = [name for name in request.query.get("attributes", "").split(",") if name]
    fields = [name.removeprefix("body.") for name in wanted if name.startswith("body.")]
    rows: list[JsonObject] = []
    for item_id in _ids(request):
        listing = world.listings.get(item_id)
        row: JsonObject = {"id": item_id, "status_code": 404}
        if listing is not None and listing.owner_id != caller.id:
            row["status_code"] = 403
        elif listing is not None:
            body = shown_item(listing, request.query)
            row |= {"status_code": 200, "body": _chosen(body, fields) if wanted else body}
        rows.append(_chosen(row, ["body", *wanted]) if wanted else row)
    return answer(rows)


async def get_by_ids(request: web.Request) -> web.Response:
    """`GET /items?ids=`: the older form."""
    world, caller = request.app[WORLD], request[CALLER]
    fields = [name for name in request.query.get("attributes", "").split(",") if name]
    rows: list[JsonObject] = []
    for item_id in _ids(request):
        listing = world.listings.get(item_id)
        if listing is None:
            rows.append({"code": 404, "body": {"id": item_id, "message": "item not found", "error": "not_found"}})
        elif listing.owner_id != caller.id:
            refused = {"message": "Access to the requested resource is forbidden", "error": "access_denied"}
            rows.append({"code": 403, "body": {"id": item_id, **refused}})
        else:
            body = shown_item(listing, request.query)
            rows.append({"code": 200, "body": _chosen(body, fields) if fields else body})
    return answer(rows)


def skus(listing: Listing) -> set[str]:
    """The SKUs of an item and of its variations."""
    attributes = list(listing.attributes)
    for variation in listing.variations:
        attributes += as_objects(variation.get("attributes")) or []
    return {str(attribute.get("value_name")) for attribute in attributes if attribute.get("id") == _SKU}


_FILTERS: Final[dict[str, Callable[[Listing, str], bool]]] = {
    "status": lambda listing, value: listing.status == value,
    "seller_sku": lambda listing, value: value in skus(listing),
    "sku": lambda listing, value: listing.more.get("seller_custom_field") == value,
    "user_product_id": lambda listing, value: listing.user_product_id in value.split(","),
    "listing_type_id": lambda listing, value: listing.listing_type_id == value,
    "logistic_type": lambda listing, value: listing.logistic_type == value,
    "category_id": lambda listing, value: listing.category_id == value,
}


def _is_shown(listing: Listing, now: datetime) -> bool:
    """Whether the search knows the item by now; one that was deleted is off the list."""
    return "deleted" not in listing.sub_status and (listing.found_from is None or listing.found_from <= now)


def scroll_id(place: int) -> str:
    """What a scan that goes on at this row is asked with."""
    return base64.b64encode(f"scan:{place}".encode()).decode()


def scrolled_to(scroll_id: str) -> int:
    """The row where a scan goes on.

    Raises:
        ApiError: 400, no scan gave this id.
    """
    try:
        kind, _, place = base64.b64decode(scroll_id, validate=True).decode().partition(":")
        if kind == "scan":
            return int(place)
    except ValueError:
        pass
    raise refusal(400, "invalid.scroll.id", "Invalid Scroll Id: Error decode reading Scroll ID")


async def search(request: web.Request) -> web.Response:
    """`GET /users/{id}/items/search`: ids only; beyond the offset of 1,000 only a scan goes on."""
    world, caller = request.app[WORLD], request[CALLER]
    if request.match_info["user_id"] != str(caller.id):
        raise refusal(403, "forbidden", "Searching another user items is restricted.")
    query = request.query
    asked = [(_FILTERS[name], value) for name, value in query.items() if name in _FILTERS]
    found = [
        listing.id
        for listing in world.listings.values()
        if listing.seller_id == caller.id
        and _is_shown(listing, world.now())
        and all(fits(listing, value) for fits, value in asked)
    ]
    try:
        limit, offset = int(query.get("limit", "50")), int(query.get("offset", "0"))
    except ValueError:
        raise invalid_parameter() from None
    scan = query.get("search_type") == "scan"
    if not 0 < limit <= MAX_PAGE or not 0 <= offset <= MAX_OFFSET or (scan and "offset" in query):
        raise refusal(400, "bad_request", "Invalid limit and offset values")
    if scan:
        offset = scrolled_to(query["scroll_id"]) if query.get("scroll_id") else 0
    paging: JsonObject = {"limit": limit, "total": len(found)}
    if not scan:
        paging["offset"] = offset
    body: JsonObject = {
        "seller_id": str(caller.id),
        "query": None,
        "paging": paging,
        "results": found[offset : offset + limit],
        "orders": [{"id": "stop_time_asc", "name": "Stop time ascending"}],
        "available_orders": [{"id": name, "name": name.replace("_", " ").capitalize()} for name in _ORDERS],
    }
    if scan:
        body["scroll_id"] = scroll_id(offset + limit) if offset < len(found) else None
    return answer(body)


async def get_restrictions(request: web.Request) -> web.Response:
    """`GET /users/{id}/items/search/restrictions`: very large sellers may neither filter nor sort."""
    world, caller = request.app[WORLD], request[CALLER]
    if request.match_info["user_id"] != str(caller.id):
        raise refusal(403, "forbidden", "Searching another user items is restricted.")
    held = sum(listing.seller_id == caller.id for listing in world.listings.values())
    allowed = held <= MANY_ITEMS
    return answer({"aggregations_allowed": allowed, "query_allowed": allowed, "sort_allowed": allowed})


ROUTES: Final = (
    web.get("/items/bulk", get_in_bulk),
    web.get("/items", get_by_ids),
    web.get("/users/{user_id}/items/search", search),
    web.get("/users/{user_id}/items/search/restrictions", get_restrictions),
)
