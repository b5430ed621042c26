"""Stock in Mercado Libre's warehouse: https://developers.mercadolibre.com.ar/es_ar/envios-fulfillment"""

import base64
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, moment_utc
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.state import SERVER_ZONE
from meli_sdk.sandbox.stockroom import Inventory, Movement

PAGE_LIMIT: Final = 1_000
SHOWN: Final = timedelta(days=15)
LONGEST: Final = timedelta(days=60)
_INVENTORY: Final = re.compile(r"[A-Z]{4}\d{5}")


def _is_global(request: web.Request) -> bool:
    return request.path.startswith("/marketplace/")


def _seller(request: web.Request) -> int:
    """Whose stock: the caller's, or of Global Selling the marketplace account that is named."""
    caller, asked = request[CALLER], request.query.get("seller_id")
    if not _is_global(request):
        return caller.id
    if not asked:
        raise refusal(400, "bad_request", "seller_id is required")
    if not asked.isascii() or not asked.isdigit():
        raise refusal(400, "bad_request", "invalid seller_id format")
    if int(asked) not in {user.id for user in request.app[WORLD].marketplaces(caller.id)}:
        raise refusal(404, "not_found", "seller not found or not authorized")
    return int(asked)


def _own_inventory(request: web.Request, inventory_id: str) -> Inventory:
    seller_id = _seller(request)
    if not _INVENTORY.fullmatch(inventory_id):
        if _is_global(request):
            raise refusal(400, "bad_request", "invalid inventory_id format")
        raise refusal(400, "validation_error", "The field inventory_id has an invalid value")
    found = request.app[WORLD].inventories.get(inventory_id)
    if found is None or (_is_global(request) and found.seller_id != seller_id):
        if _is_global(request):
            message = "The inventory does not exist or is not associated"
            raise refusal(404, "inventory_not_associated", message)
        raise refusal(404, "seller_product_not_found", f"Inventory not found with id: {inventory_id}")
    if found.seller_id != seller_id:
        raise refusal(403, "forbidden", f"User {seller_id} cannot access to seller_product {inventory_id}")
    return found


async def get_fulfillment_stock(request: web.Request) -> web.Response:
    """`GET [/marketplace]/inventories/{id}/stock/fulfillment`."""
    found = _own_inventory(request, request.match_info["inventory_id"])
    with_conditions = request.query.get("include_attributes") == "conditions"
    detail: list[JsonObject] = []
    for status, units in found.unavailable.items():
        row: JsonObject = {"status": status, "quantity": units}
        if with_conditions:
            row["conditions"] = [{"condition": "other", "quantity": units}]
        detail.append(row)
    unavailable = sum(found.unavailable.values())
    return answer(
        {
            "inventory_id": found.id,
            "total": found.available + unavailable,
            "available_quantity": found.available,
            "not_available_quantity": unavailable,
            "not_available_detail": detail,
            "external_references": [{"type": "item", "id": found.item_id, "variation_id": None}],
        }
    )


def _movement(row: Movement) -> JsonObject:
    references: list[JsonObject] = []
    if row.shipment_id is not None:
        references.append({"type": "shipment_id", "value": str(row.shipment_id)})
    return {
        "id": str(row.id),
        "seller_id": row.seller_id,
        "inventory_id": row.inventory_id,
        "date_created": moment_utc(row.created),
        "type": row.type,
        "detail": {"available_quantity": row.change, "not_available_detail": []},
        "result": {"total": row.available, "available_quantity": row.available, "not_available_detail": []},
        "external_references": references,
    }


def _day(request: web.Request, name: str, default: date) -> date:
    asked = request.query.get(name)
    if asked is None:
        return default
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise refusal(400, "bad_request", f"invalid {name} format") from None


def _found(request: web.Request, seller_id: int) -> list[Movement]:
    query, world = request.query, request.app[WORLD]
    today = world.now().astimezone(SERVER_ZONE).date()
    start = _day(request, "date_from", today - SHOWN)
    end = _day(request, "date_to", today + timedelta(days=1))
    if not timedelta(0) <= end - start <= LONGEST + timedelta(days=1):
        raise refusal(400, "bad_request", "the range of dates is larger than 60 days")
    inventories = query.get("inventory_id", "").split(",") if query.get("inventory_id") else None
    for inventory_id in inventories or ():
        _own_inventory(request, inventory_id)
    shipment_id = query.get("external_references.shipment_id")
    return [
        row
        for row in world.movements
        if row.seller_id == seller_id
        and start <= row.created.astimezone(SERVER_ZONE).date() < end
        and (inventories is None or row.inventory_id in inventories)
        and query.get("type") in {None, row.type}
        and shipment_id in {None, str(row.shipment_id)}
    ]


def _page(rows: Sequence[Movement], scroll: str | None, limit: int) -> tuple[list[Movement], str]:
    start = int(base64.b64decode(scroll)) if scroll else 0
    page = list(rows[start : start + limit])
    return page, base64.b64encode(str(start + len(page)).encode()).decode() if page else ""


async def search_operations(request: web.Request) -> web.Response:
    """`GET [/marketplace]/stock/fulfillment/operations/search`: by scroll."""
    seller_id = _seller(request)
    if request.query.get("seller_id") != str(seller_id):
        raise refusal(403, "forbidden", "The caller is not authorized to access this resource")
    limit = int(request.query.get("limit", PAGE_LIMIT))
    if not 0 < limit <= PAGE_LIMIT:
        raise refusal(400, "bad_request", "invalid limit")
    found = _found(request, seller_id)
    page, scroll = _page(found, request.query.get("scroll"), limit)
    return answer({"paging": {"total": len(found), "scroll": scroll}, "results": [_movement(row) for row in page]})


async def get_operation(request: web.Request) -> web.Response:
    """`GET [/marketplace]/stock/fulfillment/operations/{id}`."""
    seller_id = _seller(request)
    for row in request.app[WORLD].movements:
        if str(row.id) == request.match_info["operation_id"] and row.seller_id == seller_id:
            return answer(_movement(row))
    raise refusal(404, "not_found", "Operation not found")


ROUTES: Final = tuple(
    web.get(prefix + path, handler)
    for prefix in ("", "/marketplace")
    for path, handler in (
        ("/inventories/{inventory_id}/stock/fulfillment", get_fulfillment_stock),
        ("/stock/fulfillment/operations/search", search_operations),
        (r"/stock/fulfillment/operations/{operation_id:\d+}", get_operation),
    )
)
