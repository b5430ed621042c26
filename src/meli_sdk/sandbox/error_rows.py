"""The error tables of orders, packs, feedback, invoices and shipments as their pages print them.

Where a page gives a code without a status, the row has the one that such bodies were seen with.
"""

from dataclasses import dataclass
from typing import Final

from meli_sdk.sandbox.errors import JsonObject, standard_body


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One documented error: on which calls it comes, and how it looks."""

    name: str
    calls: tuple[str, ...]
    """Each "METHOD /path", as `Sandbox.fail_next` takes it."""
    status: int
    body: JsonObject
    retry: bool = False
    """Whether the page, or the status, says that a repetition may help."""


def _row(name: str, calls: tuple[str, ...], status: int, error: str, message: str, *, retry: bool = False) -> ErrorRow:
    return ErrorRow(name, calls, status, standard_body(status, error, message), retry)


_ORDER: Final = ("GET /orders/{id}",)
_PACK: Final = ("GET /packs/{id}",)
_FEEDBACK: Final = ("POST /orders/{id}/feedback", "PUT /feedback/{id}")
_INVOICE: Final = ("POST /packs/{id}/fiscal_documents", "GET /packs/{id}/fiscal_documents/{document}")
_OOPS: Final = "Oops! Something went wrong..."
_POLICY: Final = "At least one policy returned UNAUTHORIZED."

ORDER_ROWS: Final = (
    _row("order_not_found", _ORDER, 404, "order_not_found", "Order not found."),
    _row("order_does_not_exist", (*_ORDER, *_PACK), 404, "not_found", "Order do not exists"),
    _row("order_does_not_exist_singular", _ORDER, 404, "not_found", "Order does not exist"),
    _row("user_not_identified", (*_ORDER, *_PACK), 403, "forbidden", "Can not identify the user"),
    _row("no_access", (*_ORDER, *_PACK), 403, "forbidden", "The user has not access to the order"),
    _row("not_owned", _ORDER, 403, "not_owned_order", "The caller is not buyer nor seller of the order"),
    _row("empty_id", _ORDER, 400, "empty_order_id", "The order id is missing"),
    _row("invalid_id", _ORDER, 400, "invalid_order_id", "The order id is not a number"),
    _row("no_user_in_token", _ORDER, 401, "not_identified_user", "There is no user in the token"),
    _row("no_user_in_token_403", _ORDER, 403, "not_identified_user", "There is no user in the token"),
    _row("invalid_caller", ("GET /orders/search",), 403, "forbidden", "Invalid caller.id"),
    _row("invalid_caller_by_code", ("GET /orders/search",), 403, "caller.id.invalid", "caller.id.invalid"),
    _row("legal_reasons", _ORDER, 451, "unavailable.for.legal.reasons", "The requested user is not available"),
    _row("oops", (*_ORDER, *_PACK), 500, "internal_server_error", _OOPS, retry=True),
    _row("policy", _ORDER, 403, "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", _POLICY),
)
FEEDBACK_ROWS: Final = (
    _row("feedback_not_found", ("GET /feedback/{id}",), 404, "feedback_not_found", "Feedback not found"),
    _row("invalid_fulfilled", _FEEDBACK, 400, "invalid_fulfilled", "fulfilled must be true or false"),
    _row(
        "order_expired",
        _FEEDBACK,
        400,
        "not_fulfilled_feedback_in_order_expired",
        "You can't submit a not fulfilled feedback after order has expired.",
    ),
    _row("second_feedback", _FEEDBACK[:1], 400, "bad_request", "The feedback of this order already exists"),
    _row("reply_time_expired", ("POST /feedback/{id}/reply",), 400, "reply_time_expired", "More than 14 days"),
    _row("reply_already_exists", ("POST /feedback/{id}/reply",), 400, "reply_already_exists", "There is a reply"),
)
INVOICE_ROWS: Final = (
    _row("not_authorized", _INVOICE, 403, "forbidden", "Access Denied, you are not authorized."),
    _row("biller", _INVOICE, 403, "forbidden", "Access denied, you must use the biller of MercadoLibre"),
    _row("not_on_site", _INVOICE, 403, "forbidden", "Access Denied, this API is not available on your site: MLB"),
    _row("no_token", _INVOICE, 403, "access_token_not_granted", "access_token was not sent"),
    *(
        _row(f"bad_{number}", _INVOICE, 400, "bad_request", message)
        for number, message in enumerate(
            (
                "File cannot be empty",
                "Filename cannot be empty",
                "File type: image/png is not allowed",
                "File Not allowed, exceeds maximum size",
                "Files Not allowed, you can upload only two files, one of each type",
                "The order belong to a pack/purchase",
                "pack.id must be numeric and not empty",
                "pack.id is invalid",
                "The fiscal_document with id 17_ab does not exist",
            ),
            start=1,
        )
    ),
    *(
        _row(f"conflict_{number}", _INVOICE[:1], 409, "conflict", message)
        for number, message in enumerate(
            (
                "only one file of type PDF is allowed",
                "the max amount of files already exist for this pack",
                "a file already exists for this pack of the type PDF",
            ),
            start=1,
        )
    ),
    *(
        _row(f"none_{number}", (call,), 404, "not_found", message)
        for number, (call, message) in enumerate(
            (
                (_INVOICE[1], "The pack_fiscal_document with pack_id 12 does not exist"),
                (_INVOICE[1], "The pack 12 does not have any fiscal_document attached for the user_id 3"),
                ("DELETE /packs/{id}/fiscal_documents", "Cannot delete the fiscal documents of the pack 12"),
            ),
            start=1,
        )
    ),
    _row(
        "storage",
        (_INVOICE[1],),
        404,
        "not_found",
        "The fiscal_document 17_ab could not be retrieved from storage, try again in some seconds",
        retry=True,
    ),
)

_SHIPMENT: Final = (
    "GET /shipments/{id}",
    *(
        f"GET /shipments/{{id}}/{part}"
        for part in ("orders", "items", "costs", "payments", "lead_time", "history", "carrier")
    ),
)
_LABELS: Final = ("GET /shipment_labels",)
_SPLIT: Final = ("POST /shipments/{id}/split",)
_NOTIFY: Final = ("POST /v2/shipments/{id}/seller_notifications",)
_PUT: Final = ("PUT /shipments/{id}",)
_READY: Final = ("POST /shipments/{id}/process/ready_to_ship",)
_METHODS: Final = ("GET /sites/{site}/shipping_methods",)
_DRIVER: Final = ("GET /flex/sites/{site}/shipments/{id}/assignment/v2",)


def _notice(name: str, status: int, code: str, message: str, *, retry: bool = False) -> ErrorRow:
    """A row in the envelope of the notifications for me1."""
    body: JsonObject = {
        "status_code": status,
        "error_code": code,
        "message": message,
        "timestamp": "2026-08-14T10:00:00Z",
        "request_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    }
    return ErrorRow(name, _NOTIFY, status, body, retry)


def _bare(name: str, calls: tuple[str, ...], status: int, error: str, message: str, cause: object) -> ErrorRow:
    """A row whose `cause` is no empty array."""
    return ErrorRow(name, calls, status, {"message": message, "error": error, "status": status, "cause": cause})


SHIPMENT_ROWS: Final = (
    _row("shipment_bad_id", _SHIPMENT, 400, "bad_request", "Invalid shipment id"),
    _row("shipment_not_found", _SHIPMENT, 404, "not_found_shipping_id", "Not found shipping with id: 40000000001"),
    _row("shipment_policy", (*_SHIPMENT, *_READY), 403, "forbidden", _POLICY),
    _row("shipment_too_many", _SHIPMENT, 429, "too_many_requests", "Too many requests", retry=True),
    _row("shipment_oops", _SHIPMENT, 500, "internal_server_error", _OOPS, retry=True),
    _row("shipment_unavailable", _SHIPMENT, 503, "service_not_available", "Service not available", retry=True),
    _row("ready_not_found", _READY, 404, "not_found", "Not found shipment with id."),
    ErrorRow(
        "sla_no_token",
        ("GET /shipments/{id}/sla",),
        401,
        {"code": "unauthorized", "message": "authorization value not present"},
    ),
    ErrorRow(
        "sla_invalid_token",
        ("GET /shipments/{id}/sla", *_METHODS),
        401,
        {"code": "unauthorized", "message": "invalid access token"},
    ),
    _row("sla_none", ("GET /shipments/{id}/sla",), 404, "not_found", "failed to retrieve data"),
    _row("invalid_site", _METHODS, 404, "invalid_site_id", "Invalid site id: MLX"),
    _row("driver_bad_request", _DRIVER, 400, "bad_request", "Invalid shipment id"),
    _row("driver_forbidden", _DRIVER, 403, "forbidden", _POLICY),
    _row("driver_oops", _DRIVER, 500, "internal_server_error", _OOPS, retry=True),
)
LABEL_ROWS: Final = (
    *(
        _row(code, _LABELS, 400, code, f"SHPLAB0200 {code}")
        for code in (
            "invalid_shipment_caller",
            "not_printable_status",
            "invalid_shipment_ff_public",
            "invalid_shipment_mode",
        )
    ),
    _row("too_many_ids", _LABELS, 400, "bad_request", "shipment_ids must not exceed 50"),
    _row("no_id", _LABELS, 404, "not_found", "Missing a valid shipment id value"),
    ErrorRow("local_rate_limited", _LABELS, 429, {"message": "local_rate_limited"}, retry=True),
)
SPLIT_ROWS: Final = (
    _bare("split_reason", _SPLIT, 400, "bad_request", "Invalid body", ["/reason: value must be one of FRAGILE"]),
    _bare("split_packs", _SPLIT, 400, "bad_request", "Invalid body", ["/packs: you must specify exactly 2 packs"]),
    _row("split_bad_id", _SPLIT, 400, "bad_request", "Invalid shipment id"),
    _row("split_impossible", _SPLIT, 400, "bad_request", "The shipment 40000000001 cannot be split"),
    _row("split_not_owned", _SPLIT, 403, "forbidden", "The shipment 40000000001 does not belong to merchant: 7"),
    _bare("split_quantities", _SPLIT, 400, "SPLIT_ERROR_400", "The quantities do not match", None),
    _bare(
        "split_too_late",
        _SPLIT,
        422,
        "SPLIT_ERROR_422",
        "Shipment can't be splitted at this point. Invalid status.",
        None,
    ),
)
TRACKING_ROWS: Final = (
    _notice("notice_too_old", 400, "event_date_before_shipment_creation_date", "The event is older than the shipment"),
    _notice("notice_not_me1", 400, "shipment_mode_is_not_me1", "The shipment mode is not me1"),
    _notice("notice_format", 400, "invalid_seller_json_format", "payload is required"),
    _notice("notice_validation", 400, "validation_error", "service_id is not the site's"),
    _notice("notice_not_sender", 403, "forbidden_client", "caller.id is not shipment sender"),
    _notice("notice_status", 403, "bad_request", "Status-substatus not allowed"),
    _notice("notice_too_many", 429, "too_many_requests", "Too many requests", retry=True),
    _notice("notice_oops", 500, "internal_server_error", _OOPS, retry=True),
    _notice("notice_unavailable", 503, "service_not_available", "Service not available", retry=True),
    _bare("invalid_service", _PUT, 400, "invalid_service_id", "Invalid service id", None),
    _bare(
        "wrong_receiver",
        _PUT,
        401,
        "invalid_user_id_for_order",
        "Unauthorized receiver_id for order_id: 2000000000000007",
        None,
    ),
)
