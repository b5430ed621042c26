"""Telling Mercado Libre of a parcel: which call a shipping mode takes, and whether it took effect."""

import json as plain_json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from meli_sdk.errors import Check, MeliError
from meli_sdk.models.base import UNSET
from meli_sdk.models.shipments import Shipment
from meli_sdk.models.shipments_status import STATUS_RANKS
from meli_sdk.models.shipments_tracking import (
    CustomShipmentUpdate,
    MarketplaceTracking,
    MarketplaceTrackingStatus,
    NotificationAnswer,
    SellerNotification,
    Tracking,
)
from meli_sdk.resources.json_shapes import fields_of
from meli_sdk.resources.marketplace_shipments import PUSH_MARKETPLACE_TRACKING, PUSH_MARKETPLACE_TRACKING_STATUS
from meli_sdk.resources.shipments_bodies import (
    Sent,
    check_may_be_told,
    custom_update,
    marketplace_tracking,
    me1_notification,
    says_so_already,
    unsent_of,
)
from meli_sdk.resources.shipments_errors import (
    CHANGE_RULES,
    CUSTOM_PAGE,
    ME1_PAGE,
    NOTIFICATION_RULES,
    SHIPMENT_RULES,
)
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, nothing
from meli_sdk.wire.error_rules import SHIPMENTS_PAGE
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.pipeline import Caller

NEW_FORMAT: Final = {"x-format-new": "true"}
FIRST_WAIT: Final = 0.5
NO_SUBSTATUS: Final = "null"
"""How the older notification spells that there is none."""


def _shows_in_shipment(sent: SentCall) -> Check:
    """The shipment shows status, substatus and number once a push has taken effect."""
    body = fields_of(sent.json)
    sought = {name: body[name] for name in ("status", "tracking_number") if name in body}
    if body.get("substatus") not in {None, NO_SUBSTATUS}:
        sought["substatus"] = body["substatus"]
    path = f"/shipments/{whole_number('shipment_id', sent.path['shipment_id'])}"
    return Check(path=path, sought=(sought,), headers=NEW_FORMAT)


GET_SHIPMENT: Final = Endpoint(
    method="GET",
    template="/shipments/{shipment_id}",
    reader=json(Shipment),
    safety=Safety.SAFE,
    headers=NEW_FORMAT,
    errors=SHIPMENT_RULES,
    doc=SHIPMENTS_PAGE,
)
NOTIFY: Final = Endpoint(
    method="POST",
    template="/v2/shipments/{shipment_id}/seller_notifications",
    reader=json(NotificationAnswer),
    safety=Safety.UNSAFE,
    errors=NOTIFICATION_RULES,
    check=_shows_in_shipment,
    doc=ME1_PAGE,
)
NOTIFY_BY_V1: Final = Endpoint(
    method="POST",
    template="/shipments/{shipment_id}/seller_notifications",
    reader=json(NotificationAnswer),
    safety=Safety.UNSAFE,
    errors=NOTIFICATION_RULES,
    check=_shows_in_shipment,
    doc="https://developers.mercadolibre.com.ar/es_ar/estados-de-ordenes-me1",
)
CHANGE_SHIPMENT: Final = Endpoint(
    method="PUT",
    template="/shipments/{shipment_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=CHANGE_RULES,
    check=_shows_in_shipment,
    doc=CUSTOM_PAGE,
)


class PushOutcome(StrEnum):
    """What became of a push."""

    ACCEPTED = "accepted"
    """Mercado Libre took it; `confirmed` tells whether the shipment shows it."""
    ALREADY_SAME = "already_same"
    """The shipment says so already: nothing was sent."""
    REFUSED = "refused"
    """It was not sent; `reason` says why."""
    WOULD_BE_ACCEPTED = "would_be_accepted"
    """A dry run: nothing stands in the way; `sent` is what would be."""


@frozen(kw_only=True)
class PushResult:
    """What became of a push."""

    outcome: PushOutcome
    reason: str | None = None
    """Why it was refused, or why it could not be confirmed."""
    order_id: int | None = None
    shipment_id: int | None = None
    shipping_mode: str | None = None
    sent: Sent | None = None
    """The body that was sent."""
    unsent: tuple[str, ...] = ()
    """What of the tracking this mode has no place for, such as `happened_at`."""
    confirmed: bool = False
    """Whether the shipment, read again, shows what was sent. Without it, look again later: an OK may have no effect."""
    number_shown: bool = True
    """Whether the shipment shows the number once it has taken effect. Me1 takes none without an address: it is then in the
    comment alone."""
    shipment: Shipment | None = field(default=None, repr=False, eq=False)
    """The shipment as it was read last."""

    @property
    def visible_in_ui(self) -> bool:
        """Whether Mercado Libre's pages show the tracking number.

        Those of a custom shipment never do, and me1 shows no number without an address.
        """
        return self.number_shown and self.outcome is not PushOutcome.REFUSED and self.shipping_mode != "custom"

    def to_json(self) -> str:
        """The result as plain values; the shipment is left out, since it speaks of the buyer."""
        return plain_json.dumps(
            {
                "outcome": str(self.outcome),
                "reason": self.reason,
                "order_id": self.order_id,
                "shipment_id": self.shipment_id,
                "shipping_mode": self.shipping_mode,
                "confirmed": self.confirmed,
                "visible_in_ui": self.visible_in_ui,
                "unsent": list(self.unsent),
            },
            ensure_ascii=False,
        )


