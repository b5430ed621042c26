"""Pictures of items: https://developers.mercadolibre.com.ar/es_ar/trabajar-con-imagenes"""

from email import message_from_bytes
from email.policy import HTTP
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, read_object
from meli_sdk.sandbox.catalogue import Picture
from meli_sdk.sandbox.errors import refusal
from meli_sdk.sandbox.items import item_body, own_item
from meli_sdk.sandbox.pictures_files import size_of
from meli_sdk.sandbox.pictures_links import MAX_PICTURES, check_id, linked, new_picture, picture_body, too_many
from meli_sdk.sites import GLOBAL_SELLING

MIN_SIDE: Final = 500
MAX_BYTES: Final = 10 * 1024 * 1024


async def _file(request: web.Request) -> bytes:
    """The file of the form's field `file`; nothing where there is none."""
    head = f"Content-Type: {request.headers.get('Content-Type', '')}\r\n\r\n".encode()
    for part in message_from_bytes(head + await request.read(), policy=HTTP).iter_parts():
        if part.get_param("name", header="content-disposition") == "file":
            content: object = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else b""
    return b""


async def upload(request: web.Request) -> web.Response:
    """`POST /pictures/items/upload`: one JPEG or PNG file of a multipart form."""
    content = await _file(request)
    if len(content) > MAX_BYTES:
        raise refusal(400, "bad_request", "El tamaño máximo de la imagen es de 10 MB")
    size = size_of(content)
    if size is None:
        raise refusal(400, "bad_request", "El archivo no es una imagen JPG, JPEG o PNG")
    if max(size) < MIN_SIDE:
        message = f"Asegúrate de que la imagen tenga como mínimo {MIN_SIDE} píxeles en uno de sus lados"
        raise refusal(400, "bad_request", message)
    caller = request[CALLER]
    return answer(picture_body(new_picture(request.app[WORLD], caller.site_id, caller.id, size)))


def _asked(request: web.Request) -> Picture:
    picture_id = request.match_info["picture_id"]
    picture = request.app[WORLD].catalogue.pictures.get(picture_id)
    if picture is None:
        raise refusal(404, "not_found", f"Picture with id {picture_id} not found")
    return picture


async def get_picture(request: web.Request) -> web.Response:
    """`GET /pictures/{id}`."""
    return answer(picture_body(_asked(request)))


async def get_errors(request: web.Request) -> web.Response:
    """`GET /pictures/{id}/errors`: the sites print another shape than Global Selling."""
    picture = _asked(request)
    told: dict[str, object] = {"id": picture.id, "source": picture.source}
    if request.app[WORLD].users[picture.owner_id].site_id == GLOBAL_SELLING:
        return answer({**told, "status": "PENDING" if picture.error else "ACTIVE", "error": picture.error})
    fault = None if picture.error is None else {"message": picture.error, "items": list[str]()}
    return answer({**told, "error": fault})


async def link(request: web.Request) -> web.Response:
    """`POST /items/{id}/pictures`: one more picture, behind the others."""
    world, listing = request.app[WORLD], own_item(request)
    row = {"id": str((await read_object(request)).get("id"))}
    check_id(world, row["id"])
    if row["id"] not in {held.get("id") for held in listing.pictures}:
        if len(listing.pictures) >= MAX_PICTURES:
            raise too_many(listing)
        listing.pictures.append(linked(world, listing.site_id, listing.owner_id, {**row}))
        listing.updated = world.now()
        world.changed("items", listing.id, listing.seller_id)
    return answer(item_body(listing))


ROUTES: Final = (
    web.post("/pictures/items/upload", upload),
    web.get("/pictures/{picture_id}", get_picture),
    web.get("/pictures/{picture_id}/errors", get_errors),
    web.post("/items/{item_id}/pictures", link),
)
