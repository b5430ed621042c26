"""What listing and selling costs: https://developers.mercadolibre.com.ar/es_ar/comision-por-vender

The percentages are near the real ones. The rule of the fixed fee is the sandbox's own: goods below twelve dollars cost one
dollar a sale, half of it from Mercado Libre's warehouse, and a tenth of a dollar for each kilogram.
"""

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, moment
from meli_sdk.sandbox.currencies import per_dollar
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.listing_types import FREE, LISTING_TYPES, ListingType, known_site, name_on
from meli_sdk.sites import SITES

SALE_PERCENT: Final = Decimal(13)
INSTALMENTS_PERCENT: Final = Decimal(23)
"""On top, where the listing type offers instalments without interest."""
CHEAP_DOLLARS: Final = Decimal(12)
_CENT: Final = Decimal("0.01")
_NONE: Final = Decimal(0)


def _number(request: web.Request, name: str) -> Decimal | None:
    value = request.query.get(name)
    if value is None:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise refusal(400, "bad_request", f"The parameter '{name}' has to be a number")
    return number


def _fixed(price: Decimal, dollar: Decimal, grams: Decimal, logistic_type: str | None) -> Decimal:
    if price >= CHEAP_DOLLARS * dollar:
        return _NONE
    share = Decimal("0.5") if logistic_type == "fulfillment" else Decimal(1)
    return ((share + grams / 10_000) * dollar).quantize(_CENT)


def _row(request: web.Request, kind: ListingType, price: Decimal, fixed: Decimal) -> JsonObject:
    site_id = request.match_info["site_id"]
    free, instalments = kind.id == FREE, INSTALMENTS_PERCENT if kind.id == "gold_pro" else _NONE
    percent = _NONE if free else SALE_PERCENT + instalments
    fee = _NONE if free else (price * percent / 100 + fixed).quantize(_CENT)
    return {
        "currency_id": request.query.get("currency_id", SITES[site_id].currency),
        "listing_type_id": kind.id,
        "listing_type_name": name_on(kind, site_id),
        "listing_exposure": kind.exposure,
        "requires_picture": True,
        "free_relist": False,
        "mapping": kind.id,
        "listing_fee_amount": 0,
        "listing_fee_details": {"fixed_fee": 0, "gross_amount": 0},
        "sale_fee_amount": fee,
        "sale_fee_details": {
            "financing_add_on_fee": instalments,
            "fixed_fee": _NONE if free else fixed,
            "gross_amount": fee,
            "meli_percentage_fee": _NONE if free else SALE_PERCENT,
            "percentage_fee": percent,
        },
        "stop_time": moment(request.app[WORLD].now() + timedelta(days=kind.days)),
    }


async def list_fees(request: web.Request) -> web.Response:
    """`GET /sites/{site}/listing_prices`: an array, or the one row of the listing type that is asked for."""
    site_id = known_site(request)
    price = _number(request, "price")
    if price is None:
        raise refusal(400, "bad_request", "The parameter 'price' has to be a number")
    dollar = per_dollar(request.query.get("currency_id", SITES[site_id].currency))
    grams = _number(request, "billable_weight") or _NONE
    fixed = _fixed(price, dollar, grams, request.query.get("logistic_type"))
    rows = {kind.id: _row(request, kind, price, fixed) for kind in LISTING_TYPES}
    chosen = request.query.get("listing_type_id")
    if chosen is None:
        return answer(list(rows.values()))
    if chosen not in rows:
        raise refusal(400, "bad_request", f"The listing type {chosen} is invalid")
    return answer(rows[chosen])


ROUTES: Final = (web.get("/sites/{site_id}/listing_prices", list_fees),)
