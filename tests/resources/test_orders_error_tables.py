"""Every documented error row of orders, packs, feedback and invoices, over a real socket, each as its class."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.sandbox.error_rows import FEEDBACK_ROWS, INVOICE_ROWS, ORDER_ROWS

ORDER, PACK, FEEDBACK = 2000000000000007, 2000000000000008, 5000000000009
Call = Callable[[MeliSession], Awaitable[Any]]
CALLS: dict[str, Call] = {
    "GET /orders/{id}": lambda me: me.orders.get(ORDER),
    "GET /orders/search": lambda me: me.orders.search(),
    "GET /packs/{id}": lambda me: me.orders.pack(PACK),
    "GET /feedback/{id}": lambda me: me.orders.feedback_by_id(FEEDBACK),
    "PUT /feedback/{id}": lambda me: me.orders.change_feedback(
        FEEDBACK, fulfilled=False, message="x", reason="OUT_OF_STOCK"
    ),
    "POST /feedback/{id}/reply": lambda me: me.orders.reply_to_feedback(FEEDBACK, "x"),
    "POST /orders/{id}/feedback": lambda me: me.orders.give_feedback(
        ORDER, fulfilled=True, message="x", rating="positive"
    ),
    "POST /packs/{id}/fiscal_documents": lambda me: me.orders.upload_fiscal_document(
        PACK, file_name="bill.pdf", content=b"x"
    ),
    "GET /packs/{id}/fiscal_documents/{document}": lambda me: me.orders.fiscal_document(PACK, "17_ab"),
    "DELETE /packs/{id}/fiscal_documents": lambda me: me.orders.delete_fiscal_documents(PACK),
}
CLASSES: dict[str, type[errors.ResponseError]] = {
    "order_not_found": errors.OrderNotFoundError,
    "order_does_not_exist": errors.OrderNotFoundError,
    "order_does_not_exist_singular": errors.OrderNotFoundError,
    "user_not_identified": errors.UnidentifiedUserError,
    "no_access": errors.NotOwnedOrderError,
    "not_owned": errors.NotOwnedOrderError,
    "empty_id": errors.InvalidParameterError,
    "invalid_id": errors.InvalidParameterError,
    "no_user_in_token": errors.InvalidTokenError,
    "no_user_in_token_403": errors.UnidentifiedUserError,
    "invalid_caller": errors.InvalidCallerError,
    "invalid_caller_by_code": errors.InvalidCallerError,
    "legal_reasons": errors.LegalReasonsError,
    "oops": errors.ServerError,
    "policy": errors.PolicyForbiddenError,
    "feedback_not_found": errors.NotFoundError,
    "invalid_fulfilled": errors.InvalidParameterError,
    "order_expired": errors.FeedbackClosedError,
    "second_feedback": errors.FeedbackClosedError,
    "reply_time_expired": errors.FeedbackClosedError,
    "reply_already_exists": errors.FeedbackClosedError,
    "not_authorized": errors.ForbiddenError,
    "biller": errors.ForbiddenError,
    "not_on_site": errors.ForbiddenError,
    "no_token": errors.UnidentifiedUserError,
    **{f"bad_{number}": errors.BadRequestError for number in range(1, 10)},
    **{f"conflict_{number}": errors.ConflictError for number in range(1, 4)},
    **{f"none_{number}": errors.NotFoundError for number in range(1, 4)},
    "storage": errors.NotFoundError,
}
ROWS = (*ORDER_ROWS, *FEEDBACK_ROWS, *INVOICE_ROWS)


def test_every_row_has_a_class_and_every_class_a_row():
    assert CLASSES.keys() == {row.name for row in ROWS}
    assert len(ROWS) == 41


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
    assert error.remedy or error.status == 500
    tries = 4 if row.retry and call.startswith("GET") else 1
    assert (error.attempts, error.method) == (tries, call.split()[0])
