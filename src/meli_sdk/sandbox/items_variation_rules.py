"""What the variations of an item may be, and how it shows them: https://developers.mercadolibre.com.ar/es_ar/variaciones"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final, cast

from meli_sdk.sandbox import items_attributes
from meli_sdk.sandbox.answers import as_objects, as_quantity
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.items_attributes import Attributes
from meli_sdk.sandbox.items_causes import Causes
from meli_sdk.sandbox.items_validation import MAX_VARIATION_PICTURES, check_price
from meli_sdk.sandbox.state import Category, Listing, World

MAX_VARIATIONS: Final = 100
_NEEDED: Final = ("attribute_combinations", "price", "available_quantity", "picture_ids")


def check_variations(
    causes: Causes, category: Category, rows: list[JsonObject], new: Collection[int], pictures: Collection[str]
) -> None:
    """Looks at all the variations that an item is to have.

    Args:
        causes: where to tell.
        category: of the item.
        rows: the variations, each with all that it is to hold.
        new: the places of those that the item does not have yet.
        pictures: ids and addresses of the item's pictures.
    """
    known = items_attributes.by_id(category.attributes)
    if len(rows) > MAX_VARIATIONS:
        message = f"The category {category.id} allows {MAX_VARIATIONS} variations."
        causes.error(None, "body.invalid", message, "item.variations")
    for place in new:
        missing = [name for name in _NEEDED if rows[place].get(name) in (None, [])]
        if missing:
            message = (
                f"The variations[{place}] does not contain some or none of the following properties "
                f"[{', '.join(missing)}]."
            )
            causes.error(369, "body.required_fields", message, f"item.variations[{place}]")
    for place, row in enumerate(rows):
        _check_row(causes, category, known, place, row, pictures)
    _check_combinations(causes, rows)


def _check_row(
    causes: Causes, category: Category, known: Attributes, place: int, row: JsonObject, pictures: Collection[str]
) -> None:
    where = f"item.variations[{place}]"
    if row.get("price") is not None:
        check_price(causes, category.id, row["price"], f"{where}.price")
    if row.get("available_quantity") is not None and as_quantity(row["available_quantity"]) is None:
        message = f"Quantity {row['available_quantity']} is not valid."
        causes.error(None, "item.available_quantity.invalid", message, f"{where}.available_quantity")
    names = _picture_names(row)
    if len(names) > MAX_VARIATION_PICTURES:
        message = f"Items in category {category.id} cannot exceed {MAX_VARIATION_PICTURES} pictures."
        causes.error(201, "item.pictures.max", message, f"{where}.picture_ids")
    for name in names:
        if str(name) not in pictures:
            message = f"Picture id {name} does not exist."
            causes.error(204, "item.pictures.picture_not_found", message, f"{where}.picture_ids")
    combination = as_objects(row.get("attribute_combinations")) or []
    own = [part for part in combination if str(part.get("id")) not in known]
    if len(own) > 1:
        message = (
            f"The attribute_combinations not existing in category {category.id} in the variation "
            f"{row.get('id', place)} exceed the allowed amount, only 1 of this kind is allowed."
        )
        causes.error(372, "item.attributes.non_existent.limit_exceeded", message, f"{where}.attribute_combinations")
    for part in combination:
        attribute = known.get(str(part.get("id")))
        if attribute is not None and not items_attributes.tagged(attribute, "allow_variations"):
            message = f"Attribute {part['id']} does not allow variations."
            code = "item.variations.attribute_combinations.invalid"
            causes.error(None, code, message, f"{where}.attribute_combinations")
    items_attributes.check_values(causes, known, combination, f"{where}.attribute_combinations")
    rest = as_objects(row.get("attributes")) or []
    items_attributes.check_values(causes, known, rest, f"{where}.attributes")


def _picture_names(row: JsonObject) -> list[object]:
    named = row.get("picture_ids")
    return cast("list[object]", named) if isinstance(named, list) else []


def _check_combinations(causes: Causes, rows: list[JsonObject]) -> None:
    """All combine the same attributes, and no two the same values."""
    seen: list[dict[str, tuple[str | None, str | None]]] = []
    for place, row in enumerate(rows):
        parts = as_objects(row.get("attribute_combinations")) or []
        combination = {str(part.get("id") or part.get("name")): _folded(part) for part in parts}
        where = f"item.variations[{place}].attribute_combinations"
        if seen and combination.keys() != seen[0].keys():
            message = "All variations combine the same attributes."
            causes.error(None, "item.variations.attribute_combinations.invalid", message, where)
        elif combination and any(_same(combination, other) for other in seen):
            message = "Two variations combine the same values."
            causes.error(None, "item.variations.attribute_combinations.duplicated", message, where)
        seen.append(combination)


def _folded(part: JsonObject) -> tuple[str | None, str | None]:
    value_id, name = items_attributes.value_of(part)
    return value_id, None if name is None else name.casefold()


def _same(one: Mapping[str, tuple[str | None, str | None]], other: Mapping[str, tuple[str | None, str | None]]) -> bool:
    """Whether each attribute has one value in both, told by its id or by its name."""
    return all(
        any(mine is not None and mine == theirs for mine, theirs in zip(value, other[name], strict=True))
        for name, value in one.items()
    )


def stored_variation(
    world: World, category: Category, row: JsonObject, sources: Mapping[str, str], currency_id: str
) -> JsonObject:
    """A variation as its item will show it.

    Args:
        world: where a new one gets its id.
        category: of the item.
        row: all that it is to hold.
        sources: ids of the item's pictures by the addresses they were fetched from.
        currency_id: of the item.
    """
    known = items_attributes.by_id(category.attributes)
    names = _picture_names(row)
    return {
        "id": row.get("id", world.new_number(12)),
        "price": row.get("price"),
        "currency_id": currency_id,
        "attribute_combinations": [
            items_attributes.stored(known, part) for part in as_objects(row.get("attribute_combinations")) or []
        ],
        "available_quantity": row.get("available_quantity", 0),
        "sold_quantity": row.get("sold_quantity", 0),
        "sale_terms": as_objects(row.get("sale_terms")) or [],
        "picture_ids": [sources.get(str(name), name) for name in names],
        "seller_custom_field": row.get("seller_custom_field"),
        "catalog_product_id": row.get("catalog_product_id"),
        "inventory_id": row.get("inventory_id"),
        "user_product_id": row.get("user_product_id"),
        "item_relations": row.get("item_relations", []),
        "attributes": [
            items_attributes.stored(known, part)
            for part in as_objects(row.get("attributes")) or []
            if str(part.get("id")) in known and items_attributes.has_value(part)
        ],
    }


def price_of(variations: list[JsonObject]) -> Decimal | None:
    """What buyers are charged: the highest price of all."""
    prices = [Decimal(price) for row in variations if isinstance(price := row.get("price"), (int, Decimal))]
    return max(prices, default=None)


def stock_of(listing: Listing) -> int:
    """The units of all variations."""
    return sum(as_quantity(row.get("available_quantity")) or 0 for row in listing.variations)
