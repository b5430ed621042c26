"""What a seller tells Mercado Libre of a parcel that Mercado Libre does not move itself.

Pages: https://developers.mercadolivre.com.br/pt_br/status-de-pedidos-rastreamento (me1),
https://developers.mercadolivre.com.br/pt_br/envios-personalizados (custom),
https://global-selling.mercadolibre.com/devsite/manage-shipments (Global Selling)
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import define

from meli_sdk.models.base import UNSET, Entity, Model, Unset

ME1_SERVICES: Final[Mapping[str, int]] = {
    "MLA": 154,
    "MLB": 11,
    "MLC": 282_578,
    "MCO": 282_579,
    "MLM": 231_876,
    "MLU": 282_604,
    "MPE": 361_180,
}
"""The `service_id` of me1 on each site for which one is documented."""

ME1_SUBSTATUSES: Final[Mapping[str, frozenset[str | None]]] = {
    "shipped": frozenset(
        {
            None,
            "out_for_delivery",
            "soon_deliver",
            "at_the_door",
            "receiver_absent",
            "bad_address",
            "dangerous_area",
            "unauthorized_receiver",
            "impassable_zone",
            "not_visited",
            "documentation_issue",
            "taxes_issue",
            "fiscalization_issue",
        }
    ),
    "delivered": frozenset({None}),
    "not_delivered": frozenset({"refused_delivery", "returned"}),
}
"""Which substatuses go with which status in a notification of me1."""


@define(kw_only=True)
class NotificationDetails(Model):
    """What a notification of me1 says beside status and number."""

    service_id: int
    """See `ME1_SERVICES`."""
    date: datetime
    """When it happened, with a zone; not before the shipment was created."""
    comment: str | Unset = UNSET


@define(kw_only=True)
class SellerNotification(Model):
    """The body of a notification of me1. Number and address go together, or neither."""

    payload: NotificationDetails
    tracking_number: str | Unset = UNSET
    tracking_url: str | Unset = UNSET
    status: str
    """`shipped`, `delivered` or `not_delivered`; the latter two are final."""
    substatus: str | None
    """See `ME1_SUBSTATUSES`; always sent, null where there is none."""


@define(kw_only=True)
class NotificationAnswer(Entity):
    """`OK` means that the notification was taken, not that the shipment has moved."""

    status: str | None = None


@define(kw_only=True)
class CustomShipmentUpdate(Model):
    """The body that changes a custom shipment."""

    receiver_id: int
    """The buyer; Mercado Libre compares it."""
    status: str | Unset = UNSET
    """`shipped`, `delivered` or `cancelled`; cancelled is final."""
    tracking_number: str | Unset = UNSET
    """Needed, and shown nowhere on the site."""
    speed: int | Unset = UNSET
    """Hours that are promised until delivery."""
    comments: str | Unset = UNSET
    service_id: int | Unset = UNSET
    """Of the older way to ship by me1."""


@define(kw_only=True)
class MarketplaceTracking(Model):
    """The body that marks a Global Selling shipment as shipped."""

    tracking_id: str
    tracking_url: str
    carrier: str


@define(kw_only=True)
class MarketplaceTrackingStatus(Model):
    """The body that ends a Global Selling shipment: `delivered` or `not_delivered`, both final."""

    tracking_id: str
    status: str


@define(kw_only=True)
class SplitOrder(Model):
    """How many units of an order travel in one of the two parcels."""

    id: int
    quantity: int


@define(kw_only=True)
class SplitPack(Model):
    """One of the two parcels."""

    orders: tuple[SplitOrder, ...]
    package_id: int | Unset = UNSET


class SplitReason(StrEnum):
    """Why a shipment is split."""

    FRAGILE = "FRAGILE"
    ANOTHER_WAREHOUSE = "ANOTHER_WAREHOUSE"
    IRREGULAR_SHAPE = "IRREGULAR_SHAPE"
    OTHER_MOTIVE = "OTHER_MOTIVE"
    DIMENSIONS_EXCEEDED = "DIMENSIONS_EXCEEDED"


@define(kw_only=True)
class ShipmentSplit(Model):
    """The body that splits a shipment in two."""

    reason: str
    """One of `SplitReason`."""
    packs: tuple[SplitPack, ...]
    """Exactly two; together they hold every unit of every order."""


@define(kw_only=True)
class Tracking(Model):
    """What to tell of a parcel, whatever the shipping mode; `shipments.push_tracking` makes the right body of it."""

    status: str = "shipped"
    """`shipped`, `delivered`, `not_delivered` (me1 and Global Selling) or `cancelled` (custom)."""
    substatus: str | None = None
    """Finer than the status; me1 only."""
    tracking_number: str | None = None
    tracking_url: str | None = None
    carrier: str | None = None
    """Global Selling shows it; me1 gets it in the comment; custom shipments have no place for it but the comment."""
    comment: str | None = None
    happened_at: datetime | None = None
    """When, with a zone; now where it is left out. Me1 only."""
    service_id: int | None = None
    """Of me1; the site's own where it is left out."""
    promised_hours: int | None = None
    """Hours until delivery that a custom shipment promises."""
