"""The error tables of shipments, labels, splits and tracking, over a real socket: each row as its class."""

from datetime import UTC, datetime

import pytest
from tests.resources.error_rows import OOPS, POLICY, Call, Row, arrives, body_of, on

from meli_sdk import errors
from meli_sdk.models import (
    CustomShipmentUpdate,
    NotificationDetails,
    SellerNotification,
    SplitOrder,
    SplitPack,
)

SHIPMENT = 40000000001
DETAILS = NotificationDetails(service_id=154, date=datetime(2026, 5, 6, tzinfo=UTC))
HALVES = [SplitPack(orders=(SplitOrder(id=7, quantity=1),)), SplitPack(orders=(SplitOrder(id=8, quantity=1),))]


def part(name: str) -> Call:
    return f"GET /shipments/{{id}}/{name}", lambda me: getattr(me.shipments, name)(SHIPMENT)


READ: Call = ("GET /shipments/{id}", lambda me: me.shipments.get(SHIPMENT))
PARTS = [part(name) for name in ("orders", "items", "costs", "payments", "lead_time", "history", "carrier")]
SLA = part("sla")
READY: Call = ("POST /shipments/{id}/process/ready_to_ship", lambda me: me.shipments.make_ready(SHIPMENT))
METHODS: Call = ("GET /sites/{site}/shipping_methods", lambda me: me.shipments.methods("MLA"))
PREFERENCES: Call = ("GET /users/{id}/shipping_preferences", lambda me: me.shipments.preferences())
DRIVER: Call = (
    "GET /flex/sites/{site}/shipments/{id}/assignment/v2",
    lambda me: me.shipments.driver("MLA", SHIPMENT),
)
SPLIT: Call = ("POST /shipments/{id}/split", lambda me: me.shipments.split(SHIPMENT, "FRAGILE", HALVES))
NOTIFY: Call = (
    "POST /v2/shipments/{id}/seller_notifications",
    lambda me: me.shipments.notify(SHIPMENT, SellerNotification(payload=DETAILS, status="shipped", substatus=None)),
)
CHANGE: Call = (
    "PUT /shipments/{id}",
    lambda me: me.shipments.change(SHIPMENT, CustomShipmentUpdate(receiver_id=1, speed=5)),
)
PRINT: Call = (
    "GET /shipment_labels",
    lambda me: me.request("GET", "/shipment_labels", params={"shipment_ids": SHIPMENT}),
)
NOT_LABELLED = [
    *((400, code, f"SHPLAB0200 {code}") for code in (
        "invalid_shipment_caller", "not_printable_status", "invalid_shipment_ff_public", "invalid_shipment_mode")),
    (400, "bad_request", "shipment_ids must not exceed 50"),
    (404, "not_found", "Missing a valid shipment id value"),
]  # fmt: skip


def classic(status: int, error: str, message: str, cause: object) -> dict[str, object]:
    return {"message": message, "error": error, "status": status, "cause": cause}


