"""What the failure of a call means for a channel: for one thing, for all, or for a while."""

from typing import Final

from meli_sdk import errors

NO_ANSWER: Final = (
    errors.TransportError,
    errors.CircuitOpenError,
    errors.DeadlineExceededError,
    errors.ThroughputWaitError,
)
"""Nothing was said of what was asked for; a refusal is an answer."""
PASSES_BY: Final = (
    *NO_ANSWER,
    errors.ServerError,
    errors.RateLimitedError,
    errors.ConflictError,  # its own words are "try again later"
    errors.LockedError,
    errors.DecodeError,  # a page that says "maintenance" with status 200
)
"""The same call may not meet them later."""
FAILING: Final = (errors.ServerError, errors.MeliTimeoutError, errors.CircuitOpenError)
"""Mercado Libre fails for one thing, as it may for a while: 5xx, no answer in time, or so often that it is not asked now."""
_ABOUT_ONE: Final = (errors.DecodeError, errors.ResponseError, *FAILING)
_ABOUT_ALL: Final = (errors.RateLimitedError, errors.UnauthorizedError)


def is_about_one(failure: errors.MeliError) -> bool:
    """Whether it may be about the one thing that was asked for, while others are well."""
    return isinstance(failure, _ABOUT_ONE) and not isinstance(failure, _ABOUT_ALL)
