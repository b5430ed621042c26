"""Notifications, as https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones describes them."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final

from attrs import define, field, frozen

from meli_sdk.models.base import NOT_IN_BODY, Entity, IntId, Model, StrId

_MAX_RESOURCE: Final = 200
_OWNERS: Final = frozenset({"site_id", "user_id"})
"""Parameters that say whose it is, not what it is."""


class Topic(StrEnum):
    """The documented topics. New ones appear: `Notification.topic` is any text."""

    ORDERS = "orders_v2"
    ORDERS_FEEDBACK = "orders_feedback"
    ITEMS = "items"
    ITEMS_PRICES = "items_prices"
    QUESTIONS = "questions"
    MESSAGES = "messages"
    PAYMENTS = "payments"
    SHIPMENTS = "shipments"
    FULFILLMENT_STOCK = "fbm_stock_operations"
    FLEX_HANDSHAKES = "flex-handshakes"
    STOCK_LOCATION = "stock-location"
    """As the page prints it."""
    STOCK_LOCATIONS = "stock-locations"
    """As it arrives."""
    USER_PRODUCT_FAMILIES = "user-products-families"
    COMPETITION = "catalog_item_competition_status"
    CATALOG_SUGGESTIONS = "catalog_suggestions"
    PRICE_SUGGESTION = "price_suggestion"
    PUBLIC_OFFERS = "public_offers"
    PUBLIC_CANDIDATES = "public_candidates"
    POST_PURCHASE = "post_purchase"
    LEADS = "vis_leads"
    INVOICES = "invoices"
    CREDIT_LEADS = "leads-credits"
    QUOTATIONS = "quotations"
    MARKETPLACE_ITEMS = "marketplace_items"
    MARKETPLACE_ORDERS = "marketplace_orders"
    MARKETPLACE_ORDERS_ON_SITE = "marketplace_orders_on_site"
    MARKETPLACE_QUESTIONS = "marketplace_questions"
    MARKETPLACE_MESSAGES = "marketplace_messages"
    MARKETPLACE_SHIPMENTS = "marketplace_shipments"
    MARKETPLACE_CLAIMS = "marketplace_claims"
    MARKETPLACE_FULFILLMENT_STOCK = "marketplace_fbm_stock"
    MARKETPLACE_MIGRATION = "marketplace_cbt_item_uptin"


@frozen(kw_only=True)
class ResourceShape:
    """What a `resource` may look like, and the path it is read through."""

    template: str
    """Our own path; a notification gives nothing but the values between the braces."""
    pattern: re.Pattern[str]
    """Its named groups are the template's parameters."""
    topics: frozenset[str]

    def values(self, resource: str) -> Mapping[str, str] | None:
        """The parameters in a resource of this shape; None for another one."""
        found = self.pattern.fullmatch(resource)
        return None if found is None else found.groupdict()


_DIGITS: Final = r"\d{1,20}"
_ITEM: Final = r"[A-Z]{3}\d{1,15}"
_KEY: Final = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_PARAMETERS: Final = {
    "order_id": _DIGITS,
    "shipment_id": _DIGITS,
    "question_id": _DIGITS,
    "operation_id": _DIGITS,
    "payment_id": _DIGITS,
    "claim_id": _DIGITS,
    "user_id": _DIGITS,
    "item_id": _ITEM,
    "user_product_id": r"(?:[A-Z]{3})?U\d{1,15}",
    "site_id": "[A-Z]{3}",
    "family_id": _DIGITS,
}


def _shape(template: str, *topics: str, arrives: str | None = None) -> ResourceShape:
    """A shape; `arrives` where the resource is spelt otherwise than the path that reads it."""
    parts = re.split(r"\{([a-z_]+)\}", arrives or template)
    words = [
        re.escape(part) if index % 2 == 0 else f"(?P<{part}>{_PARAMETERS.get(part, _KEY)})"
        for index, part in enumerate(parts)
    ]
    pattern = "".join(words)
    if pattern.startswith("/"):  # some arrive without it
        pattern = f"/?{pattern[1:]}"
    return ResourceShape(template=template, pattern=re.compile(pattern, re.ASCII), topics=frozenset(topics))


