"""What each shipping mode takes of a tracking, and what is refused before anything is sent. All of it is pure."""

from datetime import datetime
from typing import Final

from attrs import evolve

from meli_sdk.errors import InputError, NotApplicableError, shown
from meli_sdk.models.base import UNSET
from meli_sdk.models.shipments import Shipment
from meli_sdk.models.shipments_tracking import (
    ME1_SERVICES,
    ME1_SUBSTATUSES,
    CustomShipmentUpdate,
    MarketplaceTracking,
    MarketplaceTrackingStatus,
    NotificationDetails,
    SellerNotification,
    Tracking,
)
from meli_sdk.resources import arguments

MAX_NUMBER: Final = 100
MAX_TEXT: Final = 500
MAX_PROMISE: Final = 24 * 365
CUSTOM_STATUSES: Final = frozenset({"shipped", "delivered", "cancelled"})
MARKETPLACE_STATUSES: Final = frozenset({"shipped", "delivered", "not_delivered"})
_FINAL: Final = frozenset({"delivered", "not_delivered", "cancelled"})

Sent = SellerNotification | CustomShipmentUpdate | MarketplaceTracking | MarketplaceTrackingStatus


def checked(tracking: Tracking) -> Tracking:
    """The tracking itself, if each of its fields is possible.

    Raises:
        InputError: text that is empty, too long or holds control characters, a moment without zone, and the like.
    """
    if not isinstance(tracking, Tracking):
        message = f"tracking must be a models.Tracking, got {shown(tracking)}"
        raise InputError(message)
    for name, limit in (
        ("tracking_number", MAX_NUMBER),
        ("tracking_url", MAX_TEXT),
        ("carrier", MAX_TEXT),
        ("comment", MAX_TEXT),
    ):
        if getattr(tracking, name) is not None:
            arguments.text(name, getattr(tracking, name), limit)
    if tracking.tracking_url is not None and not tracking.tracking_url.startswith(("https://", "http://")):
        message = f"tracking_url must begin with https://, got {shown(tracking.tracking_url)}"
        raise InputError(message)
    if tracking.happened_at is not None:
        arguments.moment("happened_at", tracking.happened_at)
    hours = tracking.promised_hours
    if hours is not None and (isinstance(hours, bool) or not isinstance(hours, int) or not 0 < hours <= MAX_PROMISE):
        message = f"promised_hours must be whole hours from 1 to {MAX_PROMISE}, got {shown(hours)}"
        raise InputError(message)
    return tracking


def check_may_be_told(shipment: Shipment, *, global_selling: bool = False) -> None:
    """Refuses shipments whose way is not the seller's to tell.

    Raises:
        NotApplicableError: Mercado Envíos moves it, it is on its way back, or nothing is known of such a mode.
    """
    mode, kind = shipment.shipping_mode, shipment.logistic_kind
    direction = shipment.logistic.direction if shipment.logistic else shipment.type
    if direction not in (None, "forward"):
        message = f"shipment {shipment.id} brings goods back ({direction}): only the way to the buyer is told"
        raise NotApplicableError(message)
    if mode == "me2" or kind in {"melinet", "fulfillment", "self_service", "cross_docking", "drop_off", "xd_drop_off"}:
        hint = "" if kind == "fulfillment" else "; shipments.labels prints its label"
        message = (
            f"shipment {shipment.id} is Mercado Envíos ({mode}/{kind}): shipping data is managed by the platform{hint}"
        )
        raise NotApplicableError(message)
    if mode not in ({"me1"} if global_selling else {"me1", "custom"}):
        message = f"shipment {shipment.id} is {mode}/{kind}: nothing can be told of it; agree on it with the buyer"
        raise NotApplicableError(message)


def says_so_already(shipment: Shipment, tracking: Tracking) -> bool:
    """Whether the shipment shows all that would be told."""
    same_number = tracking.tracking_number in (None, shipment.tracking_number)
    same_substatus = tracking.substatus in (None, shipment.substatus)
    return shipment.status == tracking.status and same_number and same_substatus and tracking.promised_hours is None


