"""What is sent to create and change items. A field that is UNSET is not sent, None is sent as null.

Nothing is filled in: what you do not set does not travel. Money is `Decimal` (or a whole number); a float travels as it is
written. Pages: https://developers.mercadolibre.com.ar/es_ar/publica-productos,
https://developers.mercadolibre.com.ar/es_ar/producto-sincroniza-modifica-publicaciones
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self

from attrs import field, frozen

from meli_sdk.models.base import UNSET, Unset
from meli_sdk.models.items import ItemLocation, MeasuredValue, OtherPaymentMethod, SellerContact
from meli_sdk.models.stock import StoreQuantity

Money = Decimal | float
"""An amount; a whole number is a `float` to type checkers."""

NOT_APPLICABLE = "-1"
"""The value id that says an attribute does not apply."""


@frozen(kw_only=True)
class AttributeValueInput:
    """One of several values of an attribute."""

    id: str | Unset | None = UNSET
    name: str | Unset | None = UNSET
    struct: MeasuredValue | Unset | None = UNSET


@frozen
class AttributeInput:
    """An attribute, a sale term, or one part of a variation's combination.

    Give `value_id` for a value that the category lists, `value_name` for text, numbers and numbers with a unit
    (`25 cm`). A characteristic of your own has no id but a `name`.
    """

    id: str | Unset | None = UNSET
    name: str | Unset | None = field(default=UNSET, kw_only=True)
    value_id: str | Unset | None = field(default=UNSET, kw_only=True)
    value_name: str | Unset | None = field(default=UNSET, kw_only=True)
    value_struct: MeasuredValue | Unset | None = field(default=UNSET, kw_only=True)
    values: Sequence[AttributeValueInput] | Unset | None = field(default=UNSET, kw_only=True)
    attribute_group_id: str | Unset | None = field(default=UNSET, kw_only=True)
    attribute_group_name: str | Unset | None = field(default=UNSET, kw_only=True)

    @classmethod
    def cleared(cls, attribute_id: str) -> Self:
        """Removes the attribute from an item."""
        return cls(attribute_id, value_id=None, value_name=None)

    @classmethod
    def not_applicable(cls, attribute_id: str) -> Self:
        """Says that the attribute does not apply to this item."""
        return cls(attribute_id, value_id=NOT_APPLICABLE, value_name=None)


@frozen(kw_only=True)
class PictureInput:
    """A picture: the id of an uploaded one, or the address Mercado Libre fetches it from; one of the two.

    The other fields are those of a picture that was read from an item; they are ignored.
    """

    id: str | Unset = UNSET
    source: str | Unset = UNSET
    url: str | Unset = UNSET
    secure_url: str | Unset = UNSET
    size: str | Unset = UNSET
    max_size: str | Unset = UNSET
    quality: str | Unset = UNSET


@frozen(kw_only=True)
class DescriptionInput:
    """The description, as plain text with line breaks."""

    plain_text: str | Unset = UNSET


@frozen(kw_only=True)
class FreeShippingRuleInput:
    """Whom a free shipping method is for."""

    free_mode: str | Unset = UNSET
    value: Sequence[str] | Unset | None = UNSET


@frozen(kw_only=True)
class FreeShippingMethodInput:
    """A shipping method the seller pays."""

    id: int
    rule: FreeShippingRuleInput | Unset = UNSET


@frozen(kw_only=True)
class ShippingCostInput:
    """A cost of custom shipping."""

    description: str
    cost: Money


@frozen(kw_only=True)
class ShippingInput:
    """How the item is shipped."""

    mode: str | Unset = UNSET
    local_pick_up: bool | Unset = UNSET
    free_shipping: bool | Unset = UNSET
    logistic_type: str | Unset = UNSET
    store_pick_up: bool | Unset = UNSET
    dimensions: str | Unset | None = UNSET
    """Height, width and length in centimetres and the weight in grams: `7x9x14,220`."""
    tags: Sequence[str] | Unset = UNSET
    methods: Sequence[str] | Unset = UNSET
    free_methods: Sequence[FreeShippingMethodInput] | Unset = UNSET
    costs: Sequence[ShippingCostInput] | Unset = UNSET


@frozen(kw_only=True)
class VariationInput:
    """A variant: without id a new one, with id an existing one of which only the fields that are set change."""

    id: int | str | Unset = UNSET
    price: Money | Unset = UNSET
    """The same in all variations: only the highest is shown and charged."""
    available_quantity: int | Unset = UNSET
    sold_quantity: int | Unset = UNSET
    attribute_combinations: Sequence[AttributeInput] | Unset = UNSET
    attributes: Sequence[AttributeInput] | Unset = UNSET
    sale_terms: Sequence[AttributeInput] | Unset = UNSET
    picture_ids: Sequence[str] | Unset = UNSET
    """Ids or addresses of pictures that the item has too."""
    seller_custom_field: str | Unset | None = UNSET
    catalog_product_id: str | Unset | None = UNSET
    inventory_id: str | Unset | None = UNSET


@frozen(kw_only=True)
class _ItemFields:
    """What a new item and a change have in common."""

    site_id: str | Unset = UNSET
    title: str | Unset = UNSET
    subtitle: str | Unset | None = UNSET
    family_name: str | Unset = UNSET
    """Of sellers with user products, in the place of the title."""
    category_id: str | Unset = UNSET
    official_store_id: int | Unset | None = UNSET
    price: Money | Unset = UNSET
    currency_id: str | Unset = UNSET
    available_quantity: int | Unset = UNSET
    buying_mode: str | Unset = UNSET
    listing_type_id: str | Unset = UNSET
    condition: str | Unset = UNSET
    description: DescriptionInput | str | Unset = UNSET
    video_id: str | Unset | None = UNSET
    warranty: str | Unset | None = UNSET
    """Older than the sale terms WARRANTY_TYPE and WARRANTY_TIME."""
    tags: Sequence[str] | Unset = UNSET
    sale_terms: Sequence[AttributeInput] | Unset = UNSET
    pictures: Sequence[PictureInput] | Unset = UNSET
    """The whole set, in the order of display."""
    attributes: Sequence[AttributeInput] | Unset = UNSET
    variations: Sequence[VariationInput] | Unset = UNSET
    shipping: ShippingInput | Unset = UNSET
    channels: Sequence[str] | Unset = UNSET
    catalog_product_id: str | Unset | None = UNSET
    catalog_listing: bool | Unset = UNSET
    seller_custom_field: str | Unset | None = UNSET
    """A note of your own; the SKU that Mercado Libre regards is the attribute SELLER_SKU."""
    seller_contact: SellerContact | Unset | None = UNSET
    location: ItemLocation | Unset = UNSET
    accepts_mercadopago: bool | Unset = UNSET
    non_mercado_pago_payment_methods: Sequence[OtherPaymentMethod] | Unset = UNSET
    automatic_relist: bool | Unset = UNSET
    start_time: datetime | Unset = UNSET
    stock_locations: Sequence[StoreQuantity] | Unset = UNSET
    """Of sellers with several origins, in the place of the quantity."""


@frozen(kw_only=True)
class NewItem(_ItemFields):
    """An item to be listed. Which fields are needed says the category: `categories.check(item)` tells before sending."""


@frozen(kw_only=True)
class ItemUpdate(_ItemFields):
    """What to change of an item; a field that is UNSET stays as it is, None clears it.

    `pictures` and `variations` are whole sets: a picture that is left out is removed, a variation that is left out is
    deleted (`items.update_variations` keeps the others).
    """

    status: str | Unset = UNSET
    """`active`, `paused` or `closed`; `closed` is final."""
    sub_status: Sequence[str] | Unset = UNSET


@frozen(kw_only=True)
class RelistedVariation:
    """A variation of an item that is listed again."""

    id: int
    price: Money
    quantity: int


@frozen(kw_only=True)
class Relisting:
    """How a closed item is listed again: price and quantity, or a row for each variation."""

    listing_type_id: str
    price: Money | Unset = UNSET
    quantity: int | Unset = UNSET
    variations: Sequence[RelistedVariation] | Unset = UNSET


@frozen(kw_only=True)
class QuantityPriceConditions:
    """From how many units on a price holds, and for whom."""

    context_restrictions: Sequence[str]
    min_purchase_unit: int


@frozen(kw_only=True)
class QuantityPrice:
    """A price for several units: an existing one that is kept, by its id, or a new one."""

    id: str | Unset = UNSET
    amount: Money | Unset = UNSET
    currency_id: str | Unset = UNSET
    conditions: QuantityPriceConditions | Unset = UNSET

    @classmethod
    def kept(cls, price_id: str) -> Self:
        """Keeps a price that the item has; one that is left out is deleted."""
        return cls(id=price_id)

    @classmethod
    def of(cls, amount: Money, currency_id: str, *, from_units: int) -> Self:
        """A price for business buyers from so many units on."""
        conditions = QuantityPriceConditions(
            context_restrictions=("channel_marketplace", "user_type_business"), min_purchase_unit=from_units
        )
        return cls(amount=amount, currency_id=currency_id, conditions=conditions)


@frozen(kw_only=True)
class UserProductCondition:
    """A further condition under which a user product is sold; it becomes an item."""

    price: Money
    category_id: str
    currency_id: str
    buying_mode: str
    listing_type_id: str
    shipping: ShippingInput | Unset = UNSET
    channels: Sequence[str] | Unset = UNSET
    tags: Sequence[str] | Unset = UNSET
    sale_terms: Sequence[AttributeInput] | Unset = UNSET
    catalog_listing: bool | Unset = UNSET
    catalog_product_id: str | Unset = UNSET
    official_store_id: int | Unset = UNSET


@frozen(kw_only=True)
class KnownAttribute:
    """An attribute that is known of a product, to narrow what is asked for."""

    id: str
    value_id: str


@frozen(kw_only=True)
class FamilyContent:
    """What all user products of a family share."""

    family_name: str
    domain_id: str
    attributes: Sequence[AttributeInput]


@frozen(kw_only=True)
class FamilyMember:
    """What tells one user product of a family from the others."""

    id: str
    attributes: Sequence[AttributeInput]


@frozen(kw_only=True)
class FamilyEdit:
    """A change of a whole family; it needs every user product of the family."""

    common_content: FamilyContent | Unset = UNSET
    user_products: Sequence[FamilyMember] | Unset = UNSET
