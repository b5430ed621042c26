"""Changes of a local item: https://developers.mercadolibre.com.ar/es_ar/producto-sincroniza-modifica-publicaciones

What its status and its sales forbid is refused, and a change is applied whole or not at all.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from meli_sdk.sandbox import items_attributes
from meli_sdk.sandbox.answers import as_objects, as_quantity
from meli_sdk.sandbox.changes import set_stock
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.items_causes import Causes, invalid_fields, refused
from meli_sdk.sandbox.items_validation import (
    check_shape,
    check_values,
    leaf,
    plain_text,
    without_long_manufacturing,
)
from meli_sdk.sandbox.items_variation_rules import check_variations, price_of, stock_of, stored_variation
from meli_sdk.sandbox.pictures_links import linked
from meli_sdk.sandbox.state import OUT_OF_STOCK, PAUSED_BY_SELLER, Category, Listing, World

FROZEN_AFTER_SALES: Final = ("title", "buying_mode", "condition", "non_mercado_pago_payment_methods")
NEVER_CHANGED: Final = ("site_id", "currency_id", "family_name", "start_time")
DELETED: Final = "deleted"
_WITHOUT_BEING_ACTIVE: Final = frozenset({"status", "available_quantity", "variations"})
_STOCK_OF_A_VARIATION: Final = frozenset({"id", "available_quantity"})
_PLAIN: Final = ("title", "category_id", "listing_type_id")
_SEEN: Final = {"active": ("active", "paused"), "paused": ("active", "paused")}
"""From which statuses a seller may ask for one; any but a closed item may be closed."""


def stored_pictures(
    world: World, site_id: str, owner_id: int, rows: list[JsonObject]
) -> tuple[list[JsonObject], dict[str, str]]:
    """The pictures as the item will show them, and the ids of those that were named by their address."""
    pictures = [linked(world, site_id, owner_id, row) for row in rows]
    sources = {str(row["source"]): str(one["id"]) for row, one in zip(rows, pictures, strict=True) if "source" in row}
    return pictures, sources


def delete(world: World, listing: Listing) -> None:
    """Takes a closed item, or a forbidden one, off its seller's lists.

    Raises:
        ApiError: 400, it is neither; 409, it is still being written.
    """
    forbidden = listing.status == "under_review" and "forbidden" in listing.sub_status
    if listing.status != "closed" and not forbidden:
        raise refused("item.status.invalid", f"Item {listing.id} is {listing.status}: close it first.", "item.status")
    if world.now() < listing.updated + timedelta(seconds=world.options.item_lock):
        raise refusal(409, "conflict", "item optimistic locking error: conflict")
    listing.status, listing.sub_status = "closed", [DELETED]
    changed(world, listing)


def change(world: World, listing: Listing, body: JsonObject) -> list[JsonObject]:
    """Changes an item.

    Returns:
        The warnings.

    Raises:
        ApiError: 400 with the causes; nothing was changed.
    """
    check_shape(body, {"status": "String", "sub_status": "Array"})
    if not body:
        raise refused("body.invalid", "The body has no fields.")
    _check_state(listing, body)
    category, causes = world.categories[listing.category_id], Causes()
    if body.get("category_id") is not None:
        category = leaf(world, world.users[listing.seller_id], body["category_id"])
    _check_sales(causes, listing, body)
    _check_price(causes, listing, body)
    check_values(causes, world, category, {"listing_type_id": listing.listing_type_id, **body})
    _check_stock(causes, listing, body)
    _check_removed(causes, category, body)
    variations = _wanted_variations(causes, listing, body, category)
    body["sale_terms"] = without_long_manufacturing(causes, as_objects(body.get("sale_terms")) or [])
    body["attributes"] = items_attributes.keep_known(
        causes, items_attributes.by_id(category.attributes), as_objects(body.get("attributes")) or []
    )
    causes.check()
    _apply(world, listing, body, category, variations)
    return causes.warnings


def _check_state(listing: Listing, body: JsonObject) -> None:
    """What the status forbids, and statuses that cannot follow it."""
    if alien := [name for name in NEVER_CHANGED if name in body]:
        raise invalid_fields(alien)
    wanted = body.get("status", listing.status)
    if listing.status == "closed" and body != {"status": "closed"}:
        raise refused("item.status.invalid", f"Item {listing.id} is closed.", "item.status")
    if wanted not in {listing.status, "closed"} and listing.status not in _SEEN.get(str(wanted), ()):
        message = f"Item {listing.id} cannot go from {listing.status} to {wanted}."
        raise refused("item.status.invalid", message, "item.status")
    others = sorted(body.keys() - _WITHOUT_BEING_ACTIVE)
    rows = as_objects(body.get("variations")) or []
    if any(row.keys() - _STOCK_OF_A_VARIATION for row in rows):
        others.append("variations")
    if others and "active" not in {listing.status, wanted}:
        message = f"Item {listing.id} is {listing.status}: only an active item takes [{', '.join(others)}]."
        raise refused("item.status.invalid", message, "item.status")
    stock = sum(as_quantity(row.get("available_quantity")) or 0 for row in [body, *rows])
    if "status" in body and wanted == "active" and not (listing.available_quantity or stock):
        raise refused("item.status.invalid", f"Item {listing.id} is out of stock.", "item.available_quantity")


def _check_sales(causes: Causes, listing: Listing, body: JsonObject) -> None:
    if listing.sold_quantity:
        now = {**listing.more, "title": listing.title}
        for name in FROZEN_AFTER_SALES:
            if name in body and body[name] != now.get(name):
                message = f"Cannot modify {name} of an item with sales."
                causes.error(None, f"item.{name}.not_modifiable", message, f"item.{name}")


def _check_price(causes: Causes, listing: Listing, body: JsonObject) -> None:
    """Price automation refuses a price alone, and drops one among other fields."""
    if not listing.automatic_price or "price" not in body:
        return
    if body.keys() == {"price"}:
        message = "Cannot modify price on items with dynamic pricing"
        causes.error(502, "item.price.not_modifiable", message, "item.price")
    else:
        del body["price"]
        message = "The price was dropped: the item has dynamic pricing"
        causes.warn(None, "item.price.dropped", message, "item.price")


def _check_stock(causes: Causes, listing: Listing, body: JsonObject) -> None:
    counted = "available_quantity" in body
    if counted and listing.logistic_type == "fulfillment":
        message = "The stock of an item in Mercado Libre's warehouse cannot be set."
    elif counted and (listing.variations or body.get("variations")):
        message = "The stock of an item with variations is that of its variations."
    else:
        return
    causes.error(None, "item.available_quantity.invalid", message, "item.available_quantity")


def _check_removed(causes: Causes, category: Category, body: JsonObject) -> None:
    known = items_attributes.by_id(category.attributes)
    for row in as_objects(body.get("attributes")) or []:
        attribute = known.get(str(row.get("id")), {})
        if items_attributes.tagged(attribute, "required") and not items_attributes.has_value(row):
            message = f"Attribute {row['id']} is required and cannot be deleted"
            causes.error(None, "item.attributes.deleted_required", message, "item.attributes")


def _wanted_variations(
    causes: Causes, listing: Listing, body: JsonObject, category: Category
) -> list[JsonObject] | None:
    """All that each variation is to hold; None: they stay. One without id is new, one that is left out is deleted."""
    if "variations" not in body:
        return None
    there = {str(row["id"]): row for row in listing.variations}
    rows: list[JsonObject] = []
    new: list[int] = []
    for place, row in enumerate(as_objects(body["variations"]) or []):
        known = there.get(str(row.get("id")), {})
        if "id" not in row:
            new.append(place)
        elif not known:
            message = f"Item {listing.id} has no variation {row['id']}."
            causes.error(None, "body.invalid", message, f"item.variations[{place}]")
        rows.append({**known, **row, **({"id": known["id"]} if known else {})})
    pictures = as_objects(body["pictures"]) or [] if "pictures" in body else listing.pictures
    names = {str(one[key]) for one in pictures for key in ("id", "source") if key in one}
    check_variations(causes, category, rows, new, names)
    return rows


def _apply(
    world: World, listing: Listing, body: JsonObject, category: Category, variations: list[JsonObject] | None
) -> None:
    for name in _PLAIN:
        if body.get(name) is not None:
            setattr(listing, name, body[name])
    for name in body.keys() - {*_PLAIN, "price", "available_quantity", "status", "sub_status", "variations"}:
        _apply_field(world, listing, name, body[name])
    merge(listing.attributes, items_attributes.by_id(category.attributes), as_objects(body["attributes"]) or [])
    merge(listing.sale_terms, items_attributes.by_id(category.sale_terms), as_objects(body["sale_terms"]) or [])
    sources: dict[str, str] = {}
    if "pictures" in body:
        rows = as_objects(body["pictures"]) or []
        listing.pictures, sources = stored_pictures(world, listing.site_id, listing.owner_id, rows)
    if isinstance(price := body.get("price"), (int, Decimal)):
        listing.price = Decimal(price)
        for row in listing.variations:
            row["price"] = listing.price
    if variations is not None:
        listing.variations = [
            stored_variation(world, category, row, sources, listing.currency_id) for row in variations
        ]
        listing.price = price_of(listing.variations) or listing.price
    _apply_status(listing, body.get("status"))
    if variations is not None:
        set_stock(world, listing, stock_of(listing))
    elif (quantity := as_quantity(body.get("available_quantity"))) is not None:
        set_stock(world, listing, quantity)
    changed(world, listing)


def _apply_field(world: World, listing: Listing, name: str, value: object) -> None:
    if name == "shipping" and isinstance(value, dict):
        listing.shipping |= value
    elif name == "description" and (text := plain_text(value)) is not None:
        describe(world, listing, text)
    elif name not in {"attributes", "sale_terms", "pictures", "description", "shipping"}:
        listing.more[name] = value


def _apply_status(listing: Listing, status: object) -> None:
    if not isinstance(status, str) or status == listing.status == "closed":
        return
    kept = [OUT_OF_STOCK] if OUT_OF_STOCK in listing.sub_status and not listing.available_quantity else []
    if status == "active":
        listing.status, listing.sub_status = ("paused", kept) if kept else ("active", [])
    elif status == "paused":
        listing.status, listing.sub_status = "paused", [*kept, PAUSED_BY_SELLER]
    else:
        listing.status, listing.sub_status = "closed", []


def merge(there: list[JsonObject], known: items_attributes.Attributes, rows: list[JsonObject]) -> None:
    """Sets the attributes or sale terms that are given, and removes those that are given without a value."""
    for row in rows:
        there[:] = [one for one in there if one.get("id") != row.get("id")]
        if items_attributes.has_value(row):
            there.append(items_attributes.stored(known, row))


def describe(world: World, listing: Listing, text: str) -> None:
    """Gives an item its description."""
    made = world.now() if listing.described is None else listing.described[0]
    listing.description, listing.described = text, (made, world.now())


def changed(world: World, listing: Listing) -> None:
    """Dates a change, and tells of it."""
    listing.updated = world.now()
    world.changed("items", listing.id, listing.seller_id)
