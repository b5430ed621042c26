"""What happens to a call, as events: for logs, metrics and traces. An observer is any function of one event."""

import logging
from collections.abc import Callable, Sequence

from attrs import frozen

from meli_sdk.codec.drift import Unknown
from meli_sdk.errors import DecodeError, InputError, MeliError, shown

LOGGER = logging.getLogger("meli_sdk")
LOGGER.addHandler(logging.NullHandler())
LONG_WAIT = 10.0
"""Seconds from which a wait for the limiter is a warning."""


@frozen(kw_only=True)
class Event:
    """Base of everything that observers are told."""


@frozen(kw_only=True)
class CallEvent(Event):
    """Base of the events of one call. `path` is the template, so that it can label a metric."""

    method: str
    path: str
    user_id: int | None


@frozen(kw_only=True)
class AttemptEnded(CallEvent):
    """One request was answered, or failed."""

    attempt: int
    seconds: float
    status: int | None
    error: MeliError | None
    request_id: str | None


@frozen(kw_only=True)
class CallEnded(CallEvent):
    """A call ended, with all its attempts and waits. The attempts before it were told apart."""

    attempts: int
    seconds: float
    error: BaseException | None
    """What the call raised: a `MeliError`, `asyncio.CancelledError` where it was cancelled, or what a token provider or a
    transport of your own raised; None: it returned."""


@frozen(kw_only=True)
class RetryScheduled(CallEvent):
    """A failed attempt will be repeated after `seconds`; told before the wait."""

    attempt: int
    seconds: float
    error: MeliError


@frozen(kw_only=True)
class Waited(CallEvent):
    """The call waited for a slot of the rate limiter."""

    seconds: float


@frozen(kw_only=True)
class RowFailed(CallEvent):
    """A row of a page could not be decoded; the others were delivered."""

    error: DecodeError


@frozen(kw_only=True)
class DriftMet(Event):
    """An answer held something that the models do not know, for the first time; `session.drift()` counts all."""

    model: str
    field: str
    value: str | None
    """The value of a known field; None: the field itself is unknown."""


Observer = Callable[[Event], None]


class Observers:
    """Tells every observer. One that fails is logged and never costs the call."""

    __slots__ = ("_observers",)

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        if not isinstance(observers, Sequence) or not all(map(callable, observers)):
            message = f"observers must be a list of functions of one event, got {shown(observers)}"
            raise InputError(message)
        self._observers = tuple(observers)

    def __bool__(self) -> bool:
        return bool(self._observers)

    def drift_met(self, unknown: Unknown) -> None:
        """Tells of something that an answer held and no model knows; one line in the log for each."""
        if unknown.value is None:
            LOGGER.info("%s has an unknown field %r", unknown.model, unknown.field)
        else:
            LOGGER.info("%s.%s has an unknown value %r", unknown.model, unknown.field, unknown.value)
        if self._observers:
            self.tell(DriftMet(model=unknown.model, field=unknown.field, value=unknown.value))

    def tell(self, event: Event) -> None:
        for observer in self._observers:
            try:
                observer(event)
            except Exception:
                LOGGER.exception("an observer failed on %s", type(event).__name__)
