"""`meli shipments get|label|push`."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from meli_sdk.cli.failures import REFUSED, SOME_FAILED
from meli_sdk.cli.output import Rows, say, show_one
from meli_sdk.cli.sellers_session import Common, seller_session
from meli_sdk.codec import encode
from meli_sdk.models.shipments import Shipment
from meli_sdk.models.shipments_tracking import Tracking
from meli_sdk.resources.shipments_labels import SavedLabels
from meli_sdk.resources.shipments_push import PushOutcome, PushResult

app: App = App(name="shipments", help="Read shipments, print labels, push tracking.", help_format="plaintext")
LABELS: Final = ("shipment_id", "state", "file", "reason")


@app.command
def get(shipment_id: int, *, common: Common | None = None) -> None:
    """Show one shipment.

    Args:
        shipment_id: its number.
    """

    async def read() -> Shipment:
        async with seller_session(common) as session:
            return await session.shipments.get(shipment_id)

    shipment = asyncio.run(read())
    row = {
        "id": shipment.id,
        "status": shipment.status,
        "substatus": shipment.substatus,
        "mode": shipment.shipping_mode,
        "tracking_number": shipment.tracking_number,
    }
    show_one(encode(shipment), row, None if common is None else common.format)


@app.command
def label(
    *shipment_ids: int,
    folder: Path = Path(),
    kind: Literal["pdf", "zpl2"] = "pdf",
    common: Common | None = None,
) -> None:
    """Print labels into files, up to fifty in one. Printing marks the shipments as printed.

    Args:
        shipment_ids: their numbers.
        folder: where the files go; made where it is missing.
        kind: pdf, or zpl2 for label printers.
    """

    async def save() -> SavedLabels:
        async with seller_session(common) as session:
            return await session.shipments.save_labels(shipment_ids, folder, format=kind)

    saved = asyncio.run(save())
    with Rows(LABELS, None if common is None else common.format) as rows:
        files = ", ".join(str(path) for path in saved.files)
        for shipment_id in saved.ids:
            rows.add({"shipment_id": shipment_id, "state": "printed", "file": files, "reason": None})
        for failed in saved.failed:
            reason = failed.message or failed.code
            rows.add({"shipment_id": failed.shipment_id, "state": "failed", "file": None, "reason": reason})
    if saved.failed:
        raise SystemExit(SOME_FAILED)


@app.command
def push(
    *,
    order: int | None = None,
    shipment: int | None = None,
    number: str | None = None,
    url: str | None = None,
    carrier: str | None = None,
    status: str = "shipped",
    comment: str | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common | None = None,
) -> None:
    """Tell Mercado Libre of a parcel that you ship yourself. Parcels of Mercado Envíos are refused: it moves them.

    Args:
        order: the order it belongs to.
        shipment: or the shipment.
        number: the tracking number.
        url: where the buyer can follow it.
        carrier: who carries it.
        status: shipped, delivered, not_delivered or cancelled.
        comment: for the buyer.
        dry_run: read and check; show what would be sent.
    """
    tracking = Tracking(status=status, tracking_number=number, tracking_url=url, carrier=carrier, comment=comment)

    async def tell() -> PushResult:
        async with seller_session(common) as session:
            return await session.shipments.push_tracking(
                order_id=order, shipment_id=shipment, tracking=tracking, dry_run=dry_run
            )

    result = asyncio.run(tell())
    whole = result.to_json()
    show_one(whole.encode(), json.loads(whole), None if common is None else common.format)
    if result.outcome is PushOutcome.REFUSED:
        say(f"meli: refused: {result.reason}")
        raise SystemExit(REFUSED)
