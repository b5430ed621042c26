"""The marketplace page's "Guide to modify items" as a table: which field may change, and through which resource.

Routing, refusals, the documentation page and the tests all read it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from attrs import frozen

ITEMS: Final = "/items/{item_id}"
MARKETPLACE_ITEMS: Final = "/marketplace/items/{item_id}"


@frozen(kw_only=True)
class GuideRow:
    """One field of the guide. `resource` is None where the field cannot be changed."""

    field: str
    resource: Literal["/items/{item_id}", "/marketplace/items/{item_id}"] | None
    note: str
    """What the field asks for, or why it cannot change and what to do instead."""


_ROWS: Final = (
    GuideRow(
        field="listing_type_id",
        resource=None,
        note="the listing type is set when the item is listed: list it again with the type you want",
    ),
    GuideRow(field="title", resource=MARKETPLACE_ITEMS, note="as long as the category's max_title_length allows"),
    GuideRow(
        field="available_quantity",
        resource=ITEMS,
        note="a whole number; only where the logistic type is remote, elsewhere Mercado Libre holds the stock",
    ),
    GuideRow(field="category_id", resource=ITEMS, note="a leaf category of the item's site"),
    GuideRow(field="buying_mode", resource=None, note="the buying mode is fixed when the item is listed"),
    GuideRow(field="currency_id", resource=None, note="Global Selling lists in USD only"),
    GuideRow(
        field="condition",
        resource=ITEMS,
        note="new only; it travels as the attribute ITEM_CONDITION, since the guide names no resource",
    ),
    GuideRow(field="price", resource=MARKETPLACE_ITEMS, note="an amount in USD, above 0, with two decimals at most"),
    GuideRow(field="warranty", resource=ITEMS, note="travels as the sale terms WARRANTY_TYPE and WARRANTY_TIME"),
    GuideRow(field="sale_terms", resource=ITEMS, note="the terms that categories.sale_terms lists"),
    GuideRow(field="attributes", resource=ITEMS, note="the attributes that categories.attributes lists"),
    GuideRow(field="pictures", resource=ITEMS, note="the whole set: pictures that are left out are removed"),
    GuideRow(field="video_id", resource=None, note="the guide names a resource and says it cannot be updated"),
    GuideRow(field="variations", resource=ITEMS, note="the whole set: variations that are left out are deleted"),
    GuideRow(field="description", resource=MARKETPLACE_ITEMS, note="plain text"),
    GuideRow(field="status", resource=MARKETPLACE_ITEMS, note="active or paused"),
)

MODIFY_GUIDE: Final[Mapping[str, GuideRow]] = MappingProxyType({row.field: row for row in _ROWS})
"""Sixteen rows, by field."""
