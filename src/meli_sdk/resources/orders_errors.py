"""The error tables of orders, packs, feedback and fiscal documents beyond those of every resource, as rules.

A row without a class of its own becomes the class of its status; its remedy says what to do.
"""

from typing import Final

from meli_sdk import errors
from meli_sdk.wire.error_rules import ORDERS_PAGE, ErrorRule, says

PACKS_PAGE: Final = "https://developers.mercadolivre.com.br/pt_br/gestao-packs"
FEEDBACK_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta"
DOCUMENTS_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/cargar-factura"

_ID_REMEDY: Final = "Give the order's id: a whole number."
_NO_USER: Final = "The token names no user: connect the seller again."

ORDER_RULES: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError, status=400, code="empty_order_id", remedy=_ID_REMEDY, doc=ORDERS_PAGE
    ),
    ErrorRule(
        raises=errors.InvalidParameterError, status=400, code="invalid_order_id", remedy=_ID_REMEDY, doc=ORDERS_PAGE
    ),
    ErrorRule(
        raises=errors.InvalidTokenError, status=401, code="not_identified_user", remedy=_NO_USER, doc=ORDERS_PAGE
    ),
    ErrorRule(
        raises=errors.UnidentifiedUserError, status=403, code="not_identified_user", remedy=_NO_USER, doc=ORDERS_PAGE
    ),
)
"""Rows of the table of orders."""

FEEDBACK_RULES: Final = (
    *ORDER_RULES,
    ErrorRule(
        raises=errors.FeedbackClosedError,
        status=400,
        code="not_fulfilled_feedback_in_order_expired",
        remedy="An expired order takes no feedback that says it was not fulfilled.",
        doc=FEEDBACK_PAGE,
    ),
    ErrorRule(
        raises=errors.FeedbackClosedError,
        status=400,
        code="reply_time_expired",
        remedy="A reply is possible for 14 days.",
        doc=FEEDBACK_PAGE,
    ),
    ErrorRule(
        raises=errors.FeedbackClosedError,
        status=400,
        code="reply_already_exists",
        remedy="There is a reply, and no second one.",
        doc=FEEDBACK_PAGE,
    ),
    ErrorRule(
        raises=errors.FeedbackClosedError,
        status=400,
        says=says(r"already (?:exists?|has|given)|duplicate"),
        remedy="This side has given its feedback: orders.change_feedback changes it.",
        doc=FEEDBACK_PAGE,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        code="invalid_fulfilled",
        remedy="fulfilled is True or False.",
        doc=FEEDBACK_PAGE,
    ),
    ErrorRule(
        raises=errors.NotFoundError,
        status=404,
        code="feedback_not_found",
        remedy="There is no such feedback; orders.feedback(order_id) shows those of both sides.",
        doc=FEEDBACK_PAGE,
    ),
)
"""Rows of the tables of orders and feedback that speak of feedback."""

_PACK_REMEDY: Final = "Give the pack's id: order.pack_id, or the order's own id where that is None."
_NO_DOCUMENT: Final = "orders.fiscal_documents(pack_id) lists what is there."

DOCUMENT_RULES: Final = (
    ErrorRule(
        raises=errors.ForbiddenError,
        status=403,
        says=says(r"must use the biller"),
        remedy="Mercado Libre writes the invoices of these shipments: nothing is to be uploaded.",
        doc=DOCUMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.ForbiddenError,
        status=403,
        says=says(r"not available on your site"),
        remedy="Brazil takes invoices by shipments.send_invoice.",
        doc=DOCUMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.InvalidCallerError,
        status=403,
        says=says(r"you are not authorized"),
        remedy="Use the session of the seller of this pack.",
        doc=DOCUMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"belongs? to a pack|pack\.id (?:must be|is invalid)"),
        remedy=_PACK_REMEDY,
        doc=DOCUMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"fiscal_document with id .* does not exist"),
        remedy=_NO_DOCUMENT,
        doc=DOCUMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"file(?:name)? cannot be empty|is not allowed|files? not allowed"),
        remedy="One PDF and one XML of at most 1 MB each.",
        doc=DOCUMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.ConflictError,
        status=409,
        remedy="There is a document of this type: orders.delete_fiscal_documents(pack_id) deletes all of the pack.",
        doc=DOCUMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.NotFoundError,
        status=404,
        says=says(r"pack_fiscal_document|fiscal_document attached|cannot delete"),
        remedy=_NO_DOCUMENT,
        doc=DOCUMENTS_PAGE,
    ),
)
"""Rows of the table of fiscal documents."""
