"""Items become items of user products: https://developers.mercadolibre.com.ar/es_ar/user-products

Each variation becomes an item of its own. The old item is closed; here everything is done at once.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_objects, as_quantity, moment_utc, read_object
from meli_sdk.sandbox.catalogue import Migration
from meli_sdk.sandbox.errors import JsonObject, item_not_found, refusal
from meli_sdk.sandbox.items import own_item
from meli_sdk.sandbox.state import Listing, World
from meli_sdk.sandbox.stockroom import StockPlace, UserProduct


def _check(listing: Listing) -> None:
    if listing.user_product_id is not None or listing.status == "closed" or listing.is_global:
        raise refusal(400, "bad_request", f"The item {listing.id} cannot become items of user products")


async def check_migration(request: web.Request) -> web.Response:
    """`GET /items/{id}/user_product_listings/validate`: no page prints the answer; a refusal says why not."""
    listing = own_item(request)
    _check(listing)
    return answer({"item_id": listing.id})


def _made(world: World, old: Listing, variation: JsonObject) -> Listing:
    """The item of one variation, with a user product that holds its stock."""
    own = as_objects(variation.get("attribute_combinations")) or []
    own += as_objects(variation.get("attributes")) or []
    named = {row.get("id") for row in own}
    price = variation.get("price")
    made = replace(
        old,
        id=world.new_listing_id(old.site_id),
        price=Decimal(price) if isinstance(price, (int, Decimal)) else old.price,
        available_quantity=0,
        sold_quantity=0,
        created=world.now(),
        updated=world.now(),
        attributes=[*(dict(row) for row in old.attributes if row.get("id") not in named), *own],
        pictures=[dict(row) for row in old.pictures],
        sale_terms=[dict(row) for row in old.sale_terms],
        sub_status=[],
        variations=[],
        user_product_id=f"{old.site_id}U{world.new_number(10)}",
    )
    units = as_quantity(variation.get("available_quantity", old.available_quantity)) or 0
    category = world.categories.get(old.category_id)
    product = UserProduct(
        id=str(made.user_product_id),
        user_id=old.seller_id,
        name=old.title,
        domain_id=(category.domain if category else None) or f"{old.site_id}-SANDBOX_GOODS",
        family_id=int(old.id[len(old.site_id) :]),
        places=[StockPlace(type="selling_address", quantity=units)],
    )
    world.listings[made.id], world.user_products[product.id] = made, product
    world.settle_stock(product)
    world.changed("items", made.id, made.seller_id)
    return made


async def migrate(request: web.Request) -> web.Response:
    """`POST /sites/{site}/items/user_product_listings`."""
    world, item_id = request.app[WORLD], str((await read_object(request)).get("item_id"))
    old = world.listings.get(item_id)
    if old is None or old.owner_id != request[CALLER].id:
        raise item_not_found(item_id)
    _check(old)
    variations: list[JsonObject] = old.variations or [{}]
    new = tuple((_made(world, old, row).id, as_quantity(row.get("id"))) for row in variations)
    world.catalogue.migrations[old.id] = Migration(created=world.now(), new_items=new)
    old.status, old.available_quantity, old.updated = "closed", 0, world.now()
    world.changed("items", old.id, old.seller_id)
    return answer({"item_id": old.id})


async def get_migration(request: web.Request) -> web.Response:
    """`GET /items/{id}/migration_live_listing`: which items one became."""
    listing = own_item(request)
    migration = request.app[WORLD].catalogue.migrations.get(listing.id)
    if migration is None:
        raise refusal(404, "not_found", f"Migration of {listing.id} not found")
    at = moment_utc(migration.created)
    return answer(
        {
            "item_id": listing.id,
            "migration_completed": at,
            "activation_completed": at,
            "date_created": at,
            "last_updated": at,
            "new_items": [
                {"new_item_id": item_id, "variation_id": variation_id, "migration_status": "created"}
                for item_id, variation_id in migration.new_items
            ],
        }
    )


ROUTES: Final = (
    web.get("/items/{item_id}/user_product_listings/validate", check_migration),
    web.post("/sites/{site_id}/items/user_product_listings", migrate),
    web.get("/items/{item_id}/migration_live_listing", get_migration),
)
