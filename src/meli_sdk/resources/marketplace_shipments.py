"""Global Selling shipments: https://global-selling.mercadolibre.com/devsite/manage-shipments"""

from collections.abc import Sequence
from typing import Final

from meli_sdk.codec import Codec
from meli_sdk.errors import Check, DecodeError, InputError, shown
from meli_sdk.models.documents import Document
from meli_sdk.models.marketplace_prices import CompensationCosts
from meli_sdk.models.marketplace_publishing import OrderAttributeAnswer
from meli_sdk.models.shipments import LeadTime, Shipment
from meli_sdk.models.shipments_parts import ShipmentCarrier, ShipmentCosts, ShipmentItem, StatusChange
from meli_sdk.models.shipments_tracking import (
    MarketplaceTracking,
    MarketplaceTrackingStatus,
    ShipmentSplit,
    SplitPack,
    SplitReason,
)
from meli_sdk.resources import arguments
from meli_sdk.resources import marketplace_pages as pages
from meli_sdk.resources.json_shapes import fields_of
from meli_sdk.resources.marketplace_errors import LABEL_RULES, SHIPMENT_RULES, SPLIT_RULES, TRACKING_RULES
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, listing, nothing
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.message import Response
from meli_sdk.wire.pipeline import Caller

NEW_FORMAT: Final = {"x-format-new": "true"}
LABEL_BYTES: Final = 64 * 1024 * 1024
PARCELS: Final = 2
LONGEST_TEXT: Final = 500
FINAL_STATUSES: Final = frozenset({"delivered", "not_delivered"})


def read_document(response: Response, codec: Codec) -> Document:  # noqa: ARG001  a reader's signature
    """The file that is the body."""
    if not response.body:
        message = f"expected a file, got nothing (status {response.status})"
        raise DecodeError(message, expected="file", got="nothing")
    return Document(response.body, response.headers.get("content-type"))


def _shows_in_shipment(sent: SentCall) -> Check:
    """The shipment shows number and status once its tracking has taken effect."""
    body = fields_of(sent.json)
    sought = {"status": body["status"]} if "status" in body else {"tracking_number": body["tracking_id"]}
    path = f"/marketplace/shipments/{whole_number('shipment_id', sent.path['shipment_id'])}"
    return Check(path=path, sought=(sought,), headers=NEW_FORMAT)


