"""What the buyers of the sandbox will do next, as data."""

import random
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Market:
    """What the buyers will do next."""

    orders_per_hour: float = 0
    """New orders in an hour of the sandbox's time; 0: nobody buys, and nothing moves by itself."""
    next_order: datetime | None = None
    steps: dict[int, datetime] = field(default_factory=dict[int, datetime])
    """When an order takes its next step."""
    chances: random.Random = field(default_factory=random.Random)
