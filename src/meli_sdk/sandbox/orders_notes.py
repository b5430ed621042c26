"""The seller's notes on orders and packs: https://developers.mercadolibre.com.ar/es_ar/notas-de-packs"""

from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, read_object
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.orders_access import find_order, find_pack

MAX_NOTE: Final = 300


def _place(request: web.Request) -> tuple[str, int]:
    if "order_id" in request.match_info:
        return "orders", find_order(request).id
    if request.headers.get("X-Public", "").casefold() != "true":
        raise refusal(403, "forbidden", "Access to the requested resource is forbidden")
    return "packs", find_pack(request)[0]


def _notes(request: web.Request) -> list[JsonObject]:
    return request.app[WORLD].notes.setdefault(_place(request), [])


def _note(request: web.Request) -> JsonObject:
    wanted = request.match_info["note_id"]
    for note in _notes(request):
        if note["id"] == wanted:
            return note
    raise refusal(404, "not_found", f"Note with id {wanted} not found")


async def _text(request: web.Request) -> str:
    text = (await read_object(request)).get("note")
    if not isinstance(text, str) or not 0 < len(text) <= MAX_NOTE:
        raise refusal(400, "bad_request", f"The note must have 1 to {MAX_NOTE} characters")
    return text


def _moment(request: web.Request) -> str:
    return request.app[WORLD].now().strftime("%Y-%m-%dT%H:%M:%SZ")


async def list_notes(request: web.Request) -> web.Response:
    """One list in an array, as the page prints it."""
    place, place_id = _place(request)
    key = "pack_id" if place == "packs" else "order_id"
    return answer([{"results": _notes(request), key: place_id}])


async def add_note(request: web.Request) -> web.Response:
    """A new note, under `note`."""
    text = await _text(request)
    note: JsonObject = {
        "id": request.app[WORLD].new_hex(24),
        "date_created": _moment(request),
        "date_last_updated": _moment(request),
        "note": text,
        "source_bu": "integrator",
        "seller_id": request[CALLER].id,
        "operator_id": None,
    }
    _notes(request).append(note)
    return answer({"note": note})


async def get_note(request: web.Request) -> web.Response:
    """The note alone."""
    return answer(_note(request))


async def change_note(request: web.Request) -> web.Response:
    """The note, under `note`."""
    note = _note(request)
    note["note"], note["date_last_updated"] = await _text(request), _moment(request)
    return answer({"note": note})


async def delete_note(request: web.Request) -> web.Response:
    """Nothing."""
    _notes(request).remove(_note(request))
    return web.Response(status=204)


ROUTES: Final = (
    web.get("/orders/{order_id}/notes", list_notes),
    web.post("/orders/{order_id}/notes", add_note),
    web.put("/orders/{order_id}/notes/{note_id}", change_note),
    web.delete("/orders/{order_id}/notes/{note_id}", delete_note),
    web.get(r"/packs/{pack_id:\d+}/notes", list_notes),
    web.post(r"/packs/{pack_id:\d+}/notes", add_note),
    web.get(r"/packs/{pack_id:\d+}/notes/{note_id}", get_note),
    web.put(r"/packs/{pack_id:\d+}/notes/{note_id}", change_note),
)
