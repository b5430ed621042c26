"""What buyer and seller say of a sale: https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from attrs import define

from meli_sdk.models.base import UNSET, Entity, IntId, JsonValue, Model, StrId, Unset


class Rating(StrEnum):
    """How a sale is rated."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class SellerReason(StrEnum):
    """Why a seller says that a sale was not fulfilled."""

    OUT_OF_STOCK = "OUT_OF_STOCK"
    BUYER_NOT_ENOUGH_MONEY = "BUYER_NOT_ENOUGH_MONEY"
    BUYER_REGRETS = "BUYER_REGRETS"
    SELLER_REGRETS = "SELLER_REGRETS"
    BUYER_DID_NOT_ANSWER = "BUYER_DID_NOT_ANSWER"
    THEY_NOT_HONORING_POLICIES = "THEY_NOT_HONORING_POLICIES"
    OTHER_MY_RESPONSIBILITY = "OTHER_MY_RESPONSIBILITY"
    OTHER_THEIR_RESPONSIBILITY = "OTHER_THEIR_RESPONSIBILITY"
    DUBIOUS_BUYER = "DUBIOUS_BUYER"
    HIGH_ML_COMISSION = "HIGH_ML_COMISSION"
    HIGH_TAXES = "HIGH_TAXES"
    SELLER_HOLIDAY = "SELLER_HOLIDAY"
    UNFRIENDLY_SHIPMENT_POLICY = "UNFRIENDLY_SHIPMENT_POLICY"
    UNAVAILABLE_PRODUCT = "UNAVAILABLE_PRODUCT"
    SELLER_ADDRESS_WITHDRAWAL = "SELLER_ADDRESS_WITHDRAWAL"
    WRONG_RECEIVER_ADDRESS = "WRONG_RECEIVER_ADDRESS"
    HIGH_SHIPMENT_COST = "HIGH_SHIPMENT_COST"
    WRONG_SHIPMENT_COST = "WRONG_SHIPMENT_COST"
    UNPRINTED_LABEL = "UNPRINTED_LABEL"
    UNWITHDRAWN_PRODUCT_BY_DELIVER_COMPANY = "UNWITHDRAWN_PRODUCT_BY_DELIVER_COMPANY"
    DENIED_PACKAGE = "DENIED_PACKAGE"
    UNABLE_TO_READ_LABEL = "UNABLE_TO_READ_LABEL"
    MANUFACTURING_PRODUCT_NOT_FINISHED = "MANUFACTURING_PRODUCT_NOT_FINISHED"
    SHIPMENT_PROBLEM_OTHER = "SHIPMENT_PROBLEM_OTHER"
    DELIVERY_COMPANY_PROBLEM_OTHER = "DELIVERY_COMPANY_PROBLEM_OTHER"


class BuyerReason(StrEnum):
    """Why a buyer says that a sale was not fulfilled."""

    OUT_OF_STOCK = "OUT_OF_STOCK"
    BUYER_PAID_BUT_DID_NOT_RECEIVE = "BUYER_PAID_BUT_DID_NOT_RECEIVE"
    OTHER_MY_RESPONSIBILITY = "OTHER_MY_RESPONSIBILITY"
    BUYER_REGRETS = "BUYER_REGRETS"
    HIGH_SHIPMENT_COST = "HIGH_SHIPMENT_COST"
    SELLER_DID_NOT_ANSWER = "SELLER_DID_NOT_ANSWER"
    THEY_NOT_HONORING_POLICIES = "THEY_NOT_HONORING_POLICIES"
    OTHER_THEIR_RESPONSIBILITY = "OTHER_THEIR_RESPONSIBILITY"
    DESCRIPTION_DIDNT_MATCH_ARTICLE = "DESCRIPTION_DIDNT_MATCH_ARTICLE"


@define(kw_only=True)
class FeedbackItem(Model):
    """What was sold, as the feedback shows it."""

    id: str | None = None
    title: str | None = None
    price: Decimal | None = None
    currency_id: str | None = None


@define(kw_only=True)
class FeedbackParty(Model):
    """Who wrote a feedback, or whom it is about."""

    id: IntId | None = None
    nickname: str | None = None
    status: str | None = None
    points: int | None = None


@define(kw_only=True)
class Feedback(Entity):
    """What one side says of a sale."""

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"from_": "from"}

    id: IntId | None = None
    order_id: IntId | None = None
    app_id: StrId | None = None
    role: str | None = None
    """`seller` or `buyer`: who wrote it."""
    status: str | None = None
    fulfilled: bool | None = None
    rating: str | None = None
    reason: str | None = None
    message: str | None = None
    reply: str | None = None
    date_created: datetime | None = None
    visibility_date: datetime | None = None
    modified: bool | None = None
    restock_item: bool | None = None
    """Whether the goods go back on sale; the seller's side only."""
    has_seller_refunded_money: bool | None = None
    extended_feedback: tuple[JsonValue, ...] = ()
    site_id: str | None = None
    adult_content: bool | None = None
    item: FeedbackItem | None = None
    from_: FeedbackParty | None = None
    to: FeedbackParty | None = None


@define(kw_only=True)
class SaleFeedback(Entity):
    """What both sides say of a sale; None where a side has said nothing yet."""

    sale: Feedback | None = None
    """The seller's word."""
    purchase: Feedback | None = None
    """The buyer's word."""


@define(kw_only=True)
class FeedbackInput(Model):
    """A feedback to be given or changed."""

    fulfilled: bool
    """Whether the sale was completed. True also marks a shipment that Mercado Libre does not track as delivered."""
    message: str
    """Fewer than 160 characters."""
    rating: str | Unset = UNSET
    """One of `Rating`; needed where `fulfilled` is True."""
    reason: str | Unset = UNSET
    """One of `SellerReason`; needed where `fulfilled` is False."""
    restock_item: bool | Unset = UNSET
    """Puts the goods back on sale; the item must not be closed."""
