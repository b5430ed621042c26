"""Listing types of sites, sellers and items: https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion"""

from datetime import timedelta
from typing import Final, NamedTuple

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, read_object
from meli_sdk.sandbox.errors import JsonObject, invalid_caller, refusal
from meli_sdk.sandbox.items import item_body, own_item
from meli_sdk.sandbox.items_causes import refused
from meli_sdk.sandbox.state import World
from meli_sdk.sites import GLOBAL_SELLING, SITES

FREE: Final = "free"
FREE_LISTINGS: Final = 5
"""How many free listings, and sales in a year, a seller may have."""
_YEAR: Final = timedelta(days=365)
_MAX_STOCK: Final = 99_999


class ListingType(NamedTuple):
    """One listing type; the first of the list is shown best."""

    id: str
    exposure: str
    days: int
    names: tuple[str, str, str]
    """In Spanish, Portuguese and English."""


LISTING_TYPES: Final = (
    ListingType("gold_pro", "highest", 7_300, ("Premium", "Premium", "Premium")),
    ListingType("gold_special", "highest", 7_300, ("Clásica", "Clássico", "Classic")),
    ListingType(FREE, "lowest", 60, ("Gratuita", "Grátis", "Free")),
)
EXPOSURES: Final = ("lowest", "low", "mid", "high", "highest")


def name_on(kind: ListingType, site_id: str) -> str:
    """What a site calls the listing type."""
    return kind.names[{"MLB": 1, GLOBAL_SELLING: 2}.get(site_id, 0)]


def known_site(request: web.Request) -> str:
    """The site of the path.

    Raises:
        ApiError: 404, there is none.
    """
    site_id = request.match_info["site_id"]
    if site_id not in SITES:
        raise refusal(404, "not_found", f"Site not found: {site_id}")
    return site_id


def summary(kind: ListingType, site_id: str) -> JsonObject:
    """A listing type by its name."""
    return {"site_id": site_id, "id": kind.id, "name": name_on(kind, site_id)}


async def list_site_types(request: web.Request) -> web.Response:
    """`GET /sites/{site}/listing_types`."""
    site_id = known_site(request)
    return answer([summary(kind, site_id) for kind in LISTING_TYPES])


def _by_id(listing_type_id: str) -> ListingType:
    for kind in LISTING_TYPES:
        if kind.id == listing_type_id:
            return kind
    raise refusal(404, "not_found", f"Listing type {listing_type_id} not found")


async def get_site_type(request: web.Request) -> web.Response:
    """`GET /sites/{site}/listing_types/{id}`."""
    site_id, kind = known_site(request), _by_id(request.match_info["listing_type_id"])
    fees: JsonObject = {
        "min_fee_amount": 0,
        "max_fee_amount": 0,
        "percentage_of_fee_amount": 0,
        "currency": SITES[site_id].currency,
    }
    return answer(
        {
            "id": kind.id,
            "not_available_in_categories": [],
            "configuration": {
                "name": name_on(kind, site_id),
                "listing_exposure": kind.exposure,
                "requires_picture": True,
                "max_stock_per_item": 1 if kind.id == FREE else _MAX_STOCK,
                "deduction_profile_id": None,
                "differential_pricing_id": None,
                "duration_days": {"buy_it_now": kind.days, "auction": None, "classified": None},
                "immediate_payment": {"buy_it_now": kind.id != FREE, "auction": False, "classified": False},
                "mercado_pago": "mandatory",
                "listing_fee_criteria": fees,
                "sale_fee_criteria": fees,
            },
            "exceptions_by_category": [],
        }
    )


def _exposure(level: str) -> JsonObject:
    best = level == EXPOSURES[-1]
    return {
        "id": level,
        "name": level.capitalize(),
        "home_page": best,
        "category_home_page": best,
        "advertising_on_listing_page": not best,
        "priority_in_search": len(EXPOSURES) - 1 - EXPOSURES.index(level),
    }


async def list_exposures(request: web.Request) -> web.Response:
    """`GET /sites/{site}/listing_exposures`."""
    known_site(request)
    return answer([_exposure(level) for level in EXPOSURES])


async def get_exposure(request: web.Request) -> web.Response:
    """`GET /sites/{site}/listing_exposures/{level}`."""
    known_site(request)
    level = request.match_info["exposure_id"]
    if level not in EXPOSURES:
        raise refusal(404, "not_found", f"Listing exposure {level} not found")
    return answer(_exposure(level))


