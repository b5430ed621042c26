"""Suggestions where to list: https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool"""

import json
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer, as_objects, moment
from meli_sdk.sandbox.errors import JsonObject, invalid_parameter, refusal
from meli_sdk.sandbox.marketplace_orders import global_caller

PAGE_LIMIT: Final = 25


def _check_sites(request: web.Request) -> set[str] | None:
    """The destinations that are asked for."""
    mine = {user.site_id for user in request.app[WORLD].marketplaces(global_caller(request).id)}
    for name in ("origin", "destination"):
        asked = request.query.get(name)
        if asked and not set(asked.split(",")) <= mine:
            raise refusal(400, "site.id", "[Site id] is not active")
    wanted = request.query.get("destination")
    return set(wanted.split(",")) if wanted else None


async def search(request: web.Request) -> web.Response:
    """`GET /multi-marketplace-tool/suggestions`: an array without a total."""
    world, wanted = request.app[WORLD], _check_sites(request)
    rows: list[JsonObject] = []
    for item_id, suggested in world.desk.suggestions.items():
        shown = [one for one in suggested if wanted is None or one["site_id"] in wanted]
        if shown:
            rows.append({"id": item_id, "title": world.listings[item_id].title, "suggestions": shown})
    limit, offset = int(request.query.get("limit", PAGE_LIMIT)), int(request.query.get("offset", 0))
    return answer(rows[offset : offset + limit])


async def publish(request: web.Request) -> web.Response:
    """`POST /multi-marketplace-tool/suggestions`: starts a process."""
    world, _ = request.app[WORLD], _check_sites(request)
    rows = as_objects(json.loads(await request.read()))
    if not rows:
        raise invalid_parameter()
    items: list[JsonObject] = []
    for row in rows:
        listed: list[JsonObject] = []
        for one in as_objects(row.get("suggestions")) or []:
            site_id = str(one.get("site_id"))
            listed.append(
                {
                    "item_id": world.new_listing_id(site_id),
                    "site_id": site_id,
                    "logistic_type": one.get("logistic_type"),
                    "status": "successful",
                    "price": one.get("price"),
                }
            )
        items.append({"id": row.get("id"), "marketplace_items": listed})
    process: JsonObject = {
        "id": world.new_hex(32),
        "status": "done",
        "process_date": moment(world.now()),
        "global_items": items,
    }
    world.desk.processes[str(process["id"])] = process
    return answer({"id": process["id"], "status": "processing"}, 201)


async def list_processes(request: web.Request) -> web.Response:
    """`GET .../suggestions/status`."""
    global_caller(request)
    found = list(request.app[WORLD].desk.processes.values())
    if not found:
        raise refusal(404, "process", "there are no publishing processes running")
    return answer(found)


async def get_process(request: web.Request) -> web.Response:
    """`GET .../suggestions/status/{process}`."""
    global_caller(request)
    found = request.app[WORLD].desk.processes.get(request.match_info["process_id"])
    if found is None:
        raise refusal(404, "process", "there are no publishing processes running")
    return answer(found)


async def list_blocked(request: web.Request) -> web.Response:
    """`GET .../suggestions/validate`: what could not be listed, and why."""
    world, _ = request.app[WORLD], global_caller(request)
    return answer(
        [
            {
                "id": item_id,
                "title": world.listings[item_id].title,
                "to_validate": [
                    {"site_id": one["site_id"], "logistic_type": "remote", "reasons": ["Listing cap no valid."]}
                    for one in suggested
                ],
            }
            for item_id, suggested in world.desk.suggestions.items()
        ]
    )


async def get_automatic(request: web.Request) -> web.Response:
    """`GET /multi-marketplace-tool/config/automatic`."""
    world, caller = request.app[WORLD], global_caller(request)
    return answer(
        [
            {
                "site_id": user.site_id,
                "logistic_type": user.logistic_type,
                "enabled": world.desk.automatic.get(user.site_id, False),
            }
            for user in world.marketplaces(caller.id)
        ]
    )


async def put_automatic(request: web.Request) -> web.Response:
    """`PUT /multi-marketplace-tool/config/automatic`."""
    world, caller = request.app[WORLD], global_caller(request)
    rows = as_objects(json.loads(await request.read()))
    mine = {user.site_id for user in world.marketplaces(caller.id)}
    if not rows or not all(isinstance(row.get("enabled"), bool) for row in rows):
        raise invalid_parameter()
    if any(row.get("site_id") not in mine for row in rows):
        raise refusal(400, "site.id", "[Site id] is not active")
    for row in rows:
        world.desk.automatic[str(row["site_id"])] = row["enabled"] is True
    return answer({})


_PATH: Final = "/multi-marketplace-tool"
ROUTES: Final = (
    web.get(f"{_PATH}/suggestions", search),
    web.post(f"{_PATH}/suggestions", publish),
    web.get(f"{_PATH}/suggestions/status", list_processes),
    web.get(f"{_PATH}/suggestions/status/{{process_id}}", get_process),
    web.get(f"{_PATH}/suggestions/validate", list_blocked),
    web.get(f"{_PATH}/config/automatic", get_automatic),
    web.put(f"{_PATH}/config/automatic", put_automatic),
)
