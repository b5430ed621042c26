"""What shipping an item costs, and how it may be shipped.

Pages: https://developers.mercadolibre.com.ar/es_ar/costos-de-envios,
https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model, StrId
from meli_sdk.models.items import Area, ItemAttribute


@define(kw_only=True)
class OptionDestination(Model):
    """Where the parcel would go."""

    zip_code: StrId | None = None
    city: Area | None = None
    state: Area | None = None
    country: Area | None = None


@define(kw_only=True)
class OptionBuyer(Model):
    """For whom the options were computed."""

    id: IntId | None = None
    loyalty_level: int | None = None
    shipping_level: StrId | None = None


@define(kw_only=True)
class OptionOffset(Model):
    """How much later the delivery may be."""

    date: datetime | None = None
    shipping: int | None = None


@define(kw_only=True)
class OptionTimeFrame(Model):
    """The hours of the delivery."""

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"from_": "from"}

    from_: StrId | None = None
    to: StrId | None = None


@define(kw_only=True)
class OptionDeliveryTime(Model):
    """When the parcel would arrive."""

    type: str | None = None
    date: datetime | None = None
    unit: str | None = None
    offset: OptionOffset | None = None
    time_frame: OptionTimeFrame | None = None
    pay_before: datetime | None = None
    shipping: int | None = None
    handling: int | None = None
    schedule: JsonValue | None = None


@define(kw_only=True)
class ShippingDiscount(Model):
    """What Mercado Libre takes off the cost."""

    rate: Decimal | None = None
    type: str | None = None
    promoted_amount: Decimal | None = None
    show_loyal_benefit: bool | None = None


@define(kw_only=True)
class ItemShippingOption(Model):
    """One way to ship the item to a destination."""

    id: IntId | None = None
    option_hash: str | None = None
    name: str | None = None
    currency_id: str | None = None
    base_cost: Decimal | None = None
    cost: Decimal | None = None
    list_cost: Decimal | None = None
    display: str | None = None
    """`recommended`, `always` or `optional`."""
    shipping_method_id: IntId | None = None
    shipping_method_type: str | None = None
    shipping_option_type: str | None = None
    """`address`, `agency` or `place`."""
    estimated_delivery_time: OptionDeliveryTime | None = None
    discount: ShippingDiscount | None = None


@define(kw_only=True)
class OptionMessage(Model):
    """A note on the options."""

    display_mode: str | None = None
    reason: str | None = None


@define(kw_only=True)
class ItemShippingOptions(Entity):
    """The ways to ship an item to one destination."""

    destination: OptionDestination | None = None
    buyer: OptionBuyer | None = None
    options: tuple[ItemShippingOption, ...] = ()
    custom_message: OptionMessage | None = None


@define(kw_only=True)
class CountryCoverage(Model):
    """What free shipping costs the seller."""

    list_cost: Decimal | None = None
    currency_id: str | None = None
    billable_weight: Decimal | None = None
    """Grams."""
    discount: ShippingDiscount | None = None


@define(kw_only=True)
class FreeShippingCoverage(Model):
    """The cost by area; only the whole country is documented."""

    all_country: CountryCoverage | None = None


@define(kw_only=True)
class FreeShippingCost(Entity):
    """What the seller pays when the buyer does not."""

    coverage: FreeShippingCoverage | None = None

    @property
    def cost(self) -> Decimal | None:
        """What the seller pays for a parcel to anywhere in the country."""
        whole = self.coverage.all_country if self.coverage else None
        return whole.list_cost if whole else None


@define(kw_only=True)
class ShippingDimensions(Model):
    """The usual package of a category: centimetres and grams."""

    height: Decimal | None = None
    width: Decimal | None = None
    length: Decimal | None = None
    weight: Decimal | None = None


@define(kw_only=True)
class CategoryLogistic(Model):
    """A shipping mode that a category allows, with its logistic types."""

    mode: str | None = None
    types: tuple[str, ...] = ()


@define(kw_only=True)
class PreferencesSource(Model):
    """Where the preferences come from."""

    origin: str | None = None
    identifier: str | None = None


@define(kw_only=True)
class CategoryShippingPreferences(Entity):
    """How items of a category may be shipped."""

    category_id: str | None = None
    dimensions: ShippingDimensions | None = None
    logistics: tuple[CategoryLogistic, ...] = ()
    me2_restrictions: JsonValue | None = None
    restricted: bool | None = None
    source: PreferencesSource | None = None
    date_created: datetime | None = None
    last_modified: datetime | None = None

    @property
    def modes(self) -> tuple[str, ...]:
        """The shipping modes that the category allows."""
        return tuple(row.mode for row in self.logistics if row.mode)


@define(kw_only=True)
class ShippingAttribute(Model):
    """An attribute that shipping needs."""

    id: str | None = None
    name: str | None = None


@define(kw_only=True)
class DomainShippingAttributes(Entity):
    """The attributes of a domain that shipping needs. The answer is not printed anywhere: read `raw`."""

    domain_id: str | None = None
    attributes: tuple[ShippingAttribute, ...] = ()


@define(kw_only=True)
class ShippingModeCatalog(Model):
    """The product as the computation took it."""

    domain_id: str | None = None
    attributes: tuple[ItemAttribute, ...] = ()


@define(kw_only=True)
class ShippingRules(Model):
    """What a mode or logistic type asks of an item: `required`, `optional`, `not_allowed`, `mandatory` or `clear`."""

    dimensions: str | None = None
    costs: str | None = None
    adoption: str | None = None
    free_shipping: str | None = None
    local_pick_up: str | None = None
    tags: tuple[str, ...] = ()


@define(kw_only=True)
class AvailableLogisticType(Model):
    """A logistic type that a mode allows."""

    type: str | None = None
    default: bool | None = None
    attributes: ShippingRules | None = None


@define(kw_only=True)
class AvailableShippingMode(Model):
    """A mode that the seller may use for the item."""

    mode: str | None = None
    logistic_types: tuple[AvailableLogisticType, ...] = ()
    shipping_attributes: ShippingRules | None = None


@define(kw_only=True)
class ShippingModeChannel(Model):
    """One sales channel and what it allows; in a question only its id."""

    id: str | None = None
    channel_id: str | None = None
    available_modes: tuple[AvailableShippingMode, ...] = ()
    warnings: JsonValue | None = None


@define(kw_only=True)
class ItemShippingModes(Entity):
    """How a seller may ship one item."""

    site_id: str | None = None
    item_id: str | None = None
    seller_id: IntId | None = None
    title: str | None = None
    item_price: Decimal | None = None
    item_currency: str | None = None
    category_id: str | None = None
    catalog: ShippingModeCatalog | None = None
    sale_terms: tuple[ItemAttribute, ...] = ()
    listing_type_id: str | None = None
    buying_mode: str | None = None
    condition: str | None = None
    channels: Mapping[str, ShippingModeChannel] | tuple[ShippingModeChannel, ...] = ()
    """The channels asked about as an array, the answer by the channel's name."""
    new_format: bool | None = None
    verbose: bool | None = None
