"""What observers are told of a channel. They are the application's observers, which are told of calls too."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from meli_sdk.wire.observe import Event

LOGGER: Final = logging.getLogger("meli_sdk.channel")


@frozen(kw_only=True)
class ChannelEvent(Event):
    """Base of the events of one channel."""

    user_id: int
    channel: str
    account: str | None
    vendor: str | None


@frozen(kw_only=True)
class PassEnded(ChannelEvent):
    """A pass over the orders ended. `lag` is the seconds since the newest stored change; None: nothing is stored yet."""

    seconds: float
    lag: float | None
    totals: Mapping[str, int]
    complete: bool


@frozen(kw_only=True)
class Quarantined(ChannelEvent):
    """Something could not be read or handed over and was set aside. `error` may speak of the buyer; the log does not."""

    kind: str
    key: str
    failures: int
    error: Exception


@frozen(kw_only=True)
class TransactionRepeated(ChannelEvent):
    """The database asked for a transaction again: a deadlock, a serialization failure, or busy."""

    reason: str
    attempt: int
    seconds: float


@frozen(kw_only=True)
class ReadingIncomplete(ChannelEvent):
    """A window could not be read to its end; the cursor stays before it."""

    start: datetime
    end: datetime
    error: Exception


@frozen(kw_only=True)
class OrdersRecovered(ChannelEvent):
    """A sweep handed over orders that the regular reading had missed; the overlap grows."""

    count: int
    overlap: float


@frozen(kw_only=True)
class TopicSilent(ChannelEvent):
    """Polling found changes, and for half an hour no notification spoke of any: Mercado Libre may have switched the topic off."""

    topic: str
    last_received: datetime | None


@frozen(kw_only=True)
class PassFailed(ChannelEvent):
    """A pass of a running channel failed in a way that may pass by; it is done again."""

    job: str
    failures: int
    """In a row."""
    error: Exception
    """Mercado Libre's, the settings file's, or the database's; that one may quote what the handler wrote."""


@frozen(kw_only=True)
class ParcelPushed(ChannelEvent):
    """A parcel was pushed, refused, or was known already."""

    order_id: int
    outcome: str
    """A `PushOutcome`."""
    confirmed: bool


@frozen(kw_only=True)
class ParcelNotShown(ChannelEvent):
    """Mercado Libre took a parcel two days ago, and its shipment still does not show it: push it again, or ask why."""

    order_id: int
    shipment_id: int


@frozen(kw_only=True)
class StockPassEnded(ChannelEvent):
    """A call that handed in stock, or a pass of a running channel over it, ended."""

    seconds: float
    totals: Mapping[str, int]
    calls: int
    writes: int
    dry_run: bool
