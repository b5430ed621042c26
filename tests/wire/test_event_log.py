"""Events as log lines: words for people, fields for machines, no secrets for anybody."""

import asyncio
import logging

import pytest
from attrs import frozen

from meli_sdk import EventLog, RetryPolicy, errors
from meli_sdk.wire.observe import DriftMet, Event

pytestmark = pytest.mark.virtual_time

ORDER = {"id": 17, "status": "paid"}


@frozen(kw_only=True)
class Sung(Event):
    song: str


@frozen(kw_only=True)
class Refused(Event):
    error: Exception


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.DEBUG, logger="meli_sdk.events")
    return lambda: [
        (record.levelname, record.getMessage()) for record in caplog.records if record.name == "meli_sdk.events"
    ]


async def test_a_call_with_a_retry_and_a_wait_reads_as_a_story(opened, fake, lines):
    fake.answer(503, b"")
    fake.answer(200, ORDER)
    fake.seconds.extend([0.5, 0.25])
    await opened(rate=0.1, observers=[EventLog()]).orders.get(17)
    assert lines() == [
        ("INFO", "GET /orders/{order_id}: attempt 1 failed after 0.500 s: ServerError"),
        ("INFO", "GET /orders/{order_id}: again in 0.250 s after ServerError"),
        ("INFO", "GET /orders/{order_id}: waited 9.250 s for its turn"),
        ("DEBUG", "GET /orders/{order_id}: 200 in 0.250 s (attempt 2)"),
        ("DEBUG", "GET /orders/{order_id}: done in 10.250 s, 2 attempts"),
    ]


async def test_a_failure_is_a_warning_and_its_fields_are_on_the_record(opened, fake, caplog, lines):
    fake.answer(404, {"message": "Item with id MLA1 not found", "error": "not_found"}, headers={"x-request-id": "r-1"})
    with pytest.raises(errors.NotFoundError):
        await opened("APP_USR-CANARY", observers=[EventLog()], retry=RetryPolicy.never()).items.get("MLA1")
    assert lines()[-1] == ("WARNING", "GET /items/{item_id}: failed after 0.000 s, 1 attempts: ItemNotFoundError")
    attempt, ended = (record.meli for record in caplog.records if record.name == "meli_sdk.events")
    assert {name: attempt[name] for name in ("event", "method", "path", "user_id", "status", "request_id")} == {
        "event": "AttemptEnded",
        "method": "GET",
        "path": "/items/{item_id}",
        "user_id": 900_100,
        "status": 404,
        "request_id": "r-1",
    }
    assert (ended["event"], ended["error_type"], ended["attempts"]) == ("CallEnded", "ItemNotFoundError", 1)
    assert "CANARY" not in caplog.text


async def test_a_cancelled_call_is_no_success_and_no_failure(opened, fake, lines):
    fake.answer(200, ORDER)
    fake.seconds.append(100)
    call = asyncio.create_task(opened(observers=[EventLog()]).orders.get(17))
    await asyncio.sleep(7)
    call.cancel()
    await asyncio.wait([call])
    assert lines() == [("INFO", "GET /orders/{order_id}: cancelled after 7.000 s, 1 attempts")]


async def test_a_row_that_could_not_be_read_and_drift_are_lines(opened, fake, lines):
    fake.answer(200, {"results": [{"id": 1, "aura": 1}, {"id": "x"}], "paging": {"total": 2}})
    await opened(observers=[EventLog()]).orders.search()
    assert ("WARNING", "GET /orders/search: a row could not be decoded at [1].id") in lines()
    assert ("INFO", "Order has an unknown field 'aura'") not in lines()  # the pipeline of this test has a codec alone


async def test_no_record_quotes_what_a_body_or_an_error_of_the_application_says_of_a_buyer(opened, fake, caplog):
    caplog.set_level(logging.DEBUG, logger="meli_sdk.events")
    fake.answer(200, {"results": [{"id": "MARIA INVENTED"}], "paging": {"total": 1}})
    fake.answer(200, {"id": "MARIA INVENTED"})
    me = opened(observers=[EventLog()])
    await me.orders.search()
    with pytest.raises(errors.DecodeError):
        await me.orders.get(17)
    EventLog()(Refused(error=ValueError("MARIA INVENTED has no address")))
    assert caplog.records
    assert "MARIA" not in caplog.text
    assert "MARIA" not in str([record.meli for record in caplog.records if record.name == "meli_sdk.events"])


def test_drift_and_events_of_other_kinds_are_told_too(lines):
    log = EventLog()
    log(DriftMet(model="Order", field="aura", value=None))
    log(DriftMet(model="Order", field="status", value="blue"))
    log(Sung(song="la la"))
    assert lines() == [
        ("INFO", "Order has an unknown field 'aura'"),
        ("INFO", "Order.status has an unknown value 'blue'"),
        ("INFO", "Sung: song la la"),
    ]


def test_another_logger_may_be_given(caplog):
    caplog.set_level(logging.INFO, logger="mine")
    EventLog(logging.getLogger("mine"))(Sung(song="la"))
    assert [record.name for record in caplog.records] == ["mine"]


async def test_a_path_of_the_users_own_is_told_without_ids(opened, fake):
    seen = []
    fake.answer(404, b"", times=1)
    with pytest.raises(errors.NotFoundError) as raised:
        await opened(observers=[seen.append]).request("GET", "/sites/MLA/me1/items/MLA123/17")
    assert raised.value.path == "/sites/MLA/me1/items/{id}/{id}"
    assert {event.path for event in seen} == {"/sites/MLA/me1/items/{id}/{id}"}
    assert fake.paths() == ["GET /sites/MLA/me1/items/MLA123/17"]
