"""What hangs on a user: https://developers.mercadolibre.com.ar/en_us/users-and-applications"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_object, moment, read_object
from meli_sdk.sandbox.errors import JsonObject, invalid_caller, invalid_parameter, refusal
from meli_sdk.sandbox.state import User
from meli_sdk.sandbox.users import private_body
from meli_sdk.sites import GLOBAL_SELLING, SITES

MAX_BLOCKED: Final = 1_000
CHANGEABLE: Final = frozenset(
    {"first_name", "last_name", "identification", "address", "phone", "alternative_phone", "company"}
)
GLOBAL_COUNTRIES: Final = frozenset({"US", "CN"})
_COUNTRIES: Final[Mapping[str, str]] = {"MLA": "AR", "MLB": "BR", "MLM": "MX", "MLC": "CL", "MCO": "CO", "MLU": "UY"}
_NOWHERE: Final[JsonObject] = {"id": None, "name": None}


def own_user(request: web.Request) -> User:
    """The user of the path, who is the caller.

    Raises:
        ApiError: 403, it is another one.
    """
    if request.match_info["user_id"] != str(request[CALLER].id):
        raise invalid_caller()
    return request[CALLER]


async def put_user(request: web.Request) -> web.Response:
    """`PUT /users/{id}`: what is not named stays."""
    user, body = own_user(request), await read_object(request)
    if not body or not body.keys() <= CHANGEABLE:
        raise invalid_parameter()
    held = request.app[WORLD].accounts.changes.setdefault(user.id, {})
    for name, value in body.items():
        inner = as_object(value)
        if (inner is None) != (name in {"first_name", "last_name"}):
            raise invalid_parameter()
        held[name] = value if inner is None else {**(as_object(held.get(name)) or {}), **inner}
    return answer({"user_id": user.id})


async def list_addresses(request: web.Request) -> web.Response:
    """`GET /users/{id}/addresses`: an array for Global Selling, one object for the sites."""
    user = own_user(request)
    lives = as_object(private_body(request.app[WORLD], user)["address"]) or {}
    city: JsonObject = {"id": f"{user.site_id}CIUDAD", "name": lives.get("city")}
    state: JsonObject = {"id": lives.get("state"), "name": lives.get("state")}
    row: JsonObject = {
        "id": 1_080_000_000 + user.id % 1_000_000,
        "user_id": user.id if user.site_id == GLOBAL_SELLING else str(user.id),
        "contact": None,
        "phone": None,
        "address_line": lives.get("address"),
        "street_name": None,
        "street_number": None,
        "floor": None,
        "apartment": None,
        "zip_code": lives.get("zip_code"),
        "city": city,
        "state": state,
        "country": {"id": user.country_id, "name": user.country_id},
        "neighborhood": _NOWHERE,
        "municipality": _NOWHERE,
        "search_location": {"state": _NOWHERE, "city": _NOWHERE, "neighborhood": _NOWHERE},
        "types": ["billing", "default_selling_address", "shipping"],
        "comment": None,
        "geolocation_type": None,
        "latitude": None,
        "longitude": None,
        "status": "active",
        "date_created": moment(user.registered),
        "normalized": True,
        "open_hours": None,
    }
    return answer([row] if user.site_id == GLOBAL_SELLING else row)


async def list_payment_methods(request: web.Request) -> web.Response:
    """`GET /users/{id}/accepted_payment_methods`."""
    methods = (("visa", "Visa", "credit_card"), ("master", "Mastercard", "credit_card"))
    own_user(request)
    return answer(
        [
            {"id": name, "name": title, "payment_type_id": kind, "thumbnail": "", "secure_thumbnail": ""}
            for name, title, kind in methods
        ]
    )


async def get_brands(request: web.Request) -> web.Response:
    """`GET /users/{id}/brands`: nobody here has an official store."""
    user = own_user(request)
    return answer({"cust_id": user.id, "site_id": user.site_id, "user_type": "normal", "tags": [], "brands": []})


async def list_promotion_packs(request: web.Request) -> web.Response:
    """`GET /users/{id}/classifieds_promotion_packs`: nobody here sells by classified ads."""
    own_user(request)
    return answer([])


async def list_bookmarks(request: web.Request) -> web.Response:
    """`GET /users/me/bookmarks`: the newest first."""
    held = request.app[WORLD].accounts.bookmarks.get(request[CALLER].id, {})
    rows = sorted(held.items(), key=lambda row: row[1], reverse=True)
    return answer([{"item_id": item_id, "bookmarked_date": moment(marked)} for item_id, marked in rows])


async def search_blocked(request: web.Request) -> web.Response:
    """`GET /block-api/search/users/{id}`: no page prints the answer; the sandbox's has the ids."""
    user, catalogue = own_user(request), request.app[WORLD].catalogue
    held = {"blocked_by_questions": catalogue.blocked_askers, "blocked_by_order": catalogue.blocked_buyers}
    limit = request.query.get("limit", "10")
    if request.query.get("type") not in held or not limit.isdecimal() or not 1 <= int(limit) <= MAX_BLOCKED:
        raise invalid_parameter()
    found = sorted(held[request.query["type"]].get(user.id, ()))
    return answer({"users": found[: int(limit)]})


