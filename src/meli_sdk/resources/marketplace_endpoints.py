"""The endpoint table of Global Selling items: https://global-selling.mercadolibre.com/devsite/global-listing"""

from collections.abc import Mapping
from typing import Any, Final, cast

from meli_sdk.errors import Check
from meli_sdk.models.items import Item
from meli_sdk.models.marketplace import MarketplaceItem, MarketplaceUser
from meli_sdk.models.marketplace_account import MarketplaceCap, MarketplaceMapping, WorkingDays
from meli_sdk.models.marketplace_prices import ItemShippingCost, PriceReference, PriceReferenceList
from meli_sdk.models.marketplace_publishing import MarketplaceDescription
from meli_sdk.resources import marketplace_pages as pages
from meli_sdk.resources.marketplace_errors import (
    DESCRIPTION_RULES,
    ITEM_ABSENT,
    PRICE_RULES,
    PUBLISH_RULES,
    UPDATE_RULES,
    WORKING_DAYS_RULES,
)
from meli_sdk.resources.marketplace_publication import read_listings, read_publication
from meli_sdk.resources.modify_guide import ITEMS, MARKETPLACE_ITEMS
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, listing, nothing
from meli_sdk.wire.error_rules import CREATING_RULES, MARKETPLACE_PAGE, MODIFYING_RULES
from meli_sdk.wire.message import Response
from meli_sdk.wire.paging import Cursor, Page, by_offset, rows
from meli_sdk.wire.rate_groups import ITEM_WRITES

FOREWARNING_PAGE: Final = 10


def _children_listed(sent: SentCall) -> Check:
    """The parent names its marketplace items, by site; one of another logistic type looks the same."""
    body = cast("Mapping[str, list[Mapping[str, object]]]", sent.json)
    rows = body.get("config") or body.get("sites_to_sell") or []
    return Check(
        path=f"/marketplace/items/{sent.path['cbt_item_id']}",
        rows="marketplace_items",
        sought=tuple({"site_id": row["site_id"]} for row in rows),
        conclusive=False,
    )


GET_MARKETPLACE_USER: Final = Endpoint(
    method="GET",
    template="/marketplace/users/{user_id}",
    reader=json(MarketplaceUser),
    safety=Safety.SAFE,
    doc=MARKETPLACE_PAGE,
)
CREATE_MARKETPLACE_ITEMS: Final = Endpoint(
    method="POST",
    template="/marketplace/items/{cbt_item_id}",
    reader=read_listings,
    safety=Safety.UNSAFE,
    check=_children_listed,
    errors=CREATING_RULES,
    doc=MARKETPLACE_PAGE,
)
PUBLISH_GLOBAL_ITEM: Final = Endpoint(
    method="POST",
    template="/global/items/{cbt_item_id}",
    reader=read_publication,
    safety=Safety.UNSAFE,
    check=_children_listed,
    errors=PUBLISH_RULES,
    doc=MARKETPLACE_PAGE,
)
GET_MARKETPLACE_ITEM: Final = Endpoint(
    method="GET",
    template="/marketplace/items/{item_id}",
    reader=json(MarketplaceItem),
    safety=Safety.SAFE,
    errors=(ITEM_ABSENT,),
    doc=MARKETPLACE_PAGE,
)
MODIFY_MARKETPLACE_ITEM: Final = Endpoint(
    method="PUT",
    template=MARKETPLACE_ITEMS,
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=MODIFYING_RULES,
    doc=MARKETPLACE_PAGE,
)
MODIFY_ITEM: Final = Endpoint(
    method="PUT",
    template=ITEMS,
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=MODIFYING_RULES,
    doc=MARKETPLACE_PAGE,
)
UPDATE_GLOBAL_ITEM: Final = Endpoint(
    method="PUT",
    template="/global/items/{item_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=UPDATE_RULES,
    group=ITEM_WRITES,
    doc=pages.UPDATE,
)
DELETE_MARKETPLACE_ITEM: Final = Endpoint(
    method="PUT",
    template="/global/items/{cbt_item_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=UPDATE_RULES,
    group=ITEM_WRITES,
    doc=MARKETPLACE_PAGE,
)
BY_RESOURCE: Final[Mapping[str, Endpoint[None]]] = {ITEMS: MODIFY_ITEM, MARKETPLACE_ITEMS: MODIFY_MARKETPLACE_ITEM}
"""The endpoints of the mission page's guide, by their paths."""

