"""Prices of items and what selling them costs: https://developers.mercadolibre.com.ar/es_ar/api-de-precios"""

from collections.abc import Iterable, Sequence
from typing import Final

from meli_sdk.codec import Codec
from meli_sdk.errors import Check, InputError
from meli_sdk.models.items_prices import (
    ItemPrices,
    ListingFee,
    ProductIdentifierCheck,
    SalePrice,
)
from meli_sdk.models.items_requests import Money, QuantityPrice
from meli_sdk.resources import arguments
from meli_sdk.resources import items_errors as tables
from meli_sdk.resources import items_pages as pages
from meli_sdk.resources.json_shapes import elements_of, fields_of, rows_of
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, parse_body
from meli_sdk.wire.message import Response, render_path
from meli_sdk.wire.pipeline import Caller
from meli_sdk.wire.rate_groups import ITEM_WRITES

MARKETPLACE_CHANNEL: Final = "channel_marketplace"
MAX_QUANTITY_PRICES: Final = 5
_SHOW_ALL: Final = {"show-all-prices": "true"}


def _flat(tree: object) -> list[object]:
    """The answer is an array, an array in an array, or the one row itself."""
    elements = elements_of(tree)
    return [row for element in elements for row in _flat(element)] if elements or tree == [] else [tree]


def _read_fees(response: Response, codec: Codec) -> tuple[ListingFee, ...]:
    return codec.structure(_flat(parse_body(response, codec)), tuple[ListingFee, ...])


def _priced(sent: SentCall) -> Check | None:
    """The new rows of a whole set of prices stand in the list of prices; nothing shows that the others were kept."""
    wanted = list(rows_of(fields_of(sent.json).get("prices")))
    new = tuple(row for row in wanted if "amount" in row)
    if not new:
        return None
    path = render_path("/items/{item_id}/prices", sent.path)
    return Check(path=path, headers=_SHOW_ALL, rows="prices", sought=new, conclusive=len(new) == len(wanted))


GET_PRICES: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/prices",
    reader=json(ItemPrices),
    safety=Safety.SAFE,
    headers=_SHOW_ALL,
    errors=tables.QUANTITY_PRICES,
    doc=pages.PRICES,
)
GET_SALE_PRICE: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/sale_price",
    reader=json(SalePrice),
    safety=Safety.SAFE,
    doc=pages.PRICES,
)
SET_QUANTITY_PRICES: Final = Endpoint(
    method="POST",
    template="/items/{item_id}/prices/standard/quantity",
    reader=json(ItemPrices),
    safety=Safety.IDEMPOTENT,  # the whole set each time
    errors=tables.QUANTITY_PRICES,
    group=ITEM_WRITES,
    check=_priced,
    doc=pages.QUANTITY_PRICES,
)
LIST_FEES: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/listing_prices",
    reader=_read_fees,
    safety=Safety.SAFE,
    errors=tables.FEES,
    doc=pages.FEES,
)
CHECK_PRODUCT_IDENTIFIER: Final = Endpoint(
    method="GET",
    template="/product-identifier/validator",
    reader=json(ProductIdentifierCheck),
    safety=Safety.SAFE,
    doc=pages.PRODUCT_IDENTIFIERS,
)


