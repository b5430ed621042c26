"""What sellers keep beside their items: pictures, questions, prices by quantity, families, moderations, blocks."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from meli_sdk.sandbox.desk import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityPrice:
    """A price that businesses pay from a number of units on."""

    id: int
    amount: Decimal
    currency_id: str
    from_units: int
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that was uploaded or fetched."""

    id: str
    owner_id: int
    size: tuple[int, int]
    """Width and height in pixels."""
    source: str | None = None
    """The address it was fetched from."""
    error: str | None = None
    """Why it could not be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """Why an item or a question was taken from the buyers, and what helps."""

    id: int
    name: str
    element: str
    """Such as `MLA1402200117-ITM`."""
    item_id: str
    user_id: int
    site_id: str
    reason: str
    remedy: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyTask:
    """A change of all the user products of a family."""

    id: str
    user_id: int
    product_ids: tuple[str, ...]
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """Which items of user products an item became."""

    created: datetime
    new_items: tuple[tuple[str, int | None], ...]
    """Ids, each with that of the variation it was."""


@dataclass(slots=True, kw_only=True)
class Catalogue:
    """Everything above, of all sellers."""

    pictures: dict[str, Picture] = field(default_factory=dict[str, Picture])
    questions: dict[int, Question] = field(default_factory=dict[int, Question])
    """About items of the sites; those about global items are on the desk."""
    quantity_prices: dict[str, list[QuantityPrice]] = field(default_factory=dict[str, list[QuantityPrice]])
    """By item."""
    price_ids: dict[str, int] = field(default_factory=dict[str, int])
    """The highest id that a price of an item ever had."""
    blocked_buyers: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    """Who may not buy, by seller."""
    blocked_askers: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    """Who may not ask, by seller."""
    moderations: list[Moderation] = field(default_factory=list[Moderation])
    """The oldest first."""
    family_tasks: dict[str, FamilyTask] = field(default_factory=dict[str, FamilyTask])
    migrations: dict[str, Migration] = field(default_factory=dict[str, Migration])
    """By the item that was closed."""
