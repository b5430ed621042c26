"""Global Selling orders: https://global-selling.mercadolibre.com/devsite/manage-orders-cbt"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_object, as_objects, moment, read_object
from meli_sdk.sandbox.errors import ApiError, JsonObject, invalid_caller, refusal, resource_not_found
from meli_sdk.sandbox.orders_bodies import order_body
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.state import SERVER_ZONE, User, World
from meli_sdk.sites import GLOBAL_SELLING

PAGE_LIMIT: Final = 50
IMEI_DIGITS: Final = 15
PHONES: Final = "MCO1055"
"""The category whose orders need an IMEI."""
EXCHANGE_RATE: Final = Decimal("19.25")
_DATES: Final[Mapping[str, Callable[[Order], datetime | None]]] = {
    "date_created": lambda order: order.created,
    "last_updated": lambda order: order.updated,
    "date_closed": lambda order: order.closed,
}
_SORTS: Final = {"date": "date_created", "updated": "last_updated", "closed": "date_closed"}


def global_caller(request: web.Request) -> User:
    """The Global Selling account that calls; no other may."""
    caller = request[CALLER]
    if caller.site_id != GLOBAL_SELLING:
        raise invalid_caller()
    return caller


def param_not_valid() -> ApiError:
    """What these resources say to any wrong value."""
    return refusal(400, "bad_request", "Param not valid")


def _sales(world: World, caller: User) -> list[list[Order]]:
    """The orders of the caller's marketplace accounts, those of one pack together."""
    accounts = {user.id for user in world.marketplaces(caller.id)}
    found: dict[int, list[Order]] = {}
    for order in world.orders.values():
        if order.seller_id in accounts:
            found.setdefault(order.pack_id or order.id, []).append(order)
    return list(found.values())


class _Search:
    """One search, read from the query string. Parameters that the resource does not know are ignored."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._query = query
        self.limit: int = self._number("limit", PAGE_LIMIT)
        self.offset: int = self._number("offset", 0)
        if not 0 < self.limit <= PAGE_LIMIT:
            raise param_not_valid()
        name, _, direction = query.get("sort", "date_asc").partition("_")
        if name not in _SORTS or direction not in {"asc", "desc"}:
            raise param_not_valid()
        self.sort: tuple[str, str] = (name, direction)
        self._edges: dict[str, datetime | None] = {
            f"{name}.{end}": self._moment(f"{name}.{end}") for name in _DATES for end in ("from", "to")
        }

    def _number(self, name: str, default: int) -> int:
        asked = self._query.get(name, str(default))
        if not asked.isascii() or not asked.isdigit():
            raise param_not_valid()
        return int(asked)

    def _moment(self, name: str) -> datetime | None:
        asked = self._query.get(name)
        if asked is None:
            return None
        try:
            found = datetime.fromisoformat(asked)
        except ValueError:
            raise param_not_valid() from None
        return found if found.tzinfo else found.replace(tzinfo=SERVER_ZONE)

    def finds(self, order: Order) -> bool:
        """Whether the search shows this order."""
        query = self._query
        owners = {"seller.id": str(order.seller_id), "buyer": str(order.buyer_id), "site": order.site_id}
        if any(name in query and query[name] != owner for name, owner in owners.items()):
            return False
        statuses = query.get("order.status")
        if statuses and order.status not in statuses.split(","):
            return False
        if "mediations.stage" in query:
            return False  # nobody complains in the sandbox
        for name, read in _DATES.items():
            dated, first, last = read(order), self._edges[f"{name}.from"], self._edges[f"{name}.to"]
            if (first and (dated is None or dated < first)) or (last and (dated is None or dated > last)):
                return False
        return True

    def rank(self, sale: list[Order]) -> tuple[float, int]:
        """What the sales are sorted by."""
        read = _DATES[_SORTS[self.sort[0]]]
        value = read(sale[0])
        return (0.0 if value is None else value.timestamp(), sale[0].id)


def _sale_body(sale: list[Order]) -> JsonObject:
    first = sale[0]
    return {
        "id": first.pack_id or first.id,
        "buyer": {"id": first.buyer_id},
        "config": {"items": [{"id": order.item_id} for order in sale]},
        "orders": [
            {
                "id": order.id,
                "items": None,
                "feedback": {"purchase": None, "sale": None},
                "payments": [{"id": payment.id} for payment in order.payments],
                "mediations": [],
                "seller": {"id": order.seller_id},
            }
            for order in sale
        ],
        "shipment": {"id": first.shipment_id, "payments": []},
    }


async def search_sales(request: web.Request) -> web.Response:
    """`GET /marketplace/orders/search`: ids only."""
    caller, search = global_caller(request), _Search(request.query)
    sales = [sale for sale in _sales(request.app[WORLD], caller) if any(map(search.finds, sale))]
    sales.sort(key=search.rank, reverse=search.sort[1] == "desc")
    names = {"date_asc": "Date ascending", "date_desc": "Date descending"}
    sort = "_".join(search.sort)
    return answer(
        {
            "query": "",
            "results": [_sale_body(sale) for sale in sales[search.offset : search.offset + search.limit]],
            "sort": {"id": sort, "name": names.pop(sort, sort)},
            "available_sorts": [{"id": key, "name": name} for key, name in names.items()],
            "filters": [],
            "paging": {"total": len(sales), "limit": search.limit},
        }
    )


def own_order(request: web.Request) -> Order:
    """The order of the path, if it is one of the caller's marketplace accounts'."""
    world, caller = request.app[WORLD], global_caller(request)
    asked = request.match_info["order_id"]
    if not asked.isascii() or not asked.isdigit():
        raise param_not_valid()
    order = world.orders.get(int(asked))
    if order is None:
        raise resource_not_found()
    if order.seller_id not in {user.id for user in world.marketplaces(caller.id)}:
        raise invalid_caller()
    return order


def _order_body(world: World, order: Order) -> JsonObject:
    body = order_body(order)
    line = (as_objects(body["order_items"]) or [])[0]
    item = as_object(line["item"]) or {}
    listing = world.listings.get(order.item_id)
    parent = None if listing is None else listing.parent_id
    dropped = {"total_amount", "comment", "buying_mode", "shipping_cost", "static_tags", "cancel_detail"}
    return {
        **{name: value for name, value in body.items() if name not in dropped},
        "comments": None,
        "status_detail": {"code": "", "description": None},
        "feedback": {"sale": None, "purchase": None},
        "order_items": [{**line, "item": {**item, "parent_item_id": parent}, "base_exchange_rate": EXCHANGE_RATE}],
        "context": {
            "channel": "marketplace",
            "site": order.site_id,
            "flows": ["cbt"],
            "application": "purchases-api",
        },
    }


async def get_order(request: web.Request) -> web.Response:
    """`GET /marketplace/orders/{id}`: one order; a pack's id is none."""
    return answer(_order_body(request.app[WORLD], own_order(request)))


