"""The error tables of orders, packs, feedback and invoices, over a real socket: each row as its class."""

import pytest
from tests.resources.error_rows import OOPS, POLICY, Call, arrives, on

from meli_sdk import errors

ORDER, PACK, SALE = 2000000000000007, 2000000000000008, 5000000000009
READ: Call = ("GET /orders/{id}", lambda me: me.orders.get(ORDER))
SEARCH: Call = ("GET /orders/search", lambda me: me.orders.search().collect(limit=1))
READ_PACK: Call = ("GET /packs/{id}", lambda me: me.orders.pack(PACK))
FEEDBACK: Call = ("GET /feedback/{id}", lambda me: me.orders.feedback_by_id(SALE))
GIVE: Call = (
    "POST /orders/{id}/feedback",
    lambda me: me.orders.give_feedback(ORDER, fulfilled=True, message="x", rating="positive"),
)
CHANGE: Call = (
    "PUT /feedback/{id}",
    lambda me: me.orders.change_feedback(SALE, fulfilled=False, message="x", reason="OUT_OF_STOCK"),
)
REPLY: Call = ("POST /feedback/{id}/reply", lambda me: me.orders.reply_to_feedback(SALE, "x"))
UPLOAD: Call = (
    "POST /packs/{id}/fiscal_documents",
    lambda me: me.orders.upload_fiscal_document(PACK, file_name="bill.pdf", content=b"x"),
)
DOCUMENT: Call = (
    "GET /packs/{id}/fiscal_documents/{document}",
    lambda me: me.orders.fiscal_document(PACK, "17_ab"),
)
DELETE: Call = ("DELETE /packs/{id}/fiscal_documents", lambda me: me.orders.delete_fiscal_documents(PACK))
ROWS = [
    *on(READ, READ_PACK, rows=[
        (404, "not_found", "Order do not exists", errors.OrderNotFoundError),
        (403, "forbidden", "Can not identify the user", errors.UnidentifiedUserError),
        (403, "forbidden", "The user has not access to the order", errors.NotOwnedOrderError),
        (500, "internal_server_error", OOPS, errors.ServerError),
    ]),
    *on(READ, rows=[
        (404, {"message": "Order not found.", "error": "order_not_found", "status": 404, "cause": None},
         "Order not found.", errors.OrderNotFoundError),
        (404, "not_found", "Order does not exist", errors.OrderNotFoundError),
        (403, "not_owned_order", "The caller is not buyer nor seller of the order", errors.NotOwnedOrderError),
        (400, "empty_order_id", "The order id is missing", errors.InvalidParameterError),
        (400, "invalid_order_id", "The order id is not a number", errors.InvalidParameterError),
        (401, "not_identified_user", "There is no user in the token", errors.InvalidTokenError),
        (403, "not_identified_user", "There is no user in the token", errors.UnidentifiedUserError),
        (403, "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", POLICY, errors.PolicyForbiddenError),
        (451, "unavailable.for.legal.reasons", "The requested user is not available", errors.LegalReasonsError),
    ]),
    *on(SEARCH, rows=[
        (403, "forbidden", "Invalid caller.id", errors.InvalidCallerError),
        (403, "caller.id.invalid", "caller.id.invalid", errors.InvalidCallerError),
        (403, "forbidden", "invalid_operator_user_id", errors.ForbiddenError),
    ]),
    *on(FEEDBACK, rows=[(404, "feedback_not_found", "Feedback not found", errors.NotFoundError)]),
    *on(GIVE, CHANGE, rows=[
        (400, "invalid_fulfilled", "fulfilled must be true or false", errors.InvalidParameterError),
        (400, "not_fulfilled_feedback_in_order_expired",
         "You can't submit a not fulfilled feedback after order has expired.", errors.FeedbackClosedError),
    ]),
    *on(GIVE, rows=[(400, "bad_request", "The feedback of this order already exists", errors.FeedbackClosedError)]),
    *on(REPLY, rows=[
        (400, "reply_time_expired", "More than 14 days", errors.FeedbackClosedError),
        (400, "reply_already_exists", "There is a reply", errors.FeedbackClosedError),
    ]),
    *on(UPLOAD, DOCUMENT, rows=[
        (403, "forbidden", "Access Denied, you are not authorized.", errors.InvalidCallerError),
        (403, "forbidden", "Access denied, you must use the biller of MercadoLibre", errors.ForbiddenError),
        (403, "forbidden", "Access Denied, this API is not available on your site: MLB", errors.ForbiddenError),
        (403, "access_token_not_granted", "access_token was not sent", errors.UnidentifiedUserError),
        *((400, "bad_request", words, errors.InvalidParameterError) for words in (
            "File cannot be empty",
            "Filename cannot be empty",
            "File type: image/png is not allowed",
            "File Not allowed, exceeds maximum size",
            "Files Not allowed, you can upload only two files, one of each type",
            "The order belong to a pack/purchase",
            "pack.id must be numeric and not empty",
            "pack.id is invalid",
            "The fiscal_document with id 17_ab does not exist",
        )),
    ]),
    *on(UPLOAD, rows=[(409, "conflict", words, errors.ConflictError) for words in (
        "only one file of type PDF is allowed",
        "the max amount of files already exist for this pack",
        "a file already exists for this pack of the type PDF",
    )]),
    *on(DOCUMENT, rows=[
        (404, "not_found", "The pack_fiscal_document with pack_id 12 does not exist", errors.NotFoundError),
        (404, "not_found", "The pack 12 does not have any fiscal_document attached for the user_id 3",
         errors.NotFoundError),
        (404, "not_found", "The fiscal_document 17_ab could not be retrieved from storage, try again in some seconds",
         errors.NotFoundError, True),
    ]),
    *on(DELETE, rows=[
        (404, "not_found", "Cannot delete the fiscal documents of the pack 12", errors.NotFoundError),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "row"), ROWS)
async def test_every_documented_error_arrives_as_its_class(box, local, call, row):
    await arrives(box, local, call, row)
