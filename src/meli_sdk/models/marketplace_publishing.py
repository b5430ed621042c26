"""What is sent to publish and change Global Selling items, and what user products answer.

Pages: https://global-selling.mercadolibre.com/devsite/global-listing,
https://global-selling.mercadolibre.com/devsite/sync-and-modify-listings-gs,
https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
"""

from collections.abc import Sequence
from datetime import datetime

from attrs import define, field, frozen

from meli_sdk.models.base import UNSET, Entity, Model, StrId, Unset
from meli_sdk.models.items import ErrorCause
from meli_sdk.models.items_requests import AttributeInput, DescriptionInput, ItemUpdate, Money, NewItem, PictureInput
from meli_sdk.models.marketplace import GlobalListing, RowError, SiteConfig
from meli_sdk.models.stock import StoreQuantity


@frozen
class SiteToSell(SiteConfig):
    """Where to list, by today's resource: what the older one takes, and more. Money is USD.

    Since January 2026 remote listings have `net_proceeds` (what the seller receives), those of Mercado Libre's warehouse
    a `price`; never both.
    """

    net_proceeds: Money | Unset = field(default=UNSET, kw_only=True)
    title: str | Unset = field(default=UNSET, kw_only=True)
    """In the site's language."""
    official_store_id: int | Unset = field(default=UNSET, kw_only=True)
    user_id: int | Unset = field(default=UNSET, kw_only=True)


@frozen(kw_only=True)
class NewGlobalItem(NewItem):
    """A global item to be created and listed. Text is English, money USD; UP sellers give a family name, no title."""

    sites_to_sell: Sequence[SiteToSell | SiteConfig] = ()
    global_net_proceeds: Money | Unset = UNSET
    """For the sites that have no `net_proceeds` of their own."""


@frozen(kw_only=True)
class ListingProceeds:
    """What the seller receives for one marketplace item of a global item."""

    listing_item_id: str
    net_proceeds: Money
    logistic_type: str
    """`remote`, `fulfillment`, ... of this marketplace item."""


@frozen(kw_only=True)
class GlobalItemUpdate(ItemUpdate):
    """What to change of a global item or of one marketplace of it, by today's resource.

    With `site_id` and `logistic_type` only this marketplace item of a global item changes.
    """

    logistic_type: str | Unset = UNSET
    net_proceeds: Money | Unset = UNSET
    global_net_proceeds: Money | Unset = UNSET
    site_listings: Sequence[ListingProceeds] | Unset = UNSET
    """Net proceeds of several marketplace items at once."""
    deleted: bool | Unset = UNSET


@frozen(kw_only=True)
class UserProductListing:
    """What to change of one marketplace item of a user product."""

    listing_id: str
    price: Money | Unset = UNSET
    net_proceeds: Money | Unset = UNSET
    status: str | Unset = UNSET


@frozen(kw_only=True)
class UserProductUpdate:
    """What to change of a global user product; a field that is UNSET stays as it is."""

    family_name: str | Unset = UNSET
    attributes: Sequence[AttributeInput] | Unset = UNSET
    pictures: Sequence[PictureInput] | Unset = UNSET
    """The whole set."""
    available_quantity: int | Unset = UNSET
    locations: Sequence[StoreQuantity] | Unset = UNSET
    listing_sites: Sequence[UserProductListing] | Unset = UNSET
    global_net_proceeds: Money | Unset = UNSET
    status: str | Unset = UNSET


@frozen(kw_only=True)
class UserProductFamilyData:
    """What to change of all user products of a global family."""

    family_name: str | Unset = UNSET
    description: DescriptionInput | Unset = UNSET
    attributes: Sequence[AttributeInput] | Unset = UNSET
    status: str | Unset = UNSET


@define(kw_only=True)
class ListingSiteChange(Model):
    """What became of the change of one marketplace item."""

    id: str | None = None
    success: bool | None = None
    errors: tuple[RowError | str, ...] | RowError | str | None = None


@define(kw_only=True)
class UserProductChange(Entity):
    """What became of a change of a global user product."""

    id: str | None = None
    success: bool | None = None
    errors: tuple[RowError | str, ...] | RowError | str | None = None
    listing_sites: tuple[ListingSiteChange, ...] = ()

    @property
    def failed(self) -> tuple[ListingSiteChange, ...]:
        """The marketplace items that were not changed."""
        return tuple(row for row in self.listing_sites if row.success is False or row.errors)


@define(kw_only=True)
class FamilyListing(GlobalListing):
    """One user product of a new family: listed, or with the error that refused it inside a success."""

    error: str | RowError | None = None
    message: str | None = None
    status: int | None = None
    cause: tuple[ErrorCause | str, ...] = ()

    @property
    def refusal(self) -> RowError | None:
        """Why it was not created; None where it was."""
        if isinstance(self.error, RowError):
            return self.error
        if self.error is None and (self.status or 0) < 400:  # noqa: PLR2004
            return None
        return RowError(message=self.message, error=self.error, status=self.status, cause=self.cause)


@define(kw_only=True)
class GlobalUserProduct(Entity):
    """The global user product of a local one."""

    global_id: str | None = None


@define(kw_only=True)
class LocalUserProducts(Entity):
    """The local user products of a global one."""

    locals: tuple[str, ...] = ()


@define(kw_only=True)
class UndescribedAnswer(Entity):
    """An answer that no page describes: look at `raw`."""


@define(kw_only=True)
class MarketplaceDescription(Entity):
    """The description of a marketplace item."""

    text: str | None = None
    plain_text: str | None = None
    """In the site's language."""
    translated_plain_text: str | None = None
    last_updated: datetime | None = None
    date_created: datetime | None = None


@define(kw_only=True)
class OrderAttributeAnswer(Entity):
    """What became of an attribute that was sent for an order, or of tracking for a shipment."""

    status: StrId | None = None
    """`success`."""
