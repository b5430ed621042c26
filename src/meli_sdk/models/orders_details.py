"""What hangs on an order beside its feedback, billing and notes: shipments, discounts, serial numbers.

Page: https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
"""

from decimal import Decimal
from enum import StrEnum

from attrs import define

from meli_sdk.models.base import Entity, IntId, Model, StrId


class ShipmentDirection(StrEnum):
    """Documented values of `OrderShipment.type`."""

    FORWARD = "forward"
    RETURN = "return"
    RETURN_TO_BUYER = "return_to_buyer"


@define(kw_only=True)
class OrderShipment(Entity):
    """A shipment of an order: the way to the buyer (`forward`), or a way back."""

    id: IntId
    type: str | None = None
    """One of `ShipmentDirection`."""


@define(kw_only=True)
class SerialNumber(Model):
    """One mark of the goods that were delivered, such as an IMEI."""

    id: IntId | None = None
    name: str | None = None
    value: str | None = None


@define(kw_only=True)
class OrderProduct(Entity):
    """The marks of the goods that were delivered."""

    attributes: tuple[SerialNumber, ...] = ()


@define(kw_only=True)
class DiscountCoupon(Model):
    """The coupon behind a discount."""

    id: StrId | None = None


@define(kw_only=True)
class DiscountSupplier(Model):
    """Which campaign or offer gives a discount."""

    meli_campaign: StrId | None = None
    offer_id: StrId | None = None
    campaign_id: StrId | None = None
    funding_mode: str | None = None


@define(kw_only=True)
class DiscountShare(Model):
    """A discount in total, and the seller's part of it."""

    total: Decimal | None = None
    seller: Decimal | None = None


@define(kw_only=True)
class DiscountedItem(Model):
    """What a discount took off one line of the order."""

    id: str | None = None
    quantity: int | None = None
    element_id: IntId | None = None
    """The `element_id` of the order's line."""
    amounts: DiscountShare | None = None


@define(kw_only=True)
class Cashback(Model):
    """Money that comes back to the buyer."""

    id: StrId | None = None


@define(kw_only=True)
class CounterCurrency(Model):
    """A discount in another currency."""

    currency_id: str | None = None
    value: Decimal | None = None


@define(kw_only=True)
class Discount(Model):
    """One discount of an order: `coupon`, `discount` or `cashback`."""

    type: str | None = None
    coupon: DiscountCoupon | None = None
    supplier: DiscountSupplier | None = None
    items: tuple[DiscountedItem, ...] = ()
    cashback: Cashback | None = None
    counter_currency: CounterCurrency | None = None


@define(kw_only=True)
class OrderDiscounts(Entity):
    """The discounts of an order; the payments do not tell them."""

    details: tuple[Discount, ...] = ()


@define(kw_only=True)
class PaymentMethod(Entity):
    """A way to pay on one site."""

    id: str
    name: str | None = None
    payment_type_id: str | None = None
    thumbnail: str | None = None
    secure_thumbnail: str | None = None
