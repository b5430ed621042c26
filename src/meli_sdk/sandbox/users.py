"""Users and sites: https://developers.mercadolibre.com.ar/es_ar/producto-consulta-usuarios"""

from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_object, moment, selected
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.state import User, World
from meli_sdk.sites import GLOBAL_SELLING, SITES

CITY: Final = "Ciudad de Prueba"
"""Where every account begins."""


def public_body(world: World, user: User) -> JsonObject:
    """What others see of an account."""
    address = as_object(private_body(world, user)["address"]) or {}
    return {**_public(user), "address": {name: address.get(name) for name in ("city", "state")}}


def _public(user: User) -> JsonObject:
    reputation: JsonObject = {
        "level_id": "5_green",
        "power_seller_status": None,
        "transactions": {"period": "historic", "total": 128},
    }
    return {
        "id": user.id,
        "nickname": user.nickname,
        "registration_date": moment(user.registered),
        "country_id": user.country_id,
        "address": {"city": CITY, "state": f"{user.country_id}-C"},
        "user_type": "normal",
        "tags": ["normal", "test_user", *user.tags],
        "logo": None,
        "points": 100,
        "site_id": user.site_id,
        "permalink": f"nullMLM{user.site_id}"
        if user.site_id == GLOBAL_SELLING
        else f"https://perfil.example.com/{user.nickname}",
        "seller_reputation": reputation,
        "buyer_reputation": {"tags": list[str]()},
        "status": {"site_status": "active"},
    }


def private_body(world: World, user: User) -> JsonObject:
    """Everything of an account, as its owner sees it: what it began with, and over it what was changed."""
    body = _first(user)
    for name, value in world.accounts.changes.get(user.id, {}).items():
        inner = as_object(value)
        body[name] = value if inner is None else {**(as_object(body.get(name)) or {}), **inner}
    if user.id in world.accounts.paid_at_once:
        body["status"] = {**(as_object(body["status"]) or {}), "immediate_payment": True}
    return body


def _first(user: User) -> JsonObject:
    allowed: JsonObject = {"allow": True, "codes": [], "immediate_payment": {"required": False, "reasons": []}}
    return {
        **_public(user),
        "first_name": "Vendedora",
        "last_name": "De Prueba",
        "gender": "",
        "email": f"user_{user.id}@example.com",
        "identification": {"type": "OTRO", "number": "20304050"},
        "address": {
            "address": "Calle Inventada 742",
            "city": CITY,
            "state": f"{user.country_id}-C",
            "zip_code": "1414",
        },
        "phone": {"area_code": "01", "number": "1111-2222", "extension": "", "verified": False},
        "alternative_phone": {"area_code": "", "number": "", "extension": ""},
        "seller_experience": "ADVANCED",
        "bill_data": {"accept_credit_note": None},
        "status": {
            "site_status": "active",
            "list": allowed,
            "buy": allowed,
            "sell": allowed,
            "billing": {"allow": True, "codes": []},
            "mercadopago_tc_accepted": True,
            "mercadopago_account_type": "personal",
            "mercadoenvios": "accepted",
            "immediate_payment": False,
            "confirmed_email": True,
            "user_type": None,
            "required_action": "",
            "shopping_cart": {"buy": "allowed", "sell": "allowed"},
        },
        "secure_email": f"test.{user.id}@mail.example.com",
        "company": {"brand_name": "", "corporate_name": "", "identification": "", "soft_descriptor": None},
        "credit": {"consumed": 0, "credit_level_id": f"{user.site_id}5", "rank": "newbie"},
        "context": {"ip_address": "192.0.2.10"},
        "registration_identifiers": [],
    }


async def get_me(request: web.Request) -> web.Response:
    """`GET /users/me`: the seller of the token."""
    return answer(selected(private_body(request.app[WORLD], request[CALLER]), request.query))


async def get_user(request: web.Request) -> web.Response:
    """`GET /users/{id}`: everything of oneself, the public part of others."""
    user_id = int(request.match_info["user_id"])
    world = request.app[WORLD]
    user = world.users.get(user_id)
    if user is None:
        raise refusal(404, "not_found", f"User with id {user_id} not found")
    own = request[CALLER].id in {user.id, user.parent_id}
    return answer(selected(private_body(world, user) if own else public_body(world, user), request.query))


async def list_sites(_request: web.Request) -> web.Response:
    """`GET /sites`: every site but Global Selling, as Mercado Libre lists them."""
    return answer(
        [
            {"id": site.id, "name": site.country, "default_currency_id": site.currency}
            for site in SITES.values()
            if site.id != GLOBAL_SELLING
        ]
    )


ROUTES: Final = (
    web.get("/users/me", get_me),
    web.get(r"/users/{user_id:\d+}", get_user),
    web.get("/sites", list_sites),
)
