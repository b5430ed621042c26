"""Where a seller's orders come from: the search of a local account, or that of Global Selling. Both count whole hours."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Protocol

from attrs import frozen

from meli_sdk.models.marketplace_orders import MarketplaceSale
from meli_sdk.models.orders import Order
from meli_sdk.models.orders_packs import Pack
from meli_sdk.models.shipments import Shipment
from meli_sdk.session import MeliSession
from meli_sdk.wire.paging import Cursor, Page

HOUR: Final = timedelta(hours=1)
REACH: Final = timedelta(days=365)
"""So far back does the search reach."""
CANCELLED: Final = "cancelled"


def hour_down(moment: datetime) -> datetime:
    """The whole hour before or at a moment, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def hour_up(moment: datetime) -> datetime:
    """The whole hour after or at a moment, in UTC."""
    down = hour_down(moment)
    return down if down == moment else down + HOUR


@frozen
class Span:
    """A closed span of whole hours."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> int:
        """How long it is."""
        return int((self.end - self.start) / HOUR)

    def parts(self, count: int) -> tuple["Span", ...]:
        """The span cut into at most so many parts that touch each other."""
        count = min(count, self.hours)
        edges = [self.start + HOUR * (self.hours * number // count) for number in range(count + 1)]
        return tuple(Span(start, end) for start, end in pairwise(edges))


@frozen
class _Ever:
    """No span at all."""

    start: None = None
    end: None = None


_EVER: Final = _Ever()


def stamp_of(order: Order) -> datetime:
    """The moment that the search filter compares with."""
    return order.date_last_updated or order.last_updated or order.date_created or datetime(1970, 1, 1, tzinfo=UTC)


class OrderSource(Protocol):
    """Where a seller's orders come from: the search of a local account, or that of Global Selling."""

    calls: int
    """Calls made so far."""
    tolerance: timedelta
    """So much older than the filter may an order be that the filter let pass."""

    async def page(self, span: Span, *, cancelled: bool, created: Span | None, offset: int) -> Page[Any]:
        """One page of what changed in a span; `created` narrows it by the creation."""
        ...

    def found(self, page: Page[Any]) -> dict[int, Order | None]:
        """The orders that a page speaks of, by id; None where it brings the id alone."""
        ...

    def sales(self, page: Page[Any]) -> list[tuple[int, ...]]:
        """The orders of each row of a page. A row came because one of its orders fits, the others need not."""
        ...

    async def get(self, order_id: int) -> Order:
        """One order by its id."""
        ...

    async def pack(self, pack_id: int) -> Pack:
        """A pack: the orders of one cart."""
        ...

    async def shipment(self, shipment_id: int) -> Shipment:
        """A shipment."""
        ...


class LocalOrders:
    """The search of a seller of one site: whole orders."""

    tolerance: timedelta = timedelta(seconds=1)

    def __init__(self, session: MeliSession) -> None:
        self._session = session
        self.calls: int = 0

    async def page(self, span: Span, *, cancelled: bool, created: Span | None, offset: int) -> Page[Order]:
        """One page of what changed in a span."""
        self.calls += 1
        born = created or _EVER
        return await self._session.orders.search_page(
            updated_from=span.start,
            updated_to=span.end,
            created_from=born.start,
            created_to=born.end,
            status=CANCELLED if cancelled else None,
            offset=offset,
        )

    def found(self, page: Page[Order]) -> dict[int, Order | None]:
        """The orders of a page."""
        return {order.id: order for order in page.items}

    def sales(self, page: Page[Order]) -> list[tuple[int, ...]]:
        """Each order is a row."""
        return [(order.id,) for order in page.items]

    async def get(self, order_id: int) -> Order:
        """One order by its id."""
        self.calls += 1
        return await self._session.orders.get(order_id)

    async def pack(self, pack_id: int) -> Pack:
        """A pack: the orders of one cart."""
        self.calls += 1
        return await self._session.orders.pack(pack_id)

    async def shipment(self, shipment_id: int) -> Shipment:
        """A shipment."""
        self.calls += 1
        return await self._session.shipments.get(shipment_id)


class GlobalOrders:
    """The search of a Global Selling seller: ids, so that each order is one more call."""

    tolerance: timedelta = timedelta(days=1)

    def __init__(self, session: MeliSession) -> None:
        self._session = session
        self.calls: int = 0

    async def page(self, span: Span, *, cancelled: bool, created: Span | None, offset: int) -> Page[MarketplaceSale]:
        """One page of what changed in a span."""
        self.calls += 1
        born = created or _EVER
        search = self._session.marketplace.orders.search(
            updated_from=span.start,
            updated_to=span.end,
            created_from=born.start,
            created_to=born.end,
            status=CANCELLED if cancelled else None,
        )
        return await search.page(Cursor.of(offset=offset) if offset else None)

    def found(self, page: Page[MarketplaceSale]) -> dict[int, Order | None]:
        """The orders of the sales of a page: a sale from a cart has several."""
        return {order_id: None for sale in page.items for order_id in sale.order_ids}

    def sales(self, page: Page[MarketplaceSale]) -> list[tuple[int, ...]]:
        """The orders of each cart."""
        return [tuple(sale.order_ids) for sale in page.items]

    async def get(self, order_id: int) -> Order:
        """One order by its id."""
        self.calls += 1
        return await self._session.marketplace.orders.get(order_id)

    async def pack(self, pack_id: int) -> Pack:
        """A pack: the orders of one cart."""
        self.calls += 1
        return await self._session.marketplace.packs.get(pack_id)

    async def shipment(self, shipment_id: int) -> Shipment:
        """A shipment."""
        self.calls += 1
        return await self._session.marketplace.shipments.get(shipment_id)


def source_of(session: MeliSession, *, is_global: bool) -> OrderSource:
    """Where a seller's orders come from."""
    return GlobalOrders(session) if is_global else LocalOrders(session)
