"""Stock in Mercado Libre's warehouse: https://developers.mercadolibre.com.ar/es_ar/envios-fulfillment

It cannot be changed through the API. Global Selling reads the same through paths of its own.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from meli_sdk.errors import InputError, shown
from meli_sdk.models.stock import FulfillmentStock, StockOperation
from meli_sdk.resources import arguments
from meli_sdk.resources.stock_errors import FULFILLMENT_CBT_PAGE, FULFILLMENT_PAGE, FULFILLMENT_RULES
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, json
from meli_sdk.wire.message import Response
from meli_sdk.wire.paging import Cursor, Page, Paginator, rows
from meli_sdk.wire.pipeline import Caller

MAX_PAGE: Final = 1_000
LONGEST_SPAN: Final = timedelta(days=60)


def _by_scroll(response: Response, body: Mapping[str, Any], count: int) -> Cursor | None:  # noqa: ARG001
    """The newest scroll; the end is an empty page, or a scroll that is null or empty."""
    paging = body.get("paging")
    scroll = cast("Mapping[str, object]", paging).get("scroll") if isinstance(paging, dict) else None
    return Cursor.of(scroll=scroll) if count and isinstance(scroll, str) and scroll else None


GET_FULFILLMENT_STOCK: Final = Endpoint(
    method="GET",
    template="/inventories/{inventory_id}/stock/fulfillment",
    reader=json(FulfillmentStock),
    safety=Safety.SAFE,
    errors=FULFILLMENT_RULES,
    doc=FULFILLMENT_PAGE,
)
SEARCH_STOCK_OPERATIONS: Final[Endpoint[Page[StockOperation]]] = Endpoint(
    method="GET",
    template="/stock/fulfillment/operations/search",
    reader=rows(StockOperation, "results", _by_scroll),
    safety=Safety.SAFE,
    errors=FULFILLMENT_RULES,
    doc=FULFILLMENT_PAGE,
)
GET_STOCK_OPERATION: Final = Endpoint(
    method="GET",
    template="/stock/fulfillment/operations/{operation_id}",
    reader=json(StockOperation),
    safety=Safety.SAFE,
    errors=FULFILLMENT_RULES,
    doc=FULFILLMENT_PAGE,
)
GET_MARKETPLACE_FULFILLMENT_STOCK: Final = Endpoint(
    method="GET",
    template="/marketplace/inventories/{inventory_id}/stock/fulfillment",
    reader=json(FulfillmentStock),
    safety=Safety.SAFE,
    errors=FULFILLMENT_RULES,
    doc=FULFILLMENT_CBT_PAGE,
)
SEARCH_MARKETPLACE_STOCK_OPERATIONS: Final[Endpoint[Page[StockOperation]]] = Endpoint(
    method="GET",
    template="/marketplace/stock/fulfillment/operations/search",
    reader=rows(StockOperation, "results", _by_scroll),
    safety=Safety.SAFE,
    errors=FULFILLMENT_RULES,
    doc=FULFILLMENT_CBT_PAGE,
)
GET_MARKETPLACE_STOCK_OPERATION: Final = Endpoint(
    method="GET",
    template="/marketplace/stock/fulfillment/operations/{operation_id}",
    reader=json(StockOperation),
    safety=Safety.SAFE,
    errors=FULFILLMENT_RULES,
    doc=FULFILLMENT_CBT_PAGE,
)


class Fulfillment:
    """Stock in Mercado Libre's warehouse, of a seller of one site."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, inventory_id: str, *, conditions: bool = False) -> FulfillmentStock:
        """What Mercado Libre's warehouse holds of one product, of the last twelve months.

        Args:
            inventory_id: `inventory_id` of the item, or of its variation.
            conditions: also in which condition the units are that cannot be sold.

        Raises:
            InputError: this is no inventory's id.
            InventoryNotFoundError: there is none.
            InvalidCallerError: it belongs to another seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/envios-fulfillment
        """
        params = {"include_attributes": "conditions" if conditions else None}
        return await self._caller.call(GET_FULFILLMENT_STOCK, path={"inventory_id": inventory_id}, params=params)

    def operations(
        self,
        inventory_id: str | Collection[str] | None = None,
        *,
        date_from: date | None = None,
        date_to: date | None = None,
        kind: str | None = None,
        shipment_id: int | None = None,
        sort: str | None = None,
        page_size: int = MAX_PAGE,
    ) -> Paginator[StockOperation]:
        """What moved in Mercado Libre's warehouse: receptions, sales, returns, withdrawals, losses.

        A page has to be asked for within five minutes of the one before it.

        Args:
            inventory_id: of this product, or of these; all of the seller's when left out.
            date_from: from this day on; Mercado Libre shows the last 15 days when left out.
            date_to: until the day before this one; at most 60 days after `date_from`.
            kind: one of `StockOperationType`.
            shipment_id: only what belongs to this shipment.
            sort: as Mercado Libre names it.
            page_size: rows a call, 1 to 1,000.

        Raises:
            InputError: more than 60 days, days in the wrong order, or a moment instead of a day.
            InvalidCallerError: a product of another seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/envios-fulfillment
        """
        params = _operation_params(inventory_id, date_from, date_to, kind, shipment_id, sort, page_size)
        params["seller_id"] = self._caller.seller()
        return self._caller.paginate(SEARCH_STOCK_OPERATIONS, params=params)

    async def operation(self, operation_id: int | str) -> StockOperation:
        """One movement of stock by its id.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/envios-fulfillment
        """
        params = {"seller_id": self._caller.seller()}
        return await self._caller.call(GET_STOCK_OPERATION, path={"operation_id": operation_id}, params=params)