GET_MARKETPLACE_SHIPMENT: Final = Endpoint(
    method="GET",
    template="/marketplace/shipments/{shipment_id}",
    reader=json(Shipment),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=SHIPMENT_RULES,
    doc=pages.SHIPMENTS,
)
GET_MARKETPLACE_SHIPMENT_COSTS: Final = Endpoint(
    method="GET",
    template="/marketplace/shipments/{shipment_id}/costs",
    reader=json(ShipmentCosts),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=SHIPMENT_RULES,
    doc=pages.SHIPMENTS,
)
LIST_MARKETPLACE_SHIPMENT_ITEMS: Final = Endpoint(
    method="GET",
    template="/marketplace/shipments/{shipment_id}/items",
    reader=listing(ShipmentItem),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=SHIPMENT_RULES,
    doc=pages.SHIPMENTS,
)
GET_MARKETPLACE_LEAD_TIME: Final = Endpoint(
    method="GET",
    template="/marketplace/shipments/{shipment_id}/lead_time",
    reader=json(LeadTime),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=SHIPMENT_RULES,
    doc=pages.SHIPMENTS,
)
LIST_MARKETPLACE_SHIPMENT_HISTORY: Final = Endpoint(
    method="GET",
    template="/marketplace/shipments/{shipment_id}/history",
    reader=listing(StatusChange),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=SHIPMENT_RULES,
    doc=pages.SHIPMENTS,
)
GET_MARKETPLACE_CARRIER: Final = Endpoint(
    method="GET",
    template="/marketplace/shipments/{shipment_id}/carrier",
    reader=json(ShipmentCarrier),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=SHIPMENT_RULES,
    doc=pages.SHIPMENTS,
)
GET_MARKETPLACE_LABEL: Final = Endpoint(
    method="GET",
    template="/marketplace/shipments/{shipment_id}/labels",
    reader=read_document,
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=LABEL_RULES,
    max_bytes=LABEL_BYTES,
    doc=pages.SHIPMENTS,
)
GET_COMPENSATION_COSTS: Final = Endpoint(
    method="GET",
    template="/marketplace/shipments/{shipment_id}/compensation_costs",
    reader=json(CompensationCosts),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=SHIPMENT_RULES,
    doc=pages.COMPENSATIONS,
)
SPLIT_MARKETPLACE_SHIPMENT: Final = Endpoint(
    method="POST",
    template="/marketplace/shipments/{shipment_id}/split",
    reader=nothing,
    safety=Safety.UNSAFE,
    headers=NEW_FORMAT,
    errors=SPLIT_RULES,
    doc=pages.SHIPMENTS,
)
PUSH_MARKETPLACE_TRACKING: Final = Endpoint(
    method="POST",
    template="/marketplace/shipments/{shipment_id}/tracking",
    reader=json(OrderAttributeAnswer),
    safety=Safety.UNSAFE,
    check=_shows_in_shipment,
    headers=NEW_FORMAT,
    errors=TRACKING_RULES,
    doc=pages.SHIPMENTS,
)
PUSH_MARKETPLACE_TRACKING_STATUS: Final = Endpoint(
    method="POST",
    template="/marketplace/shipments/{shipment_id}/tracking/status",
    reader=json(OrderAttributeAnswer),
    safety=Safety.UNSAFE,
    check=_shows_in_shipment,
    headers=NEW_FORMAT,
    errors=TRACKING_RULES,
    doc=pages.SHIPMENTS,
)


