"""Items, as https://developers.mercadolibre.com.ar/en_us/items-and-searches describes them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import ClassVar

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model, StrId

SELLER_SKU = "SELLER_SKU"
"""The one attribute that Mercado Libre reads as the seller's SKU."""


class ItemStatus(StrEnum):
    """The documented values of `Item.status`."""

    PAYMENT_REQUIRED = "payment_required"
    NOT_YET_ACTIVE = "not_yet_active"
    UNDER_REVIEW = "under_review"
    ACTIVE = "active"
    PAUSED = "paused"
    INACTIVE = "inactive"
    CLOSED = "closed"
    PROGRAMMED = "programmed"
    PENDING = "pending"


class ItemSubStatus(StrEnum):
    """The documented values of `Item.sub_status`."""

    OUT_OF_STOCK = "out_of_stock"
    PAUSED_BY_SELLER = "paused_by_seller"
    PICTURE_DOWNLOAD_PENDING = "picture_download_pending"
    WARNING = "warning"
    WAITING_FOR_PATCH = "waiting_for_patch"
    HELD = "held"
    PENDING_DOCUMENTATION = "pending_documentation"
    FORBIDDEN = "forbidden"
    SUSPENDED = "suspended"
    SUSPENDED_FOR_PREVENTION = "suspended_for_prevention"
    FREEZED = "freezed"
    EXPIRED = "expired"
    DELETED = "deleted"
    PACK_QUOTA_EXCEEDED = "pack_quota_exceeded"


class ListingType(StrEnum):
    """The listing types: `gold_special` is Classic, `gold_pro` Premium; with `free` those that goods have today."""

    GOLD_PRO = "gold_pro"
    GOLD_PREMIUM = "gold_premium"
    GOLD_SPECIAL = "gold_special"
    GOLD = "gold"
    SILVER = "silver"
    BRONZE = "bronze"
    FREE = "free"


@define(kw_only=True)
class ErrorCause(Model):
    """One reason why an item, or a part of it, was refused, changed or dropped."""

    code: StrId | None = None
    cause_id: int | None = None
    type: str | None = None
    """`error` or `warning`, in either case; only an error refuses."""
    department: str | None = None
    message: str | None = None
    references: tuple[str, ...] = ()


@define(kw_only=True)
class MeasuredValue(Model):
    """A number with its unit."""

    number: Decimal | None = None
    unit: str | None = None


@define(kw_only=True)
class AttributeValue(Model):
    """One value of an attribute."""

    id: StrId | None = None
    name: str | None = None
    struct: MeasuredValue | None = None


@define(kw_only=True)
class ItemAttribute(Model):
    """An attribute, a sale term, or one part of an attribute combination, with its value."""

    id: str | None = None
    name: str | None = None
    value_id: StrId | None = None
    value_name: str | None = None
    value_struct: MeasuredValue | None = None
    value_type: str | None = None
    values: tuple[AttributeValue, ...] = ()
    attribute_group_id: str | None = None
    attribute_group_name: str | None = None


def sku_of(attributes: Iterable[ItemAttribute]) -> str | None:
    """The value of SELLER_SKU among attributes."""
    for attribute in attributes:
        if attribute.id == SELLER_SKU:
            return attribute.value_name or next((value.name for value in attribute.values if value.name), None)
    return None


@define(kw_only=True)
class Picture(Model):
    """A picture of an item."""

    id: str | None = None
    url: str | None = None
    secure_url: str | None = None
    size: str | None = None
    max_size: str | None = None
    quality: str | None = None


@define(kw_only=True)
class FreeShippingRule(Model):
    """Whom a free shipping method is for."""

    default: bool | None = None
    free_mode: str | None = None
    free_shipping_flag: bool | None = None
    value: JsonValue | None = None


@define(kw_only=True)
class FreeShippingMethod(Model):
    """A shipping method the seller pays."""

    id: IntId | None = None
    rule: FreeShippingRule | None = None


@define(kw_only=True)
class ItemShipping(Model):
    """How an item is shipped."""

    mode: str | None = None
    logistic_type: str | None = None
    free_shipping: bool | None = None
    local_pick_up: bool | None = None
    store_pick_up: bool | None = None
    dimensions: str | None = None
    tags: tuple[str, ...] = ()
    methods: tuple[JsonValue, ...] = ()
    free_methods: tuple[FreeShippingMethod, ...] = ()
    costs: tuple[JsonValue, ...] = ()


@define(kw_only=True)
class Area(Model):
    """A country, state, city or neighbourhood."""

    id: str | None = None
    name: str | None = None


@define(kw_only=True)
class SearchLocation(Model):
    """Where a search finds the seller."""

    neighborhood: Area | None = None
    city: Area | None = None
    state: Area | None = None


@define(kw_only=True)
class SellerAddress(Model):
    """Where the seller is."""

    id: IntId | None = None
    comment: str | None = None
    address_line: str | None = None
    zip_code: StrId | None = None
    city: Area | None = None
    state: Area | None = None
    country: Area | None = None
    latitude: Decimal | str | None = None
    longitude: Decimal | str | None = None
    search_location: SearchLocation | None = None


