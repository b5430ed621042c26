"""The consent page and the token endpoint: https://developers.mercadolibre.com.ar/es_ar/autenticacion-y-autorizacion"""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer
from meli_sdk.sandbox.errors import ApiError, JsonObject, refusal
from meli_sdk.sandbox.state import (
    CODE_LIFETIME,
    REFRESH_TOKEN_LIFETIME,
    App,
    AuthorizationCode,
    Grant,
    World,
)
from meli_sdk.sandbox.token_faults import TokenFault

SCOPE: Final = "offline_access read write"
CHALLENGE_METHODS: Final = ("S256", "plain")
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}}code{{word-break:break-all}}</style></head>
<body><h1>{title}</h1>{content}</body></html>"""


def _page(title: str, content: str, status: int = 200) -> web.Response:
    return web.Response(
        status=status, text=_PAGE.format(title=escape(title), content=content), content_type="text/html"
    )


def _refusal_page(reason: str) -> web.Response:
    title = "Sorry, the application cannot connect to your account"
    return _page(title, f"<p>{escape(reason)}</p>", status=400)


def _consent_fault(world: World, wanted: Mapping[str, str]) -> str | None:
    app = _app(world, wanted.get("client_id", ""))
    if app is None:
        return "client_id names no application."
    if wanted.get("redirect_uri") not in app.redirect_uris:
        return "redirect_uri is not the registered one."
    if wanted.get("response_type") != "code":
        return "response_type must be code."
    if app.requires_pkce and not wanted.get("code_challenge"):
        return "code_challenge is a required parameter."
    if wanted.get("code_challenge_method", "plain") not in CHALLENGE_METHODS:
        return "code_challenge_method must be S256 or plain."
    return None


def _app(world: World, client_id: str) -> App | None:
    return world.apps.get(int(client_id)) if client_id.isascii() and client_id.isdigit() else None


async def show_consent(request: web.Request) -> web.Response:
    """The page where a seller allows the application: `GET /authorization`."""
    world = request.app[WORLD]
    fault = _consent_fault(world, request.query)
    if fault is not None:
        return _refusal_page(fault)
    app = world.apps[int(request.query["client_id"])]
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in request.query.items()
        if name != "user_id"
    )
    chosen = request.query.get("user_id")
    sellers = "".join(
        f'<option value="{user.id}"{" selected" if str(user.id) == chosen else ""}>'
        f"{escape(user.nickname)} ({user.site_id}, {user.id})</option>"
        for user in world.users.values()
        if user.parent_id is None
    )
    permissions = "".join(f"<li>{escape(permission)}</li>" for permission in app.permissions)
    return _page(
        f"{app.name} wants to connect to your account",
        f"<p>{escape(app.name)} will be able to:</p><ul>{permissions}</ul>"
        f'<form method="post" action="/authorization">{hidden}'
        f'<p><label>Account <select name="user_id">{sellers}</select></label></p>'
        '<button name="decision" value="authorize">Authorize (Autorizar)</button>'
        '<button name="decision" value="cancel">Cancel (Cancelar)</button></form>',
    )


async def decide_consent(request: web.Request) -> web.Response:
    """The form of the consent page: back to the application with a code, or with `access_denied`."""
    world = request.app[WORLD]
    form = dict(parse_qsl(await request.text(), keep_blank_values=True))
    fault = _consent_fault(world, form)
    if fault is not None:
        return _refusal_page(fault)
    state = {"state": form["state"]} if "state" in form else {}
    if form.get("decision") == "cancel":
        return _back(form["redirect_uri"], {"error": "access_denied", **state})
    seller = next((u for u in world.users.values() if str(u.id) == form.get("user_id") and u.parent_id is None), None)
    if seller is None:
        return _refusal_page("user_id names no seller of the sandbox.")
    code = f"TG-{world.new_hex(24)}-{seller.id}"
    world.codes[code] = AuthorizationCode(
        user_id=seller.id,
        client_id=int(form["client_id"]),
        redirect_uri=form["redirect_uri"],
        challenge=form.get("code_challenge") or None,
        method=form.get("code_challenge_method", "plain"),
        expires_at=world.now() + CODE_LIFETIME,
    )
    return _back(form["redirect_uri"], {"code": code, **state})


def _back(redirect_uri: str, query: Mapping[str, str]) -> web.Response:
    separator = "&" if "?" in redirect_uri else "?"
    return web.Response(status=302, headers={"Location": f"{redirect_uri}{separator}{urlencode(query)}"})


async def show_callback(request: web.Request) -> web.Response:
    """The built-in redirect target: shows what an application would have received."""
    rows = "".join(
        f"<p>{escape(name)}: <code>{escape(value)}</code></p>"
        for name, value in request.query.items()
        if name in {"code", "state", "error"}
    )
    return _page("Back at the application", rows or "<p>Nothing was sent.</p>")


def _oauth_error(error: str, text: str) -> ApiError:
    return ApiError(400, {"error_description": text, "error": error, "status": 400, "cause": []})


def _invalid_grant() -> ApiError:
    return _oauth_error(
        "invalid_grant",
        "Error validating grant. Your authorization code or refresh token may be expired or it was already used",
    )


def _required(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise _oauth_error("invalid_request", f"{name} is a required parameter")
    return value


async def exchange(request: web.Request) -> web.StreamResponse:
    """The token endpoint: `POST /oauth/token`, everything in the form body."""
    world = request.app[WORLD]
    fault, seconds = world.token_faults.take() or (None, 0.0)
    match fault:
        case TokenFault.ERROR_BEFORE_COMMIT:
            raise ApiError(500, {"message": "internal error", "error": "internal_error", "status": 500, "cause": []})
        case TokenFault.RATE_LIMITED:
            return web.Response(status=429, text="local_rate_limited")
        case TokenFault.REQUEST_DROPPED:
            return _dropped(request)
        case TokenFault.SLOW:
            await asyncio.sleep(seconds)
        case _:  # the others need to know whose tokens it is about
            pass
    form = await _read_form(request)
    app = _authenticated(world, form)
    if fault is TokenFault.NO_REFRESH_TOKEN:
        return answer(_without_refresh_token(world, app, form))
    if fault is TokenFault.OTHER_USER:
        return answer(_of_another_seller(world, app, form))
    if form["grant_type"] == "authorization_code":
        body = _exchange_code(world, app, form)
    else:
        body = _refresh(world, app, _required(form, "refresh_token"))
    return _dropped(request) if fault is TokenFault.ANSWER_DROPPED else answer(body)


def _dropped(request: web.Request) -> web.StreamResponse:
    """Breaks the connection; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _without_refresh_token(world: World, app: App, form: Mapping[str, str]) -> JsonObject:
    """An answer for the seller whose token or code it is, and nothing spent."""
    body = _issued(world, app.credentials.client_id, _owner(world, app, form))
    del body["refresh_token"]
    return body


