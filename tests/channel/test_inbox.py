"""Notifications: stored before they are answered, once, trusted in nothing but an id, and followed by a hand-over."""

import asyncio
import json
import logging
from typing import Any

import pytest
from sqlalchemy import event

from meli_sdk import errors
from meli_sdk.channel import (
    ChannelMode,
    ChannelRouter,
    ChannelSettings,
    Job,
    PrivacySettings,
    ReceiptState,
    SalesChannel,
    inbox,
)
from meli_sdk.channel.events import TopicSilent
from meli_sdk.channel.orders_sources import LocalOrders
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID
from meli_sdk.testing import a_notification
from meli_sdk.wire.observe import Observers

from .conftest import each_database


@pytest.fixture
def settings(settings: ChannelSettings) -> ChannelSettings:
    return settings.with_changes(webhook_client_id=LOCAL_SELLER_ID)


def notice(app, order_id: int, **fields) -> bytes:
    body = a_notification(
        resource=f"/orders/{order_id}", user_id=LOCAL_SELLER_ID, application_id=app.client_id, **fields
    )
    return json.dumps(body).encode()


# storing


@each_database
async def test_a_notification_is_stored_once_however_often_it_arrives(open_oms, app):
    oms = await open_oms()
    body = notice(app, 2000000000000001)
    receipts = [await oms.channel.receive(body) for _ in range(3)]
    assert [receipt.state for receipt in receipts] == ["stored", "duplicate", "duplicate"]
    assert receipts[0].resource_id == "2000000000000001"
    assert await oms.channel.notifications() == {"orders_v2: waiting": 1}


@each_database
async def test_what_was_acknowledged_is_there_after_a_restart(open_oms, app, settings, database_url):
    oms = await open_oms()
    bodies = [notice(app, 2000000000000000 + number) for number in range(20)]
    await asyncio.gather(*(oms.channel.receive(body) for body in bodies))
    async with SalesChannel(app, settings, database_url) as again:
        assert await again.notifications() == {"orders_v2: waiting": 20}


@each_database
async def test_those_that_arrive_together_are_committed_together(open_oms, app):
    oms = await open_oms()
    commits = []
    event.listen(oms.channel._database.writes.sync_engine, "commit", commits.append)
    bodies = [notice(app, 2000000000000000 + number) for number in range(50)]
    receipts = await asyncio.gather(*(oms.channel.receive(body) for body in bodies + bodies[:5]))
    assert [receipt.state for receipt in receipts] == ["stored"] * 50 + ["duplicate"] * 5
    assert len(commits) < 10


@each_database
async def test_one_that_the_database_refuses_costs_no_other_that_arrives_with_it(open_oms, app, monkeypatch):
    oms = await open_oms()
    parse = inbox.parse_notification

    def without_template(body):
        found = parse(body)
        if found.resource_id == "2000000000000007":
            found.topic = ["no text"]
        return found

    monkeypatch.setattr(inbox, "parse_notification", without_template)
    bodies = [notice(app, 2000000000000000 + number) for number in range(20)]
    found = await asyncio.gather(*(oms.channel.receive(body) for body in bodies), return_exceptions=True)
    assert [n for n, one in enumerate(found) if isinstance(one, Exception)] == [7]
    assert await oms.channel.notifications() == {"orders_v2: waiting": 19}


