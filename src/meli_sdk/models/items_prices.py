"""Prices of items, what selling costs, listing types and currencies.

Pages: https://developers.mercadolibre.com.ar/es_ar/api-de-precios,
https://developers.mercadolibre.com.ar/es_ar/comision-por-vender,
https://developers.mercadolibre.com.ar/es_ar/tipos-de-publicacion
"""

from datetime import datetime
from decimal import Decimal

from attrs import define

from meli_sdk.models.base import Entity, Model, StrId


@define(kw_only=True)
class PriceConditions(Model):
    """Where and when a price holds."""

    context_restrictions: tuple[str, ...] = ()
    """`channel_marketplace`, `channel_mshops`, `buyer_loyalty_3` to `_6`, `user_type_business`; empty: everywhere."""
    start_time: datetime | None = None
    end_time: datetime | None = None
    min_purchase_unit: int | None = None
    eligible: bool | None = None


@define(kw_only=True)
class PriceMetadata(Model):
    """The promotion behind a price; only the owner sees it."""

    promotion_id: str | None = None
    promotion_type: str | None = None
    promotion_offer_type: str | None = None
    campaign_id: str | None = None


@define(kw_only=True)
class ItemPrice(Model):
    """One price of an item."""

    id: StrId | None = None
    type: str | None = None
    """`standard` or `promotion`."""
    amount: Decimal | None = None
    regular_amount: Decimal | None = None
    """The price that is struck through."""
    currency_id: str | None = None
    last_updated: datetime | None = None
    conditions: PriceConditions | None = None
    metadata: PriceMetadata | None = None
    exchange_rate_context: str | None = None


@define(kw_only=True)
class ItemPrices(Entity):
    """All prices of an item."""

    id: str | None = None
    prices: tuple[ItemPrice, ...] = ()

    @property
    def by_quantity(self) -> tuple[ItemPrice, ...]:
        """The prices that hold from a number of units on."""
        return tuple(price for price in self.prices if price.conditions and price.conditions.min_purchase_unit)


@define(kw_only=True)
class SalePrice(Entity):
    """What a buyer pays for an item now."""

    price_id: StrId | None = None
    amount: Decimal | None = None
    regular_amount: Decimal | None = None
    currency_id: str | None = None
    reference_date: datetime | None = None
    metadata: PriceMetadata | None = None


@define(kw_only=True)
class ListingFeeDetails(Model):
    """The parts of the fee for listing."""

    fixed_fee: Decimal | None = None
    gross_amount: Decimal | None = None


@define(kw_only=True)
class SaleFeeDetails(Model):
    """The parts of the fee for selling; percentages are of the price."""

    financing_add_on_fee: Decimal | None = None
    fixed_fee: Decimal | None = None
    gross_amount: Decimal | None = None
    meli_percentage_fee: Decimal | None = None
    percentage_fee: Decimal | None = None


@define(kw_only=True)
class ListingFee(Entity):
    """What listing and selling costs with one listing type."""

    listing_type_id: str | None = None
    listing_type_name: str | None = None
    listing_exposure: str | None = None
    currency_id: str | None = None
    requires_picture: bool | None = None
    free_relist: bool | None = None
    mapping: str | None = None
    listing_fee_amount: Decimal | None = None
    listing_fee_details: ListingFeeDetails | None = None
    sale_fee_amount: Decimal | None = None
    sale_fee_details: SaleFeeDetails | None = None
    stop_time: datetime | None = None


@define(kw_only=True)
class ListingTypeSummary(Entity):
    """A listing type of a site, by its name."""

    id: str
    site_id: str | None = None
    name: str | None = None
    remaining_listings: int | None = None
    """How many more may be listed; None: as many as wanted."""


@define(kw_only=True)
class ModeDurations(Model):
    """How many days a listing lasts, by buying mode."""

    buy_it_now: int | None = None
    auction: int | None = None
    classified: int | None = None


@define(kw_only=True)
class ModeFlags(Model):
    """Yes or no, by buying mode."""

    buy_it_now: bool | None = None
    auction: bool | None = None
    classified: bool | None = None


@define(kw_only=True)
class FeeCriteria(Model):
    """How a fee is computed."""

    min_fee_amount: Decimal | None = None
    max_fee_amount: Decimal | None = None
    percentage_of_fee_amount: Decimal | None = None
    currency: str | None = None


@define(kw_only=True)
class ListingTypeConfiguration(Model):
    """What a listing type gives and asks for."""

    name: str | None = None
    listing_exposure: str | None = None
    requires_picture: bool | None = None
    max_stock_per_item: int | None = None
    deduction_profile_id: StrId | None = None
    differential_pricing_id: StrId | None = None
    duration_days: ModeDurations | None = None
    immediate_payment: ModeFlags | None = None
    mercado_pago: str | None = None
    listing_fee_criteria: FeeCriteria | None = None
    sale_fee_criteria: FeeCriteria | None = None


@define(kw_only=True)
class ListingTypeException(Model):
    """What differs in one category."""

    category_id: str | None = None
    configuration: ListingTypeConfiguration | None = None


@define(kw_only=True)
class ListingTypeDetail(Entity):
    """One listing type of a site."""

    id: str
    not_available_in_categories: tuple[str, ...] = ()
    configuration: ListingTypeConfiguration | None = None
    exceptions_by_category: tuple[ListingTypeException, ...] = ()


@define(kw_only=True)
class ListingExposure(Entity):
    """How prominently listings of one exposure are shown."""

    id: str
    """`lowest`, `low`, `mid`, `high` or `highest`."""
    name: str | None = None
    home_page: bool | None = None
    category_home_page: bool | None = None
    advertising_on_listing_page: bool | None = None
    priority_in_search: int | None = None


@define(kw_only=True)
class AvailableListingTypes(Entity):
    """The listing types a seller may use in a category."""

    category_id: str | None = None
    available: tuple[ListingTypeSummary, ...] = ()


@define(kw_only=True)
class ListingTypeAvailability(Entity):
    """Whether a seller may use one listing type in a category, and why not."""

    available: bool | None = None
    cause: str | None = None
    code: str | None = None


@define(kw_only=True)
class Currency(Entity):
    """A currency; `decimal_places` is 0 for the Chilean and the Colombian peso."""

    id: str
    description: str | None = None
    symbol: str | None = None
    decimal_places: int | None = None


@define(kw_only=True)
class CurrencyConversion(Entity):
    """How much of one currency another is worth."""

    currency_base: str | None = None
    currency_quote: str | None = None
    rate: Decimal | None = None
    inv_rate: Decimal | None = None
    ratio: Decimal | None = None
    """Of the older form of the answer."""
    creation_date: datetime | None = None
    valid_until: datetime | None = None


@define(kw_only=True)
class ProductIdentifierCheck(Entity):
    """What the validator of product identifiers says. Its answer is printed nowhere: read `raw`."""
