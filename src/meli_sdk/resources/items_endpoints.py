"""The endpoint table of items: reading, searching, creating, changing, variations and descriptions."""

from typing import Final

from meli_sdk.errors import Check
from meli_sdk.models.items import SELLER_SKU, Item, Variation
from meli_sdk.models.items_search import ItemSearch, SearchRestrictions
from meli_sdk.models.items_texts import ItemDescription
from meli_sdk.resources import items_errors as tables
from meli_sdk.resources import items_pages as pages
from meli_sdk.resources.json_shapes import fields_of, rows_of
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, listing, nothing
from meli_sdk.wire.message import render_path
from meli_sdk.wire.paging import Page, by_offset_or_scan, rows
from meli_sdk.wire.rate_groups import ITEM_WRITES

MAX_PAGE: Final = 100
MAX_OFFSET: Final = 1_000
"""The search shows no rows beyond this offset; a scan does."""
_SETTABLE: Final = (
    "available_quantity",
    "buying_mode",
    "category_id",
    "condition",
    "listing_type_id",
    "price",
    "status",
    "title",
)
"""Fields that a later read shows as they were sent."""


def sku_in(item: object) -> str | None:
    """The SELLER_SKU of an item's body, or of its first variation that has one."""
    fields = fields_of(item)
    for attribute in rows_of(fields.get("attributes")):
        value = attribute.get("value_name")
        if attribute.get("id") == SELLER_SKU and isinstance(value, str) and value:
            return value
    return next((found for row in rows_of(fields.get("variations")) if (found := sku_in(row))), None)


def _listed_by_sku(sent: SentCall) -> Check | None:
    """A search for the SKU shows whether the item was created, or an older one; it takes some seconds until it does."""
    sku = sku_in(sent.json)
    if sku is None or sent.user_id is None:
        return None
    path = f"/users/{sent.user_id}/items/search"
    return Check(path=path, params={"seller_sku": sku}, rows="results", sought=({},), conclusive=False)


def _fields_set(sent: SentCall) -> Check | None:
    """A read of the item shows the plain fields that were sent."""
    body = fields_of(sent.json)
    sought: dict[str, object] = {name: body[name] for name in _SETTABLE if name in body}
    conclusive = body.keys() <= {*_SETTABLE, "deleted"}
    if "deleted" in body:
        sought["sub_status"] = ["deleted"]
    path = render_path("/items/{item_id}", sent.path)
    return Check(path=path, sought=(sought,), conclusive=conclusive) if sought else None


def listing_type_set(sent: SentCall) -> Check:
    """A read of the item shows its new listing type."""
    path = render_path("/items/{item_id}", sent.path)
    return Check(path=path, sought=({"listing_type_id": fields_of(sent.json).get("id")},))


def _variation_added(sent: SentCall) -> Check:
    combination = fields_of(sent.json).get("attribute_combinations")
    path = render_path("/items/{item_id}/variations", sent.path)
    return Check(path=path, sought=({"attribute_combinations": combination},))


def _described(sent: SentCall) -> Check:
    path = render_path("/items/{item_id}/description", sent.path)
    return Check(path=path, sought=(fields_of(sent.json),))


GET_ITEM: Final = Endpoint(
    method="GET",
    template="/items/{item_id}",
    reader=json(Item),
    safety=Safety.SAFE,
    doc=pages.SEARCH,
)
SEARCH_ITEMS: Final[Endpoint[Page[str]]] = Endpoint(
    method="GET",
    template="/users/{user_id}/items/search",
    reader=rows(str, "results", by_offset_or_scan(MAX_PAGE, MAX_OFFSET)),
    safety=Safety.SAFE,
    errors=tables.SEARCHING,
    doc=pages.SEARCH,
)
GET_SEARCH_FILTERS: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/items/search",
    reader=json(ItemSearch),
    safety=Safety.SAFE,
    errors=tables.SEARCHING,
    doc=pages.SEARCH,
)
GET_SEARCH_RESTRICTIONS: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/items/search/restrictions",
    reader=json(SearchRestrictions),
    safety=Safety.SAFE,
    errors=tables.SEARCHING,
    doc=pages.SEARCH,
)
CREATE_ITEM: Final = Endpoint(
    method="POST",
    template="/items",
    reader=json(Item),
    safety=Safety.UNSAFE,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    check=_listed_by_sku,
    doc=pages.PUBLISH,
)
VALIDATE_ITEM: Final = Endpoint(
    method="POST",
    template="/items/validate",
    reader=nothing,
    safety=Safety.SAFE,
    errors=tables.WRITING,
    doc=pages.VALIDATE,
)
UPDATE_ITEM: Final = Endpoint(
    method="PUT",
    template="/items/{item_id}",
    reader=json(Item),
    safety=Safety.IDEMPOTENT,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    check=_fields_set,
    doc=pages.UPDATE,
)
DELETE_ITEM: Final = Endpoint(
    method="PUT",
    template="/items/{item_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    check=_fields_set,
    doc=pages.UPDATE,
)
RELIST_ITEM: Final = Endpoint(
    method="POST",
    template="/items/{item_id}/relist",
    reader=json(Item),
    safety=Safety.UNSAFE,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    doc=pages.RELIST,
)
GET_DESCRIPTION: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/description",
    reader=json(ItemDescription),
    safety=Safety.SAFE,
    doc=pages.DESCRIPTIONS,
)
CREATE_DESCRIPTION: Final = Endpoint(
    method="POST",
    template="/items/{item_id}/description",
    reader=nothing,
    safety=Safety.UNSAFE,
    errors=tables.DESCRIPTION,
    group=ITEM_WRITES,
    check=_described,
    doc=pages.DESCRIPTIONS,
)
REPLACE_DESCRIPTION: Final = Endpoint(
    method="PUT",
    template="/items/{item_id}/description",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=tables.DESCRIPTION,
    group=ITEM_WRITES,
    check=_described,
    doc=pages.DESCRIPTIONS,
)
LIST_VARIATIONS: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/variations",
    reader=listing(Variation),
    safety=Safety.SAFE,
    doc=pages.VARIATIONS,
)
GET_VARIATION: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/variations/{variation_id}",
    reader=json(Variation),
    safety=Safety.SAFE,
    doc=pages.VARIATIONS,
)
ADD_VARIATION: Final = Endpoint(
    method="POST",
    template="/items/{item_id}/variations",
    reader=listing(Variation),
    safety=Safety.UNSAFE,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    check=_variation_added,
    doc=pages.VARIATIONS,
)
DELETE_VARIATION: Final = Endpoint(
    method="DELETE",
    template="/items/{item_id}/variations/{variation_id}",
    reader=json(Item),
    safety=Safety.IDEMPOTENT,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    doc=pages.VARIATIONS,
)