async def test_who_stops_waiting_costs_no_other(open_oms, app):
    oms = await open_oms()
    tasks = [asyncio.create_task(oms.channel.receive(notice(app, 2000000000000000 + n))) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [getattr(one, "state", None) for one in found[1::2]] == ["stored"] * 10
    assert (await oms.channel.receive(notice(app, 2000000000000000))).state in {"stored", "duplicate"}


HOSTILE = [
    b"",
    b"not json",
    b"[1, 2]",
    b"\xff\xfe",
    b"{" * 5_000,
    b"{}",
    b'{"topic": "orders_v2"}',
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_cannot_be_read_is_set_aside_and_nothing_is_fetched(open_oms, box, body):
    oms = await open_oms()
    calls = box.calls
    assert (await oms.channel.receive(body)).state is ReceiptState.QUARANTINED
    assert [thing.kind for thing in await oms.channel.quarantine()] == ["notification"]
    assert await oms.channel.notifications() == {}
    assert box.calls - calls <= 2  # whose account it is, asked once


@pytest.mark.parametrize(
    "resource",
    [
        "https://evil.example/orders/1",
        "//evil.example/orders/1",
        "/orders/../users/me",
        "/orders/1?access_token=x",
        "/orders/1@evil.example",
        "/orders/" + "9" * 300,
        "/orders/" + "9" * 20,
        "/orders/1\n",
        "\\orders\\1",
    ],
)
async def test_a_resource_that_is_no_documented_path_is_never_an_address(open_oms, app, box, resource):
    oms = await open_oms()
    body = json.loads(notice(app, 1))
    receipt = await oms.channel.receive(json.dumps({**body, "resource": resource}).encode())
    assert receipt.state is ReceiptState.QUARANTINED
    await oms.channel.handle_notifications(oms)
    assert not [request for request in box.requests if "evil" in request.path or "users/me/" in request.path]


async def test_notifications_of_other_applications_and_sellers_are_set_aside(open_oms, app):
    oms = await open_oms()
    for fields in ({"application_id": 1}, {"user_id": 999}):
        body = {**json.loads(notice(app, 2000000000000001)), **fields}
        receipt = await oms.channel.receive(json.dumps(body).encode())
        assert receipt.state is ReceiptState.QUARANTINED
        assert str(next(iter(fields.values()))) in (receipt.reason or "")
    assert await oms.channel.notifications() == {}


@each_database
@pytest.mark.parametrize("fields", [{"topic": "orders\0v2"}, {"_id": "a\0b"}])
async def test_a_text_that_no_database_holds_is_set_aside_and_answered(open_oms, app, fields):
    oms = await open_oms()
    receipt = await oms.channel.receive(notice(app, 2000000000000001, **fields))
    assert (receipt.state, receipt.reason) == ("quarantined", "the topic or the notification's id holds a NUL")
    assert await oms.channel.notifications() == {}
    assert len(await oms.channel.quarantine()) == 1


async def test_a_quarantined_notification_holds_no_words_of_a_body_that_cannot_be_read(open_oms):
    oms = await open_oms()
    await oms.channel.receive(b"Maria Invented, Calle Falsa 123")
    (thing,) = await oms.channel.quarantine()
    assert "Maria" not in str(thing)


async def test_the_quarantine_keeps_the_newest_of_many_forged_notifications(open_oms, app, clock, monkeypatch):
    monkeypatch.setattr("meli_sdk.channel.inbox.MOST_SET_ASIDE", 5)
    oms = await open_oms()
    for number in range(20):
        body = {**json.loads(notice(app, 1)), "user_id": 5_000 + number}
        await oms.channel.receive(json.dumps(body).encode())
        clock.pass_by(seconds=1)
    kept = [json.loads(thing.body)["user_id"] for thing in await oms.channel.quarantine()]
    assert kept == [5_015, 5_016, 5_017, 5_018, 5_019]


async def test_a_thousand_forged_notifications_lead_to_no_call(open_oms, app, box):
    oms = await open_oms()
    await oms.channel.handle_notifications(oms)
    before = box.calls
    for number in range(200):
        body = {**json.loads(notice(app, number + 1)), "user_id": 5_000 + number}
        await oms.channel.receive(json.dumps(body).encode())
    await oms.channel.handle_notifications(oms)
    assert box.calls == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mode": ChannelMode.POLL}, "mode poll"),
        ({"webhook_client_id": None}, str(LOCAL_SELLER_ID)),
    ],
)
async def test_settings_that_take_no_notifications_say_which_number_belongs_where(open_oms, app, changes, says):
    oms = await open_oms(**changes)
    with pytest.raises(errors.ConfigurationError, match=says):
        await oms.channel.receive(notice(app, 1))
    with pytest.raises(errors.ConfigurationError, match=says):
        await oms.channel.handle_notifications(oms)