def _of_another_seller(world: World, app: App, form: Mapping[str, str]) -> JsonObject:
    owner = _owner(world, app, form)
    other = next(user.id for user in world.users.values() if user.parent_id is None and user.id != owner)
    return _issued(world, app.credentials.client_id, other)


def _owner(world: World, app: App, form: Mapping[str, str]) -> int:
    if form.get("code") in world.codes:
        return world.codes[form["code"]].user_id
    for (client_id, user_id), grant in world.grants.items():
        if client_id == app.credentials.client_id and grant.refresh_token == form.get("refresh_token"):
            return user_id
    raise _invalid_grant()


async def _read_form(request: web.Request) -> dict[str, str]:
    pairs = parse_qsl(await request.text(), keep_blank_values=True)
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _oauth_error("invalid_request", "a parameter is duplicated")
    grant_type = _required(form, "grant_type")
    if grant_type not in {"authorization_code", "refresh_token"}:
        raise _oauth_error("unsupported_grant_type", f"invalid grant_type: {grant_type}")
    return form


def _authenticated(world: World, form: Mapping[str, str]) -> App:
    app = _app(world, _required(form, "client_id"))
    secret = _required(form, "client_secret")
    if app is None or not hmac.compare_digest(app.credentials.client_secret.encode(), secret.encode()):
        body: JsonObject = {"message": "invalid client_id or client_secret", "error": "invalid_client"}
        raise ApiError(400, {**body, "status": 400, "cause": []})
    return app


