"""Every documented error row of shipments, labels, splits and tracking, over a real socket, each as its class."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.models import (
    CustomShipmentUpdate,
    NotificationDetails,
    SellerNotification,
    SplitOrder,
    SplitPack,
)
from meli_sdk.sandbox.error_rows import LABEL_ROWS, SHIPMENT_ROWS, SPLIT_ROWS, TRACKING_ROWS

SHIPMENT = 40000000001
DETAILS = NotificationDetails(service_id=154, date=datetime(2026, 5, 6, tzinfo=UTC))
HALVES = [SplitPack(orders=(SplitOrder(id=7, quantity=1),)), SplitPack(orders=(SplitOrder(id=8, quantity=1),))]
Call = Callable[[MeliSession], Awaitable[Any]]


def part(name: str) -> Call:
    return lambda me: getattr(me.shipments, name)(SHIPMENT)


async def print_one(me: MeliSession) -> Any:
    """The call alone: `labels` turns refusals into rows of its batches."""
    return await me.request("GET", "/shipment_labels", params={"shipment_ids": SHIPMENT})


CALLS: dict[str, Call] = {
    "GET /shipments/{id}": part("get"),
    **{
        f"GET /shipments/{{id}}/{name}": part(name)
        for name in ("orders", "items", "costs", "payments", "lead_time", "history", "carrier", "sla")
    },
    "POST /shipments/{id}/process/ready_to_ship": part("make_ready"),
    "GET /sites/{site}/shipping_methods": lambda me: me.shipments.methods("MLA"),
    "GET /flex/sites/{site}/shipments/{id}/assignment/v2": lambda me: me.shipments.driver("MLA", SHIPMENT),
    "POST /shipments/{id}/split": lambda me: me.shipments.split(SHIPMENT, "FRAGILE", HALVES),
    "POST /v2/shipments/{id}/seller_notifications": lambda me: me.shipments.notify(
        SHIPMENT, SellerNotification(payload=DETAILS, status="shipped", substatus=None)
    ),
    "PUT /shipments/{id}": lambda me: me.shipments.change(SHIPMENT, CustomShipmentUpdate(receiver_id=1, speed=5)),
}
CLASSES: dict[str, type[errors.ResponseError]] = {
    "shipment_bad_id": errors.InvalidParameterError,
    "shipment_not_found": errors.ShipmentNotFoundError,
    "shipment_policy": errors.PolicyForbiddenError,
    "shipment_too_many": errors.RateLimitedError,
    "shipment_oops": errors.ServerError,
    "shipment_unavailable": errors.ServerError,
    "ready_not_found": errors.ShipmentNotFoundError,
    "sla_no_token": errors.InvalidTokenError,
    "sla_invalid_token": errors.InvalidTokenError,
    "sla_none": errors.NotFoundError,
    "invalid_site": errors.NotFoundError,
    "driver_bad_request": errors.InvalidParameterError,
    "driver_forbidden": errors.PolicyForbiddenError,
    "driver_oops": errors.ServerError,
    "split_reason": errors.BadRequestError,
    "split_packs": errors.BadRequestError,
    "split_bad_id": errors.InvalidParameterError,
    "split_impossible": errors.BadRequestError,
    "split_not_owned": errors.ForbiddenError,
    "split_quantities": errors.BadRequestError,
    "split_too_late": errors.UnprocessableError,
    "notice_too_old": errors.BadRequestError,
    "notice_not_me1": errors.ShippingModeError,
    "notice_format": errors.ValidationFailedError,
    "notice_validation": errors.ValidationFailedError,
    "notice_not_sender": errors.InvalidCallerError,
    "notice_status": errors.ForbiddenError,
    "notice_too_many": errors.RateLimitedError,
    "notice_oops": errors.ServerError,
    "notice_unavailable": errors.ServerError,
    "invalid_service": errors.InvalidParameterError,
    "wrong_receiver": errors.UnauthorizedError,
}
ROWS = (*SHIPMENT_ROWS, *SPLIT_ROWS, *TRACKING_ROWS)
NO_REMEDY = {"shipment_too_many", "notice_too_many"}


def test_every_row_has_a_class_and_every_class_a_row():
    assert CLASSES.keys() == {row.name for row in ROWS}
    assert (len(ROWS), len(LABEL_ROWS)) == (32, 7)


@pytest.mark.parametrize(
    ("row", "call"), [pytest.param(row, call, id=f"{row.name}-{call.split()[1]}") for row in ROWS for call in row.calls]
)
async def test_every_documented_error_arrives_as_its_class(box, local, row, call):
    box.fail_next(call, row.status, row.body, times=10)
    with pytest.raises(errors.ResponseError) as raised:
        await CALLS[call](local)
    error = raised.value
    assert type(error) is CLASSES[row.name]
    assert (error.status, error.message) == (row.status, row.body["message"])
    assert error.retryable is row.retry
    assert error.remedy or error.status >= 500 or row.name in NO_REMEDY
    repeated = row.retry and (call.startswith("GET") or error.status == 429)
    assert error.attempts == (4 if repeated else 1)
    if row.body.get("cause"):
        assert [cause.message for cause in error.causes] == row.body["cause"]


async def test_a_receiver_who_is_not_the_buyer_never_costs_a_token(box, local):
    row = next(row for row in TRACKING_ROWS if row.name == "wrong_receiver")
    box.fail_next("PUT /shipments/{id}", row.status, row.body)
    with pytest.raises(errors.UnauthorizedError):
        await CALLS["PUT /shipments/{id}"](local)
    assert (box.calls, box.oauth_calls) == (1, 0)


@pytest.mark.parametrize("row", LABEL_ROWS[:6], ids=lambda row: row.name)
async def test_every_refusal_of_a_label_is_told_by_its_shipment(box, local, row):
    box.fail_next("GET /shipment_labels", row.status, row.body)
    batches = [batch async for batch in local.shipments.labels([SHIPMENT])]
    (failed,) = batches[0].failed
    assert (batches[0].ids, batches[0].content) == ((), b"")
    assert (failed.shipment_id, failed.message) == (SHIPMENT, row.body["message"])
    assert failed.code == row.body["error"]


async def test_labels_wait_where_they_come_too_fast(box, local):
    row = LABEL_ROWS[-1]
    shipment = next(one for one in box.world.shipments.values() if one.substatus == "ready_to_print")
    box.fail_next("GET /shipment_labels", row.status, row.body)
    batches = [batch async for batch in local.shipments.labels([shipment.id])]
    assert batches[0].ids == (shipment.id,)
    assert box.calls == 2


async def test_a_shipment_that_is_not_there_names_its_id(local):
    with pytest.raises(errors.ShipmentNotFoundError) as raised:
        await local.shipments.get(17)
    assert raised.value.shipment_id == 17
