"""Orders, as https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas describes them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import ClassVar

from attrs import define, field

from meli_sdk.models.base import NOT_IN_BODY, Entity, IntId, JsonValue, Model, StrId


class OrderStatus(StrEnum):
    """The documented values of `Order.status`. A new one never breaks decoding: the field is a plain `str`."""

    CONFIRMED = "confirmed"
    PAYMENT_REQUIRED = "payment_required"
    PAYMENT_IN_PROCESS = "payment_in_process"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    PENDING_CANCEL = "pending_cancel"
    CANCELLED = "cancelled"
    INVALID = "invalid"


class OrderTag(StrEnum):
    """Documented values of `Order.tags`."""

    PAID = "paid"
    NOT_PAID = "not_paid"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    PACK_ORDER = "pack_order"
    ORDER_HAS_DISCOUNT = "order_has_discount"
    CATALOG = "catalog"
    NO_SHIPPING = "no_shipping"
    TEST_ORDER = "test_order"
    HIGH_CONCURRENCY = "high_concurrency"
    UNFULFILLED = "unfulfilled"
    FRAUD_RISK_DETECTED = "fraud_risk_detected"
    """Do not ship it; cancel it."""
    MSHOPS = "mshops"
    B2B = "b2b"
    CLAIM_OPENED = "claim_opened"
    CLAIM_CLOSED = "claim_closed"
    PROCESSED = "processed"
    NOT_PROCESSED = "not_processed"
    RETURNED = "returned"
    RESERVATION = "reservation"
    CONTRACT = "contract"
    SOURCE = "source"


class PaymentStatus(StrEnum):
    """Documented values of `Payment.status`."""

    PENDING = "pending"
    APPROVED = "approved"
    AUTHORIZED = "authorized"
    IN_PROCESS = "in_process"
    IN_MEDIATION = "in_mediation"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"


@define(kw_only=True)
class StatusDetail(Model):
    """Why an order has its status; older bodies."""

    code: str | None = None
    description: str | None = None


@define(kw_only=True)
class OrderedAttribute(Model):
    """One attribute of the variation that was bought, such as its colour."""

    id: str | None = None
    name: str | None = None
    value_id: StrId | None = None
    value_name: str | None = None


@define(kw_only=True)
class OrderedItemAttributeValue(Model):
    """One value of an attribute of the item that was bought."""

    id: StrId | None = None
    name: str | None = None
    struct: JsonValue | None = None


@define(kw_only=True)
class OrderedItemAttribute(Model):
    """One attribute of the item that was bought."""

    id: str | None = None
    name: str | None = None
    values: tuple[OrderedItemAttributeValue, ...] = ()


@define(kw_only=True)
class OrderedItem(Model):
    """The item, or variation, that was bought, as it was then."""

    id: str | None = None
    title: str | None = None
    category_id: str | None = None
    variation_id: IntId | None = None
    variation_attributes: tuple[OrderedAttribute, ...] = ()
    seller_custom_field: str | None = None
    seller_sku: str | None = None
    user_product_id: str | None = None
    parent_item_id: str | None = None
    """The CBT parent; Global Selling only."""
    warranty: str | None = None
    condition: str | None = None
    global_price: Decimal | None = None
    net_weight: Decimal | None = None
    release_date: datetime | None = None
    attributes: tuple[OrderedItemAttribute, ...] = ()

    @property
    def sku(self) -> str | None:
        """The seller's SKU as Mercado Libre resolved it, or the older custom field."""
        return self.seller_sku or self.seller_custom_field


@define(kw_only=True)
class MeasuredQuantity(Model):
    """A quantity with its measure, mostly `unit`."""

    measure: str | None = None
    value: Decimal | None = None


@define(kw_only=True)
class OrderItemStock(Model):
    """Where the stock of a line came from."""

    store_id: StrId | None = None
    node_id: StrId | None = None
    network_node_id: StrId | None = None


@define(kw_only=True)
class DiscountAmounts(Model):
    """A discount in full, and the seller's part of it."""

    full: Decimal | None = None
    seller: Decimal | None = None


@define(kw_only=True)
class OrderItemDiscount(Model):
    """One discount of a line."""

    amounts: DiscountAmounts | None = None


@define(kw_only=True)
class OrderItem(Model):
    """One line of an order. `sale_fee` is per unit in some bodies and per line in others: nothing is computed from it."""

    item: OrderedItem | None = None
    quantity: int | None = None
    requested_quantity: MeasuredQuantity | None = None
    picked_quantity: MeasuredQuantity | int | None = None
    unit_price: Decimal | None = None
    full_unit_price: Decimal | None = None
    full_unit_price_currency_id: str | None = None
    gross_price: Decimal | None = None
    currency_id: str | None = None
    sale_fee: Decimal | None = None
    listing_type_id: str | None = None
    manufacturing_days: int | None = None
    base_exchange_rate: Decimal | None = None
    base_currency_id: str | None = None
    element_id: IntId | None = None
    discounts: tuple[OrderItemDiscount, ...] = ()
    stock: OrderItemStock | tuple[OrderItemStock, ...] | None = None
    bundle: JsonValue | None = None
    compat_id: StrId | None = None
    kit_instance_id: StrId | None = None
    differential_pricing_id: IntId | None = None


