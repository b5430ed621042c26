"""Items are listed, changed and listed again: https://developers.mercadolibre.com.ar/es_ar/publica-productos"""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from aiohttp import web

from meli_sdk.sandbox import changes, items_attributes
from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_object, as_objects, as_quantity, read_object
from meli_sdk.sandbox.categories import conditionally_required
from meli_sdk.sandbox.errors import JsonObject, invalid_parameter
from meli_sdk.sandbox.items import closed_resource, item_body, own_item
from meli_sdk.sandbox.items_causes import Causes, refused
from meli_sdk.sandbox.items_changing import change, changed, delete, describe, merge, stored_pictures
from meli_sdk.sandbox.items_validation import (
    UP_TAG,
    check_names,
    check_price,
    check_shape,
    check_values,
    condition,
    leaf,
    picture_names,
    plain_text,
    with_condition,
    without_long_manufacturing,
)
from meli_sdk.sandbox.items_variation_rules import check_variations, price_of, stock_of, stored_variation
from meli_sdk.sandbox.state import Category, Listing, User, World
from meli_sdk.sandbox.stockroom import StockPlace, UserProduct

_GLOBAL_FIELDS: Final = frozenset(
    {"available_quantity", "category_id", "sale_terms", "attributes", "pictures", "variations", "condition"}
)
_KNOWN: Final = frozenset(
    {
        *("title", "category_id", "price", "currency_id", "available_quantity", "listing_type_id", "condition"),
        *("attributes", "sale_terms", "pictures", "variations", "shipping", "description", "site_id", "tags"),
    }
)
"""Fields that a listing holds by themselves."""
KEEPS_VISITS: Final = timedelta(days=60)


def check_new(world: World, seller: User, body: JsonObject, *, counted: bool = True) -> tuple[Category, Causes]:
    """Looks at a whole new item; what would be dropped is dropped from `body`.

    Args:
        world: where it is to be.
        seller: whose it is to be.
        body: what was sent.
        counted: its units are in it; otherwise the seller's stores hold them.

    Raises:
        ApiError: 400 with every cause that was found.
    """
    check_shape(body)
    check_names(seller, body, counted=counted)
    category, causes = leaf(world, seller, body.get("category_id")), Causes()
    known = items_attributes.by_id(category.attributes)
    variations = as_objects(body.get("variations")) or []
    body["attributes"] = items_attributes.keep_known(causes, known, as_objects(body.get("attributes")) or [])
    body["sale_terms"] = without_long_manufacturing(causes, as_objects(body.get("sale_terms")) or [])
    check_values(causes, world, category, {"pictures": [], **body})
    if body.get("available_quantity") == 0 and not variations:
        message = "An item is listed with at least one unit."
        causes.error(None, "item.available_quantity.invalid", message, "item.available_quantity")
    check_variations(causes, category, variations, range(len(variations)), picture_names(body))
    given = with_condition(body, as_objects(body["attributes"]) or [])
    items_attributes.check_required(causes, category.id, known, given, variations)
    everywhere = [*given, *(row for one in variations for row in as_objects(one.get("attributes")) or [])]
    if lacking := [str(row["id"]) for row in conditionally_required(world, category, everywhere)]:
        message = items_attributes.required_message(lacking, f"[{category.id}]")
        causes.error(7810, "item.attribute.missing_conditional_required", message, "item.attributes")
    causes.check()
    return category, causes


async def create_item(request: web.Request) -> web.Response:
    """`POST /items`."""
    world, seller, body = request.app[WORLD], request[CALLER], await read_object(request)
    category, causes = check_new(world, seller, body)
    listing = list_item(world, seller, category, body)
    return answer({**item_body(listing), "warnings": causes.warnings}, 201)


async def validate_item(request: web.Request) -> web.Response:
    """`POST /items/validate`: the causes that listing it would give, or 204."""
    check_new(request.app[WORLD], request[CALLER], await read_object(request))
    return web.Response(status=204)


def list_item(world: World, seller: User, category: Category, body: JsonObject) -> Listing:
    """Adds an item that `check_new` has looked at."""
    known, now = items_attributes.by_id(category.attributes), world.now()
    pictures, sources = stored_pictures(world, seller.site_id, seller.id, as_objects(body.get("pictures")) or [])
    currency_id = str(body["currency_id"])
    variations = [
        stored_variation(world, category, row, sources, currency_id) for row in as_objects(body.get("variations")) or []
    ]
    given = body.get("price")
    price = price_of(variations) or (Decimal(given) if isinstance(given, (int, Decimal)) else Decimal(0))
    listing = Listing(
        id=world.new_listing_id(seller.site_id),
        site_id=seller.site_id,
        seller_id=seller.id,
        owner_id=seller.id,
        title=_title(body, category),
        category_id=category.id,
        price=price,
        currency_id=currency_id,
        available_quantity=as_quantity(body.get("available_quantity")) or 0,
        created=now,
        updated=now,
        listing_type_id=str(body["listing_type_id"]),
        pictures=pictures,
        variations=variations,
        shipping=as_object(body.get("shipping")) or {},
        more={
            **{name: value for name, value in body.items() if name not in _KNOWN},
            "condition": condition(body),
        },
        found_from=now + timedelta(seconds=world.options.item_search_lag),
    )
    if variations:
        listing.available_quantity = stock_of(listing)
    merge(listing.attributes, known, with_condition(body, as_objects(body["attributes"]) or []))
    merge(listing.sale_terms, items_attributes.by_id(category.sale_terms), as_objects(body["sale_terms"]) or [])
    if (text := plain_text(body.get("description"))) is not None:
        describe(world, listing, text)
    world.listings[listing.id] = listing
    if UP_TAG in seller.tags:
        product_of(world, listing, category)
    changed(world, listing)
    return listing


