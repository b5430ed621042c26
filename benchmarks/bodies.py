"""The bodies that are measured: documented shapes, invented values, the same in every run."""

import json
import random
from datetime import datetime, timedelta, timezone

JsonObject = dict[str, object]

_ZONE = timezone(timedelta(hours=-4))
_START = datetime(2026, 5, 4, 9, 30, tzinfo=_ZONE)
_GOODS = ("Steel kettle 1.7 l", "Desk lamp with dimmer", "Cotton hammock, two persons", "Trail shoes", "Camera strap")
_COLOURS = ("Black", "Blue", "Natural", "Olive", "Red", "White")
_SIZES = ("35", "36", "37", "38", "39")


def dump(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _moment(dice: random.Random, day: int) -> str:
    moment = _START + timedelta(days=day, seconds=dice.randrange(60_000))
    return moment.isoformat(timespec="milliseconds")


def _payment(dice: random.Random, order_id: int, title: str, amount: float, *, status: str) -> JsonObject:
    approved = status == "approved"
    return {
        "id": dice.randrange(10**10, 10**11),
        "order_id": order_id,
        "payer_id": 700_100_200,
        "collector": {"id": 700_100_300},
        "card_id": dice.choice((None, 812_000_111)),
        "reason": title,
        "site_id": "MLB",
        "payment_method_id": dice.choice(("master", "visa", "pix", "account_money")),
        "currency_id": "BRL",
        "installments": dice.randrange(1, 12),
        "issuer_id": str(dice.randrange(10, 2000)),
        "atm_transfer_reference": {"transaction_id": None, "company_id": None},
        "coupon_id": None,
        "activation_uri": None,
        "operation_type": "regular_payment",
        "payment_type": "credit_card",
        "available_actions": ["refund"] if approved else [],
        "status": status,
        "status_code": None,
        "status_detail": "accredited" if approved else "cc_rejected_other_reason",
        "transaction_amount": amount,
        "transaction_amount_refunded": 0.0,
        "taxes_amount": 0.0,
        "shipping_cost": 24.9,
        "coupon_amount": 0.0,
        "overpaid_amount": 0.0,
        "total_paid_amount": round(amount + 24.9, 2),
        "installment_amount": round(amount / 3, 2),
        "deferred_period": None,
        "date_approved": _moment(dice, 2) if approved else None,
        "transaction_order_id": None,
        "date_created": _moment(dice, 1),
        "date_last_modified": _moment(dice, 2),
        "marketplace_fee": round(amount * 0.11, 2),
        "reference_id": None,
        "authorization_code": dice.choice((None, "301299")),
    }


def _line(dice: random.Random, title: str) -> JsonObject:
    price = dice.randrange(1_000, 90_000) / 100
    return {
        "item": {
            "id": f"MLB{dice.randrange(10**9, 10**10)}",
            "title": title,
            "category_id": "MLB1055",
            "variation_id": dice.choice((None, 180_000_000_123)),
            "seller_custom_field": None,
            "variation_attributes": [
                {"name": "Colour", "id": "COLOR", "value_id": "52049", "value_name": dice.choice(_COLOURS)},
                {"name": "Size", "id": "SIZE", "value_id": None, "value_name": dice.choice(_SIZES)},
            ][: dice.randrange(3)],
            "warranty": "Seller warranty: 90 days",
            "condition": "new",
            "seller_sku": f"SKU-{dice.randrange(10_000)}",
            "global_price": None,
            "net_weight": None,
            "user_product_id": f"MLBU{dice.randrange(10**9, 10**10)}",
            "release_date": None,
            "attributes": [{"id": "ITEM_CONDITION", "values": [{"id": "2230284"}]}],
        },
        "quantity": dice.randrange(1, 4),
        "requested_quantity": {"measure": "unit", "value": 1},
        "picked_quantity": None,
        "unit_price": price,
        "full_unit_price": round(price * 1.1, 2),
        "full_unit_price_currency_id": "BRL",
        "currency_id": "BRL",
        "manufacturing_days": None,
        "sale_fee": round(price * 0.11, 2),
        "listing_type_id": "gold_special",
        "base_exchange_rate": None,
        "base_currency_id": None,
        "element_id": None,
        "discounts": dice.choice((None, [{"amounts": {"full": 5.5, "seller": 2.75}}])),
        "bundle": None,
        "compat_id": None,
        "stock": {"store_id": None, "node_id": "BRP0000000042"},
        "kit_instance_id": None,
        "gross_price": price,
    }


def order(number: int = 1) -> JsonObject:
    """One order, as `GET /orders/{id}` answers it."""
    dice = random.Random(number)
    order_id = 2_000_000_000_000_000 + number
    title = dice.choice(_GOODS)
    lines = [_line(dice, title) for _ in range(1 if number % 5 else 2)]
    total = dice.randrange(2_000, 200_000) / 100
    payments = [_payment(dice, order_id, title, total, status="approved")]
    if number % 4 == 0:
        payments.insert(0, _payment(dice, order_id, title, total, status="rejected"))
    return {
        "id": order_id,
        "date_created": _moment(dice, 1),
        "last_updated": _moment(dice, 3),
        "date_closed": _moment(dice, 2),
        "pack_id": 2_000_000_900_000_000 + number,
        "fulfilled": None,
        "buying_mode": "buy_equals_pay",
        "shipping_cost": None,
        "mediations": [],
        "total_amount": total,
        "paid_amount": round(total + 24.9, 2),
        "order_items": lines,
        "currency_id": "BRL",
        "payments": payments,
        "shipping": {"id": 44_000_000_000 + number},
        "status": "paid",
        "status_detail": None,
        "tags": ["pack_order", "order_has_discount", "paid", "not_delivered"],
        "internal_tags": [],
        "static_tags": [],
        "feedback": {"seller": None, "buyer": None},
        "context": {"channel": "marketplace", "site": "MLB", "flows": []},
        "seller": {"id": 700_100_300},
        "buyer": {
            "id": 700_100_200,
            "nickname": "INVENTED BUYER",
            "first_name": "Invented",
            "last_name": "Buyer",
            "billing_info": {"id": "712345678901234567"},
        },
        "taxes": {"amount": None, "currency_id": None, "id": None},
        "cancel_detail": None,
        "manufacturing_ending_date": None,
        "order_request": {"change": None, "return": None},
        "related_orders": None,
    }


def orders_page(count: int = 50) -> JsonObject:
    """A page of orders, as `GET /orders/search` answers it."""
    return {
        "query": "",
        "results": [order(number) for number in range(1, count + 1)],
        "sort": {"id": "date_asc", "name": "Date ascending"},
        "available_sorts": [{"id": "date_desc", "name": "Date descending"}],
        "filters": [],
        "paging": {"total": 1_234, "offset": 0, "limit": count},
        "display": "complete",
    }


def _attribute(dice: random.Random, identifier: str, value: str) -> JsonObject:
    value_id = str(dice.randrange(10_000, 99_999))
    return {
        "id": identifier,
        "name": identifier.replace("_", " ").title(),
        "value_id": value_id,
        "value_name": value,
        "value_struct": None,
        "values": [{"id": value_id, "name": value, "struct": None}],
        "value_type": "string",
        "attribute_group_id": "OTHERS",
        "attribute_group_name": "Others",
    }


def _weight(dice: random.Random) -> JsonObject:
    grams = dice.randrange(200, 900)
    struct = {"number": grams, "unit": "g"}
    return {
        **_attribute(dice, "WEIGHT", f"{grams} g"),
        "value_struct": struct,
        "values": [{"id": None, "name": f"{grams} g", "struct": struct}],
        "value_type": "number_unit",
    }


def _variation(dice: random.Random, number: int) -> JsonObject:
    return {
        "id": 180_000_000_000 + number,
        "price": 199.9,
        "attribute_combinations": [
            _attribute(dice, "COLOR", _COLOURS[number % len(_COLOURS)]),
            _attribute(dice, "SIZE", _SIZES[number % len(_SIZES)]),
        ],
        "available_quantity": dice.randrange(40),
        "sold_quantity": dice.randrange(400),
        "sale_terms": [],
        "picture_ids": [f"{500_000 + number * 3 + side}-MLB70000000{side}_042026" for side in range(3)],
        "catalog_product_id": None,
        "seller_custom_field": None,
        "attributes": [
            _attribute(dice, "SELLER_SKU", f"SHOE-{number:03}"),
            _attribute(dice, "GTIN", f"7891234567{number:03}"),
            _weight(dice),
        ],
        "inventory_id": None,
        "item_relations": [],
        "user_product_id": f"MLBU{300_000_000 + number}",
    }


def _picture(number: int) -> JsonObject:
    name = f"{500_000 + number}-MLB700000000_042026"
    return {
        "id": name,
        "url": f"http://pictures.example/D_{name}-O.jpg",
        "secure_url": f"https://pictures.example/D_{name}-O.jpg",
        "size": "500x500",
        "max_size": "1200x1200",
        "quality": "",
    }


def item(variations: int = 30) -> JsonObject:
    """An item with variations, as `GET /items/{id}?include_attributes=all` answers it."""
    dice = random.Random(variations)
    return {
        "id": "MLB4000000001",
        "site_id": "MLB",
        "title": "Trail shoes with invented values",
        "family_name": None,
        "seller_id": 700_100_300,
        "category_id": "MLB23332",
        "user_product_id": None,
        "official_store_id": None,
        "price": 199.9,
        "base_price": 199.9,
        "original_price": 249.9,
        "inventory_id": None,
        "currency_id": "BRL",
        "initial_quantity": 900,
        "available_quantity": 612,
        "sold_quantity": 288,
        "sale_terms": [
            _attribute(dice, "WARRANTY_TYPE", "Seller warranty"),
            _attribute(dice, "WARRANTY_TIME", "90 days"),
        ],
        "buying_mode": "buy_it_now",
        "listing_type_id": "gold_pro",
        "start_time": "2026-02-03T14:15:16.000Z",
        "stop_time": "2046-01-29T04:00:00.000Z",
        "end_time": "2046-01-29T04:00:00.000Z",
        "expiration_time": "2026-04-24T14:15:16.973Z",
        "condition": "new",
        "permalink": "https://item.example/MLB-4000000001-trail-shoes",
        "thumbnail_id": "500000-MLB700000000_042026",
        "thumbnail": "http://pictures.example/D_500000-I.jpg",
        "pictures": [_picture(number) for number in range(12)],
        "video_id": None,
        "descriptions": [],
        "accepts_mercadopago": True,
        "non_mercado_pago_payment_methods": [],
        "shipping": {
            "mode": "me2",
            "methods": [],
            "tags": ["mandatory_free_shipping"],
            "dimensions": None,
            "local_pick_up": False,
            "free_shipping": True,
            "logistic_type": "cross_docking",
            "store_pick_up": False,
        },
        "international_delivery_mode": "none",
        "seller_address": {
            "city": {"id": "BR-SP-44", "name": "Invented City"},
            "state": {"id": "BR-SP", "name": "Invented State"},
            "country": {"id": "BR", "name": "Brasil"},
            "search_location": {"neighborhood": {"id": "X", "name": "Y"}, "city": None, "state": None},
            "id": 1_234_567,
        },
        "seller_contact": None,
        "location": {},
        "coverage_areas": [],
        "attributes": [_attribute(dice, f"ATTRIBUTE_{number}", f"Value {number}") for number in range(20)],
        "listing_source": "",
        "variations": [_variation(dice, number) for number in range(variations)],
        "status": "active",
        "sub_status": [],
        "tags": ["good_quality_picture", "immediate_payment", "cart_eligible"],
        "warranty": "Seller warranty: 90 days",
        "catalog_product_id": None,
        "domain_id": "MLB-SNEAKERS",
        "parent_item_id": None,
        "deal_ids": [],
        "automatic_relist": False,
        "date_created": "2026-02-03T14:15:16.000Z",
        "last_updated": "2026-05-05T01:02:03.456Z",
        "health": 0.85,
        "catalog_listing": False,
        "item_relations": [],
        "channels": ["marketplace", "mshops"],
    }
