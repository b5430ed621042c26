"""Events as OpenTelemetry spans and metrics; labels are templates."""

import asyncio
import sys

import pytest
from attrs import frozen
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from meli_sdk import OpenTelemetryObserver, RetryPolicy, errors
from meli_sdk.wire.observe import DriftMet, Event

pytestmark = pytest.mark.virtual_time

ORDER = {"id": 17, "status": "paid"}


@frozen(kw_only=True)
class Sung(Event):
    song: str


class Telemetry:
    """Providers in memory, and what was recorded."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self._reader = InMemoryMetricReader()
        self._meters = MeterProvider(metric_readers=[self._reader])
        self.observer = OpenTelemetryObserver(tracer_provider=self.tracers, meter_provider=self._meters)

    def points(self) -> dict[str, list]:
        data = self._reader.get_metrics_data()
        return {
            metric.name: list(metric.data.data_points)
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def telemetry():
    made = Telemetry()
    yield made
    made.tracers.shutdown()
    made._meters.shutdown()


async def test_each_attempt_is_a_client_span_below_the_current_one(opened, fake, telemetry):
    fake.answer(503, b"")
    fake.answer(200, ORDER, headers={"x-request-id": "r-2"})
    fake.seconds.extend([0.5, 0.25])
    with telemetry.tracers.get_tracer("mine").start_as_current_span("work") as work:
        await opened(observers=[telemetry.observer]).orders.get(17)
    first, second, outer = telemetry.exporter.get_finished_spans()
    assert outer.name == "work"
    assert {span.parent.span_id for span in (first, second)} == {work.get_span_context().span_id}
    assert [span.name for span in (first, second)] == ["GET /orders/{order_id}"] * 2
    assert [round((span.end_time - span.start_time) / 1e9, 2) for span in (first, second)] == [0.5, 0.25]
    assert (first.status.is_ok, first.attributes["error.type"]) == (False, "ServerError")
    assert second.status.is_unset
    assert dict(second.attributes) == {
        "http.request.method": "GET",
        "url.template": "/orders/{order_id}",
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
        "meli.request_id": "r-2",
    }


async def test_metrics_are_labelled_by_template_and_hold_no_seller(opened, fake, telemetry):
    fake.answer(503, b"")
    fake.answer(200, ORDER, times=2)
    slow = opened(rate=0.1, observers=[telemetry.observer])
    await slow.orders.get(17)
    await slow.orders.get(18)
    points = telemetry.points()
    assert {
        name: sum(getattr(point, "count", 0) or point.value for point in found) for name, found in points.items()
    } == {
        "http.client.request.duration": 3,
        "meli.call.duration": 2,
        "meli.call.wait": 2,
        "meli.call.retries": 1,
    }
    labels = [dict(point.attributes) for found in points.values() for point in found]
    assert {label["url.template"] for label in labels} == {"/orders/{order_id}"}
    assert "900100" not in str(labels)
    assert "17" not in str(labels)


async def test_a_failed_call_carries_the_class_of_its_error(opened, fake, telemetry):
    fake.fail(errors.MeliConnectionError("reset"))
    with pytest.raises(errors.MeliConnectionError):
        await opened(observers=[telemetry.observer], retry=RetryPolicy.never()).orders.get(17)
    (call,) = telemetry.points()["meli.call.duration"]
    assert call.attributes["error.type"] == "MeliConnectionError"
    (span,) = telemetry.exporter.get_finished_spans()
    assert "http.response.status_code" not in span.attributes


async def test_a_cancelled_call_is_labelled_as_one(opened, fake, telemetry):
    fake.answer(200, ORDER)
    fake.seconds.append(100)
    call = asyncio.create_task(opened(observers=[telemetry.observer]).orders.get(17))
    await asyncio.sleep(7)
    call.cancel()
    await asyncio.wait([call])
    (ended,) = telemetry.points()["meli.call.duration"]
    assert (ended.attributes["error.type"], ended.sum) == ("CancelledError", pytest.approx(7, abs=0.01))


async def test_rows_drift_and_other_events_are_counted(opened, fake, telemetry):
    fake.answer(200, {"results": [{"id": "x"}], "paging": {"total": 1}})
    await opened(observers=[telemetry.observer]).orders.search()
    telemetry.observer(DriftMet(model="Order", field="aura", value=None))
    telemetry.observer(Sung(song="la"))
    points = telemetry.points()
    assert [point.value for name in ("meli.rows.failed", "meli.drift", "meli.events") for point in points[name]] == [
        1
    ] * 3
    assert dict(points["meli.events"][0].attributes) == {"meli.event": "Sung"}
    assert dict(points["meli.drift"][0].attributes) == {"meli.model": "Order", "meli.field": "aura"}


def test_without_opentelemetry_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(errors.ConfigurationError, match=r"pip install 'meli-sdk\[otel\]'"):
        OpenTelemetryObserver()
