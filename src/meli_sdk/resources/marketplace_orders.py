"""Global Selling orders: https://global-selling.mercadolibre.com/devsite/manage-orders-cbt"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from meli_sdk.errors import InputError, shown
from meli_sdk.models.documents import Document
from meli_sdk.models.marketplace_orders import MarketplaceSale
from meli_sdk.models.marketplace_publishing import OrderAttributeAnswer
from meli_sdk.models.orders import Order, OrderStatus
from meli_sdk.models.orders_billing import BillingInfo
from meli_sdk.models.orders_packs import Pack
from meli_sdk.resources import arguments
from meli_sdk.resources import marketplace_pages as pages
from meli_sdk.resources.marketplace_errors import (
    ORDER_ATTRIBUTE_RULES,
    ORDER_RULES,
    PACK_RULES,
    READ_ORDER_RULES,
)
from meli_sdk.resources.marketplace_shipments import read_document
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, json
from meli_sdk.wire.paging import Page, Paginator, by_offset, rows
from meli_sdk.wire.pipeline import Caller
from meli_sdk.wire.rate_groups import MARKETPLACE_ORDERS_SEARCH

MAX_PAGE: Final = 50
"""The page names 50 and 1,000 as the largest page: 50 is right either way."""
IMEI_DIGITS: Final = 15
SORTS: Final = frozenset({"date_asc", "date_desc", "updated_asc", "updated_desc", "closed_asc", "closed_desc"})

SEARCH_SALES: Final[Endpoint[Page[MarketplaceSale]]] = Endpoint(
    method="GET",
    template="/marketplace/orders/search",
    reader=rows(MarketplaceSale, "results", by_offset(MAX_PAGE)),
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    group=MARKETPLACE_ORDERS_SEARCH,
    doc=pages.ORDERS,
)
GET_MARKETPLACE_ORDER: Final = Endpoint(
    method="GET",
    template="/marketplace/orders/{order_id}",
    reader=json(Order),
    safety=Safety.SAFE,
    errors=READ_ORDER_RULES,
    doc=pages.ORDERS,
)
GET_PROFORMA_INVOICE: Final = Endpoint(
    method="GET",
    template="/marketplace/orders/{order_id}/invoice",
    reader=read_document,
    safety=Safety.SAFE,
    errors=READ_ORDER_RULES,
    doc=pages.ORDERS,
)
GET_MARKETPLACE_BILLING_INFO: Final = Endpoint(
    method="GET",
    template="/marketplace/orders/{order_id}/billing_info",
    reader=json(BillingInfo),
    safety=Safety.SAFE,
    errors=READ_ORDER_RULES,
    doc=pages.BILLING,
)
SET_ORDER_ATTRIBUTE: Final = Endpoint(
    method="POST",
    template="/marketplace/orders/{order_id}/attributes",
    reader=json(OrderAttributeAnswer),
    safety=Safety.IDEMPOTENT,
    errors=ORDER_ATTRIBUTE_RULES,
    doc=pages.ORDERS,
)
GET_MARKETPLACE_PACK: Final = Endpoint(
    method="GET",
    template="/marketplace/orders/pack/{pack_id}",
    reader=json(Pack),
    safety=Safety.SAFE,
    errors=PACK_RULES,
    doc=pages.PACKS,
)


class MarketplaceOrders:
    """The orders of a Global Selling account in all its marketplaces."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def search(
        self,
        *,
        seller: int | None = None,
        buyer: int | None = None,
        site: str | None = None,
        status: str | Iterable[str] | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        updated_from: datetime | None = None,
        updated_to: datetime | None = None,
        closed_from: datetime | None = None,
        closed_to: datetime | None = None,
        mediation_stage: str | Iterable[str] | None = None,
        sort: str | None = None,
        page_size: int = MAX_PAGE,
    ) -> Paginator[MarketplaceSale]:
        """Sales, ids only: `get` reads each order of `sale.order_ids`. At most 100 calls a minute.

        This search has parameter names of its own (`last_updated.from`, without `order.`). Mercado Libre ignores names it
        does not know; this method sends those of the page.

        Args:
            seller: one marketplace account (`marketplace.user().marketplaces`); all of them when left out.
            buyer: only this buyer's.
            site: only this site's, such as `MLM`.
            status: one of `OrderStatus`, or several.
            created_from: ... `created_to`, `updated_*`, `closed_*`: moments with a time zone.
            mediation_stage: sales with a mediation in this stage, or in one of several.
            sort: `date_asc`, `date_desc`, or the same with `updated` or `closed` for `date`.
            page_size: rows a call, 1 to 50.

        Raises:
            InputError: a moment without zone, from after to, an unknown status, site or sort.
            InvalidCallerError: the token is none of Global Selling.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-orders-cbt
        """
        now = self._caller.pipeline.clock.now()
        spans = {
            "date_created": arguments.time_span("created", created_from, created_to, now=now, reach=None),
            "last_updated": arguments.time_span("updated", updated_from, updated_to, now=now, reach=None),
            "date_closed": arguments.time_span("closed", closed_from, closed_to, now=now, reach=None),
        }
        params: dict[str, object] = {
            "seller.id": None if seller is None else ids.whole_number("seller", seller),
            "buyer": None if buyer is None else ids.whole_number("buyer", buyer),
            "site": None if site is None else ids.site_id(site),
        }
        if status is not None:
            params["order.status"] = arguments.one_of("status", status, frozenset(OrderStatus), {})
        for name, (start, end) in spans.items():
            params[f"{name}.from"] = start
            params[f"{name}.to"] = end
        if mediation_stage is not None:
            stages = (mediation_stage,) if isinstance(mediation_stage, str) else tuple(mediation_stage)
            params["mediations.stage"] = [ids.word("mediation_stage", stage) for stage in stages]
        if sort is not None:
            params["sort"] = arguments.one_of("sort", sort, SORTS, {})
        params["limit"] = arguments.page_size(page_size, MAX_PAGE)
        return self._caller.paginate(SEARCH_SALES, params=params)

    async def get(self, order_id: int) -> Order:
        """One order by its id. Money is USD; `order_items[].item.parent_item_id` is the global item.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is none, it is a pack's id, or it is some minutes too new.
            LegalReasonsError: the user behind it is not available; final.
            InvalidCallerError: it belongs to another account.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-orders-cbt
        """
        return await self._caller.call(GET_MARKETPLACE_ORDER, path={"order_id": order_id})

    async def proforma_invoice(self, order_id: int) -> Document:
        """The proforma invoice as PDF.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-orders-cbt
        """
        return await self._caller.call(GET_PROFORMA_INVOICE, path={"order_id": order_id})

    async def billing_info(self, order_id: int) -> BillingInfo:
        """To whom the order is billed. Personal data: keep it no longer than needed.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/gs-billing-data
        """
        return await self._caller.call(GET_MARKETPLACE_BILLING_INFO, path={"order_id": order_id})

    async def set_imei(self, order_id: int, imei: str) -> OrderAttributeAnswer:
        """Tells the IMEI of a phone that was sold to Colombia (category MCO1055); without it there is no label.

        Args:
            order_id: such as 2000003508419013.
            imei: 15 digits.

        Raises:
            InputError: not 15 digits.
            BadRequestError: the order holds no phone of this category.
            OrderNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-orders-cbt
        """
        if not isinstance(imei, str) or len(imei) != IMEI_DIGITS or not imei.isascii() or not imei.isdigit():
            message = f"imei must be {IMEI_DIGITS} digits as text, got {shown(imei)}"
            raise InputError(message)
        body = {"name": "IMEI", "value": imei}
        return await self._caller.call(SET_ORDER_ATTRIBUTE, path={"order_id": order_id}, json=body)


class MarketplacePacks:
    """The carts of a Global Selling account: several orders, one shipment."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, pack_id: int) -> Pack:
        """One pack by its id; an order's id is none.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotOwnedOrderError: it holds orders of others.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/packs
        """
        return await self._caller.call(GET_MARKETPLACE_PACK, path={"pack_id": pack_id})
