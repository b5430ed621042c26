"""Which resource takes a write of stock, for this account and item. Pure: a table that is read from the top.

A write to the wrong one is worse than an error: Mercado Libre answers 200 and changes nothing.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from meli_sdk.errors import InputError, NotApplicableError
from meli_sdk.models.items import Item
from meli_sdk.models.marketplace import MarketplaceItem
from meli_sdk.models.users import User
from meli_sdk.sites import GLOBAL_SELLING

WAREHOUSES: Final = "warehouse_management"
"""Tag of a seller whose stock is in stores."""
FLEX: Final = "self_service_in"
"""Shipping tag of an item that the seller delivers too, beside Mercado Libre's warehouse."""
FLEX_SITES: Final = frozenset({"MLA", "MLC"})
"""Where the stock beside Mercado Libre's warehouse can be changed."""
FULFILLMENT: Final = "fulfillment"
REMOTE: Final = "remote"

AnyItem = Item | MarketplaceItem
"""An item of one site, or one of Global Selling."""


class StockResource(StrEnum):
    """What takes the write; the value is the path."""

    ITEM = "/items/{item_id}"
    GLOBAL_ITEM = "/global/items/{item_id}"
    SELLING_ADDRESS = "/user-products/{user_product_id}/stock/type/selling_address"
    STORES = "/user-products/{user_product_id}/stock/type/seller_warehouse"


VERSIONED: Final = frozenset({StockResource.STORES, StockResource.SELLING_ADDRESS})
"""The stock of user products: a write names the version that it changes."""


@frozen(kw_only=True)
class StockFacts:
    """What the decision needs to know."""

    site_id: str
    logistic_type: str | None
    """Of the item; of a marketplace item the account's, such as `remote`."""
    flex: bool
    """Mercado Libre's warehouse and the seller's address hold the item."""
    warehouses: bool
    """The account keeps its stock in stores."""
    global_item: bool
    """A Global Selling parent."""
    marketplace_item: bool
    """A child of a Global Selling parent."""


@frozen(kw_only=True)
class StockRule:
    """One row: where it holds, the resource follows. None: the API cannot change this stock."""

    when: str
    holds: Callable[[StockFacts], bool]
    resource: StockResource | None
    note: str


STOCK_RULES: Final = (
    StockRule(
        when="a global item (CBT)",
        holds=lambda facts: facts.global_item,
        resource=StockResource.GLOBAL_ITEM,
        note="one stock for all sites; a variation's stock travels with the ids of all variations",
    ),
    StockRule(
        when="a marketplace item whose logistic type is remote",
        holds=lambda facts: facts.marketplace_item and facts.logistic_type == REMOTE,
        resource=StockResource.GLOBAL_ITEM,
        note="the stock is the global item's, so the write goes to the parent",
    ),
    StockRule(
        when="a marketplace item of another logistic type",
        holds=lambda facts: facts.marketplace_item,
        resource=None,
        note="Mercado Libre's warehouse holds it: marketplace.fulfillment.get(inventory_id, seller_id) reads it",
    ),
    StockRule(
        when="an item in Mercado Libre's warehouse alone (fulfillment without self_service_in)",
        holds=lambda facts: facts.logistic_type == FULFILLMENT and not facts.flex,
        resource=None,
        note="Mercado Libre's warehouse holds it: stock.fulfillment.get(inventory_id) reads it",
    ),
    StockRule(
        when="an account with stores (tag warehouse_management)",
        holds=lambda facts: facts.warehouses,
        resource=StockResource.STORES,
        note="a write to /items would be taken and change nothing",
    ),
    StockRule(
        when="an item in Mercado Libre's warehouse and at the seller's address, in MLA or MLC",
        holds=lambda facts: facts.logistic_type == FULFILLMENT and facts.site_id in FLEX_SITES,
        resource=StockResource.SELLING_ADDRESS,
        note="only the part at the seller's address",
    ),
    StockRule(
        when="the same in another site",
        holds=lambda facts: facts.logistic_type == FULFILLMENT,
        resource=None,
        note="the site is blocked for modifications to the selling address",
    ),
    StockRule(
        when="any other item",
        holds=lambda _: True,
        resource=StockResource.ITEM,
        note="Mercado Libre copies it to all items of the same user product",
    ),
)
"""Read from the top; the first row that holds decides. The last one always holds."""