@define(kw_only=True)
class BillingInfoReference(Model):
    """Which billing information belongs to the buyer; older bodies hold the document itself."""

    id: StrId | None = None
    doc_type: str | None = None
    doc_number: str | None = None


@define(kw_only=True)
class ContactPhone(Model):
    """A phone number."""

    area_code: str | None = None
    number: str | None = None
    extension: str | None = None
    verified: bool | None = None


@define(kw_only=True)
class OrderParty(Model):
    """Buyer or seller of an order. Names and contacts are mostly left out; never rely on them."""

    id: IntId | None = None
    nickname: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: ContactPhone | None = None
    alternative_phone: ContactPhone | None = None
    billing_info: BillingInfoReference | None = None
    user_type: str | None = None
    status: str | None = None
    tags: tuple[str, ...] = ()
    buy_restrictions: tuple[str, ...] = ()


@define(kw_only=True)
class PaymentCollector(Model):
    """Who collects a payment."""

    id: IntId | None = None


@define(kw_only=True)
class AtmTransferReference(Model):
    """Reference of a transfer at a cash machine."""

    transaction_id: StrId | None = None
    company_id: StrId | None = None


@define(kw_only=True)
class Payment(Model):
    """One payment of an order. A rejected one may stand beside the approved one."""

    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {"status": PaymentStatus}

    id: IntId | None = None
    order_id: IntId | None = None
    payer_id: IntId | None = None
    collector: PaymentCollector | None = None
    card_id: IntId | None = None
    site_id: str | None = None
    reason: str | None = None
    payment_method_id: str | None = None
    payment_type: str | None = None
    operation_type: str | None = None
    currency_id: str | None = None
    installments: int | None = None
    installment_amount: Decimal | None = None
    issuer_id: StrId | None = None
    atm_transfer_reference: AtmTransferReference | None = None
    coupon_id: StrId | None = None
    coupon_amount: Decimal | None = None
    activation_uri: str | None = None
    available_actions: tuple[str, ...] = ()
    status: str | None = None
    status_code: StrId | None = None
    status_detail: str | None = None
    transaction_amount: Decimal | None = None
    transaction_amount_refunded: Decimal | None = None
    taxes_amount: Decimal | None = None
    shipping_cost: Decimal | None = None
    overpaid_amount: Decimal | None = None
    total_paid_amount: Decimal | None = None
    marketplace_fee: Decimal | None = None
    deferred_period: StrId | None = None
    date_approved: datetime | None = None
    date_created: datetime | None = None
    date_last_modified: datetime | None = None
    transaction_order_id: StrId | None = None
    reference_id: StrId | None = None
    authorization_code: StrId | None = None


@define(kw_only=True)
class FeedbackSummary(Model):
    """What one side said of a sale; newer bodies give its id alone."""

    id: IntId | None = None
    rating: str | None = None
    status: str | None = None
    fulfilled: bool | None = None
    date_created: datetime | None = None


@define(kw_only=True)
class OrderFeedback(Model):
    """Feedback of both sides; `buyer` and `seller` today, `sale` and `purchase` in older bodies."""

    buyer: FeedbackSummary | StrId | None = None
    seller: FeedbackSummary | StrId | None = None
    sale: FeedbackSummary | StrId | None = None
    purchase: FeedbackSummary | StrId | None = None


@define(kw_only=True)
class NamedPlace(Model):
    """A country, state or city."""

    id: str | None = None
    name: str | None = None


@define(kw_only=True)
class OrderReceiverAddress(Model):
    """Where a sale went; bodies from before 2019 only."""

    id: IntId | None = None
    address_line: str | None = None
    street_name: str | None = None
    street_number: str | None = None
    comment: str | None = None
    zip_code: str | None = None
    city: NamedPlace | None = None
    state: NamedPlace | None = None
    country: NamedPlace | None = None
    latitude: float | None = None
    longitude: float | None = None


@define(kw_only=True)
class ShippingSpeed(Model):
    """Hours of a shipping option; bodies from before 2019 only."""

    shipping: int | None = None
    handling: int | None = None


@define(kw_only=True)
class OrderEstimatedDelivery(Model):
    """When a sale should arrive; bodies from before 2019 only."""

    date: datetime | None = None
    time_from: str | None = None
    time_to: str | None = None


