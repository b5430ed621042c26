"""The orders themselves, and the index their search reads: sorted by each date, and late where a lag was asked for."""

import heapq
import random
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import inf
from typing import Final, Literal

from meli_sdk.sandbox.errors import JsonObject

DateKind = Literal["created", "updated", "closed"]

RETENTION: Final = timedelta(days=365)
"""How far back the search sees."""
_REKEYED: Final = frozenset({"created", "updated", "closed", "seller_id", "pack_id", "shipment_id"})


@dataclass(slots=True, kw_only=True)
class Payment:
    """One payment of an order."""

    id: int
    status: str
    status_detail: str
    amount: Decimal
    shipping_cost: Decimal
    method: str
    type: str
    created: datetime
    approved: datetime | None
    tags: list[str] = field(default_factory=list[str])


@dataclass(slots=True, kw_only=True)
class Order:
    """One order: one item of one seller for one buyer.

    Whoever changes one sets `updated` last: that hands the order to the search, which shows it after its lag.
    """

    watcher: Callable[["Order", str], None] | None = field(default=None, repr=False, compare=False)
    """Told when a field changes that the book keeps an index of; set by the book."""
    id: int
    seller_id: int
    buyer_id: int
    site_id: str
    currency_id: str
    status: str
    item_id: str
    title: str
    category_id: str
    seller_sku: str | None
    quantity: int
    unit_price: Decimal
    created: datetime
    updated: datetime
    closed: datetime | None
    variation_id: int | None = None
    variation_attributes: list[JsonObject] = field(default_factory=list[JsonObject])
    payments: list[Payment] = field(default_factory=list[Payment])
    pack_id: int | None = None
    shipment_id: int | None = None
    ships_as: tuple[str, str, str, str | None] | None = None
    """Mode, logistic type, status and substatus of the shipment it gets once paid; None: none."""
    tags: list[str] = field(default_factory=list[str])
    mediations: list[JsonObject] = field(default_factory=list[JsonObject])
    feedback: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    """What was said of the sale, by `sale` (the seller's word) and `purchase` (the buyer's)."""
    cancel_detail: JsonObject | None = None
    fulfilled: bool | None = None
    """What the seller's feedback says."""
    discounts: list[JsonObject] = field(default_factory=list[JsonObject])
    """What `/orders/{id}/discounts` prints."""
    serials: list[JsonObject] = field(default_factory=list[JsonObject])
    """What `/orders/{id}/product` prints."""
    returns: list[int] = field(default_factory=list[int])
    """Shipments that bring the goods back."""
    missing: tuple[str, ...] = ()
    """Parts that answers leave out with a 206, such as `buyer` and `feedback`."""

    @property
    def total(self) -> Decimal:
        """The goods, without freight."""
        return self.unit_price * self.quantity

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        if name in _REKEYED and self.watcher is not None:
            self.watcher(self, name)


@dataclass(frozen=True, slots=True)
class _Keys:
    """Where an order stands in the index. Seconds since 1970; orders without a closing date have none."""

    seller_id: int
    created: float
    updated: float
    closed: float | None
    place: tuple[float, int]
    """What a seller's search sorts by: the closing date, or else the creation; then the id."""

    @classmethod
    def of(cls, order: Order) -> "_Keys":
        closed = None if order.closed is None else order.closed.timestamp()
        created = order.created.timestamp()
        place = created if closed is None else closed, order.id
        return cls(order.seller_id, created, order.updated.timestamp(), closed, place)

    def date(self, kind: DateKind) -> float | None:
        return self.created if kind == "created" else self.updated if kind == "updated" else self.closed


class _Shelf:
    """One seller's orders, sorted by each date."""

    def __init__(self) -> None:
        self.dates: dict[DateKind, list[tuple[float, int]]] = {"created": [], "updated": [], "closed": []}
        self.ranked: list[tuple[float, int]] = []

    def _lists(self, keys: _Keys) -> Iterator[tuple[list[tuple[float, int]], float]]:
        yield self.dates["created"], keys.created
        yield self.dates["updated"], keys.updated
        if keys.closed is not None:
            yield self.dates["closed"], keys.closed
        yield self.ranked, keys.place[0]

    def add(self, order_id: int, keys: _Keys) -> None:
        for found, key in self._lists(keys):
            insort(found, (key, order_id))

    def remove(self, order_id: int, keys: _Keys) -> None:
        for found, key in self._lists(keys):
            del found[bisect_left(found, (key, order_id))]


Span = tuple[datetime | None, datetime | None]


