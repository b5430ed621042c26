"""User products of the sites, their families and migrations: https://developers.mercadolibre.com.ar/es_ar/user-products

A product that was given no family is a family of its own, whose id is the product's number.
"""

from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_amount, as_object, as_objects, moment_utc, read_object
from meli_sdk.sandbox.catalogue import FamilyTask
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.items import item_body
from meli_sdk.sandbox.items_attributes import by_id
from meli_sdk.sandbox.items_causes import Causes, refused
from meli_sdk.sandbox.items_changing import merge
from meli_sdk.sandbox.state import Listing, World
from meli_sdk.sandbox.stockroom import UserProduct

_NEEDED: Final = ("price", "category_id", "currency_id", "buying_mode", "listing_type_id")


def _digits(product_id: str) -> int:
    return int("".join(letter for letter in product_id if letter.isdigit()))


def family_of(product: UserProduct) -> int:
    """The id of the product's family."""
    return product.family_id or _digits(product.id)


def items_of(world: World, product: UserProduct) -> list[Listing]:
    """The items that sell the product."""
    return [listing for listing in world.listings.values() if listing.user_product_id == product.id]


def _asked(request: web.Request) -> UserProduct:
    product_id = request.match_info["user_product_id"]
    product = request.app[WORLD].user_products.get(product_id)
    if product is None or product.user_id != request[CALLER].id:
        raise refusal(404, "not_found", f"User product {product_id} not found")
    return product


async def get_product(request: web.Request) -> web.Response:
    """`GET /user-products/{id}`: its attributes are those of its items."""
    world, product = request.app[WORLD], _asked(request)
    items = items_of(world, product)
    attributes = [
        {
            "id": row["id"],
            "name": row.get("name"),
            "values": [{"id": row.get("value_id"), "name": row.get("value_name"), "struct": None}],
        }
        for row in (items[0].attributes if items else [])
    ]
    pictures = items[0].pictures if items else []
    return answer(
        {
            "id": product.id,
            "name": product.name,
            "user_id": product.user_id,
            "domain_id": product.domain_id,
            "family_id": family_of(product),
            "attributes": attributes,
            "pictures": pictures,
            "thumbnail": pictures[0] if pictures else None,
            "catalog_product_id": None,
            "date_created": moment_utc(min((item.created for item in items), default=world.now())),
            "last_updated": moment_utc(max((item.updated for item in items), default=world.now())),
            "tags": [],
        }
    )


def _family(world: World, user_id: int, family_id: int) -> list[UserProduct]:
    found = [one for one in world.user_products.values() if one.user_id == user_id and family_of(one) == family_id]
    if not found:
        raise refusal(404, "not_found", f"Family {family_id} not found")
    return found


async def get_family(request: web.Request) -> web.Response:
    """`GET /sites/{site}/user-products-families/{id}`."""
    family_id = int(request.match_info["family_id"])
    found = _family(request.app[WORLD], request[CALLER].id, family_id)
    return answer(
        {
            "user_products_ids": [product.id for product in found],
            "family_id": family_id,
            "site_id": request.match_info["site_id"],
            "user_id": request[CALLER].id,
        }
    )


async def add_condition(request: web.Request) -> web.Response:
    """`POST /user-products/{id}/items`: one more item of the product; its stock is the product's."""
    world, product, body = request.app[WORLD], _asked(request), await read_object(request)
    missing = [name for name in _NEEDED if name not in body]
    price, category = as_amount(body.get("price")), world.categories.get(str(body.get("category_id")))
    if missing:
        raise refused("body.required_fields", f"The fields [{', '.join(missing)}] are required.", *missing)
    if price is None or category is None:
        field = "price" if price is None else "category_id"
        raise refused(f"item.{field}.invalid", f"The {field} {body[field]} is not valid.", f"item.{field}")
    held = items_of(world, product)
    listing = Listing(
        id=world.new_listing_id(category.site_id),
        site_id=category.site_id,
        seller_id=product.user_id,
        owner_id=product.user_id,
        title=product.name,
        category_id=category.id,
        price=price,
        currency_id=str(body["currency_id"]),
        available_quantity=0,
        created=world.now(),
        updated=world.now(),
        listing_type_id=str(body["listing_type_id"]),
        attributes=[dict(row) for row in (held[0].attributes if held else [])],
        pictures=[dict(row) for row in (held[0].pictures if held else [])],
        shipping=as_object(body.get("shipping")) or {},
        user_product_id=product.id,
    )
    merge(listing.sale_terms, by_id(category.sale_terms), as_objects(body.get("sale_terms")) or [])
    world.listings[listing.id] = listing
    world.settle_stock(product)
    world.changed("items", listing.id, listing.seller_id)
    return answer(item_body(listing), 201)


