"""Stock: https://developers.mercadolibre.com.ar/es_ar/stock-distribuido"""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from meli_sdk.codec import Codec
from meli_sdk.errors import Check, InputError, MeliError, shown
from meli_sdk.models.items import Item
from meli_sdk.models.items_requests import NewItem
from meli_sdk.models.stock import Store, StoreQuantity, UserProductStock
from meli_sdk.resources import arguments
from meli_sdk.resources.items_endpoints import GET_ITEM
from meli_sdk.resources.marketplace_endpoints import GET_MARKETPLACE_ITEM, MODIFY_ITEM, UPDATE_GLOBAL_ITEM
from meli_sdk.resources.stock_errors import (
    CREATE_WITH_STORES_RULES,
    NO_STOCK_YET,
    SELLING_ADDRESS_RULES,
    STOCK_PAGE,
    STORE_RULES,
    STORES_PAGE,
)
from meli_sdk.resources.stock_fulfillment import Fulfillment
from meli_sdk.resources.stock_routes import VERSIONED, AnyItem, StockResource, StockRoute, stock_route
from meli_sdk.resources.stock_writes import (
    StockState,
    StockWrite,
    item_body,
    item_quantity,
    store_rows,
    wanted_quantities,
    write_versioned,
)
from meli_sdk.resources.users_endpoints import GET_USER
from meli_sdk.sites import GLOBAL_SELLING
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, nothing
from meli_sdk.wire.message import Response, render_path
from meli_sdk.wire.paging import Page, Paginator, by_offset, rows
from meli_sdk.wire.pipeline import Caller
from meli_sdk.wire.rate_groups import USER_PRODUCT_STOCK

VERSION_HEADER: Final = "x-version"
MAX_STORES: Final = 50


def read_stock(response: Response, codec: Codec) -> UserProductStock:
    """The body, and the version that its header carries."""
    stock = json(UserProductStock)(response, codec)
    version = response.headers.get(VERSION_HEADER, "")
    stock.version = int(version) if version.isascii() and version.isdigit() and len(version) <= 19 else None  # noqa: PLR2004
    return stock


def _stores_set(sent: SentCall) -> Check:
    rows = cast("Mapping[str, list[Mapping[str, object]]]", sent.json)["locations"]
    path = render_path("/user-products/{user_product_id}/stock", sent.path)
    sought = [{name: row[name] for name in ("store_id", "quantity")} for row in rows]
    return Check(path=path, sought=({"locations": sought},))


def _selling_address_set(sent: SentCall) -> Check:
    quantity = cast("Mapping[str, object]", sent.json)["quantity"]
    path = render_path("/user-products/{user_product_id}/stock", sent.path)
    return Check(path=path, sought=({"locations": [{"type": "selling_address", "quantity": quantity}]},))


GET_STOCK: Final = Endpoint(
    method="GET",
    template="/user-products/{user_product_id}/stock",
    reader=read_stock,
    safety=Safety.SAFE,
    errors=(NO_STOCK_YET,),
    group=USER_PRODUCT_STOCK,
    doc=STOCK_PAGE,
)
# A write names the version it changes. Sent again it would meet the version it made itself: read before.
SET_STORE_STOCK: Final = Endpoint(
    method="PUT",
    template="/user-products/{user_product_id}/stock/type/seller_warehouse",
    reader=read_stock,
    safety=Safety.UNSAFE,
    check=_stores_set,
    errors=STORE_RULES,
    group=USER_PRODUCT_STOCK,
    doc=STOCK_PAGE,
)
SET_SELLING_ADDRESS_STOCK: Final = Endpoint(
    method="PUT",
    template="/user-products/{user_product_id}/stock/type/selling_address",
    reader=nothing,
    safety=Safety.UNSAFE,
    check=_selling_address_set,
    errors=SELLING_ADDRESS_RULES,
    group=USER_PRODUCT_STOCK,
    doc=STOCK_PAGE,
)
SEARCH_STORES: Final[Endpoint[Page[Store]]] = Endpoint(
    method="GET",
    template="/users/{user_id}/stores/search",
    reader=rows(Store, "results", by_offset(MAX_STORES)),
    safety=Safety.SAFE,
    doc=STORES_PAGE,
)


CREATE_ITEM_WITH_STORES: Final = Endpoint(
    method="POST",
    template="/items/multiwarehouse",
    reader=json(Item),
    safety=Safety.UNSAFE,
    errors=CREATE_WITH_STORES_RULES,
    doc=STORES_PAGE,
)


