"""What a check of an item goes by: the rules of its category, and what is known of the account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from attrs import field, frozen

from meli_sdk.models.categories import Category, CategoryAttribute, SaleTerm
from meli_sdk.models.items_prices import Currency, ListingTypeDetail
from meli_sdk.models.marketplace import MarketplaceUser
from meli_sdk.models.users import User


@frozen(kw_only=True)
class CategoryRules:
    """What one category asks for. What is None is not known, and what needs it is reported as unchecked."""

    category: Category
    attributes: tuple[CategoryAttribute, ...] | None = None
    sale_terms: tuple[SaleTerm, ...] | None = None
    shipping_modes: tuple[str, ...] | None = None
    """The modes of `/categories/{id}/shipping_preferences`."""
    listing_types: tuple[ListingTypeDetail, ...] | None = None
    """The listing types of the site that are known in detail."""
    currency: Currency | None = None
    """The currency of the category, for its decimals."""
    required: frozenset[str] | None = None
    """What the conditional attributes require of the very item; None: not asked."""
    read_at: datetime | None = None
    """When the attributes were read."""


@frozen(kw_only=True)
class SellerAccount:
    """What is known of the account that will list. What is left out is not checked."""

    site_id: str | None = None
    """`CBT` for a Global Selling account."""
    user_product: bool = False
    """Tag `user_product_seller`: a family name in the place of title and variations."""
    warehouse_management: bool = False
    """Stock is held in stores: `stock_locations` in the place of the quantity."""
    targets: tuple[tuple[str, str], ...] | None = None
    """Site and logistic type of each marketplace a Global Selling account has configured."""
    listings_left: Mapping[tuple[str, str], int] = field(factory=dict[tuple[str, str], int])
    """How many more listings each site and logistic type takes, where that is limited."""
    package_measures: bool = False
    """Shipped by cross docking or drop-off: the four SELLER_PACKAGE attributes are needed."""
    taxes: bool = False
    """Registered for VAT in Argentina: VALUE_ADDED_TAX and IMPORT_DUTY are needed."""

    @classmethod
    def of(cls, user: User, marketplaces: MarketplaceUser | None = None) -> Self:
        """What a user's tags and marketplaces say."""
        return cls(
            site_id=user.site_id,
            user_product="user_product_seller" in user.tags,
            warehouse_management="warehouse_management" in user.tags,
            targets=None if marketplaces is None else marketplaces.targets,
        )