async def require_immediate_payment(request: web.Request) -> web.Response:
    """`PUT /users/{id}/immediate_payment`."""
    request.app[WORLD].accounts.paid_at_once.add(own_user(request).id)
    return answer({})


async def drop_immediate_payment(request: web.Request) -> web.Response:
    """`DELETE /users/{id}/immediate_payment/by_user`."""
    request.app[WORLD].accounts.paid_at_once.discard(own_user(request).id)
    return answer({})


def _made(request: web.Request, site_id: str, country_id: str) -> web.Response:
    world = request.app[WORLD]
    user = User(
        id=world.new_number(10),
        nickname=f"TEST{world.new_hex(8).upper()}",
        site_id=site_id,
        country_id=country_id,
        registered=world.now(),
    )
    world.users[user.id] = user
    return answer(
        {
            "id": user.id,
            "nickname": user.nickname,
            "password": world.new_hex(10),
            "site_status": "active",
            "email": f"test_user_{user.id}@testuser.com",
        },
        201,
    )


async def create_test_user(request: web.Request) -> web.Response:
    """`POST /users/test_user`."""
    site_id = (await read_object(request)).get("site_id", "")
    if site_id is None or not site_id:
        word = "required" if site_id == "" else "cannot be null"
        raise refusal(400, "bad_request", f"site_id is {word}" if site_id == "" else f"site_id {word}")
    if not isinstance(site_id, str):
        raise refusal(400, "bad_request", "invalid site_id type")
    if site_id not in SITES or site_id == GLOBAL_SELLING:
        raise refusal(400, "bad_request", "invalid site_id")
    return _made(request, site_id, _COUNTRIES.get(site_id, site_id[1:]))


async def create_global_test_user(request: web.Request) -> web.Response:
    """`POST /users/global_selling_test_user`: from one of two countries."""
    body = await read_object(request)
    if body.get("site_id") != GLOBAL_SELLING:
        raise refusal(400, "bad_request", "invalid site_id" if body.get("site_id") else "site_id is required")
    if body.get("country_id") not in GLOBAL_COUNTRIES:
        raise refusal(400, "bad_request", "country_id is required")
    return _made(request, GLOBAL_SELLING, str(body["country_id"]))


async def get_site(request: web.Request) -> web.Response:
    """`GET /sites/{id}`."""
    site = SITES.get(request.match_info["site_id"])
    if site is None:
        raise refusal(404, "not_found", f"Site not found: {request.match_info['site_id']}")
    roots = [
        {"id": category.id, "name": category.name}
        for category in request.app[WORLD].categories.values()
        if category.site_id == site.id and category.parent_id is None
    ]
    return answer(
        {
            "id": site.id,
            "name": site.country,
            "country_id": _COUNTRIES.get(site.id, site.id[1:]),
            "sale_fees_mode": "not_free",
            "mercadopago_version": 3,
            "default_currency_id": site.currency,
            "immediate_payment": "optional",
            "payment_method_ids": [f"{site.id}MP"],
            "settings": {"identification_types": [], "taxpayer_types": [], "identification_types_rules": []},
            "currencies": [{"id": site.currency, "symbol": "$"}],
            "categories": roots,
        }
    )


ROUTES: Final = (
    web.get("/users/me/bookmarks", list_bookmarks),
    web.post("/users/test_user", create_test_user),
    web.post("/users/global_selling_test_user", create_global_test_user),
    web.put(r"/users/{user_id:\d+}", put_user),
    web.get(r"/users/{user_id:\d+}/addresses", list_addresses),
    web.get(r"/users/{user_id:\d+}/accepted_payment_methods", list_payment_methods),
    web.get(r"/users/{user_id:\d+}/brands", get_brands),
    web.get(r"/users/{user_id:\d+}/classifieds_promotion_packs", list_promotion_packs),
    web.put(r"/users/{user_id:\d+}/immediate_payment", require_immediate_payment),
    web.delete(r"/users/{user_id:\d+}/immediate_payment/by_user", drop_immediate_payment),
    web.get(r"/block-api/search/users/{user_id:\d+}", search_blocked),
    web.get("/sites/{site_id}", get_site),
)
