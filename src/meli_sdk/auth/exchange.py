"""One call of the token endpoint."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from meli_sdk import errors
from meli_sdk.auth.events import LOGGER
from meli_sdk.auth.oauth import EXCHANGE_TOKEN, TokenAnswer, read_token_answer, read_token_error
from meli_sdk.config import RetryPolicy, Timeouts
from meli_sdk.secret import Secret
from meli_sdk.wire.message import Response
from meli_sdk.wire.pipeline import Caller, CallOptions, Pipeline

EXCHANGE_SECONDS: Final = 45.0
"""How long an exchange may take. Shorter than a lease."""
_SKEW_SECONDS: Final = 60.0


class TokenExchange:
    """Sends one form to the token endpoint, once: it is never repeated here, and no caller's deadline reaches it."""

    def __init__(self, pipeline: Pipeline, client_id: int) -> None:
        options = CallOptions(
            retry=RetryPolicy.never(), timeouts=Timeouts(attempt=EXCHANGE_SECONDS, read=EXCHANGE_SECONDS)
        )
        self._pipeline = pipeline
        self._client_id = client_id
        self._caller = Caller(pipeline, None, None, options)
        self._skew_told = False

    async def __call__(self, form: Mapping[str, str | Secret]) -> TokenAnswer:
        """The tokens.

        Raises:
            AuthError, ConfigurationError: refused, by OAuth's own code.
            ResponseError: refused without such a code.
            TransportError: no answer; `sent` tells whether the form may have arrived.
            DecodeError: an answer that is none.
        """
        try:
            response = await self._caller.call(EXCHANGE_TOKEN, form=form)
        except errors.ResponseError as refused:
            failure = read_token_error(refused, self._client_id, form)
        else:
            self._compare_clocks(response)
            return read_token_answer(response, self._pipeline.codec)
        raise failure

    def _compare_clocks(self, response: Response) -> None:
        skew = clock_skew(response.headers.get("date"), self._pipeline.clock.now())
        if skew is not None and abs(skew) > _SKEW_SECONDS and not self._skew_told:
            self._skew_told = True
            LOGGER.warning("this machine's clock is %+.0f s off Mercado Libre's: set it by NTP", skew)


def clock_skew(date: str | None, now: datetime) -> float | None:
    """Seconds that `now` is ahead of the server's `Date` header; None where it has none."""
    try:
        return (now - parsedate_to_datetime(date or "")).total_seconds()
    except (ValueError, TypeError):  # no date, or one without a zone
        return None
