"""The error tables of shipments, labels, splits and tracking beyond those of every resource, as rules.

A row without a class of its own becomes the class of its status; its remedy says what to do.
"""

from typing import Final

from meli_sdk import errors
from meli_sdk.wire.error_rules import SHIPMENT_NOT_FOUND, SHIPMENTS_PAGE, ErrorRule, says

LABELS_PAGE: Final = "https://developers.mercadolivre.com.br/pt_br/mercado-envios-2"
ME1_PAGE: Final = "https://developers.mercadolivre.com.br/pt_br/status-de-pedidos-rastreamento"
CUSTOM_PAGE: Final = "https://developers.mercadolivre.com.br/pt_br/envios-personalizados"
MODES_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/modos-de-envio"

SHIPMENT_RULES: Final = (
    SHIPMENT_NOT_FOUND,
    ErrorRule(
        raises=errors.ShipmentNotFoundError,
        status=404,
        code="not_found_shipping_id",
        remedy=SHIPMENT_NOT_FOUND.remedy,
        doc=SHIPMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"invalid shipment id"),
        remedy="Give the shipment's id, order.shipping.id: a whole number.",
        doc=SHIPMENTS_PAGE,
    ),
)
"""Rows of every sub-resource of a shipment."""

SLA_RULES: Final = (
    *SHIPMENT_RULES,
    ErrorRule(
        raises=errors.NotFoundError,
        status=404,
        says=says(r"failed to retrieve data"),
        remedy="Cancelled shipments and those that Mercado Libre's warehouse sends have none.",
        doc=SHIPMENTS_PAGE,
    ),
)

_NOT_PRINTED: Final = "None of them was printed: leave out what `failed` names, or ask for smaller batches."
_LABELS: Final = {
    "invalid_shipment_caller": "A shipment of another seller is among them.",
    "not_printable_status": "Only shipments that are ready_to_ship with ready_to_print or printed have a label.",
    "invalid_shipment_ff_public": "Mercado Libre's warehouse ships it: there is no label to print.",
    "invalid_shipment_mode": "Only Mercado Envíos (me2) prints labels.",
}
LABEL_RULES: Final = (
    *(
        ErrorRule(raises=errors.LabelsRefusedError, status=400, code=code, remedy=remedy, doc=LABELS_PAGE)
        for code, remedy in _LABELS.items()
    ),
    ErrorRule(
        raises=errors.LabelsRefusedError,
        status=400,
        says=says(r"shipment_ids"),
        remedy="At most 50 ids a call, all of them whole numbers.",
        doc=LABELS_PAGE,
    ),
    ErrorRule(raises=errors.LabelsRefusedError, status=400, remedy=_NOT_PRINTED, doc=LABELS_PAGE),
    ErrorRule(
        raises=errors.ShipmentNotFoundError,
        status=404,
        says=says(r"missing a valid shipment id"),
        remedy="Give the shipments' ids, order.shipping.id.",
        doc=LABELS_PAGE,
    ),
)
"""Rows of the table of labels; any other 400 says in `failed_shipments` what is wrong."""

SPLIT_RULES: Final = (
    ErrorRule(
        raises=errors.SplitRefusedError,
        status=400,
        says=says(r"cannot be split"),
        remedy="It needs more than one unit, is no Flex or Full shipment, and is split once only.",
        doc=SHIPMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.ValidationFailedError,
        status=400,
        says=says(r"^invalid body"),
        remedy="The causes say what is wrong: the reason, or not exactly two parcels.",
        doc=SHIPMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.SplitRefusedError,
        status=400,
        code="split_error_400",
        remedy="The two parcels together must hold every unit of every order.",
        doc=SHIPMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.InvalidCallerError,
        status=403,
        says=says(r"does not belong to merchant"),
        remedy="Use the session of the seller of this shipment.",
        doc=SHIPMENTS_PAGE,
    ),
    ErrorRule(
        raises=errors.SplitRefusedError,
        status=422,
        code="split_error_422",
        remedy="It is too late: the shipment has left, or is cancelled.",
        doc=SHIPMENTS_PAGE,
    ),
    *SHIPMENT_RULES,
)
"""Rows of the table of splits."""

NOTIFICATION_RULES: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        code="event_date_before_shipment_creation_date",
        remedy="The event cannot be older than the shipment: correct its date.",
        doc=ME1_PAGE,
    ),
    ErrorRule(
        raises=errors.ShippingModeError,
        status=400,
        code="shipment_mode_is_not_me1",
        remedy="shipments.push_tracking chooses what each mode of shipping takes.",
        doc=ME1_PAGE,
    ),
    ErrorRule(
        raises=errors.ValidationFailedError,
        status=400,
        code="invalid_seller_json_format",
        remedy="payload, status and substatus are needed; substatus may be null.",
        doc=ME1_PAGE,
    ),
    ErrorRule(
        raises=errors.InvalidCallerError,
        status=403,
        code="forbidden_client",
        remedy="Use the session of the sender of this shipment.",
        doc=ME1_PAGE,
    ),
    ErrorRule(
        raises=errors.ForbiddenError,
        status=403,
        says=says(r"status-substatus not allowed"),
        remedy="models.ME1_SUBSTATUSES lists what goes together; delivered and not_delivered are final.",
        doc=ME1_PAGE,
    ),
    *SHIPMENT_RULES,
)
"""Rows of the table of notifications for me1."""

CHANGE_RULES: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        code="invalid_service_id",
        remedy="service_id is the site's own: models.ME1_SERVICES.",
        doc=CUSTOM_PAGE,
    ),
    ErrorRule(
        raises=errors.UnauthorizedError,
        status=401,
        code="invalid_user_id_for_order",
        remedy="receiver_id must be the buyer, shipment.buyer_id.",
        doc=CUSTOM_PAGE,
    ),
    *SHIPMENT_RULES,
)
"""Rows about changing a shipment."""

SITE_RULES: Final = (
    ErrorRule(
        raises=errors.NotFoundError,
        status=404,
        code="invalid_site_id",
        remedy="Mercado Libre ships nothing there.",
        doc=MODES_PAGE,
    ),
)
