"""The receiver of notifications, sans I/O.

Mercado Libre wants a 200 within half a second, or it switches topics off; and it repeats what was not answered. So a
notification is stored first, then answered; what cannot be stored in time is answered 503 and comes again.
https://developers.mercadolibre.com.ar/en_us/products-receive-notifications
"""

import asyncio
import hmac
import logging
from collections.abc import Mapping
from typing import Any, Final, Protocol

from attrs import field, frozen

from meli_sdk.secret import Secret
from meli_sdk.web.exchange import MAX_BODY, WebRequest, WebResponse, plain

LOGGER: Final = logging.getLogger("meli_sdk.web")
STORE_SECONDS: Final = 0.4
"""Within this the notification is stored, or the answer is 503."""


class Receive(Protocol):
    """Stores a notification durably before it returns: `channel.receive`, or a router over many channels."""

    async def __call__(
        self, body: bytes, /, *, headers: Mapping[str, str] | None = None, remote: str | None = None
    ) -> Any:  # noqa: ANN401  a receipt of the receiver's own kind
        """Returns once the notification is safe; raises where it cannot be stored."""
        ...


@frozen(kw_only=True)
class NotificationDoor:
    """One secret address that stores what is posted to it."""

    receive: Receive
    path_token: Secret = field(repr=False)

    async def answer(self, token: str, request: WebRequest) -> WebResponse:
        """404 for another token, 405, 413, 200 once stored, else 503."""
        if not hmac.compare_digest(token.encode(), self.path_token.reveal().encode()):
            return plain(404)
        if request.method != "POST":
            return plain(405)
        if len(request.body) > MAX_BODY:
            return plain(413)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self.receive(request.body, headers=request.headers, remote=request.remote)
        except TimeoutError:
            LOGGER.warning("a notification was not stored within %s s and is answered 503", STORE_SECONDS)
            return plain(503)
        except Exception:
            LOGGER.exception("a notification could not be stored and is answered 503")
            return plain(503)
        return plain(200)
