"""How sites and sellers ship: https://developers.mercadolibre.com.ar/es_ar/modos-de-envio"""

from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, answer
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sandbox.shipments_access import find_shipment
from meli_sdk.sandbox.shipments_tracking import SERVICES

_METHODS: Final[tuple[tuple[int, str, str, list[str] | None], ...]] = (
    (501145, "Estándar", "standard", ["me1"]),
    (73328, "Normal a domicilio", "standard", ["me2"]),
    (502845, "Retiro en sucursal", "express", None),
)


async def list_methods(request: web.Request) -> web.Response:
    """Three, for the sites where parcels travel."""
    site_id = request.match_info["site_id"]
    if site_id not in SERVICES:
        raise refusal(404, "invalid_site_id", f"Invalid site id: {site_id}")
    rows: list[JsonObject] = [
        {
            "id": method_id,
            "name": name,
            "type": kind,
            "deliver_to": "address",
            "status": "active",
            "site_id": site_id,
            "free_options": ["country"],
            "shipping_modes": modes,
            "company_id": 17500240,
            "company_name": "Correo Sandbox",
            "min_time": 72,
            "max_time": None,
            "currency_id": "ARS",
        }
        for method_id, name, kind, modes in _METHODS
    ]
    return answer(rows)


async def list_services(request: web.Request) -> web.Response:
    """The one of me1."""
    site_id = request.match_info["site_id"]
    if site_id not in SERVICES:
        raise refusal(404, "invalid_site_id", f"Invalid site id: {site_id}")
    company = {"id": 17500240, "name": "Correo Sandbox", "site_id": site_id}
    service: JsonObject = {
        "id": SERVICES[site_id],
        "name": "Estándar",
        "status": "active",
        "shipping_company": company,
        "tracks_shipments": True,
        "max_size": None,
        "min_size": None,
        "max_weight": 25000,
        "min_weight": 0,
        "free_options": ["country"],
    }
    return answer([service])


async def get_preferences(request: web.Request) -> web.Response:
    """Of the caller."""
    user_id = int(request.match_info["user_id"])
    if request[CALLER].id != user_id:
        raise refusal(403, "forbidden", "Invalid caller.id")
    own = [SERVICES[request[CALLER].site_id]] if request[CALLER].site_id in SERVICES else []
    services: dict[str, list[int] | None] = {"me1": own, "me2": [422, 431], "custom": None, "not_specified": None}
    types = {"me1": "default", "me2": "drop_off", "custom": "custom", "not_specified": "not_specified"}
    return answer(
        {
            "site_id": request[CALLER].site_id,
            "modes": list(services),
            "logistics": [
                {
                    "mode": mode,
                    "types": [
                        {
                            "type": types[mode],
                            "carrier_pickup": [],
                            "services": ids,
                            "default": True,
                            "status": "active",
                        }
                    ],
                }
                for mode, ids in services.items()
            ],
            "services": [*own, 422, 431],
            "tags": ["optional_me1_allowed"],
            "option": "in",
            "picking_type": None,
            "local_pick_up": False,
            "thermal_printer": None,
            "label": {"page_size": "a4", "page_format": "pdf", "thermal_printer": None},
            "mandatory_invoice_data": False,
            "free_configurations": [],
            "mandatory_settings": {},
        }
    )


async def get_shippability(_: web.Request) -> web.Response:
    """One way: from the seller by Mercado Libre's carriers."""
    return answer(
        {
            "services": [
                {
                    "type": "distribution",
                    "direction": "forward",
                    "flavor": "gm",
                    "speed": "standard",
                    "distribution_attributes": [
                        {"stock_origin": "sender", "transport_by": "meli", "network_provider": "meli"}
                    ],
                    "network": {"nodes": {"12": {"collect_node_type": "sender_node"}}},
                    "legacy_attributes": {"logistic_type": "drop_off", "mode": "me2"},
                }
            ]
        }
    )


async def get_driver(request: web.Request) -> web.Response:
    """Who drives a Flex shipment."""
    shipment = find_shipment(request)
    if shipment.driver_id is None:
        raise refusal(404, "not_found", "shipment_id not found")
    return answer({"driver_id": shipment.driver_id})


ROUTES: Final = (
    web.get(r"/sites/{site_id:[A-Z]{3}}/shipping_methods", list_methods),
    web.get(r"/sites/{site_id:[A-Z]{3}}/shipping_services", list_services),
    web.get(r"/users/{user_id:\d+}/shipping_preferences", get_preferences),
    web.get(
        r"/customers/marketplace/sites/{site_id:[A-Z]{3}}/user-products/{user_product_id}/contracts/shippability/services",
        get_shippability,
    ),
    web.get(r"/flex/sites/{site_id:[A-Z]{3}}/shipments/{shipment_id}/assignment/v2", get_driver),
)
