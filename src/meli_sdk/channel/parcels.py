"""A parcel as an order management system knows it, and as Mercado Libre is told of it."""

from datetime import datetime
from typing import Final

from attrs import field, frozen

from meli_sdk.channel.mappings import CarrierMapping, unmatched
from meli_sdk.channel.settings import ChannelSettings
from meli_sdk.errors import InputError, shown
from meli_sdk.models.shipments_tracking import Tracking
from meli_sdk.resources import arguments
from meli_sdk.resources.shipments_bodies import MAX_NUMBER, MAX_TEXT

STATUSES: Final = ("shipped", "delivered", "not_delivered", "cancelled")


def _to_carrier(value: object) -> str:
    return arguments.text("Parcel.carrier", value, MAX_TEXT)


def _to_number(value: object) -> str:
    number = arguments.text("Parcel.tracking_number", value, MAX_NUMBER)
    if number != number.strip():
        message = f"Parcel.tracking_number begins or ends with white space: {shown(number)}"
        raise InputError(message)
    return number


def _to_url(value: object) -> str | None:
    if value is None:
        return None
    url = arguments.text("Parcel.tracking_url", value, MAX_TEXT)
    if not url.startswith(("https://", "http://")):
        message = f"Parcel.tracking_url must begin with https://, got {shown(url)}"
        raise InputError(message)
    return url


def _to_status(value: object) -> str:
    if value not in STATUSES:
        message = f"Parcel.status is one of {', '.join(STATUSES)}, got {shown(value)}"
        raise InputError(message)
    return str(value)


def _to_substatus(value: object) -> str | None:
    return None if value is None else arguments.text("Parcel.substatus", value, MAX_NUMBER)


def _to_moment(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        message = f"Parcel.shipped_at is a datetime with a time zone, got {shown(value)}"
        raise InputError(message)
    return value


def _to_comment(value: object) -> str | None:
    return None if value is None else arguments.text("Parcel.comment", value, MAX_TEXT)


@frozen
class Parcel:
    """One parcel of an order that you ship yourself.

    Raises:
        InputError: a value is wrong; the message names it.
    """

    carrier: str = field(converter=_to_carrier)
    """Your word for the carrier, which `ChannelSettings.carriers` maps."""
    tracking_number: str = field(converter=_to_number)
    """At most 100 characters."""
    tracking_url: str | None = field(default=None, converter=_to_url)
    """Where the buyer follows it; without it, the template of the carrier makes one."""
    status: str = field(default="shipped", converter=_to_status)
    """`shipped`, `delivered`, `not_delivered` (me1 and Global Selling) or `cancelled` (custom)."""
    substatus: str | None = field(default=None, converter=_to_substatus)
    """Finer than the status; me1 only."""
    shipped_at: datetime | None = field(default=None, converter=_to_moment)
    """When, with a time zone; now where it is left out. Me1 only."""
    comment: str | None = field(default=None, converter=_to_comment)


def tracking_of(settings: ChannelSettings, parcel: Parcel) -> Tracking:
    """What to tell of a parcel.

    Raises:
        InputError: no `Parcel`.
        MappingError: its carrier has no mapping.
    """
    if not isinstance(parcel, Parcel):
        message = f"parcel must be a Parcel, got {shown(parcel)}"
        raise InputError(message)
    mapping = settings.carriers.get(parcel.carrier)
    if mapping is None:
        known = settings.carriers
        raise unmatched("carrier", parcel.carrier, known, f"add carriers[{parcel.carrier!r}] = CarrierMapping(...)")
    return _mapped(mapping, parcel)


def _mapped(mapping: CarrierMapping, parcel: Parcel) -> Tracking:
    return Tracking(
        status=parcel.status,
        substatus=parcel.substatus,
        tracking_number=parcel.tracking_number,
        tracking_url=parcel.tracking_url or mapping.url_for(parcel.tracking_number),
        carrier=mapping.name,
        comment=parcel.comment,
        happened_at=parcel.shipped_at,
        service_id=mapping.service_id,
    )
