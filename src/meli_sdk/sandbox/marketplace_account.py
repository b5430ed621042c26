"""What hangs on a Global Selling account: searches, descriptions, listing types, price references, costs, holidays."""

import base64
import re
from datetime import date, timedelta
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_objects, moment_utc, read_object
from meli_sdk.sandbox.errors import JsonObject, item_not_found, refusal
from meli_sdk.sandbox.items import item_body
from meli_sdk.sandbox.marketplace_orders import global_caller
from meli_sdk.sandbox.state import Listing, User, World

PAGE_LIMIT: Final = 50
FOREWARNED: Final = 10
NOTICE: Final = timedelta(days=4)
_MARKUP: Final = re.compile("<[^>]*>")
_LISTING_TYPES: Final = frozenset({"gold_special", "gold_pro"})
_HOLIDAYS: Final = ((20, "Dia De La Prueba"), (45, "Dia Del Sandbox"), (2, "Dia De Manana"))
"""Days from now, and names."""


def _own(request: web.Request) -> Listing:
    item_id = request.match_info["item_id"]
    listing = request.app[WORLD].listings.get(item_id)
    if listing is None or listing.owner_id != request[CALLER].id:
        raise item_not_found(item_id)
    return listing


async def search_items(request: web.Request) -> web.Response:
    """`GET /marketplace/users/{id}/items/search`: by scan only."""
    world, caller, query = request.app[WORLD], global_caller(request), request.query
    if request.match_info["user_id"] != str(caller.id):
        raise refusal(403, "forbidden", "Searching another user items is restricted.")
    if query.get("search_type") != "scan":
        raise refusal(400, "bad_request", "Invalid Parameter")
    found = [listing for listing in world.listings.values() if listing.owner_id == caller.id and listing.is_global]
    if query.get("status"):
        found = [listing for listing in found if listing.status in query["status"].split(",")]
    if query.get("category_id"):
        found = [listing for listing in found if listing.category_id == query["category_id"]]
    if query.get("seller_sku"):
        found = [listing for listing in found if _sku(listing) == query["seller_sku"]]
    try:
        start = int(base64.b64decode(query.get("scroll_id", "") or base64.b64encode(b"0")))
    except ValueError:
        message = "Invalid Scroll Id: Error decode reading Scroll ID"
        raise refusal(400, "invalid.scroll.id", message) from None
    limit = int(query.get("limit", PAGE_LIMIT))
    page = found[start : start + limit]
    scroll_id = base64.b64encode(str(start + len(page)).encode()).decode() if page else ""
    return answer(
        {
            "seller_id": str(caller.id),
            "query": None,
            "paging": {"limit": limit, "total": len(found)},
            "results": [listing.id for listing in page],
            "orders": [],
            "available_orders": [],
            "scroll_id": scroll_id,
        }
    )


def _sku(listing: Listing) -> object:
    return next((row.get("value_name") for row in listing.attributes if row.get("id") == "SELLER_SKU"), None)


async def list_forewarned(request: web.Request) -> web.Response:
    """`GET /marketplace/items/catalog-forewarning`."""
    world, _ = request.app[WORLD], global_caller(request)
    limit, offset = int(request.query.get("limit", FOREWARNED)), int(request.query.get("offset", 0))
    found = world.desk.forewarned
    paging = {"total": len(found), "offset": offset, "limit": limit}
    return answer({"results": found[offset : offset + limit], "paging": paging})


