"""Stock of user products and of Mercado Libre's warehouse: https://developers.mercadolibre.com.ar/es_ar/stock-distribuido"""

from datetime import timedelta
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_objects, as_quantity, read_object
from meli_sdk.sandbox.errors import JsonObject, invalid_caller, refusal
from meli_sdk.sandbox.items import item_body
from meli_sdk.sandbox.items_writing import check_new, list_item, product_of
from meli_sdk.sandbox.state import User, World
from meli_sdk.sandbox.stockroom import StockPlace, UserProduct

PAGE_LIMIT: Final = 50
FLEX_SITES: Final = frozenset({"MLA", "MLC"})
"""Where the stock beside Mercado Libre's warehouse can be changed."""


def _own_product(request: web.Request) -> UserProduct:
    product = request.app[WORLD].user_products.get(request.match_info["user_product_id"])
    if product is None:
        raise refusal(404, "not_found", "stock-locations not found")
    if product.user_id != request[CALLER].id:
        raise refusal(403, "forbidden", "At least one policy returned UNAUTHORIZED.")
    request.app[WORLD].settle_stock(product)
    return product


def _body(product: UserProduct) -> JsonObject:
    locations: list[JsonObject] = []
    for place in product.places:
        row: JsonObject = {"type": place.type, "quantity": place.quantity}
        if place.store_id is not None:
            row |= {"store_id": place.store_id, "network_node_id": place.network_node_id}
        if place.type == "meli_facility":
            row["availability_type"] = "in_stock"
        locations.append(row)
    return {"locations": locations, "user_id": product.user_id, "id": product.id, "stock_mode": "countable"}


async def get_stock(request: web.Request) -> web.Response:
    """`GET /user-products/{id}/stock`: the places, and the version in `x-version`."""
    product = _own_product(request)
    if not product.places:
        raise refusal(404, "not_found", "stock-locations not found")
    response = answer(_body(product))
    response.headers["x-version"] = str(product.version)
    return response


def _check_version(request: web.Request, product: UserProduct) -> None:
    asked = request.headers.get("x-version")
    if not asked:
        raise refusal(400, "bad_request", "Missing X-Version header")
    if asked != str(product.version):
        raise refusal(409, "conflict", "Version mismatch")


def _check_store(world: World, seller: User, row: JsonObject) -> tuple[str, int]:
    store_id, quantity = row.get("store_id"), as_quantity(row.get("quantity"))
    if not isinstance(store_id, str) or not store_id:
        raise refusal(400, "bad_request", "store cannot be null or empty")
    if quantity is None:
        raise refusal(400, "bad_request", "quantity is invalid")
    store = world.stores.get(store_id)
    if store is None:
        raise refusal(400, "bad_request", f"store not found: {store_id}")
    if store.user_id != seller.id:
        raise refusal(400, "bad_request", f"store does not belong to seller: {store_id}")
    if "stock_location" not in store.tags:
        raise refusal(400, "bad_request", "store is not configured to be a stock location")
    return store_id, quantity


async def put_store_stock(request: web.Request) -> web.Response:
    """`PUT .../stock/type/seller_warehouse`: stores that are left out keep their stock."""
    world, product, seller = request.app[WORLD], _own_product(request), request[CALLER]
    body = await read_object(request)
    _check_version(request, product)
    rows = as_objects(body.get("locations"))
    if not rows:
        raise refusal(400, "bad_request", "store cannot be null or empty")
    wanted = dict(_check_store(world, seller, row) for row in rows)
    if len(wanted) > 1 and "multiwarehouse" not in seller.tags:
        message = "seller with a single warehouse cannot update stock across multiple network nodes"
        raise refusal(400, "bad_request", message)
    if {place.type for place in product.places} != {"meli_facility"}:  # else a success that changes nothing
        for store_id, quantity in wanted.items():
            _place_in(world, product, store_id).quantity = quantity
        product.version += 1
        world.settle_stock(product)
        world.stock_changed(product)
    return answer({**_body(product), "product_release_date": None})


def _place_in(world: World, product: UserProduct, store_id: str) -> StockPlace:
    for place in product.places:
        if place.store_id == store_id:
            return place
    node = world.stores[store_id].network_node_id
    product.places.append(StockPlace(type="seller_warehouse", quantity=0, store_id=store_id, network_node_id=node))
    return product.places[-1]