@pytest.mark.parametrize("wrong", [1, 118_320_048, GLOBAL_SELLER_ID, 10**15, 7])
def test_a_wrong_webhook_client_id_is_refused_and_the_right_one_named(settings, wrong):
    with pytest.raises(errors.ConfigurationError, match=str(LOCAL_SELLER_ID)):
        settings.with_changes(webhook_client_id=wrong)


# what follows


@each_database
async def test_an_order_reaches_the_handler_by_notification_alone(open_oms, app, box):
    oms = await open_oms(mode=ChannelMode.WEBHOOK)
    order = box.add_order(status="paid")
    await oms.channel.receive(notice(app, order.id))
    report = await oms.channel.handle_notifications(oms)
    assert await oms.ids() == [order.id]
    assert report.outcomes == {"new": 1}
    assert await oms.channel.notifications() == {"orders_v2: new": 1}


async def test_five_notifications_of_one_sale_are_one_hand_over(open_oms, app, box):
    oms = await open_oms()
    order = box.add_order(status="paid")
    for _ in range(5):
        await oms.channel.receive(notice(app, order.id))
    report = await oms.channel.handle_notifications(oms)
    assert (report.seen, await oms.ids()) == (5, [order.id])


@each_database
async def test_two_that_work_on_one_inbox_at_once_read_each_order_once(open_oms, app, box):
    first, second = await open_oms(), await open_oms()
    for oms in (first, second):
        await oms.channel.handle_notifications(oms)  # what is asked of the account once
    orders = [box.add_order(mode=None) for _ in range(12)]
    for order in orders:
        await first.channel.receive(notice(app, order.id))
    asked = len(box.requests)
    await asyncio.gather(first.channel.handle_notifications(first), second.channel.handle_notifications(second))
    read = [request.path for request in box.requests[asked:]]
    assert sorted(read) == sorted(f"/orders/{order.id}" for order in orders)
    assert sorted(await first.ids()) == sorted(order.id for order in orders)


@each_database
async def test_a_pass_over_the_orders_keeps_no_notification_waiting_and_both_hand_an_order_over_once(
    open_oms, app, box, monkeypatch
):
    oms, other = await open_oms(), await open_oms()
    await other.channel.handle_notifications(other)  # what is asked of the account once
    reading, go_on, page = asyncio.Event(), asyncio.Event(), LocalOrders.page

    async def slow(*given: Any, **named: Any):
        found = await page(*given, **named)
        reading.set()
        await go_on.wait()
        return found

    order = box.add_order(status="paid")
    await oms.channel.handle_notifications(oms)
    monkeypatch.setattr(LocalOrders, "page", slow)
    whole_pass = asyncio.create_task(oms.download())
    async with asyncio.timeout(60):
        await reading.wait()
        await other.channel.receive(notice(app, order.id))
        assert (await other.channel.handle_notifications(other)).outcomes == {"new": 1}
    assert not whole_pass.done()
    go_on.set()
    assert (await whole_pass).totals["unchanged"] == 1
    assert await oms.ids() == [order.id]


@each_database
async def test_a_pass_over_the_orders_and_the_inbox_hand_each_of_the_same_orders_over_once(open_oms, app, box):
    first, second = await open_oms(), await open_oms()
    orders = [box.add_order(status="paid") for _ in range(30)]
    for order in orders:
        await first.channel.receive(notice(app, order.id))
    await asyncio.gather(first.download(), second.channel.handle_notifications(second))
    assert sorted(await first.ids()) == sorted(order.id for order in orders)