RESOURCE_SHAPES: Final = (
    _shape("/orders/{order_id}", "orders_v2", "orders", "created_orders"),
    _shape("/orders/{order_id}/feedback", "orders_feedback"),
    _shape("/items/{item_id}", "items"),
    _shape("/items/{item_id}/prices", "items_prices", "items"),
    _shape("/questions/{question_id}", "questions"),
    _shape("/messages/{message_id}", "messages", arrives="{message_id}"),
    _shape("/messages/{message_id}", "messages"),
    _shape("/collections/{payment_id}", "payments"),
    _shape("/shipments/{shipment_id}", "shipments"),
    _shape("/stock/fulfillment/operations/{operation_id}", "fbm_stock_operations"),
    _shape("/flex/sites/{site_id}/shipments/{shipment_id}/assignment/v1", "flex-handshakes"),
    _shape("/user-products/{user_product_id}/stock", "stock-location", "stock-locations", "stock_locations"),
    _shape("/sites/{site_id}/user-products-families/{family_id}", "user-products-families"),
    _shape("/items/{item_id}/price_to_win", "catalog_item_competition_status"),
    _shape("/catalog_suggestions/{suggestion_id}", "catalog_suggestions"),
    _shape("/suggestions/items/{item_id}/details", "price_suggestion"),
    _shape("/marketplace/benchmarks/items/{item_id}/details", "price_suggestion"),
    _shape("/seller-promotions/offers/{offer_id}", "public_offers"),
    _shape("/seller-promotions/promotions/offer/{offer_id}/{user_id}", "public_offers"),
    _shape("/seller-promotions/candidates/{candidate_id}", "public_candidates"),
    _shape("/post-purchase/v1/claims/{claim_id}", "post_purchase", "claims"),
    _shape("/vis/leads/{lead_id}", "vis_leads"),
    _shape("/vis/leads/{lead_id}", "vis_leads", arrives="/vis_leads/{lead_id}"),
    _shape("/users/{user_id}/invoices/{invoice_id}", "invoices"),
    _shape("/vis/loans/{loan_id}", "leads-credits", arrives="/vis/loan/{loan_id}"),
    _shape("/marketplace/items/{item_id}", "marketplace_items"),
    _shape("/marketplace/orders/{order_id}", "marketplace_orders", "marketplace_orders_on_site", "orders_v2"),
    _shape("/marketplace/questions/{question_id}", "marketplace_questions"),
    _shape("/marketplace/messages/{message_id}", "marketplace_messages"),
    _shape("/marketplace/shipments/{shipment_id}", "marketplace_shipments", "shipments"),
    _shape("/marketplace/claims/{claim_id}", "marketplace_claims"),
    _shape("/marketplace/stock/fulfillment/operations/{operation_id}", "marketplace_fbm_stock"),
    _shape(
        "/marketplace/items/{item_id}/migration_live_listing",
        "marketplace_cbt_item_uptin",
        "marketplace_cbt_items_uptin",
    ),
)
"""Every documented resource. Where a topic is new or absent, the shape of the resource alone decides."""

KNOWN_TOPICS: Final = frozenset(topic for shape in RESOURCE_SHAPES for topic in shape.topics)


@define(kw_only=True)
class Notification(Entity):
    """One notification. Every field but `resource` may be missing; `user_id` may be text on the wire.

    `resource` is never used as an address: `resource_id` and `path_values` are what is left of it after a full match
    with a documented shape.
    """

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"underscore_id": "_id"}

    resource: str
    topic: str | None = None
    """One of `Topic`, or any other text."""
    user_id: IntId | None = None
    application_id: IntId | None = None
    underscore_id: StrId | None = None
    """`_id` of the wire; see `event_id`."""
    id: StrId | None = None
    """Of the newer form; see `event_id`."""
    attempts: int | None = None
    sent: datetime | None = None
    received: datetime | None = None
    recieved: datetime | None = None
    """Some topics spell it like this; see `received_at`."""
    actions: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, object], ...] = field(default=(), eq=False, repr=False, metadata=NOT_IN_BODY)
    """Name and value of each field that was not what it should be; `parse_notification` leaves it None."""

    @property
    def event_id(self) -> str | None:
        """The id of the event, which repeated deliveries share; None where the topic has none."""
        return self.underscore_id or self.id

    @property
    def key(self) -> str:
        """What repeated deliveries of one event share: the id, or a digest of what names the event."""
        if self.event_id:
            return self.event_id
        named = (self.application_id, self.user_id, self.topic, self.resource, self.sent and self.sent.isoformat())
        return hashlib.sha256(repr(named).encode()).hexdigest()

    @property
    def received_at(self) -> datetime | None:
        """When Mercado Libre took note of the event."""
        return self.received or self.recieved

    @property
    def shape(self) -> ResourceShape | None:
        """The documented shape of the resource; None where there is none."""
        if len(self.resource) > _MAX_RESOURCE:
            return None
        known = self.topic in KNOWN_TOPICS
        if not known and "/" not in self.resource:
            return None  # any word would look like the id of a message
        for shape in RESOURCE_SHAPES:
            if (not known or self.topic in shape.topics) and shape.values(self.resource) is not None:
                return shape
        return None

    @property
    def path_values(self) -> Mapping[str, str]:
        """The parameters in the resource, by name; empty where its shape is unknown."""
        shape = self.shape
        return MappingProxyType({} if shape is None else shape.values(self.resource) or {})

    @property
    def resource_id(self) -> str | None:
        """The id in the resource; None where its shape is none that Mercado Libre documents."""
        return next((value for name, value in self.path_values.items() if name not in _OWNERS), None)

    def __str__(self) -> str:
        return f"Notification {self.topic} {self.resource_id} of {self.user_id}"


@define(kw_only=True)
class DeliveryRequest(Model):
    """What was sent to the callback."""

    url: str | None = None
    headers: Mapping[str, str | int] | None = None
    data: str | None = None
    """The body that was sent, as text."""


@define(kw_only=True)
class DeliveryResponse(Model):
    """What the callback answered."""

    req_time: int | None = None
    """Milliseconds."""
    http_code: int | None = None
    """200 where the answer came too late."""
    body: str | None = None
    headers: Mapping[str, str | int] | None = None


@define(kw_only=True)
class MissedNotification(Notification):
    """A notification that was not delivered, with what its last attempt sent and got."""

    request: DeliveryRequest | None = None
    response: DeliveryResponse | None = None