class OrderBook(MutableMapping[int, Order]):
    """Every order by its id. The search reads `found`, which sees a change `lag` seconds after it.

    Args:
        now: the clock.
        seed: of the lags.
        lag: the least and the most seconds until the search shows a change; each change draws its own.
    """

    def __init__(self, *, now: Callable[[], datetime], seed: int, lag: tuple[float, float]) -> None:
        self._now = now
        self._lag = lag
        self._lags = random.Random(f"lags {seed}")
        self._orders: dict[int, Order] = {}
        self._packs: dict[int, dict[int, None]] = {}
        self._parcels: dict[int, dict[int, None]] = {}
        self._places: dict[int, tuple[int | None, int | None]] = {}
        self._shelves: dict[int, _Shelf] = {}
        self._keys: dict[int, _Keys] = {}
        self._seen: dict[int, Order] = {}
        self._coming: list[tuple[float, int, Order]] = []
        self._changes = 0
        self._shown_change: dict[int, int] = {}
        self.tell: Callable[[Order], object] | None = None
        """Told of each order that came or changed."""

    def __getitem__(self, order_id: int) -> Order:
        return self._orders[order_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._orders)

    def __len__(self) -> int:
        return len(self._orders)

    def __setitem__(self, order_id: int, order: Order) -> None:
        self._orders[order_id] = order
        order.watcher = self._changed
        self._changed(order, "updated")

    def __delitem__(self, order_id: int) -> None:
        order = self._orders.pop(order_id)
        order.watcher = None
        self._displace(order_id)
        self._unkey(order_id)
        self._seen.pop(order_id, None)

    def of_pack(self, pack_id: int) -> list[Order]:
        """The orders of a pack, oldest entry first."""
        return [self._orders[order_id] for order_id in self._packs.get(pack_id, ())]

    def of_shipment(self, shipment_id: int) -> list[Order]:
        """The orders that one shipment carries."""
        return [self._orders[order_id] for order_id in self._parcels.get(shipment_id, ())]

    def is_pack(self, pack_id: int) -> bool:
        """Whether any order belongs to this pack."""
        return bool(self._packs.get(pack_id))

    def found(self, seller_id: int | None, spans: Mapping[DateKind, Span]) -> list[Order]:
        """What the search has of a seller (None: of everybody) with its dates in the spans, both ends included.

        Sorted by closing date, or creation where there is none, then by id.
        """
        self._catch_up()
        oldest = self._now() - RETENTION
        start, end = spans.get("created", (None, None))
        bounds: dict[DateKind, Span] = {**spans, "created": (oldest if start is None else max(start, oldest), end)}
        ranges: dict[DateKind, tuple[float, float]] = {
            kind: _edges(span) for kind, span in bounds.items() if span != (None, None)
        }
        shelves = self._shelves.values() if seller_id is None else [self._shelves.get(seller_id, _Shelf())]
        keyed = [self._pick(shelf, ranges) for shelf in shelves]
        return [self._seen[order_id] for _, order_id in (keyed[0] if len(keyed) == 1 else heapq.merge(*keyed))]

    def _pick(self, shelf: _Shelf, ranges: Mapping[DateKind, tuple[float, float]]) -> list[tuple[float, int]]:
        """Rank and id of the orders in all the ranges: a slice of the narrowest, the others compared one by one."""
        slices: dict[DateKind, tuple[int, int]] = {}
        for kind, (low, high) in ranges.items():
            dated = shelf.dates[kind]
            first, last = bisect_left(dated, (low, 0)), bisect_right(dated, (high, inf))
            if last - first < len(shelf.ranked):
                slices[kind] = first, last
        if not slices:
            return shelf.ranked
        narrowest = min(slices, key=lambda kind: slices[kind][1] - slices[kind][0])
        first, last = slices.pop(narrowest)
        rows = [self._keys[order_id] for _, order_id in shelf.dates[narrowest][first:last]]
        for kind in slices:
            low, high = ranges[kind]
            rows = [keys for keys in rows if (at := keys.date(kind)) is not None and low <= at <= high]
        return sorted([keys.place for keys in rows])

    def _changed(self, order: Order, field_name: str) -> None:
        self._place(order)
        if field_name == "updated" and self.tell is not None:
            self.tell(order)
        least, most = self._lag
        if most <= 0:
            self._show(order)
        elif field_name == "updated":
            seen_at = min(self._now(), order.updated).timestamp() + self._lags.uniform(least, most)
            self._changes += 1
            heapq.heappush(self._coming, (seen_at, self._changes, _snapshot(order)))

    def _catch_up(self) -> None:
        """Shows the changes whose lag has passed; an older change never replaces a newer one."""
        now = self._now().timestamp()
        while self._coming and self._coming[0][0] <= now:
            _, change, order = heapq.heappop(self._coming)
            if order.id in self._orders and change > self._shown_change.get(order.id, 0):
                self._shown_change[order.id] = change
                self._show(order)

    def _show(self, order: Order) -> None:
        keys = _Keys.of(order)
        self._seen[order.id] = order
        if keys != self._keys.get(order.id):
            self._unkey(order.id)
            self._keys[order.id] = keys
            self._shelves.setdefault(keys.seller_id, _Shelf()).add(order.id, keys)

    def _unkey(self, order_id: int) -> None:
        keys = self._keys.pop(order_id, None)
        if keys is not None:
            self._shelves[keys.seller_id].remove(order_id, keys)

    def _place(self, order: Order) -> None:
        """Keeps track of the order's pack and shipment."""
        if self._places.get(order.id) != (order.pack_id, order.shipment_id):
            self._displace(order.id)
            self._places[order.id] = order.pack_id, order.shipment_id
            if order.pack_id is not None:
                self._packs.setdefault(order.pack_id, {})[order.id] = None
            if order.shipment_id is not None:
                self._parcels.setdefault(order.shipment_id, {})[order.id] = None

    def _displace(self, order_id: int) -> None:
        pack_id, shipment_id = self._places.pop(order_id, (None, None))
        if pack_id is not None:
            del self._packs[pack_id][order_id]
        if shipment_id is not None:
            del self._parcels[shipment_id][order_id]


def _edges(span: Span) -> tuple[float, float]:
    start, end = span
    return -inf if start is None else start.timestamp(), inf if end is None else end.timestamp()


def _snapshot(order: Order) -> Order:
    return replace(
        order,
        watcher=None,
        payments=[replace(payment) for payment in order.payments],
        tags=list(order.tags),
        feedback=dict(order.feedback),
    )