class MarketplaceShipments:
    """The shipments of a Global Selling account.

    Mercado Libre moves most of them by itself; only own logistics (mode me1, type default) takes tracking from the seller.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, shipment_id: int) -> Shipment:
        """One shipment by its id.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is none.
            InvalidCallerError: it belongs to another account.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(GET_MARKETPLACE_SHIPMENT, path={"shipment_id": shipment_id})

    async def costs(self, shipment_id: int) -> ShipmentCosts:
        """Who pays what; `senders[].compensations` where the package was larger or heavier than declared.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(GET_MARKETPLACE_SHIPMENT_COSTS, path={"shipment_id": shipment_id})

    async def items(self, shipment_id: int) -> tuple[ShipmentItem, ...]:
        """What is in the parcel, with the order of each unit.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(LIST_MARKETPLACE_SHIPMENT_ITEMS, path={"shipment_id": shipment_id})

    async def lead_time(self, shipment_id: int) -> LeadTime:
        """How the parcel travels, what it costs the buyer, and when it is expected.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(GET_MARKETPLACE_LEAD_TIME, path={"shipment_id": shipment_id})

    async def history(self, shipment_id: int) -> tuple[StatusChange, ...]:
        """The steps of the parcel's way so far.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(LIST_MARKETPLACE_SHIPMENT_HISTORY, path={"shipment_id": shipment_id})

    async def carrier(self, shipment_id: int) -> ShipmentCarrier:
        """Who carries the parcel, and where its way can be followed.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(GET_MARKETPLACE_CARRIER, path={"shipment_id": shipment_id})

    async def label(self, shipment_id: int) -> Document:
        """The label as PDF, for shipments that are ready to ship by drop-off or cross-docking.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: the order lacks something (the IMEI of a phone): send it, then ask again.
            LabelsRefusedError: Mercado Libre's warehouse ships it, so there is no label.
            UnauthorizedError: the parcel is delivered; the label cannot be printed any more.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(GET_MARKETPLACE_LABEL, path={"shipment_id": shipment_id})

    async def compensation_costs(
        self, shipment_id: int, *, weight_unit: str = "g", dimensions_unit: str = "cm"
    ) -> CompensationCosts:
        """What was declared of the package, what the carrier measured, and what each costs.

        Args:
            shipment_id: such as 40531399184.
            weight_unit: in which unit weights come.
            dimensions_unit: in which unit lengths come.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/compensations
        """
        params = {
            "weight_unit": arguments.one_of("weight_unit", weight_unit, frozenset({"g", "kg", "lb", "oz"}), {})[0],
            "dimensions_unit": arguments.one_of("dimensions_unit", dimensions_unit, frozenset({"cm", "in"}), {})[0],
        }
        return await self._caller.call(GET_COMPENSATION_COSTS, path={"shipment_id": shipment_id}, params=params)

    async def split(self, shipment_id: int, reason: str, packs: Sequence[SplitPack]) -> None:
        """Splits a shipment into two parcels, once; drop-off and cross-docking only. The new ids come as notifications.

        Args:
            shipment_id: such as 40531399184.
            reason: one of `SplitReason`.
            packs: exactly two; together they hold every unit of every order.

        Raises:
            InputError: not two parcels, or an unknown reason.
            SplitRefusedError: this shipment cannot be split, or not any more.
            InvalidCallerError: it is another seller's.
            OutcomeUnknownError: the answer was lost; read the shipment before sending it again.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        known = frozenset(map(str, SplitReason))
        (chosen,) = arguments.one_of("reason", reason, known, {})
        if len(packs) != PARCELS:
            message = f"packs must be exactly two parcels, got {len(packs)}"
            raise InputError(message)
        body = ShipmentSplit(reason=chosen, packs=tuple(packs))
        await self._caller.call(SPLIT_MARKETPLACE_SHIPMENT, path={"shipment_id": shipment_id}, json=body)

    async def tell_tracking(
        self, shipment_id: int, *, tracking_number: str, tracking_url: str, carrier: str
    ) -> OrderAttributeAnswer:
        """Tells how an own-logistics shipment can be followed; it becomes `shipped`. The call alone.

        `session.shipments.push_tracking` looks first whether it may be told, and afterwards whether it took effect.

        Args:
            shipment_id: mode me1, type default, status handling.
            tracking_number: the carrier's tracking number.
            tracking_url: where the buyer follows it.
            carrier: the carrier's name, free text.

        Raises:
            InputError: an empty text.
            NotAcceptableError: Mercado Libre moves this shipment itself.
            ShipmentNotFoundError: there is none.
            OutcomeUnknownError: no answer came; `session.check(error)` tells whether the shipment shows it.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        body = MarketplaceTracking(
            tracking_id=_text("tracking_number", tracking_number),
            tracking_url=_text("tracking_url", tracking_url),
            carrier=_text("carrier", carrier),
        )
        return await self._caller.call(PUSH_MARKETPLACE_TRACKING, path={"shipment_id": shipment_id}, json=body)

    async def tell_status(self, shipment_id: int, *, tracking_number: str, status: str) -> OrderAttributeAnswer:
        """Ends an own-logistics shipment. It cannot be taken back. The call alone.

        Args:
            shipment_id: mode me1, type default, with tracking.
            tracking_number: as it was pushed.
            status: `delivered` or `not_delivered`.

        Raises:
            InputError: another status, or an empty text.
            NotAcceptableError: Mercado Libre moves this shipment itself.
            ShipmentNotFoundError: there is none.
            OutcomeUnknownError: no answer came; `session.check(error)` tells whether the shipment shows it.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        (chosen,) = arguments.one_of("status", status, FINAL_STATUSES, {})
        body = MarketplaceTrackingStatus(tracking_id=_text("tracking_number", tracking_number), status=chosen)
        return await self._caller.call(PUSH_MARKETPLACE_TRACKING_STATUS, path={"shipment_id": shipment_id}, json=body)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > LONGEST_TEXT:
        message = f"{name} must be printable text of at most {LONGEST_TEXT} characters, got {shown(value)}"
        raise InputError(message)
    return value
