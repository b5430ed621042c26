"""The seller's notes on orders and packs.

Pages: https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes,
https://developers.mercadolibre.com.ar/es_ar/notas-de-packs
"""

from typing import Final

from meli_sdk.codec import Codec
from meli_sdk.errors import Check
from meli_sdk.models.orders_notes import Note, NoteList, NoteWritten
from meli_sdk.resources import arguments
from meli_sdk.resources.json_shapes import elements_of, fields_of, is_fields
from meli_sdk.resources.orders_errors import ORDER_RULES
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, nothing, parse_body
from meli_sdk.wire.message import Response, render_path
from meli_sdk.wire.pipeline import Caller

ORDER_NOTES_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes"
PACK_NOTES_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/notas-de-packs"
MAX_NOTE: Final = 300
PUBLIC: Final = {"x-public": "true"}


def _notes(response: Response, codec: Codec) -> tuple[Note, ...]:
    """Notes as rows, or as lists of rows with the id of their pack or order; no body where there are none."""
    if not response.body.strip():
        return ()
    tree = parse_body(response, codec)
    found: list[Note] = []
    for row in [tree] if is_fields(tree) else elements_of(tree):
        if "results" in fields_of(row):
            found.extend(codec.structure(row, NoteList).results)
        else:
            found.append(codec.structure(row, Note))
    return tuple(found)


def _written(response: Response, codec: Codec) -> Note:
    """A note, bare or under `note`."""
    tree = parse_body(response, codec)
    if is_fields(fields_of(tree).get("note")):
        return codec.structure(tree, NoteWritten).note
    return codec.structure(tree, Note)


def _listed(sent: SentCall) -> Check:
    """The list of notes shows whether one was written on a pack, or the same one before."""
    path = render_path(sent.template, sent.path)
    return Check(path=path, sought=({"results": [sent.json]},), headers=PUBLIC, conclusive=False)


LIST_ORDER_NOTES: Final = Endpoint(
    method="GET",
    template="/orders/{order_id}/notes",
    reader=_notes,
    safety=Safety.SAFE,
    errors=ORDER_RULES,
    doc=ORDER_NOTES_PAGE,
)
ADD_ORDER_NOTE: Final = Endpoint(
    method="POST",
    template="/orders/{order_id}/notes",
    reader=_written,
    safety=Safety.UNSAFE,
    errors=ORDER_RULES,
    doc=ORDER_NOTES_PAGE,
)
CHANGE_ORDER_NOTE: Final = Endpoint(
    method="PUT",
    template="/orders/{order_id}/notes/{note_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=ORDER_RULES,
    doc=ORDER_NOTES_PAGE,
)
DELETE_ORDER_NOTE: Final = Endpoint(
    method="DELETE",
    template="/orders/{order_id}/notes/{note_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=ORDER_RULES,
    doc=ORDER_NOTES_PAGE,
)
LIST_PACK_NOTES: Final = Endpoint(
    method="GET",
    template="/packs/{pack_id}/notes",
    reader=_notes,
    safety=Safety.SAFE,
    headers=PUBLIC,
    doc=PACK_NOTES_PAGE,
)
GET_PACK_NOTE: Final = Endpoint(
    method="GET",
    template="/packs/{pack_id}/notes/{note_id}",
    reader=json(Note),
    safety=Safety.SAFE,
    headers=PUBLIC,
    doc=PACK_NOTES_PAGE,
)
ADD_PACK_NOTE: Final = Endpoint(
    method="POST",
    template="/packs/{pack_id}/notes",
    reader=_written,
    safety=Safety.UNSAFE,
    headers=PUBLIC,
    check=_listed,
    doc=PACK_NOTES_PAGE,
)
CHANGE_PACK_NOTE: Final = Endpoint(
    method="PUT",
    template="/packs/{pack_id}/notes/{note_id}",
    reader=_written,
    safety=Safety.IDEMPOTENT,
    headers=PUBLIC,
    doc=PACK_NOTES_PAGE,
)


class OrderNotes:
    """The part of `Orders` that speaks of notes."""

    _caller: Caller

    async def notes(self, order_id: int) -> tuple[Note, ...]:
        """The seller's notes on an order.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is no such order.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes
        """
        return await self._caller.call(LIST_ORDER_NOTES, path={"order_id": order_id})

    async def add_note(self, order_id: int, note: str) -> Note:
        """Writes a note on an order.

        Raises:
            InputError: no text, or more than 300 characters.
            OrderNotFoundError: there is no such order.
            OutcomeUnknownError: no answer came; `notes` shows whether it is there.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes
        """
        body = {"note": arguments.text("note", note, MAX_NOTE)}
        return await self._caller.call(ADD_ORDER_NOTE, path={"order_id": order_id}, json=body)

    async def change_note(self, order_id: int, note_id: str, note: str) -> None:
        """Writes a note on an order anew.

        Raises:
            InputError: no text, or more than 300 characters.
            NotFoundError: there is no such note.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes
        """
        body = {"note": arguments.text("note", note, MAX_NOTE)}
        await self._caller.call(CHANGE_ORDER_NOTE, path={"order_id": order_id, "note_id": note_id}, json=body)

    async def delete_note(self, order_id: int, note_id: str) -> None:
        """Removes a note from an order.

        Raises:
            InputError: a wrong id.
            NotFoundError: there is no such note.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes
        """
        await self._caller.call(DELETE_ORDER_NOTE, path={"order_id": order_id, "note_id": note_id})

    async def pack_notes(self, pack_id: int) -> tuple[Note, ...]:
        """The seller's notes on a pack.

        Raises:
            InputError: the id is no whole number of at most 20 digits.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-de-packs
        """
        return await self._caller.call(LIST_PACK_NOTES, path={"pack_id": pack_id})

    async def pack_note(self, pack_id: int, note_id: str) -> Note:
        """One note on a pack.

        Raises:
            InputError: a wrong id.
            NotFoundError: there is no such note.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-de-packs
        """
        return await self._caller.call(GET_PACK_NOTE, path={"pack_id": pack_id, "note_id": note_id})

    async def add_pack_note(self, pack_id: int, note: str) -> Note:
        """Writes a note on a pack.

        Raises:
            InputError: no text, or more than 300 characters.
            OutcomeUnknownError: no answer came; `session.check(error)` tells whether the note is there.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-de-packs
        """
        body = {"note": arguments.text("note", note, MAX_NOTE)}
        return await self._caller.call(ADD_PACK_NOTE, path={"pack_id": pack_id}, json=body)

    async def change_pack_note(self, pack_id: int, note_id: str, note: str) -> Note:
        """Writes a note on a pack anew.

        Raises:
            InputError: no text, or more than 300 characters.
            NotFoundError: there is no such note.

        Documented at https://developers.mercadolibre.com.ar/es_ar/notas-de-packs
        """
        body = {"note": arguments.text("note", note, MAX_NOTE)}
        return await self._caller.call(CHANGE_PACK_NOTE, path={"pack_id": pack_id, "note_id": note_id}, json=body)