def _text_target(request: web.Request, body: JsonObject) -> Listing:
    """The child of the global item whose description is meant."""
    world, listing = request.app[WORLD], _own(request)
    for name in ("site_id", "logistic_type"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise refusal(400, "Bad Request", f"Invalid or empty {name}")
    site_id, logistic_type = str(body["site_id"]), str(body["logistic_type"])
    accounts = world.marketplaces(listing.owner_id)
    if not any((user.site_id, user.logistic_type) == (site_id, logistic_type) for user in accounts):
        raise refusal(400, "bad_request", "you dont have user in this site and logistic")
    child = world.child(listing.id, site_id, logistic_type)
    if child is None:
        raise item_not_found(listing.id)
    return child


async def post_description(request: web.Request) -> web.Response:
    """`POST /marketplace/items/{id}/description`: the first one of a site; its answer has an `error` key."""
    body = await read_object(request)
    child = _text_target(request, body)
    text = body.get("plain_text")
    if not isinstance(text, str) or _MARKUP.search(text):
        wrong: JsonObject = {
            "department": "items",
            "cause_id": 398,
            "type": "error",
            "code": "item.description.type.invalid",
            "references": ["plain_text[0]"],
            "message": "The description must be in plain text",
        }
        refused = refusal(400, "validation_error", "Validation error")
        refused.body["cause"] = [wrong]
        raise refused
    if child.description:
        raise refusal(400, "item.description.invalid", "Item already has a description, use PUT instead")
    child.description = text
    return answer({"message": "", "error": "Created", "status": 201, "cause": None}, 201)


async def put_listing_type(request: web.Request) -> web.Response:
    """`PUT /items/{id}/listing_type`: Classic or Premium."""
    listing, body = _own(request), await read_object(request)
    if body.get("id") not in _LISTING_TYPES:
        raise refusal(400, "item.listing_type_id.invalid", f"Listing type {body.get('id')} is not valid.")
    listing.listing_type_id, listing.updated = str(body["id"]), request.app[WORLD].now()
    return answer(item_body(listing))


def _account(request: web.Request) -> User:
    world, caller = request.app[WORLD], global_caller(request)
    for user in world.marketplaces(caller.id):
        if request.match_info["user_id"] == str(user.id):
            return user
    raise refusal(403, "forbidden", "Can not identify the user")


async def list_references(request: web.Request) -> web.Response:
    """`GET /marketplace/benchmarks/user/{id}/items`."""
    world, account = request.app[WORLD], _account(request)
    found = sorted(item for item in world.desk.references if world.listings[item].seller_id == account.id)
    if not found:
        raise refusal(404, "not_found", "User has no items with price suggestion")
    return answer({"total": len(found), "items": found})


async def get_reference(request: web.Request) -> web.Response:
    """`GET /marketplace/benchmarks/items/{id}/details`."""
    world, item_id = request.app[WORLD], request.match_info["item_id"]
    global_caller(request)
    listing = world.listings.get(item_id)
    if listing is None or listing.parent_id is None:
        raise refusal(404, "forbidden", f"Item {item_id} is not a CBT item")
    if item_id not in world.desk.references:
        message = f"Item price reference not found, item id: [{item_id}], error: [kvs: key not found]"
        raise refusal(404, "forbidden", message)

    def price(usd: object) -> JsonObject:
        return {"amount": usd, "usd_amount": usd}

    return answer(
        {
            "item_id": item_id,
            "status": "with_benchmark_high",
            "currency_id": listing.currency_id,
            "ratio": 1,
            "strategy_type": "similar_price",
            "current_price": price(listing.price),
            "suggested_price": price(listing.price - 1),
            "estimated_taxes": price(0),
            "lowest_price": price(0),
            "internal_price": price(listing.price - 1),
            "external_price": price(0),
            "percent_difference": 8,
            "costs": {"selling_fees": 2, "shipping_fees": 3.5},
            "applicable_suggestion": True,
            "metadata": {
                "graph": [{"price": price(listing.price - 1), "info": {"title": "Otra Luz", "sold_quantity": 40}}],
                "compared_values": 1,
            },
            "last_updated": moment_utc(world.now()),
        }
    )


async def get_shipping_cost(request: web.Request) -> web.Response:
    """`GET /marketplace/items/{id}/shipping_options/cost`."""
    listing = _own(request)
    return answer(
        {
            "shipping_fee": 9.96,
            "currency_id": "USD",
            "site_id": listing.site_id,
            "billable_weight": {"value": 450, "unit": "g"},
            "free_shipping": False,
        }
    )


def _holidays(world: World) -> dict[str, str]:
    today = world.now().date()
    return {(today + timedelta(days=days)).isoformat(): name for days, name in _HOLIDAYS}


def _merchants_account(request: web.Request) -> User:
    world, caller = request.app[WORLD], global_caller(request)
    for user in world.marketplaces(caller.id):
        if request.match_info["user_id"] == str(user.id):
            return user
    raise refusal(403, "forbidden", "access denied: seller does not belong to authenticated merchant")


async def get_working_days(request: web.Request) -> web.Response:
    """`GET /marketplace/sellers/{id}/working_days`."""
    world, account = request.app[WORLD], _merchants_account(request)
    return answer(
        {
            "dates": [
                {
                    "finalized": False,
                    "closed": False,
                    "enabled": True,
                    "checked": world.desk.days_off.get((account.id, day), False),
                    "description": name,
                    "date": day,
                }
                for day, name in _holidays(world).items()
            ]
        }
    )


async def put_working_days(request: web.Request) -> web.Response:
    """`PUT /marketplace/sellers/{id}/working_days`: until four days before."""
    world, account = request.app[WORLD], _merchants_account(request)
    body = await read_object(request)
    rows = as_objects(body.get("dates"))
    if body.get("site_id") != account.site_id or not rows:
        raise refusal(400, "bad_request", "site_id is invalid")
    known = _holidays(world)
    for row in rows:
        day, checked = row.get("date"), row.get("checked")
        if day not in known or not isinstance(checked, bool):
            raise refusal(400, "bad_request", f"date is invalid: {day}")
        if date.fromisoformat(str(day)) - world.now().date() < NOTICE:
            raise refusal(400, "bad_request", "the date must be at least 4 days ahead")
    for row in rows:
        world.desk.days_off[account.id, str(row["date"])] = row["checked"] is True
    return answer({})


ROUTES: Final = (
    web.get(r"/marketplace/users/{user_id:\d+}/items/search", search_items),
    web.get("/marketplace/items/catalog-forewarning", list_forewarned),
    web.post("/marketplace/items/{item_id}/description", post_description),
    web.get("/marketplace/items/{item_id}/shipping_options/cost", get_shipping_cost),
    web.put("/items/{item_id}/listing_type", put_listing_type),
    web.get(r"/marketplace/benchmarks/user/{user_id:\d+}/items", list_references),
    web.get("/marketplace/benchmarks/items/{item_id}/details", get_reference),
    web.get(r"/marketplace/sellers/{user_id:\d+}/working_days", get_working_days),
    web.put(r"/marketplace/sellers/{user_id:\d+}/working_days", put_working_days),
)
