"""Categories: https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, as_object, as_objects, read_object
from meli_sdk.sandbox.errors import JsonObject, refusal, resource_not_found
from meli_sdk.sandbox.listing_types import LISTING_TYPES, known_site, summary
from meli_sdk.sandbox.state import Category, World
from meli_sdk.sites import SITES

CONDITIONAL_SITES: Final = frozenset({"MLA", "MLB", "MLM"})
KNOWN_BRAND: Final = 30
"""With so many identifiers on sale, a brand's further items need one."""
SHIPPING_MODES: Final[Mapping[str, tuple[str, ...]]] = {
    "me1": ("default",),
    "me2": ("drop_off", "xd_drop_off", "self_service", "cross_docking", "fulfillment"),
    "not_specified": ("not_specified",),
    "custom": ("custom",),
}


def _path_from_root(world: World, category: Category) -> list[Category]:
    path = [category]
    while (parent_id := path[0].parent_id) is not None:
        path.insert(0, world.categories[parent_id])
    return path


def items_by_category(world: World) -> Counter[str]:
    """How many items are for sale in each category and below it."""
    own = Counter(listing.category_id for listing in world.listings.values() if listing.status == "active")
    found: Counter[str] = Counter()
    for category_id, number in own.items():
        known = world.categories.get(category_id)
        for category in _path_from_root(world, known) if known else ():
            found[category.id] += number
    return found


def category_body(world: World, category: Category, items: Counter[str]) -> JsonObject:
    """The category with its path, its children and its settings."""
    children = [c for c in world.categories.values() if c.parent_id == category.id]
    return {
        "id": category.id,
        "name": category.name,
        "picture": None,
        "permalink": None,
        "total_items_in_this_category": items[category.id],
        "path_from_root": [{"id": c.id, "name": c.name} for c in _path_from_root(world, category)],
        "children_categories": [
            {"id": c.id, "name": c.name, "total_items_in_this_category": items[c.id]} for c in children
        ],
        "attribute_types": "attributes",
        "settings": {
            "adult_content": False,
            "buying_allowed": True,
            "buying_modes": ["buy_it_now"],
            "catalog_domain": category.domain,
            "coverage_areas": "not_allowed",
            "currencies": [SITES[category.site_id].currency],
            "fragile": False,
            "immediate_payment": "required",
            "item_conditions": ["new"],
            "items_reviews_allowed": False,
            "listing_allowed": not children,
            "max_description_length": 50_000,
            "max_pictures_per_item": 12,
            "max_pictures_per_item_var": 10,
            "max_sub_title_length": 70,
            "max_title_length": 60,
            "maximum_price": None,
            "minimum_price": 1,
            "mirror_category": None,
            "mirror_master_category": None,
            "mirror_slave_categories": [],
            "price": "required",
            "reservation_allowed": "not_allowed",
            "restrictions": [],
            "rounded_address": False,
            "seller_contact": "not_allowed",
            "shipping_options": ["carrier", "custom"],
            "shipping_profile": "optional",
            "show_contact_information": False,
            "simple_shipping": "optional",
            "stock": "required",
            "sub_vertical": None,
            "subscribable": False,
            "tags": [],
            "vertical": None,
            "vip_subdomain": "articulo",
            "buyer_protection_programs": None,
            "status": "enabled",
        },
        "meta_categ_id": None,
        "attributable": False,
        "date_created": "2019-09-03T14:22:51.000Z",
    }


def asked_category(request: web.Request) -> Category:
    """The category of the path.

    Raises:
        ApiError: 404, there is none.
    """
    category_id = request.match_info["category_id"]
    category = request.app[WORLD].categories.get(category_id)
    if category is None:
        raise refusal(404, "not_found", f"Category not found: {category_id}")
    return category


async def get_category(request: web.Request) -> web.Response:
    """`GET /categories/{id}`."""
    world = request.app[WORLD]
    return answer(category_body(world, asked_category(request), items_by_category(world)))


async def list_attributes(request: web.Request) -> web.Response:
    """`GET /categories/{id}/attributes`."""
    return answer(asked_category(request).attributes)


async def list_sale_terms(request: web.Request) -> web.Response:
    """`GET /categories/{id}/sale_terms`."""
    return answer(asked_category(request).sale_terms)


async def list_site_categories(request: web.Request) -> web.Response:
    """`GET /sites/{site}/categories`: the roots of a site, Global Selling included."""
    site_id = known_site(request)
    found = [c for c in request.app[WORLD].categories.values() if c.site_id == site_id and c.parent_id is None]
    return answer([{"id": c.id, "name": c.name} for c in found])


async def list_listing_types(request: web.Request) -> web.Response:
    """`GET /categories/{id}/listing_types`: those of the site."""
    category = asked_category(request)
    return answer([summary(kind, category.site_id) for kind in LISTING_TYPES])


async def get_shipping_preferences(request: web.Request) -> web.Response:
    """`GET /categories/{id}/shipping_preferences`."""
    category = asked_category(request)
    return answer(
        {
            "category_id": category.id,
            "dimensions": {"height": 12, "width": 20, "length": 25, "weight": 900},
            "logistics": [{"mode": mode, "types": list(types)} for mode, types in SHIPPING_MODES.items()],
            "me2_restrictions": None,
            "restricted": False,
            "source": {"origin": "categories", "identifier": category.id},
            "date_created": None,
            "last_modified": None,
        }
    )


async def ask_conditional(request: web.Request) -> web.Response:
    """`POST /categories/{id}/attributes/conditional`: in three countries, what this very item lacks."""
    world, category = request.app[WORLD], asked_category(request)
    if category.site_id not in CONDITIONAL_SITES:
        raise resource_not_found()
    item = await read_object(request)
    required = conditionally_required(world, category, as_objects(item.get("attributes")) or [])
    return answer({"required_attributes": [{"id": row["id"], "name": row["name"]} for row in required]})


def conditionally_required(world: World, category: Category, attributes: list[JsonObject]) -> list[JsonObject]:
    """The attributes of a category that this very item lacks."""
    if not _lacks_identifier(world, category, attributes):
        return []
    conditional = [row for row in category.attributes if "conditional_required" in (as_object(row.get("tags")) or {})]
    return [row for row in conditional if row["id"] == "GTIN"]


def _lacks_identifier(world: World, category: Category, attributes: list[JsonObject]) -> bool:
    """Whether the brand sells with identifiers, and the item has neither one nor a reason why not."""
    given = {str(row.get("id")): row.get("value_name") or row.get("value_id") for row in attributes}
    if given.get("GTIN") or given.get("EMPTY_GTIN_REASON") or not given.get("BRAND"):
        return False
    with_gtin = 0
    for listing in world.listings.values():
        if listing.site_id == category.site_id:
            own = {row.get("id"): row.get("value_name") for row in listing.attributes}
            with_gtin += own.get("BRAND") == given["BRAND"] and bool(own.get("GTIN"))
    return with_gtin >= KNOWN_BRAND


ROUTES: Final = (
    web.get("/sites/{site_id}/categories", list_site_categories),
    web.get("/categories/{category_id}", get_category),
    web.get("/categories/{category_id}/attributes", list_attributes),
    web.get("/categories/{category_id}/sale_terms", list_sale_terms),
    web.get("/categories/{category_id}/listing_types", list_listing_types),
    web.get("/categories/{category_id}/shipping_preferences", get_shipping_preferences),
    web.post("/categories/{category_id}/attributes/conditional", ask_conditional),
)