@define(kw_only=True)
class OrderShippingOption(Model):
    """The option the buyer chose; bodies from before 2019 only."""

    id: IntId | None = None
    shipping_method_id: IntId | None = None
    name: str | None = None
    currency_id: str | None = None
    cost: Decimal | None = None
    speed: ShippingSpeed | None = None
    estimated_delivery: OrderEstimatedDelivery | None = None


@define(kw_only=True)
class OrderShippingItem(Model):
    """One parcel content; bodies from before 2019 only."""

    id: str | None = None
    description: str | None = None
    quantity: int | None = None
    dimensions: str | None = None


@define(kw_only=True)
class OrderShipping(Model):
    """The shipment's id; None where the delivery is agreed or not created yet. Old bodies hold the whole shipment."""

    id: IntId | None = None
    status: str | None = None
    substatus: str | None = None
    service_id: IntId | None = None
    currency_id: str | None = None
    shipping_mode: str | None = None
    shipment_type: str | None = None
    picking_type: str | None = None
    sender_id: IntId | None = None
    cost: Decimal | None = None
    date_created: datetime | None = None
    date_first_printed: datetime | None = None
    receiver_address: OrderReceiverAddress | None = None
    shipping_option: OrderShippingOption | None = None
    shipping_items: tuple[OrderShippingItem, ...] = ()


@define(kw_only=True)
class CancelDetail(Model):
    """Who cancelled an order, and why."""

    group: str | None = None
    code: str | None = None
    description: str | None = None
    requested_by: str | None = None
    date: datetime | None = None
    application_id: StrId | None = None


@define(kw_only=True)
class OrderContext(Model):
    """Through which channel an order came."""

    channel: str | None = None
    site: str | None = None
    flows: tuple[str, ...] = ()
    application: str | None = None


@define(kw_only=True)
class OrderTaxes(Model):
    """Taxes of an order."""

    id: StrId | None = None
    amount: Decimal | None = None
    currency_id: str | None = None


@define(kw_only=True)
class OrderCoupon(Model):
    """The coupon of an order; absent in the newest bodies."""

    id: StrId | None = None
    amount: Decimal | None = None


@define(kw_only=True)
class OrderRequests(Model):
    """Requests to return or change what was sold."""

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"return_": "return"}

    return_: JsonValue | None = None
    change: JsonValue | None = None


@define(kw_only=True)
class Mediation(Model):
    """A mediation of an order."""

    id: IntId | None = None


@define(kw_only=True)
class Order(Entity):
    """One order: one item or variation of one seller for one buyer. A cart is several orders that share `pack_id`."""

    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {"status": OrderStatus, "tags": OrderTag}

    id: IntId
    status: str | None = None
    status_detail: StatusDetail | str | None = None
    date_created: datetime | None = None
    date_closed: datetime | None = None
    """When it was confirmed or paid first; stock is deducted then."""
    last_updated: datetime | None = None
    date_last_updated: datetime | None = None
    """What the search filter compares with; not the same moment as `last_updated`."""
    expiration_date: datetime | None = None
    manufacturing_ending_date: datetime | None = None
    comment: str | None = None
    comments: str | None = None
    pack_id: IntId | None = None
    pickup_id: IntId | None = None
    order_request: OrderRequests | None = None
    fulfilled: bool | None = None
    buying_mode: str | None = None
    shipping_cost: Decimal | None = None
    mediations: tuple[Mediation, ...] = ()
    total_amount: Decimal | None = None
    """The items alone, without freight."""
    paid_amount: Decimal | None = None
    """May include freight."""
    coupon: OrderCoupon | None = None
    currency_id: str | None = None
    order_items: tuple[OrderItem, ...] = ()
    payments: tuple[Payment, ...] = ()
    shipping: OrderShipping | None = None
    tags: tuple[str, ...] = ()
    static_tags: tuple[str, ...] = ()
    internal_tags: tuple[str, ...] = ()
    feedback: OrderFeedback | None = None
    context: OrderContext | None = None
    buyer: OrderParty | None = None
    seller: OrderParty | None = None
    taxes: OrderTaxes | None = None
    cancel_detail: CancelDetail | None = None
    related_orders: JsonValue | None = None
    hidden_for_seller: bool | None = None
    missing: tuple[str, ...] = field(default=(), eq=False, metadata=NOT_IN_BODY)
    """Parts that Mercado Libre could not load just now, such as `buyer`; read the order again later."""

    @property
    def partial(self) -> bool:
        """Whether parts are missing: Mercado Libre answered 206."""
        return bool(self.missing)

    @property
    def is_split(self) -> bool:
        """Whether it was cancelled because its shipment was split: its goods go on under other orders."""
        return self.cancel_detail is not None and self.cancel_detail.code == "pack_splitted"

    def __str__(self) -> str:
        count = sum(line.quantity or 0 for line in self.order_items)
        return f"Order {self.id} {self.status} {self.currency_id} {self.total_amount} {count} item{'s' * (count != 1)}"