async def test_a_new_order_arrives_before_many_notifications_that_nobody_finds(open_oms, app, box, clock, monkeypatch):
    monkeypatch.setattr("meli_sdk.channel.inbox.BATCH", 5)
    oms = await open_oms()
    for number in range(10):
        await oms.channel.receive(notice(app, 2000000000000000 + number))
    for _ in range(2):
        await oms.channel.handle_notifications(oms)
    clock.pass_by(minutes=30)
    order = box.add_order(status="paid")
    await oms.channel.receive(notice(app, order.id))
    await oms.channel.handle_notifications(oms)
    assert await oms.ids() == [order.id]


async def test_an_order_that_cannot_be_read_yet_is_asked_for_again(open_oms, app, box, clock):
    oms = await open_oms()
    order = box.add_order(status="paid")
    hidden = box.world.orders.pop(order.id)
    await oms.channel.receive(notice(app, order.id))
    assert (await oms.channel.handle_notifications(oms)).outcomes == {"waiting": 1}
    assert (await oms.channel.handle_notifications(oms)).seen == 0
    box.world.orders[order.id] = hidden
    clock.pass_by(minutes=2)
    await oms.channel.handle_notifications(oms)
    assert await oms.ids() == [order.id]


@each_database
async def test_an_order_that_answers_5xx_holds_up_no_other_and_is_asked_for_with_growing_pauses(
    open_oms, app, box, clock
):
    oms = await open_oms()
    before, failing, after = (box.add_order(status="paid") for _ in range(3))
    box.fail_next(f"GET /orders/{failing.id}", 503, times=1_000)
    for order in (before, failing, after):
        await oms.channel.receive(notice(app, order.id))
    report = await oms.channel.handle_notifications(oms)
    assert report.outcomes == {"new": 2, "waiting": 1}
    assert sorted(await oms.ids()) == sorted([before.id, after.id])
    assert await oms.channel.notifications() == {"orders_v2: new": 2, "orders_v2: waiting": 1}
    for minutes in (1, 5, 30, 30):
        clock.pass_by(minutes=minutes, seconds=-1)
        assert (await oms.channel.handle_notifications(oms)).seen == 0
        clock.pass_by(seconds=1)
        new = box.add_order(status="paid")
        await oms.channel.receive(notice(app, new.id))
        assert (await oms.channel.handle_notifications(oms)).outcomes == {"new": 1, "waiting": 1}
    (thing,) = await oms.channel.quarantine()
    assert (thing.key, thing.reason, thing.failures) == (str(failing.id), "ServerError", 5)


async def test_an_order_that_is_well_again_is_handed_over_and_set_aside_no_more(open_oms, app, box, clock):
    oms = await open_oms()
    order = box.add_order(status="paid")
    box.fail_next(f"GET /orders/{order.id}", 503, times=4)
    await oms.channel.receive(notice(app, order.id))
    assert (await oms.channel.handle_notifications(oms)).outcomes == {"waiting": 1}
    clock.pass_by(minutes=1)
    assert (await oms.channel.handle_notifications(oms)).outcomes == {"new": 1}
    assert await oms.ids() == [order.id]
    assert await oms.channel.quarantine() == ()


async def test_an_unchanged_order_that_is_well_again_is_set_aside_no_more(open_oms, app, box, clock):
    oms = await open_oms()
    order = box.add_order(status="paid")
    await oms.channel.receive(notice(app, order.id))
    await oms.channel.handle_notifications(oms)
    box.fail_next(f"GET /orders/{order.id}", 503, times=4)
    await oms.channel.receive(notice(app, order.id))
    await oms.channel.handle_notifications(oms)
    assert len(await oms.channel.quarantine()) == 1
    clock.pass_by(minutes=1)
    assert (await oms.channel.handle_notifications(oms)).outcomes == {"unchanged": 1}
    assert await oms.channel.quarantine() == ()


async def test_where_every_order_answers_5xx_the_pass_ends_and_the_rest_waits_untouched(open_oms, app, box):
    oms = await open_oms()
    orders = [box.add_order(status="paid") for _ in range(8)]
    box.fail_next("GET /orders/{id}", 503, times=1_000)
    for order in orders:
        await oms.channel.receive(notice(app, order.id))
    with pytest.raises((errors.ServerError, errors.CircuitOpenError)):
        await oms.channel.handle_notifications(oms)
    assert await oms.channel.notifications() == {"orders_v2: waiting": 8}
    assert len(await oms.channel.quarantine()) <= 5


