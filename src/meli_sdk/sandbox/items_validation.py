"""What a new item, or a change of one, may hold: https://developers.mercadolibre.com.ar/es_ar/validador-de-publicaciones

The category decides, through its attributes and these limits, which are those of its settings. Where the pages give no
code, as for a title that is too long, the code and the words are the sandbox's own.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from meli_sdk.sandbox import items_attributes
from meli_sdk.sandbox.answers import as_object, as_objects
from meli_sdk.sandbox.changes import MAX_TITLE
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.items_causes import Causes, invalid_fields, json_kind, refused, wrong_types
from meli_sdk.sandbox.pictures_links import MAX_PICTURES, fault_of
from meli_sdk.sandbox.state import Category, User, World
from meli_sdk.sites import SITES

UP_TAG: Final = "user_product_seller"
MIN_PRICE: Final = 1
PRICE_BELOW: Final = 9_999_999_999
MAX_VARIATION_PICTURES: Final = 10
MAX_DESCRIPTION: Final = 50_000
MAX_MANUFACTURING_DAYS: Final = 60
LISTING_TYPES: Final = ("gold_pro", "gold_premium", "gold_special", "gold", "silver", "bronze", "free")
WITHOUT_PICTURES: Final = "free"
BUYING_MODES: Final = ("buy_it_now",)
SHIPPING_MODES: Final = ("me2", "me1", "custom", "not_specified")
CONDITIONS: Final = ("new", "used", "not_specified")

FIELDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("site_id", "title", "subtitle", "family_name", "category_id", "currency_id", "buying_mode"),
            *("listing_type_id", "condition", "video_id", "warranty", "catalog_product_id", "seller_custom_field"),
            "start_time",
        ),
        "String",
    ),
    **dict.fromkeys(("price", "available_quantity", "official_store_id"), "Number"),
    **dict.fromkeys(("catalog_listing", "accepts_mercadopago", "automatic_relist"), "Boolean"),
    **dict.fromkeys(
        (
            *("sale_terms", "pictures", "attributes", "variations", "channels", "tags"),
            "non_mercado_pago_payment_methods",
        ),
        "Array",
    ),
    **dict.fromkeys(("shipping", "seller_contact", "location"), "Object"),
    "description": "String or Object",
}
"""The fields of an item that its seller may send, with the kind that each has."""
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>]*>|[\U0001f000-\U0001faff\u2600-\u27bf]")
_DAYS: Final = re.compile(r"\s*(\d+)\b.*")
_CONDITION_IDS: Final = {items_attributes.NEW: "new", "2230581": "used"}


def check_shape(body: JsonObject, further: Mapping[str, str] | None = None) -> None:
    """Refuses fields that are none, and values of another kind than their field's.

    Args:
        body: what was sent.
        further: fields beside those of an item, with their kinds.
    """
    kinds = {**FIELDS, **(further or {})}
    if unknown := [name for name in body if name not in kinds]:
        raise invalid_fields(unknown)
    wrong = [
        (name, kinds[name], value)
        for name, value in body.items()
        if value is not None and json_kind(value) not in kinds[name]
    ]
    whole = body.get("available_quantity")
    if isinstance(whole, Decimal):
        wrong.append(("available_quantity", "Integer", whole))
    if wrong:
        raise wrong_types(wrong)
    for name in ("sale_terms", "pictures", "attributes", "variations"):
        if as_objects(body.get(name) or []) is None:
            raise wrong_types([(name, "Array of Object", body[name])])


def leaf(world: World, seller: User, category_id: object) -> Category:
    """The category that an item is to be in.

    Raises:
        ApiError: 400, there is none, it is another site's, or takes no items.
    """
    category = world.categories.get(str(category_id))
    if category is None:
        raise refusal(400, "item.category_id.invalid", f"Category {category_id} does not exist.")
    if category.site_id != seller.site_id:
        raise refused("item.site_id.invalid", f"Category {category_id} is not of {seller.site_id}.", "item.site_id")
    if any(other.parent_id == category.id for other in world.categories.values()):
        message = f"Is not allowed to post in category {category_id}. Make sure you're posting in a leaf category."
        raise refused("item.category_id.invalid", message, "item.category_id", cause_id=126)
    return category


def check_names(seller: User, body: JsonObject, *, counted: bool) -> None:
    """Looks for the fields that a new item must have, and for those that sellers of this kind do not send.

    Raises:
        ApiError: 400, some are missing, or some are not for this seller.
    """
    of_products = UP_TAG in seller.tags
    alien = [name for name in (("title", "variations") if of_products else ("family_name",)) if name in body]
    if alien:
        raise invalid_fields(alien)
    name = "family_name" if of_products else "title"
    needed = ["category_id", "currency_id", "buying_mode", "listing_type_id"]
    if not (body.get("catalog_listing") and body.get("catalog_product_id")):
        needed.insert(0, name)
    if not body.get("variations"):
        needed += ["price", "available_quantity"] if counted else ["price"]
    if missing := [field for field in needed if body.get(field) is None]:
        message = f"The body does not contain some or none of the following properties [{', '.join(missing)}]."
        raise refused("body.required_fields", message, *(f"item.{field}" for field in missing), cause_id=369)


def with_condition(body: JsonObject, attributes: list[JsonObject]) -> list[JsonObject]:
    """The attributes, with the condition among them where it is given as a field."""
    condition_id = next((key for key, name in _CONDITION_IDS.items() if name == body.get("condition")), None)
    return attributes if condition_id is None else [*attributes, {"id": "ITEM_CONDITION", "value_id": condition_id}]


def condition(body: JsonObject) -> str:
    """The condition of a new item, which is a field or an attribute."""
    for row in as_objects(body.get("attributes")) or []:
        if row.get("id") == "ITEM_CONDITION":
            value_id, name = items_attributes.value_of(row)
            return _CONDITION_IDS.get(value_id or "", "new" if name in {"New", "Nuevo"} else "not_specified")
    given = body.get("condition")
    return given if isinstance(given, str) else "not_specified"


def check_values(causes: Causes, world: World, category: Category, body: JsonObject) -> None:
    """Looks at the values that were sent, of a new item or of a change; variations are looked at by `check_variations`."""
    for name in ("title", "family_name"):
        if isinstance(text := body.get(name), str):
            _check_title(causes, name, text)
    if "price" in body:
        check_price(causes, category.id, body["price"], "item.price")
    if (quantity := body.get("available_quantity")) is not None and not (isinstance(quantity, int) and quantity >= 0):
        causes.error(
            None, "item.available_quantity.invalid", f"Quantity {quantity} is not valid.", "item.available_quantity"
        )
    _check_words(causes, category, body)
    if "pictures" in body:
        check_pictures(causes, world, category.id, as_objects(body["pictures"]) or [], body.get("listing_type_id"))
    known = items_attributes.by_id(category.attributes)
    items_attributes.check_values(causes, known, as_objects(body.get("attributes")) or [], "item.attributes")
    terms = items_attributes.by_id(category.sale_terms)
    items_attributes.check_values(causes, terms, as_objects(body.get("sale_terms")) or [], "item.sale_terms")
    if (text := plain_text(body.get("description"))) is not None:
        check_description(causes, text)


def _check_words(causes: Causes, category: Category, body: JsonObject) -> None:
    currency = SITES[category.site_id].currency
    if body.get("currency_id") not in {None, currency}:
        message = (
            "Invalid property type: [currency_id] expected URL-Friendly String but was String value: "
            f"{body['currency_id']}."
        )
        causes.error(101, "body.invalid_field_types", message, "item.currency_id")
    if body.get("site_id") not in {None, category.site_id}:
        causes.error(None, "item.site_id.invalid", f"Site {body['site_id']} is not valid.", "item.site_id")
    shipping = as_object(body.get("shipping")) or {}
    for code, value, allowed in (
        ("buying_mode", body.get("buying_mode"), BUYING_MODES),
        ("listing_type_id", body.get("listing_type_id"), LISTING_TYPES),
        ("shipping.mode", shipping.get("mode"), SHIPPING_MODES),
    ):
        if value is not None and value not in allowed:
            causes.error(None, f"item.{code}.invalid", f"{value} is not valid.", f"item.{code}")
    if body.get("condition") not in {None, *CONDITIONS}:
        message = f"Value '{body['condition']}' is not allowed for attribute ITEM_CONDITION"
        causes.error(None, "item.attributes.invalid_list_value", message, "item.condition")


def _check_title(causes: Causes, name: str, text: str) -> None:
    if not text.strip():
        causes.error(5141, "item.title.empty", "Title cannot be empty.", f"item.{name}")
    elif len(text) > MAX_TITLE:
        message = f"The {name} has {len(text)} characters, the category allows {MAX_TITLE}."
        causes.error(None, "item.title.length_exceeded", message, f"item.{name}")


def check_price(causes: Causes, category_id: str, price: object, where: str) -> None:
    """Looks at a price."""
    if not isinstance(price, (int, Decimal)) or price < MIN_PRICE:
        causes.error(
            109, "item.price.invalid", f"The category {category_id} requires a minimum price of {MIN_PRICE}.", where
        )
    elif price >= PRICE_BELOW:
        causes.error(129, "item.price.invalid", f"Price must be less than {PRICE_BELOW}.", where)


def picture_names(body: JsonObject) -> set[str]:
    """By what variations may name the pictures that are sent with them: id or address."""
    rows = as_objects(body.get("pictures")) or []
    return {str(row[key]) for row in rows for key in ("id", "source") if isinstance(row.get(key), str)}


def check_pictures(
    causes: Causes, world: World, category_id: str, rows: list[JsonObject], listing_type_id: object
) -> None:
    """Looks at the whole set of an item's pictures."""
    if not rows and listing_type_id != WITHOUT_PICTURES:
        message = f"Item pictures are mandatory for listing type {listing_type_id}."
        causes.error(173, "item.listing_type_id.requiresPictures", message, "item.pictures")
    if len(rows) > MAX_PICTURES:
        message = f"Items in category {category_id} cannot exceed {MAX_PICTURES} pictures."
        causes.error(201, "item.pictures.max", message, "item.pictures")
    for place, row in enumerate(rows):
        fault = None if isinstance(row.get("source"), str) else fault_of(world, row.get("id"))
        if fault is not None:
            causes.error(*fault, f"item.pictures[{place}]")


