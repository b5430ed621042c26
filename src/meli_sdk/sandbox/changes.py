"""Changes to a listing: every value is checked before the first one is applied."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from meli_sdk.sandbox.answers import as_amount, as_object, as_objects, as_quantity
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.pictures_links import are_pictures, check, linked
from meli_sdk.sandbox.state import Listing, World

Change = Callable[[], None]
MAX_TITLE: Final = 60
PAUSED_OR_ACTIVE: Final = ("active", "paused")


class InvalidFieldError(Exception):
    """A field has a value that cannot be, or cannot be changed here."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def apply(world: World, listing: Listing, changes: Mapping[str, object], fields: frozenset[str]) -> None:
    """Applies all the changes, or none.

    Args:
        world: where the listing lives.
        listing: what to change.
        changes: the fields and their new values.
        fields: those that may be changed here.

    Raises:
        InvalidFieldError: a field is not among them, or its value is wrong; or there is none.
    """
    if not changes:
        field = "body"
        raise InvalidFieldError(field)
    prepared: list[Change] = []
    for field, value in changes.items():
        if field not in fields:
            raise InvalidFieldError(field)
        change = _CHANGES[field](world, listing, value)
        if change is None:
            raise InvalidFieldError(field)
        prepared.append(change)
    for change in prepared:
        change()
    listing.updated = world.now()
    world.changed("items", listing.id, listing.seller_id)


def _family(world: World, listing: Listing) -> list[Listing]:
    return [listing, *world.children(listing.id)]


def _title(world: World, listing: Listing, value: object) -> Change | None:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TITLE:
        return None
    return lambda: setattr(listing, "title", value)


def _price(world: World, listing: Listing, value: object) -> Change | None:
    amount = as_amount(value)
    if amount is None:
        return None

    def change(amount: Decimal = amount) -> None:
        listing.price = amount
        listing.own_price = listing.parent_id is not None
        for child in world.children(listing.id):
            if not child.own_price:
                child.price = amount

    return change


def _description(world: World, listing: Listing, value: object) -> Change | None:
    body = as_object(value)
    text = value if body is None else body.get("plain_text")
    if not isinstance(text, str):
        return None

    def change(text: str = text) -> None:
        for one in _family(world, listing):
            one.description = text

    return change


def _status(world: World, listing: Listing, value: object) -> Change | None:
    if not isinstance(value, str) or value not in PAUSED_OR_ACTIVE:
        return None

    def change(status: str = value) -> None:
        for one in _family(world, listing):
            one.status = status

    return change


def _quantity(world: World, listing: Listing, value: object) -> Change | None:
    quantity = as_quantity(value)
    if quantity is None or listing.logistic_type == "fulfillment":
        return None
    return lambda: set_stock(world, listing, quantity)


def set_stock(world: World, listing: Listing, quantity: int) -> None:
    """Gives an item, and all that are of the same global one, so many units; none pauses them."""
    if "warehouse_management" in world.users[listing.owner_id].tags:
        return  # taken, and without effect: the stores hold this stock
    root = listing if listing.parent_id is None else world.listings[listing.parent_id]
    for one in _family(world, root):
        if one.logistic_type != "fulfillment":
            one.restock(quantity)
    _stock_product(world, root, quantity)


def _stock_product(world: World, listing: Listing, quantity: int) -> None:
    """Copies the stock of an item to its user product, and so to the other items of it."""
    product = world.user_products.get(listing.user_product_id or "")
    if product is not None:
        for place in product.of_type("selling_address"):
            place.quantity = quantity
        product.version += 1
        world.settle_stock(product)
        world.stock_changed(product)


def _category(world: World, listing: Listing, value: object) -> Change | None:
    if not isinstance(value, str) or value not in {leaf.id for leaf in world.leaves(listing.site_id)}:
        return None
    return lambda: setattr(listing, "category_id", value)


def _merged(name: str) -> Callable[[World, Listing, object], Change | None]:
    def prepare(world: World, listing: Listing, value: object) -> Change | None:
        rows = as_objects(value)
        if rows is None or not all(isinstance(row.get("id"), str) for row in rows):
            return None

        def change(rows: list[JsonObject] = rows) -> None:
            found: dict[object, JsonObject] = {row["id"]: row for row in getattr(listing, name)}
            for row in rows:
                found[row["id"]] = {**found.get(row["id"], {}), **row}
            kept = [
                r for r in found.values() if any(r.get(key) is not None for key in ("value_id", "value_name", "values"))
            ]
            setattr(listing, name, kept)

        return change

    return prepare


def _replaced(name: str) -> Callable[[World, Listing, object], Change | None]:
    def prepare(world: World, listing: Listing, value: object) -> Change | None:
        rows = as_objects(value)
        return None if rows is None else lambda: setattr(listing, name, rows)

    return prepare


def _pictures(world: World, listing: Listing, value: object) -> Change | None:
    rows = as_objects(value)
    if rows is None or not are_pictures(rows):
        return None
    check(world, listing, rows)

    def change(rows: list[JsonObject] = rows) -> None:
        listing.pictures = [linked(world, listing.site_id, listing.owner_id, row) for row in rows]

    return change


def _condition(world: World, listing: Listing, value: object) -> Change | None:
    return (lambda: None) if value == "new" else None


_CHANGES: Final[Mapping[str, Callable[[World, Listing, object], Change | None]]] = {
    "title": _title,
    "price": _price,
    "description": _description,
    "status": _status,
    "available_quantity": _quantity,
    "category_id": _category,
    "condition": _condition,
    "attributes": _merged("attributes"),
    "sale_terms": _merged("sale_terms"),
    "pictures": _pictures,
    "variations": _replaced("variations"),
}
