"""What a Global Selling account may do, item by item and day by day.

Pages: https://global-selling.mercadolibre.com/devsite/global-listing,
https://global-selling.mercadolibre.com/devsite/items-and-searches-global-selling,
https://global-selling.mercadolibre.com/devsite/manage-shipments
"""

from datetime import date as Day  # noqa: N812  a field is called date
from datetime import datetime

from attrs import define, frozen

from meli_sdk.models.base import Entity, IntId, Model
from meli_sdk.models.marketplace import MarketplaceChild


@define(kw_only=True)
class MarketplaceCap(Entity):
    """How many active listings one marketplace account may have."""

    user_id: IntId | None = None
    site_id: str | None = None
    logistic_type: str | None = None
    quota: int | None = None
    """0: no limit."""
    total_items: int | None = None
    """Active listings now."""
    total_ups: int | None = None
    """Not described by Mercado Libre."""
    level_information: int | None = None
    """Not described by Mercado Libre."""

    @property
    def left(self) -> int | None:
        """Listings that may still be added; None where there is no limit or it is not told."""
        return None if not self.quota or self.total_items is None else max(0, self.quota - self.total_items)

    def __str__(self) -> str:
        return f"MarketplaceCap {self.site_id} {self.logistic_type} {self.total_items} of {self.quota or 'no limit'}"


@define(kw_only=True)
class MarketplaceMapping(Entity):
    """A global item and its marketplace items."""

    item_id: str | None = None
    user_id: IntId | None = None
    site_id: str | None = None
    date_created: datetime | None = None
    marketplace_items: tuple[MarketplaceChild, ...] = ()
    parent_id: str | None = None
    """`""` for a global item."""


@define(kw_only=True)
class WorkingDay(Model):
    """A holiday on which a seller may choose not to work."""

    date: str | None = None
    """Such as `2026-09-16`."""
    description: str | None = None
    checked: bool | None = None
    """The seller does not work on it."""
    enabled: bool | None = None
    closed: bool | None = None
    finalized: bool | None = None
    """It is over."""


@define(kw_only=True)
class WorkingDays(Entity):
    """The holidays of a marketplace account."""

    dates: tuple[WorkingDay, ...] = ()


@frozen(kw_only=True)
class WorkingDayChoice:
    """Whether a seller takes a holiday off. It can be changed until four days before."""

    date: Day
    checked: bool
    description: str | None = None

    def as_row(self) -> dict[str, object]:
        """The row it travels as."""
        row: dict[str, object] = {"checked": self.checked, "date": self.date.isoformat()}
        return row if self.description is None else {**row, "description": self.description}
