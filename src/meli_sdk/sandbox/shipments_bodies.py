"""How a shipment is printed, in the new and in the legacy body.

https://developers.mercadolibre.com.ar/es_ar/gestion-de-envios
"""

from typing import Final

from meli_sdk.sandbox.answers import moment
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.state import Shipment, World

HIDDEN: Final = "XXXXXXX"
_SIBLING: Final[JsonObject] = {
    "reason": None,
    "sibling_id": None,
    "description": None,
    "source": None,
    "date_created": None,
    "last_updated": None,
}
_HISTORY: Final = {
    "ready_to_ship": ("date_handling", "date_ready_to_ship"),
    "shipped": ("date_handling", "date_ready_to_ship", "date_shipped"),
    "delivered": ("date_handling", "date_ready_to_ship", "date_shipped", "date_first_visit", "date_delivered"),
    "cancelled": ("date_cancelled",),
}


def _address(*, shown: bool) -> JsonObject:
    return {
        "address_line": "Calle Inventada 742" if shown else HIDDEN,
        "street_name": "Calle Inventada" if shown else HIDDEN,
        "street_number": "742" if shown else HIDDEN,
        "comment": None if shown else HIDDEN,
        "zip_code": "1425" if shown else HIDDEN,
        "city": {"id": "TUxBQlBBTDI1MTVa", "name": "Palermo"},
        "state": {"id": "AR-C", "name": "Capital Federal"},
        "country": {"id": "AR", "name": "Argentina"},
        "neighborhood": {"id": None, "name": "Palermo"},
        "municipality": {"id": None, "name": None},
        "agency": None,
        "types": [],
        "latitude": 0,
        "longitude": 0,
        "geolocation_type": "ROOFTOP",
        "geolocation_source": None,
        "geolocation_last_updated": None,
        "location_id": None,
        "scoring": None,
        "intersection": None,
        "node": None,
    }


def _declared_value(orders: list[Order]) -> object:
    return sum(order.total for order in orders)


def new_body(shipment: Shipment, orders: list[Order]) -> JsonObject:
    """The body with `x-format-new: true`."""
    unknown_agency: JsonObject = {
        "carrier_id": None,
        "phone": None,
        "agency_id": None,
        "description": None,
        "type": None,
        "open_hours": None,
    }
    extra: JsonObject = {"agency": unknown_agency, "delivery_preference": "residential"}
    return {
        "id": shipment.id,
        "status": shipment.status,
        "substatus": shipment.substatus,
        "date_created": moment(shipment.created),
        "last_updated": moment(shipment.updated),
        "external_reference": None,
        "declared_value": _declared_value(orders),
        "dimensions": {"height": 10, "width": 20, "length": 30, "weight": 450},
        "logistic": {
            "mode": shipment.mode,
            "type": shipment.logistic_type,
            "direction": "forward" if shipment.direction == "forward" else "return",
        },
        "tracking_number": shipment.tracking_number,
        "tracking_method": shipment.tracking_method,
        "quotation": None,
        "items_types": ["new"],
        "tags": ["test_shipment"],
        "snapshot_packing": None,
        "priority_class": {"id": None},
        "source": {
            "site_id": shipment.site_id,
            "market_place": "MELI",
            "customer_id": None,
            "application_id": None,
        },
        "sibling": shipment.sibling or _SIBLING,
        "origin": {
            "type": "selling_address",
            "sender_id": shipment.seller_id,
            "shipping_address": {"address_id": 1_400_000_001, **_address(shown=False), **extra},
            "snapshot": {"id": f"{shipment.id}-o", "version": 0},
            "node": None,
        },
        "destination": {
            "type": "buying_address",
            "receiver_id": shipment.receiver_id,
            "receiver_name": "Compradora De Prueba",
            "receiver_phone": "1199988776" if shipment.mode == "me1" else None,
            "comments": None,
            "shipping_address": {"address_id": 1_400_000_002, **_address(shown=True), **extra},
            "snapshot": {"id": f"{shipment.id}-d", "version": 0},
        },
        "lead_time": lead_time(shipment),
    }


