"""What sellers tell of parcels that they ship themselves.

https://developers.mercadolivre.com.br/pt_br/status-de-pedidos-rastreamento (me1),
https://developers.mercadolivre.com.br/pt_br/envios-personalizados (custom)
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_object, moment_utc, read_object
from meli_sdk.sandbox.errors import ApiError, JsonObject, refusal
from meli_sdk.sandbox.shipments_access import find_shipment
from meli_sdk.sandbox.shipments_life import later, move_shipment
from meli_sdk.sandbox.state import Shipment

SERVICES: Final[Mapping[str, int]] = {
    "MLB": 11,
    "MLA": 154,
    "MLM": 231876,
    "MLC": 282578,
    "MCO": 282579,
    "MLU": 282604,
    "MPE": 361180,
}
_SHIPPED: Final = frozenset(
    [
        "out_for_delivery",
        "soon_deliver",
        "at_the_door",
        "receiver_absent",
        "bad_address",
        "dangerous_area",
        "unauthorized_receiver",
        "impassable_zone",
        "not_visited",
        "documentation_issue",
        "taxes_issue",
        "fiscalization_issue",
    ]
)
_ALLOWED: Final[Mapping[str, frozenset[str | None]]] = {
    "shipped": _SHIPPED | {None},
    "delivered": frozenset({None}),
    "not_delivered": frozenset({"refused_delivery", "returned"}),
}
_CUSTOM_STEPS: Final[Mapping[str, frozenset[str]]] = {
    "pending": frozenset({"shipped", "delivered", "cancelled"}),
    "shipped": frozenset({"shipped", "delivered", "cancelled"}),
    "delivered": frozenset({"pending", "shipped", "delivered"}),
    "cancelled": frozenset({"cancelled"}),
}


def _problem(request: web.Request, status: int, code: str, message: str) -> ApiError:
    """An error in the envelope that these notifications have of their own."""
    world = request.app[WORLD]
    return ApiError(
        status,
        {
            "status_code": status,
            "error_code": code,
            "message": message,
            "timestamp": moment_utc(world.now()),
            "request_id": world.new_request_id(),
        },
    )


def _date(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if found is None or found.tzinfo is None else found.astimezone(UTC)


def _text(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value else None


async def notify(request: web.Request) -> web.Response:
    """The seller of a me1 shipment says where it is. The shipment shows it after a while."""
    world, shipment, body = request.app[WORLD], find_shipment(request), await read_object(request)
    if request[CALLER].id != shipment.seller_id:
        raise _problem(request, 403, "forbidden_client", "caller.id is not shipment sender")
    if shipment.mode != "me1":
        raise _problem(request, 400, "shipment_mode_is_not_me1", "The shipment mode is not me1")
    details = as_object(body.get("payload"))
    if details is None or "substatus" not in body:
        raise _problem(request, 400, "invalid_seller_json_format", "payload and substatus are required")
    if details.get("service_id") != SERVICES.get(shipment.site_id):
        raise _problem(request, 400, "validation_error", "service_id is not the site's")
    if (_text(body, "tracking_number") is None) != (_text(body, "tracking_url") is None):
        raise _problem(request, 400, "validation_error", "tracking_number and tracking_url go together")
    happened = _date(details.get("date"))
    if happened is None:
        raise _problem(request, 400, "validation_error", "payload.date is no date with a zone")
    if happened < shipment.created.replace(microsecond=0):
        message = "The event is older than the shipment"
        raise _problem(request, 400, "event_date_before_shipment_creation_date", message)
    status, substatus = body.get("status"), body.get("substatus")
    final = shipment.status in {"delivered", "not_delivered", "cancelled"}
    if not isinstance(status, str) or substatus not in _ALLOWED.get(status, frozenset()) or final:
        raise _problem(request, 403, "bad_request", "Status-substatus not allowed")
    number, url = _text(body, "tracking_number"), _text(body, "tracking_url")
    later(world, shipment, status, _text(body, "substatus"), tracking_number=number, tracking_url=url)
    return answer({"status": "OK"})


async def notify_by_v1(request: web.Request) -> web.Response:
    """The older form, which spells no substatus as the text `null`."""
    body = await read_object(request)
    if body.get("substatus") is None:
        raise _problem(request, 400, "invalid_seller_json_format", "substatus is required")
    world, shipment = request.app[WORLD], find_shipment(request)
    if shipment.mode != "me1":
        raise _problem(request, 400, "shipment_mode_is_not_me1", "The shipment mode is not me1")
    substatus = _text(body, "substatus")
    shipment.tracking_number = _text(body, "tracking_number") or shipment.tracking_number
    move_shipment(world, shipment, str(body.get("status")), None if substatus == "null" else substatus)
    return answer({"status": "OK"})


async def change(request: web.Request) -> web.Response:
    """The seller of a custom shipment changes it. Nothing moves a shipment that Mercado Libre moves."""
    world, shipment, body = request.app[WORLD], find_shipment(request), await read_object(request)
    if shipment.mode == "me1" and body.get("service_id") != SERVICES.get(shipment.site_id):
        raise ApiError(
            400, {"message": "Invalid service id", "error": "invalid_service_id", "status": 400, "cause": None}
        )
    if shipment.mode not in {"custom", "me1"}:
        raise refusal(400, "bad_request", "The shipment cannot be modified")
    if shipment.mode == "custom" and body.get("receiver_id") != shipment.receiver_id:
        message = f"Unauthorized receiver_id for order_id: {shipment.order_id}"
        raise ApiError(401, {"message": message, "error": "invalid_user_id_for_order", "status": 401, "cause": None})
    status = body.get("status", shipment.status)
    known = _CUSTOM_STEPS.get(shipment.status, frozenset())
    if not isinstance(status, str) or (status != shipment.status and status not in known):
        raise refusal(400, "bad_request", f"The status cannot go from {shipment.status} to {status}")
    _write(shipment, body)
    if status != shipment.status:
        move_shipment(world, shipment, status)
    shipment.updated = world.now()
    world.changed("shipments", shipment.id, shipment.seller_id)
    return answer({"id": shipment.id, "status": shipment.status, "tracking_number": shipment.tracking_number})


def _write(shipment: Shipment, body: JsonObject) -> None:
    shipment.tracking_number = _text(body, "tracking_number") or shipment.tracking_number
    speed = body.get("speed")
    if isinstance(speed, int):
        shipment.promised_hours = speed


ROUTES: Final = (
    web.post("/v2/shipments/{shipment_id}/seller_notifications", notify),
    web.post("/shipments/{shipment_id}/seller_notifications", notify_by_v1),
    web.put("/shipments/{shipment_id}", change),
)
