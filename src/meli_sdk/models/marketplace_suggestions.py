"""Suggestions where to list, by https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from attrs import define, frozen

from meli_sdk.models.base import Entity, Model


@define(kw_only=True)
class SuggestedSite(Model):
    """A marketplace in which an item could be listed. The answer spells the logistic type in two ways."""

    site_id: str | None = None
    price: Decimal | None = None
    """USD."""
    logistic_type: str | None = None
    logistic: str | None = None


@define(kw_only=True)
class ListingSuggestion(Entity):
    """A global item and the marketplaces it could be listed in."""

    id: str | None = None
    title: str | None = None
    suggestions: tuple[SuggestedSite, ...] = ()


@define(kw_only=True)
class BlockedSite(Model):
    """A marketplace in which an item could not be listed, and why."""

    site_id: str | None = None
    logistic_type: str | None = None
    reasons: tuple[str, ...] = ()
    """Such as "Listing cap no valid."."""


@define(kw_only=True)
class BlockedSuggestion(Entity):
    """A global item whose suggestions were not realised."""

    id: str | None = None
    title: str | None = None
    to_validate: tuple[BlockedSite, ...] = ()


@define(kw_only=True)
class SuggestedListing(Model):
    """What became of one suggestion."""

    item_id: str | None = None
    site_id: str | None = None
    logistic_type: str | None = None
    status: str | None = None
    price: Decimal | None = None


@define(kw_only=True)
class SuggestedGlobalItem(Model):
    """What became of the suggestions of one global item."""

    id: str | None = None
    marketplace_items: tuple[SuggestedListing, ...] = ()


@define(kw_only=True)
class SuggestionProcess(Entity):
    """Suggestions that are being listed."""

    id: str | None = None
    status: str | None = None
    """`done` at the end."""
    process_date: datetime | None = None
    global_items: tuple[SuggestedGlobalItem, ...] = ()


@define(kw_only=True)
class AutomaticSite(Entity):
    """Whether suggestions of a marketplace are listed without asking."""

    site_id: str | None = None
    logistic_type: str | None = None
    enabled: bool | None = None


@frozen
class AcceptedSite:
    """A suggestion that is to be listed. The price is USD."""

    site_id: str
    price: Decimal | int | str
    logistic_type: str = "remote"


@frozen
class AcceptedSuggestion:
    """The suggestions of one global item that are to be listed."""

    id: str
    suggestions: Sequence[AcceptedSite]


@frozen
class AutomaticChoice:
    """Switches the automatic listing of suggestions in one marketplace."""

    site_id: str
    enabled: bool
    logistic_type: str = "remote"
