"""Applications, who allowed them what, and how their calls went: https://developers.mercadolibre.com.ar/es_ar/gestiona-tus-aplicaciones"""

from collections import Counter
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, moment
from meli_sdk.sandbox.errors import JsonObject, invalid_caller, invalid_parameter, refusal
from meli_sdk.sandbox.state import App, Grant, World
from meli_sdk.sandbox.users_account import own_user

MAX_REQUESTS_PER_HOUR: Final = 18_000
_SCOPES: Final = ("offline_access", "read", "write")
_DEFAULT_DAYS: Final = 15
_PAGE: Final = 50
_PLACES: Final = Decimal("0.0001")


def owner_of(world: World) -> int:
    """Who registered the application: the first seller."""
    return next(iter(world.users))


def _asked(request: web.Request) -> App:
    app = request.app[WORLD].apps.get(int(request.match_info["app_id"]))
    if app is None:
        raise refusal(404, "not_found", f"Application with id {request.match_info['app_id']} not found")
    return app


def _owned(request: web.Request) -> App:
    app = _asked(request)
    if request[CALLER].id != owner_of(request.app[WORLD]):
        raise invalid_caller()
    return app


async def get_application(request: web.Request) -> web.Response:
    """`GET /applications/{id}`: whole for its owner."""
    world, app = request.app[WORLD], _asked(request)
    owner = world.users[owner_of(world)]
    public: JsonObject = {
        "id": app.credentials.client_id,
        "site_id": owner.site_id,
        "thumbnail": None,
        "url": "https://apps.example.com/sandbox",
        "sandbox_mode": True,
        "project_id": None,
        "active": True,
        "max_requests_per_hour": MAX_REQUESTS_PER_HOUR,
        "certification_status": "not_certified",
    }
    if request[CALLER].id != owner.id:
        return answer(public)
    return answer(
        {
            **public,
            "name": app.name,
            "description": app.name,
            "owner_id": owner.id,
            "need_authorization": True,
            "short_name": "sandbox",
            "callback_url": app.redirect_uris[0] if app.redirect_uris else None,
            "is_public": False,
            "scopes": list(_SCOPES),
            "domains": [],
            "notifications_callback_url": None,
            "notifications_topics": [],
            "token_type": "",
            "use_pkce": app.requires_pkce,
            "date_created": moment(owner.registered),
            "blocked": False,
            "blocked_date": "",
            "blocked_reason": "",
            "disabled": False,
            "disabled_date": "",
        }
    )


def _row(client_id: int, user_id: int, grant: Grant) -> JsonObject:
    granted = None if grant.granted is None else moment(grant.granted)
    return {"user_id": user_id, "app_id": client_id, "date_created": granted, "scopes": list(_SCOPES)}


async def list_user_applications(request: web.Request) -> web.Response:
    """`GET /users/{id}/applications`: ids are strings here."""
    user = own_user(request)
    rows = [
        {**_row(client_id, user_id, grant), "user_id": str(user_id), "app_id": str(client_id)}
        for (client_id, user_id), grant in request.app[WORLD].grants.items()
        if user_id == user.id
    ]
    return answer(rows)


async def list_grants(request: web.Request) -> web.Response:
    """`GET /applications/{id}/grants`: for its owner."""
    app = _owned(request)
    try:
        limit, offset = int(request.query.get("limit", _PAGE)), int(request.query.get("offset", 0))
    except ValueError:
        raise invalid_parameter() from None
    rows = [
        _row(client_id, user_id, grant)
        for (client_id, user_id), grant in request.app[WORLD].grants.items()
        if client_id == app.credentials.client_id
    ]
    paging = {"total": len(rows), "limit": limit, "offset": offset}
    return answer({"grants": rows[offset : offset + limit], "paging": paging})


def _day(request: web.Request, name: str, default: date) -> date:
    try:
        return date.fromisoformat(request.query.get(name, default.isoformat()))
    except ValueError:
        raise invalid_parameter() from None


async def get_consumption(request: web.Request) -> web.Response:
    """`GET /applications/v1/{id}/consumed-applications`: until yesterday."""
    app, world = _owned(request), request.app[WORLD]
    yesterday = world.now().astimezone(UTC).date() - timedelta(days=1)
    start = _day(request, "date_start", yesterday - timedelta(days=_DEFAULT_DAYS - 1))
    end = min(_day(request, "date_end", yesterday), yesterday)
    counted: Counter[int] = Counter()
    for (day, status), number in world.accounts.answered.items():
        if start <= day <= end:
            counted[status] += number
    total = counted.total()
    rows = [
        {"status": status, "total_request": number, "percentage": (100 * Decimal(number) / total).quantize(_PLACES)}
        for status, number in sorted(counted.items(), key=lambda row: row[1])
    ]
    return answer(
        {
            "app_id": app.credentials.client_id,
            "total_request": total,
            "request_by_status": rows,
            "top_apis_consumed": [],
            "top_apis_consumed_error": [],
        }
    )


ROUTES: Final = (
    web.get(r"/applications/{app_id:\d+}", get_application),
    web.get(r"/applications/{app_id:\d+}/grants", list_grants),
    web.get(r"/applications/v1/{app_id:\d+}/consumed-applications", get_consumption),
    web.get(r"/users/{user_id:\d+}/applications", list_user_applications),
)
