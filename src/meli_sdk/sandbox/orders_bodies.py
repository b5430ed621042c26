"""How an order is printed: https://developers.mercadolibre.com.ar/es_ar/gestiona-ventas"""

from aiohttp import web

from meli_sdk.sandbox.answers import answer, moment
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.orders_book import Order, Payment


def _payment(order: Order, payment: Payment) -> JsonObject:
    approved = payment.status == "approved"
    return {
        "id": payment.id,
        "order_id": order.id,
        "payer_id": order.buyer_id,
        "collector": {"id": order.seller_id},
        "card_id": None,
        "reason": order.title,
        "site_id": order.site_id,
        "payment_method_id": payment.method,
        "currency_id": order.currency_id,
        "installments": 1,
        "issuer_id": "1",
        "atm_transfer_reference": {"transaction_id": None, "company_id": None},
        "coupon_id": None,
        "activation_uri": None,
        "operation_type": "regular_payment",
        "payment_type": payment.type,
        "available_actions": ["refund"] if approved else [],
        "status": payment.status,
        "status_code": None,
        "status_detail": payment.status_detail,
        "transaction_amount": payment.amount,
        "transaction_amount_refunded": payment.amount if payment.status == "refunded" else 0,
        "taxes_amount": 0,
        "shipping_cost": payment.shipping_cost,
        "coupon_amount": 0,
        "overpaid_amount": 0,
        "total_paid_amount": payment.amount + payment.shipping_cost if approved else 0,
        "installment_amount": None,
        "deferred_period": None,
        "date_approved": None if payment.approved is None else moment(payment.approved),
        "date_created": moment(payment.created),
        "date_last_modified": moment(payment.approved or payment.created),
        "transaction_order_id": None,
        "marketplace_fee": 0,
        "reference_id": None,
        "authorization_code": None,
        "tags": payment.tags,
    }


def nickname(buyer_id: int) -> str:
    """What a buyer is called."""
    return f"COMPRADOR{buyer_id}"


def billing_info_id(order: Order) -> str:
    """The id of whom an order is billed to: 18 digits, more than a float holds."""
    return f"{order.buyer_id:0>9}{order.id % 10**9:0>9}"


def order_body(order: Order) -> JsonObject:
    """One order, complete but for the parts it lacks, which are empty objects."""
    paid = sum(p.amount + p.shipping_cost for p in order.payments if p.status == "approved")
    body: JsonObject = {
        "id": order.id,
        "status": order.status,
        "status_detail": None,
        "date_created": moment(order.created),
        "date_closed": None if order.closed is None else moment(order.closed),
        "last_updated": moment(order.updated),
        "expiration_date": None,
        "manufacturing_ending_date": None,
        "comment": None,
        "pack_id": order.pack_id,
        "pickup_id": None,
        "order_request": {"return": None, "change": None},
        "fulfilled": order.fulfilled,
        "buying_mode": "buy_equals_pay",
        "shipping_cost": None,
        "mediations": order.mediations,
        "total_amount": order.total,
        "paid_amount": paid,
        "coupon": {"id": None, "amount": 0},
        "currency_id": order.currency_id,
        "order_items": [
            {
                "item": {
                    "id": order.item_id,
                    "title": order.title,
                    "category_id": order.category_id,
                    "variation_id": order.variation_id,
                    "variation_attributes": order.variation_attributes,
                    "seller_custom_field": None,
                    "seller_sku": order.seller_sku,
                    "user_product_id": None,
                    "warranty": "Sin garantía",
                    "condition": "new",
                    "global_price": None,
                    "net_weight": None,
                    "release_date": None,
                    "attributes": [],
                },
                "quantity": order.quantity,
                "requested_quantity": {"measure": "unit", "value": order.quantity},
                "picked_quantity": None,
                "unit_price": order.unit_price,
                "full_unit_price": order.unit_price,
                "gross_price": order.total,
                "currency_id": order.currency_id,
                "sale_fee": (order.unit_price / 8).quantize(order.unit_price),
                "listing_type_id": "gold_special",
                "manufacturing_days": None,
                "base_exchange_rate": None,
                "base_currency_id": None,
                "element_id": None,
                "discounts": None,
                "stock": None,
                "bundle": None,
            }
        ],
        "payments": [_payment(order, payment) for payment in order.payments],
        "shipping": {"id": order.shipment_id},
        "tags": order.tags,
        "static_tags": [],
        "feedback": {
            "seller": None if (said := order.feedback.get("sale")) is None else said["id"],
            "buyer": None if (said := order.feedback.get("purchase")) is None else said["id"],
        },
        "context": {"channel": "marketplace", "site": order.site_id, "flows": []},
        "buyer": {
            "id": order.buyer_id,
            "nickname": nickname(order.buyer_id),
            "billing_info": {"id": billing_info_id(order)},
        },
        "seller": {"id": order.seller_id},
        "taxes": {"amount": None, "currency_id": None, "id": None},
        "cancel_detail": order.cancel_detail,
        "related_orders": None,
    }
    empty: JsonObject = {part: dict[str, object]() for part in order.missing if part in body}
    return body | empty


def order_answer(order: Order) -> web.Response:
    """One order; a 206 that names the parts it leaves out where there are such."""
    response = answer(order_body(order), 206 if order.missing else 200)
    if order.missing:
        response.headers["X-Content-Missing"] = ", ".join(order.missing)
    return response
