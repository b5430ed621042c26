"""What happens to a seller's grant, as events beside those of the calls, and as lines of the logger `meli_sdk.auth`."""

import logging
from datetime import datetime
from typing import Final

from attrs import frozen

from meli_sdk.errors import MeliError, StoreError
from meli_sdk.wire.observe import Event

LOGGER: Final = logging.getLogger("meli_sdk.auth")


@frozen(kw_only=True)
class GrantEvent(Event):
    """Base of the events of one seller's grant."""

    user_id: int


@frozen(kw_only=True)
class TokenRenewed(GrantEvent):
    """New tokens are in the store."""

    seconds: float
    """From the request to the saved record."""
    expires_at: datetime


@frozen(kw_only=True)
class RenewalFailed(GrantEvent):
    """An exchange brought no tokens; it is tried again after `seconds`, or, where None, with a later call."""

    error: MeliError
    seconds: float | None


@frozen(kw_only=True)
class GrantNotSaved(GrantEvent):
    """New tokens could not be written to the store. They are kept in memory, in use, and written as soon as it works."""

    error: StoreError
    tries: int


@frozen(kw_only=True)
class GrantEnded(GrantEvent):
    """The seller has to authorise again."""

    reason: str