class MarketplaceFulfillment:
    """Stock in Mercado Libre's warehouses of a Global Selling account, one marketplace account at a time."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, inventory_id: str, seller_id: int, *, conditions: bool = False) -> FulfillmentStock:
        """What Mercado Libre's warehouse holds of one product, of the last twelve months.

        Args:
            inventory_id: `inventory_id` of the marketplace item, or of its variation.
            seller_id: of the marketplace account (`seller_id` of the item).
            conditions: also in which condition the units are that cannot be sold.

        Raises:
            InputError: this is no inventory's id, or no user's.
            InventoryNotFoundError: there is none, or it is not this account's.

        Documented at https://global-selling.mercadolibre.com/devsite/fulfillment-stock-gs
        """
        params = {
            "seller_id": ids.whole_number("seller_id", seller_id),
            "include_attributes": "conditions" if conditions else None,
        }
        return await self._caller.call(
            GET_MARKETPLACE_FULFILLMENT_STOCK, path={"inventory_id": inventory_id}, params=params
        )

    def operations(
        self,
        seller_id: int,
        inventory_id: str | Collection[str] | None = None,
        *,
        date_from: date | None = None,
        date_to: date | None = None,
        kind: str | None = None,
        shipment_id: int | None = None,
        sort: str | None = None,
        page_size: int = MAX_PAGE,
    ) -> Paginator[StockOperation]:
        """What moved in Mercado Libre's warehouse: receptions, sales, returns, withdrawals, losses.

        A page has to be asked for within five minutes of the one before it.

        Args:
            seller_id: of the marketplace account.
            inventory_id: of this product, or of these; all of the account's when left out.
            date_from: from this day on; Mercado Libre shows the last 15 days when left out.
            date_to: until the day before this one; at most 60 days after `date_from`.
            kind: one of `StockOperationType`.
            shipment_id: only what belongs to this shipment.
            sort: as Mercado Libre names it.
            page_size: rows a call, 1 to 1,000.

        Raises:
            InputError: more than 60 days, days in the wrong order, or a moment instead of a day.
            InvalidCallerError: an account of somebody else.

        Documented at https://global-selling.mercadolibre.com/devsite/fulfillment-stock-gs
        """
        params = _operation_params(inventory_id, date_from, date_to, kind, shipment_id, sort, page_size)
        params["seller_id"] = ids.whole_number("seller_id", seller_id)
        return self._caller.paginate(SEARCH_MARKETPLACE_STOCK_OPERATIONS, params=params)

    async def operation(self, operation_id: int | str, seller_id: int) -> StockOperation:
        """One movement of stock by its id.

        Raises:
            InputError: an id is no whole number of at most 20 digits.
            NotFoundError: there is none, or it is not this account's.

        Documented at https://global-selling.mercadolibre.com/devsite/fulfillment-stock-gs
        """
        params = {"seller_id": ids.whole_number("seller_id", seller_id)}
        return await self._caller.call(
            GET_MARKETPLACE_STOCK_OPERATION, path={"operation_id": operation_id}, params=params
        )


def _operation_params(
    inventory_id: str | Collection[str] | None,
    date_from: date | None,
    date_to: date | None,
    kind: str | None,
    shipment_id: int | None,
    sort: str | None,
    page_size: int,
) -> dict[str, object]:
    for name, day in (("date_from", date_from), ("date_to", date_to)):
        if day is not None and (isinstance(day, datetime) or not isinstance(day, date)):
            message = f"{name} must be a day, such as date(2026, 3, 1), got {shown(day)}"
            raise InputError(message)
    if date_from and date_to and not timedelta(0) < date_to - date_from <= LONGEST_SPAN:
        message = f"date_to {date_to} must be 1 to 60 days after date_from {date_from}"
        raise InputError(message)
    several = inventory_id if isinstance(inventory_id, list | tuple | set | frozenset) else (inventory_id,)
    return {
        "inventory_id": None if inventory_id is None else [ids.word("inventory_id", one) for one in several],
        "date_from": None if date_from is None else date_from.isoformat(),
        "date_to": None if date_to is None else date_to.isoformat(),
        "type": None if kind is None else ids.word("type", kind),
        "external_references.shipment_id": (
            None if shipment_id is None else ids.whole_number("shipment_id", shipment_id)
        ),
        "sort": None if sort is None else ids.word("sort", sort),
        "limit": arguments.page_size(page_size, MAX_PAGE),
    }
