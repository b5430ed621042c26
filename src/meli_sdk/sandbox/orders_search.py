"""`GET /orders/search`: https://developers.mercadolibre.com.ar/es_ar/gestiona-ventas

Its dates count whole hours, a seller's search hides cancelled orders and reaches back twelve months, and a parameter it
does not know is ignored without a word.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, moment_utc
from meli_sdk.sandbox.errors import invalid_caller, refusal
from meli_sdk.sandbox.orders_bodies import nickname, order_body
from meli_sdk.sandbox.orders_book import DateKind, Order, OrderBook, Span
from meli_sdk.sandbox.state import SERVER_ZONE, User

PAGE_LIMIT: Final = 50
_DATES: Final[Mapping[str, DateKind]] = {
    "order.date_created": "created",
    "order.date_last_updated": "updated",
    "order.date_closed": "closed",
}
_WORDS: Final = frozenset({"q", "item", "tags", "tags.not", "order.status", "mediations.stage", "mediations.status"})
_FEEDBACK: Final = frozenset(
    {
        "feedback.status",
        *(f"feedback.{side}.{what}" for side in ("sale", "purchase") for what in ("rating", "fulfilled")),
    }
)
_FILTERS: Final = frozenset({"seller", "buyer", *_WORDS, *_FEEDBACK}) | {
    f"{name}.{end}" for name in _DATES for end in ("from", "to")
}
_SORTS: Final = {"date_asc": "Date ascending", "date_desc": "Date descending"}


class OrderQuery:
    """One search, read from the query string. Parameters that the resource does not know are ignored.

    Args:
        query: the parameters.
        caller: whose token it is.
        offset_cap: pages that reach beyond this row are refused.

    Raises:
        ApiError: 400, no filter or a wrong value; 403, another seller's or buyer's orders.
    """

    def __init__(self, query: Mapping[str, str], caller: User, offset_cap: int) -> None:
        if not _FILTERS & query.keys():
            raise refusal(400, "bad_request", "At least one filter is required.")
        self._query = query
        self._caller = caller
        self.seller: int | None = self._number("seller") if "seller" in query else None
        self.buyer: int | None = self._number("buyer") if "buyer" in query else None
        if (self.buyer if self.seller is None else self.seller) not in {None, caller.id}:
            raise invalid_caller()
        self.offset: int = self._number("offset", 0)
        self.limit: int = self._number("limit", PAGE_LIMIT)
        if self.limit > PAGE_LIMIT:
            raise refusal(400, "limit.invalid", f"Limit must be a lower or equal than {PAGE_LIMIT}.")
        if self.offset + self.limit > offset_cap:
            raise refusal(400, "offset.invalid", f"The requested offset is higher than the allowed: {offset_cap}.")
        self.sort: str = query.get("sort", "date_asc")
        if self.sort not in _SORTS:
            raise refusal(400, "sort.invalid", f"Invalid sort: {self.sort}")
        self._spans: dict[DateKind, Span] = {
            kind: (self._hour(f"{name}.from"), self._hour(f"{name}.to")) for name, kind in _DATES.items()
        }

    def _number(self, name: str, default: int = 0) -> int:
        asked = self._query.get(name)
        if asked is None:
            return default
        if not asked.isascii() or not asked.isdigit():
            raise refusal(400, f"{name}.invalid", f"Invalid {name}: {asked}")
        return int(asked)

    def _hour(self, name: str) -> datetime | None:
        asked = self._query.get(name)
        if asked is None:
            return None
        try:
            value = datetime.fromisoformat(asked)
        except ValueError:
            raise refusal(400, "bad_request", f"Invalid date in {name}: {asked}") from None
        if value.tzinfo is None:
            value = value.replace(tzinfo=SERVER_ZONE)
        return value.astimezone(UTC).replace(minute=0, second=0, microsecond=0)

    def _names(self, name: str) -> set[str]:
        return {part.strip() for part in self._query.get(name, "").split(",") if part.strip()}

    def found(self, book: OrderBook) -> list[Order]:
        """The orders this search shows, in its order."""
        mine = self._caller.id
        as_buyer = self.buyer == mine and self.seller is None
        rows = book.found(None if as_buyer else mine, self._spans)
        if self.buyer is not None:
            rows = [order for order in rows if order.buyer_id == self.buyer]
        if statuses := self._names("order.status"):
            rows = [order for order in rows if order.status in statuses]
        elif not as_buyer:
            rows = [order for order in rows if order.status != "cancelled"]
        rows = self._with_words(self._with_tags(self._with_mediations(self._with_feedback(rows))))
        if as_buyer:
            rows.sort(key=lambda order: (order.created, order.id))
        return rows if self.sort == "date_asc" else rows[::-1]

    def _with_tags(self, rows: list[Order]) -> list[Order]:
        wanted, unwanted = self._names("tags"), self._names("tags.not")
        if wanted or unwanted:
            rows = [order for order in rows if wanted <= set(order.tags) and not unwanted & set(order.tags)]
        return rows

    def _with_words(self, rows: list[Order]) -> list[Order]:
        if text := self._query.get("q", "").casefold():
            rows = [
                order
                for order in rows
                if text in f"{order.id}\n{order.item_id}\n{order.title}\n{nickname(order.buyer_id)}".casefold()
            ]
        if item := self._query.get("item", "").casefold():
            rows = [order for order in rows if item in order.title.casefold() or item == order.item_id.casefold()]
        return rows

    def _with_mediations(self, rows: list[Order]) -> list[Order]:
        for key in ("stage", "status"):
            if wanted := self._names(f"mediations.{key}"):
                rows = [order for order in rows if any(one.get(key) in wanted for one in order.mediations)]
        return rows

    def _with_feedback(self, rows: list[Order]) -> list[Order]:
        for side in ("sale", "purchase"):
            if ratings := self._names(f"feedback.{side}.rating"):
                rows = [order for order in rows if (said := order.feedback.get(side)) and said.get("rating") in ratings]
            if fulfilled := self._query.get(f"feedback.{side}.fulfilled"):
                meant = fulfilled == "T"
                rows = [
                    order for order in rows if (said := order.feedback.get(side)) and said.get("fulfilled") is meant
                ]
        match self._query.get("feedback.status"):
            case "pending":
                rows = [order for order in rows if "sale" not in order.feedback]
            case "waiting_buyer":
                rows = [order for order in rows if "sale" in order.feedback and "purchase" not in order.feedback]
            case _:
                pass
        return rows


async def search_orders(request: web.Request) -> web.Response:
    """One page. A 206 where an order on it lacks parts."""
    world = request.app[WORLD]
    query = OrderQuery(request.query, request[CALLER], world.options.order_offset_cap)
    found = query.found(world.orders)
    page = found[query.offset : query.offset + query.limit]
    missing = dict.fromkeys(part for order in page for part in order.missing)
    response = answer(
        {
            "query": request.query.get("q", ""),
            "results": [
                {**order_body(order), "date_last_updated": moment_utc(order.updated), "hidden_for_seller": False}
                for order in page
            ],
            "sort": {"id": query.sort, "name": _SORTS[query.sort]},
            "available_sorts": [{"id": key, "name": name} for key, name in _SORTS.items() if key != query.sort],
            "filters": [],
            "paging": {"total": len(found), "offset": query.offset, "limit": query.limit},
            "display": "complete",
        },
        206 if missing else 200,
    )
    if missing:
        response.headers["X-Content-Missing"] = ", ".join(missing)
    return response
