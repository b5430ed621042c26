"""Domains, and the category that a title belongs to: https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias"""

import unicodedata
from collections import Counter
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, as_objects, read_object
from meli_sdk.sandbox.categories_specs import input_specs, output_specs
from meli_sdk.sandbox.errors import ApiError, JsonObject, invalid_parameter, refusal
from meli_sdk.sandbox.state import Category, Listing
from meli_sdk.sites import GLOBAL_SELLING, SITES

MAX_PREDICTIONS: Final = 8
MAX_VALUES: Final = 1_000
_DEFAULT_PREDICTIONS: Final = 4
_STEM: Final = 5
"""Words that begin with the same letters count as one: the plural, the other gender."""


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _words(text)}


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return {word for word in letters.split() if len(word) > 1}


def _bad_request() -> ApiError:
    return ApiError(
        400,
        {
            "message": "Site ID or Query is empty",
            "error": "Bad Request",
            "status": 400,
            "cause": "Bad Request",
            "cause_list": [{"msg": "Bad Request"}],
        },
    )


def _known_values(category: Category, title: set[str]) -> list[JsonObject]:
    """Attributes whose value the title names."""
    return [
        {"id": row["id"], "name": row["name"], "value_id": value["id"], "value_name": value["name"]}
        for row in category.attributes
        for value in as_objects(row.get("values")) or []
        if (named := _words(str(value["name"]))) and named <= title
    ]


def _discovered(request: web.Request, site_id: str) -> web.Response:
    query = request.query
    title = _stems(query.get("q", ""))
    if not query.get("q", "").strip():
        raise _bad_request()
    try:
        limit = int(query.get("limit", _DEFAULT_PREDICTIONS))
    except ValueError:
        raise invalid_parameter() from None
    if not 1 <= limit <= MAX_PREDICTIONS or query.get("target") not in {None, "core", "classified"}:
        raise invalid_parameter()
    found: list[tuple[int, Category]] = []
    for category in request.app[WORLD].leaves(site_id) if query.get("target") != "classified" else ():
        score = len(title & _stems(f"{category.name} {(category.domain or '').partition('-')[2].replace('_', ' ')}"))
        if score:
            found.append((score, category))
    found.sort(key=lambda row: row[0], reverse=True)
    return answer(
        [
            {
                "domain_id": category.domain,
                "domain_name": category.name,
                "category_id": category.id,
                "category_name": category.name,
                "attributes": _known_values(category, _words(query.get("q", ""))),
            }
            for _, category in found[:limit]
        ]
    )


async def discover(request: web.Request) -> web.Response:
    """`GET /sites/{site}/domain_discovery/search`: categories whose words the title has, the best first."""
    site_id = request.match_info["site_id"]
    if site_id not in SITES:
        raise refusal(404, "not_found", f"Resource /sites/{site_id}/domain_discovery/search not found.")
    return _discovered(request, site_id)


async def discover_global(request: web.Request) -> web.Response:
    """`GET /marketplace/domain_discovery/search`: of Global Selling."""
    return _discovered(request, GLOBAL_SELLING)


def _of_domain(request: web.Request) -> list[Category]:
    domain_id = request.match_info["domain_id"]
    found = [category for category in request.app[WORLD].categories.values() if category.domain == domain_id]
    if not found:
        raise refusal(404, "not_found", f"Domain {domain_id} not found")
    return found


async def get_domain(request: web.Request) -> web.Response:
    """`GET /catalog_domains/{id}`."""
    first = _of_domain(request)[0]
    return answer({"id": first.domain, "name": first.name})


async def list_domain_categories(request: web.Request) -> web.Response:
    """`GET /catalog_domains/{id}/categories`."""
    return answer([{"id": category.id, "name": category.name} for category in _of_domain(request)])


async def get_domain_specs(request: web.Request) -> web.Response:
    """`GET /domains/{id}/technical_specs`."""
    first = _of_domain(request)[0]
    return answer({"input": input_specs(first), "output": output_specs(first)})


def _value(listing: Listing, attribute_id: object) -> tuple[object, object] | None:
    for row in listing.attributes:
        if row.get("id") == attribute_id and row.get("value_name"):
            return row.get("value_id"), row["value_name"]
    return None


async def list_top_values(request: web.Request) -> web.Response:
    """`POST /catalog_domains/{id}/attributes/{attribute}/top_values`: as the items of the domain have them."""
    categories = {category.id for category in _of_domain(request)}
    known = as_objects((await read_object(request)).get("known_attributes", []))
    try:
        limit = int(request.query.get("limit", MAX_VALUES))
    except ValueError:
        raise invalid_parameter() from None
    if known is None or not 1 <= limit <= MAX_VALUES:
        raise invalid_parameter()
    counted: Counter[tuple[object, object]] = Counter()
    for listing in request.app[WORLD].listings.values():
        fits = all((_value(listing, row.get("id")) or (None,))[0] == row.get("value_id") for row in known)
        value = _value(listing, request.match_info["attribute_id"])
        if listing.category_id in categories and fits and value is not None:
            counted[value] += 1
    return answer([{"id": row[0], "name": row[1], "metric": number} for row, number in counted.most_common(limit)])


ROUTES: Final = (
    web.get("/sites/{site_id}/domain_discovery/search", discover),
    web.get("/marketplace/domain_discovery/search", discover_global),
    web.get("/catalog_domains/{domain_id}", get_domain),
    web.get("/catalog_domains/{domain_id}/categories", list_domain_categories),
    web.post("/catalog_domains/{domain_id}/attributes/{attribute_id}/top_values", list_top_values),
    web.get("/domains/{domain_id}/technical_specs", get_domain_specs),
)