async def test_after_two_days_nobody_asks_again(open_oms, app, clock):
    oms = await open_oms()
    await oms.channel.receive(notice(app, 2000000000000001))
    await oms.channel.handle_notifications(oms)
    clock.pass_by(days=3)
    assert (await oms.channel.handle_notifications(oms)).outcomes == {"not_found": 1}
    assert (await oms.channel.handle_notifications(oms)).seen == 0


async def test_other_topics_are_kept_and_counted_and_lead_to_no_hand_over(open_oms, app, box):
    oms = await open_oms()
    question = a_notification(
        topic="questions",
        resource="/questions/123456",
        user_id=LOCAL_SELLER_ID,
        application_id=app.client_id,
    )
    await oms.channel.receive(json.dumps(question).encode())
    await oms.channel.handle_notifications(oms)
    assert await oms.channel.notifications() == {"questions: kept": 1}
    assert await oms.rows() == []


async def test_without_the_job_orders_a_notification_hands_nothing_over(open_oms, app, box):
    oms = await open_oms(jobs={Job.NOTIFICATIONS})
    await oms.channel.receive(notice(app, box.add_order(status="paid").id))
    assert (await oms.channel.handle_notifications(oms)).outcomes == {"kept": 1}
    assert await oms.rows() == []


async def test_done_notifications_are_removed_after_the_retention_and_waiting_ones_never(open_oms, app, box, clock):
    oms = await open_oms(privacy=settings_privacy(5))
    await oms.channel.receive(notice(app, box.add_order(status="paid").id))
    await oms.channel.handle_notifications(oms)
    clock.pass_by(days=6)
    await oms.channel.receive(notice(app, 2000000000000009))
    await oms.channel.handle_notifications(oms)
    assert await oms.channel.notifications() == {"orders_v2: waiting": 1}


def settings_privacy(days: int):
    return PrivacySettings(retention_days=days)


# a silent topic


def listen(app) -> list[TopicSilent]:
    """What the application's observers are told of silent topics."""
    told: list[TopicSilent] = []
    app.pipeline.observers = Observers([lambda event: told.append(event) if isinstance(event, TopicSilent) else None])
    return told


async def test_polling_that_finds_what_no_notification_spoke_of_for_half_an_hour_warns(
    open_oms, app, box, clock, caplog
):
    told = listen(app)
    oms = await open_oms()
    box.add_order(status="paid")
    await oms.channel._poll(oms)  # what changed before says nothing
    clock.pass_by(hours=2)
    await oms.channel._poll(oms)
    for minutes in (1, 28):
        clock.pass_by(minutes=minutes)
        box.add_order(status="paid")
        await oms.channel._poll(oms)
        assert told == []
    clock.pass_by(minutes=1)
    with caplog.at_level(logging.WARNING, "meli_sdk.channel"):
        await oms.channel._poll(oms)
    assert [event.topic for event in told] == ["orders"]
    assert "subscribe to it again" in caplog.text


async def test_nobody_is_told_of_silence_where_nothing_changes(open_oms, app, box, clock):
    told = listen(app)
    oms = await open_oms()
    for _ in range(4):
        await oms.channel._poll(oms)
        clock.pass_by(hours=1)
    assert told == []


async def test_a_change_that_is_polled_before_its_notification_is_no_silence(open_oms, app, box, clock):
    told = listen(app)
    oms = await open_oms()
    await oms.channel._poll(oms)
    clock.pass_by(minutes=1)
    order = box.add_order(status="paid")
    await oms.channel._poll(oms)
    clock.pass_by(seconds=5)
    await oms.channel.receive(notice(app, order.id))
    for minutes in (1, 60):
        clock.pass_by(minutes=minutes)
        await oms.channel._poll(oms)
    assert told == []