class Pricing:
    """Prices of items, and the fees for selling them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, item_id: str) -> ItemPrices:
        """All prices of an item: standard, promotions, and those by quantity.

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.
            ForbiddenError: another seller's.

        Documented at https://developers.mercadolibre.com.ar/es_ar/api-de-precios
        """
        return await self._caller.call(GET_PRICES, path={"item_id": item_id})

    async def sale(
        self, item_id: str, *, context: Sequence[str] = (MARKETPLACE_CHANNEL,), quantity: int | None = None
    ) -> SalePrice:
        """What a buyer pays now. The promotion behind it shows only to the item's seller.

        Args:
            item_id: the item.
            context: where and for whom: `channel_marketplace`, with `buyer_loyalty_3` to `_6` or `user_type_business`.
            quantity: the price for one unit when so many are bought.

        Raises:
            InputError: no item id, an empty context, or a wrong quantity.
            ForbiddenError: another seller's.

        Documented at https://developers.mercadolibre.com.ar/es_ar/api-de-precios
        """
        if isinstance(context, str) or not context:
            message = f"context must be several words, such as ['{MARKETPLACE_CHANNEL}']"
            raise InputError(message)
        params = {
            "context": [ids.word("context", word) for word in context],
            "quantity": None if quantity is None else arguments.quantity("quantity", quantity),
        }
        return await self._caller.call(GET_SALE_PRICE, path={"item_id": item_id}, params=params)

    async def set_by_quantity(self, item_id: str, prices: Iterable[QuantityPrice]) -> ItemPrices:
        """Replaces the prices by quantity of an item; one that is neither kept nor new is deleted. Live at once.

        Args:
            item_id: the item.
            prices: at most five: `QuantityPrice.of(amount, currency, from_units=10)` or `QuantityPrice.kept(price_id)`.

        Raises:
            InputError: more than five, or the same number of units twice.
            QuantityPricesError: Mercado Libre finds them contradictory; nothing was changed.
            InvalidCallerError: another seller's item.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-por-cantidad
        """
        rows = tuple(prices)
        if len(rows) > MAX_QUANTITY_PRICES:
            message = f"an item takes at most {MAX_QUANTITY_PRICES} prices by quantity, got {len(rows)}"
            raise InputError(message)
        units = [row.conditions.min_purchase_unit for row in rows if row.conditions]
        if len(set(units)) < len(units):
            message = f"each price by quantity begins at another number of units, got {units}"
            raise InputError(message)
        return await self._caller.call(SET_QUANTITY_PRICES, path={"item_id": item_id}, json={"prices": rows})

    async def fees(
        self,
        site_id: str,
        price: Money | str,
        *,
        category_id: str | None = None,
        currency_id: str | None = None,
        listing_type_id: str | None = None,
        logistic_type: str | None = None,
        shipping_mode: str | None = None,
        billable_weight: int | None = None,
        quantity: int | None = None,
        channel: str | None = None,
        tags: Sequence[str] | None = None,
    ) -> tuple[ListingFee, ...]:
        """What listing and selling at a price costs, a row for each listing type.

        The fixed fee depends on how the item is shipped: without `logistic_type`, `shipping_mode` and `billable_weight`
        (grams; needed in Argentina) it is wrong.

        Raises:
            InputError: a wrong site, price, category or word.
            InvalidParameterError: Mercado Libre refuses a value.

        Documented at https://developers.mercadolibre.com.ar/es_ar/comision-por-vender
        """
        words = {
            "currency_id": currency_id,
            "listing_type_id": listing_type_id,
            "logistic_type": logistic_type,
            "shipping_mode": shipping_mode,
            "channel": channel,
        }
        params: dict[str, object] = {
            "price": arguments.amount("price", price),
            "category_id": None if category_id is None else ids.category_id(category_id),
            "billable_weight": None
            if billable_weight is None
            else ids.whole_number("billable_weight", billable_weight),
            "quantity": None if quantity is None else arguments.quantity("quantity", quantity),
            "tags": [ids.word("tags", tag) for tag in tags] if tags else None,
            **{name: ids.word(name, word) for name, word in words.items() if word is not None},
        }
        return await self._caller.call(LIST_FEES, path={"site_id": site_id}, params=params)

    async def check_identifier(self, product_identifier: str) -> ProductIdentifierCheck:
        """Asks Mercado Libre's validator about a GTIN; the answer is printed nowhere, so it is in `.raw`.

        Raises:
            InputError: more than letters and digits.

        Documented at https://developers.mercadolibre.com.ar/es_ar/identificadores-de-productos
        """
        params = {"product_identifier": ids.word("product_identifier", product_identifier)}
        return await self._caller.call(CHECK_PRODUCT_IDENTIFIER, params=params)
