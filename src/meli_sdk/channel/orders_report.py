"""What became of each order of a pass."""

import json
from array import array
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from meli_sdk.channel.order_groups import OrderGroup
from meli_sdk.channel.report_rows import ReportRows


class OrderAction(StrEnum):
    """What a pass did with an order."""

    NEW = "new"
    """Handed over for the first time."""
    CHANGED = "changed"
    """Handed over again: its content changed."""
    LEFT = "left"
    """Handed over again: it left the groups that the channel downloads."""
    COMPLETED = "completed"
    """Handed over again: what was missing has arrived."""
    UNCHANGED = "unchanged"
    """Known as it is; not handed over."""
    NOT_WANTED = "not_wanted"
    """Of a group that the channel does not download."""
    STALE = "stale"
    """An older version than the known one; not handed over."""
    QUARANTINED = "quarantined"
    """It could not be read, or the handler refused it again and again."""
    NOT_FOUND = "not_found"
    """There is none by this id, or it is too new to be read."""


HANDED_OVER: Final = frozenset({OrderAction.NEW, OrderAction.CHANGED, OrderAction.LEFT, OrderAction.COMPLETED})
_ACTIONS: Final = tuple(OrderAction)
_GROUPS: Final = (None, *OrderGroup)


@frozen(kw_only=True)
class OrderRow:
    """One order of a report."""

    order_id: int | None
    """None: of a row that could not be read and has no id."""
    action: str
    """An `OrderAction`; in a dry run `would_be_` stands before those that hand over."""
    group: OrderGroup | None
    recovered: bool = False
    """A sweep found it: the regular reading had missed it."""
    unmapped_skus: tuple[str, ...] = ()
    """SKUs of its lines that the table of SKUs does not name."""
    unknown_status: str | None = None
    """Its status, where the map of order groups does not name it."""
    error: str | None = None
    """Why it was set aside; or why its pack or shipment could not be read, without which it was handed over."""

    def to_dict(self) -> dict[str, object]:
        """The row as plain values; what is empty is left out."""
        found: dict[str, object] = {"order_id": self.order_id, "action": self.action}
        if self.group is not None:
            found["group"] = str(self.group)
        if self.recovered:
            found["recovered"] = True
        if self.unmapped_skus:
            found["unmapped_skus"] = list(self.unmapped_skus)
        if self.unknown_status is not None:
            found["unknown_status"] = self.unknown_status
        if self.error is not None:
            found["error"] = self.error
        return found


class OrderRows(ReportRows[OrderRow]):
    """The rows of a report, ten bytes each: a first run may see a hundred thousand orders."""

    def __init__(self, *, dry_run: bool = False) -> None:
        self._dry_run = dry_run
        self._ids = array("Q")
        self._actions = bytearray()
        self._groups = bytearray()
        self._details: dict[int, dict[str, Any]] = {}

    def add(
        self, order_id: int | None, action: OrderAction, group: OrderGroup | None = None, **details: object
    ) -> None:
        """Adds a row; `details` are the further fields of `OrderRow` that are not empty."""
        kept = {name: value for name, value in details.items() if value}
        if kept:
            self._details[len(self._ids)] = kept
        self._ids.append(order_id or 0)
        self._actions.append(_ACTIONS.index(action))
        self._groups.append(_GROUPS.index(group))

    def __len__(self) -> int:
        return len(self._ids)

    def _row(self, place: int) -> OrderRow:
        return OrderRow(
            order_id=self._ids[place] or None,
            action=self._word(_ACTIONS[self._actions[place]]),
            group=_GROUPS[self._groups[place]],
            **self._details.get(place, {}),
        )

    def _word(self, action: OrderAction) -> str:
        return f"would_be_{action}" if self._dry_run and action in HANDED_OVER else str(action)

    @property
    def handed_over(self) -> int:
        """Rows of orders that were handed over."""
        return sum(self._actions.count(_ACTIONS.index(action)) for action in HANDED_OVER)

    def totals(self) -> dict[str, int]:
        """How many rows there are of each action, counted from the rows."""
        counted = Counter(self._actions)
        return {self._word(action): counted[place] for place, action in enumerate(_ACTIONS) if counted[place]}


@frozen(kw_only=True)
class OrderReport:
    """What became of each order of a pass. The totals are counted from the rows."""

    channel: str
    user_id: int
    account: str | None
    vendor: str | None
    dry_run: bool
    started_at: datetime
    ended_at: datetime
    rows: OrderRows
    totals: Mapping[str, int]
    """Rows of each action."""
    cursor: datetime | None
    """How far the channel has read: the newest change it stored."""
    problems: tuple[str, ...] = ()
    """Windows that could not be read to their end; the cursor stays before the first of them."""
    repeated: Mapping[str, int] = {}
    """Transactions that the database asked for again: `deadlock`, `serialization`, `busy`."""
    calls: int = 0
    """Calls that this pass made."""

    @property
    def complete(self) -> bool:
        """Whether everything was read."""
        return not self.problems

    @property
    def handed_over(self) -> int:
        """Orders that were handed over; in a dry run, that would have been."""
        return self.rows.handed_over

    @property
    def quarantined(self) -> int:
        """Orders that were set aside."""
        return self.totals.get(OrderAction.QUARANTINED, 0)

    @property
    def recovered(self) -> int:
        """Orders that the regular reading had missed and a sweep found."""
        return sum(row.recovered for row in self.rows)

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
                "cursor": None if self.cursor is None else self.cursor.isoformat(),
                "totals": dict(self.totals),
                "problems": list(self.problems),
                "repeated": dict(self.repeated),
                "calls": self.calls,
                "rows": [row.to_dict() for row in self.rows],
            },
            ensure_ascii=False,
        )