def lead_time(shipment: Shipment) -> JsonObject:
    """Method, price and times."""
    day = moment(shipment.created)
    return {
        "option_id": 1_144_678_442,
        "shipping_method": {
            "id": 511_948,
            "name": "Estándar a domicilio",
            "type": "standard",
            "deliver_to": "address",
        },
        "currency_id": shipment.currency_id,
        "cost": shipment.cost,
        "list_cost": shipment.cost,
        "cost_type": "charged" if shipment.cost else "free",
        "service_id": 151,
        "delivery_type": "estimated",
        "delivery_promise": "estimated",
        "processing_time": None,
        "buffering": {"date": None},
        "pickup_promise": {"from": None, "to": None},
        "priority_class": {"id": None},
        "estimated_schedule_limit": {"date": None},
        "estimated_delivery_time": _estimate(day),
        "estimated_delivery_limit": {"date": day},
        "estimated_delivery_final": {"date": day},
        "estimated_delivery_extended": {"date": day},
    }


def _estimate(day: str) -> JsonObject:
    return {
        "type": "known",
        "date": day,
        "unit": "hour",
        "offset": {"date": None, "shipping": None},
        "time_frame": {"from": None, "to": None},
        "pay_before": None,
        "shipping": 48,
        "handling": 24,
        "schedule": None,
    }


def legacy_body(world: World, shipment: Shipment) -> JsonObject:
    """The body of before `x-format-new`."""
    orders = world.orders.of_shipment(shipment.id)
    day = moment(shipment.created)
    reached = _HISTORY.get(shipment.status, ())
    names = (
        *("date_handling", "date_ready_to_ship", "date_shipped", "date_first_visit", "date_delivered"),
        *("date_not_delivered", "date_returned", "date_cancelled"),
    )
    return {
        "id": shipment.id,
        "mode": shipment.mode,
        "logistic_type": shipment.logistic_type,
        "status": shipment.status,
        "substatus": shipment.substatus,
        "order_id": shipment.order_id,
        "order_cost": _declared_value(orders),
        "base_cost": shipment.cost,
        "site_id": shipment.site_id,
        "sender_id": shipment.seller_id,
        "receiver_id": shipment.receiver_id,
        "sender_address": {"id": None, "version": None, **_address(shown=False)},
        "receiver_address": {
            "id": 1_400_000_002,
            **_address(shown=True),
            "receiver_name": "Compradora De Prueba",
            "receiver_phone": HIDDEN,
        },
        "shipping_items": [
            {
                "id": order.item_id,
                "description": order.title,
                "quantity": order.quantity,
                "dimensions": "10.0x20.0x30.0,450.0",
                "dimensions_source": {"id": f"{order.item_id}__1", "origin": "similarity"},
                "user_product_id": None,
                "sender_id": shipment.seller_id,
                "bundle": None,
            }
            for order in orders
        ],
        "shipping_option": {
            "id": 1_144_678_442,
            "name": "Estándar a domicilio",
            "shipping_method_id": 511_948,
            "cost": shipment.cost,
            "list_cost": shipment.cost,
            "currency_id": shipment.currency_id,
            "delivery_type": "estimated",
            "delivery_promise": "estimated",
            "processing_time": None,
            "estimated_schedule_limit": {"date": None},
            "estimated_delivery_time": _estimate(day),
            "estimated_delivery_limit": {"date": day},
            "estimated_delivery_final": {"date": day},
            "estimated_delivery_extended": {"date": day},
        },
        "status_history": {name: moment(shipment.updated) if name in reached else None for name in names},
        "substatus_history": [
            {"status": status, "substatus": substatus, "date": moment(when)}
            for status, substatus, when in shipment.steps
            if substatus is not None
        ],
        "cost_components": dict.fromkeys(
            ("loyal_discount", "special_discount", "compensation", "gap_discount", "ratio"), 0
        ),
        "service_id": 151,
        "tracking_number": shipment.tracking_number,
        "tracking_method": shipment.tracking_method,
        "date_created": moment(shipment.created),
        "last_updated": moment(shipment.updated),
        "date_first_printed": None if shipment.first_printed is None else moment(shipment.first_printed),
        "created_by": "receiver",
        "type": shipment.direction,
        "sibling": shipment.sibling or _SIBLING,
        "snapshot_packing": None,
        "return_details": None,
        "return_tracking_number": None,
        "carrier_info": None,
        "market_place": "MELI",
        "comments": None,
        "application_id": None,
        "customer_id": None,
        "quotation": None,
        "items_types": ["new"],
        "tags": ["test_shipment"],
    }
