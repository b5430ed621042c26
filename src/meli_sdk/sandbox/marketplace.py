"""Global Selling: https://global-selling.mercadolibre.com/devsite/global-listing"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from meli_sdk.sandbox import changes
from meli_sdk.sandbox.answers import (
    CALLER,
    WORLD,
    answer,
    as_amount,
    as_object,
    as_objects,
    as_quantity,
    moment_utc,
    read_object,
    selected,
)
from meli_sdk.sandbox.errors import (
    ApiError,
    JsonObject,
    documented_error,
    invalid_caller,
    invalid_parameter,
    item_not_found,
    refusal,
)
from meli_sdk.sandbox.items import closed_resource, permalink, warranty
from meli_sdk.sandbox.state import Listing, User, World
from meli_sdk.sites import GLOBAL_SELLING, SITES

ACTIVE_QUOTA: Final = 1000
_MARKETPLACE_FIELDS: Final = frozenset({"title", "price", "description", "status"})
_GLOBAL_FIELDS: Final = _MARKETPLACE_FIELDS | {
    "available_quantity",
    "category_id",
    "sale_terms",
    "attributes",
    "pictures",
    "variations",
}
_GLOBAL_REFUSALS: Final = {
    "price": "Cannot update item price because it is an invalid value",
    "available_quantity": "invalid property type: [available_quantity] expected Number greater than 0",
}
_BODY_REFUSAL: Final = "The body sent is not valid, make sure you write the fields and values correctly"
_DELETABLE: Final = ("paused", "closed")
_ITEM_ID: Final = re.compile("[A-Z]{3}[0-9]+")


@dataclass(frozen=True, slots=True)
class _Outcome:
    site_id: str
    logistic_type: str
    listing: Listing | None
    error: ApiError | None


def _global_seller(request: web.Request) -> User:
    caller = request[CALLER]
    if caller.site_id != GLOBAL_SELLING:
        raise invalid_caller()
    return caller


def _own(request: web.Request) -> Listing:
    """The global or marketplace item of the path, if it is the caller's."""
    item_id = request.match_info["item_id"]
    listing = request.app[WORLD].listings.get(item_id)
    if listing is None or listing.owner_id != request[CALLER].id:
        raise item_not_found(item_id)
    return listing


def _own_global(request: web.Request) -> Listing:
    listing = _own(request)
    if not listing.is_global:
        raise item_not_found(listing.id)
    return listing


