"""Stock, as https://developers.mercadolibre.com.ar/es_ar/stock-distribuido describes it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import define, field, frozen

from meli_sdk.models.base import NOT_IN_BODY, UNSET, Entity, IntId, JsonValue, Model, StrId, Unset


class StockLocationType(StrEnum):
    """Who holds the units of a stock location."""

    MELI_FACILITY = "meli_facility"
    """Mercado Libre's warehouse: the API cannot change it."""
    SELLING_ADDRESS = "selling_address"
    """The seller's one address."""
    SELLER_WAREHOUSE = "seller_warehouse"
    """One of the stores of a seller with several origins."""


@define(kw_only=True)
class StockLocation(Model):
    """Units of a user product in one place."""

    type: str | None = None
    """One of `StockLocationType`."""
    quantity: int | None = None
    store_id: StrId | None = None
    """Of a `seller_warehouse`."""
    network_node_id: StrId | None = None
    """Of a `seller_warehouse`: to be sent back as it came."""
    availability_type: str | None = None


@define(kw_only=True)
class UserProductStock(Entity):
    """The stock of a user product, place by place. A product has at most two types of place."""

    id: str | None = None
    user_id: IntId | None = None
    locations: tuple[StockLocation, ...] = ()
    stock_mode: str | None = None
    product_release_date: JsonValue | None = None
    version: int | None = field(default=None, eq=False, metadata=NOT_IN_BODY)
    """What a write has to name (header `x-version`); None where the answer carried none."""

    def of_type(self, kind: str) -> tuple[StockLocation, ...]:
        """The locations of one `StockLocationType`."""
        return tuple(location for location in self.locations if location.type == kind)

    def quantity(self, kind: str) -> int | None:
        """Units in all locations of one `StockLocationType`; None where the product has no such location."""
        found = self.of_type(kind)
        return sum(location.quantity or 0 for location in found) if found else None

    def in_store(self, store_id: str) -> StockLocation | None:
        """The location of one of the seller's stores."""
        return next((location for location in self.locations if location.store_id == store_id), None)

    def __str__(self) -> str:
        places = ", ".join(f"{row.store_id or row.type}: {row.quantity}" for row in self.locations)
        return f"UserProductStock {self.id} version {self.version} ({places})"


@frozen
class StoreQuantity:
    """How many units one of the seller's stores holds, to be written."""

    store_id: str
    """As `stock.stores` gives it."""
    quantity: int
    """Units, 0 to 99,999."""
    network_node_id: str | Unset = field(default=UNSET, kw_only=True)
    """As `stock.stores` or `stock.get` gave it."""


@define(kw_only=True)
class StoreAddress(Model):
    """Where a store is."""

    address_id: IntId | None = None
    address_line: str | None = None
    street_name: str | None = None
    street_number: StrId | None = None
    latitude: float | None = None
    longitude: float | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip_code: StrId | None = None


@define(kw_only=True)
class Store(Entity):
    """One of the seller's stores. They are made in the seller's panel only."""

    id: StrId | None = None
    user_id: IntId | None = None
    description: str | None = None
    status: str | None = None
    location: StoreAddress | None = None
    tags: tuple[str, ...] = ()
    """`stock_location` where it holds stock."""
    network_node_id: StrId | None = None
    services: Mapping[str, tuple[str, ...]] | None = None
    """The logistic types of each service, such as `{"stock_location": ("cross_docking",)}`."""

    def __str__(self) -> str:
        return f"Store {self.id} {self.status} {self.description!r}"


@define(kw_only=True)
class StockCondition(Model):
    """Units in one condition."""

    condition: str | None = None
    quantity: int | None = None


@define(kw_only=True)
class UnavailableStock(Model):
    """Units that cannot be sold, and why. The wire spells some reasons in two ways: `damage` and `damaged`."""

    status: str | None = None
    quantity: int | None = None
    conditions: tuple[StockCondition, ...] = ()


@define(kw_only=True)
class StockReference(Model):
    """What stock belongs to: an item, or what an operation was for."""

    type: str | None = None
    id: StrId | None = None
    variation_id: IntId | None = None
    value: StrId | None = None


@define(kw_only=True)
class FulfillmentStock(Entity):
    """Stock in Mercado Libre's warehouse."""

    inventory_id: str | None = None
    total: int | None = None
    available_quantity: int | None = None
    not_available_quantity: int | None = None
    not_available_detail: tuple[UnavailableStock, ...] = ()
    external_references: tuple[StockReference, ...] = ()

    def __str__(self) -> str:
        return f"FulfillmentStock {self.inventory_id} {self.available_quantity} of {self.total}"


class StockOperationType(StrEnum):
    """The documented values of `StockOperation.type`."""

    INBOUND_RECEPTION = "INBOUND_RECEPTION"
    SALE_CONFIRMATION = "SALE_CONFIRMATION"
    SALE_CANCELATION = "SALE_CANCELATION"
    SALE_DELIVERY_CANCELATION = "SALE_DELIVERY_CANCELATION"
    SALE_RETURN = "SALE_RETURN"
    WITHDRAWAL_RESERVATION = "WITHDRAWAL_RESERVATION"
    WITHDRAWAL_CANCELATION = "WITHDRAWAL_CANCELATION"
    WITHDRAWAL_DELIVERY = "WITHDRAWAL_DELIVERY"
    WITHDRAWAL_REMOVAL = "WITHDRAWAL_REMOVAL"
    TRANSFER_RESERVATION = "TRANSFER_RESERVATION"
    TRANSFER_ADJUSTMENT = "TRANSFER_AJUSTMENT"
    """Spelt like this on the wire."""
    TRANSFER_DELIVERY = "TRANSFER_DELIVERY"
    QUARANTINE_RESERVATION = "QUARANTINE_RESERVATION"
    QUARANTINE_RESTOCK = "QUARANTINE_RESTOCK"
    LOST_REFUND = "LOST_REFUND"
    DAMAGED_REMOVAL = "DAMAGED_REMOVAL"
    REMOVAL_RESERVATION = "REMOVAL_RESERVATION"
    REMOVAL_COMPLETION = "REMOVAL_COMPLETION"
    ADJUSTMENT = "ADJUSTMENT"


@define(kw_only=True)
class StockLevels(Model):
    """Units before or after an operation, or the change it made."""

    total: int | None = None
    available_quantity: int | None = None
    not_available_quantity: int | None = None
    not_available_detail: tuple[UnavailableStock, ...] = ()


@define(kw_only=True)
class StockOperation(Entity):
    """One movement of stock in Mercado Libre's warehouse."""

    id: StrId | None = None
    seller_id: IntId | None = None
    inventory_id: str | None = None
    date_created: datetime | None = None
    type: str | None = None
    """One of `StockOperationType`."""
    detail: StockLevels | None = None
    """What changed."""
    result: StockLevels | None = None
    """What was there afterwards."""
    external_references: tuple[StockReference, ...] = ()

    def __str__(self) -> str:
        return f"StockOperation {self.id} {self.type} {self.inventory_id}"