def notice(status: int, code: str, message: str) -> dict[str, object]:
    """The envelope of the notifications for me1."""
    return {
        "status_code": status,
        "error_code": code,
        "message": message,
        "timestamp": "2026-08-14T10:00:00Z",
        "request_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    }


SPLIT_ROWS = [
    *((400, classic(400, "bad_request", "Invalid body", [why]), "Invalid body", errors.ValidationFailedError)
      for why in ("/reason: value must be one of FRAGILE", "/packs: you must specify exactly 2 packs")),
    (400, "bad_request", "Invalid shipment id", errors.InvalidParameterError),
    (400, "bad_request", "The shipment 40000000001 cannot be split", errors.SplitRefusedError),
    (403, "forbidden", "The shipment 40000000001 does not belong to merchant: 7", errors.InvalidCallerError),
    (400, classic(400, "SPLIT_ERROR_400", "The quantities do not match", None), "The quantities do not match",
     errors.SplitRefusedError),
    (422, classic(422, "SPLIT_ERROR_422", "Shipment can't be splitted at this point. Invalid status.", None),
     "Shipment can't be splitted at this point. Invalid status.", errors.SplitRefusedError),
]  # fmt: skip
ROWS = [
    *on(READ, *PARTS, rows=[
        (400, "bad_request", "Invalid shipment id", errors.InvalidParameterError),
        (404, "not_found_shipping_id", "Not found shipping with id: 40000000001", errors.ShipmentNotFoundError),
        (429, "too_many_requests", "Too many requests", errors.RateLimitedError),
        (503, "service_not_available", "Service not available", errors.ServerError),
    ]),
    *on(READ, READY, DRIVER, rows=[(403, "forbidden", POLICY, errors.PolicyForbiddenError)]),
    *on(READY, rows=[(404, "not_found", "Not found shipment with id.", errors.ShipmentNotFoundError)]),
    *on(SLA, PREFERENCES, rows=[
        (401, {"code": "unauthorized", "message": "authorization value not present"},
         "authorization value not present", errors.InvalidTokenError),
    ]),
    *on(SLA, METHODS, PREFERENCES, rows=[
        (401, {"code": "unauthorized", "message": "invalid access token"}, "invalid access token",
         errors.InvalidTokenError),
    ]),
    *on(SLA, rows=[(404, "not_found", "failed to retrieve data", errors.NotFoundError)]),
    *on(METHODS, rows=[(404, "invalid_site_id", "Invalid site id: MLX", errors.NotFoundError)]),
    *on(DRIVER, rows=[
        (400, "bad_request", "Invalid shipment id", errors.InvalidParameterError),
        (500, "internal_server_error", OOPS, errors.ServerError),
    ]),
    *on(SPLIT, rows=SPLIT_ROWS),
    *on(NOTIFY, rows=[
        *((status, notice(status, code, words), words, kind) for status, code, words, kind in (
            (400, "event_date_before_shipment_creation_date", "The event is older", errors.InvalidParameterError),
            (400, "shipment_mode_is_not_me1", "The shipment mode is not me1", errors.ShippingModeError),
            (400, "invalid_seller_json_format", "payload is required", errors.ValidationFailedError),
            (400, "validation_error", "service_id is not the site's", errors.ValidationFailedError),
            (403, "forbidden_client", "caller.id is not shipment sender", errors.InvalidCallerError),
            (403, "bad_request", "Status-substatus not allowed", errors.ForbiddenError),
            (429, "too_many_requests", "Too many requests", errors.RateLimitedError),
            (500, "internal_server_error", OOPS, errors.ServerError),
            (503, "service_not_available", "Service not available", errors.ServerError),
        )),
    ]),
    *on(CHANGE, rows=[
        (400, classic(400, "invalid_service_id", "Invalid service id", None), "Invalid service id",
         errors.InvalidParameterError),
    ]),
    *on(PRINT, rows=[(429, {"message": "local_rate_limited"}, "local_rate_limited", errors.RateLimitedError)]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "row"), ROWS)
async def test_every_documented_error_arrives_as_its_class(box, local, call, row):
    error = await arrives(box, local, call, row)
    if not isinstance(row.code, str) and isinstance(row.code.get("cause"), list):
        assert [cause.message for cause in error.causes] == row.code["cause"]


async def test_a_receiver_who_is_not_the_buyer_never_costs_a_token(box, local):
    words = "Unauthorized receiver_id for order_id: 2000000000000007"
    body = classic(401, "invalid_user_id_for_order", words, None)
    await arrives(box, local, CHANGE, Row(401, body, words, errors.UnauthorizedError))
    assert (box.calls, box.oauth_calls) == (1, 0)


@pytest.mark.parametrize(("status", "code", "message"), NOT_LABELLED)
async def test_every_refusal_of_a_label_is_told_by_its_shipment(box, local, status, code, message):
    body = body_of(Row(status, code, message, errors.LabelsRefusedError))
    box.fail_next("GET /shipment_labels", status, body)
    batches = [batch async for batch in local.shipments.labels([SHIPMENT])]
    (failed,) = batches[0].failed
    assert (batches[0].ids, batches[0].content) == ((), b"")
    assert (failed.shipment_id, failed.message, failed.code) == (SHIPMENT, message, code)


async def test_labels_wait_where_they_come_too_fast(box, local):
    shipment = next(one for one in box.world.shipments.values() if one.substatus == "ready_to_print")
    box.fail_next("GET /shipment_labels", 429, {"message": "local_rate_limited"})
    batches = [batch async for batch in local.shipments.labels([shipment.id])]
    assert batches[0].ids == (shipment.id,)
    assert box.calls == 2


async def test_a_shipment_that_is_not_there_names_its_id(local):
    with pytest.raises(errors.ShipmentNotFoundError) as raised:
        await local.shipments.get(17)
    assert raised.value.shipment_id == 17


@pytest.mark.parametrize(
    ("match", "words", "read"),
    [
        ("GET /shipments/{id}/delays", "Delays Not Found for shipment", lambda me: me.shipments.delays(SHIPMENT)),
        (DRIVER[0], "shipment_id not found", DRIVER[1]),
    ],
    ids=["delays", "driver"],
)
async def test_a_404_that_means_none_is_no_error(box, local, match, words, read):
    box.fail_next(match, 404, classic(404, "not_found", words, []))
    found = await read(local)
    assert found is None or found.delays == ()
