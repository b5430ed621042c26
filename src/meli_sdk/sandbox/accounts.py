"""What users change of their own account, and what they keep there."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from meli_sdk.sandbox.errors import JsonObject


@dataclass(slots=True, kw_only=True)
class Accounts:
    """Everything above, of all users."""

    changes: dict[int, JsonObject] = field(default_factory=dict[int, JsonObject])
    """What a user set of its own data; it lies over what the account began with."""
    paid_at_once: set[int] = field(default_factory=set[int])
    """Sellers who ask for immediate payment."""
    bookmarks: dict[int, dict[str, datetime]] = field(default_factory=dict[int, dict[str, datetime]])
    """Items that a user marked, and when."""
    answered: Counter[tuple[date, int]] = field(default_factory=Counter[tuple[date, int]])
    """Calls by UTC day and HTTP status."""