def plain_text(description: object) -> str | None:
    """The text of a description, which is sent alone or in an object."""
    body = as_object(description)
    text = description if body is None else body.get("plain_text")
    return text if isinstance(text, str) else None


def check_description(causes: Causes, text: str) -> None:
    """Looks at a description: text with line breaks, no more."""
    if found := _MARKUP.search(text):
        message = "The description must be in plain text"
        causes.error(398, "item.description.type.invalid", message, f"plain_text[{found.start()}]")
    elif len(text) > MAX_DESCRIPTION:
        message = f"You exceeded the {MAX_DESCRIPTION} character limit. Shorten the description."
        causes.error(3707, "item.descriptions.length_exceeded", message, "plain_text")


def without_long_manufacturing(causes: Causes, terms: list[JsonObject]) -> list[JsonObject]:
    """The sale terms; a MANUFACTURING_TIME of too many days is dropped with a warning."""
    kept: list[JsonObject] = []
    for term in terms:
        days = _DAYS.fullmatch(items_attributes.value_of(term)[1] or "")
        if term.get("id") == "MANUFACTURING_TIME" and days is not None and int(days[1]) > MAX_MANUFACTURING_DAYS:
            message = f"MANUFACTURING_TIME is at most {MAX_MANUFACTURING_DAYS} days, and was dropped."
            causes.warn(None, "delete.item.sale_terms.manufacturing_time", message, "item.sale_terms")
        else:
            kept.append(term)
    return kept