def _exchange_code(world: World, app: App, form: Mapping[str, str]) -> JsonObject:
    presented = _required(form, "code")
    redirect_uri = _required(form, "redirect_uri")
    code = world.codes.get(presented)
    if code is None or code.client_id != app.credentials.client_id:
        raise _invalid_grant()
    if code.challenge is not None or app.requires_pkce:
        verifier = _required(form, "code_verifier")
        if code.challenge is None or not _proves(verifier, code.challenge, code.method):
            raise _invalid_grant()
    if code.redirect_uri != redirect_uri:
        raise _invalid_grant()
    del world.codes[presented]
    if world.now() >= code.expires_at:
        raise _invalid_grant()
    return _issue(world, app.credentials.client_id, code.user_id, spent=set())


def _proves(verifier: str, challenge: str, method: str) -> bool:
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(verifier.encode(), challenge.encode())


def _refresh(world: World, app: App, presented: str) -> JsonObject:
    client_id = app.credentials.client_id
    now = world.now()
    for (granted_to, user_id), grant in world.grants.items():
        if granted_to != client_id:
            continue
        if presented == grant.refresh_token and now < grant.expires_at:
            if world.options.old_access_token_dies:
                world.access_tokens.pop(grant.access_token, None)
            body = _issue(world, client_id, user_id, spent=grant.spent | {presented})
            newest = world.grants[client_id, user_id]
            newest.last_spent, newest.rotated_at, newest.last_answer = presented, now, body
            return body
        if presented in grant.spent:
            grace = timedelta(seconds=world.options.grace_seconds)
            if presented == grant.last_spent and grant.rotated_at is not None and now < grant.rotated_at + grace:
                return grant.last_answer
            if world.options.family_revocation:
                revoke(world, client_id, user_id)
            break
    world.refused_refreshes += 1
    raise _invalid_grant()


def _issue(world: World, client_id: int, user_id: int, *, spent: set[str]) -> JsonObject:
    """New tokens, and the grant that the next refresh is measured by."""
    body = _issued(world, client_id, user_id)
    held = world.grants.get((client_id, user_id))
    world.grants[client_id, user_id] = Grant(
        refresh_token=str(body["refresh_token"]),
        expires_at=world.now() + REFRESH_TOKEN_LIFETIME,
        access_token=str(body["access_token"]),
        spent=spent,
        granted=world.now() if held is None else held.granted,
    )
    return body


def _issued(world: World, client_id: int, user_id: int) -> JsonObject:
    return {
        "access_token": world.issue_access_token(client_id, user_id),
        "token_type": "Bearer",
        "expires_in": world.options.access_token_seconds,
        "scope": SCOPE,
        "user_id": user_id,
        "refresh_token": f"TG-{world.new_hex(24)}-{user_id}",
    }


def revoke(world: World, client_id: int, user_id: int) -> None:
    """Ends a seller's grant: its refresh token and all its access tokens."""
    world.grants.pop((client_id, user_id), None)
    world.access_tokens = {value: token for value, token in world.access_tokens.items() if token.user_id != user_id}


async def take_back(request: web.Request) -> web.Response:
    """`DELETE /users/{user_id}/applications/{app_id}`: the seller ends the application's grant."""
    world = request.app[WORLD]
    user_id, client_id = request.match_info["user_id"], request.match_info["app_id"]
    if request[CALLER].id != int(user_id):
        raise refusal(403, "forbidden", "Invalid caller.id")
    if (int(client_id), int(user_id)) not in world.grants:
        raise refusal(404, "not_found", "The application is not authorized by the user")
    revoke(world, int(client_id), int(user_id))
    return answer({"user_id": user_id, "app_id": client_id, "msg": "Autorización eliminada"})


ROUTES: Final = (
    web.get("/authorization", show_consent),
    web.post("/authorization", decide_consent),
    web.get("/callback", show_callback),
    web.post(TOKEN_PATH, exchange),
    web.delete(r"/users/{user_id:\d+}/applications/{app_id:\d+}", take_back),
)
