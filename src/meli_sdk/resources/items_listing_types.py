"""Listing types and currencies: https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion"""

from typing import Final

from meli_sdk.models.items import Item
from meli_sdk.models.items_prices import (
    AvailableListingTypes,
    Currency,
    CurrencyConversion,
    ListingExposure,
    ListingTypeAvailability,
    ListingTypeDetail,
    ListingTypeSummary,
)
from meli_sdk.resources import items_errors as tables
from meli_sdk.resources import items_pages as pages
from meli_sdk.resources.items_endpoints import listing_type_set
from meli_sdk.sites import GLOBAL_SELLING
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, json, listing
from meli_sdk.wire.pipeline import Caller
from meli_sdk.wire.rate_groups import ITEM_WRITES

LIST_SITE_TYPES: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/listing_types",
    reader=listing(ListingTypeSummary),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
GET_SITE_TYPE: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/listing_types/{listing_type_id}",
    reader=json(ListingTypeDetail),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
LIST_EXPOSURES: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/listing_exposures",
    reader=listing(ListingExposure),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
GET_EXPOSURE: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/listing_exposures/{exposure_id}",
    reader=json(ListingExposure),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
GET_USER_TYPES: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/available_listing_types",
    reader=json(AvailableListingTypes),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
GET_USER_TYPE: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/available_listing_type/{listing_type_id}",
    reader=json(ListingTypeAvailability),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
LIST_ITEM_TYPES: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/available_listing_types",
    reader=listing(ListingTypeSummary),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
LIST_UPGRADES: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/available_upgrades",
    reader=listing(ListingTypeSummary),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
LIST_DOWNGRADES: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/available_downgrades",
    reader=listing(ListingTypeSummary),
    safety=Safety.SAFE,
    doc=pages.LISTING_TYPES,
)
CHANGE_TYPE: Final = Endpoint(
    method="POST",
    template="/items/{item_id}/listing_type",
    reader=json(Item),
    safety=Safety.IDEMPOTENT,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    check=listing_type_set,
    doc=pages.LISTING_TYPES,
)
CHANGE_GLOBAL_TYPE: Final = Endpoint(
    method="PUT",
    template="/items/{item_id}/listing_type",
    reader=json(Item),
    safety=Safety.IDEMPOTENT,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    check=listing_type_set,
    doc=pages.LISTING_EXPOSURES,
)
LIST_CURRENCIES: Final = Endpoint(
    method="GET", template="/currencies", reader=listing(Currency), safety=Safety.SAFE, doc=pages.CURRENCIES
)
GET_CURRENCY: Final = Endpoint(
    method="GET", template="/currencies/{currency_id}", reader=json(Currency), safety=Safety.SAFE, doc=pages.CURRENCIES
)
GET_CONVERSION: Final = Endpoint(
    method="GET",
    template="/currency_conversions/search",
    reader=json(CurrencyConversion),
    safety=Safety.SAFE,
    headers={"x-format-new": "true"},
    doc=pages.CURRENCIES,
)


