"""Tables of a notebook: columns that never move, money that stays exact, moments in UTC."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import matplotlib as mpl
import pandas as pd
import polars as pl
import pytest

from meli_sdk import errors
from meli_sdk.codec import decode
from meli_sdk.models import Order, Shipment
from meli_sdk.notebook import TABLES, to_dicts, to_pandas, to_polars
from meli_sdk.notebook.plots import orders_per_day
from meli_sdk.wire.paging import Page

mpl.use("Agg")

FROZEN = {
    "orders": [
        "order_id", "pack_id", "status", "date_created", "date_closed", "date_last_updated", "date_created_local",
        "currency_id", "total_amount", "paid_amount", "quantity", "shipment_id", "buyer_id", "tags",
    ],
    "order_items": [
        "order_id", "line", "item_id", "variation_id", "sku", "title", "category_id", "quantity", "currency_id",
        "unit_price", "full_unit_price", "amount", "sale_fee", "listing_type_id",
    ],
    "payments": [
        "order_id", "payment_id", "status", "status_detail", "payment_method_id", "payment_type", "installments",
        "currency_id", "transaction_amount", "total_paid_amount", "shipping_cost", "date_created", "date_approved",
    ],
    "shipments": [
        "shipment_id", "order_id", "status", "substatus", "mode", "logistic_type", "date_created", "last_updated",
        "tracking_number", "tracking_method", "currency_id", "declared_value",
    ],
}  # fmt: skip

LINE = {
    "item": {"id": "MLA900100200", "title": "Lámpara", "seller_sku": "LAMP-1", "variation_id": None},
    "quantity": 3,
    "unit_price": 1999.90,
    "currency_id": "ARS",
}


def order(number: int = 1, **fields) -> Order:
    tree = {
        "id": 2000000000000000 + number,
        "status": "paid",
        "date_created": "2026-03-01T23:30:00.000-04:00",
        "currency_id": "ARS",
        "total_amount": 5999.70,
        "order_items": [LINE],
        "payments": [{"id": 71, "status": "approved", "transaction_amount": 5999.70}],
        "shipping": {"id": 43000000000},
        "buyer": {"id": 900200, "nickname": "INVENTED", "first_name": "Nobody"},
        "tags": ["paid", "not_delivered"],
    }
    return decode(Order, {**tree, **fields})


def test_columns_are_frozen():
    assert {name: [column.name for column in table.columns] for name, table in TABLES.items()} == FROZEN


@pytest.mark.parametrize("table", ["orders", "order_items", "payments"])
def test_every_table_has_its_columns_in_both_libraries_even_without_rows(table):
    for rows in ([order()], []):
        assert list(to_pandas(rows, table).columns) == FROZEN[table]
        assert to_polars(rows, table).columns == FROZEN[table]


def test_money_is_exact_and_moments_are_utc_with_the_offset_beside_them():
    row = to_dicts([order()])[0]
    assert row["total_amount"] == Decimal("5999.7")
    assert row["date_created"] == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert row["date_created_local"] == "2026-03-01T23:30:00-04:00"
    pandas_row = to_pandas([order()], "order_items").iloc[0]
    assert (pandas_row["amount"], pandas_row["sku"]) == (Decimal("5999.70"), "LAMP-1")
    polars_row = to_polars([order()], "order_items").row(0, named=True)
    assert polars_row["amount"] == Decimal("5999.70")


def test_types_do_not_depend_on_the_rows():
    several, none = to_pandas([order(), order(2, pack_id=None)]), to_pandas([], "orders")
    assert several.dtypes.to_dict() == none.dtypes.to_dict()
    assert str(several["date_created"].dtype) == "datetime64[us, UTC]"
    assert several["pack_id"].dtype == pd.Int64Dtype()
    assert to_polars([order()]).schema == to_polars([], "orders").schema
    assert to_polars([order()]).schema["date_created"] == pl.Datetime("us", "UTC")


def test_shipments_are_told_by_their_kind():
    shipment = decode(
        Shipment, {"id": 43000000000, "status": "shipped", "logistic": {"mode": "me2", "type": "drop_off"}}
    )
    assert to_dicts([shipment])[0]["mode"] == "me2"
    assert to_polars([shipment]).columns == FROZEN["shipments"]


def test_no_column_holds_the_buyers_name():
    assert not any("Nobody" in str(to_dicts([order()], table)) for table in ("orders", "order_items", "payments"))


@pytest.mark.parametrize(
    ("entities", "table", "says"),
    [
        ([order()], "stocks", "table must be one of orders"),
        ([], None, "pass table="),
        ([order()], "shipments", "made of Shipment, got Order"),
        ([object()], None, "no table of object"),
    ],
)
def test_wrong_requests_name_the_tables(entities, table, says):
    with pytest.raises(errors.InputError, match=says):
        to_dicts(entities, table)


def test_an_amount_that_a_column_would_cut_is_refused_by_polars_and_kept_by_pandas():
    tiny = order(total_amount=Decimal("0.00000001"))
    with pytest.raises(errors.InputError, match=r"orders\.total_amount"):
        to_polars([tiny])
    assert to_pandas([tiny])["total_amount"][0] == Decimal("0.00000001")


def test_models_and_pages_show_themselves_as_html_with_everything_escaped():
    html = order(status="<script>")._repr_html_()
    assert "<caption>Order</caption>" in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    page = Page(items=tuple(order(number) for number in range(7)), total=70)._repr_html_()
    assert "7 of 70 rows" in page
    assert page.count("<tr>") == 6


def test_local_days_count_in_the_offset_of_the_wire():
    late = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-4)))
    axes = orders_per_day(
        [order(date_created=late.isoformat()), order(2, date_created="2026-03-04T01:00:00.000-04:00")]
    )
    assert [bar.get_height() for bar in axes.patches] == [1, 0, 0, 1]


def test_a_page_is_a_table_of_its_rows_and_one_order_alone_is_refused():
    one = order()
    assert to_dicts(Page((one,), total=1)) == to_dicts([one])
    for alone in (one, None):
        with pytest.raises(errors.InputError, match=r"give a list or a page, got (Order|NoneType)"):
            to_dicts(alone)
