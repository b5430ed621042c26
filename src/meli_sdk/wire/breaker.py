"""The circuit breaker: a part of Mercado Libre that keeps failing is left alone, but for one probe at a time."""

from datetime import timedelta
from typing import Final

from attrs import define

from meli_sdk import errors
from meli_sdk.config import BreakerPolicy
from meli_sdk.errors import CallInfo, MeliError
from meli_sdk.wire.clock import Clock

Key = tuple[int | None, str]
"""A seller and a family of endpoints."""


@define
class _Trouble:
    """Failures in a row of one key. Open while `opens_at` is set; then that is when the next probe may leave."""

    failures: int = 0
    opens_at: float | None = None
    last: str = ""


def is_failure(failure: MeliError) -> bool:
    """Whether it tells that Mercado Libre is in trouble: no answer, or one of 5xx. A refusal is an answer."""
    if isinstance(failure, errors.TransportError):
        return not isinstance(failure, errors.ResponseTooLargeError | errors.UnexpectedRedirectError)
    return isinstance(failure, errors.ServerError)


class Breaker:
    """Counts failures in a row for each seller and family, and says when a call may leave.

    Only keys in trouble are kept, so a healthy call costs one look at an empty dictionary.
    """

    __slots__ = ("_clock", "_policy", "_troubled")

    def __init__(self, policy: BreakerPolicy, clock: Clock) -> None:
        self._policy: Final = policy
        self._clock: Final = clock
        self._troubled: dict[Key, _Trouble] = {}

    def wait(self, key: Key) -> float:
        """Seconds until a call may leave; 0: now."""
        trouble = self._troubled.get(key) if self._troubled else None
        if trouble is None or trouble.opens_at is None:
            return 0.0
        return max(0.0, trouble.opens_at - self._clock.monotonic())

    def admit(self, key: Key) -> bool:
        """Whether a call may leave now. Where the breaker was open, the call is the probe, and the next has to wait."""
        if not self._troubled:
            return True
        if self.wait(key) > 0:
            return False
        trouble = self._troubled.get(key)
        if trouble is not None and trouble.opens_at is not None:
            trouble.opens_at = self._clock.monotonic() + self._policy.pause
        return True

    def record(self, key: Key, failure: MeliError | None) -> None:
        """What became of an attempt."""
        if failure is None or not is_failure(failure):
            if self._troubled:
                self._troubled.pop(key, None)
            return
        trouble = self._troubled.setdefault(key, _Trouble())
        trouble.failures += 1
        trouble.last = str(failure)
        # Not moved while it is open: calls that left before it opened may fail long after the trouble is over.
        if trouble.opens_at is None and trouble.failures >= self._policy.failures:
            trouble.opens_at = self._clock.monotonic() + self._policy.pause

    def error(self, key: Key, call: CallInfo) -> errors.CircuitOpenError:
        """The error of a call that may not leave."""
        trouble = self._troubled.get(key, _Trouble())
        wait = self.wait(key)
        until = self._clock.now() + timedelta(seconds=wait)
        message = (
            f"{trouble.failures} failures in a row; calls of this kind fail at once for {wait:.0f} s. "
            f"The last was: {trouble.last}"
        )
        return errors.CircuitOpenError(message, until=until, call=call)
