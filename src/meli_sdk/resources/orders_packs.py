"""Packs and their fiscal documents.

Pages: https://developers.mercadolivre.com.br/pt_br/gestao-packs,
https://developers.mercadolibre.com.ar/es_ar/cargar-factura
"""

from typing import Final

from meli_sdk.codec import Codec
from meli_sdk.errors import InputError, NotFoundError, shown
from meli_sdk.models.orders_packs import FiscalDocuments, Pack
from meli_sdk.resources.json_shapes import elements_of, is_fields
from meli_sdk.resources.orders_errors import DOCUMENT_RULES, DOCUMENTS_PAGE, ORDER_RULES, PACKS_PAGE
from meli_sdk.wire.endpoint import Endpoint, Safety, json, nothing, parse_body, raw
from meli_sdk.wire.message import Response
from meli_sdk.wire.multipart import Upload
from meli_sdk.wire.pipeline import Caller

MAX_DOCUMENT_BYTES: Final = 1024 * 1024
DOCUMENT_TYPES: Final = {".pdf": "application/pdf", ".xml": "text/xml"}


def _documents(response: Response, codec: Codec) -> tuple[str, ...]:
    """Ids, bare or under `ids`, or rows that have an id."""
    tree = parse_body(response, codec)
    rows = tree
    if is_fields(tree):
        rows = tree.get("ids", tree.get("fiscal_documents"))
    ids = [row.get("id") if is_fields(row) else row for row in elements_of(rows)]
    return codec.structure({"ids": ids}, FiscalDocuments).ids


GET_PACK: Final = Endpoint(
    method="GET",
    template="/packs/{pack_id}",
    reader=json(Pack),
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    doc=PACKS_PAGE,
)
LIST_DOCUMENTS: Final = Endpoint(
    method="GET",
    template="/packs/{pack_id}/fiscal_documents",
    reader=_documents,
    safety=Safety.SAFE,
    errors=DOCUMENT_RULES,
    doc=DOCUMENTS_PAGE,
)
GET_DOCUMENT: Final = Endpoint(
    method="GET",
    template="/packs/{pack_id}/fiscal_documents/{document_id}",
    reader=raw,
    safety=Safety.SAFE,
    errors=DOCUMENT_RULES,
    doc=DOCUMENTS_PAGE,
)
UPLOAD_DOCUMENT: Final = Endpoint(
    method="POST",
    template="/packs/{pack_id}/fiscal_documents",
    reader=_documents,
    safety=Safety.UNSAFE,
    errors=DOCUMENT_RULES,
    doc=DOCUMENTS_PAGE,
)
DELETE_DOCUMENTS: Final = Endpoint(
    method="DELETE",
    template="/packs/{pack_id}/fiscal_documents",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=DOCUMENT_RULES,
    doc=DOCUMENTS_PAGE,
)


def document(file_name: str, content: bytes) -> Upload:
    """A fiscal document on its way up.

    Raises:
        InputError: no PDF or XML by its name, empty, or larger than 1 MB.
    """
    suffix = f".{file_name.rsplit('.', 1)[-1].lower()}" if isinstance(file_name, str) else ""
    if suffix not in DOCUMENT_TYPES:
        message = f"file_name must end in .pdf or .xml, got {shown(file_name)}"
        raise InputError(message)
    if not isinstance(content, bytes) or not 0 < len(content) <= MAX_DOCUMENT_BYTES:
        size = f"{len(content)} bytes" if isinstance(content, bytes) else shown(content)
        message = f"content must be the file's bytes, at least one and at most {MAX_DOCUMENT_BYTES}, got {size}"
        raise InputError(message)
    return Upload(file_name=file_name, content=content, media_type=DOCUMENT_TYPES[suffix], form_field="fiscal_document")


class Packs:
    """The part of `Orders` that speaks of packs and their fiscal documents."""

    _caller: Caller

    async def pack(self, pack_id: int) -> Pack:
        """The orders that one buyer put into one cart, and their shipment.

        Orders of sellers that your application may not see are left out. An order whose `pack_id` is None is no pack.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is none, or it is some minutes too new.
            NotOwnedOrderError: it belongs to another seller.

        Documented at https://developers.mercadolivre.com.br/pt_br/gestao-packs
        """
        return await self._caller.call(GET_PACK, path={"pack_id": pack_id})

    async def fiscal_documents(self, pack_id: int) -> tuple[str, ...]:
        """The ids of the fiscal documents of a pack; empty where it has none.

        Args:
            pack_id: `order.pack_id`, or the order's own id where that is None.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ForbiddenError: Mercado Libre writes these invoices itself, or the site has another way.

        Documented at https://developers.mercadolibre.com.ar/es_ar/cargar-factura
        """
        try:
            return await self._caller.call(LIST_DOCUMENTS, path={"pack_id": pack_id})
        except NotFoundError as none:
            if none.retryable:
                raise
            return ()

    async def fiscal_document(self, pack_id: int, document_id: str) -> bytes:
        """One fiscal document: the file itself.

        Raises:
            InputError: a wrong id.
            InvalidParameterError: there is no such document.
            NotFoundError: it could not be read just now, if `.retryable`.

        Documented at https://developers.mercadolibre.com.ar/es_ar/cargar-factura
        """
        answer = await self._caller.call(GET_DOCUMENT, path={"pack_id": pack_id, "document_id": document_id})
        return answer.body

    async def upload_fiscal_document(self, pack_id: int, *, file_name: str, content: bytes) -> tuple[str, ...]:
        """Uploads a fiscal document; a pack takes one PDF and one XML.

        Args:
            pack_id: `order.pack_id`, or the order's own id where that is None.
            file_name: ends in `.pdf` or `.xml`.
            content: the file, at most 1 MB.

        Returns:
            The ids of what was uploaded.

        Raises:
            InputError: another kind of file, empty, or too large.
            ConflictError: there is a document of this kind; delete them first.
            ForbiddenError: Mercado Libre writes these invoices itself, or the site has another way.
            OutcomeUnknownError: no answer came; `fiscal_documents` shows whether it is there.

        Documented at https://developers.mercadolibre.com.ar/es_ar/cargar-factura
        """
        upload = document(file_name, content)
        return await self._caller.call(UPLOAD_DOCUMENT, path={"pack_id": pack_id}, upload=upload)

    async def delete_fiscal_documents(self, pack_id: int) -> None:
        """Deletes every fiscal document of a pack; a single one cannot be deleted.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: it has none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/cargar-factura
        """
        await self._caller.call(DELETE_DOCUMENTS, path={"pack_id": pack_id})