def me1_notification(shipment: Shipment, tracking: Tracking, *, now: datetime) -> SellerNotification:
    """What to tell of a shipment by the seller's own carrier.

    A number without an address goes into the comment, since Mercado Libre takes both or neither. So does the carrier.

    Raises:
        InputError: status and substatus do not go together, an address without number, a date before the shipment's,
            or no service is known for the site.
        NotApplicableError: the shipment has ended.
    """
    allowed = ME1_SUBSTATUSES.get(tracking.status)
    if allowed is None:
        message = f"status must be one of {', '.join(ME1_SUBSTATUSES)} for me1, got {shown(tracking.status)}"
        raise InputError(message)
    if tracking.substatus not in allowed:
        known = ", ".join(sorted(str(one) for one in allowed))
        message = f"substatus of {tracking.status} must be one of {known}, got {shown(tracking.substatus)}"
        raise InputError(message)
    if shipment.status in _FINAL:
        message = f"shipment {shipment.id} is {shipment.status}, which is final"
        raise NotApplicableError(message)
    if tracking.tracking_url is not None and tracking.tracking_number is None:
        message = "tracking_url needs tracking_number: Mercado Libre takes both or neither"
        raise InputError(message)
    if tracking.promised_hours is not None:
        message = "promised_hours is for custom shipments: me1 takes no promise"
        raise InputError(message)
    service = tracking.service_id or ME1_SERVICES.get(shipment.seller_site or "")
    if service is None:
        message = f"no service_id of me1 is documented for {shipment.seller_site}: pass Tracking(service_id=...)"
        raise InputError(message)
    happened = tracking.happened_at or max(now, shipment.date_created or now)
    if shipment.date_created is not None and happened < shipment.date_created:
        message = (
            f"happened_at {happened.isoformat()} is before the shipment was created, "
            f"{shipment.date_created.isoformat()}"
        )
        raise InputError(message)
    both = tracking.tracking_number is not None and tracking.tracking_url is not None
    loose = None if both else tracking.tracking_number
    comment = _joined(tracking.carrier, loose, tracking.comment)
    return SellerNotification(
        payload=NotificationDetails(service_id=service, date=happened, comment=comment or UNSET),
        tracking_number=(tracking.tracking_number or UNSET) if both else UNSET,
        tracking_url=(tracking.tracking_url or UNSET) if both else UNSET,
        status=tracking.status,
        substatus=tracking.substatus,
    )


def custom_update(shipment: Shipment, tracking: Tracking) -> CustomShipmentUpdate:
    """What to change of a shipment by the seller's price table. Carrier and address go into the comments.

    Raises:
        InputError: another status than it knows, a substatus, or no number for a parcel that leaves.
        NotApplicableError: it is cancelled, or names no receiver.
    """
    if tracking.status not in CUSTOM_STATUSES:
        message = f"status must be one of {', '.join(sorted(CUSTOM_STATUSES))} for custom, got {shown(tracking.status)}"
        raise InputError(message)
    if tracking.substatus is not None:
        message = "substatus is for me1: custom shipments have none"
        raise InputError(message)
    if shipment.status == "cancelled":
        message = f"shipment {shipment.id} is cancelled, which is final"
        raise NotApplicableError(message)
    if shipment.buyer_id is None:
        message = f"shipment {shipment.id} names no receiver, whom Mercado Libre compares"
        raise NotApplicableError(message)
    update = CustomShipmentUpdate(receiver_id=shipment.buyer_id)
    if tracking.status != shipment.status:
        update = evolve(update, status=tracking.status)
    if tracking.status != "shipped":
        return update
    if tracking.tracking_number is None and shipment.tracking_number is None:
        message = "tracking_number is needed for a custom shipment that leaves"
        raise InputError(message)
    return evolve(
        update,
        tracking_number=tracking.tracking_number or UNSET,
        speed=tracking.promised_hours or UNSET,
        comments=_joined(tracking.carrier, tracking.tracking_url, tracking.comment) or UNSET,
    )


def marketplace_tracking(shipment: Shipment, tracking: Tracking) -> MarketplaceTracking | MarketplaceTrackingStatus:
    """What to tell of a Global Selling shipment by own logistics.

    Raises:
        InputError: another status than it knows, a substatus or a promise, or something that it needs is missing.
        NotApplicableError: the shipment has ended, or ends before it left.
    """
    if tracking.status not in MARKETPLACE_STATUSES:
        known = ", ".join(sorted(MARKETPLACE_STATUSES))
        message = f"status must be one of {known} for Global Selling, got {shown(tracking.status)}"
        raise InputError(message)
    for name in ("substatus", "promised_hours"):
        if getattr(tracking, name) is not None:
            message = f"{name} has no place in Global Selling: leave it out"
            raise InputError(message)
    if shipment.status in _FINAL:
        message = f"shipment {shipment.id} is {shipment.status}, which is final"
        raise NotApplicableError(message)
    number = tracking.tracking_number or shipment.tracking_number
    if tracking.status != "shipped":
        if shipment.status != "shipped" or number is None:
            message = (
                f"shipment {shipment.id} is {shipment.status} and cannot become {tracking.status}: tell that it is "
                "shipped first, with its number"
            )
            raise NotApplicableError(message)
        return MarketplaceTrackingStatus(tracking_id=number, status=tracking.status)
    if number is None or tracking.tracking_url is None or tracking.carrier is None:
        message = "Global Selling takes tracking_number, tracking_url and carrier together: give all three"
        raise InputError(message)
    return MarketplaceTracking(tracking_id=number, tracking_url=tracking.tracking_url, carrier=tracking.carrier)


def unsent_of(sent: Sent, tracking: Tracking) -> tuple[str, ...]:
    """Which parts of a tracking its mode has no place for."""
    if isinstance(sent, SellerNotification):
        return ()
    names = ["happened_at", "service_id"]
    if not isinstance(sent, CustomShipmentUpdate):
        names.append("comment")
    elif sent.comments is UNSET:  # a parcel that does not leave takes none
        names += ["comment", "carrier", "tracking_url"]
    if isinstance(sent, MarketplaceTrackingStatus):
        names += ["carrier", "tracking_url"]
    return tuple(sorted(name for name in names if getattr(tracking, name) is not None))


def as_v1(notification: SellerNotification) -> SellerNotification:
    """The notification in the older form: text in place of null."""
    return evolve(notification, substatus=notification.substatus or "null")


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)