async def test_polling_beside_notifications_does_not_warn(open_oms, app, box, clock):
    told = listen(app)
    oms = await open_oms()
    await oms.channel._poll(oms)
    for _ in range(4):
        clock.pass_by(minutes=20)
        told_of, _ = box.add_order(status="paid"), box.add_order(status="paid")
        await oms.channel.receive(notice(app, told_of.id))
        await oms.channel._poll(oms)
    assert told == []


# missed


async def test_missed_notifications_are_fetched_and_stored_once(open_oms, app, box):
    oms = await open_oms()
    order = box.add_order(status="paid")
    box.miss_notification("orders_v2", f"/orders/{order.id}", LOCAL_SELLER_ID)
    assert await oms.channel.read_missed_notifications() == 1
    assert await oms.channel.read_missed_notifications() == 0
    await oms.channel.handle_notifications(oms)
    assert await oms.ids() == [order.id]


# many channels


async def test_a_router_finds_the_channel_by_the_seller(open_oms, app, box):
    oms = await open_oms()
    router = ChannelRouter([oms.channel])
    order = box.add_order(status="paid")
    assert (await router.receive(notice(app, order.id))).state is ReceiptState.STORED
    foreign = {**json.loads(notice(app, order.id)), "user_id": 5}
    assert (await router.receive(json.dumps(foreign).encode())).state is ReceiptState.QUARANTINED
    assert (await router.receive(b"nonsense")).state is ReceiptState.QUARANTINED
    assert router.unknown == 2
    with pytest.raises(errors.InputError, match="has a channel already"):
        router.add(oms.channel)


# running


async def until(oms, order_ids: set[int]) -> None:
    """Waits until the handler has written these orders."""
    while order_ids - set(await oms.ids()):  # noqa: ASYNC110  another task hands over, and tells nobody
        await asyncio.sleep(0.02)


async def test_a_running_channel_hands_over_what_arrives_and_what_it_polls_until_cancelled(open_oms, app, box):
    oms = await open_oms()
    await oms.download()
    running = asyncio.create_task(oms.channel.run(oms, poll_seconds=60))
    told, polled = box.add_order(status="paid"), box.add_order(status="paid")
    await oms.channel.receive(notice(app, told.id))
    async with asyncio.timeout(20):
        await until(oms, {told.id, polled.id})
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(await oms.ids()) == sorted({told.id, polled.id})


@pytest.mark.parametrize("status", [503, 424])
async def test_a_failure_that_passes_by_does_not_end_a_running_channel(open_oms, app, box, status):
    oms = await open_oms()
    await oms.download()
    box.fail_next("GET /orders/{id}", status, times=6)
    order = box.add_order(status="paid")
    await oms.channel.receive(notice(app, order.id))
    running = asyncio.create_task(oms.channel.run(oms))
    async with asyncio.timeout(20):
        await until(oms, {order.id})
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("passes", range(8))
async def test_a_run_that_is_cancelled_when_a_notification_arrives_ends(open_oms, app, monkeypatch, passes):
    oms = await open_oms(jobs={Job.NOTIFICATIONS})
    await oms.channel.receive(notice(app, 2000000000000001))
    handled = asyncio.Event()

    async def handle(handler):
        handled.set()

    async def missed():
        return 0

    monkeypatch.setattr(oms.channel, "handle_notifications", handle)
    monkeypatch.setattr(oms.channel, "read_missed_notifications", missed)
    running = asyncio.create_task(oms.channel.run(oms))
    await handled.wait()
    for _ in range(passes):
        await asyncio.sleep(0)
    running.cancel()
    _, still_running = await asyncio.wait({running}, timeout=15)
    running.cancel()
    assert not still_running
    assert running.cancelled()


async def test_a_seller_who_has_to_authorise_again_ends_the_run(open_oms, box):
    oms = await open_oms()
    await oms.download()
    box.revoke(LOCAL_SELLER_ID)
    with pytest.raises(errors.ReauthorizationRequiredError):
        async with asyncio.timeout(20):
            await oms.channel.run(oms)
