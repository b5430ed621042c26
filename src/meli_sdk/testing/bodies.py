"""Bodies as Mercado Libre answers them, to be changed by the test: `transport.answer(200, an_order(status="cancelled"))`.

Every value is invented. Each call gives ids of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

_NUMBERS: Iterator[int] = count(1)


def _moment(value: datetime | None) -> str:
    return (value or datetime(2026, 3, 2, 12, 0, tzinfo=UTC)).isoformat(timespec="milliseconds")


def an_order(
    *,
    status: str = "paid",
    sku: str = "SKU-1",
    quantity: int = 1,
    unit_price: float = 100.0,
    currency_id: str = "ARS",
    seller_id: int = 900_100,
    mode: str | None = "me2",
    created: datetime | None = None,
    **fields: Any,  # noqa: ANN401  any field of the body
) -> dict[str, Any]:
    """The body of one order with one line.

    Args:
        status: such as `paid` or `cancelled`.
        sku: the seller's own.
        quantity: units.
        unit_price: of one unit.
        currency_id: of the amounts.
        seller_id: who sold.
        mode: how it is shipped; None: to be agreed, without a shipment.
        created: when.
        **fields: further fields of the body, or others in place of those made here.
    """
    number = next(_NUMBERS)
    total = round(unit_price * quantity, 2)
    moment = _moment(created)
    payment_status = {"paid": "approved", "cancelled": "cancelled"}.get(status, "pending")
    item: dict[str, Any] = {
        "id": f"MLA{900_000_000 + number}",
        "title": f"Invented product {sku}",
        "category_id": "MLA1055",
        "variation_id": None,
        "seller_sku": sku,
        "variation_attributes": [],
    }
    body: dict[str, Any] = {
        "id": 2_000_000_900_000_000 + number,
        "status": status,
        "status_detail": None,
        "date_created": moment,
        "date_closed": moment if status != "confirmed" else None,
        "date_last_updated": moment,
        "last_updated": moment,
        "pack_id": None,
        "total_amount": total,
        "paid_amount": total if status == "paid" else 0,
        "currency_id": currency_id,
        "order_items": [
            {
                "item": item,
                "quantity": quantity,
                "unit_price": unit_price,
                "full_unit_price": unit_price,
                "currency_id": currency_id,
                "sale_fee": round(unit_price * 0.13, 2),
                "listing_type_id": "gold_special",
            }
        ],
        "payments": [
            {
                "id": 90_000_000 + number,
                "status": payment_status,
                "transaction_amount": total,
                "total_paid_amount": total,
                "currency_id": currency_id,
                "payment_method_id": "visa",
                "payment_type": "credit_card",
                "date_created": moment,
                "date_approved": moment if payment_status == "approved" else None,
            }
        ],
        "shipping": {"id": 44_000_000_000 + number if mode and status == "paid" else None},
        "buyer": {"id": 900_900},
        "seller": {"id": seller_id},
        "tags": ["paid", "not_delivered"] if status == "paid" else ["not_paid", "not_delivered"],
    }
    return {**body, **fields}


def a_shipment(
    *,
    status: str = "ready_to_ship",
    substatus: str | None = None,
    mode: str = "me2",
    logistic_type: str = "drop_off",
    tracking_number: str | None = None,
    **fields: Any,  # noqa: ANN401  any field of the body
) -> dict[str, Any]:
    """The body of one shipment in today's format (`x-format-new`).

    Args:
        status: such as `ready_to_ship` or `delivered`.
        substatus: such as `ready_to_print`.
        mode: `me2`, `me1`, `custom` or `not_specified`.
        logistic_type: such as `drop_off` or `fulfillment`.
        tracking_number: of the carrier.
        **fields: further fields of the body, or others in place of those made here.
    """
    number = next(_NUMBERS)
    body: dict[str, Any] = {
        "id": 44_000_000_000 + number,
        "status": status,
        "substatus": substatus,
        "date_created": _moment(None),
        "last_updated": _moment(None),
        "tracking_number": tracking_number,
        "tracking_method": None,
        "declared_value": 100.0,
        "logistic": {"mode": mode, "type": logistic_type, "direction": "forward"},
        "tags": [],
    }
    return {**body, **fields}


def an_item(
    *,
    sku: str = "SKU-1",
    price: float = 100.0,
    available_quantity: int = 10,
    status: str = "active",
    currency_id: str = "ARS",
    seller_id: int = 900_100,
    **fields: Any,  # noqa: ANN401  any field of the body
) -> dict[str, Any]:
    """The body of one item without variations.

    Args:
        sku: the SELLER_SKU attribute.
        price: of one unit.
        available_quantity: units.
        status: such as `active` or `paused`.
        currency_id: of the price.
        seller_id: who sells.
        **fields: further fields of the body, or others in place of those made here.
    """
    number = next(_NUMBERS)
    body: dict[str, Any] = {
        "id": f"MLA{900_000_000 + number}",
        "site_id": "MLA",
        "title": f"Invented product {sku}",
        "seller_id": seller_id,
        "category_id": "MLA1055",
        "price": price,
        "currency_id": currency_id,
        "available_quantity": available_quantity,
        "sold_quantity": 0,
        "status": status,
        "listing_type_id": "gold_special",
        "condition": "new",
        "attributes": [{"id": "SELLER_SKU", "name": "SKU", "value_id": None, "value_name": sku}],
        "variations": [],
        "pictures": [],
        "shipping": {"mode": "me2", "logistic_type": "drop_off", "free_shipping": False},
    }
    return {**body, **fields}


def a_notification(
    *,
    topic: str = "orders_v2",
    resource: str = "/orders/2000000900000001",
    user_id: int = 900_100,
    application_id: int = 123_456,
    **fields: Any,  # noqa: ANN401  any field of the body
) -> dict[str, Any]:
    """The body of one notification.

    Args:
        topic: such as `orders_v2` or `items`.
        resource: the path of what has changed.
        user_id: the seller.
        application_id: the application's client id.
        **fields: further fields of the body, or others in place of those made here.
    """
    number = next(_NUMBERS)
    body: dict[str, Any] = {
        "_id": f"90000000-0000-4000-8000-{number:012}",
        "topic": topic,
        "resource": resource,
        "user_id": user_id,
        "application_id": application_id,
        "sent": _moment(None),
        "received": _moment(None),
        "attempts": 1,
    }
    return {**body, **fields}
