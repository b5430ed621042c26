"""Global Selling, as https://global-selling.mercadolibre.com/devsite/global-listing describes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen

from meli_sdk.errors import InputError, shown
from meli_sdk.models.base import UNSET, Entity, IntId, JsonValue, Model, StrId, Unset
from meli_sdk.models.items import ErrorCause, ItemAttribute, Picture, SellerAddress, Variation, sku_of


@define(kw_only=True)
class MarketplaceTarget(Model):
    """One marketplace a Global Selling user may publish in."""

    user_id: IntId | None = None
    """The user's id in that marketplace."""
    site_id: str | None = None
    logistic_type: str | None = None
    business_model: str | None = None
    pricing_model: str | None = None
    user_product: bool | None = None


@define(kw_only=True)
class MarketplaceUser(Entity):
    """A Global Selling user and the marketplaces it has configured."""

    user_id: IntId | None = None
    site_id: str | None = None
    marketplaces: tuple[MarketplaceTarget, ...] = ()

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """Site and logistic type of every marketplace."""
        return tuple((row.site_id, row.logistic_type) for row in self.marketplaces if row.site_id and row.logistic_type)

    def allows(self, site_id: str, logistic_type: str) -> bool:
        """Whether the user may publish there."""
        return (site_id, logistic_type) in self.targets


@define(kw_only=True)
class RowError(Model):
    """Why one site refused an item."""

    message: str | None = None
    error: str | None = None
    status: int | None = None
    code: StrId | None = None
    cause: tuple[ErrorCause | str, ...] = ()

    def __str__(self) -> str:
        return f"{self.error or self.code}: {self.message}"


@define(kw_only=True)
class Listing(Entity):
    """What became of one site and logistic type. With `errors` it was not published."""

    action: str | None = None
    item_id: str | None = None
    parent_id: str | None = None
    logistic_type: str | None = None
    site_id: str | None = None
    user_product_id: str | None = None
    """Of accounts with user products: the local one, such as `MLMU1`."""
    errors: tuple[RowError | str, ...] | RowError | str | None = None


@define(kw_only=True)
class SiteItem(Model):
    """One row of today's answer to a publication: an item, or the error of a site."""

    item_id: str | None = None
    seller_id: IntId | None = None
    site_id: str | None = None
    logistic_type: str | None = None
    user_product_id: str | None = None
    error: RowError | str | None = None

    def as_listing(self, parent_id: str) -> Listing:
        """The row in the shape of the marketplace page."""
        return Listing(
            action="POST",
            item_id=self.item_id,
            parent_id=parent_id,
            site_id=self.site_id,
            logistic_type=self.logistic_type,
            user_product_id=self.user_product_id,
            errors=None if self.error is None else (self.error,),
        )


@define(kw_only=True)
class GlobalListing(Entity):
    """Today's answer to a publication: the global item, and a row for each site."""

    item_id: str | None = None
    seller_id: IntId | None = None
    site_id: str | None = None
    parent_user_product_id: str | None = None
    siteless_user_product_id: str | None = None
    siteless_family_id: StrId | None = None
    site_items: tuple[SiteItem, ...] = ()


@define(kw_only=True)
class MarketplaceShipping(Model):
    """How a marketplace item is shipped. For a remote child `logistic_type` reads `drop_off`."""

    mode: str | None = None
    free_shipping: bool | None = None
    logistic_type: str | None = None
    dimensions: str | None = None
    local_pick_up: bool | None = None
    store_pick_up: bool | None = None
    methods: tuple[JsonValue, ...] = ()
    tags: tuple[str, ...] = ()


@define(kw_only=True)
class PriceConcept(Model):
    """One part of a price beyond the net proceeds."""

    id: str | None = None
    amount: Decimal | None = None


@define(kw_only=True)
class NetProceeds(Model):
    """What the seller receives, and what is added to make the price."""

    amount: Decimal | None = None
    currency_id: str | None = None
    additional_concepts: tuple[PriceConcept, ...] = ()


@define(kw_only=True)
class MarketplaceChild(Model):
    """One marketplace item of a global item."""

    item_id: str | None = None
    user_id: IntId | None = None
    site_id: str | None = None
    date_created: datetime | None = None
    parent_id: str | None = None
    parent_user_id: IntId | None = None


