"""Pictures of items: https://developers.mercadolibre.com.ar/es_ar/trabajar-con-imagenes"""

from pathlib import Path
from typing import Final

from meli_sdk.errors import Check, InputError, shown
from meli_sdk.models.items_pictures import PictureErrors, UploadedPicture
from meli_sdk.resources import items_errors as tables
from meli_sdk.resources import items_pages as pages
from meli_sdk.resources.json_shapes import fields_of
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, nothing
from meli_sdk.wire.message import render_path
from meli_sdk.wire.multipart import Upload
from meli_sdk.wire.rate_groups import ITEM_WRITES

MAX_BYTES: Final = 10 * 1024 * 1024
_MAGIC: Final = ((b"\xff\xd8\xff", "image/jpeg", "jpg"), (b"\x89PNG\r\n\x1a\n", "image/png", "png"))


def _linked(sent: SentCall) -> Check:
    picture = {"id": fields_of(sent.json).get("id")}
    return Check(path=render_path("/items/{item_id}", sent.path), sought=({"pictures": [picture]},))


UPLOAD_PICTURE: Final = Endpoint(
    method="POST",
    template="/pictures/items/upload",
    reader=json(UploadedPicture),
    safety=Safety.UNSAFE,
    errors=tables.PICTURES,
    doc=pages.PICTURES,
)
ADD_PICTURE: Final = Endpoint(
    method="POST",
    template="/items/{item_id}/pictures",
    reader=nothing,
    safety=Safety.UNSAFE,
    errors=tables.PICTURES,
    group=ITEM_WRITES,
    check=_linked,
    doc=pages.PICTURES,
)
GET_PICTURE: Final = Endpoint(
    method="GET",
    template="/pictures/{picture_id}",
    reader=json(UploadedPicture),
    safety=Safety.SAFE,
    doc=pages.PICTURES,
)
GET_PICTURE_ERRORS: Final = Endpoint(
    method="GET",
    template="/pictures/{picture_id}/errors",
    reader=json(PictureErrors),
    safety=Safety.SAFE,
    doc=pages.PICTURES,
)


def picture_upload(content: bytes | Path) -> Upload:
    """A JPEG or PNG file of at most 10 MB, told by its first bytes and not by its name.

    Raises:
        InputError: empty, too large, or another kind of file.
    """
    if isinstance(content, Path):
        if content.stat().st_size > MAX_BYTES:
            message = f"{content.name} is larger than {MAX_BYTES} bytes"
            raise InputError(message)
        content = content.read_bytes()
    if not isinstance(content, bytes) or not content or len(content) > MAX_BYTES:
        size = f"{len(content)} bytes" if isinstance(content, bytes) else shown(content)
        message = f"a picture is 1 to {MAX_BYTES} bytes, or the path of such a file; got {size}"
        raise InputError(message)
    for magic, media_type, ending in _MAGIC:
        if content.startswith(magic):
            return Upload(file_name=f"picture.{ending}", content=content, media_type=media_type)
    message = f"a picture is JPEG or PNG; this file begins with {shown(content[:8])}"
    raise InputError(message)