async def put_selling_address_stock(request: web.Request) -> web.Response:
    """`PUT .../stock/type/selling_address`: 204 at once, done some moments later."""
    world, product, seller = request.app[WORLD], _own_product(request), request[CALLER]
    body = await read_object(request)
    if "warehouse_management" in seller.tags:
        raise refusal(400, "bad_request", "seller with a single warehouse cannot update selling address stock")
    if not product.of_type("selling_address"):
        message = (
            "You cannot modify selling address stock if associated items are fulfillment only "
            "or no items are associated."
        )
        raise refusal(400, "bad_request", message)
    if product.inventory_id is None:
        raise refusal(400, "bad_request", "You cannot modify selling address stock in items without inventory id.")
    if not product.of_type("meli_facility"):
        message = (
            "You cannot modify selling address stock because you have to do a full inbound first before modifying."
        )
        raise refusal(400, "bad_request", message)
    if seller.site_id not in FLEX_SITES:
        raise refusal(400, "bad_request", "the site is blocked for modifications to the selling address")
    _check_version(request, product)
    quantity = as_quantity(body.get("quantity"))
    if quantity is None:
        raise refusal(400, "bad_request", "quantity is invalid")
    product.pending = (world.now() + timedelta(seconds=world.options.stock_delay), quantity)
    world.settle_stock(product)
    world.stock_changed(product)
    return web.Response(status=204)


async def search_stores(request: web.Request) -> web.Response:
    """`GET /users/{id}/stores/search?tags=stock_location`."""
    world, caller = request.app[WORLD], request[CALLER]
    if request.match_info["user_id"] != str(caller.id):
        raise invalid_caller()
    wanted = request.query.get("tags")
    found = [
        store for store in world.stores.values() if store.user_id == caller.id and (not wanted or wanted in store.tags)
    ]
    offset, limit = _number(request, "offset", 0), _number(request, "limit", PAGE_LIMIT)
    return answer(
        {
            "paging": {"limit": limit, "total": len(found)},
            "results": [
                {
                    "id": store.id,
                    "user_id": str(store.user_id),
                    "description": store.description,
                    "status": store.status,
                    "location": {
                        "address_id": 1_400_000_500,
                        "address_line": "Calle Inventada 742",
                        "street_name": "Calle Inventada",
                        "street_number": 742,
                        "latitude": 0,
                        "longitude": 0,
                        "city": store.city,
                        "state": "Estado De Prueba",
                        "country": "Mexico",
                        "zip_code": "01000",
                    },
                    "tags": list(store.tags),
                    "network_node_id": store.network_node_id,
                    "services": {"stock_location": list(store.services)},
                }
                for store in found[offset : offset + limit]
            ],
        }
    )


async def create_item_with_stores(request: web.Request) -> web.Response:
    """`POST /items/multiwarehouse`: a new item and its user product, with the stock of each store."""
    world, seller = request.app[WORLD], request[CALLER]
    body = await read_object(request)
    rows = as_objects(body.get("stock_locations"))
    if not rows:
        message = "the fields [stock_locations] are required for requested call"
        raise refusal(400, "validation_error", message)
    if "available_quantity" in body:
        raise refusal(400, "validation_error", "the fields [available_quantity] are invalid for requested call")
    wanted = dict(_check_store(world, seller, row) for row in rows)
    del body["stock_locations"]
    category, causes = check_new(world, seller, body, counted=False)
    listing = list_item(world, seller, category, body)
    product = product_of(world, listing, category)
    product.places.clear()
    for store_id, quantity in wanted.items():
        _place_in(world, product, store_id).quantity = quantity
    world.settle_stock(product)
    located = [
        {"store_id": place.store_id, "network_node_id": place.network_node_id, "quantity": place.quantity}
        for place in product.places
    ]
    return answer({**item_body(listing), "stock_locations": located, "warnings": causes.warnings}, 201)


def _number(request: web.Request, name: str, default: int) -> int:
    asked = request.query.get(name, str(default))
    if not asked.isascii() or not asked.isdigit():
        raise refusal(400, "bad_request", f"invalid {name}")
    return int(asked)


ROUTES: Final = (
    web.get("/user-products/{user_product_id}/stock", get_stock),
    web.put("/user-products/{user_product_id}/stock/type/seller_warehouse", put_store_stock),
    web.put("/user-products/{user_product_id}/stock/type/selling_address", put_selling_address_stock),
    web.get(r"/users/{user_id:\d+}/stores/search", search_stores),
    web.post("/items/multiwarehouse", create_item_with_stores),
)