@define(kw_only=True)
class Geolocation(Model):
    """Coordinates; `""` where none are known."""

    latitude: Decimal | str | None = None
    longitude: Decimal | str | None = None


@define(kw_only=True)
class SellerContact(Model):
    """Whom a classified ad names; texts as the seller wrote them."""

    contact: str | None = None
    other_info: str | None = None
    country_code: str | None = None
    area_code: str | None = None
    phone: str | None = None
    country_code2: str | None = None
    area_code2: str | None = None
    phone2: str | None = None
    email: str | None = None
    webmail: str | None = None


@define(kw_only=True)
class ItemLocation(Model):
    """Where a classified ad's object is; empty for goods that are shipped."""

    address_line: str | None = None
    zip_code: StrId | None = None
    subneighborhood: Area | None = None
    neighborhood: Area | None = None
    city: Area | None = None
    state: Area | None = None
    country: Area | None = None
    latitude: Decimal | str | None = None
    longitude: Decimal | str | None = None
    open_hours: str | None = None


@define(kw_only=True)
class OtherPaymentMethod(Model):
    """A way to pay beside Mercado Pago."""

    id: str | None = None
    description: str | None = None
    type: str | None = None


@define(kw_only=True)
class DescriptionReference(Model):
    """Which description belongs to the item."""

    id: StrId | None = None


@define(kw_only=True)
class Variation(Entity):
    """One variant of an item, with stock of its own."""

    id: IntId | None = None
    price: Decimal | None = None
    original_price: Decimal | None = None
    currency_id: str | None = None
    attribute_combinations: tuple[ItemAttribute, ...] = ()
    attributes: tuple[ItemAttribute, ...] = ()
    available_quantity: int | None = None
    sold_quantity: int | None = None
    sale_terms: tuple[ItemAttribute, ...] = ()
    picture_ids: tuple[str, ...] = ()
    catalog_product_id: str | None = None
    seller_custom_field: str | None = None
    inventory_id: str | None = None
    user_product_id: str | None = None
    item_relations: tuple[JsonValue, ...] = ()

    @property
    def sku(self) -> str | None:
        """The SELLER_SKU attribute, the only one Mercado Libre regards."""
        return sku_of(self.attributes)


@define(kw_only=True)
class Item(Entity):
    """An item of one site, or a global item. With `attributes=` only some fields are there."""

    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {
        "status": ItemStatus,
        "sub_status": ItemSubStatus,
        "listing_type_id": ListingType,
    }

    id: str | None = None
    site_id: str | None = None
    title: str | None = None
    family_name: str | None = None
    subtitle: str | None = None
    seller_id: IntId | None = None
    category_id: str | None = None
    domain_id: str | None = None
    official_store_id: IntId | None = None
    user_product_id: str | None = None
    family_id: StrId | None = None
    price: Decimal | None = None
    base_price: Decimal | None = None
    original_price: Decimal | None = None
    currency_id: str | None = None
    inventory_id: str | None = None
    initial_quantity: int | None = None
    available_quantity: int | None = None
    sold_quantity: int | None = None
    sale_terms: tuple[ItemAttribute, ...] = ()
    attributes: tuple[ItemAttribute, ...] = ()
    variations: tuple[Variation, ...] = ()
    pictures: tuple[Picture, ...] = ()
    buying_mode: str | None = None
    listing_type_id: str | None = None
    listing_source: str | None = None
    condition: str | None = None
    warranty: str | None = None
    permalink: str | None = None
    thumbnail: str | None = None
    secure_thumbnail: str | None = None
    thumbnail_id: str | None = None
    video_id: str | None = None
    description: tuple[DescriptionReference, ...] | str | None = None
    descriptions: tuple[DescriptionReference, ...] = ()
    accepts_mercadopago: bool | None = None
    non_mercado_pago_payment_methods: tuple[OtherPaymentMethod, ...] = ()
    shipping: ItemShipping | None = None
    international_delivery_mode: str | None = None
    seller_address: SellerAddress | None = None
    seller_contact: SellerContact | None = None
    location: ItemLocation | None = None
    geolocation: Geolocation | None = None
    coverage_areas: tuple[JsonValue, ...] = ()
    warnings: tuple[ErrorCause | str, ...] = ()
    """What was changed or dropped without refusing the item."""
    status: str | None = None
    sub_status: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    deal_ids: tuple[str, ...] = ()
    catalog_product_id: str | None = None
    catalog_listing: bool | None = None
    item_relations: tuple[JsonValue, ...] = ()
    parent_item_id: str | None = None
    differential_pricing: JsonValue | None = None
    bundle: JsonValue | None = None
    automatic_relist: bool | None = None
    health: Decimal | None = None
    seller_custom_field: str | None = None
    total_listing_fee: Decimal | None = None
    start_time: datetime | None = None
    stop_time: datetime | None = None
    end_time: datetime | None = None
    expiration_time: datetime | None = None
    historical_start_time: datetime | None = None
    date_created: datetime | None = None
    last_updated: datetime | None = None

    @property
    def sku(self) -> str | None:
        """The SELLER_SKU attribute, the only one Mercado Libre regards."""
        return sku_of(self.attributes)

    def __str__(self) -> str:
        return f"Item {self.id} {self.status} {self.currency_id} {self.price} {self.title!r}"
