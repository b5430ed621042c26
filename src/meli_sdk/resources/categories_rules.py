"""Reads the rules of categories and keeps them for a while."""

from collections import OrderedDict
from datetime import timedelta
from typing import Final, TypeVar

from meli_sdk.errors import ForbiddenError, NotFoundError
from meli_sdk.models.categories_rules import CategoryRules
from meli_sdk.models.items_prices import ListingTypeDetail
from meli_sdk.resources.categories_endpoints import (
    GET_CATEGORY,
    GET_SHIPPING_PREFERENCES,
    LIST_ATTRIBUTES,
    LIST_SALE_TERMS,
)
from meli_sdk.resources.items_listing_types import GET_SITE_TYPE, LIST_SITE_TYPES
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint
from meli_sdk.wire.pipeline import Caller

T = TypeVar("T")

_KEPT: Final = 256
"""Categories whose rules are remembered; the one that was longest not used goes first."""


class RulesReader:
    """What was read of categories so far."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._kept: OrderedDict[str, CategoryRules] = OrderedDict()
        self._types: dict[tuple[str, str], tuple[ListingTypeDetail, ...]] = {}

    async def read(self, category_id: str, max_age: timedelta) -> CategoryRules:
        """The rules of a category, at most so old; four calls, one after the other, where they have to be read.

        What only some accounts may see (shipping preferences) is None where it is refused.
        """
        category = ids.category_id(category_id)
        now = self._caller.pipeline.clock.now()
        known = self._kept.get(category)
        if known is not None and known.read_at is not None and now - known.read_at <= max_age:
            self._kept.move_to_end(category)
            return known
        path = {"category_id": category}
        found = await self._caller.call(GET_CATEGORY, path=path)
        attributes = await self._caller.call(LIST_ATTRIBUTES, path=path)
        terms = await self._optional(LIST_SALE_TERMS, category)
        shipping = await self._optional(GET_SHIPPING_PREFERENCES, category)
        rules = CategoryRules(
            category=found,
            attributes=attributes,
            sale_terms=terms,
            shipping_modes=shipping.modes if shipping else None,
            read_at=now,
        )
        self._kept[category] = rules
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return rules

    async def _optional(self, endpoint: Endpoint[T], category_id: str) -> T | None:
        try:
            value = await self._caller.call(endpoint, path={"category_id": category_id})
        except (NotFoundError, ForbiddenError):
            return None
        return value

    async def listing_types(self, site_id: str, listing_type_id: str) -> tuple[ListingTypeDetail, ...]:
        """The listing type in detail; where the site has none such, the names of those it has."""
        key = (site_id, listing_type_id)
        if key not in self._types:
            path = {"site_id": site_id, "listing_type_id": listing_type_id}
            try:
                self._types[key] = (await self._caller.call(GET_SITE_TYPE, path=path),)
            except NotFoundError:
                rows = await self._caller.call(LIST_SITE_TYPES, path={"site_id": site_id})
                self._types[key] = tuple(ListingTypeDetail(id=row.id) for row in rows)
        return self._types[key]