def _title(body: JsonObject, category: Category) -> str:
    """The title, which Mercado Libre makes itself for sellers of user products and for catalogue items."""
    if isinstance(body.get("title"), str):
        return str(body["title"])
    words = [body.get("family_name") or f"{category.name} {body.get('catalog_product_id')}"]
    words += [
        items_attributes.value_of(row)[1]
        for row in as_objects(body.get("attributes")) or []
        if str(row.get("id")) in {"COLOR", "SIZE"}
    ]
    return " ".join(str(word) for word in words if word)[: changes.MAX_TITLE]


def product_of(world: World, listing: Listing, category: Category) -> UserProduct:
    """The user product of a new item, which holds its stock."""
    if listing.user_product_id is not None:
        return world.user_products[listing.user_product_id]
    product = UserProduct(
        id=f"{listing.site_id}U{world.new_number(10)}",
        user_id=listing.seller_id,
        name=listing.title,
        domain_id=category.domain or f"{listing.site_id}-SANDBOX_GOODS",
        places=[StockPlace(type="selling_address", quantity=listing.available_quantity)],
    )
    world.user_products[product.id] = product
    listing.user_product_id = product.id
    return product


async def put_item(request: web.Request) -> web.Response:
    """`PUT /items/{id}`: all of a local item; of a global one what the page's guide names for this resource."""
    world, listing = request.app[WORLD], own_item(request)
    body = await read_object(request)
    if listing.is_global or listing.parent_id is not None:
        return _put_global(world, listing, body)
    if "deleted" in body:
        delete(world, listing)
        return answer(item_body(listing))
    warnings = change(world, listing, body)
    return answer({**item_body(listing), "warnings": warnings})


def _put_global(world: World, listing: Listing, body: JsonObject) -> web.Response:
    if not world.old_resource_open:
        raise closed_resource()
    try:
        changes.apply(world, listing, body, _GLOBAL_FIELDS)
    except changes.InvalidFieldError:
        raise invalid_parameter() from None
    return answer(item_body(listing))


async def relist_item(request: web.Request) -> web.Response:
    """`POST /items/{id}/relist`: a new item of a closed one, once."""
    world, old, body = request.app[WORLD], own_item(request), await read_object(request)
    if old.is_global or old.parent_id is not None:
        raise closed_resource()
    if old.status != "closed":
        raise refused("item.status.invalid", f"Item {old.id} is {old.status}: only a closed item is relisted.")
    if any(listing.relisted_from == old.id for listing in world.listings.values()):
        raise refused("item.status.invalid", f"Item {old.id} was relisted before.")
    category, causes = world.categories[old.category_id], Causes()
    check_values(causes, world, category, {"listing_type_id": body.get("listing_type_id") or "none"})
    variations = _relisted_variations(causes, old, body, category)
    if not variations:
        check_price(causes, category.id, body.get("price"), "item.price")
        if not as_quantity(body.get("quantity")):
            message = "An item is listed with at least one unit."
            causes.error(None, "item.available_quantity.invalid", message, "item.available_quantity")
    causes.check()
    return answer(item_body(_relisted(world, old, body, category, variations)), 201)


def _relisted_variations(causes: Causes, old: Listing, body: JsonObject, category: Category) -> list[JsonObject]:
    """What each new variation is to hold; none keeps its id."""
    there = {str(row["id"]): row for row in old.variations}
    rows: list[JsonObject] = []
    for place, row in enumerate(as_objects(body.get("variations")) or []):
        where = f"item.variations[{place}]"
        if str(row.get("id")) not in there:
            causes.error(None, "body.invalid", f"Item {old.id} has no variation {row.get('id')}.", where)
            continue
        check_price(causes, category.id, row.get("price"), f"{where}.price")
        kept = {name: value for name, value in there[str(row["id"])].items() if name not in {"id", "sold_quantity"}}
        rows.append({**kept, "price": row.get("price"), "available_quantity": as_quantity(row.get("quantity")) or 0})
    if there and not rows:
        message = "The body does not contain some or none of the following properties [variations]."
        causes.error(369, "body.required_fields", message, "item.variations")
    return rows


def _relisted(
    world: World, old: Listing, body: JsonObject, category: Category, variations: list[JsonObject]
) -> Listing:
    now = world.now()
    rows = [stored_variation(world, category, row, {}, old.currency_id) for row in variations]
    given = body.get("price")
    new = Listing(
        id=world.new_listing_id(old.site_id),
        site_id=old.site_id,
        seller_id=old.seller_id,
        owner_id=old.owner_id,
        title=old.title,
        category_id=old.category_id,
        price=price_of(rows) or (Decimal(given) if isinstance(given, (int, Decimal)) else old.price),
        currency_id=old.currency_id,
        available_quantity=as_quantity(body.get("quantity")) or 0,
        created=now,
        updated=now,
        listing_type_id=str(body["listing_type_id"]),
        description=old.description,
        described=None if not old.description else (now, now),
        attributes=[dict(row) for row in old.attributes],
        sale_terms=[dict(row) for row in old.sale_terms],
        pictures=[dict(row) for row in old.pictures],
        variations=rows,
        shipping=dict(old.shipping),
        more=dict(old.more),
        tags=("relist", *(("dragged_visits",) if now - old.updated <= KEEPS_VISITS else ())),
        relisted_from=old.id,
        found_from=now + timedelta(seconds=world.options.item_search_lag),
    )
    if rows:
        new.available_quantity = stock_of(new)
    world.listings[new.id] = new
    changed(world, new)
    return new


ROUTES: Final = (
    web.post("/items", create_item),
    web.post("/items/validate", validate_item),
    web.put("/items/{item_id}", put_item),
    web.post("/items/{item_id}/relist", relist_item),
)