class Stock:
    """The stock of one seller: where it is, and how much.

    `fulfillment` reads what Mercado Libre's warehouse holds.
    """

    fulfillment: Fulfillment

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.fulfillment = Fulfillment(caller)

    async def get(self, user_product_id: str) -> UserProductStock:
        """The stock of a user product, place by place, with the version that a write has to name.

        Raises:
            InputError: this is no user product's id.
            NotFoundError: there is none, or its stock was never set.

        Documented at https://developers.mercadolibre.com.ar/es_ar/stock-distribuido
        """
        return await self._caller.call(GET_STOCK, path={"user_product_id": user_product_id})

    async def set(
        self, user_product_id: str, locations: Sequence[StoreQuantity | Mapping[str, object]], version: int
    ) -> UserProductStock:
        """Sets the stock in the seller's own stores. For accounts with several origins only (tag `warehouse_management`).

        Whether stores that are left out keep their stock is not documented: name all of them.

        Args:
            user_product_id: such as `MLAU123456789`.
            locations: one row for each store.
            version: the one that `get` returned; it makes sure that nobody changed the stock in between.

        Raises:
            InputError: no row, a store twice, a quantity outside 0 to 99,999.
            VersionConflictError: somebody changed the stock first: read it again.
            StockStoreError: a store does not exist, is not this seller's, or holds no stock.
            OutcomeUnknownError: the answer was lost; `get` tells what became of it.

        Documented at https://developers.mercadolibre.com.ar/es_ar/stock-multi-origen
        """
        return await self._versioned(version).call(
            SET_STORE_STOCK, path={"user_product_id": user_product_id}, json={"locations": store_rows(locations)}
        )

    async def set_selling_address(self, user_product_id: str, quantity: int, version: int) -> None:
        """Sets the stock at the seller's address, for products that Mercado Libre's warehouse holds too (MLA and MLC).

        Mercado Libre answers before it is done: `get` shows the new quantity some moments later.

        Args:
            user_product_id: such as `MLAU123456789`.
            quantity: units, 0 to 99,999.
            version: the one that `get` returned.

        Raises:
            InputError: a quantity outside 0 to 99,999.
            VersionConflictError: somebody changed the stock first: read it again.
            StockNotEditableError: this stock cannot be changed; the message says why.
            OutcomeUnknownError: the answer was lost; `get` tells what became of it.

        Documented at https://developers.mercadolibre.com.ar/es_ar/stock-distribuido
        """
        await self._versioned(version).call(
            SET_SELLING_ADDRESS_STOCK,
            path={"user_product_id": user_product_id},
            json={"quantity": arguments.quantity("quantity", quantity)},
        )

    def stores(self, user_id: int | None = None, *, page_size: int = MAX_STORES) -> Paginator[Store]:
        """The seller's stores that hold stock, with the ids that `set` needs.

        Args:
            user_id: whose stores; the session's seller when left out.
            page_size: rows a call, 1 to 50.

        Raises:
            InputError: the id is no whole number of at most 20 digits, or the session has no seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/stock-multi-origen
        """
        params = {"tags": "stock_location", "limit": arguments.page_size(page_size, MAX_STORES)}
        return self._caller.paginate(SEARCH_STORES, path={"user_id": self._caller.seller(user_id)}, params=params)

    async def route(self, item_id: str, *, variation_id: int | None = None) -> StockRoute:
        """Which resource takes a write of this item's stock, and why. Two reads: the account and the item.

        The answer holds as long as the account's tags and the item's logistic type do: keep it for some time.

        Args:
            item_id: an item of this account, or a Global Selling one.
            variation_id: whose stock, where the item has variations.

        Raises:
            InputError: the item has variations and none was named, or has none with this id.
            ItemNotFoundError: there is no such item.

        Documented at https://developers.mercadolibre.com.ar/es_ar/stock-distribuido
        """
        wanted = ids.item_id(item_id)
        variation = None if variation_id is None else int(ids.whole_number("variation_id", variation_id))
        account = await self._caller.call(GET_USER, path={"user_id": self._caller.seller()})
        item = await self._item(wanted, global_selling=account.site_id == GLOBAL_SELLING)
        return stock_route(account, item, variation_id=variation)

    async def write(
        self,
        item_id: str,
        stock: int | Sequence[StoreQuantity | Mapping[str, object]],
        *,
        variation_id: int | None = None,
        route: StockRoute | None = None,
    ) -> StockWrite:
        """Sets the stock of an item through the resource that takes it, and reads it back. The change is live.

        Several calls: two reads for the route unless it is given, then read, write and read; where somebody else
        changes the stock in between, or an answer is lost, read and write again, five times at most.

        Args:
            item_id: an item of this account, or a Global Selling one.
            stock: units, 0 to 99,999; for an account with several stores a row for each store.
            variation_id: whose stock, where the item has variations.
            route: as `route` returned it.

        Raises:
            InputError: one quantity where stores are asked for, or the reverse; a quantity outside 0 to 99,999.
            NotApplicableError: the API cannot change this stock (Mercado Libre's warehouse holds it).
            VersionConflictError: others changed the stock each of the five times.
            ResponseError: Mercado Libre refused the write.

        Documented at https://developers.mercadolibre.com.ar/es_ar/stock-distribuido
        """
        chosen = route or await self.route(item_id, variation_id=variation_id)
        resource = chosen.check()
        wanted, rows_ = wanted_quantities(chosen, stock)
        if resource in VERSIONED:
            product = chosen.user_product_id or ""
            sent = rows_ or wanted[chosen.item_id]
            return await write_versioned(
                lambda: self.get(product), lambda version: self.send(chosen, sent, version=version), chosen, wanted
            )
        return await self._write_item(chosen, wanted)

    async def send(
        self,
        route: StockRoute,
        stock: int | Sequence[StoreQuantity | Mapping[str, object]],
        *,
        version: int | None = None,
    ) -> None:
        """Sends one write of stock through the resource that takes it, and reads nothing. The change is live.

        `write` does more: it reads back, since Mercado Libre may answer 200 and change nothing.

        Args:
            route: as `route` returned it.
            stock: units, 0 to 99,999; for an account with several stores a row for each store.
            version: as `get` returned it; for the stock of user products only, which cannot be changed without.

        Raises:
            InputError: one quantity where stores are asked for, or the reverse; a version that is missing.
            NotApplicableError: the API cannot change this stock (Mercado Libre's warehouse holds it).
            VersionConflictError: somebody changed the stock first: read it again.
            ResponseError: Mercado Libre refused the write.
            OutcomeUnknownError: the answer was lost; read what became of it.

        Documented at https://developers.mercadolibre.com.ar/es_ar/stock-distribuido
        """
        resource = route.check()
        wanted, rows_ = wanted_quantities(route, stock)
        if resource in VERSIONED:
            if version is None:
                message = f"the stock of {route.user_product_id} needs the version that stock.get returned"
                raise InputError(message)
            if resource is StockResource.STORES:
                await self.set(route.user_product_id or "", rows_, version)
            else:
                await self.set_selling_address(route.user_product_id or "", wanted[route.item_id], version)
            return
        endpoint = UPDATE_GLOBAL_ITEM if resource is StockResource.GLOBAL_ITEM else MODIFY_ITEM
        body = item_body(route, wanted[route.item_id])
        await self._caller.call(endpoint, path={"item_id": route.item_id}, json=body)

    async def _item(self, item_id: str, *, global_selling: bool) -> AnyItem:
        path = {"item_id": item_id}
        if global_selling:
            return await self._caller.call(GET_MARKETPLACE_ITEM, path=path)
        return await self._caller.call(GET_ITEM, path=path)

    async def _write_item(self, route: StockRoute, wanted: Mapping[str, int]) -> StockWrite:
        global_item = route.resource is StockResource.GLOBAL_ITEM
        problem: MeliError | None = None
        try:
            await self.send(route, wanted[route.item_id])
        except MeliError as failure:
            if not failure.may_have_been_applied:
                raise
            problem = failure
        try:
            item = await self._item(route.item_id, global_selling=global_item)
        except MeliError as unread:  # it says nothing of a write whose outcome is unknown
            raise unread if problem is None else problem from None
        seen = {route.item_id: item_quantity(item, route.variation_id)}
        if problem is not None and seen != wanted:
            raise problem
        state: StockState = "applied" if seen == wanted else "not_applied"
        return StockWrite(route=route, state=state, wanted=wanted, seen=seen, attempts=1)

    async def create_item(self, item: NewItem | Mapping[str, object]) -> Item:
        """Lists an item of an account with several origins, with the stock of each store. It is live at once.

        Args:
            item: as for `items.create`, with `stock_locations` in the place of `available_quantity`.

        Raises:
            ValidationFailedError: what is wrong with the item, in `.causes`.
            StockStoreError: a store does not exist or is not this seller's.
            ConflictError: the product is being changed, or its SKU or GTIN belongs to another one.
            OutcomeUnknownError: the answer was lost; look for the item before sending it again.

        Documented at https://developers.mercadolibre.com.ar/es_ar/stock-multi-origen
        """
        return await self._caller.call(CREATE_ITEM_WITH_STORES, json=item)

    def _versioned(self, version: int) -> Caller:
        if isinstance(version, bool) or not isinstance(version, int) or version < 0:
            message = f"version must be the one that stock.get returned, got {shown(version)}"
            raise InputError(message)
        headers = {**self._caller.options.headers, VERSION_HEADER: str(version)}
        return self._caller.with_options(headers=headers)
