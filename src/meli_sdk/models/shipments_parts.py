"""The sub-resources of a shipment: https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import ClassVar

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model, StrId
from meli_sdk.models.shipments import Dimensions


@define(kw_only=True)
class ShipmentOrder(Entity):
    """One order line that travels in a shipment. Lines of other sellers may be among them."""

    order_id: IntId | None = None
    pack_id: IntId | None = None
    item_id: str | None = None
    variation_id: IntId | None = None
    user_product_id: str | None = None
    seller_id: IntId | None = None
    requested_quantity: int | None = None


@define(kw_only=True)
class ShipmentItem(Entity):
    """One content of a shipment. A seller sees the own ones only."""

    item_id: str | None = None
    description: str | None = None
    quantity: int | None = None
    variation_id: IntId | None = None
    dimensions: Dimensions | None = None
    order_id: IntId | None = None
    sender_id: IntId | None = None
    manufacturing_time: JsonValue | None = None
    """Global Selling only; seen as null."""


@define(kw_only=True)
class ShippingCostDiscount(Model):
    """A discount on the cost of a shipment: `loyal`, `mandatory` or `ratio`."""

    type: str | None = None
    rate: Decimal | None = None
    promoted_amount: Decimal | None = None


@define(kw_only=True)
class ShippingCompensation(Model):
    """Money that Mercado Libre gives back, and why; Global Selling."""

    amount: Decimal | None = None
    reason: str | None = None
    comment: str | None = None


@define(kw_only=True)
class ShippingShare(Model):
    """What one side pays for a shipment."""

    user_id: IntId | None = None
    cost: Decimal | None = None
    compensation: Decimal | None = None
    compensations: tuple[ShippingCompensation, ...] = ()
    save: Decimal | None = None
    """Announced to disappear, and still there."""
    discounts: tuple[ShippingCostDiscount, ...] = ()
    cost_details: tuple[JsonValue, ...] = ()


@define(kw_only=True)
class ShipmentCosts(Entity):
    """Who pays what for a shipment."""

    gross_amount: Decimal | None = None
    currency_id: str | None = None
    receiver: ShippingShare | None = None
    senders: tuple[ShippingShare, ...] = ()


@define(kw_only=True)
class ShipmentPayment(Entity):
    """A payment of a shipment; there only for the shipment of a pack."""

    payment_id: IntId | None = None
    user_id: IntId | None = None
    amount: Decimal | None = None
    status: str | None = None


class SlaStatus(StrEnum):
    """Documented values of `ShipmentSla.status`."""

    ON_TIME = "on_time"
    DELAYED = "delayed"
    EARLY = "early"
    INSUFFICIENT_INFO = "insuficient_info"  # codespell:ignore


@define(kw_only=True)
class ShipmentSla(Entity):
    """Until when a parcel has to be handed over. It may change until the day before."""

    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {"status": SlaStatus}

    status: str | None = None
    service: str | None = None
    expected_date: datetime | None = None
    last_updated: datetime | None = None


@define(kw_only=True)
class ShipmentDelay(Model):
    """One delay: `handling_delayed`, `shipping_delayed` or `sla_delayed`."""

    type: str | None = None
    date: datetime | None = None
    source: str | None = None


@define(kw_only=True)
class ShipmentDelays(Entity):
    """The delays of a shipment; none is an empty tuple."""

    shipment_id: IntId | None = None
    delays: tuple[ShipmentDelay, ...] = ()


@define(kw_only=True)
class StatusChange(Entity):
    """One step in the life of a shipment."""

    status: str | None = None
    substatus: str | None = None
    date: datetime | None = None


@define(kw_only=True)
class ShipmentCarrier(Entity):
    """Who carries a shipment, and where its way can be followed."""

    name: str | None = None
    url: str | None = None


@define(kw_only=True)
class ProcessStatus(Entity):
    """The answer to a process that was started; `status` repeats the HTTP status."""

    status: int | str | None = None


@define(kw_only=True)
class FlexAssignment(Entity):
    """Who drives a Flex shipment."""

    driver_id: StrId | None = None
