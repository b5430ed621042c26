"""The seller's notes on orders and packs.

Pages: https://developers.mercadolibre.com.ar/es_ar/notas-en-ordenes,
https://developers.mercadolibre.com.ar/es_ar/notas-de-packs
"""

from datetime import datetime

from attrs import define

from meli_sdk.models.base import Entity, IntId, StrId


@define(kw_only=True)
class Note(Entity):
    """A note of the seller, up to 300 characters. What the answer for a note on an order holds is not documented."""

    id: StrId | None = None
    note: str | None = None
    date_created: datetime | None = None
    date_last_updated: datetime | None = None
    source_bu: str | None = None
    """Who wrote it, such as `integrator`."""
    seller_id: IntId | None = None
    operator_id: IntId | None = None


@define(kw_only=True)
class NoteWritten(Entity):
    """The answer to a note that was written or changed."""

    note: Note


@define(kw_only=True)
class NoteList(Entity):
    """The notes of one pack or order."""

    results: tuple[Note, ...] = ()
    pack_id: IntId | None = None
    order_id: IntId | None = None
