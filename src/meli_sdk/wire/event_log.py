"""Events as lines of the standard logging module."""

import logging
from asyncio import CancelledError
from typing import Any, Final

import attrs

from meli_sdk.errors import DecodeError, MeliError
from meli_sdk.wire.observe import (
    AttemptEnded,
    CallEnded,
    CallEvent,
    DriftMet,
    Event,
    RetryScheduled,
    RowFailed,
    Waited,
)


class EventLog:
    """An observer that writes every event to a logger: `MeliApp(..., observers=[EventLog()])`.

    A line says what happened in words; its record holds the event's fields as `record.meli`, a mapping, for handlers
    that write JSON. What succeeds is DEBUG, what is repeated, waited for or cancelled is INFO, what failed is WARNING. No
    line holds a token, an id of a path, a body, or a value of a body that could not be decoded.

    Args:
        logger: `meli_sdk.events` where left out.
    """

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger: Final = logger or logging.getLogger("meli_sdk.events")

    def __call__(self, event: Event) -> None:
        """Writes one line."""
        level = _level(event)
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s", _line(event), extra={"meli": fields_of(event)})


def fields_of(event: Event) -> dict[str, Any]:
    """The fields of an event as plain values, errors by their class and what they say without quoting a value."""
    named: dict[str, Any] = {"event": type(event).__name__}
    for attribute in attrs.fields(type(event)):
        value: object = getattr(event, attribute.name)
        if isinstance(value, BaseException):
            named[attribute.name], named[f"{attribute.name}_type"] = _said(value), type(value).__name__
        else:
            named[attribute.name] = value
    return named


def _said(error: BaseException) -> str:
    """An error in words that a log may hold: one of decoding, and those of an application's own code, may quote a buyer."""
    if isinstance(error, DecodeError):
        return f"{error.path or 'the body'} is not {error.expected or 'what is documented'}"
    return str(error) if isinstance(error, MeliError) else type(error).__name__


def _level(event: Event) -> int:
    match event:
        case AttemptEnded(error=None) | CallEnded(error=None):
            return logging.DEBUG
        case AttemptEnded() | RetryScheduled() | Waited() | DriftMet() | CallEnded(error=CancelledError()):
            return logging.INFO
        case CallEnded() | RowFailed():
            return logging.WARNING
        case _:
            failed = getattr(event, "error", None) is not None
            return logging.WARNING if failed else logging.INFO


def _line(event: Event) -> str:
    text = f"{event.method} {event.path}: " if isinstance(event, CallEvent) else ""
    match event:
        case AttemptEnded(error=None):
            text += f"{event.status} in {event.seconds:.3f} s (attempt {event.attempt})"
        case AttemptEnded():
            text += f"attempt {event.attempt} failed after {event.seconds:.3f} s: {type(event.error).__name__}"
        case CallEnded(error=None):
            text += f"done in {event.seconds:.3f} s, {event.attempts} attempts"
        case CallEnded(error=CancelledError()):
            text += f"cancelled after {event.seconds:.3f} s, {event.attempts} attempts"
        case CallEnded():
            text += f"failed after {event.seconds:.3f} s, {event.attempts} attempts: {type(event.error).__name__}"
        case RetryScheduled():
            text += f"again in {event.seconds:.3f} s after {type(event.error).__name__}"
        case Waited():
            text += f"waited {event.seconds:.3f} s for its turn"
        case RowFailed():
            text += f"a row could not be decoded at {event.error.path or 'its top'}"
        case DriftMet(value=None):
            text += f"{event.model} has an unknown field {event.field!r}"
        case DriftMet():
            text += f"{event.model}.{event.field} has an unknown value {event.value!r}"
        case _:
            others = {name: value for name, value in fields_of(event).items() if name != "event"}
            text += f"{type(event).__name__}: " + ", ".join(f"{name} {value}" for name, value in others.items())
    return text
