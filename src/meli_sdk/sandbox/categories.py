"""Categories: https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias"""

from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.state import Category, World
from meli_sdk.sites import SITES


def _path_from_root(world: World, category: Category) -> list[Category]:
    path = [category]
    while (parent_id := path[0].parent_id) is not None:
        path.insert(0, world.categories[parent_id])
    return path


def _category(world: World, category: Category) -> JsonObject:
    children = [c for c in world.categories.values() if c.parent_id == category.id]
    return {
        "id": category.id,
        "name": category.name,
        "picture": None,
        "permalink": None,
        "total_items_in_this_category": 0,
        "path_from_root": [{"id": c.id, "name": c.name} for c in _path_from_root(world, category)],
        "children_categories": [{"id": c.id, "name": c.name, "total_items_in_this_category": 0} for c in children],
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


def _asked(request: web.Request) -> Category:
    category_id = request.match_info["category_id"]
    category = request.app[WORLD].categories.get(category_id)
    if category is None:
        raise refusal(404, "not_found", f"Category not found: {category_id}")
    return category


async def get_category(request: web.Request) -> web.Response:
    """`GET /categories/{id}`."""
    return answer(_category(request.app[WORLD], _asked(request)))


async def list_attributes(request: web.Request) -> web.Response:
    """`GET /categories/{id}/attributes`."""
    return answer(_asked(request).attributes)


async def list_sale_terms(request: web.Request) -> web.Response:
    """`GET /categories/{id}/sale_terms`."""
    return answer(_asked(request).sale_terms)


async def list_site_categories(request: web.Request) -> web.Response:
    """`GET /sites/{site}/categories`: the roots of a site, Global Selling included."""
    site_id = request.match_info["site_id"]
    if site_id not in SITES:
        raise refusal(404, "not_found", f"Site not found: {site_id}")
    found = [c for c in request.app[WORLD].categories.values() if c.site_id == site_id and c.parent_id is None]
    return answer([{"id": c.id, "name": c.name} for c in found])


ROUTES: Final = (
    web.get("/sites/{site_id}/categories", list_site_categories),
    web.get("/categories/{category_id}", get_category),
    web.get("/categories/{category_id}/attributes", list_attributes),
    web.get("/categories/{category_id}/sale_terms", list_sale_terms),
)
