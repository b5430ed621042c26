"""The check itself: all rules over one item. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from attrs import frozen

from meli_sdk.models.categories_findings import Findings
from meli_sdk.models.categories_rules import CategoryRules, SellerAccount
from meli_sdk.resources.categories_check import (
    accounts,
    attributes,
    basics,
    contents,
    domains,
    identifiers,
    packages,
    titles,
    variations,
)
from meli_sdk.resources.categories_check.subject import Check, Subject
from meli_sdk.resources.json_shapes import Fields


@frozen(kw_only=True)
class CheckRule:
    """One rule of the check, for the documentation."""

    number: int | None
    """Its number among the 29 of the validator; None for a rule of the marketplace page or of one country."""
    says: str
    causes: tuple[int, ...] = ()
    """The cause ids that Mercado Libre would give."""


def _rule(number: int | None, says: str, *causes: int) -> CheckRule:
    return CheckRule(number=number, says=says, causes=causes)


CHECK_RULES: Final[Mapping[str, CheckRule]] = MappingProxyType(
    {
        "category": _rule(1, "A leaf category that takes listings.", 126),
        "title": _rule(2, "A title (or family name) that is there and not too long.", 5141, 3705, 3715),
        "currency": _rule(3, "A currency of the category; USD in Global Selling."),
        "price": _rule(
            4,
            "A number above zero, within the category's limits and the currency's decimals.",
            101,
            109,
            129,
            369,
            5002,
            5012,
        ),
        "net_proceeds": _rule(5, "Global Selling: price or net proceeds for each site, as its logistics want it."),
        "condition": _rule(6, "A condition of the category; new in Global Selling."),
        "buying_mode": _rule(7, "A buying mode of the category."),
        "listing_type": _rule(
            8, "A listing type of the site, open in this category, with a picture if it asks so.", 173
        ),
        "quantity": _rule(9, "A whole number, at least one, no more than the listing type takes.", 101),
        "pictures": _rule(10, "Not too many, each with one of id and source that can be fetched.", 201, 204),
        "description": _rule(11, "Plain text that is not too long.", 398, 3707),
        "required_attributes": _rule(12, "Required attributes on the item or in every variation.", 147, 3704, 369),
        "conditional_attributes": _rule(13, "Attributes that are required under a condition.", 7810),
        "known_attributes": _rule(
            14, "Attributes of the category; one characteristic of your own in a variation.", 372
        ),
        "reserved_attributes": _rule(15, "Nothing that Mercado Libre fills itself."),
        "list_values": _rule(16, "Values of closed lists, by id where it is yes or no."),
        "number_values": _rule(17, "Numbers, with a unit of the attribute where it has units.", 3708),
        "value_length": _rule(18, "Values that are not too long.", 154, 394),
        "single_values": _rule(19, "One value, where an attribute takes one."),
        "product_identifiers": _rule(20, "GTIN, EAN, UPC, JAN, ISBN: digits, length, check digit.", 7710, 7711, 7714),
        "identifier_places": _rule(21, "A GTIN on the item or in the variations, each its own."),
        "seller_package": _rule(22, "Four package measures or none, in whole cm and g.", 5400, 5401, 5402),
        "global_package": _rule(23, "Global Selling: a package that is not too small."),
        "variations": _rule(24, "Complete variations, told apart by the same attributes, at one price.", 369),
        "sale_units": _rule(25, "Format of sale, units in a pack and weight agree.", 3709),
        "fashion": _rule(
            26, "Title and gender agree; a size chart where there is to be one.", 4210, 2516, 2610, 2611, 2612
        ),
        "sale_terms": _rule(27, "Warranty as the category has it; at most 60 days to make the goods."),
        "account": _rule(28, "What this account sends, where it may list, what it has left.", 5119, 304),
        "shipping_mode": _rule(29, "A shipping mode of the category."),
        "voltage": _rule(None, "Argentina: no goods for 100 to 199 V alone.", 3710),
        "title_stock": _rule(None, "A title that mentions stock gets the listing moderated."),
        "title_services": _rule(None, "No returns, free shipping or installments in a title."),
        "title_condition": _rule(None, "No condition in a title."),
        "title_discount": _rule(None, "No discount or percent in a title."),
        "title_colour": _rule(None, "No colour in a title while there are variations."),
        "title_symbols": _rule(None, "No punctuation or symbols in a title."),
        "title_product": _rule(None, "Brand and model in the title."),
    }
)
"""Every rule by the name that a finding carries."""

_CHECKS: Final[tuple[Check, ...]] = (
    *basics.RULES,
    *contents.RULES,
    *attributes.RULES,
    *identifiers.RULES,
    *packages.RULES,
    *variations.RULES,
    *domains.RULES,
    *accounts.RULES,
    *titles.RULES,
)


def check_item(
    item: Fields,
    rules: CategoryRules | None,
    account: SellerAccount | None = None,
    *,
    partial: bool = False,
    now: datetime | None = None,
) -> Findings:
    """Everything that can be said against an item without asking anybody. The item is not changed.

    Args:
        item: the body as it would be sent.
        rules: of its category; None where they are not known.
        account: who will list it.
        partial: it is a change of an item: what is absent is no fault.
        now: for the age of the rules.
    """
    subject = Subject(item=item, rules=rules, account=account, partial=partial)
    for check in _CHECKS:
        check(subject)
    read_at = rules.read_at if rules else None
    return Findings(
        subject.found,
        category_id=rules.category.id if rules else None,
        rules_read_at=read_at,
        attributes_age=now - read_at if now is not None and read_at is not None else None,
        unchecked=subject.unchecked,
    )