def _told(sent: Sent) -> tuple[str | None, str | None, str | None]:
    """The status, the substatus and the number that a body tells."""
    if isinstance(sent, MarketplaceTracking):
        return "shipped", None, sent.tracking_id
    if isinstance(sent, MarketplaceTrackingStatus):
        return sent.status, None, None
    return (
        None if sent.status is UNSET else str(sent.status),
        sent.substatus if isinstance(sent, SellerNotification) else None,
        None if sent.tracking_number is UNSET else str(sent.tracking_number),
    )


def shows(shipment: Shipment, status: str | None, substatus: str | None, number: str | None) -> bool:
    """Whether a shipment shows what was told; a later status counts as well."""
    if number is not None and shipment.tracking_number != number:
        return False
    if status is None or shipment.status == status:
        return substatus in {None, shipment.substatus}
    return STATUS_RANKS.get(shipment.status or "", 0) > STATUS_RANKS.get(status, 0)


def shows_sent(result: PushResult, shipment: Shipment | None) -> bool:
    """Whether a shipment shows what a push sends. If it did before, it is no proof that the push took effect."""
    return result.sent is not None and shipment is not None and shows(shipment, *_told(result.sent))


def _kept(shipment: Shipment, tracking: Tracking) -> tuple[PushOutcome, str] | None:
    """Why a shipment is left as it is, where what it has is not to be replaced; None: it may be told."""
    theirs, ours = shipment.tracking_number, tracking.tracking_number
    if theirs and ours and theirs != ours:
        reason = (
            f"shipment {shipment.id} has the tracking number {theirs} already, and an order takes one shipment: only a "
            f"correction puts {ours} in its place"
        )
        return PushOutcome.REFUSED, reason
    if shipment.status != "cancelled" and STATUS_RANKS.get(shipment.status or "", 0) > STATUS_RANKS.get(
        tracking.status, 0
    ):
        return PushOutcome.ALREADY_SAME, f"shipment {shipment.id} is {shipment.status} by now"
    return None


Read = Callable[[], Awaitable[Shipment]]


async def push(
    caller: Caller,
    read: Read,
    tracking: Tracking,
    *,
    order_id: int | None,
    confirm_within: float,
    global_selling: bool,
    replace: bool,
    dry_run: bool,
) -> PushResult:
    """Reads the shipment, tells what its mode takes, and reads it again until it shows that, or time is up."""
    shipment = await read()
    check_may_be_told(shipment, global_selling=global_selling)
    result = PushResult(
        outcome=PushOutcome.ALREADY_SAME,
        order_id=order_id,
        shipment_id=shipment.id,
        shipping_mode=shipment.shipping_mode,
        confirmed=True,
        number_shown=shipment.tracking_number is not None,
        shipment=shipment,
    )
    if says_so_already(shipment, tracking):
        return result
    kept = None if replace else _kept(shipment, tracking)
    if kept is not None:
        outcome, reason = kept
        return evolve(result, outcome=outcome, reason=reason, confirmed=outcome is PushOutcome.ALREADY_SAME)
    sent = _body(caller, shipment, tracking, global_selling=global_selling)
    would = evolve(
        result,
        outcome=PushOutcome.WOULD_BE_ACCEPTED,
        sent=sent,
        unsent=unsent_of(sent, tracking),
        confirmed=False,
        number_shown=not (isinstance(sent, SellerNotification) and sent.tracking_number is UNSET),
    )
    return would if dry_run else await send(caller, read, would, confirm_within=confirm_within)


async def send(caller: Caller, read: Read, would: PushResult, *, confirm_within: float) -> PushResult:
    """Sends what a dry run returned, and reads the shipment until it shows that, or time is up."""
    sent, before = would.sent, would.shipment
    assert sent is not None  # noqa: S101  a dry run that would be accepted has both
    assert before is not None  # noqa: S101
    try:
        await _tell(caller, before.id, sent)
    except MeliError as failure:
        if shows_sent(would, before):
            failure.check = None  # reading the shipment again would prove nothing
        raise
    return await confirm(caller, read, evolve(would, outcome=PushOutcome.ACCEPTED), within=confirm_within)


def _body(caller: Caller, shipment: Shipment, tracking: Tracking, *, global_selling: bool) -> Sent:
    if global_selling:
        return marketplace_tracking(shipment, tracking)
    if shipment.shipping_mode == "me1":
        return me1_notification(shipment, tracking, now=caller.pipeline.clock.now())
    return custom_update(shipment, tracking)


async def _tell(caller: Caller, shipment_id: int, sent: Sent) -> None:
    path = {"shipment_id": shipment_id}
    if isinstance(sent, SellerNotification):
        await caller.call(NOTIFY, path=path, json=sent)
    elif isinstance(sent, CustomShipmentUpdate):
        await caller.call(CHANGE_SHIPMENT, path=path, json=sent)
    elif isinstance(sent, MarketplaceTracking):
        await caller.call(PUSH_MARKETPLACE_TRACKING, path=path, json=sent)
    else:
        await caller.call(PUSH_MARKETPLACE_TRACKING_STATUS, path=path, json=sent)


async def confirm(caller: Caller, read: Read, result: PushResult, *, within: float) -> PushResult:
    """Reads the shipment of a push until it shows what was sent, or time is up."""
    clock = caller.pipeline.clock
    ends, wait = clock.monotonic() + within, FIRST_WAIT
    try:
        shipment = await read()
        while not shows_sent(result, shipment) and clock.monotonic() + wait <= ends:
            await clock.sleep(wait)
            wait *= 2
            shipment = await read()
    except MeliError as unread:
        return evolve(result, reason=f"it was taken, but the shipment could not be read again: {unread}")
    return evolve(result, confirmed=shows_sent(result, shipment), shipment=shipment)
