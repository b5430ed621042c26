"""What became of each level of stock that was handed in."""

import json
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from meli_sdk.channel.report_rows import ReportRows


class StockOutcome(StrEnum):
    """What became of a level of stock."""

    APPLIED = "applied"
    """Sent, and Mercado Libre shows it."""
    UNCHANGED = "unchanged"
    """Mercado Libre shows it already; nothing was sent."""
    SUPERSEDED = "superseded"
    """A newer level of the same SKU and warehouse is known; this one was not sent."""
    SKIPPED = "skipped"
    """Not to be sent; the reason says why."""
    FAILED = "failed"
    """It could not be sent, or was refused; the reason says why."""
    UNKNOWN = "unknown"
    """Sent, and not seen yet; it is looked at before anything else is sent."""


AT_REST: Final = frozenset({StockOutcome.APPLIED, StockOutcome.UNCHANGED})
"""Mercado Libre shows what is wanted."""
_OUTCOMES: Final = tuple(StockOutcome)


@frozen(kw_only=True)
class InventoryRow:
    """One level of a report."""

    sku: str
    """Yours."""
    warehouse: str
    """Yours."""
    quantity: int
    outcome: str
    """A `StockOutcome`; in a dry run `would_be_applied` stands for what would be sent."""
    item_id: str | None = None
    reason: str | None = None

    def to_dict(self) -> dict[str, object]:
        """The row as plain values; what is empty is left out."""
        found: dict[str, object] = {
            "sku": self.sku,
            "warehouse": self.warehouse,
            "quantity": self.quantity,
            "outcome": self.outcome,
        }
        found |= {} if self.item_id is None else {"item_id": self.item_id}
        return found | ({} if self.reason is None else {"reason": self.reason})


class InventoryRows(ReportRows[InventoryRow]):
    """The rows of a report in the order of their levels, some thirty bytes each beside their SKUs."""

    def __init__(self, *, dry_run: bool = False) -> None:
        self._dry_run = dry_run
        self._skus: list[str] = []
        self._warehouses: list[str] = []
        self._quantities = array("i")
        self._sequences = array("q")
        self._outcomes = bytearray()
        self._items: list[str | None] = []
        self._reasons: dict[int, str] = {}
        self._words: dict[str, str] = {}

    def add(self, sku: str, warehouse: str, quantity: int, sequence: int = 0) -> int:
        """Adds a level of which nothing is known yet; the place of its row."""
        self._skus.append(self._words.setdefault(sku, sku))
        self._warehouses.append(self._words.setdefault(warehouse, warehouse))
        self._quantities.append(quantity)
        self._sequences.append(sequence)
        self._outcomes.append(_OUTCOMES.index(StockOutcome.FAILED))
        self._items.append(None)
        return len(self._skus) - 1

    def settle(
        self, place: int, outcome: StockOutcome, *, reason: str | None = None, item_id: str | None = None
    ) -> None:
        """Says what became of a level."""
        self._outcomes[place] = _OUTCOMES.index(outcome)
        self._items[place] = None if item_id is None else self._words.setdefault(item_id, item_id)
        self._reasons.pop(place, None)
        if reason is not None:
            self._reasons[place] = self._words.setdefault(reason, reason)

    def key(self, place: int) -> tuple[str, str, int]:
        """SKU, warehouse and sequence of a row."""
        return self._skus[place], self._warehouses[place], self._sequences[place]

    def is_open(self, place: int) -> bool:
        """Whether nothing is known of a row yet."""
        return self._outcomes[place] == _OUTCOMES.index(StockOutcome.FAILED) and place not in self._reasons

    def open_skus(self) -> set[str]:
        """The SKUs of which something is not known yet."""
        return {sku for place, sku in enumerate(self._skus) if self.is_open(place)}

    def __len__(self) -> int:
        return len(self._skus)

    def _row(self, place: int) -> InventoryRow:
        return InventoryRow(
            sku=self._skus[place],
            warehouse=self._warehouses[place],
            quantity=self._quantities[place],
            outcome=self._word(_OUTCOMES[self._outcomes[place]]),
            item_id=self._items[place],
            reason=self._reasons.get(place),
        )

    def _word(self, outcome: StockOutcome) -> str:
        return f"would_be_{outcome}" if self._dry_run and outcome is StockOutcome.APPLIED else str(outcome)

    def totals(self) -> dict[str, int]:
        """How many rows there are of each outcome, counted from the rows."""
        counted = Counter(self._outcomes)
        return {self._word(outcome): counted[place] for place, outcome in enumerate(_OUTCOMES) if counted[place]}


@frozen(kw_only=True)
class InventoryReport:
    """What became of each level of a call. The totals are counted from the rows."""

    channel: str
    user_id: int
    account: str | None
    vendor: str | None
    dry_run: bool
    started_at: datetime
    ended_at: datetime
    rows: InventoryRows
    totals: Mapping[str, int]
    """Rows of each outcome."""
    calls: int = 0
    """Calls that this process made for the seller's stock meanwhile."""
    writes: int = 0
    """How many of them changed stock."""

    @property
    def complete(self) -> bool:
        """Whether no level failed and none is unknown."""
        return not any(self.totals.get(outcome) for outcome in (StockOutcome.FAILED, StockOutcome.UNKNOWN))

    def to_json(self) -> str:
        """The whole report as JSON."""
        return json.dumps(
            {
                "channel": self.channel,
                "user_id": self.user_id,
                "account": self.account,
                "vendor": self.vendor,
                "dry_run": self.dry_run,
                "started_at": self.started_at.isoformat(),
                "ended_at": self.ended_at.isoformat(),
                "totals": dict(self.totals),
                "calls": self.calls,
                "writes": self.writes,
                "rows": [row.to_dict() for row in self.rows],
            },
            ensure_ascii=False,
        )


@frozen(kw_only=True)
class InventoryProgress:
    """How far the stock of a channel is; given to `progress` after each batch."""

    done: int
    """SKUs that were settled since this call began."""
    left: int
    """SKUs that wait."""
    calls: int
    seconds: float
    """Since this call began."""
    rate: float
    """Calls a second that the settings allow."""

    @property
    def eta(self) -> timedelta | None:
        """How long the rest takes at the present pace; None before the first SKU is settled."""
        if not self.left:
            return timedelta()
        if not self.done:
            return None
        paced = self.calls / self.rate / self.done
        return timedelta(seconds=self.left * max(paced, self.seconds / self.done))


@frozen(kw_only=True)
class StockStatus:
    """What a channel's database knows of its stock."""

    waiting: int
    """SKUs with a level that waits to be sent or looked at."""
    urgent: int
    """SKUs among them with less stock than before."""
    oldest: datetime | None
    """Since when the oldest of them waits."""
    outcomes: Mapping[str, int]
    """Settled levels of each outcome."""
    skus: int
    """SKUs of Mercado Libre whose items are known."""


InventoryProgressed = Callable[[InventoryProgress], None]
