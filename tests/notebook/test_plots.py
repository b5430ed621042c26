"""Plots count what they say, and refuse what cannot be added up."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from meli_sdk import errors
from meli_sdk.codec import decode
from meli_sdk.models import Order, Shipment
from meli_sdk.notebook import plots

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def order(number: int, *, sku: str = "A", price: int = 10, status: str = "paid", currency: str = "ARS") -> Order:
    line = {"item": {"id": "MLA1", "seller_sku": sku}, "quantity": 2, "unit_price": price, "currency_id": currency}
    return decode(Order, {"id": number, "status": status, "order_items": [line]})


def widths(axes) -> dict[str, float]:
    return dict(
        zip(
            [label.get_text() for label in axes.get_yticklabels()],
            [bar.get_width() for bar in axes.patches],
            strict=True,
        )
    )


def test_revenue_adds_paid_lines_by_sku_and_gathers_the_rest():
    orders = [order(1, sku="A"), order(2, sku="A"), order(3, sku="B", price=3), order(4, sku="C", price=1)]
    axes = plots.revenue_by_sku([*orders, order(5, sku="A", status="cancelled")], top=2)
    assert widths(axes) == {"A": 40, "B": 6, "all others": 2}


def test_revenue_of_two_currencies_is_never_added_up():
    with pytest.raises(errors.InputError, match="ARS, USD"):
        plots.revenue_by_sku([order(1), order(2, currency="USD")])
    with pytest.raises(errors.InputError, match="got none"):
        plots.revenue_by_sku([order(1, status="cancelled")])


def test_the_funnel_counts_every_step_that_was_reached():
    shipments = [
        decode(Shipment, {"id": number, "status": status})
        for number, status in enumerate(["ready_to_ship", "shipped", "not_delivered", "delivered", "cancelled"], 1)
    ]
    axes = plots.status_funnel([order(1), order(2, status="confirmed")], shipments)
    assert widths(axes) == {"made": 2, "paid": 1, "handling": 4, "ready_to_ship": 4, "shipped": 3, "delivered": 1}


def test_a_plot_without_orders_says_so():
    with pytest.raises(errors.InputError, match="at least one"):
        plots.orders_per_day([])