class ListingTypes:
    """The listing types of sites, sellers and items: `gold_special` is Classic, `gold_pro` Premium."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def of_site(self, site_id: str) -> tuple[ListingTypeSummary, ...]:
        """The listing types of a site.

        Raises:
            InputError: there is no such site.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        return await self._caller.call(LIST_SITE_TYPES, path={"site_id": site_id})

    async def get(self, site_id: str, listing_type_id: str) -> ListingTypeDetail:
        """What one listing type of a site gives, asks for, and in which categories it is not there.

        Raises:
            InputError: a wrong site or listing type.
            NotFoundError: the site has no such type.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        path = {"site_id": site_id, "listing_type_id": listing_type_id}
        return await self._caller.call(GET_SITE_TYPE, path=path)

    async def exposures(self, site_id: str) -> tuple[ListingExposure, ...]:
        """How prominently a site shows listings.

        Raises:
            InputError: there is no such site.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        return await self._caller.call(LIST_EXPOSURES, path={"site_id": site_id})

    async def exposure(self, site_id: str, exposure_id: str) -> ListingExposure:
        """One exposure of a site: `lowest`, `low`, `mid`, `high` or `highest`.

        Raises:
            InputError: a wrong site or exposure.
            NotFoundError: the site has no such exposure.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        return await self._caller.call(GET_EXPOSURE, path={"site_id": site_id, "exposure_id": exposure_id})

    async def available(self, category_id: str, *, user_id: int | None = None) -> AvailableListingTypes:
        """The listing types a seller may use in a category.

        Raises:
            InputError: a wrong category, or the session has no seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        path = {"user_id": self._caller.seller(user_id)}
        return await self._caller.call(GET_USER_TYPES, path=path, params={"category_id": ids.category_id(category_id)})

    async def availability(
        self, listing_type_id: str, category_id: str, *, user_id: int | None = None
    ) -> ListingTypeAvailability:
        """Whether a seller may use one listing type in a category, and why not.

        Raises:
            InputError: a wrong listing type or category, or the session has no seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        path = {"user_id": self._caller.seller(user_id), "listing_type_id": listing_type_id}
        return await self._caller.call(GET_USER_TYPE, path=path, params={"category_id": ids.category_id(category_id)})

    async def of_item(self, item_id: str) -> tuple[ListingTypeSummary, ...]:
        """The listing types an item can change to.

        Raises:
            InputError: this is no item id.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        return await self._caller.call(LIST_ITEM_TYPES, path={"item_id": item_id})

    async def upgrades(self, item_id: str) -> tuple[ListingTypeSummary, ...]:
        """The listing types with more exposure that an item can change to; may be none.

        Raises:
            InputError: this is no item id.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        return await self._caller.call(LIST_UPGRADES, path={"item_id": item_id})

    async def downgrades(self, item_id: str) -> tuple[ListingTypeSummary, ...]:
        """The listing types with less exposure that an item can change to; may be none.

        Raises:
            InputError: this is no item id.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        return await self._caller.call(LIST_DOWNGRADES, path={"item_id": item_id})

    async def change(self, item_id: str, listing_type_id: str) -> Item:
        """Changes the listing type of an item. Live at once; one page says it can be done once, another any time.

        The pages of the sites document a POST, that of Global Selling a PUT: an item of Global Selling takes the latter.

        Raises:
            InputError: a wrong item id or listing type.
            ValidationFailedError: the item cannot have this type.

        Documented at https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
        """
        endpoint = CHANGE_GLOBAL_TYPE if ids.item_id(item_id).startswith(GLOBAL_SELLING) else CHANGE_TYPE
        body = {"id": ids.word("listing_type_id", listing_type_id)}
        return await self._caller.call(endpoint, path={"item_id": item_id}, json=body)


class Currencies:
    """The currencies of the sites."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def every(self) -> tuple[Currency, ...]:
        """All currencies with their decimals.

        Documented at https://developers.mercadolibre.com.ar/es_ar/ubicacion-y-monedas
        """
        return await self._caller.call(LIST_CURRENCIES)

    async def get(self, currency_id: str) -> Currency:
        """One currency.

        Raises:
            InputError: no currency code such as ARS.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/ubicacion-y-monedas
        """
        return await self._caller.call(GET_CURRENCY, path={"currency_id": currency_id})

    async def conversion(self, base: str, quote: str) -> CurrencyConversion:
        """How much of `quote` one unit of `base` is worth at Mercado Libre.

        Raises:
            InputError: no currency code such as ARS.
            NotFoundError: no rate for the two.

        Documented at https://developers.mercadolibre.com.ar/es_ar/ubicacion-y-monedas
        """
        params = {"from": ids.word("base", base), "to": ids.word("quote", quote)}
        return await self._caller.call(GET_CONVERSION, params=params)