@define(kw_only=True)
class MarketplaceItem(Entity):
    """A global item or one of its marketplace items. `""` and `0` stand where nothing is known, as on the wire."""

    id: str | None = None
    site_id: str | None = None
    date_created: datetime | None = None
    last_updated: datetime | None = None
    title: str | None = None
    descriptions: tuple[JsonValue, ...] = ()
    attributes: tuple[ItemAttribute, ...] = ()
    sale_terms: tuple[ItemAttribute, ...] = ()
    variations: tuple[Variation, ...] = ()
    pictures: tuple[Picture, ...] = ()
    thumbnail: str | None = None
    secure_thumbnail: str | None = None
    thumbnail_id: str | None = None
    listing_type_id: str | None = None
    permalink: str | None = None
    shipping: MarketplaceShipping | None = None
    status: str | None = None
    sub_status: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    warranty: str | None = None
    catalog_product_id: str | None = None
    domain_id: str | None = None
    international_delivery_mode: str | None = None
    inventory_id: str | None = None
    category_id: str | None = None
    official_store_id: IntId | None = None
    sold_quantity: int | None = None
    available_quantity: int | None = None
    initial_quantity: int | None = None
    seller_id: IntId | None = None
    owner_id: IntId | None = None
    price: Decimal | None = None
    original_price: Decimal | None = None
    net_proceeds: NetProceeds | None = None
    currency_id: str | None = None
    base_exchange_rate: Decimal | None = None
    user_logistic_type: str | None = None
    """The logistic type of the marketplace item, such as `remote`; `""` for a global item."""
    cbt_item_id: str | None = None
    item_relations: tuple[JsonValue, ...] = ()
    marketplace_items: tuple[MarketplaceChild, ...] = ()
    """The children of a global item."""
    buying_mode: str | None = None
    accepts_mercadopago: bool | None = None
    seller_address: SellerAddress | None = None
    user_product_id: str | None = None
    family_name: str | None = None

    @property
    def sku(self) -> str | None:
        """The SELLER_SKU attribute, the only one Mercado Libre regards."""
        return sku_of(self.attributes)

    def __str__(self) -> str:
        return f"MarketplaceItem {self.id} {self.status} {self.currency_id} {self.price} {self.title!r}"


@frozen
class SiteConfig:
    """Where to list a global item. The price is USD; without it the parent's holds."""

    site_id: str
    logistic_type: str
    price: Decimal | int | str | Unset = field(default=UNSET, kw_only=True)
    listing_type_id: str | Unset = field(default=UNSET, kw_only=True)


NO_WARRANTY: Final = "6150835"


@frozen
class Warranty:
    """A warranty: the id of a WARRANTY_TYPE value together with how long, such as `6 months`.

    The page's types are 2230280 seller warranty, 2230279 factory warranty, 6150835 no warranty, which has no time.

    Raises:
        InputError: a type without a time, or no warranty with one.
    """

    type_id: str
    time: str | None = None

    def __attrs_post_init__(self) -> None:
        if (self.type_id == NO_WARRANTY) is not (self.time is None):
            message = (
                f"Warranty: type and time go together, such as Warranty('2230280', '6 months'), and {NO_WARRANTY} "
                f"(no warranty) has no time; got {shown(self.type_id)} with time {shown(self.time)}"
            )
            raise InputError(message)

    def as_sale_terms(self) -> list[Mapping[str, str]]:
        """The two sale terms it travels as."""
        terms: list[Mapping[str, str]] = [{"id": "WARRANTY_TYPE", "value_id": self.type_id}]
        if self.time is not None:
            terms.append({"id": "WARRANTY_TIME", "value_name": self.time})
        return terms


Rows = Sequence[Mapping[str, object]]


@frozen(kw_only=True)
class ItemChanges:
    """What to change of an item; a field that is not set stays as it is.

    The names are those of the marketplace page's "Guide to modify items". Fields that the guide says cannot change are
    here too, so that setting one says why.
    """

    title: str | Unset = UNSET
    available_quantity: int | Unset = UNSET
    category_id: str | Unset = UNSET
    condition: str | Unset = UNSET
    price: Decimal | int | str | Unset = UNSET
    warranty: Warranty | Unset = UNSET
    sale_terms: Rows | Unset = UNSET
    attributes: Rows | Unset = UNSET
    pictures: Rows | Unset = UNSET
    variations: Rows | Unset = UNSET
    description: str | Unset = UNSET
    status: str | Unset = UNSET
    listing_type_id: str | Unset = UNSET
    buying_mode: str | Unset = UNSET
    currency_id: str | Unset = UNSET
    video_id: str | Unset = UNSET
