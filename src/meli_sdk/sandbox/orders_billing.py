"""To whom orders are billed: https://developers.mercadolibre.com.ar/es_ar/facturacion"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer
from meli_sdk.sandbox.errors import JsonObject, refusal, resource_not_found
from meli_sdk.sandbox.orders_access import find_order
from meli_sdk.sandbox.orders_bodies import billing_info_id
from meli_sdk.sandbox.orders_book import Order

_DOCUMENTS: Final[Mapping[str, str]] = {
    "MLA": "DNI",
    "MLB": "CPF",
    "MLC": "RUT",
    "MCO": "CC",
    "MLM": "RFC",
    "MEC": "CI",
    "MLU": "CI",
    "MPE": "DNI",
}
_METHODS: Final = (
    ("account_money", "Dinero en mi cuenta", "account_money"),
    ("visa", "Visa", "credit_card"),
    ("master", "Mastercard", "credit_card"),
    ("rapipago", "Rapipago", "ticket"),
)


def _document(order: Order) -> JsonObject:
    return {"type": _DOCUMENTS.get(order.site_id, "DNI"), "number": f"{order.buyer_id % 10**8:0>8}"}


def _billing_info(order: Order) -> JsonObject:
    return {
        "site_id": order.site_id,
        "buyer": {
            "cust_id": order.buyer_id,
            "billing_info": {
                "name": "Compradora",
                "last_name": "De Prueba",
                "identification": _document(order),
                "taxes": {"taxpayer_type": {"id": "01", "description": "Consumidor Final"}},
                "address": {
                    "street_name": "Calle Inventada",
                    "street_number": "SN",
                    "city_name": "Palermo",
                    "state": {"code": "01", "name": "Capital Federal"},
                    "zip_code": "1425",
                    "country_id": "AR",
                },
                "attributes": {"cust_type": "CO", "is_normalized": True, "vat_discriminated_billing": "true"},
            },
        },
        "seller": {"cust_id": order.seller_id},
    }


async def get_billing_info(request: web.Request) -> web.Response:
    """By the id that the order's buyer has."""
    wanted, site_id = request.match_info["billing_info_id"], request.match_info["site_id"]
    for order in request.app[WORLD].orders.values():
        if billing_info_id(order) == wanted and order.site_id == site_id and order.seller_id == request[CALLER].id:
            return answer(_billing_info(order))
    raise refusal(404, "not_found", f"Billing info {wanted} not found")


async def get_legacy_billing_info(request: web.Request) -> web.Response:
    """The older resource: named values."""
    order = find_order(request)
    document = _document(order)
    values = {
        "SITE_ID": order.site_id,
        "FIRST_NAME": "Compradora",
        "LAST_NAME": "De Prueba",
        "DOC_TYPE": document["type"],
        "DOC_NUMBER": document["number"],
        "CITY_NAME": "Palermo",
        "STREET_NAME": "Calle Inventada",
    }
    return answer(
        {
            "billing_info": {
                "doc_type": document["type"],
                "doc_number": document["number"],
                "additional_info": [{"type": kind, "value": value} for kind, value in values.items()],
            }
        }
    )


def _methods() -> list[JsonObject]:
    return [
        {
            "id": method_id,
            "name": name,
            "payment_type_id": kind,
            "thumbnail": f"http://img.example.com/{method_id}.gif",
            "secure_thumbnail": f"https://img.example.com/{method_id}.gif",
        }
        for method_id, name, kind in _METHODS
    ]


async def list_payment_methods(request: web.Request) -> web.Response:
    """The same four on every site."""
    if request.match_info["site_id"] not in _DOCUMENTS:
        raise resource_not_found()
    return answer(_methods())


async def get_payment_method(request: web.Request) -> web.Response:
    """One of them."""
    for method in _methods():
        if method["id"] == request.match_info["payment_method_id"]:
            return answer(method)
    raise refusal(404, "not_found", "Payment method not found")


ROUTES: Final = (
    web.get(r"/orders/billing-info/{site_id:[A-Z]{3}}/{billing_info_id}", get_billing_info),
    web.get("/orders/{order_id}/billing_info", get_legacy_billing_info),
    web.get(r"/sites/{site_id:[A-Z]{3}}/payment_methods", list_payment_methods),
    web.get(r"/sites/{site_id:[A-Z]{3}}/payment_methods/{payment_method_id}", get_payment_method),
)
