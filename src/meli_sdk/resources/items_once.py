"""Creating an item once: the seller's SKU is looked for before, and after an answer that did not come."""

from typing import Final

from meli_sdk.errors import InputError, MeliError
from meli_sdk.models.items import Item
from meli_sdk.resources.items_endpoints import CREATE_ITEM, GET_ITEM, SEARCH_ITEMS, sku_in
from meli_sdk.resources.json_shapes import as_sent
from meli_sdk.wire.pipeline import Caller

GONE: Final = frozenset({"closed", "inactive"})
"""An item in such a state does not stand in the way of a new one."""
_PAUSES: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between the looks for an item whose creation got no answer; the search shows new items late."""


async def create_once(caller: Caller, item: object) -> Item:
    """The item with the SKU of `item`: the one that is there, or a new one.

    Raises:
        InputError: the item has no SELLER_SKU.
        MeliError: what creating it raises; `OutcomeUnknownError` where it is still not found after half a minute.
    """
    sku = sku_in(as_sent(caller, item))
    if sku is None:
        message = "create_once needs the attribute SELLER_SKU: by it the item is found again"
        raise InputError(message)
    there = await _find(caller, sku)
    if there is not None:
        return there
    try:
        return await caller.call(CREATE_ITEM, json=item)
    except MeliError as failure:
        if not failure.may_have_been_applied:
            raise
        for seconds in _PAUSES:
            await caller.pipeline.clock.sleep(seconds)
            try:
                there = await _find(caller, sku)
            except MeliError:  # it says nothing of the creation, whose outcome stays unknown
                continue
            if there is not None:
                return there
        raise


async def _find(caller: Caller, sku: str) -> Item | None:
    """The item with this SKU that is not closed."""
    path = {"user_id": caller.seller()}
    async for item_id in caller.paginate(SEARCH_ITEMS, path=path, params={"seller_sku": sku}):
        found = await caller.call(GET_ITEM, path={"item_id": item_id})
        if found.status not in GONE:
            return found
    return None
