"""Shipments: https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios"""

from collections.abc import AsyncIterator, Iterable, Sequence
from os import PathLike
from typing import Final

from meli_sdk.codec import Codec
from meli_sdk.errors import InputError, NotFoundError, shown
from meli_sdk.models.base import IntId
from meli_sdk.models.shipments import LeadTime, Shipment
from meli_sdk.models.shipments_parts import (
    ProcessStatus,
    ShipmentCarrier,
    ShipmentCosts,
    ShipmentDelays,
    ShipmentItem,
    ShipmentOrder,
    ShipmentPayment,
    ShipmentSla,
    StatusChange,
)
from meli_sdk.models.shipments_status import ShipmentStatusName
from meli_sdk.models.shipments_tracking import (
    ShipmentSplit,
    SplitPack,
    SplitReason,
)
from meli_sdk.resources import arguments, shipments_labels
from meli_sdk.resources.orders_errors import PACKS_PAGE
from meli_sdk.resources.shipments_carriers import ShippingWays
from meli_sdk.resources.shipments_errors import SHIPMENT_RULES, SLA_RULES, SPLIT_RULES
from meli_sdk.resources.shipments_labels import LabelBatch, LabelFormat, SavedLabels
from meli_sdk.resources.shipments_push import GET_SHIPMENT, NEW_FORMAT
from meli_sdk.resources.shipments_tracking import ParcelTracking
from meli_sdk.wire.endpoint import Endpoint, Reader, Safety, T, json, listing, nothing
from meli_sdk.wire.error_rules import SHIPMENTS_PAGE
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.message import Response
from meli_sdk.wire.multipart import WholeBody
from meli_sdk.wire.pipeline import Caller

PARCELS: Final = 2
INVOICE_SITE: Final = "MLB"
MAX_INVOICE_BYTES: Final = 1024 * 1024


def _or_none(model: type[T]) -> Reader[tuple[T, ...]]:
    """Reads an array; no body is an empty one."""
    read_rows = listing(model)

    def read(response: Response, codec: Codec) -> tuple[T, ...]:
        return read_rows(response, codec) if response.body.strip() else ()

    return read


def _part(name: str, reader: Reader[T]) -> Endpoint[T]:
    """A sub-resource of a shipment, in today's format."""
    return Endpoint(
        method="GET",
        template=f"/shipments/{{shipment_id}}/{name}",
        reader=reader,
        safety=Safety.SAFE,
        headers=NEW_FORMAT,
        errors=SHIPMENT_RULES,
        doc=SHIPMENTS_PAGE,
    )


LIST_ORDERS: Final = Endpoint(
    method="GET",
    template="/shipments/{shipment_id}/orders",
    reader=_or_none(ShipmentOrder),
    safety=Safety.SAFE,
    headers={"x-new-domain": "true"},
    errors=SHIPMENT_RULES,
    doc=SHIPMENTS_PAGE,
)
LIST_ITEMS: Final = _part("items", listing(ShipmentItem))
GET_COSTS: Final = _part("costs", json(ShipmentCosts))
LIST_PAYMENTS: Final = _part("payments", _or_none(ShipmentPayment))
GET_DELAYS: Final = _part("delays", json(ShipmentDelays))
GET_LEAD_TIME: Final = _part("lead_time", json(LeadTime))
LIST_HISTORY: Final = _part("history", listing(StatusChange))
GET_CARRIER: Final = _part("carrier", json(ShipmentCarrier))
GET_SLA: Final = Endpoint(
    method="GET",
    template="/shipments/{shipment_id}/sla",
    reader=json(ShipmentSla),
    safety=Safety.SAFE,
    errors=SLA_RULES,
    doc=SHIPMENTS_PAGE,
)
LIST_STATUSES: Final = Endpoint(
    method="GET",
    template="/shipment_statuses",
    reader=listing(ShipmentStatusName),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    doc=SHIPMENTS_PAGE,
)
SPLIT: Final = Endpoint(
    method="POST",
    template="/shipments/{shipment_id}/split",
    reader=nothing,
    safety=Safety.UNSAFE,
    headers=NEW_FORMAT,
    errors=SPLIT_RULES,
    doc=SHIPMENTS_PAGE,
)
MAKE_READY: Final = Endpoint(
    method="POST",
    template="/shipments/{shipment_id}/process/ready_to_ship",
    reader=json(ProcessStatus),
    safety=Safety.IDEMPOTENT,
    errors=SHIPMENT_RULES,
    doc=PACKS_PAGE,
)
SEND_INVOICE: Final = Endpoint(
    method="POST",
    template="/shipments/{shipment_id}/invoice_data",
    reader=nothing,
    safety=Safety.UNSAFE,
    errors=SHIPMENT_RULES,
    doc=SHIPMENTS_PAGE,
)