async def get_invoice(request: web.Request) -> web.Response:
    """`GET /marketplace/orders/{id}/invoice`: a proforma invoice."""
    order = own_order(request)
    return web.Response(body=f"%PDF-1.4 proforma invoice {order.id}".encode(), content_type="application/pdf")


async def get_billing_info(request: web.Request) -> web.Response:
    """`GET /marketplace/orders/{id}/billing_info`."""
    order = own_order(request)
    return answer(
        {
            "site_id": order.site_id,
            "buyer": {
                "cust_id": order.buyer_id,
                "billing_info": {
                    "name": "Compradora",
                    "last_name": "De Prueba",
                    "identification": {"type": "RFC", "number": "XEXX010101000"},
                    "taxes": {"contributor": "INDIVIDUAL", "taxpayer_type": {"id": "616", "description": "None"}},
                    "address": {
                        "street_name": "Calle Inventada",
                        "street_number": "742",
                        "city_name": "Ciudad de Prueba",
                        "state": {"code": "DIF", "name": "Distrito Federal"},
                        "zip_code": "01000",
                        "country_id": "MX",
                    },
                    "attributes": {"is_normalized": True, "customer_type": "CO"},
                },
            },
            "seller": {"cust_id": order.seller_id},
        }
    )


async def set_attribute(request: web.Request) -> web.Response:
    """`POST /marketplace/orders/{id}/attributes`: the IMEI of a phone sold to Colombia."""
    order, body = own_order(request), await read_object(request)
    value = body.get("value")
    if body.get("name") != "IMEI":
        raise refusal(400, "Invalid request", "Must specify valid attribute name.")
    if not isinstance(value, str) or len(value) != IMEI_DIGITS or not value.isdigit():
        raise refusal(400, "Invalid request", "IMEI must be 15 digits long.")
    if order.category_id != PHONES:
        raise refusal(400, "Invalid order", f"We can only update product from category [{PHONES}]")
    request.app[WORLD].desk.imeis[order.id] = value
    return answer({"status": "success"}, 201)


async def get_pack(request: web.Request) -> web.Response:
    """`GET /marketplace/orders/pack/{id}`: several orders, one shipment; an order's id is none."""
    world, caller = request.app[WORLD], global_caller(request)
    asked = request.match_info["pack_id"]
    if not asked.isascii() or not asked.isdigit():
        raise refusal(400, "Bad Request", "Invalid Parameter")
    orders = [order for order in world.orders.values() if order.pack_id == int(asked)]
    if not orders:
        raise resource_not_found()
    first = orders[0]
    if first.seller_id not in {user.id for user in world.marketplaces(caller.id)}:
        raise refusal(403, "not_owned_order", "The user has not access to the order.")
    return answer(
        {
            "id": int(asked),
            "status": "cancelled" if all(order.status == "cancelled" for order in orders) else "filled",
            "status_detail": None,
            "date_created": moment(first.created),
            "last_updated": moment(max(order.updated for order in orders)),
            "family_pack_id": None,
            "buyer": {"id": first.buyer_id},
            "shipment": None if first.shipment_id is None else {"id": first.shipment_id},
            "orders": [{"id": order.id} for order in orders],
        }
    )


ROUTES: Final = (
    web.get("/marketplace/orders/search", search_sales),
    web.get("/marketplace/orders/pack/{pack_id}", get_pack),
    web.get("/marketplace/orders/{order_id}/invoice", get_invoice),
    web.get("/marketplace/orders/{order_id}/billing_info", get_billing_info),
    web.post("/marketplace/orders/{order_id}/attributes", set_attribute),
    web.get("/marketplace/orders/{order_id}", get_order),
)
