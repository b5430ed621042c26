"""Orders: https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Final, Literal

from meli_sdk.codec import Codec
from meli_sdk.errors import DecodeError, InputError, shown
from meli_sdk.models.orders import Order, OrderStatus
from meli_sdk.models.orders_details import OrderDiscounts, OrderProduct, OrderShipment
from meli_sdk.models.orders_feedback import Rating
from meli_sdk.models.shipments import Shipment
from meli_sdk.resources import arguments
from meli_sdk.resources.json_shapes import is_fields
from meli_sdk.resources.orders_billing import OrderBilling
from meli_sdk.resources.orders_errors import ORDER_RULES
from meli_sdk.resources.orders_feedback import OrderFeedback
from meli_sdk.resources.orders_many import OrderResult, many_orders
from meli_sdk.resources.orders_notes import OrderNotes
from meli_sdk.resources.orders_packs import Packs
from meli_sdk.resources.orders_search import MAX_PAGE, REACH, SEARCH_ORDERS, OrderWalk
from meli_sdk.wire.endpoint import Endpoint, Reader, Safety, T, json, nothing, parse_body
from meli_sdk.wire.error_rules import ORDERS_PAGE
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.message import Response
from meli_sdk.wire.paging import Cursor, Page, Paginator
from meli_sdk.wire.pipeline import Caller


def _order(response: Response, codec: Codec) -> Order:
    order = codec.structure(parse_body(response, codec), Order)
    order.missing = response.missing
    return order


def _some(model: type[T]) -> Reader[tuple[T, ...]]:
    """Reads an array, one object that stands for an array of it, or no body for an empty one."""

    def read(response: Response, codec: Codec) -> tuple[T, ...]:
        if not response.body.strip():
            return ()
        tree = parse_body(response, codec)
        rows = [tree] if is_fields(tree) else tree
        return codec.structure(rows, tuple[model, ...])  # type: ignore[valid-type]

    return read


GET_ORDER: Final = Endpoint(
    method="GET",
    template="/orders/{order_id}",
    reader=_order,
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    doc=ORDERS_PAGE,
)
GET_PRODUCT: Final = Endpoint(
    method="GET",
    template="/orders/{order_id}/product",
    reader=json(OrderProduct),
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    doc=ORDERS_PAGE,
)
GET_DISCOUNTS: Final = Endpoint(
    method="GET",
    template="/orders/{order_id}/discounts",
    reader=json(OrderDiscounts),
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    doc=ORDERS_PAGE,
)
LIST_SHIPMENTS: Final = Endpoint(
    method="GET",
    template="/orders/{order_id}/shipments",
    reader=_some(OrderShipment),
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    headers={"x-new-domain": "true"},
    doc=ORDERS_PAGE,
)
LIST_SHIPMENTS_IN_FULL: Final = Endpoint(
    method="GET",
    template="/orders/{order_id}/shipments",
    reader=_some(Shipment),
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    headers={"x-api-version": "2"},
    doc=ORDERS_PAGE,
)
BLOCK_BUYER: Final = Endpoint(
    method="POST",
    template="/users/{user_id}/order_blacklist",
    reader=nothing,
    safety=Safety.UNSAFE,
    doc="https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes",
)

_GUIDE_WORDS: Final = {
    "initialized": "the guide's Initialized is order.status confirmed",
    "approved": "the guide's Approved is order.status paid or partially_refunded",
    "pending": "the guide's Pending is payment_required, payment_in_process or partially_paid",
    "canceledrejected": "the guide's CanceledRejected is cancelled, invalid or pending_cancel",
    "canceled": "Mercado Libre writes cancelled",
}


def _words(value: str | Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else (value,) if isinstance(value, str) else tuple(value)


def _one_of(name: str, value: str | Iterable[str] | None, known: frozenset[str]) -> tuple[str, ...] | None:
    return None if value is None else arguments.one_of(name, value, known, _GUIDE_WORDS)


def _truth(value: bool | None) -> str | None:  # noqa: FBT001  one value
    return None if value is None else "T" if value else "F"


class Orders(Packs, OrderFeedback, OrderNotes, OrderBilling):
    """The orders of one seller, and what hangs on them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, order_id: int) -> Order:
        """One order by its id. Where Mercado Libre could not load all of it, `order.missing` names the parts.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is none, or it is some minutes too new.
            NotOwnedOrderError: it belongs to another seller.
            LegalReasonsError: the buyer is not available; final.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        return await self._caller.call(GET_ORDER, path={"order_id": order_id})

    def get_many(self, ids: Iterable[int]) -> AsyncIterator[OrderResult]:
        """Orders by their ids, in that sequence, each id once; one call each, eight at a time.

        An id that leads to no order costs only itself: its result has `error` in place of `order`.

        Raises:
            InputError: an id is no whole number of at most 20 digits.
            AuthError: the seller is not connected any more.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        return many_orders(self._caller, GET_ORDER, ids)

    def search(
        self,
        *,
        seller: int | None = None,
        status: str | Iterable[str] | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        updated_from: datetime | None = None,
        updated_to: datetime | None = None,
        closed_from: datetime | None = None,
        closed_to: datetime | None = None,
        tags: str | Iterable[str] | None = None,
        tags_not: str | Iterable[str] | None = None,
        query: str | None = None,
        item: str | None = None,
        buyer: int | None = None,
        mediation_stage: str | Iterable[str] | None = None,
        mediation_status: str | Iterable[str] | None = None,
        feedback_status: Literal["pending", "waiting_buyer"] | None = None,
        sale_rating: str | None = None,
        sale_fulfilled: bool | None = None,
        purchase_rating: str | None = None,
        purchase_fulfilled: bool | None = None,
        sort: str | None = None,
        page_size: int = MAX_PAGE,
    ) -> Paginator[Order]:
        """The seller's orders; without filters, all of the last twelve months but the cancelled ones.

        Cancelled orders come only when `status="cancelled"` asks for them. Every order comes once, although orders move
        while the pages are read, and although Mercado Libre shows no page beyond 10,000 rows: then the search goes on
        in windows of the creation date. Times count to the second, although Mercado Libre's own count whole hours.

        Args:
            seller: whose orders; the session's seller when left out.
            status: one of `OrderStatus`, or several.
            created_from: ... `created_to`, `updated_*`, `closed_*`: moments with a time zone.
            tags: orders that carry these tags.
            tags_not: orders that carry none of these.
            query: matches order id, item id, title and the buyer's nickname.
            item: an item's id or title.
            buyer: orders of this buyer.
            mediation_stage: orders with a mediation in this stage; `mediation_status` likewise.
            feedback_status: `pending` where the seller has said nothing yet, `waiting_buyer` where the buyer has not.
            sale_rating: what the seller said: `positive`, `neutral` or `negative`; `purchase_rating` the buyer.
            sale_fulfilled: whether the seller said that the sale was completed; `purchase_fulfilled` the buyer.
            sort: `date_asc` (Mercado Libre's default) or `date_desc`, by the closing date. Beyond 10,000 rows the
                windows come in this order, and the rows within each.
            page_size: rows a page, 1 to 50.

        Raises:
            InputError: a moment without zone, from after to, more than twelve months back, an unknown status.
            InvalidCallerError: the token belongs to another seller.
            PaginationError: more orders in one hour than Mercado Libre shows, or it ignores a filter.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        now = self._caller.pipeline.clock.now()
        spans = {
            "order.date_created": arguments.time_span("created", created_from, created_to, now=now, reach=REACH),
            "order.date_last_updated": arguments.time_span("updated", updated_from, updated_to, now=now, reach=REACH),
            "order.date_closed": arguments.time_span("closed", closed_from, closed_to, now=now, reach=REACH),
        }
        ratings = frozenset(Rating)
        params: dict[str, object] = {
            "seller": whole_number("seller", self._caller.seller(seller)),
            "buyer": None if buyer is None else whole_number("buyer", buyer),
            "order.status": _one_of("status", status, frozenset(OrderStatus)),
            "tags": _words(tags),
            "tags.not": _words(tags_not),
            "q": query,
            "item": item,
            "mediations.stage": _words(mediation_stage),
            "mediations.status": _words(mediation_status),
            "feedback.status": _one_of("feedback_status", feedback_status, frozenset({"pending", "waiting_buyer"})),
            "feedback.sale.rating": _one_of("sale_rating", sale_rating, ratings),
            "feedback.sale.fulfilled": _truth(sale_fulfilled),
            "feedback.purchase.rating": _one_of("purchase_rating", purchase_rating, ratings),
            "feedback.purchase.fulfilled": _truth(purchase_fulfilled),
            "sort": _one_of("sort", sort, frozenset({"date_asc", "date_desc"})),
        }
        size = arguments.page_size(page_size, MAX_PAGE)
        walk = OrderWalk(self._caller, params, spans, page_size=size, newest_first=sort == "date_desc")
        return self._caller.paginator(SEARCH_ORDERS, walk.fetch)

    async def search_page(
        self,
        *,
        updated_from: datetime,
        updated_to: datetime,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        status: str | Iterable[str] | None = None,
        offset: int = 0,
    ) -> Page[Order]:
        """One call of the search as Mercado Libre answers it, 50 rows from `offset` on: for who walks the pages himself.

        Here times count whole hours, the total is Mercado Libre's, and orders may move between two calls; `search` takes
        care of all that. The page's cursor is the offset of the next one, whatever the total says.

        Args:
            updated_from: ... `updated_to`, `created_from`, `created_to`: moments with a time zone.
            status: one of `OrderStatus`, or several.
            offset: the first row, from 0.

        Raises:
            InputError: a moment without zone, from after to, more than twelve months back, an unknown status, an offset
                that is no whole number.
            InvalidCallerError: the token belongs to another seller.
            BadRequestError: an offset beyond what Mercado Libre shows.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        now = self._caller.pipeline.clock.now()
        if isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
            message = f"offset is a whole number from 0, got {shown(offset)}"
            raise InputError(message)
        updated = arguments.time_span("updated", updated_from, updated_to, now=now, reach=REACH)
        created = arguments.time_span("created", created_from, created_to, now=now, reach=REACH)
        params = {
            "seller": whole_number("seller", self._caller.seller()),
            "order.status": _one_of("status", status, frozenset(OrderStatus)),
            "order.date_last_updated.from": updated[0],
            "order.date_last_updated.to": updated[1],
            "order.date_created.from": created[0],
            "order.date_created.to": created[1],
            "offset": offset,
            "limit": MAX_PAGE,
        }
        found = await self._caller.call(SEARCH_ORDERS, params=params)
        orders = tuple(row for row in found.rows if isinstance(row, Order))
        failed = tuple(row for row in found.rows if isinstance(row, DecodeError))
        served = max(found.limit or MAX_PAGE, len(found.rows))
        return Page(orders, found.total, Cursor.of(offset=offset + served), failed)

    async def product(self, order_id: int) -> OrderProduct:
        """The marks of the goods that were delivered, such as their IMEI.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is no such order, or nothing is known of its goods.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        return await self._caller.call(GET_PRODUCT, path={"order_id": order_id})

    async def discounts(self, order_id: int) -> OrderDiscounts:
        """The discounts of an order and who pays for them; its payments do not tell them.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is no such order, or it has no discount.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        return await self._caller.call(GET_DISCOUNTS, path={"order_id": order_id})

    async def shipments(self, order_id: int) -> tuple[OrderShipment, ...]:
        """The shipments of an order: the way to the buyer (`type == "forward"`) and ways back.

        Empty where the delivery is agreed, or where the shipment of a new order is not there yet.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is no such order.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        return await self._caller.call(LIST_SHIPMENTS, path={"order_id": order_id}, params={"hosted": True})

    async def shipments_in_full(self, order_id: int) -> tuple[Shipment, ...]:
        """The shipments of an order with all that is known of them, sender's and receiver's address included.

        This is the older view; its end is announced. `shipments` and `session.shipments.get` take its place.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is no such order.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        params = {"list_all": True, "views": ("origin", "destination")}
        return await self._caller.call(LIST_SHIPMENTS_IN_FULL, path={"order_id": order_id}, params=params)

    async def block_buyer(self, buyer_id: int, *, seller: int | None = None) -> None:
        """Keeps a buyer from buying from the seller again.

        Args:
            buyer_id: `order.buyer.id`.
            seller: who does not want to sell; the session's seller when left out.

        Raises:
            InputError: an id is no whole number of at most 20 digits.
            ForbiddenError: the token belongs to another seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes
        """
        body = {"user_id": int(whole_number("buyer_id", buyer_id))}
        path = {"user_id": whole_number("seller", self._caller.seller(seller))}
        await self._caller.call(BLOCK_BUYER, path=path, json=body)
