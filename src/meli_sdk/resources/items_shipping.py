"""What shipping an item costs: https://developers.mercadolibre.com.ar/es_ar/costos-de-envios"""

import re
from collections.abc import Mapping
from typing import Final

from meli_sdk.errors import InputError, shown
from meli_sdk.models.items_requests import Money
from meli_sdk.models.items_shipping import FreeShippingCost, ItemShippingModes, ItemShippingOptions
from meli_sdk.resources import arguments
from meli_sdk.resources import items_errors as tables
from meli_sdk.resources import items_pages as pages
from meli_sdk.resources.json_shapes import as_sent
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, json
from meli_sdk.wire.pipeline import Caller

_DIMENSIONS: Final = re.compile(r"\d{1,4}x\d{1,4}x\d{1,4},\d{1,6}", re.ASCII)
_PLACE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9+=_ -]{0,99}", re.ASCII)
_ZIP_CODE_SITES: Final = frozenset({"MLA", "MLB", "MLM"})

GET_SHIPPING_OPTIONS: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/shipping_options",
    reader=json(ItemShippingOptions),
    safety=Safety.SAFE,
    errors=tables.SHIPPING_OPTIONS,
    doc=pages.SHIPPING_COSTS,
)
GET_FREE_SHIPPING_COST: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/shipping_options/free",
    reader=json(FreeShippingCost),
    safety=Safety.SAFE,
    errors=tables.SHIPPING_OPTIONS,
    doc=pages.SHIPPING_COSTS,
)
ASK_SHIPPING_MODES: Final = Endpoint(
    method="POST",
    template="/users/{user_id}/shipping_modes",
    reader=json(ItemShippingModes),
    safety=Safety.SAFE,
    doc=pages.SHIPPING_MODES,
)


def _place(name: str, value: object) -> str:
    """A zip code or the id of a city, which may end in `=`."""
    if not isinstance(value, str) or not _PLACE.fullmatch(value):
        message = f"{name} must be a zip code or the id of a city, got {shown(value)}"
        raise InputError(message)
    return value


class ShippingOffers:
    """Ways to ship an item, and what they cost."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def options(
        self, item_id: str, *, zip_code: str | None = None, city_to: str | None = None, quantity: int | None = None
    ) -> ItemShippingOptions:
        """The ways to ship an item to one destination, with cost and arrival.

        Args:
            item_id: an item of one site.
            zip_code: the destination in Brazil, Mexico and Argentina.
            city_to: the destination elsewhere, as a city id of Mercado Libre.
            quantity: how many units.

        Raises:
            InputError: no destination, both, or the one that this site does not take.
            ForbiddenError: another seller's item.
            NotFoundError: nothing ships there.

        Documented at https://developers.mercadolibre.com.ar/es_ar/costos-de-envios
        """
        wanted = "zip_code" if ids.local_item_id(item_id)[:3] in _ZIP_CODE_SITES else "city_to"
        given = {"zip_code": zip_code, "city_to": city_to}
        if [name for name, value in given.items() if value is not None] != [wanted]:
            message = f"an item of {item_id[:3]} needs {wanted} as its destination, and nothing else"
            raise InputError(message)
        params = {
            wanted: _place(wanted, given[wanted]),
            "quantity": None if quantity is None else arguments.quantity("quantity", quantity),
        }
        return await self._caller.call(GET_SHIPPING_OPTIONS, path={"item_id": item_id}, params=params)

    async def free_cost(
        self,
        *,
        item_id: str | None = None,
        dimensions: str | None = None,
        user_id: int | None = None,
        item_price: Money | str | None = None,
        verbose: bool | None = None,
        free_shipping: bool | None = None,
        variation_id: int | None = None,
        category_id: str | None = None,
        listing_type_id: str | None = None,
        mode: str | None = None,
        condition: str | None = None,
        logistic_type: str | None = None,
        currency_id: str | None = None,
        seller_status: str | None = None,
        seller_type: str | None = None,
        reputation: str | None = None,
        tags: str | None = None,
        state_id: str | None = None,
        city_id: str | None = None,
        zip_code: str | None = None,
    ) -> FreeShippingCost:
        """What the seller pays when shipping is free for the buyer.

        Args:
            item_id: an item, or
            dimensions: a package as height, width and length in centimetres and weight in grams: `9x17x22,462`.
            user_id: whose costs; the session's seller when left out.
            item_price: ... the other arguments narrow the computation, as the page explains them.

        Raises:
            InputError: neither an item nor dimensions, or a wrong value.
            ItemNotFoundError: there is no such item.

        Documented at https://developers.mercadolibre.com.ar/es_ar/costos-de-envios
        """
        words = {
            "listing_type_id": listing_type_id,
            "mode": mode,
            "condition": condition,
            "logistic_type": logistic_type,
            "currency_id": currency_id,
            "seller_status": seller_status,
            "seller_type": seller_type,
            "reputation": reputation,
            "tags": tags,
        }
        places = {"state_id": state_id, "city_id": city_id, "zip_code": zip_code}
        params: dict[str, object] = {
            "item_id": None if item_id is None else ids.item_id(item_id),
            "dimensions": dimensions,
            "item_price": None if item_price is None else arguments.amount("item_price", item_price),
            "verbose": verbose,
            "free_shipping": free_shipping,
            "variation_id": None if variation_id is None else ids.whole_number("variation_id", variation_id),
            "category_id": None if category_id is None else ids.category_id(category_id),
            **{name: ids.word(name, word) for name, word in words.items() if word is not None},
            **{name: _place(name, place) for name, place in places.items() if place is not None},
        }
        path = {"user_id": ids.whole_number("user_id", self._caller.seller(user_id))}
        if (item_id is None) == (dimensions is None):
            message = "give an item_id or the dimensions of the package, one of the two"
            raise InputError(message)
        if dimensions is not None and not _DIMENSIONS.fullmatch(dimensions):
            message = f"dimensions must look like 9x17x22,462 (centimetres and grams), got {shown(dimensions)}"
            raise InputError(message)
        return await self._caller.call(GET_FREE_SHIPPING_COST, path=path, params=params)

    async def modes(
        self, item: ItemShippingModes | Mapping[str, object], *, user_id: int | None = None
    ) -> ItemShippingModes:
        """How a seller may ship an item that is described, whether it is listed or not; nothing is changed.

        Args:
            item: its category, price, listing type, condition and channels.
            user_id: the seller; the session's when left out.

        Raises:
            InputError: no object, or the session has no seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
        """
        path = {"user_id": self._caller.seller(user_id)}
        return await self._caller.call(ASK_SHIPPING_MODES, path=path, json=as_sent(self._caller, item))
