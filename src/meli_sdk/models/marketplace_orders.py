"""Global Selling orders as the search shows them: https://global-selling.mercadolibre.com/devsite/manage-orders-cbt"""

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model
from meli_sdk.models.orders import Mediation, OrderFeedback, OrderParty


@define(kw_only=True)
class FoundItem(Model):
    """An item of a found sale."""

    id: str | None = None


@define(kw_only=True)
class FoundConfig(Model):
    """What was sold."""

    items: tuple[FoundItem, ...] = ()


@define(kw_only=True)
class FoundPayment(Model):
    """A payment's id."""

    id: IntId | None = None


@define(kw_only=True)
class FoundOrder(Model):
    """One order of a found sale: ids only."""

    id: IntId | None = None
    items: tuple[JsonValue, ...] = ()
    feedback: OrderFeedback | None = None
    payments: tuple[FoundPayment, ...] = ()
    mediations: tuple[Mediation, ...] = ()
    seller: OrderParty | None = None
    """The marketplace account that sold."""


@define(kw_only=True)
class FoundShipment(Model):
    """The shipment of a found sale."""

    id: IntId | None = None
    payments: tuple[FoundPayment, ...] = ()


@define(kw_only=True)
class MarketplaceSale(Entity):
    """One row of the search: a sale with one order or, from a cart, several. It holds ids only.

    `id` may be a pack's: read the orders by `order_ids`.
    """

    id: IntId | None = None
    """Of the order, or of the pack that holds the orders."""
    buyer: OrderParty | None = None
    config: FoundConfig | None = None
    orders: tuple[FoundOrder, ...] = ()
    shipment: FoundShipment | None = None

    @property
    def order_ids(self) -> tuple[int, ...]:
        """The orders' own ids, as `marketplace.orders.get` takes them."""
        return tuple(order.id for order in self.orders if order.id is not None)

    @property
    def pack_id(self) -> int | None:
        """The pack's id; None where `id` is the order's own."""
        return None if self.id is None or self.id in self.order_ids else self.id

    def __str__(self) -> str:
        return f"MarketplaceSale {self.id} with orders {', '.join(map(str, self.order_ids))}"