class Shipments(ShippingWays, ParcelTracking):
    """The shipments of one seller: reading them, printing labels, telling where parcels are."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, shipment_id: int) -> Shipment:
        """One shipment by its id. The body of today's format and the older one both become a `Shipment`.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is none, or it is some minutes too new.
            PolicyForbiddenError: it belongs to another seller.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(GET_SHIPMENT, path={"shipment_id": shipment_id})

    async def orders(self, shipment_id: int) -> tuple[ShipmentOrder, ...]:
        """The order lines that travel in a shipment; lines of other sellers may be among them.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is no such shipment.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(LIST_ORDERS, path={"shipment_id": shipment_id})

    async def items(self, shipment_id: int) -> tuple[ShipmentItem, ...]:
        """What is in the parcel, with its dimensions; the seller's own items only.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is no such shipment.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(LIST_ITEMS, path={"shipment_id": shipment_id})

    async def costs(self, shipment_id: int) -> ShipmentCosts:
        """Who pays what for a shipment.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is no such shipment.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(GET_COSTS, path={"shipment_id": shipment_id})

    async def payments(self, shipment_id: int) -> tuple[ShipmentPayment, ...]:
        """The payments of a shipment's freight; there only for the shipment of a pack.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is no such shipment.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(LIST_PAYMENTS, path={"shipment_id": shipment_id})

    async def lead_time(self, shipment_id: int) -> LeadTime:
        """Method, price and times of a shipment.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is no such shipment.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(GET_LEAD_TIME, path={"shipment_id": shipment_id})

    async def sla(self, shipment_id: int) -> ShipmentSla:
        """Until when the seller has to hand a parcel over. It may change until the day before.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none: it is cancelled, or Mercado Libre's warehouse sends it.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(GET_SLA, path={"shipment_id": shipment_id})

    async def delays(self, shipment_id: int) -> ShipmentDelays:
        """The delays of a shipment; without one, `.delays` is empty (Mercado Libre answers 404).

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is no such shipment.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        try:
            return await self._caller.call(GET_DELAYS, path={"shipment_id": shipment_id})
        except NotFoundError as absent:
            if "delay" not in (absent.message or "").lower():
                raise
            return ShipmentDelays(shipment_id=IntId(int(shipment_id)))

    async def history(self, shipment_id: int) -> tuple[StatusChange, ...]:
        """The steps of a shipment so far.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            ShipmentNotFoundError: there is no such shipment.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(LIST_HISTORY, path={"shipment_id": shipment_id})

    async def carrier(self, shipment_id: int) -> ShipmentCarrier:
        """Who carries a shipment, and where its way can be followed.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is no such shipment, or no carrier yet.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(GET_CARRIER, path={"shipment_id": shipment_id})

    async def statuses(self) -> tuple[ShipmentStatusName, ...]:
        """Every status and substatus there is, with its name. `models.SUBSTATUSES` holds the documented ones.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        return await self._caller.call(LIST_STATUSES)

    # changing

    async def split(self, shipment_id: int, reason: str, packs: Sequence[SplitPack]) -> None:
        """Splits a shipment of Mercado Envíos into two parcels, once; not for Flex or Full.

        The pack, its orders and the shipment are cancelled then (`order.is_split`), and new ones take their place;
        notifications bring their ids.

        Args:
            shipment_id: the shipment.
            reason: one of `SplitReason`.
            packs: exactly two; together they hold every unit of every order.

        Raises:
            InputError: not two parcels, an empty one, or an unknown reason.
            SplitRefusedError: this shipment cannot be split, units are missing, or it is too late.
            InvalidCallerError: it is another seller's.
            OutcomeUnknownError: no answer came; read the shipment before you split it again.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        path = {"shipment_id": whole_number("shipment_id", shipment_id)}
        (chosen,) = arguments.one_of("reason", reason, frozenset(SplitReason), {})
        if len(packs) != PARCELS or not all(isinstance(pack, SplitPack) and pack.orders for pack in packs):
            message = f"packs must be exactly two models.SplitPack with orders, got {shown(packs)}"
            raise InputError(message)
        await self._caller.call(SPLIT, path=path, json=ShipmentSplit(reason=chosen, packs=tuple(packs)))

    async def make_ready(self, shipment_id: int) -> ProcessStatus:
        """Says that goods that had to be manufactured are there: the label can be printed.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            PolicyForbiddenError: not for this shipment or country.
            ShipmentNotFoundError: there is no such shipment.

        Documented at https://developers.mercadolivre.com.br/pt_br/gestao-packs
        """
        return await self._caller.call(MAKE_READY, path={"shipment_id": shipment_id})

    async def send_invoice(self, shipment_id: int, xml: bytes) -> None:
        """Sends the NF-e of a Brazilian shipment that waits in `invoice_pending`.

        Args:
            shipment_id: the shipment.
            xml: the file, at most 1 MB.

        Raises:
            InputError: no bytes of XML.
            BadRequestError: the invoice does not fit the shipment.
            OutcomeUnknownError: no answer came; a shipment that is not `invoice_pending` any more has it.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios
        """
        path = {"shipment_id": whole_number("shipment_id", shipment_id)}
        if not isinstance(xml, bytes) or not xml.lstrip().startswith(b"<") or len(xml) > MAX_INVOICE_BYTES:
            message = f"xml must be the bytes of an XML file of at most {MAX_INVOICE_BYTES} bytes, got {shown(xml)}"
            raise InputError(message)
        invoice = WholeBody(content=xml, media_type="application/xml")
        await self._caller.call(SEND_INVOICE, path=path, params={"siteId": INVOICE_SITE}, upload=invoice)

    # labels

    def labels(self, ids: Iterable[int], *, format: LabelFormat = "pdf") -> AsyncIterator[LabelBatch]:  # noqa: A002
        """Labels of shipments, up to 50 in a batch, batch after batch.

        Shipments of Mercado Envíos that are `ready_to_ship` have one; printing marks them as printed, and printing
        again is possible. Where one of a batch has none, Mercado Libre prints none: it is left out and reported in
        `batch.failed`, and the others are printed.

        Args:
            ids: the shipments, each once.
            format: `pdf`, or `zpl2` for label printers (`batch.zpl` is its text).

        Raises:
            InputError: no ids, a wrong one, or another format.

        Documented at https://developers.mercadolivre.com.br/pt_br/mercado-envios-2
        """
        chosen = shipments_labels.chosen_format(format)
        return shipments_labels.print_labels(self._caller, shipments_labels.shipment_ids(ids), chosen)

    async def save_labels(
        self,
        ids: Iterable[int],
        folder: str | PathLike[str],
        *,
        format: LabelFormat = "pdf",  # noqa: A002
    ) -> SavedLabels:
        """Prints labels into files, one for each batch of up to 50, written as they come. Makes one call a batch.

        Args:
            ids: the shipments, each once.
            folder: made where it is missing; a file of the same name is replaced.
            format: `pdf`, or `zpl2`, which is unpacked.

        Returns:
            The files, the shipments that are in them, and those that have no label.

        Raises:
            InputError: no ids, a wrong one, or another format.
            OSError: a file cannot be written.

        Documented at https://developers.mercadolivre.com.br/pt_br/mercado-envios-2
        """
        return await shipments_labels.save_labels(self.labels(ids, format=format), folder)