LIST_CAPS: Final = Endpoint(
    method="GET",
    template="/marketplace/users/cap",
    reader=listing(MarketplaceCap),
    safety=Safety.SAFE,
    doc=pages.PUBLISH,
)
CREATE_GLOBAL_ITEM: Final = Endpoint(
    method="POST",
    template="/global/items",
    reader=read_publication,
    safety=Safety.UNSAFE,
    errors=PUBLISH_RULES,
    group=ITEM_WRITES,
    doc=pages.PUBLISH,
)
GET_MARKETPLACE_ITEMS_OF: Final = Endpoint(
    method="GET",
    template="/items/{cbt_item_id}/marketplace_items",
    reader=json(MarketplaceMapping),
    safety=Safety.SAFE,
    doc=pages.SEARCH,
)


def _by_scan(response: Response, body: Mapping[str, Any], count: int) -> Cursor | None:  # noqa: ARG001
    """The newest scroll id; the end is an empty page, or an id that is null or empty."""
    scroll_id = body.get("scroll_id")
    return Cursor.of(scroll_id=scroll_id) if count and isinstance(scroll_id, str) and scroll_id else None


SEARCH_MARKETPLACE_ITEMS: Final[Endpoint[Page[str]]] = Endpoint(
    method="GET",
    template="/marketplace/users/{user_id}/items/search",
    reader=rows(str, "results", _by_scan),
    safety=Safety.SAFE,
    doc=pages.SEARCH,
)
GET_MARKETPLACE_DESCRIPTION: Final = Endpoint(
    method="GET",
    template="/marketplace/items/{item_id}/description",
    reader=json(MarketplaceDescription),
    safety=Safety.SAFE,
    errors=DESCRIPTION_RULES,
    doc=pages.DESCRIPTION,
)
# A second one is refused, and then replaced: sent twice it has the effect of once.
CREATE_MARKETPLACE_DESCRIPTION: Final = Endpoint(
    method="POST",
    template="/marketplace/items/{item_id}/description",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=DESCRIPTION_RULES,
    doc=pages.DESCRIPTION,
)
SET_LISTING_TYPE: Final = Endpoint(
    method="PUT",
    template="/items/{item_id}/listing_type",
    reader=json(Item),
    safety=Safety.IDEMPOTENT,
    doc=pages.LISTING_TYPES,
)
SEARCH_CATALOG_FOREWARNINGS: Final[Endpoint[Page[str]]] = Endpoint(
    method="GET",
    template="/marketplace/items/catalog-forewarning",
    reader=rows(str, "results", by_offset(FOREWARNING_PAGE)),
    safety=Safety.SAFE,
    doc=pages.CATALOG,
)
LIST_PRICE_REFERENCES: Final = Endpoint(
    method="GET",
    template="/marketplace/benchmarks/user/{user_id}/items",
    reader=json(PriceReferenceList),
    safety=Safety.SAFE,
    errors=PRICE_RULES,
    doc=pages.PRICES,
)
GET_PRICE_REFERENCE: Final = Endpoint(
    method="GET",
    template="/marketplace/benchmarks/items/{item_id}/details",
    reader=json(PriceReference),
    safety=Safety.SAFE,
    errors=PRICE_RULES,
    doc=pages.PRICES,
)
GET_ITEM_SHIPPING_COST: Final = Endpoint(
    method="GET",
    template="/marketplace/items/{item_id}/shipping_options/cost",
    reader=json(ItemShippingCost),
    safety=Safety.SAFE,
    doc=pages.SHIPMENTS,
)
GET_WORKING_DAYS: Final = Endpoint(
    method="GET",
    template="/marketplace/sellers/{user_id}/working_days",
    reader=json(WorkingDays),
    safety=Safety.SAFE,
    errors=WORKING_DAYS_RULES,
    doc=pages.SHIPMENTS,
)
SET_WORKING_DAYS: Final = Endpoint(
    method="PUT",
    template="/marketplace/sellers/{user_id}/working_days",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=WORKING_DAYS_RULES,
    doc=pages.SHIPMENTS,
)
