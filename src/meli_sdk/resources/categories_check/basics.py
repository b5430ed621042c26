"""Rules 1 to 9: category, title, currency, price, net proceeds, condition, buying mode, listing type, quantity."""

from decimal import Decimal
from typing import Final

from meli_sdk.errors import InputError, shown
from meli_sdk.models.items import ListingType
from meli_sdk.resources.categories_check.subject import Subject
from meli_sdk.resources.json_shapes import Fields
from meli_sdk.wire import ids

PRICE_LIMIT: Final = Decimal(9_999_999_999)
_WITHOUT_DECIMALS: Final = frozenset({"CLP", "COP"})
_SHORT_TITLE: Final = 3
_NOT_ASKED: Final = frozenset({"optional", "not_allowed"})


def category(subject: Subject) -> None:
    """1: a leaf of the tree that takes listings."""
    if "category_id" not in subject.item and subject.partial:
        return
    sent = subject.item.get("category_id")
    if sent is None or sent == "":
        message = "a category is needed: categories.discover suggests one"
        subject.error("category", "category_id", message, code="item.category_id.invalid")
        return
    try:
        ids.category_id(sent)
    except InputError:
        subject.error(
            "category",
            "category_id",
            f"{shown(sent)} is no category id, such as MLA1055",
            code="item.category_id.invalid",
        )
        return
    if subject.rules is None:
        subject.skip("category", "the category's settings are")
        return
    known, settings = subject.rules.category, subject.settings
    if known.id != sent:
        subject.error("category", "category_id", f"checked by the rules of {known.id}, the item says {sent}")
    if (settings and settings.listing_allowed is False) or known.children_categories:
        names = ", ".join(f"{child.id} {child.name}" for child in known.children_categories[:5])
        message = f"{known.id} takes no listings: use a leaf category{f', such as {names}' if names else ''}"
        subject.error("category", "category_id", message, 126, code="item.category_id.invalid")
    elif settings and settings.status not in (None, "enabled"):
        subject.error(
            "category", "category_id", f"{known.id} is {settings.status}", 126, code="item.category_id.invalid"
        )


def title(subject: Subject) -> None:
    """2: there is one, not too long and not too short; sellers of user products send a family name instead."""
    of_user_product = bool(subject.account and subject.account.user_product)
    name = "family_name" if of_user_product or "title" not in subject.item else "title"
    value = subject.item.get(name)
    from_catalogue = subject.item.get("catalog_listing") is True and subject.item.get("catalog_product_id")
    is_empty = not isinstance(value, str) or not value.strip()
    if is_empty and (name in subject.item or not (subject.partial or from_catalogue)):
        asked = "family_name" if of_user_product else "title"
        subject.error("title", asked, f"{asked} is empty", 5141, code="item.title.empty")
    limit = subject.settings.max_title_length if subject.settings else None
    if limit is None:
        subject.skip("title length", "the category's max_title_length is")
    texts = [(place, text) for place, text, _ in subject.titles]
    if isinstance(value, str) and name == "family_name":
        texts.append((name, value))
    for place, text in texts:
        if limit is not None and len(text) > limit:
            subject.error("title", place, f"{len(text)} characters, the category allows {limit}")
        elif place in ("title", "family_name") and len(text.split()) < _SHORT_TITLE:
            message = "name more features: product, brand, model and what tells it from others"
            subject.warn("title", place, message, 3705, 3715, code="item.title.minimum_length")


def currency(subject: Subject) -> None:
    """3: one the category takes; US dollars in Global Selling."""
    sent = subject.item.get("currency_id")
    if sent is None:
        if not subject.partial and subject.is_global:
            subject.warn("currency", "currency_id", "no currency: Global Selling counts in USD")
        elif not subject.partial:
            subject.error("currency", "currency_id", "a currency is needed")
        return
    allowed = ("USD",) if subject.is_global else subject.settings.currencies if subject.settings else ()
    if allowed and sent not in allowed:
        subject.error("currency", "currency_id", f"{shown(sent)} is not taken here; use {', '.join(allowed)}")
    elif not allowed:
        subject.skip("currency", "the category's currencies are")


