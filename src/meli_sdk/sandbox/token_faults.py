"""What can go wrong at the token endpoint, on request."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class TokenFault(StrEnum):
    """What happens to one request to `POST /oauth/token`."""

    ERROR_BEFORE_COMMIT = "error_before_commit"
    """500; the code or refresh token stays good."""
    REQUEST_DROPPED = "request_dropped"
    """The connection breaks before anything is done; the code or refresh token stays good."""
    ANSWER_DROPPED = "answer_dropped"
    """The tokens are issued, and the connection breaks before they arrive: they are lost."""
    SLOW = "slow"
    """The request is answered, `seconds` later. It goes on when the client has gone."""
    NO_REFRESH_TOKEN = "no_refresh_token"  # noqa: S105
    """200 with an access token alone; the refresh token stays good."""
    OTHER_USER = "other_user"
    """200 with an access token of another seller; the refresh token stays good."""
    RATE_LIMITED = "rate_limited"
    """429 `local_rate_limited` as plain text."""


@dataclass(slots=True)
class _Planned:
    fault: TokenFault
    seconds: float
    times: int


class TokenFaults:
    """The faults of the next exchanges, in the order they were asked for."""

    def __init__(self) -> None:
        self._planned: deque[_Planned] = deque()

    def add(self, fault: TokenFault, *, times: int, seconds: float) -> None:
        """Plans a fault for the next `times` requests."""
        self._planned.append(_Planned(fault, seconds, times))

    def take(self) -> tuple[TokenFault, float] | None:
        """The fault of the request at hand, and its seconds."""
        if not self._planned:
            return None
        first = self._planned[0]
        first.times -= 1
        if first.times <= 0:
            self._planned.popleft()
        return first.fault, first.seconds