def _text(row: JsonObject, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise invalid_parameter()
    return value


def _target(world: World, listing: Listing, body: JsonObject) -> tuple[Listing, JsonObject]:
    """What a change aims at: the item of the path, or its child where site and logistic type are in the body."""
    rest = {name: value for name, value in body.items() if name not in {"site_id", "logistic_type"}}
    if len(rest) == len(body):
        return listing, rest
    site_id, logistic_type = _text(body, "site_id"), _text(body, "logistic_type")
    child = world.child(listing.id, site_id, logistic_type)
    if child is None:
        values = {"user_id": str(listing.owner_id), "site": site_id, "logistic": logistic_type}
        raise ApiError(404, documented_error("modifying", 9).filled(values))
    return child, rest


async def get_marketplace_user(request: web.Request) -> web.Response:
    """`GET /marketplace/users/{id}`: where a Global Selling user may publish."""
    caller = _global_seller(request)
    if request.match_info["user_id"] != str(caller.id):
        raise invalid_caller()
    return answer(
        {
            "user_id": caller.id,
            "site_id": caller.site_id,
            "marketplaces": [
                {"user_id": user.id, "site_id": user.site_id, "logistic_type": user.logistic_type}
                for user in request.app[WORLD].marketplaces(caller.id)
            ],
        }
    )


async def get_cap(request: web.Request) -> web.Response:
    """`GET /marketplace/users/cap`: how many active listings each marketplace account may have."""
    world, caller = request.app[WORLD], _global_seller(request)
    listed = Counter(listing.seller_id for listing in world.listings.values() if listing.parent_id is not None)
    return answer(
        [
            {
                "user_id": user.id,
                "site_id": user.site_id,
                "logistic_type": user.logistic_type,
                "quota": ACTIVE_QUOTA,
                "total_items": listed[user.id],
                "total_ups": 0,
                "level_information": 0,
            }
            for user in world.marketplaces(caller.id)
        ]
    )


def _publish(world: World, parent: Listing, rows: Sequence[JsonObject]) -> list[_Outcome]:
    targets = [(_text(row, "site_id"), _text(row, "logistic_type")) for row in rows]
    if not rows or len(set(targets)) != len(targets):
        raise invalid_parameter()
    for row in rows:
        if "price" in row and as_amount(row["price"]) is None:
            raise invalid_parameter()
        if "listing_type_id" in row:
            _text(row, "listing_type_id")
    for site_id, wanted in Counter(site_id for site_id, _ in targets).items():
        left = world.listings_left(parent.owner_id, site_id)
        if left is not None and wanted > left:
            raise ApiError(400, documented_error("creating", 3).body)
    return [_publish_one(world, parent, row, *target) for row, target in zip(rows, targets, strict=True)]


def _publish_one(world: World, parent: Listing, row: JsonObject, site_id: str, logistic_type: str) -> _Outcome:
    accounts = world.marketplaces(parent.owner_id)
    account = next((a for a in accounts if a.site_id == site_id and a.logistic_type == logistic_type), None)
    site = SITES.get(site_id)
    values = {
        "user_id": str(parent.owner_id),
        "site": site_id,
        "logistic": logistic_type,
        "id": parent.id,
        "COUNTRY": site_id if site is None else site.country,
    }
    error: ApiError | None = None
    if account is None:
        row_error = documented_error("creating", 12)
        error = ApiError(row_error.status, row_error.filled(values))
    elif site_id in world.refused_sites:
        row_error = world.refused_sites[site_id]
        error = ApiError(row_error.status, row_error.filled(values))
    elif world.child(parent.id, site_id, logistic_type) is not None:
        error = refusal(400, "bad_request", f"Item {parent.id} is already listed in site {site_id}")
    if account is None or error is not None:
        return _Outcome(site_id, logistic_type, None, error)
    price = as_amount(row.get("price"))
    title = row.get("title")
    listing_type = row.get("listing_type_id")
    child = replace(
        parent,
        id=world.new_listing_id(site_id),
        site_id=site_id,
        seller_id=account.id,
        parent_id=parent.id,
        logistic_type=logistic_type,
        title=title if isinstance(title, str) and title else parent.title,
        price=parent.price if price is None else price,
        own_price=price is not None,
        listing_type_id=listing_type if isinstance(listing_type, str) else "gold_pro",
        category_id=next(world.leaves(site_id)).id,
        sold_quantity=0,
        created=world.now(),
        updated=world.now(),
        sub_status=list(parent.sub_status),
        attributes=list(parent.attributes),
        sale_terms=list(parent.sale_terms),
        pictures=list(parent.pictures),
        variations=list(parent.variations),
    )
    world.listings[child.id] = child
    world.changed("items", child.id, child.seller_id)
    world.count_listing(parent.owner_id, site_id)
    return _Outcome(site_id, logistic_type, child, None)


async def create_marketplace_items(request: web.Request) -> web.Response:
    """`POST /marketplace/items/{CBT}`: lists a global item; some sites may refuse inside a 200."""
    world, parent = request.app[WORLD], _own_global(request)
    if not world.old_resource_open:
        raise closed_resource()
    rows = as_objects((await read_object(request)).get("config"))
    if rows is None:
        raise invalid_parameter()
    outcomes = _publish(world, parent, rows)
    first = outcomes[0].error
    if first is not None and all(outcome.error is not None for outcome in outcomes):
        raise first
    return answer(
        [
            {
                "action": "POST",
                "item_id": None if outcome.listing is None else outcome.listing.id,
                "parent_id": parent.id,
                "logistic_type": outcome.logistic_type,
                "site_id": outcome.site_id,
                "errors": None if outcome.error is None else outcome.error.body,
            }
            for outcome in outcomes
        ]
    )


def _global_answer(parent: Listing, outcomes: Sequence[_Outcome]) -> web.Response:
    site_items: list[JsonObject] = []
    for outcome in outcomes:
        if outcome.listing is None:
            error = None if outcome.error is None else outcome.error.body
            site_items.append({"site_id": outcome.site_id, "logistic_type": outcome.logistic_type, "error": error})
        else:
            site_items.append(
                {
                    "item_id": outcome.listing.id,
                    "seller_id": outcome.listing.seller_id,
                    "site_id": outcome.site_id,
                    "logistic_type": outcome.logistic_type,
                }
            )
    return answer(
        {"item_id": parent.id, "seller_id": parent.seller_id, "site_id": parent.site_id, "site_items": site_items}
    )


async def publish_global_item(request: web.Request) -> web.Response:
    """`POST /global/items/{CBT}`: lists an existing global item in further marketplaces."""
    world, parent = request.app[WORLD], _own_global(request)
    rows = as_objects((await read_object(request)).get("sites_to_sell"))
    if rows is None:
        raise invalid_parameter()
    return _global_answer(parent, _publish(world, parent, rows))


async def create_global_item(request: web.Request) -> web.Response:
    """`POST /global/items`: makes a global item and lists it."""
    world, caller = request.app[WORLD], _global_seller(request)
    body = await read_object(request)
    rows = as_objects(body.get("sites_to_sell"))
    price = as_amount(body.get("price", body.get("global_net_proceeds")))
    quantity = as_quantity(body.get("available_quantity"))
    if not rows or price is None or quantity is None or body.get("currency_id") != "USD":
        raise refusal(400, "validation_error", _BODY_REFUSAL)
    parent = Listing(
        id=world.new_listing_id(GLOBAL_SELLING),
        site_id=GLOBAL_SELLING,
        seller_id=caller.id,
        owner_id=caller.id,
        title="",
        category_id="",
        price=price,
        currency_id="USD",
        available_quantity=quantity,
        created=world.now(),
        updated=world.now(),
    )
    described = {name: body.get(name) for name in ("title", "category_id")}
    optional = ("description", "attributes", "sale_terms", "pictures", "variations")
    described |= {name: body[name] for name in optional if name in body}
    try:
        changes.apply(world, parent, described, _GLOBAL_FIELDS)
    except changes.InvalidFieldError:
        raise refusal(400, "validation_error", _BODY_REFUSAL) from None
    outcomes = _publish(world, parent, rows)
    world.listings[parent.id] = parent
    return _global_answer(parent, outcomes)


def _marketplace_body(world: World, listing: Listing) -> JsonObject:
    category = world.categories.get(listing.category_id)
    body: JsonObject = {
        "id": listing.id,
        "site_id": listing.site_id,
        "date_created": moment_utc(listing.created),
        "title": listing.title,
        "descriptions": [],
        "attributes": [_attribute(row) for row in listing.attributes],
        "listing_type_id": listing.listing_type_id,
        "permalink": permalink(listing),
        "shipping": {
            "mode": "me2",
            "free_shipping": True,
            "logistic_type": "drop_off" if listing.logistic_type == "remote" else listing.logistic_type or "",
            "dimensions": "",
            "tags": ["mandatory_free_shipping"],
        },
        "status": listing.status,
        "sub_status": listing.sub_status,
        "tags": ["cbt_item", "test_item", "immediate_payment", "cart_eligible"],
        "warranty": warranty(listing),
        "catalog_product_id": None,
        "domain_id": "" if category is None or category.domain is None else category.domain,
        "international_delivery_mode": "none",
        "inventory_id": listing.inventory_id or "",
        "category_id": listing.category_id,
        "official_store_id": None,
        "sale_terms": listing.sale_terms,
        "sold_quantity": listing.sold_quantity,
        "available_quantity": listing.available_quantity,
        "last_updated": moment_utc(listing.updated),
        "seller_id": listing.seller_id,
        "price": listing.price,
        "original_price": 0,
        "currency_id": listing.currency_id,
        "base_exchange_rate": 0,
        "user_logistic_type": listing.logistic_type or "",
        "owner_id": listing.owner_id,
        "cbt_item_id": listing.parent_id or "",
        "variations": listing.variations,
        "item_relations": [],
        "pictures": listing.pictures,
    }
    if listing.is_global:
        body["marketplace_items"] = [
            {
                "item_id": child.id,
                "user_id": child.seller_id,
                "site_id": child.site_id,
                "date_created": moment_utc(child.created),
                "parent_id": listing.id,
                "parent_user_id": listing.seller_id,
            }
            for child in world.children(listing.id)
        ]
    return body


def _attribute(row: JsonObject) -> JsonObject:
    return {
        "id": row.get("id"),
        "name": row.get("name", ""),
        "value_id": row.get("value_id") or "",
        "value_name": row.get("value_name") or "",
        "value_struct": None,
    }


async def get_marketplace_item(request: web.Request) -> web.Response:
    """`GET /marketplace/items/{id}`: a global item or one of its marketplace items."""
    return answer(selected(_marketplace_body(request.app[WORLD], _own(request)), request.query))


async def put_marketplace_item(request: web.Request) -> web.Response:
    """`PUT /marketplace/items/{id}`: title, price, description, status."""
    world, listing = request.app[WORLD], _own(request)
    if not world.old_resource_open:
        raise closed_resource()
    target, wanted = _target(world, listing, await read_object(request))
    try:
        changes.apply(world, target, wanted, _MARKETPLACE_FIELDS)
    except changes.InvalidFieldError:
        raise invalid_parameter() from None
    return answer(_marketplace_body(world, target))


async def put_global_item(request: web.Request) -> web.Response:
    """`PUT /global/items/{id}`: changes a global item or one marketplace of it, or deletes a marketplace item."""
    world, listing = request.app[WORLD], _own(request)
    target, wanted = _target(world, listing, await read_object(request))
    if wanted.get("deleted") is True:
        _delete(world, target)
        return answer({"status": 200, "message": "OK"})
    try:
        changes.apply(world, target, wanted, _GLOBAL_FIELDS)
    except changes.InvalidFieldError as fault:
        raise refusal(400, "validation_error", _GLOBAL_REFUSALS.get(fault.field, _BODY_REFUSAL)) from None
    return answer({})


def _delete(world: World, listing: Listing) -> None:
    if listing.is_global:
        raise invalid_parameter()
    if listing.status not in _DELETABLE:
        raise refusal(400, "bad_request", f"Item {listing.id} must be paused or closed to be deleted")
    del world.listings[listing.id]


async def get_description(request: web.Request) -> web.Response:
    """`GET /marketplace/items/{id}/description?site_id&logistic_type`, both mandatory."""
    world, listing = request.app[WORLD], _own(request)
    for name in ("site_id", "logistic_type"):
        if not request.query.get(name):
            raise refusal(400, "bad_request", f"Invalid or empty {name}")
    site_id, logistic_type = request.query["site_id"], request.query["logistic_type"]
    child = listing if listing.site_id == site_id else world.child(listing.id, site_id, logistic_type)
    if child is None or child.logistic_type != logistic_type:
        accounts = world.marketplaces(listing.owner_id)
        if not any(a.site_id == site_id and a.logistic_type == logistic_type for a in accounts):
            raise refusal(400, "bad_request", "you dont have user in this site and logistic")
        raise item_not_found(listing.id)
    if not child.description:
        raise refusal(404, "not_found", f"Description of item with id {child.id} not found")
    return answer(
        {
            "text": "",
            "plain_text": child.description,
            "translated_plain_text": "",
            "last_updated": moment_utc(child.updated),
            "date_created": moment_utc(child.created),
        }
    )


def failure_values(path: str, user_id: int | None, body: object) -> dict[str, str]:
    """What fills the placeholders of a documented error that was asked for: read from the request it answers."""
    tree = as_object(body) or {}
    rows = as_objects(tree.get("config", tree.get("sites_to_sell"))) or [tree]
    row: JsonObject = rows[0] if rows else {}
    site_id, logistic_type = row.get("site_id"), row.get("logistic_type")
    item = _ITEM_ID.search(path)
    values = {} if item is None else {"id": item[0]}
    if user_id is not None:
        values["user_id"] = str(user_id)
    if isinstance(site_id, str):
        values["site"] = site_id
        site = SITES.get(site_id)
        values["COUNTRY"] = site_id if site is None else site.country
    if isinstance(logistic_type, str):
        values["logistic"] = logistic_type
    return values


ROUTES: Final = (
    web.get("/marketplace/users/cap", get_cap),
    web.get("/marketplace/users/{user_id}", get_marketplace_user),
    web.post("/marketplace/items/{item_id}", create_marketplace_items),
    web.get("/marketplace/items/{item_id}", get_marketplace_item),
    web.put("/marketplace/items/{item_id}", put_marketplace_item),
    web.get("/marketplace/items/{item_id}/description", get_description),
    web.post("/global/items", create_global_item),
    web.post("/global/items/{item_id}", publish_global_item),
    web.put("/global/items/{item_id}", put_global_item),
)
