"""Why items and questions were moderated: https://global-selling.mercadolibre.com/devsite/moderations-gs"""

from datetime import date
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer
from meli_sdk.sandbox.catalogue import Moderation
from meli_sdk.sandbox.errors import JsonObject, invalid_parameter, refusal
from meli_sdk.sandbox.state import SERVER_ZONE, World

MAX_PAGE: Final = 20


def moderate_item(world: World, item_id: str, *, name: str, reason: str, remedy: str) -> Moderation:
    """Takes an item from the buyers until its seller has done what the remedy says.

    Raises:
        KeyError: there is no such item.
    """
    listing = world.listings[item_id]
    found = Moderation(
        id=world.new_number(10),
        name=name,
        element=f"{item_id}-ITM",
        item_id=item_id,
        user_id=listing.owner_id,
        site_id=listing.site_id,
        reason=reason,
        remedy=remedy,
        created=world.now(),
    )
    world.catalogue.moderations.append(found)
    listing.status, listing.sub_status, listing.updated = "under_review", ["waiting_for_patch"], world.now()
    world.changed("items", item_id, listing.seller_id)
    return found


def _moment(moderation: Moderation) -> str:
    """Here the zone has no colon."""
    return moderation.created.astimezone(SERVER_ZONE).strftime("%Y-%m-%dT%H:%M:%S.000%z")


async def get_last(request: web.Request) -> web.Response:
    """`GET /moderations/last_moderation/{id}-ITM` or `-QUES`."""
    element = request.match_info["element"]
    for moderation in reversed(request.app[WORLD].catalogue.moderations):
        if moderation.element == element and moderation.user_id == request[CALLER].id:
            wordings: list[JsonObject] = [
                {"type": "REMEDY", "value": moderation.remedy},
                {"type": "REASON", "value": moderation.reason},
            ]
            row: JsonObject = {
                "id": str(moderation.id),
                "name": moderation.name,
                "date_created": _moment(moderation),
                "evidences": [],
                "wordings": wordings,
            }
            return answer([row])
    raise refusal(404, "not_found", f"Moderation of {element} not found")


def _since(request: web.Request) -> date | None:
    given = request.query.get("date_created_since")
    try:
        return None if given is None else date.fromisoformat(given[:10])
    except ValueError:
        raise refusal(400, "bad_request", "date_created_since invalid date time format.") from None


async def list_infractions(request: web.Request) -> web.Response:
    """`GET /moderations/infractions/{user}`: the newest first."""
    if request.match_info["user_id"] != str(request[CALLER].id):
        raise refusal(403, "forbidden", "Can not identify the user.")
    try:
        limit, offset = int(request.query.get("limit", MAX_PAGE)), int(request.query.get("offset", 0))
    except ValueError:
        raise invalid_parameter() from None
    if limit > MAX_PAGE:
        raise refusal(400, "bad_request", f"limit max value is {MAX_PAGE}")
    since = _since(request)
    rows: list[JsonObject] = [
        {
            "id": str(moderation.id),
            "date_created": _moment(moderation),
            "user_id": str(moderation.user_id),
            "related_item_id": moderation.item_id,
            "element_id": moderation.element.rpartition("-")[0],
            "element_type": moderation.element.rpartition("-")[2],
            "site_id": moderation.site_id,
            "filter_subgroup": moderation.name,
            "reason": moderation.reason,
            "remedy": moderation.remedy,
        }
        for moderation in reversed(request.app[WORLD].catalogue.moderations)
        if moderation.user_id == request[CALLER].id
        and (since is None or moderation.created.astimezone(SERVER_ZONE).date() >= since)
    ]
    return answer(
        {
            "infractions": rows[offset : offset + limit],
            "paging": {"offset": offset, "limit": limit, "total": len(rows)},
            "sorting_type": "date_created_desc",
        }
    )


ROUTES: Final = (
    web.get("/moderations/last_moderation/{element}", get_last),
    web.get(r"/moderations/infractions/{user_id:\d+}", list_infractions),
)
