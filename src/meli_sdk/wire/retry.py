"""Which failure may be repeated, and when. Pure: a table from (safety, failure) to a decision.

Every failure is one of three. Not sent: surely nothing left this machine. Unknown: sent, and no usable answer.
Answered: Mercado Libre said no. A call that would happen twice if sent twice is never repeated after Unknown.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from attrs import frozen

from meli_sdk import errors
from meli_sdk.config import RetryPolicy
from meli_sdk.wire.endpoint import Safety

_GATEWAY: Final = frozenset({424, 502, 503, 504})
_NO_REFRESH: Final = frozenset({"unauthorized_scopes", "invalid_user_id_for_order"})


@frozen
class Again:
    """Send it again after `seconds`."""

    seconds: float


def leaves_outcome_unknown(failure: errors.MeliError, safety: Safety) -> bool:
    """Whether a write was sent and may have been applied, although no usable answer says so."""
    if safety is Safety.SAFE:
        return False
    if isinstance(failure, errors.TransportError):
        return failure.sent
    return isinstance(failure, errors.ServerError | errors.DecodeError)


class TokenVerdict(Enum):
    """What an answer says about the token that was sent."""

    DEAD = "dead"
    """It was refused: never send it again, get another one."""
    DOUBTED = "doubted"
    """Perhaps it was the token, mostly it was not: a newer one is tried where there is one, or where this has expired."""
    MALFORMED = "malformed"
    """What was sent is no token. A newer one is tried where there is one; none is asked for."""


def token_verdict(failure: errors.MeliError) -> TokenVerdict | None:
    """Whether another token may help, and how far to go for it; None where it may not.

    A 403 mostly means that the object is somebody else's: an exchange for each would spend a refresh token for each.
    """
    if not isinstance(failure, errors.ResponseError) or failure.code in _NO_REFRESH:
        return None
    if isinstance(failure, errors.MalformedTokenError):
        return TokenVerdict.MALFORMED
    if failure.status == 401 or isinstance(failure, errors.ExpiredTokenError):  # noqa: PLR2004
        return TokenVerdict.DEAD
    return TokenVerdict.DOUBTED if failure.status == 403 else None  # noqa: PLR2004


def decide(
    failure: errors.MeliError,
    safety: Safety,
    policy: RetryPolicy,
    attempt: int,
    random: Callable[[], float],
) -> Again | None:
    """What to do after attempt number `attempt` (from 1) failed; None: raise.

    `random` gives numbers from 0 to 1. How long a write may be sent again is not told here: it has to queue yet.
    """
    if attempt >= policy.max_attempts:
        return None
    if _no_answer(failure):
        if not _may_be_replayed(failure, safety):
            return None
        return Again(backoff(policy.base, policy.cap, attempt, random))
    if not isinstance(failure, errors.ResponseError) or not _repeatable(failure, safety, attempt):
        return None
    asked = failure.answer.retry_after
    if asked is not None:
        return Again(asked) if asked <= policy.max_retry_after else None
    base = policy.throttle_base if failure.status == 429 else policy.base  # noqa: PLR2004
    return Again(backoff(base, policy.cap, attempt, random))


def _no_answer(failure: errors.MeliError) -> bool:
    """Whether nothing usable came: no answer at all, or a success that is not even JSON."""
    if isinstance(failure, errors.TransportError):
        return not isinstance(failure, errors.ResponseTooLargeError | errors.UnexpectedRedirectError)
    return isinstance(failure, errors.DecodeError) and failure.expected == "JSON"


def _may_be_replayed(failure: errors.MeliError, safety: Safety) -> bool:
    """Whether a call that got no answer may be sent once more."""
    return safety is not Safety.UNSAFE or (isinstance(failure, errors.TransportError) and not failure.sent)


def _repeatable(failure: errors.ResponseError, safety: Safety, attempt: int) -> bool:
    if failure.status in (423, 429):  # refused before any work was done
        return True
    if safety is Safety.SAFE and failure.retryable:
        return True
    if safety is Safety.UNSAFE:
        return failure.status == 503 and failure.answer.retry_after is not None  # noqa: PLR2004
    if failure.status == 500:  # noqa: PLR2004
        return safety is Safety.SAFE or attempt == 1
    return failure.status in _GATEWAY


def backoff(base: float, cap: float, attempt: int, random: Callable[[], float]) -> float:
    """Full jitter: a random part of `base * 2 ** (attempt - 1)` seconds, at most `cap`."""
    return random() * min(cap, base * 2.0 ** min(attempt - 1, 32))
