"""Three plots of an account: orders per day, revenue by SKU, and how far orders have come. Drawn by matplotlib."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from meli_sdk.errors import ConfigurationError, InputError
from meli_sdk.models.orders import Order, OrderStatus
from meli_sdk.models.shipments import Shipment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PAID: Final = frozenset({OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED})
_STEPS: Final = ("handling", "ready_to_ship", "shipped", "delivered")
"""The steps of a shipment, each behind the one before."""


def _axes(ax: "Axes | None", title: str) -> Any:  # noqa: ANN401  matplotlib's own
    if ax is None:
        try:
            pyplot: Any = import_module("matplotlib.pyplot")
        except ModuleNotFoundError:
            pyplot = None
        if pyplot is None:
            message = "matplotlib is not installed: pip install 'meli-sdk[notebook]'"
            raise ConfigurationError(message)
        ax = pyplot.subplots(figsize=(8, 4), layout="constrained")[1]
    found: Any = ax
    found.set_title(title, loc="left")
    found.spines[["top", "right"]].set_visible(False)
    return found


def orders_per_day(orders: Iterable[Order], *, ax: "Axes | None" = None) -> "Axes":
    """Bars of orders per day of their making, in the offset Mercado Libre wrote; days without orders included.

    Raises:
        ConfigurationError: matplotlib is not installed.
        InputError: there is no order with a date.
    """
    days = Counter(order.date_created.date() for order in orders if order.date_created)
    if not days:
        message = "there is no order with a date: give at least one"
        raise InputError(message)
    first, last = min(days), max(days)
    span: list[date] = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    axes = _axes(ax, "Orders per day")
    axes.bar(span, [days[day] for day in span], color="tab:blue")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.tick_params(axis="x", rotation=45)
    return cast("Axes", axes)


def revenue_by_sku(orders: Iterable[Order], *, top: int = 10, ax: "Axes | None" = None) -> "Axes":
    """Bars of the paid amount of the best SKUs, all others in one bar. Orders that are not paid do not count.

    Raises:
        ConfigurationError: matplotlib is not installed.
        InputError: no paid line, or amounts in several currencies.
    """
    revenue: dict[str, Decimal] = {}
    currencies: set[str] = set()
    for order in orders:
        if order.status in _PAID:
            for line in order.order_items:
                sku = (line.item.sku if line.item else None) or "(no SKU)"
                amount = (line.unit_price or Decimal(0)) * (line.quantity or 0)
                revenue[sku] = revenue.get(sku, Decimal(0)) + amount
                currencies.add(line.currency_id or order.currency_id or "?")
    if len(currencies) != 1:
        found = ", ".join(sorted(currencies)) or "none"
        message = f"revenue needs paid orders of one currency, got {found}: filter by order.currency_id"
        raise InputError(message)
    ranked = sorted(revenue.items(), key=lambda pair: -pair[1])
    bars = ranked[:top]
    if len(ranked) > top:
        bars.append(("all others", sum((amount for _, amount in ranked[top:]), Decimal(0))))
    axes = _axes(ax, f"Revenue by SKU, {currencies.pop()}")
    axes.barh([sku for sku, _ in bars], [float(amount) for _, amount in bars], color="tab:green")
    axes.invert_yaxis()
    return cast("Axes", axes)


def status_funnel(orders: Iterable[Order], shipments: Iterable[Shipment] = (), *, ax: "Axes | None" = None) -> "Axes":
    """Bars of how many orders were made and paid, and how many shipments have come how far.

    Raises:
        ConfigurationError: matplotlib is not installed.
    """
    given = list(orders)
    reached = [_step(shipment.status) for shipment in shipments]
    counts: Sequence[tuple[str, int]] = [
        ("made", len(given)),
        ("paid", sum(order.status in _PAID for order in given)),
        *((step, sum(at >= index for at in reached)) for index, step in enumerate(_STEPS)),
    ]
    axes = _axes(ax, "How far orders have come")
    bars = axes.barh([name for name, _ in counts], [count for _, count in counts], color="tab:purple")
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    return cast("Axes", axes)


def _step(status: str | None) -> int:
    """The last step a shipment reached; -1 before the first, and where it was cancelled."""
    reached = "shipped" if status == "not_delivered" else status
    return _STEPS.index(reached) if reached in _STEPS else -1
