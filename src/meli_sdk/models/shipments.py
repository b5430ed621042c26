"""Shipments, as https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios describes them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import ClassVar

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model, StrId


class ShipmentStatus(StrEnum):
    """The documented values of `Shipment.status`."""

    TO_BE_AGREED = "to_be_agreed"
    PENDING = "pending"
    HANDLING = "handling"
    READY_TO_SHIP = "ready_to_ship"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    CANCELLED = "cancelled"


class ShippingMode(StrEnum):
    """Who ships: `me2` Mercado Envíos, `me1` the seller's carrier, `custom` the seller's price table."""

    ME2 = "me2"
    ME1 = "me1"
    CUSTOM = "custom"
    NOT_SPECIFIED = "not_specified"


class LogisticType(StrEnum):
    """Documented values of `Shipment.logistic_kind`."""

    DROP_OFF = "drop_off"
    XD_DROP_OFF = "xd_drop_off"
    CROSS_DOCKING = "cross_docking"
    SELF_SERVICE = "self_service"
    FULFILLMENT = "fulfillment"
    DEFAULT = "default"
    CUSTOM = "custom"
    NOT_SPECIFIED = "not_specified"
    REMOTE = "remote"


@define(kw_only=True)
class Place(Model):
    """A country, state, city, municipality or neighbourhood."""

    id: str | None = None
    name: str | None = None


@define(kw_only=True)
class Agency(Model):
    """An agency where parcels wait."""

    agency_id: StrId | None = None
    carrier_id: StrId | None = None
    description: str | None = None
    phone: StrId | None = None
    type: str | None = None
    open_hours: str | None = None


@define(kw_only=True)
class AddressNode(Model):
    """A node of the seller's or Mercado Libre's network."""

    node_id: StrId | None = None
    logistic_center_id: StrId | None = None


@define(kw_only=True)
class ShippingAddress(Model):
    """An address. Every text may be `XXXXXXX` until the payment is confirmed."""

    id: IntId | None = None
    address_id: IntId | None = None
    address_line: str | None = None
    street_name: str | None = None
    street_number: StrId | None = None
    comment: str | None = None
    zip_code: StrId | None = None
    city: Place | None = None
    state: Place | None = None
    country: Place | None = None
    neighborhood: Place | None = None
    municipality: Place | None = None
    agency: Agency | None = None
    types: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    geolocation_type: str | None = None
    geolocation_source: str | None = None
    geolocation_last_updated: datetime | None = None
    location_id: IntId | None = None
    scoring: float | None = None
    intersection: str | None = None
    delivery_preference: str | None = None
    node: AddressNode | None = None
    version: str | None = None
    receiver_name: str | None = None
    receiver_phone: StrId | None = None


@define(kw_only=True)
class Snapshot(Model):
    """Which version of an address was used."""

    id: StrId | None = None
    version: int | None = None


@define(kw_only=True)
class ShipmentOrigin(Model):
    """Where a parcel starts."""

    type: str | None = None
    sender_id: IntId | None = None
    shipping_address: ShippingAddress | None = None
    snapshot: Snapshot | None = None
    node: AddressNode | StrId | None = None
    """The network node of a multi-origin account."""


@define(kw_only=True)
class ReceiverIdentification(Model):
    """The document of a receiver."""

    type: str | None = None
    number: StrId | None = None


@define(kw_only=True)
class ShipmentDestination(Model):
    """Where a parcel goes."""

    type: str | None = None
    receiver_id: IntId | None = None
    receiver_name: str | None = None
    receiver_phone: StrId | None = None
    receiver_identification: ReceiverIdentification | None = None
    comments: str | None = None
    shipping_address: ShippingAddress | None = None
    snapshot: Snapshot | None = None


@define(kw_only=True)
class ShippingMethod(Model):
    """The method the buyer chose."""

    id: IntId | None = None
    name: str | None = None
    type: str | None = None
    deliver_to: str | None = None


@define(kw_only=True)
class EstimatedDate(Model):
    """An estimated moment, and its offset in hours where there is one."""

    date: datetime | None = None
    offset: int | None = None


@define(kw_only=True)
class DeliveryOffset(Model):
    """How much later a delivery may be."""

    date: datetime | None = None
    shipping: int | None = None


@define(kw_only=True)
class TimeFrame(Model):
    """Hours between which a parcel arrives; null or `""` where nothing is known."""

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"from_": "from"}

    from_: int | str | None = None
    to: int | str | None = None


@define(kw_only=True)
class EstimatedDeliveryTime(Model):
    """When a parcel should arrive."""

    type: str | None = None
    date: datetime | None = None
    unit: str | None = None
    offset: DeliveryOffset | None = None
    time_frame: TimeFrame | None = None
    pay_before: datetime | None = None
    shipping: int | None = None
    handling: int | None = None
    schedule: int | str | None = None


@define(kw_only=True)
class PromisedPickup(Model):
    """Between which moments a pickup, or a desired delivery, is promised."""

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"from_": "from"}

    from_: datetime | None = None
    to: datetime | None = None


@define(kw_only=True)
class PriorityClass(Model):
    """How urgent a parcel is."""

    id: StrId | None = None


@define(kw_only=True)
class LeadTime(Model):
    """Method, price and times of a shipment; `shipping_option` in the older body."""

    id: IntId | None = None
    option_id: IntId | None = None
    name: str | None = None
    shipping_method_id: IntId | None = None
    shipping_method: ShippingMethod | None = None
    currency_id: str | None = None
    cost: Decimal | None = None
    list_cost: Decimal | None = None
    cost_type: str | None = None
    service_id: IntId | None = None
    delivery_type: str | None = None
    delivery_promise: str | None = None
    processing_time: int | None = None
    delay: tuple[str, ...] = ()
    buffering: EstimatedDate | None = None
    pickup_promise: PromisedPickup | None = None
    desired_promised_delivery: PromisedPickup | None = None
    priority_class: PriorityClass | None = None
    estimated_schedule_limit: EstimatedDate | None = None
    estimated_delivery_time: EstimatedDeliveryTime | None = None
    estimated_delivery_limit: EstimatedDate | None = None
    estimated_delivery_final: EstimatedDate | None = None
    estimated_delivery_extended: EstimatedDate | None = None
    estimated_handling_limit: EstimatedDate | None = None


@define(kw_only=True)
class Logistic(Model):
    """Mode, type and direction of a shipment."""

    mode: str | None = None
    type: str | None = None
    direction: str | None = None


@define(kw_only=True)
class Dimensions(Model):
    """Centimetres and grams."""

    height: Decimal | None = None
    width: Decimal | None = None
    length: Decimal | None = None
    weight: Decimal | None = None


@define(kw_only=True)
class ShipmentSource(Model):
    """Which market a shipment comes from."""

    site_id: str | None = None
    market_place: str | None = None
    customer_id: IntId | None = None
    application_id: StrId | None = None


@define(kw_only=True)
class Sibling(Model):
    """The other half of a split shipment."""

    sibling_id: IntId | None = None
    reason: str | None = None
    description: str | None = None
    source: str | None = None
    date_created: datetime | None = None
    last_updated: datetime | None = None


@define(kw_only=True)
class SnapshotPacking(Model):
    """How a shipment was packed."""

    snapshot_id: StrId | None = None
    pack_hash: str | None = None


@define(kw_only=True)
class SubstatusChange(Model):
    """One step in the life of a shipment."""

    date: datetime | None = None
    status: str | None = None
    substatus: str | None = None


@define(kw_only=True)
class StatusHistory(Model):
    """When a shipment reached each status; the older body."""

    date_handling: datetime | None = None
    date_ready_to_ship: datetime | None = None
    date_shipped: datetime | None = None
    date_first_visit: datetime | None = None
    date_delivered: datetime | None = None
    date_not_delivered: datetime | None = None
    date_returned: datetime | None = None
    date_cancelled: datetime | None = None


@define(kw_only=True)
class DimensionsSource(Model):
    """Where the dimensions of a parcel content come from."""

    id: str | None = None
    origin: str | None = None


@define(kw_only=True)
class ShippingItem(Model):
    """One content of a parcel; the older body. `dimensions` reads `HxWxL,grams`."""

    id: str | None = None
    description: str | None = None
    quantity: int | None = None
    dimensions: str | None = None
    dimensions_source: DimensionsSource | None = None
    user_product_id: str | None = None
    sender_id: IntId | None = None
    bundle: JsonValue | None = None


@define(kw_only=True)
class CostComponents(Model):
    """What the cost of a shipment is made of; the older body."""

    loyal_discount: Decimal | None = None
    special_discount: Decimal | None = None
    compensation: Decimal | None = None
    gap_discount: Decimal | None = None
    ratio: Decimal | None = None


@define(kw_only=True)
class Shipment(Entity):
    """One shipment, from today's body or the older one.

    `logistic`, `lead_time`, `origin` and `destination` are today's; `mode`, `logistic_type`, `shipping_option`,
    `sender_address` and `receiver_address` are the older ones. `shipping_mode`, `logistic_kind` and `delivery_address`
    read whichever is there.
    """

    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {
        "status": ShipmentStatus,
        "mode": ShippingMode,
        "logistic_type": LogisticType,
    }

    id: IntId
    status: str | None = None
    substatus: str | None = None
    date_created: datetime | None = None
    last_updated: datetime | None = None
    date_first_printed: datetime | None = None
    tracking_number: StrId | None = None
    tracking_method: str | None = None
    declared_value: Decimal | None = None
    currency_id: str | None = None
    external_reference: StrId | None = None
    dimensions: Dimensions | None = None
    logistic: Logistic | None = None
    lead_time: LeadTime | None = None
    origin: ShipmentOrigin | None = None
    destination: ShipmentDestination | None = None
    source: ShipmentSource | None = None
    sibling: Sibling | None = None
    snapshot_packing: SnapshotPacking | None = None
    priority_class: PriorityClass | None = None
    quotation: JsonValue | None = None
    items_types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    type: str | None = None
    mode: str | None = None
    logistic_type: str | None = None
    order_id: IntId | None = None
    pack_id: IntId | None = None
    """As the shipments of an order print it."""
    site_id: str | None = None
    sender_id: IntId | None = None
    receiver_id: IntId | None = None
    order_cost: Decimal | None = None
    base_cost: Decimal | None = None
    service_id: IntId | None = None
    comments: str | None = None
    created_by: str | None = None
    market_place: str | None = None
    customer_id: IntId | None = None
    application_id: StrId | None = None
    carrier_info: JsonValue | None = None
    return_details: JsonValue | None = None
    return_tracking_number: StrId | None = None
    sender_address: ShippingAddress | None = None
    receiver_address: ShippingAddress | None = None
    shipping_option: LeadTime | None = None
    shipping_items: tuple[ShippingItem, ...] = ()
    cost_components: CostComponents | None = None
    status_history: StatusHistory | None = None
    substatus_history: tuple[SubstatusChange, ...] = ()

    @property
    def shipping_mode(self) -> str | None:
        """`me2`, `me1`, `custom` or `not_specified`, from either body."""
        return self.logistic.mode if self.logistic else self.mode

    @property
    def logistic_kind(self) -> str | None:
        """Such as `drop_off` or `fulfillment`, from either body."""
        return self.logistic.type if self.logistic else self.logistic_type

    @property
    def buyer_id(self) -> int | None:
        """Who receives it, from either body."""
        return self.destination.receiver_id if self.destination else self.receiver_id

    @property
    def seller_site(self) -> str | None:
        """The site it was sold on, from either body."""
        return self.source.site_id if self.source else self.site_id

    @property
    def delivery_address(self) -> ShippingAddress | None:
        """Where it goes, from either body."""
        return self.destination.shipping_address if self.destination else self.receiver_address

    def __str__(self) -> str:
        return f"Shipment {self.id} {self.status}/{self.substatus or '-'} {self.shipping_mode}"