@frozen(kw_only=True)
class StockRoute:
    """Where a write of this item's stock goes, and why."""

    resource: StockResource | None
    """None: the API cannot change this stock."""
    rule: StockRule
    item_id: str
    """Of the item to write to: of a marketplace item its parent."""
    user_product_id: str | None = None
    inventory_id: str | None = None
    variation_id: int | None = None
    variation_ids: tuple[int, ...] = ()
    """All variations of the item: those that a write leaves out are deleted."""

    def check(self) -> StockResource:
        """The resource.

        Raises:
            NotApplicableError: the API cannot change this stock; the message says why.
        """
        if self.resource is None:
            message = f"the stock of {self.item_id} cannot be changed: {self.rule.when}. {self.rule.note}"
            raise NotApplicableError(message)
        if self.resource in VERSIONED and self.user_product_id is None:
            message = f"{self.item_id} has no user product, which holds the stock of {self.rule.when}"
            raise NotApplicableError(message)
        return self.resource


def stock_route(account: User, item: AnyItem, *, variation_id: int | None = None) -> StockRoute:
    """Where a write of this item's stock goes.

    Args:
        account: the seller, as `users.get` returns it.
        item: as `items.get` returns it; for a Global Selling account as `marketplace.get` does.
        variation_id: whose stock; an item with variations has none of its own.

    Raises:
        InputError: the item has variations and none was named, or has none with this id.
    """
    rule = next(rule for rule in STOCK_RULES if rule.holds(_facts(account, item)))
    route = StockRoute(
        resource=rule.resource,
        rule=rule,
        item_id=item.id or "",
        user_product_id=item.user_product_id,
        inventory_id=item.inventory_id or None,
    )
    if isinstance(item, MarketplaceItem) and item.cbt_item_id and rule.resource is StockResource.GLOBAL_ITEM:
        if variation_id is not None or item.variations:
            message = f"{item.id} has variations: give its global item {item.cbt_item_id} and the variation's id there"
            raise InputError(message)
        return evolve(route, item_id=item.cbt_item_id)
    return _of_variation(route, item, variation_id)


def _facts(account: User, item: AnyItem) -> StockFacts:
    site_id = item.site_id or (item.id or "")[:3]
    child = isinstance(item, MarketplaceItem) and site_id != GLOBAL_SELLING
    shipping = item.shipping
    logistic_type = shipping.logistic_type if shipping else None
    if isinstance(item, MarketplaceItem):
        logistic_type = item.user_logistic_type or logistic_type
    return StockFacts(
        site_id=site_id,
        logistic_type=logistic_type,
        flex=shipping is not None and FLEX in shipping.tags,
        warehouses=WAREHOUSES in account.tags,
        global_item=site_id == GLOBAL_SELLING,
        marketplace_item=child,
    )


def _of_variation(route: StockRoute, item: AnyItem, variation_id: int | None) -> StockRoute:
    ids = tuple(variation.id for variation in item.variations if variation.id is not None)
    if variation_id is None:
        if ids and route.resource is not None and route.resource not in VERSIONED:
            message = f"{item.id} has variations: pass variation_id, one of {', '.join(map(str, ids))}"
            raise InputError(message)
        return route
    if variation_id not in ids:
        message = f"{item.id} has no variation {variation_id}; it has {', '.join(map(str, ids)) or 'none'}"
        raise InputError(message)
    chosen = next(variation for variation in item.variations if variation.id == variation_id)
    return evolve(
        route,
        variation_id=variation_id,
        variation_ids=ids,
        user_product_id=chosen.user_product_id or route.user_product_id,
        inventory_id=chosen.inventory_id or route.inventory_id,
    )