def _amount(subject: Subject, place: str, value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        message = f"must be a number, got {shown(value)}"
        subject.error("price", place, message, 101, code="body.invalid_field_types")
        return None
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def price(subject: Subject) -> None:
    """4: a number above zero, within the category's limits, with no more decimals than the currency has."""
    prices = [("price", subject.item)] if "price" in subject.item else []
    prices += [(f"variations[{i}].price", row) for i, row in enumerate(subject.variations) if "price" in row]
    prices += [(f"sites_to_sell[{i}].price", row) for i, row in enumerate(subject.sites) if "price" in row]
    for place, holder in prices:
        if holder["price"] is None:
            subject.error("price", place, "a price is needed, not null", code="item.price.invalid")
        elif (amount := _amount(subject, place, holder["price"])) is not None:
            _check_amount(subject, place, amount)
    asked = subject.settings.price if subject.settings else None
    if not prices and not subject.partial and asked not in _NOT_ASKED and not _proceeds(subject):
        causes = (369,) if subject.variations else ()
        subject.error("price", "price", "a price is needed", *causes, code="item.price.invalid")


def _proceeds(subject: Subject) -> bool:
    return "global_net_proceeds" in subject.item or any("net_proceeds" in row for row in subject.sites)


def _check_amount(subject: Subject, place: str, amount: Decimal) -> None:
    settings = subject.settings
    least, most = (settings.minimum_price, settings.maximum_price) if settings else (None, None)
    below = (5012, "item.price.below_minimum") if subject.is_global else (109, "item.price.invalid")
    if amount <= 0:
        subject.error("price", place, f"must be above 0, got {amount}", below[0], code="item.price.invalid")
    elif amount >= PRICE_LIMIT:
        subject.error("price", place, f"must be less than {PRICE_LIMIT}, got {amount}", 129, code="item.price.invalid")
    elif least is not None and amount < least:
        message = f"{amount} is below the category's minimum of {least}"
        subject.error("price", place, message, below[0], code=below[1])
    elif most is not None and amount > most:
        message = f"{amount} is above the category's maximum of {most}"
        subject.error("price", place, message, 5002, code="item.price.invalid")
    places = _decimals(subject)
    if places is not None and amount != round(amount, places):
        subject.warn("price", place, f"{amount} has more than the {places} decimals of its currency")


def _decimals(subject: Subject) -> int | None:
    sent = subject.item.get("currency_id")
    known = subject.rules.currency if subject.rules else None
    if known is not None and known.id == sent:
        return known.decimal_places
    return 0 if sent in _WITHOUT_DECIMALS else None


def net_proceeds(subject: Subject) -> None:
    """5: of Global Selling: a price or net proceeds for each site, not both; proceeds for remote, price for fulfillment."""
    for place, row in enumerate(subject.sites):
        path = f"sites_to_sell[{place}]"
        if "price" in row and "net_proceeds" in row:
            subject.error("net_proceeds", path, "price and net_proceeds: give one of the two")
        elif row.get("logistic_type") == "fulfillment" and "net_proceeds" in row:
            subject.error(
                "net_proceeds", f"{path}.net_proceeds", "a listing in fulfillment has a price, no net proceeds"
            )
        elif row.get("logistic_type") == "remote" and _priced_only(subject.item, row):
            message = "remote listings are priced by net_proceeds since 2026-01-05; a price is deprecated"
            subject.warn("net_proceeds", path, message)
        if "net_proceeds" in row:
            amount = _amount(subject, f"{path}.net_proceeds", row["net_proceeds"])
            if amount is not None and amount <= 0:
                subject.error("net_proceeds", f"{path}.net_proceeds", f"must be above 0, got {amount}")


def _priced_only(item: Fields, row: Fields) -> bool:
    return "net_proceeds" not in row and "global_net_proceeds" not in item and ("price" in row or "price" in item)


def condition(subject: Subject) -> None:
    """6: one the category takes; new only in Global Selling."""
    sent = subject.condition
    if sent is None:
        if not subject.partial and subject.is_global:
            message = "say that it is new by the attribute ITEM_CONDITION, value 2230284"
            subject.error("condition", "attributes.ITEM_CONDITION", message)
        elif not subject.partial:
            subject.warn(
                "condition", "attributes.ITEM_CONDITION", "say by the attribute ITEM_CONDITION whether it is new"
            )
        return
    allowed = ("new",) if subject.is_global else subject.settings.item_conditions if subject.settings else ()
    if allowed and sent not in allowed and not (sent == "refurbished" and not subject.is_global):
        place = "attributes.ITEM_CONDITION" if subject.value_of("ITEM_CONDITION") else "condition"
        subject.error("condition", place, f"{shown(sent)} is not taken here; use {', '.join(allowed)}")


def buying_mode(subject: Subject) -> None:
    """7: one the category takes."""
    sent = subject.item.get("buying_mode")
    allowed = subject.settings.buying_modes if subject.settings else ()
    if sent is None:
        if not (subject.partial or subject.is_global):
            subject.warn("buying_mode", "buying_mode", "no buying mode: goods have buy_it_now")
    elif allowed and sent not in allowed:
        message = f"{shown(sent)} is not taken here; use {', '.join(allowed)}"
        subject.error("buying_mode", "buying_mode", message, code="item.buying_mode.invalid")


def listing_type(subject: Subject) -> None:
    """8: one of the site, there in this category, with a picture where it asks for one."""
    sent = subject.item.get("listing_type_id")
    if sent is None:
        if not (subject.partial or subject.is_global):
            message = "a listing type is needed: items.listing_types.available(category_id) lists them"
            subject.error("listing_type", "listing_type_id", message, code="item.listing_type_id.invalid")
        return
    known = {one.id: one for one in (subject.rules.listing_types if subject.rules else None) or ()}
    if not known or (sent in tuple(ListingType) and sent not in known):
        subject.skip("listing type", f"what the site's {sent} asks for is")
        if not known and sent not in tuple(ListingType):
            subject.warn("listing_type", "listing_type_id", f"{shown(sent)} is no listing type that is documented")
        if not subject.partial and not _has_picture(subject):
            message = "no picture: most listing types ask for one"
            subject.warn("listing_type", "pictures", message, 173, code="item.listing_type_id.requiresPictures")
        return
    found = known.get(str(sent))
    if found is None:
        message = f"{shown(sent)} is not among the site's {', '.join(known)}"
        subject.error("listing_type", "listing_type_id", message, code="item.listing_type_id.invalid")
        return
    path = [row.id for row in subject.rules.category.path_from_root] if subject.rules else []
    if {*path, subject.category_id} & set(found.not_available_in_categories):
        message = f"{sent} is not available in this category"
        subject.error("listing_type", "listing_type_id", message, code="item.listing_type_id.invalid")
    configuration = found.configuration
    if configuration and configuration.requires_picture and not subject.partial and not _has_picture(subject):
        message = f"{sent} asks for a picture"
        subject.error("listing_type", "pictures", message, 173, code="item.listing_type_id.requiresPictures")


def _has_picture(subject: Subject) -> bool:
    return bool(subject.item.get("pictures")) or any(row.get("picture_ids") for row in subject.variations)


def quantity(subject: Subject) -> None:
    """9: a whole number, at least one to list, no more than the listing type takes."""
    holders = [("available_quantity", subject.item)] if not subject.variations else []
    holders += [(f"variations[{i}].available_quantity", row) for i, row in enumerate(subject.variations)]
    if subject.variations and "available_quantity" in subject.item:
        holders.append(("available_quantity", subject.item))
    total = 0
    for place, holder in holders:
        sent = holder.get("available_quantity")
        if sent is None:
            _missing_quantity(subject, place)
        elif isinstance(sent, bool) or not isinstance(sent, int):
            message = f"must be a whole number, got {shown(sent)}"
            subject.error("quantity", place, message, 101, code="body.invalid_field_types")
        elif sent < 0 or (sent == 0 and not subject.partial and not subject.variations):
            message = f"must be at least {0 if subject.partial else 1}, got {sent}"
            subject.error("quantity", place, message, code="item.available_quantity.invalid")
        elif place != "available_quantity" or not subject.variations:
            total += sent
    known = {one.id: one for one in (subject.rules.listing_types if subject.rules else None) or ()}
    found = known.get(str(subject.item.get("listing_type_id")))
    most = found.configuration.max_stock_per_item if found and found.configuration else None
    if most is not None and total > most:
        message = f"{total} in all, {subject.item.get('listing_type_id')} takes {most}"
        subject.error("quantity", "available_quantity", message, code="item.available_quantity.invalid")
    if subject.condition == "used" and total > 1:
        subject.warn("quantity", "available_quantity", f"{total} used ones: several categories take one only")


def _missing_quantity(subject: Subject, place: str) -> None:
    """Stores hold the stock of some accounts; some categories want none."""
    in_stores = bool(subject.account and subject.account.warehouse_management) or "stock_locations" in subject.item
    asked = subject.settings.stock if subject.settings else None
    if subject.partial or in_stores or asked in _NOT_ASKED:
        return
    if asked is None:
        subject.warn("quantity", place, "no quantity")
    else:
        subject.error("quantity", place, "a quantity is needed", code="item.available_quantity.invalid")


RULES: Final = (
    category,
    title,
    currency,
    price,
    net_proceeds,
    condition,
    buying_mode,
    listing_type,
    quantity,
)
