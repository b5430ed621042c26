"""What shipping an item costs: https://developers.mercadolibre.com.ar/es_ar/costos-de-envios

Costs are the sandbox's own: three dollars and one more for each kilogram, twice as much for the fast service. Nothing is
shipped to a zip code of zeros.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_object, moment, read_object
from meli_sdk.sandbox.categories import SHIPPING_MODES
from meli_sdk.sandbox.currencies import per_dollar
from meli_sdk.sandbox.errors import JsonObject, invalid_parameter, item_not_found, refusal
from meli_sdk.sandbox.state import Listing
from meli_sdk.sandbox.users_account import own_user
from meli_sdk.sites import SITES

PACKAGE_GRAMS: Final = 900
"""Of an item whose package nobody measured."""
_CENT: Final = Decimal("0.01")
_ZIP_DIGITS: Final[Mapping[str, int]] = {"MLA": 4, "MLB": 8, "MLM": 5}
_SERVICES: Final = (
    (510_445, "Prioritario a domicilio", "next_day", "address", 1, 2),
    (73_328, "Estándar a domicilio", "standard", "address", 4, 1),
    (73_330, "Estándar a sucursal", "standard", "agency", 4, 1),
)
"""Method, name, speed, where to, days, and how often the standard cost."""
_DIMENSIONS: Final = re.compile(r"(\d+)x(\d+)x(\d+),(\d+)", re.ASCII)


def _cost(site_id: str, grams: int) -> Decimal:
    return ((3 + Decimal(grams) / 1000) * per_dollar(SITES[site_id].currency)).quantize(_CENT)


def _billable(dimensions: str | None) -> int:
    """Grams: the weight of the package, or of its volume where that is more."""
    if not dimensions:
        return PACKAGE_GRAMS
    measured = _DIMENSIONS.fullmatch(dimensions)
    if measured is None:
        raise invalid_parameter()
    height, width, length, grams = (int(number) for number in measured.groups())
    return max(grams, height * width * length // 5)


def _dimensions(listing: Listing) -> str | None:
    held = listing.shipping.get("dimensions")
    return held if isinstance(held, str) else None


def _destination(request: web.Request, listing: Listing) -> JsonObject:
    """Where to: a zip code in three countries, the id of a city elsewhere."""
    digits = _ZIP_DIGITS.get(listing.site_id)
    given = request.query.get("city_to" if digits is None else "zip_code", "")
    if not given or (digits is not None and not (given.isdecimal() and len(given) == digits)):
        raise refusal(400, "invalid_zip_code", f"Invalid destination {given}")
    if not given.strip("0"):
        raise refusal(404, "not_found", "sla coverage not found")
    nowhere: JsonObject = {"id": None, "name": None}
    city: JsonObject = {"id": given, "name": None} if digits is None else nowhere
    country: JsonObject = {"id": None, "name": SITES[listing.site_id].country}
    return {"zip_code": None if digits is None else given, "city": city, "state": nowhere, "country": country}


def _option(request: web.Request, listing: Listing, place: int, cost: Decimal) -> JsonObject:
    now = request.app[WORLD].now()
    method, name, speed, where, days, _ = _SERVICES[place]
    arrives = (now + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    free = listing.shipping.get("free_shipping") is True
    return {
        "id": method * 1000 + place,
        "option_hash": hashlib.md5(f"{listing.id} {method}".encode(), usedforsecurity=False).hexdigest(),
        "name": name,
        "currency_id": listing.currency_id,
        "base_cost": cost,
        "cost": 0 if free else cost,
        "list_cost": cost,
        "display": "recommended" if place == 0 else "always",
        "shipping_method_id": method,
        "shipping_method_type": speed,
        "shipping_option_type": where,
        "estimated_delivery_time": {
            "type": "known",
            "date": moment(arrives),
            "unit": "hour",
            "offset": {"date": None, "shipping": None},
            "time_frame": {"from": None, "to": None},
            "pay_before": moment(now + timedelta(hours=4)),
            "shipping": 24 * days,
            "handling": 0,
            "schedule": None,
        },
        "discount": {
            "promoted_amount": cost if free else 0,
            "rate": 1 if free else 0,
            "type": "mandatory" if free else "none",
            "show_loyal_benefit": False,
        },
    }


async def list_options(request: web.Request) -> web.Response:
    """`GET /items/{id}/shipping_options`: for the owner of the item."""
    listing = request.app[WORLD].listings.get(request.match_info["item_id"])
    if listing is None:
        raise item_not_found(request.match_info["item_id"])
    if listing.owner_id != request[CALLER].id:
        raise refusal(403, "forbidden", "items API error")
    quantity = request.query.get("quantity", "1")
    if not quantity.isdecimal() or quantity == "0":
        raise invalid_parameter()
    cost = _cost(listing.site_id, _billable(_dimensions(listing)) * int(quantity))
    return answer(
        {
            "destination": _destination(request, listing),
            "buyer": {"id": 0, "loyalty_level": 1, "shipping_level": "1"},
            "options": [
                _option(request, listing, place, cost * service[-1]) for place, service in enumerate(_SERVICES)
            ],
            "custom_message": {"display_mode": None, "reason": ""},
        }
    )


async def get_free_cost(request: web.Request) -> web.Response:
    """`GET /users/{id}/shipping_options/free`: what the seller pays where the buyer does not."""
    world, user = request.app[WORLD], own_user(request)
    item_id, dimensions = request.query.get("item_id"), request.query.get("dimensions")
    if item_id is not None:
        listing = world.listings.get(item_id)
        if listing is None:
            raise item_not_found(item_id)
        dimensions = _dimensions(listing)
    elif dimensions is None:
        raise invalid_parameter()
    grams = _billable(dimensions)
    currency_id = SITES[user.site_id].currency
    coverage: JsonObject = {
        "list_cost": _cost(user.site_id, grams),
        "currency_id": currency_id,
        "billable_weight": grams,
    }
    return answer({"coverage": {"all_country": coverage}})


def _mode(mode: str, types: tuple[str, ...]) -> JsonObject:
    attributes: JsonObject = {
        "dimensions": "optional",
        "costs": "required" if mode == "custom" else "not_allowed",
        "adoption": "required" if mode == "me2" else "not_required",
        "free_shipping": "not_allowed" if mode == "custom" else "optional",
        "local_pick_up": "optional",
        "tags": [],
    }
    return {
        "mode": mode,
        "logistic_types": [
            {"type": kind, "default": place == 0, "attributes": attributes} for place, kind in enumerate(types)
        ],
        "shipping_attributes": attributes,
    }


async def ask_modes(request: web.Request) -> web.Response:
    """`POST /users/{id}/shipping_modes`: how the seller may ship an item that is described."""
    own_user(request)
    item = await read_object(request)
    category_id = item.get("category_id")
    if category_id is not None and category_id not in request.app[WORLD].categories:
        raise refusal(404, "not_found", f"Category not found: {category_id}")
    shipping = as_object(item.get("shipping")) or {}
    wanted = {shipping["mode"]} if "mode" in shipping else set(SHIPPING_MODES)
    modes = [_mode(mode, types) for mode, types in SHIPPING_MODES.items() if mode in wanted]
    return answer({**item, "channels": {"marketplace": {"available_modes": modes}}})


ROUTES: Final = (
    web.get("/items/{item_id}/shipping_options", list_options),
    web.get(r"/users/{user_id:\d+}/shipping_options/free", get_free_cost),
    web.post(r"/users/{user_id:\d+}/shipping_modes", ask_modes),
)
