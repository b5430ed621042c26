"""Packs, the orders of one cart: https://developers.mercadolivre.com.br/pt_br/gestao-packs"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, StrEnum
from typing import ClassVar

from attrs import define

from meli_sdk.models.base import Entity, IntId, Model


class PackStatus(StrEnum):
    """Documented values of `Pack.status`; `filling` and `filled` are Global Selling's."""

    FILLING = "filling"
    FILLED = "filled"
    RELEASED = "released"
    ERROR = "error"
    PENDING_CANCEL = "pending_cancel"
    CANCELLED = "cancelled"


@define(kw_only=True)
class PackOrder(Model):
    """One order of a pack. Orders of sellers that your application may not see are left out."""

    id: IntId | None = None
    static_tags: tuple[str, ...] = ()


@define(kw_only=True)
class PackShipment(Model):
    """The shipment of a pack."""

    id: IntId | None = None


@define(kw_only=True)
class PackBuyer(Model):
    """Who bought a pack."""

    id: IntId | None = None


@define(kw_only=True)
class Pack(Entity):
    """The orders that one buyer put into one cart; they share a shipment."""

    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {"status": PackStatus}

    id: IntId
    status: str | None = None
    status_detail: str | None = None
    """Such as `splitted`, or who cancelled it."""
    shipment: PackShipment | None = None
    """None where the goods need none."""
    orders: tuple[PackOrder, ...] = ()
    buyer: PackBuyer | None = None
    date_created: datetime | None = None
    last_updated: datetime | None = None
    family_pack_id: IntId | None = None
    """The pack that this one was split from."""
    trash_pack_id: IntId | None = None

    @property
    def order_ids(self) -> tuple[int, ...]:
        """The ids of its orders."""
        return tuple(order.id for order in self.orders if order.id is not None)

    def __str__(self) -> str:
        count = len(self.orders)
        return f"Pack {self.id} {self.status} {count} order{'s' * (count != 1)}"


@define(kw_only=True)
class FiscalDocuments(Entity):
    """The ids of the documents that were uploaded for a pack."""

    ids: tuple[str, ...] = ()