def _refused(world: World, user_id: int) -> tuple[str, str] | None:
    """Why a seller may not list for free: words and code."""
    sales = sum(order.seller_id == user_id and order.created > world.now() - _YEAR for order in world.orders.values())
    if sales > FREE_LISTINGS:
        return f"You have more than {FREE_LISTINGS} transactions in the last year.", "list.transactions.exceeded"
    return None


def _free_left(world: World, user_id: int) -> int:
    held = sum(
        listing.seller_id == user_id and listing.listing_type_id == FREE and listing.status != "closed"
        for listing in world.listings.values()
    )
    return max(0, FREE_LISTINGS - held)


def _seller_and_site(request: web.Request) -> tuple[int, str]:
    category = request.app[WORLD].categories.get(request.query.get("category_id", ""))
    if request.match_info["user_id"] != str(request[CALLER].id):
        raise invalid_caller()
    if category is None:
        raise refusal(404, "not_found", f"Category not found: {request.query.get('category_id', '')}")
    return request[CALLER].id, category.site_id


async def list_user_types(request: web.Request) -> web.Response:
    """`GET /users/{id}/available_listing_types`."""
    world, (user_id, site_id) = request.app[WORLD], _seller_and_site(request)
    rows: list[JsonObject] = []
    for kind in LISTING_TYPES:
        left = _free_left(world, user_id) if kind.id == FREE else None
        if left != 0 and (kind.id != FREE or _refused(world, user_id) is None):
            rows.append({**summary(kind, site_id), "remaining_listings": left})
    return answer({"category_id": request.query["category_id"], "available": rows})


async def get_user_type(request: web.Request) -> web.Response:
    """`GET /users/{id}/available_listing_type/{type}`."""
    world, (user_id, _) = request.app[WORLD], _seller_and_site(request)
    kind = _by_id(request.match_info["listing_type_id"])
    refused = _refused(world, user_id) if kind.id == FREE else None
    cause, code = refused or (None, None)
    return answer({"available": refused is None, "cause": cause, "code": code})


def _others(request: web.Request, *, better: bool, worse: bool) -> web.Response:
    listing = own_item(request)
    ids = [kind.id for kind in LISTING_TYPES]
    own = ids.index(listing.listing_type_id) if listing.listing_type_id in ids else len(ids)
    found = [
        summary(kind, listing.site_id)
        for place, kind in enumerate(LISTING_TYPES)
        if (better and place < own) or (worse and place > own)
    ]
    return answer(found if listing.status in {"active", "paused"} else [])


async def list_item_types(request: web.Request) -> web.Response:
    """`GET /items/{id}/available_listing_types`: those it has not."""
    return _others(request, better=True, worse=True)


async def list_upgrades(request: web.Request) -> web.Response:
    """`GET /items/{id}/available_upgrades`."""
    return _others(request, better=True, worse=False)


async def list_downgrades(request: web.Request) -> web.Response:
    """`GET /items/{id}/available_downgrades`."""
    return _others(request, better=False, worse=True)


async def set_item_type(request: web.Request) -> web.Response:
    """`POST /items/{id}/listing_type`: as the pages of the sites have it."""
    world, listing = request.app[WORLD], own_item(request)
    chosen = (await read_object(request)).get("id")
    if chosen not in {kind.id for kind in LISTING_TYPES}:
        raise refusal(400, "item.listing_type_id.invalid", f"Listing type {chosen} is not valid.")
    if chosen != FREE and not listing.pictures:
        message = f"Item pictures are mandatory for listing type {chosen}."
        raise refused("item.listing_type_id.requiresPictures", message, "item.pictures", cause_id=173)
    listing.listing_type_id, listing.updated = str(chosen), world.now()
    world.changed("items", listing.id, listing.seller_id)
    return answer(item_body(listing))


ROUTES: Final = (
    web.get("/sites/{site_id}/listing_types", list_site_types),
    web.get("/sites/{site_id}/listing_types/{listing_type_id}", get_site_type),
    web.get("/sites/{site_id}/listing_exposures", list_exposures),
    web.get("/sites/{site_id}/listing_exposures/{exposure_id}", get_exposure),
    web.get(r"/users/{user_id:\d+}/available_listing_types", list_user_types),
    web.get(r"/users/{user_id:\d+}/available_listing_type/{listing_type_id}", get_user_type),
    web.get("/items/{item_id}/available_listing_types", list_item_types),
    web.get("/items/{item_id}/available_upgrades", list_upgrades),
    web.get("/items/{item_id}/available_downgrades", list_downgrades),
    web.post("/items/{item_id}/listing_type", set_item_type),
)
