"""Events as OpenTelemetry spans and metrics (extra `otel`).

Names follow the semantic conventions for HTTP clients where these have one:
https://opentelemetry.io/docs/specs/semconv/http/
"""

import time
from typing import TYPE_CHECKING, Final

from meli_sdk.errors import ConfigurationError
from meli_sdk.version import __version__
from meli_sdk.wire.observe import AttemptEnded, CallEnded, CallEvent, DriftMet, Event, RetryScheduled, RowFailed, Waited

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

_NAME: Final = "meli_sdk"
_NANOSECONDS: Final = 1_000_000_000

Labels = dict[str, str | int]


class OpenTelemetryObserver:
    """An observer that makes spans and metrics: `MeliApp(..., observers=[OpenTelemetryObserver()])`.

    Each attempt is a client span, a child of the span that is current where the call is made. Labels are the method and
    the path template, so a label never holds an id; no label holds a seller. `error.type` is the class of what was raised,
    `CancelledError` of a call that was cancelled.

    Metrics: `http.client.request.duration` (s) for attempts, `meli.call.duration` (s) for calls with their attempts and
    waits, `meli.call.wait` (s) for turns waited for, `meli.call.retries`, `meli.rows.failed`, `meli.drift`, and
    `meli.events` for the others, such as renewed tokens, by their name.

    Args:
        tracer_provider: the global one where left out.
        meter_provider: the global one where left out.

    Raises:
        ConfigurationError: OpenTelemetry is not installed.
    """

    def __init__(
        self, *, tracer_provider: "TracerProvider | None" = None, meter_provider: "MeterProvider | None" = None
    ) -> None:
        try:
            from opentelemetry import metrics, trace  # noqa: PLC0415  an extra
        except ImportError:
            message = "OpenTelemetry is not installed: pip install 'meli-sdk[otel]'"
            raise ConfigurationError(message) from None
        self._trace = trace
        self._tracer = trace.get_tracer(_NAME, __version__, tracer_provider)
        meter = metrics.get_meter(_NAME, __version__, meter_provider)
        self._attempts = meter.create_histogram("http.client.request.duration", "s", "Duration of one attempt.")
        self._calls = meter.create_histogram("meli.call.duration", "s", "Duration of a call with attempts and waits.")
        self._waits = meter.create_histogram("meli.call.wait", "s", "Time waited for a turn of the rate limiter.")
        self._retries = meter.create_counter("meli.call.retries", "{retry}", "Failed attempts that are repeated.")
        self._rows = meter.create_counter("meli.rows.failed", "{row}", "Rows that could not be decoded.")
        self._drift = meter.create_counter("meli.drift", "{field}", "Fields and values that no model knows.")
        self._others = meter.create_counter("meli.events", "{event}", "Events of other kinds.")

    def __call__(self, event: Event) -> None:
        """Records one event."""
        labels = _labels(event)
        match event:
            case AttemptEnded():
                self._attempts.record(event.seconds, labels)
                self._span(event, labels)
            case CallEnded():
                self._calls.record(event.seconds, labels)
            case Waited():
                self._waits.record(event.seconds, labels)
            case RetryScheduled():
                self._retries.add(1, labels)
            case RowFailed():
                self._rows.add(1, labels)
            case DriftMet():
                self._drift.add(1, {"meli.model": event.model, "meli.field": event.field})
            case _:
                self._others.add(1, labels)

    def _span(self, event: AttemptEnded, labels: Labels) -> None:
        trace = self._trace
        end = time.time_ns()
        attributes: Labels = dict(labels)
        if event.attempt > 1:
            attributes["http.request.resend_count"] = event.attempt - 1
        if event.request_id:
            attributes["meli.request_id"] = event.request_id
        span = self._tracer.start_span(
            f"{event.method} {event.path}",
            kind=trace.SpanKind.CLIENT,
            attributes=attributes,
            start_time=end - int(event.seconds * _NANOSECONDS),
        )
        if event.error is not None:
            span.set_status(trace.Status(trace.StatusCode.ERROR, type(event.error).__name__))
        span.end(end)


def _labels(event: Event) -> Labels:
    labels: Labels = {}
    if isinstance(event, CallEvent):
        labels |= {"http.request.method": event.method, "url.template": event.path}
    else:
        labels["meli.event"] = type(event).__name__
    if isinstance(event, AttemptEnded) and event.status is not None:
        labels["http.response.status_code"] = event.status
    error = getattr(event, "error", None)
    if isinstance(error, BaseException):
        labels["error.type"] = type(error).__name__
    return labels
