"""User products of Global Selling: https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt"""

import json
from decimal import Decimal
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, as_amount, as_object, as_objects, moment_utc, read_object
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.marketplace_orders import global_caller
from meli_sdk.sandbox.state import User, World

LARGEST: Final = 10
UP_TAG: Final = "user_product_seller"


def _seller(request: web.Request) -> User:
    caller = global_caller(request)
    if UP_TAG not in caller.tags:
        raise refusal(403, "forbidden", "The caller is no user product seller")
    return caller


def _own(request: web.Request) -> JsonObject:
    caller = global_caller(request)
    found = request.app[WORLD].desk.user_products.get(request.match_info["user_product_id"])
    if found is None or found["user_id"] != caller.id:
        # this error has no cause key
        refused = refusal(404, "not_found", "user-product not found")
        del refused.body["cause"]
        raise refused
    return found


def _invalid(message: str) -> JsonObject:
    return {"message": message, "error": "validation_error", "status": 400, "cause": []}


def _problem(body: JsonObject) -> JsonObject | None:
    if "title" in body or "variations" in body:
        return _invalid("The fields [title, variations] are invalid for requested call.")
    if not isinstance(body.get("family_name"), str) or not body["family_name"]:
        return _invalid("The fields [family_name] are required for requested call.")
    if as_amount(body.get("price", body.get("global_net_proceeds"))) is None:
        return _invalid("Cannot update item price because it is an invalid value")
    if not as_objects(body.get("sites_to_sell")):
        return _invalid("The fields [sites_to_sell] are required for requested call.")
    return None


def _list_in(world: World, caller: User, product: JsonObject, rows: list[JsonObject]) -> list[JsonObject]:
    """Lists the product in each site; a site that refuses is a row with an error."""
    number = str(product["id"])[1:]
    accounts = {(user.site_id, user.logistic_type): user for user in world.marketplaces(caller.id)}
    listings = as_objects(product["listings"]) or []
    found: list[JsonObject] = []
    for row in rows:
        account = accounts.get((str(row.get("site_id")), str(row.get("logistic_type"))))
        if account is None:
            message = (
                f"Current user {caller.id} is not configured to list in site {row.get('site_id')} "
                f"using {row.get('logistic_type')} logistic"
            )
            cause: JsonObject = {"cause_id": 5119, "type": "error", "code": "user.not_configured", "message": message}
            error = {**_invalid("Validation error"), "cause": [cause]}
            found.append({"site_id": row.get("site_id"), "logistic_type": row.get("logistic_type"), "error": error})
            continue
        listed: JsonObject = {
            "item_id": world.new_listing_id(account.site_id),
            "seller_id": account.id,
            "site_id": account.site_id,
            "user_product_id": f"{account.site_id}U{number}",
            "logistic_type": account.logistic_type,
        }
        listings.append({**listed, "price": row.get("price", product["price"])})
        found.append(listed)
    product["listings"] = listings
    return found


def _created(world: World, caller: User, body: JsonObject) -> JsonObject:
    number = world.new_number(10)
    family = next(
        (key for key, ids in world.desk.families.items() if _family_name(world, ids) == body["family_name"]),
        None,
    )
    if family is None:
        family = world.new_number(16)
        world.desk.families[family] = []
    price = as_amount(body.get("price", body.get("global_net_proceeds"))) or Decimal(0)
    product: JsonObject = {
        "id": f"U{number}",
        "name": body["family_name"],
        "user_id": caller.id,
        "family_id": family,
        "attributes": as_objects(body.get("attributes")) or [],
        "pictures": as_objects(body.get("pictures")) or [],
        "price": price,
        "created": moment_utc(world.now()),
        "listings": [],
    }
    world.desk.user_products[str(product["id"])] = product
    world.desk.families[family].append(str(product["id"]))
    return {
        "item_id": world.new_listing_id("CBT"),
        "seller_id": caller.id,
        "site_id": "CBT",
        "parent_user_product_id": f"CBTU{number}",
        "siteless_user_product_id": product["id"],
        "siteless_family_id": str(family),
        "site_items": _list_in(world, caller, product, as_objects(body.get("sites_to_sell")) or []),
    }


def _family_name(world: World, ids: list[str]) -> object:
    return world.desk.user_products[ids[0]]["name"] if ids else None


async def create(request: web.Request) -> web.Response:
    """`POST /global/user-products`."""
    world, caller, body = request.app[WORLD], _seller(request), await read_object(request)
    problem = _problem(body)
    if problem is not None:
        raise refusal(400, str(problem["error"]), str(problem["message"]))
    return answer(_created(world, caller, body), 201)


async def create_family(request: web.Request) -> web.Response:
    """`POST /global/user-products/families`: what was refused is an error inside a 200."""
    world, caller = request.app[WORLD], _seller(request)
    rows = as_objects(json.loads(await request.read(), parse_float=Decimal))
    if not rows or len(rows) > LARGEST:
        raise refusal(400, "validation_error", "A family takes 1 to 10 user products")
    return answer([_problem(row) or _created(world, caller, row) for row in rows])


async def add_sites(request: web.Request) -> web.Response:
    """`POST /global/user-products/{U}`."""
    world, caller, product = request.app[WORLD], global_caller(request), _own(request)
    rows = as_objects((await read_object(request)).get("sites_to_sell"))
    if not rows:
        raise refusal(400, "validation_error", "The fields [sites_to_sell] are required for requested call.")
    number = str(product["id"])[1:]
    return answer(
        {
            "item_id": world.new_listing_id("CBT"),
            "seller_id": caller.id,
            "site_id": "CBT",
            "parent_user_product_id": f"CBTU{number}",
            "siteless_user_product_id": product["id"],
            "site_items": _list_in(world, caller, product, rows),
        }
    )