def _check_edit(body: JsonObject, family: list[UserProduct]) -> list[JsonObject]:
    """The rows of the edit: every product of the family has to be among them."""
    causes, common, rows = Causes(), as_object(body.get("common_content")), as_objects(body.get("user_products"))
    if not body:
        causes.error(31, "fields.to_update.missing", "There is nothing to update.")
    for number, name in ((32, "family_name"), (33, "domain_id"), (34, "attributes")):
        if common is not None and common.get(name) is None:
            causes.error(number, f"common_content.{name}.null", f"common_content.{name} is missing.")
    if body and rows is None:
        causes.error(35, "user_products.null", "user_products is missing.")
    named = [row.get("id") for row in rows or []]
    if None in named:
        causes.error(36, "user_products.id.null", "An id is missing.")
    if any(as_objects(row.get("attributes")) is None for row in rows or []):
        causes.error(37, "user_products.attributes.null", "The attributes of a user product are missing.")
    known = {product.id for product in family}
    if rows is not None and not known <= set(named):
        causes.error(38, "user_products.incomplete", "Every user product of the family is needed.")
    if not {name for name in named if name is not None} <= known:
        causes.error(39, "user_products.family_not_exist", "A user product is of another family.")
    causes.check()
    return rows or []


def _task_body(task: FamilyTask) -> JsonObject:
    at = moment_utc(task.created)
    rows = [
        {"id": product_id, "status": "succeeded", "processed_date": at, "last_updated": at, "reasons": None}
        for product_id in task.product_ids
    ]
    return {
        "task_id": task.id,
        "status": "finished",
        "user-products": rows,
        "date_created": at,
        "last_updated": at,
    }


async def edit_family(request: web.Request) -> web.Response:
    """`POST /user-products-families/{id}/tasks`: answered before it is done, and done by the next read."""
    world, body = request.app[WORLD], await read_object(request)
    family = _family(world, request[CALLER].id, int(request.match_info["family_id"]))
    rows = {str(row["id"]): as_objects(row.get("attributes")) or [] for row in _check_edit(body, family)}
    common = as_object(body.get("common_content")) or {}
    shared = as_objects(common.get("attributes")) or []
    for product in family:
        product.name = str(common.get("family_name", product.name))
        for listing in items_of(world, product):
            category = world.categories.get(listing.category_id)
            known = by_id(category.attributes if category else ())
            merge(listing.attributes, known, [*shared, *rows[product.id]])
            listing.updated = world.now()
    task = FamilyTask(
        id=f"{family[0].id[:3].casefold()}_{world.new_hex(32)}",
        user_id=request[CALLER].id,
        product_ids=tuple(product.id for product in family),
        created=world.now(),
    )
    world.catalogue.family_tasks[task.id] = task
    return answer({**_task_body(task), "status": "processing", "user-products": []}, 202)


async def get_task(request: web.Request) -> web.Response:
    """`GET /user-products-families/tasks/{id}`."""
    task = request.app[WORLD].catalogue.family_tasks.get(request.match_info["task_id"])
    if task is None or task.user_id != request[CALLER].id:
        raise refusal(404, "not_found", "Task not found")
    return answer(_task_body(task))


ROUTES: Final = (
    web.get(r"/user-products/{user_product_id:M[A-Z]{2}U\d+}", get_product),
    web.post(r"/user-products/{user_product_id:M[A-Z]{2}U\d+}/items", add_condition),
    web.get(r"/sites/{site_id:M[A-Z]{2}}/user-products-families/{family_id:\d+}", get_family),
    web.post(r"/user-products-families/{family_id:\d+}/tasks", edit_family),
    web.get("/user-products-families/tasks/{task_id}", get_task),
)
