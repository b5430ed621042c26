"""How handlers read requests and write answers."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, cast

from aiohttp import web

from meli_sdk.sandbox.errors import JsonObject, invalid_parameter
from meli_sdk.sandbox.state import SERVER_ZONE, User, World

MAX_AMOUNT: Final = 1_000_000_000

WORLD: Final = web.AppKey("world", World)
CALLER: Final = web.RequestKey("caller", User)
"""Whose access token the request carries."""


def _plain(value: object) -> float | int:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    message = f"no JSON for {type(value).__name__}"
    raise TypeError(message)


def json_bytes(tree: object) -> bytes:
    """JSON as it travels; Decimals are written as numbers."""
    return json.dumps(tree, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


def answer(tree: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(status=status, body=json_bytes(tree), content_type="application/json", charset="utf-8")


async def read_object(request: web.Request) -> JsonObject:
    """The JSON object a request carries; fractions are Decimals.

    Raises:
        ApiError: 400, it carries something else.
    """
    try:
        tree: object = json.loads(await request.read(), parse_float=Decimal)
    except ValueError:
        raise invalid_parameter() from None
    found = as_object(tree)
    if found is None:
        raise invalid_parameter()
    return found


def as_object(tree: object) -> JsonObject | None:
    """The tree itself where it is a JSON object."""
    return cast("JsonObject", tree) if isinstance(tree, dict) else None


def as_objects(tree: object) -> list[JsonObject] | None:
    """The tree itself where it is an array of JSON objects."""
    if not isinstance(tree, list):
        return None
    rows = cast("list[object]", tree)
    found = [row for row in map(as_object, rows) if row is not None]
    return found if len(found) == len(rows) else None


def as_amount(tree: object) -> Decimal | None:
    """A positive JSON number below a billion."""
    if isinstance(tree, (int, Decimal)) and not isinstance(tree, bool) and 0 < tree < MAX_AMOUNT:
        return Decimal(tree)
    return None


def as_quantity(tree: object) -> int | None:
    """A whole number from 0."""
    return tree if isinstance(tree, int) and not isinstance(tree, bool) and tree >= 0 else None


def moment(value: datetime) -> str:
    """Date and time as most answers print it, such as `2026-03-01T09:30:00.000-04:00`."""
    return value.astimezone(SERVER_ZONE).isoformat(timespec="milliseconds")


def moment_utc(value: datetime) -> str:
    """Date and time as items and `date_last_updated` print it, such as `2026-03-01T13:30:00.000Z`."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def selected(tree: JsonObject, query: Mapping[str, str]) -> JsonObject:
    """The fields that `attributes=` asks for; all of them without it."""
    wanted: Iterable[str] = query.get("attributes", "").split(",")
    names = {name.strip() for name in wanted if name.strip()}
    return {name: value for name, value in tree.items() if name in names} if names else tree
