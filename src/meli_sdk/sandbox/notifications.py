"""Notifications that were missed: https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones"""

import json
from datetime import timedelta
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, moment_utc
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.notices import Notice

KEPT: Final = timedelta(days=2)
PAGE_LIMIT: Final = 10
CALLBACK: Final = "https://app.example.com/notifications"
"""The address registered for notifications where none was given."""


def body_of(notice: Notice, application_id: int) -> JsonObject:
    """What is posted to the application's callback."""
    return {
        "_id": notice.id,
        "resource": notice.resource,
        "user_id": notice.user_id,
        "topic": notice.topic,
        "application_id": application_id,
        "attempts": notice.attempts,
        "sent": moment_utc(notice.sent),
        "received": moment_utc(notice.received or notice.sent),
    }


def _missed(notice: Notice, application_id: int, callback: str) -> JsonObject:
    body = body_of(notice, application_id)
    data = json.dumps({**body, "user_id": str(notice.user_id), "attempts": 1})
    headers: JsonObject = {"accept": "application/json", "content-length": len(data)}
    answered: JsonObject = {
        "req_time": 498,
        "http_code": notice.http_code,
        "body": "",
        "headers": {"connection": "close"},
    }
    return {**body, "request": {"url": callback, "headers": headers, "data": data}, "response": answered}


async def get_missed_feeds(request: web.Request) -> web.Response:
    """`GET /missed_feeds?app_id=`: of the last two days; no total, so the end is an empty page."""
    world, query = request.app[WORLD], request.query
    asked = query.get("app_id", "")
    if not asked.isascii() or not asked.isdigit():
        raise refusal(400, "bad_request", "Invalid parameter")
    if int(asked) not in world.apps:
        raise refusal(403, "forbidden", "Invalid caller.id")
    start = world.now() - KEPT
    topic = query.get("topic")
    found = [notice for notice in world.missed if notice.sent >= start and topic in {None, notice.topic}]
    offset, limit = int(query.get("offset", "0")), int(query.get("limit", str(PAGE_LIMIT)))
    callback = world.mail.callback or CALLBACK
    return answer({"messages": [_missed(notice, int(asked), callback) for notice in found[offset : offset + limit]]})


ROUTES: Final = (web.get("/missed_feeds", get_missed_feeds),)
