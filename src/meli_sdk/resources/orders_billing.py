"""To whom orders are billed, and how they can be paid.

Pages: https://developers.mercadolibre.com.ar/es_ar/facturacion,
https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-pagamentos
"""

from typing import Final

from meli_sdk.models.orders_billing import BillingInfo, LegacyBillingInfo
from meli_sdk.models.orders_details import PaymentMethod
from meli_sdk.resources.orders_errors import ORDER_RULES
from meli_sdk.wire.endpoint import Endpoint, Safety, json, listing
from meli_sdk.wire.pipeline import Caller

BILLING_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/facturacion"
PAYMENTS_PAGE: Final = "https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-pagamentos"

GET_BILLING_INFO: Final = Endpoint(
    method="GET",
    template="/orders/billing-info/{site_id}/{billing_info_id}",
    reader=json(BillingInfo),
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    doc=BILLING_PAGE,
)
GET_LEGACY_BILLING_INFO: Final = Endpoint(
    method="GET",
    template="/orders/{order_id}/billing_info",
    reader=json(LegacyBillingInfo),
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    doc=BILLING_PAGE,
)
LIST_PAYMENT_METHODS: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/payment_methods",
    reader=listing(PaymentMethod),
    safety=Safety.SAFE,
    doc=PAYMENTS_PAGE,
)
GET_PAYMENT_METHOD: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/payment_methods/{payment_method_id}",
    reader=json(PaymentMethod),
    safety=Safety.SAFE,
    doc=PAYMENTS_PAGE,
)


class OrderBilling:
    """The part of `Orders` that speaks of bills and payments."""

    _caller: Caller

    async def billing_info(self, site_id: str, billing_info_id: str) -> BillingInfo:
        """To whom an order is billed.

        Args:
            site_id: the order's site, `order.context.site`.
            billing_info_id: `order.buyer.billing_info.id`; it has more digits than a float holds.

        Raises:
            InputError: an unknown site, or no id.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/facturacion
        """
        path = {"site_id": site_id, "billing_info_id": billing_info_id}
        return await self._caller.call(GET_BILLING_INFO, path=path)

    async def legacy_billing_info(self, order_id: int) -> LegacyBillingInfo:
        """To whom an order is billed, from the older resource, which is going away.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none, or the resource has gone.

        Documented at https://developers.mercadolibre.com.ar/es_ar/facturacion
        """
        return await self._caller.call(GET_LEGACY_BILLING_INFO, path={"order_id": order_id})

    async def payment_methods(self, site_id: str) -> tuple[PaymentMethod, ...]:
        """Every way to pay on one site.

        Raises:
            InputError: an unknown site.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-pagamentos
        """
        return await self._caller.call(LIST_PAYMENT_METHODS, path={"site_id": site_id})

    async def payment_method(self, site_id: str, payment_method_id: str) -> PaymentMethod:
        """One way to pay on one site, such as `visa`.

        Raises:
            InputError: an unknown site, or no plain word as id.
            NotFoundError: there is none.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-pagamentos
        """
        path = {"site_id": site_id, "payment_method_id": payment_method_id}
        return await self._caller.call(GET_PAYMENT_METHOD, path=path)
