"""What Global Selling keeps beside items and orders: questions, suggestions, price references, holidays, descriptions."""

from dataclasses import dataclass, field
from datetime import datetime

from meli_sdk.sandbox.errors import JsonObject


@dataclass(slots=True, kw_only=True)
class Question:
    """One question about an item, with its answer."""

    id: int
    item_id: str
    seller_id: int
    buyer_id: int
    text: str
    created: datetime
    status: str = "UNANSWERED"
    answer: JsonObject | None = None
    answered: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Desk:
    """Everything above, of all accounts."""

    questions: dict[int, Question] = field(default_factory=dict[int, Question])
    suggestions: dict[str, list[JsonObject]] = field(default_factory=dict[str, list[JsonObject]])
    """Marketplaces in which a global item could be listed, by item."""
    processes: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    """Suggestions that were accepted, by process."""
    automatic: dict[str, bool] = field(default_factory=dict[str, bool])
    """Whether suggestions are listed without asking, by site."""
    forewarned: list[str] = field(default_factory=list[str])
    """Global items that have to be listed in the catalogue."""
    references: set[str] = field(default_factory=set[str])
    """Marketplace items with a price reference."""
    days_off: dict[tuple[int, str], bool] = field(default_factory=dict[tuple[int, str], bool])
    """Whether a marketplace account works not on a holiday, by account and day."""
    split: set[int] = field(default_factory=set[int])
    """Shipments that were split."""
    pushed: dict[int, JsonObject] = field(default_factory=dict[int, JsonObject])
    """Tracking that sellers pushed, by shipment."""
    families: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    """Global user products of a family."""
    user_products: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    """Global user products, by id: the body they were made with, and their listings."""
    imeis: dict[int, str] = field(default_factory=dict[int, str])
    """Of phones that were sold to Colombia, by order."""
