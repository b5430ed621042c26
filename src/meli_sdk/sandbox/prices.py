"""Prices of items: https://developers.mercadolibre.com.ar/es_ar/api-de-precios"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_amount, as_object, as_objects, moment_utc, read_object
from meli_sdk.sandbox.catalogue import QuantityPrice
from meli_sdk.sandbox.errors import JsonObject, invalid_parameter, item_not_found, refusal
from meli_sdk.sandbox.state import Listing, World

MAX_QUANTITY_PRICES: Final = 5
STANDARD_ID: Final = 1
"""The price of the item itself; prices by quantity are numbered on from it."""
BUSINESS: Final = "user_type_business"
CONTEXTS: Final = ("channel_marketplace", BUSINESS)
_LEAST_UNITS: Final = 2


def _of_owner(request: web.Request) -> Listing:
    world, item_id = request.app[WORLD], request.match_info["item_id"]
    listing = world.listings.get(item_id)
    if listing is None:
        raise refusal(404, "not.found", "Item not found")
    if listing.owner_id != request[CALLER].id:
        raise refusal(403, "FORBIDDEN", "Caller ID must match item owner")
    return listing


def _row(price_id: int, amount: Decimal, currency_id: str, updated: str, conditions: JsonObject) -> JsonObject:
    return {
        "id": str(price_id),
        "type": "standard",
        "amount": amount,
        "regular_amount": None,
        "currency_id": currency_id,
        "last_updated": updated,
        "conditions": {"context_restrictions": [], "start_time": None, "end_time": None, **conditions},
    }


def _body(world: World, listing: Listing, *, every: bool) -> JsonObject:
    """The prices of an item; those by quantity are among them only where they are asked for."""
    rows = [_row(STANDARD_ID, listing.price, listing.currency_id, moment_utc(listing.updated), {})]
    for price in world.catalogue.quantity_prices.get(listing.id, []) if every else ():
        conditions: JsonObject = {"context_restrictions": list(CONTEXTS), "min_purchase_unit": price.from_units}
        rows.append(_row(price.id, price.amount, price.currency_id, moment_utc(price.updated), conditions))
    return {"id": listing.id, "prices": rows}


async def list_prices(request: web.Request) -> web.Response:
    """`GET /items/{id}/prices`: with those by quantity where the header `show-all-prices` says so."""
    listing = _of_owner(request)
    return answer(_body(request.app[WORLD], listing, every=request.headers.get("show-all-prices") == "true"))


async def get_sale_price(request: web.Request) -> web.Response:
    """`GET /items/{id}/sale_price`: what a buyer of this context pays for each of so many units."""
    world, item_id = request.app[WORLD], request.match_info["item_id"]
    listing = world.listings.get(item_id)
    if listing is None:
        raise item_not_found(item_id)
    try:
        units = int(request.query.get("quantity", "1"))
    except ValueError:
        raise invalid_parameter() from None
    price_id, amount = STANDARD_ID, listing.price
    if BUSINESS in request.query.get("context", "").split(","):
        for price in sorted(world.catalogue.quantity_prices.get(listing.id, []), key=lambda one: one.from_units):
            if price.from_units <= units:
                price_id, amount = price.id, price.amount
    return answer(
        {
            "price_id": str(price_id),
            "amount": amount,
            "regular_amount": None,
            "currency_id": listing.currency_id,
            "reference_date": moment_utc(world.now()),
            "metadata": {},
        }
    )


def _new_price(world: World, listing: Listing, row: JsonObject) -> QuantityPrice:
    conditions = as_object(row.get("conditions")) or {}
    units, contexts = conditions.get("min_purchase_unit"), conditions.get("context_restrictions")
    if not isinstance(units, int) or units < _LEAST_UNITS or contexts != list(CONTEXTS):
        raise refusal(
            404,
            "bad.request",
            "A price per quantity needs min_purchase_unit and specific context_restrictions "
            "(channel_marketplace and user_type_business)",
        )
    if row.get("currency_id") != listing.currency_id:
        raise refusal(404, "invalid.price.currency", "Currencies must be the same for all prices")
    amount = as_amount(row.get("amount"))
    if amount is None:
        raise invalid_parameter()
    return QuantityPrice(id=0, amount=amount, currency_id=listing.currency_id, from_units=units, updated=world.now())


async def set_quantity_prices(request: web.Request) -> web.Response:
    """`POST /items/{id}/prices/standard/quantity`: the whole set; what is neither kept nor new is deleted."""
    world, listing = request.app[WORLD], _of_owner(request)
    rows = as_objects((await read_object(request)).get("prices"))
    if rows is None:
        raise invalid_parameter()
    if len(rows) > MAX_QUANTITY_PRICES:
        raise refusal(404, "bad.request", "You can just send a maximum of 5 prices per quantity")
    held = {str(price.id): price for price in world.catalogue.quantity_prices.get(listing.id, [])}
    chosen: list[QuantityPrice] = []
    for row in rows:
        if "id" not in row:
            chosen.append(_new_price(world, listing, row))
        elif str(row["id"]) in held:
            chosen.append(held[str(row["id"])])
        elif str(row["id"]) != str(STANDARD_ID):
            raise invalid_parameter()
    if len({price.from_units for price in chosen}) < len(chosen):
        raise refusal(400, "invalid.price_per_quantity", "Price per quantity min purchase unit are not unique")
    world.catalogue.quantity_prices[listing.id] = [_numbered(world, listing, price) for price in chosen]
    world.changed("items", listing.id, listing.seller_id)
    return answer(_body(world, listing, every=True))


def _numbered(world: World, listing: Listing, price: QuantityPrice) -> QuantityPrice:
    """A price that was kept has its id already."""
    if price.id:
        return price
    number = world.catalogue.price_ids[listing.id] = world.catalogue.price_ids.get(listing.id, STANDARD_ID) + 1
    return replace(price, id=number)


ROUTES: Final = (
    web.get("/items/{item_id}/prices", list_prices),
    web.get("/items/{item_id}/sale_price", get_sale_price),
    web.post("/items/{item_id}/prices/standard/quantity", set_quantity_prices),
)
