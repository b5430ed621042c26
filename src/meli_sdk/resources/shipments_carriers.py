"""How sites and sellers ship: https://developers.mercadolibre.com.ar/es_ar/modos-de-envio"""

from typing import Final

from meli_sdk.errors import NotFoundError
from meli_sdk.models.shipments_carriers import (
    SellerShippingPreferences,
    Shippability,
    SiteShippingMethod,
    SiteShippingService,
)
from meli_sdk.models.shipments_parts import FlexAssignment
from meli_sdk.resources.shipments_errors import MODES_PAGE, SHIPMENT_RULES, SITE_RULES
from meli_sdk.wire.endpoint import Endpoint, Safety, json, listing
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.pipeline import Caller
from meli_sdk.wire.rate_groups import FLEX

FLEX_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/envios-flex"

LIST_METHODS: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/shipping_methods",
    reader=listing(SiteShippingMethod),
    safety=Safety.SAFE,
    errors=SITE_RULES,
    doc=MODES_PAGE,
)
LIST_SERVICES: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/shipping_services",
    reader=listing(SiteShippingService),
    safety=Safety.SAFE,
    errors=SITE_RULES,
    doc=MODES_PAGE,
)
GET_PREFERENCES: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/shipping_preferences",
    reader=json(SellerShippingPreferences),
    safety=Safety.SAFE,
    doc=MODES_PAGE,
)
GET_SHIPPABILITY: Final = Endpoint(
    method="GET",
    template="/customers/marketplace/sites/{site_id}/user-products/{user_product_id}/contracts/shippability/services",
    reader=json(Shippability),
    safety=Safety.SAFE,
    doc=MODES_PAGE,
)
GET_DRIVER: Final = Endpoint(
    method="GET",
    template="/flex/sites/{site_id}/shipments/{shipment_id}/assignment/v2",
    reader=json(FlexAssignment),
    safety=Safety.SAFE,
    errors=SHIPMENT_RULES,
    group=FLEX,
    doc=FLEX_PAGE,
)


class ShippingWays:
    """The part of `Shipments` that speaks of how sites and sellers ship."""

    _caller: Caller

    async def methods(self, site_id: str) -> tuple[SiteShippingMethod, ...]:
        """The ways to ship on one site.

        Raises:
            InputError: an unknown site.
            NotFoundError: Mercado Libre ships nothing there.

        Documented at https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
        """
        return await self._caller.call(LIST_METHODS, path={"site_id": site_id})

    async def services(self, site_id: str) -> tuple[SiteShippingService, ...]:
        """The shipping services of one site. Old documentation alone names this resource; it may have gone.

        Raises:
            InputError: an unknown site.
            NotFoundError: Mercado Libre ships nothing there, or the resource has gone.

        Documented at https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
        """
        return await self._caller.call(LIST_SERVICES, path={"site_id": site_id})

    async def preferences(self, *, seller: int | None = None) -> SellerShippingPreferences:
        """How a seller ships: modes, logistic types, services, labels.

        Args:
            seller: whose; the session's seller when left out.

        Raises:
            InputError: there is no seller.
            InvalidCallerError: the token belongs to another seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
        """
        path = {"user_id": whole_number("seller", self._caller.seller(seller))}
        return await self._caller.call(GET_PREFERENCES, path=path)

    async def shippability(self, site_id: str, user_product_id: str) -> Shippability:
        """In which ways a user product can be shipped, each with the mode and logistic type that it stands for.

        Raises:
            InputError: an unknown site, or no id of a user product.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
        """
        path = {"site_id": site_id, "user_product_id": user_product_id}
        return await self._caller.call(GET_SHIPPABILITY, path=path, params={"legacy_attributes": True})

    async def driver(self, site_id: str, shipment_id: int) -> FlexAssignment | None:
        """Who drives a Flex shipment; None where nobody is assigned. All Flex calls share 1,000 a minute.

        Raises:
            InputError: an unknown site, or no id of a shipment.
            ForbiddenError: it belongs to another seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/envios-flex
        """
        try:
            return await self._caller.call(GET_DRIVER, path={"site_id": site_id, "shipment_id": shipment_id})
        except NotFoundError:
            return None
