"""Invoices of packs: https://developers.mercadolibre.com.ar/es_ar/cargar-factura"""

from email import message_from_bytes
from email.policy import HTTP
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer
from meli_sdk.sandbox.errors import refusal
from meli_sdk.sandbox.orders_access import find_pack
from meli_sdk.sandbox.state import FiscalDocument

MAX_BYTES: Final = 1024 * 1024
_TYPES: Final = {"application/pdf": "PDF", "text/xml": "XML", "application/xml": "XML"}
_WRITTEN_BY_MERCADO_LIBRE: Final = {
    ("MLC", "fulfillment"),
    ("MLB", "fulfillment"),
    ("MLB", "cross_docking"),
    ("MLB", "xd_drop_off"),
}


def _documents(request: web.Request) -> tuple[int, list[FiscalDocument]]:
    world = request.app[WORLD]
    pack_id, orders = find_pack(request)
    shipment = None if orders[0].shipment_id is None else world.shipments.get(orders[0].shipment_id)
    if shipment is not None and (shipment.site_id, shipment.logistic_type) in _WRITTEN_BY_MERCADO_LIBRE:
        raise refusal(403, "forbidden", "Access denied, you must use the biller of MercadoLibre")
    return pack_id, world.fiscal_documents.setdefault(pack_id, [])


async def _file(request: web.Request) -> tuple[str | None, str, bytes]:
    """Name, media type and content of the form's file."""
    head = f"Content-Type: {request.headers.get('Content-Type', '')}\r\n\r\n".encode()
    for part in message_from_bytes(head + await request.read(), policy=HTTP).iter_parts():
        if part.get_param("name", header="content-disposition") == "fiscal_document":
            content: object = part.get_payload(decode=True)
            return part.get_filename(), part.get_content_type(), content if isinstance(content, bytes) else b""
    raise refusal(400, "bad_request", "File cannot be empty")


async def upload(request: web.Request) -> web.Response:
    """One file of a multipart form."""
    _, documents = _documents(request)
    file_name, kind, content = await _file(request)
    if not file_name:
        raise refusal(400, "bad_request", "Filename cannot be empty")
    if not content:
        raise refusal(400, "bad_request", "File cannot be empty")
    if kind not in _TYPES:
        raise refusal(400, "bad_request", f"File type: {kind} is not allowed")
    if len(content) > MAX_BYTES:
        raise refusal(400, "bad_request", "File Not allowed, exceeds maximum size")
    if any(_TYPES[one.media_type] == _TYPES[kind] for one in documents):
        raise refusal(409, "conflict", f"only one file of type {_TYPES[kind]} is allowed")
    world = request.app[WORLD]
    document = FiscalDocument(
        id=f"{request[CALLER].id}_{world.new_hex(32)}",
        file_name=file_name,
        media_type=kind,
        content=content,
        date=world.now(),
    )
    documents.append(document)
    return answer({"ids": [document.id]})


async def list_documents(request: web.Request) -> web.Response:
    """The ids."""
    pack_id, documents = _documents(request)
    if not documents:
        message = f"The pack_fiscal_document with pack_id {pack_id} does not exist"
        raise refusal(404, "not_found", message)
    return answer({"pack_id": str(pack_id), "fiscal_documents": [{"id": one.id} for one in documents]})


async def get_document(request: web.Request) -> web.Response:
    """The file."""
    wanted = request.match_info["document_id"]
    for document in _documents(request)[1]:
        if document.id == wanted:
            return web.Response(body=document.content, content_type=document.media_type)
    raise refusal(400, "bad_request", f"The fiscal_document with id {wanted} does not exist")


async def delete_documents(request: web.Request) -> web.Response:
    """All of the pack."""
    pack_id, documents = _documents(request)
    if not documents:
        raise refusal(404, "not_found", f"Cannot delete: the pack {pack_id} has no fiscal_document")
    documents.clear()
    return web.Response(status=204)


ROUTES: Final = (
    web.post(r"/packs/{pack_id:\d+}/fiscal_documents", upload),
    web.get(r"/packs/{pack_id:\d+}/fiscal_documents", list_documents),
    web.get(r"/packs/{pack_id:\d+}/fiscal_documents/{document_id}", get_document),
    web.delete(r"/packs/{pack_id:\d+}/fiscal_documents", delete_documents),
)
