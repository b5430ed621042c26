"""The tables: frozen lists of columns, and the rows that models give. Pure Python.

A column is never renamed, retyped or moved; new ones come last. Money is an exact `Decimal`; moments are UTC, and where
the site's own day matters a second column keeps the offset that Mercado Libre wrote. No column holds a buyer's name,
address or document.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Literal

from attrs import frozen

from meli_sdk.errors import InputError, shown
from meli_sdk.models.orders import Order
from meli_sdk.models.shipments import Shipment

Kind = Literal["integer", "text", "money", "moment", "boolean"]


@frozen
class Column:
    """One column: its name, what it holds, and what it means."""

    name: str
    kind: Kind
    meaning: str


@frozen(kw_only=True)
class Table:
    """One table: what its rows are made of and its columns, in order."""

    name: str
    of: type
    columns: tuple[Column, ...]
    rows: Callable[[Any], Iterable[tuple[Any, ...]]]
    """The rows of one entity, values in the order of the columns."""


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _order(order: Order) -> Iterator[tuple[Any, ...]]:
    yield (
        order.id,
        order.pack_id,
        order.status,
        _utc(order.date_created),
        _utc(order.date_closed),
        _utc(order.date_last_updated),
        _iso(order.date_created),
        order.currency_id,
        order.total_amount,
        order.paid_amount,
        sum(line.quantity or 0 for line in order.order_items),
        order.shipping.id if order.shipping else None,
        order.buyer.id if order.buyer else None,
        " ".join(order.tags),
    )


def _lines(order: Order) -> Iterator[tuple[Any, ...]]:
    for number, line in enumerate(order.order_items, start=1):
        item = line.item
        amount = None if line.unit_price is None or line.quantity is None else line.unit_price * line.quantity
        yield (
            order.id,
            number,
            item.id if item else None,
            item.variation_id if item else None,
            item.sku if item else None,
            item.title if item else None,
            item.category_id if item else None,
            line.quantity,
            line.currency_id,
            line.unit_price,
            line.full_unit_price,
            amount,
            line.sale_fee,
            line.listing_type_id,
        )


def _payments(order: Order) -> Iterator[tuple[Any, ...]]:
    for payment in order.payments:
        yield (
            order.id,
            payment.id,
            payment.status,
            payment.status_detail,
            payment.payment_method_id,
            payment.payment_type,
            payment.installments,
            payment.currency_id,
            payment.transaction_amount,
            payment.total_paid_amount,
            payment.shipping_cost,
            _utc(payment.date_created),
            _utc(payment.date_approved),
        )


def _shipment(shipment: Shipment) -> Iterator[tuple[Any, ...]]:
    yield (
        shipment.id,
        shipment.order_id,
        shipment.status,
        shipment.substatus,
        shipment.shipping_mode,
        shipment.logistic_kind,
        _utc(shipment.date_created),
        _utc(shipment.last_updated),
        shipment.tracking_number,
        shipment.tracking_method,
        shipment.currency_id,
        shipment.declared_value,
    )


_ALL: Final = (
    Table(
        name="orders",
        of=Order,
        rows=_order,
        columns=(
            Column("order_id", "integer", "of the order"),
            Column("pack_id", "integer", "shared by the orders of one cart"),
            Column("status", "text", "such as paid or cancelled"),
            Column("date_created", "moment", "when it was made"),
            Column("date_closed", "moment", "when it was confirmed or paid first"),
            Column("date_last_updated", "moment", "when it changed last"),
            Column("date_created_local", "text", "when it was made, with the offset Mercado Libre wrote"),
            Column("currency_id", "text", "of the amounts"),
            Column("total_amount", "money", "the items, without freight"),
            Column("paid_amount", "money", "what was paid; may include freight"),
            Column("quantity", "integer", "units of all lines"),
            Column("shipment_id", "integer", "of its shipment"),
            Column("buyer_id", "integer", "of the buyer"),
            Column("tags", "text", "separated by spaces"),
        ),
    ),
    Table(
        name="order_items",
        of=Order,
        rows=_lines,
        columns=(
            Column("order_id", "integer", "of the order"),
            Column("line", "integer", "of the line in its order, from 1"),
            Column("item_id", "text", "of the item"),
            Column("variation_id", "integer", "of the variation"),
            Column("sku", "text", "the seller's own"),
            Column("title", "text", "of the item, as sold"),
            Column("category_id", "text", "of the item"),
            Column("quantity", "integer", "units"),
            Column("currency_id", "text", "of the amounts"),
            Column("unit_price", "money", "of one unit, as sold"),
            Column("full_unit_price", "money", "of one unit, without discounts"),
            Column("amount", "money", "unit price times quantity"),
            Column("sale_fee", "money", "as Mercado Libre states it"),
            Column("listing_type_id", "text", "such as gold_pro"),
        ),
    ),
    Table(
        name="payments",
        of=Order,
        rows=_payments,
        columns=(
            Column("order_id", "integer", "of the order"),
            Column("payment_id", "integer", "of the payment"),
            Column("status", "text", "such as approved"),
            Column("status_detail", "text", "why it has its status"),
            Column("payment_method_id", "text", "such as visa"),
            Column("payment_type", "text", "such as credit_card"),
            Column("installments", "integer", "how many"),
            Column("currency_id", "text", "of the amounts"),
            Column("transaction_amount", "money", "the items"),
            Column("total_paid_amount", "money", "with freight and interest"),
            Column("shipping_cost", "money", "the buyer's part of the freight"),
            Column("date_created", "moment", "when it was made"),
            Column("date_approved", "moment", "when it was approved"),
        ),
    ),
    Table(
        name="shipments",
        of=Shipment,
        rows=_shipment,
        columns=(
            Column("shipment_id", "integer", "of the shipment"),
            Column("order_id", "integer", "of its order, where the body says it"),
            Column("status", "text", "such as shipped"),
            Column("substatus", "text", "such as in_hub"),
            Column("mode", "text", "me2, me1, custom or not_specified"),
            Column("logistic_type", "text", "such as drop_off or fulfillment"),
            Column("date_created", "moment", "when it was made"),
            Column("last_updated", "moment", "when it changed last"),
            Column("tracking_number", "text", "of the carrier"),
            Column("tracking_method", "text", "the carrier's service"),
            Column("currency_id", "text", "of the amount"),
            Column("declared_value", "money", "of the contents"),
        ),
    ),
)

TABLES: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in _ALL})
"""Every table by its name."""


def chosen(entities: Iterable[object], table: str | None) -> tuple[Table, list[object]]:
    """The table that was asked for, or the first one of the entities' kind; and the entities.

    Raises:
        InputError: no such table, or an entity of another kind.
    """
    if not isinstance(entities, Iterable):
        message = (
            f"a table is made of several orders or shipments: give a list or a page, got {type(entities).__name__}"
        )
        raise InputError(message)
    given = list(entities)
    if table is not None and table not in TABLES:
        message = f"table must be one of {', '.join(TABLES)}, got {shown(table)}"
        raise InputError(message)
    if table is not None:
        found = TABLES[table]
    elif not given:
        message = f"there are no rows to tell the table by: pass table=..., one of {', '.join(TABLES)}"
        raise InputError(message)
    else:
        fitting = [one for one in _ALL if isinstance(given[0], one.of)]
        if not fitting:
            message = f"there is no table of {type(given[0]).__name__}; there are {', '.join(TABLES)}"
            raise InputError(message)
        found = fitting[0]
    wrong = next((entity for entity in given if not isinstance(entity, found.of)), None)
    if wrong is not None:
        message = f"table {found.name!r} is made of {found.of.__name__}, got {type(wrong).__name__}"
        raise InputError(message)
    return found, given


def to_dicts(entities: Iterable[object], table: str | None = None) -> list[dict[str, Any]]:
    """The rows of a table as plain dictionaries.

    Args:
        entities: orders or shipments.
        table: a name of `TABLES`; the first table of what was given when left out.

    Raises:
        InputError: no such table, or an entity of another kind.
    """
    found, given = chosen(entities, table)
    names = [column.name for column in found.columns]
    return [dict(zip(names, row, strict=True)) for entity in given for row in found.rows(entity)]


def column_values(entities: Iterable[object], table: str | None) -> tuple[Table, dict[str, list[Any]]]:
    """The same by column."""
    found, given = chosen(entities, table)
    rows = [row for entity in given for row in found.rows(entity)]
    return found, {column.name: [row[index] for row in rows] for index, column in enumerate(found.columns)}


MONEY_DIGITS: Final = 6
"""Digits behind the point that a column of money keeps; more than any amount of Mercado Libre has."""


def check_money(table: Table, values: Mapping[str, list[Any]]) -> None:
    """Refuses an amount that a column of six digits would cut.

    Raises:
        InputError: an amount has more digits behind the point.
    """
    smallest = Decimal(1).scaleb(-MONEY_DIGITS)
    for column in table.columns:
        if column.kind == "money":
            for value in values[column.name]:
                if value is not None and value != value.quantize(smallest):
                    message = (
                        f"{table.name}.{column.name}: {value} has more than {MONEY_DIGITS} digits behind the point"
                    )
                    raise InputError(message)