async def update(request: web.Request) -> web.Response:
    """`PUT /global/user-products/{U}`: each marketplace item with an outcome of its own."""
    product, body = _own(request), await read_object(request)
    attributes = as_objects(body.get("attributes"))
    if attributes is not None:
        kept = {row["id"]: row for row in as_objects(product["attributes"]) or []}
        for row in attributes:
            kept[row["id"]] = row
        product["attributes"] = [row for row in kept.values() if row.get("values", True) is not None]
    sites = as_objects(body.get("listing_sites"))
    if sites is None:
        return answer({"id": product["id"], "success": True, "errors": None})
    mine = {row["item_id"]: row for row in as_objects(product["listings"]) or []}
    outcomes: list[JsonObject] = []
    for row in sites:
        listed = mine.get(row.get("listing_id"))
        amount = as_amount(row.get("price", row.get("net_proceeds")))
        if listed is None or amount is None:
            problem = "Item with id not found" if listed is None else "Cannot update item price"
            error: JsonObject = {"message": problem, "error": "validation_error", "status": 400, "cause": []}
            outcomes.append({"id": row.get("listing_id"), "success": False, "errors": [error]})
            continue
        listed["price"] = amount
        outcomes.append({"id": row.get("listing_id"), "success": True, "errors": None})
    product["listings"] = list(mine.values())
    return answer({"id": product["id"], "errors": None, "listing_sites": outcomes})


async def put_pictures(request: web.Request) -> web.Response:
    """`PUT /user-products/{U}`: the whole set of pictures."""
    product = _own(request)
    pictures = as_objects((await read_object(request)).get("pictures"))
    if not pictures or not all(isinstance(row.get("id"), str) for row in pictures):
        raise refusal(400, "validation_error", "The fields [pictures] are required for requested call.")
    product["pictures"] = pictures
    return answer({"id": product["id"], "success": True, "errors": None})


async def get_product(request: web.Request) -> web.Response:
    """`GET /user-products/{U}` of a global user product."""
    product = _own(request)
    return answer(
        {
            "id": product["id"],
            "name": product["name"],
            "user_id": product["user_id"],
            "domain_id": "CBT-SANDBOX_GOODS",
            "family_id": product["family_id"],
            "attributes": product["attributes"],
            "pictures": product["pictures"],
            "thumbnail": None,
            "catalog_product_id": None,
            "date_created": product["created"],
            "last_updated": product["created"],
            "tags": [],
        }
    )


async def get_global(request: web.Request) -> web.Response:
    """`GET /user-products/{local}/global`."""
    world, caller, asked = request.app[WORLD], global_caller(request), request.match_info["user_product_id"]
    for product in world.desk.user_products.values():
        locals_ = [row["user_product_id"] for row in as_objects(product["listings"]) or []]
        if product["user_id"] == caller.id and asked in locals_:
            return answer({"global_id": product["id"]})
    refused = refusal(404, "not_found", "user-product not found")
    del refused.body["cause"]
    raise refused


async def get_locals(request: web.Request) -> web.Response:
    """`GET /user-products/{U}/locals`."""
    product = _own(request)
    return answer({"locals": [row["user_product_id"] for row in as_objects(product["listings"]) or []]})


async def get_mapping(request: web.Request) -> web.Response:
    """`GET /marketplace/user-products/{U}/mapping`: no page describes it."""
    product = _own(request)
    return answer({"user_product_id": product["id"], "mapping": product["listings"]})


async def get_family(request: web.Request) -> web.Response:
    """`GET /sites/CBT/user-products-families/{family}`."""
    world, caller = request.app[WORLD], global_caller(request)
    ids = world.desk.families.get(int(request.match_info["family_id"]))
    if not ids:
        raise refusal(404, "not_found", "Family not found")
    return answer({"user_products_ids": ids, "family_id": int(request.match_info["family_id"]), "user_id": caller.id})


async def update_family(request: web.Request) -> web.Response:
    """`PUT /global/user-products/families/{id}`: changes all of them."""
    world, _ = request.app[WORLD], _seller(request)
    ids = world.desk.families.get(int(request.match_info["family_id"]))
    if not ids:
        raise refusal(404, "not_found", "Family not found")
    body = await read_object(request)
    common = as_object(body.get("common_data")) or {}
    for one in ids:
        if isinstance(common.get("family_name"), str):
            world.desk.user_products[one]["name"] = common["family_name"]
    return answer({"task_id": f"cbt_{world.new_hex(32)}", "status": "processing"}, 202)


ROUTES: Final = (
    web.post("/global/user-products", create),
    web.post("/global/user-products/families", create_family),
    web.put(r"/global/user-products/families/{family_id:\d+}", update_family),
    web.post("/global/user-products/{user_product_id}", add_sites),
    web.put("/global/user-products/{user_product_id}", update),
    web.put(r"/user-products/{user_product_id:U\d+}", put_pictures),
    web.get(r"/user-products/{user_product_id:U\d+}", get_product),
    web.get("/user-products/{user_product_id}/global", get_global),
    web.get(r"/user-products/{user_product_id:U\d+}/locals", get_locals),
    web.get("/marketplace/user-products/{user_product_id}/mapping", get_mapping),
    web.get(r"/sites/CBT/user-products-families/{family_id:\d+}", get_family),
)
