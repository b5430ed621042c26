"""What holds the stock: stores, and user products with their places and versions."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One of a seller's stores."""

    id: str
    user_id: int
    description: str
    city: str
    network_node_id: str
    services: tuple[str, ...] = ("cross_docking",)
    tags: tuple[str, ...] = ("stock_location",)
    status: str = "active"


@dataclass(slots=True, kw_only=True)
class StockPlace:
    """Units of a user product in one place."""

    type: str
    quantity: int
    store_id: str | None = None
    network_node_id: str | None = None


@dataclass(slots=True, kw_only=True)
class UserProduct:
    """What several items of one seller sell: its stock is theirs."""

    id: str
    user_id: int
    name: str
    domain_id: str
    family_id: int | None = None
    inventory_id: str | None = None
    places: list[StockPlace] = field(default_factory=list[StockPlace])
    version: int = 1
    pending: tuple[datetime, int] | None = None
    """When the selling address gets so many units."""

    def of_type(self, kind: str) -> list[StockPlace]:
        """The places of one type."""
        return [place for place in self.places if place.type == kind]


@dataclass(slots=True, kw_only=True)
class Inventory:
    """What Mercado Libre's warehouse holds of one product."""

    id: str
    seller_id: int
    item_id: str
    available: int
    unavailable: dict[str, int] = field(default_factory=dict[str, int])
    """Units that cannot be sold, by reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement of stock in Mercado Libre's warehouse."""

    id: int
    inventory_id: str
    seller_id: int
    type: str
    created: datetime
    change: int
    available: int
    """Afterwards."""
    shipment_id: int | None = None
